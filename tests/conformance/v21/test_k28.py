"""Dynamic charging profiles from the central system (K28)."""

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.limits.intent import Intent
from simulator import ChargingStation
from simulator.car import Car


@pytest.mark.fr("K28.FR.01", "K28.FR.02")
async def test_ours_has_one_period_from_now_on(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    await charge_point.connector(1).limiter.request(Intent(limit_a=10.0))
    (installed,) = station.calls("SetChargingProfile")
    profile = installed["chargingProfile"]
    assert profile["chargingProfileKind"] == "Dynamic"
    (schedule,) = profile["chargingSchedule"]
    (period,) = schedule["chargingSchedulePeriod"]
    assert period["startPeriod"] == 0


@pytest.mark.fr("K28.FR.06")
async def test_an_update_applies_at_once(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    limiter = charge_point.connector(1).limiter
    await limiter.request(Intent(limit_a=10.0))
    await limiter.request(Intent(limit_a=8.0))
    assert len(station.calls("SetChargingProfile")) == 1
    assert len(station.calls("UpdateDynamicSchedule")) == 1
    station.evses[0].plug_in(Car())
    assert station.charging.limit(station.evses[0]).amps == 8.0
