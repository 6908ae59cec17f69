"""The ledger alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.transactions.ledger import (
    Ledger,
    MemoryStore,
    Transaction,
)
from custom_components.ocpp_cs.csms.transactions.parts.pricing import Pricing
from custom_components.ocpp_cs.csms.transactions.reconciliation import Reconciliation
from custom_components.ocpp_cs.csms.transactions.storage import SessionFilter
from custom_components.ocpp_cs.csms.transactions.transaction import public_id

NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)


class Price(NamedTuple):
    """The price of a kWh, wherever it comes from."""

    grid: float | None
    sun: float | None
    currency: str = "EUR"


def rate(price: float | None) -> Price:
    """Return the same price for sun and grid."""
    return Price(price, price)


def start(ledger: Ledger, **more: object) -> Transaction:
    """Open a transaction at the first connector of CP1."""
    return ledger.start(
        **{
            "charge_point_id": "CP1",
            "connector_id": 1,
            "id_tag": "TAG",
            "start": NOON,
            "meter_start_wh": 8000,
        }
        | more
    )


@pytest.fixture
def storage() -> MemoryStore:
    """Return storage that a second ledger can read."""
    return MemoryStore()


@pytest.fixture
def ledger(storage: MemoryStore) -> Ledger:
    """Return an empty ledger."""
    return Ledger(storage)


async def test_ids_are_unique_although_two_start_in_one_second(ledger: Ledger) -> None:
    """Two connectors of one charge point may begin together."""
    one, two = start(ledger), start(ledger, connector_id=2)
    other = start(ledger, charge_point_id="CP2")
    assert len({one.id, two.id, other.id}) == 3
    assert all(0 < int(transaction.id) < 2**31 for transaction in (one, two, other))


async def test_a_start_that_is_sent_twice_is_one_transaction(ledger: Ledger) -> None:
    """3.7: a charge point repeats what was not answered."""
    assert start(ledger) is start(ledger)
    assert start(ledger, meter_start_wh=8001).id != start(ledger).id


async def test_ids_go_on_after_a_restart(ledger: Ledger, storage: MemoryStore) -> None:
    """Nothing is handed out twice, and what ran still runs."""
    first = start(ledger)
    first = ledger.meter(first, 8500, NOON + timedelta(minutes=5))
    ended = start(ledger, charge_point_id="CP2")
    ended = ledger.stop(
        ended, end=NOON + timedelta(hours=1), meter_stop_wh=9000, reason="local"
    )
    await ledger.save()
    again = Ledger(storage)
    await again.load()
    assert again.latest("CP1", 1) == first
    assert again.latest("CP2", 1) == ended
    assert again.running("CP1") == [first]
    assert again.running("CP2") == []
    assert again.connectors("CP1") == {1}
    assert start(again, connector_id=3).id > ended.id


async def test_an_empty_store_is_an_empty_ledger(storage: MemoryStore) -> None:
    """The first start of all."""
    ledger = Ledger(storage)
    await ledger.load()
    assert ledger.latest("CP1", 1) is None
    assert ledger.find("CP1", "1") is None


@pytest.mark.parametrize(
    ("meter_start", "readings", "meter_stop", "energy"),
    [
        (8000, [], None, 0),
        (8000, [8100, 8300], None, 300),
        (0, [0, 40], None, 40),
        (8000, [8100], 8450, 450),
        (8000, [], 8450, 450),
        # A meter that went backwards while the charge point was off.
        (8000, [8100], 3, 100),
        (8000, [7000], None, 0),
        # Said to have started at 0, by a meter that has been counting for years.
        (0, [4_185_136, 4_185_636], None, 500),
        # Nobody knows the start: it began without us.
        (None, [5000, 5200], None, 200),
        (None, [], None, None),
    ],
)
async def test_energy_of_a_session(
    ledger: Ledger,
    meter_start: float | None,
    readings: list[float],
    meter_stop: float | None,
    energy: float | None,
) -> None:
    """What was charged, from all that the charge point may say."""
    transaction = start(ledger, meter_start_wh=meter_start)
    for minute, reading in enumerate(readings):
        transaction = ledger.meter(
            transaction, reading, NOON + timedelta(minutes=minute)
        )
    if meter_stop is not None:
        transaction = ledger.stop(
            transaction,
            end=NOON + timedelta(hours=1),
            meter_stop_wh=meter_stop,
            reason="local",
        )
    assert transaction.energy_wh == energy
    assert ledger.latest("CP1", 1) == transaction


async def test_a_later_start_ends_what_still_ran(ledger: Ledger) -> None:
    """A connector has one transaction at a time."""
    first = ledger.meter(start(ledger), 8200, NOON)
    second = start(ledger, start=NOON + timedelta(hours=1), meter_start_wh=8300)
    assert ledger.running("CP1") == [second]
    ended = ledger.find("CP1", first.id)
    assert ended is not None
    # What the meter counted until the second one began was the first one's.
    assert (ended.end, ended.energy_wh, ended.reason) == (second.start, 300, "other")


async def test_a_clock_that_is_ahead_is_not_believed(ledger: Ledger) -> None:
    """Durations would be negative."""
    ahead = utcnow() + timedelta(days=300)
    transaction = start(ledger, start=ahead)
    assert start(ledger, start=ahead) == transaction
    assert abs(transaction.start - utcnow()) < timedelta(minutes=1)
    transaction = ledger.stop(
        transaction,
        end=utcnow() + timedelta(days=300),
        meter_stop_wh=9000,
        reason="local",
    )
    assert transaction.duration(utcnow()) < timedelta(minutes=1)


async def test_a_stop_before_the_start_lasts_no_time(ledger: Ledger) -> None:
    """Seen from a go-eCharger whose clock was set in between."""
    transaction = ledger.stop(
        start(ledger), end=NOON - timedelta(hours=1), meter_stop_wh=8016, reason="local"
    )
    assert transaction.duration(NOON) == timedelta()


async def test_durations(ledger: Ledger) -> None:
    """While it runs and afterwards."""
    transaction = start(ledger)
    assert transaction.duration(NOON + timedelta(minutes=7)) == timedelta(minutes=7)
    transaction = ledger.stop(
        transaction,
        end=NOON + timedelta(minutes=9),
        meter_stop_wh=None,
        reason="ev_disconnected",
    )
    assert transaction.duration(NOON + timedelta(days=1)) == timedelta(minutes=9)


async def test_a_removed_charge_point_is_forgotten_but_not_its_sessions(
    ledger: Ledger, storage: MemoryStore
) -> None:
    """The books are the user's; what ran there runs no more."""
    start(ledger)
    start(ledger, charge_point_id="CP2")
    await ledger.save()
    ledger.forget("CP1")
    assert ledger.running("CP1") == []
    one, two = await storage.sessions(SessionFilter())
    assert (one.charge_point_id, one.end is None) == ("CP1", False)
    assert (two.charge_point_id, two.end is None) == ("CP2", True)


