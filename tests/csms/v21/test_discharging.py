"""A vehicle that discharges at a station of OCPP 2.1 (Q), from its plug to its end."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.connector import Connector
from custom_components.ocpp_cs.csms.discharging.bidirectional import net_power
from custom_components.ocpp_cs.csms.limits.intent import Intent, LimitState
from custom_components.ocpp_cs.csms.limits.methods import LimitTiming
from custom_components.ocpp_cs.csms.limits.proof import LimitProof
from custom_components.ocpp_cs.csms.model.errors import (
    CallTimeoutError,
    FieldProblem,
    InvalidRequestError,
    RefusedError,
)
from custom_components.ocpp_cs.csms.model.profile import OperationMode
from simulator import ChargingStation
from simulator.v2.vehicle.discharging import V2xCar
from tests.csms.test_central_system import World, until

VALUES = {
    "V2XChargingCtrlr.Enabled": "true",
    "SmartChargingCtrlr.SupportsMaxOfflineDuration": "true",
}


@pytest.fixture
def charge_point(world: World) -> ChargePoint:
    """Return a station as the central system knows it."""
    charge_point = world.adopt()
    charge_point.profile_methods.timing = LimitTiming(
        guard=0.0, check=0.3, reaction=0.05
    )
    return charge_point


@pytest.fixture
async def station(
    world: World, charge_point: ChargePoint
) -> AsyncIterator[ChargingStation]:
    """Return a station that discharges vehicles, connected and set up."""
    async with ChargingStation(
        f"ws://127.0.0.1:{world.central_system.port}",
        "CP1",
        version="2.1",
        time_factor=20.0,
        noise=0.0,
        sample_interval=2,
        auto_start_tag="TAG",
        values=VALUES,
    ) as station:
        await until(lambda: charge_point.ready)
        yield station


async def plug(
    station: ChargingStation, charge_point: ChargePoint, **car: Any
) -> Connector:
    """Plug a vehicle in and wait until its needs are known."""
    await station.plug(1, V2xCar(**car))
    connector = charge_point.connector(1)
    await until(lambda: connector.needs is not None)
    await until(lambda: connector.transaction is not None)
    return connector


def period_of(profile: Any) -> Any:
    """Return the only period of a profile, without its number of phases."""
    (schedule,) = profile["chargingSchedule"]
    (period,) = schedule["chargingSchedulePeriod"]
    return {name: one for name, one in period.items() if name != "numberPhases"}


def profile_of(station: ChargingStation, purpose: str) -> Any:
    """Return the only profile of a purpose that is installed."""
    (found,) = station.profiles.of(purpose)
    return found


async def discharging(
    station: ChargingStation, charge_point: ChargePoint, setpoint_w: float = -3000.0
) -> Connector:
    """Let a vehicle discharge."""
    charge_point.connector(1).allow_discharging(True)
    connector = await plug(station, charge_point)
    await until(lambda: connector.bidirectional.follows)
    await connector.limiter.request(Intent(limit_a=10.0, setpoint_w=setpoint_w))
    await until(lambda: station.evses[0].exported_w > 0)
    return connector


async def test_a_setpoint_is_followed_and_left(
    station: ChargingStation, charge_point: ChargePoint
) -> None:
    """It discharges by small messages, metered; then only its limit is left."""
    connector = await discharging(station, charge_point)
    assert connector.bidirectional.reach.discharge_w == 7400.0
    profile = profile_of(station, "TxProfile")
    assert profile["maxOfflineDuration"] == 60
    assert profile["invalidAfterOfflineDuration"] is True
    assert period_of(profile) == {
        "startPeriod": 0,
        "operationMode": "CentralSetpoint",
        "setpoint": -4.3,
    }
    # What is left without a connection, and for the next session: it only charges.
    assert period_of(profile_of(station, "TxDefaultProfile")) == {
        "startPeriod": 0,
        "limit": 10.0,
    }
    await until(lambda: (net_power(connector.measurements) or 0) < -2900)
    sent = len(station.calls("SetChargingProfile"))
    await connector.limiter.request(Intent(limit_a=10.0, setpoint_w=-2000.0))
    assert len(station.calls("SetChargingProfile")) == sent
    assert station.calls("UpdateDynamicSchedule")[-1]["scheduleUpdate"] == {
        "setpoint": -2.8
    }
    await connector.limiter.request(Intent(limit_a=10.0))
    assert period_of(profile_of(station, "TxProfile")) == {
        "startPeriod": 0,
        "limit": 10.0,
    }
    await until(lambda: station.evses[0].exported_w == 0)
    await until(lambda: connector.measurements["energy_export"] > 0)
    assert connector.bidirectional.unasked_w is None


async def test_the_switch_ends_it_at_once(
    station: ChargingStation, charge_point: ChargePoint
) -> None:
    """Without it nothing discharges, also what was asked for before; the car is told."""
    connector = await discharging(station, charge_point)
    assert "AC_BPT" in (station.discharging.allowed or ())
    connector.allow_discharging(False)
    await until(lambda: station.evses[0].exported_w == 0)
    assert connector.limiter.user_intent == Intent(limit_a=10.0)
    assert period_of(profile_of(station, "TxProfile")) == {
        "startPeriod": 0,
        "limit": 10.0,
    }
    await until(lambda: bool(station.calls("NotifyAllowedEnergyTransfer")))
    await until(lambda: not connector.bidirectional.available)
    assert connector.needs is not None and connector.needs.could_discharge
    await connector.limiter.request(Intent(limit_a=10.0, setpoint_w=-1000.0))
    assert station.evses[0].exported_w == 0
    assert connector.limiter.state is not LimitState.REFUSED
    # Q02.FR.05: with it, the car agrees to discharge anew.
    connector.allow_discharging(True)
    await until(lambda: station.evses[0].exported_w > 900)


async def test_a_setpoint_is_cut(
    station: ChargingStation, charge_point: ChargePoint
) -> None:
    """By the car, the owner's limit, the circuit, and a limit of charging above 0."""
    connector = await discharging(station, charge_point, -50_000.0)
    await until(lambda: 7300 < station.evses[0].exported_w <= 7400)
    connector.bidirectional.set_most(1000.0)
    await until(lambda: 900 < station.evses[0].exported_w <= 1000)
    await connector.limiter.request(Intent(limit_a=6.0, setpoint_w=50_000.0))
    assert station.calls("UpdateDynamicSchedule")[-1]["scheduleUpdate"] == {
        "setpoint": 6.0
    }
    connector.choose_operation_mode(OperationMode.CHARGING_ONLY)
    await until(lambda: connector.limiter.user_intent == Intent(limit_a=6.0))


