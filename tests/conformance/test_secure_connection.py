"""Who may connect, and how: passwords, TLS, the protocol that is spoken."""

import asyncio
from http import HTTPStatus
import ssl
from urllib.parse import urlsplit

from websockets.exceptions import InvalidStatus

from .cases import case, later
from .charge_point import ChargePoint
from .home import Home

ACCEPTED = {"status": "Accepted"}

OLD = "0123456789ABCDEF0123456789ABCDEF"
NEW = "00112233445566778899AABBCCDDEEFF01234567"
"""20 bytes, in hexadecimal digits (A01)."""

_NO_PASSWORDS = "passwords (HTTP Basic authentication) are not checked yet"
_NO_TLS = "connections are not encrypted yet"
_NO_CLIENT_CERTIFICATES = "certificates of charge points are not checked yet"


async def _is_refused(line: ChargePoint, password: str | None) -> bool:
    """Try to connect with a password, or without; tell whether that is not allowed."""
    try:
        await line.connect(password=password)
    except InvalidStatus as err:
        return err.response.status_code == HTTPStatus.UNAUTHORIZED
    await line.disconnect()
    return False


async def _speaks_tls(url: str) -> bool:
    """Tell whether the server answers a TLS handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    there = urlsplit(url)
    try:
        async with asyncio.timeout(10):
            _, writer = await asyncio.open_connection(
                there.hostname, there.port, ssl=context
            )
    except OSError:
        return False
    writer.close()
    return True


@case("TC_073_CSMS", "Update of the password", not_yet=_NO_PASSWORDS)
async def test_new_password(home: Home, cp: ChargePoint) -> None:
    cp.answers["ChangeConfiguration"] = ACCEPTED
    answer = await home.act("change_configuration", key="AuthorizationKey", value=NEW)
    assert answer == {"status": "accepted"}
    assert cp.asked("ChangeConfiguration") == [
        {"key": "AuthorizationKey", "value": NEW}
    ]
    # It is written, never read (A01).
    assert cp.asked("GetConfiguration") == []
    await cp.disconnect()
    await home.is_connected(False)
    await cp.connect(password=NEW)
    await home.is_connected()
    await cp.disconnect()
    later(await _is_refused(cp, OLD), "the old password is refused")


@case("TC_083_CSMS", "Upgrade of the security profile", not_yet=_NO_TLS)
async def test_upgrade(home: Home, cp: ChargePoint, server_url: str) -> None:
    cp.answers |= {"ChangeConfiguration": ACCEPTED, "Reset": ACCEPTED}
    await home.act("change_configuration", key="SecurityProfile", value=3)
    assert cp.asked("ChangeConfiguration") == [{"key": "SecurityProfile", "value": "3"}]
    await home.act("reset", type="hard")
    assert cp.asked("Reset") == [{"type": "Hard"}]
    await cp.disconnect()
    await home.is_connected(False)
    later(await _speaks_tls(server_url), "it comes back with a higher profile")


@case("TC_085_CSMS", "Basic authentication", not_yet=_NO_PASSWORDS)
async def test_basic_authentication(home: Home, line: ChargePoint) -> None:
    later(await _is_refused(line, None), "nobody comes in without a password")
    later(await _is_refused(line, "wrong password!!"), "it has to be the right one")


@case("TC_086_CSMS", "TLS, server-side certificate", not_yet=_NO_TLS)
async def test_server_certificate(home: Home, server_url: str) -> None:
    later(await _speaks_tls(server_url), "the server shows a certificate")


@case("TC_087_CSMS", "TLS, client-side certificate", not_yet=_NO_CLIENT_CERTIFICATES)
async def test_client_certificate(home: Home, server_url: str) -> None:
    later(await _speaks_tls(server_url), "the server asks for a certificate")


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
