"""What goes wrong with one charger, and what that is to the others."""

from copy import deepcopy
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs import hub as hub_module
from custom_components.ocpp_cs.chargers.charger import Charger
from custom_components.ocpp_cs.chargers.naming import unique_id
from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.goe_setup.coordinator import GoELinks
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import AddCharger, charger_subentry, settled
from tests.integration.helpers.entities import entity_id as find_entity


@pytest.fixture
def subentries() -> list[Any]:
    """Return three chargers; it is the one in the middle that fails."""
    return [charger_subentry(f"CP{number}", connectors=1) for number in (1, 2, 3)]


def failed(hass: HomeAssistant, entry: MockConfigEntry, charge_point_id: str) -> Any:
    """Return the repair about a charger that could not be taken on, or None."""
    [subentry_id] = [
        one.subentry_id
        for one in entry.subentries.values()
        if one.unique_id == charge_point_id
    ]
    return ir.async_get(hass).async_get_issue(DOMAIN, f"charger_failed_{subentry_id}")


def fails_for(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    """Let a method raise when it is about CP2, be it called with it or on it."""
    original = getattr(owner, name)

    def method(*args: Any, **kwargs: Any) -> Any:
        for one in args:
            charge_point = getattr(one, "charge_point", one)
            if getattr(charge_point, "id", None) == "CP2":
                raise RuntimeError("nobody thought of that `")
        return original(*args, **kwargs)

    monkeypatch.setattr(owner, name, method)


PLACES = {
    "device": (Charger, "async_start"),
    "limits": (hub_module, "async_remember"),
    "local list": (hub_module.LocalLists, "async_attach"),
    "control": (hub_module.ModeControl, "async_attach"),
    "plans": (hub_module.ChargePlans, "async_attach"),
    "repairs": (hub_module.WrongClocks, "async_attach"),
    "go-e": (GoELinks, "async_attach"),
}


@pytest.mark.parametrize("place", PLACES)
async def test_the_others_run(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    charger: AddCharger,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    place: str,
) -> None:
    entry.add_to_hass(hass)
    with monkeypatch.context() as broken:
        fails_for(broken, *PLACES[place])
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        assert entry.state is ConfigEntryState.LOADED
        hub: Hub = entry.runtime_data
        assert [one.charge_point.id for one in hub.chargers.values()] == ["CP1", "CP3"]
        first, third = await charger("CP1"), await charger("CP3")
        for one in ("CP1", "CP3"):
            entity_id = find_entity(hass, "binary_sensor", unique_id(one, "connected"))
            state = hass.states.get(entity_id)
            assert state is not None
            assert state.state == "on"
        # It is served all the same: who stands in front of it wants to charge.
        second = await charger("CP2")
        assert second.boot_status == "Accepted"
        issue = failed(hass, entry, "CP2")
        assert issue is not None
        assert issue.translation_placeholders == {
            "name": "CP2",
            "error": "`RuntimeError: nobody thought of that`",
        }
        assert "could not be taken on" in caplog.text
        assert failed(hass, entry, "CP1") is failed(hass, entry, "CP3") is None
        # What changes elsewhere does not try it again each time, and ends nothing.
        told = caplog.text.count("could not be taken on")
        hass.config_entries.async_update_entry(entry, options={"unknown": "refuse"})
        await hass.async_block_till_done()
        assert caplog.text.count("could not be taken on") == told
    # Whatever it was, it is gone.
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert len(entry.runtime_data.chargers) == 3
    assert failed(hass, entry, "CP2") is None
    for one in (first, second, third):
        await settled(hass, one)
    await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()


async def test_it_is_tried_again_when_it_is_changed_and_forgotten_when_removed(
    hass: HomeAssistant, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    hub: Hub = entry.runtime_data
    # One that is added while the server runs.
    subentry = ConfigSubentry(
        data=MappingProxyType(
            {"charge_point_id": "CP4", "heartbeat_interval": "often"}
        ),
        subentry_type="charger",
        title="CP4",
        unique_id="CP4",
    )
    hass.config_entries.async_add_subentry(entry, subentry)
    await hass.async_block_till_done()
    assert failed(hass, entry, "CP4") is not None
    assert len(hub.chargers) == 3
    data = {"charge_point_id": "CP4", "heartbeat_interval": 60}
    hass.config_entries.async_update_subentry(entry, subentry, data=data)
    await hass.async_block_till_done()
    assert failed(hass, entry, "CP4") is None
    assert len(hub.chargers) == 4
    # It fails once more, and is removed.
    hass.config_entries.async_remove_subentry(entry, subentry.subentry_id)
    hass.config_entries.async_add_subentry(
        entry,
        ConfigSubentry(
            data=MappingProxyType(data | {"heartbeat_interval": "often"}),
            subentry_type="charger",
            title="CP4",
            unique_id="CP4",
        ),
    )
    await hass.async_block_till_done()
    assert failed(hass, entry, "CP4") is not None
    [again] = [one for one in entry.subentries.values() if one.unique_id == "CP4"]
    hass.config_entries.async_remove_subentry(entry, again.subentry_id)
    await hass.async_block_till_done()
    assert not ir.async_get(hass).issues
    assert "CP4" not in hub.central_system.charge_points
    await hass.config_entries.async_unload(entry.entry_id)


async def test_entities_that_cannot_be_made_take_none_from_the_others(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fails_for(monkeypatch, Charger, "expected_measurements")
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    for one in ("CP1", "CP3"):
        assert find_entity(hass, "sensor", unique_id(one, "status", 1))
    # Those of other platforms are there.
    assert find_entity(hass, "switch", unique_id("CP2", "charging", 1))
    assert "Adding entities failed for CP2" in caplog.text
    # Changes get through to the others, and stopping stops everything.
    fails_for(monkeypatch, Charger, "async_update")
    [first] = [one for one in entry.subentries.values() if one.unique_id == "CP1"]
    hass.config_entries.async_update_subentry(entry, first, title="Left")
    await hass.async_block_till_done()
    assert deepcopy([one.name for one in entry.runtime_data.chargers.values()]) == [
        "Left",
        "CP2",
        "CP3",
    ]
    fails_for(monkeypatch, Charger, "async_stop")
    assert await hass.config_entries.async_unload(entry.entry_id)
