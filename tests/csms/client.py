"""A charge point of a few lines: raw frames over a real socket."""

import asyncio
import base64
from collections.abc import Callable
import itertools
import json
import ssl
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

type Json = dict[str, Any]
type Answerer = Callable[[Json], Any]


class CallFailed(Exception):
    """The central system answered with CALLERROR."""

    def __init__(self, frame: list[Any]) -> None:
        """Keep the frame's parts."""
        super().__init__(frame)
        self.code, self.description, self.details = frame[2:5]


class Client:
    """Sends calls, answers those of the central system, records all of them."""

    def __init__(
        self,
        url: str,
        answers: dict[str, Answerer | Json] | None = None,
        subprotocols: tuple[str, ...] | None = ("ocpp1.6",),
        address: str | None = None,
    ) -> None:
        """Connect to `url` later; `answers` by action, `{}` where there is none.

        Where an `address` is given, such as 127.0.0.2, the connection comes from it.
        """
        self.address = address
        self.password: bytes | None = None
        """The password that it logs in with; its user name is the end of the URL."""
        self.tls: ssl.SSLContext | None = None
        """Its side of TLS, for an address with `wss`."""
        self._url = url
        self._subprotocols = subprotocols
        self.answers: dict[str, Answerer | Json] = answers or {}
        self.received: list[tuple[str, Json]] = []
        self.other: list[list[Any]] = []
        """The frames that are neither a call nor the answer to one of ours."""
        self._arrived = asyncio.Condition()
        self._ids = itertools.count(1)
        self._open: dict[str, asyncio.Future[Json]] = {}
        self.websocket: ClientConnection
        self._reader: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        """Connect."""
        self.websocket = await connect(
            self._url,
            subprotocols=self._subprotocols,
            ping_interval=None,
            close_timeout=0.5,
            local_addr=None if self.address is None else (self.address, 0),
            ssl=self.tls,
            additional_headers=self._headers(),
        )
        self._reader = asyncio.create_task(self._read())
        return self

    def _headers(self) -> dict[str, str]:
        if self.password is None:
            return {}
        user = self._url.rpartition("/")[2].encode()
        both = base64.b64encode(user + b":" + self.password).decode()
        return {"Authorization": f"Basic {both}"}

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disconnect."""
        await self.websocket.close()
        await self._reader

    async def _read(self) -> None:
        try:
            while True:
                frame = json.loads(await self.websocket.recv())
                if frame[0] == 2:
                    await self._serve(frame)
                elif (future := self._open.pop(frame[1], None)) is not None:
                    if frame[0] == 3:
                        future.set_result(frame[2])
                    else:
                        future.set_exception(CallFailed(frame))
                else:
                    self.other.append(frame)
        except ConnectionClosed as err:
            for future in self._open.values():
                future.set_exception(err)

    async def _serve(self, frame: list[Any]) -> None:
        _, number, action, payload = frame
        answer = self.answers.get(action, {"status": "Accepted"})
        if callable(answer):
            answer = answer(payload)
        if isinstance(answer, str):
            await self.websocket.send(json.dumps([4, number, answer, "", {}]))
        elif answer is not None:
            await self.websocket.send(json.dumps([3, number, answer]))
        async with self._arrived:
            self.received.append((action, payload))
            self._arrived.notify_all()

    async def call(self, action: str, payload: Json | None = None) -> Json:
        """Return the answer to a call; raises CallFailed."""
        number = str(next(self._ids))
        future = self._open[number] = asyncio.get_running_loop().create_future()
        # The connection may have ended: nobody waits for the answer then.
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        await self.websocket.send(json.dumps([2, number, action, payload or {}]))
        async with asyncio.timeout(60):
            return await future

    async def boot(self, **more: Any) -> Json:
        """Send a BootNotification."""
        return await self.call(
            "BootNotification",
            {"chargePointVendor": "Acme", "chargePointModel": "One", **more},
        )

    async def wait_for(self, action: str, count: int = 1) -> list[Json]:
        """Return the payloads of a call of the central system, once they came."""

        def matching() -> list[Json]:
            return [payload for name, payload in self.received if name == action]

        async with asyncio.timeout(60), self._arrived:
            await self._arrived.wait_for(lambda: len(matching()) >= count)
        return matching()
