"""The connection to an upstream over real sockets: what can be wrong, and is told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
import logging
import socket
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from custom_components.ocpp_cs.csms.upstream.client import (
    Trouble,
    TroubleKind,
    address,
    trouble_of,
)
from tests.csms.test_central_system import until

from .backend import QUICK, Backend, House, redirect


@pytest.mark.parametrize(
    ("url", "slash", "expected"),
    [
        ("ws://host/ocpp", False, "ws://host/ocpp/CP1"),
        ("ws://host/ocpp/", False, "ws://host/ocpp/CP1"),
        ("ws://host/ocpp/", True, "ws://host/ocpp/CP1/"),
        ("ws://host", False, "ws://host/CP1"),
        (" wss://host:8443/a/b/CP1 ", False, "wss://host:8443/a/b/CP1"),
        ("wss://host/a/CP1/", False, "wss://host/a/CP1"),
        ("wss://host/a?token=1&x=2", False, "wss://host/a/CP1?token=1&x=2"),
        ("wss://host/a/?token=1", True, "wss://host/a/CP1/?token=1"),
        ("wss://host/a#part", False, "wss://host/a/CP1"),
    ],
)
def test_address(url: str, slash: bool, expected: str) -> None:
    assert address(url, "CP1", slash=slash) == expected


def test_an_id_is_one_segment_of_the_path() -> None:
    assert address("ws://host/ocpp", "a/b c?d") == "ws://host/ocpp/a%2Fb%20c%3Fd"
    assert address("ws://host/a%2Fb", "a/b") == "ws://host/a%2Fb"


async def trouble_at(house: House, url: str, **more: Any) -> Trouble:
    """Return what is wrong with the connection to an address."""
    station = house.play(url, **more)
    await until(lambda: station.trouble)
    assert station.trouble is not None
    assert not station.connected
    return station.trouble


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, TroubleKind.UNAUTHORIZED),
        (403, TroubleKind.UNAUTHORIZED),
        (404, TroubleKind.UNKNOWN_ID),
        (400, TroubleKind.HTTP),
        (426, TroubleKind.HTTP),
        (429, TroubleKind.HTTP),
        (500, TroubleKind.HTTP),
        (503, TroubleKind.HTTP),
    ],
)
async def test_a_refused_handshake_is_told(status: int, kind: TroubleKind) -> None:
    async with Backend() as backend, House() as house:
        backend.refuse = lambda _: status
        assert await trouble_at(house, backend.url) == Trouble(kind, f"HTTP {status}")
        # It is tried again, and works as soon as it does.
        backend.refuse = lambda _: None
        await until(lambda: house.station.connected)
        assert house.station.trouble is None


async def test_an_address_that_ends_with_a_slash_is_found() -> None:
    async with Backend() as backend, House() as house:
        backend.refuse = lambda request: None if request.path[-1] == "/" else 404
        house.play(backend.url)
        await until(lambda: house.station.connected)
    assert backend.paths == ["/ocpp/CP1", "/ocpp/CP1/"]


async def test_another_id_and_a_query_are_in_the_address() -> None:
    async with Backend() as backend, House() as house:
        house.play(f"{backend.url}?token=s3cret", identity="DE*ABC*1", password="pass")
        await until(lambda: house.station.connected)
    (request,) = backend.requests
    assert request.path == "/ocpp/DE%2AABC%2A1?token=s3cret"
    # DE*ABC*1:pass
    assert request.headers["Authorization"] == "Basic REUqQUJDKjE6cGFzcw=="


async def test_no_log_has_the_password(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with Backend() as backend, House() as house:
        backend.refuse = lambda _: 401
        house.play(f"{backend.url}?token=s3cret", password="pass")
        await until(lambda: house.station.trouble)
        backend.refuse = lambda _: None
        await until(lambda: house.station.connected)
    ours = [
        f"{one.name} {one.getMessage()} {one.exc_text}"
        for one in caplog.records
        if not one.name.startswith("websockets.server")
    ]
    assert not [one for one in ours if "s3cret" in one or "Q1AxOnBhc3M" in one]


async def test_a_redirect_on_the_same_host_is_followed() -> None:
    async with Backend() as backend, House() as house:
        backend.refuse = lambda request: (
            redirect("/v2/CP1") if request.path == "/ocpp/CP1" else None
        )
        house.play(backend.url, password="pass")
        await until(lambda: house.station.connected)
        assert backend.paths == ["/ocpp/CP1", "/v2/CP1"]


async def test_another_host_never_gets_the_password() -> None:
    async with Backend() as backend, Backend() as other, House() as house:
        backend.refuse = lambda _: redirect(f"{other.url}/CP1")
        trouble = await trouble_at(house, backend.url, password="pass")
        assert trouble == Trouble(TroubleKind.HTTP, "HTTP 302")
        await until(lambda: len(backend.requests) > 2)
        assert not other.requests


@pytest.mark.parametrize("location", ["", "/ocpp/CP1", "http://[", "mailto:a@b"])
async def test_a_redirect_that_leads_nowhere_is_told(location: str) -> None:
    async with Backend() as backend, House() as house:
        backend.refuse = lambda _: redirect(location)
        trouble = await trouble_at(house, backend.url)
        assert trouble.kind in {TroubleKind.HTTP, TroubleKind.ADDRESS}


@pytest.mark.parametrize("chosen", [None, "ocpp2.0.1"])
async def test_a_backend_that_speaks_another_version_is_told(
    chosen: str | None,
) -> None:
    async with Backend() as backend, House() as house:
        backend.subprotocol = chosen
        trouble = await trouble_at(house, backend.url)
        assert trouble.kind is TroubleKind.SUBPROTOCOL


@pytest.mark.parametrize(
    "url",
    [
        "ws://[::1",
        "http://127.0.0.1/ocpp",
        "ws://127.0.0.1:99999/ocpp",
        "ws:///ocpp",
        "",
        "ws://user:s3cret@/",
    ],
)
async def test_what_is_no_address_is_told_without_it(url: str) -> None:
    async with House() as house:
        trouble = await trouble_at(house, url)
        assert trouble.kind is TroubleKind.ADDRESS
        assert not trouble.detail


async def test_nobody_at_the_address_is_told() -> None:
    async with Backend() as backend:
        url = backend.url
    async with House() as house:
        trouble = await trouble_at(house, url)
        assert trouble.kind is TroubleKind.UNREACHABLE
        assert trouble.detail == "Connection refused"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(113, "Connect call failed ('192.0.2.1', 80)"), "No route to host"),
        (socket.gaierror(-2, "Name or service not known"), "Name or service not known"),
        (
            OSError(
                "Multiple exceptions: [Errno 111] Connect call failed ('::1', 80), "
                "[Errno 111] Connect call failed ('127.0.0.1', 80)"
            ),
            "Connection refused",
        ),
        (OSError("other words"), "other words"),
    ],
)
def test_the_words_of_the_system_are_told(error: OSError, words: str) -> None:
    """Those of `asyncio` have Python's tuples in them."""
    assert trouble_of(error) == Trouble(TroubleKind.UNREACHABLE, words)


type Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def _hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"\x00\xff" * 100 + b"\r\n\r\n")
    await reader.read()
    writer.close()


async def _endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000)
    await reader.read()
    writer.close()


async def _half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")
    await reader.read()
    writer.close()


@pytest.mark.parametrize(
    ("talk", "kind"),
    [
        (_hang_up, TroubleKind.CLOSED),
        (_reset, None),
        (_garbage, TroubleKind.CLOSED),
        (_endless, TroubleKind.CLOSED),
        (_half, TroubleKind.CLOSED),
    ],
)
async def test_what_is_no_websocket_is_told(
    talk: Talk, kind: TroubleKind | None
) -> None:
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server, House() as house:
        port = server.sockets[0].getsockname()[1]
        trouble = await trouble_at(house, f"ws://127.0.0.1:{port}/ocpp")
        assert trouble.kind in {kind or TroubleKind.UNREACHABLE, TroubleKind.CLOSED}
        await house.upstreams.stop()
        server.close()


async def test_who_does_not_answer_the_handshake_is_given_up() -> None:
    server = await asyncio.start_server(_nothing, "127.0.0.1", 0)
    async with server:
        async with House(replace(QUICK, open=0.1)) as house:
            port = server.sockets[0].getsockname()[1]
            trouble = await trouble_at(house, f"ws://127.0.0.1:{port}/ocpp")
            assert trouble == Trouble(TroubleKind.UNREACHABLE, "time-out")
        server.close()


