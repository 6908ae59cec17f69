"""The energy and cost of tags, vehicles and chargers of late, as sensors."""

from datetime import UTC, datetime
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.ocpp_cs import async_remove_config_entry_device
from custom_components.ocpp_cs.const import DOMAIN, SUBENTRY_ID_TAG, SUBENTRY_VEHICLE
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.sessions import totals as totals_module
from tests.integration.conftest import id_tag_subentry, wait_for
from tests.integration.helpers.entities import (
    Wallbox,
    settle,
    state_of,
    value_of,
    writes,
)
from tests.integration.tags.test_registry import answer, form, reconfigure

VW = {
    "data": {},
    "subentry_type": SUBENTRY_VEHICLE,
    "title": "VW",
    "unique_id": None,
}

ENERGY = "Energy.Active.Import.Register"


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what changes in a running session show at once."""
    monkeypatch.setattr(totals_module, "PERIOD_S", 0.0)


@pytest.fixture
def subentries() -> list[Any]:
    return ["CP1", id_tag_subentry("04AB", "Anna"), id_tag_subentry("BEN", "Ben"), VW]


def unique_id(
    entry: MockConfigEntry, title: str = "Anna", key: str = "energy_month"
) -> str:
    """Return the unique id of a tag's sensor."""
    subentry = next(one for one in entry.subentries.values() if one.title == title)
    return f"{subentry.subentry_id}_{key}"


