"""Sessions of chargers that do it in their own way: each ends as exactly one."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.model.model import utcnow
from tests.csms.client import Client, Json
from tests.csms.test_central_system import (
    meter_values,
    sample,
    start,
    status,
    stop,
    until,
)

from .test_sessions_on_the_wire import Books

HOUR = timedelta(hours=1)


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    books = Books(tmp_path / "books.db")
    await books.world.start()
    yield books
    await books.stop()


async def begin(client: Client, *args: Any, **more: Any) -> int:
    """Begin a session; return the id that it is given."""
    answer = await client.call("StartTransaction", start(*args, **more))
    assert answer["idTagInfo"] == {"status": "Accepted"}
    number: int = answer["transactionId"]
    return number


def at(moment: datetime, register: str, context: str = "Sample.Periodic") -> Json:
    """Return a MeterValue."""
    return {
        "timestamp": moment.isoformat(),
        "sampledValue": [sample(register, context=context)],
    }


def two_connectors() -> Json:
    keys = [{"key": "NumberOfConnectors", "readonly": True, "value": "2"}]
    return {"configurationKey": keys}


# Who it is.


@pytest.mark.parametrize(
    ("told", "connectors", "booked"), [(0, 1, 1), (99, 1, 1), (-3, 1, 1), (0, 2, 0)]
)
async def test_a_connector_that_cannot_be(
    books: Books, told: int, connectors: int, booked: int
) -> None:
    """It would be sent again and again, and then be lost (4.8)."""
    charge_point = books.world.adopt()
    for number in range(1, connectors + 1):
        charge_point.connector(number)
    async with books.world.client() as client:
        await client.boot()
        number = await begin(client, 1000, connector=told)
        connector = charge_point.connector(booked)
        assert connector.transaction is not None
        await client.call("StopTransaction", stop(number, 1500))
        assert connector.transaction is None
    (session,) = await books.all()
    assert (session.public_id, session.connector_id) == (number, booked)
    assert session.energy_wh == 500
    assert charge_point.deviations.counts["connector_id_out_of_range"] == 1


@pytest.mark.parametrize("number", [None, "none", 7.5, {}])
async def test_a_stop_without_any_id(books: Books, number: Any) -> None:
    """It ends what it can mean, if that is just one."""
    books.world.adopt()
    async with books.world.client(GetConfiguration=two_connectors()) as client:
        await client.boot()
        first = await begin(client, 1000)
        second = await begin(client, 5000, connector=2)
        # Both can be meant.
        ended = stop(number, 6000)
        if number is None:
            del ended["transactionId"]
        for _ in range(2):
            assert await client.call("StopTransaction", ended) == {}
        sessions = await books.all()
        assert len(sessions) == 3
        assert [one.end for one in sessions if one.public_id in {first, second}] == [
            None
        ] * 2
        await client.call("StopTransaction", stop(second, 6000))
        # This is the only one that is left.
        assert await client.call("StopTransaction", ended | {"meterStop": 1400}) == {}
    found = {session.public_id: session.energy_wh for session in await books.all()}
    assert len(found) == 3
    assert (found[first], found[second]) == (400, 1000)


async def test_the_id_of_another(books: Books) -> None:
    """Of another connector in meter values, of another charger in a stop."""
    charge_point = books.world.adopt()
    books.world.adopt("CP2")
    async with (
        books.world.client(GetConfiguration=two_connectors()) as client,
        books.world.client("CP2") as stranger,
    ):
        await client.boot()
        await stranger.boot()
        one = await begin(client, 1000)
        two = await begin(client, 5000, connector=2)
        theirs = await begin(stranger, 9000)
        for connector in (1, 2):
            await client.call("StatusNotification", status(connector, "Charging"))
        payload = meter_values(sample("1700"), connector=2, transactionId=one)
        await client.call("MeterValues", payload)
        payload = meter_values(sample("5700"), connector=2, transactionId=theirs)
        await client.call("MeterValues", payload)
        assert charge_point.connector(1).session_energy_wh == 0
        await client.call("StopTransaction", stop(theirs, 9500))
        assert (await stranger.call("StopTransaction", stop(theirs, 9800))) == {}
        await client.call("StopTransaction", stop(two, 5100))
        await client.call("StopTransaction", stop(one, 1100))
    sessions = await books.all()
    found = {(one.charge_point_id, one.public_id): one.energy_wh for one in sessions}
    assert found[("CP1", one)] == found[("CP1", two)] == 100
    assert found[("CP2", theirs)] == 800


async def test_out_of_order(books: Books) -> None:
    """The ends of two in the wrong order, and the start of one after all of that."""
    books.world.adopt()
    now = utcnow() - 10 * HOUR
    async with books.world.client() as client:
        await client.boot()
        one = await begin(client, 1000, timestamp=now.isoformat())
        two = await begin(client, 2000, timestamp=(now + 2 * HOUR).isoformat())
        late = stop(-1, 3300, timestamp=(now + 5 * HOUR).isoformat())
        for number, meter, hours in ((two, 2500, 3), (one, 1800, 1)):
            ended = stop(number, meter, timestamp=(now + hours * HOUR).isoformat())
            for _ in range(2):
                await client.call("StopTransaction", ended)
        await client.call("StopTransaction", late)
        began = start(3000, timestamp=(now + 4 * HOUR).isoformat())
        first = await client.call("StartTransaction", began)
        assert await client.call("StartTransaction", began) == first
        await client.call("StopTransaction", late)
    sessions = await books.all()
    assert [one.energy_wh for one in sessions] == [800, 500, 300]
    assert [one.end - one.start for one in sessions if one.end] == [HOUR] * 3


# When it was.


@pytest.mark.parametrize("year", [1, 1970, 2000])
async def test_a_clock_that_was_never_set(books: Books, year: int) -> None:
    """All that can be said is that it happened by now."""
    books.world.adopt()
    began = datetime(year, 1, 1, 12, tzinfo=UTC)
    async with books.world.client() as client:
        await client.boot()
        number = await begin(client, 1000, timestamp=began.isoformat())
        payload = meter_values(transactionId=number)
        payload["meterValue"] = [at(began + HOUR, "1200")]
        await client.call("MeterValues", payload)
        ended = stop(number, 1500, timestamp=(began + HOUR).isoformat())
        await client.call("StopTransaction", ended)
        # Without an id, and with a beginning of its own.
        ended = stop(
            -1,
            2500,
            timestamp=(began + 3 * HOUR).isoformat(),
            transactionData=[at(began + 2 * HOUR, "1500", "Transaction.Begin")],
        )
        await client.call("StopTransaction", ended)
    one, two = await books.all()
    assert (one.energy_wh, two.energy_wh) == (500, 1000)
    for session in (one, two):
        assert session.end is not None
        assert utcnow() - session.start < timedelta(minutes=1)
        assert timedelta() <= session.end - session.start < timedelta(minutes=1)
    if year > 1:
        assert one.reported_start == began


@pytest.mark.parametrize("told", ["Available", "Reserved"])
async def test_a_session_that_its_charger_forgot(
    books: Books, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And that a late reading does not revive: nothing is plugged in."""
    monkeypatch.setattr(
        "custom_components.ocpp_cs.csms.connector._FORGOTTEN_AFTER", 0.02
    )
    connector = books.world.adopt().connector(1)
    async with books.world.client() as client:
        await client.boot()
        number = await begin(client, 1000)
        payload = meter_values(sample("1500"), transactionId=number)
        await client.call("MeterValues", payload)
        await client.call("StatusNotification", status(1, told))
        await until(lambda: connector.transaction is None)
        await client.call("MeterValues", payload)
        assert connector.transaction is None
        number = await begin(client, 1500)
        await client.call("StopTransaction", stop(number, 1600))
    assert [one.energy_wh for one in await books.all()] == [500, 100]


