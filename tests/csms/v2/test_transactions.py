"""Sessions from the events of transactions, in every order in which they come."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from custom_components.ocpp_cs.csms import connector as connectors
from custom_components.ocpp_cs.csms.access.authorization import (
    ChargePointRules,
    KnownTag,
    TagAuthorizer,
    TagPolicy,
    TagRules,
)
from custom_components.ocpp_cs.csms.model.model import ConnectorStatus
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore, Transaction
from custom_components.ocpp_cs.csms.transactions.transaction import Origin
from tests.csms.test_central_system import World, until

from .station import V2Station, at, reading, value, wh


class Known(World):
    """A central system with rules for cards."""

    def __init__(self) -> None:
        self.authorizer = TagAuthorizer(self._running)
        super().__init__(MemoryStore(), authorizer=self.authorizer)

    def _running(self) -> list[Transaction]:
        return self.ledger.all_running()


@pytest.fixture
async def world() -> AsyncIterator[Known]:
    """Return a central system that listens."""
    world = Known()
    await world.start()
    yield world
    await world.central_system.stop()


async def books(world: Known) -> list[Transaction]:
    """Return all sessions that count, from the oldest to the newest."""
    await world.ledger.save()
    assert isinstance(world.storage, MemoryStore)
    found = world.storage.transactions.values()
    return sorted(
        (one for one in found if not one.refused), key=lambda one: one.reported_start
    )


def knowing(world: Known, *tags: KnownTag, own_tag: str = "HomeAssistant") -> None:
    """Let only these tags charge."""
    world.authorizer.rules = TagRules(
        tags=tags,
        policy=TagPolicy.KNOWN,
        charge_points={"CP1": ChargePointRules(own_tag=own_tag)},
    )


async def test_begin_values_come_late(world: Known) -> None:
    """E01.FR.17, E02.FR.21: the reading of the beginning follows in an update."""
    world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", token="CARD", state="Charging")
        await station.event("Updated", values=[wh(1400, seconds=10)])
        await station.event("Updated", values=[wh(1000, "Transaction.Begin")])
        await station.event("Ended", values=[wh(1900, "Transaction.End", 20)])
    (kept,) = await books(world)
    assert (kept.energy_wh, kept.meter_start_wh) == (900, 1000)


async def test_a_start_that_is_missing(world: Known) -> None:
    """An update creates the session, with the time told; the start completes it."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event(
            "Updated", values=[wh(1400, seconds=-600)], seconds=-600, state="Charging"
        )
        connector = charge_point.connector(1)
        running = connector.transaction
        assert running is not None
        assert running.origin is Origin.ADOPTED
        assert abs((running.start - datetime.now(UTC)).total_seconds() + 600) < 30
        await station.event("Updated", values=[wh(1600, seconds=-300)], seconds=-300)
        assert connector.session_energy_wh == 200
        await station.event(
            "Started",
            token="CARD",
            values=[wh(1000, "Transaction.Begin", -1200)],
            seconds=-1200,
            offline=True,
        )
        running = connector.transaction
        assert running is not None
        assert (running.energy_wh, running.id_tag) == (600, "CARD")
        assert abs((running.start - datetime.now(UTC)).total_seconds() + 1200) < 30
        await station.event("Ended", values=[wh(2000, "Transaction.End")])
    (kept,) = await books(world)
    assert (kept.energy_wh, kept.origin, kept.details.offline) == (
        1000,
        Origin.STARTED,
        True,
    )


