"""Sessions over a real socket, and what is in the books of them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
import threading

import pytest

from custom_components.ocpp_cs.csms.connector import Connector
from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.transactions.storage import SessionFilter
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from custom_components.ocpp_cs.csms.transactions.writer import StoreWriter
from tests.csms.test_central_system import (
    World,
    meter_values,
    sample,
    start,
    status,
    stop,
)

from .test_storage import on_disk

HOUR = timedelta(hours=1)


class Books:
    """A central system that keeps its books on a disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.keeper = StoreWriter(path)
        self.world = World(self.keeper)

    async def all(self) -> list[Transaction]:
        return await self.keeper.sessions(SessionFilter())

    async def stop(self) -> None:
        await self.world.central_system.stop()
        await self.keeper.close()


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    books = Books(tmp_path / "books.db")
    await books.world.start()
    yield books
    await books.stop()


async def test_the_disk_has_it_before_the_charge_point_gets_its_answer(
    books: Books,
) -> None:
    """With a disk that takes its time, for the start, the stop and repetitions."""
    books.world.adopt()
    async with books.world.client() as client:
        await client.boot()

        async def answer_waits(action: str, payload: dict[str, object]) -> object:
            gate = threading.Event()
            books.keeper._thread.submit(gate.wait)
            call = asyncio.create_task(client.call(action, payload))
            # The one has long arrived meanwhile.
            for _ in range(20):
                await asyncio.sleep(0.005)
            waits = not call.done()
            gate.set()
            assert waits
            return await call

        began = start(1000)
        answer = await answer_waits("StartTransaction", began)
        number = answer["transactionId"]
        assert on_disk(books.path) == [str(number)]
        assert answer["idTagInfo"] == {"status": "Accepted"}
        await answer_waits("StopTransaction", stop(number, 2000))
        (session,) = await books.all()
        assert session.energy_wh == 1000
        await answer_waits("StopTransaction", stop(4711, 2000))
        assert sorted(on_disk(books.path)) == [str(number), "4711"]


async def test_a_crash_after_the_answer_loses_nothing(
    books: Books, tmp_path: Path
) -> None:
    """What is on the disk at that moment is enough to go on."""
    books.world.adopt()
    async with books.world.client() as client:
        await client.boot()
        number = (await client.call("StartTransaction", start(1000)))["transactionId"]
        await client.call(
            "MeterValues", meter_values(sample("1500"), transactionId=number)
        )
        copy = tmp_path / "killed.db"
        copy.write_bytes(books.path.read_bytes())
    again = Books(copy)
    await again.world.start()
    again.world.adopt()
    async with again.world.client() as client:
        await client.boot()
        await client.call("StopTransaction", stop(number, 1800))
    (session,) = await again.all()
    assert (session.public_id, session.energy_wh, session.reason) == (
        number,
        800,
        "local",
    )
    await again.stop()


async def test_what_happened_offline_is_told_with_and_without_ids(
    books: Books,
) -> None:
    """Everything twice, as the answers get lost."""
    books.world.adopt()
    now = utcnow()
    async with books.world.client() as client:
        await client.boot()
        for day in (3, 2, 1):
            begin = now - timedelta(days=day)
            began = start(10_000 - 1000 * day, timestamp=begin.isoformat())
            first = await client.call("StartTransaction", began)
            assert await client.call("StartTransaction", began) == first
            number = first["transactionId"] if day == 2 else -1
            ended = stop(
                number, 10_500 - 1000 * day, timestamp=(begin + HOUR).isoformat()
            )
            for _ in range(2):
                assert await client.call("StopTransaction", ended) == {}
    sessions = await books.all()
    assert [(one.energy_wh, one.end - one.start) for one in sessions] == 3 * [
        (500, HOUR)
    ]


async def test_a_stop_before_its_start(books: Books) -> None:
    """With TransactionData that tells when it began."""
    charge_point = books.world.adopt()
    begin = utcnow() - HOUR
    data = [
        {
            "timestamp": begin.isoformat(),
            "sampledValue": [sample("1000", context="Transaction.Begin")],
        }
    ]
    async with books.world.client() as client:
        await client.boot()
        ended = stop(-1, 2500, transactionData=data, idTag="TAG")
        for _ in range(2):
            await client.call("StopTransaction", ended)
        (session,) = await books.all()
        assert (session.start, session.energy_wh) == (begin, 1500)
        began = start(1000, timestamp=begin.isoformat(), idTag="TAG")
        answer = await client.call("StartTransaction", began)
        (session,) = await books.all()
        assert (session.public_id, session.energy_wh) == (answer["transactionId"], 1500)
        connector = charge_point.connector(1)
        assert connector.transaction is None
        assert connector.session_energy_wh == 1500
    assert charge_point.deviations.counts["unknown_transaction_stopped"] == 1


