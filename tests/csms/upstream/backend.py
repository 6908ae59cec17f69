"""A backend of which every answer is scripted; over real sockets."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
import json
import ssl
from typing import Any, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from custom_components.ocpp_cs.csms.access.authorization import Authorizer
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from custom_components.ocpp_cs.csms.upstream.model import UpstreamSettings
from custom_components.ocpp_cs.csms.upstream.pace import Pace
from custom_components.ocpp_cs.csms.upstream.station import VirtualStation
from custom_components.ocpp_cs.csms.upstream.told.books import UpstreamBooks
from custom_components.ocpp_cs.csms.upstream.upstreams import Upstreams
from tests.csms.test_central_system import World

from .pair import VERSIONS

type Json = dict[str, Any]
type Answer = Json | str | Callable[[Json], Any] | None
"""A payload, the code of a CALLERROR, what makes either, or no answer."""

ACCEPTED: Json = {
    "status": "Accepted",
    "interval": 0,
    "currentTime": "2026-01-01T00:00:00Z",
}

QUICK = Pace(
    back_off=(0.01, 0.02, 0.03),
    retry=0.05,
    least_retry=0.05,
    heartbeat=3600.0,
    least_heartbeat=0.05,
    answer=0.2,
    open=30.0,
    away=0.05,
)


class Backend:
    """A backend in OCPP 1.6, which does what a test wants."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        """Make one that accepts everything."""
        self.answers: dict[str, Answer] = {"BootNotification": ACCEPTED}
        self.calls: list[tuple[str, Json]] = []
        """What it was told: action and payload."""
        self.requests: list[Request] = []
        """The requests of the handshakes."""
        self.refuse: Callable[[Request], int | Response | None] = lambda _: None
        """Returns the status with which a handshake is refused."""
        self.subprotocol: str | None = "ocpp1.6"
        self.greeting: Callable[[ServerConnection], Any] | None = None
        """What is done with a new connection, before anything is read."""
        self.handshaking: Callable[[Request], Any] | None = None
        """What is done before a handshake is answered."""
        self.connections: set[ServerConnection] = set()
        self.replies: list[list[Any]] = []
        """The answers that it was given."""
        self._tls = tls
        self._server: Server | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; on the same port as before, if there was one."""
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            self.port,
            process_request=self._process_request,
            select_subprotocol=lambda _, offered: self.subprotocol,  # type: ignore[arg-type, return-value]
            ssl=self._tls,
            close_timeout=0.2,
            max_size=None,
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        """Drop all connections."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    @property
    def url(self) -> str:
        """Its address."""
        return f"{'ws' if self._tls is None else 'wss'}://127.0.0.1:{self.port}/ocpp"

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for."""
        return [one.path for one in self.requests]

    def told(self, action: str) -> list[Json]:
        """Return what it was told by a message."""
        return [payload for name, payload in self.calls if name == action]

    async def ask(self, action: str, payload: Json, number: str = "1") -> None:
        """Send a call on all connections."""
        for one in self.connections:
            await one.send(json.dumps([2, number, action, payload]))

    async def _process_request(
        self, connection: ServerConnection, request: Request
    ) -> Response | None:
        self.requests.append(request)
        if self.handshaking is not None:
            await self.handshaking(request)
        refusal = self.refuse(request)
        if isinstance(refusal, Response):
            return refusal
        if refusal is not None:
            return connection.respond(HTTPStatus(refusal), "no")
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        self.connections.add(connection)
        try:
            if self.greeting is not None:
                await self.greeting(connection)
            async for message in connection:
                frame = json.loads(message)
                if frame[0] == 2:
                    await self._answer(connection, *frame[1:])
                else:
                    self.replies.append(frame)
        except ConnectionClosed:
            pass
        finally:
            self.connections.discard(connection)

    async def _answer(
        self, connection: ServerConnection, number: str, action: str, payload: Json
    ) -> None:
        self.calls.append((action, payload))
        answer = self.answers.get(action, {})
        if callable(answer):
            answer = answer(payload)
            if asyncio.iscoroutine(answer):
                answer = await answer
        if isinstance(answer, str):
            await connection.send(json.dumps([4, number, answer, "no", {}]))
        elif answer is not None:
            await connection.send(json.dumps([3, number, answer]))


def redirect(location: str, status: int = 302) -> Response:
    """Return a redirect."""
    headers = Headers({"Location": location, "Connection": "close"})
    return Response(status, "Found", headers)


class House:
    """A central system whose charge point CP1 is played for one upstream."""

    def __init__(
        self,
        pace: Pace = QUICK,
        books: UpstreamBooks | None = None,
        authorizer: Authorizer | None = None,
    ) -> None:
        """Make it; nothing listens or connects yet."""
        self.world = World(MemoryStore(), authorizer=authorizer)
        self.books = books or UpstreamBooks()
        self.upstreams = Upstreams(
            self.world.ledger,
            self.world.storage,
            self.books,
            VERSIONS.agreed,
            pace=pace,
        )
        self.world.central_system.others = self.upstreams.cards
        if authorizer is not None:
            self.upstreams.cards.house = authorizer

    async def __aenter__(self) -> Self:
        await self.world.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.upstreams.stop()
        await self.world.central_system.stop()

    def play(self, url: str, **more: Any) -> VirtualStation:
        """Play the charge point for the upstream at an address."""
        if ("CP1") not in self.world.central_system.charge_points:
            self.upstreams.attach(self.world.adopt("CP1"))
        self.upstreams.apply(
            [
                UpstreamSettings(
                    **{
                        "id": "employer",
                        "name": "Employer",
                        "url": url,
                        "charge_points": frozenset({"CP1"}),
                        **more,
                    }
                )
            ]
        )
        return self.station

    @property
    def station(self) -> VirtualStation:
        """What plays the charge point."""
        (station,) = self.upstreams.stations.values()
        return station

    @property
    def charge_point(self) -> ChargePoint:
        """The charge point itself."""
        return self.station.charge_point

    @property
    def url(self) -> str:
        """The address for the charge point."""
        return f"ws://127.0.0.1:{self.world.central_system.port}/ocpp"
