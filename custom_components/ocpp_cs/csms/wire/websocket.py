"""The websocket of one charge point: hands each message on as soon as it is here.

The library `websockets` has the protocol (handshake, framing, closing) apart from input and output, for
those who bring their own. This is such an own one, over a protocol of asyncio: a task that
awaits `recv()`, as the library's own connections have it, costs more than all that is done with a message here.
So messages go straight from the socket to their receiver, and answers go straight back.

However much one connection sends, it has the event loop for one turn at a time, and
keeps no more than its share of memory.
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
from .handshake import Handshake

_LOGGER = logging.getLogger(__name__)

OPEN_TIMEOUT = 5.0
"""Seconds in which a connection must have said who it is, once it is its turn.

The same for one that was refused to read why, and to go.
"""
CLOSE_TIMEOUT = 0.5
"""Seconds that a closing handshake may take before the connection is dropped."""
_WRITE_LIMIT = 32 * 1024
"""Bytes that may wait to be sent before nothing more is handled for this connection."""

LONGEST = 256 * 1024
"""Bytes of a message that is handled; one that is longer is refused."""
LONGEST_OF_STRANGERS = 16 * 1024
"""The same for a charge point that is not adopted."""
_LONGEST_READ = 1024 * 1024
"""Bytes of a message that is read to be refused; a longer one ends the connection.

