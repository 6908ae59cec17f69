"""Our own calls over one connection: one at a time, the others wait in a queue."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
import itertools
import secrets
from typing import Any

import orjson

from ..model.deviations import Deviations
from ..model.errors import (
    CallError,
    CallErrorReceivedError,
    CallTimeoutError,
    CommandError,
    ConnectionLostError,
    InvalidAnswerError,
    InvalidRequestError,
    Violation,
)
from .frames import CALL, CALLERROR, CALLRESULT, CALLRESULTERROR, Dialect

_CANCELLED_PATIENCE = 2.0
"""Seconds to wait for the answer to a cancelled call.

The charge point is still busy with it, and must not get two calls at a time (4.1.1).
"""
_MAX_EXPIRED = 32
_MAX_DESCRIPTION_LENGTH = 255

# Unique over all connections and restarts (errata 3.1), and never a bare number.
_PREFIX = f"{secrets.token_hex(8)}-"
_COUNTER = itertools.count(1)


@dataclass(kw_only=True, slots=True, eq=False)
class _Flight:
    """A call that was sent and is not answered yet."""

    message_id: str
    action: str
    since: float
    answer: asyncio.Future[Any]
    deadline: asyncio.TimerHandle
    late: Callable[[Any], None] | None


class Calls:
    """Send calls and match their answers."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        send: Callable[[bytes], bool],
        dialect: Dialect,
        deviations: Deviations,
        *,
        excerpt: Callable[[bytes], str],
    ) -> None:
        """Create the calls of a connection.

        Args:
            loop: The event loop.
            send: Sends a message; returns whether that was possible.
            dialect: The OCPP-J of the version.
            deviations: The record of unexpected answers.
            excerpt: Returns the beginning of a frame for that.
        """
        self._loop = loop
        self._send = send
        self._violations = dialect.violations
        self._generic_error = dialect.violations[Violation.GENERIC_ERROR]
        self._tells_unusable = CALLRESULTERROR in dialect.message_types
        self._deviations = deviations
        self._excerpt = excerpt
        self._over = False
        self._busy = False
        self._flight: _Flight | None = None
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._expired: dict[str, _Flight] = {}

    async def call(
        self,
        action: str,
        payload: dict[str, Any],
        seconds: Callable[[], float],
        late: Callable[[Any], None] | None = None,
        read: Callable[[Any], Any] | None = None,
    ) -> Any:
        """Send a call and return its answer; see `Connection.call`.

        Args:
            action: The action.
            payload: The payload.
            seconds: Returns the time-out in seconds; called when the call is sent.
            late: Called with the payload of an answer that comes after the time-out.
            read: Returns what is made of the payload of the answer.
        """
        message_id = f"{_PREFIX}{next(_COUNTER):x}"
        try:
            data = orjson.dumps([CALL, message_id, action, payload])
        except TypeError as err:
            raise InvalidRequestError(action, "payload", str(err)) from None
        await self._turn()
        if self._over or not self._send(data):
            self._next()
            raise ConnectionLostError(action)
        timeout = seconds()
        flight = self._flight = _Flight(
            message_id=message_id,
            action=action,
            since=self._loop.time(),
            answer=self._loop.create_future(),
            deadline=self._loop.call_later(timeout, self._expire, timeout),
            late=late,
        )
        try:
            answer = await flight.answer
        except asyncio.CancelledError:
            if self._flight is flight:
                self._hurry(flight)
            raise
        if read is None:
            return answer
        try:
            return read(answer)
        except CallError as err:
            self._tell_unusable(message_id, err.violation, err.description)
            raise InvalidAnswerError(action, err.description) from err

    def under_way(self) -> list[tuple[str, float]]:
        """Return action and age in seconds of the call that is not answered yet."""
        if (flight := self._flight) is None:
            return []
        return [(flight.action, self._loop.time() - flight.since)]

    @property
    def waiting(self) -> int:
        """The number of calls that wait in the queue."""
        return sum(not turn.done() for turn in self._waiting)

    def take_answer(self, kind: int, frame: list[Any], data: bytes) -> None:
        """Pass a CALLRESULT or CALLERROR to the caller (4.2.2, 4.2.3)."""
        note = self._deviations.note
        message_id = frame[1] if len(frame) > 1 else None
        if self._flight is None or message_id != self._flight.message_id:
            self._take_unexpected(kind, frame, data)
            return
        flight = self._land()
        action = flight.action
        if kind == CALLERROR:
            _fail(flight, self._received_error(action, frame, data))
            return
        if len(frame) < 3:
            note(f"answer_malformed:{action}", self._excerpt(data))
            self._tell_unusable(
                message_id, Violation.RPC_FRAMEWORK, "A CALLRESULT has three elements"
            )
            _fail(flight, InvalidAnswerError(action, "the answer has no payload"))
            return
        if len(frame) > 3:
            note(f"answer_too_long:{action}", self._excerpt(data))
        payload = frame[2]
        if payload is None:
            # Allowed, if not good practice (4.2.2).
            note(f"answer_null:{action}")
            payload = {}
        if not flight.answer.done():
            flight.answer.set_result(payload)

    def _tell_unusable(
        self, message_id: str, violation: Violation, description: str
    ) -> None:
        """Tell that an answer is not what it must be (OCPP-J 2.1, 4.2.3).

        Only a CALLRESULT to a call of ours is answered so, and nothing answers that, so
        that there is no endless exchange. Versions before have no such message.
        """
        if self._tells_unusable:
            text = description[:_MAX_DESCRIPTION_LENGTH]
            code = self._violations[violation]
            self._send(orjson.dumps([CALLRESULTERROR, message_id, code, text, {}]))

    def take_unreadable(self, kind: int, message_id: Any, reason: str) -> None:
        """Fail the call to which an unreadable answer belongs, by its message id."""
        if self._flight is not None and message_id == self._flight.message_id:
            flight = self._land()
            if kind == CALLRESULT:
                self._tell_unusable(flight.message_id, Violation.RPC_FRAMEWORK, reason)
            _fail(
                flight,
                InvalidAnswerError(flight.action, reason),
            )

    def end(self) -> None:
        """Fail all calls, including the queued ones, as the connection has ended."""
        self._over = True
        if self._flight is not None:
            flight = self._land()
            _fail(flight, ConnectionLostError(flight.action))
        while self._waiting:
            self._next()

    async def _turn(self) -> None:
        """Wait until no other call is pending."""
        if self._busy:
            turn: asyncio.Future[None] = self._loop.create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if not turn.cancelled():
                    # Its turn had just begun.
                    self._next()
                raise
        self._busy = True

    def _next(self) -> None:
        """Let the next call of the queue proceed."""
        self._busy = False
        while self._waiting and not self._busy:
            turn = self._waiting.popleft()
            if not turn.done():
                self._busy = True
                turn.set_result(None)

    def _land(self) -> _Flight:
        """Remove and return the pending call, and let the next one proceed."""
        flight, self._flight = self._flight, None
        assert flight is not None
        flight.deadline.cancel()
        self._next()
        return flight

    def _expire(self, seconds: float) -> None:
        flight = self._land()
        self._expired[flight.message_id] = flight
        if len(self._expired) > _MAX_EXPIRED:
            del self._expired[next(iter(self._expired))]
        _fail(flight, CallTimeoutError(flight.action, seconds))

    def _hurry(self, flight: _Flight) -> None:
        """Shorten the time-out of a cancelled call."""
        seconds = min(flight.deadline.when() - self._loop.time(), _CANCELLED_PATIENCE)
        flight.deadline.cancel()
        flight.deadline = self._loop.call_later(seconds, self._expire, seconds)

    def _take_unexpected(self, kind: int, frame: list[Any], data: bytes) -> None:
        """Take an answer to a call that nobody waits for any more, or never did."""
        message_id = frame[1] if len(frame) > 1 else None
        if not isinstance(message_id, str) or message_id not in self._expired:
            self._deviations.note("answer_to_nobody", self._excerpt(data))
            return
        flight = self._expired.pop(message_id)
        if flight.answer.cancelled():
            # A late answer to a cancelled call is no deviation.
            return
        self._deviations.note(f"answer_late:{flight.action}", self._excerpt(data))
        if flight.late is not None and kind != CALLERROR and len(frame) > 2:
            flight.late({} if frame[2] is None else frame[2])

    def _received_error(
        self, action: str, frame: list[Any], data: bytes
    ) -> CommandError:
        """Return the error of a CALLERROR."""
        if len(frame) != 5:
            self._deviations.note("callerror_length", self._excerpt(data))
        parts = frame[2:5]
        parts += [self._generic_error, "", {}][len(parts) :]
        code, description, details = parts
        if not isinstance(code, str):
            self._deviations.note("callerror_code", self._excerpt(data))
            return InvalidAnswerError(action, "the answer is an error without a code")
        if not isinstance(description, str):
            self._deviations.note("callerror_description", self._excerpt(data))
            description = ""
        if not isinstance(details, dict):
            self._deviations.note("callerror_details", self._excerpt(data))
            details = {}
        return CallErrorReceivedError(action, str(code), description, details)


def _fail(flight: _Flight, error: CommandError) -> None:
    if not flight.answer.done():
        flight.answer.set_exception(error)
