"""A TLS client of which every byte is under control."""

import asyncio
import contextlib
import socket
import ssl
from typing import override

from .peer import Peer


class TlsPeer(Peer):
    """A peer whose bytes are encrypted once `shake_hands` was awaited."""

    def __init__(
        self,
        sock: socket.socket,
        context: ssl.SSLContext,
        *,
        session: ssl.SSLSession | None = None,
        slices: int | None = None,
    ) -> None:
        """Talk over a connected socket.

        Args:
            sock: The socket.
            context: The client's context.
            session: A session to go on with.
            slices: The bytes to send at a time; each of them is a packet.
        """
        super().__init__(sock)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._slices = slices
        self.incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self.tls = context.wrap_bio(
            self.incoming, self.outgoing, server_hostname="127.0.0.1", session=session
        )

    @classmethod
    async def dial(
        cls,
        port: int,
        context: ssl.SSLContext,
        *,
        source: str | None = None,
        receive_buffer: int | None = None,
        session: ssl.SSLSession | None = None,
        slices: int | None = None,
    ) -> TlsPeer:
        """Connect without a word."""
        sock = socket.socket()
        sock.setblocking(False)
        if receive_buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if source is not None:
            sock.bind((source, 0))
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        return cls(sock, context, session=session, slices=slices)

    @classmethod
    async def secure(cls, port: int, context: ssl.SSLContext) -> TlsPeer:
        """Connect and shake hands."""
        peer = await cls.dial(port, context)
        await peer.shake_hands()
        return peer

    def hello(self) -> bytes:
        """Return the first message, which the caller has to send."""
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            return self.outgoing.read()
        raise AssertionError("A handshake needs an answer")

    async def shake_hands(self) -> None:
        """Do the handshake; what goes wrong in it is told to the other side."""
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                await self.flush()
                await self.read_encrypted()
            except ssl.SSLError:
                await self.flush()
                raise
            else:
                await self.flush()
                return

    @override
    async def send_bytes(self, data: bytes) -> None:
        """Encrypt and send."""
        await self.send_encrypted(self.encrypted(data))

    def encrypted(self, data: bytes) -> bytes:
        """Return records with this content, at least one."""
        if not data:
            self.tls.write(data)
        while data:
            data = data[self.tls.write(data) :]
        return self.outgoing.read()

    async def flush(self) -> None:
        """Send what TLS has to say."""
        if data := self.outgoing.read():
            await self.send_encrypted(data)

    async def send_encrypted(self, data: bytes) -> None:
        """Send as it is, in pieces if that is wanted."""
        size = self._slices or max(1, len(data))
        for at in range(0, len(data), size):
            await super().send_bytes(data[at : at + size])
            if self._slices:
                await asyncio.sleep(0)

    async def read_encrypted(self) -> None:
        """Take what has come; raises EOFError."""
        async with asyncio.timeout(60):
            data = await self._loop.sock_recv(self._socket, 2**16)
        if not data:
            self.incoming.write_eof()
            raise EOFError
        self.incoming.write(data)

    @override
    async def _fill(self) -> None:
        while True:
            try:
                data = self.tls.read(2**14)
            except ssl.SSLWantReadError:
                await self.read_encrypted()
                continue
            except ssl.SSLZeroReturnError, ssl.SSLEOFError:
                data = b""
            if not data:
                raise EOFError
            self._buffer += data
            return

    async def goodbye(self) -> bool:
        """Return whether the other side says goodbye before the end of the socket."""
        try:
            while True:
                await self._fill()
        except EOFError:
            return not self.incoming.eof

    def say_goodbye(self) -> bytes:
        """Return our goodbye (close_notify), which the caller has to send."""
        with contextlib.suppress(ssl.SSLError):
            self.tls.unwrap()
        return self.outgoing.read()
