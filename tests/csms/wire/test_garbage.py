"""Ten thousand frames that are wrong leave nothing behind, and the server answering."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict
from functools import partial
import gc
import json
import logging
from pathlib import Path
import random
import tracemalloc
from typing import Any
import zlib

import pytest

from custom_components.ocpp_cs.csms.central_system import (
    CentralSystem,
    CentralSystemSettings,
    load_versions,
)
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.model import Admission, ChargePointSettings
from custom_components.ocpp_cs.csms.transactions.ledger import Ledger
from custom_components.ocpp_cs.csms.transactions.parts import course
from custom_components.ocpp_cs.csms.transactions.storage import (
    KEPT,
    KEPT_STOPS,
    SessionFilter,
)
from custom_components.ocpp_cs.csms.transactions.writer import StoreWriter
from custom_components.ocpp_cs.csms.wire import rpc, websocket
from tests.csms.central import Central, until
from tests.csms.garbage import answer_to, batches
from tests.csms.peer import CLOSE, CONTINUATION, PING, TEXT, UPGRADE, Peer, encode


class Mad:
    """A charge point that is out of its mind, and reads all that it is sent."""

    def __init__(
        self,
        port: int,
        start: int = 0,
        charge_point_id: str = "CP1",
        subprotocol: str = "ocpp1.6",
    ) -> None:
        """Connect to `port` later; `start` makes its answers the same each time."""
        self._headers = (*UPGRADE, f"Sec-WebSocket-Protocol: {subprotocol}")
        self._port = port
        self._path = f"/{charge_point_id}"
        self._dice = random.Random(f"answers {start}")
        self._peer: Peer | None = None
        self._reader: asyncio.Task[None] | None = None
        self.answers: dict[str, list[Any]] = {}

    async def connect(self) -> None:
        """Connect."""
        await self.hang_up()
        self._peer = await Peer.open(self._port)
        await self._peer.request(self._path, self._headers)
        assert self._peer.status == 101
        self._reader = asyncio.create_task(self._read(self._peer))

    async def hang_up(self) -> None:
        """Go without a word."""
        if self._peer is not None and self._reader is not None:
            self._reader.cancel()
            await asyncio.wait((self._reader,))
            self._peer.drop()
            self._peer = self._reader = None

    async def _read(self, peer: Peer) -> None:
        try:
            while True:
                opcode, data = await peer.frame()
                if opcode != TEXT:
                    continue
                frame = json.loads(data)
                self.look(frame)
                if frame[0] == 2:
                    await peer.send(answer_to(self._dice, frame))
                elif isinstance(frame[1], str) and frame[1].startswith("check"):
                    self.answers[frame[1]] = frame
        except EOFError, OSError, TimeoutError:
            pass

    def look(self, frame: list[Any]) -> None:
        """Look at a frame that came."""

    async def send(self, frames: list[bytes]) -> None:
        """Send frames, over a new connection where the server had enough."""
        for data in frames:
            if self._peer is None or self._reader is None or self._reader.done():
                await self.connect()
            assert self._peer is not None
            try:
                await self._peer.send(data)
            except OSError:
                await self.connect()

    async def check(self, number: str) -> None:
        """Wait for the answer to a Heartbeat, which is behind all that was sent."""
        if self._peer is None or self._reader is None or self._reader.done():
            await self.connect()
        assert self._peer is not None
        await self._peer.send([2, f"check {number}", "Heartbeat", {}])
        await until(lambda: f"check {number}" in self.answers)
        kind, _, payload = self.answers.pop(f"check {number}")
        assert (kind, payload.keys()) == (3, {"currentTime"})


@pytest.fixture
async def keeper(tmp_path: Path) -> AsyncIterator[StoreWriter]:
    keeper = StoreWriter(tmp_path / "books.db")
    yield keeper
    await keeper.close()


@pytest.fixture
async def central_system(keeper: StoreWriter) -> AsyncIterator[CentralSystem]:
    ledger = Ledger(keeper)
    await ledger.load()
    central_system = CentralSystem(
        CentralSystemSettings(host="127.0.0.1", port=0, boot_wait=0.05),
        ledger=ledger,
        versions=load_versions(),
        admit_unknown=lambda charge_point_id: Admission.PENDING,
        on_pending=lambda charge_point: None,
    )
    central_system.adopt("CP1", ChargePointSettings(call_timeout=0.5))
    await central_system.start()
    yield central_system
    await central_system.stop()


def assert_bounded(
    charge_point: ChargePoint, listeners: int = 0, *watching: str
) -> None:
    """Look at everything in which something could pile up.

    Args:
        charge_point: The charge point.
        listeners: How many listeners it may have.
        watching: What else than the connectors themselves watches their fields, once.
    """
    assert len(charge_point.deviations.counts) <= 201
    assert len(charge_point.frames) <= 200
    assert len(charge_point.connectors) <= 64
    assert len(charge_point.configuration) <= 1000
    assert len(charge_point.refused_settings) <= 10
    assert len(charge_point._listeners) <= listeners
    # Each connector watches itself, as to whether a session is to be started.
    for of_scope in charge_point.changes._watchers.values():
        for watchers in of_scope.values():
            names = [
                str(watcher) if isinstance(watcher, partial) else watcher.__qualname__
                for watcher in watchers
            ]
            assert len(names) == len({*names})
            known = {one for one in names if not one.startswith("functools.partial")}
            assert known <= {"SessionStarter.look", *watching}
    assert not charge_point.changes._due
    for value in asdict(charge_point.identity).values():
        assert value is None or len(value) <= 1000
    for connector in charge_point.parts:
        meter = connector.meter
        assert len(meter._details) <= 300
        assert len(meter._slots) <= 300
        assert len(meter.values) < 200
        assert len(meter._hidden) < 200
    ledger = charge_point.ledger
    for transaction in ledger._cache.everything():
        assert len(transaction.course.parts) <= 6000
    assert len(ledger._cache.stops_of(charge_point.id)) <= KEPT_STOPS
    assert len(list(ledger._cache.everything())) <= 65 * KEPT + KEPT_STOPS


def memory() -> int:
    """Return how many bytes are in use that the central system has asked for.

    Those of the courses are left out: a session may be dated so that it fills a month of
    quarters of an hour, and whether one is running at the end is chance. `assert_bounded`
    looks at them.
    """
    gc.collect()
    snapshot = tracemalloc.take_snapshot().filter_traces(
        [
            *(
                tracemalloc.Filter(True, f"*{part}*")
                for part in ("/ocpp_cs/", "websockets")
            ),
            tracemalloc.Filter(False, course.__file__),
        ]
    )
    return sum(trace.size for trace in snapshot.statistics("filename"))


@pytest.fixture
async def only_errors(caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    """Let nothing be logged but errors, of which there must be none.

    Nothing else either that would take more time and memory than what is tested.
    """
    asyncio.get_running_loop().set_debug(False)
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)
    assert not caplog.get_records("call")


@pytest.mark.slow
async def test_ten_thousand_frames_leave_nothing_behind(
    central_system: CentralSystem, keeper: StoreWriter, only_errors: None
) -> None:
    charge_point = central_system.charge_points["CP1"]
    mad = Mad(central_system.port)
    frames = batches(400, 3000)
    assert sum(map(len, frames)) > 10_000
    used: list[int] = []
    tracemalloc.start()
    try:
        for number, batch in enumerate(frames):
            await mad.send(batch)
            await mad.check(str(number))
            await until(lambda: charge_point.ready and not rpc._TASKS)
            await keeper.flush()
            assert not keeper.has_unsaved
            assert_bounded(charge_point)
            await mad.hang_up()
            await until(lambda: not charge_point.connected)
            # It is bounded, but how long the last hundred are is chance.
            charge_point.frames._frames.clear()
            used.append(memory())
            await until(lambda: len(asyncio.all_tasks()) == 1)
    finally:
        tracemalloc.stop()
    # What is bounded fills up: kinds of deviations, stops without a start.
    assert used[2] - used[1] < 100_000, used
    # Some of it made sense.
    assert len(await keeper.sessions(SessionFilter())) > 100


BAD_OPENINGS = {
    "nothing": b"",
    "one byte": b"\0",
    "TLS": bytes.fromhex("16030102000100") + bytes(500),
    "noise": random.Random(0).randbytes(5000),
    "lines": b"\r\n" * 2000,
    "a browser": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "a post": b"POST /CP1 HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcde",
    "half a line": b"GET /CP1 HT",
    "half a head": b"GET /CP1 HTTP/1.1\r\nHost: x\r\nUpgra",
    "a long line": b"GET /" + b"x" * 100_000,
    "a long header": b"GET /CP1 HTTP/1.1\r\nHost: " + b"x" * 100_000,
    "many headers": b"GET /CP1 HTTP/1.1\r\n" + b"X-A: b\r\n" * 5000 + b"\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a proxy's line": b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n",
    "no id": b"GET / HTTP/1.1\r\nSec-WebSocket-Key: x3JJHMcDL1EzLkh9GBhXDw==\r\n\r\n",
    "a bad key": b"GET /CP1 HTTP/1.1\r\nHost: x\r\nSec-WebSocket-Key: !\r\n\r\n",
}

BOMB = b"\xc1" + b"\xfe\x01\x00" + b"\0\0\0\0" + zlib.compress(b"\0" * 250_000)[2:258]


def too_many_fragments() -> bytes:
    part = encode(CONTINUATION, b"x" * 2**14, final=False)
    return encode(TEXT, b"[2", final=False) + part * 70


BAD_FRAMES = {
    "too long": encode(TEXT, b"x" * (2**20 + 1)),
    "said to be endless": b"\x81\xff" + b"\x7f" + b"\xff" * 7 + b"\0\0\0\0",
    "too many fragments": too_many_fragments(),
    "a fragment of nothing": encode(CONTINUATION, b"x"),
    "a message within a message": encode(TEXT, b"[", final=False) + encode(TEXT, b"["),
    "compressed": BOMB,
    "unmasked": b"\x81\x02[]",
    "an unknown opcode": encode(3, b"x"),
    "a long ping": encode(PING, b"x" * 126),
    "a fragmented ping": encode(PING, b"x", final=False),
    "a bad close": encode(CLOSE, b"\x00"),
    "HTTP again": b"GET /CP1 HTTP/1.1\r\n\r\n",
    "half a frame": encode(TEXT, b"x" * 1000)[:500],
    "half a message": encode(TEXT, b"[2,", final=False),
}


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_what_is_no_websocket_is_let_go(
    monkeypatch: pytest.MonkeyPatch, only_errors: None
) -> None:
    """Also what says nothing at all: the server waits for it, but not for long."""
    monkeypatch.setattr(websocket, "OPEN_TIMEOUT", 0.2)
    async with Central() as central:
        before = open_files(), asyncio.all_tasks()
        for opening in BAD_OPENINGS.values():
            for drop in (True, False):
                peer = await central.dial()
                with suppress(OSError):
                    await peer.send_bytes(opening)
                if drop:
                    peer.drop()
                else:
                    await peer.end()
                    peer.drop()
        # One that writes a byte now and then all the time.
        slow = await central.dial()
        with suppress(OSError):
            for byte in b"GET /CP1 HTTP/1.1\r\nX: " + b"x" * 10_000:
                await slow.send_bytes(bytes([byte]))
                await asyncio.sleep(0.001)
        await slow.end()
        slow.drop()
        assert central.handshakes == []
        # Who says something has the time that it needs.
        monkeypatch.setattr(websocket, "OPEN_TIMEOUT", 60.0)
        link = await central.connect()
        assert await link.peer.ask([2, "1", "A", {}]) == [
            3,
            "1",
            {"action": "A", "payload": {}},
        ]
        link.peer.drop()
        await link.served.wait()
        await until(lambda: (open_files(), asyncio.all_tasks()) == before)


@pytest.mark.parametrize("what", BAD_FRAMES)
async def test_what_is_no_message_ends_the_connection(
    what: str, only_errors: None
) -> None:
    async with Central() as central:
        before = open_files(), asyncio.all_tasks()
        for after in (b"", encode(TEXT, b'[2,"1","A",{}]')):
            link = await central.connect()
            with suppress(OSError):
                await link.peer.send_bytes(BAD_FRAMES[what] + after)
            if what.startswith("half"):
                link.peer.drop()
            else:
                await link.peer.end()
            async with asyncio.timeout(60):
                await link.served.wait()
            link.peer.drop()
            assert not link.websocket._inbox
        link = await central.connect()
        assert (await link.peer.ask([2, "1", "A", {}]))[0] == 3
        link.peer.drop()
        await link.served.wait()
        await until(lambda: (open_files(), asyncio.all_tasks()) == before)
