"""Meters that are wrong: jumps, NaN, silence, another unit."""

from math import inf, nan
from typing import Any

import pytest

from custom_components.ocpp_cs.smart_charging.house.meter import grid_w, power_w
from custom_components.ocpp_cs.smart_charging.model import (
    ChargeMode,
    Charger,
    Reason,
    Settings,
)
from custom_components.ocpp_cs.smart_charging.numbers import number

from .house import START, House

ONE = Charger(key="a", phase_options=(1,))


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("1234.5", "W", 1234.5),
        ("1.2345", "kW", 1234.5),
        (-3, "kW", -3000),
        ("0.002", "MW", 2000),
        ("2000000", "mW", 2000),
        (" 5 ", " w ", 5),
        ("unavailable", "W", None),
        ("unknown", "kW", None),
        ("", "W", None),
        (None, "W", None),
        ("nan", "W", None),
        (inf, "W", None),
        (True, "W", None),
        ("5", None, None),
        ("5", "kWh", None),
        ("5", "A", None),
        ("3000000", "W", None),  # it was kW yesterday
        (10**400, "W", None),
    ],
)
def test_power(value: object, unit: str | None, expected: float | None) -> None:
    assert power_w(value, unit) == expected


def test_a_meter_that_changes_its_unit_says_the_same() -> None:
    assert power_w("2500", "W") == power_w("2.5", "kW") == 2500


def test_two_meters_are_one() -> None:
    assert grid_w(500, 0) == 500
    assert grid_w(0, 700) == -700
    assert grid_w(300, None, inverted=True) == -300
    assert grid_w(None, 5) is None


def test_number_refuses_what_is_none() -> None:
    assert [number(each) for each in (nan, "1e999", [], {}, b"1", "1,5")] == [None] * 6


@pytest.mark.parametrize("bad", [None, nan, inf, -inf, 3_000_000.0])
def test_a_meter_that_fails_is_believed_for_a_while(bad: Any) -> None:
    house = House(ONE, surplus_w=3000).run(300)
    assert house.a.current_a == 13
    house.house = {"grid_w": bad}
    silent = house.now
    house.run(110)
    assert house.a.current_a == 13
    house.run(20)
    # It goes on with the least current for a while.
    assert (house.a.current_a, house.a.reason) == (6, Reason.METER_STALE)
    assert house.a.until == silent + 120 + 300
    assert house.a.surplus_w is None
    house.run(280)
    assert (house.a.current_a, house.a.reason) == (6, Reason.METER_STALE)
    house.run(20)
    assert (house.a.current_a, house.a.reason) == (0, Reason.METER_STALE)
    assert house.a.until is None
    house.house = {}
    house.run(300)
    assert house.a.current_a == 13


def test_after_a_gap_it_simply_goes_on() -> None:
    house = House(ONE, surplus_w=3000).run(300)
    house.house = {"grid_w": None}
    house.run(300)
    assert house.a.current_a == 6
    house.house = {}
    house.run(20)
    assert house.a.current_a == 13
    assert 0 not in [told[1] for told in house.told["a"][1:]]


def test_nothing_begins_in_a_gap() -> None:
    house = House(ONE, surplus_w=0).run(300)
    house.house = {"grid_w": None}
    assert house.run(600).a.current_a == 0
    assert [told[1] for told in house.told["a"]] == [0]


def test_without_a_time_for_gaps_it_pauses() -> None:
    house = House(ONE, settings=Settings(gap_s=0), surplus_w=3000).run(300)
    house.house = {"grid_w": None}
    house.run(130)
    assert (house.a.current_a, house.a.reason) == (0, Reason.METER_STALE)


def test_a_gap_begins_no_switch_of_phases() -> None:
    house = House(surplus_w=9000).run(600)
    assert house.a.phases == 3
    house.house = {"grid_w": None}
    house.run(200)
    assert (house.a.current_a, house.a.phases) == (6, 3)


def test_a_meter_that_goes_silent_is_stale() -> None:
    house = House(ONE, surplus_w=3000).run(300)
    house.house = {"grid_w": -3000.0, "grid_at": house.now}
    house.run(110)
    assert house.a.current_a != 0
    house.run(20)
    assert (house.a.current_a, house.a.reason) == (6, Reason.METER_STALE)
    house.run(300)
    assert (house.a.current_a, house.a.reason) == (0, Reason.METER_STALE)


def test_a_meter_that_never_told_anything() -> None:
    house = House(ONE)
    house.house = {"grid_w": None}
    house.run(20)
    assert (house.a.current_a, house.a.reason) == (0, Reason.METER_STALE)
    assert house.a.until == pytest.approx(START + 122)


