"""A backend that books what it is told, and misbehaves as a test wants."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
import json
from pathlib import Path
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore, Transaction
from custom_components.ocpp_cs.csms.transactions.storage import SessionFilter
from custom_components.ocpp_cs.csms.transactions.writer import StoreWriter
from custom_components.ocpp_cs.csms.upstream.model import UpstreamSettings
from custom_components.ocpp_cs.csms.upstream.pace import Pace
from custom_components.ocpp_cs.csms.upstream.station import VirtualStation
from custom_components.ocpp_cs.csms.upstream.told.books import UpstreamBooks
from custom_components.ocpp_cs.csms.upstream.upstreams import Upstreams
from tests.csms.client import Client, Json
from tests.csms.test_central_system import World, until

from .pair import VERSIONS

QUICK = Pace(
    back_off=(0.01, 0.03),
    retry=0.05,
    least_retry=0.05,
    heartbeat=3600.0,
    answer=0.3,
    open=30.0,
    unsure=0.0,
)

MESSAGES = ("BootNotification", "StartTransaction", "MeterValues", "StopTransaction")
OF_SESSIONS = MESSAGES[1:]


class Fault(Enum):
    """What the payer does with a message instead of answering it."""

    CLOSE = auto()
    """It closes the connection, and has not taken it."""
    CLOSE_AFTER = auto()
    """It takes it, and closes the connection."""
    SILENCE = auto()
    """It neither takes nor answers it."""
    SILENCE_AFTER = auto()
    """It takes it, and does not answer."""
    LATE = auto()
    """It takes it, and answers after the time-out."""
    TWICE = auto()
    """It answers twice."""
    ERROR = auto()
    """It answers with a CALLERROR."""
    NONSENSE = auto()
    """It answers with what makes no sense."""


@dataclass
class Booked:
    """A session in its books."""

    number: int
    id_tag: str
    connector_id: int
    start: datetime
    meter_start: int
    end: datetime | None = None
    meter_stop: int | None = None
    reason: str | None = None
    values: dict[datetime, list[Json]] = field(default_factory=dict)


class Payer:
    """A backend in OCPP 1.6, which recognises a repeated start by its fields."""

    def __init__(self) -> None:
        """Make one that does everything right."""
        self.booked: list[Booked] = []
        self.next_number: Callable[[], int] = lambda: 1000 + len(self.booked)
        self.status = "Accepted"
        """What it answers on id tags."""
        self.pending = 0
        """How many boots it puts off."""
        self.faults: Callable[[str, Json], Fault | None] = lambda action, payload: None
        self.calls: list[tuple[str, Json]] = []
        self.on_event: Callable[[str], None] = lambda event: None
        """Called with `taken <action>` and `answered <action>`."""
        self.asks: list[tuple[str, Json]] = []
        """What it asks on each new connection."""
        self.port = 0
        self._server: Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen; on the same port as before, if there was one."""
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            self.port,
            subprotocols=["ocpp1.6"],  # type: ignore[list-item]
            close_timeout=0.2,
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        """Drop all connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    async def _serve(self, connection: ServerConnection) -> None:
        try:
            for index, ask in enumerate(self.asks):
                await connection.send(json.dumps([2, f"ask-{index}", *ask]))
            async for message in connection:
                kind, number, *rest = json.loads(message)
                if kind == 2:
                    await self._answer(connection, number, *rest)
        except ConnectionClosed:
            pass

    async def _answer(
        self, connection: ServerConnection, number: str, action: str, payload: Json
    ) -> None:
        self.calls.append((action, payload))
        fault = self.faults(action, payload)
        if fault is Fault.CLOSE:
            await connection.close()
            return
        if fault is Fault.SILENCE:
            return
        if fault is Fault.ERROR:
            await connection.send(json.dumps([4, number, "InternalError", "", {}]))
            return
        answer: Any = self._take(action, payload)
        self.on_event(f"taken {action}")
        if fault is Fault.CLOSE_AFTER:
            await connection.close()
            return
        if fault is Fault.SILENCE_AFTER:
            return
        if fault is Fault.NONSENSE:
            answer = ["what?"]
        frame = json.dumps([3, number, answer])
        if fault is Fault.LATE:
            self._tasks.add(asyncio.create_task(self._send_late(connection, frame)))
            return
        await connection.send(frame)
        self.on_event(f"answered {action}")
        if fault is Fault.TWICE:
            await connection.send(frame)

    async def _send_late(self, connection: ServerConnection, frame: str) -> None:
        await asyncio.sleep(QUICK.answer + 0.1)
        await connection.send(frame)

    def _take(self, action: str, payload: Json) -> Json:
        now = datetime.now(UTC).isoformat()
        if action == "BootNotification":
            self.pending -= 1
            status = "Accepted" if self.pending < 0 else "Pending"
            return {"status": status, "interval": 0, "currentTime": now}
        if action == "Heartbeat":
            return {"currentTime": now}
        if action == "StartTransaction":
            one = self._started(payload)
            return {"transactionId": one.number, "idTagInfo": {"status": self.status}}
        if action in ("MeterValues", "StopTransaction"):
            one = self._known(payload["transactionId"])
            if action == "MeterValues":
                for value in payload["meterValue"]:
                    time = datetime.fromisoformat(value["timestamp"])
                    one.values[time] = value["sampledValue"]
            else:
                one.end = datetime.fromisoformat(payload["timestamp"])
                one.meter_stop = payload["meterStop"]
                one.reason = payload["reason"]
        return {}

    def _started(self, payload: Json) -> Booked:
        new = Booked(
            number=self.next_number(),
            id_tag=payload["idTag"],
            connector_id=payload["connectorId"],
            start=datetime.fromisoformat(payload["timestamp"]),
            meter_start=payload["meterStart"],
        )
        for one in self.booked:
            if (one.id_tag, one.connector_id, one.start, one.meter_start) == (
                new.id_tag,
                new.connector_id,
                new.start,
                new.meter_start,
            ):
                return one
        self.booked.append(new)
        return new

    def _known(self, number: int) -> Booked:
        return next(one for one in reversed(self.booked) if one.number == number)


class House:
    """A central system whose charge point is played for a payer."""

    def __init__(self, payer: Payer, path: Path | None = None) -> None:
        """Make one; with a path, its books are in that file."""
        self.payer = payer
        self.storage = MemoryStore() if path is None else StoreWriter(path)
        self.world = World(self.storage)  # type: ignore[arg-type]
        self.books = UpstreamBooks(
            self.storage if isinstance(self.storage, StoreWriter) else None
        )
        self.upstreams = Upstreams(
            self.world.ledger, self.storage, self.books, VERSIONS.agreed, pace=QUICK
        )
        self.charge_point: ChargePoint

    async def start(self, **settings: Any) -> None:
        """Start it, with a charge point that is told to the payer."""
        await self.world.start()
        self.charge_point = self.world.adopt("CP1")
        self.upstreams.attach(self.charge_point)
        self.apply(**settings)

    def apply(self, **settings: Any) -> None:
        """Use other settings of the payer."""
        self.upstreams.apply(
            [
                UpstreamSettings(
                    **{
                        "id": "payer",
                        "name": "Payer",
                        "url": f"ws://127.0.0.1:{self.payer.port}/ocpp",
                        "charge_points": frozenset({"CP1"}),
                        **settings,
                    }
                )
            ]
        )

    async def stop(self) -> None:
        """Stop it as when Home Assistant stops."""
        await self.upstreams.stop()
        await self.world.central_system.stop()
        if isinstance(self.storage, StoreWriter):
            await self.storage.close()

    @property
    def station(self) -> VirtualStation:
        """What plays the charge point."""
        return self.upstreams.stations["payer", "CP1"]

    async def told(self) -> None:
        """Wait until the payer has confirmed everything."""
        await until(lambda: not len(self.station.outbox))

    async def sessions(self) -> list[Transaction]:
        """Return all sessions in its books."""
        return await self.storage.sessions(SessionFilter())


@asynccontextmanager
async def housed(
    path: Path | None = None, payer: Payer | None = None, **settings: Any
) -> AsyncIterator[House]:
    """A house, and a payer that listens."""
    payer = payer or Payer()
    await payer.start()
    house = House(payer, path)
    await house.start(**settings)
    try:
        yield house
    finally:
        await house.stop()
        await payer.stop()


class Box:
    """What a charge point tells: sessions in its own time, two minutes for each value."""

    def __init__(self, client: Client, *, time: datetime | None = None) -> None:
        """Begin some days ago, as if it had been without a connection since then."""
        self._client = client
        self.time = time or datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
        self.register_wh = 10_000
        self.number = 0

    def _passes(self, minutes: float = 2.0) -> str:
        self.time += timedelta(minutes=minutes, milliseconds=137)
        return self.time.isoformat(timespec="milliseconds")

    async def begin(self, tag: str = "TAG", connector: int = 1) -> None:
        """Start a session."""
        answer = await self._client.call(
            "StartTransaction",
            {
                "connectorId": connector,
                "idTag": tag,
                "meterStart": self.register_wh,
                "timestamp": self._passes(30),
            },
        )
        self.number = answer["transactionId"]

    async def charge(self, wh: int = 250, connector: int = 1) -> None:
        """Charge, and tell it."""
        self.register_wh += wh
        await self._client.call(
            "MeterValues",
            {
                "connectorId": connector,
                "transactionId": self.number,
                "meterValue": [
                    {
                        "timestamp": self._passes(),
                        "sampledValue": [{"value": str(self.register_wh)}],
                    }
                ],
            },
        )

    async def end(self) -> None:
        """End the session."""
        self.register_wh += 40
        await self._client.call(
            "StopTransaction",
            {
                "transactionId": self.number,
                "meterStop": self.register_wh,
                "timestamp": self._passes(),
                "reason": "EVDisconnected",
            },
        )

    async def session(self, tag: str = "TAG", values: int = 2) -> None:
        """Have a whole session."""
        await self.begin(tag)
        for _ in range(values):
            await self.charge()
        await self.end()


def first(*actions: str, fault: Fault, times: int = 1) -> Callable[..., Fault | None]:
    """Return faults for the first messages of some actions."""
    left = dict.fromkeys(actions, times)

    def faults(action: str, payload: Json) -> Fault | None:
        if not left.get(action):
            return None
        left[action] -= 1
        return fault

    return faults


def differences(ours: list[Transaction], theirs: list[Booked]) -> Iterator[str]:
    """Yield in what the books of a payer differ from ours."""
    if len(ours) != len(theirs):
        yield f"{len(ours)} sessions are {len(theirs)} there: {theirs}"
        return
    for one, other in zip(
        sorted(ours, key=lambda one: one.start),
        sorted(theirs, key=lambda other: other.start),
        strict=True,
    ):
        for what, mine, yours in (
            ("start", exact(one.start), other.start),
            ("end", one.end and exact(one.end), other.end),
            ("meter_start", round(one.meter_start_wh or 0.0), other.meter_start),
            ("meter_stop", round(one.meter_stop_wh or 0.0), other.meter_stop),
            ("id_tag", one.id_tag or "unknown", other.id_tag),
            ("connector", one.connector_id, other.connector_id),
        ):
            if mine != yours:
                yield f"{what} {mine} is {yours} there"


def exact(time: datetime) -> datetime:
    """Return a time to the millisecond, as it is told."""
    return time.replace(microsecond=time.microsecond // 1000 * 1000)
