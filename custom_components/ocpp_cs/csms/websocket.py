"""The websocket of one charge point: hands each message on as soon as it is here.

The library's own way of reading, a task that awaits `recv()`, costs more than all
that is done with a message here. So messages go straight from the socket to their
receiver, and answers go straight back.
"""

import asyncio
from collections import deque
from collections.abc import Callable
import contextlib
import logging
from typing import Any, override

from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame, Opcode
from websockets.protocol import Event, State

from .handshake import Handshake

_LOGGER = logging.getLogger(__name__)

CLOSE_TIMEOUT = 0.5
"""Seconds that a closing handshake may take before the connection is dropped."""

_BURST = 16
"""Messages that are handled in a row before everybody else gets a turn."""
_INBOX_HIGH = 64
"""Messages that may wait before no more are read from the socket."""
_INBOX_LOW = 16

type Receiver = Callable[[bytes, bool], None]
"""Takes a message and whether it came as binary."""


class WebSocket(ServerConnection):
    """A connection that pushes its messages to a receiver, in order."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what the library's server passes."""
        super().__init__(*args, **kwargs)
        self.opening: Handshake | None = None
        """What the charge point said of itself when it connected."""
        self.offered: tuple[str, ...] = ()
        """The subprotocols, also where there is no usable `opening`."""
        self.remote: str | None = None
        """Whose it is, as far as that is known: not the address of a known proxy."""
        self.last_received = self.loop.time()
        """The loop's time when the last bytes of any kind came."""
        self._receiver: Receiver | None = None
        self._on_end: Callable[[], None] | None = None
        self._inbox: deque[tuple[bytes, bool]] = deque()
        self._fragments = bytearray()
        self._fragments_binary = False
        self._budget = 0
        self._scheduled = False
        self._held = True
        self._ended = False
        self._reading_paused = False

    # What the owner of the connection calls.

    def listen(self, receiver: Receiver, on_end: Callable[[], None]) -> None:
        """Hand all messages to `receiver` from now on, the ones that wait first.

        `on_end` is called once, after the last message, when no more can come.
        The receiver must not raise.
        """
        self._receiver = receiver
        self._on_end = on_end
        self._held = False
        self._pump()

    def mute(self) -> None:
        """Hand on nothing any more; what waits and what comes is read and dropped."""
        self._receiver = None
        self._on_end = None
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
        self.send_data()
        return True

    def write_ping(self) -> bool:
        """Send a ping without waiting; its pong shows in `last_received`."""
        if self.protocol.state is not State.OPEN or self.transport.is_closing():
            return False
        self.protocol.send_ping(b"")
        self.send_data()
        return True

    @property
    def is_open(self) -> bool:
        """Whether messages can be sent."""
        return self.protocol.state is State.OPEN and not self.transport.is_closing()

    def abort(self) -> None:
        """Drop the TCP connection, with all that is still to be sent."""
        self.transport.abort()

    async def hang_up(self, code: int, reason: str = "") -> None:
        """Close with `code`; what takes longer than CLOSE_TIMEOUT is cut short.

        The library's `close()` waits for a full send buffer without any limit.
        """
        try:
            if self.protocol.state is State.OPEN and not self.transport.is_closing():
                # A control frame has room for 123 bytes of it (RFC 6455, 5.5).
                reason = reason.encode()[:123].decode(errors="ignore")
                self.protocol.send_close(code, reason)
                self.send_data()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_TIMEOUT):
                    await self.wait_closed()
        finally:
            self.transport.abort()

    # What the library calls.

    @override
    def data_received(self, data: bytes) -> None:
        self.last_received = self.loop.time()
        self._budget = _BURST
        super().data_received(data)
        state = self.protocol.state
        if state is State.CLOSING or state is State.CLOSED:
            # Either side has begun to close, or the frames were broken. A charge
            # point that then keeps the TCP connection open is not waited for.
            self._end()

    @override
    def process_event(self, event: Event) -> None:
        if not isinstance(event, Frame):
            super().process_event(event)
            return
        opcode = event.opcode
        if opcode is Opcode.TEXT or opcode is Opcode.BINARY:
            if event.fin:
                self._accept(bytes(event.data), opcode is Opcode.BINARY)
            else:
                self._fragments = bytearray(event.data)
                self._fragments_binary = opcode is Opcode.BINARY
        elif opcode is Opcode.CONT:
            self._fragments += event.data
            if event.fin:
                message = bytes(self._fragments)
                self._fragments = bytearray()
                self._accept(message, self._fragments_binary)
        else:
            super().process_event(event)

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        self._schedule()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._end()

    # What happens in between.

    def _accept(self, message: bytes, binary: bool) -> None:
        if self._budget > 0 and not (self._inbox or self._held or self.paused):
            self._budget -= 1
            self._deliver(message, binary)
            return
        self._inbox.append((message, binary))
        if not (self._held or self.paused):
            self._schedule()
        if len(self._inbox) >= _INBOX_HIGH and not self._reading_paused:
            self._reading_paused = True
            self.transport.pause_reading()

    def _deliver(self, message: bytes, binary: bool) -> None:
        if self._receiver is None:
            return
        try:
            self._receiver(message, binary)
        # It would end in the library, which would close the connection.
        except Exception:
            _LOGGER.exception("A message from %s was lost", self.remote_address)

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self.loop.call_soon(self._pump)

    def _pump(self) -> None:
        """Hand on what waits, as far as it may be."""
        self._scheduled = False
        self._budget = _BURST
        inbox = self._inbox
        while inbox and (self._ended or not (self._held or self.paused)):
            if not self._budget:
                self._schedule()
                break
            self._budget -= 1
            self._deliver(*inbox.popleft())
        if self._reading_paused and len(inbox) <= _INBOX_LOW:
            self._reading_paused = False
            self.transport.resume_reading()
        if self._ended and not inbox and self._on_end is not None:
            on_end, self._on_end = self._on_end, None
            on_end()

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            self._pump()
