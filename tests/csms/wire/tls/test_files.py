"""HTTP over TLS that opens no websocket goes to a server for files, with limits."""

import asyncio
from collections.abc import AsyncIterator
import ssl

import aiohttp
from aiohttp import web
import pytest

from custom_components.ocpp_cs.csms.admission.remote_addresses import (
    AddressRules,
    parse_network,
)
from custom_components.ocpp_cs.csms.wire import files, websocket
from tests.csms.central import until
from tests.csms.peer import Peer
from tests.csms.pki import client_context

from .secured import VERSIONS, Secured, answers

SIZE = 3_000_000


@pytest.fixture
async def received(central: Secured) -> AsyncIterator[list[bytes]]:
    """Let the central system take files; return what it got."""
    bodies: list[bytes] = []

    async def take(request: web.Request) -> web.Response:
        assert request.secure
        bodies.append(await request.read())
        return web.Response(text=f"{request.method} {request.path}")

    async def give(request: web.Request) -> web.Response:
        return web.Response(body=b"f" * SIZE)

    app = web.Application(client_max_size=10 * SIZE)
    app.router.add_route("PUT", "/{tail:.*}", take)
    app.router.add_route("POST", "/{tail:.*}", take)
    app.router.add_get("/file", give)
    runner = web.AppRunner(app)
    await runner.setup()
    server = runner.server
    assert server is not None
    central.server.files = server
    yield bodies
    central.server.files = None
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a client that trusts the CA."""
    connector = aiohttp.TCPConnector(ssl=client_context())
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session


async def test_files_both_ways(
    central: Secured, received: list[bytes], session: aiohttp.ClientSession
) -> None:
    """On both ports, while a charger goes on."""
    async with central.dial_tls() as client:
        for port in (central.tls_port, central.server.port):
            base = f"https://127.0.0.1:{port}"
            body = bytes(range(256)) * (SIZE // 256)
            for method in ("PUT", "POST"):
                async with session.request(method, f"{base}/a/b", data=body) as answer:
                    assert await answer.text() == f"{method} /a/b"
                assert received.pop() == body
                assert await answers(client)
            async with session.get(f"{base}/file") as answer:
                assert await answer.read() == b"f" * SIZE
            async with session.get(f"{base}/another") as answer:
                assert answer.status == 405
    assert len(central.handshakes) == 1
    # What is kept open is no handshake any more.
    assert central.server.budget.handshakes == 0
    await session.close()
    await until(lambda: not central.server.budget.connections)
    assert central.server._files.open == set()


async def test_websockets_go_on_in_pieces(
    central: Secured, received: list[bytes]
) -> None:
    for slices in (None, 1, 37):
        link = await central.connect_tls(slices=slices)
        assert (await link.peer.ask([2, "1", "A", {}]))[0] == 3
    assert received == []


@pytest.mark.parametrize("slices", [None, 1])
async def test_a_request_in_pieces(
    central: Secured, received: list[bytes], slices: int | None
) -> None:
    peer = await central.peer(slices=slices)
    await peer.shake_hands()
    await peer.request(
        "/x", ("Host: x", "Content-Length: 0", "Connection: close"), verb="PUT"
    )
    assert peer.status == 200
    assert await peer.goodbye()
    peer.drop()
    assert received == [b""]


async def test_it_is_for_tls_only(central: Secured, received: list[bytes]) -> None:
    for port in (central.server.port, central.tls_port):
        peer = await Peer.open(port)
        await peer.request("/file", ("Host: x",))
        assert peer.status == 426
        peer.drop()
    assert received == []


async def test_it_is_for_addresses_that_may_connect(
    central: Secured, received: list[bytes]
) -> None:
    central.server.addresses = AddressRules(allowed=())
    peer = await central.peer()
    await peer.shake_hands()
    await peer.request("/file", ("Host: x",))
    assert peer.status == 403
    peer.drop()
    central.server.addresses = AddressRules(allowed=(parse_network("127.0.0.1"),))
    peer = await central.peer()
    await peer.shake_hands()
    await peer.request("/x", ("Host: x", "Content-Length: 0"), verb="PUT")
    assert peer.status == 200
    peer.drop()


async def test_without_it_a_browser_is_told_what_this_is(central: Secured) -> None:
    peer = await central.peer()
    await peer.shake_hands()
    text = await peer.request("/file", ("Host: x",))
    assert peer.status == 426
    assert peer.headers["upgrade"] == "websocket"
    assert "OCPP central system" in text


async def test_there_are_not_too_many(
    central: Secured, received: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_MOST", 2)
    for _ in range(2):
        peer = await central.peer()
        await peer.shake_hands()
        await peer.send_bytes(
            b"PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"
        )
    await until(lambda: len(central.server._files.open) == 2)
    third = await central.peer()
    await third.shake_hands()
    await third.request("/x", ("Host: x",), verb="PUT")
    assert third.status == 503
    third.drop()
    # They cost no charger its place.
    link = await central.connect_tls()
    assert (await link.peer.ask([2, "1", "A", {}]))[0] == 3
    for one in central._peers[:2]:
        await one.send_bytes(b"cde")
        await one.read_response()
        assert one.status == 200
    assert received == [b"abcde"] * 2


async def test_one_address_does_not_take_the_place_of_others(
    central: Secured, received: list[bytes]
) -> None:
    for _ in range(4):
        peer = await central.peer()
        await peer.shake_hands()
        await peer.send_bytes(
            b"PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"
        )
    await until(lambda: len(central.server._files.open) == 4)
    for source, status in (("127.0.0.1", 503), ("127.0.0.2", 200)):
        peer = await central.peer(source=source)
        await peer.shake_hands()
        await peer.request("/x", ("Host: x", "Content-Length: 0"), verb="PUT")
        assert peer.status == status
    for one in central._peers[:4]:
        await one.send_bytes(b"cde")
        await one.read_response()
    assert received == [b"", *[b"abcde"] * 4]


@pytest.mark.parametrize("head", [b"POST ", b"POST /x HTTP/1.1\r\nHost: x\r\n", b"GE"])
async def test_a_request_has_to_be_complete_in_time(
    central: Secured,
    received: list[bytes],
    monkeypatch: pytest.MonkeyPatch,
    head: bytes,
) -> None:
    """Until then it counts as a handshake, as anybody can begin one."""
    monkeypatch.setattr(websocket, "OPEN_TIMEOUT", 2.0)
    peer = await central.peer()
    await peer.shake_hands()
    await peer.send_bytes(head)
    await asyncio.sleep(0.1)
    assert central.server.budget.handshakes == 1
    assert central.server._files.open == set()
    await peer.end()
    await until(lambda: not central.server.budget.connections)


async def test_only_the_paths_of_files_are_handed_on(
    central: Secured, received: list[bytes]
) -> None:
    central.server.files_under = "/up/"
    for target, status in (
        ("/up/x", 200),
        ("https://127.0.0.1/up/x", 200),
        ("/x", None),
        ("/", None),
        ("https://[", None),
        ("/up", None),
    ):
        peer = await central.peer()
        await peer.shake_hands()
        lines = f"PUT {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
        await peer.send_bytes(lines.encode())
        if status is None:
            await peer.end()
            continue
        await peer.read_response()
        assert peer.status == status
    assert received == [b"", b""]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("how", ["tls", "socket", "both"])
async def test_the_answer_to_a_charger_that_sends_no_more(
    central: Secured,
    received: list[bytes],
    monkeypatch: pytest.MonkeyPatch,
    version: ssl.TLSVersion,
    how: str,
) -> None:
    """It closes its half of the connection after the file, and waits for the status."""
    monkeypatch.setattr(files, "_LAST_ANSWER", 0.5)
    peer = await central.peer(version=version)
    await peer.shake_hands()
    data = peer.encrypted(b"PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
    if how != "socket":
        data += peer.say_goodbye()
    await peer.send_encrypted(data)
    if how != "tls":
        peer.shut()
    await peer.read_response()
    assert peer.status == 200
    assert received == [b"abc"]
    await peer.end()
    await until(lambda: not central.server.budget.connections)
    assert central.server._files.open == set()


async def test_a_file_that_breaks_off_with_the_end_of_its_half(
    central: Secured, received: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_LAST_ANSWER", 0.1)
    peer = await central.peer()
    await peer.shake_hands()
    await peer.send_bytes(b"PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na")
    await until(lambda: len(central.server._files.open) == 1)
    await peer.send_encrypted(peer.say_goodbye())
    await peer.end()
    await until(lambda: not central.server.budget.connections)
    assert received == []


@pytest.mark.parametrize("drip", [False, True])
async def test_they_take_no_longer_than_they_may(
    central: Secured,
    received: list[bytes],
    monkeypatch: pytest.MonkeyPatch,
    drip: bool,
) -> None:
    monkeypatch.setattr(files, "_IDLE_TIMEOUT", 10.0 if drip else 0.1)
    monkeypatch.setattr(files, "_LONGEST", 0.1 if drip else 10.0)
    monkeypatch.setattr(websocket, "OPEN_TIMEOUT", 30.0)
    peer = await central.peer()
    await peer.shake_hands()
    await peer.send_bytes(b"PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n")
    await until(lambda: len(central.server._files.open) == 1)
    if drip:

        async def send() -> None:
            for _ in range(499):
                await peer.send_bytes(b"x")
                await asyncio.sleep(0.05)

        with pytest.raises((ConnectionError, ssl.SSLError)):
            await send()
    await peer.end()
    peer.drop()
    await until(lambda: not central.server.budget.connections)
    assert central.server._files.open == set()
    assert received == []


async def test_the_end_of_the_server(central: Secured, received: list[bytes]) -> None:
    peer = await central.peer()
    await peer.shake_hands()
    await peer.send_bytes(b"PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n")
    await until(lambda: len(central.server._files.open) == 1)
    await central.server.stop()
    await peer.end()
    assert central.server._files.open == set()


async def test_a_head_without_an_end(central: Secured, received: list[bytes]) -> None:
    """It goes to the websocket, which refuses it."""
    peer = await central.peer()
    await peer.shake_hands()
    lines = b"".join(b"X-%d: %s\r\n" % (n, b"y" * 500) for n in range(200))
    await peer.send_bytes(b"GET /x HTTP/1.1\r\n" + lines)
    await peer.read_response()
    assert peer.status == 431
    peer.drop()
    await until(lambda: not central.server.budget.connections)
