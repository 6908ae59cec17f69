"""What is shown of each charger at a backend, on a device of the backend."""

import json
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub
from tests.csms.test_central_system import World
from tests.integration.conftest import AddCharger, charger_subentry, wait_for

from .conftest import AddBackend, OpenForm, backends, entered

KEYS = {
    "binary_sensor": {"connected"},
    "sensor": {"waiting", "last_confirmed", "last_error"},
}


@pytest.fixture
def subentries() -> list[Any]:
    return [
        charger_subentry("BOX", "Garage", connectors=1),
        charger_subentry("A/B", "Yard", connectors=1),
    ]


def ids_of(hass: HomeAssistant, backend: str) -> set[tuple[str, str]]:
    """Return platform and unique id of the entities of a backend."""
    return {
        (one.domain, one.unique_id)
        for one in er.async_get(hass).entities.values()
        if one.config_subentry_id == backend
    }


def expected(backend: str, *chargers: str) -> set[tuple[str, str]]:
    return {
        (platform, f"{backend}/{charger}/{key}")
        for charger in chargers
        for platform, keys in KEYS.items()
        for key in keys
    }


def state(hass: HomeAssistant, backend: str, key: str, charger: str = "BOX") -> Any:
    platform = "binary_sensor" if key == "connected" else "sensor"
    entity_id = er.async_get(hass).async_get_entity_id(
        platform, DOMAIN, f"{backend}/{charger}/{key}"
    )
    assert entity_id is not None
    return hass.states.get(entity_id)


async def test_a_session_is_seen(
    hass: HomeAssistant,
    hub: Hub,
    add_backend: AddBackend,
    charger: AddCharger,
    employer: World,
    device_registry: dr.DeviceRegistry,
    setup_integration: MockConfigEntry,
) -> None:
    backend = add_backend().subentry_id
    await hass.async_block_till_done()
    assert ids_of(hass, backend) == expected(backend, "BOX")
    device = device_registry.async_get_device_by_identifier(
        (DOMAIN, backend), setup_integration.entry_id
    )
    assert device is not None
    assert device.name == "Employer"
    assert device.entry_type is DeviceEntryType.SERVICE
    assert device.config_subentry_id == backend
    await wait_for(hass, lambda: state(hass, backend, "connected").state == "on")
    connected = state(hass, backend, "connected")
    assert connected.name == "Employer Garage: connection"
    assert state(hass, backend, "last_error").state == "none"
    assert state(hass, backend, "last_confirmed").state == "unknown"
    one = await charger("BOX")
    await one.plug(1)
    one.start_transaction(one.connector(1), "TAG1")
    await wait_for(hass, lambda: employer.ledger.at_hand("BOX"))
    one.stop_transaction(one.connector(1), "Local")
    await wait_for(
        hass, lambda: state(hass, backend, "last_confirmed").state != "unknown"
    )
    await wait_for(hass, lambda: state(hass, backend, "waiting").state == "0")
    # What is confirmed stays known over a reload.
    confirmed = state(hass, backend, "last_confirmed").state
    await hass.config_entries.async_reload(setup_integration.entry_id)
    await hass.async_block_till_done()
    assert state(hass, backend, "last_confirmed").state == confirmed


async def test_a_backend_that_is_away_is_seen(
    hass: HomeAssistant,
    add_backend: AddBackend,
    charger: AddCharger,
    unused_tcp_port_factory: Any,
) -> None:
    """The charger notices nothing of it."""
    away = f"ws://127.0.0.1:{unused_tcp_port_factory()}/"
    backend = add_backend(url=away).subentry_id
    await wait_for(
        hass, lambda: state(hass, backend, "last_error").state == "unreachable"
    )
    assert state(hass, backend, "connected").state == "off"
    attributes = state(hass, backend, "last_error").attributes
    assert attributes["words"]
    assert attributes["at"]
    one = await charger("BOX")
    await one.plug(1)
    assert await one.present_card("TAG1", 1) == "Accepted"
    await wait_for(hass, lambda: one.connector(1).transaction_id)
    await wait_for(hass, lambda: int(state(hass, backend, "waiting").state) >= 1)


async def test_what_waits_goes_with_the_charger_that_is_left_out(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    add_backend: AddBackend,
    charger: AddCharger,
    unused_tcp_port_factory: Any,
) -> None:
    away = f"ws://127.0.0.1:{unused_tcp_port_factory()}/"
    backend = add_backend(url=away, chargers=["BOX", "A/B"])
    one = await charger("BOX")
    await one.plug(1)
    one.start_transaction(one.connector(1), "TAG1")
    waiting = hub.backends.books.waiting
    await wait_for(hass, lambda: waiting(backend.subentry_id, "BOX"))
    hass.config_entries.async_update_subentry(
        setup_integration, backend, data={**backend.data, "chargers": ["A/B"]}
    )
    await hass.async_block_till_done()
    assert waiting(backend.subentry_id, "BOX") == 0
    assert all(
        place != (backend.subentry_id, "BOX") for place in hub.backends.books.places()
    )


