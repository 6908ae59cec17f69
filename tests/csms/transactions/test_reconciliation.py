"""What the ledger thinks better of, over a real socket."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.session import Session
from custom_components.ocpp_cs.csms.transactions.transaction import Origin
from tests.csms.client import Client, Json
from tests.csms.test_central_system import meter_values, sample, start, status, stop

from .test_sessions_on_the_wire import Books

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    books = Books(tmp_path / "books.db")
    await books.world.start()
    yield books
    await books.stop()


def ago(time: timedelta) -> Json:
    """Return when something was."""
    return {"timestamp": (utcnow() - time).isoformat()}


async def started(client: Client, meter: int, **more: Any) -> int:
    """Return the id of a transaction that begins."""
    answer = await client.call("StartTransaction", start(meter, **more))
    number: int = answer["transactionId"]
    return number


# Guesses.


async def test_its_own_stop_takes_a_guess_back(books: Books) -> None:
    """The one without an id was of a session of which nothing is known."""
    books.world.adopt()
    async with books.world.client() as client:
        await client.boot()
        number = await started(client, 1000, **ago(3 * HOUR))
        await client.call("StopTransaction", stop(-1, 1500, **ago(2 * HOUR)))
        (session,) = await books.all()
        assert (session.energy_wh, session.reported_end is None) == (500, False)
        await client.call("StopTransaction", stop(number, 9000, **ago(HOUR)))
    session, other = await books.all()
    assert (session.public_id, session.energy_wh) == (number, 8000)
    assert session.end is not None and session.end > utcnow() - 2 * HOUR
    assert (other.origin, other.meter_stop_wh) == (Origin.STOPPED, 1500)


async def test_the_same_stop_with_its_id_confirms_a_guess(books: Books) -> None:
    """Its time may be another: the clock was set in between."""
    books.world.adopt()
    async with books.world.client() as client:
        await client.boot()
        number = await started(client, 1000, **ago(3 * HOUR))
        await client.call("StopTransaction", stop(-1, 1500, **ago(2 * HOUR)))
        await client.call("StopTransaction", stop(number, 1500, **ago(HOUR)))
        # A guess no more: this is a correction, and not that of another session.
        await client.call("StopTransaction", stop(number, 1700, **ago(HOUR)))
    (session,) = await books.all()
    assert (session.public_id, session.energy_wh) == (number, 700)


async def test_a_transaction_that_goes_on_takes_a_guess_back(books: Books) -> None:
    """Meter values with its id come while it charges."""
    charge_point = books.world.adopt()
    connector = charge_point.connector(1)
    async with books.world.client() as client:
        await client.boot()
        number = await started(client, 1000, **ago(3 * HOUR))
        await client.call("StopTransaction", stop(-1, 1500, **ago(2 * HOUR)))
        assert connector.transaction is None
        values = meter_values(sample("3000"), transactionId=number)
        # Not yet: its last values may come after its end.
        await client.call("StatusNotification", status(1, "Finishing"))
        await client.call("MeterValues", values)
        assert connector.transaction is None
        await client.call("StatusNotification", status(1, "Charging"))
        await client.call("MeterValues", values)
        assert connector.transaction is not None
        assert connector.transaction.public_id == number
        assert connector.session_energy_wh == 2000
    running, other = sorted(await books.all(), key=lambda one: one.public_id)
    assert (running.public_id, running.end) == (number, None)
    assert (other.origin, other.meter_stop_wh) == (Origin.STOPPED, 1500)


@pytest.mark.parametrize("connector", [1, 2])
async def test_a_start_that_fits_better_gets_the_stop(
    books: Books, connector: int
) -> None:
    """As it is the nearer one, or has the tag that the stop tells."""
    charge_point = books.world.adopt()
    async with books.world.client() as client:
        await client.boot()
        number = await started(client, 1000, **ago(5 * HOUR))
        ended = stop(-1, 2500, idTag="OTHER", **ago(2 * HOUR))
        await client.call("StopTransaction", ended)
        began = start(1500, connector=connector, idTag="OTHER", **ago(3 * HOUR))
        answer = await client.call("StartTransaction", began)
        assert await client.call("StartTransaction", began) == answer
    first, second = await books.all()
    assert (second.public_id, second.energy_wh) == (answer["transactionId"], 1000)
    assert second.end is not None and second.reported_end is not None
    assert (first.public_id, first.id_tag, first.reported_end) == (number, "TAG", None)
    if connector == 1:
        assert (first.end, first.energy_wh) == (second.start, 500)
    else:
        assert (first.end, first.energy_wh) == (None, 0)
        assert charge_point.ledger.running("CP1") == [first]


@pytest.mark.parametrize(
    "other",
    [
        # From before the transaction that the stop is of.
        {"meter": 500, **ago(6 * HOUR)},
        # From after it.
        {"meter": 1500, **ago(HOUR)},
        # Of another connector, with the same tag: either may be meant.
        {"meter": 1500, "connector": 2, "idTag": "TAG", **ago(3 * HOUR)},
        {"meter": 2600, **ago(3 * HOUR)},
    ],
)
async def test_a_start_that_fits_no_better_changes_nothing(
    books: Books, other: Json
) -> None:
    books.world.adopt()
    async with books.world.client() as client:
        await client.boot()
        number = await started(client, 1000, **ago(5 * HOUR))
        await client.call("StopTransaction", stop(-1, 2500, **ago(2 * HOUR)))
        await started(client, **other)
    (session,) = [one for one in await books.all() if one.public_id == number]
    assert session.reported_end is not None
    assert session.energy_wh == 1500


# Clocks.


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody wants to wait between the messages."""
    monkeypatch.setattr(
        "custom_components.ocpp_cs.csms.model.clock._APART", timedelta(seconds=-1)
    )


