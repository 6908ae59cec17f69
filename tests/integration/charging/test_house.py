"""Charge modes with everything real: sun, oven, cars, and two meters."""

from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from simulator import Car
from tests.integration.conftest import AddCharger, charger_subentry
from tests.integration.helpers.control import SOLAR
from tests.integration.helpers.entities import state_of
from tests.integration.helpers.live_house import FUSED, LiveHouse, fixture_house, told  # noqa: F401 - pytest looks for fixtures here
from tests.integration.helpers.versions import BOTH

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", overrides={"switches_phases": True})]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR}


async def test_it_goes_from_one_phase_to_three_and_back(
    house: LiveHouse, charger: AddCharger
) -> None:
    house.sun_w = 2600
    one = await house.car(charger)
    await house.mode("solar")
    await house.later(150)
    assert one.connector().currents == (11, 0, 0)
    # The charger could do 32 A on one phase, the car only 16.
    house.sun_w = 8000
    await house.later(250)
    assert one.connector().currents == (11, 11, 11)
    before = len(told(one))
    house.sun_w = 2600
    await house.later(60)
    assert one.connector().currents == (6, 6, 6)
    # With half of what it needs it is bridged for twice the delay.
    await house.later(600)
    assert one.connector().currents == (11, 0, 0)
    # The phases change in a pause, and nothing else is paused for.
    assert [limit for limit, _ in told(one)[before:]].count(0) == 2
    assert house.why() == "following_sun"


async def test_phases_that_the_user_chose_are_kept_to(
    house: LiveHouse, charger: AddCharger
) -> None:
    house.sun_w = 2600
    one = await house.car(charger)
    await house.act("select", "select_option", "CP1/1/phases", option="3")
    await house.mode("solar")
    await house.later(200)
    assert one.connector().currents == (0, 0, 0)
    assert house.why() == "waiting_for_sun"
    before = len(told(one))
    await house.act("select", "select_option", "CP1/1/phases", option="1")
    await house.later(200)
    assert one.connector().currents == (11, 0, 0)
    house.sun_w = 9000
    await house.later(300)
    assert one.connector().currents == (16, 0, 0)
    assert {phases for limit, phases in told(one)[before:] if limit} == {1}
    # Automatic again, the control may choose.
    await house.act("select", "select_option", "CP1/1/phases", option="auto")
    await house.later(300)
    assert one.connector().currents[2] > 0


async def test_phases_that_the_control_chooses_are_not_waited_for(
    house: LiveHouse, charger: AddCharger
) -> None:
    house.sun_w = 2600
    one = await house.car(charger)
    await house.act("number", "set_value", "CP1/1/current_limit", value=14)
    await house.mode("solar")
    await house.later(200)
    assert one.connector().currents == (11, 0, 0)
    shown = state_of(house.hass, "CP1/1/phases", "select")
    assert (shown.state, shown.attributes["progress"]) == ("auto", "done")


async def test_chosen_phases_that_wait_are_a_reason(
    house: LiveHouse, charger: AddCharger
) -> None:
    house.sun_w = 9000
    one = await house.car(charger)
    (adopted,) = house.hub.chargers.values()
    charge_point = adopted.charge_point
    charge_point.quirks = replace(charge_point.quirks, phase_switch_seconds=300)
    await house.act("select", "select_option", "CP1/1/phases", option="1")
    await house.mode("fast")
    await house.later(60)
    assert one.connector().currents == (16, 0, 0)
    assert house.why() == "fast"
    progress = state_of(house.hass, "CP1/1/phases", "select").attributes["progress"]
    assert progress == "done"
    await house.act("select", "select_option", "CP1/1/phases", option="3")
    await house.later(30)
    assert house.why() == "phase_guard"
    due = state_of(house.hass, "CP1/1/control_state").attributes["until"]
    assert 100 < (due - dt_util.utcnow()).total_seconds() < 300
    assert one.connector().currents == (16, 0, 0)
    await house.later(300)
    # Its timer is the loop's.
    (limiter,) = house.controls()
    limiter._turns.ask()
    await house.later(10)
    assert one.connector().currents == (16, 16, 16)
    assert house.why() == "fast"


