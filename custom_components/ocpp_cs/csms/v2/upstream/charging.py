"""The charging profiles of an upstream (K01, K08, K09, K10)."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final

from ...model.errors import InvalidRequestError
from ...model.model import utcnow
from ...model.profile import (
    ChargingProfile,
    InstalledProfile,
    LimitSource,
    Purpose,
    Unit,
)
from ...model.timestamps import format_time
from ...schema.spelling import snake
from ...upstream.asked.calls import Json, UpstreamHandler
from ...upstream.asked.limits import MAX_STACK_LEVEL
from ...upstream.asked.requests import Requests
from ...upstream.speech import Call
from ..charging.rules import Circumstances, check
from ..spelling import profile_from_ocpp, profile_to_ocpp, told
from .answers import status

_SET: Final = "SetChargingProfile"
_PURPOSES: Final = {
    "ChargingStationMaxProfile": Purpose.STATION_MAX,
    "TxDefaultProfile": Purpose.TX_DEFAULT,
    "TxProfile": Purpose.TX,
    "ChargingStationExternalConstraints": Purpose.EXTERNAL_CONSTRAINTS,
    # Of 2.1; there are none here.
    "LocalGeneration": Purpose.LOCAL_GENERATION,
    "PriorityCharging": Purpose.PRIORITY,
}
_SOURCES: Final = {
    "CSO": LimitSource.CSO,
    "EMS": LimitSource.EMS,
    "SO": LimitSource.SO,
    "Other": LimitSource.OTHER,
}
_WORDS: Final = {source: word for word, source in _SOURCES.items()}
_AT_ONCE: Final = 5
"""The profiles in one ReportChargingProfiles."""


def checked(
    requests: Requests,
    profile: ChargingProfile,
    evse_id: int,
    *,
    of_start: bool = False,
) -> ChargingProfile:
    """Return a profile if it keeps the rules for one of a central system.

    Raises:
        InvalidRequestError: It does not.
    """
    check(
        profile,
        evse_id,
        Circumstances(
            max_level=MAX_STACK_LEVEL,
            of_start=of_start,
            taken=()
            if of_start
            else [
                one.profile.id
                for one in requests.limits.installed()
                if one.connector_id == evse_id and _meet(one.profile, profile)
            ],
        ),
        action=_SET,
    )
    return profile


def _meet(known: ChargingProfile, new: ChargingProfile) -> bool:
    """Return whether a profile has the place of another one (K01.FR.06, FR.39)."""
    return (
        known.id != new.id
        and known.purpose is new.purpose
        and known.stack_level == new.stack_level
        and known.transaction_id == new.transaction_id
        and not (
            known.valid_to is not None
            and new.valid_from is not None
            and known.valid_to <= new.valid_from
        )
        and not (
            new.valid_to is not None
            and known.valid_from is not None
            and new.valid_to <= known.valid_from
        )
    )


class Charging:
    """Answers what an upstream asks about charging profiles."""

    def __init__(self, requests: Requests) -> None:
        """Answer by `requests`."""
        self._requests = requests
        self._limits = requests.limits

    def _knows(self, evse_id: int) -> bool:
        return evse_id in {0, *self._requests.charge_point.connector_numbers}

    def set(self, payload: Json) -> Json:
        """Take a profile (K01)."""
        evse_id = payload["evseId"]
        if not self._knows(evse_id):
            # K01.FR.28.
            return status("Rejected", "UnknownEvse")
        try:
            profile = checked(
                self._requests, profile_from_ocpp(payload["chargingProfile"]), evse_id
            )
        except InvalidRequestError as err:
            return status("Rejected", "InvalidProfile", str(err))
        if not self._limits.put(evse_id, profile):
            return status("Rejected", "NotEnabled")
        return {"status": "Accepted"}

    def clear(self, payload: Json) -> Json:
        """Forget profiles (K10)."""
        criteria = payload.get("chargingProfileCriteria") or {}
        word = criteria.get("chargingProfilePurpose")
        purpose = None if word is None else _PURPOSES[word]
        done = purpose is not Purpose.EXTERNAL_CONSTRAINTS and self._limits.clear(
            id=payload.get("chargingProfileId"),
            connector_id=criteria.get("evseId"),
            purpose=None if purpose is None else str(purpose),
            stack_level=criteria.get("stackLevel"),
        )
        return {"status": "Accepted" if done else "Unknown"}

    def get(self, payload: Json) -> Json:
        """Report profiles (K09)."""
        criteria = payload["chargingProfile"]
        evse_id = payload.get("evseId")
        found = [
            one
            for one in self._limits.installed()
            if evse_id in {None, one.connector_id} and _is_meant(one, criteria)
        ]
        if not found:
            return {"status": "NoProfiles"}
        if not self._requests.send(_reports(payload["requestId"], found)):
            return {"status": "NoProfiles"}
        return {"status": "Accepted"}

    def composite(self, payload: Json) -> Json:
        """Tell what will be allowed, by all limits (K08)."""
        evse_id, word = payload["evseId"], payload.get("chargingRateUnit")
        if not self._knows(evse_id):
            # K08.FR.05.
            return status("Rejected", "UnknownEvse")
        now = utcnow()
        schedule = self._limits.composite(
            evse_id,
            payload["duration"],
            None if word is None else Unit(snake(word)),
            now,
        )
        if schedule is None:
            return status("Rejected", "NotEnabled")
        duration = schedule.duration
        return {
            "status": "Accepted",
            "schedule": {
                "evseId": evse_id,
                "duration": payload["duration"] if duration is None else duration,
                "scheduleStart": format_time(schedule.start or now),
                "chargingRateUnit": schedule.unit.upper(),
                "chargingSchedulePeriod": [
                    told(
                        startPeriod=one.start,
                        limit=one.limit,
                        numberPhases=one.phases,
                        phaseToUse=one.phase,
                    )
                    for one in schedule.periods
                ],
            },
        }


def _is_meant(one: InstalledProfile, criteria: Mapping[str, Any]) -> bool:
    """Return whether a profile matches a ChargingProfileCriterionType (2.12)."""
    if (ids := criteria.get("chargingProfileId")) is not None:
        return one.profile.id in ids
    purpose = criteria.get("chargingProfilePurpose")
    sources = criteria.get("chargingLimitSource")
    return (
        (purpose is None or _PURPOSES[purpose] is one.profile.purpose)
        and criteria.get("stackLevel") in {None, one.profile.stack_level}
        and (sources is None or one.source in {_SOURCES.get(word) for word in sources})
    )


def _reports(request_id: int, found: list[InstalledProfile]) -> list[Call]:
    """Return the pieces of a report: each is about one EVSE and one source."""

    def place(one: InstalledProfile) -> tuple[int, str]:
        return one.connector_id, _WORDS[one.source]

    pieces: list[Json] = []
    for (evse_id, source), group in groupby(sorted(found, key=place), place):
        profiles = [profile_to_ocpp(_SET, one.profile) for one in group]
        pieces += [
            {
                "requestId": request_id,
                "chargingLimitSource": source,
                "evseId": evse_id,
                "chargingProfile": profiles[at : at + _AT_ONCE],
                "tbc": True,
            }
            for at in range(0, len(profiles), _AT_ONCE)
        ]
    # K09.FR.02.
    pieces[-1]["tbc"] = False
    return [("ReportChargingProfiles", one) for one in pieces]


def handlers(requests: Requests) -> Mapping[str, UpstreamHandler]:
    """Return the handlers by action."""
    part = Charging(requests)
    return {
        "ClearChargingProfile": part.clear,
        "GetChargingProfiles": part.get,
        "GetCompositeSchedule": part.composite,
        "SetChargingProfile": part.set,
    }
