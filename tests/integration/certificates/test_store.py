"""The CA and the certificates on the disk: made, kept, renewed, and never lost by accident."""

from pathlib import Path
import stat

from homeassistant.core import HomeAssistant

from custom_components.ocpp_cs.certificates import store as store_module
from custom_components.ocpp_cs.certificates.store import (
    Certificates,
    async_certificates,
)
from custom_components.ocpp_cs.csms.security.authority import facts
from custom_components.ocpp_cs.csms.security.contexts import server_context
from tests.csms.security.handshakes import client_context, shake

NAMES = ("homeassistant.local", "192.168.1.5")


def names_in(pairs: tuple[store_module.KeyAndCertificate, ...]) -> tuple[str, ...]:
    first, *others = {facts(pair.chain).names for pair in pairs}
    assert not others
    return first


async def loaded_again(hass: HomeAssistant) -> Certificates:
    """Return the certificates as they are after a restart."""
    again = Certificates(hass)
    await again.async_load()
    return again


async def test_they_are_made_once_and_kept(hass: HomeAssistant, stored: Path) -> None:
    certificates = await async_certificates(hass)
    assert await async_certificates(hass) is certificates
    assert certificates.root is None
    assert certificates.roots == ()
    pairs = await certificates.async_pairs(NAMES)
    assert len(pairs) == 2
    assert names_in(pairs) == NAMES
    assert certificates.root is not None
    assert certificates.problem is None
    assert await certificates.async_pairs(NAMES) == pairs
    again = await loaded_again(hass)
    assert again.root == certificates.root
    assert await again.async_pairs(NAMES) == pairs


async def test_the_file_is_private(hass: HomeAssistant, stored: Path) -> None:
    certificates = await async_certificates(hass)
    (pair, _) = await certificates.async_pairs(NAMES)
    assert stored.parent.name == ".storage"
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    text = stored.read_text()
    assert pair.key.splitlines()[1] in text


async def test_a_charger_that_trusts_the_root_connects(hass: HomeAssistant) -> None:
    certificates = await async_certificates(hass)
    pairs = await certificates.async_pairs(NAMES)
    assert certificates.root is not None
    context = server_context(pairs, trusted=certificates.roots)
    mine = await certificates.async_client_pair("CP1")
    for ciphers in ("ECDHE-ECDSA-AES128-GCM-SHA256", "AES256-GCM-SHA384"):
        client = client_context(certificates.root, ciphers=ciphers, pair=mine)
        agreed = shake(context, client, NAMES[1])
        assert agreed.cipher == ciphers
        assert agreed.client is not None
