"""What tags have used of late, as the ledger tells of it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.transactions.ledger import Ledger
from custom_components.ocpp_cs.csms.transactions.storage import (
    MemoryStore,
    SessionFilter,
)
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from custom_components.ocpp_cs.sessions import totals as totals_module
from custom_components.ocpp_cs.sessions.totals import Kind, Periods, Totals, tag_group

HOUR = timedelta(hours=1)
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what changes in a running session show at once."""
    monkeypatch.setattr(totals_module, "PERIOD_S", 0.0)


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


def wh(totals: Totals, id_tag: str) -> float:
    return totals.total(tag_group(id_tag)).energy_wh


async def test_sessions_are_followed_from_beginning_to_end(ledger: Ledger) -> None:
    energy = Totals(ledger)
    now = utcnow()
    energy.begin(Periods(day=now - HOUR, month=now - HOUR))
    told: list[float] = []
    stop = energy.watch(tag_group("anna "), lambda: told.append(wh(energy, "Anna")))
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
    assert wh(energy, "Anna") == 1200
    assert wh(energy, "BEN") == wh(energy, "") == 0


async def test_what_comes_after_the_end_is_counted_and_not_told(ledger: Ledger) -> None:
    """Chargers report until the server has stopped, after all that shows it."""
    energy = Totals(ledger)
    now = utcnow()
    energy.begin(Periods(day=now - HOUR, month=now - HOUR))
    told: list[float] = []
    energy.watch(tag_group("anna"), lambda: told.append(wh(energy, "Anna")))
    one = begin(ledger, "ANNA", now)
    one = ledger.meter(one, 1500, now)
    energy.close()
    ledger.meter(one, 1600, now)
    await asyncio.sleep(0)
    assert told == []
    assert energy._timer is None
    assert wh(energy, "Anna") == 600


async def test_a_session_counts_where_it_began(ledger: Ledger) -> None:
    energy = Totals(ledger)
    energy.begin(Periods(day=NOVEMBER, month=NOVEMBER))
    before = begin(ledger, "A", NOVEMBER - HOUR / 2)
    end(ledger, before, 1500)
    end(ledger, begin(ledger, "A", NOVEMBER), 1100)
    end(ledger, begin(ledger, "A", NOVEMBER + HOUR), 1010)
    assert wh(energy, "A") == 110
    energy.begin(Periods(day=NOVEMBER + HOUR, month=NOVEMBER + HOUR))
    assert wh(energy, "A") == 10


async def test_a_session_that_is_part_of_another_counts_no_more(
    ledger: Ledger,
) -> None:
    """A stop that overtook its start was booked by itself."""
    energy = Totals(ledger)
    energy.begin(Periods(day=NOVEMBER, month=NOVEMBER))
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
    assert wh(energy, "A") == 800
    begin(ledger, "A", NOVEMBER)
    assert wh(energy, "A") == 800


@pytest.mark.parametrize(
    "since", [NOVEMBER, NOVEMBER - HOUR / 2, NOVEMBER + HOUR, NOVEMBER + 3 * HOUR]
)
async def test_what_the_books_have_is_the_same(ledger: Ledger, since: datetime) -> None:
    """Whatever happens while they are read."""
    energy = Totals(ledger)
    energy.begin(Periods(day=since, month=since))
    for hour in range(4):
        end(ledger, begin(ledger, "A", NOVEMBER + hour * HOUR), 1100)
    running = ledger.meter(begin(ledger, "A", utcnow()), 1300, utcnow())
    await ledger.save()
    late = Totals(ledger)
    late.begin(Periods(day=since, month=since))
    stale = await ledger.lookup._storage.sessions(SessionFilter(start=since))
    end(ledger, replace(running), 1400)
    late.take(stale)
    assert wh(late, "A") == wh(energy, "A") > 0


async def test_a_running_session_is_told_seldom_and_its_end_at_once(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often a charger measures: each report costs several states."""
    monkeypatch.setattr(totals_module, "PERIOD_S", 3600.0)
    totals = Totals(ledger)
    now = utcnow()
    totals.begin(Periods(day=now - HOUR, month=now - HOUR))
    told: list[float] = []
    totals.watch(tag_group("A"), lambda: told.append(wh(totals, "A")))
    one = begin(ledger, "A", now)
    for register in range(1100, 2000, 100):
        one = ledger.meter(one, register, now)
        await asyncio.sleep(0)
    assert told == [100]
    end(ledger, one, 1900)
    await asyncio.sleep(0)
    assert told == [100, 900]
    totals.close()


async def test_a_vehicle_has_its_total(ledger: Ledger) -> None:
    """Which may be known only later, and corrected."""
    totals = Totals(ledger)
    totals.begin(Periods(day=NOVEMBER, month=NOVEMBER))
    one = end(ledger, begin(ledger, "A", NOVEMBER), 1500)
    assert totals.total((Kind.VEHICLE, "vw")).energy_wh == 0
    one = ledger.annotate(one, vehicle="vw")
    assert totals.total((Kind.VEHICLE, "vw")).energy_wh == 500
    ledger.annotate(one, vehicle=None)
    assert totals.total((Kind.VEHICLE, "vw")).energy_wh == 0
    assert wh(totals, "A") == 500
