"""The entities of a connector whose vehicle can discharge (OCPP 2.1: Q)."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.limits.methods import LimitTiming
from custom_components.ocpp_cs.hub import Hub
from simulator import ChargingStation
from simulator.v2.vehicle.discharging import V2xCar
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.entities import entity_id, settle

TIMING = LimitTiming(guard=0.0, check=0.3, reaction=0.05)


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture
async def station(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> AsyncIterator[ChargingStation]:
    """Return a station where a vehicle that can discharge is plugged in."""
    charge_point = hub.central_system.charge_points["CP1"]
    charge_point.profile_methods.timing = TIMING
    async with ChargingStation(
        server_url.rstrip("/"),
        "CP1",
        version="2.1",
        time_factor=20.0,
        noise=0.0,
        sample_interval=2,
        auto_start_tag="TAG",
        values={"V2XChargingCtrlr.Enabled": "true"},
    ) as station:
        await wait_for(hass, lambda: charge_point.ready)
        await station.plug(1, V2xCar())
        await wait_for(hass, lambda: charge_point.connector(1).needs is not None)
        yield station


async def act(
    hass: HomeAssistant, domain: str, action: str, key: str, **data: Any
) -> None:
    target = {ATTR_ENTITY_ID: entity_id(hass, domain, f"CP1/1/{key}")}
    await hass.services.async_call(domain, action, target | data, blocking=True)


def value(hass: HomeAssistant, domain: str, key: str) -> Any:
    return hass.states.get(entity_id(hass, domain, f"CP1/1/{key}"))


async def test_a_vehicle_discharges_by_hand(
    hass: HomeAssistant, station: ChargingStation
) -> None:
    """Off at first; then within what is possible, until it is switched off again."""
    await settle(hass)
    assert value(hass, "switch", "discharging_allowed").state == "off"
    setpoint = value(hass, "number", "setpoint")
    assert (setpoint.state, setpoint.attributes["min"]) == ("unknown", 0)
    with pytest.raises(ServiceValidationError):
        await act(hass, "number", "set_value", "setpoint", value=1000)
    await act(hass, "switch", "turn_on", "discharging_allowed")
    await wait_for(
        hass, lambda: value(hass, "number", "setpoint").attributes["min"] == -7400
    )
    await act(hass, "number", "set_value", "setpoint", value=-3000)
    await wait_for(hass, lambda: 2900 < station.evses[0].exported_w <= 3000)
    assert value(hass, "number", "setpoint").state == "-3000"
    await wait_for(
        hass,
        lambda: value(hass, "sensor", "power_export").state not in ("unknown", "0"),
    )
    for key in ("setpoint", "most_discharge_power", "current_limit"):
        # A template whose sensor is gone.
        with pytest.raises(ServiceValidationError):
            await act(hass, "number", "set_value", key, value="nan")
    await act(hass, "number", "set_value", "most_discharge_power", value=1000)
    await wait_for(hass, lambda: station.evses[0].exported_w <= 1000)
    assert value(hass, "number", "setpoint").attributes["min"] == -1000
    select = value(hass, "select", "operation_mode")
    assert select.state == "central_setpoint"
    assert select.attributes["options"] == [
        "charging_only",
        "central_setpoint",
        "local_load_balancing",
    ]
    await act(hass, "select", "select_option", "operation_mode", option="charging_only")
    await wait_for(hass, lambda: station.evses[0].exported_w == 0)
    await act(hass, "switch", "turn_off", "discharging_allowed")
    await wait_for(
        hass, lambda: value(hass, "switch", "discharging_allowed").state == "off"
    )


async def test_a_discharge_that_nobody_allowed_is_told(
    hass: HomeAssistant, hub: Hub, station: ChargingStation
) -> None:
    """It is a repair until it ends."""
    issue = next(iter(hub.chargers.values())).subentry_id
    issues = ir.async_get(hass)

    def told() -> bool:
        return any(
            one.translation_key == "discharge_unasked" and one.active
            for one in issues.issues.values()
        )

    assert issue
    station.discharging.unasked_w = 2000.0
    station.update_all()
    await wait_for(hass, told)
    station.discharging.unasked_w = 0.0
    station.update_all()
    await wait_for(hass, lambda: not told())


async def test_the_decisions_outlive_a_reload(
    hass: HomeAssistant, entry: MockConfigEntry, station: ChargingStation
) -> None:
    """Switch, mode and limit are as they were; a setpoint is the user's as well."""
    await settle(hass)
    await act(hass, "switch", "turn_on", "discharging_allowed")
    await act(hass, "number", "set_value", "most_discharge_power", value=2000)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert value(hass, "switch", "discharging_allowed").state == "on"
    assert value(hass, "number", "most_discharge_power").state == "2000"
    assert er.async_get(hass).async_get_entity_id(
        "select", DOMAIN, "CP1/1/operation_mode"
    )


async def test_what_is_given_back_is_booked(
    hass: HomeAssistant,
    hub: Hub,
    entry: MockConfigEntry,
    station: ChargingStation,
) -> None:
    """With a value of its own, which is taken off the cost of the session."""
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, "prices": {"price": 0.3, "discharged": 0.5}}
    )
    connector = hub.central_system.charge_points["CP1"].connector(1)
    await act(hass, "switch", "turn_on", "discharging_allowed")
    await wait_for(hass, lambda: connector.bidirectional.follows)
    await act(hass, "number", "set_value", "setpoint", value=-7000)
    await wait_for(hass, lambda: value(hass, "sensor", "session_export") is not None)

    def given() -> float:
        latest = connector.latest_transaction
        return 0.0 if latest is None else latest.details.export_wh or 0.0

    await wait_for(hass, lambda: given() > 50)
    await act(hass, "switch", "turn_off", "discharging_allowed")
    await wait_for(hass, lambda: station.evses[0].exported_w == 0)
    metered = station.evses[0].meter.reading.export_wh
    await wait_for(hass, lambda: given() == pytest.approx(metered, abs=1.5))
    await station.unplug(1)
    await wait_for(hass, lambda: connector.transaction is None)
    latest = connector.latest_transaction
    assert latest is not None
    assert latest.details.export_value == pytest.approx(given() / 1000 * 0.5)
    assert latest.total_cost == pytest.approx(
        (latest.cost or 0.0) - given() / 1000 * 0.5
    )
    answer = await hass.services.async_call(
        DOMAIN, "get_sessions", {}, blocking=True, return_response=True
    )
    assert answer is not None
    (session,) = answer["sessions"]
    assert session["discharged_wh"] == pytest.approx(given(), abs=0.01)
    assert session["total_cost"] == pytest.approx(latest.total_cost, abs=1e-4)
    answer = await hass.services.async_call(
        DOMAIN, "export_sessions", {}, blocking=True, return_response=True
    )
    assert answer is not None
    totals: Any = answer["totals"]
    (month,) = totals["months"]
    assert month["discharged_wh"] == pytest.approx(given(), abs=0.01)
    assert month["total_costs"] == {
        hass.config.currency: pytest.approx(latest.total_cost, abs=1e-4)
    }
    assert month["costs"] != month["total_costs"]
    shown = value(hass, "sensor", "session_export").state
    assert float(shown) == pytest.approx(given() / 1000, abs=0.001)
