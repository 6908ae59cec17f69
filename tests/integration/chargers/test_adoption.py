"""Chargers that nobody knows: offered, adopted, refused."""

import asyncio
from contextlib import AsyncExitStack
from functools import partial
import logging
from typing import Any
from unittest.mock import ANY

from homeassistant.config_entries import SOURCE_IGNORE, ConfigEntry, ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from custom_components.ocpp_cs import hub as hub_module
from custom_components.ocpp_cs.chargers import charger as charger_module, discovery
from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.session import Session
from custom_components.ocpp_cs.hub import Hub
from tests.csms.client import Client
from tests.integration.conftest import (
    HOST,
    AddCharger,
    cards,
    make_entry,
    settled,
    setup,
    wait_for,
)


def titles(hass: HomeAssistant) -> list[str]:
    """Return what stands on the cards."""
    return sorted(card["context"]["title_placeholders"]["name"] for card in cards(hass))


def names(entry: ConfigEntry) -> list[str]:
    """Return the names of the adopted chargers."""
    return sorted(subentry.title for subentry in entry.subentries.values())


async def adopt(
    hass: HomeAssistant, charge_point_id: str, name: str = "Garage"
) -> dict[str, Any]:
    """Click on a card, and confirm it."""
    card = await wait_for(
        hass,
        lambda: next(
            (c for c in cards(hass) if c["context"]["unique_id"] == charge_point_id),
            None,
        ),
    )
    flow = hass.config_entries.flow
    await flow.async_configure(card["flow_id"])
    return await flow.async_configure(card["flow_id"], {"name": name})


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything that takes its time be over at once."""
    monkeypatch.setattr(discovery, "GRACE", 0.05)
    monkeypatch.setattr(discovery, "GRACE_IN_USE", 0.1)
    monkeypatch.setattr(discovery, "IDENTITY_WAIT", 0.05)


async def test_adopting_takes_effect_on_the_open_connection(
    hass: HomeAssistant,
    setup_integration: ConfigEntry,
    hub: Hub,
    charger: AddCharger,
    device_registry: dr.DeviceRegistry,
) -> None:
    one = await charger("CP1", accepted=False)
    assert one.boot_status == "Pending"
    (card,) = await wait_for(hass, lambda: cards(hass))
    assert card["context"]["unique_id"] == "CP1"
    assert card["context"]["title_placeholders"] == {"name": "Generic Simulator CP1"}

    flow = hass.config_entries.flow
    result = await flow.async_configure(card["flow_id"])
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "confirm"
    assert result["description_placeholders"] == {
        "id": "CP1",
        "vendor": "Generic",
        "model": "Simulator",
        "server": setup_integration.title,
        "url": ANY,
    }
    shown = result["description_placeholders"]["url"]
    assert result["data_schema"]({}) == {
        "name": "Generic Simulator",
        "maximum_current": 16.0,
    }
    result = await flow.async_configure(card["flow_id"], {"name": " Garage "})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "charger_added"
    assert result["description_placeholders"] == {"name": "Garage"}
    assert not cards(hass)

    await settled(hass, one)
    (subentry,) = setup_integration.subentries.values()
    assert (subentry.title, subentry.unique_id) == ("Garage", "CP1")
    assert shown.endswith(f"/{subentry.data['path_secret']}/CP1")
    (adopted,) = hub.chargers.values()
    assert adopted.charge_point.connections == 1
    device = device_registry.async_get_device_by_identifier(
        (DOMAIN, "CP1"), setup_integration.entry_id
    )
    assert device is not None
    assert (device.name, device.manufacturer) == ("Garage", "Generic")

    def is_available() -> bool:
        state = hass.states.get("sensor.garage_status")
        return state is not None and state.state == "available"

    await wait_for(hass, is_available)


async def test_a_name_that_is_blank_becomes_that_of_the_product(
    hass: HomeAssistant, setup_integration: ConfigEntry, charger: AddCharger
) -> None:
    await charger("CP1", accepted=False)
    await adopt(hass, "CP1", " ")
    assert names(setup_integration) == ["Generic Simulator"]


async def test_a_crowd_gets_twenty_cards_at_a_time(
    hass: HomeAssistant,
    setup_integration: ConfigEntry,
    server_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with AsyncExitStack() as stack:
        clients = [
            # So many may wait of each address.
            Client(f"{server_url}CP{number}", address=f"127.0.0.{number // 8 + 1}")
            for number in range(30)
        ]
        await asyncio.gather(*(stack.enter_async_context(client) for client in clients))
        answers = await asyncio.gather(*(client.boot() for client in clients))
        assert {answer["status"] for answer in answers} == {"Pending"}
        await wait_for(hass, lambda: len(cards(hass)) >= 20)
        assert len(cards(hass)) == 20

        waiting = {f"CP{number}" for number in range(30)} - {
            card["context"]["unique_id"] for card in cards(hass)
        }
        result = await adopt(hass, cards(hass)[0]["context"]["unique_id"])
        assert result["reason"] == "charger_added"
        await hass.async_block_till_done()
        assert len(cards(hass)) == 20
        assert waiting & {card["context"]["unique_id"] for card in cards(hass)}

        closed = cards(hass)[0]
        hass.config_entries.flow.async_abort(closed["flow_id"])
        await hass.async_block_till_done()
        assert len(cards(hass)) == 20
        assert closed["context"]["unique_id"] not in {
            card["context"]["unique_id"] for card in cards(hass)
        }
    # asyncio warns of what is slow on a busy machine.
    assert not [
        record
        for record in caplog.records
        if record.levelno >= logging.WARNING and record.name != "asyncio"
    ]


async def test_those_with_many_ids_leave_cards_to_others(
    hass: HomeAssistant, setup_integration: ConfigEntry, hub: Hub, server_url: str
) -> None:
    """An address that has no card gets one; what is open stays, and nothing is lost."""

    def carded() -> set[str]:
        return {card["context"]["unique_id"] for card in cards(hass)}

    async with AsyncExitStack() as stack:

        async def come(name: str, address: int, count: int) -> None:
            for number in range(count):
                client = Client(
                    f"{server_url}{name}{number}", address=f"127.0.1.{address}"
                )
                await stack.enter_async_context(client)
                await client.boot()

        for address in (1, 2, 3):
            await come(f"CROWD{address}-", address, 8)
        await wait_for(hass, lambda: len(cards(hass)) == 20)
        await come("MINE", 4, 1)
        await wait_for(hass, lambda: "MINE0" in carded())
        assert len(cards(hass)) == 20
        # Twenty addresses with one each, of which the newest are shown.
        for address in range(5, 24):
            await come(f"LONE{address}-", address, 1)
        await wait_for(hass, lambda: "LONE23-0" in carded())
        assert len(cards(hass)) == 20
        assert {f"LONE{address}-0" for address in range(5, 24)} <= carded()
        assert "MINE0" in carded()
        # With a card that somebody has open.
        (mine,) = [
            card for card in cards(hass) if card["context"]["unique_id"] == "MINE0"
        ]
        hass.config_entries.flow._progress[mine["flow_id"]].context[
            "dismiss_protected"
        ] = True
        await come("LAST", 30, 2)
        await wait_for(hass, lambda: "LAST0" in carded())
        assert "MINE0" in carded()
        assert "LAST1" not in carded()
        assert "LONE5-0" not in carded()
        # Who has lost its card gets it back as soon as there is room.
        for number in range(6, 24):
            charge_point = hub.central_system.pending[f"LONE{number}-0"]
            assert charge_point.link is not None
            hub.discovery.async_adopted(charge_point.id)
        await hass.async_block_till_done()
        assert "LONE5-0" in carded()


@pytest.mark.usefixtures("brief")
async def test_the_card_of_a_charger_that_is_gone_disappears(
    hass: HomeAssistant,
    setup_integration: ConfigEntry,
    hub: Hub,
    charger: AddCharger,
) -> None:
    one = await charger("CP1", accepted=False)
    await wait_for(hass, lambda: cards(hass))
    await one.drop()
    await wait_for(hass, lambda: not cards(hass))
    await one.reconnect()
    await wait_for(hass, lambda: cards(hass))


async def test_a_card_outlives_a_short_absence(
    hass: HomeAssistant,
    setup_integration: ConfigEntry,
    hub: Hub,
    charger: AddCharger,
) -> None:
    one = await charger("CP1", accepted=False)
    (card,) = await wait_for(hass, lambda: cards(hass))
    await one.drop()
    await wait_for(hass, lambda: not hub.central_system.pending)
    (same,) = cards(hass)
    await one.reconnect()
    await wait_for(hass, lambda: hub.central_system.pending)
    assert (same["flow_id"],) == tuple(c["flow_id"] for c in cards(hass))
    assert card["flow_id"] == same["flow_id"]
    await adopt(hass, "CP1")
    await settled(hass, one)


async def test_an_open_card_outlives_a_longer_absence(
    hass: HomeAssistant,
    setup_integration: ConfigEntry,
    hub: Hub,
    charger: AddCharger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(discovery, "GRACE", 0.0)
    one = await charger("CP1", accepted=False)
    two = await charger("CP2", accepted=False)
    await wait_for(hass, lambda: len(cards(hass)) == 2)
    card = next(c for c in cards(hass) if c["context"]["unique_id"] == "CP1")
    await hass.config_entries.flow.async_configure(card["flow_id"])
    await one.drop()
    await two.drop()
    await wait_for(hass, lambda: len(cards(hass)) == 1)
    assert cards(hass)[0]["flow_id"] == card["flow_id"]

    # What is confirmed while the charger is away holds when it is back.
    assert (await adopt(hass, "CP1"))["reason"] == "charger_added"
    assert setup_integration.subentries
    await one.reconnect()
    await settled(hass, one)


@pytest.mark.usefixtures("brief")
async def test_an_open_card_does_not_stay_for_ever(
    hass: HomeAssistant, setup_integration: ConfigEntry, charger: AddCharger
) -> None:
    one = await charger("CP1", accepted=False)
    (card,) = await wait_for(hass, lambda: cards(hass))
    await hass.config_entries.flow.async_configure(card["flow_id"])
    await one.drop()
    await wait_for(hass, lambda: not cards(hass))


@pytest.mark.usefixtures("brief")
async def test_a_charger_that_does_not_say_what_it_is_gets_its_card_all_the_same(
    hass: HomeAssistant, setup_integration: ConfigEntry, server_url: str
) -> None:
    async with Client(f"{server_url}CP1") as one:
        await one.boot(
            chargePointVendor="", chargePointModel="", chargePointSerialNumber="S1"
        )
        await wait_for(hass, lambda: cards(hass))
        assert titles(hass) == ["CP1"]
        await one.boot()
        await wait_for(hass, lambda: titles(hass) == ["Acme One CP1"])


async def test_a_charger_has_time_to_say_what_it_is(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    async with Client(f"{server_url}CP1") as one:
        await wait_for(hass, lambda: hub.central_system.pending)
        assert not cards(hass)
        await one.boot()
        await wait_for(hass, lambda: titles(hass) == ["Acme One CP1"])


async def test_a_vendor_is_not_named_twice(
    hass: HomeAssistant, setup_integration: ConfigEntry, server_url: str
) -> None:
    async with Client(f"{server_url}CP1") as one:
        await one.boot(chargePointModel="ACME One \0")
        await wait_for(hass, lambda: titles(hass) == ["ACME One CP1"])


async def test_an_id_that_connects_twice_has_one_card(
    hass: HomeAssistant, hub: Hub, server_url: str
) -> None:
    async with Client(f"{server_url}CP1") as one, Client(f"{server_url}CP1") as two:
        assert (await two.boot())["status"] == "Pending"
        await wait_for(hass, lambda: cards(hass))
        with pytest.raises((ConnectionClosed, TimeoutError)):
            await one.boot()
        assert len(cards(hass)) == 1
        assert hub.central_system.pending["CP1"].connections == 2


@pytest.mark.usefixtures("brief")
async def test_an_ignored_charger_is_not_offered_again(
    hass: HomeAssistant,
    setup_integration: ConfigEntry,
    hub: Hub,
    charger: AddCharger,
    hass_ws_client: WebSocketGenerator,
) -> None:
    assert await async_setup_component(hass, "config", {})
    one = await charger("CP1", accepted=False)
    (card,) = await wait_for(hass, lambda: cards(hass))
    client = await hass_ws_client(hass)
    await client.send_json_auto_id(
        {
            "type": "config_entries/ignore_flow",
            "flow_id": card["flow_id"],
            "title": "Garage",
        }
    )
    assert (await client.receive_json())["success"]
    assert not cards(hass)
    ignored = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, "CP1")
    assert ignored is not None
    assert ignored.source == SOURCE_IGNORE

    await one.drop()
    await wait_for(hass, lambda: not hub.central_system.pending)
    await asyncio.sleep(0.1)
    await one.reconnect()
    await wait_for(hass, lambda: hub.central_system.pending)
    await asyncio.sleep(0.1)
    assert not cards(hass)

    await hass.config_entries.async_remove(ignored.entry_id)
    await wait_for(hass, lambda: titles(hass) == ["Generic Simulator CP1"])


async def test_a_charger_that_is_no_longer_ignored_is_offered_at_once(
    hass: HomeAssistant, setup_integration: ConfigEntry, charger: AddCharger
) -> None:
    await charger("CP1", accepted=False)
    await wait_for(hass, lambda: cards(hass))
    result = await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_IGNORE},
        data={"unique_id": "CP1", "title": "Garage"},
    )
    await hass.async_block_till_done()
    assert not cards(hass)
    await hass.config_entries.async_remove(result["result"].entry_id)
    await wait_for(hass, lambda: titles(hass) == ["Generic Simulator CP1"])


async def test_a_charger_that_was_ignored_in_the_meantime_gets_no_card(
    hass: HomeAssistant, entry: MockConfigEntry, server_url: str
) -> None:
    hass.set_state(CoreState.starting)
    await setup(hass, entry)
    async with Client(f"{server_url}CP1") as one:
        await one.boot()
        await hass.async_block_till_done()
        MockConfigEntry(
            domain=DOMAIN, source=SOURCE_IGNORE, unique_id="CP1"
        ).add_to_hass(hass)
        hass.set_state(CoreState.running)
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
        await hass.async_block_till_done()
        assert not cards(hass)
    await hass.config_entries.async_unload(entry.entry_id)


async def test_unknown_chargers_can_be_refused(
    hass: HomeAssistant,
    setup_integration: ConfigEntry,
    hub: Hub,
    charger: AddCharger,
    server_url: str,
) -> None:
    one = await charger("CP1", accepted=False)
    await wait_for(hass, lambda: cards(hass))
    hass.config_entries.async_update_entry(
        setup_integration, options={"unknown": "refuse"}
    )
    await wait_for(hass, lambda: not hub.central_system.pending)
    assert not cards(hass)
    await one.wait_for(lambda: one.link.http_status == 404)
    with pytest.raises(InvalidStatus) as refusal:
        await connect(f"{server_url}CP2", subprotocols=["ocpp1.6"])
    assert refusal.value.response.status_code == 404
    assert not cards(hass)
    assert hub.central_system.refused.keys() == {"CP1", "CP2"}


@pytest.mark.parametrize("options", [{"unknown": "adopt"}])
async def test_unknown_chargers_can_be_adopted_unasked(
    hass: HomeAssistant, setup_integration: ConfigEntry, charger: AddCharger
) -> None:
    await charger("CP1")
    await charger("CP2")
    assert not cards(hass)
    await wait_for(
        hass,
        lambda: (
            names(setup_integration) == ["Generic Simulator", "Generic Simulator CP2"]
        ),
    )
    assert hass.states.get("sensor.generic_simulator_status").state == "available"
    # Nothing was there before it had a name.
    assert not [one for one in hass.states.async_entity_ids() if ".cp1" in one]


@pytest.fixture
def no_time_to_boot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let chargers that connect without a BootNotification be served at once."""
    monkeypatch.setattr(
        hub_module,
        "CentralSystemSettings",
        partial(hub_module.CentralSystemSettings, boot_wait=0.01),
    )


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let chargers have hardly any time to say what they are."""
    monkeypatch.setattr(charger_module, "_PATIENCE", 0.05)


@pytest.mark.usefixtures("no_time_to_boot", "setup_integration")
@pytest.mark.parametrize("options", [{"unknown": "adopt"}])
async def test_a_charger_that_is_adopted_without_a_boot_is_asked_what_it_is(
    hass: HomeAssistant, entry: MockConfigEntry, server_url: str
) -> None:
    async with Client(f"{server_url}CP1") as one:
        await one.wait_for("TriggerMessage")
        assert {"requestedMessage": "BootNotification"} in await one.wait_for(
            "TriggerMessage", 2
        )
        assert not hass.states.async_entity_ids()
        await one.boot()
        await wait_for(hass, lambda: hass.states.get("sensor.acme_one_status"))
        assert names(entry) == ["Acme One"]


@pytest.mark.usefixtures("no_time_to_boot", "impatient", "setup_integration")
@pytest.mark.parametrize("options", [{"unknown": "adopt"}])
@pytest.mark.parametrize("answer", ["NotImplemented", {"status": "Rejected"}])
async def test_a_charger_that_never_says_what_it_is_bears_its_id(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    server_url: str,
    caplog: pytest.LogCaptureFixture,
    answer: Any,
) -> None:
    async with Client(f"{server_url}CP1", {"TriggerMessage": answer}) as one:
        await one.wait_for("TriggerMessage", 2)
        await wait_for(hass, lambda: hass.states.get("sensor.cp1_status"))
        assert names(entry) == ["CP1"]
    assert "ERROR" not in caplog.text


async def test_those_that_wait_are_adopted_when_nobody_is_asked_any_more(
    hass: HomeAssistant, setup_integration: ConfigEntry, charger: AddCharger
) -> None:
    one = await charger("CP1", accepted=False)
    await wait_for(hass, lambda: cards(hass))
    hass.config_entries.async_update_entry(
        setup_integration, options={"unknown": "adopt"}
    )
    await hass.async_block_till_done()
    assert names(setup_integration) == ["Generic Simulator"]
    assert not cards(hass)
    await settled(hass, one)


@pytest.mark.parametrize("options", [{"unknown": "adopt"}])
async def test_a_name_given_by_the_user_stays(
    hass: HomeAssistant, setup_integration: ConfigEntry, hub: Hub, server_url: str
) -> None:
    async with Client(f"{server_url}CP1") as one, Client(f"{server_url}CP2") as two:
        await wait_for(hass, lambda: names(setup_integration) == ["CP1", "CP2"])
        first = next(iter(setup_integration.subentries.values()))
        hass.config_entries.async_update_subentry(
            setup_integration, first, title="Garage"
        )
        await one.boot()
        await two.boot()
        await wait_for(hass, lambda: names(setup_integration) == ["Acme One", "Garage"])
        assert {c.name for c in hub.chargers.values()} == {"Acme One", "Garage"}
        assert not any(
            "named_by_id" in subentry.data
            for subentry in setup_integration.subentries.values()
        )


async def test_a_charger_belongs_to_one_server(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    unused_tcp_port_factory: Any,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await charger("CP1", accepted=False)
    await adopt(hass, "CP1")
    other = make_entry(unused_tcp_port_factory())
    await setup(hass, other)
    again = await charger("CP1", f"ws://{HOST}:{other.data['port']}/", accepted=False)
    result = await adopt(hass, "CP1")
    assert result["reason"] == "adopted_elsewhere"
    assert result["description_placeholders"] == {
        "id": "CP1",
        "server": setup_integration.title,
    }
    assert not other.subentries
    hass.config_entries.async_update_entry(other, options={"unknown": "adopt"})
    await hass.async_block_till_done()
    assert not other.subentries
    await again.drop()
    await again.reconnect()
    await again.wait_for(lambda: again.boot_status == "Pending")
    await hass.async_block_till_done()
    assert not other.subentries
    assert caplog.text.count("CP1 is not adopted, as Server") == 1
    await hass.config_entries.async_unload(other.entry_id)


async def test_an_id_that_waits_at_two_servers_has_one_card(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    charger: AddCharger,
    unused_tcp_port_factory: Any,
) -> None:
    other = make_entry(unused_tcp_port_factory())
    hub = await setup(hass, other)
    await charger("CP1", accepted=False)
    await wait_for(hass, lambda: cards(hass))
    await charger("CP1", f"ws://{HOST}:{other.data['port']}/", accepted=False)
    assert len(cards(hass)) == 1
    (card,) = cards(hass)
    hass.config_entries.flow.async_abort(card["flow_id"])
    assert not cards(hass)
    # The other one is asked again with each minute.
    hub.discovery.async_offer()
    await wait_for(hass, lambda: cards(hass))
    await hass.config_entries.async_unload(other.entry_id)


async def test_a_server_that_is_unloaded_takes_its_cards_along(
    hass: HomeAssistant, setup_integration: ConfigEntry, charger: AddCharger
) -> None:
    await charger("CP1", accepted=False)
    await wait_for(hass, lambda: cards(hass))
    await hass.config_entries.async_unload(setup_integration.entry_id)
    assert setup_integration.state is ConfigEntryState.NOT_LOADED
    assert not cards(hass)


@pytest.mark.parametrize("options", [{"unknown": "ask"}])
async def test_cards_wait_until_home_assistant_has_started(
    hass: HomeAssistant, entry: MockConfigEntry, server_url: str
) -> None:
    hass.set_state(CoreState.starting)
    await setup(hass, entry)
    hub = entry.runtime_data
    async with Client(f"{server_url}CP1") as one, Client(f"{server_url}CP2") as two:
        await one.boot()
        await two.boot()
        await wait_for(hass, lambda: len(hub.central_system.pending) == 2)
        assert not cards(hass)
        # It need not wait for its card.
        hub.async_adopt("CP2", {}, "Garage")
        await wait_for(hass, lambda: hub.chargers)
        await one.boot(chargePointModel="Two")
        hass.set_state(CoreState.running)
        hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
        await wait_for(hass, lambda: cards(hass))
        assert titles(hass) == ["Acme Two CP1"]
    await hass.config_entries.async_unload(entry.entry_id)


async def test_cards_wait_until_the_server_is_set_up(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    server_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The charger comes at once, while the last step of the setup takes its time."""
    may_end = asyncio.Event()

    async def add_slowly(_hass: HomeAssistant) -> None:
        await may_end.wait()

    monkeypatch.setattr("custom_components.ocpp_cs.async_add_resource", add_slowly)
    entry.add_to_hass(hass)
    setting_up = hass.async_create_task(
        hass.config_entries.async_setup(entry.entry_id), eager_start=True
    )
    # Before that nothing listens.
    async with asyncio.timeout(60):
        while not hasattr(entry, "runtime_data") or not entry.runtime_data._listening:
            await asyncio.sleep(0.01)
    async with Client(f"{server_url}CP1") as one:
        await one.boot()
        # Other things have their turn.
        for _ in range(20):
            await asyncio.sleep(0)
        assert entry.state is ConfigEntryState.SETUP_IN_PROGRESS
        may_end.set()
        assert await setting_up
        await wait_for(hass, lambda: titles(hass) == ["Acme One CP1"])
    await hass.config_entries.async_unload(entry.entry_id)


async def test_what_a_refused_charger_says_last_makes_no_card(
    hass: HomeAssistant,
    setup_integration: ConfigEntry,
    hub: Hub,
    server_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = asyncio.Event()
    close = Session.close

    async def close_late(session: Session) -> None:
        """Close once the charger has said its last words."""
        await said.wait()
        await close(session)

    monkeypatch.setattr(Session, "close", close_late)
    async with Client(f"{server_url}CP1") as one:
        await wait_for(hass, lambda: hub.central_system.pending)
        hass.config_entries.async_update_entry(
            setup_integration, options={"unknown": "refuse"}
        )
        assert (await one.boot())["status"] == "Pending"
        said.set()
        await one.websocket.wait_closed()
    await hass.async_block_till_done()
    assert not cards(hass)
