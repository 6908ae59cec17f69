"""A central system of a hundred lines: answers by rule and remembers every frame."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
import json
import ssl
from typing import Any, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

type Payload = dict[str, Any]
type Rule = Payload | list[Any] | Callable[[Payload], Any] | None

NOW = "2026-10-04T10:00:00.000Z"


class Central:
    """`rules` says for each action what to answer.

    A payload, a function of the payload, a list (code, description) for a CALLERROR, or
    None for no answer at all.
    """

    subprotocol = "ocpp1.6"

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.refuse: Callable[[dict[str, str]], int | None] = lambda headers: None
        """The status to refuse a request with, by its headers."""
        self.frames: list[str] = []
        self.calls: list[tuple[str, Payload]] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.pings = 0
        self.transactions = 100
        self.open_calls = 0
        self.most_open_calls = 0
        self.answer_delay = 0.0
        self.status: int | None = None
        self.rules: dict[str, Rule] = {
            "Authorize": {"idTagInfo": {"status": "Accepted"}},
            "BootNotification": {
                "currentTime": NOW,
                "interval": 300,
                "status": "Accepted",
            },
            "Heartbeat": {"currentTime": NOW},
            "StartTransaction": self._start,
        }
        self._server: Server | None = None
        self._port = 0
        self._sockets: list[ServerConnection] = []
        self._pending: dict[str, asyncio.Future[list[Any]]] = {}
        self._changed = asyncio.Condition()
        self._ids = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            self._port,
            subprotocols=[Subprotocol(self.subprotocol)],
            compression=None,
            ping_interval=None,
            process_request=self._process_request,
            close_timeout=0.2,
            ssl=self.tls,
        )
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            for socket in self._sockets:
                socket.transport.abort()
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    @property
    def url(self) -> str:
        return f"{'wss' if self.tls else 'ws'}://127.0.0.1:{self._port}/ocpp"

    @property
    def port(self) -> int:
        return self._port

    @property
    def socket(self) -> ServerConnection:
        return self._sockets[-1]

    @property
    def actions(self) -> list[str]:
        return [action for action, _ in self.calls]

    def of(self, action: str) -> list[Payload]:
        """The payloads of all calls of an action so far."""
        return [payload for name, payload in self.calls if name == action]

    def clear(self) -> None:
        self.frames.clear()
        self.calls.clear()

    async def wait(self, predicate: Callable[[], bool], timeout: float = 30.0) -> None:
        """Wait until the predicate holds; looks after every frame."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(predicate)

    async def expect(self, action: str, count: int = 1) -> Payload:
        """Wait for the `count`th call of an action and return its payload."""
        await self.wait(lambda: len(self.of(action)) >= count)
        return self.of(action)[count - 1]

    async def call(
        self, action: str, payload: Payload, message_id: Any = None
    ) -> list[Any]:
        """Call the charger and return the whole answer frame."""
        if message_id is None:
            self._ids += 1
            message_id = f"c{self._ids}"
        future = asyncio.get_running_loop().create_future()
        self._pending[str(message_id)] = future
        await self.socket.send(json.dumps([2, message_id, action, payload]))
        async with asyncio.timeout(60):
            return await future

    async def ask(self, action: str, payload: Payload) -> Payload:
        """Call the charger and return the payload of its CALLRESULT."""
        answer = await self.call(action, payload)
        assert answer[0] == 3, answer
        return answer[2]

    def _start(self, _: Payload) -> Payload:
        self.transactions += 1
        return {
            "transactionId": self.transactions,
            "idTagInfo": {"status": "Accepted"},
        }

    def _process_request(self, connection: ServerConnection, request: Any) -> Any:
        self.headers.append(dict(request.headers.raw_items()))
        status = self.status or self.refuse(self.headers[-1])
        return None if status is None else connection.respond(status, "no\n")

    async def _serve(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.paths.append(socket.request.path)
        self._sockets.append(socket)
        async with self._changed:
            self._changed.notify_all()
        tasks = set()
        try:
            async for text in socket:
                self.frames.append(text)
                task = asyncio.create_task(self._handle(socket, text))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                async with self._changed:
                    self._changed.notify_all()
        except ConnectionClosed:
            pass

    async def _handle(self, socket: ServerConnection, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            return
        if isinstance(frame, list) and len(frame) > 2 and frame[0] in (3, 4):
            future = self._pending.pop(frame[1], None)
            if future is not None and not future.done():
                future.set_result(frame)
        elif isinstance(frame, list) and len(frame) == 4 and frame[0] == 2:
            await self._answer(socket, *frame[1:])
        async with self._changed:
            self._changed.notify_all()

    async def _answer(
        self, socket: ServerConnection, message_id: str, action: str, payload: Payload
    ) -> None:
        self.calls.append((action, payload))
        self.open_calls += 1
        self.most_open_calls = max(self.most_open_calls, self.open_calls)
        if self.answer_delay:
            await asyncio.sleep(self.answer_delay)
        self.open_calls -= 1
        rule = self.rules.get(action, {})
        answer = rule(payload) if callable(rule) else rule
        if answer is None:
            return
        if isinstance(answer, list):
            frame = [4, message_id, answer[0], answer[1], {}]
        else:
            frame = [3, message_id, answer]
        with suppress(ConnectionClosed):
            await socket.send(json.dumps(frame))
