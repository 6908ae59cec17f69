"""Sessions as events: the event entity, the bus, and the logbook."""

from collections.abc import AsyncIterator
from typing import Any

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    translation,
)
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.ocpp_cs.chargers.bus_events import ACTIVITY, EVENT
from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.logbook import async_describe_events
from tests.integration.conftest import charger_subentry, id_tag_subentry, wait_for
from tests.integration.helpers.entities import (
    Wallbox,
    entity_id,
    settle,
    state_of,
    value_of,
)

SESSION = "CP1/1/session"


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Carport"), id_tag_subentry("04AB", "Anna")]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"price": 0.3, "tag_policy": "every"}


@pytest.fixture
async def box(hass: HomeAssistant, hub: Hub, server_url: str) -> AsyncIterator[Wallbox]:
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await settle(hass)
        yield box


@pytest.fixture
def events(hass: HomeAssistant, box: Wallbox) -> list[Event[dict[str, Any]]]:
    """Return the events of the integration, from now on."""
    return async_capture_events(hass, EVENT)


def kinds(events: list[Event[dict[str, Any]]]) -> list[str]:
    return [one.data["type"] for one in events]


async def said(hass: HomeAssistant, event: Event[dict[str, Any]]) -> str:
    """Return the line of an event in the logbook."""
    described = {}
    async_describe_events(hass, lambda _, name, fn: described.update({name: fn}))
    told = described[ACTIVITY](event)
    return f"{told['name']} {told['message']}"


async def test_a_session_starts_and_ends(
    hass: HomeAssistant,
    hub: Hub,
    box: Wallbox,
    events: list[Event[dict[str, Any]]],
) -> None:
    state = state_of(hass, SESSION, "event")
    assert state.entity_id == "event.carport_session"
    assert state.state == STATE_UNKNOWN
    assert state.attributes["event_types"] == ["started", "ended"]
    await box.status("Charging")
    number = await box.start(
        meter=1000, id_tag="04ab", timestamp="2026-11-01T10:00:00Z"
    )
    await settle(hass)
    attributes = state_of(hass, SESSION, "event").attributes
    assert attributes["event_type"] == "started"
    assert (attributes["who"], attributes["tag"]) == ("Anna", "Anna")
    assert "04ab" not in str(attributes).lower()
    await box.stop(number, meter=10300, timestamp="2026-11-01T12:00:00Z")
    await settle(hass)
    attributes = state_of(hass, SESSION, "event").attributes
    assert attributes["event_type"] == "ended"
    assert attributes["who"] == "Anna"
    assert attributes["name"] == "Carport"
    assert attributes["transaction_id"] == number
    assert attributes["energy"] == 9.3
    assert attributes["cost"] == 2.79
    assert attributes["currency"] == hass.config.currency
    assert attributes["average_price"] == 0.3
    assert attributes["duration"] == 7200
    assert attributes["reason"] == "local"
    assert kinds(events) == ["session_started", "session_ended"]
    device = next(iter(hub.chargers.values())).device_id
    assert {one.data["device_id"] for one in events} == {device}
    assert events[1].data["data"]["energy"] == 9.3


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            [
                "Anna started charging at Carport",
                "Anna charged 9.3 kWh for 2.79 EUR at Carport",
                "Carport started charging",
                "Carport charged 0.5 kWh for 0.15 EUR",
            ],
        ),
        (
            "de",
            [
                "Anna lädt jetzt an Carport",
                "Anna hat 9,3 kWh für 2,79 EUR an Carport geladen",
                "Carport lädt jetzt",
                "Carport hat 0,5 kWh für 0,15 EUR geladen",
            ],
        ),
    ],
)
async def test_activity_reads_like_a_sentence(
    hass: HomeAssistant,
    box: Wallbox,
    events: list[Event[dict[str, Any]]],
    language: str,
    lines: list[str],
) -> None:
    translation.async_setup(hass)
    await hass.config.async_update(language=language, currency="EUR")
    await hass.async_block_till_done()
    await box.stop(await box.start(meter=1000, id_tag="04ab"), meter=10300)
    await box.stop(await box.start(meter=10300, id_tag="STRANGE"), meter=10800)
    await settle(hass)
    assert [await said(hass, one) for one in events] == lines


