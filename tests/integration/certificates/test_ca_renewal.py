"""The CA is replaced: every charger learns of the new one before it is used."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
import ssl
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest

from custom_components.ocpp_cs.certificates.ca_renewal import CaRenewal
from custom_components.ocpp_cs.certificates.signer import Signer
from custom_components.ocpp_cs.certificates.store import (
    Certificates,
    async_certificates,
)
from custom_components.ocpp_cs.const import (
    CONF_ENCRYPTION,
    CONF_TLS_ON,
    CONF_TLS_SOURCE,
    DOMAIN,
    SOURCE_HOME_ASSISTANT,
)
from custom_components.ocpp_cs.csms.model.security import (
    ClientCertificate,
    ConnectionSecurity,
    SecurityLevel,
    TlsFacts,
)
from custom_components.ocpp_cs.csms.security.authority import KeyAndCertificate, facts
from custom_components.ocpp_cs.csms.security.contexts import server_context
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.repairs import async_create_fix_flow
from custom_components.ocpp_cs.security.levels import Levels
from tests.csms.security.csrs import request
from tests.csms.security.handshakes import Agreed, client_context, shake
from tests.integration.conftest import charger_subentry, make_entry, setup
from tests.integration.helpers.entities import Wallbox

NAME = "homeassistant.local"


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage"), charger_subentry("CP2", "Yard")]


@pytest.fixture
def options() -> dict[str, Any]:
    return {CONF_ENCRYPTION: {CONF_TLS_ON: True}}


@pytest.fixture
async def certificates(hass: HomeAssistant) -> Certificates:
    found = await async_certificates(hass)
    await found.async_pairs([NAME])
    return found


@pytest.fixture
async def boxes(
    hass: HomeAssistant, hub: Hub, server_url: str, certificates: Certificates
) -> AsyncIterator[list[Wallbox]]:
    async with Wallbox(server_url) as one, Wallbox(server_url, "CP2") as two:
        for box in (one, two):
            await box.begin(hass, hub)
        yield [one, two]


async def demand(hub: Hub, level: SecurityLevel, *charge_point_ids: str) -> None:
    """Let the owner demand that level of chargers."""
    for charge_point_id in charge_point_ids:
        await hub.part(Levels).credentials.async_change(charge_point_id, level=level)


async def minute(hass: HomeAssistant, hub: Hub) -> None:
    """Let a minute pass, as far as certificates know."""
    hub.part(CaRenewal).async_minute_passed()
    await hass.async_block_till_done(wait_background_tasks=True)


async def connects(
    certificates: Certificates, root: str, pair: KeyAndCertificate | None = None
) -> Agreed:
    """Pass a real handshake as a charger that trusts that CA only."""
    context = server_context(
        await certificates.async_pairs([NAME]), trusted=certificates.roots
    )
    return shake(context, client_context(root, pair=pair), NAME)


def issue(hass: HomeAssistant, hub: Hub) -> ir.IssueEntry | None:
    entry_id = hub.part(CaRenewal).entry_id
    return ir.async_get(hass).async_get_issue(DOMAIN, f"ca_renewal_{entry_id}")


def installed(box: Wallbox) -> list[str]:
    return [
        payload["certificate"]
        for name, payload in box.received
        if name == "InstallCertificate"
    ]


def comes_with(hub: Hub, charge_point_id: str, chain: str) -> None:
    """Let the open connection be one with that certificate."""
    charge_point = hub.central_system.charge_points[charge_point_id]
    told = facts(chain)
    charge_point.security = ConnectionSecurity(
        tls=TlsFacts(
            version="TLSv1.3",
            cipher="TLS_AES_128_GCM_SHA256",
            server_name=None,
            certificate=ClientCertificate(
                common_name=charge_point_id,
                organization=told.organization,
                issuer=told.issuer,
                serial_number=told.serial_number,
                not_after=told.not_after,
                fingerprint=told.fingerprint,
            ),
        )
    )
    charge_point.changes.mark(0, "security")


async def test_each_charger_gets_the_new_ca_before_it_is_used(
    hass: HomeAssistant, hub: Hub, boxes: list[Wallbox], certificates: Certificates
) -> None:
    one, two = boxes
    await demand(hub, SecurityLevel.TLS, "CP1", "CP2")
    old = certificates.root
    assert old is not None
    # One refuses for now.
    two.answers["InstallCertificate"] = {"status": "Rejected"}
    await certificates.async_begin_renewal()
    new = certificates.next_root
    assert new is not None
    await minute(hass, hub)
    assert installed(one) == [new]
    assert installed(two) == [new]
    credentials = hub.part(Levels).credentials
    assert credentials.get("CP1").root == facts(new).fingerprint
    assert credentials.get("CP2").root is None
    # So nobody is locked out.
    await minute(hass, hub)
    assert certificates.root == old
    await connects(certificates, old)
    with pytest.raises(ssl.SSLError):
        await connects(certificates, new)
    shown = issue(hass, hub)
    assert shown is not None and shown.translation_placeholders is not None
    assert shown.translation_placeholders["chargers"] == "`Yard`"
    # An hour later it takes it.
    two.answers["InstallCertificate"] = {"status": "Accepted"}
    hub.part(CaRenewal)._tried.clear()
    await minute(hass, hub)
    await minute(hass, hub)
    assert certificates.root == new
    assert certificates.next_root is None
    await connects(certificates, new)
    with pytest.raises(ssl.SSLError):
        await connects(certificates, old)
    await minute(hass, hub)
    assert issue(hass, hub) is None
    assert installed(one) == [new]


async def test_a_charger_that_charges_is_left_alone(
    hass: HomeAssistant, hub: Hub, boxes: list[Wallbox], certificates: Certificates
) -> None:
    one, _ = boxes
    await demand(hub, SecurityLevel.TLS, "CP1")
    session = await one.start()
    await certificates.async_begin_renewal()
    await minute(hass, hub)
    assert installed(one) == []
    assert certificates.next_root is not None
    await one.stop(session, meter=2000)
    await minute(hass, hub)
    assert installed(one) == [certificates.next_root]


async def test_chargers_without_tls_are_not_waited_for(
    hass: HomeAssistant, hub: Hub, boxes: list[Wallbox], certificates: Certificates
) -> None:
    await certificates.async_begin_renewal()
    new = certificates.next_root
    await minute(hass, hub)
    assert certificates.root == new
    assert [installed(box) for box in boxes] == [[], []]


async def test_one_that_is_away_is_waited_for(
    hass: HomeAssistant, hub: Hub, boxes: list[Wallbox], certificates: Certificates
) -> None:
    await demand(hub, SecurityLevel.TLS, "CP1", "CP2")
    await boxes[1].websocket.close()
    await certificates.async_begin_renewal()
    await minute(hass, hub)
    await minute(hass, hub)
    assert certificates.next_root is not None
    shown = issue(hass, hub)
    assert shown is not None and shown.translation_placeholders is not None
    assert shown.translation_placeholders["chargers"] == "`Yard`"
    # Until its owner no longer wants that.
    flow = await async_create_fix_flow(hass, shown.issue_id, shown.data)  # type: ignore[arg-type]
    flow.hass, flow.handler, flow.flow_id = hass, DOMAIN, "1"
    flow.issue_id = shown.issue_id
    form = await flow.async_step_init()  # type: ignore[attr-defined]
    assert form["step_id"] == "confirm"
    assert certificates.next_root is not None
    await flow.async_step_confirm({})  # type: ignore[attr-defined]
    await hass.async_block_till_done(wait_background_tasks=True)
    assert certificates.next_root is None
    assert issue(hass, hub) is None


async def test_another_server_is_waited_for(
    hass: HomeAssistant,
    hub: Hub,
    boxes: list[Wallbox],
    certificates: Certificates,
    unused_tcp_port_factory: Any,
    options: dict[str, Any],
) -> None:
    """Its chargers trust the same CA; nothing is known of them while it does not run."""
    other = make_entry(unused_tcp_port_factory(), "CP9", **options)
    other_hub = await setup(hass, other)
    await demand(other_hub, SecurityLevel.TLS, "CP9")
    await certificates.async_begin_renewal()
    await minute(hass, hub)
    assert certificates.next_root is not None
    assert await hass.config_entries.async_unload(other.entry_id)
    await minute(hass, hub)
    assert certificates.next_root is not None
    assert issue(hass, hub) is None
    await hass.config_entries.async_set_disabled_by(
        other.entry_id, ConfigEntryDisabler.USER
    )
    await minute(hass, hub)
    assert certificates.next_root is not None
    assert (shown := issue(hass, hub)) is not None
    assert shown.translation_placeholders is not None
    assert shown.translation_placeholders["chargers"] == f"`{other.title}`"
    assert await hass.config_entries.async_remove(other.entry_id)
    await minute(hass, hub)
    assert certificates.next_root is None


async def test_it_begins_by_itself_after_two_thirds_of_its_life(
    hass: HomeAssistant,
    hub: Hub,
    boxes: list[Wallbox],
    certificates: Certificates,
    freezer: FrozenDateTimeFactory,
) -> None:
    await demand(hub, SecurityLevel.TLS, "CP1")
    boxes[0].answers["InstallCertificate"] = {"status": "Rejected"}
    freezer.move_to(dt_util.utcnow() + timedelta(days=20 * 365 * 2 / 3 - 1))
    await minute(hass, hub)
    assert certificates.next_root is None
    freezer.tick(timedelta(days=2))
    await minute(hass, hub)
    assert certificates.next_root is not None


async def test_certificates_of_the_old_one_are_renewed_before_it_goes(
    hass: HomeAssistant, hub: Hub, boxes: list[Wallbox], certificates: Certificates
) -> None:
    one, _ = boxes
    old = certificates.root
    assert old is not None
    own = await certificates.async_client_pair("CP1")
    await demand(hub, SecurityLevel.CERTIFICATE, "CP1")
    comes_with(hub, "CP1", own.chain)
    await certificates.async_begin_renewal()
    await minute(hass, hub)
    await minute(hass, hub)
    new = certificates.root
    assert new is not None and new != old
    # Its certificate opens the door as before.
    assert certificates.roots == (new, old)
    agreed = await connects(certificates, new, own)
    assert agreed.client is not None
    await minute(hass, hub)
    assert certificates.roots == (new, old)

    # Then it is asked for a request, which the new one signs.
    async def ask() -> None:
        await one.call("SignCertificate", {"csr": request("CP1")})

    one.answers["ExtendedTriggerMessage"] = lambda payload: (
        hass.async_create_task(ask()) and {"status": "Accepted"}
    )
    hub.part(Signer).async_minute_passed()
    [signed] = await one.wait_for("CertificateSigned")
    chain = signed["certificateChain"]
    assert facts(chain).issuer == facts(new).subject
    await hass.async_block_till_done(wait_background_tasks=True)
    await minute(hass, hub)
    assert certificates.roots == (new, old)
    # It is trusted until the charger has come with the new one.
    comes_with(hub, "CP1", chain)
    await minute(hass, hub)
    assert certificates.roots == (new,)
    with pytest.raises(ssl.SSLError):
        await connects(certificates, new, own)


async def test_the_old_one_goes_when_its_last_certificate_has_ended(
    hass: HomeAssistant,
    hub: Hub,
    certificates: Certificates,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Whether the charger has ever come back or not."""
    own = await certificates.async_client_pair("CP1")
    await hub.part(Levels).credentials.async_change(
        "CP1", certificate_ends=facts(own.chain).not_after
    )
    await certificates.async_begin_renewal()
    await certificates.async_finish_renewal()
    await minute(hass, hub)
    assert len(certificates.roots) == 2
    freezer.tick(timedelta(days=731))
    await minute(hass, hub)
    assert len(certificates.roots) == 1