async def test_only_a_few_finished_ones_are_kept_at_hand(
    ledger: Ledger, storage: MemoryStore
) -> None:
    """The memory does not grow, the books do."""
    for hour in range(50):
        start(ledger, start=NOON + timedelta(hours=hour))
    assert len(list(ledger._cache.everything())) <= 3
    await ledger.save()
    assert len(await storage.sessions(SessionFilter())) == 50
    again = Ledger(storage)
    await again.load()
    assert again.latest("CP1", 1) == ledger.latest("CP1", 1)


# What comes late, twice, in the wrong order, or without an id.

HOUR = timedelta(hours=1)


async def stopped(
    ledger: Ledger,
    number: str | None,
    end: datetime,
    meter: float | None,
    *,
    offset: timedelta = timedelta(),
    begin: tuple[datetime, float] | None = None,
    id_tag: str | None = None,
) -> Transaction:
    """Do with a StopTransaction as is done with those of charge points."""
    corrected = end + offset
    known = await ledger.lookup.find_stop(
        "CP1", number, end=end, corrected_end=corrected, meter_stop_wh=meter
    )
    if known is not None:
        return ledger.stop(
            known,
            end=end,
            corrected_end=corrected,
            meter_stop_wh=meter,
            reason="local",
            id_tag=id_tag,
        )
    return ledger.book_stop(
        charge_point_id="CP1",
        connector_id=1,
        transaction_id=number,
        end=end,
        corrected_end=corrected,
        meter_stop_wh=meter,
        reason="local",
        id_tag=id_tag,
        begin=begin,
    )


