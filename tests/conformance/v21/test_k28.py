"""Dynamic charging profiles from the central system (K28)."""

from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.limits.intent import Intent
from custom_components.ocpp_cs.csms.model.errors import (
    InvalidRequestError,
    RefusedError,
)
from simulator import ChargingStation
from simulator.car import Car
from tests.csms.test_central_system import until

OURS = 20
"""The id of our profile, as the station keeps so many."""


def profile(**members: Any) -> dict[str, Any]:
    """Return a user's profile; a dynamic one if it does not say otherwise."""
    return {
        "id": 7,
        "stackLevel": 3,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Dynamic",
        "chargingSchedule": schedule({"startPeriod": 0, "limit": 12.0}),
    } | members


def schedule(*periods: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": list(periods),
    } | members


async def install(charge_point: ChargePoint, **members: Any) -> dict[str, Any]:
    """Let a user install a profile."""
    return await charge_point.commands.call(
        "set_charging_profile", connector_id=1, charging_profile=profile(**members)
    )


def limit(station: ChargingStation) -> float:
    return station.charging.limit(station.evses[0]).amps


@pytest.mark.fr("K28.FR.01", "K28.FR.02")
async def test_ours_has_one_period_from_now_on(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    await charge_point.connector(1).limiter.request(Intent(limit_a=10.0))
    (installed,) = station.calls("SetChargingProfile")
    told = installed["chargingProfile"]
    assert told["chargingProfileKind"] == "Dynamic"
    (only,) = told["chargingSchedule"]
    (period,) = only["chargingSchedulePeriod"]
    assert period["startPeriod"] == 0
    assert "startSchedule" not in only


@pytest.mark.fr("K28.FR.01", "K28.FR.02", "K28.FR.04")
@pytest.mark.parametrize(
    "members",
    [
        {
            "chargingSchedule": schedule(
                {"startPeriod": 0, "limit": 12.0}, {"startPeriod": 60, "limit": 8.0}
            )
        },
        {"chargingSchedule": schedule({"startPeriod": 5, "limit": 12.0})},
        {"chargingProfileKind": "Absolute", "dynUpdateInterval": 60},
    ],
)
async def test_a_users_must_be_dynamic_in_all(
    charge_point: ChargePoint, station: ChargingStation, members: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequestError):
        await install(charge_point, **members)
    assert station.calls("SetChargingProfile") == []


@pytest.mark.fr("K28.FR.03", "K28.FR.04")
@pytest.mark.parametrize(
    "members",
    [
        {
            "chargingSchedule": [
                schedule(
                    {"startPeriod": 0, "limit": 12.0},
                    {"startPeriod": 60, "limit": 8.0},
                    id=1,
                )
            ]
        },
        {
            "chargingProfileKind": "Absolute",
            "dynUpdateInterval": 60,
            "chargingSchedule": [
                schedule(
                    {"startPeriod": 0, "limit": 12.0},
                    id=1,
                    startSchedule="2026-01-01T00:00:00Z",
                )
            ],
        },
    ],
)
async def test_the_station_refuses_another(
    station: ChargingStation, members: dict[str, Any]
) -> None:
    assert station.charging.problem_of(1, profile(**members)) is not None
    station.violations.clear()


@pytest.mark.fr("K28.FR.05", "K28.FR.06", "K28.FR.09")
async def test_an_update_applies_at_once(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    limiter = charge_point.connector(1).limiter
    await limiter.request(Intent(limit_a=10.0))
    (one,) = station.profiles
    first = one.data["dynUpdateTime"]
    await limiter.request(Intent(limit_a=8.0))
    assert len(station.calls("SetChargingProfile")) == 1
    assert len(station.calls("UpdateDynamicSchedule")) == 1
    station.evses[0].plug_in(Car())
    assert limit(station) == 8.0
    assert one.data["dynUpdateTime"] > first


@pytest.mark.fr("K28.FR.07", "K28.FR.08", "K28.FR.10")
async def test_a_station_that_asks_gets_the_values(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    await install(charge_point, dynUpdateInterval=20)
    station.faults.updates_ignored = True
    answer = await charge_point.commands.call(
        "update_dynamic_schedule", charging_profile_id=7, schedule_update={"limit": 9.0}
    )
    assert answer == {"status": "accepted"}
    assert limit(station) == 12.0
    # It has not followed, and asks when its time has come.
    await until(lambda: limit(station) == 9.0)


@pytest.mark.fr("K28.FR.07")
async def test_ours_has_the_last_limit(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    limiter = charge_point.connector(1).limiter
    await limiter.request(Intent(limit_a=10.0))
    station.faults.updates_ignored = True
    await limiter.request(Intent(limit_a=8.0))
    assert limit(station) == 10.0
    station.charging.dynamic.pull(OURS)
    await until(lambda: limit(station) == 8.0)


@pytest.mark.fr("K28.FR.11", "K28.FR.12")
async def test_what_is_not_dynamic_is_rejected(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    answers: list[Any] = []
    station.link.on_frame = lambda way, text: (
        answers.append(text) if way == "in" else None
    )
    await install(charge_point, chargingProfileKind="Absolute")
    for number in (7, 4711):
        station.charging.dynamic.pull(number)
        await until(lambda: any('"Rejected"' in text for text in answers))
        answers.clear()
        payload = {"chargingProfileId": number, "scheduleUpdate": {"limit": 6.0}}
        assert station.charging.dynamic.update(payload)["status"] == "Rejected"
        # The station refuses what is not known here.
        error = InvalidRequestError if number == 7 else RefusedError
        with pytest.raises(error):
            await charge_point.commands.call(
                "update_dynamic_schedule",
                charging_profile_id=number,
                schedule_update={"limit": 6.0},
            )


@pytest.mark.fr("K28.FR.13", "K28.FR.14", "K28.FR.15")
async def test_one_with_a_duration_needs_updates(
    charge_point: ChargePoint, station: ChargingStation
) -> None:
    only = schedule({"startPeriod": 0, "limit": 12.0}, duration=1)
    await install(charge_point, chargingSchedule=only)
    assert limit(station) == 12.0
    await until(lambda: limit(station) == 32.0)
    await charge_point.commands.call(
        "update_dynamic_schedule", charging_profile_id=7, schedule_update={"limit": 9.0}
    )
    assert limit(station) == 9.0
