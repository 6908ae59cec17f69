"""Event entities: cards that are shown, and security events."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import Event, HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.ocpp_cs.event import SECURITY_EVENTS
from custom_components.ocpp_cs.hub import Hub

from .conftest import charger_subentry, id_tag_subentry, wait_for
from .helpers.entities import Wallbox, entity_id, settle, state_of, writes

AUTHORIZATION = "CP1/authorization"
INCIDENT = "CP1/incident"
SECURITY = "CP1/security"


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("CP1", "Garage"),
        id_tag_subentry("04A2B3", "Anna"),
        id_tag_subentry("BAD", "Ben", blocked=True),
        id_tag_subentry("OLD", "Old", valid_until="2020-01-01T00:00:00+00:00"),
    ]


@pytest.fixture
async def box(hass: HomeAssistant, hub: Hub, server_url: str) -> AsyncIterator[Wallbox]:
    async with Wallbox(server_url, connectors=2) as box:
        await box.begin(hass, hub)
        await settle(hass)
        yield box


def shown(state: State) -> dict[str, Any]:
    """Return the attributes that say what happened."""
    general = {"event_types", "friendly_name", "icon", "device_class"}
    return {key: state.attributes[key] for key in state.attributes.keys() - general}


async def present(hass: HomeAssistant, box: Wallbox, id_tag: str) -> dict[str, Any]:
    """Show a card; return what the event entity says of it."""
    await box.call("Authorize", {"idTag": id_tag})
    await settle(hass)
    return shown(state_of(hass, AUTHORIZATION, "event"))


async def test_a_card_is_an_event(
    hass: HomeAssistant,
    hub: Hub,
    box: Wallbox,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    state = state_of(hass, AUTHORIZATION, "event")
    assert state.entity_id == "event.garage_authorization"
    assert (state.state, shown(state)) == (STATE_UNKNOWN, {"event_type": None})
    assert state.attributes["event_types"] == [
        "accepted",
        "blocked",
        "expired",
        "invalid",
        "concurrent_tx",
    ]
    registered = entity_registry.async_get(state.entity_id)
    assert registered is not None
    assert registered.device_id == next(iter(hub.chargers.values())).device_id

    # A card with a name is told by that; whose id it has is private.
    assert await present(hass, box, "04a2b3") == {
        "event_type": "accepted",
        "tag": "Anna",
    }
    assert await present(hass, box, "BAD") == {"event_type": "blocked", "tag": "Ben"}
    assert await present(hass, box, "OLD") == {"event_type": "expired", "tag": "Old"}
    assert await present(hass, box, "99") == {"event_type": "invalid", "id_tag": "99"}
    # The same once more is another event.
    with writes(hass) as written:
        await present(hass, box, "99")
    assert written.count(state.entity_id) == 1
    assert state_of(hass, SECURITY, "event").state == STATE_UNKNOWN


async def test_the_start_of_a_transaction_tells_where(
    hass: HomeAssistant, hub: Hub, box: Wallbox
) -> None:
    with writes(hass) as written:
        await present(hass, box, "04A2B3")
        await box.start(2, id_tag="04A2B3")
        await settle(hass)
        # One card, one event.
        assert written.count("event.garage_authorization") == 1
        await box.start(1, id_tag="04A2B3")
        await settle(hass)
        assert written.count("event.garage_authorization") == 2
    assert shown(state_of(hass, AUTHORIZATION, "event")) == {
        "event_type": "concurrent_tx",
        "tag": "Anna",
        "connector_id": 1,
    }


async def test_the_tag_of_remote_starts_is_no_card(
    hass: HomeAssistant, hub: Hub, box: Wallbox
) -> None:
    scanned = async_capture_events(hass, "tag_scanned")
    answer = await box.call("Authorize", {"idTag": "HomeAssistant"})
    assert answer == {"idTagInfo": {"status": "Accepted"}}
    await settle(hass)
    assert state_of(hass, AUTHORIZATION, "event").state == STATE_UNKNOWN
    assert not scanned


async def test_a_tag_of_home_assistant_has_the_name_that_it_has_here(
    hass: HomeAssistant, hub: Hub, box: Wallbox, entity_registry: er.EntityRegistry
) -> None:
    def name(id_tag: str) -> str | None:
        found = entity_registry.async_get_entity_id("tag", "tag", id_tag)
        entity = entity_registry.async_get(found or "")
        return None if entity is None else entity.name or entity.original_name

    for card, expected in (("04A2B3", "Anna"), ("99", "Tag 99")):
        await present(hass, box, card)
        assert name(card) == expected
        state = hass.states.get(
            entity_registry.async_get_entity_id("tag", "tag", card) or ""
        )
        assert state is not None
        assert state.name == expected
    # What its user calls it there stays.
    entity_id = entity_registry.async_get_entity_id("tag", "tag", "04A2B3")
    assert entity_id is not None
    entity_registry.async_update_entity(entity_id, name="The blue one")
    await present(hass, box, "04A2B3")
    assert name("04A2B3") == "The blue one"


async def test_a_card_is_scanned(
    hass: HomeAssistant,
    hub: Hub,
    box: Wallbox,
    entity_registry: er.EntityRegistry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    scanned: list[Event[Any]] = async_capture_events(hass, "tag_scanned")
    (charger,) = hub.chargers.values()
    # As it is known, or else as it is told.
    for id_tag, told in (("04a2b3", "04A2B3"), ("New", "New"), ("New", "New")):
        await present(hass, box, id_tag)
        assert scanned[-1].data["tag_id"] == told
        assert scanned[-1].data["device_id"] == charger.device_id
    assert len(scanned) == 3
    tag = hass.states.get(entity_registry.async_get_entity_id("tag", "tag", "New"))
    assert tag is not None
    assert tag.attributes["last_scanned_by_device_id"] == charger.device_id
    # No card at all, and what is too long for one.
    await present(hass, box, "")
    assert len(scanned) == 3
    assert await present(hass, box, "x" * 300) == {
        "event_type": "invalid",
        "id_tag": "x" * 300,
    }
    # Home Assistant's own tags are longer, and none that a charger reads.
    for id_tag in ("x" * 21, "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "a\tb"):
        await present(hass, box, id_tag)
    assert len(scanned) == 3
    assert "ERROR" not in caplog.text


async def test_a_card_at_who_is_not_known_is_not_scanned(
    hass: HomeAssistant, hub: Hub, box: Wallbox
) -> None:
    """It is an event of the charger all the same, but opens no door elsewhere."""
    scanned = async_capture_events(hass, "tag_scanned")
    (charger,) = hub.chargers.values()
    charger.charge_point.acquaintance.address = "10.0.0.1"
    assert (await present(hass, box, "New"))["id_tag"] == "New"
    assert not scanned
    charger.charge_point.acquaintance.vouch()
    await present(hass, box, "New")
    assert len(scanned) == 1


async def test_cards_need_not_be_scanned(
    hass: HomeAssistant, hub: Hub, box: Wallbox, setup_integration: MockConfigEntry
) -> None:
    scanned = async_capture_events(hass, "tag_scanned")
    for wanted in (False, True):
        hass.config_entries.async_update_entry(
            setup_integration,
            options={**setup_integration.options, "scan_tags": wanted},
        )
        await settle(hass)
        await present(hass, box, "04a2b3")
        assert len(scanned) == wanted


async def test_cards_that_were_shown_offline_are_no_news(
    hass: HomeAssistant, hub: Hub, box: Wallbox
) -> None:
    scanned = async_capture_events(hass, "tag_scanned")
    number = await box.start(
        1, id_tag="04A2B3", timestamp="2026-01-01T10:00:00Z", meter=0
    )
    await box.call(
        "StopTransaction",
        {
            "transactionId": number,
            "idTag": "04A2B3",
            "meterStop": 5,
            "timestamp": "2026-01-01T11:00:00Z",
        },
    )
    await settle(hass)
    assert state_of(hass, AUTHORIZATION, "event").state == STATE_UNKNOWN
    assert not scanned


async def security_event(
    hass: HomeAssistant, box: Wallbox, kind: str, **more: str
) -> dict[str, Any]:
    """Send a SecurityEventNotification; return what the event entity says of it."""
    await box.call(
        "SecurityEventNotification",
        {"type": kind, "timestamp": "2026-10-20T12:00:00Z", **more},
    )
    await settle(hass)
    return shown(state_of(hass, SECURITY, "event"))


async def test_security_events(
    hass: HomeAssistant, hub: Hub, box: Wallbox, caplog: pytest.LogCaptureFixture
) -> None:
    state = state_of(hass, SECURITY, "event")
    assert state.entity_id == "event.garage_security"
    assert state.attributes["event_types"] == [*SECURITY_EVENTS, "other"]
    assert len(SECURITY_EVENTS) == 20
    timestamp = {"timestamp": "2026-10-20T12:00:00+00:00"}
    assert await security_event(hass, box, "InvalidTLSVersion", techInfo="1.1") == {
        "event_type": "invalid_tls_version",
        "tech_info": "1.1",
        **timestamp,
    }
    assert await security_event(hass, box, "StartupOfTheDevice") == {
        "event_type": "startup_of_the_device",
        **timestamp,
    }
    # The words of OCPP 2.
    for told, kind in (
        ("InvalidTLSCipherSuite", "invalid_tls_cipher_suites"),
        ("InvalidCsmsCertificate", "invalid_central_system_certificate"),
        ("InvalidChargingStationCertificate", "invalid_charge_point_certificate"),
        ("CsmsFailedToAuthenticate", "central_system_failed_to_authenticate"),
        ("FailedToAuthenticateAtCsms", "failed_to_authenticate_at_central_system"),
        ("MaintenanceLoginFailed", "maintenance_login_failed"),
    ):
        assert await security_event(hass, box, told) == {
            "event_type": kind,
            **timestamp,
        }
    assert await security_event(hass, box, "LidWasOpened") == {
        "event_type": "other",
        "type": "LidWasOpened",
        **timestamp,
    }
    assert state_of(hass, AUTHORIZATION, "event").state == STATE_UNKNOWN
    assert "ERROR" not in caplog.text


async def test_restarts_and_faults(
    hass: HomeAssistant, hub: Hub, box: Wallbox, server_url: str
) -> None:
    """Each is one event, however often it is told."""
    # That it came in when the server started is none.
    assert shown(state_of(hass, INCIDENT, "event")) == {"event_type": None}
    with writes(hass) as written:
        await box.boot(firmwareVersion="1.0")
        for _ in range(2):
            await box.status("Faulted", 2, "GroundFailure")
        await settle(hass)
        assert written.count("event.garage_incident") == 1
    assert shown(state_of(hass, INCIDENT, "event")) == {
        "event_type": "fault",
        "connector_id": 2,
        "error_code": "ground_failure",
    }
    await box.websocket.close()
    async with Wallbox(server_url, connectors=2) as again:
        await again.boot(firmwareVersion="1.1")
        await settle(hass)
        assert shown(state_of(hass, INCIDENT, "event")) == {
            "event_type": "boot",
            "firmware": "1.1",
            "reason": "firmware_update",
        }


async def test_events_are_there_as_long_as_the_charger_is(
    hass: HomeAssistant, hub: Hub, box: Wallbox
) -> None:
    await present(hass, box, "04A2B3")
    before = state_of(hass, AUTHORIZATION, "event")
    await box.websocket.close()
    charge_point = hub.central_system.charge_points["CP1"]
    await wait_for(hass, lambda: not charge_point.connected)
    assert state_of(hass, AUTHORIZATION, "event").state == STATE_UNAVAILABLE
    assert state_of(hass, SECURITY, "event").state == STATE_UNAVAILABLE
    assert before.state != STATE_UNAVAILABLE


async def test_one_that_is_gone_listens_no_more(
    hass: HomeAssistant, hub: Hub, box: Wallbox, entity_registry: er.EntityRegistry
) -> None:
    gone = entity_id(hass, "event", AUTHORIZATION)
    entity_registry.async_remove(gone)
    await settle(hass)
    scanned = async_capture_events(hass, "tag_scanned")
    await box.call("Authorize", {"idTag": "04A2B3"})
    await settle(hass)
    assert hass.states.get(gone) is None
    # A card is one with or without its entity.
    assert len(scanned) == 1


async def test_the_last_event_stays_the_last_over_a_reload(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    box: Wallbox,
    server_url: str,
) -> None:
    """Although all that is kept of the state is that it was unavailable."""
    incidents = async_capture_events(hass, "ocpp_cs_event")
    await present(hass, box, "04A2B3")
    before = state_of(hass, AUTHORIZATION, "event")
    await box.websocket.close()
    for _ in range(2):
        assert await hass.config_entries.async_reload(setup_integration.entry_id)
        await hass.async_block_till_done()
        async with Wallbox(server_url, connectors=2) as again:
            await again.begin(hass, setup_integration.runtime_data)
            await settle(hass)
            after = state_of(hass, AUTHORIZATION, "event")
            assert (after.state, shown(after)) == (before.state, shown(before))
            # Never happened, and a boot of a mere reconnection is no incident.
            for never in (SECURITY, INCIDENT):
                assert state_of(hass, never, "event").state == STATE_UNKNOWN
    assert not incidents