async def booked(ledger: Ledger, storage: MemoryStore) -> list[Transaction]:
    """Return all sessions, once they are saved."""
    await ledger.save()
    return await storage.sessions(SessionFilter())


async def found_start(ledger: Ledger, **more: object) -> Transaction | None:
    """Ask whether such a StartTransaction came before."""
    return await ledger.lookup.find_start(
        **{
            "charge_point_id": "CP1",
            "connector_id": 1,
            "id_tag": "TAG",
            "start": NOON,
            "meter_start_wh": 8000,
        }
        | more
    )


async def test_a_start_that_comes_again_after_many_others(
    ledger: Ledger, storage: MemoryStore
) -> None:
    """The books know what is not at hand any more."""
    first = start(ledger)
    for hour in range(1, 9):
        start(ledger, start=NOON + hour * HOUR)
    await ledger.save()
    assert ledger.find("CP1", first.id) is None
    known = await found_start(ledger)
    assert known is not None
    assert known.id == first.id
    assert await found_start(ledger, id_tag="OTHER") is None
    # So do they know what a late stop means.
    await stopped(ledger, first.id, NOON + HOUR / 2, 8900)
    assert len(sessions := await booked(ledger, storage)) == 9
    assert (sessions[0].energy_wh, sessions[0].end) == (900, NOON + HOUR / 2)


async def test_a_stop_that_comes_again_changes_nothing(
    ledger: Ledger, storage: MemoryStore
) -> None:
    """Not even where its contents differ: one end is enough."""
    number = start(ledger).id
    ended = await stopped(ledger, number, NOON + HOUR, 9000)
    assert await stopped(ledger, number, NOON + HOUR, 9000) == ended
    assert await stopped(ledger, number, NOON + 2 * HOUR, 9999) == ended
    assert await booked(ledger, storage) == [ended]


async def test_sessions_that_began_and_ended_offline(
    ledger: Ledger, storage: MemoryStore
) -> None:
    """They are sent in order, with -1 where the id should be, and some of it twice."""
    for day in range(3):
        begin = NOON + timedelta(days=day)
        for _ in range(2):
            start(ledger, start=begin, meter_start_wh=8000 + day * 1000)
        for _ in range(2):
            await stopped(ledger, None, begin + HOUR, 8900 + day * 1000)
    sessions = await booked(ledger, storage)
    assert [(one.start, one.end, one.energy_wh) for one in sessions] == [
        (begin, begin + HOUR, 900)
        for begin in (NOON, NOON + timedelta(days=1), NOON + timedelta(days=2))
    ]


async def test_an_unknown_stop_is_booked_and_not_guessed(
    ledger: Ledger, storage: MemoryStore
) -> None:
    """With what is known of it."""
    running = start(ledger)
    stop = await stopped(ledger, "4711", NOON + HOUR, 9000, id_tag="CARD")
    assert await stopped(ledger, "4711", NOON + HOUR, 9000, id_tag="CARD") == stop
    assert ledger.running("CP1") == [running]
    assert await booked(ledger, storage) == [running, stop]
    assert (stop.id, stop.id_tag, stop.start_known) == ("4711", "CARD", False)
    assert (stop.end, stop.meter_stop_wh, stop.energy_wh) == (NOON + HOUR, 9000, None)


async def test_the_data_of_an_unknown_stop_may_tell_its_start(ledger: Ledger) -> None:
    """Errata 3.14."""
    stop = await stopped(ledger, "4711", NOON + HOUR, 9000, begin=(NOON, 8400))
    assert (stop.start, stop.start_known, stop.energy_wh) == (NOON, True, 600)