async def test_a_stop_of_the_far_future(books: Books) -> None:
    """It is not the stop of what begins later, when the clock is right again."""
    charge_point = books.world.adopt()
    async with books.world.client() as client:
        await client.boot()
        await client.call(
            "StopTransaction", stop(-1, -1, timestamp="2064-09-15T18:47:07Z")
        )
        await client.call("StartTransaction", start(1000))
        await client.call(
            "MeterValues",
            meter_values(sample("1400", "Energy.Active.Import.Register")),
        )
        running = charge_point.connector(1).transaction
        assert running is not None
        assert running.end is None
        assert running.energy_wh == 400
        later = utcnow()
        await client.call(
            "StopTransaction", stop(running.id, 1500, timestamp=later.isoformat())
        )
    session = (await books.all())[-1]
    assert session.reported_end == later
    assert session.energy_wh == 500


async def test_a_start_of_the_far_future_after_its_stop(books: Books) -> None:
    """Both are of the same clock, so they belong together."""
    books.world.adopt()
    async with books.world.client() as client:
        await client.boot()
        await client.call(
            "StopTransaction", stop(-1, 2500, timestamp="2064-09-15T18:47:07Z")
        )
        await client.call(
            "StartTransaction", start(1000, timestamp="2064-09-15T17:47:07Z")
        )
    (session,) = await books.all()
    assert session.end is not None
    assert session.energy_wh == 1500


@pytest.mark.parametrize("hours", [-5, 5])
async def test_a_clock_that_is_off(
    books: Books, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says is kept, and times are right all the same."""
    charge_point = books.world.adopt()
    # Nobody wants to wait between the messages.
    monkeypatch.setattr(
        "custom_components.ocpp_cs.csms.model.clock._APART", timedelta(seconds=-1)
    )

    def wrong() -> str:
        return (utcnow() + hours * HOUR).isoformat()

    async with books.world.client() as client:
        await client.boot()
        for value in ("Available", "Preparing", "Charging"):
            await client.call("StatusNotification", status(1, value, timestamp=wrong()))
        assert abs(charge_point.clock.offset + hours * HOUR) < timedelta(seconds=5)
        assert charge_point.deviations.counts["clock_off"] == 1
        number = (
            await client.call("StartTransaction", start(1000, timestamp=wrong()))
        )["transactionId"]
        payload = meter_values(sample("1600"), transactionId=number)
        payload["meterValue"][0]["timestamp"] = wrong()
        await client.call("MeterValues", payload)
        connector: Connector = charge_point.connector(1)
        assert connector.session_energy_wh == 600
        await client.call("StopTransaction", stop(number, 1700, timestamp=wrong()))
    (session,) = await books.all()
    now = utcnow()
    assert session.end is not None
    assert abs(now - session.start) < timedelta(seconds=10)
    assert abs(now - session.end) < timedelta(seconds=10)
    assert abs(session.reported_start - now - hours * HOUR) < timedelta(seconds=10)
    assert session.energy_wh == 700


async def test_meter_values_come_before_what_was_kept_offline(books: Books) -> None:
    """The transaction has an id of its own until its start is told."""
    charge_point = books.world.adopt()
    begin = utcnow() - HOUR
    async with books.world.client() as client:
        await client.boot()
        await client.call("StatusNotification", status(1, "Charging"))
        await client.call("MeterValues", meter_values(sample("1500"), transactionId=77))
        began = start(1000, timestamp=begin.isoformat())
        number = (await client.call("StartTransaction", began))["transactionId"]
        await client.call(
            "MeterValues", meter_values(sample("1600"), transactionId=number)
        )
        connector = charge_point.connector(1)
        assert connector.transaction is not None
        assert connector.transaction.public_id == number
        assert connector.session_energy_wh == 600
        await client.call("StopTransaction", stop(number, 1700))
    (session,) = await books.all()
    assert (session.public_id, session.energy_wh) == (number, 700)
