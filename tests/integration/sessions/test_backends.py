"""To which backends a session went: in the books, in tables and in a browser."""

from collections.abc import AsyncIterator
import csv
from dataclasses import replace
from datetime import UTC, datetime
import io
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.const import DOMAIN, SUBENTRY_UPSTREAM
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from custom_components.ocpp_cs.csms.upstream.model import Kind, Report, ToldSession
from custom_components.ocpp_cs.csms.upstream.told.routing import PRIVATE
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.upstream.shown import Backed, ToldState
from simulator import Generic
from tests.csms.test_central_system import World
from tests.integration.api.conftest import Browse, fixture_browse
from tests.integration.conftest import charger_subentry, wait_for

KEY = ("BOX", "1", datetime(2026, 10, 20, 12, tzinfo=UTC))

# They connect to Home Assistant as its dashboard does.
browse = fixture_browse


@pytest.fixture(name="subentries")
def fixture_subentries() -> list[Any]:
    return [charger_subentry("BOX", "Garage", connectors=1)]


@pytest.fixture(name="employer")
async def fixture_employer(socket_enabled: None) -> AsyncIterator[World]:
    """Return a backend that has adopted the charger."""
    employer = World(MemoryStore())
    await employer.start()
    employer.adopt("BOX")
    yield employer
    await employer.central_system.stop()


def add_backend(
    hass: HomeAssistant, entry: MockConfigEntry, port: int, title: str = "Employer"
) -> str:
    """Add a backend that pays; return its id."""
    subentry = ConfigSubentry(
        data=MappingProxyType(
            {
                "url": f"ws://127.0.0.1:{port}/ocpp",
                "version": "1.6",
                "chargers": ["BOX"],
                "pays": True,
            }
        ),
        subentry_type=SUBENTRY_UPSTREAM,
        title=title,
        unique_id=None,
    )
    hass.config_entries.async_add_subentry(entry, subentry)
    return subentry.subentry_id