@pytest.mark.parametrize("number", [None, "4711"])
async def test_a_stop_that_overtook_its_start_is_joined(
    ledger: Ledger, storage: MemoryStore, number: str | None
) -> None:
    """By tag, time and meter; also after a restart."""
    await stopped(ledger, number, NOON + HOUR, 9000)
    await ledger.save()
    ledger = Ledger(storage)
    await ledger.load()
    one = start(ledger)
    assert (one.end, one.energy_wh, one.reason) == (NOON + HOUR, 1000, "local")
    assert start(ledger) == one
    assert await stopped(ledger, one.id, NOON + HOUR, 9000) == one
    assert await booked(ledger, storage) == [one]
    assert ledger.running("CP1") == []


@pytest.mark.parametrize(
    "more",
    [
        {"start": NOON + 2 * HOUR},
        {"meter_start_wh": 9001},
        {"meter_start_wh": 9000 - 500_000},
        {"id_tag": "OTHER"},
        {"connector_id": 2},
        {"charge_point_id": "CP2"},
    ],
)
async def test_a_start_that_does_not_fit_is_not_joined(
    ledger: Ledger, storage: MemoryStore, more: dict[str, object]
) -> None:
    """It is another session."""
    stop = await stopped(ledger, None, NOON + HOUR, 9000, id_tag="TAG")
    one = start(ledger, **more)
    assert one.end is None
    assert set(await booked(ledger, storage)) == {one, stop}


async def test_of_two_that_fit_none_is_joined(ledger: Ledger) -> None:
    """Nothing is guessed."""
    await stopped(ledger, None, NOON + HOUR, 9000)
    await stopped(ledger, None, NOON + 2 * HOUR, 9000)
    assert start(ledger).end is None


async def test_a_stop_without_an_id_while_two_run(
    ledger: Ledger, storage: MemoryStore
) -> None:
    """It is booked by itself, as either may be meant."""
    one, two = start(ledger), start(ledger, connector_id=2)
    await stopped(ledger, None, NOON + HOUR, 9000)
    assert ledger.running("CP1") == [one, two]
    assert len(await booked(ledger, storage)) == 3


async def test_a_stop_without_an_id_of_what_was_given_up(
    ledger: Ledger, storage: MemoryStore
) -> None:
    """Its status was quicker."""
    one = ledger.close(start(ledger))
    ended = await stopped(ledger, None, NOON + HOUR, 9000)
    assert (ended.id, ended.end, ended.energy_wh) == (one.id, NOON + HOUR, 1000)
    assert await booked(ledger, storage) == [ended]


async def test_a_stop_of_a_clock_that_was_set_in_between(
    ledger: Ledger, storage: MemoryStore
) -> None:
    """Seen from a go-eCharger: start 20:28:00, stop with -1 20:17:05."""
    one = start(ledger, start=NOON, meter_start_wh=8016)
    await stopped(ledger, None, NOON - timedelta(minutes=11), 8116)
    assert ledger.running("CP1") == [one]
    # Its status says that it is over.
    ended = ledger.close(one)
    assert (ended.energy_wh, ended.reason) == (100, "local")
    assert await booked(ledger, storage) == [ended]


async def test_a_start_from_before_the_running_one_does_not_end_that(
    ledger: Ledger, storage: MemoryStore
) -> None:
    """It comes late, and gets its own stop later still, or never."""
    now = utcnow()
    running = start(ledger, start=now, meter_start_wh=9500)
    late = start(ledger, start=NOON, meter_start_wh=8000)
    assert ledger.running("CP1") == [running]
    assert ledger.latest("CP1", 1) == running
    assert (late.end, late.energy_wh) == (now, 1500)
    ended = await stopped(ledger, late.id, NOON + HOUR, 9000)
    assert (ended.end, ended.energy_wh) == (NOON + HOUR, 1000)
    assert await booked(ledger, storage) == [ended, running]


