"""Charging profiles that are set, read and cleared (K)."""

from typing import Any

import pytest

from tests.conformance.charge_point import Json
from tests.conformance.home import Home
from tests.conformance.tags import VALID

from .cases import case, cases
from .station import ACCEPTED, Station, Visit, token

START, END = "2030-01-02T03:00:00Z", "2030-01-03T03:00:00Z"


def _schedule(limit: float, **more: Any) -> Json:
    return {
        "duration": 300,
        "charging_rate_unit": "a",
        "charging_schedule_period": [
            {"start_period": 0, "limit": limit, "number_phases": 3}
        ],
        **more,
    }


def _ocpp_schedule(limit: float, **more: Any) -> Json:
    return {
        "duration": 300,
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": limit, "numberPhases": 3}
        ],
        **more,
    }


def _profile(
    number: int = 1,
    purpose: str = "tx_default_profile",
    *,
    level: int = 1,
    limit: float = 6.0,
    **more: Any,
) -> Json:
    """Return a profile as a user writes it, from START to END."""
    return {
        "charging_profile_id": number,
        "stack_level": level,
        "charging_profile_purpose": purpose,
        "charging_profile_kind": "absolute",
        "valid_from": START,
        "valid_to": END,
        "charging_schedule": _schedule(limit, start_schedule=START),
        **more,
    }


def _of_session(number: int = 2, **more: Any) -> Json:
    """Return a profile for one session, from its start."""
    return {
        "charging_profile_id": number,
        "stack_level": 1,
        "charging_profile_purpose": "tx_profile",
        "charging_profile_kind": "relative",
        "charging_schedule": _schedule(7.0),
        **more,
    }


def _sent(station: Station) -> list[tuple[int, Json]]:
    """Return what was set: the EVSE and the profile, the ids of schedules apart."""
    sent = []
    for one in station.asked("SetChargingProfile"):
        for schedule in one["chargingProfile"]["chargingSchedule"]:
            del schedule["id"]
            for period in schedule["chargingSchedulePeriod"]:
                # 3 is the default.
                period.setdefault("numberPhases", 3)
                assert "phaseToUse" not in period
        sent.append((one["evseId"], one["chargingProfile"]))
    return sent


async def _set(home: Home, station: Station, evse: int, profile: Json) -> None:
    station.answers["SetChargingProfile"] = ACCEPTED
    answer = await home.act(
        "set_charging_profile", connector_id=evse, charging_profile=profile
    )
    assert answer == {"status": "accepted"}


def _ocpp(purpose: str, limit: float, number: int = 1, level: int = 1) -> Json:
    return {
        "id": number,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "validFrom": START,
        "validTo": END,
        "chargingSchedule": [_ocpp_schedule(limit, startSchedule=START)],
    }


@cases(
    "K_01",
    "K_03",
    "K_10",
    evse=[1, 0, 0],
    purpose=["TxDefaultProfile", "ChargingStationMaxProfile", "TxDefaultProfile"],
    words=["tx_default_profile", "charge_point_max_profile", "tx_default_profile"],
    limit=[6.0, 8.0, 6.0],
)
async def test_set(
    home: Home,
    station: Station,
    number: str,
    evse: int,
    purpose: str,
    words: str,
    limit: float,
) -> None:
    await _set(home, station, evse, _profile(purpose=words, limit=limit))
    assert _sent(station) == [(evse, _ocpp(purpose, limit))]


@case("K_04")
async def test_replace(home: Home, station: Station) -> None:
    for limit in (8.0, 6.0):
        await _set(home, station, 1, _profile(limit=limit))
    assert _sent(station) == [
        (1, _ocpp("TxDefaultProfile", limit)) for limit in (8.0, 6.0)
    ]


@case("K_15")
async def test_not_supported(home: Home, station: Station) -> None:
    station.answers["SetChargingProfile"] = "NotSupported"
    with home.told("Garage"):
        await home.act(
            "set_charging_profile", connector_id=1, charging_profile=_profile()
        )
    assert _sent(station) == [(1, _ocpp("TxDefaultProfile", 6.0))]
    await home.shows_status("available")


