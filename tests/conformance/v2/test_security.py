"""Passwords, TLS, certificates of stations, security profiles (A)."""

from collections.abc import Callable
from http import HTTPStatus
import ssl
from typing import Any, override

from cryptography import x509
import pytest
from websockets.exceptions import InvalidMessage

from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.hub import Hub
from tests.conformance.charge_point import Json
from tests.conformance.home import Home
from tests.conformance.pki import PrivateKey, new_key, signing_request
from tests.conformance.secured import NEW, OLD, REFUSED, Secured
from tests.csms.pki import Ca
from tests.integration.conftest import HOST
from tests.integration.helpers.encryption import encrypted, works

from .cases import case, cases
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


@cases("A_09", "A_10", accepted=[True, False])
async def test_new_password(
    secured: SecuredStation, number: str, accepted: bool
) -> None:
    home = secured.home
    await secured.demand(PASSWORD, password=OLD)
    station = await secured.comes(password=OLD)
    status = "Accepted" if accepted else "Rejected"
    station.answers["SetVariables"] = {
        "setVariableResult": [{**BASIC_AUTH, "attributeStatus": status}]
    }
    fields = {"variables": {"SecurityCtrlr.BasicAuthPassword": NEW}}
    answer = await home.act("set_variables", **fields)
    (told,) = answer["set_variable_result"]
    assert told["attribute_status"] == status.lower()
    (asked,) = station.asked("SetVariables")
    (one,) = asked["setVariableData"]
    assert one.pop("attributeType", "Actual") == "Actual"
    assert one == {**BASIC_AUTH, "attributeValue": NEW}
    await secured.goes()
    station.answers.clear()
    now, before = (NEW, OLD) if accepted else (OLD, NEW)
    await secured.comes(password=now)
    await secured.shows(PASSWORD)
    await secured.goes()
    assert await secured.status(password=before) == REFUSED


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


@case("A_07")
@pytest.mark.parametrize("algorithm", ["ECDSA", "RSA"])
async def test_station_certificate(secured: SecuredStation, algorithm: str) -> None:
    await secured.comes(tls=secured.trusting())
    context = await secured.gets_certificate(algorithm=algorithm)
    await secured.goes()
    await secured.demand(CERTIFICATE)
    assert await secured.status(tls=secured.trusting()) == HTTPStatus.FORBIDDEN
    await secured.comes(tls=context)
    await secured.shows(CERTIFICATE)


@case("A_08")
async def test_foreign_certificate(secured: SecuredStation) -> None:
    await secured.comes(tls=secured.trusting())
    context = await secured.gets_certificate()
    await secured.goes()
    await secured.demand(CERTIFICATE)
    key = new_key("ECDSA")
    foreign = secured.certified(key, Ca("Somebody").sign(key, SERIAL))
    with pytest.raises((OSError, EOFError, InvalidMessage)):
        await secured.line.connect(tls=foreign)
    assert not secured.home.connected
    await secured.comes(tls=context)
    await secured.shows(CERTIFICATE)


# Certificates of the station.


@case("A_11")
@pytest.mark.parametrize("algorithm", ["RSA", "ECDSA"])
async def test_new_certificate(secured: SecuredStation, algorithm: str) -> None:
    await secured.comes(tls=secured.trusting())
    first = await secured.gets_certificate(algorithm=algorithm)
    await secured.goes()
    await secured.demand(CERTIFICATE)
    await secured.comes(tls=first)
    second = await secured.gets_certificate(algorithm=algorithm)
    await secured.goes()
    await secured.comes(tls=second)
    await secured.shows(CERTIFICATE)


@case("A_14")
async def test_certificate_is_refused(secured: SecuredStation) -> None:
    await secured.comes(tls=secured.trusting())
    first = await secured.gets_certificate()
    await secured.goes()
    await secured.demand(CERTIFICATE)
    station = await secured.comes(tls=first)
    await secured.asks_to_sign(new_key("ECDSA"), {"status": "Rejected"})
    told = await station.call(
        "SecurityEventNotification",
        type="InvalidChargingStationCertificate",
        timestamp="2026-01-02T03:04:05Z",
    )
    assert told == {}
    await secured.home.shows_event("security", "invalid_charge_point_certificate")
    # That in use stays good.
    station.answers.clear()
    await secured.goes()
    await secured.comes(tls=first)


# The security profile.


@case("A_19")
@pytest.mark.parametrize("profile", [2, 3])
async def test_upgrade(secured: SecuredStation, profile: int) -> None:
    home = secured.home
    before = SecurityLevel(profile - 1)
    await secured.demand(before, password=OLD)
    how: dict[str, Any] = {"password": OLD}
    if before is TLS:
        how["tls"] = secured.trusting()
    station = await secured.comes(**how)
    better = {"password": OLD, "tls": secured.trusting()}
    if profile == 3:
        better = {"tls": await secured.gets_certificate()}
    station.answers |= {"SetNetworkProfile": ACCEPTED, "Reset": ACCEPTED}
    url = "wss://ha.example:9443/"
    data = {
        "ocpp_version": "OCPP20",
        "ocpp_transport": "JSON",
        "ocpp_csms_url": url,
        "message_timeout": 30,
        "security_profile": profile,
        "ocpp_interface": "Wired0",
    }
    await home.act("set_network_profile", configuration_slot=2, connection_data=data)
    (asked,) = station.asked("SetNetworkProfile")
    assert asked["connectionData"]["securityProfile"] == profile
    assert asked["connectionData"]["ocppCsmsUrl"] == url
    await home.act(
        "set_variables",
        variables={"OCPPCommCtrlr.NetworkConfigurationPriority": "2,1"},
    )
    written = station.asked("SetVariables")[-1]["setVariableData"]
    assert [
        {name: one[name] for name in (*PRIORITY, "attributeValue")} for one in written
    ] == [{**PRIORITY, "attributeValue": "2,1"}]
    await home.act("reset", type="hard")
    await secured.goes()
    await secured.comes(**better)
    await secured.shows(SecurityLevel(profile))
    await secured.accepts(SecurityLevel(profile))
    await secured.goes()
    # It is never lowered again (A05).
    refused = await secured.status(**how)
    assert refused in {HTTPStatus.UPGRADE_REQUIRED, HTTPStatus.FORBIDDEN}
    assert await secured.status(**better) == OPEN
