"""Home Assistant restarts, in whatever state it is."""

from collections.abc import Callable
import json
from typing import Any

import pytest

from custom_components.ocpp_cs.smart_charging.control import ChargeControl
from custom_components.ocpp_cs.smart_charging.model import (
    ChargeMode,
    Charger,
    Reason,
    Settings,
)

from .house import START, House, reading_of

ONE = Charger(key="a", phase_options=(1,))


def waiting() -> House:
    return House(surplus_w=0).run(60)


def starting() -> House:
    settings = Settings(start_delay_s=90)
    return House(settings=settings, surplus_w=2000).run(60)


def following() -> House:
    return House(surplus_w=3000).run(300)


def three_phases() -> House:
    return House(surplus_w=9000).run(300)


def stopping() -> House:
    house = following()
    house.surplus_w = 0
    return house.run(60)


def asleep() -> House:
    house = House(surplus_w=3000)
    house.cars["a"].takes = False
    return house.run(1800)


def full() -> House:
    house = following()
    house.cars["a"].takes = False
    return house.run(300)


def cut() -> House:
    house = House(settings=Settings(fuse_a=20), mode=ChargeMode.MIN_SOLAR)
    house.base_a = (9.0, 0.0, 0.0)
    return house.run(60)


def blind() -> House:
    house = following()
    house.house = {"grid_w": None}
    return house.run(60)


def minimum() -> House:
    """Return one that has begun a while ago, and is in its least time."""
    house = House(surplus_w=2000).run(100)
    house.surplus_w = 0
    return house.run(10)


def pausing() -> House:
    """Return one that has just stopped."""
    house = following()
    house.surplus_w = -3000
    return house.run(200)


def going_up() -> House:
    """Return one that is about to go to three phases."""
    house = following()
    house.surplus_w = 6000
    return house.run(40)


def switching() -> House:
    """Return one that has just been told to go to three phases."""
    house = following()
    house.surplus_w = 6000
    while house.a.phases == 1:
        house.tick()
    return house


def fast() -> House:
    return House(mode=ChargeMode.FAST).run(60)


def off() -> House:
    return House(mode=ChargeMode.OFF, surplus_w=9000).run(60)


STATES = [
    waiting,
    starting,
    following,
    three_phases,
    minimum,
    stopping,
    pausing,
    going_up,
    switching,
    asleep,
    full,
    cut,
    blind,
    fast,
    off,
]
AWAY = [10, 600, 7200]


def crashed(state: Callable[[], House], pause: float, lost: float) -> House:
    """Return a house after a restart; what the last seconds brought may be lost."""
    house = state()
    kept = house.control.as_dict()
    if lost:
        house.run(lost)
    return house.restart(pause, kept=kept)


@pytest.mark.parametrize("lost", [0, 50])
@pytest.mark.parametrize("pause", AWAY)
@pytest.mark.parametrize("state", STATES)
def test_it_goes_on_as_if_nothing_had_been(
    state: Callable[[], House], pause: float, lost: float
) -> None:
    house = crashed(state, pause, lost)
    if state is cut:
        # The oven is still on.
        assert house.base_a is not None
    house.run(1200)
    twin = state().run(lost + pause + 1200)
    assert (house.a.current_a, house.a.phases) == (twin.a.current_a, twin.a.phases)
    if state is not asleep:
        # Of a car that did not begin, it is tried anew whether it does.
        assert house.a.reason is twin.a.reason


@pytest.mark.parametrize("lost", [0, 50])
@pytest.mark.parametrize(
    "state", [following, three_phases, minimum, going_up, switching, fast]
)
def test_a_short_absence_stops_no_car(state: Callable[[], House], lost: float) -> None:
    house = crashed(state, 10, lost)
    told = len(house.told["a"])
    house.run(30)
    assert 0 not in [current for _, current, _ in house.told["a"][told:]]


