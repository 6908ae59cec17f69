"""A vehicle that supplies the house, from the meter to the station and back."""

from typing import Any

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.csms.connector import Connector
from custom_components.ocpp_cs.hub import Hub
from simulator import ChargingStation
from simulator.v2.vehicle.discharging import V2xCar
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.control import (  # noqa: F401 - pytest looks for fixtures here
    QUICK,
    SOLAR,
    House,
    fixture_house,
    mode,
    why,
)
from tests.integration.helpers.entities import entity_id, value_of
from tests.integration.helpers.versions import V2_1

pytestmark = pytest.mark.versions(V2_1)

SOC = "sensor.car_soc"


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR}


@pytest.fixture
def subentries() -> list[Any]:
    solar = {
        "discharge_level": 300,
        "discharge_wear": 0.05,
        "vehicle_soc": SOC,
        "capacity": 60,
    }
    return [charger_subentry("CP1", solar=solar)]


async def ready(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> tuple[ChargingStation, Connector]:
    """Return a station with a vehicle that may discharge, and a house that takes 2 kW."""
    house.grid(2000)
    hass.states.async_set(SOC, "80", {"unit_of_measurement": "%"})
    for one in hub.chargers.values():
        one.charge_point.profile_methods.timing = QUICK
    station = await charger(
        values={
            "V2XChargingCtrlr.Enabled": "true",
            "SmartChargingCtrlr.SupportsMaxOfflineDuration": "true",
        },
        time_factor=20.0,
        sample_interval=2,
    )
    assert isinstance(station, ChargingStation)
    connector = hub.central_system.charge_points["CP1"].connector(1)
    connector.allow_discharging(True)
    await station.plug(1, V2xCar(soc=80))
    await station.present_card("TAG", 1)
    await wait_for(hass, lambda: connector.bidirectional.follows)
    return station, connector


async def until_it_gives(
    hass: HomeAssistant, hub: Hub, house: House, station: ChargingStation, watts: float
) -> None:
    """Let time pass in a house that takes 2 kW, until its vehicle gives so much of it."""
    limiter = hub.central_system.charge_points["CP1"].connector(1).limiter
    evse = station.evses[0]
    for _ in range(100):
        if evse.exported_w and limiter.intent.setpoint_w == -watts:
            return
        # What the station was told has come true before anything is decided again.
        told = -(limiter.intent.setpoint_w or 0.0)
        await wait_for(hass, lambda told=told: abs(evse.exported_w - told) < 100)
        house.grid(2000 - evse.exported_w)
        await house.later(hub, 5)
    assert limiter.intent.setpoint_w == -watts


async def test_it_supplies_the_house_and_stops(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    """In solar mode, down to the user's level; until the meter is silent, or it is forbidden."""
    station, connector = await ready(hass, hub, charger, house)
    evse = station.evses[0]
    await house.later(hub, 200)
    assert evse.exported_w == 0, "in manual mode"
    await mode(hass, "solar")
    await until_it_gives(hass, hub, house, station, 1700)
    assert connector.limiter.intent.limit_a == 0
    assert why(hass) == "discharging"
    assert value_of(hass, "CP1/1/charging_state") == "discharging"
    assert float(value_of(hass, "CP1/1/charge_target")) == -1700
    # A restart of the meter: what it says is not known.
    house.grid("unavailable")
    hub.charge_control.async_tick()
    assert connector.limiter.intent.setpoint_w is None
    await wait_for(hass, lambda: evse.exported_w == 0)
    await until_it_gives(hass, hub, house, station, 1700)
    # Its owner keeps more for trips.
    await hass.services.async_call(
        "number",
        "set_value",
        {
            ATTR_ENTITY_ID: entity_id(hass, "number", "CP1/1/discharge_reserve"),
            "value": 95,
        },
        blocking=True,
    )
    await hass.async_block_till_done()
    assert connector.limiter.intent.setpoint_w is None
    await wait_for(hass, lambda: why(hass) == "car_reserve")
    await wait_for(hass, lambda: evse.exported_w == 0)


async def test_what_was_allowed_is_kept_for_the_next_start(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    """The reserve is 50 % until its user says something else, and stays so."""
    _, connector = await ready(hass, hub, charger, house)
    assert hub.charge_control.reserves.of(connector) == 50
    hub.charge_control.reserves.set(connector, 35.0)
    await hass.async_block_till_done()
    await hass.config_entries.async_reload(hub_entry_id(hass))
    await hass.async_block_till_done()
    entry = hass.config_entries.async_get_entry(hub_entry_id(hass))
    assert entry is not None
    again: Hub = entry.runtime_data
    connector = again.central_system.charge_points["CP1"].connector(1)
    assert again.charge_control.reserves.of(connector) == 35


def hub_entry_id(hass: HomeAssistant) -> str:
    (entry,) = hass.config_entries.async_entries("ocpp_cs")
    return entry.entry_id
