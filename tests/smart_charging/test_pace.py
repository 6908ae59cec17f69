"""How often the current changes for sun and price, and what is never held up."""

from itertools import pairwise
from math import sin
from random import Random

import pytest

from custom_components.ocpp_cs.smart_charging.model import (
    ChargeMode,
    Charger,
    Reason,
    Settings,
)
from custom_components.ocpp_cs.smart_charging.sharing import Wish, share_surplus
from custom_components.ocpp_cs.smart_charging.sun.solar import Reach
from devtools.simulate.run import Day, Place, chargers_of, our_law, replay
from devtools.simulate.traces import Trace
from devtools.simulate.vehicle import Box

from .house import House

ONE = Charger(key="a", phase_options=(1,))
TWO = [Charger(key=key, phase_options=(1, 3)) for key in "ab"]


def most_in_an_hour(house: House, key: str = "a") -> int:
    times = [told[0] for told in house.told[key]]
    return max(sum(at <= one < at + 3600 for one in times) for at in times)


@pytest.mark.parametrize("surplus", [2530.0, 2590.0, 2645.0])
def test_a_noisy_meter_in_a_steady_sun_changes_little(surplus: float) -> None:
    house = House(ONE)
    random = Random("noise")
    for _ in range(3600):
        house.surplus_w = surplus + random.gauss(0, 40)
        house.tick()
    assert most_in_an_hour(house) <= 12
    assert abs(house.cars["a"].power_w - surplus) < 230


@pytest.mark.parametrize("most", [60, 20])
def test_the_changes_of_an_hour_have_a_limit(most: int) -> None:
    house = House(ONE, settings=Settings(most_changes_per_hour=most))
    for second in range(0, 2 * 3600, 2):
        house.surplus_w = 2800 + 1400 * sin(second / 7)
        house.tick()
    assert most / 3 < most_in_an_hour(house) <= most + 1


def busy(settings: Settings | None = None, *, mode: ChargeMode) -> House:
    """Return a house whose charger has used up its changes."""
    house = House(ONE, settings=settings, mode=mode)
    house.base_a = (0.0, 0.0, 0.0)
    for _ in range(120):
        for house.surplus_w in (3700, 1400):
            house.run(10)
    for _ in range(100):
        house.surplus_w = 3700 if (house.a.current_a or 0) < 10 else 1400
        house.tick()
        if house.told["a"][-1][0] == house.now and (house.a.current_a or 0) > 10:
            break
    house.surplus_w = 1400
    house.run(30)
    assert (house.a.current_a or 0) > 10, "it waits with less current"
    return house


def test_what_protects_is_not_held_up() -> None:
    house = busy(Settings(fuse_a=20), mode=ChargeMode.SOLAR)
    house.base_a = (13.0, 0.0, 0.0)
    house.tick()
    assert (house.a.current_a, house.a.reason) == (6, Reason.FUSE_LIMIT)


@pytest.mark.parametrize(
    ("more", "expected"), [({"limit_a": 7.0}, 6), ({"limit_a": 0.0}, 0)]
)
def test_the_users_hand_is_not_held_up(more: dict[str, float], expected: int) -> None:
    house = busy(mode=ChargeMode.SOLAR)
    house.more["a"] = more
    house.run(12)
    assert house.a.current_a == expected


def test_a_stop_is_not_held_up() -> None:
    house = busy(Settings(most_changes_per_hour=20), mode=ChargeMode.SOLAR)
    house.surplus_w = -3000
    house.run(100)
    assert house.a.current_a == 0


@pytest.mark.parametrize("mode", [ChargeMode.OFF, ChargeMode.FAST])
def test_another_mode_is_not_held_up(mode: ChargeMode) -> None:
    house = busy(mode=ChargeMode.SOLAR)
    house.modes["a"] = mode
    house.run(12)
    assert house.a.current_a == (0 if mode is ChargeMode.OFF else 16)


@pytest.mark.parametrize("watts", [3050.0, 7300.0])
def test_a_slow_charger_settles_in_a_steady_sun(watts: float) -> None:
    """It reacts after 30 s, and its own meter tells twice as often."""
    box = Box(reaction_s=30, tells_s=10)
    day = Day(key="", title="", trace=list, places=(Place(box=box),))  # type: ignore[arg-type]
    trace = Trace([watts] * 3600, [(0.0, 0.0, 0.0)] * 3600, 36_000)
    chargers = chargers_of(day)
    result = replay(day, trace, chargers, our_law(day, chargers, Settings()))
    assert result.commands <= 25
    assert result.share > 0.9


def test_no_more_is_offered_than_a_step_beyond_what_the_car_takes() -> None:
    house = House(ONE, surplus_w=9000)
    house.cars["a"].max_a = 10
    house.run(300)
    assert house.a.current_a == 11
    # It can show that it takes more.
    house.cars["a"].max_a = 13
    house.run(200)
    assert house.cars["a"].amps == 13


@pytest.mark.parametrize(
    ("takes", "step", "top"),
    [(None, 1, 16), (9.4, 1, 11), (9.4, 0.1, 10.4), (20, 1, 16)],
)
def test_the_most_that_is_offered(takes: float | None, step: float, top: float) -> None:
    reach = Reach(watts_per_a={1: 230.0}, min_a=6, max_a=16, step_a=step, takes_a=takes)
    assert reach.top_a == pytest.approx(top)


def test_two_equal_cars_do_not_switch_phases_at_the_same_time() -> None:
    house = House(*TWO, surplus_w=7000).run(600)
    for _ in range(6):
        house.surplus_w = 10_000
        house.run(300)
        house.surplus_w = 7_000
        house.run(300)
    switches = [
        sum(one[2] != two[2] for one, two in pairwise(told))
        for told in house.told.values()
    ]
    assert sum(switches) <= 2
    # One phase each is even.
    house = House(*TWO, surplus_w=5000).run(900)
    assert abs(house.cars["a"].power_w - house.cars["b"].power_w) <= 230


def test_equals_share_evenly_up_to_one_phase_then_one_after_the_other() -> None:
    def shares(total: float, present: float = 0.0) -> tuple[float, float]:
        wishes = [
            Wish(
                key=key,
                priority=0,
                running=True,
                min_w=1380,
                max_w=11_040,
                even_w=3680,
                present_w=watts,
            )
            for key, watts in (("a", 1380.0), ("b", present or 1380.0))
        ]
        result = share_surplus(total, wishes)
        return result["a"], result["b"]

    assert shares(5000) == (2500, 2500)
    assert shares(10_000) == (6320, 3680)
    assert shares(10_000, present=4140) == (3680, 6320)
    # The one with three phases keeps what it needs for them.
    assert shares(6000, present=4140) == (1860, 4140)
    assert shares(20_000) == (11_040, 8960)
