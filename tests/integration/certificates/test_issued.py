"""Certificates of our own CA, on real sockets: who gets one, and for whom it counts."""

import asyncio
import ssl
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.certificates.signer import Signer
from custom_components.ocpp_cs.csms.model.security import SecurityLevel
from custom_components.ocpp_cs.csms.security.authority import KeyAndCertificate, facts
from custom_components.ocpp_cs.csms.security.passwords import hashed
from custom_components.ocpp_cs.hub import Hub
from tests.csms.security.csrs import request
from tests.csms.security.handshakes import load
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.security import (  # noqa: F401 - pytest looks for fixtures here
    Box,
    Tls,
    credential_of,
    fixture_tls,
    known,
    levels_of,
    refused,
)

pytestmark = pytest.mark.usefixtures("socket_enabled")

PASSWORD = "00112233445566778899aabbccddeeff00112233"
ACCEPTED, REJECTED = {"status": "Accepted"}, {"status": "Rejected"}


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


def the_charger(hub: Hub) -> Any:
    (charger,) = hub.chargers.values()
    return charger


class Applicant:
    """A charger that asks for certificates with a key of its own."""

    def __init__(self, tls: Tls) -> None:
        """Make its key."""
        self._tls = tls
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._pem = self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()
        self.got = 0

    async def asks(self, box: Box) -> dict[str, Any]:
        """Send a request, and return the answer."""
        answer: dict[str, Any] = await box.call(
            "SignCertificate", {"csr": request("CP1", key=self._key)}
        )
        return answer

    async def certificate(
        self, box: Box, number: int = 1
    ) -> tuple[ssl.SSLContext, str]:
        """Return how it connects with what it got, and the fingerprint of that."""
        chain = (await box.wait_for("CertificateSigned", number))[-1][
            "certificateChain"
        ]
        context = await self._tls.client()
        load(context, KeyAndCertificate(key=self._pem, chain=chain))
        return context, facts(chain).fingerprint


async def with_password(hub: Hub) -> None:
    """Demand TLS and a password."""
    await levels_of(hub).credentials.async_change(
        "CP1",
        level=SecurityLevel.TLS,
        password_needed=True,
        passwords=(hashed(PASSWORD),),
    )


async def test_whoever_plays_a_charger_gets_no_key_to_it(
    hass: HomeAssistant, hub: Hub, tls: Tls, server_url: str
) -> None:
    """Its id and its serial number are on a label: they are enough to be let in."""
    acquaintance = the_charger(hub).charge_point.acquaintance
    async with Box(server_url) as box:
        await box.boot(chargePointSerialNumber="SN-4711")
        assert acquaintance.is_known
    await wait_for(hass, lambda: not the_charger(hub).charge_point.connected)
    thief = Applicant(tls)
    for context in (None, await tls.client()):
        async with Box(server_url, tls=context, address="127.0.0.2") as box:
            await box.boot(chargePointSerialNumber=acquaintance.serial)
            await wait_for(hass, lambda: acquaintance.is_known)
            assert await thief.asks(box) == REJECTED
            await hass.async_block_till_done(wait_background_tasks=True)
            assert not [name for name, _ in box.received if name == "CertificateSigned"]
        await wait_for(hass, lambda: not the_charger(hub).charge_point.connected)
    assert credential_of(hub).certificates == ()


async def test_a_proof_over_tls_gets_one_and_that_counts(
    hass: HomeAssistant, hub: Hub, tls: Tls, server_url: str
) -> None:
    await with_password(hub)
    charger = Applicant(tls)
    how: dict[str, Any] = {"tls": await tls.client(), "password": PASSWORD}
    async with Box(server_url, **how) as box:
        await known(hass, hub, box)
        assert await charger.asks(box) == ACCEPTED
        context, first = await charger.certificate(box)
    await wait_for(hass, lambda: credential_of(hub).certificate_ends)
    assert credential_of(hub).certificates == (first,)
    async with Box(server_url, tls=context) as box:
        await known(hass, hub, box)
        assert credential_of(hub).level is SecurityLevel.CERTIFICATE
        assert credential_of(hub).certificates == (first,)
        # Those that it may have or not are kept beside the one that it uses.
        box.answers["CertificateSigned"] = None
        fingerprints = [first]
        for number in (1,):
            assert await charger.asks(box) == ACCEPTED
            _, fingerprint = await charger.certificate(box, number)
            fingerprints.append(fingerprint)
            assert credential_of(hub).certificates == tuple(fingerprints)
        box.answers["CertificateSigned"] = ACCEPTED
    async with Box(server_url, tls=context) as box:
        await known(hass, hub, box)
        assert await charger.asks(box) == ACCEPTED
        again, last = await charger.certificate(box)
        await wait_for(hass, lambda: last in credential_of(hub).certificates)
        assert credential_of(hub).certificates[0] == first
    # Once it has come with the new one, those before it open nothing.
    async with Box(server_url, tls=again) as box:
        await known(hass, hub, box)
        assert credential_of(hub).certificates == (last,)
    assert await refused(Box(server_url, tls=context)) == 403


