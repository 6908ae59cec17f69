"""Who may connect, and how: passwords, TLS, the protocol that is spoken."""

from collections.abc import Callable
from http import HTTPStatus
import ssl
from typing import Any

import pytest
from websockets.exceptions import InvalidMessage

from custom_components.ocpp_cs.csms.model.security import SecurityLevel, TlsProblem
from custom_components.ocpp_cs.hub import Hub
from tests.csms.pki import Ca
from tests.integration.conftest import HOST, wait_for
from tests.integration.helpers.encryption import encrypted, works

from .cases import case
from .charge_point import ChargePoint
from .home import Home
from .pki import new_key, signing_request
from .secured import ACCEPTED, NEW, OLD, SERIAL, Secured, sent

PASSWORD, TLS, CERTIFICATE = (
    SecurityLevel.PASSWORD,
    SecurityLevel.TLS,
    SecurityLevel.CERTIFICATE,
)
OPEN = HTTPStatus.SWITCHING_PROTOCOLS


@pytest.fixture
def options(unused_tcp_port_factory: Callable[[], int]) -> dict[str, Any]:
    """Return the options of the server: encryption, with a certificate of its own."""
    return encrypted(unused_tcp_port_factory())


@pytest.fixture
async def secured(home: Home, line: ChargePoint, hub: Hub) -> Secured:
    """Return the server and the charge point, once both ports are open."""
    encryption = await works(home.hass, hub)
    line.tls_url = f"wss://{HOST}:{encryption.open_port}/"
    return Secured(home, line, hub)


# The cases of OCPP 1.6.


@case("TC_073_CSMS", "Update of the password")
@pytest.mark.parametrize("in_hex", [False, True])
async def test_new_password(secured: Secured, in_hex: bool) -> None:
    def form(password: str) -> str | bytes:
        return password if in_hex else sent(password)

    home = secured.home
    await secured.demand(PASSWORD, password=OLD)
    cp = await secured.comes(password=form(OLD))
    cp.answers["ChangeConfiguration"] = ACCEPTED
    answer = await home.act("change_configuration", key="AuthorizationKey", value=NEW)
    assert answer == {"status": "accepted"}
    assert cp.asked("ChangeConfiguration") == [
        {"key": "AuthorizationKey", "value": NEW}
    ]
    # It is written, never read (A01).
    assert cp.asked("GetConfiguration") == []
    await secured.goes()
    await secured.comes(password=form(NEW))
    await secured.shows(PASSWORD)
    await secured.goes()
    assert await secured.status(password=form(OLD)) == HTTPStatus.UNAUTHORIZED
    assert await secured.status(password=form(NEW)) == OPEN


@case("TC_074_CSMS", "Update of the charge point's certificate")
@pytest.mark.parametrize("algorithm", ["RSA", "ECDSA"])
async def test_certificate_update(secured: Secured, algorithm: str) -> None:
    """It is also A_11 of OCPP 2.0.1."""
    await secured.comes(tls=secured.trusting())
    first = await secured.gets_certificate(algorithm=algorithm)
    await secured.goes()
    await secured.demand(CERTIFICATE)
    await secured.comes(tls=first)
    second = await secured.gets_certificate(algorithm=algorithm)
    await secured.goes()
    await secured.comes(tls=second)
    await secured.shows(CERTIFICATE)


@case("TC_083_CSMS", "Upgrade of the security profile")
@pytest.mark.parametrize("profile", [2, 3])
async def test_upgrade(secured: Secured, profile: int) -> None:
    home = secured.home
    await secured.demand(PASSWORD, password=OLD)
    cp = await secured.comes(password=sent(OLD))
    cp.answers |= {"ChangeConfiguration": ACCEPTED, "Reset": ACCEPTED}
    how: dict[str, Any] = {"password": sent(OLD), "tls": secured.trusting()}
    if profile == 3:
        how = {"tls": await secured.gets_certificate()}
    await home.act("change_configuration", key="SecurityProfile", value=profile)
    assert cp.asked("ChangeConfiguration") == [
        {"key": "SecurityProfile", "value": str(profile)}
    ]
    await home.act("reset", type="hard")
    assert cp.asked("Reset") == [{"type": "Hard"}]
    await secured.goes()
    await secured.comes(**how)
    await secured.shows(SecurityLevel(profile))
    await secured.accepts(SecurityLevel(profile))
    await secured.goes()
    # It is never lowered again (A05).
    assert await secured.status(password=sent(OLD)) == HTTPStatus.UPGRADE_REQUIRED
    if profile == 3:
        lower = await secured.status(password=sent(OLD), tls=secured.trusting())
        assert lower == HTTPStatus.FORBIDDEN
    assert await secured.status(**how) == OPEN