async def test_what_was_adopted_is_part_of_what_it_turns_out_to_be(
    ledger: Ledger, storage: MemoryStore
) -> None:
    """Meter values of a transaction that began offline come before its start."""
    ledger.adopt(charge_point_id="CP1", connector_id=1, transaction_id="77")
    began = utcnow() - HOUR
    one = start(ledger, start=began)
    # Meter values have the new id from now on.
    resumed = ledger.resume("CP1", 1, one.id)
    assert resumed is not None
    assert ledger.running("CP1") == [resumed]
    assert await booked(ledger, storage) == [resumed]


async def test_what_was_adopted_ends_with_the_stop_of_its_start(
    ledger: Ledger, storage: MemoryStore
) -> None:
    """Without any meter values in between."""
    ledger.adopt(charge_point_id="CP1", connector_id=1, transaction_id="77")
    one = start(ledger, start=utcnow() - HOUR)
    ended = await stopped(ledger, one.id, utcnow() + timedelta(seconds=1), 9000)
    assert await booked(ledger, storage) == [ended]
    assert ended.energy_wh == 1000


async def test_what_was_given_up_too_early_goes_on(ledger: Ledger) -> None:
    """Its meter values say so. But a StopTransaction is final."""
    one = start(ledger)
    ledger.close(one)
    assert ledger.resume("CP1", 2, one.id) is None
    resumed = ledger.resume("CP1", 1, one.id)
    assert resumed is not None
    assert resumed.end is None
    await stopped(ledger, one.id, NOON + HOUR, 9000)
    assert ledger.resume("CP1", 1, one.id) is None


async def test_a_clock_that_is_off_is_corrected_and_what_it_said_kept(
    ledger: Ledger,
) -> None:
    """Five hours behind."""
    offset = 5 * HOUR
    one = start(ledger, corrected_start=NOON + offset)
    assert (one.start, one.reported_start) == (NOON + offset, NOON)
    one = await stopped(ledger, None, NOON + HOUR, 9000, offset=offset)
    assert (one.end, one.reported_end) == (NOON + 6 * HOUR, NOON + HOUR)


# What it costs.


async def test_energy_is_priced_when_it_is_heard_of(storage: MemoryStore) -> None:
    """At the price of that time; at the next one known while there is none."""
    price: float | None = None
    ledger = Ledger(storage, pricing=Pricing(lambda one, at: rate(price)))
    one = start(ledger)
    assert one.cost is None
    one = ledger.meter(one, 9000, NOON + HOUR)
    assert one.cost is None
    price = 0.30
    one = ledger.meter(one, 10_000, NOON + 2 * HOUR)
    assert one.cost == pytest.approx(0.60)
    price = 0.10
    one = ledger.meter(one, 11_000, NOON + 3 * HOUR)
    assert one.cost == pytest.approx(0.70)
    price = None
    one = await stopped(ledger, one.id, NOON + 4 * HOUR, 12_000)
    assert one.cost == pytest.approx(0.70)
    assert one.priced_wh == 3000


async def test_a_session_without_energy_costs_nothing(storage: MemoryStore) -> None:
    """That is not the same as not to know."""
    ledger = Ledger(storage, pricing=Pricing(lambda one, at: rate(0.3)))
    one = await stopped(ledger, start(ledger).id, NOON + HOUR, 8000)
    assert one.cost == 0


@pytest.mark.parametrize("foreign", ["4711", "2100000000", "-7", "9d1c-x"])
async def test_times_are_corrected_by_the_order_of_booking(
    ledger: Ledger, foreign: str
) -> None:
    """An id that a charge point brought along may be lower than any of ours."""
    await stopped(ledger, foreign, NOON, 8000)
    before = ledger.last_seq
    await stopped(ledger, foreign, NOON + HOUR, 9000)
    ledger.correct_times("CP1", after=before, offset=-HOUR / 2)
    assert [one.end for one in ledger.at_hand("CP1")] == [NOON, NOON + HOUR / 2]


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("1795977782", 1_795_977_782),
        ("-7", -7),
        ("0", 0),
        ("9223372036854775807", 2**63 - 1),
        ("007", "007"),
        ("1_000", "1_000"),
        (" 7", " 7"),
        ("\u0667", "\u0667"),
        ("", ""),
        ("9" * 36, "9" * 36),
        ("2b6c0b0e-1f4e-4d63-a2a7-7f9f3f8f6a55",) * 2,
    ],
)
def test_an_id_that_is_a_number_is_shown_as_one(told: str, shown: int | str) -> None:
    """Automations know the ids of OCPP 1.6 as numbers."""
    assert public_id(told) == shown


