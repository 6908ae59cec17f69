"""Passwords, TLS, certificates of stations, security profiles (A)."""

from collections.abc import Callable
from http import HTTPStatus
import ssl
from typing import Any, override

from cryptography import x509
import pytest

from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.hub import Hub
from tests.conformance.charge_point import Json
from tests.conformance.home import Home
from tests.conformance.pki import PrivateKey, new_key, signing_request
from tests.conformance.secured import NEW, OLD, REFUSED, Secured
from tests.integration.conftest import HOST
from tests.integration.helpers.encryption import encrypted, works

from .cases import case
from .conftest import is_ready
from .station import ACCEPTED, SERIAL, Station

PASSWORD, TLS, CERTIFICATE = (
    SecurityLevel.PASSWORD,
    SecurityLevel.TLS,
    SecurityLevel.CERTIFICATE,
)
OPEN = HTTPStatus.SWITCHING_PROTOCOLS

BASIC_AUTH = {
    "component": {"name": "SecurityCtrlr"},
    "variable": {"name": "BasicAuthPassword"},
}
PRIORITY = {
    "component": {"name": "OCPPCommCtrlr"},
    "variable": {"name": "NetworkConfigurationPriority"},
}


class SecuredStation(Secured):
    """The server, and the station that has not connected yet."""

    line: Station

    @override
    async def comes(self, **how: Any) -> Station:
        """Connect, boot, and answer all that is asked."""
        await self.line.connect(**how)
        await self.line.booted()
        await is_ready(self.home, self.hub)
        await self.home.is_connected()
        self.line.frames.clear()
        return self.line

    async def asks_to_sign(self, key: PrivateKey, answer: Json) -> str:
        """Ask for a request and sign it; return the certificate's chain."""
        line = self.line
        line.answers |= {"TriggerMessage": ACCEPTED, "CertificateSigned": answer}
        await self.home.act(
            "trigger_message", requested_message="sign_charging_station_certificate"
        )
        assert line.asked("TriggerMessage")[-1] == {
            "requestedMessage": "SignChargingStationCertificate"
        }
        told = await line.call(
            "SignCertificate",
            csr=signing_request(key, SERIAL),
            certificateType="ChargingStationCertificate",
        )
        assert told == ACCEPTED
        (signed,) = await line.is_asked("CertificateSigned")
        assert signed["certificateType"] == "ChargingStationCertificate"
        chain: str = signed["certificateChain"]
        certificate = x509.load_pem_x509_certificate(chain.encode())
        assert certificate.public_key() == key.public_key()
        assert f"CN={SERIAL}" in certificate.subject.rfc4514_string()
        assert certificate.serial_number
        return chain

    @override
    async def gets_certificate(
        self, common_name: str = SERIAL, algorithm: str = "ECDSA"
    ) -> ssl.SSLContext:
        """Have a request signed; return what the station connects with."""
        key = new_key(algorithm)
        self.line.frames.clear()
        chain = await self.asks_to_sign(key, ACCEPTED)
        del self.line.answers["TriggerMessage"]
        return self.certified(key, chain)


@pytest.fixture
def options(unused_tcp_port_factory: Callable[[], int]) -> dict[str, Any]:
    """Return the options of the server: encryption, with a certificate of its own."""
    return encrypted(unused_tcp_port_factory())


@pytest.fixture
async def secured(home: Home, line: Station, hub: Hub) -> SecuredStation:
    """Return the server and the station, once both ports are open."""
    encryption = await works(home.hass, hub)
    line.tls_url = f"wss://{HOST}:{encryption.open_port}/"
    return SecuredStation(home, line, hub)


# Passwords.


@pytest.mark.parametrize("encrypted", [False, True])
@case("A_01")
async def test_password(secured: SecuredStation, encrypted: bool) -> None:
    level = TLS if encrypted else PASSWORD
    await secured.demand(level, password=OLD)
    await secured.comes(password=OLD, tls=secured.trusting() if encrypted else None)
    await secured.shows(level)
    await secured.home.shows_status("available")


@case("A_02")
async def test_another_name(secured: SecuredStation) -> None:
    await secured.demand(PASSWORD, password=OLD)
    refused = await secured.status(password=OLD, user=f"{secured.line.id}Invalid")
    assert refused == REFUSED
    assert not secured.home.connected
    assert await secured.status(password=OLD) == OPEN


@case("A_03")
async def test_another_password(secured: SecuredStation) -> None:
    await secured.demand(PASSWORD, password=OLD)
    assert await secured.status(password=NEW) == REFUSED
    assert await secured.status() == REFUSED
    assert not secured.home.connected
    assert await secured.status(password=OLD) == OPEN


# TLS.


@case("A_04")
@pytest.mark.parametrize(
    "suite",
    [
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "AES128-GCM-SHA256",
        "AES256-GCM-SHA384",
    ],
)
async def test_server_certificate(secured: SecuredStation, suite: str) -> None:
    """It has to serve all of these (A00.FR.318), by names of OpenSSL."""
    await secured.demand(TLS, password=OLD)
    context = secured.trusting(maximum_version=ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(suite)
    await secured.comes(password=OLD, tls=context)
    await secured.shows(TLS)
    websocket = secured.line.websocket
    assert websocket is not None
    shown = websocket.transport.get_extra_info("cipher")
    assert shown[:2] == (suite, "TLSv1.2")


@case("A_06")
async def test_old_tls(secured: SecuredStation) -> None:
    await secured.demand(TLS, password=OLD)
    context = secured.trusting(check_hostname=False, verify_mode=ssl.CERT_NONE)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(OSError):
        await secured.line.connect(password=OLD, tls=context)
    assert not secured.home.connected
    await secured.comes(password=OLD, tls=secured.trusting())


# Certificates of the station.


# The security profile.
