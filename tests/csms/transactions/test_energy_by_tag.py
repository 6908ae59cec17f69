"""What tags have used of late, as the ledger tells of it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.transactions.energy_by_tag import EnergyByTag
from custom_components.ocpp_cs.csms.transactions.ledger import Ledger
from custom_components.ocpp_cs.csms.transactions.storage import (
    MemoryStore,
    SessionFilter,
)
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction

HOUR = timedelta(hours=1)
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(MemoryStore())


def begin(ledger: Ledger, id_tag: str, start: datetime, **more: int) -> Transaction:
    return ledger.start(
        charge_point_id="CP1",
        connector_id=more.get("connector", 1),
        id_tag=id_tag,
        start=start,
        meter_start_wh=1000,
    )


def end(ledger: Ledger, one: Transaction, wh: float) -> Transaction:
    return ledger.stop(
        one, end=one.reported_start + HOUR, meter_stop_wh=wh, reason="local"
    )


async def test_sessions_are_followed_from_beginning_to_end(ledger: Ledger) -> None:
    energy = EnergyByTag(ledger)
    now = utcnow()
    energy.begin(now - HOUR)
    told: list[float] = []
    stop = energy.watch("anna ", lambda: told.append(energy.total_wh("Anna")))
    one = begin(ledger, "ANNA", now)
    begin(ledger, "BEN", now, connector=2)
    await asyncio.sleep(0)
    assert told == []
    one = ledger.meter(one, 1500, now)
    # Several changes of one moment are told once, and only then.
    one = ledger.meter(one, 1600, now)
    assert told == []
    await asyncio.sleep(0)
    assert told == [600]
    # Nothing new, nothing told.
    ledger.meter(one, 1600, now)
    await asyncio.sleep(0)
    end(ledger, one, 1700)
    await asyncio.sleep(0)
    assert told == [600, 700]
    stop()
    end(ledger, begin(ledger, "anna", now), 1500)
    await asyncio.sleep(0)
    assert told == [600, 700]
    assert energy.total_wh("Anna") == 1200
    assert energy.total_wh("BEN") == energy.total_wh("") == 0


async def test_a_session_counts_where_it_began(ledger: Ledger) -> None:
    energy = EnergyByTag(ledger)
    energy.begin(NOVEMBER)
    before = begin(ledger, "A", NOVEMBER - HOUR / 2)
    end(ledger, before, 1500)
    end(ledger, begin(ledger, "A", NOVEMBER), 1100)
    end(ledger, begin(ledger, "A", NOVEMBER + HOUR), 1010)
    assert energy.total_wh("A") == 110
    energy.begin(NOVEMBER + HOUR)
    assert energy.total_wh("A") == 10


async def test_a_session_that_is_part_of_another_counts_no_more(
    ledger: Ledger,
) -> None:
    """A stop that overtook its start was booked by itself."""
    energy = EnergyByTag(ledger)
    energy.begin(NOVEMBER)
    ledger.book_stop(
        charge_point_id="CP1",
        connector_id=1,
        transaction_id=None,
        end=NOVEMBER + HOUR,
        corrected_end=NOVEMBER + HOUR,
        meter_stop_wh=1800,
        reason="local",
        id_tag="A",
        begin=(NOVEMBER, 1000),
    )
    assert energy.total_wh("A") == 800
    begin(ledger, "A", NOVEMBER)
    assert energy.total_wh("A") == 800


@pytest.mark.parametrize(
    "since", [NOVEMBER, NOVEMBER - HOUR / 2, NOVEMBER + HOUR, NOVEMBER + 3 * HOUR]
)
async def test_what_the_books_have_is_the_same(ledger: Ledger, since: datetime) -> None:
    """Whatever happens while they are read."""
    energy = EnergyByTag(ledger)
    energy.begin(since)
    for hour in range(4):
        end(ledger, begin(ledger, "A", NOVEMBER + hour * HOUR), 1100)
    running = ledger.meter(begin(ledger, "A", utcnow()), 1300, utcnow())
    await ledger.save()
    late = EnergyByTag(ledger)
    late.begin(since)
    stale = await ledger._storage.sessions(SessionFilter(start=since))
    end(ledger, replace(running), 1400)
    late.take(stale)
    assert late.total_wh("A") == energy.total_wh("A") > 0
