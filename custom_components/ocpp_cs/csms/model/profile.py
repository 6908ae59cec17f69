"""Charging profiles (OCPP 1.6: 7.8 to 7.14; 2.0.1: K), independent of the version.

They contain what 1.6 and 2.0.1 have in common. Only the code of a version reads and
writes its spelling.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self, override


class _Word(StrEnum):
    """An enumerated value of OCPP in snake case."""

    @override
    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        """Accept OCPP's own spelling, which older records have."""
        plain = str(value).replace("_", "").lower()
        return next((one for one in cls if one.replace("_", "") == plain), None)


class Purpose(_Word):
    """The purpose of a profile (1.6: 7.9; 2.0.1: 3.8)."""

    STATION_MAX = "charge_point_max_profile"
    """The maximum of the whole charge point; in 2.0.1 ChargingStationMaxProfile."""
    TX_DEFAULT = "tx_default_profile"
    TX = "tx_profile"
    EXTERNAL_CONSTRAINTS = "charging_station_external_constraints"
    """2.0.1: a limit that did not come from the central system."""
    LOCAL_GENERATION = "local_generation"
    """2.1: power that is made on site, added to what the others allow (K27)."""
    PRIORITY = "priority_charging"
    """2.1: in force while its transaction has priority (K21, K22)."""


class LimitSource(_Word):
    """Who has set a limit (2.0.1: 3.13)."""

    CSO = "cso"
    """The operator: this central system, or another one before it."""
    EMS = "ems"
    """An energy manager."""
    SO = "so"
    """The grid operator."""
    OTHER = "other"


class Kind(_Word):
    """The kind of a profile, which determines when its schedule starts (7.10)."""

    ABSOLUTE = "absolute"
    RECURRING = "recurring"
    RELATIVE = "relative"
    DYNAMIC = "dynamic"
    """2.1: one period from now on, whose values are changed by small messages (K28)."""


class Recurrency(_Word):
    """The interval after which a recurring schedule starts again (7.11)."""

    DAILY = "daily"
    WEEKLY = "weekly"


class Unit(_Word):
    """The unit of the limits of a schedule (7.12)."""

    AMPERE = "a"
    """Per phase."""
    WATT = "w"
    """All phases together."""


class OperationMode(_Word):
    """What a vehicle that can discharge does in a period (2.1: Q)."""

    IDLE = "idle"
    CHARGING_ONLY = "charging_only"
    """It only charges; the mode of a period that names none."""
    CENTRAL_SETPOINT = "central_setpoint"
    """It follows our setpoint."""
    EXTERNAL_SETPOINT = "external_setpoint"
    EXTERNAL_LIMITS = "external_limits"
    CENTRAL_FREQUENCY = "central_frequency"
    LOCAL_FREQUENCY = "local_frequency"
    LOCAL_LOAD_BALANCING = "local_load_balancing"
    """The station balances the house by its own meter (Q09)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """A limit from a point in time on (7.14).

    Args:
        start: Seconds from the start of its schedule.
        limit: The highest current or power, in the unit of its schedule; None only in an
            operation mode without one.
        phases: The number of phases that may be used; None means 3 (errata 3.69).
        phase: The phase to use if `phases` is 1; None leaves it to the charge point.
        mode: The operation mode (2.1); None is `CHARGING_ONLY`.
        setpoint: What to follow, in the unit of its schedule; below 0 it discharges (2.1).
        discharge_limit: The most that may be discharged, as a value of 0 or below (2.1).
    """

    start: int
    limit: float | None
    phases: int | None = None
    phase: int | None = None
    mode: OperationMode | None = None
    setpoint: float | None = None
    discharge_limit: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitAtSoc:
    """A lower limit from a state of charge on (2.1: LimitAtSoCType).

    Args:
        soc: The state of charge in %.
        limit: The limit from then on, in the unit of its schedule.
    """

    soc: int
    limit: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """Limits over time (7.13).

    Args:
        unit: The unit of the limits.
        periods: At least one, in order; the first starts at 0.
        id: The number of the schedule, in 2.0.1.
        duration: Seconds until it ends; None is never, or at the end of the session.
        start: Its start by the charge point's clock; None for a relative schedule.
        min_charging_rate: The rate below which charging is inefficient.
        local_time: Whether `start` and the repetition are in local time (2.1).
        limit_at_soc: A lower limit from a state of charge on (2.1).
        random_delay_s: Up to so many seconds each change of the limit is put off (2.1).
    """

    unit: Unit
    periods: tuple[Period, ...]
    id: int | None = None
    duration: int | None = None
    start: datetime | None = None
    min_charging_rate: float | None = None
    local_time: bool = False
    limit_at_soc: LimitAtSoc | None = None
    random_delay_s: int | None = None

    def starting(self, start: datetime | None) -> Self:
        """Return the same schedule with another start."""
        return replace(self, start=start)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargingProfile:
    """A charging profile (7.8).

    Args:
        id: The number by which it is replaced and cleared.
        stack_level: Of the valid profiles of a purpose, that with the highest stack
            level applies.
        purpose: Its purpose.
        kind: Its kind, which determines when its schedule starts.
        schedules: One schedule; in 2.0.1 up to three, from which the vehicle chooses.
        recurrency: The interval of a recurring profile.
        valid_from: The start of its validity; None is immediately.
        valid_to: The end of its validity; None is never.
        transaction_id: The charge point's id of the only transaction that it is for.
        update_interval: Seconds after which the charge point asks for new values (2.1,
            dynamic profiles only).
        most_offline_s: Seconds without a connection after which it is not valid (2.1).
        stays_invalid: Whether it then stays so when the connection is back (2.1).
    """

    id: int
    stack_level: int
    purpose: Purpose
    kind: Kind
    schedules: tuple[Schedule, ...]
    recurrency: Recurrency | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    transaction_id: str | None = None
    update_interval: int | None = None
    most_offline_s: int | None = None
    stays_invalid: bool = False

    def of_transaction(self, transaction_id: str) -> Self:
        """Return the same profile for the given transaction."""
        return replace(self, transaction_id=transaction_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class InstalledProfile:
    """A charging profile that a charge point has reported (2.0.1: K09).

    Args:
        connector_id: The connector that it is installed on; 0 is the charge point.
        source: Who has set it.
        profile: The profile.
    """

    connector_id: int
    source: LimitSource
    profile: ChargingProfile


@dataclass(frozen=True, kw_only=True, slots=True)
class InstalledProfiles:
    """The charging profiles that a charge point has reported.

    Args:
        profiles: The profiles.
        complete: False if pieces of the report are missing.
    """

    profiles: tuple[InstalledProfile, ...] = ()
    complete: bool = True
