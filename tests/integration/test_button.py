"""Buttons: each sends its command."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.components.button import SERVICE_PRESS
from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.ocpp_cs.button import CHARGER_DESCRIPTIONS, OcppButton
from custom_components.ocpp_cs.hub import Hub

from .conftest import charger_subentry, wait_for
from .helpers.entities import Wallbox, entity_id, settle, value_of
from .helpers.versions import BOTH, V1_6
from .helpers.wallbox_v2 import wallbox

pytestmark = BOTH


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture
async def box(
    hass: HomeAssistant, hub: Hub, server_url: str, version: str
) -> AsyncIterator[Wallbox]:
    async with wallbox(version, server_url, connectors=2) as box:
        await box.begin(hass, hub)
        await settle(hass)
        yield box


async def press(hass: HomeAssistant, unique_id: str) -> None:
    await hass.services.async_call(
        "button",
        SERVICE_PRESS,
        {ATTR_ENTITY_ID: entity_id(hass, "button", unique_id)},
        blocking=True,
    )


def _in_2_0_1(action: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of 2.0.1 that says the same as one of 1.6."""
    match action, payload:
        case "Reset", {"type": kind}:
            return {"type": {"Soft": "OnIdle", "Hard": "Immediate"}[kind]}
        case "UnlockConnector", {"connectorId": number}:
            return {"evseId": number, "connectorId": 1}
        case _, {"requestedMessage": "StatusNotification" as message}:
            evse = {"id": payload["connectorId"], "connectorId": 1}
        case _, {"requestedMessage": message}:
            evse = {"id": payload["connectorId"]}
    return {"requestedMessage": message, "evse": evse}


@pytest.mark.parametrize(
    ("unique_id", "action", "payloads"),
    [
        ("CP1/soft_reset", "Reset", [{"type": "Soft"}]),
        ("CP1/hard_reset", "Reset", [{"type": "Hard"}]),
        ("CP1/1/unlock", "UnlockConnector", [{"connectorId": 1}]),
        ("CP1/2/unlock", "UnlockConnector", [{"connectorId": 2}]),
        (
            "CP1/refresh",
            "TriggerMessage",
            [
                {"requestedMessage": message, "connectorId": number}
                for message in ("StatusNotification", "MeterValues")
                for number in (1, 2)
            ],
        ),
    ],
)
async def test_press(
    hass: HomeAssistant,
    box: Wallbox,
    version: str,
    unique_id: str,
    action: str,
    payloads: list[dict[str, Any]],
) -> None:
    if version != V1_6:
        payloads = [_in_2_0_1(action, payload) for payload in payloads]
    unlocks = action == "UnlockConnector"
    box.answers[action] = {"status": "Unlocked" if unlocks else "Accepted"}
    box.received.clear()
    before = value_of(hass, unique_id, "button")
    await press(hass, unique_id)
    assert await box.wait_for(action, len(payloads)) == payloads
    assert value_of(hass, unique_id, "button") != before


@pytest.mark.parametrize(
    ("unique_id", "action", "answer", "status"),
    [
        ("CP1/soft_reset", "Reset", "Rejected", "Rejected"),
        ("CP1/hard_reset", "Reset", "Rejected", "Rejected"),
        ("CP1/1/unlock", "UnlockConnector", "UnlockFailed", "UnlockFailed"),
        ("CP1/1/unlock", "UnlockConnector", "NotSupported", "NotSupported"),
        ("CP1/refresh", "TriggerMessage", "NotImplemented", "NotImplemented"),
    ],
)
async def test_a_refusal_is_told(
    hass: HomeAssistant,
    box: Wallbox,
    version: str,
    unique_id: str,
    action: str,
    answer: str,
    status: str,
) -> None:
    if version != V1_6 and answer == "NotSupported":
        pytest.skip("OCPP 2.0.1 has no such answer")
    box.answers[action] = {"status": answer}
    with pytest.raises(HomeAssistantError) as caught:
        await press(hass, unique_id)
    assert caught.value.translation_key == "refused"
    assert caught.value.translation_placeholders == {
        "name": "Garage",
        "action": action,
        "status": status,
    }


async def test_a_charger_that_is_away_has_no_buttons(
    hass: HomeAssistant, hub: Hub, box: Wallbox
) -> None:
    await box.websocket.close()
    charge_point = hub.central_system.charge_points["CP1"]
    await wait_for(hass, lambda: not charge_point.connected)
    for unique_id in ("CP1/soft_reset", "CP1/hard_reset", "CP1/refresh"):
        assert value_of(hass, unique_id, "button") == STATE_UNAVAILABLE
    # Home Assistant does not press what is unavailable; something else may.
    (charger,) = hub.chargers.values()
    entity = OcppButton(charger, CHARGER_DESCRIPTIONS[0])
    with pytest.raises(HomeAssistantError) as caught:
        await entity.async_press()
    assert caught.value.translation_key == "not_connected"