# How much it was.


@pytest.mark.parametrize(
    ("begun", "readings", "ended", "energy"),
    [
        # Smaller than at the start, and nothing better is known.
        (1000, [], 900, 0),
        (1000, ["1500"], 900, 500),
        # A meter that began anew in the middle.
        (1000, ["1500", "0", "100"], 150, 500),
        # A slip does not count, nor what is before it.
        (1000, ["1500", "999999999", "1700"], 1800, 800),
        (1000, ["1500", "1400"], 1500, 500),
        (1000, ["1500", "999999999"], None, 500),
        (1000, ["1500", "1400"], None, 500),
        # A meter that has been counting for years, which was not told.
        (0, ["4185136", "4185636"], 4_185_736, 600),
        (0, ["0", "4185136", "4185636"], 4_185_736, 600),
        (0, [], 4_185_736, None),
        # A new one, or one that counts each session.
        (0, [], 900, 900),
        (0, ["0", "500"], 900, 900),
    ],
)
async def test_a_meter_that_cannot_be_right(
    books: Books,
    begun: int,
    readings: list[str],
    ended: int | None,
    energy: float | None,
) -> None:
    books.world.adopt()
    async with books.world.client() as client:
        await client.boot()
        number = await begin(client, begun)
        for reading in readings:
            await client.call(
                "MeterValues", meter_values(sample(reading), transactionId=number)
            )
        payload = stop(number, ended or 0)
        if ended is None:
            del payload["meterStop"]
        for _ in range(2):
            await client.call("StopTransaction", payload)
    (session,) = await books.all()
    assert session.energy_wh == energy


LIFE = 4_567_000


