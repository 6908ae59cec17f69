"""A websocket client of which every byte is under control, for what goes wrong."""

import asyncio
from collections.abc import Iterable
import contextlib
import json
import os
import socket
import struct
from typing import Any

TEXT, BINARY, CLOSE, PING, PONG, CONTINUATION = 1, 2, 8, 9, 10, 0
KEY = "x3JJHMcDL1EzLkh9GBhXDw=="
UPGRADE = (
    "Host: 127.0.0.1",
    "Upgrade: websocket",
    "Connection: Upgrade",
    f"Sec-WebSocket-Key: {KEY}",
    "Sec-WebSocket-Version: 13",
)
OCPP = "Sec-WebSocket-Protocol: ocpp1.6"


def encode(opcode: int, data: bytes, *, final: bool = True) -> bytes:
    """Return a masked frame."""
    length = len(data)
    if length < 126:
        size = bytes([0x80 | length])
    elif length < 2**16:
        size = bytes([0x80 | 126]) + struct.pack("!H", length)
    else:
        size = bytes([0x80 | 127]) + struct.pack("!Q", length)
    mask = os.urandom(4)
    pattern = int.from_bytes((mask * (length // 4 + 1))[:length])
    masked = (int.from_bytes(data) ^ pattern).to_bytes(length)
    return bytes([opcode | (0x80 if final else 0)]) + size + mask + masked


class Peer:
    """One TCP connection that does nothing by itself: no pong, no close, no reading."""

    def __init__(self, sock: socket.socket) -> None:
        """Talk over a connected socket."""
        self._socket = sock
        self._buffer = b""
        self._loop = asyncio.get_running_loop()
        self.status = 0
        self.headers: dict[str, str] = {}

    @classmethod
    async def open(cls, port: int, *, receive_buffer: int | None = None) -> Peer:
        """Connect without a word."""
        sock = socket.socket()
        sock.setblocking(False)
        if receive_buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        return cls(sock)

    async def request(
        self, target: str, headers: Iterable[str] = (*UPGRADE, OCPP), verb: str = "GET"
    ) -> str:
        """Send a request; return the body of an answer that has one."""
        lines = (f"{verb} {target} HTTP/1.1", *headers, "", "")
        await self.send_bytes("\r\n".join(lines).encode("utf-8"))
        return await self.read_response()

    async def read_response(self) -> str:
        """Read the answer to a request."""
        while b"\r\n\r\n" not in self._buffer:
            await self._fill()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        body = await self._exactly(int(self.headers.get("content-length", 0)))
        return body.decode()

    async def send_bytes(self, data: bytes) -> None:
        """Send as it is."""
        async with asyncio.timeout(60):
            await self._loop.sock_sendall(self._socket, data)

    async def send(self, message: Any, opcode: int = TEXT) -> None:
        """Send a frame; what is neither text nor bytes is made JSON."""
        if not isinstance(message, str | bytes):
            message = json.dumps(message)
        if isinstance(message, str):
            message = message.encode()
        await self.send_bytes(encode(opcode, message))

    async def frame(self) -> tuple[int, bytes]:
        """Return opcode and content of the next frame; raises EOFError."""
        first, second = await self._exactly(2)
        length = second & 0x7F
        if length == 126:
            length = int.from_bytes(await self._exactly(2))
        elif length == 127:
            length = int.from_bytes(await self._exactly(8))
        return first & 0x0F, await self._exactly(length)

    async def receive(self) -> Any:
        """Return the next message, which must be text and JSON."""
        opcode, data = await self.frame()
        assert opcode == TEXT, (opcode, data)
        return json.loads(data)

    async def ask(self, message: Any, opcode: int = TEXT) -> Any:
        """Return the answer to a message."""
        await self.send(message, opcode)
        return await self.receive()

    async def close_code(self) -> int:
        """Return the code of the close frame that comes next."""
        opcode, data = await self.frame()
        assert opcode == CLOSE, (opcode, data)
        return int.from_bytes(data[:2])

    async def part(self, code: int) -> None:
        """Answer a close frame, and wait until the TCP connection is closed."""
        # On a busy machine the other side may have lost its patience.
        with contextlib.suppress(ConnectionError):
            await self.send(code.to_bytes(2), CLOSE)
        await self.end()

    async def end(self) -> None:
        """Wait until the other side has closed the TCP connection."""
        with contextlib.suppress(EOFError, ConnectionError):
            while True:
                self._buffer = b""
                await self._fill()

    def shut(self) -> None:
        """Send the end of the connection, and go on with reading."""
        self._socket.shutdown(socket.SHUT_WR)

    def drop(self) -> None:
        """Close the TCP connection without a word."""
        self._socket.close()

    async def _fill(self) -> None:
        async with asyncio.timeout(60):
            data = await self._loop.sock_recv(self._socket, 2**16)
        if not data:
            raise EOFError
        self._buffer += data

    async def _exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            await self._fill()
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data
