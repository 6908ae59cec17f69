"""What the ledger changes, drops, renames and corrects, as an upstream is told of it."""

from datetime import timedelta
from pathlib import Path
import sqlite3

import pytest

from custom_components.ocpp_cs.csms.model.model import utcnow
from custom_components.ocpp_cs.csms.transactions.corrections import (
    corrected,
    struck_out,
)
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from custom_components.ocpp_cs.csms.upstream.model import Kind, Role, ToldSession
from custom_components.ocpp_cs.csms.upstream.told import outbox
from tests.csms.test_central_system import until

from .payer import Box, Fault, House, Payer, differences, housed


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is put off be tried again soon."""
    monkeypatch.setattr(outbox, "_RETRY_S", 0.01)


async def again(house: House, path: Path) -> House:
    """Stop a house, and return one that begins with its books."""
    await house.stop()
    new = House(house.payer, path)
    await new.start()
    return new


async def settled(house: House) -> None:
    """Wait until all is told, and compare the books."""
    await house.told()
    assert not list(differences(await house.sessions(), house.payer.booked))


async def test_a_restart_at_each_point_of_a_session(tmp_path: Path) -> None:
    path, payer = tmp_path / "books.db", Payer()
    await payer.start()
    house = House(payer, path)
    await house.start()
    box: Box | None = None
    for step in ("begin", "charge", "charge", "end", "begin", "end"):
        async with house.world.client() as client:
            await client.boot()
            if box is None:
                box = Box(client)
            box._client = client
            await getattr(box, step)()
        house = await again(house, path)
    await settled(house)
    assert len(payer.booked) == 2
    # Each message was sent once, as each was confirmed or waited.
    starts = [one for one in payer.calls if one[0] == "StartTransaction"]
    assert len({str(payload) for _, payload in starts}) == 2
    await house.stop()
    await payer.stop()


async def test_the_queue_survives_without_an_upstream(tmp_path: Path) -> None:
    path, payer = tmp_path / "books.db", Payer()
    await payer.start()
    await payer.stop()
    house = House(payer, path)
    await house.start()
    for tag in ("A", "B", "C"):
        async with house.world.client() as client:
            await client.boot()
            box = Box(client, time=utcnow() - timedelta(hours=10 - ord(tag) % 8))
            await box.session(tag)
        waiting = len(house.station.outbox)
        house = await again(house, path)
        assert len(house.station.outbox) == waiting
    await payer.start()
    await settled(house)
    assert [len(one.values) for one in payer.booked] == [2, 2, 2]
    await house.stop()
    await payer.stop()


async def test_a_running_session_is_told_to_an_upstream_that_is_added() -> None:
    async with housed(charge_points=frozenset()) as house:
        async with house.world.client() as client:
            await client.boot()
            box = Box(client)
            await box.session("BEFORE")
            await box.begin("RUNNING")
            for _ in range(30):
                await box.charge(100)
            house.apply()
            await box.charge()
            await box.end()
            await house.told()
        (booked,) = house.payer.booked
        _, ours = await house.sessions()
        assert not list(differences([ours], [booked]))
        # An hour of it has passed: the books know its energy by the quarter.
        quarters = {
            time: float(value[0]["value"])
            for time, value in booked.values.items()
            if not time.timestamp() % 900
        }
        assert len(quarters) == 4
        assert ours.meter_start_wh is not None
        for time, wh in quarters.items():
            expected = (time - ours.start).total_seconds() / 122 * 100
            assert abs(wh - ours.meter_start_wh - expected) < 110


async def test_a_session_that_was_struck_out_costs_nothing() -> None:
    async with housed() as house, house.world.client() as client:
        await client.boot()
        box = Box(client)
        await box.begin()
        await until(lambda: house.payer.booked)
        house.payer.faults = lambda action, payload: Fault.CLOSE
        await box.end()
        await until(lambda: "StopTransaction" in dict(house.payer.calls))
        (ours,) = await house.sessions()

        def strike(one: Transaction) -> Transaction:
            return struck_out(one, wanted=True, by="Anna", now=utcnow())

        await house.world.ledger.edit(ours, strike)
        house.payer.faults = lambda action, payload: None
        await house.told()
        (booked,) = house.payer.booked
        assert booked.end is not None and booked.meter_stop == booked.meter_start


async def test_a_session_that_was_struck_out_before_anything_was_told() -> None:
    async with housed() as house, house.world.client() as client:
        await client.boot()
        await until(lambda: house.station.connected)
        await house.payer.stop()
        await Box(client).session()
        (ours,) = await house.sessions()
        await house.world.ledger.edit(
            ours, lambda one: struck_out(one, wanted=True, by="Anna", now=utcnow())
        )
        await house.payer.start()
        await house.told()
        assert house.payer.booked == []


async def test_what_the_owner_corrects_after_the_confirmation_is_not_told() -> None:
    async with housed() as house, house.world.client() as client:
        await client.boot()
        await Box(client).session()
        await house.told()
        calls = list(house.payer.calls)
        (ours,) = await house.sessions()
        await house.world.ledger.edit(
            ours,
            lambda one: corrected(one, {"energy_wh": 9000.0}, by="Anna", now=utcnow()),
        )
        house.world.ledger.annotate(ours, vehicle="car")
        assert not len(house.station.outbox)
        assert house.payer.calls == calls


async def test_a_session_that_goes_on_after_its_end_was_confirmed() -> None:
    """Its energy is told, as a second session."""
    async with housed() as house, house.world.client() as client:
        await client.boot()
        box = Box(client)
        await box.begin()
        await box.charge(250)
        ledger = house.world.ledger
        (running,) = ledger.running("CP1")
        ledger.close(running)
        await until(lambda: house.payer.booked and house.payer.booked[0].end)
        await house.told()
        resumed = ledger.resume("CP1", 1, running.id)
        assert resumed is not None
        await box.charge(500)
        await box.end()
        await house.told()
        (ours,) = await house.sessions()
        first, second = house.payer.booked
        assert second.meter_start == first.meter_stop
        assert first.meter_stop is not None and second.meter_stop is not None
        told = first.meter_stop - first.meter_start
        told += second.meter_stop - second.meter_start
        assert told == ours.energy_wh == 790.0
        assert second.meter_stop == round(ours.meter_stop_wh or 0)


async def test_an_end_that_was_not_told_is_taken_back() -> None:
    async with housed() as house, house.world.client() as client:
        await client.boot()
        box = Box(client)
        await box.begin()
        await until(lambda: house.payer.booked)
        await house.payer.stop()
        ledger = house.world.ledger
        (running,) = ledger.running("CP1")
        ledger.close(running)
        assert ledger.resume("CP1", 1, running.id) is not None
        await box.charge(500)
        await box.end()
        await house.payer.start()
        await settled(house)


async def test_an_adopted_session_that_turns_out_to_be_part_of_another() -> None:
    """The upstream is told that it has ended, with nothing in it."""
    async with housed() as house, house.world.client() as client:
        await client.boot()
        ledger = house.world.ledger
        adopted = ledger.adopt(
            charge_point_id="CP1", connector_id=1, transaction_id="77"
        )
        ledger.meter(adopted, 5000.0, utcnow(), begins=True)
        await until(lambda: house.payer.booked)
        ledger._cache.drop(adopted)
        await until(lambda: house.payer.booked[0].end is not None)
        await house.told()
        (booked,) = house.payer.booked
        assert booked.meter_start == booked.meter_stop == 5000


async def test_a_start_without_a_reading_waits_for_it() -> None:
    async with housed() as house, house.world.client() as client:
        await client.boot()
        ledger = house.world.ledger
        adopted = ledger.adopt(
            charge_point_id="CP1", connector_id=1, transaction_id="77"
        )
        await until(lambda: house.station.outbox.retry_at() is not None)
        assert not house.payer.booked
        metered = ledger.meter(adopted, 5_000_000.0, utcnow())
        ledger.stop(
            metered,
            end=utcnow(),
            meter_stop_wh=5_000_400.0,
            reason="local",
        )
        house.station.outbox.put_off_no_more(adopted.key)
        house.station.outbox.added()
        await settled(house)
        (booked,) = house.payer.booked
        assert (booked.meter_start, booked.meter_stop) == (5_000_000, 5_000_400)


async def test_a_session_that_the_ledger_renames_stays_one() -> None:
    """Of a version in which each message has the id."""
    async with housed() as house, house.world.client() as client:
        await client.boot()
        ledger = house.world.ledger
        ledger.ids_tell("CP1", always=True)
        known = ledger.adopt(
            charge_point_id="CP1", connector_id=1, transaction_id="one"
        )
        known = ledger.meter(known, 5000.0, utcnow())
        await until(lambda: house.payer.booked)
        begun = ledger.begun(
            known,
            connector_id=1,
            id_tag="TAG",
            start=utcnow() - timedelta(minutes=1),
            corrected_start=utcnow() - timedelta(minutes=1),
            meter_start_wh=4900.0,
        )
        begun = ledger.answered(begun, "accepted")
        assert begun.key != known.key
        ledger.stop(begun, end=utcnow(), meter_stop_wh=5300.0, reason="local")
        await house.told()
        (booked,) = house.payer.booked
        (ours,) = await house.sessions()
        assert booked.meter_stop is not None
        assert booked.meter_stop - booked.meter_start == ours.energy_wh == 400.0


async def test_an_upstream_that_is_removed_and_added_again() -> None:
    async with housed() as house, house.world.client() as client:
        await client.boot()
        box = Box(client, time=utcnow() - timedelta(minutes=100))
        await box.session("A")
        await house.told()
        house.upstreams.apply([])
        house.upstreams.forget("payer")
        await box.session("B")
        house.apply(id="other")
        assert not list(house.books.told_sessions("other", "CP1"))
        await Box(client, time=utcnow()).session("C")
        station = house.upstreams.stations["other", "CP1"]
        await until(lambda: not len(station.outbox))
        assert [one.id_tag for one in house.payer.booked] == ["A", "C"]


async def test_a_charge_point_that_is_removed_tells_its_sessions_first() -> None:
    async with housed() as house, house.world.client() as client:
        await client.boot()
        box = Box(client)
        await box.begin()
        await until(lambda: house.payer.booked)
        await house.payer.stop()
        await box.charge()
        house.upstreams.detach("CP1")
        assert not house.upstreams.stations
        # As the central system does.
        house.world.ledger.forget("CP1")
        await house.payer.start()
        await until(lambda: house.payer.booked[0].end)
        await until(lambda: not house.upstreams._leaving)
        assert not list(differences(await house.sessions(), house.payer.booked))
        assert not house.books.reports("payer", "CP1")
        # It comes back.
        house.upstreams.attach(house.charge_point)
        await until(lambda: house.station.connected)


async def test_books_that_become_readable_late(tmp_path: Path) -> None:
    """Nothing is decided before it is known what was told."""
    path, payer = tmp_path / "books.db", Payer()
    await payer.start()
    house = House(payer, path)
    await house.start()
    async with house.world.client() as client:
        await client.boot()
        box = Box(client)
        await box.begin()
        await until(lambda: house.payer.booked)
        await house.told()
        await house.stop()
        path.rename(tmp_path / "away.db")
        path.mkdir()
        house = House(payer, path)
        await house.start()
        assert not house.books.is_loaded
        path.rmdir()
        (tmp_path / "away.db").rename(path)
    async with house.world.client() as client:
        await client.boot()
        box._client = client
        await house.world.ledger.save()
        await until(lambda: house.books.is_loaded)
        await box.charge()
        await box.end()
        await settled(house)
    assert len([one for one in payer.calls if one[0] == "StartTransaction"]) == 1
    await house.stop()
    await payer.stop()


async def test_broken_books_are_begun_anew_with_the_queue(tmp_path: Path) -> None:
    path = tmp_path / "books.db"
    async with housed(path) as house, house.world.client() as client:
        await client.boot()
        await until(lambda: house.station.connected)
        await house.payer.stop()
        box = Box(client)
        await box.session("A")
        with path.open("r+b") as file:
            file.write(b"no database any more" * 100)
        await box.session("B")
        await until(lambda: not house.books.has_unwritten)
        with sqlite3.connect(path) as connection:
            (count,) = connection.execute(
                "SELECT count(*) FROM upstream_message"
            ).fetchone()
        connection.close()
        assert count == len(house.station.outbox) == 8
        await house.payer.start()
        await house.told()
        assert [one.id_tag for one in house.payer.booked] == ["A", "B"]


async def test_thousands_of_values_cost_no_more_each() -> None:
    """The next message is found without looking at all of them."""
    async with housed(charge_points=frozenset()) as house:
        queue = outbox.Outbox("other", "CP1", house.books)
        told = ToldSession(
            upstream="other", key=("CP1", "1", utcnow()), connector_id=1, id_tag="TAG"
        )
        start = utcnow() - timedelta(days=60)
        for minute in range(20_000):
            queue.add(Kind.METER, told, start + timedelta(minutes=minute))
        assert 2500 <= len(queue) <= 5000
        heads = queue._heads()
        assert len(heads) == 1 and queue.next(0.0) == heads[0]
        quarters = {
            -(-int(one.time.timestamp()) // 900) for one in queue.of_session(told)
        }
        # One of nearly each quarter of an hour of two weeks.
        assert len(quarters) > 1200


async def test_a_charge_point_that_is_removed_tells_its_sessions_after_a_restart(
    tmp_path: Path,
) -> None:
    path, payer = tmp_path / "books.db", Payer()
    await payer.start()
    house = House(payer, path)
    await house.start()
    async with house.world.client() as client:
        await client.boot()
        box = Box(client)
        await box.begin()
        await until(lambda: payer.booked)
        await payer.stop()
        await box.charge()
        await box.end()
        await until(lambda: len(house.station.outbox) >= 2)
    await house.stop()
    await payer.start()
    # Nobody adopts it any more.
    house = House(payer, path)
    await house.world.start()
    house.apply(
        charge_points=frozenset(),
        removed=frozenset({"CP1"}),
        roles=frozenset({Role.LIMIT}),
    )
    await until(lambda: payer.booked[0].end)
    await until(lambda: not house.upstreams._leaving)
    assert not list(differences(await house.sessions(), payer.booked))
    # It is adopted again.
    house.charge_point = house.world.adopt("CP1")
    house.upstreams.attach(house.charge_point)
    house.apply()
    await until(lambda: house.station.connected)
    await house.stop()
    await payer.stop()


async def test_a_session_that_ends_while_nothing_plays_its_charge_point(
    tmp_path: Path,
) -> None:
    async with housed(tmp_path / "books.db") as house:
        async with house.world.client() as client:
            await client.boot()
            box = Box(client)
            await box.begin()
            await until(lambda: house.payer.booked)
            house.upstreams.apply([])
            await box.end()
            for tag in ("A", "B", "C", "D"):
                await box.session(tag)
        assert not any(one.id_tag == "TAG" for one in house.world.ledger.at_hand("CP1"))
        house.apply()
        await until(lambda: house.payer.booked[0].end)
        await house.told()
        first = min(await house.sessions(), key=lambda one: one.start)
        assert not list(differences([first], house.payer.booked[:1]))
