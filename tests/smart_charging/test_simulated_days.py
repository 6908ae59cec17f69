"""What docs/simulations.md claims, on the hours of its days in which most happens."""

from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from devtools.simulate.__main__ import hours_of, main
from devtools.simulate.days import BY_KEY, KINDS, LIGHT
from devtools.simulate.report import LAWS, Compared, compare
from devtools.simulate.run import Result, chargers_of, our_law, replay, within_reaction
from devtools.simulate.traces import Roof, Trace, clear_sky_w, physical, read_csv
from tests.sampling import LONG, sample

# How long a day takes depends on the machine: a second or two of CPU.
pytestmark = pytest.mark.timeout(1800)


@cache
def compared(kind: str) -> list[Compared]:
    """Return the hours of a kind's days in which most happens, with all laws."""
    days = BY_KEY[kind].days(None if LONG else BY_KEY[kind].seeds[:1])
    return [compare(day, hours_of(day, day.trace())) for day in days]


def of_all(days: list[Compared], law: str, what: Callable[[Result], float]) -> float:
    return sum(what(day.results[law]) for day in days)


OURS, SLOW, QUICK = (name for name, _ in LAWS)
SUNNY = [
    kind.key
    for kind in KINDS
    if kind.key not in ("evening", "fuse", "ceiling", "circuits", "peak")
]
LIMITED = ["fuse", "circuits", "ceiling", "peak"]


@pytest.mark.parametrize("kind", sample(SUNNY, 6, always=["broken", "odd"]))
def test_more_of_value_than_either_of_evccs_laws(kind: str) -> None:
    days = compared(kind)
    ours, slow, quick = (
        of_all(days, law, lambda result: result.value_kwh)
        for law in (OURS, SLOW, QUICK)
    )
    assert ours > slow
    assert ours > quick


@pytest.mark.parametrize("kind", sample(SUNNY, 6, always=["broken", "odd"]))
def test_nobody_does_better_than_who_knows_the_future(kind: str) -> None:
    days = compared(kind)
    better = [
        (day.day.key, law)
        for day in days
        for law, each in day.results.items()
        if day.best_kwh is not None and each.value_kwh >= day.best_kwh
    ]
    assert days and not better


@pytest.mark.parametrize("kind", sample(SUNNY, 6, always=["broken", "odd"]))
def test_sixty_commands_an_hour_at_most(kind: str) -> None:
    days = [day for day in compared(kind) if day.day.fuse_a is None]
    ours = [day.results[OURS] for day in days]
    assert max((each.worst_hour for each in ours), default=0) <= 60
    assert min((each.quickest_s or 10 for each in ours), default=10) >= 10


@pytest.mark.parametrize("kind", LIMITED)
def test_no_limit_is_exceeded_for_longer_than_it_takes_to_react(kind: str) -> None:
    days = compared(kind)
    late = [
        day.day.key for day in days if not within_reaction(day.day, day.results[OURS])
    ]
    assert days and not late
    # Not by charging little.
    little = [
        (day.day.key, name)
        for day in days
        for name in (SLOW, QUICK)
        if name in day.results
        and day.results[OURS].charged_wh <= 0.9 * day.results[name].charged_wh
    ]
    assert not little


def test_what_comes_sooner_than_ten_seconds_protects_the_fuse() -> None:
    day = next(day for day in BY_KEY["fuse"].days((1,)) if "two_25_A" in day.key)
    chargers = chargers_of(day)
    replay(day, hours_of(day, day.trace()), chargers, our_law(day, chargers))
    soon = [
        (before, after)
        for each in chargers
        for before, after in pairwise(each.told[1:])
        if after[0] - before[0] < 10
    ]
    assert soon
    assert all(after[1] < before[1] for before, after in soon)


def test_traces_are_the_same_every_time() -> None:
    first, again, other = (
        physical(seed, 135, LIGHT).cut(36_000, 36_100) for seed in (2, 2, 3)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize(("day", "low", "high"), [(172, 6500, 8500), (355, 2500, 5500)])
def test_the_sun_is_as_high_as_it_should_be(day: int, low: float, high: float) -> None:
    assert low < sum(clear_sky_w(Roof(), day, 43_200)) < high
    assert sum(clear_sky_w(Roof(), day, 0)) == 0


def test_days_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.csv"
    lines = [
        f"2026-06-0{1 + h // 24}T{h % 24:02}:00:00,{p},{load}" for h, p, load in DAY
    ]
    path.write_text("\n".join(["time,pv,load", *lines]), encoding="utf-8")
    assert len(read_csv(path)) == 4 * 3600
    assert main([str(path), "--plots", str(tmp_path), "--fuse", "25"]) == 0
    out = capsys.readouterr().out
    assert "### mine" in out and "ocpp_cs" in out and "knowing the future" in out
    assert (tmp_path / "solar-mine.svg").read_text().startswith("<svg")


DAY = [(9, 3000, 500), (10, 6000, 400), (11, 2000, 400), (12, 0, 400), (13, 0, 0)]


@pytest.mark.parametrize(
    "text",
    ["time,pv,load\n", "time,pv,load\n1,x,3\n2,3,4\n", "when,pv,load\n1,2,3\n2,3,4\n"],
)
def test_a_file_that_cannot_be_read(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    assert main([str(path), "--plots", str(tmp_path)]) == 1
    assert "bad.csv" in capsys.readouterr().err


def test_semicolons_seconds_and_phases(tmp_path: Path) -> None:
    path = tmp_path / "day.csv"
    path.write_text(
        "time;pv;load_l1;load_l2;load_l3\n10:00:00;5000;1;2;3\n10:00:05;1;4;5;6\n"
    )
    trace = read_csv(path)
    assert trace.start_s == 36_000
    assert trace.load_w == [(1, 2, 3)] * 5


def test_what_a_car_may_be_taking_is_not_taken_for_surplus() -> None:
    """It takes 15 s to wake and some to ramp, and is measured every 10 s."""
    day = BY_KEY["clear"].days()[0]
    chargers = chargers_of(day)
    steady = Trace([3000.0] * 1800, [(0.0, 0.0, 0.0)] * 1800, 36_000)
    replay(day, steady, chargers, our_law(day, chargers))
    assert chargers[0].told_a == 13
    assert chargers[0].commands <= 2
