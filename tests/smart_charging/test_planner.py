"""A car that is ready in time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import nan

from hypothesis import given, strategies as st
import pytest

from custom_components.ocpp_cs.smart_charging.model import ChargeMode, Charger, Reason
from custom_components.ocpp_cs.smart_charging.planning.model import Plan, SunSlot
from custom_components.ocpp_cs.smart_charging.planning.planner import (
    Goal,
    energy_for_soc,
    plan,
)
from custom_components.ocpp_cs.smart_charging.planning.prices import PriceSlot

from .house import House

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def goal(energy: float, ready: float = 13.25, power: float = 11_000.0) -> Goal:
    return Goal(energy_kwh=energy, ready_by=at(ready), power_w=power)


def hourly(*prices: float) -> list[PriceSlot]:
    return [PriceSlot(at(i), at(i + 1), price) for i, price in enumerate(prices)]


def spans(found: Plan) -> list[tuple[float, float]]:
    return [
        (
            round((slot.start - NOW).total_seconds() / 3600, 3),
            round((slot.end - NOW).total_seconds() / 3600, 3),
        )
        for slot in found.slots
    ]


def total(found: Plan) -> float:
    return sum(slot.energy_kwh for slot in found.slots)


def test_without_prices_it_is_as_late_as_is_safe() -> None:
    found = plan(NOW, goal(22))
    assert spans(found) == [(11, 13)]
    assert found.due_w(at(10.9)) == 0
    assert found.due_w(at(11)) == 11_000
    assert found.due_w(at(13)) == 0
    assert found.cost is None


def test_the_cheapest_hours_first() -> None:
    prices = hourly(30, 28, 25, 9, 8, 7, 8, 9, 20, 25, 30, 32, 33)
    found = plan(NOW, goal(33), prices)
    assert spans(found) == [(4, 5), (5, 6), (6, 7)]
    assert found.cost == pytest.approx(11 * (8 + 7 + 8))


def test_a_part_of_a_slot_is_its_end() -> None:
    found = plan(NOW, goal(16.5), hourly(30, 28, 25, 9, 8, 7, 6, 9, 20, 25, 30, 32, 33))
    assert spans(found) == [(5.5, 6), (6, 7)]


def test_prices_that_are_not_known_yet_are_as_the_mean() -> None:
    # Dear hours now, tomorrow's prices to come: it waits.
    found = plan(NOW, goal(22), hourly(10, 40, 40, 40))
    assert spans(found) == [(0, 1), (12, 13)]


def test_negative_prices_are_cheap() -> None:
    found = plan(NOW, goal(11), hourly(1, 0, -5, 0, 1))
    assert spans(found) == [(2, 3)]


def test_no_time_left_is_now_and_told() -> None:
    found = plan(NOW, goal(33, ready=1.0), hourly(50, 1, 1, 1))
    assert spans(found) == [(0, 3)]
    assert found.missing_kwh == pytest.approx(22)
    assert found.due_w(at(2)) == 11_000


def test_a_time_that_has_passed_is_now() -> None:
    found = plan(NOW, goal(11, ready=-2.0))
    assert spans(found) == [(0, 1)]
    assert found.missing_kwh == pytest.approx(11)


def test_the_sun_comes_first() -> None:
    sun = [SunSlot(start=at(8), end=at(11), power_w=5000)]
    found = plan(NOW, goal(22), hourly(*[20] * 13), sun)
    assert found.sun_kwh == pytest.approx(15)
    assert spans(found)[-1][1] == 13
    # 7 kWh are left, none of them while the sun shines.
    assert total(found) == pytest.approx(7)


def test_sun_that_is_too_little_for_the_car_does_not_count() -> None:
    sun = [SunSlot(start=at(8), end=at(11), power_w=900)]
    assert plan(NOW, goal(22), (), sun).sun_kwh == 0


def test_enough_sun_needs_no_grid() -> None:
    sun = [SunSlot(start=at(1), end=at(11), power_w=5000)]
    found = plan(NOW, goal(22), hourly(*[20] * 13), sun)
    assert found.slots == ()
    assert found.sun_kwh == pytest.approx(22)


def test_energy_that_came_makes_the_plan_shorter() -> None:
    prices = hourly(30, 28, 25, 9, 8, 7, 8, 9, 20, 25, 30, 32, 33)
    first = plan(NOW, goal(33), prices)
    again = plan(at(4.5), goal(27.5), prices, before=first)
    assert spans(again) == [(4.5, 5), (5, 6), (6, 7)]


def test_a_slot_that_has_begun_is_finished() -> None:
    prices = hourly(*[10] * 13)
    first = Plan(slots=plan(NOW, goal(1), hourly(5, 10)).slots)
    now = first.slots[0].start + timedelta(minutes=1)
    # The prices have changed, and it would begin somewhere else.
    prices[6] = PriceSlot(at(6), at(7), 1.0)
    assert plan(now, goal(4), prices, before=first).due_w(now) > 0
    assert plan(now, goal(4), prices).due_w(now) == 0


@pytest.mark.parametrize("energy", [0, -5, nan])
def test_nothing_missing_is_no_plan(energy: float) -> None:
    assert plan(NOW, goal(energy)) == Plan()


def test_no_power_is_no_plan() -> None:
    assert plan(NOW, goal(10, power=0)) == Plan()
    assert plan(NOW, goal(10, power=nan)) == Plan()


@pytest.mark.parametrize(
    ("soc", "target", "capacity", "expected"),
    [
        (40, 80, 60, 24 / 0.9),
        (80, 80, 60, 0),
        (90, 80, 60, 0),
        (-5, 50, 60, 30 / 0.9),
        (50, 130, 60, 30 / 0.9),
        (nan, 80, 60, 0),
    ],
)
def test_energy_for_soc(
    soc: float, target: float, capacity: float, expected: float
) -> None:
    assert energy_for_soc(soc, target, capacity) == pytest.approx(expected)


def test_a_plan_drives_the_charger_and_the_sun_goes_on() -> None:
    house = House(Charger(key="a", phase_options=(1, 3)), surplus_w=-500).run(60)
    house.more["a"] = {"due_w": 11_000.0}
    house.run(10)
    assert (house.a.current_a, house.a.phases) == (16, 3)
    assert house.a.reason is Reason.PLAN
    house.more["a"] = {"due_w": 2000.0}
    house.run(10)
    # The least on three phases, until they may be switched.
    assert (house.a.current_a, house.a.phases) == (6, 3)
    assert house.a.target_w == pytest.approx(4140)
    house.run(110)
    assert (house.a.current_a, house.a.phases) == (9, 1)
    assert house.a.target_w == pytest.approx(2070)
    house.more["a"] = {}
    house.surplus_w = 8000
    house.run(300)
    assert (house.a.current_a, house.a.reason) == (11, Reason.FOLLOWING_SUN)
    assert [told[1] for told in house.told["a"]].count(0) == 1


def test_a_plan_does_not_wake_a_charger_that_is_off() -> None:
    house = House(mode=ChargeMode.OFF)
    house.more["a"] = {"due_w": 11_000.0}
    assert house.run(60).a.current_a == 0


@given(
    energy=st.floats(0.1, 200),
    ready=st.floats(-2, 40),
    power=st.floats(1380, 22_000),
    prices=st.lists(st.floats(-50, 200), max_size=30),
    sun=st.lists(st.floats(0, 9000), max_size=12),
)
def test_a_plan_brings_what_is_missing(
    energy: float, ready: float, power: float, prices: list[float], sun: list[float]
) -> None:
    wanted = Goal(energy_kwh=energy, ready_by=at(ready), power_w=power)
    expected = [
        SunSlot(start=at(i), end=at(i + 1), power_w=watts)
        for i, watts in enumerate(sun)
    ]
    found = plan(NOW, wanted, hourly(*prices), expected)
    assert total(found) + found.sun_kwh >= energy - 0.01
    for slot, following in pairwise(found.slots):
        assert slot.start < slot.end <= following.start
    assert all(slot.start >= NOW for slot in found.slots)
    if not found.missing_kwh and found.slots:
        assert found.slots[-1].end <= at(ready) + timedelta(seconds=1)
