"""The rules for charging profiles that a central system sends (2.0.1: K01, F01)."""

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NoReturn

from ...discharging.bidirectional import discharges
from ...model.capabilities import Capabilities
from ...model.errors import FieldProblem, InvalidRequestError
from ...model.profile import ChargingProfile, Kind, Purpose, Schedule, Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """What the rules depend on, at the EVSE that a profile is for."""

    running: str | None = None
    """The id of the running transaction."""
    units: frozenset[Unit] = frozenset()
    """The units that the EVSE takes; empty if that is unknown."""
    max_level: int | None = None
    chooses_phase: bool = False
    """True if it can be told which phase to use."""
    has_needs: bool = False
    """True if the vehicle has told its needs, and chooses among schedules."""
    taken: Collection[int] = ()
    """Ids of other profiles of the same purpose, stack level and EVSE."""
    may_discharge: bool = False
    """True if the owner allows to discharge there."""
    of_start: bool = False
    """True if it is sent with RequestStartTransaction."""
    able: Capabilities = field(default_factory=Capabilities)
    """What the station can do with profiles of 2.1."""


def check(
    profile: ChargingProfile, evse_id: int, given: Circumstances, *, action: str
) -> None:
    """Check a profile before it is sent.

    Args:
        profile: The profile.
        evse_id: Its EVSE; 0 is the station.
        given: What the rules depend on.
        action: The action that it is sent with, for the error.

    Raises:
        InvalidRequestError: The station would have to refuse it, or must not get it.
    """
    _Check(profile, evse_id, given, action).run()


class _Check:
    """The check of one profile."""

    def __init__(
        self,
        profile: ChargingProfile,
        evse_id: int,
        given: Circumstances,
        action: str,
    ) -> None:
        self._profile = profile
        self._evse_id = evse_id
        self._given = given
        self._action = action

    def _wrong(self, field: str, problem: FieldProblem) -> NoReturn:
        path = field if field == "connector_id" else f"charging_profile.{field}"
        raise InvalidRequestError(self._action, path, problem)

    def run(self) -> None:
        """Raise InvalidRequestError if a rule is broken."""
        self._check_purpose()
        profile, given = self._profile, self._given
        if given.max_level is not None and profile.stack_level > given.max_level:
            self._wrong("stack_level", FieldProblem.LEVEL_TOO_HIGH)
        if given.taken:
            # K01.FR.06, FR.39, FR.52, FR.53.
            self._wrong("stack_level", FieldProblem.PLACE_TAKEN)
        if (
            len(profile.schedules) > 1
            and not given.has_needs
            and profile.kind is not Kind.DYNAMIC
        ):
            # K01.FR.34.
            self._wrong("charging_schedule", FieldProblem.TOO_MANY_SCHEDULES)
        self._check_dynamic()
        if profile.most_offline_s is not None:
            self._check_able("max_offline_duration", given.able.offline_limits)
        for schedule in profile.schedules:
            self._check_schedule(schedule)
            self._check_extras(schedule)

    def _check_able(self, field: str, able: bool) -> None:
        """Raise InvalidRequestError if the station says nothing of a feature of 2.1."""
        if not able:
            self._wrong(field, FieldProblem.UNSUPPORTED)

    def _check_dynamic(self) -> None:
        profile = self._profile
        if profile.kind is not Kind.DYNAMIC:
            if profile.update_interval is not None:
                # K28.FR.04, K01.FR.122.
                self._wrong("dyn_update_interval", FieldProblem.NOT_DYNAMIC)
            return
        self._check_able("charging_profile_kind", self._given.able.dynamic_profiles)
        periods = [period for one in profile.schedules for period in one.periods]
        if len(profile.schedules) > 1 or [one.start for one in periods] != [0]:
            # K28.FR.01, FR.02.
            self._wrong("charging_schedule", FieldProblem.NOT_ONE_PERIOD)

    def _check_extras(self, schedule: Schedule) -> None:
        """Check what only 2.1 has (K01.FR.123 to FR.125)."""
        able = self._given.able
        if schedule.local_time:
            self._check_able("use_local_time", able.local_time)
        if schedule.limit_at_soc is not None:
            self._check_able("limit_at_soc", able.limit_at_soc)
        if schedule.random_delay_s:
            self._check_able("randomized_delay", able.random_delay)
            if self._profile.purpose not in (Purpose.TX, Purpose.TX_DEFAULT):
                # 2.1: ChargingScheduleType.
                self._wrong("randomized_delay", FieldProblem.FOREIGN_PURPOSE)

    def _check_purpose(self) -> None:
        profile = self._profile
        match profile.purpose:
            case Purpose.EXTERNAL_CONSTRAINTS:
                # K01.FR.22.
                self._wrong("charging_profile_purpose", FieldProblem.FOREIGN_PURPOSE)
            case Purpose.TX:
                self._check_transaction()
            case _ if self._given.of_start:
                # F01.FR.09.
                self._wrong("charging_profile_purpose", FieldProblem.FOREIGN_PURPOSE)
            case Purpose.STATION_MAX:
                if self._evse_id:
                    self._wrong("connector_id", FieldProblem.NOT_WHOLE)
                if profile.kind is Kind.RELATIVE:
                    # K01.FR.38.
                    self._wrong("charging_profile_kind", FieldProblem.WHOLE_IS_RELATIVE)

    def _check_transaction(self) -> None:
        if self._given.of_start:
            if self._profile.transaction_id is not None:
                # F01.FR.11.
                self._wrong("transaction_id", FieldProblem.TRANSACTION_OF_START)
        elif not self._evse_id:
            # K01.FR.16.
            self._wrong("connector_id", FieldProblem.NO_CONNECTOR)
        elif self._profile.transaction_id is None:
            # K01.FR.03, FR.09. One that is named, but not known here, may well run.
            self._wrong("transaction_id", FieldProblem.NO_TRANSACTION)

    def _check_schedule(self, schedule: Schedule) -> None:
        if self._given.units and schedule.unit not in self._given.units:
            # K01.FR.26.
            self._wrong("charging_rate_unit", FieldProblem.OTHER_UNIT)
        if self._profile.kind is Kind.RELATIVE:
            if schedule.start is not None:
                # K01.FR.41.
                self._wrong("start_schedule", FieldProblem.START_OF_RELATIVE)
        elif schedule.start is None and self._profile.kind is not Kind.DYNAMIC:
            # K01.FR.40.
            self._wrong("start_schedule", FieldProblem.NO_START)
        starts = [period.start for period in schedule.periods]
        if starts[0] != 0 or any(
            later <= earlier for earlier, later in pairwise(starts)
        ):
            # K01.FR.31, FR.35.
            self._wrong("start_period", FieldProblem.DISORDERED)
        if not self._given.may_discharge and any(
            discharges(one) for one in schedule.periods
        ):
            # The owner's switch: nobody discharges without it.
            self._wrong("operation_mode", FieldProblem.DISCHARGES)
        for period in schedule.periods:
            if period.phase is None:
                continue
            if period.phases != 1:
                # K01.FR.19.
                self._wrong("phase_to_use", FieldProblem.NOT_ONE_PHASE)
            if not self._given.chooses_phase:
                # K01.FR.20.
                self._wrong("phase_to_use", FieldProblem.NO_CHOICE_OF_PHASE)
