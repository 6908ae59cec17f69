"""The energy of each id tag in this month."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from unittest.mock import PropertyMock, patch

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
from custom_components.ocpp_cs.const import DOMAIN, SUBENTRY_ID_TAG
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import id_tag_subentry, wait_for
from tests.integration.helpers.entities import Wallbox, settle, value_of, writes

from .test_registry import answer, form, reconfigure

ENERGY = "Energy.Active.Import.Register"

enabled = pytest.mark.usefixtures("all_enabled")


@pytest.fixture
def all_enabled() -> Iterator[None]:
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default",
        PropertyMock(return_value=True),
    ):
        yield


@pytest.fixture
def subentries() -> list[Any]:
    return ["CP1", id_tag_subentry("04AB", "Anna"), id_tag_subentry("BEN", "Ben")]


def unique_id(entry: MockConfigEntry, title: str = "Anna") -> str:
    """Return the unique id of a tag's sensor."""
    subentry = next(
        one
        for one in entry.get_subentries_of_type(SUBENTRY_ID_TAG)
        if one.title == title
    )
    return f"{subentry.subentry_id}_energy_month"


def test_it_is_there_but_not_shown(
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
    assert registered.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert registered.entity_category is not EntityCategory.CONFIG
    assert hass.states.get(entity_id) is None
    device = device_registry.async_get(registered.device_id or "")
    assert device is not None
    assert (device.name, device.entry_type) == ("Anna", dr.DeviceEntryType.SERVICE)
    assert device.config_subentry_id == registered.config_subentry_id
    assert "04ab" not in f"{device!r}{registered!r}".lower()


@enabled
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


@enabled
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


@enabled
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


@enabled
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
