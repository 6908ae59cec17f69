"""The books of the sessions in Home Assistant's storage folder."""

from pathlib import Path
import sqlite3

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.sessions.store import books_path
from tests.integration.conftest import make_entry, setup, wait_for
from tests.integration.helpers.entities import Wallbox, value_of


def booked_ids(path: Path) -> list[int]:
    """Return the ids that another program would find in the books."""
    connection = sqlite3.connect(path)
    try:
        return [int(row[0]) for row in connection.execute("SELECT id FROM session")]
    finally:
        connection.close()


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
