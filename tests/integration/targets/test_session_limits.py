"""A target holds in the charger while Home Assistant is away (OCPP 2.1: E16)."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.model.capabilities import SessionLimit
from custom_components.ocpp_cs.csms.targets.targets import Targets
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import wait_for
from tests.integration.helpers.control import GRID, mode
from tests.integration.helpers.entities import settle, state_of, value_of

from .conftest import AddStation, begin, connector_of


async def limit(hass: HomeAssistant, **fields: Any) -> Any:
    """Call the action that limits a session."""
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    device = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, "CP1"), entry.entry_id
    )
    assert device is not None
    return await hass.services.async_call(
        DOMAIN,
        "set_session_limit",
        {"device_id": device.id, **fields},
        blocking=True,
        return_response=True,
    )


def state(hass: HomeAssistant) -> str:
    """Return the state of the limit in the charger."""
    return str(value_of(hass, "CP1/1/session_limit", "sensor"))


def wanted(hub: Hub) -> dict[SessionLimit, float]:
    """Return what the session may reach, by our will."""
    charge_point = hub.central_system.charge_points["CP1"]
    return dict(charge_point.part(Targets).wanted(1))


async def test_a_target_holds_while_home_assistant_is_away(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    station: AddStation,
) -> None:
    """The station stops at 5 kWh, and that is booked when it is back."""
    one = await station(time_factor=240.0)
    evse = one.evses[0]
    await begin(hass, hub, one)
    answer = await limit(hass, energy=5)
    assert answer["energy"] == 5.0
    await wait_for(hass, lambda: state(hass) == "kept")
    assert state_of(hass, "CP1/1/session_limit").attributes["energy"] == 5.0
    await wait_for(hass, lambda: (connector_of(hub).session_energy_wh or 0) > 1000)
    began = evse.transaction
    assert began is not None
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    assert evse.register_wh - began.register_wh < 5000
    await wait_for(hass, lambda: began.at_limit == "maxEnergy")
    assert evse.register_wh - began.register_wh == pytest.approx(5000, abs=5)
    assert await hass.config_entries.async_setup(setup_integration.entry_id)
    new: Hub = setup_integration.runtime_data
    await wait_for(hass, lambda: connector_of(new).target_reached is not None)
    connector = connector_of(new)
    await wait_for(
        hass,
        lambda: connector.session_energy_wh == pytest.approx(5000, abs=5),
    )
    assert connector.transaction is not None
    assert connector.transaction.id == began.id
    await wait_for(hass, lambda: state(hass) == "reached")
    assert not connector.problem
    # More is wanted: it goes on.
    await wait_for(hass, lambda: new.central_system.charge_points["CP1"].ready)
    await limit(hass, energy=5.5)
    await wait_for(hass, lambda: connector.charging)
    await wait_for(hass, lambda: connector.target_reached is not None)
    await one.unplug()
    await wait_for(hass, lambda: connector.transaction is None)
    assert connector.latest_transaction is not None
    assert connector.latest_transaction.energy_wh == pytest.approx(5500, abs=5)
    # The limit was for that vehicle alone.
    await wait_for(hass, lambda: not wanted(new))
    assert state(hass) == "none"


async def test_limits_of_each_kind_are_told_and_lifted(
    hass: HomeAssistant, hub: Hub, station: AddStation
) -> None:
    one = await station(values={"TxCtrlr.SupportedLimits": "maxEnergy,maxTime,maxSoC"})
    with pytest.raises(ServiceValidationError) as err:
        await limit(hass, cost=3)
    assert err.value.translation_key == "session_limit_unknown"
    with pytest.raises(ServiceValidationError) as err:
        await limit(hass, soc=70, clear=["soc"])
    assert err.value.translation_key == "field_set_and_cleared"
    # For the session that is to come.
    answer = await limit(hass, soc=70, duration=90)
    assert answer == {"state": "told", "soc": 70.0, "duration": 90.0}
    await begin(hass, hub, one)
    await wait_for(hass, lambda: state(hass) == "kept")
    running = one.evses[0].transaction
    assert running is not None
    assert running.limits == {"maxSoC": 70, "maxTime": 5400}
    await limit(hass, clear=["soc", "duration"])
    await wait_for(hass, lambda: state(hass) == "none")
    assert running.limits["maxSoC"] == 100


async def test_the_target_of_a_plan_is_guarded_in_the_charger(
    hass: HomeAssistant, hub: Hub, station: AddStation
) -> None:
    """A little above it, as the control stops at the target itself; sun has no target."""
    one = await station(time_factor=1.0)
    hass.states.async_set(GRID, "300", {"unit_of_measurement": "W"})
    await mode(hass, "solar")
    await begin_slowly(hass, hub, one)
    assert not wanted(hub)
    charger = next(iter(hub.chargers.values()))
    connector = connector_of(hub)
    hub.charge_plans.async_want(
        charger,
        connector,
        armed=True,
        energy_kwh=5.0,
        ready_by=dt_util.utcnow() + timedelta(hours=8),
    )
    await settle(hass)
    await wait_for(hass, lambda: wanted(hub) == {SessionLimit.ENERGY: 5200.0})
    await wait_for(hass, lambda: state(hass) == "kept")
    hub.charge_plans.async_want(charger, connector, armed=False)
    await wait_for(hass, lambda: state(hass) == "none")
    hub.charge_control.boost(connector, 2.0)
    await wait_for(hass, lambda: SessionLimit.ENERGY in wanted(hub))
    assert wanted(hub)[SessionLimit.ENERGY] == pytest.approx(2200.0, abs=100)
    hub.charge_control.end_boost(connector)
    await wait_for(hass, lambda: not wanted(hub))


async def begin_slowly(hass: HomeAssistant, hub: Hub, one: Any) -> None:
    """Begin a session, whose charge control may give it nothing yet."""
    await one.plug()
    await one.present_card("HOME")
    await wait_for(hass, lambda: connector_of(hub).transaction)


async def test_control_says_that_the_target_is_reached(
    hass: HomeAssistant, hub: Hub, station: AddStation
) -> None:
    one = await station()
    hass.states.async_set(GRID, "300", {"unit_of_measurement": "W"})
    await mode(hass, "fast")
    await begin(hass, hub, one)
    await limit(hass, energy=0.3)
    await wait_for(hass, lambda: connector_of(hub).target_reached is not None)

    def reason() -> str:
        hub.charge_control.async_tick()
        return str(value_of(hass, "CP1/1/control_state", "sensor"))

    await wait_for(hass, lambda: reason() == "target_reached")
    await limit(hass, clear=["energy"])
    await wait_for(hass, lambda: connector_of(hub).target_reached is None)
    await wait_for(hass, lambda: reason() == "fast")
    await wait_for(hass, lambda: connector_of(hub).charging)


async def test_no_entities_without_limits(
    hass: HomeAssistant, hub: Hub, station: AddStation
) -> None:
    await station(version="2.0.1")
    await settle(hass)
    found = [one.unique_id for one in er.async_get(hass).entities.values()]
    assert "CP1/1/unlock" in found
    assert not [
        one for one in found if "priority_charging" in one or "session_limit" in one
    ]
    with pytest.raises(ServiceValidationError):
        await limit(hass, energy=5)