@pytest.mark.parametrize(
    "others",
    [
        {CONF_TLS_ON: True, CONF_TLS_SOURCE: SOURCE_HOME_ASSISTANT},
        {CONF_TLS_ON: False},
    ],
)
async def test_other_servers_accept_certificates_of_the_old_one_as_well(
    hass: HomeAssistant,
    hub: Hub,
    certificates: Certificates,
    unused_tcp_port_factory: Any,
    others: dict[str, Any],
) -> None:
    """Whatever certificate they show themselves, and whether they run or not."""
    other = make_entry(unused_tcp_port_factory(), "CP9", **{CONF_ENCRYPTION: others})
    other_hub = await setup(hass, other)
    own = await certificates.async_client_pair("CP9")
    await other_hub.part(Levels).credentials.async_change(
        "CP9", certificate_ends=facts(own.chain).not_after
    )
    await certificates.async_begin_renewal()
    await certificates.async_finish_renewal()
    await minute(hass, hub)
    assert len(certificates.roots) == 2
    await hass.config_entries.async_set_disabled_by(
        other.entry_id, ConfigEntryDisabler.USER
    )
    await minute(hass, hub)
    assert len(certificates.roots) == 2
    assert await hass.config_entries.async_remove(other.entry_id)
    await minute(hass, hub)
    assert len(certificates.roots) == 1


