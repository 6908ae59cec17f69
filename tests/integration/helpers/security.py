"""Chargers with passwords, TLS and certificates, over real sockets."""

import asyncio
from collections.abc import Callable
import ssl
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from websockets.exceptions import InvalidStatus

from custom_components.ocpp_cs.certificates.credentials import Credential
from custom_components.ocpp_cs.certificates.encryption import Encryption
from custom_components.ocpp_cs.certificates.store import async_certificates
from custom_components.ocpp_cs.const import CONF_ENCRYPTION, CONF_TLS_ON, CONF_TLS_PORT
from custom_components.ocpp_cs.csms.security.authority import facts
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security.levels import Levels
from tests.csms.security.handshakes import load
from tests.integration.conftest import wait_for
from tests.integration.helpers.entities import Wallbox


class Tls:
    """The encryption of a server, and the certificates of its chargers."""

    def __init__(self, hass: HomeAssistant, hub: Hub) -> None:
        """Take a server whose encryption works."""
        self._hass = hass
        self._encryption = hub.part(Encryption)
        self._credentials = hub.part(Levels).credentials

    async def client(
        self, common_name: str | None = None, *, issued_to: str | None = "CP1"
    ) -> ssl.SSLContext:
        """Return a charger's side of TLS, with a certificate of that name."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        # Which names this machine has differs.
        context.check_hostname = False
        context.load_verify_locations(cadata=self._encryption.root)
        if common_name is not None:
            certificates = await async_certificates(self._hass)
            pair = await certificates.async_client_pair(common_name)
            load(context, pair)
            if issued_to is not None:
                await self._credentials.async_issued(
                    issued_to, facts(pair.chain).fingerprint
                )
            # Nobody is asked for a certificate before one is issued.
            self._credentials.async_change(
                "CP1", certificate_ends=facts(pair.chain).not_after
            )
            await self._encryption.async_applied()
        return context


@pytest.fixture(name="tls")
async def fixture_tls(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    unused_tcp_port_factory: Callable[[], int],
) -> Tls:
    """Return the encryption of the server, switched on; its plain port has it as well."""
    entry = setup_integration
    hass.config_entries.async_update_entry(
        entry,
        options={
            **entry.options,
            CONF_ENCRYPTION: {
                CONF_TLS_ON: True,
                CONF_TLS_PORT: unused_tcp_port_factory(),
            },
        },
    )
    await wait_for(hass, lambda: hub.part(Encryption).is_working)
    return Tls(hass, hub)


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
        async with asyncio.timeout(60):
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
