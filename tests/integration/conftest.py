"""A server in Home Assistant, and chargers that connect to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
import os
import random
import socket
from typing import Any, Unpack

from homeassistant.config_entries import SOURCE_INTEGRATION_DISCOVERY
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import Entity
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs import hub as hub_module
from custom_components.ocpp_cs.const import (
    CONF_CHARGE_POINT_ID,
    CONF_ID_TAG,
    DEFAULT_PORT,
    DOMAIN,
    SUBENTRY_CHARGER,
    SUBENTRY_ID_TAG,
)
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.tags.registry import unique_id_of
from simulator.structures import Options

from .helpers.versions import V1_6, Charger, make_charger, parametrize

HOST = "127.0.0.1"

type AddCharger = Callable[..., Awaitable[Any]]
"""Connects a charger of the version that the test runs for, and returns it."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test for each version of OCPP that it is marked with."""
    parametrize(metafunc)


@pytest.fixture(autouse=True)
def _ports_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no test listen on the default port, where another program may do so at times."""
    probe = hub_module.probe_port

    async def probe_another(host: str | None, port: int) -> None:
        assert port != DEFAULT_PORT, "this test needs a port of its own"
        await probe(host, port)

    monkeypatch.setattr(hub_module, "probe_port", probe_another)


async def wait_for(
    hass: HomeAssistant, condition: Callable[[], Any], seconds: float = 60.0
) -> Any:
    """Return what `condition` returns, as soon as that is true."""
    async with asyncio.timeout(seconds):
        while not (value := condition()):
            await asyncio.sleep(0.01)
    await hass.async_block_till_done()
    return value


async def settled(hass: HomeAssistant, charger: Charger) -> None:
    """Return when a charger is accepted and has said all that it has to say."""
    await wait_for(hass, lambda: charger.accepted and charger.outbox.idle)


def charger_subentry(
    charge_point_id: str, title: str | None = None, **data: Any
) -> dict[str, Any]:
    """Return the data of the subentry of an adopted charger."""
    return {
        "data": {CONF_CHARGE_POINT_ID: charge_point_id, **data},
        "subentry_type": SUBENTRY_CHARGER,
        "title": title or charge_point_id,
        "unique_id": charge_point_id,
    }


def id_tag_subentry(id_tag: str, title: str = "Anna", **data: Any) -> dict[str, Any]:
    """Return the data of the subentry of an id tag."""
    return {
        "data": {CONF_ID_TAG: id_tag, **data},
        "subentry_type": SUBENTRY_ID_TAG,
        "title": title,
        "unique_id": unique_id_of(id_tag),
    }


def make_entry(port: int, *subentries: Any, **options: Any) -> MockConfigEntry:
    """Return the config entry of a server with these chargers."""
    return MockConfigEntry(
        domain=DOMAIN,
        title=f"Server {port}",
        data={CONF_HOST: HOST, CONF_PORT: port},
        options=options,
        subentries_data=[
            charger_subentry(one) if isinstance(one, str) else one for one in subentries
        ],
    )


def cards(hass: HomeAssistant) -> list[Any]:
    """Return the flows of the chargers that are offered."""
    return [
        flow
        for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        if flow["context"]["source"] == SOURCE_INTEGRATION_DISCOVERY
    ]


async def setup(hass: HomeAssistant, entry: MockConfigEntry) -> Hub:
    """Set a server up; return its hub."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    hub = entry.runtime_data
    assert isinstance(hub, Hub)
    return hub


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Let every test have its own files: the books are real ones."""
    return hass_tmp_config_dir


@pytest.fixture(scope="session")
def unused_tcp_port_factory() -> Callable[[], int]:
    """Return the way to ports that are free, and that nobody else is given.

    A port that the system picks may be another process' next one, or that of a
    client. These are below the system's own, and each process has its part of them.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    numbers = list(range(20_000 + worker * 2_000, 22_000 + worker * 2_000))
    random.shuffle(numbers)

    def free_port() -> int:
        while True:
            port = numbers.pop()
            with suppress(OSError):
                socket.create_server((HOST, port)).close()
                return port

    return free_port


@pytest.fixture
def unused_tcp_port(unused_tcp_port_factory: Callable[[], int]) -> int:
    """Return a port that is free."""
    return unused_tcp_port_factory()


@pytest.fixture
def port(unused_tcp_port: int) -> int:
    """Return a port that is free."""
    return unused_tcp_port


@pytest.fixture
def server_url(port: int) -> str:
    """Return the address of the server, to which chargers append their id."""
    return f"ws://{HOST}:{port}/"


@pytest.fixture
def subentries() -> list[Any]:
    """Return the chargers that are adopted from the start: ids or subentry data."""
    return []


@pytest.fixture
def options() -> dict[str, Any]:
    """Return the options of the server."""
    return {}


@pytest.fixture
def entry(port: int, subentries: list[Any], options: dict[str, Any]) -> MockConfigEntry:
    """Return the config entry of a server that is not set up yet."""
    return make_entry(port, *subentries, **options)


@pytest.fixture
async def setup_integration(
    hass: HomeAssistant, entry: MockConfigEntry
) -> AsyncIterator[MockConfigEntry]:
    """Set the server up, and unload it in the end."""
    await setup(hass, entry)
    yield entry
    if hass.config_entries.async_get_entry(entry.entry_id) and entry.state.recoverable:
        await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()


@pytest.fixture
def entity_registry_enabled_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable all entities, also those that are disabled for new chargers."""
    monkeypatch.setattr(
        Entity, "entity_registry_enabled_default", property(lambda _: True)
    )


@pytest.fixture
def hub(setup_integration: MockConfigEntry) -> Hub:
    """Return the hub of the server."""
    hub: Hub = setup_integration.runtime_data
    return hub


@pytest.fixture
def version() -> str:
    """Return the version of OCPP that the chargers speak."""
    return V1_6


def _is_ready(hass: HomeAssistant, charge_point_id: str) -> bool:
    """Return whether the set-up of a charger is over, or it has none."""
    found = [
        hub.central_system.charge_points[charge_point_id]
        for entry in hass.config_entries.async_loaded_entries(DOMAIN)
        if isinstance(hub := entry.runtime_data, Hub)
        and charge_point_id in hub.central_system.charge_points
    ]
    return all(one.ready or not one.connected for one in found)


@pytest.fixture
async def charger(
    hass: HomeAssistant, server_url: str, version: str, socket_enabled: None
) -> AsyncIterator[AddCharger]:
    """Return a function that connects a charger and waits until that is done."""
    async with AsyncExitStack() as stack:

        async def connect(
            charge_point_id: str = "CP1",
            url: str | None = None,
            *,
            accepted: bool = True,
            **options: Unpack[Options],
        ) -> Charger:
            options = {"seed": 1, "noise": 0.0, "backoff": (0.05, 0.2), **options}
            one = make_charger(version, url or server_url, charge_point_id, **options)
            await stack.enter_async_context(one)
            if accepted:
                await settled(hass, one)
                if version != V1_6:
                    # Its set-up begins with a report, before which it is not known
                    # how many connectors there are.
                    await wait_for(hass, lambda: _is_ready(hass, charge_point_id))
            else:
                await one.wait_for(lambda: one.boot_status is not None)
            await hass.async_block_till_done()
            return one

        yield connect


@pytest.fixture
def all_enabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enable entities that are new and disabled by default."""
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", True)