async def test_a_charger_with_room_for_one_gets_it_right_after(
    hass: HomeAssistant, hub: Hub, boxes: list[Wallbox], certificates: Certificates
) -> None:
    """In another way than by OCPP, as it cannot connect meanwhile."""
    await demand(hub, SecurityLevel.TLS, "CP1")
    charger = next(one for one in hub.chargers.values() if one.name == "Garage")
    written: list[str] = []
    fails = True

    async def install(root: str) -> None:
        written.append(root)
        if fails:
            raise OSError("away")

    renewal = hub.part(CaRenewal)
    end = renewal.set_installer(charger.subentry_id, install)
    credentials = hub.part(Levels).credentials
    assert certificates.root is not None
    await credentials.async_change("CP1", root=facts(certificates.root).fingerprint)
    await certificates.async_begin_renewal()
    new = certificates.next_root
    await minute(hass, hub)
    assert certificates.root == new
    await minute(hass, hub)
    assert new is not None
    assert written == [new]
    fails = False
    await minute(hass, hub)
    assert written == [new]
    renewal._tried.clear()
    await minute(hass, hub)
    assert written == [new] * 2
    assert credentials.get("CP1").root == facts(new).fingerprint
    assert installed(boxes[0]) == []
    end()


async def test_a_certificate_may_be_renewed_in_another_way(
    hass: HomeAssistant, hub: Hub, boxes: list[Wallbox], certificates: Certificates
) -> None:
    charger = next(one for one in hub.chargers.values() if one.name == "Garage")
    own = await certificates.async_client_pair("CP1")
    ends = dt_util.utcnow() + timedelta(days=500)
    renewed: list[datetime] = []

    async def renew() -> datetime:
        renewed.append(ends)
        return ends

    hub.part(Signer).set_renewer(charger.subentry_id, renew)
    credentials = hub.part(Levels).credentials
    await credentials.async_change(
        "CP1", certificate_ends=dt_util.utcnow() + timedelta(days=20)
    )
    comes_with(hub, "CP1", own.chain)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert renewed == [ends]
    assert credentials.get("CP1").certificate_ends == ends
    assert not [name for name, _ in boxes[0].received if "Trigger" in name]
