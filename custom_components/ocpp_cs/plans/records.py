"""Goals and plans as records to store.

Records of earlier versions have fewer fields, those of later ones may have values that
are not known here: what is missing or invalid is left out.
"""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, Final

from homeassistant.const import WEEKDAYS
from homeassistant.util import dt as dt_util

from ..smart_charging.numbers import number
from ..smart_charging.planning.model import Plan, PlanSlot
from .model import MOST_KWH, MOST_PRICE, Wanted

_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2200


def wanted_record(wanted: Wanted) -> dict[str, Any]:
    """Return the goal as a record to store."""
    return {
        "energy": wanted.energy_kwh,
        "soc": wanted.soc,
        "ready_by": None if wanted.ready_by is None else wanted.ready_by.isoformat(),
        "clock": None if wanted.clock is None else wanted.clock.isoformat(),
        "armed": wanted.armed,
        "least_energy": wanted.least_kwh,
        "least_soc": wanted.least_soc,
        "below_price": wanted.below_price,
        "weekdays": in_order(wanted.weekdays),
    }


def wanted_of(record: Mapping[str, Any]) -> Wanted:
    """Return the goal of a record; invalid fields are ignored."""
    when = moment_of(record.get("ready_by"))
    clock, days = record.get("clock"), record.get("weekdays")
    price = number(record.get("below_price"))
    wanted = Wanted(
        energy_kwh=_within(record.get("energy"), MOST_KWH),
        soc=_within(record.get("soc"), 100.0),
        ready_by=when,
        clock=_clock(clock) if when is not None else None,
        armed=record.get("armed") is True,
        least_kwh=_within(record.get("least_energy"), MOST_KWH),
        least_soc=_within(record.get("least_soc"), 100.0),
        below_price=price if price is None or abs(price) <= MOST_PRICE else None,
        weekdays=frozenset(WEEKDAYS) & {str(day) for day in days}
        if isinstance(days, list)
        else frozenset(),
    )
    if wanted.armed and when is None and not wanted.is_standing:
        return Wanted(
            energy_kwh=wanted.energy_kwh, soc=wanted.soc, weekdays=wanted.weekdays
        )
    return wanted


def moment_of(value: object) -> datetime | None:
    """Return a time in UTC; None if it is none, or not of these centuries."""
    try:
        when = dt_util.parse_datetime(str(value))
        if when is None or not _FIRST_YEAR <= when.year <= _LAST_YEAR:
            return None
        return dt_util.as_utc(when)
    except ValueError, OverflowError:
        return None


def in_order(weekdays: frozenset[str]) -> list[str]:
    """Return weekdays from Monday to Sunday."""
    return [day for day in WEEKDAYS if day in weekdays]


def _within(value: object, most: float) -> float:
    return min(max(number(value) or 0.0, 0.0), most)


def _clock(value: object) -> time | None:
    try:
        return time.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        return None


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
        start, end = (moment_of(value) for value in one[:2])
        power = number(one[2])
        if start is None or end is None or power is None:
            return Plan()
        slots.append(
            PlanSlot(start=start, end=end, power_w=power, price=number(one[3]))
        )
    return Plan(slots=tuple(slots))