@case("K_19")
@pytest.mark.parametrize("kind", ["daily", "weekly"])
async def test_recurring(home: Home, station: Station, kind: str) -> None:
    profile = _profile(charging_profile_kind="recurring", recurrency_kind=kind)
    await _set(home, station, 1, profile)
    wanted = _ocpp("TxDefaultProfile", 6.0)
    recurring = {
        "chargingProfileKind": "Recurring",
        "recurrencyKind": kind.capitalize(),
    }
    assert _sent(station) == [(1, wanted | recurring)]


@case("K_60")
async def test_of_a_transaction(home: Home, visit: Visit) -> None:
    station = visit.station
    await _set(home, station, 1, _of_session())
    assert _sent(station) == [
        (
            1,
            {
                "id": 2,
                "stackLevel": 1,
                "chargingProfilePurpose": "TxProfile",
                "chargingProfileKind": "Relative",
                "transactionId": visit.id,
                "chargingSchedule": [_ocpp_schedule(7.0)],
            },
        )
    ]
    await home.shows_charging("on")


@case("K_70")
async def test_several(home: Home, station: Station) -> None:
    for number, level in ((1, 1), (2, 2)):
        await _set(home, station, 1, _profile(number, level=level))
    assert _sent(station) == [
        (1, _ocpp("TxDefaultProfile", 6.0, number=one, level=one)) for one in (1, 2)
    ]


@case("K_37")
async def test_remote_start(home: Home, station: Station) -> None:
    station.answers["RequestStartTransaction"] = ACCEPTED
    start = {"connector_id": 1, "id_tag": VALID}
    with home.told("must not be given"):
        await home.act(
            "remote_start_transaction",
            **start,
            charging_profile=_of_session(transaction_id="T-1"),
        )
    await home.act("remote_start_transaction", **start, charging_profile=_of_session())
    (asked,) = station.asked("RequestStartTransaction")
    number = asked.pop("remoteStartId")
    profile = asked.pop("chargingProfile")
    assert asked == {"evseId": 1, "idToken": token(VALID)}
    assert profile["chargingProfilePurpose"] == "TxProfile"
    assert profile["chargingProfileKind"] == "Relative"
    assert "transactionId" not in profile
    visit = station.visit()
    await visit.event(
        "Started", "RemoteStart", id_token=VALID, info={"remoteStartId": number}
    )
    visit.authorized_by = VALID
    await visit.charge()
    await home.shows_charging("on")


@cases("K_43", "K_44", evse=[1, 0])
@pytest.mark.parametrize("unit", ["a", "w"])
async def test_composite_schedule(
    home: Home, station: Station, number: str, evse: int, unit: str
) -> None:
    limit = 10.0 if unit == "a" else 10_000.0
    station.answers["GetCompositeSchedule"] = {
        "status": "Accepted",
        "schedule": {
            "evseId": evse,
            "duration": 300,
            "scheduleStart": START,
            "chargingRateUnit": unit.upper(),
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
        },
    }
    answer = await home.act(
        "get_composite_schedule",
        connector_id=evse,
        duration=300,
        charging_rate_unit=unit,
    )
    assert station.asked("GetCompositeSchedule") == [
        {"evseId": evse, "duration": 300, "chargingRateUnit": unit.upper()}
    ]
    assert (answer["status"], answer["connector_id"]) == ("accepted", evse)
    assert answer["schedule_start"] == START
    schedule = answer["charging_schedule"]
    assert (schedule["duration"], schedule["charging_rate_unit"]) == (300, unit)
    (period,) = schedule["charging_schedule_period"]
    assert (period["start_period"], period["limit"]) == (0, limit)


# Reading.


def _report(station: Station, *evses: int) -> Any:
    """Answer GetChargingProfiles with a profile of each EVSE."""

    def answer(request: Json) -> Json:
        async def report() -> None:
            for count, evse in enumerate(evses, 1):
                await station.call(
                    "ReportChargingProfiles",
                    requestId=request["requestId"],
                    chargingLimitSource="CSO",
                    evseId=evse,
                    tbc=count < len(evses),
                    chargingProfile=[
                        {
                            **_ocpp("TxDefaultProfile", 6.0, number=evse + 1),
                            "chargingSchedule": [
                                {"id": 1, **_ocpp_schedule(6.0, startSchedule=START)}
                            ],
                        }
                    ],
                )

        station.soon(report)
        return ACCEPTED

    return answer