def test_it_is_on_a_device_of_its_own(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """With a device of the tag's own, which tells nobody its id."""
    entry = setup_integration
    entity_id = "sensor.anna_energy_this_month"
    registered = entity_registry.async_get(entity_id)
    assert registered is not None
    assert registered.unique_id == unique_id(entry)
    assert registered.disabled_by is None
    assert registered.entity_category is not EntityCategory.CONFIG
    device = device_registry.async_get(registered.device_id or "")
    assert device is not None
    assert (device.name, device.entry_type) == ("Anna", dr.DeviceEntryType.SERVICE)
    assert device.config_subentry_id == registered.config_subentry_id
    assert "04ab" not in f"{device!r}{registered!r}".lower()


async def test_it_follows_the_sessions_of_its_tag(
    hass: HomeAssistant, hub: Hub, server_url: str, setup_integration: MockConfigEntry
) -> None:
    key = unique_id(setup_integration)
    state = hass.states.get("sensor.anna_energy_this_month")
    assert state is not None
    assert state.state == "0.0"
    assert state.attributes["state_class"] == "total"
    assert state.attributes["device_class"] == "energy"
    assert state.attributes["unit_of_measurement"] == "kWh"
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        number = await box.start(meter=1000, id_tag="04ab")
        await box.values({ENERGY: 1250.0}, transaction_id=number)
        await settle(hass)
        assert value_of(hass, key) == "0.25"
        with writes(hass) as written:
            await box.values({ENERGY: 1500.0}, transaction_id=number)
            await settle(hass)
            # The same, and what rounds to the same, is not written again.
            await box.values({ENERGY: 1500.0}, transaction_id=number)
            await settle(hass)
            await box.values({ENERGY: 1500.3}, transaction_id=number)
            await settle(hass)
        assert written.count("sensor.anna_energy_this_month") == 1
        assert "sensor.ben_energy_this_month" not in written
        await box.stop(number, meter=1750)
        number = await box.start(meter=1750, id_tag="04AB")
        await box.stop(number, meter=3000)
        await settle(hass)
    assert value_of(hass, key) == "2.0"
    assert value_of(hass, unique_id(setup_integration, "Ben")) == "0.0"


async def test_it_is_right_at_once_after_a_restart(
    hass: HomeAssistant, hub: Hub, server_url: str, setup_integration: MockConfigEntry
) -> None:
    """Of sessions that have ended, and of one that runs."""
    entry = setup_integration
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.stop(await box.start(meter=1000, id_tag="04ab"), meter=2000)
        number = await box.start(meter=2000, id_tag="04AB")
        await box.values({ENERGY: 2250.0}, transaction_id=number)
        assert await hass.config_entries.async_reload(entry.entry_id)
        assert value_of(hass, unique_id(entry)) == "1.25"
    async with Wallbox(server_url) as box:
        await box.begin(hass, entry.runtime_data)
        await box.stop(number, meter=2500)
        await wait_for(hass, lambda: value_of(hass, unique_id(entry)) == "1.5")


@pytest.fixture
async def halloween(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let it be half an hour to November in Berlin, where Home Assistant is."""
    freezer.move_to(datetime(2026, 10, 31, 22, 30, tzinfo=UTC))
    await hass.config.async_set_time_zone("Europe/Berlin")


@pytest.mark.usefixtures("halloween")
async def test_a_month_ends(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """At midnight of Home Assistant's time zone; one that runs stays in its month."""
    key = unique_id(setup_integration)

    def since() -> str:
        state = hass.states.get("sensor.anna_energy_this_month")
        assert state is not None
        return str(state.attributes["last_reset"])

    assert since() == "2026-10-01T00:00:00+02:00"
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        number = await box.start(meter=1000, id_tag="04AB", timestamp=_now())
        freezer.tick(60)
        await box.values({ENERGY: 1500.0}, transaction_id=number)
        await settle(hass)
        assert value_of(hass, key) == "0.5"
        freezer.move_to(datetime(2026, 10, 31, 23, 0, 1, tzinfo=UTC))
        async_fire_time_changed(hass)
        await settle(hass)
        assert value_of(hass, key) == "0.0"
        assert since() == "2026-11-01T00:00:00+01:00"
        await box.stop(number, meter=2000, timestamp=_now())
        freezer.tick(60)
        number = await box.start(meter=2000, id_tag="04AB", timestamp=_now())
        freezer.tick(60)
        await box.stop(number, meter=2100, timestamp=_now())
        await settle(hass)
        assert value_of(hass, key) == "0.1"
        # Elsewhere it still is October.
        await hass.config.async_update(time_zone="America/New_York")
        await hass.async_block_till_done()
        assert value_of(hass, key) == "1.1"
        assert since() == "2026-10-01T00:00:00-04:00"
        freezer.move_to(datetime(2026, 11, 1, 4, 0, 1, tzinfo=UTC))
        async_fire_time_changed(hass)
        await settle(hass)
        assert value_of(hass, key) == "0.0"
        assert since() == "2026-11-01T00:00:00-04:00"
    answered = await hass.services.async_call(
        DOMAIN, "export_sessions", {}, blocking=True, return_response=True
    )
    months = answered["totals"]["months"]
    assert [(one["month"], one["energy_wh"]) for one in months] == [("2026-10", 1100)]


def _now() -> str:
    return datetime.now(UTC).isoformat()


async def test_tags_come_change_and_go(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    """Without a reload, and what was charged before a tag had a name counts."""
    entry = setup_integration
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.stop(await box.start(meter=1000, id_tag="NEW"), meter=3000)
        await answer(hass, await form(hass, entry), name="Cleo", id_tag="new")
        assert value_of(hass, unique_id(entry, "Cleo")) == "2.0"

        cleo = entry.get_subentries_of_type(SUBENTRY_ID_TAG)[-1]
        await answer(
            hass, await reconfigure(hass, entry, cleo), name="Cleo B", id_tag="CARD2"
        )
        key = unique_id(entry, "Cleo B")
        assert value_of(hass, key) == "0.0"
        device = device_registry.async_get_device_by_identifier(
            (DOMAIN, cleo.subentry_id), entry.entry_id
        )
        assert device is not None
        assert device.name == "Cleo B"
        await box.stop(await box.start(meter=3000, id_tag="NEW"), meter=4000)
        await box.stop(await box.start(meter=4000, id_tag="card2"), meter=4500)
        await settle(hass)
        assert value_of(hass, key) == "0.5"
        # It is not the user's to remove as long as the tag is there.
        assert not await async_remove_config_entry_device(hass, entry, device)

        hass.config_entries.async_remove_subentry(entry, cleo.subentry_id)
        await hass.async_block_till_done()
        assert device_registry.async_get(device.id) is None
        assert entity_registry.async_get_entity_id("sensor", DOMAIN, key) is None
        assert hass.states.get("sensor.cleo_energy_this_month") is None
        await box.stop(await box.start(meter=4500, id_tag="card2"), meter=5000)
    assert entry.runtime_data is hub


@pytest.fixture
def priced(options: dict[str, Any]) -> None:
    """Let a kWh cost 0.30."""
    options["price"] = 0.3


@pytest.mark.usefixtures("priced")
async def test_cost_of_tags_and_vehicles(
    hass: HomeAssistant, hub: Hub, server_url: str, setup_integration: MockConfigEntry
) -> None:
    """In the currency of Home Assistant; that of another currency is left out."""
    entry = setup_integration
    anna = unique_id(entry, key="cost_month")
    vw, vw_cost = unique_id(entry, "VW"), unique_id(entry, "VW", "cost_month")
    state = hass.states.get("sensor.anna_cost_this_month")
    assert state is not None
    assert state.attributes["device_class"] == "monetary"
    assert state.attributes["unit_of_measurement"] == hass.config.currency
    assert {value_of(hass, key) for key in (anna, vw, vw_cost)} == {"0.0"}
    ledger = hub.central_system.ledger
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.stop(await box.start(meter=1000, id_tag="04ab"), meter=3000)
        await settle(hass)
        assert value_of(hass, anna) == "0.6"
        (one,) = ledger.at_hand("CP1")
        vehicle = next(s for s in entry.subentries.values() if s.title == "VW")
        one = ledger.annotate(one, vehicle=vehicle.subentry_id)
        await settle(hass)
        assert (value_of(hass, vw), value_of(hass, vw_cost)) == ("2.0", "0.6")
        # It was another car after all.
        one = ledger.annotate(one, vehicle="guest")
        await settle(hass)
        assert (value_of(hass, vw), value_of(hass, vw_cost)) == ("0.0", "0.0")
        assert value_of(hass, anna) == "0.6"
        ledger.annotate(one, currency="DKK")
        await settle(hass)
        assert value_of(hass, anna) == "0.0"


async def test_without_a_price_a_cost_is_unknown(
    hass: HomeAssistant, hub: Hub, server_url: str, setup_integration: MockConfigEntry
) -> None:
    key = unique_id(setup_integration, key="cost_month")
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await box.stop(await box.start(meter=1000, id_tag="04ab"), meter=3000)
        await settle(hass)
    assert value_of(hass, key) == "unknown"
    assert value_of(hass, unique_id(setup_integration)) == "2.0"


def today(hass: HomeAssistant) -> tuple[str, str]:
    return value_of(hass, "CP1/energy_today"), value_of(hass, "CP1/energy_this_month")


@pytest.mark.usefixtures("halloween")
async def test_a_charger_counts_when_it_charges(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Also over midnight, and over a restart after it."""
    entry = setup_integration
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        number = await box.start(meter=1000, id_tag="04AB", timestamp=_now())
        freezer.tick(60)
        await box.values({ENERGY: 1500.0}, transaction_id=number)
        await settle(hass)
        assert today(hass) == ("0.5", "0.5")
        freezer.move_to(datetime(2026, 10, 31, 23, 0, 1, tzinfo=UTC))
        async_fire_time_changed(hass)
        await settle(hass)
        assert today(hass) == ("0.0", "0.0")
        assert state_of(hass, "CP1/energy_today").attributes["last_reset"] == (
            "2026-11-01T00:00:00+01:00"
        )
        freezer.tick(60)
        await box.values({ENERGY: 1700.0}, transaction_id=number)
        await settle(hass)
        assert today(hass) == ("0.2", "0.2")
        assert await hass.config_entries.async_reload(entry.entry_id)
    async with Wallbox(server_url) as box:
        await box.begin(hass, entry.runtime_data)
        assert today(hass) == ("0.2", "0.2")
        freezer.tick(60)
        await box.stop(number, meter=2000, timestamp=_now())
        await wait_for(hass, lambda: today(hass) == ("0.5", "0.5"))
        freezer.move_to(datetime(2026, 11, 1, 23, 0, 1, tzinfo=UTC))
        async_fire_time_changed(hass)
        await settle(hass)
        assert today(hass) == ("0.0", "0.5")


@pytest.mark.usefixtures("halloween")
async def test_what_was_charged_offline_over_midnight_is_shared(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    freezer: FrozenDateTimeFactory,
) -> None:
    """By time, as nothing else is known of it."""
    freezer.move_to(datetime(2026, 11, 1, 6, tzinfo=UTC))
    async_fire_time_changed(hass)
    await settle(hass)
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        number = await box.start(meter=1000, timestamp="2026-10-31T22:00:00Z")
        await box.stop(number, meter=5000, timestamp="2026-11-01T02:00:00Z")
        await settle(hass)
        assert today(hass) == ("3.0", "3.0")


async def test_the_energy_of_a_tag_is_enabled_once(
    hass: HomeAssistant, hub: Hub, setup_integration: MockConfigEntry
) -> None:
    """It was disabled by default; who disabled it by hand keeps it so."""
    entry = setup_integration
    registry = er.async_get(hass)
    for title, by in (
        ("anna", er.RegistryEntryDisabler.INTEGRATION),
        ("ben", er.RegistryEntryDisabler.USER),
    ):
        registry.async_update_entity(
            f"sensor.{title}_energy_this_month", disabled_by=by
        )
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert hass.states.get("sensor.anna_energy_this_month") is not None
    assert hass.states.get("sensor.ben_energy_this_month") is None
