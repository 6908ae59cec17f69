"""Texts that code makes for a form are in the language of whoever fills it in."""

from http import HTTPStatus
from typing import Any

from homeassistant.components.frontend.storage import async_user_store
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ocpp_cs.const import SUBENTRY_CHARGER
from custom_components.ocpp_cs.forms.language import async_language
from tests.integration.helpers.goe import AddGoE, fixture_goe, host_of, quick

__all__ = ["fixture_goe", "quick"]

_FLOW = "/api/config/config_entries/subentries/flow"

GERMAN = ("Einstellung", "**Adresse des OCPP-Servers**", "| nicht begrenzt |")
ENGLISH = ("Setting", "**Address of the OCPP server**", "| not limited |")


@pytest.mark.parametrize(
    ("server", "profile", "browser", "words"),
    [
        ("en", "de", "en-GB,en;q=0.9", GERMAN),
        ("de", "en", "de", ENGLISH),
        # Without a choice in the profile the frontend goes by the browser.
        ("en", None, "tlh, de-DE;q=0.9, en;q=0.8", GERMAN),
        ("de", None, "", GERMAN),
        # Whoever reads what is not translated gets English, as in all of the form.
        ("de", "fr", "de", ENGLISH),
    ],
)
async def test_the_table_of_a_goe_is_in_the_language_of_its_reader(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    hass_admin_user: MockUser,
    setup_integration: MockConfigEntry,
    goe: AddGoE,
    server: str,
    profile: str | None,
    browser: str,
    words: tuple[str, ...],
) -> None:
    one = await goe()
    assert await async_setup_component(hass, "config", {})
    hass.config.language = server
    hass.config.components.add("frontend")
    if profile is not None:
        store = await async_user_store(hass, hass_admin_user.id)
        await store.async_set_item("language", {"language": profile})
    client = await hass_client()

    async def answer(flow: str = "", **data: Any) -> dict[str, Any]:
        response = await client.post(
            _FLOW + flow, json=data, headers={"Accept-Language": browser}
        )
        assert response.status == HTTPStatus.OK, await response.text()
        result: dict[str, Any] = await response.json()
        return result

    shown = await answer(handler=[setup_integration.entry_id, SUBENTRY_CHARGER])
    flow = f"/{shown['flow_id']}"
    await answer(flow, next_step_id="goe_address")
    shown = await answer(flow, host=host_of(one))
    assert shown["step_id"] == "goe_found"
    fields = {
        "name": "Garage",
        "maximum_current": 16,
        "access": "plug",
        "away": "slow",
        "server": {"address": "127.0.0.1", "port": setup_integration.data["port"]},
    }
    shown = await answer(flow, **fields)
    assert shown["step_id"] == "goe_changes"
    table = shown["description_placeholders"]["changes"]
    for word in words:
        assert word in table


async def test_nobody_asks(hass: HomeAssistant) -> None:
    hass.config.language = "de"
    assert await async_language(hass) == "de"