async def ask(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    """Return the answer of an action."""
    answer: dict[str, Any] = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    return answer


async def told(hass: HomeAssistant) -> dict[str, Any]:
    """Return the last session, as the action tells it."""
    answer = await ask(hass, "get_sessions")
    session: dict[str, Any] = answer["sessions"][-1]
    return session


async def export(hass: HomeAssistant) -> list[list[str]]:
    """Return the rows of a table."""
    answer = await ask(hass, "export_sessions")
    return list(csv.reader(io.StringIO(answer["csv"])))


async def test_a_session_shows_to_whom_it_went(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    server_url: str,
    employer: World,
    browse: Browse,
) -> None:
    backend = add_backend(hass, setup_integration, employer.central_system.port)
    browser = await browse()
    async with Generic(server_url, "BOX") as charger:
        await charger.wait_idle()
        await charger.plug(1)
        charger.start_transaction(charger.connector(1), "TAG1")
        await wait_for(hass, lambda: employer.ledger.at_hand("BOX"))
        (there,) = employer.ledger.at_hand("BOX")
        known = {"name": "Employer", "id": there.id, "confirmed": None}
        backed = hub.backed()
        ours = hub.central_system.ledger.at_hand
        await wait_for(hass, lambda: backed.told(ours("BOX")[0])[0].id)
        assert (await told(hass))["backends"] == [known | {"state": "told"}]
        await browser.answer("live")
        shown = await browser.until(lambda one: (one["session"] or {}).get("backends"))
        assert shown["session"]["backends"] == [known | {"state": "told"}]
        charger.stop_transaction(charger.connector(1), "Local")
        await wait_for(hass, lambda: backed.told(ours("BOX")[0])[0].confirmed)
    await browser.close()
    one = await told(hass)
    (there_now,) = one["backends"]
    assert there_now["state"] == "confirmed"
    assert there_now["confirmed"] >= one["end"]
    assert one["payer"] == "Employer"
    for wanted, found in (("employer", 1), ("", 0), ("Another", 0)):
        answer = await ask(hass, "get_sessions", payer=wanted)
        assert len(answer["sessions"]) == found, wanted
    (total,) = (await ask(hass, "export_sessions"))["totals"]["payers"]
    assert (total["payer"], total["sessions"]) == ("Employer", 1)
    header, row = await export(hass)
    assert header[-4:-2] == ["Paid by backend", "Reported to backends"]
    assert row[-4:-2] == ["Employer", "Employer (confirmed)"]
    browser = await browse()
    answer = await browser.ask("sessions", payer=backend)
    (shown,) = answer["sessions"]
    assert (shown["payer"], shown["payer_name"]) == (backend, "Employer")
    (at,) = shown["backends"]
    assert (at["name"], at["state"], at["id"]) == ("Employer", "confirmed", there.id)
    assert at["confirmed"] is not None
    assert answer["payers"] == [{"id": backend, "name": "Employer"}]
    (group,) = answer["by"]["payer"]
    assert (group["key"], group["name"], group["sessions"]) == (backend, "Employer", 1)
    assert (await browser.ask("sessions", payer=""))["total"] == 0
    assert (await browser.ask("sessions", payer="another"))["total"] == 0


async def test_a_backend_that_was_removed_keeps_its_name(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    server_url: str,
    employer: World,
) -> None:
    entry = setup_integration
    backend = add_backend(hass, entry, employer.central_system.port)
    ours = hub.central_system.ledger.at_hand
    async with Generic(server_url, "BOX") as charger:
        await charger.wait_idle()
        await charger.plug(1)
        charger.start_transaction(charger.connector(1), "TAG1")
        await wait_for(hass, lambda: employer.ledger.at_hand("BOX"))
        charger.stop_transaction(charger.connector(1), "Local")
        await wait_for(
            hass,
            lambda: (found := hub.backed().told(ours("BOX")[0])) and found[0].confirmed,
        )
        await employer.central_system.stop()
        charger.start_transaction(charger.connector(1), "TAG1")
        await wait_for(hass, lambda: len(ours("BOX")) == 2)
        await wait_for(hass, lambda: hub.backed().told(ours("BOX")[-1]))
        assert (await told(hass))["backends"][0]["state"] == "waiting"
    hass.config_entries.async_update_subentry(
        entry, entry.subentries[backend], title="Works"
    )
    await hass.async_block_till_done()
    assert (await told(hass))["backends"][0]["name"] == "Works"
    hass.config_entries.async_remove_subentry(entry, backend)
    await hass.async_block_till_done()

    async def check() -> None:
        first, last = (await export(hass))[1:]
        assert first[-4:-2] == ["Works", "Works (confirmed)"]
        assert last[-4:-2] == ["Works", "Works (never confirmed)"]

    await check()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await check()


def test_each_state_of_a_session_at_a_backend(hub: Hub) -> None:
    session = ToldSession(upstream="one", key=KEY, connector_id=1, id_tag="TAG")
    at = Backed(names={}, present={"one": True}, books=hub._upstream_books)

    def state(**changes: Any) -> ToldState:
        return at._state(replace(session, **changes))

    assert state() is ToldState.WAITING
    assert state(told_id="7") is ToldState.TOLD
    start = Report(number=1, kind=Kind.START, key=KEY, seq=0, time=KEY[2])
    hub._upstream_books.put_report("one", start)
    assert state(told_id="7") is ToldState.WAITING
    hub._upstream_books.drop_report("one", start)
    assert state(told_id="7", ended=True) is ToldState.WAITING
    assert state(told_id="7", ended=True, confirmed=KEY[2]) is ToldState.CONFIRMED
    assert state(told_id="7", refused="Blocked") is ToldState.REFUSED
    assert state(upstream="gone", told_id="7") is ToldState.GIVEN_UP
    assert state(upstream="gone", confirmed=KEY[2]) is ToldState.CONFIRMED


async def test_a_private_session_has_no_payer(
    hass: HomeAssistant,
    hub: Hub,
    setup_integration: MockConfigEntry,
    server_url: str,
    employer: World,
    browse: Browse,
) -> None:
    backend = add_backend(hass, setup_integration, employer.central_system.port)
    async with Generic(server_url, "BOX") as charger:
        await charger.wait_idle()
        await charger.plug(1)
        connector = hub.central_system.charge_points["BOX"].connector(1)
        hub.payers.async_choose(connector, PRIVATE)
        charger.start_transaction(charger.connector(1), "TAG1")
        await wait_for(hass, lambda: connector.transaction)
        charger.stop_transaction(charger.connector(1), "Local")
        await wait_for(hass, lambda: connector.transaction is None)
    (ours,) = hub.central_system.ledger.at_hand("BOX")
    assert ours.details.payer == PRIVATE
    one = await told(hass)
    assert (one["payer"], one["backends"]) == (None, [])
    assert (await export(hass))[1][-4:-2] == ["", ""]
    answer = await (await browse()).ask("sessions", payer="")
    (shown,) = answer["sessions"]
    assert (shown["payer"], shown["payer_name"]) == (None, None)
    assert [one["key"] for one in answer["by"]["payer"]] == [""]
    assert answer["payers"] == [{"id": backend, "name": "Employer"}]


def test_nobody_knows_the_name_of_a_backend(hub: Hub) -> None:
    at = hub.backed()
    assert at.name("gone") == "gone"
    assert at.name(None) is at.name("") is None