def test_min_solar_goes_down_to_the_least() -> None:
    house = House(ONE, surplus_w=3000, mode=ChargeMode.MIN_SOLAR).run(300)
    house.house = {"grid_w": nan}
    house.run(130)
    assert (house.a.current_a, house.a.reason) == (6, Reason.METER_STALE)


def test_fast_does_not_need_a_meter_unless_for_the_fuse() -> None:
    house = House(ONE, mode=ChargeMode.FAST)
    house.house = {"grid_w": nan}
    assert house.run(300).a.current_a == 16
    house = House(ONE, mode=ChargeMode.FAST, settings=Settings(fuse_a=25))
    house.house = {"grid_w": nan}
    house.run(300)
    assert (house.a.current_a, house.a.reason) == (12, Reason.FUSE_LIMIT)


def test_phase_currents_that_fail_fall_back_to_the_power() -> None:
    house = House(ONE, mode=ChargeMode.FAST, settings=Settings(fuse_a=25))
    house.base_a = (0.0, 0.0, 0.0)
    house.run(60)
    assert house.a.current_a == 16
    house.surplus_w = -2760
    house.house = {"currents_a": (nan, 0.0, 0.0)}
    house.run(20)
    assert house.a.current_a == 12


def test_a_jump_up_neither_starts_nor_raises_much() -> None:
    house = House(ONE, surplus_w=0).run(300)
    house.surplus_w = 60_000
    house.tick()
    house.surplus_w = 0
    assert house.run(60).a.current_a == 0

    house = House(ONE, surplus_w=1700).run(300)
    house.surplus_w = 5000
    house.tick()
    house.surplus_w = 1700
    house.run(20)
    assert max(told[1] for told in house.told["a"]) <= 13


def test_a_jump_down_does_not_stop() -> None:
    house = House(surplus_w=8000).run(600)
    for _ in range(10):
        house.surplus_w = -80_000
        house.tick()
        house.surplus_w = 8000
        house.run(60)
    assert house.a.phases == 3
    assert all(told[1] for told in house.told["a"][1:])


def test_a_clock_that_is_set_back() -> None:
    house = House(ONE, surplus_w=3000).run(300)
    house.now -= 3600
    house.house = {"grid_w": nan}
    house.run(130)
    assert house.a.reason is Reason.METER_STALE
    house.house = {}
    assert house.run(400).a.current_a == 13


def test_a_slow_meter_is_not_counted_twice() -> None:
    # It tells every 30 s, while the car is measured all the time.
    house = House(ONE, surplus_w=2400)
    for second in range(0, 1200, 2):
        if second % 30 == 0:
            cars = house.cars["a"].power_w
            house.house = {"grid_w": cars - house.surplus_w, "grid_at": house.now + 2}
        house.tick()
    assert {told[1] for told in house.told["a"]} <= {0, 6, 7, 8, 9, 10}
    assert house.a.current_a == 10
    assert len(house.told["a"]) <= 6


@pytest.mark.parametrize("period", [5, 15, 30, 60])
def test_no_hunting_with_slow_meters(period: int) -> None:
    house = House(surplus_w=6000)
    seen = dict.fromkeys(("power_w", "currents_a", "measured_at"))
    for second in range(0, 3600, 1):
        if second % period == 0:
            car = house.cars["a"]
            seen = {
                "power_w": car.power_w,
                "currents_a": car.currents,
                "measured_at": house.now,
            }
            house.house = {
                "grid_w": car.power_w - house.surplus_w,
                "grid_at": house.now,
            }
        house.more["a"] = seen
        house.tick(1)
        if second == 1200:
            settled = len(house.told["a"])
    assert (house.a.current_a, house.a.phases) == (8, 3)
    assert len(house.told["a"]) == settled


@pytest.mark.parametrize("lives", [False, True])
def test_a_meter_that_died_does_not_live_on_when_the_clock_is_set_back(
    lives: bool,
) -> None:
    house = House(ONE, mode=ChargeMode.FAST, settings=Settings(fuse_a=25))
    house.base_a = (2.0, 2.0, 2.0)
    house.run(60)
    assert house.a.current_a == 16
    ahead = 3600.0
    died = house.now
    house.now -= ahead
    for _ in range(150):
        # One that lives has a clock of its own, which is still ahead.
        at = house.now + ahead if lives else died
        house.house = {"grid_at": at, "currents_at": at}
        house.tick()
    assert house.control._meter.stale(house.now, 120) is not lives