async def test_the_station_balances_by_itself(
    station: ChargingStation, charge_point: ChargePoint
) -> None:
    """Only with the switch, and as far as the owner lets it (Q09)."""
    connector = await discharging(station, charge_point)
    station.discharging.load_w = lambda: 2500.0
    connector.bidirectional.set_most(2000.0)
    connector.choose_operation_mode(OperationMode.LOCAL_LOAD_BALANCING)
    await until(
        lambda: (
            period_of(profile_of(station, "TxProfile")).get("operationMode")
            == "LocalLoadBalancing"
        )
    )
    await until(lambda: 1900 < station.evses[0].exported_w <= 2000)
    connector.allow_discharging(False)
    await until(lambda: station.evses[0].exported_w == 0)


async def test_a_station_that_does_not_follow_is_told_of(
    station: ChargingStation, charge_point: ChargePoint
) -> None:
    """One that charges where it was to discharge; one that discharges unasked."""
    station.discharging.obeys = False
    charge_point.connector(1).allow_discharging(True)
    connector = await plug(station, charge_point)
    await until(lambda: connector.bidirectional.follows)
    await connector.limiter.request(Intent(setpoint_w=-3000.0))
    await until(lambda: connector.limiter.state is LimitState.IGNORED)
    connector.allow_discharging(False)
    station.discharging.unasked_w = 2000.0
    station.update_all()
    await until(lambda: connector.bidirectional.unasked_w == 2000.0)
    station.discharging.unasked_w = 0.0
    station.update_all()
    await until(lambda: connector.bidirectional.unasked_w is None)


async def test_what_refuses_a_setpoint_is_not_asked_again(
    station: ChargingStation, charge_point: ChargePoint
) -> None:
    """The user is told, and the vehicle goes on to charge by its limit."""
    charge_point.connector(1).allow_discharging(True)
    connector = await plug(station, charge_point)
    await until(lambda: connector.bidirectional.follows)
    station.model.put("V2XChargingCtrlr", "SupportedOperationModes", "ChargingOnly")
    with pytest.raises(RefusedError):
        await connector.limiter.request(Intent(limit_a=10.0, setpoint_w=-3000.0))
    assert not connector.bidirectional.available
    assert connector.limiter.intent.setpoint_w is None
    await until(lambda: not connector.limiter.is_busy)
    assert station.evses[0].exported_w == 0


