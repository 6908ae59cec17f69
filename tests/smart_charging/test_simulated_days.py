"""What docs/simulations.md claims, on the hours of its days in which most happens."""

from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from devtools.simulate.__main__ import main
from devtools.simulate.days import DAYS
from devtools.simulate.optimum import optimum
from devtools.simulate.run import (
    Result,
    chargers_of,
    evcc_law,
    our_law,
    replay,
    within_reaction,
)
from devtools.simulate.traces import Roof, Sky, Trace, clear_sky_w, physical, read_csv

BY_KEY = {day.key: day for day in DAYS}
HOURS = {"clear": (7, 11), "clouds": (9, 13), "winter": (10, 14), "two_cars": (16, 20)}


@cache
def hours_of(key: str) -> Trace:
    first, last = HOURS[key]
    return BY_KEY[key].trace().cut(first * 3600, last * 3600)


@cache
def compared(key: str) -> tuple[Result, Result]:
    day, results = BY_KEY[key], []
    for make in (our_law, evcc_law):
        chargers = chargers_of(day)
        law = make(day, chargers)
        results.append(replay(day, hours_of(key), chargers, law))
    return results[0], results[1]


@pytest.mark.parametrize("key", HOURS)
def test_at_least_as_much_of_the_sun_with_no_more_switching(key: str) -> None:
    ours, evcc = compared(key)
    assert ours.share >= evcc.share
    assert ours.starts + ours.switches <= evcc.starts + evcc.switches


def test_a_tenth_less_from_the_grid_under_clouds() -> None:
    ours, evcc = compared("clouds")
    assert ours.import_wh <= 0.9 * evcc.import_wh


@pytest.mark.parametrize("key", ["clear", "clouds", "winter"])
def test_ten_seconds_between_commands(key: str) -> None:
    ours, _ = compared(key)
    assert ours.quickest_s is not None and ours.quickest_s >= 10


def test_the_fuse_is_never_exceeded_for_longer_than_it_takes_to_react() -> None:
    ours, evcc = compared("two_cars")
    assert within_reaction(ours)
    assert not within_reaction(evcc)
    assert ours.charged_wh > 0.9 * evcc.charged_wh


def test_what_comes_sooner_than_ten_seconds_protects_the_fuse() -> None:
    day = BY_KEY["two_cars"]
    chargers = chargers_of(day)
    told: dict[str, list[tuple[int, float]]] = {each.key: [] for each in chargers}

    def watch(now: int) -> None:
        for each in chargers:
            if not told[each.key] or told[each.key][-1][1] != each.told_a:
                told[each.key].append((now, each.told_a))

    replay(day, hours_of("two_cars"), chargers, our_law(day, chargers), watch)
    soon = [
        (before, after)
        for commands in told.values()
        for before, after in pairwise(commands[1:])
        if after[0] - before[0] < 10
    ]
    assert soon
    assert all(after[1] < before[1] for before, after in soon)


def test_nobody_does_better_than_who_knows_the_future() -> None:
    trace = hours_of("clouds")
    best = optimum(trace, trace.start_s, trace.start_s + len(trace), lines=(1, 3))
    ours, evcc = compared("clouds")
    for result in (ours, evcc):
        assert best.used_wh - best.import_wh > result.used_wh - result.import_wh


def test_traces_are_the_same_every_time() -> None:
    day = BY_KEY["clouds"]
    assert day.trace().cut(36_000, 36_100) == day.trace().cut(36_000, 36_100)
    other = physical(3, 135, Sky(cloud_s=90, gap_s=150)).cut(36_000, 36_100)
    assert other != day.trace().cut(36_000, 36_100)


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
    day = BY_KEY["clear"]
    chargers = chargers_of(day)
    steady = Trace([3000.0] * 1800, [(0.0, 0.0, 0.0)] * 1800, 36_000)
    replay(day, steady, chargers, our_law(day, chargers))
    assert chargers[0].told_a == 13
    assert chargers[0].commands <= 2
