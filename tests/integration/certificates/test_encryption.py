"""Encryption of a running server: where its certificate comes from, and what is wrong with it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import socket
import ssl
from typing import Any
from unittest.mock import AsyncMock, patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)

from custom_components.ocpp_cs.certificates import names as names_module
from custom_components.ocpp_cs.certificates.names import async_names, covers
from custom_components.ocpp_cs.certificates.sources import judged
from custom_components.ocpp_cs.certificates.store import async_certificates
from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.central_system import CentralSystem
from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.csms.security.authority import (
    KeyAndCertificate,
    facts,
    new_authority,
    new_client_certificate,
    new_leaf,
)
from custom_components.ocpp_cs.diagnostics import async_get_config_entry_diagnostics
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security.levels import Levels
from custom_components.ocpp_cs.security.path_secrets import async_address_for
from tests.csms.pki import DAY, NOW, Ca, ca, load, new_key
from tests.csms.security import handshakes
from tests.integration.conftest import HOST, AddCharger, wait_for
from tests.integration.helpers.encryption import (
    Files,
    changed,
    encrypted,
    encryption_of,
    is_open,
    issued,
    key_pem,
    mended,
    minutes,
    shown_certificate,
    tells,
    told,
    trusting,
    works,
)
from tests.integration.helpers.repairs import said

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture
def subentries() -> list[Any]:
    return ["CP1"]


@pytest.fixture
def tls_port(unused_tcp_port_factory: Callable[[], int]) -> int:
    return unused_tcp_port_factory()


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def url(port: int) -> str:
    return f"wss://{HOST}:{port}/"


# Made for you.


async def test_it_is_switched_on_and_off_while_chargers_stay(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    port: int,
    tls_port: int,
) -> None:
    """No reload; who is connected stays, with and without encryption."""
    plain = await charger("CP1")
    assert not await is_open(tls_port)
    await changed(hass, setup_integration, **encrypted(tls_port))
    encryption = await works(hass, hub)
    assert setup_integration.runtime_data is hub
    assert encryption.root is not None
    safe = await charger(
        "CP2", url(tls_port), tls=trusting(encryption.root), accepted=False
    )
    known = hub.central_system.pending["CP2"]
    assert known.security.level is SecurityLevel.TLS
    root = encryption.root
    # The plain port takes both.
    await shown_certificate(port, trusting(encryption.root))
    address = await async_address_for(hass, setup_integration, "s", "CP1", tls=True)
    assert address == f"wss://{HOST}:{tls_port}/s/CP1"

    await changed(hass, setup_integration, **encrypted(tls_port, enabled=False))
    assert not await is_open(tls_port)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await shown_certificate(port, trusting(root))
    assert plain.connected and safe.connected
    assert hub.chargers and known.connected
    address = await async_address_for(hass, setup_integration, "s", "CP1", tls=True)
    assert address == f"ws://{HOST}:{port}/s/CP1"
    assert told(hass) == []


async def test_elliptic_curves_and_rsa_with_every_name(
    hass: HomeAssistant, entry: MockConfigEntry, tls_port: int
) -> None:
    await hass.config.async_update(
        internal_url="http://Home.Lan:8123", external_url="https://würfel.example"
    )
    hass.config_entries.async_update_entry(
        entry, options=encrypted(tls_port)
    ) if False else None
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options=encrypted(tls_port))
    await hass.config_entries.async_setup(entry.entry_id)
    encryption = await works(hass, entry.runtime_data)
    tls12 = {"maximum_version": ssl.TLSVersion.TLSv1_2}
    for ciphers, kind in (
        ("ECDHE-ECDSA-AES128-GCM-SHA256", ec.EllipticCurvePublicKey),
        ("AES256-GCM-SHA384", rsa.RSAPublicKey),
    ):
        context = trusting(encryption.root, **tls12)
        context.set_ciphers(ciphers)
        certificate = await shown_certificate(tls_port, context)
        assert isinstance(certificate.public_key(), kind)
    for name in (HOST, "homeassistant.local", "home.lan", "xn--wrfel-kva.example"):
        await shown_certificate(tls_port, trusting(encryption.root), name)
        assert encryption.covers(name)
    with pytest.raises(ssl.SSLCertVerificationError):
        await shown_certificate(tls_port, trusting(encryption.root), "other.example")
    assert not encryption.covers("other.example")
    await hass.config_entries.async_unload(entry.entry_id)
    assert not await is_open(tls_port)


async def test_another_port_while_a_charger_stays(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    tls_port: int,
    unused_tcp_port_factory: Callable[[], int],
) -> None:
    await changed(hass, setup_integration, **encrypted(tls_port))
    encryption = await works(hass, hub)
    one = await charger("CP1", url(tls_port), tls=trusting(encryption.root))
    other = unused_tcp_port_factory()
    await changed(hass, setup_integration, **encrypted(other))
    await works(hass, hub, other)
    assert not await is_open(tls_port)
    assert await is_open(other)
    assert one.connected
    assert hub.central_system.charge_points["CP1"].connections == 1


async def test_a_new_address_is_put_into_the_certificate(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    tls_port: int,
) -> None:
    """The router has given another one; chargers that are connected notice nothing."""
    await changed(hass, setup_integration, **encrypted(tls_port))
    encryption = await works(hass, hub)
    one = await charger("CP1", url(tls_port), tls=trusting(encryption.root))
    assert not encryption.covers("192.0.2.77")
    adapters = [
        {
            "ipv4": [{"address": "192.0.2.77", "network_prefix": 24}],
            "ipv6": [
                {"address": "fe80::7%2", "network_prefix": 64},
                {"address": "2001:db8::7", "network_prefix": 64},
                {"address": "fd12::7", "network_prefix": 64},
            ],
        }
    ]
    with patch.object(
        names_module, "async_load_adapters", AsyncMock(return_value=adapters)
    ):
        await minutes(hass, hub, 10)
        await wait_for(hass, lambda: encryption.covers("192.0.2.77"))
    for name in ("192.0.2.77", "fd12::7", HOST):
        await shown_certificate(tls_port, trusting(encryption.root), name)
    # Those do not last, or hold for one cable only.
    assert not encryption.covers("2001:db8::7")
    assert not encryption.covers("fe80::7")
    assert one.connected
    await hass.config.async_update(internal_url="http://new.lan:8123")
    await wait_for(hass, lambda: encryption.covers("new.lan"))
    await shown_certificate(tls_port, trusting(encryption.root), "new.lan")


async def test_a_store_of_a_later_version(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    charger: AddCharger,
    tls_port: int,
) -> None:
    """It is left alone, and chargers without encryption go on."""
    hass_storage["ocpp_cs.certificates"] = {
        "version": 9,
        "minor_version": 1,
        "key": "ocpp_cs.certificates",
        "data": {"other": "format"},
    }
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options=encrypted(tls_port))
    assert await hass.config_entries.async_setup(entry.entry_id)
    issue = await tells(hass, "certificates_newer")
    assert said(issue)["server"] == entry.title
    assert not await is_open(tls_port)
    await charger("CP1")
    assert hass_storage["ocpp_cs.certificates"]["version"] == 9
    await hass.config_entries.async_unload(entry.entry_id)


async def test_a_port_that_is_taken(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    tls_port: int,
) -> None:
    """It is tried again, and chargers without encryption go on."""
    with socket.create_server((HOST, tls_port)):
        await changed(hass, setup_integration, **encrypted(tls_port))
        issue = await tells(hass, "tls_port_busy")
        assert said(issue)["port"] == str(tls_port)
        assert not encryption_of(hub).is_working
        await charger("CP1")
        await minutes(hass, hub)
        assert len(told(hass)) == 1
    await minutes(hass, hub)
    await works(hass, hub)
    await mended(hass)


# Files, and those of Home Assistant itself.


@pytest.mark.parametrize("source", ["files", "home_assistant"])
async def test_renewed_files_are_followed(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    files: Files,
    tls_port: int,
    source: str,
) -> None:
    first, second = issued(), issued(algorithm="RSA")
    files.write(first)
    options = files.options(tls_port)
    if source == "home_assistant":
        hass.http.ssl_certificate = str(files.certificate)
        hass.http.ssl_key = str(files.key)
        options = encrypted(tls_port, source=source)
    await changed(hass, setup_integration, **options)
    encryption = await works(hass, hub)
    assert encryption.root == ca().pem
    assert encryption.names == ("charging.example", "127.0.0.1")
    assert not encryption.is_made_here
    one = await charger("CP1", url(tls_port), tls=trusting(encryption.root))

    async def serial() -> int:
        return (await shown_certificate(tls_port, trusting(ca().pem))).serial_number

    before = x509.load_pem_x509_certificate(first.chain.encode())
    assert await serial() == before.serial_number
    await minutes(hass, hub)
    assert await serial() == before.serial_number
    files.write(second)
    await minutes(hass, hub)
    after = x509.load_pem_x509_certificate(second.chain.encode())
    assert await serial() == after.serial_number
    assert one.connected
    assert hub.central_system.charge_points["CP1"].connections == 1
    assert told(hass) == []


async def test_files_of_which_one_is_renewed_later(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    files: Files,
    tls_port: int,
) -> None:
    """The last good certificate stays; it is told only if it stays like that."""
    first, second = issued(), issued()
    files.write(first)
    await changed(hass, setup_integration, **files.options(tls_port))
    await works(hass, hub)
    files.certificate.write_text(second.chain)
    await minutes(hass, hub)
    assert told(hass) == []
    await minutes(hass, hub)
    await tells(hass, "certificate_key_mismatch")
    certificate = await shown_certificate(tls_port, trusting(ca().pem))
    good = x509.load_pem_x509_certificate(first.chain.encode())
    assert certificate.serial_number == good.serial_number
    files.key.write_text(second.key)
    await minutes(hass, hub)
    await mended(hass)
    certificate = await shown_certificate(tls_port, trusting(ca().pem))
    assert certificate.serial_number != good.serial_number


def _locked(pair: KeyAndCertificate) -> KeyAndCertificate:
    key = new_key()
    locked = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
    )
    return KeyAndCertificate(key=locked.decode(), chain=pair.chain)


def _weak() -> KeyAndCertificate:
    key = rsa.generate_private_key(65537, 1024)
    return KeyAndCertificate(
        key=key_pem(key), chain=ca().sign(key, "charging.example") + ca().pem
    )


def _reversed(pair: KeyAndCertificate) -> KeyAndCertificate:
    leaf, _, _ = pair.chain.partition(ca().pem)
    return KeyAndCertificate(key=pair.key, chain=ca().pem + leaf)


MISTAKES: dict[str, Callable[[], KeyAndCertificate]] = {
    "unreadable": lambda: KeyAndCertificate(key=issued().key, chain="certificate"),
    "key_unreadable": lambda: KeyAndCertificate(key="key", chain=issued().chain),
    "key_encrypted": lambda: _locked(issued()),
    "key_mismatch": lambda: KeyAndCertificate(key=issued().key, chain=issued().chain),
    "swapped": lambda: KeyAndCertificate(key=issued().chain, chain=issued().key),
    "weak": _weak,
    "chain_order": lambda: _reversed(issued()),
}
"""Certificates that cannot be used at all."""


@pytest.mark.parametrize("mistake", MISTAKES)
async def test_a_certificate_that_cannot_be_used(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    charger: AddCharger,
    files: Files,
    tls_port: int,
    mistake: str,
) -> None:
    """The server starts without encryption, says why, and begins with it when it is mended."""
    files.write(MISTAKES[mistake]())
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options=files.options(tls_port))
    assert await hass.config_entries.async_setup(entry.entry_id)
    hub: Hub = entry.runtime_data
    await tells(hass, f"certificate_{mistake}")
    assert not await is_open(tls_port)
    await charger("CP1")
    await minutes(hass, hub)
    assert len(told(hass)) == 1
    files.write(issued())
    await minutes(hass, hub)
    await works(hass, hub)
    await mended(hass)
    await shown_certificate(tls_port, trusting(ca().pem))
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize(
    ("problem", "given"),
    [
        ("chain_incomplete", {"whole": False}),
        ("expired", {"begins": -3 * DAY, "ends": -DAY}),
        ("not_yet_valid", {"begins": 2 * DAY, "ends": 5 * DAY}),
    ],
)
async def test_a_certificate_that_some_chargers_accept(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    files: Files,
    tls_port: int,
    problem: str,
    given: dict[str, Any],
) -> None:
    """It is better than none: some do not look at the time."""
    files.write(issued(**given))
    await changed(hass, setup_integration, **files.options(tls_port))
    await tells(hass, f"certificate_{problem}")
    await works(hass, hub)
    await shown_certificate(
        tls_port,
        trusting(None, check_hostname=False, verify_mode=ssl.CERT_NONE),
    )
    files.write(issued())
    await minutes(hass, hub)
    await mended(hass)


async def test_a_certificate_for_another_name(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    files: Files,
    tls_port: int,
) -> None:
    authority = new_authority("Elsewhere", now=NOW)
    pair = new_leaf(authority, ["elsewhere.example"], now=NOW)
    files.write(KeyAndCertificate(key=pair.key, chain=pair.chain + authority.chain))
    await changed(hass, setup_integration, **files.options(tls_port))
    issue = await tells(hass, "certificate_name_missing")
    assert said(issue)["detail"] == "elsewhere.example"
    await works(hass, hub)
    # Chargers are given the name that is in it, if any.
    address = await async_address_for(hass, setup_integration, None, tls=True)
    assert address == f"wss://elsewhere.example:{tls_port}/"
    await hass.config.async_update(internal_url="https://elsewhere.example:8123")
    await mended(hass)


async def test_a_certificate_for_all_names_of_a_domain(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    files: Files,
    tls_port: int,
) -> None:
    """Chargers are given the name of Home Assistant that it stands for."""
    authority = new_authority("Elsewhere", now=NOW)
    pair = new_leaf(authority, ["*.home.example"], now=NOW)
    files.write(KeyAndCertificate(key=pair.key, chain=pair.chain + authority.chain))
    await hass.config.async_update(external_url="https://ha.home.example")
    await changed(hass, setup_integration, **files.options(tls_port))
    await works(hass, hub)
    address = await async_address_for(hass, setup_integration, None, tls=True)
    assert address == f"wss://ha.home.example:{tls_port}/"
    assert told(hass) == []
    await shown_certificate(tls_port, trusting(authority.chain), "ha.home.example")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"source": "home_assistant"}, "not_of_home_assistant"),
        ({"source": "upload"}, "upload_missing"),
        (
            {"source": "files", "certificate": "/no/such.pem", "key": ""},
            "file_missing",
        ),
    ],
)
async def test_there_is_no_certificate(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    tls_port: int,
    options: dict[str, Any],
    problem: str,
) -> None:
    await changed(hass, setup_integration, **encrypted(tls_port, **options))
    issue = await tells(hass, f"certificate_{problem}")
    if problem == "file_missing":
        assert said(issue)["detail"] == "/no/such.pem"
    await charger("CP1")
    assert not await is_open(tls_port)
    # Another source mends it.
    await changed(hass, setup_integration, **encrypted(tls_port))
    await works(hass, hub)
    await mended(hass)


@pytest.mark.parametrize(
    ("life", "early", "late"),
    [(400, 30.2, 29.8), (90, 15.2, 14.8), (6, 1.1, 0.9)],
    ids=["a year", "90 days", "6 days"],
)
async def test_its_end_is_told_in_time(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    files: Files,
    tls_port: int,
    life: float,
    early: float,
    late: float,
) -> None:
    """A month before, or in the last sixth of a short life, as programs renew those."""
    for left, kinds in ((early, []), (late, ["certificate_ends"])):
        files.write(_long(life, left))
        await changed(hass, setup_integration, **files.options(tls_port))
        await minutes(hass, hub)
        await works(hass, hub)
        assert [one.translation_key for one in told(hass)] == kinds
    end = datetime.now(UTC) + timedelta(days=late)
    assert said(told(hass)[0])["end"] in {
        (end + timedelta(days=days)).date().isoformat() for days in (-1, 0, 1)
    }
    files.write(_long(400, 300))
    await minutes(hass, hub)
    await mended(hass)


def _long(life: float, left: float) -> KeyAndCertificate:
    """Return a certificate that signed itself: that of the CA of all tests ends soon."""

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "charging")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) + timedelta(days=left - life))
        .not_valid_after(datetime.now(UTC) + timedelta(days=left))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("homeassistant.local")]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    return KeyAndCertificate(
        key=key_pem(key), chain=certificate.public_bytes(Encoding.PEM).decode()
    )


# Chargers with certificates.


async def test_certificates_of_another_issuer(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    tls_port: int,
) -> None:
    """Those whom the owner trusts, and only as long."""
    await changed(hass, setup_integration, **encrypted(tls_port))
    encryption = await works(hass, hub)
    key = new_key()
    context = trusting(encryption.root)

    load(context, key, ca().sign(key, "CP1"))
    # Nobody is asked for one as long as none counts.
    await _served(tls_port, context)
    await changed(hass, setup_integration, **encrypted(tls_port, trusted=Ca("B").pem))
    with pytest.raises((ssl.SSLError, ConnectionError, AssertionError)):
        await _served(tls_port, context)
    await changed(hass, setup_integration, **encrypted(tls_port, trusted=ca().pem))
    await charger("CP1", url(tls_port), tls=context)
    known = hub.central_system.charge_points["CP1"]
    assert known.security.level is SecurityLevel.CERTIFICATE


@pytest.mark.parametrize("text", ["# Müller\n{key}{ca}", "{ca}# €\n"])
async def test_what_was_stored_beside_a_further_issuer(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    tls_port: int,
    text: str,
) -> None:
    """The whole file was stored once: only the certificate is used, and kept."""
    stored = text.format(key=issued().key, ca=ca().pem)
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(
        entry, options=encrypted(tls_port, trusted=stored)
    )
    await hass.config_entries.async_setup(entry.entry_id)
    encryption = await works(hass, entry.runtime_data)
    assert entry.options["encryption"]["trusted"] == ca().pem
    assert entry.options["encryption"]["port"] == tls_port
    key = new_key()
    context = trusting(encryption.root)
    load(context, key, ca().sign(key, "CP1"))
    await _served(tls_port, context)
    assert told(hass) == []


@pytest.mark.parametrize("is_read", [True, False])
async def test_a_further_issuer_that_is_broken_costs_nothing_else(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    tls_port: int,
    monkeypatch: pytest.MonkeyPatch,
    is_read: bool,
) -> None:
    """After a restart there is TLS, without that issuer; a repair says so."""
    broken = issued().chain.replace("M", "\0")
    if is_read:
        # OpenSSL is stricter than the library that reads it.
        broken = ca().pem
        monkeypatch.setattr(
            "custom_components.ocpp_cs.certificates.sources.takes_authority",
            lambda pem: False,
        )
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(
        entry, options=encrypted(tls_port, trusted=broken)
    )
    await hass.config_entries.async_setup(entry.entry_id)
    encryption = await works(hass, entry.runtime_data)
    await shown_certificate(tls_port, trusting(encryption.root))
    issue = await tells(hass, "further_authority_unusable")
    assert said(issue)["server"] == entry.title
    await changed(hass, entry, **encrypted(tls_port))
    await mended(hass)


@pytest.mark.parametrize("issuer", ["ours", "factory"])
async def test_the_way_back_from_a_certificate_that_does_not_count(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    tls_port: int,
    issuer: str,
) -> None:
    """It has expired, or is of somebody else: once all are lowered, nobody asks for it."""
    await changed(hass, setup_integration, **encrypted(tls_port))
    encryption = await works(hass, hub)
    levels = hub.part(Levels)
    change = levels.credentials.async_change
    context = trusting(encryption.root)
    if issuer == "ours":
        authority = (await (await async_certificates(hass))._authority()).pair
        handshakes.load(
            context, new_client_certificate(authority, "CP1", now=NOW - 1000 * DAY)
        )
    else:
        key = new_key()
        load(context, key, ca().sign(key, "CP1"))

    async def refused() -> None:
        await encryption.async_applied()
        with pytest.raises((ssl.SSLError, ConnectionError, AssertionError)):
            await _served(tls_port, context)

    await change(
        "CP1", level=SecurityLevel.CERTIFICATE, certificate_ends=NOW - 270 * DAY
    )
    await refused()
    (mine,) = hub.chargers.values()
    await levels.async_lower(mine, SecurityLevel.TLS)
    await encryption.async_applied()
    one = await charger("CP1", url(tls_port), tls=context)
    known = hub.central_system.charge_points["CP1"]
    assert known.security.level is SecurityLevel.TLS
    await minutes(hass, hub)
    assert levels.credentials.get("CP1").certificate_ends is None
    await one.stop()
    # It counts again for all while one of them is raised.
    await change("CP2", raising_to=SecurityLevel.CERTIFICATE)
    await refused()
    levels.credentials.async_forget("CP2")
    await encryption.async_applied()
    await _served(tls_port, context)


async def test_a_lowered_charger_that_is_still_connected_with_its_certificate(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    tls_port: int,
) -> None:
    """What it shows until it connects again does not count as a new certificate."""
    await changed(hass, setup_integration, **encrypted(tls_port))
    encryption = await works(hass, hub)
    levels = hub.part(Levels)
    context = trusting(encryption.root)
    pair = await (await async_certificates(hass)).async_client_pair("CP1")
    handshakes.load(context, pair)
    await levels.credentials.async_issued("CP1", facts(pair.chain).fingerprint)
    levels.credentials.async_change("CP1", raising_to=SecurityLevel.CERTIFICATE)
    await encryption.async_applied()
    one = await charger("CP1", url(tls_port), tls=context)
    (mine,) = hub.chargers.values()
    await wait_for(
        hass,
        lambda: levels.credentials.get("CP1").level is SecurityLevel.CERTIFICATE,
    )
    await minutes(hass, hub)
    assert levels.credentials.get("CP1").certificate_ends is not None
    await levels.async_lower(mine, SecurityLevel.TLS)
    await minutes(hass, hub)
    assert one.connected
    assert levels.credentials.get("CP1").certificate_ends is None


async def _served(port: int, context: ssl.SSLContext) -> None:
    """Ask for anything: with TLS 1.3, a client learns with the answer whether it was accepted."""
    reader, writer = await asyncio.open_connection(HOST, port, ssl=context)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    try:
        assert await reader.read(1)
    finally:
        writer.close()


async def test_old_versions_only_where_the_owner_wants_them(
    hass: HomeAssistant, hub: Hub, setup_integration: MockConfigEntry, tls_port: int
) -> None:
    await changed(hass, setup_integration, **encrypted(tls_port))
    encryption = await works(hass, hub)

    def old() -> ssl.SSLContext:
        context = trusting(encryption.root)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        return context

    with pytest.raises((ssl.SSLError, ConnectionError)):
        await shown_certificate(tls_port, old())
    await changed(hass, setup_integration, **encrypted(tls_port, old_versions=True))
    await shown_certificate(tls_port, old())


# What is told of it.


async def test_what_is_told_of_it(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    tls_port: int,
) -> None:
    assert await async_setup_component(hass, "system_health", {})
    await hass.async_block_till_done()
    health = await get_system_health_info(hass, DOMAIN)
    assert (health["encryption"], health["certificate_ends"]) == ("", "")
    await changed(hass, setup_integration, **encrypted(tls_port, trusted=ca().pem))
    encryption = await works(hass, hub)
    await charger("CP1", url(tls_port), tls=trusting(encryption.root))
    health = await get_system_health_info(hass, DOMAIN)
    assert health["encryption"] == str(tls_port)
    assert encryption.ends is not None
    assert health["certificate_ends"] == encryption.ends.date().isoformat()
    assert health["encrypted"] == 1
    told = await async_get_config_entry_diagnostics(hass, setup_integration)
    assert told["server"]["encryption"] == {
        "on": True,
        "working": True,
        "port": tls_port,
        "source": "made",
        "old_versions": False,
        "further_authorities": 1,
        "problem": None,
        "names": len(encryption.names),
        "has_root": True,
        "ends": encryption.ends,
    }
    assert "encryption" not in told["entry"]["options"]
    (one,) = told["chargers"]
    assert one["security"]["level"] == "tls"
    assert one["security"]["tls"]["version"] == "TLSv1.3"
    assert one["security"]["tls"]["suite"].startswith("TLS_")
    assert one["security"]["tls"]["client_ends"] is None
    text = json.dumps(told, default=str)
    assert "BEGIN" not in text


# Names.


async def test_the_names_of_this_home_assistant(hass: HomeAssistant) -> None:
    hass.config.internal_url = "http://[fd00::5]:8123"
    names = await async_names(hass, "192.0.2.5")
    assert names[:2] == ("192.0.2.5", "fd00::5")
    assert {"homeassistant.local", "localhost"} <= set(names)
    assert "0.0.0.0" not in await async_names(hass, "0.0.0.0")


@pytest.mark.parametrize(
    ("name", "host", "expected"),
    [
        ("home.example", "HOME.example.", True),
        ("*.home.example", "charger.home.example", True),
        ("*.home.example", "home.example", False),
        ("*.home.example", "a.b.home.example", False),
        ("fd00::5", "[FD00:0::5]", True),
        ("192.0.2.5", "192.0.2.50", False),
        ("*.local", "local", False),
    ],
)
def test_a_host_is_covered(name: str, host: str, expected: bool) -> None:
    assert covers([name], host) is expected


def test_one_name_is_enough() -> None:
    """Chargers are given an address with a name that is in the certificate."""
    loaded, problems = judged(issued(), ["192.0.2.1", "charging.example"], NOW)
    assert loaded is not None
    assert problems == ()
    assert loaded.warning is None


async def test_a_reload_keeps_it(
    hass: HomeAssistant, entry: MockConfigEntry, tls_port: int
) -> None:
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options=encrypted(tls_port))
    await hass.config_entries.async_setup(entry.entry_id)
    root = (await works(hass, entry.runtime_data)).root
    at_start = []

    async def start(central_system: CentralSystem) -> None:
        at_start.append(central_system.tls)
        await started(central_system)

    started = CentralSystem.start
    with patch.object(CentralSystem, "start", start):
        await hass.config_entries.async_reload(entry.entry_id)
    # A charger that begins TLS on the port without it may come at once.
    assert at_start != [None]
    await works(hass, entry.runtime_data)
    await shown_certificate(tls_port, trusting(root))
    await hass.config_entries.async_unload(entry.entry_id)


async def test_what_is_ignored_stays_ignored(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    files: Files,
    tls_port: int,
) -> None:
    """Also over a reload; what is not ignored goes with the server."""
    files.write(issued(begins=-3 * DAY, ends=-DAY))
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options=files.options(tls_port))
    await hass.config_entries.async_setup(entry.entry_id)
    issue = await tells(hass, "certificate_expired")
    registry = ir.async_get(hass)
    registry.async_ignore(DOMAIN, issue.issue_id, True)
    await hass.config_entries.async_reload(entry.entry_id)
    await works(hass, entry.runtime_data)
    await minutes(hass, entry.runtime_data, 10)
    issue = await tells(hass, "certificate_expired")
    assert issue.dismissed_version is not None
    registry.async_ignore(DOMAIN, issue.issue_id, False)
    await hass.config_entries.async_unload(entry.entry_id)
    assert told(hass) == []
