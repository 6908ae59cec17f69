"""A server starts, stops, and changes while chargers are connected."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
import socket
from types import MappingProxyType
from typing import Any

from homeassistant.components import switch
from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigSubentry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from websockets.asyncio.client import connect

from custom_components.ocpp_cs import hub as hub_module
from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.sessions.store import books_path
from tests.csms.client import Client

from .conftest import (
    HOST,
    AddCharger,
    cards,
    charger_subentry,
    make_entry,
    settled,
    setup,
    wait_for,
)
from .sessions.test_store import booked_ids


@contextmanager
def taken(port: int) -> Iterator[None]:
    """Let another program have a port."""
    with socket.create_server((HOST, port)):
        yield


def is_free(port: int) -> bool:
    """Tell whether a port can be had."""
    try:
        with taken(port):
            return True
    except OSError:
        return False


async def test_a_port_that_is_busy_is_tried_again(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, charger: AddCharger
) -> None:
    entry.add_to_hass(hass)
    with taken(port):
        await hass.config_entries.async_setup(entry.entry_id)
        assert entry.state is ConfigEntryState.SETUP_RETRY
        assert entry.error_reason_translation_key == "port_in_use"
        assert entry.reason is not None
        assert str(port) in entry.reason
        assert "Address already in use" in entry.reason
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=30))
    await wait_for(hass, lambda: entry.state is ConfigEntryState.LOADED)
    assert (await charger("CP1", accepted=False)).boot_status == "Pending"
    await hass.config_entries.async_unload(entry.entry_id)


async def test_a_port_that_is_snatched_at_the_last_moment_is_tried_again(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    port: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def looks_free(host: str | None, port: int) -> None:
        """Find nothing wrong."""

    monkeypatch.setattr(hub_module, "probe_port", looks_free)
    entry.add_to_hass(hass)
    with taken(port):
        await hass.config_entries.async_setup(entry.entry_id)
        assert entry.state is ConfigEntryState.SETUP_RETRY
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert "ERROR" not in caplog.text
    await hass.config_entries.async_unload(entry.entry_id)


async def test_a_charger_that_is_added_while_the_server_starts_is_not_missed(
    hass: HomeAssistant, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Hub.async_start

    async def start_slowly(hub: Hub) -> None:
        """Let the user be quicker."""
        hub.async_adopt("CP1", {}, "Garage")
        await start(hub)

    monkeypatch.setattr(Hub, "async_start", start_slowly)
    hub = await setup(hass, entry)
    assert [charger.name for charger in hub.chargers.values()] == ["Garage"]
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_unloading_says_goodbye_and_frees_the_port(
    hass: HomeAssistant, setup_integration: MockConfigEntry, server_url: str, port: int
) -> None:
    async with (
        connect(f"{server_url}CP1", subprotocols=["ocpp1.6"]) as adopted,
        connect(f"{server_url}CP2", subprotocols=["ocpp1.6"]) as stranger,
    ):
        assert await hass.config_entries.async_unload(setup_integration.entry_id)
        assert is_free(port)
        for websocket in (adopted, stranger):
            await websocket.wait_closed()
            assert websocket.close_code == 1001


@pytest.mark.parametrize("subentries", [["CP1", "CP2"]])
async def test_a_platform_that_refuses_to_unload_leaves_the_server_at_work(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    charger: AddCharger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Home Assistant keeps such an entry, and nobody could start its server again."""
    hub = await setup(hass, entry)
    first = await charger("CP1")

    async def refuses(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        return False

    with monkeypatch.context() as patched:
        patched.setattr(switch, "async_unload_entry", refuses)
        assert not await hass.config_entries.async_unload(entry.entry_id)
    (adopted, _) = hub.chargers.values()
    assert adopted.charge_point.connected
    # Who is here is answered, and so is who comes.
    await first.link.call("Heartbeat", {})
    assert (await charger("CP2")).boot_status == "Accepted"
    await hub.async_stop()
    assert not adopted.charge_point.connected


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_stopping_says_goodbye_and_frees_the_port(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    server_url: str,
    port: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with connect(f"{server_url}CP1", subprotocols=["ocpp1.6"]) as websocket:
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        await hass.async_block_till_done()
        await websocket.wait_closed()
        assert websocket.close_code == 1001
    assert is_free(port)
    assert "disconnected" not in caplog.text
    # It is too late for changes.
    hass.config_entries.async_remove_subentry(
        setup_integration, next(iter(setup_integration.subentries))
    )
    await hass.async_block_till_done()


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_reloading_brings_the_chargers_back(
    hass: HomeAssistant, setup_integration: MockConfigEntry, charger: AddCharger
) -> None:
    one = await charger("CP1", boot_on_reconnect=True)
    await wait_for(hass, lambda: hass.states.get("sensor.cp1_status"))
    entities = set(hass.states.async_entity_ids())
    assert await hass.config_entries.async_reload(setup_integration.entry_id)
    await one.wait_for(lambda: one.connected)
    await wait_for(
        hass, lambda: hass.states.get("sensor.cp1_status").state == "available"
    )
    assert entities <= set(hass.states.async_entity_ids())


async def test_a_session_survives_a_restart(
    hass: HomeAssistant,
    port: int,
    server_url: str,
) -> None:
    entry = make_entry(port, "CP1")
    await setup(hass, entry)
    async with Client(f"{server_url}CP1") as one:
        await one.boot()
        answer = await one.call(
            "StartTransaction",
            {
                "connectorId": 1,
                "idTag": "tag",
                "meterStart": 1000,
                "timestamp": "2026-10-04T10:00:00Z",
            },
        )
        number = answer["transactionId"]
        # The answer came: it is on the disk.
        books = books_path(hass, entry.entry_id)
        assert booked_ids(books) == [number]
        await one.call(
            "MeterValues",
            {
                "connectorId": 1,
                "transactionId": number,
                "meterValue": [
                    {
                        "timestamp": dt_util.utcnow().isoformat(),
                        "sampledValue": [{"value": "1500"}],
                    }
                ],
            },
        )
        await hass.config_entries.async_unload(entry.entry_id)
    await hass.config_entries.async_setup(entry.entry_id)
    (charger,) = entry.runtime_data.chargers.values()
    transaction = charger.charge_point.connectors[1].transaction
    assert (transaction.public_id, transaction.energy_wh) == (number, 500)
    await hass.config_entries.async_remove(entry.entry_id)
    assert not books.exists()


async def test_two_servers_on_two_ports(
    hass: HomeAssistant, charger: AddCharger, unused_tcp_port_factory: Any
) -> None:
    entries = [
        make_entry(unused_tcp_port_factory(), "CP1"),
        make_entry(unused_tcp_port_factory(), "CP2"),
    ]
    hubs = [await setup(hass, entry) for entry in entries]
    for entry, charge_point_id in zip(entries, ("CP1", "CP2"), strict=True):
        await charger(charge_point_id, f"ws://{HOST}:{entry.data['port']}/ocpp/")
    assert [
        [charger.charge_point.id for charger in hub.chargers.values()] for hub in hubs
    ] == [["CP1"], ["CP2"]]
    await hass.config_entries.async_unload(entries[0].entry_id)
    (other,) = hubs[1].chargers.values()
    assert other.charge_point.connected
    await hass.config_entries.async_unload(entries[1].entry_id)


@pytest.mark.parametrize("subentries", [["CP1", "CP2"]])
async def test_a_change_of_one_charger_is_nothing_to_the_other(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, server_url: str
) -> None:
    entry = setup_integration
    first, second = entry.subentries.values()
    async with Client(f"{server_url}CP1") as one, Client(f"{server_url}CP2") as two:
        await one.boot()
        await two.boot()
        other = hub.chargers[second.subentry_id].charge_point
        # That is the end of its set-up.
        await two.wait_for("TriggerMessage")
        told = len(two.received)

        async def still_there() -> None:
            await hass.async_block_till_done()
            await two.call("Heartbeat")
            assert (other.connected, other.connections) == (True, 1)
            assert len(two.received) == told

        hass.config_entries.async_update_subentry(entry, first, title="Garage")
        await still_there()
        charger = hub.chargers[first.subentry_id]
        assert charger.name == "Garage"
        assert (await one.call("Heartbeat"))["currentTime"]

        # The new settings are told with the answer to another BootNotification.
        asked = len(await one.wait_for("GetConfiguration"))
        hass.config_entries.async_update_subentry(
            entry,
            first,
            data=dict(first.data) | {"heartbeat_interval": 77, "call_timeout": 12},
        )
        await one.wait_for("TriggerMessage")
        assert (await one.boot())["interval"] == 77
        await one.wait_for("GetConfiguration", asked + 1)
        assert charger.charge_point.connections == 1
        await still_there()

        hass.config_entries.async_remove_subentry(entry, first.subentry_id)
        await one.websocket.wait_closed()
        await still_there()
    assert [c.charge_point.id for c in hub.chargers.values()] == ["CP2"]

    async with Client(f"{server_url}CP1") as one:
        assert (await one.boot())["status"] == "Pending"
        await wait_for(hass, lambda: cards(hass))


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_a_charger_that_is_added_by_hand_is_adopted_where_it_waits(
    hass: HomeAssistant, setup_integration: MockConfigEntry, charger: AddCharger
) -> None:
    one = await charger("CP9", accepted=False)
    await wait_for(hass, lambda: cards(hass))
    hass.config_entries.async_add_subentry(
        setup_integration,
        ConfigSubentry(
            **charger_subentry("CP9", "By hand")
            | {"data": MappingProxyType({"charge_point_id": "CP9"})}
        ),
    )
    await settled(hass, one)
    assert not cards(hass)


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_the_subprotocol_can_be_insisted_on_at_once(
    hass: HomeAssistant, setup_integration: MockConfigEntry, server_url: str
) -> None:
    async with connect(f"{server_url}CP1") as websocket:
        hass.config_entries.async_update_entry(
            setup_integration, options={"strict_subprotocol": True}
        )
        await hass.async_block_till_done()
        # Who is in may stay.
        await (await websocket.ping())
    async with connect(f"{server_url}CP1") as websocket:
        await websocket.wait_closed()
        assert websocket.close_code == 1002


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_another_port_restarts_the_server(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    port: int,
    unused_tcp_port_factory: Any,
) -> None:
    await charger("CP1")
    new = unused_tcp_port_factory()
    hass.config_entries.async_update_entry(
        setup_integration, data={"host": HOST, "port": new}
    )
    await wait_for(hass, lambda: is_free(port))
    await wait_for(hass, lambda: setup_integration.state is ConfigEntryState.LOADED)
    assert (await charger("CP1", f"ws://{HOST}:{new}/")).accepted


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_going_and_coming_back_is_logged_once(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    server_url: str,
    caplog: pytest.LogCaptureFixture,
    hub: Hub,
) -> None:
    (charger,) = hub.chargers.values()
    for _ in range(2):
        async with Client(f"{server_url}CP1") as one:
            await one.boot()
        await wait_for(hass, lambda: not charger.charge_point.connected)
    messages = [
        record.getMessage()
        for record in caplog.records
        if record.name == "custom_components.ocpp_cs"
    ]
    assert messages == [
        "Charger CP1 is disconnected",
        "Charger CP1 is back",
        "Charger CP1 is disconnected",
    ]


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_the_duration_of_a_session_is_seen_to_grow(
    hass: HomeAssistant, setup_integration: MockConfigEntry, hub: Hub, server_url: str
) -> None:
    (charger,) = hub.chargers.values()
    async with Client(f"{server_url}CP1") as one:
        await one.boot()
        await one.call(
            "StartTransaction",
            {
                "connectorId": 1,
                "idTag": "tag",
                "meterStart": 0,
                "timestamp": dt_util.utcnow().isoformat(),
            },
        )
        await wait_for(hass, lambda: charger.charge_point.ready)
        ticks: list[int] = []
        charger.charge_point.connectors[1].watch(("duration",), lambda: ticks.append(1))
        async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=61))
        await hass.async_block_till_done()
        assert ticks == [1]


async def test_an_entry_that_was_never_set_up_can_be_removed(
    hass: HomeAssistant, entry: ConfigEntry
) -> None:
    entry.add_to_hass(hass)
    await hass.config_entries.async_remove(entry.entry_id)
    assert not hass.config_entries.async_entries(DOMAIN)
