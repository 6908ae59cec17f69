"""Reservations: made and cancelled by actions, shown, and ended by what happens."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import CONF_CONNECTORS, DOMAIN
from custom_components.ocpp_cs.hub import Hub
from simulator import Car, Generic
from tests.integration.conftest import charger_subentry, id_tag_subentry, wait_for
from tests.integration.helpers.actions import (  # noqa: F401 - pytest looks for fixtures here
    Call,
    fixture_call,
    fixture_device_id,
    fixture_one,
    fixture_two,
    key_of,
)
from tests.integration.helpers.entities import (
    Wallbox,
    entity_id,
    state_of,
    value_of,
    writes,
)

NOON = datetime(2099, 12, 24, 12, 0, tzinfo=UTC)
UNTIL_NOON = NOON.isoformat()


@pytest.fixture
def subentries() -> list[Any]:
    """Return a charger with one connector, one with two, and tags."""
    return [
        charger_subentry("CP1", "Garage", **{CONF_CONNECTORS: 1}),
        charger_subentry("CP2", "Yard", **{CONF_CONNECTORS: 2}),
        id_tag_subentry("ANNA", "Anna", parent_id_tag="Family", max_sessions=0),
        id_tag_subentry("BOB", "Bob", parent_id_tag="Family", max_sessions=0),
        id_tag_subentry("CAT", "Cat", max_sessions=0),
    ]


def shown(hass: HomeAssistant, unique_id: str) -> State:
    """Return the state of a sensor."""
    return state_of(hass, unique_id)


def is_free(hass: HomeAssistant, unique_id: str = "CP1/1/reservation") -> bool:
    """Tell whether a sensor shows no reservation."""
    state = shown(hass, unique_id)
    return state.state == STATE_UNKNOWN and "reservation_id" not in state.attributes


async def test_it_is_shown_until_it_is_cancelled(
    hass: HomeAssistant, one: Generic, call: Call
) -> None:
    assert is_free(hass)
    with writes(hass) as written:
        answer = await call("reserve_now", expiry_date=NOON, id_tag="anna")
        await hass.async_block_till_done()
    state = shown(hass, "CP1/1/reservation")
    assert written.count(state.entity_id) == 1
    assert state.state == UNTIL_NOON
    # The id of a tag with a name is private.
    assert state.attributes["tag"] == "Anna"
    assert "id_tag" not in state.attributes
    assert state.attributes["reservation_id"] == answer["reservation_id"]
    await wait_for(hass, lambda: value_of(hass, "CP1/1/status") == "reserved")
    assert await call("cancel_reservation") == {
        "status": "accepted",
        "reservation_id": answer["reservation_id"],
    }
    await hass.async_block_till_done()
    assert is_free(hass)


async def test_another_that_ends_at_the_same_time_is_another(
    hass: HomeAssistant, one: Generic, call: Call
) -> None:
    kept = {"expiry_date": NOON, "reservation_id": 7}
    await call("reserve_now", id_tag="STRANGE", **kept)
    await hass.async_block_till_done()
    assert shown(hass, "CP1/1/reservation").attributes["id_tag"] == "STRANGE"
    await call("reserve_now", id_tag="CAT", **kept)
    await hass.async_block_till_done()
    attributes = shown(hass, "CP1/1/reservation").attributes
    assert (attributes["tag"], attributes["reservation_id"]) == ("Cat", 7)
    assert "id_tag" not in attributes


@pytest.mark.parametrize(
    ("hidden", "tag"), [(False, "ANNA"), (True, "ANNA"), (True, "BOB"), (False, "BOB")]
)
async def test_it_ends_when_it_is_used(
    hass: HomeAssistant, hub: Hub, one: Generic, call: Call, hidden: bool, tag: str
) -> None:
    one.faults.reservations_hidden = hidden
    await call("reserve_now", expiry_date=NOON, id_tag="ANNA", parent_id_tag="Family")
    assert await one.present_card("CAT") == "Blocked"
    await one.plug(1, Car(soc=20))
    assert await one.present_card(tag) == "Accepted"
    await wait_for(hass, lambda: is_free(hass))
    await wait_for(hass, lambda: one.connector().transaction_id)
    assert list(hub.central_system.charge_points["CP1"].reservations) == []


async def test_it_expires(hass: HomeAssistant, one: Generic, call: Call) -> None:
    one.faults.reservations_hidden = True
    end = datetime.now(UTC) + timedelta(seconds=1)
    await call("reserve_now", expiry_date=end, id_tag="ANNA")
    await hass.async_block_till_done()
    assert not is_free(hass)
    await wait_for(hass, lambda: is_free(hass))


@pytest.mark.parametrize("status", ["Faulted", "Unavailable"])
async def test_it_ends_with_the_connector(
    hass: HomeAssistant, one: Generic, call: Call, status: str
) -> None:
    await call("reserve_now", expiry_date=NOON, id_tag="ANNA")
    await wait_for(hass, lambda: value_of(hass, "CP1/1/status") == "reserved")
    assert not is_free(hass)
    await one.set_status(1, status)
    await wait_for(hass, lambda: is_free(hass))


async def test_a_charger_that_forgot_it_shows_none(
    hass: HomeAssistant, one: Generic, call: Call
) -> None:
    one.faults.reservations_forgotten = True
    await call("reserve_now", expiry_date=NOON, id_tag="ANNA")
    await wait_for(hass, lambda: value_of(hass, "CP1/1/status") == "reserved")
    await one.reboot()
    await wait_for(hass, lambda: one.accepted and is_free(hass))


async def test_it_outlives_a_restart(
    hass: HomeAssistant, setup_integration: MockConfigEntry, one: Generic, call: Call
) -> None:
    answer = await call("reserve_now", expiry_date=NOON, id_tag="ANNA")
    await wait_for(hass, lambda: value_of(hass, "CP1/1/status") == "reserved")
    entry_id = setup_integration.entry_id
    assert await hass.config_entries.async_unload(entry_id)
    assert await hass.config_entries.async_setup(entry_id)
    await wait_for(
        hass, lambda: value_of(hass, "CP1/1/reservation") == UNTIL_NOON and one.accepted
    )
    attributes = shown(hass, "CP1/1/reservation").attributes
    assert attributes["reservation_id"] == answer["reservation_id"]
    await call("cancel_reservation")
    await wait_for(hass, lambda: is_free(hass))
    # Nothing of it is left, either.
    assert await hass.config_entries.async_unload(entry_id)
    assert await hass.config_entries.async_setup(entry_id)
    await wait_for(hass, lambda: one.accepted and is_free(hass))


async def test_any_connector(hass: HomeAssistant, two: Generic, call: Call) -> None:
    await call("reserve_now", "CP2", expiry_date=NOON, id_tag="ANNA")
    assert two.calls("ReserveNow")[0]["connectorId"] == 0
    await wait_for(hass, lambda: value_of(hass, "CP2/reservation") == UNTIL_NOON)
    assert all(is_free(hass, f"CP2/{number}/reservation") for number in (1, 2))
    await wait_for(hass, lambda: value_of(hass, "CP2/1/status") == "reserved")
    await two.plug(2, Car(soc=20))
    assert await two.present_card("ANNA", 2) == "Accepted"
    await wait_for(hass, lambda: is_free(hass, "CP2/reservation"))


async def test_each_connector_has_its_own(
    hass: HomeAssistant, two: Generic, call: Call
) -> None:
    first = await call("reserve_now", "CP2/1", expiry_date=NOON, id_tag="ANNA")
    second = await call(
        "reserve_now", "CP2", connector_id=2, expiry_date=NOON, id_tag="BOB"
    )
    assert first["reservation_id"] != second["reservation_id"]
    await hass.async_block_till_done()
    assert shown(hass, "CP2/1/reservation").attributes["tag"] == "Anna"
    assert shown(hass, "CP2/2/reservation").attributes["tag"] == "Bob"
    assert is_free(hass, "CP2/reservation")
    with pytest.raises(ServiceValidationError) as err:
        await call("cancel_reservation", "CP2")
    assert key_of(err.value) == "ocpp_cs.several_reservations"
    with pytest.raises(ServiceValidationError):
        await call("cancel_reservation", "CP2", connector_id=0)
    answer = await call("cancel_reservation", "CP2/2")
    assert answer["reservation_id"] == second["reservation_id"]
    await wait_for(hass, lambda: is_free(hass, "CP2/2/reservation"))
    assert not is_free(hass, "CP2/1/reservation")


async def test_of_an_only_connector_any_is_the_same(
    hass: HomeAssistant, one: Generic, call: Call
) -> None:
    await call("reserve_now", connector_id=0, expiry_date=NOON, id_tag="ANNA")
    await wait_for(hass, lambda: value_of(hass, "CP1/1/reservation") == UNTIL_NOON)
    assert hass.states.get("sensor.garage_any_connector_reserved_until") is None
    await call("cancel_reservation", connector_id=1)
    await wait_for(hass, lambda: is_free(hass))


@pytest.mark.parametrize(
    ("state", "key"),
    [
        ("Faulted", "reserve_now_faulted"),
        ("Unavailable", "reserve_now_unavailable"),
        ("Preparing", "reserve_now_occupied"),
        (None, "reserve_now_rejected"),
    ],
)
async def test_each_refusal_has_its_words(
    hass: HomeAssistant, one: Generic, call: Call, state: str | None, key: str
) -> None:
    if state is None:
        one.faults.reservations_rejected = True
    else:
        await one.set_status(1, state)
    with pytest.raises(HomeAssistantError) as err:
        await call("reserve_now", expiry_date=NOON, id_tag="ANNA")
    assert key_of(err.value) == f"ocpp_cs.{key}"
    assert is_free(hass)


# Who has a sensor.


async def test_who_declares_no_reservations_has_no_sensor_until_one_is_made(
    hass: HomeAssistant, hub: Hub, server_url: str, call: Call, socket_enabled: None
) -> None:
    registry = er.async_get(hass)

    def has_sensor(unique_id: str = "CP1/1/reservation") -> bool:
        return registry.async_get_entity_id("sensor", DOMAIN, unique_id) is not None

    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        assert not has_sensor()
        await call("reserve_now", expiry_date=NOON, id_tag="ANNA")
        # At once, and not when the charger is given up to say more.
        await wait_for(hass, has_sensor, 60)
        await wait_for(hass, lambda: value_of(hass, "CP1/1/reservation") == UNTIL_NOON)
        entry = registry.async_get(entity_id(hass, "sensor", "CP1/1/reservation"))
        assert entry is not None
        assert entry.disabled_by is None
        assert entry.original_name == "Reserved until"
        await call("cancel_reservation")
    # It stays, connected or not.
    assert await hass.config_entries.async_reload(hub._entry.entry_id)
    await hass.async_block_till_done()
    state = shown(hass, "CP1/1/reservation")
    assert not state.attributes.get("restored")


@pytest.mark.parametrize("any_connector", [True, False])
async def test_any_connector_has_a_sensor_if_it_can_be_reserved(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    socket_enabled: None,
    any_connector: bool,
) -> None:
    async with Wallbox(server_url, "CP2", connectors=2) as box:
        configuration: Any = box.answers["GetConfiguration"]
        told = {
            "SupportedFeatureProfiles": "Core,Reservation",
            "ReserveConnectorZeroSupported": str(any_connector),
        }
        configuration["configurationKey"] += [
            {"key": key, "readonly": True, "value": value}
            for key, value in told.items()
        ]
        await box.begin(hass, hub)
        await wait_for(hass, lambda: is_free(hass, "CP2/2/reservation"))
        found = er.async_get(hass).async_get_entity_id(
            "sensor", DOMAIN, "CP2/reservation"
        )
        assert (found is not None) is any_connector


async def test_a_removed_charger_is_forgotten(
    hass: HomeAssistant, hub: Hub, one: Generic, call: Call
) -> None:
    await call("reserve_now", expiry_date=NOON, id_tag="ANNA")
    entry, reservations = hub._entry, hub.central_system.charge_points["CP1"]
    assert hub._memory.get("CP1", "reservations")
    subentry_id = next(iter(hub.chargers))
    hass.config_entries.async_remove_subentry(entry, subentry_id)
    reservations.reservations.cancelled(next(iter(reservations.reservations)).id)
    await hass.async_block_till_done()
    assert hub._memory.get("CP1", "reservations") is None
