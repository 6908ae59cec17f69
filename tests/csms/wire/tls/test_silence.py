"""Connections that say nothing, or half of something, while a charger goes on."""

import asyncio
import socket

import pytest

from custom_components.ocpp_cs.csms.admission.connection_budget import (
    HALF_IN_ALL,
    HALF_PER_ADDRESS,
)
from custom_components.ocpp_cs.csms.wire import websocket
from tests.csms.central import Link, complaints, until
from tests.csms.pki import client_context
from tests.csms.tls_peer import TlsPeer

from .secured import Secured

COUNT = 300
PER_ADDRESS = 12


async def open_silently(
    central: Secured, numbers: range, hello: bytes
) -> list[socket.socket]:
    """Return connections from several addresses: a half has sent a part of a hello."""
    loop = asyncio.get_running_loop()
    opened = []
    for number in numbers:
        sock = socket.socket()
        sock.setblocking(False)
        sock.bind((f"127.0.1.{number // PER_ADDRESS + 1}", 0))
        port = central.tls_port if number % 4 < 2 else central.server.port
        await loop.sock_connect(sock, ("127.0.0.1", port))
        if number % 2:
            await loop.sock_sendall(sock, hello[: number + 1])
        opened.append(sock)
    return opened


async def answers(link: Link, number: int) -> bool:
    """Return whether a call is answered."""
    answer = await link.peer.ask([2, str(number), "A", {}])
    return bool(answer[:2] == [3, str(number)])


async def test_silent_ones(caplog: pytest.LogCaptureFixture) -> None:
    """The charger that is connected is answered all the time, and nothing is left."""
    async with Secured() as central:
        await central.server.listen_tls(0)
        await _silent_ones(central)
    # That there are too many is worth a line.
    told = complaints(caplog)
    assert told
    assert [one for one in told if "Too many connections" not in one] == []


async def _silent_ones(central: Secured) -> None:
    plain, secured = await central.connect(), await central.connect_tls()
    budget = central.server.budget
    opened: list[socket.socket] = []
    hello = (await central.peer()).hello()
    central._peers[-1].drop()
    for number in range(6):
        some = range(number * COUNT // 6, (number + 1) * COUNT // 6)
        opened += await open_silently(central, some, hello)
        assert await answers(plain, number)
        assert await answers(secured, number)
        assert budget.handshakes <= HALF_IN_ALL
    await until(lambda: budget.connections + budget.turned_away >= COUNT)
    assert budget.handshakes == HALF_IN_ALL
    assert budget.connections <= 202
    for number in range(10, 20):
        assert await answers(plain, number)
        assert await answers(secured, number)
    for one in opened:
        one.close()
    await until(lambda: budget.connections == 2)
    assert budget.handshakes == budget.waiting == 0
    assert central.refused == []
    assert await answers(plain, 30)
    assert await answers(secured, 30)


async def test_they_are_ended_in_time(
    central: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time-out begins with the connection, and TLS does not begin it anew."""
    monkeypatch.setattr(websocket, "OPEN_TIMEOUT", 0.2)
    hello = (await central.peer()).hello()
    opened = await open_silently(central, range(60), hello)
    await until(lambda: central.server.budget.connections == 0)
    for one in opened:
        one.close()
    assert central.refused == []


async def test_after_the_handshake_of_tls_time_goes_on(
    central: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "OPEN_TIMEOUT", 2.0)
    peer = await central.peer()
    await peer.shake_hands()
    await peer.send_bytes(b"GET /CP1 HTTP/1.1\r\nHost:")
    assert central.server.budget.handshakes == 1
    await peer.end()
    await until(lambda: central.server.budget.connections == 0)
    assert central.refused == []


async def test_waiting_ones_are_not_read(central: Secured) -> None:
    """The fifth from one address shakes no hands before another is done."""
    first = []
    for _ in range(HALF_PER_ADDRESS):
        peer = await central.peer()
        await peer.send_encrypted(peer.hello())
        await peer.read_encrypted()
        first.append(peer)
    fifth = await TlsPeer.dial(central.tls_port, client_context())
    await fifth.send_encrypted(fifth.hello())
    await until(lambda: central.server.budget.waiting == 1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await fifth.read_encrypted()
    # Another address has handshakes of its own.
    another = await central.peer(source="127.0.0.2")
    await another.shake_hands()
    first[0].drop()
    await fifth.read_encrypted()
    fifth.drop()
