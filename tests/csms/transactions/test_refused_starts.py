"""Starts that were refused: they keep no card busy, and are no sessions."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from custom_components.ocpp_cs.csms.access.authorization import (
    KnownTag,
    TagAuthorizer,
    TagRules,
)
from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.transactions.storage import SessionFilter
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from tests.csms.client import Client, Json
from tests.csms.test_central_system import (
    World,
    meter_values,
    sample,
    start,
    status,
    stop,
)

from .test_sessions_on_the_wire import Books

HOUR = timedelta(hours=1)


class Guarded(Books):
    """A central system where T1 may charge once at a time, and T0 never."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.authorizer = TagAuthorizer(
            lambda: [
                one
                for charge_point in self.world.central_system.charge_points
                for one in self.world.ledger.running(charge_point)
            ]
        )
        self.authorizer.rules = TagRules(
            tags=[
                KnownTag(id="T1", name="One"),
                KnownTag(id="T0", name="None", blocked=True),
            ]
        )
        self.world.central_system._authorizer = self.authorizer

    async def refused(self) -> list[Transaction]:
        wanted = SessionFilter(refused=True)
        return [one for one in await self.keeper.sessions(wanted) if one.refused]


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Guarded]:
    books = Guarded(tmp_path / "books.db")
    await books.world.start()
    yield books
    await books.stop()


async def began(client: Client, id_tag: str = "T1", **more: object) -> tuple[int, str]:
    """Return id and answer of a start."""
    answer = await client.call("StartTransaction", start(idTag=id_tag, **more))
    info: Json = answer["idTagInfo"]
    return answer["transactionId"], info["status"]


async def test_a_refused_start_keeps_no_card_busy(books: Guarded) -> None:
    """The charger that was refused sends no stop."""
    for name in "ABC":
        books.world.adopt(name)
    async with (
        books.world.client("A") as one,
        books.world.client("B") as two,
        books.world.client("C") as three,
    ):
        for client in (one, two, three):
            await client.boot()
        first, answer = await began(one)
        assert answer == "Accepted"
        _, answer = await began(two)
        assert answer == "ConcurrentTx"
        # Still one, and not itself.
        _, answer = await began(three)
        assert answer == "ConcurrentTx"
        await one.call("StopTransaction", stop(first, 2000))
        third, answer = await began(three, meter=1001)
        assert answer == "Accepted"
        await three.call("StopTransaction", stop(third, 3001))
        _, answer = await began(two, meter=1001)
        assert answer == "Accepted"
    assert [one.energy_wh for one in await books.all() if one.end] == [1000, 2000]


async def test_asked_again_it_is_refused_again(books: Guarded) -> None:
    """And stays refused where the reason is gone: the charger has heard it once."""
    books.world.adopt("A")
    books.world.adopt("B")
    async with books.world.client("A") as one, books.world.client("B") as two:
        await one.boot()
        await two.boot()
        first, _ = await began(one)
        payload = start(idTag="T1")
        answer = await two.call("StartTransaction", payload)
        assert answer["idTagInfo"] == {"status": "ConcurrentTx"}
        await one.call("StopTransaction", stop(first, 2000))
        assert await two.call("StartTransaction", payload) == answer
        await two.call("StatusNotification", status(1, "Available"))
        assert await two.call("StartTransaction", payload) == answer
    assert [one.answer for one in await books.refused()] == ["concurrent_tx"]


@pytest.mark.parametrize("end", ["Available", "Reserved", "start", "stop"])
async def test_it_ends_as_soon_as_it_can(books: Guarded, end: str) -> None:
    """With its status, the next start, or its own stop; and nobody sees any of it."""
    connector = books.world.adopt().connector(1)
    async with books.world.client() as client:
        await client.boot()
        first, _ = await began(client, timestamp=(utcnow() - HOUR).isoformat())
        await client.call("StopTransaction", stop(first, 2500))
        before = connector.latest_transaction
        await client.call("StatusNotification", status(1, "Preparing"))
        seen: list[str] = []
        stop_watching = connector.watch(
            ("transaction", "session"), lambda: seen.append("changed")
        )
        number, answer = await began(client, "T0", meter=2500)
        assert answer == "Blocked"
        values = meter_values(sample("2500"), transactionId=number)
        await client.call("MeterValues", values)
        assert connector.transaction is None
        assert connector.latest_transaction is before
        assert connector.session_energy_wh == 1500
        running = books.world.ledger.running
        assert [one.public_id for one in running("CP1")] == [number]
        if end == "stop":
            ended = stop(number, 2500, reason="DeAuthorized")
            await client.call("StopTransaction", ended)
        elif end != "start":
            await client.call("StatusNotification", status(1, end))
        assert seen == []
        stop_watching()
        if end != "start":
            assert running("CP1") == []
        last, answer = await began(client, meter=2501)
        assert answer == "Accepted"
        assert [one.public_id for one in running("CP1")] == [last]
        assert connector.transaction is not None
        assert connector.transaction.public_id == last
    assert [one.public_id for one in await books.all()] == [first, last]
    (refused,) = await books.refused()
    assert (refused.public_id, refused.answer, refused.id_tag) == (
        number,
        "blocked",
        "T0",
    )
    assert refused.end is not None
    assert await books.keeper.count() == {"CP1": 2}
    # The same without a disk.
    memory = books.keeper._memory
    memory.transactions = {
        one.key: one for one in await books.keeper.sessions(SessionFilter(refused=True))
    }
    assert await memory.count() == {"CP1": 2}


