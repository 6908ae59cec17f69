"""TLS below the websockets: real handshakes, real sockets."""

import asyncio
import contextlib
from http import HTTPStatus
import socket
import ssl

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from custom_components.ocpp_cs.csms.model.model import RefusalReason
from custom_components.ocpp_cs.csms.model.security import TlsProblem
from tests.csms.central import until
from tests.csms.peer import OCPP, UPGRADE, Peer
from tests.csms.pki import client_context

from .secured import VERSIONS, Secured, answers


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("on_plain_port", [False, True])
async def test_messages_over_tls(
    central: Secured, version: ssl.TLSVersion, on_plain_port: bool
) -> None:
    port = central.server.port if on_plain_port else central.tls_port
    async with central.dial_tls(port, version=version) as client:
        for length in (0, 1, 4_000, 20_000, 200_000):
            assert await answers(client, length)
    assert client.close_code == 1000
    (handshake,) = central.handshakes
    assert handshake.tls is not None
    assert handshake.tls.version == version.name.replace("_", ".")
    assert handshake.tls.cipher
    assert handshake.tls.server_name is None
    assert handshake.tls.certificate is None
    assert central.refused == []
    await until(lambda: not central.server.budget.connections)


async def test_the_name_that_was_asked_for(central: Secured) -> None:
    async with connect(
        f"wss://charging.example:{central.tls_port}/CP1",
        host="127.0.0.1",
        ssl=client_context(),
        subprotocols=["ocpp1.6"],  # type: ignore[list-item]
    ):
        pass
    (handshake,) = central.handshakes
    assert handshake.tls is not None
    assert handshake.tls.server_name == "charging.example"


@pytest.mark.parametrize("turns", range(6))
async def test_a_port_that_is_opened_while_the_server_ends(turns: int) -> None:
    """Nothing listens afterwards, whenever whoever opens it is stopped."""
    for is_stopped_first in (False, True):
        async with Secured() as central:
            server = central.server
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            task = asyncio.create_task(server.listen_tls(port))
            for _ in range(turns):
                await asyncio.sleep(0)
            if not is_stopped_first:
                task.cancel()
            await server.stop()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await task
            assert server.tls_port is None
            with socket.socket() as probe:
                assert probe.connect_ex(("127.0.0.1", port)) != 0


async def test_a_server_that_has_ended_opens_no_port(central: Secured) -> None:
    await central.server.stop()
    with pytest.raises(OSError, match="has ended"):
        await central.server.listen_tls(0)
    assert central.server.tls_port is None


async def test_plain_connections_go_on(central: Secured) -> None:
    link = await central.connect()
    assert (await link.peer.ask([2, "1", "A", {}]))[0] == 3
    assert central.handshakes[0].tls is None


async def test_without_tls_nothing_is_encrypted(central: Secured) -> None:
    """Not on the port for it either."""
    central.server.tls = None
    for port in (central.server.port, central.tls_port):
        with pytest.raises((OSError, EOFError)):
            async with central.dial_tls(port):
                pass
    assert central.handshakes == []


async def test_plain_on_the_port_for_tls(central: Secured) -> None:
    peer = await Peer.open(central.tls_port)
    await peer.request("/a-secret/CP1", (*UPGRADE, OCPP))
    assert peer.status == HTTPStatus.UPGRADE_REQUIRED
    assert peer.headers["upgrade"] == "TLS/1.2"
    assert peer.headers["connection"] == "Upgrade"
    await peer.end()
    peer.drop()
    (refused,) = central.refused
    assert refused.reason is RefusalReason.TLS_FAILED
    assert refused.tls_problem is TlsProblem.PLAIN
    assert refused.charge_point_id == "CP1"
    assert refused.path == "/a-secret/CP1"
    assert refused.remote == "127.0.0.1"
    assert central.handshakes == []


async def test_a_status_over_tls(central: Secured) -> None:
    central.answer = HTTPStatus.UNAUTHORIZED
    with pytest.raises(InvalidStatus) as raised:
        async with central.dial_tls():
            pass
    response = raised.value.response
    assert response.status_code == HTTPStatus.UNAUTHORIZED
    assert response.headers["WWW-Authenticate"] == 'Basic realm="OCPP"'


async def test_the_end_of_the_server_is_told_over_tls(central: Secured) -> None:
    async with central.dial_tls() as client:
        assert await answers(client)
        await central.server.stop()
        await client.wait_closed()
    assert client.close_code == 1001


async def test_ports_come_and_go(central: Secured) -> None:
    """Without an end for who is connected."""
    first = central.tls_port
    async with central.dial_tls() as client:
        await central.server.listen_tls(0)
        assert central.tls_port != first
        with pytest.raises(OSError):
            async with central.dial_tls(first):
                pass
        async with central.dial_tls() as another:
            await central.server.close_tls()
            assert central.server.tls_port is None
            assert await answers(client)
            assert await answers(another)
        # A port that is taken changes nothing.
        await central.server.listen_tls(0)
        port = central.tls_port
        with pytest.raises(OSError):
            await central.server.listen_tls(central.server.port)
        assert central.tls_port == port
        assert await answers(client)
        await central.server.stop()
        await client.wait_closed()
    assert client.close_code == 1001


async def test_who_does_not_trust_us(central: Secured) -> None:
    for version in VERSIONS:
        with pytest.raises(ssl.SSLCertVerificationError):
            async with connect(
                f"wss://127.0.0.1:{central.tls_port}/CP1",
                ssl=_trusting_nobody(version),
            ):
                pass
    await until(lambda: len(central.refused) == 2)
    assert central.problems == [TlsProblem.NOT_TRUSTED] * 2
    assert {one.charge_point_id for one in central.refused} == {None}
    assert {one.remote for one in central.refused} == {"127.0.0.1"}


def _trusting_nobody(version: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = context.maximum_version = version
    return context
