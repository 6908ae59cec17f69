"""The parts of a server that follow its chargers: in which order, and what a failure ends."""

from types import MappingProxyType
from typing import override

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.chargers.charger import Charger
from custom_components.ocpp_cs.chargers.component import Component, Subscriptions
from custom_components.ocpp_cs.const import CONF_CHARGE_POINT_ID, SUBENTRY_CHARGER
from custom_components.ocpp_cs.hub import Hub
from tests.integration.conftest import setup


class Noting(Component):
    """Notes what it is told, and may fail at all of it."""

    def __init__(self, name: str, notes: list[str], *, fails: bool = False) -> None:
        """Write into `notes`."""
        super().__init__()
        self._name = name
        self._notes = notes
        self._fails = fails

    def _note(self, what: str) -> None:
        self._notes.append(f"{self._name} {what}")
        if self._fails:
            raise RuntimeError("nobody thought of that")

    @override
    def async_attach(self, charger: Charger) -> None:
        self._note(f"attach {charger.name}")
        self._subscriptions.add(charger, lambda: self._note(f"end {charger.name}"))

    @override
    def async_detach(self, charger: Charger) -> None:
        self._note(f"detach {charger.name}")
        super().async_detach(charger)

    @override
    def async_update(self) -> None:
        self._note("update")

    @override
    def async_minute_passed(self) -> None:
        self._note("minute")

    @override
    def async_stop(self) -> None:
        self._note("stop")
        super().async_stop()


def add(hass: HomeAssistant, entry: MockConfigEntry, charge_point_id: str) -> str:
    """Add a charger; return the id of its subentry."""
    subentry = ConfigSubentry(
        data=MappingProxyType({CONF_CHARGE_POINT_ID: charge_point_id}),
        subentry_type=SUBENTRY_CHARGER,
        title=charge_point_id,
        unique_id=charge_point_id,
    )
    hass.config_entries.async_add_subentry(entry, subentry)
    return subentry.subentry_id


@pytest.fixture
def notes() -> list[str]:
    """Return what is noted."""
    return []


def of_attaching(notes: list[str]) -> list[str]:
    """Return what was noted, without updates, and forget it."""
    found = [note for note in notes if not note.endswith("update")]
    notes.clear()
    return found


@pytest.mark.parametrize("subentries", [[]])
async def test_what_is_attached_last_is_detached_and_stopped_first(
    hass: HomeAssistant, entry: MockConfigEntry, notes: list[str]
) -> None:
    hub = await setup(hass, entry)
    hub.add(Noting("first", notes))
    hub.add(Noting("second", notes))
    subentry_id = add(hass, entry, "CP1")
    await hass.async_block_till_done()
    assert of_attaching(notes) == ["first attach CP1", "second attach CP1"]
    hass.config_entries.async_remove_subentry(entry, subentry_id)
    await hass.async_block_till_done()
    assert of_attaching(notes) == [
        "second detach CP1",
        "second end CP1",
        "first detach CP1",
        "first end CP1",
    ]
    add(hass, entry, "CP2")
    await hass.async_block_till_done()
    notes.clear()
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert notes == ["second stop", "second end CP2", "first stop", "first end CP2"]


@pytest.mark.parametrize("subentries", [["CP1"]])
async def test_a_part_that_fails_ends_nothing_for_the_others(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    notes: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    hub: Hub = await setup(hass, entry)
    hub.add(Noting("before", notes))
    hub.add(Noting("broken", notes, fails=True))
    hub.add(Noting("after", notes))
    hass.config_entries.async_update_entry(entry, options={"unknown": "refuse"})
    await hass.async_block_till_done()
    assert notes == ["before update", "broken update", "after update"]
    assert "Taking over changes failed for Noting" in caplog.text
    notes.clear()
    (subentry_id,) = entry.subentries
    hass.config_entries.async_remove_subentry(entry, subentry_id)
    await hass.async_block_till_done()
    assert of_attaching(notes) == [
        "after detach CP1",
        "broken detach CP1",
        "before detach CP1",
    ]
    assert not hub.chargers
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert notes == ["after stop", "broken stop", "before stop"]
    assert "Stopping failed for Noting" in caplog.text


@pytest.mark.parametrize("subentries", [["CP1", "CP2"]])
async def test_what_ends_badly_for_one_charger_ends_for_the_others(
    hub: Hub, notes: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    first, second = hub.chargers.values()
    subscriptions = Subscriptions()

    def fails() -> None:
        raise RuntimeError("nobody thought of that")

    subscriptions.add(first, lambda: notes.append("first"), fails)
    subscriptions.add(second, lambda: notes.append("second"))
    subscriptions.add(second, lambda: notes.append("second again"))
    assert first in subscriptions
    subscriptions.end_all()
    assert notes == ["first", "second", "second again"]
    assert "Stopping failed for CP1" in caplog.text
    assert first not in subscriptions
    assert list(subscriptions) == []
    # Whoever is not there any more has nothing to end.
    subscriptions.end(second)
    assert len(notes) == 3