@pytest.mark.parametrize("pause", AWAY)
@pytest.mark.parametrize("state", [waiting, starting, pausing, off])
def test_one_that_rests_is_not_started_by_a_restart(
    state: Callable[[], House], pause: float
) -> None:
    house = state().restart(pause)
    # It may have slept in the sun, but it takes its time.
    house.run(60)
    assert house.a.current_a == 0


def test_what_the_fuse_has_stopped_rests_on() -> None:
    house = House(settings=Settings(fuse_a=20), mode=ChargeMode.FAST)
    house.base_a = (0.0, 0.0, 0.0)
    house.run(60)
    house.base_a = (19.0, 0.0, 0.0)
    house.run(20)
    assert house.a.current_a == 0
    house.restart(10)
    house.base_a = (0.0, 0.0, 0.0)
    house.run(60)
    assert (house.a.current_a, house.a.reason) == (0, Reason.FUSE_LIMIT)
    house.run(120)
    assert house.a.current_a == 16


@pytest.mark.parametrize("pause", AWAY)
@pytest.mark.parametrize(
    "state", [state for state in STATES if state not in (fast, off)]
)
def test_it_never_takes_more_than_before(
    state: Callable[[], House], pause: float
) -> None:
    house = state()
    before = (house.a.current_a or 0) * (house.a.phases or 0)
    # It is back before the meter is.
    house.restart(pause)
    house.house = {"grid_w": None}
    house.surplus_w = -500
    house.tick()
    assert (house.a.current_a or 0) * (house.a.phases or 0) <= before
    house.run(160)
    assert (house.a.current_a or 0) * (house.a.phases or 0) <= before
    assert house.a.current_a in (0, 6)
    # What had charged goes on for a while, with the least.
    house.run(300)
    expected = 6 if house.modes["a"] is ChargeMode.MIN_SOLAR else 0
    assert house.a.current_a == expected
    assert house.a.reason in {Reason.METER_STALE, Reason.CAR_FULL, Reason.FUSE_LIMIT}


def test_a_short_restart_does_not_stop_the_car() -> None:
    house = following().restart(30)
    house.run(300)
    assert [told[1] for told in house.told["a"]] == [0, 13]


def test_after_a_long_one_it_is_thought_over() -> None:
    house = following().restart(7200)
    house.tick()
    assert house.a.current_a == 0


def test_what_is_kept_is_json() -> None:
    for state in STATES:
        kept = state().control.as_dict()
        assert json.loads(json.dumps(kept)) == kept


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"version": 1},
        {"version": 1, "at": "nan", "chargers": {}},
        {"version": 1, "at": START, "chargers": []},
        {"version": 1, "at": START, "chargers": {"a": None, "gone": {}}},
        {"version": 1, "at": START, "chargers": {"a": {"car": [], "sun": 5}}},
        {
            "version": 1,
            "at": START,
            "chargers": {
                "a": {
                    "car": {"told_a": 3000, "told_phases": "x", "told_at": None},
                    "sun": {"on": "yes", "phases": 9, "since": "x", "patience": "inf"},
                }
            },
        },
        {
            "version": 1,
            "at": START,
            "chargers": {
                "a": {
                    "car": {"told_a": 16, "told_phases": [], "lines": {}},
                    "sun": {"on": True, "phases": [], "since": 1e300},
                }
            },
        },
    ],
)
def test_whatever_was_kept_nothing_starts_by_itself(data: Any) -> None:
    house = House(surplus_w=0)
    house.control.restore(data, house.now)
    house.house = {"grid_w": None}
    house.run(150)
    told = [current for _, current, _ in house.told["a"]]
    assert told == sorted(told, reverse=True)
    house.run(300)
    assert house.a.current_a == 0


def test_a_tick_right_after_the_restart_counts_no_time() -> None:
    control = ChargeControl(Settings(), [ONE])
    assert control.tick(START, reading_of(grid_w=1, grid_at=START), {}) == {}
    assert control.surplus_w is not None
