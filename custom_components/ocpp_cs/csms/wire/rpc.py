"""The remote procedure calls of OCPP-J over one websocket (OCPP-J 1.6, section 4)."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
import itertools
import logging
from typing import Any, Protocol

import orjson

from ..model.deviations import Deviations
from ..model.errors import CallError, OtherVersionError, Violation
from ..security.masking import hidden_texts
from .calls import Calls
from .frames import (
    CALL,
    CALLERROR,
    CALLRESULT,
    CALLRESULTERROR,
    SEND,
    Dialect,
    FrameLog,
    MessageId,
    excerpt,
    head,
    repair,
)

_LOGGER = logging.getLogger(__name__)

type Json = dict[str, Any]
type Handler = Callable[[str, Any], Json | Awaitable[Json]]
"""Takes action and payload of a CALL and returns its answer, or raises CallError."""

type Receive = Callable[[bytes, bool], None]
"""Takes a message, and whether it is binary; must not raise."""
type ReceiveOversized = Callable[[bytes, int], None]
"""Takes the beginning of a message that is too long, and its length."""


class Channel(Protocol):
    """An open websocket: see `WebSocket`, which is that of a charge point."""

    loop: asyncio.AbstractEventLoop
    last_received: float
    """The event loop's time when any bytes were last received."""

    @property
    def excess(self) -> str | None:
        """The limit for which we ended the connection, if any."""

    def listen(
        self,
        receiver: Receive,
        on_end: Callable[[], None],
        on_oversize: ReceiveOversized | None = None,
    ) -> None:
        """Pass all messages to a receiver; call `on_end` once after the last."""

    def write(self, data: bytes) -> bool:
        """Send a text message without waiting; return whether that was possible."""

    def write_ping(self) -> bool:
        """Send a ping without waiting."""

    def set_adopted(self, adopted: bool) -> None:
        """Set the limits for an adopted charge point, or for one that is not."""

    def hold(self) -> None:
        """Pause passing messages on."""

    def release(self) -> None:
        """Resume after `hold`."""

    def mute(self) -> None:
        """Stop passing messages on."""

    def abort(self) -> None:
        """Drop the connection."""

    async def hang_up(self, code: int, reason: str = "") -> None:
        """Close the connection with a code."""


_MAX_ID_LENGTH = 36
_MAX_ECHOED_LENGTH = 255
"""The longest message id, in characters, that is echoed in an answer."""
_MAX_DESCRIPTION_LENGTH = 255
_NO_ID = "-1"
"""The message id of a CALLERROR if the id could not be read, as in OCPP 2.0.1."""
_MAX_OVERLAPPING = 128
"""Calls of a charge point handled at a time; when reached, reading pauses."""

# The loop keeps only weak references to tasks, and these outlive their connection:
# what a charge point reported is stored even if it has disconnected by then.
_TASKS: set[asyncio.Task[None]] = set()


