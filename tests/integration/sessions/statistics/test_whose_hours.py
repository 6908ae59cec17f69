"""Which hours of a statistic are made anew: those of these books, and no others."""

import sqlite3
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import SUBENTRY_CHARGER, SUBENTRY_ID_TAG
from custom_components.ocpp_cs.csms.transactions import sqlite, writer
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.sessions.statistics.due import Due, DueHours
from custom_components.ocpp_cs.sessions.statistics.hours import merged, within
from custom_components.ocpp_cs.sessions.store import books_path
from tests.integration.conftest import HOST, charger_subentry, make_entry, setup
from tests.integration.helpers.entities import Wallbox

from .test_keeper import (
    GARAGE,
    HOUR,
    NOON,
    act,
    base_of,
    box,
    charge,
    needs_recorder,
    options,
    rows,
    subentries,
)

__all__ = ["box", "needs_recorder", "options", "subentries"]

BOTH = {0: (2, 2), 1: (2, 4)}


async def reload(hass: HomeAssistant, entry: MockConfigEntry) -> Hub:
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    hub = entry.runtime_data
    assert isinstance(hub, Hub)
    return hub


async def test_a_server_that_is_added_again_continues_the_past(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    port: int,
    setup_integration: MockConfigEntry,
) -> None:
    """Its books are empty, and do not know that nothing was charged."""
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        await charge(box)
        assert await rows(hass, hub, f"{GARAGE}_energy") == BOTH
    await hass.config_entries.async_remove(setup_integration.entry_id)
    await hass.async_block_till_done()
    entry = make_entry(
        port, charger_subentry("CP1", "Garage"), price=0.3, tag_policy="every"
    )
    hub = await setup(hass, entry)
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        assert await rows(hass, hub, f"{GARAGE}_energy") == BOTH
        number = await charge(box, NOON + 5 * HOUR, 1, kwh=1)
        # One that is told late, from before the old ones.
        await charge(box, NOON - 2 * HOUR, 1, kwh=1)
        assert await rows(hass, hub, f"{GARAGE}_energy") == {
            -2: (1, 1),
            0: (2, 3),
            1: (2, 5),
            5: (1, 6),
        }
        await act(hass, "strike_out_session", transaction_id=number)
        assert (await rows(hass, hub, f"{GARAGE}_energy"))[5] == (0, 5)
        assert (await rows(hass, hub, f"{GARAGE}_cost_eur"))[1] == (0.6, 1.5)
    await hass.config_entries.async_unload(entry.entry_id)


async def test_chargers_of_the_same_id_at_two_servers(
    hass: HomeAssistant,
    hub: Hub,
    box: Wallbox,
    setup_integration: MockConfigEntry,
    unused_tcp_port_factory: Any,
) -> None:
    """Neither takes the hours of the other, also when the first one is removed."""
    await charge(box)
    assert await rows(hass, hub, f"{GARAGE}_energy") == BOTH
    port = unused_tcp_port_factory()
    entry = make_entry(
        port, charger_subentry("CP1", "Carport"), price=0.3, tag_policy="every"
    )
    second = await setup(hass, entry)
    own = f"{GARAGE}_of_{entry.entry_id.lower()}_energy"
    async with Wallbox(f"ws://{HOST}:{port}/") as other:
        await other.begin(hass, second)
        await charge(other, NOON + HOUR, 2, kwh=2)
        expected = {1: (1, 1), 2: (1, 2)}
        assert await rows(hass, second, own) == expected
        assert await rows(hass, hub, f"{GARAGE}_energy") == BOTH
        (subentry,) = setup_integration.get_subentries_of_type(SUBENTRY_CHARGER)
        hass.config_entries.async_remove_subentry(
            setup_integration, subentry.subentry_id
        )
        await hass.async_block_till_done()
        await charge(other, NOON + 3 * HOUR, 1, kwh=1)
        assert await rows(hass, second, own) == expected | {3: (1, 3)}
        assert await rows(hass, second, f"{GARAGE}_energy") == BOTH
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("trouble", ["disk", "newer"])
async def test_books_that_cannot_be_read_take_nothing_away(
    hass: HomeAssistant,
    hub: Hub,
    box: Wallbox,
    setup_integration: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
) -> None:
    """And what is to be done is done when they can be read again."""
    await charge(box)
    await charge(box, NOON, 1, kwh=2, id_tag="OTHER")
    number = await charge(box, NOON + 1 * HOUR, 1, kwh=1)
    expected = {0: (4, 4), 1: (3, 7)}
    assert await rows(hass, hub, f"{GARAGE}_energy") == expected
    with monkeypatch.context() as failing:
        if trouble == "disk":

            def sessions(*_: Any) -> None:
                raise sqlite3.OperationalError("disk I/O error")

            failing.setattr(sqlite.SqliteStore, "sessions", sessions)
        else:
            meanwhile = books_path(hass, setup_integration.entry_id)
            failing.setattr(hub._storage, "_tell_newer", lambda: None)
            failing.setattr(hub._storage, "_meanwhile", meanwhile)
        one = hub.central_system.ledger.find("CP1", str(number))
        assert one is not None
        hub.central_system.ledger.annotate(one, vehicle="guest")
        assert await rows(hass, hub, f"{GARAGE}_energy") == expected
        assert "connector/1/CP1" in hub.statistics._due
    await act(hass, "strike_out_session", transaction_id=number)
    assert await rows(hass, hub, f"{GARAGE}_energy") == {0: (4, 4), 1: (2, 6)}
    assert not hub.statistics._due


