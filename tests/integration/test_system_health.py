"""The integration's lines in Home Assistant's system information."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)

from custom_components.ocpp_cs.const import DOMAIN

from .conftest import AddCharger, wait_for


@pytest.fixture
def subentries() -> list[Any]:
    """Return two chargers."""
    return ["CP1", "CP2"]


async def test_chargers_are_counted(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    port: int,
) -> None:
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    shown = await get_system_health_info(hass, DOMAIN)
    idle = {
        "servers": 1,
        "port": str(port),
        "encryption": "",
        "certificate_ends": "",
        "encrypted": 0,
        "chargers": 2,
        "connected": 0,
        "refused": 0,
        "sessions": 0,
        "unsaved": 0,
    }
    assert shown == idle

    one = await charger("CP1")
    await one.plug(1)
    await one.present_card("CARD", 1)
    await wait_for(hass, lambda: one.connector(1).transaction_id)
    hub = setup_integration.runtime_data
    hub.central_system.refused = {"NOBODY": 3, "NO-ONE": 2}
    shown = await get_system_health_info(hass, DOMAIN)
    assert shown == idle | {"connected": 1, "refused": 2, "sessions": 1}

    # A disk that takes nothing.
    path = hub._storage._path
    await hub._storage.flush()
    hub._storage._close()
    path.unlink()
    path.mkdir()
    await one.unplug(1)
    await wait_for(hass, lambda: one.connector(1).transaction_id is None)
    shown = await get_system_health_info(hass, DOMAIN)
    assert (shown["sessions"], shown["unsaved"]) == (1, 1)
    path.rmdir()

    await hass.config_entries.async_unload(setup_integration.entry_id)
    shown = await get_system_health_info(hass, DOMAIN)
    assert shown == dict.fromkeys(idle, 0) | {
        "port": "",
        "encryption": "",
        "certificate_ends": "",
    }