async def test_a_restart_is_neither_a_start_nor_an_end(
    hass: HomeAssistant,
    hub: Hub,
    box: Wallbox,
    server_url: str,
    setup_integration: MockConfigEntry,
    events: list[Event[dict[str, Any]]],
) -> None:
    """What ended while Home Assistant was away is told when that is known."""
    number = await box.start(meter=1000, id_tag="04ab")
    await settle(hass)
    before = value_of(hass, SESSION, "event")
    assert await hass.config_entries.async_reload(setup_integration.entry_id)
    assert kinds(events) == ["session_started"]
    async with Wallbox(server_url) as again:
        await again.begin(hass, setup_integration.runtime_data)
        await settle(hass)
        assert kinds(events) == ["session_started"]
        assert value_of(hass, SESSION, "event") == before
        await again.stop(number, meter=2000)
        await wait_for(hass, lambda: len(events) == 2)
    assert events[1].data["type"] == "session_ended"
    assert events[1].data["data"]["energy"] == 1.0


async def test_one_that_another_one_ends(
    hass: HomeAssistant, box: Wallbox, events: list[Event[dict[str, Any]]]
) -> None:
    """A charger that forgot a StopTransaction begins the next one."""
    await box.start(meter=1000, id_tag="04ab", timestamp="2026-11-01T10:00:00Z")
    await box.start(meter=3000, id_tag="STRANGE", timestamp="2026-11-01T12:00:00Z")
    await settle(hass)
    assert kinds(events) == ["session_started", "session_ended", "session_started"]
    assert [one.data["data"]["who"] for one in events] == ["Anna", "Anna", None]


async def test_a_correction_is_no_event(
    hass: HomeAssistant, hub: Hub, box: Wallbox, events: list[Event[dict[str, Any]]]
) -> None:
    for meter in (1000, 2000):
        await box.stop(await box.start(meter=meter), meter=meter + 1000)
    await settle(hass)
    assert len(events) == 4
    latest = hub.central_system.ledger.latest_session("CP1", 1)
    assert latest is not None
    await hass.services.async_call(
        DOMAIN,
        "strike_out_session",
        {"device_id": _device(hub), "transaction_id": latest.public_id},
        blocking=True,
        return_response=True,
    )
    await settle(hass)
    assert len(events) == 4


def _device(hub: Hub) -> str:
    return next(iter(hub.chargers.values())).device_id


async def test_events_of_a_connector_stand_alone(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """They are of the connector's device, with the name of the charger as well."""
    events = async_capture_events(hass, EVENT)
    async with Wallbox(server_url, connectors=2) as box:
        await box.begin(hass, hub)
        await settle(hass)
        await box.stop(await box.start(2, meter=0, id_tag="04ab"), meter=1000)
        await settle(hass)
        assert value_of(hass, "CP1/1/session", "event") == STATE_UNKNOWN
    child = device_registry.async_get_child_device_by_identifier(
        (DOMAIN, "CP1/2"), setup_integration.entry_id
    )
    assert child is not None
    assert {one.data["device_id"] for one in events} == {child.id}
    assert {one.data["data"]["name"] for one in events} == {"Carport Connector 2"}
    found = entity_id(hass, "event", "CP1/2/session")
    assert found == "event.carport_connector_2_session"
    # Voice has the name of the charger in it as well.
    registry = er.async_get(hass)
    entity = registry.async_get(found)
    assert entity is not None
    spoken = er.async_get_full_entity_name(hass, entity)
    assert spoken == "Carport Connector 2 Session"
    device_registry.async_update_child_device(child.id, name_by_user="left")
    charger = next(iter(hub.chargers.values()))
    assert charger.connector_name(2) == "Carport left"
