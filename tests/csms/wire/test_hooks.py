"""What a server can be given: compression for some connections. Real handshakes, real sockets."""

import asyncio
import contextlib
from http import HTTPStatus
from typing import Any

import pytest
from websockets.asyncio.client import connect

from custom_components.ocpp_cs.csms.wire.server import Handshake, Server
from custom_components.ocpp_cs.csms.wire.websocket import LONGEST, WebSocket

REQUEST = (
    b"GET /CP1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: MDAwMDAwMDAwMDAwMDAwMA==\r\n\r\n"
)


async def echo(websocket: WebSocket, handshake: Handshake) -> None:
    """Answer each message with itself and the bytes that it had, until the connection ends."""
    ended = asyncio.Event()
    websocket.set_adopted(True)
    websocket.listen(lambda message, binary: websocket.write(message), ended.set)
    await ended.wait()


@pytest.mark.parametrize("wanted", [True, False])
async def test_compression_for_some(wanted: bool) -> None:
    """Of those that offer it, who gets it is decided by who it is."""
    asked: list[str] = []

    def compress(opening: Handshake) -> bool:
        asked.append(opening.charge_point_id)
        return opening.charge_point_id == "small"

    server = Server(
        "127.0.0.1",
        0,
        accept=lambda _: None,
        serve=echo,
        compress=compress,
        subprotocols=("ocpp1.6",),
    )
    await server.start()
    try:
        name = "small" if wanted else "large"
        async with connect(f"ws://127.0.0.1:{server.port}/{name}") as client:
            extensions: list[Any] = client.protocol.extensions
            assert [one.name for one in extensions] == (
                ["permessage-deflate"] if wanted else []
            )
            for size in (2, 4_000, LONGEST):
                await client.send("x" * size)
                assert await client.recv() == "x" * size
        assert asked == [name]
    finally:
        await server.stop()


async def test_a_bomb_is_no_way_around_the_limit() -> None:
    """The limit of a message counts what it is, not what came over the wire."""
    ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    longest: list[int] = []

    async def serve(websocket: WebSocket, handshake: Handshake) -> None:
        websocket.listen(
            lambda message, binary: longest.append(len(message)),
            lambda: ended.set_result(None),
        )
        await ended

    server = Server(
        "127.0.0.1",
        0,
        accept=lambda _: None,
        serve=serve,
        compress=lambda _: True,
        subprotocols=("ocpp1.6",),
    )
    await server.start()
    try:
        async with connect(f"ws://127.0.0.1:{server.port}/CP1") as client:
            await client.send("x" * 2_000_000)
            await client.wait_closed()
        assert client.close_code == 1009
        assert longest == []
    finally:
        await server.stop()


async def test_a_failure_while_deciding_is_an_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def compress(opening: Handshake) -> bool:
        raise LookupError

    server = Server(
        "127.0.0.1",
        0,
        accept=lambda _: None,
        serve=echo,
        compress=compress,
        subprotocols=("ocpp1.6",),
    )
    await server.start()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(REQUEST)
        status = HTTPStatus.INTERNAL_SERVER_ERROR
        assert (await reader.readline()).split()[1] == str(status.value).encode()
        writer.close()
    finally:
        await server.stop()
    assert "LookupError" in caplog.text


@pytest.mark.parametrize(
    "frame",
    [b"\x88\x82\0\0\0\0\x03\xe8", b"\x81\x02hi"],
    ids=["a closing frame", "a frame that is not masked"],
)
async def test_an_end_in_the_packet_of_the_handshake(
    caplog: pytest.LogCaptureFixture, frame: bytes
) -> None:
    """The connection ends, nobody is served, and nothing is worth a stack trace."""
    served: list[str] = []

    async def serve(websocket: WebSocket, handshake: Handshake) -> None:
        served.append(handshake.charge_point_id)

    server = Server(
        "127.0.0.1",
        0,
        accept=lambda _: None,
        serve=serve,
        subprotocols=("ocpp1.6",),
    )
    await server.start()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(REQUEST + frame)
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
        async with asyncio.timeout(60):
            while server.budget.connections:
                await asyncio.sleep(0.01)
    finally:
        await server.stop()
    assert served == []
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []
