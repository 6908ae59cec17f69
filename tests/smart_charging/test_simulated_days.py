"""What docs/simulations.md claims, on the hours of its days in which most happens."""

from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from devtools.simulate.__main__ import hours_of, main
from devtools.simulate.days import BY_KEY, LIGHT
from devtools.simulate.report import Compared, compare
from devtools.simulate.run import (
    Day,
    Result,
    chargers_of,
    our_law,
    replay,
    within_reaction,
)
from devtools.simulate.traces import Roof, Trace, clear_sky_w, physical, read_csv


@cache
def day_of(kind: str, name: str = "") -> Day:
    days = {day.key: day for day in BY_KEY[kind].days((1,))}
    return days[f"{kind}_{name}_1" if name else f"{kind}_1"]


@cache
def compared(kind: str, name: str = "") -> Compared:
    day = day_of(kind, name)
    return compare(day, hours_of(day, day.trace()))


def ours_and_evccs(kind: str, name: str = "") -> tuple[Result, Result, Result]:
    ours, slow, quick = compared(kind, name).results.values()
    return ours, slow, quick


def test_the_fuse_is_never_exceeded_for_longer_than_it_takes_to_react() -> None:
    ours, *evcc = ours_and_evccs("fuse", "two_25_A")
    assert within_reaction(day_of("fuse", "two_25_A"), ours)
    assert all(ours.charged_wh > 0.9 * each.charged_wh for each in evcc)


def test_what_comes_sooner_than_ten_seconds_protects_the_fuse() -> None:
    day = day_of("fuse", "two_25_A")
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


def test_nobody_does_better_than_who_knows_the_future() -> None:
    done = compared("broken")
    assert done.best_kwh is not None
    assert all(done.best_kwh > result.value_kwh for result in done.results.values())


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
    day = day_of("clear")
    chargers = chargers_of(day)
    steady = Trace([3000.0] * 1800, [(0.0, 0.0, 0.0)] * 1800, 36_000)
    replay(day, steady, chargers, our_law(day, chargers))
    assert chargers[0].told_a == 13
    assert chargers[0].commands <= 2