async def test_what_a_charger_refuses_counts_for_no_one(
    hass: HomeAssistant, hub: Hub, tls: Tls, server_url: str
) -> None:
    await with_password(hub)
    how: dict[str, Any] = {"tls": await tls.client(), "password": PASSWORD}
    async with Box(server_url, **how) as box:
        await known(hass, hub, box)
        box.answers["CertificateSigned"] = REJECTED
        charger = Applicant(tls)
        assert await charger.asks(box) == ACCEPTED
        await charger.certificate(box)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert credential_of(hub).certificates == ()


async def test_who_was_asked_gets_one_on_that_connection(
    hass: HomeAssistant, hub: Hub, tls: Tls, server_url: str
) -> None:
    charger = Applicant(tls)
    plain = await tls.client()
    async with Box(server_url, tls=plain) as box:
        await known(hass, hub, box)
        assert await charger.asks(box) == REJECTED
        box.answers["ExtendedTriggerMessage"] = ACCEPTED
        asked = asyncio.ensure_future(
            hub.part(Signer).async_request_certificate(the_charger(hub))
        )
        await box.wait_for("ExtendedTriggerMessage")
        assert await charger.asks(box) == ACCEPTED
        await charger.certificate(box)
        await asked
        # That was the one.
        assert await charger.asks(box) == REJECTED
        await the_charger(hub).charge_point.commands.trigger_certificate_request()
    # Whoever comes next was not asked.
    async with Box(server_url, tls=plain) as box:
        await known(hass, hub, box)
        assert await charger.asks(box) == REJECTED


async def test_what_was_issued_for_another_charger_opens_nothing(
    hass: HomeAssistant, hub: Hub, tls: Tls, server_url: str
) -> None:
    """Whatever name is in it: it may be of a server with a charger of the same id."""
    await levels_of(hub).credentials.async_change(
        "CP1", level=SecurityLevel.CERTIFICATE
    )
    for name in ("CP1", "cp1", "CP1\0", "S1"):
        for issued_to in ("CP2", None):
            context = await tls.client(name, issued_to=issued_to)
            assert await refused(Box(server_url, tls=context)) == 403
    async with Box(server_url, tls=await tls.client("CP1")) as box:
        await known(hass, hub, box)


async def test_a_lower_level_forgets_certificates(
    hass: HomeAssistant, hub: Hub, tls: Tls, server_url: str
) -> None:
    context = await tls.client("CP1")
    async with Box(server_url, tls=context) as box:
        await known(hass, hub, box)
    levels = levels_of(hub)
    assert credential_of(hub).level is SecurityLevel.CERTIFICATE
    await levels.async_lower(the_charger(hub), SecurityLevel.TLS)
    assert credential_of(hub).certificates == ()
    # It still shows it, and is let in as one that has none.
    async with Box(server_url, tls=context) as box:
        await known(hass, hub, box)
        assert credential_of(hub).level is SecurityLevel.TLS
    await with_password(hub)
    assert await refused(Box(server_url, tls=context)) == 401


async def test_who_gets_the_id_of_a_removed_charger_is_another(
    hass: HomeAssistant, hub: Hub, tls: Tls, server_url: str
) -> None:
    context = await tls.client("CP1")
    credentials = levels_of(hub).credentials
    credentials.async_forget("CP1")
    await credentials.async_change("CP1", level=SecurityLevel.CERTIFICATE)
    assert await refused(Box(server_url, tls=context)) == 403
