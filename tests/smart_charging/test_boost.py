"""A boost: fast once, whatever the mode."""

import pytest

from custom_components.ocpp_cs.smart_charging.model import (
    ChargeMode,
    Charger,
    Reason,
    Settings,
)

from .house import House

ONE = Charger(key="a", phase_options=(1,))


@pytest.mark.parametrize(
    "mode", [ChargeMode.OFF, ChargeMode.SOLAR, ChargeMode.MIN_SOLAR, ChargeMode.FAST]
)
def test_a_boost_charges_fast_in_every_mode(mode: ChargeMode) -> None:
    house = House(ONE, mode=mode)
    house.run(30)
    house.more["a"] = {"boost": True}
    house.run(30)
    assert house["a"].reason is Reason.BOOST
    assert house["a"].current_a == 16


def test_manual_stays_manual() -> None:
    house = House(ONE, mode=ChargeMode.MANUAL)
    house.more["a"] = {"boost": True}
    house.run(30)
    assert house["a"].reason is Reason.MANUAL
    assert house["a"].current_a is None


def test_fuse_and_user_go_before_a_boost() -> None:
    house = House(ONE, settings=Settings(fuse_a=16), mode=ChargeMode.OFF)
    house.base_a = (6.0, 6.0, 6.0)
    house.more["a"] = {"boost": True}
    house.run(120)
    assert house["a"].reason is Reason.FUSE_LIMIT
    assert 6 <= (house["a"].current_a or 0) <= 9.5
    house.more["a"] = {"boost": True, "limit_a": 0.0}
    house.run(30)
    assert (house["a"].reason, house["a"].current_a) == (Reason.OFF, 0)


def test_after_a_boost_the_mode_applies_again() -> None:
    house = House(ONE, mode=ChargeMode.SOLAR)
    house.more["a"] = {"boost": True}
    house.run(300)
    assert house["a"].reason is Reason.BOOST
    house.more["a"] = {}
    house.run(10)
    # Without sun it stops as it does after a cloud, not at once.
    assert house["a"].reason is Reason.STOP_DELAY
    house.run(600)
    assert (house["a"].reason, house["a"].current_a) == (Reason.WAITING_FOR_SUN, 0)
