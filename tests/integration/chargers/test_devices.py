"""The devices of chargers and connectors, and what is remembered of them."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.ocpp_cs import async_remove_config_entry_device
from custom_components.ocpp_cs.chargers import charger as charger_module
from custom_components.ocpp_cs.chargers.charger import Charger
from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.entity import OcppEntity
from tests.csms.client import Client
from tests.integration.conftest import charger_subentry, make_entry, setup, wait_for


def configuration(**values: str) -> dict[str, Any]:
    """Return the answer to GetConfiguration of a charger with these keys."""
    return {
        "configurationKey": [
            {"key": key, "value": value, "readonly": False}
            for key, value in values.items()
        ]
    }


def client(server_url: str, connectors: int = 1) -> Client:
    """Return a charger that says how many connectors it has."""
    return Client(
        f"{server_url}CP1",
        {"GetConfiguration": configuration(NumberOfConnectors=str(connectors))},
    )


async def status(one: Client, connector: int, told: str = "Available") -> None:
    """Report the status of a connector."""
    await one.call(
        "StatusNotification",
        {"connectorId": connector, "errorCode": "NoError", "status": told},
    )


def only_charger(entry: MockConfigEntry) -> Charger:
    """Return the charger of a server that has one."""
    (charger,) = entry.runtime_data.chargers.values()
    assert isinstance(charger, Charger)
    return charger


def device_of(hass: HomeAssistant, entity_id: str) -> dr.AnyDeviceEntry:
    """Return the device of an entity."""
    registered = er.async_get(hass).async_get(entity_id)
    assert registered is not None
    assert registered.device_id is not None
    device = dr.async_get(hass).async_get(registered.device_id)
    assert device is not None
    return device


def status_sensors(hass: HomeAssistant) -> dict[str, str | None]:
    """Return the status sensors that have a state, with their devices' names."""
    return {
        entity_id: device_of(hass, entity_id).name
        for entity_id in hass.states.async_entity_ids("sensor")
        if device_registry_status(hass, entity_id)
    }


def device_registry_status(hass: HomeAssistant, entity_id: str) -> bool:
    """Tell whether it is the status sensor of a connector."""
    registered = er.async_get(hass).async_get(entity_id)
    return registered is not None and registered.unique_id in {
        "CP1/1/status",
        "CP1/2/status",
    }


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_device_and_subentry_follow_what_the_charger_says(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    server_url: str,
    device_registry: dr.DeviceRegistry,
) -> None:
    entry = setup_integration
    charger = only_charger(entry)

    def device() -> Any:
        return device_registry.async_get(charger.device_id)

    assert (device().name, device().model) == ("CP1", None)
    updates: list[Any] = []
    entry.async_on_unload(entry.add_update_listener(_recorder(updates)))
    async with client(server_url, 2) as one:
        await one.boot(chargePointSerialNumber="S1 ", firmwareVersion="1.0")
        await wait_for(hass, lambda: charger.charge_point.ready)
        assert (
            device().manufacturer,
            device().model,
            device().serial_number,
            device().sw_version,
        ) == ("Acme", "One", "S1", "1.0")
        assert charger.subentry.data == {
            "charge_point_id": "CP1",
            "connectors": 2,
            "vendor": "Acme",
            "model": "One",
            "serial": "S1",
            "firmware": "1.0",
        }
        # One write for what it is, one for what it has.
        assert len(updates) == 2
        await one.boot(chargePointSerialNumber="S1", firmwareVersion="2.0")
        await wait_for(hass, lambda: device().sw_version == "2.0")
        assert len(updates) == 3
        assert only_charger(entry) is charger
        assert charger.charge_point.connections == 1

        hass.config_entries.async_update_subentry(
            entry, charger.subentry, title="Garage"
        )
        await hass.async_block_till_done()
        assert device().name == "Garage"


def _recorder(updates: list[Any]) -> Any:
    async def record(hass: HomeAssistant, entry: Any) -> None:
        """Count."""
        updates.append(entry)

    return record


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_an_only_connector_has_the_device_of_its_charger(
    hass: HomeAssistant, setup_integration: MockConfigEntry, server_url: str
) -> None:
    async with client(server_url) as one:
        assert not status_sensors(hass)
        await one.boot()
        await wait_for(hass, lambda: status_sensors(hass))
        assert status_sensors(hass) == {"sensor.cp1_status": "CP1"}


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_two_connectors_are_devices_from_the_start(
    hass: HomeAssistant, setup_integration: MockConfigEntry, server_url: str
) -> None:
    async with client(server_url, 2) as one:
        await one.boot()
        await status(one, 1)
        await wait_for(hass, lambda: status_sensors(hass))
        assert status_sensors(hass) == {
            "sensor.cp1_connector_1_status": "Connector 1",
            "sensor.cp1_connector_2_status": "Connector 2",
        }
        device = device_of(hass, "sensor.cp1_connector_1_status")
        assert isinstance(device, dr.ChildDeviceEntry)
        assert device.parent_device_id == only_charger(setup_integration).device_id
        assert device.identifiers == {(DOMAIN, "CP1/1")}


