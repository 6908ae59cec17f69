"""Sessions of stations that use ids again, and of many at one connection."""

from custom_components.ocpp_cs.csms.model.model import ConnectorStatus
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from tests.csms.test_central_system import World

from .station import V2Station, reading, value, wh


async def books(world: World) -> list[Transaction]:
    """Return all sessions that count, from the oldest to the newest."""
    await world.ledger.save()
    found = world.ledger.at_hand("CP1")
    return sorted(
        (one for one in found if not one.refused), key=lambda one: one.reported_start
    )


async def test_a_plug_called_available_after_many_sessions(world: World) -> None:
    """The newest transactions are remembered, not the first of a connection."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        for number in range(60):
            await station.event("Started", f"T{number}", token="CARD")
            await station.event("Ended", f"T{number}")
        await station.event("Started", "NOW", token="CARD", state="Charging")
        await station.status("Available")
        assert charge_point.connector(1).status is ConnectorStatus.CHARGING


async def test_one_id_at_two_evses_at_one_moment(world: World) -> None:
    """The numbers and times of one EVSE say nothing about the events of another."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        for evse, seq in ((1, 50), (2, 3)):
            await station.event(
                "Started",
                "1",
                evse=evse,
                token=f"CARD{evse}",
                values=[wh(1000, "Transaction.Begin", -100)],
                seconds=-100,
                seq=seq,
                state="EVConnected",
            )
        # Later at the first one.
        for evse, seq, ago in ((1, 51, -5), (2, 4, -10)):
            await station.event(
                "Updated",
                "1",
                evse=evse,
                values=[wh(1500, seconds=ago)],
                seconds=ago,
                seq=seq,
                state="Charging",
            )
        assert charge_point.connector(1).status is ConnectorStatus.CHARGING
        assert charge_point.connector(2).status is ConnectorStatus.CHARGING


async def test_an_id_is_used_again_and_its_start_is_lost(world: World) -> None:
    """A number that went back, after the end, shows that it is another session."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event(
            "Started",
            "1",
            token="CARD",
            values=[wh(1000, "Transaction.Begin", -1500)],
            seconds=-1500,
            seq=0,
        )
        await station.event("Updated", "1", values=[wh(1300)], seconds=-1300, seq=1)
        await station.event("Updated", "1", values=[wh(1600)], seconds=-1200, seq=2)
        await station.event(
            "Ended",
            "1",
            values=[wh(2000, "Transaction.End", -1000)],
            seconds=-1000,
            seq=3,
        )
        power = value(7000, "Power.Active.Import", "W")
        await station.event(
            "Updated",
            "1",
            values=[reading(value(2100), power)],
            state="Charging",
            seq=1,
        )
        connector = charge_point.connector(1)
        assert connector.transaction is not None
        assert connector.status is ConnectorStatus.CHARGING
        await station.event(
            "Updated", "1", values=[wh(2500, seconds=1)], seconds=1, seq=2
        )
        await station.event(
            "Ended", "1", values=[wh(2700, "Transaction.End", 2)], seconds=2, seq=3
        )
        running = world.ledger.running("CP1")
        assert not running
    assert [one.energy_wh for one in await books(world)] == [1000, 600]


async def test_an_id_is_used_again_with_a_clock_that_is_not_set(world: World) -> None:
    """Each time it begins in 1970; the register tells that they are two."""
    world.adopt()
    start = -56 * 365 * 86400
    async with V2Station.of(world) as station:
        await station.booted(world)
        for tag, begin, end, seconds in (("A", 3000, 3500, 60), ("B", 4000, 4700, 40)):
            for _ in range(2):
                await station.event(
                    "Started",
                    "1",
                    token=tag,
                    values=[wh(begin, "Transaction.Begin", start + 10)],
                    seconds=start + 10,
                    seq=0,
                    offline=True,
                )
            await station.event(
                "Ended",
                "1",
                values=[wh(end, "Transaction.End", start + seconds)],
                seconds=start + seconds,
                seq=1,
                offline=True,
            )
    kept = {(one.id_tag, one.energy_wh) for one in await books(world)}
    assert kept == {("A", 500), ("B", 700)}


async def test_an_id_is_used_again_after_a_session_that_was_adopted(
    world: World,
) -> None:
    """A start that is newer than what is known of an id begins another session."""
    world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        for ago, number in ((-4000, 1000), (-3000, 1600)):
            await station.event(
                "Updated",
                "1",
                values=[wh(number, seconds=ago)],
                seconds=ago,
                state="Charging",
                seq=5 + number // 1000,
            )
        # The power fails: neither is its end told.
        await station.event(
            "Started",
            "1",
            token="CARD",
            values=[wh(1700, "Transaction.Begin", -1000)],
            seconds=-1000,
            seq=0,
        )
        await station.event("Ended", "1", values=[wh(2700, "Transaction.End")], seq=1)
    kept = await books(world)
    assert [(one.id_tag, one.energy_wh) for one in kept][-1] == ("CARD", 1000)
    assert len(kept) == 2
    assert kept[0].id_tag == ""


async def test_a_meter_that_was_replaced(world: World) -> None:
    """An end below the beginning is no negative energy, and not that of years."""
    world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        await station.event(
            "Started", "1", token="CARD", values=[wh(9_000_000, "Transaction.Begin")]
        )
        await station.event("Updated", "1", values=[wh(9_000_500)])
        await station.event("Updated", "1", values=[wh(100)])
        await station.event("Updated", "1", values=[wh(700)])
        await station.event("Ended", "1", values=[wh(900, "Transaction.End")])
    (kept,) = await books(world)
    assert kept.energy_wh == 500


async def test_later_events_of_one_id_at_two_evses_name_none(world: World) -> None:
    """Each end finds a session that runs, with a register that fits."""
    world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        for evse in (1, 2):
            await station.event(
                "Started",
                "1",
                evse=evse,
                token=f"CARD{evse}",
                values=[wh(1000 * evse, "Transaction.Begin")],
            )
        for last in (2500, 1900):
            await station.event(
                "Ended", "1", evse=None, values=[wh(last, "Transaction.End")]
            )
    kept = {(one.id_tag, one.energy_wh) for one in await books(world)}
    assert kept == {("CARD1", 900), ("CARD2", 500)}


async def test_a_stop_at_one_of_two_evses_with_one_id(world: World) -> None:
    """It is noted at that EVSE alone, so that the other one starts as before."""
    charge_point = world.adopt()
    async with V2Station.of(world) as station:
        await station.booted(world)
        for evse in (1, 2):
            await station.event("Started", "1", evse=evse, token=f"CARD{evse}")
        await charge_point.commands.stop_transaction(connector_id=2)
        asked = [
            charge_point.connector(evse).starter._stop_asked is not None
            for evse in (1, 2)
        ]
        assert asked == [False, True]