def near(time: Any, wanted: Any) -> bool:
    """Tell whether two times are the same, but for what a test takes."""
    return bool(abs(time - wanted) < timedelta(seconds=10))


async def tell_the_time(client: Client, off: timedelta) -> None:
    """Send three live messages of a clock that is ahead by `off`."""
    for value in ("Preparing", "Charging", "SuspendedEV"):
        await client.call("StatusNotification", status(1, value, **ago(-off)))


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("off", [-5 * HOUR, 5 * HOUR])
@pytest.mark.parametrize("foreign", [-1, 4711, 2_100_000_000])
async def test_what_was_replayed_before_anything_live_is_corrected(
    books: Books, off: timedelta, foreign: int
) -> None:
    """Right after the boot: sessions of offline, and one that begins."""
    charge_point = books.world.adopt()
    async with books.world.client() as client:
        await client.boot()
        number = await started(client, 1000, **ago(9 * HOUR - off))
        ended = stop(number, 2000, **ago(8 * HOUR - off))
        await client.call("StopTransaction", ended)
        await client.call("StopTransaction", stop(foreign, 3000, **ago(7 * HOUR - off)))
        running = await started(client, 4000, **ago(-off))
        await tell_the_time(client, off)
        assert near(charge_point.clock.offset, -off)
        connector = charge_point.connector(1)
        assert connector.transaction is not None
        assert connector.transaction.public_id == running
        assert near(connector.transaction.start, utcnow())
        # They are the same that they were.
        await client.call("StopTransaction", ended)
    now = utcnow()
    first, alone, last = await books.all()
    assert first.public_id == number
    assert near(first.start, now - 9 * HOUR) and near(first.end, now - 8 * HOUR)
    assert near(first.reported_start, now - 9 * HOUR + off)
    assert near(alone.start, now - 7 * HOUR) and near(alone.end, now - 7 * HOUR)
    assert (last.public_id, last.end) == (running, None)


