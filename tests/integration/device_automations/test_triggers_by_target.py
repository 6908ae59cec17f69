"""The triggers that are offered for a target: a charger, a connector, an area."""

from typing import Any

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.helpers.trigger import async_get_all_descriptions
from homeassistant.setup import async_setup_component
import pytest

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.trigger import TRIGGERS
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.entities import Wallbox


@pytest.fixture
def subentries() -> list[Any]:
    """Return two chargers."""
    return [
        charger_subentry("CP1", "Yard", connectors=1),
        charger_subentry("CP2", "Garage", connectors=1),
    ]


@pytest.fixture
def options() -> dict[str, Any]:
    """Let every card charge."""
    return {"tag_policy": "every"}


async def test_all_are_offered_with_their_words(hass: HomeAssistant, hub: Hub) -> None:
    offered = await async_get_all_descriptions(hass)
    ours = {key: one for key, one in offered.items() if key.startswith(f"{DOMAIN}.")}
    assert ours.keys() == {f"{DOMAIN}.{key}" for key in TRIGGERS}
    for language in ("en", "de"):
        texts = await async_get_translations(hass, language, "triggers", [DOMAIN])
        for key in TRIGGERS:
            described = ours[f"{DOMAIN}.{key}"]
            assert described is not None
            base = f"component.{DOMAIN}.triggers.{key}"
            assert texts[f"{base}.name"] and texts[f"{base}.description"]
            for field in described["fields"]:
                assert texts[f"{base}.fields.{field}.name"]


async def test_they_fire_for_the_device_that_was_chosen(
    hass: HomeAssistant, hub: Hub, server_url: str, socket_enabled: None
) -> None:
    fired: list[str] = []
    hass.bus.async_listen("fired", lambda event: fired.append(event.data["key"]))
    chosen = next(one for one in hub.chargers.values() if one.charge_point.id == "CP1")
    assert await async_setup_component(
        hass,
        AUTOMATION,
        {
            AUTOMATION: [
                {
                    "alias": key,
                    "triggers": {
                        "trigger": f"{DOMAIN}.{key}",
                        "target": {"device_id": chosen.device_id},
                    },
                    "actions": {"event": "fired", "event_data": {"key": key}},
                }
                for key in TRIGGERS
            ]
        },
    )
    await hass.async_block_till_done()

    async def happens(*keys: str) -> None:
        await wait_for(hass, lambda: set(keys) <= set(fired))
        assert sorted(fired) == sorted(keys)
        fired.clear()

    async with Wallbox(server_url) as box, Wallbox(server_url, "CP2") as other:
        await box.begin(hass, hub)
        await other.begin(hass, hub)
        await hass.async_block_till_done()
        fired.clear()
        for one in (other, box):
            await one.status("Preparing")
        await happens("plugged_in", "waits")
        running = {}
        for one in (other, box):
            running[one] = await one.start()
            await one.status("Charging")
        await happens("session_started", "charging")
        for one in (other, box):
            await one.stop(running[one], meter=3000)
            await one.status("Available")
        await happens("session_ended", "unplugged")
        await box.call(
            "StatusNotification",
            {"connectorId": 1, "status": "Faulted", "errorCode": "GroundFailure"},
        )
        await happens("fault")