@pytest.mark.parametrize(
    ("begun", "readings", "ended", "running", "energy"),
    [
        # The session's own register, beside that of the meter's life: what has an id is
        # of the session (and the other way round), in any order.
        (0, [(LIFE, 0), (895, 1), (LIFE + 920, 0)], 970, 895, 970),
        (0, [(895, 1), (LIFE, 0), (LIFE + 920, 0)], 970, 895, 970),
        (0, [(0, 1), (LIFE, 0), (LIFE + 900, 0), (895, 1)], 970, 895, 970),
        (0, [(LIFE, 0), (LIFE + 920, 0)], 970, 920, 970),
        (LIFE, [(0, 1), (LIFE + 500, 0), (510, 1)], LIFE + 970, 500, 970),
        (LIFE, [(0, 1), (510, 1)], LIFE + 970, 510, 970),
        (LIFE, [(LIFE + 500, 0), (510, 1)], LIFE + 970, 500, 970),
        # Neither start nor stop are of what is told in between.
        (0, [(LIFE, 1), (LIFE + 920, 1)], LIFE + 970, 920, 970),
        # Wh that are called kWh.
        (300_000, [(300_100_000, 1), (300_150_000, 1)], 300_200, 50_000, 200),
        # A first reading that slipped.
        (LIFE, [(0, 1), (LIFE + 120, 1)], LIFE + 130, 120, 130),
        (1000, [(0, 1), (1500, 1)], 1600, 500, 600),
        (1000, [(999_999_999, 1), (1500, 1)], 1600, 500, 600),
    ],
)
async def test_two_registers_in_one_session(
    books: Books,
    begun: int,
    readings: list[tuple[int, int]],
    ended: int,
    running: float,
    energy: float,
) -> None:
    connector = books.world.adopt().connector(1)
    async with books.world.client() as client:
        await client.boot()
        began = (utcnow() - HOUR).isoformat()
        number = await begin(client, begun, timestamp=began)
        for wh, own in readings:
            more = {"transactionId": number} if own else {}
            await client.call("MeterValues", meter_values(sample(str(wh)), **more))
        assert connector.session_energy_wh == running
        await client.call("StopTransaction", stop(number, ended))
    (session,) = await books.all()
    assert session.energy_wh == energy


