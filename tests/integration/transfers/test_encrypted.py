"""Uploads of chargers whose connection is encrypted: over https, to the same port."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
import ssl
from typing import Any

import aiohttp
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from yarl import URL

from custom_components.ocpp_cs.hub import Hub
from simulator import Secure
from tests.csms.central import complaints
from tests.integration.conftest import HOST, settled as connected, wait_for
from tests.integration.helpers.actions import (  # noqa: F401 - pytest looks for fixtures here
    Call,
    fixture_call,
    fixture_device_id,
    fixture_subentries,
    settled,
)
from tests.integration.helpers.encryption import changed, encrypted, trusting, works
from tests.integration.helpers.uploads import (  # noqa: F401 - pytest looks for fixtures here
    Events,
    Files,
    fixture_base_url,
    fixture_enable_http_server,
    fixture_events,
    fixture_files,
    issue,
)

pytestmark = pytest.mark.usefixtures("socket_enabled", "base_url")


@pytest.fixture
def tls_port(unused_tcp_port_factory: Callable[[], int]) -> int:
    """Return the port for TLS."""
    return unused_tcp_port_factory()


@pytest.fixture
async def context(
    hass: HomeAssistant,
    base_url: str,
    setup_integration: MockConfigEntry,
    tls_port: int,
) -> ssl.SSLContext:
    """Switch encryption on; return the context of a charger that trusts our CA."""
    await changed(hass, setup_integration, **encrypted(tls_port))
    hub: Hub = setup_integration.runtime_data
    return trusting((await works(hass, hub)).root)


@asynccontextmanager
async def charger(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    url: str,
    tls: ssl.SSLContext | None,
) -> AsyncIterator[Secure]:
    """Let the charger CP1 connect there."""
    async with Secure(
        url,
        "CP1",
        seed=1,
        noise=0.0,
        time_factor=200.0,
        sample_interval=0,
        backoff=(0.05, 0.2),
        tls=tls,
    ) as one:
        await connected(hass, one)
        yield await settled(entry, one)


@pytest.mark.parametrize("on_plain_port", [False, True])
@pytest.mark.parametrize(
    ("action", "data"),
    [("get_diagnostics", {}), ("get_log", {"log_type": "security_log"})],
)
async def test_the_file_comes_over_the_port_of_the_charger(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    context: ssl.SSLContext,
    call: Call,
    events: Events,
    files: Files,
    port: int,
    tls_port: int,
    on_plain_port: bool,
    action: str,
    data: dict[str, Any],
) -> None:
    url = f"wss://{HOST}:{port if on_plain_port else tls_port}/"
    async with charger(hass, setup_integration, url, context) as box:
        answer = await call(action, **data)
        location = URL(answer["location"])
        assert str(location.origin()) == f"https://{HOST}:{tls_port}"
        assert location.path.startswith("/api/ocpp_cs/upload/")
        received = "upload_received"
        await wait_for(
            hass, lambda: [one for one in events if one.data["type"] == received]
        )
        await wait_for(hass, lambda: box.uploader.answers)
        assert box.uploader.answers == [HTTPStatus.OK]
        (event,) = [one for one in events if one.data["type"] == received]
        kept = Path(event.data["data"]["path"])
        assert kept.read_bytes() == box.uploader.content
        assert [one for one in files() if one.endswith(kept.name)]
        # Its connection went on all the time.
        charge_point = setup_integration.runtime_data.central_system.charge_points[
            "CP1"
        ]
        assert charge_point.connected
        assert charge_point.connections == 1
    assert issue(hass, "diagnostics_failed", setup_integration) is None


async def test_the_address_works_once(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    context: ssl.SSLContext,
    call: Call,
    tls_port: int,
) -> None:
    """And there is nothing else of Home Assistant on that port."""
    url = f"wss://{HOST}:{tls_port}/"
    async with charger(hass, setup_integration, url, context) as box:
        box.faults.upload_fails = True
        location = (await call("get_diagnostics"))["location"]
        base = str(URL(location).origin())
        async with aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context)
        ) as session:

            async def put(where: str, body: bytes = b"log") -> int:
                async with session.put(where, data=body) as answer:
                    return answer.status

            assert await put(f"{location}../x") == HTTPStatus.NOT_FOUND
            assert await put(f"{base}/api/ocpp_cs/upload/wrong/") == 404
            assert await put(location, b"") == HTTPStatus.BAD_REQUEST
            assert await put(location) == HTTPStatus.OK
            assert await put(location) == HTTPStatus.NOT_FOUND
            for path in ("/", "/api/", "/api/states", "/auth/token", "/api/ocpp_cs"):
                async with session.get(f"{base}{path}") as answer:
                    assert answer.status in {404, 405}
                    assert b"Home Assistant" not in await answer.read()


async def test_without_encryption_nothing_changes(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    context: ssl.SSLContext,
    call: Call,
    base_url: str,
    server_url: str,
    events: Events,
) -> None:
    """A charger that came without may not trust the certificate."""
    async with charger(hass, setup_integration, server_url, None) as box:
        answer = await call("get_diagnostics")
        assert answer["location"].startswith(base_url)
        await wait_for(hass, lambda: box.uploader.answers)
        assert box.uploader.answers == [HTTPStatus.OK]


async def test_encryption_that_was_switched_off(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    context: ssl.SSLContext,
    call: Call,
    base_url: str,
    tls_port: int,
) -> None:
    """The connection stays encrypted, but there is no other any more."""
    url = f"wss://{HOST}:{tls_port}/"
    async with charger(hass, setup_integration, url, context) as box:
        await changed(hass, setup_integration, **encrypted(tls_port, enabled=False))
        answer = await call("get_diagnostics")
        assert answer["location"].startswith(base_url)
        await wait_for(hass, lambda: box.uploader.answers)
        assert box.uploader.answers == [HTTPStatus.OK]


async def test_it_ends_with_the_server(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    context: ssl.SSLContext,
    tls_port: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """And what is no HTTP is worth no line in the log."""
    base = f"https://{HOST}:{tls_port}"
    connector = aiohttp.TCPConnector(ssl=context)
    async with aiohttp.ClientSession(connector=connector) as session:
        async with session.put(f"{base}/api/ocpp_cs/upload/x/") as answer:
            assert answer.status == HTTPStatus.NOT_FOUND
        for request in (
            b"GET /api/ocpp_cs/upload/ HTTP/1.1\r\n\r\n",
            b"PUT /api/ocpp_cs/upload/ HTTP/9.9\r\nContent-Length: x\r\n\r\n",
            b"GET /api/ocpp_cs/upload/\xff\xfe HTTP/1.1\r\nHost: \0\r\n\r\n",
        ):
            reader, writer = await asyncio.open_connection(HOST, tls_port, ssl=context)
            writer.write(request)
            assert b" 400 " in await reader.readline()
            writer.close()
        await hass.config_entries.async_unload(setup_integration.entry_id)
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"{base}/")
    assert complaints(caplog) == []