async def test_an_end_that_comes_first(world: Known) -> None:
    """What comes later completes the session, and does not begin another."""
    world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event(
            "Ended",
            values=[wh(3000, "Transaction.End", -600)],
            seconds=-600,
            reason="EVDisconnected",
        )
        (kept,) = await books(world)
        assert (kept.origin, kept.energy_wh) == (Origin.STOPPED, None)
        await station.event("Updated", values=[wh(2000, seconds=-900)], seconds=-900)
        (kept,) = await books(world)
        assert kept.energy_wh == 1000
        await station.event(
            "Started",
            token="CARD",
            values=[wh(1500, "Transaction.Begin", -1800)],
            seconds=-1800,
        )
    (kept,) = await books(world)
    assert (kept.energy_wh, kept.id_tag, kept.reason) == (
        1500,
        "CARD",
        "ev_disconnected",
    )
    assert world.central_system.charge_points["CP1"].connector(1).transaction is None


async def test_repetitions(world: Known) -> None:
    """The same events twice are one session, and have the same answers."""
    world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        begin, middle, end = at(-900), at(-600), at(-300)

        async def all_of_it() -> list[object]:
            return [
                await station.event(
                    "Started",
                    token="CARD",
                    values=[wh(1000, "Transaction.Begin", -900)],
                    seq=0,
                    timestamp=begin,
                ),
                await station.event(
                    "Updated",
                    values=[wh(1500, seconds=-600)],
                    seq=1,
                    timestamp=middle,
                ),
                await station.event(
                    "Ended",
                    token="CARD",
                    values=[wh(2000, "Transaction.End", -300)],
                    seq=2,
                    timestamp=end,
                ),
            ]

        first = await all_of_it()
        assert first == await all_of_it()
    (kept,) = await books(world)
    assert (kept.energy_wh, kept.id) == (1000, "T-1")


async def test_a_token_that_comes_late(world: Known) -> None:
    """A parked or plugged in vehicle is no session until somebody is authorized."""
    charge_point = world.adopt()
    knowing(world, KnownTag(id="ANNA", name="Anna"))
    async with V2Station.of(world) as station:
        await station.booted(world)
        connector = charge_point.connector(1)
        assert (
            await station.event(
                "Started",
                values=[wh(1000, "Transaction.Begin")],
                state="EVConnected",
                trigger="CablePluggedIn",
            )
            == {}
        )
        assert connector.status is ConnectorStatus.PREPARING
        assert connector.transaction is None
        answer = await station.event("Updated", token="NOBODY", trigger="Authorized")
        assert answer["idTokenInfo"]["status"] == "Invalid"
        assert connector.transaction is None
        answer = await station.event("Updated", token="ANNA", trigger="Authorized")
        assert answer["idTokenInfo"]["status"] == "Accepted"
        running = connector.transaction
        assert running is not None
        assert (running.id_tag, running.energy_wh) == ("ANNA", 0)
        await station.event("Updated", values=[wh(1700)], state="Charging")
        await station.event("Ended", values=[wh(2000, "Transaction.End")])
    (kept,) = await books(world)
    assert (kept.id_tag, kept.energy_wh) == ("ANNA", 1000)


async def test_a_vehicle_that_never_charged(world: Known) -> None:
    """Nobody was authorized, so that there is no session."""
    world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", values=[wh(1000)], state="EVConnected")
        await station.event("Ended", values=[wh(1000, "Transaction.End")])
    assert await books(world) == []


async def test_charging_without_any_token(world: Known) -> None:
    """A station that needs no authorization tells no token, or NoAuthorization."""
    charge_point = world.adopt()
    knowing(world, KnownTag(id="ANNA", name="Anna"))
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", values=[wh(1000)], state="EVConnected")
        await station.event("Updated", values=[wh(1001)], state="Charging")
        assert charge_point.connector(1).transaction is not None
        await station.event("Ended", values=[wh(1500, "Transaction.End")])
        answer = await station.event(
            "Started",
            "T-2",
            values=[wh(1500)],
            idToken={"idToken": "", "type": "NoAuthorization"},
        )
        assert answer["idTokenInfo"]["status"] == "Accepted"
        assert charge_point.connector(1).transaction is not None
        await station.event("Ended", "T-2", values=[wh(1800, "Transaction.End")])
    assert [one.energy_wh for one in await books(world)] == [500, 300]


