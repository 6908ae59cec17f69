"""Home Assistant restarts, in whatever state it is."""

from collections.abc import Callable
import json
from typing import Any

import pytest

from custom_components.ocpp_cs.smart_charging.control import ChargeControl
from custom_components.ocpp_cs.smart_charging.model import (
    ChargeMode,
    Charger,
    HouseReading,
    Reason,
    Settings,
)

from .house import START, House

ONE = Charger(key="a", phase_options=(1,))


def waiting() -> House:
    return House(surplus_w=0).run(60)


def starting() -> House:
    return House(surplus_w=2000).run(60)


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


STATES = [
    waiting,
    starting,
    following,
    three_phases,
    stopping,
    asleep,
    full,
    cut,
    blind,
]


@pytest.mark.parametrize("pause", [30, 7200])
@pytest.mark.parametrize("state", STATES)
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
    assert house.a.current_a == 0


def test_a_tick_right_after_the_restart_counts_no_time() -> None:
    control = ChargeControl(Settings(), [ONE])
    assert control.tick(START, HouseReading(grid_w=1, grid_at=START), {}) == {}
    assert control.surplus_w is not None
