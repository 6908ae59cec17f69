"""Chargers are added to the Energy dashboard by one click, and never twice."""

import asyncio
from typing import Any

from homeassistant.components.energy.data import (
    DEVICE_CONSUMPTION_SCHEMA,
    async_get_manager,
)
from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import charger_subentry
from tests.integration.helpers.entities import Wallbox, settle
from tests.integration.helpers.forms import proposed

ENERGY = "Energy.Active.Import.Register"
GARAGE = {
    "stat_consumption": "sensor.garage_energy",
    "stat_rate": "sensor.garage_power",
}
OVEN = {"stat_consumption": "sensor.oven_energy"}


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


async def devices(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Return the devices of the Energy dashboard."""
    manager = await async_get_manager(hass)
    return [dict(one) for one in (manager.data or {}).get("device_consumption", ())]


async def measured(hass: HomeAssistant, hub: Hub, server_url: str) -> None:
    """Let the charger measure energy and power, so that there are entities."""
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.values({ENERGY: 10_000.0, "Power.Active.Import": 0.0})
        await settle(hass)


async def open_form(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    flow = hass.config_entries.options
    result = await flow.async_init(entry.entry_id)
    return await flow.async_configure(
        result["flow_id"], {"next_step_id": "energy_dashboard"}
    )


async def submit(hass: HomeAssistant, result: Any, values: Any = None) -> Any:
    return await hass.config_entries.options.async_configure(
        result["flow_id"], proposed(result["data_schema"]) if values is None else values
    )


async def test_one_click(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
) -> None:
    assert (await open_form(hass, setup_integration))["reason"] == (
        "no_energy_dashboard"
    )
    assert await async_setup_component(hass, "energy", {})
    await (await async_get_manager(hass)).async_update({"device_consumption": [OVEN]})
    assert (await open_form(hass, setup_integration))["reason"] == "nothing_measured"
    await measured(hass, hub, server_url)
    before = dict(setup_integration.options)
    # Two browsers show what will be added.
    first = await open_form(hass, setup_integration)
    second = await open_form(hass, setup_integration)
    assert proposed(first["data_schema"]) == {"consumers": ["sensor.garage_energy"]}
    (option,) = first["data_schema"].schema["consumers"].config["options"]
    assert option["label"] == "Garage (sensor.garage_energy)"
    result = await submit(hass, first)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "added_to_dashboard"
    assert "Garage" in result["description_placeholders"]["names"]
    assert await devices(hass) == [OVEN, GARAGE]
    # In the form that Home Assistant's own settings write.
    assert [DEVICE_CONSUMPTION_SCHEMA(one) for one in await devices(hass)]
    # It is never there twice.
    assert (await submit(hass, second))["reason"] == "nothing_added"
    assert (await open_form(hass, setup_integration))["reason"] == "all_in_dashboard"
    assert await devices(hass) == [OVEN, GARAGE]
    assert setup_integration.options == before


async def test_who_counts_it_otherwise_counts_it(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
) -> None:
    assert await async_setup_component(hass, "energy", {})
    await measured(hass, hub, server_url)
    manager = await async_get_manager(hass)
    own = {"stat_consumption": "sensor.garage_session_energy"}
    await manager.async_update({"device_consumption": [own]})
    assert (await open_form(hass, setup_integration))["reason"] == "all_in_dashboard"
    # Under another name as well.
    registry = er.async_get(hass)
    registry.async_update_entity("sensor.garage_energy", new_entity_id="sensor.car")
    registry.async_update_entity("sensor.garage_power", new_entity_id="sensor.car_w")
    await manager.async_update({"device_consumption": []})
    result = await open_form(hass, setup_integration)
    assert (await submit(hass, result, {"consumers": []}))["reason"] == "nothing_added"
    await asyncio.gather(
        submit(hass, await open_form(hass, setup_integration)),
        submit(hass, await open_form(hass, setup_integration)),
    )
    assert await devices(hass) == [
        {"stat_consumption": "sensor.car", "stat_rate": "sensor.car_w"}
    ]
    # What is disabled has no statistics.
    await manager.async_update({"device_consumption": []})
    registry.async_update_entity(
        "sensor.car_w", disabled_by=er.RegistryEntryDisabler.USER
    )
    await submit(hass, await open_form(hass, setup_integration))
    assert await devices(hass) == [{"stat_consumption": "sensor.car"}]