@pytest.mark.parametrize("options", [{"solar": {**SOLAR, **FUSED}}])
async def test_the_fuse_phase_by_phase(house: LiveHouse, charger: AddCharger) -> None:
    house.tell()
    one = await house.car(charger)
    await house.mode("fast")
    await house.later(200)
    assert one.connector().currents == (16, 16, 16)
    # An oven on L2: 20 A less 12 A, less half an ampere of margin.
    house.base_a = (0, 12, 0)
    await house.later(10)
    assert one.connector().currents == (7, 7, 7)
    assert house.why() == "fuse_limit"
    house.base_a = (0, 15, 0)
    await house.later(10)
    assert one.connector().currents == (0, 0, 0)
    assert house.why() == "fuse_limit"
    house.base_a = (0, 0, 0)
    await house.later(110)
    assert one.connector().currents == (0, 0, 0)
    await house.later(300)
    assert one.connector().currents == (16, 16, 16)
    # It never took more than the charger's own time to react.
    assert max(house.most_a) < 28.5


async def test_a_meter_that_goes_from_watts_to_kilowatts(
    house: LiveHouse, charger: AddCharger
) -> None:
    house.sun_w = 2600
    one = await house.car(charger)
    await house.mode("solar")
    await house.later(150)
    before = len(told(one))
    for unit in ("kW", "W", "kW"):
        house.unit = unit
        await house.later(60)
    assert len(told(one)) == before
    assert house.why() == "following_sun"


# Cars.


async def test_a_car_that_ignores_the_first_offer(
    house: LiveHouse, charger: AddCharger
) -> None:
    house.sun_w = 3000
    # One offer there is before anything is governed.
    one = await house.car(charger, Car(soc=40, ignore_offers=2))
    await house.mode("solar")
    await house.later(100)
    assert one.connector().currents == (0, 0, 0)
    assert house.why() == "waiting_for_car"
    await house.later(140)
    assert one.connector().currents == (13, 0, 0)
    assert house.why() == "following_sun"


async def test_a_car_that_is_full(house: LiveHouse, charger: AddCharger) -> None:
    house.sun_w = 3000
    one = await house.car(charger, Car(capacity_kwh=1, soc=70, target_soc=80))
    await house.mode("solar")
    await house.later(900)
    assert one.connector().status == "SuspendedEV"
    assert house.why() == "car_full"
    before = len(told(one))
    await house.later(900)
    assert len(told(one)) == before


async def test_another_car_after_it(house: LiveHouse, charger: AddCharger) -> None:
    house.sun_w = 3000
    one = await house.car(charger, Car(capacity_kwh=1, soc=70, target_soc=80))
    await house.mode("solar")
    await house.later(600)
    await one.unplug()
    await house.later(10)
    assert house.why() == "not_connected"
    await house.car(one, Car(soc=40))
    await house.later(200)
    assert one.connector().currents == (13, 0, 0)


async def test_another_car_where_all_have_one_phase(
    hass: HomeAssistant, house: LiveHouse, charger: AddCharger
) -> None:
    (ours,) = house.hub.chargers.values()
    hass.config_entries.async_update_subentry(
        ours._entry,
        ours.subentry,
        data={**ours.subentry.data, "overrides": {"switches_phases": False}},
    )
    house.sun_w = 4500
    one = await house.car(charger, Car(soc=40, phases=1))
    await house.mode("solar")
    await house.later(300)
    # Nobody knew: it has waited for enough for three.
    assert one.connector().currents == (16, 0, 0)
    await one.unplug()
    house.sun_w = 2000
    await house.later(10)
    await house.car(one, Car(soc=40, phases=1))
    await house.later(200)
    assert one.connector().currents == (8, 0, 0)
    # One with three after all is no harm: it is measured, and stops.
    await one.unplug()
    await house.later(10)
    await house.car(one, Car(soc=40))
    await house.later(10)
    assert one.connector().currents == (6, 6, 6)
    # What it has shown is enough: there is half of what it needs.
    await house.later(60)
    assert one.connector().currents == (0, 0, 0)
    # Where the owner says so, it is three to begin with.
    await one.unplug()
    await house.later(10)
    hass.config_entries.async_update_subentry(
        ours._entry,
        ours.subentry,
        data={**ours.subentry.data, "solar": {"connected_phases": "1"}},
    )
    await house.car(one, Car(soc=40, phases=1))
    await house.later(250)
    assert one.connector().currents == (8, 0, 0)
