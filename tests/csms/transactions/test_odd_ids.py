"""Ids of transactions that nobody gave, and what strangers say of them."""

from collections.abc import AsyncIterator
from datetime import timedelta
import json
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.transactions import ledger as transactions
from custom_components.ocpp_cs.csms.transactions.transaction import Origin
from tests.csms.client import Client, Json
from tests.csms.test_central_system import meter_values, sample, start, status, stop

from .test_sessions_on_the_wire import Books

HOUR = timedelta(hours=1)
HUGE = 2**63 - 1
ENERGY = "Energy.Active.Import.Register"
POWER = "Power.Active.Import"


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    books = Books(tmp_path / "books.db")
    await books.world.start()
    yield books
    await books.stop()


def ago(time: timedelta) -> str:
    return (utcnow() - time).isoformat()


async def begun(client: Client, meter: int = 1000, **more: Any) -> int:
    """Return the id of a transaction that has begun an hour ago, and charges."""
    payload = start(meter, timestamp=ago(HOUR)) | more
    number: int = (await client.call("StartTransaction", payload))["transactionId"]
    await client.call("StatusNotification", status(1, "Charging"))
    return number


async def measured(client: Client, wh: float, number: Any, watts: int = 3600) -> None:
    """Send a reading with that id."""
    values = meter_values(sample(str(wh), ENERGY), sample(str(watts), POWER))
    assert await client.call("MeterValues", values | {"transactionId": number}) == {}


# In meter values.


@pytest.mark.parametrize(
    "number",
    [HUGE, -HUGE, -(2**63), 1, -1, 0, -16, 2**31 - 1, 10**70, -(10**70), 1e70, 4.5],
)
async def test_an_id_that_nobody_gave_is_that_of_what_runs(
    books: Books, number: Any
) -> None:
    """All the time, or in mid-session."""
    charge_point = books.world.adopt()
    connector = charge_point.connector(1)
    async with books.world.client() as client:
        await client.boot()
        given = await begun(client)
        await measured(client, 1200, given)
        await measured(client, 1500, number)
        await measured(client, 2500, number)
        assert connector.transaction is not None
        assert connector.transaction.public_id == given
        assert connector.session_energy_wh == 1500
        # By the id that was given it can be stopped.
        await charge_point.commands.call("remote_stop_transaction")
        (asked,) = await client.wait_for("RemoteStopTransaction")
        assert asked == {"transactionId": given}
        await client.call("StopTransaction", stop(given, 3000))
        # Its last values come with that id as well.
        await measured(client, 3000, number)
        assert connector.transaction is None
        await client.call("StatusNotification", status(1, "Finishing"))
        await measured(client, 3000, number, 0)
        assert connector.transaction is None
        # So do those of the next one.
        given = await begun(client, 3000, timestamp=utcnow().isoformat())
        await measured(client, 3400, number)
        assert connector.session_energy_wh == 400
        assert connector.transaction is not None
        assert connector.transaction.public_id == given
    assert [one.energy_wh for one in await books.all()] == [2000, 400]


async def test_an_id_of_its_own_before_and_after(books: Books) -> None:
    """It was adopted with that id, and has it in the session that we began, too."""
    connector = books.world.adopt().connector(1)
    async with books.world.client() as client:
        await client.boot()
        await client.call("StatusNotification", status(1, "Charging"))
        await measured(client, 1000, 1)
        await measured(client, 1400, 1)
        assert connector.session_energy_wh == 400
        await client.call("StopTransaction", stop(1, 1500))
        await begun(client, 1500, timestamp=utcnow().isoformat())
        await measured(client, 1700, 1)
        assert connector.session_energy_wh == 200
    assert [one.energy_wh for one in await books.all()] == [500, 200]


@pytest.mark.parametrize("number", [77, HUGE, -16])
@pytest.mark.parametrize("told", [None, "Charging", "SuspendedEV", "Preparing"])
async def test_what_charges_without_us_is_adopted(
    books: Books, number: int, told: str | None
) -> None:
    """By status, power, or a register that grows."""
    connector = books.world.adopt().connector(1)
    async with books.world.client() as client:
        await client.boot()
        if told is not None:
            await client.call("StatusNotification", status(1, told))
        await measured(client, 1000, number)
        await measured(client, 1300, number)
        assert connector.transaction is not None
        assert (connector.transaction.public_id, connector.session_energy_wh) == (
            number,
            300,
        )


