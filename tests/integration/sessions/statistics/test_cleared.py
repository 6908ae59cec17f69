"""Statistics that somebody clears in the recorder: they are made again."""

from typing import Any

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.const import (
    EVENT_RECORDER_HOURLY_STATISTICS_GENERATED,
)
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.ocpp_cs.csms.transactions.storage import SessionFilter
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.sessions.sessions import Sessions
from tests.integration.conftest import charger_subentry
from tests.integration.helpers.entities import settle

from .test_keeper import GARAGE, Wallbox, charge, rows

ENERGY = {0: (2, 2), 1: (2, 4)}
COST = {0: (0.6, 0.6), 1: (0.6, 1.2)}
COST_ID = f"{GARAGE}_cost_eur"
ENERGY_ID = f"{GARAGE}_energy"


@pytest.fixture(autouse=True)
def needs_recorder(recorder_mock: Recorder) -> None:
    """Have a recorder before all else."""


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"price": 0.30, "tag_policy": "every"}


@pytest.fixture
async def charged(hass: HomeAssistant, hub: Hub, server_url: str) -> None:
    """Have a session in the statistics, and none after that."""
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await charge(box)
        await settle(hass)
    assert await rows(hass, hub, ENERGY_ID) == ENERGY
    assert await rows(hass, hub, COST_ID) == COST


async def clear(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, *ids: str
) -> None:
    """Clear statistics as Developer tools > Statistics does."""
    client = await hass_ws_client(hass)
    await client.send_json_auto_id(
        {"type": "recorder/clear_statistics", "statistic_ids": list(ids)}
    )
    assert (await client.receive_json())["success"]


@pytest.mark.parametrize("ids", [(ENERGY_ID, COST_ID), (ENERGY_ID,), (COST_ID,)])
async def test_the_next_start_makes_them_again(
    hass: HomeAssistant,
    charged: None,
    setup_integration: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    ids: tuple[str, ...],
) -> None:
    """Of sessions long ago, and each of them alone."""
    await clear(hass, hass_ws_client, *ids)
    assert await hass.config_entries.async_reload(setup_integration.entry_id)
    await settle(hass)
    hub: Hub = setup_integration.runtime_data
    assert await rows(hass, hub, ENERGY_ID) == ENERGY
    assert await rows(hass, hub, COST_ID) == COST


async def test_the_next_hour_makes_them_again(
    hass: HomeAssistant,
    hub: Hub,
    charged: None,
    hass_ws_client: WebSocketGenerator,
) -> None:
    await clear(hass, hass_ws_client, ENERGY_ID, COST_ID)
    assert await rows(hass, hub, ENERGY_ID) == {}
    hass.bus.async_fire(EVENT_RECORDER_HOURLY_STATISTICS_GENERATED)
    await hass.async_block_till_done()
    assert await rows(hass, hub, ENERGY_ID) == ENERGY
    assert await rows(hass, hub, COST_ID) == COST


async def test_a_start_without_need_reads_no_old_sessions(
    hass: HomeAssistant,
    charged: None,
    setup_integration: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[SessionFilter] = []
    read = Sessions.async_find_all

    async def noting(sessions: Sessions, wanted: SessionFilter) -> Any:
        asked.append(wanted)
        return await read(sessions, wanted)

    monkeypatch.setattr(Sessions, "async_find_all", noting)
    assert await hass.config_entries.async_reload(setup_integration.entry_id)
    await settle(hass)
    assert await rows(hass, setup_integration.runtime_data, ENERGY_ID) == ENERGY
    assert asked
    assert all(one.start is not None for one in asked)