# Without a reconciliation, as for versions in which ids always tell.


@pytest.fixture(params=["made without", "told that ids tell"])
def neutral(request: pytest.FixtureRequest, storage: MemoryStore) -> Ledger:
    """Return a ledger that guesses nothing of CP1."""
    if request.param == "made without":
        return Ledger(storage, reconciliation=lambda cache, endings: Reconciliation())
    ledger = Ledger(storage)
    ledger.ids_tell("CP1", always=True)
    return ledger


async def test_nothing_is_guessed_where_ids_tell(
    neutral: Ledger, storage: MemoryStore
) -> None:
    """Neither of a stop without its start, nor of a start after a stop."""
    one = start(neutral)
    alone = await stopped(neutral, None, NOON + HOUR, 9000)
    other = await stopped(neutral, "x", NOON + 2 * HOUR, 9500, id_tag="TAG")
    assert neutral.running("CP1") == [one]
    two = start(neutral, connector_id=2, meter_start_wh=8900)
    assert two.end is None
    closed = neutral.close(one)
    assert closed.reported_end is None
    assert {each.key for each in await booked(neutral, storage)} == {
        each.key for each in (one, alone, other, two)
    }


async def test_what_ids_tell_is_known_without_a_guess(
    neutral: Ledger, storage: MemoryStore
) -> None:
    """Starts, values, ends and repetitions of each, and what is heard of again."""
    one = neutral.meter(start(neutral), 8500, NOON)
    assert await found_start(neutral) == one
    ended = await stopped(neutral, one.id, NOON + HOUR, 9000)
    assert (ended.key, ended.energy_wh) == (one.key, 1000)
    assert await stopped(neutral, one.id, NOON + HOUR, 9000) == ended
    two = neutral.close(start(neutral, start=NOON + 2 * HOUR, meter_start_wh=9000))
    assert neutral.resume("CP1", 1, two.id) is not None
    assert [each.id for each in neutral.running("CP1")] == [two.id]
    assert len(await booked(neutral, storage)) == 2


def test_ids_of_one_charge_point_say_nothing_of_another(ledger: Ledger) -> None:
    """Versions of OCPP are side by side, and a charge point may change its own."""
    ledger.ids_tell("CP2", always=True)
    ledger.book_stop(
        charge_point_id="CP1",
        connector_id=1,
        transaction_id=None,
        end=NOON + HOUR,
        corrected_end=NOON + HOUR,
        meter_stop_wh=9000,
        reason="local",
        id_tag="TAG",
        begin=None,
    )
    assert start(ledger).energy_wh == 1000
    ledger.ids_tell("CP1", always=True)
    ledger.ids_tell("CP1", always=False)
    assert ledger._reconciliation_of("CP1") is not ledger._reconciliation_of("CP2")


def test_a_reading_changes_nothing_else_of_a_transaction(ledger: Ledger) -> None:
    """As `replace` does it; what was known before stays as it was."""
    before = start(ledger)
    after = before.metered(8500.0, 9000.0)
    assert after == replace(before, meter_start_wh=8500.0, register_wh=9000.0)
    assert after.energy_wh == 500
    assert (before.meter_start_wh, before.register_wh) == (8000, None)
    priced = Pricing(lambda one, at: rate(0.4)).booked(after, NOON)
    assert (priced.cost, priced.priced_wh) == (0.2, 500)
    assert (
        replace(
            priced,
            cost=None,
            priced_wh=0.0,
            course=after.course,
            details=after.details,
        )
        == after
    )
    assert after.cost is None
