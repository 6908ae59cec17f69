"""Charging profiles, as users read and write them."""

from collections.abc import Mapping
from typing import Any

from ...commands import Answer
from ...model.errors import InvalidRequestError
from ...model.profile import ChargingProfile
from ...schema.spelling import to_ocpp
from ..commands import Fields, V2Commands
from ..spelling import profile_from_ocpp
from .fields import as_list, spelled

_OTHER_WORDS = {
    "charge_point_max_profile": "charging_station_max_profile",
    "ChargePointMaxProfile": "ChargingStationMaxProfile",
}


def read_profile(
    commands: V2Commands, action: str, fields: Mapping[str, Any]
) -> ChargingProfile:
    """Convert a user's charging profile, of OCPP 1.6 or 2, to the model.

    Raises:
        InvalidRequestError: The schema does not allow the profile.
    """
    given = spelled(fields)
    if "charging_profile_id" in given:
        given["id"] = given.pop("charging_profile_id")
    if isinstance(given.get("transaction_id"), int):
        given["transaction_id"] = str(given["transaction_id"])
    purpose = given.get("charging_profile_purpose")
    given["charging_profile_purpose"] = _OTHER_WORDS.get(str(purpose), purpose)
    given["charging_schedule"] = [
        {"id": number, **spelled(schedule)} if isinstance(schedule, Mapping) else None
        for number, schedule in enumerate(as_list(given.get("charging_schedule")), 1)
    ]
    schema = commands.schemas.request("SetChargingProfile")
    assert schema is not None
    payload = to_ocpp({"evse_id": 0, "charging_profile": given}, schema.definition)
    if problems := schema.problems(payload, formats=True):
        raise InvalidRequestError(action, problems[0].path, problems[0].message)
    return profile_from_ocpp(payload["chargingProfile"])


async def start_transaction(commands: V2Commands, fields: Fields) -> Answer:
    """Start a transaction (F01, F02), with a charging profile if one is given."""
    profile = fields.get("charging_profile")
    if isinstance(profile, Mapping):
        read = read_profile(commands, "RequestStartTransaction", profile)
        fields = fields | {"charging_profile": read}
    return await commands.start_transaction(**fields)


async def set_charging_profile(commands: V2Commands, fields: Fields) -> Answer:
    """Install a charging profile (K01)."""
    profile = fields.get("charging_profile")
    if isinstance(profile, Mapping):
        read = read_profile(commands, "SetChargingProfile", profile)
        fields = fields | {"charging_profile": read}
    return await commands.set_charging_profile(**fields)


async def clear_charging_profile(commands: V2Commands, fields: Fields) -> Answer:
    """Remove charging profiles (K10)."""
    purpose = fields.get("charging_profile_purpose")
    return await commands.clear_charging_profile(
        **(
            fields
            | {"charging_profile_purpose": _OTHER_WORDS.get(str(purpose), purpose)}
        )
    )


async def get_composite_schedule(commands: V2Commands, fields: Fields) -> Answer:
    """Return the schedule that results from all profiles (K08), as OCPP 1.6 has it."""
    fields = {**fields}
    answer = await commands.caller.send(
        "GetCompositeSchedule", evse_id=fields.pop("connector_id"), **fields
    )
    if (schedule := answer.pop("schedule", None)) is None:
        return answer
    return answer | {
        "connector_id": schedule.pop("evse_id"),
        "schedule_start": schedule.pop("schedule_start"),
        "charging_schedule": schedule,
    }
