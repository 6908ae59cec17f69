"""Charging profiles that are set, read and cleared."""

from typing import Any

from .cases import case
from .charge_point import ChargePoint
from .home import Home
from .tags import VALID

ACCEPTED = {"status": "Accepted"}

SCHEDULE = {
    "duration": 300,
    "charging_rate_unit": "a",
    "charging_schedule_period": [{"start_period": 0, "limit": 6.0, "number_phases": 3}],
}
OCPP_SCHEDULE = {
    "duration": 300,
    "chargingRateUnit": "A",
    "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0, "numberPhases": 3}],
}
START, END = "2030-01-02T03:00:00Z", "2030-01-03T03:00:00Z"


def _default(number: int = 1) -> dict[str, Any]:
    """Return a profile for whatever session comes, from START to END."""
    return {
        "charging_profile_id": number,
        "stack_level": 1,
        "charging_profile_purpose": "tx_default_profile",
        "charging_profile_kind": "absolute",
        "valid_from": START,
        "valid_to": END,
        "charging_schedule": {**SCHEDULE, "start_schedule": START},
    }


def _of_session(number: int = 2, **more: Any) -> dict[str, Any]:
    """Return a profile for one session, from its start."""
    return {
        "charging_profile_id": number,
        "stack_level": 1,
        "charging_profile_purpose": "tx_profile",
        "charging_profile_kind": "relative",
        "charging_schedule": SCHEDULE,
        **more,
    }


def _ocpp_of_session(number: int = 2, **more: Any) -> dict[str, Any]:
    return {
        "chargingProfileId": number,
        "stackLevel": 1,
        "chargingProfilePurpose": "TxProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": OCPP_SCHEDULE,
        **more,
    }


@case("TC_056_CSMS", "Central smart charging, TxDefaultProfile")
async def test_default_profile(home: Home, cp: ChargePoint) -> None:
    cp.answers["SetChargingProfile"] = ACCEPTED
    answer = await home.act(
        "set_charging_profile", connector_id=1, charging_profile=_default()
    )
    assert answer == {"status": "accepted"}
    assert cp.asked("SetChargingProfile") == [
        {
            "connectorId": 1,
            "csChargingProfiles": {
                "chargingProfileId": 1,
                "stackLevel": 1,
                "chargingProfilePurpose": "TxDefaultProfile",
                "chargingProfileKind": "Absolute",
                "validFrom": START,
                "validTo": END,
                "chargingSchedule": {**OCPP_SCHEDULE, "startSchedule": START},
            },
        }
    ]
    await home.shows_status("available")


@case("TC_057_CSMS", "Central smart charging, TxProfile")
async def test_session_profile(
    home: Home, cp: ChargePoint, transaction_id: int
) -> None:
    cp.answers["SetChargingProfile"] = ACCEPTED
    session = await home.session()
    # Whose session it is for may be said, and is always told.
    for profile in (
        _of_session(),
        _of_session(transaction_id=session["transaction_id"]),
    ):
        answer = await home.act(
            "set_charging_profile", connector_id=1, charging_profile=profile
        )
        assert answer == {"status": "accepted"}
    assert (
        cp.asked("SetChargingProfile")
        == [
            {
                "connectorId": 1,
                "csChargingProfiles": _ocpp_of_session(transactionId=transaction_id),
            }
        ]
        * 2
    )
    await home.shows_charging("on")


@case("TC_059_CSMS", "Remote start with a charging profile")
async def test_remote_start_with_profile(home: Home, cp: ChargePoint) -> None:
    cp.answers["RemoteStartTransaction"] = ACCEPTED
    start = {"connector_id": 1, "id_tag": VALID}
    # Only a session's profile will do, and no transaction that it could name is there.
    with home.told("charging_profile_purpose: must be TxProfile"):
        await home.act("remote_start_transaction", **start, charging_profile=_default())
    with home.told("transaction_id: must not be given"):
        await home.act(
            "remote_start_transaction",
            **start,
            charging_profile=_of_session(transaction_id=1),
        )
    await home.act("remote_start_transaction", **start, charging_profile=_of_session())
    assert cp.asked("RemoteStartTransaction") == [
        {"connectorId": 1, "idTag": VALID, "chargingProfile": _ocpp_of_session()}
    ]
    assert await cp.authorize(VALID) == "Accepted"
    await cp.status("Preparing")
    answer = await cp.start(VALID)
    assert answer["idTagInfo"]["status"] == "Accepted"
    await cp.status("Charging")
    await home.shows_status("charging")
    await home.shows_charging("on")


@case("TC_066_CSMS", "Get composite schedule")
async def test_composite_schedule(home: Home, cp: ChargePoint) -> None:
    cp.answers["GetCompositeSchedule"] = {
        "status": "Accepted",
        "connectorId": 1,
        "scheduleStart": START,
        "chargingSchedule": OCPP_SCHEDULE,
    }
    answer = await home.act(
        "get_composite_schedule", connector_id=1, duration=300, charging_rate_unit="a"
    )
    assert cp.asked("GetCompositeSchedule") == [
        {"connectorId": 1, "duration": 300, "chargingRateUnit": "A"}
    ]
    assert answer == {
        "status": "accepted",
        "connector_id": 1,
        "schedule_start": START,
        "charging_schedule": SCHEDULE,
    }
    await home.shows_status("available")


@case("TC_067_CSMS", "Clear charging profiles")
async def test_clear(home: Home, cp: ChargePoint, transaction_id: int) -> None:
    cp.answers |= {"SetChargingProfile": ACCEPTED, "ClearChargingProfile": ACCEPTED}
    profiles = [
        {**_default(1), "charging_profile_purpose": "charge_point_max_profile"},
        _default(2),
        _of_session(3, transaction_id=transaction_id),
    ]
    for profile in profiles:
        await home.act("set_charging_profile", charging_profile=profile)
    sent = [
        (one["connectorId"], one["csChargingProfiles"]["chargingProfilePurpose"])
        for one in cp.asked("SetChargingProfile")
    ]
    assert sent == [
        (0, "ChargePointMaxProfile"),
        (1, "TxDefaultProfile"),
        (1, "TxProfile"),
    ]
    criteria = {
        "connector_id": 1,
        "charging_profile_purpose": "tx_default_profile",
        "stack_level": 1,
    }
    for chosen in ({"id": 1}, criteria, {}):
        answer = await home.act("clear_charging_profile", **chosen)
        assert answer == {"status": "accepted"}
    # By its id, by what it is like, all that is left.
    assert cp.asked("ClearChargingProfile") == [
        {"id": 1},
        {
            "connectorId": 1,
            "chargingProfilePurpose": "TxDefaultProfile",
            "stackLevel": 1,
        },
        {},
    ]
    await home.shows_charging("on")