@pytest.mark.parametrize("told", [None, "Available", "Preparing", "Finishing"])
async def test_an_id_alone_is_no_session(books: Books, told: str | None) -> None:
    """Nothing says that it charges."""
    connector = books.world.adopt().connector(1)
    async with books.world.client() as client:
        await client.boot()
        if told is not None:
            await client.call("StatusNotification", status(1, told))
        for number in (1, HUGE, -5, 1, HUGE):
            await measured(client, 1000, number, 0)
            await measured(client, 1001, number, 0)
        assert connector.transaction is None
    assert await books.all() == []


async def test_what_was_adopted_is_not_displaced_either(books: Books) -> None:
    """Ids that are made up are no sessions; nor does one take that of another one."""
    connector = books.world.adopt().connector(1)
    async with books.world.client() as client:
        await client.boot()
        await client.call("StatusNotification", status(1, "Charging"))
        for number in range(100, 150):
            await measured(client, 1000 + number, number)
        assert connector.transaction is not None
        assert connector.transaction.public_id == 100
    assert len(await books.all()) == 1


async def test_sessions_that_nobody_saw_begin_are_so_many_an_hour(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything is answered, and what was begun here is booked all the same."""
    charge_point = books.world.adopt()
    most = transactions._MOST_UNEXPLAINED
    async with books.world.client() as client:
        await client.boot()
        for number in range(1, most):
            await client.call("StatusNotification", status(1, "Charging"))
            await measured(client, 1000, number)
            await client.call("StopTransaction", stop(number, 1000 + number))
        for number in range(most, 2 * most):
            ended = stop(-number, 1000 + number)
            assert await client.call("StopTransaction", ended) == {}
            await client.call("StatusNotification", status(1, "Charging"))
            await measured(client, 1000, number)
        assert len(await books.all()) == most
        given = await begun(client, 5000)
        await client.call("StopTransaction", stop(given, 5600))
    sessions = await books.all()
    assert len(sessions) == most + 1
    assert sessions[0].energy_wh == 600
    assert charge_point.deviations.counts["too_many_unknown_transactions"] > most


# In StopTransaction.


@pytest.mark.parametrize("number", [-16, HUGE, -HUGE, 1, 4711, 10**70])
async def test_a_stop_with_an_id_of_its_own_ends_the_only_one(
    books: Books, number: Any
) -> None:
    """By its tag, however that is written; and once."""
    charge_point = books.world.adopt()
    connector = charge_point.connector(1)
    async with books.world.client() as client:
        await client.boot()
        given = await begun(client, idTag="CARD8")
        await measured(client, 1500, given)
        ended = stop(number, 3000, idTag=" card8 ", reason="EVDisconnected")
        answer = await client.call("StopTransaction", ended)
        assert answer == {"idTagInfo": {"status": "Accepted"}}
        assert connector.transaction is None
        assert await client.call("StopTransaction", ended) == answer
        await client.call("StatusNotification", status(1, "Available"))
        (session,) = await books.all()
        assert (session.public_id, session.energy_wh) == (given, 2000)
        assert (session.id_tag, session.reason) == ("CARD8", "ev_disconnected")
        # The next one, with the same id.
        await begun(client, 3000, idTag="CARD8", timestamp=utcnow().isoformat())
        ended = stop(number, 3700, idTag="CARD8")
        await client.call("StopTransaction", ended)
    assert [one.energy_wh for one in await books.all()] == [2000, 700]


@pytest.mark.parametrize(
    "more",
    [
        {"idTag": "OTHER"},
        {"idTag": ""},
        {"idTag": None},
        {"idTag": "CARD8", "timestamp": ago(5 * HOUR)},
        {"idTag": "CARD8", "meterStop": 900},
    ],
)
async def test_a_stop_of_something_else_leaves_it_alone(
    books: Books, more: Json
) -> None:
    """Another card, another time, another meter."""
    connector = books.world.adopt().connector(1)
    async with books.world.client() as client:
        await client.boot()
        given = await begun(client, idTag="CARD8")
        ended = {
            key: value
            for key, value in (stop(-16, 3000) | more).items()
            if value is not None
        }
        for _ in range(2):
            await client.call("StopTransaction", ended)
        assert connector.transaction is not None
        assert connector.transaction.public_id == given
    sessions = await books.all()
    assert sorted(one.public_id for one in sessions) == [-16, given]


async def test_an_old_stop_while_nothing_runs_stays_apart(books: Books) -> None:
    """Of a session before this server was there."""
    books.world.adopt()
    async with books.world.client() as client:
        await client.boot()
        given = await begun(client, idTag="CARD8")
        await client.call("StopTransaction", stop(given, 3000, idTag="CARD8"))
        for number, meter in ((1, 3500), (1, 4000), (-16, 4200)):
            ended = stop(number, meter, idTag="CARD8")
            for _ in range(2):
                await client.call("StopTransaction", ended)
    sessions = await books.all()
    assert [one.origin for one in sessions] == [Origin.STARTED] + 3 * [Origin.STOPPED]
    assert [one.meter_stop_wh for one in sessions] == [3000, 3500, 4000, 4200]


async def test_its_own_stop_takes_the_one_of_another_back(books: Books) -> None:
    """The other one is a session by itself, with the id that it told."""
    books.world.adopt()
    async with books.world.client() as client:
        await client.boot()
        given = await begun(client)
        foreign = stop(4711, 1800, idTag="TAG", timestamp=ago(HOUR / 2))
        await client.call("StopTransaction", foreign)
        await client.call("StopTransaction", stop(given, 3000))
    session, other = sorted(await books.all(), key=lambda one: one.start)
    assert (session.public_id, session.energy_wh) == (given, 2000)
    assert (other.public_id, other.meter_stop_wh) == (4711, 1800)


async def test_a_stop_with_an_id_of_its_own_and_no_tag(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The status says that what runs is over: it was its own."""
    monkeypatch.setattr(
        "custom_components.ocpp_cs.csms.connector._FORGOTTEN_AFTER", 0.01
    )
    connector = books.world.adopt().connector(1)
    async with books.world.client() as client:
        await client.boot()
        given = await begun(client)
        await client.call("StopTransaction", stop(-16, 3000, reason="EVDisconnected"))
        assert connector.transaction is not None
        await client.call("StatusNotification", status(1, "Available"))
        while connector.transaction is not None:
            await client.call("Heartbeat")
    (session,) = await books.all()
    assert (session.public_id, session.energy_wh) == (given, 2000)
    assert session.reason == "ev_disconnected"


# From another address.


async def say(url: str, address: str, *calls: tuple[str, Json]) -> list[Any]:
    """Connect from an address; return the answers to some calls."""
    answers = []
    async with connect(
        url, subprotocols=("ocpp1.6",), local_addr=(address, 0), ping_interval=None
    ) as websocket:
        for number, (action, payload) in enumerate(calls):
            await websocket.send(json.dumps([2, str(number), action, payload]))
            while (frame := json.loads(await websocket.recv()))[0] == 2:
                await websocket.send(json.dumps([3, frame[1], {"status": "Rejected"}]))
            answers.append(frame)
    return answers


async def test_the_charger_corrects_the_stop_of_a_stranger(books: Books) -> None:
    """With another time and another meter; what was before is to be seen."""
    charge_point = books.world.adopt()
    port = books.world.central_system.port
    url = f"ws://127.0.0.1:{port}/CP1"
    async with books.world.client() as client:
        await client.boot()
        given = await begun(client)
        await measured(client, 1500, given)
    false = stop(given, 1600, timestamp=ago(HOUR / 2), reason="Remote")
    (answer,) = await say(url, "127.0.0.2", ("StopTransaction", false))
    assert answer[2] == {}
    (session,) = await books.all()
    assert (session.energy_wh, session.reason) == (600, "remote")
    true = stop(given, 3000, reason="EVDisconnected")
    for _ in range(2):
        (answer,) = await say(url, "127.0.0.1", ("StopTransaction", true))
        assert answer[2] == {}
    # The stranger's does not count any more.
    await say(url, "127.0.0.2", ("StopTransaction", false))
    (session,) = await books.all()
    assert (session.energy_wh, session.reason) == (2000, "ev_disconnected")
    assert session.end is not None
    assert utcnow() - session.end < timedelta(minutes=1)
    (edit,) = session.edits
    assert (edit.by, edit.by_user) == ("127.0.0.1", False)
    assert dict(edit.before)["meter_stop_wh"] == 1600
    assert charge_point.deviations.counts["stop_corrected"] == 1
    assert charge_point.connector(1).session_energy_wh == 2000


async def test_a_stop_of_a_stranger_does_not_end_what_goes_on(books: Books) -> None:
    """The charger is back, and charges with the same id."""
    connector = books.world.adopt().connector(1)
    url = f"ws://127.0.0.1:{books.world.central_system.port}/CP1"
    async with books.world.client() as client:
        await client.boot()
        given = await begun(client)
    await say(url, "127.0.0.2", ("StopTransaction", stop(given, 1600)))
    assert connector.transaction is None
    async with books.world.client() as client:
        await client.call("StatusNotification", status(1, "Charging"))
        await measured(client, 2500, given)
        assert connector.transaction is not None
        assert connector.session_energy_wh == 1500
        await client.call("StopTransaction", stop(given, 2600))
    (session,) = await books.all()
    assert session.energy_wh == 1600


@pytest.mark.parametrize(
    "more",
    [
        # A clock that was set in between.
        {"timestamp": ago(HOUR / 4)},
        # A reading that cannot be.
        {"meterStop": 2**62},
        {"meterStop": 3},
    ],
)
async def test_a_stop_that_comes_again_otherwise(books: Books, more: Json) -> None:
    """The same reading is the same end, and an impossible one is none."""
    books.world.adopt()
    async with books.world.client() as client:
        await client.boot()
        given = await begun(client)
        ended = stop(given, 3000)
        for _ in range(2):
            await client.call("StopTransaction", ended)
        (before,) = await books.all()
        await client.call("StopTransaction", ended | more)
    assert await books.all() == [before]


@pytest.mark.parametrize("number", [-1, 4711])
@pytest.mark.parametrize("runs", [True, False])
async def test_an_impossible_stop_that_comes_again(
    books: Books, number: int, runs: bool
) -> None:
    """What it told is known, though it is not what is booked."""
    books.world.adopt()
    async with books.world.client() as client:
        await client.boot()
        if runs:
            await measured(client, 1500, await begun(client, 1000))
        ended = stop(number, 2**62, idTag="TAG")
        for _ in range(3):
            await client.call("StopTransaction", ended)
    (session,) = await books.all()
    assert session.energy_wh == (500 if runs else None)
    assert session.reported_meter_stop_wh == 2**62


async def test_a_correction_does_not_take_what_is_the_next_ones(books: Books) -> None:
    """Nor is the session of before changed by what is said in the next one."""
    books.world.adopt()
    async with books.world.client() as client:
        await client.boot()
        given = await begun(client)
        first = stop(given, 3000, timestamp=ago(HOUR / 2))
        await client.call("StopTransaction", first)
        await begun(client, 3000, timestamp=ago(HOUR / 4))
        before = await books.all()
        await client.call("StopTransaction", stop(given, 4000))
    assert await books.all() == before


# Without a time.

NO_TIMES = ("0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59.9999Z")


@pytest.mark.parametrize("time", NO_TIMES)
@pytest.mark.parametrize("offset", [timedelta(), -7 * HOUR, timedelta(days=20_000)])
async def test_times_that_stand_for_none(
    books: Books, time: str, offset: timedelta
) -> None:
    """Answered, and what they tell is of now; once, however often it is told."""
    charge_point = books.world.adopt()
    charge_point.clock.remember(offset)
    connector = charge_point.connector(1)
    async with books.world.client() as client:
        await client.boot()
        told = status(1, "Charging", timestamp=time)
        assert await client.call("StatusNotification", told) == {}
        for meter in (1000, 1500):
            began = start(meter, timestamp=time)
            answer = await client.call("StartTransaction", began)
            assert await client.call("StartTransaction", began) == answer
            number = answer["transactionId"]
            values = meter_values(sample(str(meter + 300)), transactionId=number)
            values["meterValue"][0]["timestamp"] = time
            assert await client.call("MeterValues", values) == {}
            # It repeats what was not answered.
            assert await client.call("StartTransaction", began) == answer
            assert connector.session_energy_wh == 300
            for identity in (number, -1):
                ended = stop(identity, meter + 500, timestamp=time)
                assert await client.call("StopTransaction", ended) == {}
            assert connector.transaction is None
    sessions = await books.all()
    assert [one.energy_wh for one in sessions] == [500, 500]
    for session in sessions:
        assert session.end is not None
        assert utcnow() - session.start < timedelta(minutes=1)
        assert timedelta() <= session.end - session.start < timedelta(minutes=1)
    assert charge_point.deviations.counts["timestamp_unusable"] >= 4


async def test_a_session_of_books_with_the_year_1_goes_on(books: Books) -> None:
    """It was booked before such times were known for what they are."""
    charge_point = books.world.adopt()
    ledger = charge_point.ledger
    one = ledger.start(
        charge_point_id="CP1",
        connector_id=1,
        id_tag="TAG",
        start=transactions.datetime.fromisoformat("0001-01-01T00:00:00+00:00"),
        meter_start_wh=1000,
    )
    connector = charge_point.connector(1)
    connector.refresh_transaction()
    async with books.world.client() as client:
        await client.boot()
        await measured(client, 1200, one.public_id)
        assert connector.session_energy_wh == 200
        ledger.correct_times("CP1", after=0, offset=timedelta(days=-400))
        await client.call("StopTransaction", stop(one.public_id, 1300))
    (session,) = await books.all()
    assert session.energy_wh == 300
