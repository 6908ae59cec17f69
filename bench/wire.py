"""A websocket client that costs next to nothing, so that it is not what is measured.

It knows just what the benchmark needs: text frames that fit in one piece, pings, and
the end of the connection.
"""

import asyncio
import base64
from collections.abc import Callable
import os
import struct
from typing import override

_TEXT, _CLOSE, _PING, _PONG = 0x1, 0x8, 0x9, 0xA


def frame(payload: bytes, opcode: int = _TEXT) -> bytes:
    """Return a client's frame; masked with zeros, which leaves the payload as it is."""
    length = len(payload)
    head = bytes([0x80 | opcode])
    if length < 126:
        head += bytes([0x80 | length])
    elif length < 65536:
        head += bytes([0x80 | 126]) + struct.pack("!H", length)
    else:
        raise ValueError("no message of a charger is that long")
    return head + b"\0\0\0\0" + payload


class WireProtocol(asyncio.Protocol):
    """One connection. `on_text` is called with every message."""

    def __init__(
        self,
        path: str,
        host: str,
        on_text: Callable[[bytes], None],
        subprotocol: str = "ocpp1.6",
    ) -> None:
        """Prepare the handshake for `path`."""
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: {subprotocol}\r\n\r\n"
        ).encode()
        self._on_text = on_text
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if not self.opened.done():
            self.opened.set_exception(ConnectionError(f"handshake failed: {exc}"))

    @override
    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        if not self.opened.done():
            head, found, buffer = buffer.partition(b"\r\n\r\n")
            if not found:
                self._buffer = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(ConnectionError(head.decode()))
                return
            self.opened.set_result(None)
        self._buffer = self._take_frames(buffer)

    def send(self, payload: bytes) -> None:
        """Send a text message. Raises ConnectionError when the connection is gone."""
        if self._transport is None:
            raise ConnectionError("the connection is gone")
        self._transport.write(frame(payload))

    def abort(self) -> None:
        """End the connection as a charger does that loses its power."""
        if self._transport is not None:
            self._transport.abort()

    def _take_frames(self, buffer: bytes) -> bytes:
        """Handle the whole frames in `buffer`; return what is left of it."""
        while len(buffer) >= 2:
            length, start = buffer[1] & 0x7F, 2
            if length == 126:
                if len(buffer) < 4:
                    break
                length, start = struct.unpack_from("!H", buffer, 2)[0], 4
            elif length == 127:
                if len(buffer) < 10:
                    break
                length, start = struct.unpack_from("!Q", buffer, 2)[0], 10
            end = start + length
            if len(buffer) < end:
                break
            opcode, payload, buffer = buffer[0] & 0xF, buffer[start:end], buffer[end:]
            if opcode == _TEXT:
                self._on_text(payload)
            elif opcode == _PING and self._transport is not None:
                self._transport.write(frame(payload, _PONG))
            elif opcode == _CLOSE:
                self.abort()
        return buffer