async def test_what_waits_goes_with_the_backend(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    add_backend: AddBackend,
    charger: AddCharger,
    unused_tcp_port_factory: Any,
) -> None:
    """Also if it was removed while the server was not running."""
    away = f"ws://127.0.0.1:{unused_tcp_port_factory()}/"
    backend = add_backend(url=away)
    one = await charger("BOX")
    await one.plug(1)
    one.start_transaction(one.connector(1), "TAG1")
    await wait_for(hass, lambda: hub.backends.books.waiting(backend.subentry_id, "BOX"))
    await hass.config_entries.async_unload(setup_integration.entry_id)
    hass.config_entries.async_remove_subentry(setup_integration, backend.subentry_id)
    await hass.config_entries.async_setup(setup_integration.entry_id)
    await hass.async_block_till_done()
    books = setup_integration.runtime_data.backends.books
    assert backend.subentry_id not in {place[0] for place in books.places()}


async def test_nothing_is_written_twice(
    hass: HomeAssistant, hub: Hub, add_backend: AddBackend
) -> None:
    backend = add_backend().subentry_id
    await wait_for(hass, lambda: state(hass, backend, "connected").state == "on")
    written: list[str] = []

    @callback
    def note(event: Event[Any]) -> None:
        written.append(event.data["entity_id"])

    for kind in (EVENT_STATE_CHANGED, EVENT_STATE_REPORTED):
        # Home Assistant wants a filter for the second one.
        hass.bus.async_listen(kind, note, event_filter=callback(lambda _: True))
    station = hub.backends.upstreams.stations[backend, "BOX"]
    for _ in range(5):
        station.changed()
        hub.backends.states[backend, "BOX"].async_take(station)
    await hass.async_block_till_done()
    assert [one for one in written if "employer" in one] == []


async def test_other_settings_forget_the_last_error(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    form: OpenForm,
    add_backend: AddBackend,
    employer: World,
    url: str,
) -> None:
    """Not least as the trial of the form interrupts the connection."""
    subentry = add_backend(url="ws://127.0.0.1:9/nobody")
    backend = subentry.subentry_id
    await wait_for(
        hass, lambda: state(hass, backend, "last_error").state == "unreachable"
    )
    (changing,) = backends(setup_integration)
    flow = await form(changing)
    await flow.choose("connection")
    await flow.go(**entered(url))
    assert await flow.wait() == "abort:reconfigure_successful"
    await wait_for(hass, lambda: state(hass, backend, "connected").state == "on")
    assert state(hass, backend, "last_error").state == "none"
    (changing,) = backends(setup_integration)
    flow = await form(changing)
    await flow.choose("connection")
    await flow.go(**entered(url, login={"password": "correct-horse-battery"}))
    assert await flow.wait() == "abort:reconfigure_successful"
    await hass.async_block_till_done()
    await wait_for(hass, lambda: state(hass, backend, "connected").state == "on")
    assert state(hass, backend, "last_error").state == "none"


async def test_entities_follow_the_chargers(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    form: OpenForm,
    add_backend: AddBackend,
    employer: World,
    url: str,
) -> None:
    employer.adopt("A/B")
    subentry = add_backend()
    backend = subentry.subentry_id
    await hass.async_block_till_done()
    flow = await form(subentry)
    await flow.choose("connection")
    await flow.go(**entered(url, chargers=["BOX", "A/B"]))
    await flow.wait()
    await hass.async_block_till_done()
    assert ids_of(hass, backend) == expected(backend, "BOX", "A%2FB")
    # A charger that is removed takes its own with it.
    (box,) = (
        one for one in setup_integration.subentries.values() if one.unique_id == "BOX"
    )
    hass.config_entries.async_remove_subentry(setup_integration, box.subentry_id)
    await hass.async_block_till_done()
    assert ids_of(hass, backend) == expected(backend, "A%2FB")
    # The backend is still told what it has missed.
    settings = setup_integration.runtime_data.backends.settings_of(backend)
    assert settings.charge_points == {"A/B"}
    assert settings.removed == {"BOX"}
    # So does the backend.
    hass.config_entries.async_remove_subentry(setup_integration, backend)
    await hass.async_block_till_done()
    assert ids_of(hass, backend) == set()
    assert not dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, backend), setup_integration.entry_id
    )


