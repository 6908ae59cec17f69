"""Chargers that are added without asking: not any number, and not from anywhere."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
import json
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from custom_components.ocpp_cs.chargers import discovery
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security import unasked
from tests.integration.conftest import cards, wait_for

from .test_access import connected

pytestmark = pytest.mark.usefixtures("socket_enabled")

ADOPT = {"unknown": "adopt"}


@pytest.fixture
def options() -> dict[str, Any]:
    return dict(ADOPT)


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a card come soon."""
    monkeypatch.setattr(discovery, "IDENTITY_WAIT", 0.05)


@asynccontextmanager
async def many(url: str, ids: range) -> AsyncIterator[None]:
    """Connect with made-up ids."""
    async with AsyncExitStack() as stack:
        for number in ids:
            # So many may wait of each address.
            address = f"127.0.0.{number // 8 + 1}"
            await stack.enter_async_context(connected(f"{url}X{number}", address))
        yield


def adopted(entry: MockConfigEntry) -> set[str]:
    """Return the ids that are chargers now."""
    return {str(one.unique_id) for one in entry.subentries.values()}


async def test_only_so_many_are_added_in_an_hour_and_the_others_are_asked_for(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = setup_integration
    first = {f"X{number}" for number in range(unasked.MOST_AN_HOUR)}
    async with many(server_url, range(14)):
        await wait_for(hass, lambda: len(cards(hass)) == 4)
        assert adopted(entry) == first
        assert {card["context"]["unique_id"] for card in cards(hass)} == {
            *("X10", "X11", "X12", "X13")
        }
    # A restart begins no new hour, and counts nobody twice.
    assert await hass.config_entries.async_reload(entry.entry_id)
    async with many(server_url, range(12)):
        await wait_for(hass, lambda: len(cards(hass)) == 2)
        assert adopted(entry) == first
    # One more when the hour is over.
    now = unasked.dt_util.utcnow()
    later = now + unasked._HOUR * 1.1
    monkeypatch.setattr(unasked.dt_util, "utcnow", lambda: later)
    async with many(server_url, range(10, 11)):
        await wait_for(hass, lambda: adopted(entry) == first | {"X10"})


async def test_one_whose_subentry_got_lost_counts_once(
    hass: HomeAssistant, setup_integration: MockConfigEntry, server_url: str
) -> None:
    """Home Assistant died before it had saved that it was added."""
    entry = setup_integration
    async with many(server_url, range(10)):
        await wait_for(hass, lambda: len(adopted(entry)) == 10)
    lost = next(
        one.subentry_id for one in entry.subentries.values() if one.unique_id == "X3"
    )
    hass.config_entries.async_remove_subentry(entry, lost)
    await hass.async_block_till_done()
    assert "X3" not in adopted(entry)
    async with many(server_url, range(3, 4)):
        await wait_for(hass, lambda: "X3" in adopted(entry))
    async with many(server_url, range(20, 21)):
        await wait_for(hass, lambda: cards(hass))
    assert len(adopted(entry)) == 10


async def test_from_elsewhere_nobody_is_added_unasked(
    hass: HomeAssistant, setup_integration: MockConfigEntry, server_url: str
) -> None:
    entry = setup_integration
    hass.config_entries.async_update_entry(
        entry, options={**ADOPT, "proxies": ["127.0.0.1"]}
    )
    await hass.async_block_till_done()
    async with connect(
        f"{server_url}FAR",
        subprotocols=[Subprotocol("ocpp1.6")],
        additional_headers={"X-Forwarded-For": "9.9.9.9"},
    ) as websocket:
        await websocket.send(
            json.dumps(
                [
                    2,
                    "1",
                    "BootNotification",
                    {"chargePointVendor": "V", "chargePointModel": "M"},
                ]
            )
        )
        assert json.loads(await websocket.recv())[2]["status"] == "Pending"
        await wait_for(hass, lambda: cards(hass))
        assert not entry.subentries
    async with connect(
        f"{server_url}NEAR",
        subprotocols=[Subprotocol("ocpp1.6")],
        additional_headers={"X-Forwarded-For": "192.168.1.9"},
    ):
        await wait_for(hass, lambda: adopted(entry) == {"NEAR"})


async def test_who_waits_is_added_when_that_is_chosen_within_the_bounds(
    hass: HomeAssistant, setup_integration: MockConfigEntry, server_url: str
) -> None:
    entry = setup_integration
    hass.config_entries.async_update_entry(entry, options={})
    await hass.async_block_till_done()
    async with many(server_url, range(13)):
        await wait_for(hass, lambda: len(cards(hass)) == 13)
        hass.config_entries.async_update_entry(entry, options=ADOPT)
        await wait_for(hass, lambda: len(adopted(entry)) == 10)
        assert len(cards(hass)) == 3
