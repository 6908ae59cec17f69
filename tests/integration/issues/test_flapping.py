"""A charger that comes and goes all the time."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms import restarts
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.issues.flapping import Flapping
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.entities import Wallbox, settle, writes


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage", connectors=1)]


async def test_it_is_told_as_flapping_until_it_is_quiet(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As if it restarted each time, and quickly.
    monkeypatch.setattr(restarts, "QUICKEST", -1.0)
    incidents = async_capture_events(hass, f"{DOMAIN}_event")
    [charger] = hub.chargers.values()
    issue_id = f"flapping_{charger.subentry_id}"
    with writes(hass) as written:
        for number in range(12):
            async with Wallbox(server_url) as box:
                if number:
                    await box.boot(firmwareVersion="1.0")
                else:
                    await box.call("Heartbeat", {})
            await wait_for(hass, lambda: not charger.charge_point.connected)
    await settle(hass)
    assert written.count("event.garage_incident") >= 1
    assert [event.data["type"] for event in incidents] == ["boot"]
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.translation_placeholders == {"name": "Garage"}
    # It stays for as long as it goes on, and a while.
    hub.part(Flapping).async_minute_passed()
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is not None
    monkeypatch.setattr(restarts, "WINDOW", 0.0)
    hub.part(Flapping).async_minute_passed()
    assert ir.async_get(hass).async_get_issue(DOMAIN, issue_id) is None
