"""TLS handshakes that fail: what is told of them, and to the other side."""

import asyncio
from datetime import timedelta
import ssl
from typing import Any, override

import pytest

from custom_components.ocpp_cs.csms.admission.remote_addresses import AddressRules
from custom_components.ocpp_cs.csms.model.security import TlsProblem
from custom_components.ocpp_cs.csms.wire import websocket
from tests.csms.central import until
from tests.csms.peer import OCPP, UPGRADE, Peer
from tests.csms.pki import DAY, NOW, Ca, ca, client_context, load, new_key
from tests.csms.tls_peer import TlsPeer
from tests.sampling import sample

from .secured import REQUEST, VERSIONS, Secured

ALERT, FATAL = 0x15, 2
PROTOCOL_VERSION = 70
OLD_HELLO = bytes.fromhex(
    # A client that speaks TLS 1.0 at most, and one suite with RSA.
    "16 0301 002d 01 000029 0301"
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
    "00 0002 002f 01 00"
)


def with_certificate(
    issuer: Ca,
    version: ssl.TLSVersion,
    *,
    begins: timedelta = -DAY,
    ends: timedelta = 5 * DAY,
) -> ssl.SSLContext:
    """Return a client's context with a certificate for CP1."""
    context, key = client_context(version=version), new_key()
    load(context, key, issuer.sign(key, "CP1", begins=begins, ends=ends))
    return context


async def none_left(central: Secured) -> None:
    """Wait until all connections are gone."""
    await until(lambda: not central.server.budget.connections)


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_certificate_of_ours(central: Secured, version: ssl.TLSVersion) -> None:
    peer = await central.peer(context=with_certificate(ca(), version))
    await peer.shake_hands()
    await peer.request("/CP1", (*UPGRADE, OCPP))
    assert peer.status == 101
    tls = central.handshakes[0].tls
    assert tls is not None
    certificate = tls.certificate
    assert certificate is not None
    assert certificate.common_name == "CP1"
    assert certificate.organization == "Example"
    assert certificate.issuer == "CN=Example root,O=Example"
    assert abs(certificate.not_after - (NOW + 5 * DAY)) < timedelta(seconds=1)
    assert len(certificate.fingerprint) == 64
    int(certificate.serial_number, 16)
    assert central.refused == []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("problem", "alert"),
    [
        (TlsProblem.CLIENT_UNKNOWN_CA, "UNKNOWN_CA"),
        (TlsProblem.CLIENT_EXPIRED, "CERTIFICATE_EXPIRED"),
        (TlsProblem.CLIENT_NOT_YET_VALID, "BAD_CERTIFICATE"),
    ],
)
async def test_certificates_that_are_refused(
    central: Secured, version: ssl.TLSVersion, problem: TlsProblem, alert: str
) -> None:
    """With TLS 1.3 the charger has sent its request by then, and gets the alert."""
    context = {
        TlsProblem.CLIENT_UNKNOWN_CA: lambda: with_certificate(Ca(), version),
        TlsProblem.CLIENT_EXPIRED: lambda: with_certificate(
            ca(), version, begins=-5 * DAY, ends=-DAY
        ),
        TlsProblem.CLIENT_NOT_YET_VALID: lambda: with_certificate(
            ca(), version, begins=DAY
        ),
    }[problem]()
    peer = await central.peer(context=context)

    async def ask() -> None:
        await peer.shake_hands()
        await peer.send_bytes(REQUEST)
        await peer.read_response()

    with pytest.raises(ssl.SSLError) as raised:
        await ask()
    assert (raised.value.reason or "").endswith(alert)
    peer.drop()
    await none_left(central)
    assert central.problems == [problem]
    assert central.handshakes == []


async def test_an_old_version(central: Secured) -> None:
    for port in (central.tls_port, central.server.port):
        peer = await Peer.open(port)
        await peer.send_bytes(OLD_HELLO)
        alert = await peer._exactly(7)
        assert (alert[0], alert[5], alert[6]) == (ALERT, FATAL, PROTOCOL_VERSION)
        await peer.end()
        peer.drop()
    await none_left(central)
    assert central.problems == [TlsProblem.OLD_VERSION] * 2


async def test_no_suite_in_common(central: Secured) -> None:
    """The server has a certificate of an elliptic curve only."""
    context = client_context(version=ssl.TLSVersion.TLSv1_2)
    context.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
    peer = await central.peer(context=context)
    with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"):
        await peer.shake_hands()
    peer.drop()
    await none_left(central)
    assert central.problems == [TlsProblem.NO_CIPHER]


@pytest.mark.parametrize("version", VERSIONS)
async def test_a_charger_that_does_not_trust_us_says_so(
    central: Secured, version: ssl.TLSVersion
) -> None:
    peer = await central.peer(context=client_context(version=version, trusted=Ca()))
    with pytest.raises(ssl.SSLCertVerificationError):
        await peer.shake_hands()
    peer.drop()
    await none_left(central)
    assert central.problems == [TlsProblem.NOT_TRUSTED]


