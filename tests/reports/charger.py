"""The charger of a report: says what it is told to say, and notes what it is asked."""

import asyncio
from collections.abc import Awaitable, Callable
import itertools
import json
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

type Json = Any
type Answer = Callable[[Json], Json] | Json
"""The payload of a CALLRESULT; a list is a CALLERROR's code and what comes behind it, a
text is sent as it is ($id is the id), None is no answer."""

ACCEPTED = {"status": "Accepted"}

CONFIGURATION = {
    "NumberOfConnectors": ["1", True],
    "SupportedFeatureProfiles": ["Core,SmartCharging,RemoteTrigger", True],
    "MeterValueSampleInterval": ["60", False],
    "MeterValuesSampledData": ["Energy.Active.Import.Register", False],
    "ChargingScheduleAllowedChargingRateUnit": ["Current", True],
}
"""Key -> value and whether it can only be read."""


class CallError(Exception):
    """The central system answered with CALLERROR."""


class Charger:
    """One charger, which may connect several times."""

    def __init__(
        self, url: str, cpid: str, *, keys: dict[str, Any] | None = None
    ) -> None:
        """Belong at `url`, which ends with a slash, as `cpid`."""
        self.cpid = cpid
        self.url = url
        self.configuration = keys or CONFIGURATION
        self.answers: dict[str, Answer] = {}
        self.after: dict[str, Callable[[Json], Awaitable[None]]] = {}
        """What the charger does once it has answered a call."""
        self.heard: list[tuple[str, Json]] = []
        """The calls of the central system, in order."""
        self.stray: list[Json] = []
        """Answers that no call of the charger was waiting for."""
        self.websocket: ClientConnection
        self._ids = itertools.count(1)
        self._open: dict[str, asyncio.Future[Json]] = {}
        self._came = asyncio.Condition()
        self._reader: asyncio.Task[None] | None = None
        self._doing: set[asyncio.Task[None]] = set()

    async def connect(
        self,
        path: str | None = None,
        *,
        subprotocols: tuple[str, ...] | None = ("ocpp1.6",),
        headers: dict[str, str] | None = None,
        origin: str | None = None,
    ) -> None:
        """Open a connection; the one before stays as it is."""
        self.websocket = await connect(
            f"{self.url}{self.cpid}"
            if path is None
            else f"{self.url.rstrip('/')}{path}",
            subprotocols=[Subprotocol(name) for name in subprotocols]
            if subprotocols
            else None,
            additional_headers=headers,
            origin=Origin(origin) if origin else None,
            user_agent_header=None,
            ping_interval=None,
            close_timeout=0.5,
            compression=None,
            proxy=None,
        )
        self._reader = asyncio.create_task(self._read(self.websocket))

    async def __aenter__(self) -> Self:
        """Begin without a connection."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disconnect."""
        for task in self._doing:
            task.cancel()
        await self.disconnect()

    async def disconnect(self) -> None:
        """Close the connection, if there is one."""
        if self._reader is not None:
            await self.websocket.close()
            await self._reader
            self._reader = None

    @property
    def alive(self) -> bool:
        """Whether the connection is open."""
        return self._reader is not None and not self._reader.done()

    async def _read(self, websocket: ClientConnection) -> None:
        try:
            while True:
                frame = json.loads(await websocket.recv())
                if frame[0] == 2:
                    await self._serve(websocket, frame)
                elif (future := self._open.pop(frame[1], None)) is None:
                    self.stray.append(frame)
                elif frame[0] == 3:
                    future.set_result(frame[2])
                else:
                    future.set_exception(CallError(frame))
        except ConnectionClosed as err:
            for future in self._open.values():
                if not future.done():
                    future.set_exception(err)
            self._open.clear()

    async def _serve(self, websocket: ClientConnection, frame: Json) -> None:
        _, number, action, payload = frame
        answer = self.answers.get(action)
        if answer is None and action not in self.answers:
            answer = (
                self.configured(payload) if action == "GetConfiguration" else ACCEPTED
            )
        if callable(answer):
            answer = answer(payload)
        if isinstance(answer, str):
            await websocket.send(answer.replace("$id", number))
        elif isinstance(answer, list):
            await websocket.send(json.dumps([4, number, *answer]))
        elif answer is not None:
            await websocket.send(json.dumps([3, number, answer]))
        async with self._came:
            self.heard.append((action, payload))
            self._came.notify_all()
        if (then := self.after.get(action)) is not None:
            task = asyncio.ensure_future(then(payload))
            self._doing.add(task)
            task.add_done_callback(self._doing.discard)

    def configured(self, payload: Json) -> Json:
        """Return the answer to a GetConfiguration."""
        wanted = payload.get("key") or list(self.configuration)
        return {
            "configurationKey": [
                {"key": key, "readonly": known[1], "value": known[0]}
                for key in wanted
                if (known := self.configuration.get(key)) is not None
            ],
            "unknownKey": [key for key in wanted if key not in self.configuration],
        }

    async def call(
        self, action: str, payload: Json = None, uid: str | None = None
    ) -> Json:
        """Return the answer to a call; raises CallError."""
        number = uid or f"c{next(self._ids)}"
        return await self.exchange(
            json.dumps([2, number, action, payload or {}]), number
        )

    async def exchange(self, text: str | list[str], number: str) -> Json:
        """Send a call as text, or as fragments of it; return its answer."""
        future = self._open[number] = asyncio.get_running_loop().create_future()
        await self.websocket.send(text)
        async with asyncio.timeout(60):
            return await future

    async def boot(self, **identity: str) -> Json:
        """Say what it is."""
        told = {"chargePointVendor": "Acme", "chargePointModel": "One"}
        return await self.call("BootNotification", identity or told)

    async def status(self, status: str, connector: int = 1, **more: Json) -> None:
        """Tell the status of a connector."""
        await self.call(
            "StatusNotification",
            {
                "connectorId": connector,
                "errorCode": "NoError",
                "status": status,
                **more,
            },
        )

    def asked(self, action: str) -> list[Json]:
        """Return the payloads of an action that were heard so far."""
        return [payload for name, payload in self.heard if name == action]

    async def hears(
        self, action: str, fits: Callable[[Json], bool], seconds: float
    ) -> bool:
        """Wait until a call that fits was heard; return whether one was."""

        def came() -> bool:
            return any(fits(payload) for payload in self.asked(action))

        try:
            async with asyncio.timeout(seconds), self._came:
                await self._came.wait_for(came)
        except TimeoutError:
            return False
        return True
