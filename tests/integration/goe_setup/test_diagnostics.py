"""What a go-eCharger tells over HTTP is in the diagnostics, without what is private."""

import json
from typing import Any

from homeassistant.components.diagnostics import DOMAIN as DIAGNOSTICS
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ocpp_cs.goe_setup.coordinator import GoELinks
from custom_components.ocpp_cs.hub import Hub
from tests.goe.devices import http
from tests.integration.helpers.goe import SERIAL, AddGoE, fixture_goe, quick, set_up  # noqa: F401 - pytest looks for fixtures here

REDACTED = "**REDACTED**"
CARD = "04A1B2C3D4E5F6"


async def test_readings_are_there_and_nothing_private(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    setup_integration: MockConfigEntry,
    hub: Hub,
    goe: AddGoE,
) -> None:
    assert await async_setup_component(hass, DIAGNOSTICS, {})
    one = await goe()
    one.api.values |= {
        "fna": "Familie Muster",
        "rssi": -61,
        "wst": 3,
        "ocppd": CARD,
    }
    await set_up(hass, setup_integration, one)
    (charger,) = hub.chargers.values()
    link = hub.part(GoELinks).of(charger)
    assert link is not None
    one.api._error = ("connect to ws://192.168.7.9:9000/x failed", 1)
    await link.async_refresh()

    async def shown() -> dict[str, Any]:
        diagnostics = await get_diagnostics_for_config_entry(
            hass, hass_client, setup_integration
        )
        text = json.dumps(diagnostics)
        for private in (SERIAL, CARD, "Muster", "192.168.7.9"):
            assert private not in text
        (told,) = diagnostics["chargers"]
        assert isinstance(told["http"], dict)
        return told["http"]

    readings = await shown()
    assert readings["last_poll"] == {"succeeded": True, "error": None}
    assert readings["host"].endswith(f":{http(one).port}")
    assert readings["own_url"].startswith(f"ws://{REDACTED}:")
    assert readings["repairs"] == []
    told = readings["told"]
    assert told["model_status"] == "fallback_default"
    assert (told["rssi"], told["wifi_connected"]) == (-61, True)
    assert told["reboot_count"] == 0
    assert told["identity"]["firmware"] == "59.4"
    assert told["identity"]["serial"] == REDACTED
    assert told["ocpp"]["connected"] is True
    assert told["ocpp"]["default_profiles"] == []
    assert told["ocpp"]["tx_profiles"] == []
    assert told["ocpp"]["last_error"] == f"connect to ws://{REDACTED}:9000/x failed"

    one.api.values["hai"] = False
    await link.async_refresh()
    readings = await shown()
    assert readings["last_poll"]["succeeded"] is False
    assert readings["last_poll"]["error"].startswith("ApiOffError: ")
    assert readings["repairs"] == ["goe_api_off"]
    # What it told before.
    assert readings["told"] == told
