"""Charge modes: the meter of the house in, limits on the wire out."""

from datetime import timedelta
from typing import Any

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.ocpp_cs.csms.limits.intent import Intent
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.control import (  # noqa: F401 - pytest looks for fixtures here
    SOLAR,
    House,
    control,
    fixture_house,
    in_the_sun,
    limits,
    mode,
    plugged,
    why,
)
from tests.integration.helpers.entities import (
    entity_id,
    settle,
    state_of,
    value_of,
    writes,
)
from tests.integration.helpers.versions import BOTH

pytestmark = [BOTH, pytest.mark.usefixtures("setup_integration")]


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", overrides={"switches_phases": False})]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR}


SWITCHED = [charger_subentry("CP1", "Garage", overrides={"switches_phases": True})]
"""Where phases are switched, a vehicle that nobody knows needs no probe."""


@pytest.mark.parametrize("subentries", [SWITCHED])
async def test_the_limit_follows_the_surplus(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    house.grid(500)
    one = await charger()
    assert value_of(hass, "CP1/1/charge_mode", "select") == "manual"
    assert why(hass) == "manual"
    assert not limits(one)
    await mode(hass, "solar")
    await wait_for(hass, lambda: limits(one) == [0.0])
    assert why(hass) == "not_connected"
    await plugged(hass, hub, one)
    await house.later(hub, 10)
    assert why(hass) == "waiting_for_sun"
    # The house feeds in 6 kW.
    house.grid(-6, "kW")
    await wait_for(hass, lambda: value_of(hass, "CP1/1/status") == "suspended_evse")
    await house.later(hub, 10)
    assert why(hass) == "start_delay"
    assert state_of(hass, "CP1/1/control_state").attributes["until"]
    assert value_of(hass, "CP1/1/solar_surplus") == "6000.0"
    assert value_of(hass, "CP1/1/charge_target") == "0.0"
    await house.later(hub, 120)
    await wait_for(hass, lambda: limits(one)[-1] >= 6.0)
    assert float(value_of(hass, "CP1/1/charge_target")) >= 4140
    # What the user set is what it was.
    assert value_of(hass, "CP1/1/current_limit", "number") == "32"
    await mode(hass, "off")
    # There are ten seconds between two commands.
    await house.later(hub, 10)
    await wait_for(hass, lambda: limits(one)[-1] == 0.0)
    assert why(hass) == "off"


@pytest.mark.parametrize("subentries", [SWITCHED])
async def test_it_ticks_only_while_there_is_something_to_follow(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    house.grid(500)
    one = await plugged(hass, hub, charger)
    assert not hub.charge_control._running
    await mode(hass, "solar")
    await settle(hass)
    assert hub.charge_control._running
    assert why(hass) == "waiting_for_sun"
    house.grid(-6000)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=6))
    await settle(hass)
    assert why(hass) == "start_delay"
    # What stays the same is not written.
    with writes(hass) as written:
        hub.charge_control.async_tick()
        await settle(hass)
    assert not {
        "select.garage_charge_mode",
        "sensor.garage_charging_control",
        "sensor.garage_available_solar_power",
        "sensor.garage_charging_target",
    }.intersection(written)
    await one.drop()
    await wait_for(hass, lambda: not hub.charge_control._running)
    await one.reconnect()
    await wait_for(hass, lambda: hub.charge_control._running)
    await mode(hass, "manual")
    assert not hub.charge_control._running


async def test_one_in_manual_is_never_touched(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    house.grid(-6000)
    one = await plugged(hass, hub, charger)
    await house.later(hub, 200)
    assert not limits(one)
    assert control(hub).intent == Intent()
    await control(hub).request(Intent(limit_a=10))
    await house.later(hub, 200)
    assert limits(one) == [10.0]


async def test_what_the_user_sets_is_the_frame(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    one = await in_the_sun(hass, hub, charger, house)
    await mode(hass, "fast")
    await house.later(hub, 20)
    await wait_for(hass, lambda: limits(one)[-1] == 32.0)
    number = {ATTR_ENTITY_ID: entity_id(hass, "number", "CP1/1/current_limit")}
    await hass.services.async_call(
        "number", "set_value", {**number, "value": 10}, blocking=True
    )
    assert limits(one)[-1] == 32.0
    await house.later(hub, 20)
    await wait_for(hass, lambda: limits(one)[-1] == 10.0)
    paused = {ATTR_ENTITY_ID: entity_id(hass, "switch", "CP1/1/paused")}
    await hass.services.async_call("switch", "turn_on", paused, blocking=True)
    await house.later(hub, 20)
    await wait_for(hass, lambda: limits(one)[-1] == 0.0)
    await hass.services.async_call("switch", "turn_off", paused, blocking=True)
    await house.later(hub, 20)
    await wait_for(hass, lambda: limits(one)[-1] == 10.0)
    # In manual it is the limit itself.
    await mode(hass, "off")
    await wait_for(hass, lambda: limits(one)[-1] == 0.0)
    await mode(hass, "manual")
    await wait_for(hass, lambda: limits(one)[-1] == 10.0)
    assert value_of(hass, "CP1/1/current_limit", "number") == "10"
