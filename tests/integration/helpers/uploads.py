"""A Home Assistant that really serves HTTP, and a charger that really uploads."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, cast

import aiohttp
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.ocpp_cs.chargers.bus_events import EVENT
from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.transfers.files import uploads_folder
from simulator import Secure
from tests.integration.conftest import HOST, settled as connected

from .actions import Call, settled

type Events = list[Event[dict[str, Any]]]
type Files = Callable[[], list[str]]


@pytest.fixture(name="disable_http_server")
def fixture_enable_http_server() -> None:
    """Let HTTP be served, which the test plugin prevents by a fixture of this name."""


@pytest.fixture(name="base_url")
async def fixture_base_url(
    hass: HomeAssistant,
    disable_http_server: None,
    unused_tcp_port_factory: Callable[[], int],
) -> AsyncIterator[str]:
    """Return the address of Home Assistant, which listens there."""
    port = unused_tcp_port_factory()
    assert await async_setup_component(
        hass, "http", {"http": {"server_host": HOST, "server_port": port}}
    )
    await hass.http.start()
    yield f"http://{HOST}:{port}"
    await hass.http.stop()


@pytest.fixture(name="box")
async def fixture_box(
    hass: HomeAssistant,
    base_url: str,
    setup_integration: MockConfigEntry,
    server_url: str,
) -> AsyncIterator[Secure]:
    """Return the charger of the subentry CP1, in a hurry, connected and settled."""
    async with Secure(
        server_url,
        "CP1",
        seed=1,
        noise=0.0,
        time_factor=200.0,
        sample_interval=0,
        backoff=(0.05, 0.2),
        reboot_seconds=1.0,
    ) as charger:
        await connected(hass, charger)
        yield await settled(setup_integration, charger)


@pytest.fixture(name="address")
async def fixture_address(box: Secure, call: Call) -> str:
    """Return an address to upload to; the charger itself does not use it."""
    box.faults.upload_fails = True
    answer = await call("get_diagnostics")
    return cast(str, answer["location"])


@pytest.fixture(name="events")
def fixture_events(hass: HomeAssistant) -> list[Event[dict[str, Any]]]:
    """Return the events of the integration, from now on."""
    return async_capture_events(hass, EVENT)


@pytest.fixture(name="session")
async def fixture_session(hass: HomeAssistant) -> AsyncIterator[aiohttp.ClientSession]:
    """Return somebody who knows nothing but addresses."""
    async with aiohttp.ClientSession() as session:
        yield session


def folder_of(hass: HomeAssistant, entry: MockConfigEntry) -> Path:
    """Return where the files of the first charger are."""
    return uploads_folder(hass, entry.entry_id, next(iter(entry.subentries)))


@pytest.fixture(name="files")
def fixture_files(hass: HomeAssistant, entry: MockConfigEntry) -> Files:
    """Return a function that lists whatever is in the charger's folder."""

    def listed() -> list[str]:
        folder = folder_of(hass, entry)
        return sorted(map(str, folder.rglob("*"))) if folder.exists() else []

    return listed


def issue(
    hass: HomeAssistant, kind: str, entry: MockConfigEntry
) -> ir.IssueEntry | None:
    """Return the issue of that kind about the first charger."""
    return ir.async_get(hass).async_get_issue(
        DOMAIN, f"{kind}_{next(iter(entry.subentries))}"
    )
