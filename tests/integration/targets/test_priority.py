"""Priority charging, by a button here or at the charger (OCPP 2.1: K21, K22)."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import wait_for
from tests.integration.helpers.control import GRID, mode
from tests.integration.helpers.entities import entity_id, settle, value_of

from .conftest import AddStation, begin, connector_of

KNOWN = {"SmartChargingCtrlr.SupportedAdditionalPurposes": "PriorityCharging"}


async def press(hass: HomeAssistant, key: str) -> None:
    """Press a button of the connector."""
    await hass.services.async_call(
        "button",
        "press",
        {"entity_id": entity_id(hass, "button", f"CP1/1/{key}")},
        blocking=True,
    )


def can_end(hass: HomeAssistant) -> bool:
    """Return whether the priority of the session can be ended."""
    return value_of(hass, "CP1/1/end_priority_charging", "button") != "unavailable"


async def test_priority_is_a_boost(
    hass: HomeAssistant, hub: Hub, station: AddStation
) -> None:
    """Whoever ends one of them ends the other."""
    one = await station(values=KNOWN)
    hass.states.async_set(GRID, "300", {"unit_of_measurement": "W"})
    await settle(hass)
    with pytest.raises(HomeAssistantError):
        await press(hass, "priority_charging")
    await begin(hass, hub, one)
    await mode(hass, "off")
    control, connector = hub.charge_control, connector_of(hub)
    await wait_for(hass, lambda: not connector.charging)
    assert not can_end(hass)
    await press(hass, "priority_charging")
    await wait_for(hass, lambda: control.boosted(connector))
    await wait_for(hass, lambda: can_end(hass))
    await wait_for(hass, lambda: connector.charging)
    await press(hass, "end_priority_charging")
    await wait_for(hass, lambda: not control.boosted(connector))
    await wait_for(hass, lambda: not connector.charging)
    # By the button of the charger, and ended here.
    assert one.priority.press(one.evses[0])
    await wait_for(hass, lambda: control.boosted(connector))
    control.end_boost(connector)
    await wait_for(hass, lambda: not connector.has_priority)
    assert one.calls("UsePriorityCharging")[-1]["activate"] is False


async def test_a_boost_of_before_outlasts_priority(
    hass: HomeAssistant, hub: Hub, station: AddStation
) -> None:
    one = await station(values=KNOWN)
    hass.states.async_set(GRID, "300", {"unit_of_measurement": "W"})
    await begin(hass, hub, one)
    await mode(hass, "off")
    control, connector = hub.charge_control, connector_of(hub)
    control.boost(connector, None)
    assert one.priority.press(one.evses[0])
    await wait_for(hass, lambda: connector.has_priority)
    assert one.priority.press(one.evses[0], active=False)
    await wait_for(hass, lambda: not connector.has_priority)
    assert control.boosted(connector)
