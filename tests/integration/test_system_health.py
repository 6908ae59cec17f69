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

from .conftest import AddCharger


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
    assert shown == {"chargers": 2, "connected": 0, "port": str(port)}

    await charger("CP1")
    shown = await get_system_health_info(hass, DOMAIN)
    assert shown == {"chargers": 2, "connected": 1, "port": str(port)}

    await hass.config_entries.async_unload(setup_integration.entry_id)
    shown = await get_system_health_info(hass, DOMAIN)
    assert shown == {"chargers": 0, "connected": 0, "port": ""}