@pytest.mark.usefixtures("at_once")
async def test_a_clock_that_goes_wrong_later_changes_nothing_of_before(
    books: Books,
) -> None:
    """It was right when it told of that."""
    books.world.adopt()
    async with books.world.client() as client:
        await client.boot()
        await tell_the_time(client, timedelta())
        number = await started(client, 1000)
        await client.call("StopTransaction", stop(number, 2000))
        await tell_the_time(client, HOUR)
    (session,) = await books.all()
    assert near(session.start, utcnow())


@pytest.mark.usefixtures("at_once")
async def test_what_is_remembered_of_a_clock_corrects_the_first_message(
    books: Books,
) -> None:
    """And is not corrected once more when it is measured."""
    charge_point = books.world.adopt()
    charge_point.clock.remember(HOUR)
    async with books.world.client() as client:
        await client.boot()
        number = await started(client, 1000, **ago(4 * HOUR))
        await client.call("StopTransaction", stop(number, 2000, **ago(3 * HOUR)))
        await tell_the_time(client, -2 * HOUR)
        assert near(charge_point.clock.offset, 2 * HOUR)
        # What is measured is better than what is remembered.
        charge_point.clock.remember(HOUR)
        assert near(charge_point.clock.offset, 2 * HOUR)
    (session,) = await books.all()
    assert near(session.start, utcnow() - 3 * HOUR)
    assert near(session.end, utcnow() - 2 * HOUR)


@pytest.mark.parametrize("off", [timedelta(), -2 * HOUR])
async def test_an_idle_charge_point_with_a_wrong_clock_is_asked(
    books: Books, monkeypatch: pytest.MonkeyPatch, off: timedelta
) -> None:
    """Until it is certain; one that is right gets no call more."""
    monkeypatch.setattr(
        "custom_components.ocpp_cs.csms.model.clock._APART", timedelta(seconds=-1)
    )
    monkeypatch.setattr(
        "custom_components.ocpp_cs.csms.session._CLOCK_CHECK_DELAY", 0.01
    )
    charge_point = books.world.adopt()
    async with books.world.client() as client:
        told: set[asyncio.Task[Json]] = set()

        async def tell() -> Json:
            values = meter_values(sample("1000"))
            values["meterValue"][0] |= ago(-off)
            return await client.call("MeterValues", values)

        def trigger(payload: Json) -> Json:
            if payload["requestedMessage"] == "MeterValues":
                told.add(asyncio.create_task(tell()))
            return {"status": "Accepted"}

        client.answers["TriggerMessage"] = trigger
        await client.boot()
        await client.call("StatusNotification", status(1, "Available", **ago(-off)))
        async with asyncio.timeout(60):
            while not (charge_point.clock.settled if off else told):
                await asyncio.sleep(0.005)
        await asyncio.gather(*told)
        # One at most that was under way.
        assert len(told) <= (3 if off else 1)
    assert near(utcnow() + charge_point.clock.offset, utcnow() - off)


@pytest.mark.usefixtures("at_once")
async def test_one_whose_clock_does_as_it_likes_is_asked_a_few_times(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that does not know the question, once."""
    monkeypatch.setattr(
        "custom_components.ocpp_cs.csms.session._CLOCK_CHECK_DELAY", 0.001
    )
    charge_point = books.world.adopt()
    for answer, count in (({"status": "Accepted"}, 3), ({"status": "Rejected"}, 1)):
        async with books.world.client(TriggerMessage=answer) as client:
            await client.boot()
            link = charge_point.link
            assert isinstance(link, Session)
            async with asyncio.timeout(60):
                while link._setup is None or not link._setup.done():
                    await asyncio.sleep(0.005)
            client.received.clear()
            for hours in range(5):
                payload = status(1, "Available", **ago(hours * HOUR))
                await client.call("StatusNotification", payload)
            await client.wait_for("TriggerMessage", count)
            async with asyncio.timeout(60):
                while any("_check_clock" in repr(task) for task in link._tasks):
                    await asyncio.sleep(0.005)
            asked = [
                payload["requestedMessage"]
                for name, payload in client.received
                if name == "TriggerMessage"
            ]
            assert asked.count("MeterValues") == count
        charge_point.clock.begin_anew()
