"""Charging profiles from the schedule of a user: a list of limits with start times."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from homeassistant.util import dt as dt_util

from ..csms.model.capabilities import Capabilities
from ..csms.model.profile import (
    ChargingProfile,
    Kind,
    Period,
    Purpose,
    Recurrency,
    Schedule,
    Unit,
)

_SPANS = {
    Recurrency.DAILY: timedelta(days=1),
    Recurrency.WEEKLY: timedelta(weeks=1),
}

type Start = int | time | datetime
"""Seconds from now, a time of day, or a date and time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A limit from a start time on, as a user enters it."""

    start: Start
    limit: float
    phases: int | None


def _times(
    wanted: list[Entry], now: datetime, span: timedelta | None, *, in_local: bool
) -> list[tuple[datetime, Entry]]:
    """Return the start time of each period, in order.

    Recurring schedules have begun: their first start is the latest not after `now`. In
    local time it is counted by the hands of the clock.
    """
    found: list[tuple[datetime, Entry]] = []
    for one in wanted:
        match one.start:
            case int(seconds):
                when = now + timedelta(seconds=seconds)
            case datetime() as when:
                pass
            case of_day:
                local = dt_util.as_local(now)
                when = datetime.combine(local.date(), of_day, local.tzinfo)
                # Without a recurrence the list continues on the next day.
                after = found[-1][0] if found else now - timedelta(minutes=1)
                while span is None and when < after:
                    when += timedelta(days=1)
        if span is not None:
            # In UTC, as for a charger days with a clock change have 24 hours, too.
            when = dt_util.as_local(when) if in_local else dt_util.as_utc(when)
            begun = dt_util.as_local(now) if in_local else now
            when += (begun - when) // span * span
        found.append((when, one))
    return sorted(found, key=lambda pair: pair[0])


def keeps_local_time(told: Capabilities) -> bool:
    """Return whether a charger has the local time of this house, and schedules in it."""
    return told.local_time and told.time_zone == str(dt_util.get_default_time_zone())


def draw(
    wanted: list[Entry],
    *,
    now: datetime,
    profile_id: int,
    stack_level: int,
    unit: Unit,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    recurrence: Recurrency | None = None,
    local: bool = False,
) -> ChargingProfile:
    """Return a TxDefaultProfile with these periods.

    A recurring one of times of the day may be in local time, where the charger has that
    (2.1): then it keeps to it by itself when the clocks change.
    """
    span = None if recurrence is None else _SPANS[recurrence]
    local = local and span is not None and isinstance(wanted[0].start, time)
    times = _times(wanted, now, span, in_local=local)
    first = times[0][0]
    return ChargingProfile(
        id=profile_id,
        stack_level=stack_level,
        purpose=Purpose.TX_DEFAULT,
        kind=Kind.ABSOLUTE if span is None else Kind.RECURRING,
        recurrency=recurrence,
        valid_from=valid_from,
        valid_to=valid_to,
        schedules=(
            Schedule(
                unit=unit,
                duration=None if span is None else int(span.total_seconds()),
                start=first if local else dt_util.as_utc(first),
                local_time=local,
                periods=tuple(
                    Period(
                        start=round((when - first).total_seconds()),
                        limit=one.limit,
                        phases=one.phases,
                    )
                    for when, one in times
                ),
            ),
        ),
    )
