"""Charging profiles (OCPP 1.6: 7.8 to 7.14; 2.0.1: K), whatever version spells them.

They hold what 1.6 and 2.0.1 have in common. A version reads and writes its own
spelling at the edge; nobody else sees that.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self, override


class _Word(StrEnum):
    """A word of OCPP in snake case."""

    @override
    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        """Accept OCPP's own spelling, in which records were written once."""
        plain = str(value).replace("_", "").lower()
        return next((one for one in cls if one.replace("_", "") == plain), None)


class Purpose(_Word):
    """What a profile is for (1.6: 7.9; 2.0.1: 3.8)."""

    STATION_MAX = "charge_point_max_profile"
    """A ceiling for the whole charge point; in 2.0.1 ChargingStationMaxProfile."""
    TX_DEFAULT = "tx_default_profile"
    TX = "tx_profile"
    EXTERNAL_CONSTRAINTS = "charging_station_external_constraints"
    """2.0.1: a limit that did not come from the central system."""


class Kind(_Word):
    """From when the periods of a schedule count (7.10)."""

    ABSOLUTE = "absolute"
    RECURRING = "recurring"
    RELATIVE = "relative"


class Recurrency(_Word):
    """How often a recurring schedule begins anew (7.11)."""

    DAILY = "daily"
    WEEKLY = "weekly"


class Unit(_Word):
    """The unit of the limits of a schedule (7.12)."""

    AMPERE = "a"
    """Per phase."""
    WATT = "w"
    """All phases together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """A limit from some time on (7.14).

    Args:
        start: Seconds from the start of its schedule.
        limit: The highest current or power, in the unit of its schedule.
        phases: How many phases may be used; None says nothing, which means 3
            (errata 3.69).
    """

    start: int
    limit: float
    phases: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Schedule:
    """Limits over time (7.13).

    Args:
        unit: The unit of the limits.
        periods: At least one, in order; the first starts at 0.
        id: 2.0.1 numbers the schedules of a profile.
        duration: Seconds until it ends; None is never, or at the end of the session.
        start: When it starts, by the charge point's clock; None for a relative one.
        min_charging_rate: Below it charging is inefficient.
    """

    unit: Unit
    periods: tuple[Period, ...]
    id: int | None = None
    duration: int | None = None
    start: datetime | None = None
    min_charging_rate: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargingProfile:
    """Schedules, and when and for what they apply (7.8).

    Args:
        id: The number by which it is replaced and cleared.
        stack_level: Of those in force, the highest one of a purpose applies.
        purpose: What it is for.
        kind: From when its periods count.
        schedules: One; 2.0.1 takes up to three, of which the vehicle chooses.
        recurrency: How often it begins anew, if its kind is recurring.
        valid_from: When it comes into force; None is at once.
        valid_to: When it ends; None is never.
        transaction_id: The only transaction that it is for, as the charge point
            knows it.
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

    def of_transaction(self, transaction_id: str) -> Self:
        """Return the same profile for a certain transaction."""
        return replace(self, transaction_id=transaction_id)
