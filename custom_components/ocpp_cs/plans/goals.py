"""How a goal changes: by its user, and when its time has passed."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from homeassistant.const import WEEKDAYS
from homeassistant.util import dt as dt_util

from .model import Wanted

_USUAL: Final = time(7)
"""The default time for vehicles to be ready."""
_LAST: Final = datetime(2200, 1, 1, tzinfo=UTC)
"""Nobody plans for later times, which not all calculations can handle."""
_FARTHEST: Final = timedelta(days=8)
"""A plan that repeats waits no longer: the clock was wrong when that time was found."""


def next_at(clock: time, now: datetime, weekdays: Collection[str] = ()) -> datetime:
    """Return the next time with that local time of day, in UTC.

    Args:
        clock: The local time of the day. On a day that skips it, it is as much later as
            the clocks are put forward; on a day that has it twice, it is the first.
        now: It is later than this.
        weekdays: The days on which it may be, of `WEEKDAYS`; all days if empty.
    """
    zone = dt_util.get_default_time_zone()
    today = dt_util.as_local(now).date()
    for days in range(8):
        day = today + timedelta(days=days)
        found = dt_util.as_utc(datetime.combine(day, clock, zone))
        if found > now and (not weekdays or WEEKDAYS[day.weekday()] in weekdays):
            return found
    # None of the weekdays exists.
    return next_at(clock, now)


def next_time(
    wanted: datetime | None,
    now: datetime,
    *,
    clock: time | None = None,
    weekdays: Collection[str] = (),
) -> datetime:
    """Return `wanted`, or if it has passed the next time with that time of day.

    Args:
        wanted: The time; None for seven in the morning.
        now: The present time.
        clock: The local time of the day, which `wanted` does not have where the clocks
            skip it; None for that of `wanted`.
        weekdays: The days on which it may be after `wanted`; all days if empty.
    """
    if (
        wanted is not None
        and wanted > now
        and (not weekdays or wanted - now < _FARTHEST)
    ):
        return wanted
    if clock is None:
        clock = _USUAL if wanted is None else _clock_of(wanted)
    return next_at(clock, now, weekdays)


def changed(wanted: Wanted, changes: Mapping[str, Any], now: datetime) -> Wanted:
    """Return a goal after changes by its user.

    Args:
        wanted: The goal before.
        changes: Fields of `Wanted`; `ready_by` may also be a local time of the day.
        now: The present time.
    """
    after = replace(
        wanted, **{key: value for key, value in changes.items() if key != "ready_by"}
    )
    if "ready_by" in changes:
        when = changes["ready_by"]
        if isinstance(when, datetime):
            # In UTC, as arithmetic with local times is wrong on days with a clock
            # change.
            when = dt_util.as_utc(min(when, _LAST))
            after = replace(after, ready_by=when, clock=_clock_of(when))
        elif isinstance(when, time):
            after = replace(
                after, ready_by=next_at(when, now, after.weekdays), clock=when
            )
        else:
            after = replace(after, ready_by=None, clock=None)
    elif after.weekdays != wanted.weekdays and after.ready_by is not None:
        # The time that was found for other days does not count.
        when = next_at(after.clock or _clock_of(after.ready_by), now, after.weekdays)
        after = replace(after, ready_by=when)
    if after.armed and not changes.keys().isdisjoint({"armed", "ready_by", "weekdays"}):
        return in_future(after, now)
    return after


def in_future(wanted: Wanted, now: datetime) -> Wanted:
    """Return a goal whose time to be ready has not passed, if it needs one."""
    if wanted.ready_by is None and wanted.is_standing and not wanted.weekdays:
        return wanted
    when = next_time(wanted.ready_by, now, clock=wanted.clock, weekdays=wanted.weekdays)
    return replace(wanted, ready_by=when, clock=wanted.clock or _clock_of(when))


def passed(wanted: Wanted, now: datetime) -> Wanted:
    """Return a goal after its time: for the next chosen day, or not armed any more."""
    if not wanted.weekdays or wanted.ready_by is None:
        return replace(wanted, armed=False)
    clock = wanted.clock or _clock_of(wanted.ready_by)
    return replace(wanted, ready_by=next_at(clock, now, wanted.weekdays), clock=clock)


def clock_of_goal(wanted: Wanted) -> time | None:
    """Return the local time of the day of a goal; None without one."""
    if wanted.ready_by is None:
        return None
    return wanted.clock or _clock_of(wanted.ready_by)


def _clock_of(when: datetime) -> time:
    """Return the local time of the day of a time."""
    return dt_util.as_local(when).time()
