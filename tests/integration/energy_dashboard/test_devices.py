"""Chargers are added to the Energy dashboard by one click, and never twice."""

import asyncio
from datetime import timedelta
from typing import Any

from homeassistant.components.energy.data import (
    DEVICE_CONSUMPTION_SCHEMA,
    async_get_manager,
)
from homeassistant.components.recorder import Recorder
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import charger_subentry
from tests.integration.helpers.entities import Wallbox, settle
from tests.integration.helpers.forms import proposed

ENERGY = "Energy.Active.Import.Register"
STATISTIC = "ocpp_cs:charger_cp1_1_energy"
GARAGE = {"stat_consumption": STATISTIC, "stat_rate": "sensor.garage_power"}
OVEN = {"stat_consumption": "sensor.oven_energy"}


@pytest.fixture(autouse=True)
def needs_recorder(recorder_mock: Recorder) -> None:
    """Have a recorder before all else."""


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"tag_policy": "every"}


async def devices(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Return the devices of the Energy dashboard."""
    manager = await async_get_manager(hass)
    return [dict(one) for one in (manager.data or {}).get("device_consumption", ())]


async def charge(hass: HomeAssistant, hub: Hub, server_url: str) -> None:
    """Charge once, so that there are statistics."""
    begin = dt_util.utcnow() - timedelta(hours=2)
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.values({ENERGY: 10_000.0, "Power.Active.Import": 0.0})
        number = await box.start(meter=10_000, timestamp=begin.isoformat())
        await box.stop(number, meter=14_000)
        await settle(hass)
    await hub.statistics.async_flush()
    await get_instance(hass).async_block_till_done()


async def open_form(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    flow = hass.config_entries.options
    result = await flow.async_init(entry.entry_id)
    return await flow.async_configure(
        result["flow_id"], {"next_step_id": "energy_dashboard"}
    )


async def reason(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    result = await open_form(hass, entry)
    assert result["type"] is FlowResultType.ABORT
    return result["reason"]


async def submit(hass: HomeAssistant, result: Any, values: Any = None) -> Any:
    return await hass.config_entries.options.async_configure(
        result["flow_id"], proposed(result["data_schema"]) if values is None else values
    )


async def test_one_click(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
) -> None:
    assert await reason(hass, setup_integration) == "no_energy_dashboard"
    assert await async_setup_component(hass, "energy", {})
    await (await async_get_manager(hass)).async_update({"device_consumption": [OVEN]})
    assert await reason(hass, setup_integration) == "nothing_measured"
    await charge(hass, hub, server_url)
    before = dict(setup_integration.options)
    # Two browsers show what will be added.
    first = await open_form(hass, setup_integration)
    second = await open_form(hass, setup_integration)
    assert proposed(first["data_schema"]) == {"consumers": [STATISTIC]}
    (option,) = first["data_schema"].schema["consumers"].config["options"]
    assert option["label"] == "Garage"
    result = await submit(hass, first)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "added_to_dashboard"
    assert "Garage" in result["description_placeholders"]["names"]
    assert await devices(hass) == [OVEN, GARAGE]
    # In the form that Home Assistant's own settings write.
    assert [DEVICE_CONSUMPTION_SCHEMA(one) for one in await devices(hass)]
    # It is never there twice.
    assert (await submit(hass, second))["reason"] == "nothing_added"
    assert await reason(hass, setup_integration) == "all_in_dashboard"
    assert await devices(hass) == [OVEN, GARAGE]
    assert setup_integration.options == before
    assert await hass.config_entries.async_unload(setup_integration.entry_id)
    assert setup_integration.state is ConfigEntryState.NOT_LOADED
    assert await reason(hass, setup_integration) == "not_running"


async def test_who_counts_it_otherwise_counts_it(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
) -> None:
    assert await async_setup_component(hass, "energy", {})
    await charge(hass, hub, server_url)
    manager = await async_get_manager(hass)
    registry = er.async_get(hass)
    registry.async_update_entity("sensor.garage_energy", new_entity_id="sensor.car")
    registry.async_update_entity("sensor.garage_power", new_entity_id="sensor.car_w")
    # Its sensors count the same, whatever they are called now.
    for own in ("sensor.car", "sensor.garage_session_energy"):
        await manager.async_update({"device_consumption": [{"stat_consumption": own}]})
        assert await reason(hass, setup_integration) == "all_in_dashboard"
    await manager.async_update({"device_consumption": []})
    result = await open_form(hass, setup_integration)
    assert (await submit(hass, result, {"consumers": []}))["reason"] == "nothing_added"
    await asyncio.gather(
        submit(hass, await open_form(hass, setup_integration)),
        submit(hass, await open_form(hass, setup_integration)),
    )
    assert await devices(hass) == [
        {"stat_consumption": STATISTIC, "stat_rate": "sensor.car_w"}
    ]
    # What is disabled has no statistics.
    await manager.async_update({"device_consumption": []})
    disabled = registry.async_update_entity(
        "sensor.car_w", disabled_by=er.RegistryEntryDisabler.USER
    )
    dr.async_get(hass).async_update_device(
        disabled.device_id or "", name_by_user="Yard"
    )
    result = await submit(hass, await open_form(hass, setup_integration))
    assert result["description_placeholders"]["names"] == "Yard"
    assert await devices(hass) == [{"stat_consumption": STATISTIC}]
