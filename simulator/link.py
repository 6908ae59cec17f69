"""The wire: a websocket that is made again when it breaks, and OCPP-J on it.

Written to misbehave on demand, which a library's client would not.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
import json
import random
import ssl
from typing import Any, Protocol, override

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from .clock import Clock
from .errors import CallError, CallTimeout, NotConnected
from .faults import REFUSALS, Faults
from .structures import Payload, dumps

SLOWEST_PONG = 30.0  # s; a peer that answers a ping later than this is gone


class Owner(Protocol):
    """What the link needs of the charge point it belongs to."""

    def link_begins(self) -> None: ...
    def link_encrypted(self, tls: ssl.SSLObject) -> None: ...
    def link_opened(self) -> None: ...
    def link_closed(self, reason: str) -> None: ...
    def link_refused(self, error: Exception) -> None: ...
    def ping_interval(self) -> float: ...
    def handle_call(self, action: str, payload: Payload) -> Payload: ...
    def answered(self) -> None: ...
    def violation(self, text: str) -> None: ...
    def changed(self) -> None: ...


type Tls = ssl.SSLContext | Callable[[], ssl.SSLContext | None] | None
"""A context, or what returns one for each connection; None is the library's own."""


class Link:
    """The connection of one charge point. `run` keeps it up until `close`.

    `url`, `headers`, `tls` and `server_name` may change at any time; the next
    connection is made with them. The owner's `link_begins` is called before each.
    """

    def __init__(
        self,
        owner: Owner,
        *,
        url: str,
        faults: Faults,
        clock: Clock,
        next_id: Callable[[], str],
        subprotocols: tuple[str, ...] | None = ("ocpp1.6",),
        headers: dict[str, str] | None = None,
        tls: Tls = None,
        backoff: tuple[float, float] = (1.0, 60.0),
        call_timeout: float = 30.0,
        refusals: Mapping[str, Payload] = REFUSALS,
    ) -> None:
        """Prepare. `backoff` is in simulated, `call_timeout` in real seconds.

        `subprotocols` None offers none at all. `refusals` says how a call is refused
        that has no status Rejected.
        """
        self.url = url
        self.subprotocols = subprotocols
        self.headers = headers or {}
        self.tls: Tls = tls
        self.server_name: str | None = None
        """Which name is asked for (SNI) and checked; None is the address's, "" none."""
        self.backoff = backoff
        self.call_timeout = call_timeout
        self._refusals = refusals
        self.on_frame: Callable[[str, str], None] | None = None
        """Called with "out" or "in" and the text of each frame."""
        self.last_error: str | None = None
        self.http_status: int | None = None
        """With which status the last handshake was refused."""
        self._owner = owner
        self._faults = faults
        self._clock = clock
        self._next_id = next_id
        self._ws: ClientConnection | None = None
        self._wanted = asyncio.Event()
        self._wanted.set()
        self._hurry = asyncio.Event()
        self._closed = False
        self._lock = asyncio.Lock()
        self._pending: dict[str, asyncio.Future[Payload]] = {}
        self._slow: set[asyncio.Task[None]] = set()
        self._keep_alive: asyncio.Task[None] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._abandoned: list[ClientConnection] = []
        self._frozen = False

    @property
    def connected(self) -> bool:
        """Whether there is a websocket, half-open or not."""
        return self._ws is not None

    @property
    def wanted(self) -> bool:
        """Whether there should be one."""
        return self._wanted.is_set() and not self._closed

    @property
    def subprotocol(self) -> str | None:
        """What the central system chose."""
        return self._ws.subprotocol if self._ws else None

    async def run(self) -> None:
        """Connect, read, connect again. Returns after `close`."""
        attempt = 0
        while True:
            # It may be taken back before this task runs.
            while not self._wanted.is_set():
                await self._wanted.wait()
            if self._closed:
                return
            self._hurry.clear()
            try:
                ws = await self._connect()
            except (OSError, TimeoutError, WebSocketException, ValueError) as err:
                self._note_refusal(err)
                await self._back_off(attempt)
                attempt += 1
                continue
            if self._closed or not self._wanted.is_set():
                await ws.close()
                continue
            attempt = 0
            self.last_error = self.http_status = None
            reason = await self._serve(ws)
            self._owner.link_closed(reason)
            if self._wanted.is_set():
                await self._back_off(attempt)
                attempt += 1

    async def call(
        self, action: str, payload: Payload | str, *, wait_turn: bool = True
    ) -> Payload:
        """Send a CALL and return the payload of its CALLRESULT.

        `payload` may be JSON text already. Raise CallError, CallTimeout or
        NotConnected. One call at a time is under way, unless `wait_turn` is false.
        """
        if not wait_turn or self._faults.overlapping_calls:
            return await self._exchange(action, payload)
        async with self._lock:
            return await self._exchange(action, payload)

    async def send_raw(self, text: str) -> None:
        """Send any text as a frame. Raise NotConnected."""
        if self._ws is None:
            raise NotConnected
        if self._faults.half_open:
            return
        if self.on_frame is not None:
            self.on_frame("out", text)
        try:
            await self._ws.send(text)
        except ConnectionClosed as err:
            raise NotConnected from err

    def abort(self) -> None:
        """Cut the TCP connection without a word."""
        if self._ws is not None:
            self._ws.transport.abort()

    def go_offline(self) -> None:
        """Cut the connection and make no new one until `go_online`."""
        self._wanted.clear()
        self.abort()

    def go_online(self) -> None:
        """Connect at once, whatever delay was under way."""
        self._wanted.set()
        self._hurry.set()

    async def hang_up(self, code: int = 1000) -> None:
        """Close the websocket properly and make no new one until `go_online`."""
        self._wanted.clear()
        if self._ws is not None:
            if self._faults.half_open:
                self.abort()
            else:
                await self._ws.close(code)

    def abandon(self) -> None:
        """Leave the TCP connection open and silent, and make another one at once."""
        if self._ws is None or self._reader is None:
            return
        self._ws.transport.pause_reading()
        self._abandoned.append(self._ws)
        self._reader.cancel()
        self.go_online()

    async def close(self) -> None:
        """Close for good; `run` returns."""
        self._closed = True
        for ws in self._abandoned:
            ws.transport.abort()
        await self.hang_up()
        self._hurry.set()
        self._wanted.set()

    def freeze(self, frozen: bool) -> None:
        """Stop (or go on) reading from the socket; TCP stays open."""
        if self._ws is None or frozen == self._frozen:
            return
        self._frozen = frozen
        if frozen:
            self._ws.transport.pause_reading()
        else:
            self._ws.transport.resume_reading()

    def restart_keep_alive(self) -> None:
        """Ping in the interval that counts now."""
        if self._keep_alive is not None:
            self._keep_alive.cancel()
            self._keep_alive = None
        if self._ws is not None and self._owner.ping_interval() > 0:
            self._keep_alive = asyncio.create_task(self._ping(self._ws))

    def context(self) -> ssl.SSLContext | None:
        """Return the context of a connection that begins now."""
        return self.tls() if callable(self.tls) else self.tls

    async def _connect(self) -> ClientConnection:
        self._owner.link_begins()
        protocols = [Subprotocol(name) for name in self.subprotocols or ()]
        tls: dict[str, Any] = {}
        if self.url.startswith("wss:"):
            context = self.context()
            if context is not None:
                tls["ssl"] = context
            if self.server_name is not None:
                tls["server_hostname"] = self.server_name
        return await connect(
            self.url,
            subprotocols=protocols or None,
            additional_headers=self.headers,
            user_agent_header=None,
            compression=None,
            proxy=None,
            ping_interval=None,
            close_timeout=2,
            max_size=None,
            # It is called, and need not be a class.
            create_connection=partial(  # type: ignore[arg-type]
                _Connection, self._owner.link_encrypted
            ),
            **tls,
        )

    def _note_refusal(self, err: Exception) -> None:
        self.last_error = str(err) or type(err).__name__
        self.http_status = (
            err.response.status_code if isinstance(err, InvalidStatus) else None
        )
        self._owner.link_refused(err)

    async def _back_off(self, attempt: int) -> None:
        first, last = self.backoff
        # Random, so that a hundred chargers do not come back in the same instant.
        # No number is as large as 2 to the power of thousands of attempts.
        delay = min(first * 2.0 ** min(attempt, 60), last) * random.uniform(0.5, 1.0)
        try:
            async with asyncio.timeout(self._clock.real(delay)):
                await self._hurry.wait()
        except TimeoutError:
            pass

    async def _serve(self, ws: ClientConnection) -> str:
        self._ws = ws
        self._frozen = False
        if self._faults.half_open:
            self.freeze(True)
        self._owner.link_opened()
        self.restart_keep_alive()
        self._reader = asyncio.create_task(self._read(ws))
        try:
            await asyncio.wait((self._reader,))
        finally:
            self._reader.cancel()
            self._ws = None
            self.restart_keep_alive()
            for task in self._slow:
                task.cancel()
            for future in self._pending.values():
                if not future.done():
                    future.set_exception(NotConnected())
            self._pending.clear()
        return f"{ws.close_code or 1006} {ws.close_reason or ''}".strip()

    async def _read(self, ws: ClientConnection) -> None:
        try:
            async for text in ws:
                await self._receive(text if isinstance(text, str) else text.decode())
                self._owner.changed()
        except ConnectionClosed:
            pass

    async def _exchange(self, action: str, payload: Payload | str) -> Payload:
        if self._ws is None:
            raise NotConnected
        message_id = self._next_id()
        body = payload if isinstance(payload, str) else dumps(payload)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Payload] = loop.create_future()
        self._pending[message_id] = future
        expiry = loop.call_later(self.call_timeout, _expire, future)
        try:
            await self.send_raw(f'[2,"{message_id}","{action}",{body}]')
            return await future
        finally:
            expiry.cancel()
            self._pending.pop(message_id, None)

    async def _receive(self, text: str) -> None:
        if self.on_frame is not None:
            self.on_frame("in", text)
        try:
            frame = json.loads(text)
        except ValueError:
            self._owner.violation(f"not JSON: {text[:100]}")
            return
        match frame:
            case [3, message_id, dict() as payload]:
                future = self._pending.get(str(message_id))
                if future is None:
                    self._owner.violation(f"an answer to nothing: {text[:100]}")
                elif not future.done():
                    future.set_result(payload)
            case [4, message_id, code, description, dict()]:
                future = self._pending.get(str(message_id))
                # An error without a known id is how a frame that had none is refused.
                if future is not None and not future.done():
                    future.set_exception(CallError(str(code), str(description)))
            case [2, message_id, str() as action, dict() as payload]:
                if not isinstance(message_id, str) or len(message_id) > 36:
                    self._owner.violation(f"message id {message_id!r}")
                # Chargers echo an id that is a number as a string (go-e does).
                await self._answer(str(message_id), action, payload)
            case _:
                self._owner.violation(f"not OCPP-J: {text[:100]}")

    async def _answer(self, message_id: str, action: str, payload: Payload) -> None:
        if self._slow:
            self._owner.violation(f"{action} while an earlier call was unanswered")
        faults = self._faults
        if faults.slow_answer:
            task = asyncio.create_task(
                self._answer_late(message_id, action, payload, faults.slow_answer)
            )
            self._slow.add(task)
            task.add_done_callback(self._slow.discard)
            return
        await self._answer_now(message_id, action, payload)

    async def _answer_late(
        self, message_id: str, action: str, payload: Payload, seconds: float
    ) -> None:
        await asyncio.sleep(seconds)
        await self._answer_now(message_id, action, payload)

    async def _answer_now(self, message_id: str, action: str, payload: Payload) -> None:
        text = self._compose(message_id, action, payload)
        if text is not None:
            with suppress(NotConnected):
                await self.send_raw(text)
        self._owner.answered()

    def _compose(self, message_id: str, action: str, payload: Payload) -> str | None:
        faults = self._faults
        try:
            if faults.callerror_all:
                raise CallError("InternalError", "simulated fault")  # noqa: TRY301
            if faults.reject_all:
                answer = self._refusals.get(action, {"status": "Rejected"})
            else:
                answer = self._owner.handle_call(action, payload)
        except CallError as err:
            text = f'[4,"{message_id}",{dumps(err.code)},{dumps(err.description)},{{}}]'
        else:
            text = f'[3,"{message_id}",{dumps(answer)}]'
            if action == "GetConfiguration" and faults.cut_configuration:
                text = text[: faults.cut_configuration]
        return None if faults.never_answer else text

    async def _ping(self, ws: ClientConnection) -> None:
        try:
            while True:
                await asyncio.sleep(self._owner.ping_interval())
                if self._faults.half_open:
                    continue
                pong = await ws.ping()
                async with asyncio.timeout(SLOWEST_PONG):
                    await pong
        except TimeoutError:
            ws.transport.abort()
        except ConnectionClosed:
            pass


class _Connection(ClientConnection):
    """A connection of which the certificate is looked at before anything is said."""

    def __init__(
        self, look: Callable[[ssl.SSLObject], None], *args: Any, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self._look = look

    @override
    async def handshake(self, *args: Any, **options: Any) -> None:
        tls = self.transport.get_extra_info("ssl_object")
        if tls is not None:
            self._look(tls)
        await super().handshake(*args, **options)


def _expire(future: asyncio.Future[Payload]) -> None:
    if not future.done():
        future.set_exception(CallTimeout())
