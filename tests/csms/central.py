"""A central system that is no more than a server and its connections."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
import logging
from types import TracebackType
from typing import Any, Self

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.deviations import Deviations
from custom_components.ocpp_cs.csms.model.errors import CallError, Violation
from custom_components.ocpp_cs.csms.v16.version import DIALECT
from custom_components.ocpp_cs.csms.wire.frames import Dialect, FrameLog
from custom_components.ocpp_cs.csms.wire.rpc import Connection, Handler
from custom_components.ocpp_cs.csms.wire.server import Handshake, Server
from custom_components.ocpp_cs.csms.wire.websocket import WebSocket

from .peer import OCPP, UPGRADE, Peer


def configured(charge_point: ChargePoint, key: str) -> str | None:
    """Return the value of a configuration key that is known, compared without case."""
    known = charge_point.configuration.get(key.lower())
    return known.value if known is not None else None


def echo(action: str, payload: Any) -> dict[str, Any]:
    """Answer with what was received."""
    if action == "Unknown":
        raise CallError(Violation.NOT_IMPLEMENTED, "not known")
    return {"action": action, "payload": payload}


class Link:
    """Both ends of one connection."""

    def __init__(self, central: Central, websocket: WebSocket) -> None:
        """Make the central system's end."""
        self.websocket = websocket
        self.deviations = Deviations("CP1")
        self.frames = FrameLog()
        websocket.set_adopted(central.adopted)
        self.connection = Connection(
            websocket,
            central.handler,
            dialect=central.dialect,
            deviations=self.deviations,
            frames=self.frames,
        )
        self.served = asyncio.Event()
        self.peer: Peer

    @property
    def notes(self) -> dict[str, int]:
        """What was noted of the charge point."""
        return self.deviations.counts


class Central:
    """Serves with one handler, and keeps what the tests look at."""

    def __init__(
        self,
        handler: Handler = echo,
        *,
        is_adopted: bool = True,
        dialect: Dialect = DIALECT,
        **server: Any,
    ) -> None:
        """Prepare; `server` goes to the Server."""
        self.handler = handler
        self.dialect = dialect
        self.adopted = is_adopted
        self.handshakes: list[Handshake] = []
        self.answer: HTTPStatus | None = None
        server = {"subprotocols": ("ocpp1.6",), **server}
        self.server = Server(
            "127.0.0.1", 0, accept=self._accept, serve=self._serve, **server
        )
        self._links: asyncio.Queue[Link] = asyncio.Queue()
        self._peers: list[Peer] = []

    async def __aenter__(self) -> Self:
        """Listen."""
        await self.server.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop, without waiting for peers that say no goodbye."""
        for peer in self._peers:
            peer.drop()
        await self.server.stop()

    def _accept(self, handshake: Handshake) -> HTTPStatus | None:
        self.handshakes.append(handshake)
        return self.answer

    async def _serve(self, websocket: WebSocket, handshake: Handshake) -> None:
        link = Link(self, websocket)
        self._links.put_nowait(link)
        await link.connection.serve()
        link.served.set()

    async def dial(self, *, receive_buffer: int | None = None) -> Peer:
        """Return a TCP connection on which nothing was said."""
        peer = await Peer.open(self.server.port, receive_buffer=receive_buffer)
        self._peers.append(peer)
        return peer

    async def connect(self, *, receive_buffer: int | None = None) -> Link:
        """Return a new connection."""
        peer = await self.dial(receive_buffer=receive_buffer)
        await peer.request("/CP1", (*UPGRADE, OCPP))
        assert peer.status == 101
        async with asyncio.timeout(60):
            link = await self._links.get()
        link.peer = peer
        return link


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what was logged above INFO, but for a machine that is slow."""
    return [
        one.getMessage()
        for one in caplog.records
        if one.levelno > logging.INFO and not one.getMessage().startswith("Executing")
    ]


async def start(awaitable: Awaitable[Any]) -> asyncio.Task[Any]:
    """Run something up to its first suspension."""
    task = asyncio.ensure_future(awaitable)
    await asyncio.sleep(0)
    return task


async def until(condition: Callable[[], bool]) -> None:
    """Let everything go on until something holds."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0)
