"""Energy by quarters of an hour: its sun, its cost, and what becomes known later."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
import random

import pytest

from custom_components.ocpp_cs.csms.transactions.corrections import corrected
from custom_components.ocpp_cs.csms.transactions.ledger import Ledger, MemoryStore
from custom_components.ocpp_cs.csms.transactions.parts import course
from custom_components.ocpp_cs.csms.transactions.parts.course import Course, Part
from custom_components.ocpp_cs.csms.transactions.parts.pricing import Pricing, course_of
from custom_components.ocpp_cs.csms.transactions.sqlite import SqliteStore
from custom_components.ocpp_cs.csms.transactions.storage import SessionFilter
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction

NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)


@dataclass
class Rate:
    """The price of a kWh."""

    grid: float | None
    sun: float | None = 0.0
    currency: str = "EUR"


class House:
    """Prices by the hour, and one share of sun."""

    def __init__(self) -> None:
        self.by_hour: dict[int, float] = {}
        self.base: float | None = 0.30
        self.feed_in = 0.08
        self.share: float | None = None
        self.currency = "EUR"
        self.tariffs: dict[str, float] = {}
        self.asked = 0
        self.storage = MemoryStore()
        self.ledger = Ledger(
            self.storage, pricing=Pricing(self.rate, lambda *of: self.share)
        )

    def rate(self, transaction: Transaction, at: datetime) -> Rate:
        self.asked += 1
        own = self.tariffs.get(transaction.id_tag) or self.tariffs.get(
            transaction.vehicle or ""
        )
        if own is not None:
            return Rate(own, own, self.currency)
        return Rate(self.by_hour.get(at.hour, self.base), self.feed_in, self.currency)

    def start(self, id_tag: str = "TAG") -> Transaction:
        return self.ledger.start(
            charge_point_id="CP1",
            connector_id=1,
            id_tag=id_tag,
            start=NOON,
            meter_start_wh=1000.0,
        )

    def stop(self, one: Transaction, at: datetime, wh: float) -> Transaction:
        return self.ledger.stop(one, end=at, meter_stop_wh=wh, reason="local")


@pytest.fixture
def house() -> House:
    return House()


def at_hours(one: Transaction) -> dict[int, float]:
    """Return the Wh of each hour of the day."""
    found: dict[int, float] = {}
    for part in one.course.parts:
        hour = datetime.fromtimestamp(part.middle, UTC).hour
        found[hour] = round(found.get(hour, 0.0) + part.wh, 3)
    return found


async def test_each_part_costs_what_its_time_and_its_sun_cost(house: House) -> None:
    house.by_hour = {12: 0.40, 13: 0.20}
    house.share = 0.75
    one = house.ledger.meter(house.start(), 2000.0, NOON + QUARTER / 3)
    assert one.cost == pytest.approx(0.75 * 0.08 + 0.25 * 0.40)
    house.share = 0.0
    one = house.ledger.meter(one, 4000.0, NOON + HOUR + QUARTER / 3)
    # 55 of 60 minutes were before one o'clock.
    bought = 2 * (0.40 * 55 + 0.20 * 5) / 60
    assert one.cost == pytest.approx(0.16 + bought)
    details = one.details
    assert (details.sun_wh, details.grid_wh) == (750, 2250)
    assert details.sun_share == 0.25
    assert details.price == pytest.approx((0.16 + bought) / 3)
    assert details.currency == "EUR"
    assert one.course.wh == 3000
    assert sum(part.cost for part in one.course.parts) == pytest.approx(one.cost)


async def test_what_nobody_measured_is_neither_sun_nor_grid(house: House) -> None:
    one = house.ledger.meter(house.start(), 2000.0, NOON + QUARTER / 3)
    assert one.cost == pytest.approx(0.30)
    assert (one.details.sun_wh, one.details.grid_wh) == (None, None)
    assert one.details.sun_share is None
    house.share = 0.5
    one = house.ledger.meter(one, 3000.0, NOON + QUARTER / 2)
    # The share is that of what was measured.
    assert (one.details.sun_wh, one.details.grid_wh) == (500, 500)
    assert one.details.sun_share == 0.5


async def test_a_pause_takes_no_energy(house: House) -> None:
    """Its readings are the same, and tell until when nothing was charged."""
    one = house.ledger.meter(house.start(), 2000.0, NOON + QUARTER / 3)
    asked = house.asked
    for minutes in range(6, 181):
        one = house.ledger.meter(one, 2000.0, NOON + timedelta(minutes=minutes))
    assert house.asked == asked
    one = house.ledger.meter(one, 3000.0, NOON + timedelta(minutes=181))
    assert at_hours(one) == {12: 1000, 15: 1000}


async def test_a_session_that_is_told_late_costs_the_prices_of_its_time(
    house: House,
) -> None:
    house.by_hour = {12: 0.40, 13: 0.20, 14: 0.10}
    one = house.stop(house.start(), NOON + 3 * HOUR, 4000.0)
    assert at_hours(one) == {12: 1000, 13: 1000, 14: 1000}
    assert one.cost == pytest.approx(0.70)
    assert all(part.spread for part in one.course.parts)


async def test_late_readings_tell_when_it_was_charged(house: House) -> None:
    """They have no effect on what is known to the quarter of an hour."""
    house.by_hour = {12: 0.40, 13: 0.20, 14: 0.10}
    one = house.ledger.meter(house.start(), 1500.0, NOON + QUARTER)
    one = house.stop(one, NOON + 3 * HOUR, 4250.0)
    cost = one.cost
    assert cost is not None
    late = {NOON: 1000.0, NOON + QUARTER: 1000.0}
    late |= {NOON + 2 * HOUR: 1500.0, NOON + 3 * HOUR: 4250.0}
    one = house.ledger.refine(one, late)
    hours = at_hours(one)
    assert sum(hours.values()) == pytest.approx(3250, abs=0.1)
    assert hours[14] == pytest.approx(2750 * 2750 / 3250, abs=1)
    assert one.course.parts[0].wh == 500
    # What moved has no price until it is asked for.
    assert one.cost == pytest.approx(0.20)
    rates = {part.quarter: Rate(0.10) for part in one.course.parts}
    one = house.ledger.revise(one, rates, {})
    assert one.cost == pytest.approx(0.20 + 0.275)
    # The same once more changes nothing.
    assert house.ledger.revise(one, rates, {}) is one
    assert house.ledger.refine(one, late) is one


async def test_sun_that_becomes_known_later_costs_less(house: House) -> None:
    one = house.stop(house.start(), NOON + HOUR, 2000.0)
    assert one.cost == pytest.approx(0.30)
    quarters = [part.quarter for part in one.course.parts]
    rates = {quarter: Rate(0.30, 0.08) for quarter in quarters}
    one = house.ledger.revise(one, rates, dict.fromkeys(quarters[:2], 1.0))
    assert (one.details.sun_wh, one.details.grid_wh) == (500, 0)
    assert one.cost == pytest.approx(0.04 + 0.15)


async def test_a_price_that_is_missing_is_made_up_for(house: House) -> None:
    """With the price of its time, or with the first one that is known after it."""
    house.base, house.by_hour = None, {13: 0.20}
    one = house.ledger.meter(house.start(), 2000.0, NOON + QUARTER / 3)
    assert (one.cost, one.details.currency) == (None, None)
    house.by_hour[12] = 0.40
    one = house.ledger.meter(one, 3000.0, NOON + HOUR + QUARTER / 3)
    assert one.priced_wh == pytest.approx(2000, abs=0.1)
    assert one.cost == pytest.approx(0.40 + 0.40 * 55 / 60 + 0.20 * 5 / 60, abs=1e-4)
    del house.by_hour[13]
    one = house.ledger.meter(one, 4000.0, NOON + HOUR + QUARTER / 2)
    assert one.priced_wh == pytest.approx(2000, abs=0.1)
    house.by_hour[14] = 0.10
    one = house.ledger.meter(one, 4000.0, NOON + 2 * HOUR)
    assert one.priced_wh == pytest.approx(3000, abs=0.1)
    assert one.cost == pytest.approx(0.783 + 0.10, abs=1e-3)


async def test_another_currency_keeps_what_is_booked(house: House) -> None:
    one = house.ledger.meter(house.start(), 2000.0, NOON + QUARTER / 3)
    house.currency = "CHF"
    one = house.ledger.meter(one, 3000.0, NOON + QUARTER / 2)
    one = house.stop(one, NOON + HOUR, 4000.0)
    assert (one.cost, one.details.currency) == (pytest.approx(0.30), "EUR")
    assert (one.priced_wh, one.energy_wh) == (1000, 3000)
    assert one.details.price == pytest.approx(0.30)


async def test_a_free_session_has_a_cost(house: House) -> None:
    one = house.stop(house.start(), NOON + HOUR, 1000.0)
    assert one.cost == 0


async def test_another_vehicle_has_its_own_prices(house: House) -> None:
    """Whatever has the same price for both keeps its cost."""
    house.tariffs = {"company": 0.50}
    one = house.ledger.meter(house.start(), 2000.0, NOON + QUARTER / 3)
    house.base = 0.35
    one = house.ledger.annotate(one, vehicle="private")
    assert one.cost == pytest.approx(0.30)
    one = house.ledger.annotate(one, vehicle="company")
    assert (one.cost, one.vehicle) == (pytest.approx(0.50), "company")
    one = house.ledger.annotate(one, soc_start=20.0)
    assert one.cost == pytest.approx(0.50)


async def test_a_correction_goes_before_all_prices(house: House) -> None:
    house.tariffs = {"COMPANY": 0.50}
    one = house.stop(house.start(), NOON + HOUR, 2000.0)
    now = NOON + 5 * HOUR

    async def correct(**values: object) -> Transaction:
        return await house.ledger.edit(
            one, lambda found: corrected(found, values, by="Chief", now=now)
        )

    changed = await correct(id_tag="COMPANY")
    assert changed.cost == pytest.approx(0.50)
    assert dict(changed.edits[-1].before)["cost"] == pytest.approx(0.30)
    changed = await correct(energy_wh=500.0)
    assert changed.cost == pytest.approx(0.25)
    assert changed.course.wh == 500
    changed = await correct(start=NOON - HOUR, end=NOON - HOUR / 2)
    assert at_hours(changed) == {11: 500}
    changed = await correct(cost=7.0)
    assert changed.cost == 7
    assert sum(part.cost for part in changed.course.parts) == pytest.approx(7)
    changed = await correct(id_tag="TAG", vehicle="car")
    assert (changed.cost, changed.vehicle) == (7, "car")
    assert dict(changed.edits[-1].before) == {"id_tag": "COMPANY", "vehicle": None}


async def test_what_was_priced_before_there_were_parts_stays(house: House) -> None:
    """A session that ran while the program was replaced."""
    one = house.ledger.meter(house.start(), 2000.0, NOON + HOUR)
    house.ledger._cache.put(
        before := replace(one, cost=9.0, course=Course(), details=one.details)
    )
    one = house.ledger.meter(before, 3000.0, NOON + HOUR + QUARTER / 3)
    assert one.cost == pytest.approx(9.30)
    assert one.course.wh == pytest.approx(2000, abs=0.1)
    assert course_of(replace(before, end=NOON + HOUR)).wh == pytest.approx(1000, abs=1)


@pytest.mark.parametrize("energy_wh", [None, 0.0])
async def test_the_cost_that_the_user_set_stays_without_parts(
    house: House, energy_wh: float | None
) -> None:
    """As of a session from before there were parts, or of one that had no energy."""
    house.tariffs = {"COMPANY": 0.10}
    one = house.stop(house.start(), NOON + HOUR, 5000.0)
    assert one.cost == pytest.approx(1.20)
    if energy_wh is None:
        one = replace(one, course=Course())
        house.ledger._cache.put(one)
    now = NOON + 5 * HOUR

    async def correct(**values: object) -> Transaction:
        return await house.ledger.edit(
            one, lambda found: corrected(found, values, by="Chief", now=now)
        )

    changed = await correct(cost=9.0)
    if energy_wh is not None:
        changed = await correct(energy_wh=energy_wh)
        assert changed.cost == 0
        changed = await correct(energy_wh=4000.0)
    assert changed.cost == pytest.approx(9.0)
    changed = await correct(id_tag="COMPANY")
    assert changed.cost == pytest.approx(9.0)
    assert changed.details.price == pytest.approx(2.25)
    assert course_of(changed).wh == pytest.approx(4000, abs=1)
    assert sum(part.cost for part in course_of(changed).parts) == pytest.approx(9.0)


async def test_a_clock_that_was_wrong_moves_the_parts(house: House) -> None:
    before = house.ledger.last_seq
    house.stop(house.start(), NOON + HOUR, 2000.0)
    house.ledger.correct_times("CP1", after=before, offset=2 * HOUR)
    (one,) = house.ledger.at_hand("CP1")
    assert at_hours(one) == {14: 1000}


async def test_a_clock_of_another_year_fills_no_memory(house: House) -> None:
    one = house.ledger.meter(house.start(), 2000.0, NOON + 4000 * HOUR)
    assert len(one.course.parts) <= 31 * 96 + 1
    assert one.course.wh == pytest.approx(1000, abs=2)


async def test_little_energy_of_a_long_silence_has_few_parts(house: House) -> None:
    """Late readings still tell any quarter in which it was charged."""
    month = 720 * HOUR
    one = house.stop(house.start(), NOON + month, 1001.0)
    assert len(one.course.parts) == 1
    assert one.course.wh == 1
    house = House()
    one = house.stop(house.start(), NOON + month, 2000.0)
    assert 10 < len(one.course.parts) < 30
    assert one.course.wh == pytest.approx(1000, abs=0.1)
    quarters = [part.quarter for part in one.course.parts]
    assert quarters == sorted(set(quarters))
    assert quarters[-1] - quarters[0] == 30 * 96 - 1
    charged = NOON + 200 * HOUR + QUARTER
    late = {NOON: 1000.0, charged: 1000.0, charged + QUARTER: 2000.0}
    late[NOON + month] = 2000.0
    one = house.ledger.refine(one, late)
    found = [part for part in one.course.parts if part.wh]
    assert [part.wh for part in found] == [pytest.approx(1000, abs=0.1)]
    assert found[0].quarter == charged.timestamp() // 900
    # A session that is moved to a long time has few parts, too.
    moved = one.course.within(NOON.timestamp(), (NOON + 2 * month).timestamp())
    assert moved is one.course
    moved = one.course.within((NOON - 2 * month).timestamp(), NOON.timestamp())
    assert len(moved.parts) < 30


async def test_the_books_give_back_every_part(house: House, tmp_path: Path) -> None:
    house.share = 1 / 3
    dice = random.Random(4)
    one, wh = house.start(), 1000.0
    for minute in range(1, 300):
        wh += dice.random() * 180
        one = house.ledger.meter(one, wh, NOON + timedelta(minutes=minute))
    books = SqliteStore(tmp_path / "books.db")
    books.write(1, {one.key: one})
    assert books.sessions(SessionFilter()) == [one]
    books.close()
    assert len(course.written(one.course) or "") < 60 * len(one.course.parts) + 60
    assert one.course.wh == pytest.approx(one.energy_wh, abs=0.2)
    assert sum(part.wh for part in one.course.parts) == pytest.approx(
        one.course.wh, abs=0.1
    )


@pytest.mark.parametrize(
    "text",
    [
        None,
        7,
        "",
        "no list",
        "[]",
        "[1]",
        "[1,2,0,[[1]]]",
        "[1,2,0,[[1,2,3,4,5,6,null]]]",
        '[1,2,0,[["a",2,3,4,5,6,0]]]',
        "[NaN,2,0,[]]",
        "[1,2,0,[[1,Infinity,3,4,5,6,0]]]",
        "[1,2,0,7]",
    ],
)
def test_a_damaged_course_is_none(text: object) -> None:
    """The session itself is not."""
    found = course.read(text)
    assert found.wh in {0.0, 2.0}
    assert all(isinstance(part, Part) for part in found.parts)


@pytest.mark.parametrize("wh", [1.0, 200_000.0])
def test_a_clock_that_jumps_does_not_make_parts_without_end(wh: float) -> None:
    jumping, told_wh = Course(), 0.0
    day = 86_400.0
    for jump in range(1, 20):
        # Of little energy there is one part each time, of much there are many.
        new = [
            Part(quarter, round(wh * share, 3), cost=wh * share, priced_wh=wh * share)
            for quarter, share in course.shares(
                (jump - 1) * 20 * day, jump * 20 * day, wh
            )
        ]
        told_wh += sum(part.wh for part in new)
        jumping = jumping.added(new, jump * 20 * day)
    for quarter in range(6000):
        jumping = jumping.added(
            [Part(1_000_000 + quarter, 1.0, cost=1.0, priced_wh=1.0)], 1e9
        )
    assert len(jumping.parts) == 5952
    assert jumping.parts[0].spread
    # Nothing is lost.
    assert jumping.wh == pytest.approx(told_wh + 6000)
    for name in ("wh", "cost", "priced_wh"):
        total = sum(getattr(part, name) for part in jumping.parts)
        assert total == pytest.approx(jumping.wh, rel=1e-5), name
