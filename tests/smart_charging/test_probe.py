"""A car that nobody knows charges for two minutes, if its phases matter."""

import pytest

from custom_components.ocpp_cs.smart_charging.model import (
    ChargeMode,
    Charger,
    Reason,
    Settings,
)

from .house import House

BOTH = Charger(key="a", phase_options=(1, 3))
THREE = Charger(key="a", phase_options=(3,), remembers_phases=True)


def planned(
    *,
    phases: int = 1,
    charger: Charger = BOTH,
    mode: ChargeMode = ChargeMode.SOLAR,
    settings: Settings | None = None,
) -> House:
    """Return a house without sun, at whose charger a plan is armed."""
    house = House(charger, mode=mode, settings=settings)
    house.base_a = (0.0, 0.0, 0.0)
    house.cars["a"].phases = phases
    house.more["a"] = {"planned": True}
    return house


def probed(house: House, seconds: float = 600.0) -> float:
    """Run; return for how many seconds it was offered power, in s."""
    charged = 0.0
    end = house.now + seconds
    while house.now < end:
        house.tick()
        charged += 2.0 if house.a.current_a else 0.0
    return charged


@pytest.mark.parametrize("charger", [BOTH, THREE])
@pytest.mark.parametrize("phases", [1, 2, 3])
def test_a_car_is_probed_for_its_plan(phases: int, charger: Charger) -> None:
    house = planned(phases=phases, charger=charger)
    house.run(4)
    assert (house.a.current_a, house.a.phases) == (6, 3)
    assert house.a.reason is Reason.PROBING_CAR
    assert house.a.until is not None
    assert 4 <= probed(house) <= 170
    assert house.control.learned("a")[0] == phases
    assert (house.a.current_a, house.a.reason) == (0, Reason.WAITING_FOR_SUN)
    # Once is enough.
    assert probed(house, 3600) == 0


def test_a_car_that_takes_nothing_is_probed_once() -> None:
    house = planned()
    house.cars["a"].takes = False
    assert 100 <= probed(house) <= 180
    assert probed(house, 3600) == 0
    house.more["a"] = {"plugged_in": False, "planned": True}
    house.run(20)
    house.more["a"] = {"planned": True}
    assert probed(house) > 0


def test_it_is_not_probed_again_after_a_restart() -> None:
    house = planned()
    house.cars["a"].takes = False
    house.run(30)
    assert house.a.reason is Reason.PROBING_CAR
    house.restart(20).run(4)
    assert house.a.current_a == 0
    assert probed(house, 1200) == 0


def test_without_a_plan_and_without_sun_nothing_is_taken_from_the_grid() -> None:
    for charger in (BOTH, THREE):
        house = planned(charger=charger)
        house.more["a"] = {}
        assert probed(house, 1200) == 0


def test_a_known_car_is_not_probed() -> None:
    house = planned()
    house.more["a"]["car"] = "one"
    assert probed(house) > 0
    for car, expected in (("one", False), ("two", True), ("one", False)):
        house.more["a"] = {"plugged_in": False, "planned": True}
        house.run(20)
        house.more["a"] = {"planned": True, "car": car}
        assert (probed(house) > 0) is expected


def test_a_session_is_started_for_it() -> None:
    house = planned()
    house.cars["a"].session = False
    house.more["a"] = {"planned": True, "startable": True}
    house.tick()
    assert (house.a.start, house.a.reason) == (True, Reason.WAITING_TO_BE_STARTED)


@pytest.mark.parametrize("mode", [ChargeMode.MANUAL, ChargeMode.OFF])
def test_not_against_the_mode(mode: ChargeMode) -> None:
    house = planned(mode=mode)
    assert probed(house) == 0


@pytest.mark.parametrize(
    "more", [{"limit_a": 0.0}, {"full": True}, {"plugged_in": False}]
)
def test_not_against_its_user(more: dict[str, object]) -> None:
    house = planned()
    house.more["a"] |= more
    assert probed(house) == 0


def test_not_beyond_the_fuse() -> None:
    house = planned(settings=Settings(fuse_a=16.0))
    house.base_a = (0.0, 12.0, 0.0)
    assert probed(house) == 0
    assert house.a.reason is Reason.FUSE_LIMIT
    house.base_a = (0.0, 0.0, 0.0)
    assert 4 <= probed(house) <= 170


def test_a_one_phase_car_begins_at_a_charger_with_three() -> None:
    """It was taken for one with three phases, so that 2 kW of sun never sufficed."""
    house = House(THREE, surplus_w=2000)
    house.cars["a"].phases = 1
    house.run(600)
    assert house.cars["a"].power_w == pytest.approx(8 * 230)
    assert house.a.reason is Reason.FOLLOWING_SUN


def test_a_car_with_three_phases_is_shown_to_be_one() -> None:
    house = House(THREE, surplus_w=2000)
    assert 4 <= probed(house, 1200) <= 170
    assert house.control.learned("a")[0] == 3
    assert house.a.reason is Reason.WAITING_FOR_SUN
