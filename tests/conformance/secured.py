"""A server with encryption, and a charge point at each of its security profiles."""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
import ssl
import tempfile
from typing import Any

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from websockets.exceptions import InvalidStatus

from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.csms.security.passwords import hashed
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security.levels import Levels
from tests.integration.conftest import wait_for
from tests.integration.helpers.encryption import encryption_of, trusting

from .charge_point import ChargePoint, Json
from .home import Home
from .pki import PrivateKey, new_key, signing_request

ACCEPTED = {"status": "Accepted"}
REFUSED = HTTPStatus.UNAUTHORIZED
SERIAL = "SN-0001"

OLD = "0123456789ABCDEF0123456789ABCDEF01234567"
NEW = "00112233445566778899AABBCCDDEEFF01234567"
"""20 bytes each, in hexadecimal digits (A01)."""


def sent(password: str) -> bytes:
    """Return a password as a charge point sends it (OCPP-J, 6.2)."""
    return bytes.fromhex(password)


@dataclass
class Secured:
    """The server, and the charge point that has not connected yet."""

    home: Home
    line: ChargePoint
    hub: Hub

    async def demand(
        self, level: SecurityLevel, *, password: str | None = None
    ) -> None:
        """Demand a level of the charge point, and a password."""
        await self.hub.part(Levels).credentials.async_change(
            self.line.id,
            level=level,
            password_needed=password is not None,
            passwords=() if password is None else (hashed(password),),
        )
        # Certificates are asked for only where they count.
        await encryption_of(self.hub).async_applied()

    def trusting(self, **limits: Any) -> ssl.SSLContext:
        """Return the context of a charge point that trusts the server's CA."""
        return trusting(encryption_of(self.hub).root, **limits)

    def certified(self, key: PrivateKey, chain: str, **limits: Any) -> ssl.SSLContext:
        """Return the context of a charge point that has a certificate, too."""
        context = self.trusting(**limits)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with tempfile.TemporaryDirectory() as folder:
            both = Path(folder) / "both.pem"
            both.write_bytes(private + chain.encode())
            context.load_cert_chain(both)
        return context

    async def comes(self, **how: Any) -> ChargePoint:
        """Connect, boot, and answer all that is asked."""
        line = self.line
        await line.connect(**how)
        assert (await line.boot())["status"] == "Accepted"
        await line.statuses()
        await line.is_asked("TriggerMessage")
        await self.home.is_connected()
        line.frames.clear()
        return line

    async def goes(self) -> None:
        """Disconnect."""
        await self.line.disconnect()
        await self.home.is_connected(False)

    async def status(self, **how: Any) -> int:
        """Return the status with which a connection is answered; it is closed again."""
        try:
            await self.line.connect(**how)
        except InvalidStatus as err:
            return err.response.status_code
        await self.line.disconnect()
        return HTTPStatus.SWITCHING_PROTOCOLS

    async def shows(self, level: SecurityLevel) -> None:
        """Fail unless the user sees this level."""
        await self.home.shows("sensor", "security_level", level.key)

    async def accepts(self, level: SecurityLevel) -> None:
        """Return once no lower level is accepted any more."""
        credentials = self.hub.part(Levels).credentials
        await wait_for(
            self.home.hass, lambda: credentials.get(self.line.id).level is level
        )

    async def gets_certificate(
        self, common_name: str = SERIAL, algorithm: str = "ECDSA"
    ) -> ssl.SSLContext:
        """Ask the connected charge point for a request; return what it connects with."""
        line, key = self.line, new_key(algorithm)
        line.answers |= {
            "ExtendedTriggerMessage": ACCEPTED,
            "CertificateSigned": ACCEPTED,
        }
        line.frames.clear()
        await self.home.act(
            "extended_trigger_message",
            requested_message="sign_charge_point_certificate",
        )
        assert line.asked("ExtendedTriggerMessage") == [
            {"requestedMessage": "SignChargePointCertificate"}
        ]
        csr = signing_request(key, common_name)
        assert await line.call("SignCertificate", csr=csr) == ACCEPTED
        signed: list[Json] = await line.is_asked("CertificateSigned")
        return self.certified(key, signed[0]["certificateChain"])
