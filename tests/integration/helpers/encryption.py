"""Certificates of users, and encrypted connections to a server."""

import asyncio
from datetime import timedelta
from pathlib import Path
import ssl
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.certificates.encryption import Encryption
from custom_components.ocpp_cs.csms.security.authority import KeyAndCertificate
from custom_components.ocpp_cs.hub import Hub
from tests.csms.pki import DAY, Key, ca, new_key
from tests.integration.conftest import HOST, wait_for
from tests.integration.helpers.repairs import shown


def key_pem(key: Key) -> str:
    """Return a key as PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def issued(
    *,
    begins: timedelta = -DAY,
    ends: timedelta = 5 * DAY,
    whole: bool = True,
    algorithm: str = "EC",
) -> KeyAndCertificate:
    """Return a key and its certificate, of the CA of all tests, for this machine."""
    key = new_key(algorithm)
    leaf = ca().sign(key, "charging.example", begins=begins, ends=ends)
    return KeyAndCertificate(key=key_pem(key), chain=leaf + ca().pem if whole else leaf)


def encrypted(port: int, **options: Any) -> dict[str, Any]:
    """Return the options of a server with encryption on that port."""
    return {"encryption": {"enabled": True, "port": port, "source": "made", **options}}


class Files:
    """The files of a certificate that somebody else renews."""

    def __init__(self, folder: Path) -> None:
        """Begin without files."""
        self.certificate = folder / "fullchain.pem"
        self.key = folder / "privkey.pem"

    def write(self, pair: KeyAndCertificate) -> None:
        """Write both."""
        self.certificate.write_text(pair.chain)
        self.key.write_text(pair.key)

    def options(self, port: int) -> dict[str, Any]:
        """Return the options of a server that has them."""
        return encrypted(
            port,
            source="files",
            certificate=str(self.certificate),
            key=str(self.key),
        )


def trusting(pem: str | None, **limits: Any) -> ssl.SSLContext:
    """Return the context of a charger that trusts a CA."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if pem is not None:
        context.load_verify_locations(cadata=pem)
    for name, value in limits.items():
        setattr(context, name, value)
    return context


async def shown_certificate(
    port: int, context: ssl.SSLContext, name: str | None = HOST
) -> x509.Certificate:
    """Return the certificate that a server shows; raise what makes it fail."""
    _, writer = await asyncio.open_connection(
        HOST, port, ssl=context, server_hostname=name
    )
    try:
        raw = writer.get_extra_info("ssl_object").getpeercert(True)
    finally:
        writer.close()
    return x509.load_der_x509_certificate(raw)


async def is_open(port: int) -> bool:
    """Return whether anybody listens on a port."""
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True


def encryption_of(hub: Hub) -> Encryption:
    """Return the encryption of a server."""
    return hub.part(Encryption)


async def works(hass: HomeAssistant, hub: Hub, port: int | None = None) -> Encryption:
    """Return the encryption of a server once its port is open."""
    encryption = encryption_of(hub)
    await wait_for(
        hass,
        lambda: encryption.is_working and port in (None, encryption.open_port),
    )
    return encryption


async def changed(hass: HomeAssistant, entry: MockConfigEntry, **options: Any) -> None:
    """Change options of a server, and return when they are applied."""
    hass.config_entries.async_update_entry(entry, options={**entry.options, **options})
    await hass.async_block_till_done()


async def minutes(hass: HomeAssistant, hub: Hub, count: int = 1) -> None:
    """Let the server look as it does once a minute."""
    for _ in range(count):
        hub._tick(dt_util.utcnow())
        await hass.async_block_till_done()


def told(hass: HomeAssistant) -> list[ir.IssueEntry]:
    """Return the repairs, but for those about chargers without the secret of their address."""
    return [one for one in shown(hass) if one.translation_key != "secret_missing"]


async def tells(hass: HomeAssistant, kind: str) -> ir.IssueEntry:
    """Return the only one of these, which is of that kind, once it is there."""
    await wait_for(hass, lambda: told(hass))
    (issue,) = told(hass)
    assert issue.translation_key == kind
    return issue


async def mended(hass: HomeAssistant) -> None:
    """Return when there is none of these any more."""
    await wait_for(hass, lambda: not told(hass))