@pytest.mark.parametrize(
    ("alert", "problem"),
    [
        (42, TlsProblem.NOT_TRUSTED),
        (45, TlsProblem.CLOCK),
        (46, TlsProblem.NOT_TRUSTED),
        (48, TlsProblem.NOT_TRUSTED),
        (70, TlsProblem.OLD_VERSION),
        (71, TlsProblem.NO_CIPHER),
        (80, TlsProblem.OTHER),
        (112, TlsProblem.NOT_TRUSTED),
        # None that OpenSSL knows.
        (77, TlsProblem.OTHER),
    ],
)
async def test_alerts(central: Secured, alert: int, problem: TlsProblem) -> None:
    """After our certificate, as small stacks send them: not encrypted."""
    peer = await central.peer(version=ssl.TLSVersion.TLSv1_2)
    await peer.send_encrypted(peer.hello())
    await peer.read_encrypted()
    await peer.send_encrypted(bytes([ALERT, 3, 3, 0, 2, FATAL, alert]))
    peer.drop()
    await none_left(central)
    assert central.problems == [problem]


@pytest.mark.parametrize(
    ("alert", "problems"),
    [
        ("SSLV3_ALERT_BAD_CERTIFICATE", [TlsProblem.NOT_TRUSTED]),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", [TlsProblem.CLOCK]),
        # That has nothing to do with certificates.
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", []),
    ],
)
async def test_an_alert_after_the_handshake(
    central: Secured, alert: str, problems: list[TlsProblem]
) -> None:
    """Some look at the name in our certificate last; OpenSSL's client never does."""

    class Alerted(ssl.SSLObject):
        @override
        def read(self, len: int = 1024, buffer: Any = None) -> Any:
            error = ssl.SSLError(1, alert)
            error.reason = alert
            raise error

    assert central.server.tls is not None
    central.server.tls.sslobject_class = Alerted
    peer = await central.peer()
    await peer.shake_hands()
    await peer.send_bytes(b"?")
    await peer.end()
    peer.drop()
    await none_left(central)
    assert central.problems == problems


async def test_another_alert_after_the_handshake(central: Secured) -> None:
    for version in VERSIONS:
        peer = await central.peer(version=version)
        await peer.shake_hands()
        # It is made to believe that we have sent something broken.
        peer.incoming.write(b"\x17\x03\x03\0\x20" + bytes(32))
        with pytest.raises(ssl.SSLError):
            peer.tls.read(1)
        await peer.flush()
        peer.drop()
    await none_left(central)
    assert central.problems == []


@pytest.mark.parametrize("version", VERSIONS)
async def test_who_hangs_up_at_the_sight_of_our_certificate(
    central: Secured, version: ssl.TLSVersion
) -> None:
    peer = await central.peer(version=version)
    await peer.send_encrypted(peer.hello())
    await peer.read_encrypted()
    peer.drop()
    await none_left(central)
    assert central.problems == [TlsProblem.NOT_TRUSTED]


async def test_who_says_nothing_to_our_certificate(
    central: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "OPEN_TIMEOUT", 1.0)
    peer = await central.peer()
    await peer.send_encrypted(peer.hello())
    await peer.read_encrypted()
    await none_left(central)
    assert central.problems == [TlsProblem.OTHER]


@pytest.mark.parametrize("tls_port", [False, True])
async def test_a_hello_that_breaks_off_is_nothing_to_tell(
    central: Secured, tls_port: bool
) -> None:
    """Wherever it ends; what is broken from there on may well be an old version."""
    port = central.tls_port if tls_port else central.server.port
    hello = (await central.peer()).hello()
    places = sample(range(1, len(hello)), 200, always=range(1, 12))

    async def send(data: bytes) -> None:
        peer = await Peer.open(port)
        await peer.send_bytes(data)
        peer.drop()
        await until(lambda: central.server.budget.connections <= 1)

    for at in places:
        await send(hello[:at])
    assert central.refused == []
    for at in places:
        await send(hello[:at] + b"\xff" * len(hello[at:]))
    assert {*central.problems} <= {
        TlsProblem.OLD_VERSION,
        TlsProblem.NO_CIPHER,
        TlsProblem.NOT_TRUSTED,
        TlsProblem.OTHER,
    }
    assert central.handshakes == []


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"\x16",
        b"\x16\x03\x01\0\0",
        b"\x16\x03\x01\xff\xff" + b"\x01" * 1000,
        b"\x16\x09\x09\0\x05hello",
        b"\x16 is no handshake, but it begins like one\r\n\r\n",
        b"\x80\x2e\x01\x03\x01\0\x15\0\0\0\x10" + b"\x05" * 37,
        b"SSH-2.0-scan\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/0.9",
    ],
)
async def test_scanners_are_nothing_to_tell(central: Secured, data: bytes) -> None:
    for port in (central.tls_port, central.server.port):
        peer = await Peer.open(port)
        await peer.send_bytes(data)
        peer.shut()
        await peer.end()
        peer.drop()
    await none_left(central)
    assert central.refused == []


async def test_an_address_that_may_not_come_is_not_told_of(
    central: Secured,
) -> None:
    central.server.addresses = AddressRules(allowed=())
    peer = await Peer.open(central.tls_port)
    await peer.send_bytes(OLD_HELLO)
    await peer.end()
    peer.drop()
    await none_left(central)
    assert central.refused == []


async def test_garbage_after_the_handshake(central: Secured) -> None:
    """The connection ends, with an alert and without a stack trace."""
    for version in VERSIONS:
        link = await central.connect_tls(version=version)
        peer = link.peer
        assert isinstance(peer, TlsPeer)
        await peer.send_encrypted(b"\x17\x03\x03\0\x20" + bytes(32))
        with pytest.raises((ssl.SSLError, EOFError)):
            await peer.receive()
        peer.drop()
        async with asyncio.timeout(60):
            await link.served.wait()
    await none_left(central)
    assert central.refused == []
