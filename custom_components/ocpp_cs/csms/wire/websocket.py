"""The websocket of one charge point, over an asyncio protocol.

It uses the sans-I/O protocol of `websockets` (handshake, framing, closing). A task that
awaits `recv()`, as in the library's own connections, would cost more than all other
handling of a message. Here messages go directly from the socket to their receiver, and
answers directly back.

Each connection uses the event loop for one limited turn at a time, and a limited amount
of memory, however much it receives.
"""

import asyncio
from collections import deque
from collections.abc import Callable
import contextlib
from enum import StrEnum
import logging
from typing import Any, cast, override

from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import Event, State
from websockets.server import ServerProtocol

from ..admission.connection_budget import Arrival, ConnectionBudget, Place
from ..model.security import TlsFacts
from .handshake import Handshake

_LOGGER = logging.getLogger(__name__)

OPEN_TIMEOUT = 5.0
"""Seconds in which a connection must complete its handshake, once it is its turn.

A refused connection must read the refusal and close within the same time.
"""
CLOSE_TIMEOUT = 0.5
"""Seconds that a closing handshake may take before the connection is dropped."""
_WRITE_LIMIT = 32 * 1024
"""Unsent bytes above which handling of this connection's messages pauses."""

LONGEST = 256 * 1024
"""The longest message in bytes that is handled; a longer one is refused."""
LONGEST_OF_STRANGERS = 16 * 1024
"""Likewise, for a charge point that is not adopted."""
_LONGEST_READ = 1024 * 1024
"""The longest message in bytes that is refused; a longer one ends the connection.

A charge point that is disconnected for a message would connect and send it again.
"""
LONGEST_READ_OF_STRANGERS = 64 * 1024
_HEAD = 1024
"""Bytes that are kept of a message that is too long: they contain type and id."""

_BURST = 16
"""Messages that are handled in one turn."""
_BURST_BYTES = 32 * 1024
"""Bytes of messages that are handled in one turn."""
_BURST_FRAMES = 64
"""Frames that are parsed in one turn, including control frames and fragments."""
_BURST_TIME = 0.01
"""Seconds after which a turn ends; its last message may take longer."""
_BURST_TIME_OF_STRANGERS = 0.002
"""Likewise, for charge points that are not adopted, as there may be many."""
_SLICE = 4096
"""Bytes that are parsed at a time: asyncio reads 256 KB, which may be 43 000 frames."""
_INBOX_HIGH = 64
"""Waiting messages above which reading from the socket pauses."""
_INBOX_LOW = 16
_INBOX_HIGH_BYTES = 16 * 1024
"""Likewise in bytes; one message of any length may come on top with the last slice."""
_INBOX_LOW_BYTES = 4 * 1024
_CONTROL_FRAMES = 20
"""Pings and pongs that are accepted in a burst."""
_CONTROL_FRAMES_PER_SECOND = 5.0
_UNREAD_TIMEOUT = 30.0
"""Seconds in which the charge point must read some of the waiting bytes."""

_ENDING = (State.CLOSING, State.CLOSED)
_PONG = 0x80 | Opcode.PONG

type Receiver = Callable[[bytes, bool], None]
"""Takes a message, and whether it was a binary message."""
type OversizeReceiver = Callable[[bytes, int], None]
"""Takes the first bytes of a message that is too long, and its length."""


class Excess(StrEnum):
    """The limit for which the connection was ended."""

    CONTROL_FRAMES = "too_many_control_frames"
    UNREAD = "answers_not_read"


