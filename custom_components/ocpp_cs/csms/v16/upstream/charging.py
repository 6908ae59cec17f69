"""Charging profiles that an upstream sets in OCPP 1.6 (5.5, 5.7, 5.16)."""

from ...model.model import utcnow
from ...model.profile import Unit
from ...model.timestamps import format_time
from ...schema.spelling import snake
from ...upstream.asked.calls import Json, UpstreamHandler, time_of
from ...upstream.asked.requests import Requests
from ..spelling import profile_from_ocpp, schedule_to_ocpp
from .answers import answer


def handlers(requests: Requests) -> dict[str, UpstreamHandler]:
    """Return what answers the calls about charging profiles, by action."""
    limits = requests.limits

    def set_charging_profile(payload: Json) -> Json:
        profile = payload["csChargingProfiles"]
        for name in ("validFrom", "validTo"):
            time_of(profile, name)
        time_of(profile["chargingSchedule"], "startSchedule")
        taken = limits.put(payload["connectorId"], profile_from_ocpp(profile))
        return answer(accepted=taken)

    def clear_charging_profile(payload: Json) -> Json:
        purpose = payload.get("chargingProfilePurpose")
        found = limits.clear(
            id=payload.get("id"),
            connector_id=payload.get("connectorId"),
            purpose=None if purpose is None else snake(purpose),
            stack_level=payload.get("stackLevel"),
        )
        return {"status": "Accepted" if found else "Unknown"}

    def get_composite_schedule(payload: Json) -> Json:
        unit, now = payload.get("chargingRateUnit"), utcnow()
        schedule = limits.composite(
            payload["connectorId"],
            payload["duration"],
            None if unit is None else Unit(snake(unit)),
            now,
        )
        if schedule is None:
            return {"status": "Rejected"}
        return {
            "status": "Accepted",
            "connectorId": payload["connectorId"],
            "scheduleStart": format_time(now),
            "chargingSchedule": schedule_to_ocpp(schedule),
        }

    return {
        "SetChargingProfile": set_charging_profile,
        "ClearChargingProfile": clear_charging_profile,
        "GetCompositeSchedule": get_composite_schedule,
    }
