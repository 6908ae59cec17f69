"""The sessions of the demo's past: plausible ones, and the books take them."""

from datetime import UTC, datetime, timedelta
import itertools
from pathlib import Path

import pytest

from custom_components.ocpp_cs.csms.transactions.storage import SessionFilter
from custom_components.ocpp_cs.csms.transactions.writer import StoreWriter
from devtools.demo.past import register_kwh
from devtools.demo.past_sessions import past_sessions, transactions_of, write_books
from devtools.demo.places import ANNA, BEN, DRIVERS, PLACES

NOW = datetime(2026, 11, 24, 22, tzinfo=UTC)
VEHICLES = {"Enyaq": "v1", "Zoe": "v2"}


def test_no_two_sessions_at_a_place_overlap() -> None:
    sessions = past_sessions(NOW)
    assert len(sessions) > 50
    assert {one.driver for one in sessions} == set(DRIVERS)
    for place in PLACES:
        here = [one for one in sessions if one.place is place]
        assert len(here) > 3
        assert all(one.end <= two.start for one, two in itertools.pairwise(here))
    for session in sessions:
        assert NOW - timedelta(days=61) < session.start < session.end < NOW
        assert 0.0 <= session.sun_kwh() <= session.energy_kwh


def test_meters_go_on_from_session_to_session() -> None:
    registers = {place: register_kwh(place) for place in PLACES}
    found = transactions_of(past_sessions(NOW), registers, VEHICLES)
    for place in PLACES:
        here = [
            one
            for one in found
            if (one.charge_point_id, one.connector_id)
            == (place.charge_point_id, place.connector)
        ]
        meters = [wh for one in here for wh in (one.meter_start_wh, one.meter_stop_wh)]
        assert all(wh is not None for wh in meters)
        assert meters == sorted(meters, key=lambda wh: wh or 0.0)
        assert meters[-1] == pytest.approx(registers[place] * 1000.0, abs=1.0)


async def test_the_books_take_them(tmp_path: Path) -> None:
    registers = {place: register_kwh(place) for place in PLACES}
    found = transactions_of(past_sessions(NOW), registers, VEHICLES)
    path = tmp_path / "books.db"
    await write_books(path, found)
    books = StoreWriter(path)
    await books.load(lambda late: None)
    kept = await books.sessions(SessionFilter())
    assert len(kept) == len(found)
    assert {one.id_tag for one in kept} == {driver.id_tag for driver in DRIVERS}
    by_tag = {one.id_tag: one.details.vehicle for one in kept}
    assert by_tag[ANNA.id_tag] == "v1"
    assert by_tag[BEN.id_tag] == "v2"
    await books.close()
