"""A central system with TLS, and what a charger asks it."""

import asyncio
import json
import ssl
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from custom_components.ocpp_cs.csms.model.model import Refusal, RefusalReason
from custom_components.ocpp_cs.csms.model.security import TlsProblem
from tests.csms.central import Central, Link
from tests.csms.peer import OCPP, UPGRADE
from tests.csms.pki import client_context, server_context
from tests.csms.tls_peer import TlsPeer

VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
REQUEST = "\r\n".join(("GET /CP1 HTTP/1.1", *UPGRADE, OCPP, "", "")).encode()


class Secured(Central):
    """A central system with a port for TLS, which keeps who was refused."""

    def __init__(self, **server: Any) -> None:
        """Prepare."""
        self.refused: list[Refusal] = []
        super().__init__(tls=server_context(), on_refused=self.refused.append, **server)

    @property
    def problems(self) -> list[TlsProblem | None]:
        """Why TLS handshakes failed."""
        assert all(one.reason is RefusalReason.TLS_FAILED for one in self.refused)
        return [one.tls_problem for one in self.refused]

    @property
    def tls_port(self) -> int:
        """The port on which TLS is needed."""
        port = self.server.tls_port
        assert port is not None
        return port

    def dial_tls(
        self, port: int | None = None, name: str = "CP1", **context: Any
    ) -> connect:
        """Connect as a charger does."""
        return connect(
            f"wss://127.0.0.1:{port or self.tls_port}/{name}",
            ssl=client_context(**context),
            subprotocols=["ocpp1.6"],  # type: ignore[list-item]
        )

    async def peer(
        self,
        port: int | None = None,
        *,
        context: ssl.SSLContext | None = None,
        version: ssl.TLSVersion | None = None,
        **dial: Any,
    ) -> TlsPeer:
        """Return a connection that has said nothing; it is dropped at the end."""
        peer = await TlsPeer.dial(
            port or self.tls_port, context or client_context(version=version), **dial
        )
        self._peers.append(peer)
        return peer

    async def connect_tls(self, **peer: Any) -> Link:
        """Return a new connection."""
        one = await self.peer(**peer)
        await one.shake_hands()
        await one.request("/CP1", (*UPGRADE, OCPP))
        assert one.status == 101
        async with asyncio.timeout(60):
            link = await self._links.get()
        link.peer = one
        return link


async def answers(client: ClientConnection, length: int = 2) -> bool:
    """Return whether a call is answered with all that was in it."""
    text = "x" * length
    await client.send(json.dumps([2, "1", "Echo", {"text": text}]))
    async with asyncio.timeout(60):
        answer = json.loads(await client.recv())
    return bool(answer == [3, "1", {"action": "Echo", "payload": {"text": text}}])
