"""What is wanted of a connector, and what is shown and remembered of its plan."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..smart_charging.meter import number
from ..smart_charging.planner import Plan, PlanSlot

MOST_KWH: Final = 200.0
"""No car has a larger battery."""

_USUAL: Final = time(7)
"""When cars are to be ready, unless somebody says something else."""


class PlanState(StrEnum):
    """What became of a plan."""

    OFF = "off"
    """Not wanted."""
    OTHER_MODE = "other_mode"
    """The charge mode has no use for it."""
    NO_TARGET = "no_target"
    NO_VEHICLE = "no_vehicle"
    WAITING = "waiting"
    WAITING_TO_BE_STARTED = "waiting_to_be_started"
    """It would charge, but no session runs."""
    CHARGING = "charging"
    SUN = "sun"
    """The sun is expected to give it all, or the least current does."""
    TOO_LATE = "too_late"
    """It charges, but not all of it comes in time."""
    VEHICLE_FULL = "vehicle_full"
    DONE = "done"


PLAN_STATES: Final = [state.value for state in PlanState]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What the user wants of a connector."""

    energy_kwh: float = 0.0
    """Since the vehicle was plugged in; 0 is no target."""
    soc: float = 0.0
    """In %; 0 is no target. It goes before the energy."""
    ready_by: datetime | None = None
    armed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What is shown of a plan: to the minute, so that it changes seldom."""

    state: PlanState = PlanState.OFF
    slots: tuple[PlanSlot, ...] = ()
    energy_kwh: float | None = None
    """What is missing now."""
    missing_kwh: float = 0.0
    """What will be missing at the time."""
    sun_kwh: float = 0.0
    cost: float | None = None

    @property
    def start(self) -> datetime | None:
        """When it charges next, or has begun to."""
        return self.slots[0].start if self.slots else None

    @property
    def end(self) -> datetime | None:
        """When it is done."""
        return self.slots[-1].end if self.slots else None


def next_time(wanted: datetime | None, now: datetime) -> datetime:
    """Return that time, or if it has passed the next one at that time of the day.

    In the local time, whatever the clocks do. Without one it is seven in the morning.
    """
    if wanted is not None and wanted > now:
        return wanted
    return next_at(_USUAL if wanted is None else dt_util.as_local(wanted).time(), now)


def next_at(clock: time, now: datetime) -> datetime:
    """Return when it is that time of the day next."""
    local = dt_util.as_local(now)
    found = datetime.combine(local.date(), clock, local.tzinfo)
    if found <= local:
        tomorrow = local.date() + timedelta(days=1)
        found = datetime.combine(tomorrow, clock, local.tzinfo)
    return dt_util.as_utc(found)


def shown_of(
    made: Plan, state: PlanState, missing_kwh: float, since: datetime | None
) -> Shown:
    """Return what is to be shown of a plan; `since` when it charges as planned."""
    slots = [
        replace(
            slot,
            start=_minute(slot.start),
            end=_minute(slot.end),
            power_w=round(slot.power_w),
            price=None if slot.price is None else round(slot.price, 5),
        )
        for slot in made.slots
    ]
    if slots and since is not None:
        slots[0] = replace(slots[0], start=_minute(since))
    return Shown(
        state=state,
        slots=tuple(slots),
        energy_kwh=round(missing_kwh, 1),
        missing_kwh=round(made.missing_kwh, 1),
        sun_kwh=round(made.sun_kwh, 1),
        cost=None if made.cost is None else round(made.cost, 2),
    )


def _minute(when: datetime) -> datetime:
    """Return a time to the minute, in UTC."""
    return dt_util.utc_from_timestamp(round(when.timestamp() / 60) * 60)


def wanted_record(wanted: Wanted) -> dict[str, Any]:
    """Return what is to be remembered of what is wanted."""
    return {
        "energy": wanted.energy_kwh,
        "soc": wanted.soc,
        "ready_by": None if wanted.ready_by is None else wanted.ready_by.isoformat(),
        "armed": wanted.armed,
    }


def wanted_of(record: Mapping[str, Any]) -> Wanted:
    """Return what was wanted; what is odd is as if it were not there."""
    energy, soc = number(record.get("energy")) or 0.0, number(record.get("soc")) or 0.0
    when = dt_util.parse_datetime(str(record.get("ready_by")))
    return Wanted(
        energy_kwh=min(max(energy, 0.0), MOST_KWH),
        soc=min(max(soc, 0.0), 100.0),
        ready_by=None if when is None else dt_util.as_utc(when),
        armed=record.get("armed") is True and when is not None,
    )


def plan_record(made: Plan) -> list[Any]:
    """Return what is to be remembered of a plan."""
    return [
        [slot.start.isoformat(), slot.end.isoformat(), slot.power_w, slot.price]
        for slot in made.slots
    ]


def plan_of(record: object) -> Plan:
    """Return a plan that was remembered; an empty one if anything is odd."""
    slots = []
    for one in record if isinstance(record, list) else ():
        if not isinstance(one, list) or len(one) != 4:
            return Plan()
        start, end = (dt_util.parse_datetime(str(value)) for value in one[:2])
        power = number(one[2])
        if start is None or end is None or power is None:
            return Plan()
        slots.append(
            PlanSlot(start=start, end=end, power_w=power, price=number(one[3]))
        )
    return Plan(slots=tuple(slots))