@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", connectors=2)]])
async def test_what_was_known_is_there_before_the_charger_connects(
    hass: HomeAssistant, setup_integration: MockConfigEntry
) -> None:
    assert status_sensors(hass) == {
        "sensor.cp1_connector_1_status": "Connector 1",
        "sensor.cp1_connector_2_status": "Connector 2",
    }
    assert hass.states.get("sensor.cp1_connector_1_status").state == "unavailable"


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_a_charger_that_never_gets_ready_shows_the_connectors_it_named(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    server_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(charger_module, "_PATIENCE", 0.05)
    async with Client(f"{server_url}CP1", {"GetConfiguration": lambda _: None}) as one:
        await one.boot()
        await status(one, 1)
        await status(one, 2)
        await wait_for(hass, lambda: len(status_sensors(hass)) == 2)
        assert not only_charger(setup_integration).charge_point.ready


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_nothing_is_left_of_a_charger_that_goes_before_it_has_settled(
    hass: HomeAssistant, setup_integration: MockConfigEntry, server_url: str
) -> None:
    """A timer that was left would fail the test."""
    async with Client(f"{server_url}CP1", {"GetConfiguration": lambda _: None}) as one:
        await one.boot()
        await status(one, 1)
        charger = only_charger(setup_integration)
        await wait_for(hass, lambda: charger.charge_point.connector_numbers)


@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", connectors=1)]])
async def test_a_second_connector_that_turns_up_makes_devices_of_both(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    server_url: str,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
    hass_ws_client: WebSocketGenerator,
) -> None:
    entity_registry.async_update_entity(
        "sensor.cp1_status", new_entity_id="sensor.mine"
    )
    hidden = entity_registry.async_get_entity_id(
        "sensor", DOMAIN, "CP1/1/transaction_id"
    )
    assert hidden is not None
    assert entity_registry.async_get(hidden).disabled
    await hass.async_block_till_done()
    async with client(server_url, 2) as one:
        await one.boot()
        await wait_for(hass, lambda: len(status_sensors(hass)) == 2)
        await status(one, 1)
        assert status_sensors(hass) == {
            "sensor.mine": "Connector 1",
            "sensor.cp1_connector_2_status": "Connector 2",
        }
        assert device_of(hass, hidden).name == "Connector 1"
        await wait_for(
            hass, lambda: hass.states.get("sensor.mine").state == "available"
        )
        assert device_of(hass, "binary_sensor.cp1_connection").name == "CP1"

    # It was a mistake, and the second connector can be removed.
    async with client(server_url, 1) as one:
        charger = only_charger(setup_integration)
        await one.boot()
        await wait_for(hass, lambda: charger.charge_point.ready)
        await status(one, 1)
        devices = {
            name: device_of(hass, entity_id).id
            for entity_id, name in status_sensors(hass).items()
        }
        assert await async_setup_component(hass, "config", {})
        websocket = await hass_ws_client(hass)

        async def remove(device_id: str) -> bool:
            result = await websocket.remove_device(device_id)
            await hass.async_block_till_done()
            return bool(result["success"])

        assert not await remove(charger.device_id)
        assert not await remove(devices["Connector 1"])
        assert await remove(devices["Connector 2"])
        assert charger.connector_numbers == [1]
        assert charger.subentry.data["connectors"] == 1
        assert status_sensors(hass) == {"sensor.mine": "CP1"}
        assert not dr.async_entries_for_parent_device(
            device_registry, charger.device_id
        )

        # It was none.
        await status(one, 2)
        await wait_for(hass, lambda: len(status_sensors(hass)) == 2)
        assert set(status_sensors(hass).values()) == {"Connector 1", "Connector 2"}


@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", connectors=3)]])
async def test_a_connector_that_is_not_there_can_be_removed(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    server_url: str,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    def device(number: int) -> dr.AnyDeviceEntry | None:
        return device_registry.async_get_child_device_by_identifier(
            (DOMAIN, f"CP1/{number}"), setup_integration.entry_id
        )

    async def remove(number: int) -> bool:
        found = device(number)
        assert found is not None
        if not await async_remove_config_entry_device(hass, setup_integration, found):
            return False
        device_registry.async_remove_device(found.id)
        await hass.async_block_till_done()
        return True

    # As long as the charger is away nobody knows.
    assert not await remove(3)
    charger = only_charger(setup_integration)
    async with client(server_url, 2) as one:
        await one.boot()
        await wait_for(hass, lambda: charger.charge_point.ready)
        await status(one, 1)
        # There is none without those below.
        assert not await remove(2)
        await status(one, 2)
        assert await remove(3)
        assert not await remove(2)
        assert not await remove(1)
        assert charger.subentry.data["connectors"] == 2
        assert device(3) is None

        # It is there after all.
        await status(one, 3)
        await wait_for(hass, lambda: device(3))

        def is_available() -> bool:
            state = hass.states.get("sensor.cp1_connector_3_status")
            return state is not None and state.state == "available"

        await wait_for(hass, is_available)
        # Those who knew it before know it again.
        vehicles = setup_integration.runtime_data.vehicles
        connector = charger.charge_point.connector(3)
        assert vehicles.plugged_since(connector) is None
        await status(one, 3, "Preparing")
        await wait_for(hass, lambda: vehicles.plugged_since(connector))


@pytest.mark.parametrize("subentries", [[charger_subentry("CP1", connectors=1)]])
async def test_a_charger_can_be_removed_while_its_connectors_move(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    server_url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    moving, go_on = asyncio.Event(), asyncio.Event()

    async def wait(entity: OcppEntity) -> None:
        """Take a while to go."""
        moving.set()
        await go_on.wait()

    monkeypatch.setattr(OcppEntity, "async_will_remove_from_hass", wait)
    async with client(server_url, 2) as one:
        await one.boot()
        await moving.wait()
        hass.config_entries.async_remove_subentry(
            setup_integration, only_charger(setup_integration).subentry_id
        )
        go_on.set()
        await one.websocket.wait_closed()
        await hass.async_block_till_done()
    assert not hass.states.async_entity_ids("sensor")
    assert "ERROR" not in caplog.text


@pytest.mark.parametrize("subentries", [["CP1"]])
@pytest.mark.parametrize("loaded", [True, False])
async def test_a_device_of_nobody_can_be_removed(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    loaded: bool,
) -> None:
    entry = setup_integration
    needed = device_registry.async_get(only_charger(entry).device_id)
    assert needed is not None
    old = device_registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, "old")}
    )
    if not loaded:
        await hass.config_entries.async_unload(entry.entry_id)
    assert await async_remove_config_entry_device(hass, entry, old)
    assert not await async_remove_config_entry_device(hass, entry, needed)


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_removing_a_charger_takes_devices_and_entities_along(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    server_url: str,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    entry = setup_integration
    async with client(server_url, 2) as one:
        await one.boot()
        await wait_for(hass, lambda: status_sensors(hass))
        charger = only_charger(entry)
        hass.config_entries.async_remove_subentry(entry, charger.subentry_id)
        await one.websocket.wait_closed()
        await hass.async_block_till_done()
    assert not er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    assert not dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert not hass.states.async_entity_ids("sensor")


async def test_measurements_from_before_are_expected_again(
    hass: HomeAssistant, port: int, server_url: str
) -> None:
    entry = make_entry(port, "CP1")
    await setup(hass, entry)
    async with client(server_url) as one:
        await one.boot()
        await wait_for(hass, lambda: status_sensors(hass))
        connector = only_charger(entry).charge_point.connector(1)
        assert "temperature" not in only_charger(entry).expected_measurements(connector)
        await one.call(
            "MeterValues",
            {
                "connectorId": 1,
                "meterValue": [
                    {
                        "timestamp": "2026-10-04T10:00:00Z",
                        "sampledValue": [
                            {
                                "value": "30",
                                "measurand": "Temperature",
                                "unit": "Celsius",
                            }
                        ],
                    }
                ],
            },
        )
        await wait_for(
            hass,
            lambda: er.async_get(hass).async_get_entity_id(
                "sensor", DOMAIN, "CP1/1/temperature"
            ),
        )
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    charger = only_charger(entry)
    connector = charger.charge_point.connector(1)
    assert not connector.measurements
    assert "temperature" in charger.expected_measurements(connector)
    await hass.config_entries.async_unload(entry.entry_id)
