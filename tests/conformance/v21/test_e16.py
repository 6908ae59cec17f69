"""Transactions with limits that the station keeps by itself (E16)."""

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.model.capabilities import SessionLimit
from custom_components.ocpp_cs.csms.model.model import ConnectorStatus
from custom_components.ocpp_cs.csms.targets.model import Keeping
from custom_components.ocpp_cs.csms.transactions.ledger import Ledger, MemoryStore
from custom_components.ocpp_cs.csms.transactions.parts.pricing import Pricing
from simulator import ChargingStation
from simulator.car import Car
from tests.csms.test_central_system import World, until
from tests.csms.v2.test_costs import Rate

from .charging_station import Told, begin, targets, with_values


def limit_of(charge_point: ChargePoint) -> dict[SessionLimit, float]:
    """Return what the station says that it keeps."""
    session = targets(charge_point).session(1)
    return {} if session is None else session.kept


@pytest.mark.fr("E16.FR.02", "E16.FR.03")
async def test_a_limit_is_told_once_and_confirmed(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    """One that is wanted before is in the answer to the first event."""
    told = Told(station)
    targets(charge_point).want(1, {SessionLimit.ENERGY: 5000.4})
    assert targets(charge_point).keeping(1) is Keeping.TOLD
    await begin(charge_point, station)
    await until(lambda: targets(charge_point).keeping(1) is Keeping.KEPT)
    assert told.answers == [{"maxEnergy": 5000.0}]
    assert limit_of(charge_point) == {SessionLimit.ENERGY: 5000.0}
    assert not station.calls("TriggerMessage") or all(
        one["requestedMessage"] != "TransactionEvent"
        for one in station.calls("TriggerMessage")
    )
    await station.send_meter_values()
    await station.send_meter_values()
    assert len(told.answers) == 1


@pytest.mark.fr("E16.FR.02", "E16.FR.14", "E16.FR.17")
async def test_a_limit_that_is_set_later_does_not_wait_for_an_event(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    """It is asked for an event, and goes on when the limit is raised or lifted."""
    told = Told(station)
    await begin(charge_point, station)
    connector = charge_point.connector(1)
    await until(lambda: (connector.session_energy_wh or 0) >= 0)
    targets(charge_point).want(1, {SessionLimit.ENERGY: 1.0})
    await until(lambda: connector.target_reached is SessionLimit.ENERGY)
    assert {"requestedMessage": "TransactionEvent", "evse": {"id": 1}} in (
        station.calls("TriggerMessage")
    )
    assert connector.status is ConnectorStatus.SUSPENDED_EVSE
    assert not connector.problem
    assert targets(charge_point).keeping(1) is Keeping.REACHED
    targets(charge_point).want(1, {})
    await until(lambda: connector.target_reached is None)
    await until(lambda: connector.charging)
    assert told.answers == [{"maxEnergy": 1.0}, {"maxEnergy": 1_000_000.0}]
    await until(lambda: targets(charge_point).keeping(1) is Keeping.NONE)


@pytest.mark.fr("E16.FR.12")
async def test_only_limits_that_are_supported_are_told(
    world: World, charge_point: ChargePoint
) -> None:
    values = {"TxCtrlr.SupportedLimits": "maxSoC"}
    async with with_values(world, charge_point, values=values) as station:
        told = Told(station)
        targets(charge_point).want(
            1, {SessionLimit.ENERGY: 5000.0, SessionLimit.SOC: 80.0}
        )
        await begin(charge_point, station)
        await until(lambda: limit_of(charge_point) == {SessionLimit.SOC: 80.0})
        assert told.answers == [{"maxSoC": 80}]
        assert not station.violations


@pytest.mark.fr("E16.FR.12")
async def test_a_station_that_supports_none_is_told_none(
    world: World, charge_point: ChargePoint
) -> None:
    values = {"TxCtrlr.SupportedLimits": ""}
    async with with_values(world, charge_point, values=values) as station:
        told = Told(station)
        targets(charge_point).want(1, {SessionLimit.ENERGY: 5000.0})
        await begin(charge_point, station)
        await station.send_meter_values()
        assert not told.answers
        assert targets(charge_point).keeping(1) is Keeping.NONE


@pytest.mark.fr("E16.FR.07", "E16.FR.08")
async def test_a_lower_limit_of_the_driver_stays(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    """It is shown, and only the owner's own word raises it."""
    told = Told(station)
    targets(charge_point).want(1, {SessionLimit.ENERGY: 9000.0})
    await begin(charge_point, station)
    await until(lambda: targets(charge_point).keeping(1) is Keeping.KEPT)
    station.transactions.limits.from_driver(station.evses[0], {"maxEnergy": 3000.0})
    await until(lambda: targets(charge_point).keeping(1) is Keeping.OF_DRIVER)
    assert targets(charge_point).in_force(1) == {SessionLimit.ENERGY: 3000.0}
    # A plan that changes is no word of the owner.
    targets(charge_point).want(1, {SessionLimit.ENERGY: 9500.0})
    targets(charge_point).want(1, {})
    await station.send_meter_values()
    assert told.answers == [{"maxEnergy": 9000.0}]
    targets(charge_point).want(1, {SessionLimit.ENERGY: 9500.0}, overrule=True)
    await until(lambda: targets(charge_point).keeping(1) is Keeping.KEPT)
    assert told.answers == [{"maxEnergy": 9000.0}, {"maxEnergy": 9500.0}]


@pytest.mark.fr("E16.FR.07")
async def test_a_higher_limit_of_the_station_is_answered_with_ours(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    told = Told(station)
    targets(charge_point).want(1, {SessionLimit.ENERGY: 3000.0})
    await begin(charge_point, station)
    await until(lambda: targets(charge_point).keeping(1) is Keeping.KEPT)
    evse = station.evses[0]
    assert evse.transaction is not None
    evse.transaction.csms_limits.clear()
    station.transactions.limits.from_driver(evse, {"maxEnergy": 9000.0})
    await until(lambda: len(told.answers) == 2)
    assert told.answers[-1] == {"maxEnergy": 3000.0}
    await until(lambda: targets(charge_point).keeping(1) is Keeping.KEPT)


@pytest.mark.fr("E16.FR.11")
async def test_the_cost_is_told_while_it_is_limited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pricing = Pricing(lambda transaction, at: Rate(0.5))
    monkeypatch.setattr(
        "tests.csms.test_central_system.Ledger",
        lambda storage: Ledger(storage, pricing=pricing),
    )
    world = World(MemoryStore())
    await world.start()
    charge_point = world.adopt()
    async with with_values(world, charge_point) as station:
        targets(charge_point).want(1, {SessionLimit.COST: 0.25})
        await begin(charge_point, station)
        connector = charge_point.connector(1)
        await until(lambda: connector.target_reached is SessionLimit.COST)
        evse = station.evses[0]
        assert evse.transaction is not None
        assert (evse.transaction.total_cost or 0) >= 0.25
    await world.central_system.stop()


@pytest.mark.fr("E16.FR.18")
async def test_what_was_told_offline_confirms_nothing(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    """A limit in an event of the past is not mistaken for a raise above ours."""
    told = Told(station)
    transaction_id = await begin(charge_point, station)
    targets(charge_point).want(1, {SessionLimit.ENERGY: 3000.0})
    await until(lambda: targets(charge_point).keeping(1) is Keeping.KEPT)
    targets(charge_point).heard(
        1, transaction_id, {SessionLimit.ENERGY: 9000.0}, offline=True
    )
    await station.send_meter_values()
    assert told.answers == [{"maxEnergy": 3000.0}]


@pytest.mark.parametrize(
    ("kind", "value"),
    [(SessionLimit.SOC, 51.0), (SessionLimit.TIME, 90.0), (SessionLimit.ENERGY, 900.0)],
)
async def test_each_limit_stops_the_energy(
    charge_point: ChargePoint,
    station: ChargingStation,
    kind: SessionLimit,
    value: float,
) -> None:
    targets(charge_point).want(1, {kind: value})
    await begin(charge_point, station, Car(capacity_kwh=20.0))
    connector = charge_point.connector(1)
    await until(lambda: connector.target_reached is kind)
    assert connector.transaction is not None
    assert connector.status is ConnectorStatus.SUSPENDED_EVSE


async def test_a_session_that_ends_at_its_limit_is_not_started_again(
    world: World, charge_point: ChargePoint
) -> None:
    """Until more is wanted: then the control may start another one."""
    values = {"TxCtrlr.TxStopPoint": "EnergyTransfer,EVConnected"}
    async with with_values(world, charge_point, values=values) as station:
        charge_point.starts.allowed = lambda: True
        connector = charge_point.connector(1)
        connector.limiter.automatic = True
        connector.starter.want(True)
        targets(charge_point).want(1, {SessionLimit.ENERGY: 300.0})
        await begin(charge_point, station)
        await until(lambda: connector.transaction is None)
        assert connector.target_reached is SessionLimit.ENERGY
        latest = connector.latest_transaction
        assert latest is not None
        assert latest.energy_wh == pytest.approx(300.0, abs=1.0)
        assert not connector.starter.is_open
        targets(charge_point).want(1, {SessionLimit.ENERGY: 600.0})
        assert connector.target_reached is None
        assert connector.starter.is_open


async def test_what_is_kept_is_known_after_a_restart(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    """What the driver has set is not raised then, and ours is not told again."""
    transaction_id = await begin(charge_point, station)
    ours = targets(charge_point)
    ours.want(1, {SessionLimit.ENERGY: 9000.0})
    await until(lambda: ours.keeping(1) is Keeping.KEPT)
    record = ours.record(1)
    ours._sessions.clear()
    ours.load(1, record | {"kept": record["kept"] | {"unknown": 1, "soc": "x"}})
    assert ours.keeping(1) is Keeping.KEPT
    assert not ours.due(1, transaction_id)
    ours.load(1, record | {"of_driver": ["energy", 7]})
    assert ours.keeping(1) is Keeping.OF_DRIVER
    assert not ours.due(1, transaction_id)
    for odd in (None, {}, {"transaction": 1}, {"transaction": "x", "kept": 3}):
        ours.load(1, odd)
    assert ours.keeping(1) is Keeping.OF_DRIVER


async def test_the_end_of_another_transaction_changes_nothing(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    """An old one may be told late; what the running one keeps is not forgotten."""
    targets(charge_point).want(1, {SessionLimit.ENERGY: 9000.0})
    await begin(charge_point, station)
    await until(lambda: targets(charge_point).keeping(1) is Keeping.KEPT)
    await station.send(
        "TransactionEvent",
        {
            "eventType": "Ended",
            "timestamp": "2026-01-01T10:00:00Z",
            "triggerReason": "EnergyLimitReached",
            "seqNo": 7,
            "offline": True,
            "evse": {"id": 1},
            "transactionInfo": {
                "transactionId": "of-long-ago",
                "transactionLimit": {"maxEnergy": 10, "maxTime": 60},
            },
        },
    )
    assert charge_point.connector(1).target_reached is None
    assert targets(charge_point).keeping(1) is Keeping.KEPT
