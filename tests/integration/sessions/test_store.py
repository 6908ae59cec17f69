"""The books of the sessions in Home Assistant's storage folder."""

from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
import sqlite3
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.transactions.storage import SessionFilter
from custom_components.ocpp_cs.csms.transactions.writer import StoreWriter
from custom_components.ocpp_cs.sessions.store import async_open_books, books_path
from tests.integration.conftest import make_entry, setup, wait_for
from tests.integration.helpers.entities import Wallbox, value_of

KEY = f"{DOMAIN}.entry"

OLD = {
    "version": 1,
    "minor_version": 1,
    "key": KEY,
    "data": {
        "last_seq": 1_760_000_002,
        "transactions": [
            {
                "id": 1_760_000_001,
                "charge_point_id": "CP1",
                "connector_id": 1,
                "id_tag": "TAG",
                "start": "2026-10-20T12:00:00+00:00",
                "reported_start": "2026-10-20T12:00:00+00:00",
                "meter_start_wh": 1000,
                "register_wh": 1400.0,
                "end": "2026-10-20T13:00:00+00:00",
                "meter_stop_wh": 1500,
                "reason": "local",
            },
            {
                "id": 1_760_000_002,
                "charge_point_id": "CP1",
                "connector_id": 1,
                "id_tag": "TAG",
                "start": "2026-10-20T14:00:00+00:00",
                "reported_start": "2026-10-20T14:00:00+00:00",
                "meter_start_wh": 1500,
                "register_wh": None,
                "end": None,
                "meter_stop_wh": None,
                "reason": None,
            },
        ],
    },
}


def booked_ids(path: Path) -> list[int]:
    """Return the ids that another program would find in the books."""
    connection = sqlite3.connect(path)
    try:
        return [row[0] for row in connection.execute("SELECT id FROM session")]
    finally:
        connection.close()


async def opened(hass: HomeAssistant) -> StoreWriter:
    return await async_open_books(hass, "entry", "Home")


async def test_what_was_saved_before_there_were_books(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    hass_storage[KEY] = deepcopy(OLD)
    keeper = await opened(hass)
    last_seq, (ended, running) = await keeper.load()
    assert last_seq == 1_760_000_002
    assert (ended.energy_wh, ended.reason) == (500, "local")
    assert ended.end == datetime(2026, 10, 20, 13, tzinfo=UTC)
    assert (running.id, running.end, running.meter_start_wh) == (last_seq, None, 1500)
    assert KEY not in hass_storage
    assert sorted(booked_ids(books_path(hass, "entry"))) == [
        1_760_000_001,
        1_760_000_002,
    ]
    await keeper.close()
    # Once is enough.
    again = await opened(hass)
    assert (await again.load())[0] == last_seq
    await again.close()


async def test_what_cannot_be_read_stays_where_it_is(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    hass_storage[KEY] = deepcopy(OLD)
    del hass_storage[KEY]["data"]["transactions"][0]["start"]
    keeper = await opened(hass)
    assert await keeper.sessions(SessionFilter()) == []
    assert KEY in hass_storage
    assert "cannot be read" in caplog.text
    await keeper.close()


async def test_what_the_disk_does_not_take_stays_where_it_was(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    issue_registry: ir.IssueRegistry,
) -> None:
    hass_storage[KEY] = deepcopy(OLD)
    # Nothing can be written to a folder.
    path = books_path(hass, "entry")
    path.mkdir(parents=True)
    keeper = await opened(hass)
    assert len(await keeper.sessions(SessionFilter())) == 2
    assert KEY in hass_storage
    issue = issue_registry.async_get_issue(DOMAIN, "books_unsaved_entry")
    assert issue is not None
    assert issue.translation_placeholders == {
        "server": "Home",
        "error": "`unable to open database file`",
    }
    path.rmdir()
    await keeper.flush()
    assert len(booked_ids(path)) == 2
    assert issue_registry.async_get_issue(DOMAIN, "books_unsaved_entry") is None
    await keeper.close()


async def test_charging_goes_on_with_broken_books(
    hass: HomeAssistant,
    port: int,
    server_url: str,
    issue_registry: ir.IssueRegistry,
) -> None:
    entry = make_entry(port, "CP1")
    path = books_path(hass, entry.entry_id)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"no database" * 1000)
    hub = await setup(hass, entry)
    issue = issue_registry.async_get_issue(DOMAIN, f"books_broken_{entry.entry_id}")
    assert issue is not None
    assert issue.translation_placeholders is not None
    aside = Path(issue.translation_placeholders["file"])
    assert aside.read_bytes() == b"no database" * 1000
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        number = await box.start(meter=1000)
        assert booked_ids(path) == [number]
        await wait_for(hass, lambda: value_of(hass, "CP1/1/charging", "switch") == "on")
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert not path.exists()
    assert aside.exists()
    assert not issue_registry.issues.keys() & {issue.issue_id}
