"""Chargers with passwords, TLS and certificates, over real sockets."""

import asyncio
import ssl
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from websockets.exceptions import InvalidStatus

from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security.credentials import Credential
from custom_components.ocpp_cs.security.levels import Levels
from tests.csms import pki
from tests.integration.helpers.entities import Wallbox


def offer_tls(hub: Hub) -> None:
    """Let the server take TLS as well, on its port."""
    hub.central_system._server.tls = pki.server_context()


def client_tls(common_name: str | None = None) -> ssl.SSLContext:
    """Return a charger's side of TLS, with a certificate of that name."""
    context = pki.client_context()
    if common_name is not None:
        key = pki.new_key()
        pki.load(context, key, pki.ca().sign(key, common_name))
    return context


def levels_of(hub: Hub) -> Levels:
    """Return the component of the levels."""
    return hub.part(Levels)


def credential_of(hub: Hub, charge_point_id: str = "CP1") -> Credential:
    """Return what is stored of a charger."""
    return levels_of(hub).credentials.get(charge_point_id)


class Box(Wallbox):
    """A wallbox that comes with what it is given, and may keep silent."""

    def __init__(
        self,
        server_url: str,
        charge_point_id: str = "CP1",
        *,
        password: bytes | str | None = None,
        tls: ssl.SSLContext | None = None,
        address: str | None = None,
        answer: Any = "Accepted",
    ) -> None:
        """Connect later; `answer` is to a password: its status, or None for silence."""
        if tls is not None:
            server_url = server_url.replace("ws://", "wss://")
        super().__init__(server_url, charge_point_id)
        self.address, self.tls = address, tls
        self.password = password.encode() if isinstance(password, str) else password
        self.answers["ChangeConfiguration"] = lambda payload: self._answer(
            payload, answer
        )
        self.written: list[str] = []
        """The passwords that were written to it."""

    async def wait_for_password(self) -> None:
        """Return when a password was written to it."""
        await self.wait_for("ChangeConfiguration")
        async with asyncio.timeout(5):
            while not self.written:
                await asyncio.sleep(0.01)

    def _answer(self, payload: dict[str, Any], answer: Any) -> Any:
        if payload["key"] != "AuthorizationKey":
            return {"status": "Accepted"}
        self.written.append(payload["value"])
        if answer is None:
            return None
        return answer if answer == "InternalError" else {"status": answer}


async def refused(box: Box) -> int:
    """Return the status that a charger is refused with."""
    with pytest.raises(InvalidStatus) as caught:
        async with box:
            pass
    return caught.value.response.status_code


async def known(hass: HomeAssistant, hub: Hub, box: Box) -> None:
    """Have a connected charger boot, and wait until it is known what it brings."""
    await box.begin(hass, hub)
    await hass.async_block_till_done()