@pytest.mark.parametrize("work", ["waits", "fails", "runs"])
async def test_what_is_corrected_just_before_a_stop(
    hass: HomeAssistant,
    hub: Hub,
    box: Wallbox,
    setup_integration: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    work: str,
) -> None:
    """It is older than what a start looks at anyway."""
    first = await charge(box)
    second = await charge(box, NOON + 5 * HOUR, 1, kwh=1)
    expected = {0: (2, 2), 1: (2, 4), 5: (1, 5)}
    assert await rows(hass, hub, f"{GARAGE}_energy") == expected
    await act(hass, "strike_out_session", transaction_id=first)
    await act(hass, "correct_session", transaction_id=second, id_tag="X")
    if work == "fails":

        async def fail(*_: Any) -> None:
            raise OSError("no recorder")

        monkeypatch.setattr(hub.statistics, "_async_write", fail)
        await hub.statistics.async_flush()
        assert hub.statistics._due
    elif work == "runs":
        hub.statistics._begin()
    hub = await reload(hass, setup_integration)
    await hass.async_block_till_done()
    assert await rows(hass, hub, f"{GARAGE}_energy") == {
        0: (0, 0),
        1: (0, 0),
        5: (1, 1),
    }
    tag = base_of(hub, setup_integration, "id_tag")
    assert (await rows(hass, hub, f"{tag}_energy"))[5] == (0, 0)
    assert "due" not in hub.statistics._record
    # It was stored, too.
    hub = await reload(hass, setup_integration)
    assert "due" not in hub.statistics._record


async def test_a_start_without_books(
    hass: HomeAssistant,
    hub: Hub,
    server_url: str,
    setup_integration: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is still to be done waits until they can be read."""
    monkeypatch.setattr(writer, "_RETRY", 0.05)
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        number = await charge(box)
        assert await rows(hass, hub, f"{GARAGE}_energy") == BOTH
        await act(hass, "strike_out_session", transaction_id=number)

    def fail(*_: Any) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as failing:
        failing.setattr(sqlite.SqliteStore, "load", fail)
        failing.setattr(sqlite.SqliteStore, "sessions", fail)
        hub = await reload(hass, setup_integration)
        assert await rows(hass, hub, f"{GARAGE}_energy") == BOTH
    assert await rows(hass, hub, f"{GARAGE}_energy") == {0: (0, 0), 1: (0, 0)}


async def test_a_tag_with_another_id_has_the_past_of_that_one(
    hass: HomeAssistant, hub: Hub, box: Wallbox, setup_integration: MockConfigEntry
) -> None:
    await charge(box)
    await charge(box, NOON + 5 * HOUR, 1, kwh=1, id_tag="NEW")
    base = base_of(hub, setup_integration, "id_tag")
    assert await rows(hass, hub, f"{base}_energy") == BOTH
    (subentry,) = setup_integration.get_subentries_of_type(SUBENTRY_ID_TAG)
    hass.config_entries.async_update_subentry(
        setup_integration,
        subentry,
        data=dict(subentry.data) | {"id_tag": "NEW"},
        unique_id="new",
    )
    await hass.async_block_till_done()
    expected = {0: (0, 0), 1: (0, 0), 5: (1, 1)}
    hub = setup_integration.runtime_data
    assert await rows(hass, hub, f"{base}_energy") == expected
    assert await rows(hass, hub, f"{base}_cost_eur") == {
        0: (0, 0),
        1: (0, 0),
        5: (0.3, 0.3),
    }
    hub = await reload(hass, setup_integration)
    assert await rows(hass, hub, f"{base}_energy") == expected


def test_hours_in_order() -> None:
    spans = [(5, 6), (1, 2), (3, 3), (10, 10), (5, 5)]
    assert merged(spans) == [(1, 3), (5, 6), (10, 10)]
    is_within = within(spans)
    assert [hour for hour in range(12) if is_within(hour)] == [1, 2, 3, 5, 6, 10]


@pytest.mark.parametrize(
    ("record", "keys"),
    [
        (None, []),
        ([], []),
        ({"a": 1}, []),
        ({"a": [1]}, []),
        ({"a": ["1", []]}, []),
        ({"a": [1, [[2], 3]]}, ["a"]),
    ],
)
def test_a_record_that_was_edited(record: Any, keys: list[str]) -> None:
    assert DueHours.read(record) == {key: Due(1) for key in keys}


def test_a_record_is_read_as_it_was() -> None:
    due = DueHours()
    due.want("a", 5, (5, 6))
    due.want("a", 3, (7, 8))
    due.want_all("b")
    again = DueHours.read(due.record())
    assert again["a"].since == 3
    assert again["a"].spans == {(5, 8)}
    assert again["b"] == due["b"]