class WebSocket(asyncio.Protocol, Arrival):
    """A websocket that passes its messages to a receiver, in order."""

    def __init__(
        self,
        protocol: ServerProtocol,
        *,
        budget: ConnectionBudget,
        respond: Callable[[WebSocket, Request], Response | asyncio.Task[Response]],
        on_open: Callable[[WebSocket], None],
    ) -> None:
        """Create a websocket; asyncio connects it.

        Args:
            protocol: The sans-I/O protocol of this connection.
            budget: The limits on the number of connections.
            respond: Returns the response to the opening request, or a task that will;
                may use `opening`, `remote`, `tls` and `protocol` of the websocket.
                Neither must raise. The task is cancelled if the connection is lost.
            on_open: Called once the handshake has succeeded. Must not raise.
        """
        self.loop = asyncio.get_running_loop()
        self.protocol = protocol
        self.transport: asyncio.Transport
        self.paused = False
        """True if too many bytes wait to be sent."""
        self.opening: Handshake | None = None
        """The opening request, if it has a usable id."""
        self.offered: tuple[str, ...] = ()
        """The offered subprotocols, also if there is no `opening`."""
        self.remote: str | None = None
        """The address of the charge point, not of a known proxy; None if unknown."""
        self.tls: TlsFacts | None = None
        """What was agreed in the TLS handshake; None if there was none."""
        self.last_received = self.loop.time()
        """The event loop's time when any bytes were last received."""
        self.excess: Excess | None = None
        """The limit for which we ended the connection, if any."""
        self._respond = respond
        self._on_open = on_open
        self._open_timer: asyncio.TimerHandle | None = None
        self._verdict: asyncio.Task[Response] | None = None
        """The response to the opening request, while it is not known yet."""
        self._closed = self.loop.create_future()
        self._connections = budget
        self._place: Place | None = None
        self._begun = False
        self._receiver: Receiver | None = None
        self._on_end: Callable[[], None] | None = None
        self._on_oversize: OversizeReceiver | None = None
        self._longest = LONGEST_OF_STRANGERS
        self._inbox: deque[tuple[bytes, bool, int]] = deque()
        """Messages, whether they are binary, and their length before truncation."""
        self._inbox_bytes = 0
        self._unparsed = b""
        self._parsed = 0
        """Bytes of `_unparsed` that are already parsed."""
        self._fragments = bytearray()
        self._fragments_length = 0
        self._fragments_binary = False
        # What is left of the turn.
        self._messages_left = 0
        self._bytes_left = 0
        self._frames_left = 0
        self._deadline = 0.0
        self._turn_time = _BURST_TIME_OF_STRANGERS
        self._control_frames = float(_CONTROL_FRAMES)
        self._control_since = self.last_received
        self._pong: bytes | None = None
        self._unread_timer: asyncio.TimerHandle | None = None
        self._scheduled = False
        self._held = True
        self._first: asyncio.Future[None] | None = None
        """Is done once a message waits for `listen`."""
        self._ended = False
        self._is_lost = False
        self._eof_sent = False
        self._reading_paused = False
        _limit_messages(self.protocol, LONGEST_READ_OF_STRANGERS)

    def listen(
        self,
        receiver: Receiver,
        on_end: Callable[[], None],
        on_oversize: OversizeReceiver | None = None,
    ) -> None:
        """Pass all messages to a receiver, waiting ones first.

        Args:
            receiver: Called with each message. Must not raise.
            on_end: Called once after the last message. Must not raise.
            on_oversize: Called with the beginning of a message that is too long. Must
                not raise.
        """
        self._receiver = receiver
        self._on_end = on_end
        self._on_oversize = on_oversize
        self._held = False
        self._pump()

    async def wait_for_message(self, seconds: float) -> bool:
        """Wait for the first message; it is passed on once `listen` is called.

        Args:
            seconds: How long to wait at most.

        Returns:
            False if the connection ended without a message.
        """
        if not self._inbox and not self._closed.done():
            self._first = self.loop.create_future()
            try:
                await asyncio.wait(
                    (self._first, self._closed),
                    timeout=seconds,
                    return_when=asyncio.FIRST_COMPLETED,
                )
            finally:
                self._first = None
        return bool(self._inbox) or self.is_open

    def come_in(self, remote: str) -> bool:
        """Count a finished handshake; return False if there are too many."""
        return self._place is None or self._connections.come_in(self._place, remote)

    @property
    def source(self) -> str:
        """The network address that it counts for; empty if it has no place."""
        return "" if self._place is None else self._place.source

    def give_way(self) -> None:
        """Leave the connection to another protocol; it counts as before.

        Only `connection_lost` is for the websocket afterwards.
        """
        self._stop_open_timer()
        if self._place is not None:
            self._connections.come_in(self._place, self._place.source)

    def set_adopted(self, adopted: bool) -> None:
        """Set the limits for an adopted charge point, or for one that is not."""
        self._longest = LONGEST if adopted else LONGEST_OF_STRANGERS
        self._turn_time = _BURST_TIME if adopted else _BURST_TIME_OF_STRANGERS
        _limit_messages(
            self.protocol, _LONGEST_READ if adopted else LONGEST_READ_OF_STRANGERS
        )
        if self._place is not None:
            self._connections.set_adopted(self._place, adopted)

    def mute(self) -> None:
        """Stop passing messages on: waiting and later ones are read and dropped."""
        self._receiver = None
        self._on_end = None
        self._on_oversize = None
        self.release()

    def hold(self) -> None:
        """Pause passing messages on until `release`, to slow down the charge point."""
        self._held = True

    def release(self) -> None:
        """Resume after `hold`."""
        self._held = False
        self._schedule()

    def write(self, data: bytes) -> bool:
        """Send a text message without waiting; return whether that was possible."""
        if self.protocol.state is not State.OPEN or self.transport.is_closing():
            return False
        self.protocol.send_text(data)
        self._send_replies(self.protocol.data_to_send())
        return True

    def write_ping(self) -> bool:
        """Send a ping without waiting; its pong updates `last_received`."""
        if self.protocol.state is not State.OPEN or self.transport.is_closing():
            return False
        # No ping while the charge point does not read; `pause_writing` has a timer.
        if not self.paused:
            self.protocol.send_ping(b"")
            self._send_replies(self.protocol.data_to_send())
        return True

    @property
    def is_open(self) -> bool:
        """Return whether messages can be sent."""
        return self.protocol.state is State.OPEN and not self.transport.is_closing()

    @property
    def remote_address(self) -> Any:
        """The peer address of the socket, in the form of its family; None if closed."""
        return self.transport.get_extra_info("peername")

    def abort(self) -> None:
        """Drop the TCP connection and any unsent data."""
        self.transport.abort()

    async def wait_closed(self) -> None:
        """Wait until the connection is closed and all its messages are handled."""
        await asyncio.shield(self._closed)

    async def hang_up(self, code: int, reason: str = "") -> None:
        """Close with `code`; drop the connection after CLOSE_TIMEOUT."""
        try:
            if self.protocol.state is State.OPEN and not self.transport.is_closing():
                # A control frame has room for 123 bytes of the reason (RFC 6455, 5.5).
                reason = reason.encode()[:123].decode(errors="ignore")
                self.protocol.send_close(code, reason)
                self._send_replies(self.protocol.data_to_send())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await self.wait_closed()
        finally:
            self.transport.abort()

    @override
    def begin(self) -> None:
        if self.transport.is_closing():
            return
        self._begun = True
        self.last_received = self.loop.time()
        self._open_timer = self.loop.call_later(OPEN_TIMEOUT, self.abort)
        if self._reading_paused:
            self._reading_paused = False
            self.transport.resume_reading()

    @override
    def wait(self) -> None:
        self._reading_paused = True
        self.transport.pause_reading()

    @override
    def turn_away(self) -> None:
        self.transport.abort()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(_WRITE_LIMIT)
        peer = transport.get_extra_info("peername")
        self._place = self._connections.arrive(self, str(peer[0]) if peer else "")

    @override
    def data_received(self, data: bytes) -> None:
        now = self.last_received = self.loop.time()
        # As in `_begin_turn`, inlined because it runs for each message.
        self._messages_left = _BURST
        self._bytes_left = _BURST_BYTES
        self._frames_left = _BURST_FRAMES
        self._deadline = now + self._turn_time
        if len(data) > _SLICE or self._unparsed or self._verdict is not None:
            if self._unparsed:
                data = self._unparsed[self._parsed :] + data
            self._unparsed, self._parsed = data, 0
            self._parse()
        else:
            self._feed(data)
        if (
            self._inbox
            or self._ended
            or self._unparsed
            or self._reading_paused
            or self._pong is not None
        ):
            self._end_turn()

    @override
    def pause_writing(self) -> None:
        self.paused = True
        self._await_reading(self.transport.get_write_buffer_size())

    @override
    def resume_writing(self) -> None:
        self.paused = False
        self._stop_unread_timer()
        self._schedule()

    @override
    def eof_received(self) -> None:
        # asyncio closes the connection now, in both directions.
        if self._begun:
            self.protocol.receive_eof()
            self._send_replies(self.protocol.data_to_send())

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_unread_timer()
        self._stop_open_timer()
        if self._verdict is not None:
            self._verdict.cancel()
        if self._place is not None:
            self._connections.leave(self._place)
        if not self._begun:
            return
        self._is_lost = True
        if self._receiver is None or self.protocol.state is not State.OPEN:
            self._unparsed = b""
        # Messages received before the end are still handled, over several turns.
        self._ended = self._ended or self._receiver is not None
        self._pump()

    def _feed(self, data: bytes | memoryview) -> None:
        """Parse some bytes and handle the complete frames."""
        protocol = self.protocol
        # It only appends them to a bytearray, so a memoryview works.
        protocol.receive_data(cast("bytes", data))
        events = protocol.events_received()
        if writes := protocol.data_to_send():
            self._send_replies(writes)
        for event in events:
            self._process(event)
            if self.excess is not None:
                break
        if protocol.state in _ENDING:
            # Either side has begun to close, or the frames were invalid. Do not wait
            # for a charge point that keeps the TCP connection open.
            self._unparsed = b""
            self._ended = True

    def _process(self, event: Event) -> None:
        if not isinstance(event, Frame):
            if isinstance(event, Request):
                if self._eof_sent or self.transport.is_closing():
                    # The end, or an invalid frame, came in the same packet.
                    self.transport.abort()
                else:
                    self._answer(event)
            return
        self._frames_left -= 1
        opcode = event.opcode
        if opcode is Opcode.TEXT or opcode is Opcode.BINARY:
            if event.fin:
                self._accept(bytes(event.data), opcode is Opcode.BINARY)
            else:
                self._fragments = bytearray()
                self._fragments_binary = opcode is Opcode.BINARY
                self._fragments_length = 0
                self._add_fragment(event)
        elif opcode is Opcode.CONT:
            self._add_fragment(event)
        else:
            self._count_control_frame()

    def _answer(self, request: Request) -> None:
        """Answer the opening request, now or when it is decided."""
        response = self._respond(self, request)
        if isinstance(response, Response):
            self._send_response(response)
            return
        # Until then later bytes are kept, and the time-out goes on.
        self._verdict = response
        response.add_done_callback(self._decided)

    def _decided(self, verdict: asyncio.Task[Response]) -> None:
        self._verdict = None
        if verdict.cancelled() or self._eof_sent or self.transport.is_closing():
            # It has ended in the meantime, or what it sent was invalid.
            self.transport.abort()
        else:
            self._send_response(verdict.result())
            self._pump()

    def _send_response(self, response: Response) -> None:
        """Answer the opening request; call `on_open` if it is accepted."""
        self.protocol.send_response(response)
        self._send_replies(self.protocol.data_to_send())
        if self.protocol.state is State.OPEN:
            self._stop_open_timer()
            self._on_open(self)

    def _parse(self) -> None:
        """Parse received bytes within the limits of the turn and the inbox."""
        view = memoryview(self._unparsed)
        at, end = self._parsed, len(view)
        while at < end and self._unparsed and self._may_parse():
            self._feed(view[at : at + _SLICE])
            at += _SLICE
        if at >= end:
            self._unparsed, self._parsed = b"", 0
        else:
            self._parsed = at

    def _may_parse(self) -> bool:
        return (
            self._frames_left > 0
            and self._verdict is None
            and (not self._inbox_is_full or self._ended)
            and (
                self._frames_left == _BURST_FRAMES or self.loop.time() < self._deadline
            )
        )

    @property
    def _inbox_is_full(self) -> bool:
        return len(self._inbox) >= _INBOX_HIGH or self._inbox_bytes >= _INBOX_HIGH_BYTES

    def _send_replies(self, writes: list[bytes]) -> None:
        """Send the protocol's output; of pongs only the latest, at the turn's end."""
        for data in writes:
            if data and data[0] == _PONG:
                # Only the latest ping need be answered (RFC 6455, 5.5.3).
                self._pong = data
            elif self.transport.is_closing():
                return
            elif data:
                self.transport.write(data)
            elif self.transport.can_write_eof():
                self._eof_sent = True
                with contextlib.suppress(OSError, RuntimeError):
                    self.transport.write_eof()
            else:
                self.transport.close()

    def _count_control_frame(self) -> None:
        """End the connection if there are too many control frames."""
        now = self.loop.time()
        elapsed, self._control_since = now - self._control_since, now
        self._control_frames = min(
            float(_CONTROL_FRAMES),
            self._control_frames + elapsed * _CONTROL_FRAMES_PER_SECOND,
        )
        self._control_frames -= 1
        if self._control_frames < 0 and self.excess is None:
            self.excess = Excess.CONTROL_FRAMES
            self._pong = None
            if self.protocol.state is not State.OPEN or self.paused:
                self.transport.abort()
                return
            self.protocol.fail(CloseCode.POLICY_VIOLATION, "too many control frames")
            self._send_replies(self.protocol.data_to_send())

    def _add_fragment(self, frame: Frame) -> None:
        length = len(frame.data)
        if not length:
            # An empty fragment costs as much as a ping.
            self._count_control_frame()
        self._fragments_length += length
        if self._fragments_length > self._longest:
            del self._fragments[_HEAD:]
        else:
            self._fragments += frame.data
        if frame.fin:
            message = bytes(self._fragments)
            self._fragments = bytearray()
            self._accept(message, self._fragments_binary, self._fragments_length)

    def _accept(self, message: bytes, binary: bool, length: int = 0) -> None:
        """Pass a message on or queue it; `length` is its length before truncation."""
        length = length or len(message)
        if length > self._longest:
            message = message[:_HEAD]
        if not (self._inbox or self._held or self.paused) and (
            self._messages_left == _BURST or self._may_deliver()
        ):
            self._deliver(message, binary, length)
            return
        self._inbox.append((message, binary, length))
        self._inbox_bytes += len(message)
        if self._first is not None and not self._first.done():
            self._first.set_result(None)

    def _may_deliver(self) -> bool:
        """Return whether one more message can be handled in this turn."""
        return self._messages_left == _BURST or (
            self._messages_left > 0
            and self._bytes_left > 0
            and self.loop.time() < self._deadline
        )

    def _deliver(self, message: bytes, binary: bool, length: int) -> None:
        self._messages_left -= 1
        self._bytes_left -= len(message)
        if self._receiver is None:
            return
        try:
            if length == len(message):
                self._receiver(message, binary)
            elif self._on_oversize is not None:
                self._on_oversize(message, length)
        # asyncio would close the connection.
        except Exception:
            _LOGGER.exception("A message from %s was lost", self.remote_address)

    def _begin_turn(self, now: float) -> None:
        self._messages_left = _BURST
        self._bytes_left = _BURST_BYTES
        self._frames_left = _BURST_FRAMES
        self._deadline = now + self._turn_time

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self.loop.call_soon(self._pump)

    def _pump(self) -> None:
        """Run a turn: pass on waiting messages, then parse waiting bytes."""
        self._scheduled = False
        if not self._begun:
            return
        self._begin_turn(self.loop.time())
        inbox = self._inbox
        while inbox and self._is_open and self._may_deliver():
            message, binary, length = inbox.popleft()
            self._inbox_bytes -= len(message)
            self._deliver(message, binary, length)
        if self._unparsed:
            self._parse()
        self._end_turn()

    @property
    def _is_open(self) -> bool:
        """Return whether messages may be passed on."""
        return self._ended or not (self._held or self.paused)

    def _end_turn(self) -> None:
        """Schedule the next turn if necessary, and pause or resume reading."""
        if self._pong is not None:
            self._send_pong()
        unparsed, inbox = self._unparsed, self._inbox
        if unparsed or inbox:
            if (inbox and self._is_open) or (
                unparsed
                and (self._ended or not self._inbox_is_full)
                and self._verdict is None
            ):
                self._schedule()
            if not self._reading_paused and (unparsed or self._inbox_is_full):
                self._reading_paused = True
                self.transport.pause_reading()
        if (
            self._reading_paused
            and not unparsed
            and len(inbox) <= _INBOX_LOW
            and self._inbox_bytes <= _INBOX_LOW_BYTES
        ):
            self._reading_paused = False
            self.transport.resume_reading()
        if self._ended or self._is_lost:
            self._finish()

    def _finish(self) -> None:
        """Report the end to the protocol and the owner, once all is handled."""
        if self._unparsed:
            return
        if self._is_lost and not self._closed.done():
            self._ended = True
            self.protocol.receive_eof()
            self._closed.set_result(None)
        if not self._inbox and self._on_end is not None:
            on_end, self._on_end = self._on_end, None
            on_end()

    def _send_pong(self) -> None:
        """Answer the latest ping, unless nothing can be sent."""
        if self.protocol.state is not State.OPEN or self.transport.is_closing():
            # Nothing may be sent before the response to the handshake.
            if self.protocol.state is not State.CONNECTING:
                self._pong = None
        elif not self.paused:
            pong, self._pong = self._pong, None
            assert pong is not None
            self.transport.write(pong)

    def _await_reading(self, unread: int) -> None:
        self._stop_unread_timer()
        self._unread_timer = self.loop.call_later(
            _UNREAD_TIMEOUT, self._look_at_unread, unread
        )

    def _look_at_unread(self, before: int) -> None:
        """Drop a connection that reads nothing, as its unsent data takes memory."""
        unread = self.transport.get_write_buffer_size()
        if 0 < unread >= before:
            self.excess = Excess.UNREAD
            self.transport.abort()
        else:
            self._await_reading(unread)

    def _stop_open_timer(self) -> None:
        if self._open_timer is not None:
            self._open_timer.cancel()
            self._open_timer = None

    def _stop_unread_timer(self) -> None:
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None


def _limit_messages(protocol: Any, size: int) -> None:
    """Set the longest message that is read; the attribute depends on the version."""
    name = "max_message_size" if hasattr(protocol, "max_message_size") else "max_size"
    setattr(protocol, name, size)
