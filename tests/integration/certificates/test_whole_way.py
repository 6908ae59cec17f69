"""A simulated charger over real TLS while the CA is replaced, and its own certificate with it."""

from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.certificates.ca_renewal import CaRenewal
from custom_components.ocpp_cs.certificates.signer import Signer
from custom_components.ocpp_cs.certificates.store import async_certificates
from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.csms.security.authority import facts, facts_of
from custom_components.ocpp_cs.hub import Hub
from simulator.security.settings import SecuritySettings
from tests.integration.conftest import AddCharger, wait_for
from tests.integration.helpers.forms import sections_of
from tests.integration.helpers.raising import (  # noqa: F401 - pytest looks for fixtures here
    Raising,
    charger_of,
    credential_of,
    encrypted,
    fixture_options,
    fixture_tls_port,
    quick,
)


@pytest.fixture
def subentries() -> list[Any]:
    return ["CP1"]


async def test_a_charger_stays_through_the_replacement_of_the_ca(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=SecuritySettings())
    assert await Raising(hass, hub, SecurityLevel.CERTIFICATE).end() is None
    charge_point = charger_of(hub).charge_point
    certificates = await async_certificates(hass)
    renewal = hub.part(CaRenewal)

    def shown() -> str:
        """Return who signed the certificate that the charger shows."""
        tls = charge_point.security.tls
        assert tls is not None and tls.certificate is not None
        return tls.certificate.issuer

    def issuer() -> str:
        """Return who signed the certificate that the charger was shown."""
        return facts_of(one.identity.server_chain[0]).issuer

    async def again() -> None:
        before = charge_point.connections
        await one.link.hang_up()
        one.link.go_online()
        await wait_for(
            hass, lambda: charge_point.connections > before and charge_point.ready
        )

    async def minute(condition: Callable[[], bool]) -> None:
        def passed() -> bool:
            renewal.async_minute_passed()
            return condition()

        await wait_for(hass, passed)

    old = certificates.root
    assert old is not None
    assert issuer() == shown() == facts(old).subject
    connections = charge_point.connections
    await certificates.async_begin_renewal()
    new = certificates.next_root
    assert new is not None

    # It learns of the new one, which is used then; nobody is disconnected.
    await minute(lambda: certificates.root == new)
    assert {root.fingerprint(hashes.SHA256()).hex() for root in one.identity.roots} == {
        facts(root).fingerprint for root in (old, new)
    }
    assert charge_point.connections == connections
    await hass.async_block_till_done(wait_background_tasks=True)
    assert credential_of(hub).root == facts(new).fingerprint

    # Its own certificate is renewed, on the same connection.
    before = one.identity.own
    assert before is not None

    def renewed() -> bool:
        hub.part(Signer).async_minute_passed()
        assert one.identity.own is not None
        return facts(one.identity.own.chain).issuer == facts(new).subject

    await wait_for(hass, renewed)
    assert charge_point.connections == connections
    renewal.async_minute_passed()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert certificates.roots == (new, old)

    # As long as it comes with the one from before, that opens the door.
    after, one.identity.own = one.identity.own, before
    await again()
    assert issuer() == facts(new).subject
    assert shown() == facts(old).subject
    assert charge_point.security.level is SecurityLevel.CERTIFICATE
    renewal.async_minute_passed()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert certificates.roots == (new, old)
    one.identity.own = after

    # Once it has come with that, the old one is trusted no longer.
    await again()
    assert shown() == issuer() == facts(new).subject
    await minute(lambda: certificates.roots == (new,))
    await again()
    assert charge_point.security.level is SecurityLevel.CERTIFICATE


async def test_a_certificate_is_renewed_over_tls(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    await encrypted(hass, hub)
    one = await charger("CP1", security=SecuritySettings(key_kind="rsa"))
    assert await Raising(hass, hub, SecurityLevel.CERTIFICATE).end() is None
    assert one.identity.own is not None
    first = one.identity.own.chain
    await hub.part(Signer).async_request_certificate(charger_of(hub))
    assert one.identity.own.chain != first
    assert (
        credential_of(hub).certificate_ends == facts(one.identity.own.chain).not_after
    )
    key = x509.load_pem_x509_certificate(one.identity.own.chain.encode()).public_key()
    assert key != x509.load_pem_x509_certificate(first.encode()).public_key()


async def test_the_owner_has_the_ca_replaced(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, tls_port: int
) -> None:
    """By the form of the options; a charger with encryption gets the new one."""
    await encrypted(hass, hub)
    one = await charger("CP1", security=SecuritySettings())
    assert await Raising(hass, hub, SecurityLevel.TLS).end() is None
    certificates = await async_certificates(hass)
    old = certificates.root
    entry_id = hub.part(CaRenewal).entry_id
    options = hass.config_entries.options

    async def choose(**new: Any) -> str | None:
        flow = await options.async_init(entry_id)
        flow = await options.async_configure(
            flow["flow_id"], {"next_step_id": "encryption"}
        )
        flow = await options.async_configure(
            flow["flow_id"],
            {
                "enabled": True,
                "port": tls_port,
                "source": "made",
                **sections_of(flow["data_schema"]),
                **new,
            },
        )
        assert flow["step_id"] == "encrypted"
        flow = await options.async_configure(flow["flow_id"], {})
        assert flow["type"] == "create_entry"
        return certificates.next_root

    assert await choose() is None
    assert await choose(new_authority={"replace": False}) is None
    new = await choose(new_authority={"replace": True})
    assert new is not None

    def replaced() -> bool:
        hub.part(CaRenewal).async_minute_passed()
        return certificates.root == new

    await wait_for(hass, replaced)
    assert certificates.former_roots == ()
    assert old not in certificates.roots
    assert len(one.identity.roots) == 2
