"""The central system is killed, at any moment of a session, and loses nothing of it."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import json
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.transactions.sqlite import (
    SessionFilter,
    SqliteStore,
)
from tests.csms.transactions.test_kill import Server

_GONE = (ConnectionClosed, OSError)


@dataclass
class Station:
    """Charges once, and sends again what was not answered.

    `moment` is when the server is killed: that many messages have been sent, and
    `answered` says whether the last of them has its answer.
    """

    server: Server
    moment: int
    answered: bool
    delay: float
    sent: int = 0
    began: datetime = field(default_factory=lambda: utcnow() - timedelta(minutes=1))

    def event(self, seq: int, kind: str, wh: int, context: str) -> dict[str, Any]:
        """Return an event of the session."""
        time = (self.began + timedelta(seconds=seq * 10)).isoformat()
        event: dict[str, Any] = {
            "eventType": kind,
            "timestamp": time,
            "triggerReason": "Trigger",
            "seqNo": seq,
            "transactionInfo": {"transactionId": "b7e2-41"},
            "evse": {"id": 1, "connectorId": 1},
            "meterValue": [
                {
                    "timestamp": time,
                    "sampledValue": [{"value": wh, "context": context}],
                }
            ],
        }
        if seq == 1:
            event["idToken"] = {"idToken": "TAG", "type": "ISO14443"}
        return event

    def events(self) -> list[dict[str, Any]]:
        """Return the events of the session, whose token comes after its beginning."""
        return [
            self.event(0, "Started", 1000, "Transaction.Begin"),
            self.event(1, "Updated", 1000, "Trigger"),
            self.event(2, "Updated", 1800, "Sample.Periodic"),
            self.event(3, "Ended", 2000, "Transaction.End"),
        ]

    async def charge(self) -> None:
        """Send all events until each has its answer."""
        events = self.events()
        while events:
            try:
                async with connect(
                    f"ws://127.0.0.1:{self.server.port}/CP1",
                    subprotocols=("ocpp2.0.1",),  # type: ignore[arg-type]
                    close_timeout=0.1,
                ) as websocket:
                    while events:
                        await self._call(websocket, events[0])
                        del events[0]
            except _GONE:
                if not self.server.killed:
                    raise
                await self.server.start()

    async def _call(self, websocket: ClientConnection, event: dict[str, Any]) -> None:
        self.sent += 1
        dies = self.sent == self.moment and not self.server.killed
        await websocket.send(json.dumps([2, str(self.sent), "TransactionEvent", event]))
        if dies and not self.answered:
            await asyncio.sleep(self.delay)
            await self.server.kill()
        while True:
            frame = json.loads(await websocket.recv())
            if frame[0] == 3:
                break
            await websocket.send(json.dumps([4, frame[1], "NotSupported", "", {}]))
        if dies and self.answered:
            await asyncio.sleep(self.delay)
            await self.server.kill()


MOMENTS = [
    (moment, answered, delay)
    for moment in (1, 2, 3, 4)
    for answered, delay in (
        (False, 0.0),
        (False, 0.001),
        (False, 0.003),
        (True, 0.0),
        (True, 0.005),
    )
]


@pytest.mark.parametrize(("moment", "answered", "delay"), MOMENTS)
async def test_killed_at_twenty_moments(
    tmp_path: Path, unused_tcp_port: int, moment: int, answered: bool, delay: float
) -> None:
    server = Server(tmp_path / "books.db", unused_tcp_port)
    await server.start()
    station = Station(server, moment, answered, delay)
    try:
        async with asyncio.timeout(60):
            await station.charge()
    finally:
        if server.process is not None and server.process.returncode is None:
            await server.kill()
    books = SqliteStore(server.books)
    (session,) = books.sessions(SessionFilter(refused=True))
    books.close()
    assert server.killed >= 1
    assert (session.id, session.energy_wh) == ("b7e2-41", 1000)
    assert session.reported_end is not None
    assert session.start == station.began
    assert session.reason == "local"
    assert session.id_tag == "TAG"