async def test_one_that_charges_all_the_same_is_a_session(books: Guarded) -> None:
    """Not every charger cares what it is answered."""
    connector = books.world.adopt().connector(1)
    async with books.world.client() as client:
        await client.boot()
        number, answer = await began(client, "T0")
        assert answer == "Blocked"
        await client.call("StatusNotification", status(1, "Preparing"))
        for register in ("1000", "1200"):
            values = meter_values(sample(register), transactionId=number)
            await client.call("MeterValues", values)
        assert connector.transaction is not None
        assert (connector.transaction.public_id, connector.session_energy_wh) == (
            number,
            200,
        )
        # It does not keep the card busy.
        await client.call("StopTransaction", stop(number, 1500))
    (session,) = await books.all()
    assert (session.energy_wh, session.answer) == (500, "blocked")
    assert await books.keeper.count() == {"CP1": 1}


@pytest.mark.parametrize("charged", [0, 300])
@pytest.mark.parametrize("before", [True, False])
async def test_one_that_says_that_it_charges_is_seen(
    books: Guarded, charged: int, before: bool
) -> None:
    """It may have begun offline; if nothing came of it, it is seen no more."""
    connector = books.world.adopt().connector(1)
    async with books.world.client() as client:
        await client.boot()
        if before:
            first, _ = await began(client, timestamp=(utcnow() - HOUR).isoformat())
            await client.call("StatusNotification", status(1, "Charging"))
            await client.call("StopTransaction", stop(first, 1000))
        shown = connector.latest_transaction
        number, _ = await began(client, "T0")
        # That status is from before.
        assert connector.latest_transaction is shown
        for told in ("Charging", "SuspendedEVSE", "Charging"):
            await client.call("StatusNotification", status(1, told))
            assert connector.transaction is not None
            assert connector.transaction.public_id == number
        await client.call("StopTransaction", stop(number, 1000 + charged))
        assert connector.transaction is None
        if charged:
            assert connector.session_energy_wh == charged
        else:
            assert connector.latest_transaction == shown
        await client.call("StatusNotification", status(1, "Charging"))
    ids = [one.public_id for one in await books.all()]
    assert (number in ids) is bool(charged)


async def test_many_refused_ones_hide_no_session(
    books: Guarded, tmp_path: Path
) -> None:
    """Also after a restart."""
    charge_point = books.world.adopt()
    async with books.world.client() as client:
        await client.boot()
        first, _ = await began(client, timestamp=(utcnow() - HOUR).isoformat())
        await client.call("StopTransaction", stop(first, 2500))
        for meter in range(2500, 2510):
            await began(client, "T0", meter=meter)
            await client.call("StatusNotification", status(1, "Available"))
        refused, _ = await began(client, "T0", meter=2600)
        assert charge_point.connector(1).session_energy_wh == 1500
        copy = tmp_path / "killed.db"
        copy.write_bytes(books.path.read_bytes())
    again = Guarded(copy)
    await again.world.start()
    connector = again.world.adopt().connector(1)
    assert connector.session_energy_wh == 1500
    assert connector.transaction is None
    assert [one.public_id for one in again.world.ledger.running("CP1")] == [refused]
    async with again.world.client() as client:
        await client.boot()
        await client.call("StatusNotification", status(1, "Available"))
        assert again.world.ledger.running("CP1") == []
    assert len(await again.refused()) == 11
    await again.stop()


async def test_a_remote_stop_means_the_one_that_runs(books: Guarded) -> None:
    """Not one that was refused at another connector and hangs there."""
    charge_point = books.world.adopt()
    charge_point.connector(2)
    world: World = books.world
    async with world.client() as client:
        await client.boot()
        first, _ = await began(client)
        await began(client, "T0", connector=2)
        await charge_point.commands.call("remote_stop_transaction")
        (asked,) = await client.wait_for("RemoteStopTransaction")
        assert asked == {"transactionId": first}