Who is cut off for what it sends connects again, and sends it again, for ever.
"""
LONGEST_READ_OF_STRANGERS = 64 * 1024
_HEAD = 1024
"""Bytes that are kept of a message that is too long: type and id are there."""

_BURST = 16
"""Messages that are handled in a row before everybody else gets a turn."""
_BURST_BYTES = 32 * 1024
"""Bytes of them."""
_BURST_FRAMES = 64
"""Frames, which need not be messages, after which no more are parsed in a turn."""
_BURST_TIME = 0.01
"""Seconds that a turn may last, but for its last message."""
_BURST_TIME_OF_STRANGERS = 0.002
"""The same for those that are not adopted, of whom there may be many."""
_SLICE = 4096
"""Bytes that are parsed at a time: asyncio reads 256 KB, which may be 43 000 frames."""
_INBOX_HIGH = 64
"""Messages that may wait before no more are read from the socket."""
_INBOX_LOW = 16
_INBOX_HIGH_BYTES = 16 * 1024
"""Bytes of them, beside one message of any length that came with the last slice."""
_INBOX_LOW_BYTES = 4 * 1024
_CONTROL_FRAMES = 20
"""Pings and pongs that may come at a time."""
_CONTROL_FRAMES_PER_SECOND = 5.0
_UNREAD_TIMEOUT = 30.0
"""Seconds in which the other side must have read something of what is due to it."""

_ENDING = (State.CLOSING, State.CLOSED)
_PONG = 0x80 | Opcode.PONG

type Receiver = Callable[[bytes, bool], None]
"""Takes a message and whether it came as binary."""
type OversizeReceiver = Callable[[bytes, int], None]
"""Takes the first bytes of a message that is too long, and its length."""


class Excess(StrEnum):
    """Of what there was too much, so that the connection was ended."""

    CONTROL_FRAMES = "too_many_control_frames"
    UNREAD = "answers_not_read"


class WebSocket(asyncio.Protocol, Arrival):
    """A connection that pushes its messages to a receiver, in order."""

    def __init__(
        self,
        protocol: ServerProtocol,
        *,
        budget: ConnectionBudget,
        respond: Callable[[WebSocket, Request], Response],
        on_open: Callable[[WebSocket], None],
    ) -> None:
        """Prepare for a connection that asyncio will hand over.

        Args:
            protocol: The protocol of this connection alone.
            budget: Decides how many connections there may be.
            respond: Returns the answer to the opening request; it may be asked for more
                of the connection (`opening`, `remote`, `protocol`). It may not raise.
            on_open: Called once the handshake has succeeded. It may not raise.
        """
        self.loop = asyncio.get_running_loop()
        self.protocol = protocol
        self.transport: asyncio.Transport
        self.paused = False
        """Whether more waits to be sent than should."""
        self.opening: Handshake | None = None
        """What the charge point said of itself when it connected."""
        self.offered: tuple[str, ...] = ()
        """The subprotocols, also where there is no usable `opening`."""
        self.remote: str | None = None
        """Whose it is, as far as that is known: not the address of a known proxy."""
        self.last_received = self.loop.time()
        """The loop's time when the last bytes of any kind came."""
        self.excess: Excess | None = None
        """Why the connection was ended from here, if it was for that."""
        self._respond = respond
        self._on_open = on_open
        self._open_timer: asyncio.TimerHandle | None = None
        self._closed = self.loop.create_future()
        self._connections = budget
        self._place: Place | None = None
        self._begun = False
        self._receiver: Receiver | None = None
        self._on_end: Callable[[], None] | None = None
        self._on_oversize: OversizeReceiver | None = None
        self._longest = LONGEST_OF_STRANGERS
        self._inbox: deque[tuple[bytes, bool, int]] = deque()
        """Messages, whether they are binary, and the length of those cut short."""
        self._inbox_bytes = 0
        self._unparsed = b""
        self._parsed = 0
        """Bytes of `_unparsed` that are done."""
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
        self._ended = False
        self._is_lost = False
        self._reading_paused = False
        _limit_messages(self.protocol, LONGEST_READ_OF_STRANGERS)

    # What the owner of the connection calls.

    def listen(
        self,
        receiver: Receiver,
        on_end: Callable[[], None],
        on_oversize: OversizeReceiver | None = None,
    ) -> None:
        """Hand all messages to `receiver` from now on, the ones that wait first.

        `on_end` is called once, after the last message, when no more can come.
        `on_oversize` takes what is left of a message that is too long. None of them
        may raise.
        """
        self._receiver = receiver
        self._on_end = on_end
        self._on_oversize = on_oversize
        self._held = False
        self._pump()

    def come_in(self, remote: str) -> bool:
        """Take in that the handshake succeeded; False if there are too many."""
        return self._place is None or self._connections.come_in(self._place, remote)

    def set_adopted(self, adopted: bool) -> None:
        """Take in whether this is the connection of an adopted charge point."""
        self._longest = LONGEST if adopted else LONGEST_OF_STRANGERS
        self._turn_time = _BURST_TIME if adopted else _BURST_TIME_OF_STRANGERS
        _limit_messages(
            self.protocol, _LONGEST_READ if adopted else LONGEST_READ_OF_STRANGERS
        )
        if self._place is not None:
            self._connections.set_adopted(self._place, adopted)

    def mute(self) -> None:
        """Hand on nothing any more; what waits and what comes is read and dropped."""
        self._receiver = None
        self._on_end = None
        self._on_oversize = None
        self.release()

    def hold(self) -> None:
        """Hand on nothing until `release`; the charge point is slowed down."""
        self._held = True

    def release(self) -> None:
        """Go on after `hold`."""
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
        """Send a ping without waiting; its pong shows in `last_received`."""
        if self.protocol.state is not State.OPEN or self.transport.is_closing():
            return False
        # Who does not read gets none; the timer of `pause_writing` runs.
        if not self.paused:
            self.protocol.send_ping(b"")
            self._send_replies(self.protocol.data_to_send())
        return True

    @property
    def is_open(self) -> bool:
        """Whether messages can be sent."""
        return self.protocol.state is State.OPEN and not self.transport.is_closing()

    @property
    def remote_address(self) -> Any:
        """The address of the socket's other end, in the form of its family; None if it has gone already."""
        return self.transport.get_extra_info("peername")

    def abort(self) -> None:
        """Drop the TCP connection, with all that is still to be sent."""
        self.transport.abort()

    async def wait_closed(self) -> None:
        """Wait until the connection is gone, and all that it sent is handled."""
        await asyncio.shield(self._closed)

    async def hang_up(self, code: int, reason: str = "") -> None:
        """Close with `code`; what takes longer than CLOSE_TIMEOUT is cut short."""
        try:
            if self.protocol.state is State.OPEN and not self.transport.is_closing():
                # A control frame has room for 123 bytes of it (RFC 6455, 5.5).
                reason = reason.encode()[:123].decode(errors="ignore")
                self.protocol.send_close(code, reason)
                self._send_replies(self.protocol.data_to_send())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await self.wait_closed()
        finally:
            self.transport.abort()

    # What those who count connections call.

    @override
    def begin(self) -> None:
        if self.transport.is_closing():
            return
        self._begun = True
        self.last_received = self.loop.time()
        self._open_timer = self.loop.call_later(OPEN_TIMEOUT, self.transport.abort)
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

    # What asyncio calls.

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(_WRITE_LIMIT)
        peer = transport.get_extra_info("peername")
        self._place = self._connections.arrive(self, str(peer[0]) if peer else "")

    @override
    def data_received(self, data: bytes) -> None:
        now = self.last_received = self.loop.time()
        # As in `_begin_turn`; this is the way that each message takes.
        self._messages_left = _BURST
        self._bytes_left = _BURST_BYTES
        self._frames_left = _BURST_FRAMES
        self._deadline = now + self._turn_time
        if len(data) > _SLICE or self._unparsed:
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
        # Whoever says no more hears no more: asyncio closes the connection now.
        if self._begun:
            self.protocol.receive_eof()
            self._send_replies(self.protocol.data_to_send())

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_unread_timer()
        self._stop_open_timer()
        if self._place is not None:
            self._connections.leave(self._place)
        if not self._begun:
            return
        self._is_lost = True
        if self._receiver is None or self.protocol.state is not State.OPEN:
            self._unparsed = b""
        # What it sent before it went is handled, in as many turns as that takes.
        self._ended = self._ended or self._receiver is not None
        self._pump()

    # What happens in between.

    def _feed(self, data: bytes | memoryview) -> None:
        """Parse some bytes and act on the frames that are complete."""
        protocol = self.protocol
        # It appends them to a bytearray.
        protocol.receive_data(cast("bytes", data))
        events = protocol.events_received()
        if writes := protocol.data_to_send():
            self._send_replies(writes)
        for event in events:
            self._process(event)
            if self.excess is not None:
                break
        if protocol.state in _ENDING:
            # Either side has begun to close, or the frames were broken. A charge
            # point that then keeps the TCP connection open is not waited for.
            self._unparsed = b""
            self._ended = True

    def _process(self, event: Event) -> None:
        if not isinstance(event, Frame):
            if isinstance(event, Request):
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
        """Answer the opening request; who is let in is served from now on."""
        self.protocol.send_response(self._respond(self, request))
        self._send_replies(self.protocol.data_to_send())
        if self.protocol.state is State.OPEN:
            self._stop_open_timer()
            self._on_open(self)

    def _parse(self) -> None:
        """Parse what was read, as far as there is room and time for it."""
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
            and (not self._inbox_is_full or self._ended)
            and (
                self._frames_left == _BURST_FRAMES or self.loop.time() < self._deadline
            )
        )

    @property
    def _inbox_is_full(self) -> bool:
        return len(self._inbox) >= _INBOX_HIGH or self._inbox_bytes >= _INBOX_HIGH_BYTES

    def _send_replies(self, writes: list[bytes]) -> None:
        """Send what the protocol has to send; of pongs, only the latest at the end of the turn."""
        for data in writes:
            if data and data[0] == _PONG:
                # Only the latest ping need be answered (RFC 6455, 5.5.3).
                self._pong = data
            elif self.transport.is_closing():
                return
            elif data:
                self.transport.write(data)
            elif self.transport.can_write_eof():
                with contextlib.suppress(OSError, RuntimeError):
                    self.transport.write_eof()
            else:
                self.transport.close()

    def _count_control_frame(self) -> None:
        """End the connection if there are too many frames that say nothing."""
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
            # As good as a ping; only that there is no answer.
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
        """Hand a message on, or keep it; `length` is that of one that was cut."""
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

    def _may_deliver(self) -> bool:
        """Tell whether one more message can be handled in this turn."""
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
        # It would end in asyncio, which would close the connection.
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
        """Have another turn: hand on what waits, as far as it may be."""
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
        """Whether messages may be handed on."""
        return self._ended or not (self._held or self.paused)

    def _end_turn(self) -> None:
        """See to what is left over for the next one."""
        if self._pong is not None:
            self._send_pong()
        unparsed, inbox = self._unparsed, self._inbox
        if unparsed or inbox:
            if (inbox and self._is_open) or (
                unparsed and (self._ended or not self._inbox_is_full)
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
        """Tell the protocol and the owner of the end, once nothing waits any more."""
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
            # Before the handshake is answered, nothing else may be.
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
        """Drop who has read nothing for a while: what waits here is kept for it."""
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
    """Set the longest message that is read; the library has two names for that."""
    name = "max_message_size" if hasattr(protocol, "max_message_size") else "max_size"
    setattr(protocol, name, size)