async def test_a_token_of_another_session(world: Known) -> None:
    """ConcurrentTx holds for a token that comes late, too (E01.FR.12)."""
    charge_point = world.adopt()
    knowing(world, KnownTag(id="ANNA", name="Anna"))
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", "A", evse=1, state="EVConnected")
        await station.event("Started", "B", evse=2, state="EVConnected")
        answer = await station.event("Updated", "B", evse=2, token="ANNA")
        assert answer["idTokenInfo"]["status"] == "Accepted"
        for _ in range(2):
            answer = await station.event("Updated", "A", evse=1, token="ANNA")
            assert answer["idTokenInfo"]["status"] == "ConcurrentTx"
        assert charge_point.connector(1).transaction is None
        assert charge_point.connector(2).transaction is not None


async def test_the_evse_comes_later(world: Known) -> None:
    """E01.FR.16: a transaction that begins with a card has no EVSE yet."""
    charge_point = world.adopt()
    charge_point.connector(1)
    charge_point.connector(2)
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", evse=None, token="CARD")
        assert charge_point.connector(2).transaction is None
        await station.event("Updated", evse=2, values=[wh(1000)], state="Charging")
        running = charge_point.connector(2).transaction
        assert running is not None
        assert running.id_tag == "CARD"
        assert (running.details.evse, running.details.plug) == (2, 1)
        assert charge_point.connector(2).status is ConnectorStatus.CHARGING
        await station.event("Updated", evse=None, values=[wh(1300)])
        await station.event("Ended", evse=None, values=[wh(1500, "Transaction.End")])
        assert charge_point.connector(2).transaction is None
    (kept,) = await books(world)
    assert (kept.connector_id, kept.energy_wh) == (2, 500)


async def test_one_id_at_two_evses(world: Known) -> None:
    """Some stations count for each EVSE."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        for evse in (1, 2):
            await station.event(
                "Started",
                "1",
                evse=evse,
                token=f"CARD{evse}",
                values=[wh(1000 * evse, "Transaction.Begin")],
                seq=0,
            )
        for evse in (1, 2):
            running = charge_point.connector(evse).transaction
            assert running is not None
            assert running.id_tag == f"CARD{evse}"
        for evse in (1, 2):
            await station.event(
                "Updated", "1", evse=evse, values=[wh(1000 * evse + 100)], seq=1
            )
        for evse in (2, 1):
            await station.event(
                "Ended", "1", evse=evse, values=[wh(1000 * evse + 200 * evse)], seq=2
            )
    kept = await books(world)
    assert {(one.connector_id, one.energy_wh) for one in kept} == {(1, 200), (2, 400)}


async def test_an_id_that_is_used_again(world: Known) -> None:
    """Some stations count from 1 after each boot, in spite of E01.FR.08."""
    world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        for number in range(3):
            ago = -9000 + number * 2000
            await station.event(
                "Started",
                "1",
                token="CARD",
                values=[wh(number * 1000, "Transaction.Begin", ago)],
                seconds=ago,
                seq=0,
            )
            await station.event(
                "Ended",
                "1",
                values=[wh(number * 1000 + 700, "Transaction.End", ago + 1000)],
                seconds=ago + 1000,
                seq=1,
            )
    assert [one.energy_wh for one in await books(world)] == [700, 700, 700]


async def test_a_beginning_of_zero(world: Known) -> None:
    """Transaction.Begin is 0 after an offline time, and the meter counts for years."""
    world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event(
            "Started",
            "A",
            token="CARD",
            values=[wh(0, "Transaction.Begin", -7200)],
            seconds=-7200,
            offline=True,
        )
        await station.event(
            "Updated",
            "A",
            values=[wh(98_000_000, seconds=-7000)],
            seconds=-7000,
            offline=True,
        )
        await station.event(
            "Ended",
            "A",
            values=[wh(98_003_000, "Transaction.End", -5000)],
            seconds=-5000,
            offline=True,
        )
        await station.event(
            "Started",
            "B",
            token="CARD",
            values=[wh(0, "Transaction.Begin", -4000)],
            seconds=-4000,
            offline=True,
        )
        await station.event(
            "Ended",
            "B",
            values=[wh(98_004_000, "Transaction.End", -3000)],
            seconds=-3000,
            offline=True,
        )
    assert [one.energy_wh for one in await books(world)] == [3000, 1000]


async def test_a_queue_behind_a_running_session(world: Known) -> None:
    """Events of an offline time do not disturb the session that runs now."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        connector = charge_point.connector(1)
        await station.status("Occupied")
        await station.event(
            "Started", "NOW", token="CARD", values=[wh(5000)], state="Charging"
        )
        for kind, wh_then, ago, state in (
            ("Updated", 2000, -5000, "SuspendedEV"),
            ("Started", 1000, -6000, "Charging"),
            ("Ended", 3000, -4000, None),
        ):
            await station.event(
                kind,
                "THEN",
                values=[wh(wh_then, seconds=ago)],
                seconds=ago,
                state=state,
                token="OTHER" if kind == "Started" else None,
                offline=True,
            )
            assert connector.transaction is not None
            assert connector.transaction.id == "NOW"
            assert connector.status is ConnectorStatus.CHARGING
        await station.event("Updated", "NOW", values=[wh(5600)])
        assert connector.session_energy_wh == 600
        await station.event("Ended", "NOW", values=[wh(6000, "Transaction.End")])
        assert connector.status is ConnectorStatus.FINISHING
    assert [(one.id, one.energy_wh) for one in await books(world)] == [
        ("THEN", 2000),
        ("NOW", 1000),
    ]


