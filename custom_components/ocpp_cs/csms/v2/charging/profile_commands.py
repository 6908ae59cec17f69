"""Install, remove and read charging profiles (K01, K08, K09, K10)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ...caller import Caller
from ...commands import Answer
from ...limits.user_profiles import ProfileFilter
from ...model.errors import (
    FieldProblem,
    InvalidRequestError,
    OtherVersionActionError,
    RefusedError,
)
from ...model.model import new_id, utcnow
from ...model.profile import (
    ChargingProfile,
    InstalledProfiles,
    Kind,
    LimitSource,
    Period,
    Purpose,
)
from ...schema.spelling import snake
from ..spelling import profile_from_ocpp, profile_to_ocpp, told, update_of
from .facts import SmartChargingFacts
from .rules import Circumstances, check

if TYPE_CHECKING:
    from ...charge_point import ChargePoint
    from ..connection import Awaited
    from ..station import Station

_SET = "SetChargingProfile"
_UPDATE = "UpdateDynamicSchedule"
_START = "RequestStartTransaction"

_SIGNED = [
    name + phase
    for name in ("limit", "setpoint", "dischargeLimit")
    for phase in ("", "_L2", "_L3")
]
"""The values of a dynamic profile that discharge when they are below 0."""

_OLD_NAMES = {"charging_profile_id": "id"}
"""Members of a profile as OCPP 1.6 calls them, and their names in OCPP 2."""

_STATION_MAX = {"charge_point_max_profile", "ChargePointMaxProfile"}

_ALL_PURPOSES = [
    {"charging_profile_purpose": purpose}
    for purpose in ("TxProfile", "TxDefaultProfile", "ChargingStationMaxProfile")
]
"""Criteria that together match all profiles that can be removed."""

_SOURCES = {
    LimitSource.CSO.value: "CSO",
    LimitSource.EMS.value: "EMS",
    LimitSource.SO.value: "SO",
    LimitSource.OTHER.value: "Other",
}
"""Source -> its word. In 2.1 any text is valid there, so that none is spelled for us."""


def _purpose(word: str | None) -> str | None:
    """Return a purpose in the words of OCPP 2."""
    return "ChargingStationMaxProfile" if word in _STATION_MAX else word


class ProfileCommands:
    """Install, remove and read charging profiles."""

    def __init__(
        self,
        charge_point: ChargePoint,
        caller: Caller,
        station: Station,
        awaited: Awaited,
    ) -> None:
        """Create the commands of a connection."""
        self._charge_point = charge_point
        self._caller = caller
        self._station = station
        self._awaited = awaited

    # Reading what a user has written.

    def read(
        self, fields: Mapping[str, Any], *, of_start: bool = False
    ) -> ChargingProfile:
        """Convert a user's charging profile to the model.

        Args:
            fields: The members of a ChargingProfileType (2.11), in snake case or in
                OCPP's spelling. Those of OCPP 1.6 are understood as well.
            of_start: Whether it is sent with a RequestStartTransaction.

        Raises:
            InvalidRequestError: The schema does not allow the profile.
        """
        members = {snake(str(name)): value for name, value in fields.items()}
        members = {_OLD_NAMES.get(name, name): one for name, one in members.items()}
        members["charging_profile_purpose"] = _purpose(
            members.get("charging_profile_purpose")
        )
        schedules = members.get("charging_schedule")
        if isinstance(schedules, Mapping):
            schedules = [schedules]
        if isinstance(schedules, list):
            members["charging_schedule"] = [
                {"id": number, **_plain_names(one)} if isinstance(one, Mapping) else one
                for number, one in enumerate(schedules, 1)
            ]
        try:
            payload = self._caller.payload(_SET, evse_id=0, charging_profile=members)
        except InvalidRequestError as err:
            action = _START if of_start else _SET
            raise InvalidRequestError(action, err.field, err.problem) from err
        return self._started(profile_from_ocpp(payload["chargingProfile"]))

    def _started(self, profile: ChargingProfile) -> ChargingProfile:
        """Return a profile whose schedules start now, if it does not tell it.

        1.6 allows an absolute profile without a start (K01.FR.40 does not).
        """
        if profile.kind is not Kind.ABSOLUTE:
            return profile
        now = utcnow() - self._charge_point.clock.offset
        return replace(
            profile,
            schedules=tuple(
                one.starting(now) if one.start is None else one
                for one in profile.schedules
            ),
        )

    # Installing.

    def of_start(self, profile: ChargingProfile, evse_id: int | None) -> dict[str, Any]:
        """Return the profile of a RequestStartTransaction in OCPP's spelling.

        Raises:
            InvalidRequestError: It is not allowed with a start (F01.FR.08 to FR.11).
        """
        given = replace(self._circumstances(profile, evse_id or 0), of_start=True)
        check(profile, evse_id or 0, given, action=_START)
        return profile_to_ocpp(_START, profile)

    async def set(
        self, *, connector_id: int, charging_profile: ChargingProfile, own: bool
    ) -> Answer:
        """Install a profile; see `Commands`."""
        profile = self._of_transaction(charging_profile, connector_id)
        if not own:
            given = self._circumstances(profile, connector_id)
            check(profile, connector_id, given, action=_SET)
            await self._make_room(profile, connector_id)
        try:
            answer = await self._caller.send(
                _SET,
                evse_id=connector_id,
                charging_profile=profile_to_ocpp(_SET, profile),
            )
        except Exception:
            if not own:
                # What had to make room for it comes back.
                self._charge_point.profile_methods.user_profiles_changed()
            raise
        self._charge_point.limit_taken(connector_id)
        if not own:
            self._charge_point.profile_methods.user_installed(connector_id, profile)
        return answer

    async def update(
        self, connector_id: int, profile_id: int, period: Period
    ) -> Answer:
        """Change the values of a dynamic profile (2.1: K28.FR.06); see `Commands`."""
        if _UPDATE not in self._caller.actions:
            raise OtherVersionActionError(snake(_UPDATE), "2.0.1", "2.1")
        answer = await self._caller.send(
            _UPDATE,
            charging_profile_id=profile_id,
            schedule_update=update_of(period),
        )
        self._charge_point.limit_taken(connector_id)
        return answer

    async def update_of_user(
        self, profile_id: int, update: Mapping[str, Any]
    ) -> Answer:
        """Change the values of a dynamic profile that a user has set.

        Raises:
            InvalidRequestError: It is not dynamic, these are no values, or the vehicle
                would discharge, which its owner does not allow.
        """
        if _UPDATE not in self._caller.actions:
            raise OtherVersionActionError(snake(_UPDATE), "2.0.1", "2.1")
        fields = {"charging_profile_id": profile_id, "schedule_update": update}
        values = self._caller.payload(_UPDATE, **fields)["scheduleUpdate"]
        methods = self._charge_point.profile_methods
        users = methods.user_profiles
        if methods.is_ours(profile_id) or (
            profile_id in users.ids and users.dynamic_values(profile_id) is None
        ):
            # One that is not known here may be there all the same.
            raise InvalidRequestError(
                _UPDATE, "charging_profile_id", FieldProblem.NO_DYNAMIC_PROFILE
            )
        if any(values.get(name, 0) < 0 for name in _SIGNED) and not self._may_discharge(
            users.place(profile_id)
        ):
            raise InvalidRequestError(
                _UPDATE, "schedule_update", FieldProblem.DISCHARGES
            )
        answer = await self._caller.send(_UPDATE, **fields)
        users.updated(
            profile_id,
            Period(
                start=0,
                limit=values.get("limit"),
                setpoint=values.get("setpoint"),
                discharge_limit=values.get("dischargeLimit"),
            ),
        )
        return answer

    def _of_transaction(
        self, profile: ChargingProfile, connector_id: int
    ) -> ChargingProfile:
        """Add the id of the running transaction to a profile that needs it (K01.FR.03)."""
        if profile.purpose is not Purpose.TX or profile.transaction_id is not None:
            return profile
        connector = self._charge_point.connectors.get(connector_id)
        running = None if connector is None else connector.transaction
        return profile if running is None else profile.of_transaction(running.id)

    def _circumstances(self, profile: ChargingProfile, evse_id: int) -> Circumstances:
        charge_point = self._charge_point
        facts = SmartChargingFacts(self._station.inventory)
        connector = charge_point.connectors.get(evse_id)
        running = None if connector is None else connector.transaction
        return Circumstances(
            running=None if running is None else running.id,
            units=facts.units(evse_id),
            max_level=charge_point.capabilities.max_stack_level,
            chooses_phase=facts.may_choose_phase(evse_id),
            has_needs=connector is not None and connector.needs is not None,
            able=charge_point.capabilities,
            may_discharge=self._may_discharge(evse_id),
            taken=charge_point.profile_methods.user_profiles.in_the_way(
                evse_id, profile
            ),
        )

    def _may_discharge(self, evse_id: int) -> bool:
        """Return whether the owner allows to discharge; at all EVSEs, if it is for 0."""
        connectors = self._charge_point.connectors
        parts = [connectors.get(evse_id)] if evse_id else list(connectors.values())
        return bool(parts) and all(
            one is not None and one.bidirectional.allowed for one in parts
        )

    async def _make_room(self, profile: ChargingProfile, evse_id: int) -> None:
        """Remove our profiles that have the place of a user's profile.

        In OCPP 1.6 the new one replaces them; OCPP 2 refuses it (K01.FR.06, FR.52,
        FR.53), unless it has the same id.
        """
        for connector in list(self._charge_point.connectors.values()):
            await connector.limiter.make_room(profile, evse_id)

    # Removing.

    async def clear(
        self,
        *,
        id: int | None = None,
        connector_id: int | None = None,
        charging_profile_purpose: str | None = None,
        stack_level: int | None = None,
        own: bool = False,
    ) -> Answer:
        """Remove profiles; see `Commands`."""
        purpose = _purpose(charging_profile_purpose)
        which = ProfileFilter(
            id=id,
            connector_id=connector_id,
            purpose=None if purpose is None else _read_purpose(purpose),
            level=stack_level,
        )
        answer: Answer | None = None
        refused: RefusedError | None = None
        for criteria in _criteria(which, purpose):
            try:
                answer = await self._caller.send("ClearChargingProfile", **criteria)
            except RefusedError as err:
                # K10.FR.01: no such profile is installed any more.
                refused = err
        if not own:
            self._charge_point.profile_methods.cleared(which)
        if answer is None and refused is not None:
            raise refused
        return answer or {}

    # Reading what is installed.

    async def composite_schedule(
        self,
        *,
        connector_id: int,
        duration: int,
        charging_rate_unit: str | None = None,
    ) -> Answer:
        """Ask for the limits that result from all profiles (K08).

        The answer has the members of 1.6 beside `schedule`, which is that of OCPP 2.
        """
        answer = await self._caller.send(
            "GetCompositeSchedule",
            evse_id=connector_id,
            duration=duration,
            charging_rate_unit=None
            if charging_rate_unit is None
            else charging_rate_unit.upper(),
        )
        schedule = answer.get("schedule")
        if not isinstance(schedule, dict):
            return answer
        return answer | {
            "connector_id": schedule.get("evse_id", connector_id),
            "schedule_start": schedule.get("schedule_start"),
            "charging_schedule": {
                name: schedule[name]
                for name in (
                    "duration",
                    "charging_rate_unit",
                    "charging_schedule_period",
                )
                if name in schedule
            },
        }

    async def installed(self, **criteria: Any) -> tuple[Answer, InstalledProfiles]:
        """Ask which profiles are installed (K09).

        Args:
            **criteria: The fields `evse_id`, and those of a ChargingProfileCriterionType
                in snake case; None leaves one out.

        Returns:
            The first answer of the station, and what it reported after it.
        """
        evse_id = criteria.pop("evse_id", None)
        purpose = _purpose(criteria.pop("charging_profile_purpose", None))
        if sources := criteria.get("charging_limit_source"):
            criteria["charging_limit_source"] = [
                _SOURCES.get(str(one).lower(), one) for one in sources
            ]
        which = told(charging_profile_purpose=purpose, **criteria)
        if not which:
            # K09.FR.03: something has to be named.
            which = {"charging_limit_source": list(_SOURCES.values())}
        request_id = new_id()
        reports = self._awaited.profiles
        reports.expect(request_id)
        try:
            answer = await self._caller.send(
                "GetChargingProfiles",
                request_id=request_id,
                evse_id=evse_id,
                charging_profile=which,
            )
            if answer.get("status") != "accepted":
                return answer, InstalledProfiles()
            return answer, await reports.result(
                request_id, self._charge_point.call_timeout
            )
        finally:
            reports.drop(request_id)


def _plain_names(schedule: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schedule with the one name that reads better than its snake case."""
    return {
        "limitAtSoC" if name == "limit_at_soc" else name: value
        for name, value in schedule.items()
    }


def _criteria(which: ProfileFilter, purpose: str | None) -> list[dict[str, Any]]:
    """Return the fields of the calls that remove what a filter means.

    K10.FR.02: something has to be named. Where nothing is, all profiles are meant: that
    is a call for each purpose.
    """
    if which.id is not None:
        return [{"charging_profile_id": which.id}]
    criteria = told(
        evse_id=which.connector_id,
        charging_profile_purpose=purpose,
        stack_level=which.level,
    )
    return [
        {"charging_profile_criteria": one}
        for one in ([criteria] if criteria else _ALL_PURPOSES)
    ]


def _read_purpose(purpose: str) -> Purpose:
    if purpose == "ChargingStationMaxProfile":
        return Purpose.STATION_MAX
    return Purpose(purpose)
