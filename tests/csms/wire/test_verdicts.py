"""Handshakes that wait until it is decided over them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from http import HTTPStatus

import pytest

from custom_components.ocpp_cs.csms.wire import websocket
from custom_components.ocpp_cs.csms.wire.server import Handshake, Verdict
from tests.csms.central import Central, complaints, start, until
from tests.csms.peer import CLOSE, OCPP, PING, PONG, TEXT, UPGRADE, Peer, encode

REQUEST = "\r\n".join(("GET /CP1 HTTP/1.1", *UPGRADE, OCPP, "", "")).encode()


class Waiting(Central):
    """A central system that decides when the test says so."""

    def __init__(self) -> None:
        """Prepare."""
        super().__init__()
        self.verdict: asyncio.Future[Verdict] = (
            asyncio.get_running_loop().create_future()
        )
        self.asked = 0
        self.cancelled = 0
        self.server._accept = self._wait

    def _wait(self, opening: Handshake) -> Awaitable[Verdict]:
        async def wait() -> Verdict:
            try:
                return await asyncio.shield(self.verdict)
            except asyncio.CancelledError:
                self.cancelled += 1
                raise

        self.asked += 1
        return wait()

    async def ask(self, more: bytes = b"") -> Peer:
        """Return a connection over which is to be decided."""
        peer = await self.dial()
        asked = self.asked
        await peer.send_bytes(REQUEST + more)
        await until(lambda: self.asked > asked)
        return peer


@pytest.fixture
async def central(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Waiting]:
    """Return a central system that leaves nothing, and says nothing above INFO."""
    async with Waiting() as central:
        yield central
    assert central.server._verdicts == set()
    assert complaints(caplog) == []


def calls(*numbers: int) -> bytes:
    """Return calls, each in a frame."""
    return b"".join(encode(TEXT, b'[2,"%d","A",{}]' % n) for n in numbers)


def arrivals(central: Central) -> list[websocket.WebSocket]:
    """Return all connections."""
    server = central.server._server
    assert server is not None
    return [one.get_protocol() for one in server._clients]  # type: ignore[attr-defined]


async def test_what_comes_meanwhile_is_kept(central: Waiting) -> None:
    """With the request, and after it."""
    peer = await central.ask(calls(0, 1))
    for number in range(2, 6):
        await peer.send_bytes(calls(number))
        await asyncio.sleep(0)
    assert central.server.budget.handshakes == 1
    central.verdict.set_result(None)
    await peer.read_response()
    assert peer.status == 101
    assert [(await peer.receive())[1] for _ in range(6)] == list("012345")
    assert central.server.budget.handshakes == 0
    assert central.server.budget.connections == 1


async def test_a_ping_meanwhile_is_answered_after_it(central: Waiting) -> None:
    peer = await central.ask(encode(PING, b"1"))
    await peer.send(b"2", PING)
    central.verdict.set_result(None)
    await peer.read_response()
    assert peer.status == 101
    assert await peer.frame() in ((PONG, b"1"), (PONG, b"2"))


@pytest.mark.parametrize(
    ("verdict", "headers"),
    [
        (HTTPStatus.UNAUTHORIZED, {"www-authenticate": 'Basic realm="OCPP"'}),
        (
            HTTPStatus.UPGRADE_REQUIRED,
            {"upgrade": "TLS/1.2", "connection": "Upgrade"},
        ),
        (HTTPStatus.FORBIDDEN, {"connection": "close"}),
        (HTTPStatus.NOT_FOUND, {"connection": "close"}),
    ],
)
@pytest.mark.parametrize("at_once", [False, True])
async def test_refusals(
    central: Waiting, verdict: HTTPStatus, headers: dict[str, str], at_once: bool
) -> None:
    if at_once:
        central.server._accept = lambda _: verdict
        peer = await central.dial()
        await peer.send_bytes(REQUEST)
    else:
        peer = await central.ask(calls(1, 2))
        central.verdict.set_result(verdict)
    await peer.read_response()
    assert peer.status == verdict
    assert headers.items() <= peer.headers.items()
    await peer.end()
    peer.drop()
    await until(lambda: not central.server.budget.connections)


async def test_a_flood_meanwhile_is_not_read(central: Waiting) -> None:
    peer = await central.ask()
    sending = await start(peer.send_bytes(calls(*range(200_000))))
    (one,) = arrivals(central)
    await until(lambda: one._reading_paused)
    kept = len(one._unparsed)
    assert kept <= 300_000
    for _ in range(100):
        await asyncio.sleep(0)
    assert len(one._unparsed) == kept
    sending.cancel()
    central.verdict.set_result(HTTPStatus.UNAUTHORIZED)
    await peer.read_response()
    assert peer.status == 401
    peer.drop()
    await until(lambda: not central.server.budget.connections)


@pytest.mark.parametrize("with_frames", [False, True])
async def test_who_goes_is_not_waited_for(central: Waiting, with_frames: bool) -> None:
    peer = await central.ask(calls(1) if with_frames else b"")
    peer.drop()
    await until(lambda: not central.server.budget.connections)
    await until(lambda: not central.server._verdicts)
    assert central.cancelled == 1


@pytest.mark.parametrize(
    "frame",
    [encode(CLOSE, b"\x03\xe8"), b"\x81\x02hi"],
    ids=["close", "not masked"],
)
async def test_an_end_meanwhile(central: Waiting, frame: bytes) -> None:
    """It is kept as anything else, and then ends the connection."""
    peer = await central.ask()
    (one,) = arrivals(central)
    await peer.send_bytes(frame)
    await until(lambda: one._unparsed == frame)
    central.verdict.set_result(None)
    await peer.read_response()
    assert peer.status == 101
    opcode, _ = await peer.frame()
    assert opcode == CLOSE
    peer.drop()
    await until(lambda: not central.server.budget.connections)


async def test_the_time_out_of_the_handshake_goes_on(
    central: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "OPEN_TIMEOUT", 1.0)
    peer = await central.ask()
    await peer.end()
    await until(lambda: not central.server.budget.connections)
    await until(lambda: not central.server._verdicts)
    assert central.cancelled == 1


async def test_waiting_ones_count(central: Waiting) -> None:
    """Four handshakes from one address; the fifth is asked when one of them is over."""
    for _ in range(4):
        await central.ask()
    fifth = await central.dial()
    await fifth.send_bytes(REQUEST)
    await until(lambda: central.server.budget.waiting == 1)
    assert central.asked == 4
    central._peers[0].drop()
    await until(lambda: central.asked == 5)
    central.verdict.set_result(None)
    await fifth.read_response()
    assert fifth.status == 101


async def test_the_end_of_the_server_meanwhile(central: Waiting) -> None:
    for _ in range(3):
        await central.ask()
    await central.server.stop()
    assert central.cancelled == 3
    assert central.server._verdicts == set()


async def test_a_failure_is_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    async with Waiting() as central:
        peer = await central.ask()
        central.verdict.set_exception(LookupError("what"))
        await peer.read_response()
        assert peer.status == HTTPStatus.INTERNAL_SERVER_ERROR
    assert "LookupError: what" in caplog.text
