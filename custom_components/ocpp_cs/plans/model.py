"""The goal of a connector, and the data of its plan that is shown."""

from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum
from typing import Final

from homeassistant.util import dt as dt_util

from ..smart_charging.planning.model import Plan, PlanSlot, Shortage

MOST_KWH: Final = 200.0
"""No car has a larger battery."""
MOST_PRICE: Final = 100_000.0
"""No price of a kWh is larger, in whatever currency."""


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
    """Solar power is expected to suffice."""
    MINIMUM = "minimum"
    """The minimum current of the charge mode suffices, with what the sun gives."""
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
    clock: time | None = None
    """The local time of the day of `ready_by`, which the next one has as well."""
    armed: bool = False
    least_kwh: float = 0.0
    """The energy since it was plugged in that is charged at once; 0 is none."""
    least_soc: float = 0.0
    """The state of charge in % up to which it is charged at once; 0 is none.

    It has priority over `least_kwh`.
    """
    below_price: float | None = None
    """It charges in all slots at or below this price of a kWh."""
    weekdays: frozenset[str] = frozenset()
    """The days on which it is to be ready again and again; empty for once."""

    @property
    def is_standing(self) -> bool:
        """Whether it has a rule that needs no time to be ready."""
        return self.below_price is not None or self.least_kwh > 0 or self.least_soc > 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """The shown data of a plan: rounded to minutes, so that it changes seldom."""

    state: PlanState = PlanState.OFF
    slots: tuple[PlanSlot, ...] = ()
    energy_kwh: float | None = None
    """The energy that is missing now."""
    missing_kwh: float = 0.0
    """The energy that will be missing at the ready time."""
    shortage: Shortage | None = None
    """Why it will be missing."""
    sun_kwh: float = 0.0
    cost: float | None = None
    least_kwh: float = 0.0
    least_soc: float = 0.0
    below_price: float | None = None
    weekdays: frozenset[str] = frozenset()

    @property
    def start(self) -> datetime | None:
        """The start of the current or next charging period."""
        return self.slots[0].start if self.slots else None

    @property
    def end(self) -> datetime | None:
        """The end of the last charging period."""
        return self.slots[-1].end if self.slots else None


def shown_of(
    made: Plan,
    state: PlanState,
    missing_kwh: float | None,
    wanted: Wanted,
    since: datetime | None = None,
) -> Shown:
    """Return the shown data of a plan, by which it charges since `since`."""
    slots = [
        replace(
            slot,
            start=to_minute(slot.start),
            end=to_minute(slot.end),
            power_w=round(slot.power_w),
            price=None if slot.price is None else round(slot.price, 5),
        )
        for slot in made.slots
    ]
    if slots and since is not None:
        slots[0] = replace(slots[0], start=to_minute(since))
    short = round(made.missing_kwh, 1)
    return Shown(
        state=state,
        slots=tuple(slots),
        energy_kwh=None if missing_kwh is None else round(missing_kwh, 1),
        missing_kwh=short,
        shortage=made.shortage if short > 0 else None,
        sun_kwh=round(made.sun_kwh, 1),
        cost=None if made.cost is None else round(made.cost, 2),
        least_kwh=wanted.least_kwh,
        least_soc=wanted.least_soc,
        below_price=wanted.below_price,
        weekdays=wanted.weekdays,
    )


def to_minute(when: datetime) -> datetime:
    """Return a time rounded to the minute, in UTC."""
    return dt_util.utc_from_timestamp(round(when.timestamp() / 60) * 60)