async def test_several_updates_of_one_moment(world: Known) -> None:
    """E02.FR.11: a long list of values is split over several events."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", token="CARD", values=[wh(1000)])
        moment = at()
        for values in (
            reading(value(1500)),
            reading(value(7000, "Power.Active.Import", "W")),
            reading(value(230, "Voltage", "V", phase="L1-N")),
        ):
            await station.event(
                "Updated", values=[values], state="Charging", timestamp=moment
            )
        measured = charge_point.connector(1).measurements
        assert (measured["power"], measured["voltage_l1"]) == (7000, 230)
        assert charge_point.connector(1).session_energy_wh == 500


async def test_numbers_that_jump_back(world: Known) -> None:
    """The time decides, so that nothing is lost; it is counted as a deviation."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", token="CARD", values=[wh(1000)], seq=7)
        await station.event("Updated", values=[wh(1500)], state="Charging", seq=0)
        assert charge_point.connector(1).session_energy_wh == 500
        assert charge_point.connector(1).status is ConnectorStatus.CHARGING
        assert "seq_no_went_back" in charge_point.deviations.counts
        # Older than the newest: its state is that of the past.
        await station.event(
            "Updated",
            values=[wh(1200, seconds=-30)],
            state="EVConnected",
            seconds=-30,
            seq=0,
        )
        assert charge_point.connector(1).status is ConnectorStatus.CHARGING
        assert charge_point.connector(1).session_energy_wh == 500


async def test_a_remote_start(world: Known) -> None:
    """The session is that of our request (F02.FR.01), also without its token."""
    charge_point = world.adopt()
    knowing(world)
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", values=[wh(1000)], state="EVConnected")
        answer = await charge_point.commands.start_transaction(connector_id=1)
        answer = await station.event(
            "Updated",
            trigger="RemoteStart",
            info={"remoteStartId": answer["remote_start_id"]},
        )
        assert answer == {}
        running = charge_point.connector(1).transaction
        assert running is not None
        assert running.id_tag == "HomeAssistant"
        assert running.details.remote_start_id is not None
        await charge_point.commands.stop_transaction(connector_id=1)
        (stop,) = await station.wait_for("RequestStopTransaction")
        assert stop == {"transactionId": "T-1"}