async def test_names_follow(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    add_backend: AddBackend,
) -> None:
    backend = add_backend()
    await hass.async_block_till_done()
    (box,) = (
        one for one in setup_integration.subentries.values() if one.unique_id == "BOX"
    )
    before = state(hass, backend.subentry_id, "connected").entity_id
    hass.config_entries.async_update_subentry(setup_integration, box, title="Carport")
    hass.config_entries.async_update_subentry(
        setup_integration, backend, title="Company"
    )
    await hass.async_block_till_done()
    connected = state(hass, backend.subentry_id, "connected")
    assert connected.name == "Company Carport: connection"
    assert connected.entity_id == before
    assert ids_of(hass, backend.subentry_id) == expected(backend.subentry_id, "BOX")


async def test_what_changed_while_nothing_ran_is_tidied_up(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    add_backend: AddBackend,
) -> None:
    backend = add_backend(chargers=["BOX", "A/B"])
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(setup_integration.entry_id)
    hass.config_entries.async_update_subentry(
        setup_integration, backend, data={**backend.data, "chargers": ["A/B"]}
    )
    await hass.config_entries.async_setup(setup_integration.entry_id)
    await hass.async_block_till_done()
    assert ids_of(hass, backend.subentry_id) == expected(backend.subentry_id, "A%2FB")


async def test_a_change_of_a_backend_drops_no_charger(
    hass: HomeAssistant,
    hub: Hub,
    add_backend: AddBackend,
    charger: AddCharger,
    setup_integration: MockConfigEntry,
) -> None:
    one = await charger("BOX")
    link = hub.central_system.charge_points["BOX"].link
    backend = add_backend()
    await wait_for(
        hass, lambda: state(hass, backend.subentry_id, "connected").state == "on"
    )
    hass.config_entries.async_update_subentry(
        setup_integration, backend, data={**backend.data, "pays": True}
    )
    await hass.async_block_till_done()
    hass.config_entries.async_remove_subentry(setup_integration, backend.subentry_id)
    await hass.async_block_till_done()
    assert hub.central_system.charge_points["BOX"].link is link
    assert one.accepted


async def test_diagnostics_have_no_secrets(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    hub: Hub,
    setup_integration: MockConfigEntry,
    form: OpenForm,
    charger: AddCharger,
    employer: World,
    url: str,
    device_registry: dr.DeviceRegistry,
) -> None:
    assert await async_setup_component(hass, "diagnostics", {})
    flow = await form()
    address = f"{url}/SecretPathOfMine/?token=c0ffee00"
    login = {"password": "correct-horse", "identity": "SecretName"}
    await flow.go(**entered(address, login=login))
    cards = {
        "tags": ["SecretCard"],
        "rewritten": "PrivateCard=CompanyCard",
        "default_tag": "DefaultCard",
        "unknown_tags": False,
    }
    await flow.go(cards=cards)
    if await flow.wait() == "not_connected":
        await flow.choose("save")
    employer.adopt("SecretName")
    (backend,) = setup_integration.get_subentries_of_type("upstream")
    await wait_for(
        hass, lambda: state(hass, backend.subentry_id, "connected").state == "on"
    )
    one = await charger("BOX")
    await one.plug(1)
    one.start_transaction(one.connector(1), "SecretCard")
    await wait_for(hass, lambda: employer.ledger.at_hand("SecretName"))
    shown = await get_diagnostics_for_config_entry(hass, hass_client, setup_integration)
    device = device_registry.async_get_device_by_identifier(
        (DOMAIN, backend.subentry_id), setup_integration.entry_id
    )
    assert device is not None
    of_device = await get_diagnostics_for_device(
        hass, hass_client, setup_integration, device
    )
    text = json.dumps([shown, of_device])
    for private in (
        "correct-horse",
        "SecretPath",
        "c0ffee",
        "SecretCard",
        "PrivateCard",
        "CompanyCard",
        "DefaultCard",
        "SecretName",
        "Employer",
    ):
        assert private not in text, private
    (told,) = shown["backends"]
    assert told["has"]["login"] is True
    assert told["counts"] == {"tags": 1, "rewritten": 1}
    assert told["address"]["scheme"] == "ws"
    (there,) = told["chargers"]
    assert there["connected"] is True
    assert there["sessions"]["told"] == 1
    assert any("BootNotification" in frame["text"] for frame in there["frames"])
    assert of_device["settings"]["version"] == "1.6"


async def test_a_stop_of_home_assistant_closes_the_connections(
    hass: HomeAssistant, hub: Hub, add_backend: AddBackend, employer: World
) -> None:
    backend = add_backend()
    await wait_for(
        hass, lambda: state(hass, backend.subentry_id, "connected").state == "on"
    )
    await hub.async_stop()
    charge_point = employer.central_system.charge_points["BOX"]
    await wait_for(hass, lambda: not charge_point.connected)