class Connection:
    """Send calls to a charge point and answer its calls."""

    def __init__(
        self,
        websocket: Channel,
        handler: Handler,
        *,
        dialect: Dialect,
        deviations: Deviations,
        call_timeout: float = 30.0,
        frames: FrameLog | None = None,
    ) -> None:
        """Create a connection; `serve` runs it.

        Args:
            websocket: The open websocket.
            handler: Answers the calls of the charge point. A dict is sent at once; for
                an awaitable a task is started, so that other messages are read
                meanwhile and it may itself `call`. The task outlives the connection.
            dialect: The OCPP-J of the version.
            deviations: The record of messages that deviate from the specification.
            call_timeout: Time-out of our calls in seconds; may be changed at any time.
            frames: The log of frames, if any.
        """
        self.call_timeout = call_timeout
        self._websocket = websocket
        self._handler = handler
        self._dialect = dialect
        self._deviations = deviations
        self._frames = frames
        self._adopted = True
        self.received_bytes = 0
        """The length in bytes of the message being handled, or of the last one."""
        self._loop = websocket.loop
        self._calls = Calls(
            self._loop, self._send, dialect, deviations, excerpt=self._excerpt
        )
        self._hidden: list[frozenset[bytes]] = []
        """The texts that must not appear in logs at present."""
        self._ended = False
        self._over: asyncio.Future[None] = self._loop.create_future()
        # The calls of the charge point in progress, and since when.
        self._handled: dict[asyncio.Task[None], tuple[str, float]] = {}
        self._failures: set[tuple[str, type[Exception]]] = set()

    @property
    def last_received(self) -> float:
        """The event loop's time when any bytes were last received, pongs included."""
        return self._websocket.last_received

    async def serve(self) -> None:
        """Handle messages until the connection ends."""
        try:
            if not self._ended:
                self._websocket.listen(
                    self._receive, self._end, self._receive_oversized
                )
                await self._over
        finally:
            self._end()

    async def call(
        self,
        action: str,
        payload: Json,
        *,
        timeout: float | None = None,  # noqa: ASYNC109
        late: Callable[[Any], None] | None = None,
        read: Callable[[Any], Any] | None = None,
    ) -> Any:
        """Send a call and wait for the answer.

        One call is pending at a time, the others wait in order (OCPP-J 1.6, 4.1.1).

        Args:
            action: The action, as in the specification.
            payload: The payload.
            timeout: Time-out in seconds from sending; None is `call_timeout`.
            late: Called with the payload of an answer that comes after the time-out.
            read: Returns what is made of the payload of the answer. If it raises
                CallError the answer is unusable, which a charge point of 2.1 is told.

        Returns:
            The payload of the answer, {} for null; or what `read` has made of it.

        Raises:
            CallTimeoutError: There was no answer.
            CallErrorReceivedError: The answer was a CALLERROR.
            InvalidAnswerError: The answer was malformed.
            InvalidRequestError: The payload cannot be written as JSON.
            ConnectionLostError: The connection ended, or had ended already.
        """
        return await self._calls.call(
            action,
            payload,
            lambda: self.call_timeout if timeout is None else timeout,
            late,
            read,
        )

    @contextmanager
    def hiding(self, secret: str) -> Iterator[None]:
        """Mask a text in all frames that are kept or logged meanwhile."""
        texts = hidden_texts(secret)
        self._hidden.append(texts)
        try:
            yield
        finally:
            self._hidden.remove(texts)

    def _masked(self, data: bytes) -> bytes:
        return self._dialect.mask.masked(data, itertools.chain(*self._hidden))

    def _excerpt(self, data: bytes) -> str:
        """Return the beginning of a frame for the log, without passwords."""
        return excerpt(self._masked(data))

    def calls_under_way(self) -> list[tuple[str, float]]:
        """Return action and age in seconds of our calls that are not answered yet."""
        return self._calls.under_way()

    @property
    def calls_waiting(self) -> int:
        """The number of our calls that wait in the queue."""
        return self._calls.waiting

    def calls_handled(self) -> list[tuple[str, float]]:
        """Return action and age in seconds of the charge point's calls in progress."""
        now = self._loop.time()
        return [(action, now - since) for action, since in self._handled.values()]

    def set_adopted(self, adopted: bool) -> None:
        """Set whether the charge point is adopted; before that, lower limits apply."""
        self._adopted = adopted
        self._websocket.set_adopted(adopted)

    def finish_soon(self) -> None:
        """Make `serve` return after the current message has been answered."""
        self._loop.call_soon(self._end)

    def finish(self) -> None:
        """Make `serve` return; the current message and later ones get no answer."""
        self._end()

    def ping(self) -> None:
        """Send a websocket ping without waiting; see `last_received` for its pong."""
        self._websocket.write_ping()

    def abort(self) -> None:
        """Drop the connection at once: no closing handshake, open calls fail now."""
        self._end()
        self._websocket.abort()

    async def close(self, code: int = 1001, reason: str = "") -> None:
        """Close the connection; open calls fail now. Takes half a second at most."""
        self._end()
        await self._websocket.hang_up(code, reason)

    def _end(self) -> None:
        """Fail open calls and let `serve` return, as the connection has ended."""
        if self._ended:
            return
        self._ended = True
        if (excess := self._websocket.excess) is not None:
            self._deviations.note(excess)
        if not self._over.done():
            self._over.set_result(None)
        self._websocket.mute()
        self._calls.end()

    def _receive(self, data: bytes, binary: bool) -> None:
        """Handle a message."""
        self.received_bytes = len(data)
        if self._frames is not None:
            self._frames.add("in", self._masked(data), len(data))
        if binary:
            self._deviations.note("frame_binary", self._excerpt(data))
        try:
            frame = orjson.loads(data)
        except ValueError as err:
            try:
                frame = repair(data)
            except ValueError:
                self._deviations.note("frame_not_json", f"{err}: {self._excerpt(data)}")
                self._take_unreadable(data)
                return
            self._deviations.note("frame_repaired", f"{err}: {self._excerpt(data)}")
        if type(frame) is list and len(frame) == 4:
            kind, message_id, action, payload = frame
            if (
                type(kind) is int
                and kind == CALL
                and type(message_id) is str
                and len(message_id) <= _MAX_ID_LENGTH
                and type(action) is str
                and type(payload) is dict
            ):
                self._handle(message_id, action, payload)
                return
        self._sort(frame, data)

    def _receive_oversized(self, data: bytes, length: int) -> None:
        """Refuse a message that is too long; `data` is its beginning.

        Closing the connection would not help: the charge point would connect and send
        it again, endlessly.
        """
        if self._frames is not None:
            self._frames.add("in", self._masked(data), len(data))
        self._deviations.note(
            "message_too_long", f"{length} bytes: {self._excerpt(data)}"
        )
        reason = f"A message of {length} bytes is too long"
        if not self._adopted:
            reason += " before the charge point is accepted"
        self._take_unreadable(data, reason)

    def _sort(self, frame: Any, data: bytes) -> None:
        """Handle an answer, or a message that deviates from OCPP-J."""
        if not isinstance(frame, list) or not frame:
            self._deviations.note("frame_no_array", self._excerpt(data))
            self._refuse(_NO_ID, _malformed("A message is an array"))
            return
        kind = frame[0]
        if type(kind) is not int:
            self._deviations.note("message_type_no_integer", self._excerpt(data))
            kind = _integer(kind)
        if kind in (CALLRESULT, CALLERROR):
            self._calls.take_answer(kind, frame, data)
        elif kind in (CALL, None):
            self._take_odd_call(kind, frame, data)
        elif kind == SEND and kind in self._dialect.message_types:
            self._take_send(frame, data)
        elif kind == CALLRESULTERROR and kind in self._dialect.message_types:
            # Our answer to that call stands.
            self._deviations.note("answer_refused", self._excerpt(data))
        else:
            # Unknown types are to be ignored (4.1.3).
            self._deviations.note("message_type_unknown", self._excerpt(data))

    def _take_unreadable(
        self, data: bytes, reason: str = "The message is not valid JSON"
    ) -> None:
        """Fail the call or refuse the message that could not be read, with `reason`."""
        kind, message_id = head(data)
        if isinstance(message_id, str) and len(message_id) > _MAX_ECHOED_LENGTH:
            message_id = None
        if kind in (CALLRESULT, CALLERROR):
            # Answers are not answered, to avoid an endless exchange, but for what 2.1
            # has for an answer to our own call.
            self._calls.take_unreadable(kind, message_id, reason)
        elif kind in (CALL, None):
            self._refuse(
                _NO_ID if message_id is None else message_id,
                _malformed(reason),
            )

    def _take_odd_call(self, kind: int | None, frame: list[Any], data: bytes) -> None:
        """Handle a CALL that deviates from OCPP-J (4.2.1)."""
        note = self._deviations.note
        message_id = self._usable_id(frame, data)
        if message_id is None:
            note("message_id_unusable", self._excerpt(data))
            self._refuse(_NO_ID, _malformed("A message id is a string"))
            return
        if kind is None:
            self._refuse(message_id, _malformed("A message type is an integer"))
            return
        if len(frame) < 4:
            note("call_too_short", self._excerpt(data))
            self._refuse(message_id, _malformed("A CALL has four elements"))
            return
        if len(frame) > 4:
            note("call_too_long", self._excerpt(data))
        action, payload = frame[2:4]
        if not isinstance(action, str):
            note("action_no_string", self._excerpt(data))
            self._refuse(message_id, _malformed("An action is a string"))
            return
        if payload is None:
            # Allowed, but not good practice.
            note("payload_null", self._excerpt(data))
            payload = {}
        elif not isinstance(payload, dict):
            note("payload_no_object", self._excerpt(data))
            error = CallError(Violation.FORMAT, "A payload is an object")
            self._refuse(message_id, error)
            return
        self._handle(message_id, action, payload)

    def _take_send(self, frame: list[Any], data: bytes) -> None:
        """Handle a SEND, which is never answered (OCPP-J 2.1, 4.2.5)."""
        match frame:
            case [_, _, str(action), dict(payload)]:
                pass
            case _:
                self._deviations.note("send_malformed", self._excerpt(data))
                return
        try:
            work = self._handler(action, payload)
        except OtherVersionError:
            return
        # The connection must survive any error of the handler.
        except Exception as err:  # noqa: BLE001
            self._note_send_refused(action, err)
        else:
            if not isinstance(work, dict):
                self._start(self._finish_send(action, work), action)

    async def _finish_send(self, action: str, work: Awaitable[Json]) -> None:
        try:
            await work
        # As above.
        except Exception as err:  # noqa: BLE001
            self._note_send_refused(action, err)

    def _note_send_refused(self, action: str, error: Exception) -> None:
        refusal = self._call_error(action, error)
        self._deviations.note("send_refused", f"{action[:50]}: {refusal}")

    def _usable_id(self, frame: list[Any], data: bytes) -> MessageId | None:
        """Return the id with which a CALL is answered, None if it has none (4.1.4)."""
        message_id = frame[1] if len(frame) > 1 else None
        if isinstance(message_id, str):
            if len(message_id) > _MAX_ECHOED_LENGTH:
                return None
            if len(message_id) > _MAX_ID_LENGTH:
                self._deviations.note("message_id_too_long", self._excerpt(data))
            return message_id
        if type(message_id) in (int, float):
            self._deviations.note("message_id_no_string", self._excerpt(data))
            # A number is echoed digit by digit.
            raw = head(data)[1]
            return raw if isinstance(raw, orjson.Fragment) else message_id
        return None

    def _handle(self, message_id: MessageId, action: str, payload: Json) -> None:
        """Call the handler and answer a CALL."""
        try:
            answer = self._handler(action, payload)
        except OtherVersionError:
            return
        # The charge point gets an answer for any error of the handler.
        except Exception as err:  # noqa: BLE001
            self._refuse(message_id, self._call_error(action, err))
            return
        if isinstance(answer, dict):
            self._answer(message_id, action, answer)
        else:
            self._start(self._answer_later(message_id, action, answer), action)

    def _start(self, work: Coroutine[Any, Any, None], action: str) -> None:
        task = asyncio.Task(
            work, loop=self._loop, name=f"ocpp {action}", eager_start=True
        )
        if task.done():
            return
        _TASKS.add(task)
        task.add_done_callback(self._task_done)
        self._handled[task] = (action, self._loop.time())
        if len(self._handled) == _MAX_OVERLAPPING:
            self._websocket.hold()

    def _task_done(self, task: asyncio.Task[None]) -> None:
        _TASKS.discard(task)
        if len(self._handled) == _MAX_OVERLAPPING:
            self._websocket.release()
        del self._handled[task]

    async def _answer_later(
        self, message_id: MessageId, action: str, answer: Awaitable[Json]
    ) -> None:
        try:
            result = await answer
        # As above.
        except Exception as err:  # noqa: BLE001
            self._refuse(message_id, self._call_error(action, err))
        except asyncio.CancelledError:
            self._refuse(message_id, _internal_error())
            raise
        else:
            self._answer(message_id, action, result)

    def _answer(self, message_id: MessageId, action: str, answer: Json) -> None:
        """Send a CALLRESULT (4.2.2)."""
        try:
            data = orjson.dumps([CALLRESULT, message_id, answer])
        except TypeError as err:
            self._refuse(message_id, self._call_error(action, err))
        else:
            self._send(data)

    def _refuse(self, message_id: MessageId, error: CallError) -> None:
        """Send a CALLERROR (4.2.3)."""
        description = error.description[:_MAX_DESCRIPTION_LENGTH]
        code = self._dialect.violations[error.violation]
        frame = [CALLERROR, message_id, code, description, error.details]
        try:
            data = orjson.dumps(frame)
        except TypeError:
            # The details may not be serializable; the code is what matters.
            data = orjson.dumps([*frame[:3], "", {}])
        self._send(data)

    def _call_error(self, action: str, error: Exception) -> CallError:
        """Return the error to send to the charge point; log an unexpected one."""
        if isinstance(error, CallError):
            return error
        failure = (action, type(error))
        if failure in self._failures:
            _LOGGER.debug("Handling %s failed again: %s", action, error)
        else:
            self._failures.add(failure)
            _LOGGER.error("Handling %s failed", action, exc_info=error)
        return _internal_error()

    def _send(self, data: bytes) -> bool:
        """Send a message; return whether that was possible."""
        if not self._websocket.write(data):
            return False
        if self._frames is not None:
            self._frames.add("out", self._masked(data), len(data))
        return True


def _integer(value: Any) -> int | None:
    """Convert a message type that is not an integer; return None if it is no number."""
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value.strip()[:9])
    if isinstance(value, float):
        return int(value) if value.is_integer() else 0
    return None


def _malformed(description: str) -> CallError:
    return CallError(Violation.RPC_FRAMEWORK, description)


def _internal_error() -> CallError:
    return CallError(
        Violation.INTERNAL_ERROR, "The central system could not handle this call"
    )