@pytest.mark.parametrize("known", [True, False])
async def test_a_key_code_is_hidden(world: Known, known: bool) -> None:
    """C04.FR.04: it is nowhere in the clear."""
    charge_point = world.adopt()
    if known:
        knowing(world, KnownTag(id="8472914", name="Anna"))
    told: list[object] = []
    charge_point.listen(lambda kind, data: told.append(data))
    code = {"idToken": "8472914", "type": "KeyCode"}
    async with V2Station.of(world) as station:
        await station.booted(world)
        answer = await station.call("Authorize", {"idToken": code})
        assert answer["idTokenInfo"]["status"] == "Accepted"
        await station.event("Started", values=[wh(1000)], idToken=code)
        await station.event("Ended", values=[wh(2000)], idToken=code)
    (kept,) = await books(world)
    assert kept.id_tag == "***14"
    assert "8472914" not in repr((kept, told, list(charge_point.frames)))


async def until_asked(station: V2Station) -> dict[str, object]:
    """Return what is asked for after a connection."""
    (asked,) = await station.wait_for("GetTransactionStatus")
    return asked


@pytest.mark.parametrize(
    ("ongoing", "queued"), [(False, False), (False, True), (True, False)]
)
async def test_a_session_after_a_reconnection(
    world: Known, ongoing: bool, queued: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E14: what the station does not know any more has ended."""
    monkeypatch.setattr(connectors, "_FORGOTTEN_AFTER", 0.05)
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", token="CARD", values=[wh(1000)])
        await station.event("Updated", values=[wh(1700)], state="Charging")
    status = {"ongoingIndicator": ongoing, "messagesInQueue": queued}
    async with V2Station.of(world, GetTransactionStatus=status) as station:
        await station.booted(world)
        assert await until_asked(station) == {"transactionId": "T-1"}
        connector = charge_point.connector(1)
        if not ongoing and not queued:
            await until(lambda: connector.transaction is None)
        else:
            assert (await station.status("Available")) == {}
            if ongoing:
                await until(lambda: connector.status is ConnectorStatus.CHARGING)
                assert connector.transaction is not None
            else:
                # The queue may have lost it.
                await until(lambda: connector.transaction is None)
            await station.event("Ended", values=[wh(2000)], seq=2)
            assert connector.transaction is None
    (kept,) = await books(world)
    assert kept.energy_wh == (1000 if ongoing or queued else 700)


async def test_nothing_is_asked_of_a_session_that_is_heard_of(world: Known) -> None:
    """Its events tell that it runs."""
    world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", token="CARD", values=[wh(1000)])
    async with V2Station.of(world) as station:
        await station.boot()
        await station.event("Updated", values=[wh(1700)], seq=1)
        await station.wait_for("TriggerMessage")
        await station.event("Ended", values=[wh(1700)], seq=2)
        assert "GetTransactionStatus" not in {name for name, _ in station.received}


async def test_an_end_that_is_lost(
    world: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plug that is free after a new connection ends what is not heard of."""
    monkeypatch.setattr(connectors, "_FORGOTTEN_AFTER", 0.05)
    charge_point = world.adopt()
    connector = charge_point.connector(1)

    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event("Started", token="CARD", values=[wh(1000)])
        await station.event("Updated", values=[wh(1700)], state="Charging")
        # It is heard of: some call a plug free whose cable is in.
        await station.status("Available")
        await asyncio.sleep(0.2)
        assert connector.transaction is not None
    async with V2Station.of(
        world, GetTransactionStatus=lambda _: "NotImplemented"
    ) as station:
        await station.booted(world)
        await station.status("Available")
        assert connector.status is ConnectorStatus.AVAILABLE
        await until(lambda: connector.transaction is None)
    (kept,) = await books(world)
    assert kept.energy_wh == 700