@case("TC_085_CSMS", "Basic authentication")
async def test_basic_authentication(secured: Secured) -> None:
    await secured.demand(PASSWORD, password=OLD)
    assert await secured.status() == HTTPStatus.UNAUTHORIZED
    assert await secured.status(password=sent(NEW)) == HTTPStatus.UNAUTHORIZED
    await secured.comes(password=sent(OLD))
    await secured.shows(PASSWORD)


@case("TC_086_CSMS", "TLS, server-side certificate")
@pytest.mark.parametrize(
    "suite",
    [
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "AES128-GCM-SHA256",
        "AES256-GCM-SHA384",
    ],
)
async def test_server_certificate(secured: Secured, suite: str) -> None:
    """It has to serve all of these (A00.FR.318), by names of OpenSSL."""
    await secured.demand(TLS, password=OLD)
    context = secured.trusting(maximum_version=ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(suite)
    await secured.comes(password=sent(OLD), tls=context)
    await secured.shows(TLS)
    websocket = secured.line.websocket
    assert websocket is not None
    shown = websocket.transport.get_extra_info("cipher")
    assert shown[:2] == (suite, "TLSv1.2")
    await secured.goes()
    assert await secured.status(password=sent(OLD)) == HTTPStatus.UPGRADE_REQUIRED
    assert await secured.status(tls=secured.trusting()) == HTTPStatus.UNAUTHORIZED


@case("TC_087_CSMS", "TLS, client-side certificate")
@pytest.mark.parametrize("algorithm", ["ECDSA", "RSA"])
async def test_client_certificate(secured: Secured, algorithm: str) -> None:
    await secured.comes(tls=secured.trusting())
    context = await secured.gets_certificate(algorithm=algorithm)
    await secured.goes()
    await secured.demand(CERTIFICATE)
    assert await secured.status(tls=secured.trusting()) == HTTPStatus.FORBIDDEN
    await secured.comes(tls=context)
    await secured.shows(CERTIFICATE)


# Those of OCPP 2.0.1 that 1.6 has, too; their numbers are in the names.


@pytest.mark.parametrize("user", ["CP2", "cp1", "", "CP1 "])
async def test_a_02_another_user_name(secured: Secured, user: str) -> None:
    await secured.demand(PASSWORD, password=OLD)
    assert await secured.status(password=sent(OLD), user=user) == (
        HTTPStatus.UNAUTHORIZED
    )
    assert await secured.status(password=sent(OLD)) == OPEN


async def test_a_03_another_password_over_tls(secured: Secured) -> None:
    await secured.demand(TLS, password=OLD)
    tls = secured.trusting()
    assert await secured.status(password=sent(NEW), tls=tls) == HTTPStatus.UNAUTHORIZED
    assert await secured.status(password=sent(OLD), tls=tls) == OPEN


async def test_a_06_a_version_of_tls_that_is_too_low(
    secured: Secured, problems: list[TlsProblem | None]
) -> None:
    context = secured.trusting(check_hostname=False, verify_mode=ssl.CERT_NONE)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(OSError):
        await secured.line.connect(tls=context)
    await wait_for(secured.home.hass, lambda: problems)
    assert problems == [TlsProblem.OLD_VERSION]


@pytest.fixture
def problems(
    home: Home, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> list[TlsProblem | None]:
    """Return why TLS handshakes failed, as it is told."""
    problems: list[TlsProblem | None] = []
    tell = hub.central_system._server._on_refused

    def told(refusal: Any) -> None:
        problems.append(refusal.tls_problem)
        tell(refusal)

    monkeypatch.setattr(hub.central_system._server, "_on_refused", told)
    return problems


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_08_a_certificate_of_nobody(
    secured: Secured, problems: list[TlsProblem | None], version: ssl.TLSVersion
) -> None:
    await secured.demand(CERTIFICATE)
    key = new_key("ECDSA")
    context = secured.certified(
        key, Ca("Somebody").sign(key, SERIAL), maximum_version=version
    )
    with pytest.raises((OSError, EOFError, InvalidMessage)):
        await secured.line.connect(tls=context)
    await wait_for(secured.home.hass, lambda: problems)
    assert problems == [TlsProblem.CLIENT_UNKNOWN_CA]


async def test_a_08_a_certificate_of_another(secured: Secured) -> None:
    await secured.comes(tls=secured.trusting())
    context = await secured.gets_certificate("CP1")
    await secured.goes()
    await secured.demand(CERTIFICATE)
    secured.line.id = "CP9"
    hub = secured.hub
    adopted = hub.central_system.charge_points["CP1"]
    hub.central_system.adopt("CP9", adopted.settings)
    assert await secured.status(tls=context) == HTTPStatus.FORBIDDEN
    await hub.central_system.forget("CP9")
    secured.line.id = "CP1"
    assert await secured.status(tls=context) == OPEN


async def test_a_09_a_new_password_over_tls(secured: Secured) -> None:
    await secured.demand(TLS, password=OLD)
    tls = secured.trusting()
    cp = await secured.comes(password=sent(OLD), tls=tls)
    cp.answers["ChangeConfiguration"] = ACCEPTED
    await secured.home.act("change_configuration", key="AuthorizationKey", value=NEW)
    await secured.goes()
    # It may not have stored it yet.
    assert await secured.status(password=sent(OLD), tls=tls) == OPEN
    await secured.comes(password=sent(NEW), tls=tls)
    await secured.goes()
    assert await secured.status(password=sent(OLD), tls=tls) == HTTPStatus.UNAUTHORIZED


async def test_a_10_a_new_password_that_is_rejected(secured: Secured) -> None:
    await secured.demand(PASSWORD, password=OLD)
    cp = await secured.comes(password=sent(OLD))
    cp.answers["ChangeConfiguration"] = {"status": "Rejected"}
    with secured.home.told("Garage refused"):
        await secured.home.act(
            "change_configuration", key="AuthorizationKey", value=NEW
        )
    await secured.goes()
    assert await secured.status(password=sent(NEW)) == HTTPStatus.UNAUTHORIZED
    assert await secured.status(password=sent(OLD)) == OPEN


async def test_a_11_a_request_with_another_name_is_rejected(secured: Secured) -> None:
    cp = await secured.comes(tls=secured.trusting())
    csr = signing_request(new_key("ECDSA"), "CP2")
    answer = await cp.call("SignCertificate", csr=csr)
    assert answer == {"status": "Rejected"}
    assert cp.asked("CertificateSigned") == []


# What is agreed upon in the handshake.


@case(
    "TC_088_CSMS",
    "WebSocket subprotocol negotiation",
    remark="where there is nothing to agree upon, the handshake is completed without "
    "a protocol and the connection closed at once (OCPP-J 1.6, 3.2)",
)
async def test_subprotocol(home: Home, cp: ChargePoint) -> None:
    await cp.disconnect()
    await home.is_connected(False)
    websocket = await cp.connect(subprotocols=("ocpp0.1",))
    assert websocket.subprotocol is None
    await websocket.wait_closed()
    assert websocket.close_code == 1002
    assert cp.frames == []
    assert not home.connected
    websocket = await cp.connect(subprotocols=("ocpp0.1", "ocpp1.6"))
    assert websocket.response is not None
    assert websocket.response.headers["Sec-WebSocket-Protocol"] == "ocpp1.6"
    assert (await cp.boot())["status"] == "Accepted"
    await home.is_connected()