async def test_a_connection_is_given_up_while_it_is_made() -> None:
    server = await asyncio.start_server(_nothing, "127.0.0.1", 0)
    began = asyncio.Event()

    async def accept(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        began.set()
        await _nothing(reader, writer)
        ended.set()

    ended = asyncio.Event()
    server.close()
    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    async with server:
        async with House() as house:
            house.play(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ocpp")
            await began.wait()
            await house.upstreams.stop()
            async with asyncio.timeout(60):
                await ended.wait()
        server.close()


async def test_megabytes_are_not_taken() -> None:
    async def send(connection: ServerConnection) -> None:
        await connection.send("x" * 2_000_000)

    async with Backend() as backend, House() as house:
        backend.greeting = send
        trouble = await trouble_at(house, backend.url)
        assert trouble.kind is TroubleKind.CLOSED
        assert "1009" in trouble.detail
        backend.greeting = None
        await until(lambda: house.station.connected)


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "no JSON",
        "[]",
        "{}",
        "null",
        '[3,"1",{}]',
        "[3,null,[]]",
        '[4,"1"]',
        '[2,"1"]',
        '[2,1,"Reset",{"type":"Hard"}]',
        '[2,"1",{},[]]',
        '[2,"1","Reset",null]',
        '[2,"1","Reset",{"type":7}]',
        '[2,"1","NoSuchAction",{}]',
        "[" * 5000,
        b"\xff\x00",
        b"[2]",
    ],
)
async def test_garbage_ends_nothing(
    frame: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async with Backend() as backend, House() as house:
        house.play(backend.url)
        await until(lambda: house.station.connected)
        for one in backend.connections:
            await one.send(frame)
        await backend.ask("TriggerMessage", {"requestedMessage": "Heartbeat"}, "9")
        await until(lambda: [3, "9", {"status": "Accepted"}] in backend.replies)
        await until(lambda: backend.told("Heartbeat"))
        assert len(backend.requests) == 1
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]


async def test_who_asks_too_much_has_to_wait() -> None:
    async with Backend() as backend, House() as house:
        house.play(backend.url)
        await until(lambda: house.station.connected)
        for number in range(1000):
            await backend.ask("ClearCache", {}, f"n{number}")
        await until(lambda: len(backend.replies) >= 200)
        await asyncio.sleep(0.2)
        # More than the 20 per second from then on is a sign that nobody waits.
        assert len(backend.replies) < 400


async def test_who_does_not_read_is_not_read() -> None:
    """An upstream that asks and never reads fills no memory."""
    stuck = asyncio.Event()

    async def ask(connection: ServerConnection) -> None:
        connection.transport.pause_reading()
        number = 0
        while not stuck.is_set():
            number += 1
            action = "x" * 30_000
            await connection.send(f'[2,"{action}{number}","Reset",{{}}]')

    async with Backend() as backend, House() as house:
        backend.greeting = ask
        house.play(backend.url)
        await until(lambda: backend.connections)
        await until(lambda: house.station.trouble)
        assert house.station.trouble is not None
        assert house.station.trouble.kind is TroubleKind.SILENT
        stuck.set()
        for one in list(backend.connections):
            one.transport.abort()
