"""HTTP requests over TLS that open no websocket: a charge point sends or fetches a file."""

import asyncio
from collections.abc import Callable
import re
from typing import override
from urllib.parse import urlsplit

from .tls import TlsTransport
from .websocket import WebSocket

_MOST = 16
"""Connections for files at a time."""
_MOST_PER_ADDRESS = 4
"""Of those, connections from one network address."""
_IDLE_TIMEOUT = 90.0
"""Seconds after which a connection ends on which nothing moves."""
_LONGEST = 3600.0
"""Seconds that a connection may take in all."""
_LAST_ANSWER = 10.0
"""Seconds for the answer to a charge point that sends nothing more."""
_LONGEST_HEAD = 16 * 1024
"""Bytes of a request up to its body; the websocket refuses longer ones."""

_METHODS = tuple(
    f"{name} ".encode() for name in ("GET", "HEAD", "POST", "PUT", "OPTIONS")
)
_KEY = re.compile(rb"\n[ \t]*sec-websocket-key[ \t]*:", re.IGNORECASE)
_END = re.compile(rb"\r?\n\r?\n")
_TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 60\r\n"
    b"Content-Length: 0\r\n\r\n"
)


class Files:
    """Hands connections to a server for files, some at a time.

    Only a complete request counts as one: up to there the time-out and the limits of
    handshakes apply, as anybody can begin one.
    """

    def __init__(self) -> None:
        """Begin without a server for files."""
        self.new_protocol: Callable[[], asyncio.Protocol] | None = None
        """Returns a new connection of that server; None if there is none."""
        self.under = "/"
        """The beginning of the paths of files; others are not handed over."""
        self.open: set[FileConnection] = set()

    def serve(self, transport: TlsTransport, websocket: WebSocket, head: bytes) -> None:
        """Hand over a connection.

        Args:
            transport: The transport.
            websocket: The websocket that it is not for.
            head: What came first: all of the request but its body, or more.
        """
        if self.new_protocol is None or not _path_of(head).startswith(self.under):
            transport.set_protocol(websocket)
            websocket.data_received(head)
        elif (
            len(self.open) >= _MOST
            or sum(one.source == websocket.source for one in self.open)
            >= _MOST_PER_ADDRESS
        ):
            transport.write(_TOO_MANY)
            transport.set_protocol(websocket)
            transport.close()
        else:
            one = FileConnection(transport, websocket, self.new_protocol(), self.open)
            websocket.give_way()
            transport.set_protocol(one)
            one.begin(head)


class Junction(asyncio.Protocol):
    """Reads the beginning of a request, and passes it to whom it is for."""

    def __init__(
        self, transport: TlsTransport, websocket: WebSocket, files: Files
    ) -> None:
        """Wait for a request.

        Args:
            transport: The transport.
            websocket: The websocket of the connection, whose time-out goes on.
            files: Takes requests that open no websocket.
        """
        self._transport = transport
        self._websocket = websocket
        self._files = files
        self._head = b""

    @override
    def data_received(self, data: bytes) -> None:
        self._head += data
        opens = _opens_websocket(self._head)
        if opens is None:
            return
        if opens:
            self._transport.set_protocol(self._websocket)
            self._websocket.data_received(self._head)
        else:
            self._files.serve(self._transport, self._websocket, self._head)

    @override
    def eof_received(self) -> None:
        self._websocket.eof_received()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._websocket.connection_lost(exc)

    @override
    def pause_writing(self) -> None:
        self._websocket.pause_writing()

    @override
    def resume_writing(self) -> None:
        self._websocket.resume_writing()


class FileConnection(asyncio.Protocol):
    """A connection of the server for files, with limits on its time."""

    def __init__(
        self,
        transport: TlsTransport,
        websocket: WebSocket,
        protocol: asyncio.Protocol,
        all_open: set[FileConnection],
    ) -> None:
        """Take a connection over from a websocket.

        Args:
            transport: The transport.
            websocket: The websocket, which has the place in the budget.
            protocol: The connection of the server for files.
            all_open: The connections for files; this one is among them until it ends.
        """
        self._loop = asyncio.get_running_loop()
        self._transport = transport
        self._websocket = websocket
        self._protocol = protocol
        self._open = all_open
        self.source = websocket.source
        """The network address that it counts for."""
        self._is_last = False
        """True if nothing more can come."""
        self._last_moved = self._loop.time()
        self._ends = self._last_moved + _LONGEST
        self._timer = self._loop.call_later(min(_IDLE_TIMEOUT, _LONGEST), self._look)

    def begin(self, head: bytes) -> None:
        """Pass on what came first."""
        self._open.add(self)
        self._protocol.connection_made(self._transport)
        self._protocol.data_received(head)

    @override
    def data_received(self, data: bytes) -> None:
        self._last_moved = self._loop.time()
        self._protocol.data_received(data)

    @override
    def eof_received(self) -> bool:
        # Some send no more than the file, and wait for the answer with half of the
        # connection closed. The server for files would close the other half.
        self._protocol.eof_received()
        if self._transport.spoke_last:
            # No answer is due.
            return False
        self._is_last = True
        self._ends = min(self._ends, self._loop.time() + _LAST_ANSWER)
        self._timer.cancel()
        self._look()
        return True

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._open.discard(self)
        self._protocol.connection_lost(exc)
        self._websocket.connection_lost(exc)

    @override
    def pause_writing(self) -> None:
        self._protocol.pause_writing()

    @override
    def resume_writing(self) -> None:
        # The other side reads: that is as good as sending.
        self._last_moved = self._loop.time()
        self._protocol.resume_writing()

    def _look(self) -> None:
        """End the connection if nothing moves on it, or if it takes too long."""
        when = min(self._last_moved + _IDLE_TIMEOUT, self._ends)
        if self._loop.time() >= when:
            if self._is_last and not self._transport.get_write_buffer_size():
                self._transport.close()
            else:
                self._transport.abort()
        else:
            self._timer = self._loop.call_at(when, self._look)


def _opens_websocket(head: bytes) -> bool | None:
    """Return whether a request opens a websocket; None if that does not show yet.

    What is no request counts as one that does: the websocket knows how to refuse it.
    """
    if not head.startswith(_METHODS):
        return None if any(one.startswith(head) for one in _METHODS) else True
    end = _END.search(head)
    if head.startswith(b"GET ") and _KEY.search(
        head, 0, len(head) if end is None else end.start()
    ):
        return True
    if end is not None:
        return False
    return True if len(head) > _LONGEST_HEAD else None


def _path_of(head: bytes) -> str:
    """Return the path of a request; some send their whole URL."""
    target = head.split(b"\n", 1)[0].split(b" ")[1].strip()
    try:
        return urlsplit(target.decode("latin-1")).path
    except ValueError:
        return ""