@cases(
    *("K_29", "K_30", "K_31", "K_32", "K_33", "K_34", "K_35", "K_36"),
    fields=[
        {"connector_id": 0, "charging_profile_purpose": "tx_default_profile"},
        {"connector_id": 1},
        {},
        {"charging_profile_id": [2]},
        {"connector_id": 1, "stack_level": 1},
        {"connector_id": 1, "charging_limit_source": ["cso"]},
        {"connector_id": 1, "charging_profile_purpose": "tx_default_profile"},
        {
            "connector_id": 1,
            "charging_profile_purpose": "tx_default_profile",
            "stack_level": 1,
        },
    ],
    wanted=[
        {
            "evseId": 0,
            "chargingProfile": {"chargingProfilePurpose": "TxDefaultProfile"},
        },
        {"evseId": 1, "chargingProfile": {}},
        {"chargingProfile": {}},
        {"chargingProfile": {"chargingProfileId": [2]}},
        {"evseId": 1, "chargingProfile": {"stackLevel": 1}},
        {"evseId": 1, "chargingProfile": {"chargingLimitSource": ["CSO"]}},
        {
            "evseId": 1,
            "chargingProfile": {"chargingProfilePurpose": "TxDefaultProfile"},
        },
        {
            "evseId": 1,
            "chargingProfile": {
                "chargingProfilePurpose": "TxDefaultProfile",
                "stackLevel": 1,
            },
        },
    ],
)
@pytest.mark.parametrize("evses", [2])
async def test_read(
    home: Home, visit: Visit, number: str, fields: Json, wanted: Json
) -> None:
    station = visit.station
    evses = (0, 1, 2) if not fields else (fields.get("connector_id", 1),)
    station.answers["GetChargingProfiles"] = _report(station, *evses)
    answer = await home.act("get_charging_profiles", **fields)
    assert answer["complete"] is True
    (asked,) = station.asked("GetChargingProfiles")
    assert asked.pop("requestId") >= 0
    if not wanted["chargingProfile"]:
        # Something has to be asked for, and every profile has a source (K09.FR.03).
        assert asked["chargingProfile"].keys() <= {"chargingLimitSource"}
        asked["chargingProfile"] = {}
    assert asked == wanted
    found = [
        (one["connector_id"], one["charging_profile"]["id"])
        for one in answer["profiles"]
    ]
    assert found == [(evse, evse + 1) for evse in evses]


# Clearing.


@case("K_05")
async def test_clear_by_id(home: Home, station: Station) -> None:
    station.answers |= {
        "GetChargingProfiles": _report(station, 1),
        "ClearChargingProfile": ACCEPTED,
    }
    found = await home.act("get_charging_profiles", connector_id=1)
    (one,) = found["profiles"]
    number = one["charging_profile"]["id"]
    answer = await home.act("clear_charging_profile", id=number)
    assert answer == {"status": "accepted"}
    assert station.asked("ClearChargingProfile") == [{"chargingProfileId": number}]


@cases("K_06", "K_08", status=["Accepted", "Unknown"])
async def test_clear_by_criteria(
    home: Home, station: Station, number: str, status: str
) -> None:
    station.answers["ClearChargingProfile"] = {"status": status}
    criteria = {
        "connector_id": 1,
        "charging_profile_purpose": "tx_default_profile",
        "stack_level": 1,
    }
    if status == "Accepted":
        answer = await home.act("clear_charging_profile", **criteria)
        assert answer == {"status": "accepted"}
    else:
        with home.told("Garage refused ClearChargingProfile: Unknown"):
            await home.act("clear_charging_profile", **criteria)
    assert station.asked("ClearChargingProfile") == [
        {
            "chargingProfileCriteria": {
                "evseId": 1,
                "chargingProfilePurpose": "TxDefaultProfile",
                "stackLevel": 1,
            }
        }
    ]
