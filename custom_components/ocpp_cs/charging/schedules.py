"""Charging profiles drawn from a list of periods, as `set_charging_profile` takes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from homeassistant.util import dt as dt_util

from ..actions.fields import FieldError, decimal, timestamp, whole_number
from ..chargers.charger import Charger
from ..csms.limits.profiles import schedule_id
from ..csms.model.profile import (
    ChargingProfile,
    Kind,
    Period,
    Purpose,
    Recurrency,
    Schedule,
    Unit,
)
from ..exceptions import invalid

SET_CHARGING_PROFILE = "set_charging_profile"

_OWN_FIELDS = (
    "schedule",
    "charging_rate_unit",
    "valid_from",
    "valid_to",
    "recurrence",
)
_SPANS = {
    Recurrency.DAILY: timedelta(days=1),
    Recurrency.WEEKLY: timedelta(weeks=1),
}

type Start = int | time | datetime
"""Seconds from now on, a time of the day, or a certain time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A limit from some time on, as a user writes it."""

    start: Start
    limit: float
    phases: int | None


def _start(value: object) -> Start:
    """Read a start; raises FieldError."""
    if isinstance(value, time):
        return value
    if isinstance(value, str) and (of_day := dt_util.parse_time(value)) is not None:
        return of_day
    try:
        return whole_number(0)(value)
    except FieldError:
        return timestamp(value)


def periods(value: object) -> list[Entry]:
    """Read a list of {start, limit, phases}; all starts are of one kind."""
    if not isinstance(value, list) or not value:
        raise FieldError("field_not_schedule")
    found = []
    for one in value:
        if not isinstance(one, Mapping) or not (
            {"start", "limit"} <= one.keys() <= {"start", "limit", "phases"}
        ):
            raise FieldError("field_not_schedule")
        try:
            phases = one.get("phases")
            number = None if phases is None else whole_number(1)(phases)
            found.append(
                Entry(
                    start=_start(one["start"]),
                    limit=round(decimal(0)(one["limit"]), 1),
                    phases=number,
                )
            )
        except FieldError as err:
            raise FieldError("field_not_schedule") from err
        if number is not None and number > 3:
            raise FieldError("field_not_schedule")
    if len({type(one.start) for one in found}) > 1:
        raise FieldError("field_not_schedule")
    return found


def _times(
    wanted: list[Entry], now: datetime, span: timedelta | None
) -> list[tuple[datetime, Entry]]:
    """Return when each period begins, in order.

    What recurs has begun: its first one is the latest that is not after `now`.
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
                # Without a recurrence the list goes on from one day to the next.
                after = found[-1][0] if found else now - timedelta(minutes=1)
                while span is None and when < after:
                    when += timedelta(days=1)
        if span is not None:
            # In UTC, as a charger counts: there, days with a change have 24 hours too.
            when = dt_util.as_utc(when)
            when += (now - when) // span * span
        found.append((when, one))
    return sorted(found, key=lambda pair: pair[0])


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
) -> ChargingProfile:
    """Return the profile of these periods, which applies to each session."""
    span = None if recurrence is None else _SPANS[recurrence]
    times = _times(wanted, now, span)
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
                start=dt_util.as_utc(first),
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


def with_profile(
    charger: Charger, number: int, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the values of `set_charging_profile` with the profile that is drawn.

    Raises ServiceValidationError unless there is either a profile or a schedule.
    """
    wanted: list[Entry] | None = values.get("schedule")
    if wanted is None:
        if "charging_profile" not in values:
            raise invalid(
                "field_missing", action=SET_CHARGING_PROFILE, field="charging_profile"
            )
        if surplus := [name for name in _OWN_FIELDS if name in values]:
            raise invalid("field_of_schedule", field=surplus[0])
        return dict(values)
    if "charging_profile" in values:
        raise invalid("field_of_schedule", field="schedule")
    charge_point = charger.charge_point
    methods = charge_point.profile_methods
    variant = methods.variants()[0]
    recurrence = values.get("recurrence")
    profile = draw(
        wanted,
        now=dt_util.utcnow(),
        profile_id=schedule_id(
            methods.declared, number, len(charge_point.connector_numbers)
        ),
        stack_level=variant.level,
        unit=Unit(values.get("charging_rate_unit", variant.unit)),
        valid_from=values.get("valid_from"),
        valid_to=values.get("valid_to"),
        recurrence=None if recurrence is None else Recurrency(recurrence),
    )
    return {
        name: value for name, value in values.items() if name not in _OWN_FIELDS
    } | {"charging_profile": profile}
