"""Certificates of chargers: requests that are signed, refused, and renewed in time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest

from custom_components.ocpp_cs.certificates import signer as signer_module
from custom_components.ocpp_cs.certificates.signer import (
    Signer,
    SigningError,
    SigningProblem,
)
from custom_components.ocpp_cs.certificates.store import async_certificates
from custom_components.ocpp_cs.const import (
    CONF_ENCRYPTION,
    CONF_SERIAL,
    CONF_TLS_ON,
    CONF_TLS_SOURCE,
    DOMAIN,
    SOURCE_HOME_ASSISTANT,
)
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.errors import RefusedError
from custom_components.ocpp_cs.csms.model.security import (
    ClientCertificate,
    ConnectionSecurity,
    SecurityLevel,
    TlsFacts,
)
from custom_components.ocpp_cs.csms.security.authority import KeyAndCertificate, facts
from custom_components.ocpp_cs.csms.security.contexts import server_context
from custom_components.ocpp_cs.csms.security.requests import RequestProblem
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.security.levels import Levels
from tests.csms.security.csrs import request
from tests.csms.security.handshakes import client_context, shake
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.entities import Wallbox


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("CP1", "Garage", **{CONF_SERIAL: "S1"}),
        charger_subentry("CP2", "Yard", **{CONF_SERIAL: "S2"}),
    ]


@pytest.fixture
def options() -> dict[str, Any]:
    return {CONF_ENCRYPTION: {CONF_TLS_ON: True}}


@pytest.fixture
async def box(hass: HomeAssistant, hub: Hub, server_url: str) -> AsyncIterator[Wallbox]:
    async with Wallbox(server_url) as one:
        await one.begin(hass, hub)
        yield one


def charge_point_of(hub: Hub, charge_point_id: str = "CP1") -> ChargePoint:
    return hub.central_system.charge_points[charge_point_id]


def charger_of(hub: Hub, charge_point_id: str = "CP1") -> Any:
    return next(
        one for one in hub.chargers.values() if one.charge_point.id == charge_point_id
    )


def ends_of(hub: Hub) -> Any:
    return hub.part(Levels).credentials.get("CP1").certificate_ends


async def test_a_request_is_signed(hass: HomeAssistant, hub: Hub, box: Wallbox) -> None:
    """And with the certificate the charger passes a real handshake."""
    key = ec.generate_private_key(ec.SECP256R1())
    csr = request("CP1", key=key)
    assert await box.call("SignCertificate", {"csr": csr}) == {"status": "Accepted"}
    [signed] = await box.wait_for("CertificateSigned")
    chain = signed["certificateChain"]
    await wait_for(hass, lambda: ends_of(hub) == facts(chain).not_after)
    certificates = await async_certificates(hass)
    assert certificates.root is not None
    context = server_context(
        await certificates.async_pairs(["localhost"]), trusted=certificates.roots
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    own = KeyAndCertificate(key=pem, chain=chain)
    agreed = shake(context, client_context(certificates.root, pair=own), "localhost")
    assert agreed.client is not None
    assert (("commonName", "CP1"),) in agreed.client["subject"]


@pytest.mark.parametrize("common_name", ["S1", "s1", " cp1 "])
async def test_the_serial_number_and_other_spellings_count(
    box: Wallbox, common_name: str
) -> None:
    csr = request(common_name)
    assert await box.call("SignCertificate", {"csr": csr}) == {"status": "Accepted"}
    await box.wait_for("CertificateSigned")


@pytest.mark.parametrize(
    "csr",
    [
        request("CP2"),
        request("S2"),
        request("CP1, CN=CP2"),
        request(None),
        "hello",
        request("CP1").replace("M", "N"),
        request("CP1", key=ec.generate_private_key(ec.SECP192R1())),
    ],
    ids=["other id", "other serial", "two in one", "none", "text", "broken", "weak"],
)
async def test_what_is_not_signed(
    hass: HomeAssistant,
    box: Wallbox,
    csr: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert await box.call("SignCertificate", {"csr": csr}) == {"status": "Rejected"}
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not [name for name, _ in box.received if name == "CertificateSigned"]
    assert "The certificate request of Garage is refused" in caplog.text


async def test_the_serial_number_of_another_counts_for_no_one(
    hass: HomeAssistant, hub: Hub, box: Wallbox
) -> None:
    """A charger tells its serial number itself."""
    other = charge_point_of(hub, "CP2")
    other.set_identity(type(other.identity)(serial="S1"))
    answer = await box.call("SignCertificate", {"csr": request("S1")})
    assert answer == {"status": "Rejected"}
    answer = await box.call("SignCertificate", {"csr": request("CP1")})
    assert answer == {"status": "Accepted"}
    # Nor does one that says that its serial number is the id of another take that one's place.
    other.set_identity(type(other.identity)(serial="CP1"))
    answer = await box.call("SignCertificate", {"csr": request("CP1")})
    assert answer == {"status": "Accepted"}


async def test_a_stranger_gets_none(
    hass: HomeAssistant, hub: Hub, box: Wallbox, server_url: str
) -> None:
    """Whoever says that it is the charger, from elsewhere, while that is away."""
    await box.websocket.close()
    await wait_for(hass, lambda: not charge_point_of(hub).connected)
    stranger = Wallbox(server_url)
    stranger.address = "127.0.0.2"
    async with stranger:
        answer = await stranger.call("SignCertificate", {"csr": request("CP1")})
        assert answer == {"status": "Rejected"}
        # Nor does patience help, though the connection counts as known then.
        charge_point_of(hub).acquaintance._stop_timer()
        charge_point_of(hub).acquaintance._waited()
        assert charge_point_of(hub).acquaintance.is_known
        answer = await stranger.call("SignCertificate", {"csr": request("CP1")})
        assert answer == {"status": "Rejected"}


async def test_requests_without_end_are_refused(
    hass: HomeAssistant, box: Wallbox
) -> None:
    csr = request("CP1")
    answers = [
        (await box.call("SignCertificate", {"csr": csr}))["status"] for _ in range(13)
    ]
    assert answers == ["Accepted"] * 12 + ["Rejected"]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {CONF_ENCRYPTION: {CONF_TLS_ON: False}},
        {
            CONF_ENCRYPTION: {
                CONF_TLS_ON: True,
                CONF_TLS_SOURCE: SOURCE_HOME_ASSISTANT,
            }
        },
    ],
)
async def test_without_our_own_ca_others_sign(
    hass: HomeAssistant, hub: Hub, box: Wallbox
) -> None:
    """By the event and the action: what is asked for is not judged."""
    answer = await box.call("SignCertificate", {"csr": "anything"})
    assert answer == {"status": "Accepted"}
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not [name for name, _ in box.received if name == "CertificateSigned"]
    assert (await async_certificates(hass)).root is None
    with pytest.raises(SigningError) as raised:
        await hub.part(Signer).async_request_certificate(charger_of(hub))
    assert raised.value.problem is SigningProblem.OFF


def asks_back(box: Wallbox, csr: str) -> None:
    """Let the charger send a request when it is asked for one."""

    def answer(payload: dict[str, Any]) -> dict[str, Any]:
        assert payload["requestedMessage"] == "SignChargePointCertificate"
        calls.append(asyncio.ensure_future(box.call("SignCertificate", {"csr": csr})))
        return {"status": "Accepted"}

    calls: list[asyncio.Future[Any]] = []
    box.answers["ExtendedTriggerMessage"] = answer


async def test_a_charger_is_asked_for_a_request(
    hass: HomeAssistant, hub: Hub, box: Wallbox
) -> None:
    asks_back(box, request("CP1"))
    await hub.part(Signer).async_request_certificate(charger_of(hub))
    [signed] = await box.wait_for("CertificateSigned")
    assert ends_of(hub) == facts(signed["certificateChain"]).not_after


async def test_who_asks_hears_what_went_wrong(
    hass: HomeAssistant,
    hub: Hub,
    box: Wallbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def problem() -> Any:
        with pytest.raises(SigningError) as raised:
            await hub.part(Signer).async_request_certificate(charger_of(hub))
        return raised.value.problem

    asks_back(box, request("CP2"))
    assert await problem() is RequestProblem.COMMON_NAME
    asks_back(box, request("CP1"))
    box.answers["CertificateSigned"] = {"status": "Rejected"}
    assert await problem() is SigningProblem.REFUSED
    assert ends_of(hub) is None
    box.answers["ExtendedTriggerMessage"] = {"status": "Accepted"}
    with monkeypatch.context() as patch:
        patch.setattr(signer_module, "_PATIENCE", 0.05)
        assert await problem() is SigningProblem.NO_REQUEST
    box.answers["ExtendedTriggerMessage"] = {"status": "Rejected"}
    with pytest.raises(RefusedError):
        await hub.part(Signer).async_request_certificate(charger_of(hub))
    # A later one is not hurt by those before.
    asks_back(box, request("CP1"))
    box.answers["CertificateSigned"] = {"status": "Accepted"}
    await hub.part(Signer).async_request_certificate(charger_of(hub))
    assert ends_of(hub) is not None


def secured(hub: Hub, *, ends: Any, issuer: str = "CN=CA") -> None:
    """Let the connection be one with a certificate."""
    charge_point = charge_point_of(hub)
    charge_point.security = ConnectionSecurity(
        tls=TlsFacts(
            version="TLSv1.3",
            cipher="TLS_AES_128_GCM_SHA256",
            server_name=None,
            certificate=ClientCertificate(
                common_name="CP1",
                organization="Home Assistant",
                issuer=issuer,
                serial_number="1",
                not_after=ends,
                fingerprint="00",
            ),
        )
    )
    charge_point.changes.mark(0, "security")


async def test_a_certificate_is_renewed_in_time(
    hass: HomeAssistant, hub: Hub, box: Wallbox
) -> None:
    asks_back(box, request("CP1"))
    soon = dt_util.utcnow() + timedelta(days=61)
    secured(hub, ends=soon)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert ends_of(hub) == soon
    assert not [name for name, _ in box.received if name == "ExtendedTriggerMessage"]
    credentials = hub.part(Levels).credentials
    await credentials.async_change(
        "CP1", certificate_ends=dt_util.utcnow() + timedelta(days=59)
    )
    hub.part(Signer).async_minute_passed()
    await box.wait_for("CertificateSigned")
    await wait_for(hass, lambda: ends_of(hub) - dt_util.utcnow() > timedelta(days=700))
    # It is done with that.
    hub.part(Signer).async_minute_passed()
    await hass.async_block_till_done(wait_background_tasks=True)
    asked = [name for name, _ in box.received if name == "ExtendedTriggerMessage"]
    assert len(asked) == 1


async def test_a_charger_with_an_api_of_its_own_is_not_asked(
    hass: HomeAssistant, hub: Hub, box: Wallbox
) -> None:
    charger = charger_of(hub)
    signer, there = hub.part(Signer), charger.subentry
    charger.subentry = SimpleNamespace(data={**there.data, CONF_HOST: "192.0.2.1"})
    secured(hub, ends=dt_util.utcnow() + timedelta(days=10))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not [name for name, _ in box.received if "TriggerMessage" in name]
    charger.subentry = there
    box.answers["ExtendedTriggerMessage"] = {"status": "Rejected"}
    signer.async_minute_passed()
    await box.wait_for("ExtendedTriggerMessage")
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_a_renewal_that_fails_is_tried_again_and_told(
    hass: HomeAssistant, hub: Hub, box: Wallbox, freezer: FrozenDateTimeFactory
) -> None:
    box.answers["ExtendedTriggerMessage"] = {"status": "Rejected"}
    signer, credentials = hub.part(Signer), hub.part(Levels).credentials

    def asked() -> int:
        return len([name for name, _ in box.received if "TriggerMessage" in name])

    def issue() -> ir.IssueEntry | None:
        about = charger_of(hub).subentry_id
        return ir.async_get(hass).async_get_issue(
            DOMAIN, f"charger_certificate_ends_{about}"
        )

    await credentials.async_change("CP1", level=SecurityLevel.CERTIFICATE)
    secured(hub, ends=dt_util.utcnow() + timedelta(days=40))
    await box.wait_for("ExtendedTriggerMessage")
    signer.async_minute_passed()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert asked() == 1
    assert issue() is None
    freezer.tick(timedelta(hours=13))
    signer.async_minute_passed()
    await box.wait_for("ExtendedTriggerMessage", 2)
    await hass.async_block_till_done(wait_background_tasks=True)
    freezer.tick(timedelta(days=10))
    asks_back(box, request("CP1"))
    box.answers["CertificateSigned"] = {"status": "Rejected"}
    signer.async_minute_passed()
    assert (shown := issue()) is not None
    assert shown.translation_placeholders is not None
    assert shown.translation_placeholders["charger"] == "Garage"
    await box.wait_for("CertificateSigned")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issue() is not None
    box.answers["CertificateSigned"] = {"status": "Accepted"}
    freezer.tick(timedelta(hours=13))
    signer.async_minute_passed()
    await box.wait_for("CertificateSigned", 2)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issue() is None
