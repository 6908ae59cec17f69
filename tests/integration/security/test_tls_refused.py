"""Chargers whose encrypted connections fail, over real sockets."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
import socket
import ssl
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.model.model import Refusal, RefusalReason
from custom_components.ocpp_cs.csms.model.security import TlsProblem
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security import tls_refused
from tests.csms.pki import DAY, Ca, ca, load, new_key
from tests.integration.conftest import HOST, AddCharger, charger_subentry, wait_for
from tests.integration.helpers.encryption import (
    Files,
    changed,
    encrypted,
    issued,
    mended,
    minutes,
    tells,
    told,
    trusting,
    works,
)
from tests.integration.helpers.repairs import Mending, fixture_mend, said  # noqa: F401 - pytest looks for fixtures here

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture
def tls_port(unused_tcp_port_factory: Callable[[], int]) -> int:
    return unused_tcp_port_factory()


_REQUEST = (
    b"GET /CP9 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    b"Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n"
)


def _fail(port: int, context: ssl.SSLContext | None, address: str) -> None:
    """Begin a connection that comes to nothing; asyncio would not send the alerts."""
    with socket.create_connection((HOST, port), 10, (address, 0)) as plain:
        if context is None:
            plain.sendall(_REQUEST)
            assert plain.recv(15) == b"HTTP/1.1 426 Up"
            return
        with pytest.raises(OSError):
            _ask(plain, context)


def _ask(plain: socket.socket, context: ssl.SSLContext) -> None:
    with context.wrap_socket(plain, server_hostname=HOST) as tls:
        tls.sendall(_REQUEST)
        # With TLS 1.3, only the answer tells a client that it was refused.
        if not tls.recv(1):
            raise ConnectionError


async def fails(
    hass: HomeAssistant,
    port: int,
    context: ssl.SSLContext | None,
    address: str = HOST,
    times: int = 3,
) -> None:
    """Begin connections that come to nothing."""
    for _ in range(times):
        await hass.async_add_executor_job(_fail, port, context, address)
        await asyncio.sleep(0.02)
    await hass.async_block_till_done()


def _old(root: str) -> ssl.SSLContext:
    context = trusting(root)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def _odd_suite(root: str) -> ssl.SSLContext:
    context = trusting(root, maximum_version=ssl.TLSVersion.TLSv1_2)
    context.set_ciphers("ECDHE-ECDSA-CHACHA20-POLY1305")
    return context


def _showing(root: str, issuer: Ca, **times: timedelta) -> ssl.SSLContext:
    context, key = trusting(root), new_key()
    load(context, key, issuer.sign(key, "CP1", **times))
    return context


PROBLEMS: dict[str, Callable[[str], ssl.SSLContext | None]] = {
    "tls_not_trusted": lambda root: trusting(Ca("Other").pem),
    "tls_old_version": _old,
    "tls_no_cipher": _odd_suite,
    "tls_client_unknown_ca": lambda root: _showing(root, Ca("Other")),
    "tls_client_expired": lambda root: _showing(root, ca(), begins=-3 * DAY, ends=-DAY),
    "tls_client_not_yet_valid": lambda root: _showing(root, ca(), begins=DAY),
    "tls_plain": lambda root: None,
}


@pytest.mark.parametrize("kind", PROBLEMS)
async def test_what_a_charger_cannot_do(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    tls_port: int,
    kind: str,
) -> None:
    """Told at the third time, with the name of the charger that had that address."""
    await changed(hass, setup_integration, **encrypted(tls_port, trusted=ca().pem))
    encryption = await works(hass, hub)
    assert encryption.root is not None
    one = await charger("CP1")
    await one.stop()
    await wait_for(hass, lambda: not hub.central_system.charge_points["CP1"].connected)
    context = PROBLEMS[kind](encryption.root)
    if kind != "tls_plain":
        await fails(hass, tls_port, context, times=2)
        assert told(hass) == []
        await fails(hass, tls_port, context, times=1)
        issue = await tells(hass, kind)
        assert said(issue)["charger"] == "Garage"
    else:
        # It says who it is, and nobody is called CP9.
        await fails(hass, tls_port, context, times=3)
        issue = await tells(hass, kind)
        assert said(issue)["charger"] == HOST
    assert said(issue)["remote"] == HOST
    assert said(issue)["port"] == str(tls_port)
    assert said(issue)["link"].endswith("/api/ocpp_cs/ca.pem")
    assert "`127.0.0.1`" in said(issue)["names"]
    # It falls back to its old address: that mends nothing but the last.
    plain = await charger("CP1")
    await hass.async_block_till_done()
    assert bool(told(hass)) is (kind != "tls_plain")
    await plain.stop()
    await charger("CP1", f"wss://{HOST}:{tls_port}/", tls=trusting(encryption.root))
    await mended(hass)


async def test_its_clock_or_an_issuer_that_it_does_not_know(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    tls_port: int,
    tmp_path: Path,
) -> None:
    """A certificate of the user, which one charger takes for expired, and another does not know."""
    files = Files(tmp_path)
    files.write(issued(begins=-3 * DAY, ends=-DAY))
    await changed(hass, setup_integration, **files.options(tls_port))
    await works(hass, hub)
    await fails(hass, tls_port, trusting(ca().pem), "127.0.0.2")
    kinds = {one.translation_key for one in told(hass)}
    assert kinds == {"certificate_expired", "tls_clock"}
    files.write(issued())
    await minutes(hass, hub)
    await fails(hass, tls_port, trusting(Ca("Other").pem), "127.0.0.2")
    # In place of the other one, as it is the same device.
    issue = await tells(hass, "tls_issuer_unknown")
    assert said(issue)["charger"] == "127.0.0.2"


async def test_old_versions_are_allowed_with_a_click(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    mend: Callable[[], Mending],
    tls_port: int,
) -> None:
    await changed(hass, setup_integration, **encrypted(tls_port))
    encryption = await works(hass, hub)
    assert encryption.root is not None
    await fails(hass, tls_port, _old(encryption.root), "127.0.0.2")
    mending = mend()
    issue = await tells(hass, "tls_old_version")
    assert (await mending.start(issue))["step_id"] == "confirm"
    assert (await mending.go())["type"] == "create_entry"
    assert setup_integration.options["encryption"] == {
        "enabled": True,
        "port": tls_port,
        "source": "made",
        "old_versions": True,
    }
    await mended(hass)
    _, writer = await asyncio.open_connection(
        HOST, tls_port, ssl=_old(encryption.root), server_hostname=HOST
    )
    writer.close()


def _failed(remote: str, problem: TlsProblem = TlsProblem.NOT_TRUSTED) -> Refusal:
    return Refusal(
        reason=RefusalReason.TLS_FAILED,
        remote=remote,
        path="",
        charge_point_id=None,
        subprotocols_offered=(),
        tls_problem=problem,
    )


async def test_who_is_told_of_and_for_how_long(
    hass: HomeAssistant, hub: Hub, setup_integration: MockConfigEntry, tls_port: int
) -> None:
    """Nobody of the internet, no scanner, at most three strangers, and for an hour."""
    await changed(hass, setup_integration, **encrypted(tls_port))
    await works(hass, hub)

    def fail(*args: Any, times: int = 3) -> None:
        for _ in range(times):
            hub._on_refused(_failed(*args))

    fail("8.8.8.8")
    fail("192.168.1.5", TlsProblem.OTHER)
    assert told(hass) == []
    for last in range(1, 7):
        fail(f"192.168.1.{last}")
    assert len(told(hass)) == 3
    # Whoever closes it has ten minutes.
    first = told(hass)[0]
    ir.async_delete_issue(hass, DOMAIN, first.issue_id)
    fail(said(first)["remote"], times=6)
    assert len(told(hass)) == 2
    later = dt_util.utcnow() + timedelta(minutes=61)
    with patch.object(tls_refused.dt_util, "utcnow", lambda: later):
        await minutes(hass, hub)
    assert told(hass) == []
    # Three times, but not within an hour.
    for hour in range(3):
        when = later + timedelta(minutes=31 * hour)
        with patch.object(tls_refused.dt_util, "utcnow", lambda when=when: when):
            fail("192.168.1.1", times=1)
    assert told(hass) == []
    fail("192.168.1.2")
    assert len(told(hass)) == 1
    await changed(hass, setup_integration, **encrypted(tls_port, enabled=False))
    assert told(hass) == []


async def test_a_reload_forgets_them(
    hass: HomeAssistant, hub: Hub, setup_integration: MockConfigEntry, tls_port: int
) -> None:
    await changed(hass, setup_integration, **encrypted(tls_port))
    await works(hass, hub)
    for _ in range(3):
        hub._on_refused(_failed("192.168.1.5"))
    assert len(told(hass)) == 1
    await hass.config_entries.async_reload(setup_integration.entry_id)
    assert told(hass) == []
