"""Bidirectional charging (Q01 to Q12): what a central system does for it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.connector import Connector
from custom_components.ocpp_cs.csms.limits.intent import Intent
from custom_components.ocpp_cs.csms.model.profile import OperationMode
from simulator import ChargingStation
from simulator.v2.vehicle.discharging import V2xCar
from tests.csms.test_central_system import World, until

VALUES = {"V2XChargingCtrlr.Enabled": "true"}


@pytest.fixture
async def station(
    world: World, charge_point: ChargePoint
) -> AsyncIterator[ChargingStation]:
    """Return a station that can discharge vehicles, connected and set up."""
    async with ChargingStation(
        f"ws://127.0.0.1:{world.central_system.port}",
        "CP1",
        version="2.1",
        time_factor=20.0,
        values=VALUES,
    ) as station:
        await until(lambda: charge_point.ready)
        yield station


async def begin(station: ChargingStation, charge_point: ChargePoint) -> Connector:
    """Plug a vehicle in that can discharge, and let it charge by a card."""
    await station.plug(1, V2xCar())
    await station.present_card("TAG", 1)
    connector = charge_point.connector(1)
    await until(lambda: connector.transaction is not None)
    await until(lambda: connector.needs is not None)
    await until(lambda: bool(station.profiles.of("TxProfile")))
    return connector


def period(station: ChargingStation) -> dict[str, Any]:
    """Return the only period of the transaction's profile."""
    (profile,) = station.profiles.of("TxProfile")
    (schedule,) = profile["chargingSchedule"]
    (found,) = schedule["chargingSchedulePeriod"]
    assert isinstance(found, dict)
    return found


@pytest.mark.fr("Q01.FR.01", "Q01.FR.07")
async def test_a_card_may_discharge_where_its_owner_allows_it(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    charge_point.connector(1).allow_discharging(True)
    connector = await begin(station, charge_point)
    assert station.discharging.allowed is not None
    assert {"AC_three_phase", "AC_BPT", "DC_BPT"} <= set(station.discharging.allowed)
    assert connector.needs is not None and connector.needs.discharges
    answer = await station.link.call(
        "NotifyEVChargingNeeds",
        {"evseId": 1, "chargingNeeds": {"requestedEnergyTransfer": "AC_BPT"}},
    )
    assert answer["status"] in ("Accepted", "Processing")


@pytest.mark.fr("Q01.FR.08", "Q02.FR.03")
async def test_a_station_that_does_not_discharge_gets_no_list(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    station.model.put("V2XChargingCtrlr", "Enabled", "false")
    await charge_point.commands.call("get_base_report", report_base="full_inventory")
    await until(lambda: not charge_point.connector(1).bidirectional.modes)
    await station.plug(1, V2xCar())
    await station.present_card("TAG", 1)
    await until(lambda: charge_point.connector(1).transaction is not None)
    assert station.discharging.allowed is None


@pytest.mark.fr("Q02.FR.01", "Q02.FR.02", "Q02.FR.05")
async def test_charging_only_until_it_is_allowed(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    connector = await begin(station, charge_point)
    assert station.discharging.allowed == [
        "AC_single_phase",
        "AC_two_phase",
        "AC_three_phase",
        "DC",
    ]
    await connector.limiter.request(Intent(limit_a=10.0, setpoint_w=-3000.0))
    found = period(station)
    assert found.get("operationMode", "ChargingOnly") == "ChargingOnly"
    assert not {"setpoint", "dischargeLimit", "setpointReactive"} & found.keys()
    connector.allow_discharging(True)
    await until(lambda: bool(station.calls("NotifyAllowedEnergyTransfer")))
    (told,) = station.calls("NotifyAllowedEnergyTransfer")
    assert connector.transaction is not None
    assert told["transactionId"] == connector.transaction.id
    assert "AC_BPT" in told["allowedEnergyTransfer"]
    await until(lambda: period(station).get("setpoint", 0) < 0)


@pytest.mark.fr("Q03.FR.01", "Q03.FR.02")
async def test_a_setpoint_has_no_limits(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    charge_point.connector(1).allow_discharging(True)
    connector = await begin(station, charge_point)
    await until(lambda: connector.bidirectional.follows)
    await connector.limiter.request(Intent(limit_a=10.0, setpoint_w=-2300.0))
    found = period(station)
    assert found["operationMode"] == "CentralSetpoint"
    assert not {"limit", "dischargeLimit"} & found.keys()
    await connector.limiter.request(Intent(limit_a=10.0, setpoint_w=2300.0))
    assert period(station)["setpoint"] > 0


@pytest.mark.fr("Q09.FR.05")
async def test_the_station_balances_within_limits(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    connector = charge_point.connector(1)
    connector.allow_discharging(True)
    connector.choose_operation_mode(OperationMode.LOCAL_LOAD_BALANCING)
    connector.bidirectional.set_most(2300.0)
    await begin(station, charge_point)
    await until(lambda: period(station).get("operationMode") == "LocalLoadBalancing")
    assert -3.4 < period(station)["dischargeLimit"] < -3.2
    assert period(station)["limit"] > 0
    station.discharging.load_w = lambda: 9000.0
    await until(lambda: 2200 < station.evses[0].exported_w <= 2300)


async def test_without_a_connection_it_only_charges(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    """Q11 and Q12: by maxOfflineDuration, and not again by itself (K01.FR.101)."""
    charge_point.connector(1).allow_discharging(True)
    connector = await begin(station, charge_point)
    await until(lambda: connector.bidirectional.follows)
    await connector.limiter.request(Intent(limit_a=10.0, setpoint_w=-2300.0))
    (profile,) = station.profiles.of("TxProfile")
    assert 0 < profile["maxOfflineDuration"] <= 60
    assert profile["invalidAfterOfflineDuration"] is True
    (beneath,) = station.profiles.of("TxDefaultProfile")
    (left,) = beneath["chargingSchedule"][0]["chargingSchedulePeriod"]
    assert left["limit"] == 10.0 and "setpoint" not in left