@pytest.mark.parametrize("told", [2**62, 9 * 10**14, 900_000_000, -5, -(2**62)])
@pytest.mark.parametrize(
    ("begun", "readings", "energy"),
    [(1000, ["2500"], 1500), (0, ["0", "1500"], 1500), (1000, [], 0)],
)
async def test_a_stop_that_cannot_be(
    books: Books,
    begun: int,
    readings: list[str],
    energy: float,
    told: float,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The newest reading is booked, and what was told is kept in the log."""
    charge_point = books.world.adopt()
    connector = charge_point.connector(1)
    async with books.world.client() as client:
        await client.boot()
        began = (utcnow() - HOUR).isoformat()
        number = await begin(client, begun, timestamp=began)
        for reading in readings:
            values = meter_values(sample(reading), transactionId=number)
            await client.call("MeterValues", values)
        ended = stop(number, told)
        for _ in range(2):
            await client.call("StopTransaction", ended)
        assert connector.session_energy_wh == energy
        assert (
            connector.measurements.get("energy", begun)
            == begun + bool(readings) * energy
        )
    (session,) = await books.all()
    assert (session.energy_wh, session.meter_stop_wh) == (energy, begun + energy)
    assert charge_point.deviations.counts["meter_stop_absurd"] == 1
    assert [
        record
        for record in caplog.records
        if record.levelname == "WARNING" and f"transaction {number}" in record.message
    ]
    # Nor does it count for the next one.
    async with books.world.client() as client:
        await client.boot()
        number = await begin(client, begun + energy)
        await client.call("StopTransaction", stop(number, begun + energy + 10))
    assert [one.energy_wh for one in await books.all()] == [energy, 10]


@pytest.mark.parametrize("told", [2**62, 9 * 10**14, -5])
@pytest.mark.parametrize(
    ("readings", "ended", "energy"),
    [(["1500", "2000"], 2100, 600), (["1500"], 1500, 0), ([], 2100, None)],
)
async def test_a_start_that_cannot_be(
    books: Books, told: int, readings: list[str], ended: int, energy: float | None
) -> None:
    """It began at the first reading; without one nobody knows."""
    connector = books.world.adopt().connector(1)
    async with books.world.client() as client:
        await client.boot()
        number = await begin(client, told)
        for reading in readings:
            values = meter_values(sample(reading), transactionId=number)
            await client.call("MeterValues", values)
            assert connector.measurements["energy"] == float(reading)
        await client.call("StopTransaction", stop(number, ended))
    (session,) = await books.all()
    assert (session.energy_wh, session.meter_stop_wh) == (energy, ended)


@pytest.mark.parametrize("told", [2**62, 9 * 10**14, -5])
async def test_an_unknown_stop_that_cannot_be(books: Books, told: int) -> None:
    charge_point = books.world.adopt()
    async with books.world.client() as client:
        await client.boot()
        data = [at(utcnow() - HOUR, "1500", "Transaction.Begin")]
        await client.call("StopTransaction", stop(4711, told, transactionData=data))
    (session,) = await books.all()
    assert (session.energy_wh or 0, session.meter_stop_wh) == (0, None)
    assert charge_point.deviations.counts["meter_stop_absurd"] == 1


@pytest.mark.parametrize("step", [1, 20_000])
async def test_a_stop_after_long_silence_is_believed(books: Books, step: int) -> None:
    """Also where the clock stands still."""
    books.world.adopt()
    async with books.world.client() as client:
        await client.boot()
        moment = (utcnow() - HOUR).isoformat()
        number = await begin(client, 1000, timestamp=moment)
        await client.call(
            "StopTransaction", stop(number, 1000 + step, timestamp=moment)
        )
    (session,) = await books.all()
    assert session.energy_wh == step


async def test_closing_values_are_those_of_their_session(books: Books) -> None:
    """Told after the end, with its id or without, while nothing or another runs."""
    connector = books.world.adopt().connector(1)
    flowing = (
        sample("2648", "Power.Active.Import", context="Transaction.End"),
        sample("9.75", "Current.Import", context="Transaction.End"),
        sample("1184", context="Transaction.End"),
    )
    async with books.world.client() as client:
        await client.boot()
        await client.call("StatusNotification", status(1, "Charging"))
        number = await begin(client, 1000)
        values = meter_values(*flowing, transactionId=number)
        await client.call("MeterValues", values)
        assert connector.measurements["power"] == 2648
        await client.call("StopTransaction", stop(number, 1184))
        for more in ({"transactionId": number}, {}, {"transactionId": 0}):
            await client.call("MeterValues", meter_values(*flowing, **more))
            assert connector.measurements["power"] == 0
            assert connector.measurements["current"] == 0
            assert connector.transaction is None
        # What flows without a transaction is shown.
        free = meter_values(sample("1400", "Power.Active.Import"))
        await client.call("MeterValues", free)
        assert connector.measurements["power"] == 1400
        other = await begin(client, 1200)
        own = meter_values(
            sample("700", "Power.Active.Import"), sample("1210"), transactionId=other
        )
        await client.call("MeterValues", own)
        await client.call("MeterValues", values)
        assert connector.measurements["power"] == 700
        assert connector.measurements["energy"] == 1210
        await client.call("StopTransaction", stop(other, 1220))
    assert [one.energy_wh for one in await books.all()] == [184, 20]


async def test_where_a_meter_stood_before(books: Books) -> None:
    """A start at 0 that cannot be is where the last session ended."""
    books.world.adopt()
    now = utcnow() - 10 * HOUR
    async with books.world.client() as client:
        await client.boot()
        for hour, begun, ended in ((0, 4_000_000, 4_001_000), (2, 0, 4_001_700)):
            moment = now + hour * HOUR
            number = await begin(client, begun, timestamp=moment.isoformat())
            payload = stop(number, ended, timestamp=(moment + HOUR).isoformat())
            await client.call("StopTransaction", payload)
        # What the charger itself tells of it is better.
        moment = now + 4 * HOUR
        number = await begin(client, 0, timestamp=moment.isoformat())
        payload = stop(
            number,
            4_003_000,
            timestamp=(moment + HOUR).isoformat(),
            transactionData=[
                at(moment, "4002000", "Transaction.Begin"),
                at(moment + HOUR, "4003000", "Transaction.End"),
            ],
        )
        await client.call("StopTransaction", payload)
    assert [one.energy_wh for one in await books.all()] == [1000, 700, 1000]


async def test_a_session_from_before_that_tells_its_beginning(books: Books) -> None:
    """It began without us, and its TransactionData has it all."""
    connector = books.world.adopt().connector(1)
    began = utcnow() - 3 * HOUR
    async with books.world.client() as client:
        await client.boot()
        await client.call("StatusNotification", status(1, "Charging"))
        await client.call("MeterValues", meter_values(sample("8000"), transactionId=77))
        assert connector.session_energy_wh == 0
        data = [
            at(began, "5000", "Transaction.Begin"),
            at(utcnow(), "9000", "Transaction.End"),
        ]
        ended = stop(77, 9000, idTag="TAG", transactionData=data)
        for _ in range(2):
            await client.call("StopTransaction", ended)
    (session,) = await books.all()
    assert (session.energy_wh, session.id_tag, session.start) == (4000, "TAG", began)
