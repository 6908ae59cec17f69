"""What the logbook of Home Assistant itself shows of a charger."""

from typing import Any

from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.logbook import _message

from .conftest import AddCharger, charger_subentry


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


async def test_a_security_event_is_one_line(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    charger: AddCharger,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """The event entity tells it; what has no entity is told by the bus event."""
    # Its files are not there: the logbook needs the name of the panel alone.
    hass.config.components.add("frontend")
    assert await async_setup_component(hass, "logbook", {})
    one = await charger()
    one.queue(
        "SecurityEventNotification",
        {"type": "TamperDetectionActivated", "timestamp": "2026-11-20T12:00:00Z"},
    )
    one.queue("SignCertificate", {"csr": "CSR"})
    await one.wait_for(lambda: one.outbox.idle)
    await hass.async_block_till_done()
    await async_wait_recording_done(hass)
    client = await hass_ws_client()
    device_id = next(iter(hub.chargers.values())).device_id
    await client.send_json_auto_id(
        {
            "type": "logbook/get_events",
            "start_time": "2020-01-01T00:00:00Z",
            # As the page of a device asks.
            "device_ids": [device_id],
            "entity_ids": ["event.garage_security"],
        }
    )
    answer = await client.receive_json()
    lines = answer["result"]
    about = [
        one
        for one in lines
        if "security" in one.get("entity_id", "")
        or "security" in one.get("message", "")
    ]
    assert [one.get("entity_id") for one in about if one.get("state") != "unknown"] == [
        "event.garage_security"
    ]
    assert "asked for a certificate to be signed" in {
        one.get("message") for one in lines
    }


@pytest.mark.parametrize(
    ("kind", "data", "said"),
    [
        ("battery_swap", {"event": "in", "batteries": [1, 2]}, "battery_swap_in 2"),
        (
            "der_alarm",
            {"ended": False, "grid_event_fault": "over_voltage", "info": None},
            "der_alarm (over voltage)",
        ),
        (
            "der_alarm",
            {"ended": True, "grid_event_fault": None, "info": None},
            "der_alarm_ended",
        ),
        ("der_control", {"started": True, "control_id": "A"}, "der_control_started A"),
        ("der_control", {"started": False, "control_id": "A"}, "der_control_ended A"),
        (
            "settlement",
            {"amount": 3.5, "status": "settled"},
            "settlement 3.50 (settlement_settled)",
        ),
        ("publish_firmware", {"status": "speed_test"}, "publish_firmware speed test"),
    ],
)
def test_what_only_later_versions_tell_has_words(
    kind: str, data: dict[str, Any], said: str
) -> None:
    def words(name: str, /, **values: str) -> str:
        return " ".join([name, *values.values()])

    assert _message(words, {"data": data, "type": kind}) == said