async def test_users_and_leftovers_do_not_go_around_the_switch(
    station: ChargingStation, charge_point: ChargePoint
) -> None:
    """Neither a profile of an action, nor one of a run of ours before."""
    connector = await plug(station, charge_point)
    profile = {
        "id": 7,
        "stack_level": 0,
        "charging_profile_purpose": "tx_profile",
        "charging_profile_kind": "relative",
        "charging_schedule": {
            "charging_rate_unit": "A",
            "charging_schedule_period": [
                {
                    "start_period": 0,
                    "operation_mode": "central_setpoint",
                    "setpoint": -4,
                }
            ],
        },
    }
    with pytest.raises(InvalidRequestError) as err:
        await charge_point.commands.call(
            "set_charging_profile", connector_id=1, charging_profile=profile
        )
    assert err.value.problem == FieldProblem.DISCHARGES
    ours = charge_point.profile_methods.transaction_profile_id(1)
    await until(
        lambda: any(
            call.get("chargingProfileId") == ours
            for call in station.calls("ClearChargingProfile")
        )
    )
    await until(lambda: not connector.limiter.may_discharge)


async def test_a_users_profile_ends_with_the_switch(
    station: ChargingStation, charge_point: ChargePoint
) -> None:
    """One that was allowed is removed; without the switch, new values do not help."""
    charge_point.connector(1).allow_discharging(True)
    connector = await plug(station, charge_point)
    await until(lambda: connector.bidirectional.follows)
    period: dict[str, Any] = {
        "start_period": 0,
        "operation_mode": "central_setpoint",
        "setpoint": -4,
    }
    profile = {
        "id": 7,
        "stack_level": 0,
        "charging_profile_purpose": "tx_profile",
        "charging_profile_kind": "dynamic",
        "charging_schedule": {
            "charging_rate_unit": "A",
            "charging_schedule_period": [period],
        },
    }

    async def install() -> None:
        await charge_point.commands.call(
            "set_charging_profile", connector_id=1, charging_profile=profile
        )

    def is_there() -> bool:
        return 7 in {one["id"] for one in station.profiles.of("TxProfile")}

    await install()
    assert is_there()
    connector.allow_discharging(False)
    await until(lambda: not is_there())
    # The answer comes a moment later.
    await until(lambda: not charge_point.profile_methods.user_profiles.ids)
    period["setpoint"] = 4
    await install()
    for name in ("setpoint", "setpoint_L2", "limit", "discharge_limit"):
        with pytest.raises(InvalidRequestError) as err:
            await charge_point.commands.call(
                "update_dynamic_schedule",
                charging_profile_id=7,
                schedule_update={name: -4},
            )
        assert err.value.problem == FieldProblem.DISCHARGES
    assert station.evses[0].exported_w == 0


async def test_a_discharge_ends_though_its_end_is_refused(
    station: ChargingStation,
    charge_point: ChargePoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The limit of the session is refused, and the removal not answered at first."""
    connector = await discharging(station, charge_point)
    ours = charge_point.profile_methods.transaction_profile_id(1)
    commands = charge_point.commands
    silent = True

    async def set_profile(**fields: Any) -> Any:
        if fields["charging_profile"].id == ours:
            raise RefusedError("SetChargingProfile", "rejected")
        return await send(**fields)

    async def clear(**fields: Any) -> Any:
        nonlocal silent
        if fields.get("id") == ours and silent:
            silent = False
            raise CallTimeoutError("ClearChargingProfile", 1.0)
        return await remove(**fields)

    async def leave(*_: Any) -> None:
        pass

    send, remove = commands.set_charging_profile, commands.clear_charging_profile
    monkeypatch.setattr(commands, "set_charging_profile", set_profile)
    monkeypatch.setattr(commands, "clear_charging_profile", clear)
    # Not every charge point tells what is installed, so that it could be tidied up.
    monkeypatch.setattr(LimitProof, "_clear_leftovers", leave)
    charge_point.connector(1).allow_discharging(False)
    await until(lambda: not station.profiles.of("TxProfile"))
    await until(lambda: station.evses[0].exported_w == 0)
    assert not silent
    await until(lambda: not connector.limiter.may_discharge)


async def test_a_station_that_goes_on_alone_never_discharges(
    world: World, charge_point: ChargePoint
) -> None:
    """Without maxOfflineDuration nothing would end it if we were gone (Q11)."""
    async with ChargingStation(
        f"ws://127.0.0.1:{world.central_system.port}",
        "CP1",
        version="2.1",
        time_factor=20.0,
        auto_start_tag="TAG",
        values=VALUES | {"SmartChargingCtrlr.SupportsMaxOfflineDuration": "false"},
    ) as station:
        await until(lambda: charge_point.ready)
        charge_point.connector(1).allow_discharging(True)
        connector = await plug(station, charge_point)
        await connector.limiter.request(Intent(limit_a=10.0, setpoint_w=-3000.0))
        assert connector.bidirectional.modes == frozenset()
        assert station.evses[0].exported_w == 0
