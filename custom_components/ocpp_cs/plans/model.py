"""The goal of a connector, and the data of its plan that is shown and stored."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..smart_charging.numbers import number
from ..smart_charging.planning.model import Plan, PlanSlot

MOST_KWH: Final = 200.0
"""No car has a larger battery."""

_USUAL: Final = time(7)
"""The default time for vehicles to be ready."""


class PlanState(StrEnum):
    """The state of a charge plan."""

    OFF = "off"
    """No plan is enabled."""
    OTHER_MODE = "other_mode"
    """The charge mode does not use plans."""
    NO_TARGET = "no_target"
    NO_VEHICLE = "no_vehicle"
    WAITING = "waiting"
    WAITING_TO_BE_STARTED = "waiting_to_be_started"
    """It would charge, but no session runs."""
    CHARGING = "charging"
    SUN = "sun"
    """Solar power is expected to suffice, or the minimum current does."""
    TOO_LATE = "too_late"
    """It charges, but cannot finish in time."""
    VEHICLE_FULL = "vehicle_full"
    DONE = "done"


PLAN_STATES: Final = [state.value for state in PlanState]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """The goal that the user set for a connector."""

    energy_kwh: float = 0.0
    """The energy since the vehicle was plugged in; 0 is no target."""
    soc: float = 0.0
    """The state of charge in %; 0 is no target. It has priority over the energy."""
    ready_by: datetime | None = None
    armed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """The shown data of a plan: rounded to minutes, so that it changes seldom."""

    state: PlanState = PlanState.OFF
    slots: tuple[PlanSlot, ...] = ()
    energy_kwh: float | None = None
    """The energy that is missing now."""
    missing_kwh: float = 0.0
    """The energy that will be missing at the ready time."""
    sun_kwh: float = 0.0
    cost: float | None = None

    @property
    def start(self) -> datetime | None:
        """The start of the current or next charging period."""
        return self.slots[0].start if self.slots else None

    @property
    def end(self) -> datetime | None:
        """The end of the last charging period."""
        return self.slots[-1].end if self.slots else None


def next_time(wanted: datetime | None, now: datetime) -> datetime:
    """Return `wanted`, or if it has passed the next time with that time of day.

    The time of day is local, also across clock changes. The default is seven in the
    morning.
    """
    if wanted is not None and wanted > now:
        return wanted
    return next_at(_USUAL if wanted is None else dt_util.as_local(wanted).time(), now)


def next_at(clock: time, now: datetime) -> datetime:
    """Return the next time with that local time of day."""
    local = dt_util.as_local(now)
    found = datetime.combine(local.date(), clock, local.tzinfo)
    if found <= local:
        tomorrow = local.date() + timedelta(days=1)
        found = datetime.combine(tomorrow, clock, local.tzinfo)
    return dt_util.as_utc(found)


def shown_of(
    made: Plan, state: PlanState, missing_kwh: float, since: datetime | None
) -> Shown:
    """Return the shown data of a plan, by which it charges since `since`."""
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
    """Return a time rounded to the minute, in UTC."""
    return dt_util.utc_from_timestamp(round(when.timestamp() / 60) * 60)


def wanted_record(wanted: Wanted) -> dict[str, Any]:
    """Return the goal as a record to store."""
    return {
        "energy": wanted.energy_kwh,
        "soc": wanted.soc,
        "ready_by": None if wanted.ready_by is None else wanted.ready_by.isoformat(),
        "armed": wanted.armed,
    }


def wanted_of(record: Mapping[str, Any]) -> Wanted:
    """Return the goal of a record; invalid fields are ignored."""
    energy, soc = number(record.get("energy")) or 0.0, number(record.get("soc")) or 0.0
    when = dt_util.parse_datetime(str(record.get("ready_by")))
    return Wanted(
        energy_kwh=min(max(energy, 0.0), MOST_KWH),
        soc=min(max(soc, 0.0), 100.0),
        ready_by=None if when is None else dt_util.as_utc(when),
        armed=record.get("armed") is True and when is not None,
    )


def plan_record(made: Plan) -> list[Any]:
    """Return a plan as a record to store."""
    return [
        [slot.start.isoformat(), slot.end.isoformat(), slot.power_w, slot.price]
        for slot in made.slots
    ]


def plan_of(record: object) -> Plan:
    """Return the plan of a record; an empty one if anything is invalid."""
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
