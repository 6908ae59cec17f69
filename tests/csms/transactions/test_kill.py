"""The central system is killed, at any moment of a session, and loses nothing of it."""

import asyncio
from dataclasses import dataclass, field
import json
from pathlib import Path
import sys
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from custom_components.ocpp_cs import csms
from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.transactions.sqlite import (
    SessionFilter,
    SqliteStore,
)

FOLDER = Path(csms.__file__).parents[1]
PROGRAM = Path(__file__).with_name("killable.py")

_GONE = (ConnectionClosed, OSError)

type Call = tuple[str, dict[str, Any]]


@dataclass
class Server:
    """A process that can be killed."""

    books: Path
    port: int
    process: asyncio.subprocess.Process | None = None
    killed: int = 0

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(PROGRAM),
            str(FOLDER),
            str(self.books),
            str(self.port),
            stdout=asyncio.subprocess.PIPE,
        )
        assert self.process.stdout is not None
        assert await self.process.stdout.readline() == b"ready\n"

    async def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        await self.process.wait()
        self.killed += 1


@dataclass
class Charger:
    """Charges once, and sends again what was not answered.

    `moment` is when the server is killed: that many messages have been sent, and
    `answered` says whether the last of them has its answer.
    """

    server: Server
    moment: int
    answered: bool
    delay: float
    sent: int = 0
    began: str = field(default_factory=lambda: utcnow().isoformat())
    number: int | None = None

    def calls(self) -> list[Call]:
        def values(register: int) -> Call:
            return "MeterValues", {
                "connectorId": 1,
                "transactionId": self.number,
                "meterValue": [
                    {
                        "timestamp": utcnow().isoformat(),
                        "sampledValue": [{"value": str(register)}],
                    }
                ],
            }

        return [
            (
                "StartTransaction",
                {
                    "connectorId": 1,
                    "idTag": "TAG",
                    "meterStart": 1000,
                    "timestamp": self.began,
                },
            ),
            values(1400),
            values(1800),
            (
                "StopTransaction",
                {
                    "transactionId": self.number,
                    "meterStop": 2000,
                    "timestamp": self.began,
                },
            ),
        ]

    async def charge(self) -> None:
        done = 0
        while done < 4:
            try:
                async with connect(
                    f"ws://127.0.0.1:{self.server.port}/CP1",
                    subprotocols=("ocpp1.6",),
                    close_timeout=0.1,
                ) as websocket:
                    while done < 4:
                        answer = await self._call(websocket, *self.calls()[done])
                        if "transactionId" in answer:
                            self.number = answer["transactionId"]
                        done += 1
            except _GONE:
                if not self.server.killed:
                    raise
                await self.server.start()

    async def _call(
        self, websocket: ClientConnection, action: str, payload: dict[str, Any]
    ) -> dict[str, Any]:
        self.sent += 1
        dies = self.sent == self.moment and not self.server.killed
        await websocket.send(json.dumps([2, str(self.sent), action, payload]))
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
        answer: dict[str, Any] = frame[2]
        return answer


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
    charger = Charger(server, moment, answered, delay)
    try:
        async with asyncio.timeout(60):
            await charger.charge()
    finally:
        if server.process is not None and server.process.returncode is None:
            await server.kill()
    books = SqliteStore(server.books)
    (session,) = books.sessions(SessionFilter())
    books.close()
    assert server.killed >= 1
    assert (session.public_id, session.energy_wh) == (charger.number, 1000)
    assert session.reported_end is not None
