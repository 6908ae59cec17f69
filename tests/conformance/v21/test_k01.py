"""What charging profiles of 2.1 may have besides (K01), and limits of others (K29)."""

from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.limits.intent import Fallback, Intent
from custom_components.ocpp_cs.csms.model.errors import InvalidRequestError
from simulator import ChargingStation
from simulator.car import Car
from tests.csms.test_central_system import until

from .test_k28 import install, limit, schedule

_PERIOD = {"startPeriod": 0, "limit": 12.0}
_START = {"startSchedule": "2026-01-01T00:00:00Z"}

EXTRAS = [
    ("UseLocalTime", {}, {**_START, "useLocalTime": True}),
    ("RandomizedDelay", {}, {**_START, "randomizedDelay": 30}),
    ("LimitAtSoC", {}, {**_START, "limitAtSoC": {"soc": 80, "limit": 6.0}}),
    ("MaxOfflineDuration", {"maxOfflineDuration": 60}, _START),
    (
        "MaxOfflineDuration",
        {"maxOfflineDuration": 60, "invalidAfterOfflineDuration": True},
        _START,
    ),
]


@pytest.mark.fr("K01.FR.96", "K01.FR.104", "K01.FR.105")
@pytest.mark.parametrize(("feature", "of_profile", "of_schedule"), EXTRAS)
async def test_what_the_station_supports_can_be_sent(
    charge_point: ChargePoint,
    station: ChargingStation,
    feature: str,
    of_profile: dict[str, Any],
    of_schedule: dict[str, Any],
) -> None:
    answer = await install(
        charge_point,
        chargingProfileKind="Absolute",
        chargingSchedule=schedule(_PERIOD, **of_schedule),
        **of_profile,
    )
    assert answer["status"] == "accepted"
    (sent,) = station.calls("SetChargingProfile")
    told = sent["chargingProfile"]
    assert of_profile.items() <= told.items()
    (only,) = told["chargingSchedule"]
    del only["startSchedule"]
    assert (dict(of_schedule) | _START).keys() - {"startSchedule"} <= only.keys()


@pytest.mark.fr("K01.FR.123", "K01.FR.124", "K01.FR.125")
@pytest.mark.parametrize(("feature", "of_profile", "of_schedule"), EXTRAS)
async def test_what_it_does_not_support_is_refused_here(
    charge_point: ChargePoint,
    station: ChargingStation,
    feature: str,
    of_profile: dict[str, Any],
    of_schedule: dict[str, Any],
) -> None:
    station.model.put("SmartChargingCtrlr", f"Supports{feature}", "false")
    await station.reboot()
    await until(lambda: station.accepted and charge_point.ready)
    await until(
        lambda: (
            not all(
                (
                    charge_point.capabilities.local_time,
                    charge_point.capabilities.random_delay,
                    charge_point.capabilities.limit_at_soc,
                    charge_point.capabilities.offline_limits,
                )
            )
        )
    )
    with pytest.raises(InvalidRequestError):
        await install(
            charge_point,
            chargingProfileKind="Absolute",
            chargingSchedule=schedule(_PERIOD, **of_schedule),
            **of_profile,
        )
    assert station.calls("SetChargingProfile") == []


@pytest.mark.fr("K01.FR.101", "K01.FR.102", "K01.FR.103")
@pytest.mark.parametrize("stays", [False, True])
async def test_it_ends_offline_and_is_back_or_not(
    charge_point: ChargePoint, station: ChargingStation, stays: bool
) -> None:
    await install(charge_point, id=6, stackLevel=1, chargingSchedule=schedule(_PERIOD))
    await install(
        charge_point,
        id=7,
        stackLevel=2,
        chargingSchedule=schedule({"startPeriod": 0, "limit": 20.0}),
        maxOfflineDuration=40,
        invalidAfterOfflineDuration=stays,
    )
    assert limit(station) == 20.0
    station.link.go_offline()
    await until(lambda: not station.connected)
    assert limit(station) == 20.0
    await until(lambda: limit(station) == 12.0)
    station.link.go_online()
    await until(lambda: station.operational)
    assert limit(station) == (12.0 if stays else 20.0)


async def test_the_state_of_charge_lowers_the_limit(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    await install(
        charge_point,
        chargingSchedule=schedule(_PERIOD, limit_at_soc={"soc": 80, "limit": 6.0}),
    )
    evse = station.evses[0]
    evse.plug_in(Car(soc=50))
    assert limit(station) == 12.0
    assert evse.car is not None
    evse.car.soc = 81
    assert limit(station) == 6.0


@pytest.mark.fr("K29.FR.01", "K29.FR.02", "K29.FR.04", "K29.FR.05")
async def test_a_dynamic_limit_of_another_is_read(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    connector = charge_point.connector(1)
    station.charging.limit_outside(1, 10.0, dynamic=True)
    await until(lambda: bool(connector.outside.known))
    (known,) = connector.outside.known.values()
    assert known.schedules == ()
    connector.outside.forget()
    # What it told before we listened, is in the report of its profiles.
    limiter = connector.limiter
    limiter.set_fallback(Fallback(limit_a=6.0, after_s=300))
    await limiter.request(Intent(limit_a=16.0))
    charge_point.profile_methods.proof.contradicted()
    await until(lambda: bool(connector.outside.known))
    (known,) = connector.outside.known.values()
    (told,) = known.schedules
    assert [period.limit for period in told.periods] == [10.0]
    station.charging.limit_outside(1, 8.0, dynamic=True)
    assert limit(station) == 8.0
