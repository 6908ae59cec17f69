"""Look at the first byte of a connection: is it TLS?"""

import asyncio
from collections.abc import Callable
import ssl
from typing import cast, override

from ..model.security import TlsFacts, TlsProblem
from .client_hello import HANDSHAKE
from .files import Files, Junction
from .tls import TlsTransport
from .websocket import WebSocket


class Entrance(asyncio.Protocol):
    """Waits for the first byte, and puts TLS below the websocket if it is one of TLS.

    The connection counts in the budget from the beginning, as the websocket's own.
    """

    def __init__(
        self,
        websocket: WebSocket,
        *,
        context: Callable[[], ssl.SSLContext | None],
        files: Callable[[WebSocket], Files | None],
        on_failed: Callable[[WebSocket, TlsProblem], None],
    ) -> None:
        """Create an entrance; asyncio connects it.

        Args:
            websocket: The websocket of the connection.
            context: Returns the present context for TLS; None if none is served.
            files: Returns what takes requests over TLS that open no websocket; None
                if they are refused.
            on_failed: Called if a TLS handshake has failed. Must not raise.
        """
        self._websocket = websocket
        self._context = context
        self._files = files
        self._on_failed = on_failed
        self._transport: asyncio.Transport

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._websocket.connection_made(transport)

    @override
    def data_received(self, data: bytes) -> None:
        websocket = self._websocket
        context = self._context() if data[0] == HANDSHAKE else None
        if context is None:
            self._transport.set_protocol(websocket)
            websocket.data_received(data)
            return

        def secured(facts: TlsFacts) -> asyncio.Protocol:
            websocket.tls = facts
            files = self._files(websocket)
            return websocket if files is None else Junction(tls, websocket, files)

        tls = TlsTransport(
            self._transport,
            websocket,
            context,
            on_secured=secured,
            on_failed=lambda problem: self._on_failed(websocket, problem),
        )
        websocket.transport = tls
        self._transport.set_protocol(tls)
        tls.data_received(data)

    @override
    def eof_received(self) -> None:
        self._websocket.eof_received()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._websocket.connection_lost(exc)
