"""A disk that takes nothing: the user is told, charging goes on, nothing is lost."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN
from custom_components.ocpp_cs.csms.transactions import writer as book_keeper
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.sessions.store import books_path
from tests.csms.transactions.test_bad_disk import no_more_than
from tests.integration.conftest import make_entry, setup, wait_for
from tests.integration.helpers.entities import Wallbox, value_of

from .test_store import booked_ids

FIELDS = {"charge_point_id": "CP1", "connector_id": 1}


@pytest.fixture(name="subentries")
def fixture_subentries() -> list[str]:
    return ["CP1"]


async def sessions(hass: HomeAssistant) -> dict[int, float | None]:
    answer = await hass.services.async_call(
        DOMAIN, "get_sessions", {}, blocking=True, return_response=True
    )
    assert answer is not None
    return {
        one["transaction_id"]: one["energy_wh"]
        for one in answer["sessions"]  # type: ignore[union-attr]
    }


async def test_a_full_disk_stops_nobody(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    issue_registry: ir.IssueRegistry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Not even a reload of the server, for which its books are closed."""
    monkeypatch.setattr(book_keeper, "_RETRY", 0.05)
    entry = setup_integration
    path = books_path(hass, entry.entry_id)
    issue = (DOMAIN, f"books_unsaved_{entry.entry_id}")
    charged: dict[int, float | None] = {}
    # The journal is a file, too, and needs a page of the books and a bit more.
    with no_more_than(4096):
        async with Wallbox(server_url) as box:
            await box.begin(hass, hub)
            for count in range(3):
                number = await box.start(meter=1000)
                await wait_for(
                    hass, lambda: value_of(hass, "CP1/1/charging", "switch") == "on"
                )
                await box.stop(number, meter=1500 + count)
                charged[number] = 500 + count
            number = await box.start(meter=5000)
            # So far.
            charged[number] = 0
            assert issue in issue_registry.issues
            assert await sessions(hass) == charged
        assert booked_ids(path) == []
        assert await hass.config_entries.async_reload(entry.entry_id)
        assert await sessions(hass) == charged
        async with Wallbox(server_url) as box:
            await box.begin(hass, entry.runtime_data)
            await box.stop(number, meter=5700)
            charged[number] = 700
            assert await sessions(hass) == charged
        assert issue in issue_registry.issues
    await wait_for(hass, lambda: len(booked_ids(path)) == 4)
    await wait_for(hass, lambda: issue not in issue_registry.issues)
    assert await sessions(hass) == charged
    assert "Traceback" not in caplog.text
    # Once for each time that the books were opened.
    assert caplog.text.count("cannot be saved") == 2


async def test_what_is_over_is_not_told_any_more(
    hass: HomeAssistant,
    setup_integration: MockConfigEntry,
    hub: Hub,
    server_url: str,
    issue_registry: ir.IssueRegistry,
) -> None:
    """There was space again while the server was away."""
    entry = setup_integration
    with no_more_than(4096):
        async with Wallbox(server_url) as box:
            await box.begin(hass, hub)
            await box.start(meter=1000)
        assert (DOMAIN, f"books_unsaved_{entry.entry_id}") in issue_registry.issues
        assert await hass.config_entries.async_unload(entry.entry_id)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await wait_for(hass, lambda: len(booked_ids(books_path(hass, entry.entry_id))) == 1)
    assert not issue_registry.issues


async def test_books_that_cannot_be_removed(
    hass: HomeAssistant, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    entry = make_entry(port)
    await setup(hass, entry)
    path = books_path(hass, entry.entry_id)
    assert await hass.config_entries.async_unload(entry.entry_id)
    path.unlink()
    path.mkdir()
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert "cannot be removed" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("stops_before", [False, True])
async def test_books_that_can_be_read_only_later(
    hass: HomeAssistant,
    port: int,
    server_url: str,
    issue_registry: ir.IssueRegistry,
    monkeypatch: pytest.MonkeyPatch,
    stops_before: bool,
) -> None:
    """A session goes on over a start that finds no books, and is still one."""
    monkeypatch.setattr(book_keeper, "_RETRY", 0.05)
    entry = make_entry(port, "CP1")
    hub = await setup(hass, entry)
    path = books_path(hass, entry.entry_id)
    away = path.with_name("away")
    async with Wallbox(server_url) as box:
        await box.begin(hass, hub)
        number = await box.start(meter=1000)
        other = await box.start(connector=2, meter=7000)
    assert await hass.config_entries.async_unload(entry.entry_id)
    path.rename(away)
    path.mkdir()
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert (DOMAIN, f"books_unsaved_{entry.entry_id}") in issue_registry.issues

    async def come_back() -> None:
        path.rmdir()
        away.rename(path)
        await wait_for(hass, lambda: not issue_registry.issues)

    async with Wallbox(server_url) as box:
        await box.begin(hass, entry.runtime_data)
        await box.status("Charging")
        await box.values({"Energy.Active.Import.Register": 1400}, 1, number)
        new = await box.start(connector=2, meter=7600)
        assert new > other
        if not stops_before:
            await come_back()
            await box.values({"Energy.Active.Import.Register": 1700}, 1, number)
            await wait_for(
                hass, lambda: value_of(hass, "CP1/1/session_energy") == "0.7"
            )
        await box.stop(number, meter=1800)
        if stops_before:
            await come_back()
        await box.stop(new, meter=7700)
        await wait_for(hass, lambda: value_of(hass, "CP1/1/session_energy") == "0.8")
    assert await sessions(hass) == {number: 800, other: 600, new: 100}
    assert sorted(booked_ids(path)) == [number, other, new]
