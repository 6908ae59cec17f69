"""Limits that others have set at a charger, from its message to what is asked of it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.ocpp_cs.csms.limits.methods import LimitTiming
from custom_components.ocpp_cs.hub import Hub
from tests.csms.v2.station import V2Station, reading, value
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.control import SOLAR
from tests.integration.helpers.entities import entity_id

pytestmark = pytest.mark.usefixtures("setup_integration")

QUICK = LimitTiming(guard=0.0, check=600.0, settle=600.0)
EMS = {"chargingLimitSource": "EMS"}


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR}


@pytest.fixture
async def station(
    hass: HomeAssistant, hub: Hub, server_url: str, socket_enabled: None
) -> AsyncIterator[V2Station]:
    """Return a charger of OCPP 2.0.1 with a car that charges."""
    hass.states.async_set("sensor.grid", "500", {"unit_of_measurement": "W"})
    async with V2Station(f"{server_url}CP1") as one:
        await one.boot()
        charge_point = hub.central_system.charge_points["CP1"]
        charge_point.profile_methods.timing = QUICK
        await wait_for(hass, lambda: charge_point.ready)
        await one.status("Occupied")
        await one.event("Started", token="CARD")
        power = value(7000, "Power.Active.Import", "W")
        await one.event("Updated", state="Charging", values=[reading(power)])
        await hass.async_block_till_done()
        yield one


def last_limit(station: V2Station) -> float | None:
    """Return the limit in the last profile that the charger got."""
    told = [one for name, one in station.received if name == "SetChargingProfile"]
    if not told:
        return None
    (schedule,) = told[-1]["chargingProfile"]["chargingSchedule"]
    return float(schedule["chargingSchedulePeriod"][0]["limit"])


def notified(limit: float, **more: Any) -> dict[str, Any]:
    """Return a NotifyChargingLimit of an energy manager."""
    period = {"startPeriod": 0, "limit": limit}
    schedule = {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [period]}
    return {"chargingLimit": EMS, "chargingSchedule": [schedule], **more}


def attributes(hass: HomeAssistant, key: str) -> dict[str, Any]:
    """Return the attributes of an entity."""
    state = hass.states.get(entity_id(hass, "number", key))
    assert state is not None
    return dict(state.attributes)


@pytest.mark.usefixtures("entity_registry_enabled_by_default")
async def test_charge_control_asks_for_no_more(
    hass: HomeAssistant, hub: Hub, station: V2Station
) -> None:
    """And says why, until the limit ends."""
    (charger,) = hub.chargers.values()
    connector = charger.charge_point.connector(1)
    control = hub.charge_control
    control.async_set_mode(charger, connector, "fast")
    await wait_for(hass, lambda: last_limit(station) == 32)
    assert "outside_limit" not in attributes(hass, "CP1/1/current_limit")
    await station.call("NotifyChargingLimit", notified(10, evseId=1))
    await wait_for(hass, lambda: last_limit(station) == 10)
    decision = control.decision(connector)
    assert decision is not None
    assert decision.reason == "ceiling"
    told = attributes(hass, "CP1/1/current_limit")
    assert (told["outside_limit"], told["outside_source"]) == (10, "ems")
    # Below what any car can charge with, nothing is asked for.
    await station.call("NotifyChargingLimit", notified(4))
    await wait_for(hass, lambda: last_limit(station) == 0)
    await station.call("ClearedChargingLimit", EMS)
    await wait_for(hass, lambda: last_limit(station) == 32)
    assert control.decision(connector) is not None
    assert "outside_limit" not in attributes(hass, "CP1/1/current_limit")
    assert connector.outside_limit is None


async def test_in_manual_mode_it_is_told(
    hass: HomeAssistant, hub: Hub, station: V2Station
) -> None:
    """The charger keeps to it by itself; what its user has set stays."""
    await station.call("NotifyChargingLimit", notified(10))
    await hass.async_block_till_done()
    told = attributes(hass, "CP1/1/current_limit")
    assert (told["outside_limit"], told["outside_source"]) == (10, "ems")
    assert last_limit(station) is None
    await station.boot()
    await hass.async_block_till_done()
    assert "outside_limit" not in attributes(hass, "CP1/1/current_limit")


async def test_what_a_car_tells(
    hass: HomeAssistant, hub: Hub, station: V2Station
) -> None:
    """Its state of charge, capacity and current are those of the car there."""
    (charger,) = hub.chargers.values()
    connector = charger.charge_point.connector(1)
    needs = {
        "requestedEnergyTransfer": "DC",
        "dcChargingParameters": {
            "evMaxCurrent": 20,
            "evMaxVoltage": 400,
            "stateOfCharge": 40,
            "evEnergyCapacity": 60000,
            "fullSoC": 90,
            "energyAmount": 30000,
        },
    }
    payload = {"evseId": 1, "chargingNeeds": needs}
    await station.call("NotifyEVChargingNeeds", payload)
    car = hub.vehicles.car(charger, connector)
    assert (car.soc, car.capacity_kwh, car.target, car.max_a) == (40, 60, 90, 20)
    assert car.tells_soc
    await station.event("Ended", reason="EVDisconnected")
    await station.status("Available")
    assert hub.vehicles.car(charger, connector).capacity_kwh is None


async def test_a_plan_for_what_a_car_asks_for(
    hass: HomeAssistant, hub: Hub, station: V2Station
) -> None:
    """Its energy and its departure count where the user has said nothing."""
    (charger,) = hub.chargers.values()
    connector = charger.charge_point.connector(1)
    plans = hub.charge_plans
    hub.charge_control.async_set_mode(charger, connector, "solar")
    departure = dt_util.utcnow().replace(microsecond=0) + timedelta(hours=8)
    needs = {
        "requestedEnergyTransfer": "AC_three_phase",
        "departureTime": departure.isoformat(),
        "acChargingParameters": {
            "energyAmount": 20000,
            "evMinCurrent": 6,
            "evMaxCurrent": 16,
            "evMaxVoltage": 400,
        },
    }
    await station.call("NotifyEVChargingNeeds", {"evseId": 1, "chargingNeeds": needs})
    # Nothing is bought from the grid because a car would like it.
    assert not plans.wanted(connector).armed
    plans.async_want(charger, connector, armed=True)
    await wait_for(hass, lambda: plans.shown(connector).energy_kwh == 20)
    assert plans.wanted(connector).ready_by == departure
    plans.async_want(charger, connector, energy_kwh=5.0)
    await wait_for(hass, lambda: plans.shown(connector).energy_kwh == 5)
