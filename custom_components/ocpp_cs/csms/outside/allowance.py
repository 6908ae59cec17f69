"""What charging profiles allow at a time (1.6: 3.13; 2.0.1: K01): pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Final

from ..model.profile import (
    ChargingProfile,
    Kind,
    Period,
    Purpose,
    Recurrency,
    Schedule,
    Unit,
)

NOMINAL_VOLTAGE: Final = 230.0
_INTERVALS: Final = {
    Recurrency.DAILY: timedelta(days=1),
    Recurrency.WEEKLY: timedelta(days=7),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """What is allowed at a time."""

    amps: float
    """In A per phase."""
    one_phase: bool = False
    """Whether only one phase may be used, where the charge point can choose that."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptProfile:
    """A charging profile that somebody has set."""

    connector_id: int
    """The connector; 0 is the charge point, or each of its connectors."""
    profile: ChargingProfile
    kept_at: datetime
    """When it was set, which is when a relative one for the charge point starts."""
    session_start: datetime | None = None
    """The start of the session that it is for, if that had no id yet.

    It is that by the charge point's clock, as the other one may be corrected.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """The session that runs at a connector."""

    start: datetime
    transaction_id: str | None
    """Its id as the profiles name it; None if they cannot name it."""
    reported_start: datetime | None = None
    """Its start by the charge point's clock, which is never corrected."""


def allowance(
    kept: Iterable[KeptProfile],
    connector_id: int,
    at: datetime,
    *,
    running: Running | None,
    phases: int,
) -> Allowance | None:
    """Return what the profiles for sessions allow at a connector; None is everything.

    Those of the session go before the default ones, and of each purpose the one with
    the highest stack level that has a limit at that time applies.

    Args:
        kept: All profiles.
        connector_id: The connector, from 1.
        at: The time.
        running: The session at that time; None if the next one has not begun.
        phases: The number of phases in use, which a power is divided by.
    """
    kept = [one for one in kept if one.connector_id in (0, connector_id)]
    if running is not None:
        own = [one for one in kept if is_of(one, running)]
        if (found := _highest(own, at, running, phases)) is not None:
            return found
    default = [one for one in kept if one.profile.purpose is Purpose.TX_DEFAULT]
    return _highest(default, at, running, phases)


def is_of(one: KeptProfile, running: Running) -> bool:
    """Return whether a profile is for a session alone."""
    profile = one.profile
    if profile.purpose is not Purpose.TX:
        return False
    if one.session_start is not None:
        return one.session_start == running.reported_start
    return (
        profile.transaction_id is not None
        and profile.transaction_id == running.transaction_id
    )


def station_allowance(
    kept: Iterable[KeptProfile], at: datetime, *, phases: int
) -> Allowance | None:
    """Return what the profiles for the whole charge point allow; None is everything."""
    of_station = [one for one in kept if one.profile.purpose is Purpose.STATION_MAX]
    return _highest(of_station, at, None, phases)


def next_change(
    one: KeptProfile, at: datetime, running: Running | None
) -> datetime | None:
    """Return when what a profile allows may change next; None is never.

    Args:
        one: The profile.
        at: The time after which the change is.
        running: The session that it applies to; None without one.
    """
    profile = one.profile
    times = [time for time in (profile.valid_from, profile.valid_to) if time]
    for schedule in profile.schedules:
        begins = _begins(one, schedule, at, running)
        if begins is None:
            times += [schedule.start] if schedule.start is not None else []
            continue
        if running is None and _is_of_session(profile, schedule):
            # It waits for a session.
            continue
        times += [
            begins + timedelta(seconds=period.start) for period in schedule.periods
        ]
        if schedule.duration is not None:
            times.append(begins + timedelta(seconds=schedule.duration))
        if profile.recurrency is not None and profile.kind is Kind.RECURRING:
            times.append(begins + _INTERVALS[profile.recurrency])
    return min((time for time in times if time > at), default=None)


def _highest(
    kept: Iterable[KeptProfile], at: datetime, running: Running | None, phases: int
) -> Allowance | None:
    """Return what the profile with the highest stack level allows.

    Of equal ones that for the connector goes before that for all (1.6: 3.13.1), and
    the newer one before the older one.
    """
    order = sorted(
        kept,
        key=lambda one: (one.profile.stack_level, one.connector_id > 0, one.kept_at),
        reverse=True,
    )
    for one in order:
        if (found := _allowed_by(one, at, running, phases)) is not None:
            return found
    return None


def _allowed_by(
    one: KeptProfile, at: datetime, running: Running | None, phases: int
) -> Allowance | None:
    """Return what a profile allows; None if it sets no limit at that time."""
    profile = one.profile
    if profile.valid_from is not None and at < profile.valid_from:
        return None
    if profile.valid_to is not None and at >= profile.valid_to:
        return None
    found: list[Allowance] = []
    for schedule in profile.schedules:
        begins = _begins(one, schedule, at, running)
        if begins is None:
            continue
        period = _period_at(schedule, (at - begins).total_seconds())
        if period is not None:
            found.append(_of_period(schedule, period, phases))
    if not found:
        return None
    # Of several schedules (2.0.1) the vehicle may choose any.
    return Allowance(
        amps=min(one.amps for one in found),
        one_phase=any(one.one_phase for one in found),
    )


def _begins(
    one: KeptProfile, schedule: Schedule, at: datetime, running: Running | None
) -> datetime | None:
    """Return when a schedule has begun last; None if it has not begun."""
    profile = one.profile
    if _is_of_session(profile, schedule):
        # Without a session it is what the next one would begin with.
        return at if running is None else min(running.start, at)
    if profile.kind is Kind.RELATIVE or schedule.start is None:
        return min(one.kept_at, at)
    if at < schedule.start:
        return None
    if profile.kind is Kind.RECURRING and profile.recurrency is not None:
        interval = _INTERVALS[profile.recurrency]
        return schedule.start + (at - schedule.start) // interval * interval
    return schedule.start


def _is_of_session(profile: ChargingProfile, schedule: Schedule) -> bool:
    """Return whether a schedule starts with the session (7.13: without a start)."""
    return profile.purpose is not Purpose.STATION_MAX and (
        profile.kind is Kind.RELATIVE or schedule.start is None
    )


def _period_at(schedule: Schedule, passed: float) -> Period | None:
    """Return the period of a schedule some seconds after its start."""
    if schedule.duration is not None and passed >= schedule.duration:
        return None
    begun = [period for period in schedule.periods if period.start <= passed]
    return begun[-1] if begun else None


def _of_period(schedule: Schedule, period: Period, phases: int) -> Allowance:
    # What follows a setpoint alone has no limit.
    amps = inf if period.limit is None else max(period.limit, 0.0)
    if schedule.unit is Unit.WATT:
        amps /= NOMINAL_VOLTAGE * max(phases, 1)
    return Allowance(amps=amps, one_phase=period.phases in (1, 2))
