"""The ledger alone."""

from datetime import UTC, datetime, timedelta
import json

import pytest

from custom_components.ocpp_cs.csms.model import utcnow
from custom_components.ocpp_cs.csms.transactions import (
    Ledger,
    MemoryStorage,
    Transaction,
)

NOON = datetime(2026, 10, 20, 12, tzinfo=UTC)


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
def storage() -> MemoryStorage:
    """Return storage that a second ledger can read."""
    return MemoryStorage()


@pytest.fixture
def ledger(storage: MemoryStorage) -> Ledger:
    """Return an empty ledger."""
    return Ledger(storage)


async def test_ids_are_unique_although_two_start_in_one_second(ledger: Ledger) -> None:
    """Two connectors of one charge point may begin together."""
    one, two = start(ledger), start(ledger, connector_id=2)
    other = start(ledger, charge_point_id="CP2")
    assert len({one.id, two.id, other.id}) == 3
    assert all(0 < transaction.id < 2**31 for transaction in (one, two, other))


async def test_a_start_that_is_sent_twice_is_one_transaction(ledger: Ledger) -> None:
    """3.7: a charge point repeats what was not answered."""
    assert start(ledger) is start(ledger)
    assert start(ledger, meter_start_wh=8001).id != start(ledger).id


async def test_ids_go_on_after_a_restart(
    ledger: Ledger, storage: MemoryStorage
) -> None:
    """Nothing is handed out twice, and what ran still runs."""
    first = start(ledger)
    first = ledger.meter(first, 8500, NOON + timedelta(minutes=5))
    ended = start(ledger, charge_point_id="CP2")
    ended = ledger.stop(
        ended, end=NOON + timedelta(hours=1), meter_stop_wh=9000, reason="local"
    )
    await ledger.save()
    storage.data = json.loads(json.dumps(storage.data))
    again = Ledger(storage)
    await again.load()
    assert again.latest("CP1", 1) == first
    assert again.latest("CP2", 1) == ended
    assert again.running("CP1") == [first]
    assert again.running("CP2") == []
    assert again.connectors("CP1") == {1}
    assert start(again, connector_id=3).id > ended.id


async def test_an_empty_store_is_an_empty_ledger(storage: MemoryStorage) -> None:
    """The first start of all."""
    ledger = Ledger(storage)
    await ledger.load()
    assert ledger.latest("CP1", 1) is None
    assert ledger.find("CP1", 1) is None


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
    assert (ended.end, ended.energy_wh, ended.reason) == (second.start, 200, "other")


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


async def test_a_removed_charge_point_is_forgotten(
    ledger: Ledger, storage: MemoryStorage
) -> None:
    """Also on the disk."""
    start(ledger)
    start(ledger, charge_point_id="CP2")
    await ledger.save()
    ledger.forget("CP1")
    assert ledger.connectors("CP1") == set()
    assert storage.data is not None
    assert [item["charge_point_id"] for item in storage.data["transactions"]] == ["CP2"]


async def test_only_a_few_finished_ones_are_kept(ledger: Ledger) -> None:
    """The ledger of running transactions does not grow."""
    for hour in range(50):
        start(ledger, start=NOON + timedelta(hours=hour))
    assert len(ledger.dump()["transactions"]) <= 3
