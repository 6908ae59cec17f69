"""A weekly plan, as its user entered it, and the times at which it is due."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import isnan
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_ENABLED, WEEKDAYS
from homeassistant.util import dt as dt_util

CONF_PLACES: Final = "places"
"""What the plan is for: ids of connectors and of vehicles, with the prefixes below."""
CONF_WEEKDAYS: Final = "weekdays"
CONF_READY_AT: Final = "ready_at"
CONF_SOC: Final = "soc_target"
CONF_ENERGY: Final = "energy_target"

CONNECTOR: Final = "connector:"
VEHICLE: Final = "vehicle:"

USUAL: Final[dict[str, Any]] = {
    CONF_WEEKDAYS: ["mon", "tue", "wed", "thu", "fri"],
    CONF_READY_AT: "07:00:00",
    CONF_ENABLED: True,
}
"""What the form of a new plan proposes."""

_MOST_KWH: Final = 200.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Weekly:
    """A time of the day on some weekdays, and what must be charged by then."""

    id: str
    """The id of its subentry."""
    name: str
    places: frozenset[str] = frozenset()
    """The connectors and vehicles that it is for: see `CONF_PLACES`."""
    weekdays: frozenset[str] = frozenset()
    clock: time = time(7)
    soc: float = 0.0
    """The state of charge in %; 0 is no target. It has priority over the energy."""
    energy_kwh: float = 0.0
    """The energy since the vehicle was plugged in, where no state of charge is known."""
    is_enabled: bool = True

    def is_for(self, connector: str, vehicle: str | None) -> bool:
        """Return whether it is for a connector, or for the vehicle there."""
        return self.is_enabled and (
            CONNECTOR + connector in self.places
            or (vehicle is not None and VEHICLE + vehicle in self.places)
        )

    def after(self, now: datetime) -> datetime:
        """Return the next time at which it is due, in UTC.

        On a day that skips that time it is as much later as the clocks are put forward;
        on a day that has it twice, it is the first.
        """
        zone = dt_util.get_default_time_zone()
        today = dt_util.as_local(now).date()
        for days in range(9):
            day = today + timedelta(days=days)
            found = dt_util.as_utc(datetime.combine(day, self.clock, zone))
            if found > now and WEEKDAYS[day.weekday()] in self.weekdays:
                return found
        raise ValueError("no weekday")

    @property
    def record(self) -> dict[str, Any]:
        """What a connector's goal was taken from, as JSON data: to see a change of it."""
        return {
            "id": self.id,
            "weekdays": sorted(self.weekdays),
            "clock": self.clock.isoformat(),
            "soc": self.soc,
            "energy": self.energy_kwh,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Coming:
    """The next time at which a weekly plan is due."""

    plan: Weekly
    when: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeklyPlans:
    """The weekly plans for a connector."""

    used: Weekly | None = None
    """The one that its goal was taken from."""
    coming: tuple[Coming, ...] = ()
    """The next time of each after that, from the first to the last."""


def weekly_of(subentry: ConfigSubentry) -> Weekly | None:
    """Return the weekly plan of a subentry; None if it says no weekday and time."""
    data = subentry.data
    weekdays = frozenset(WEEKDAYS) & frozenset(_texts(data.get(CONF_WEEKDAYS)))
    try:
        clock = time.fromisoformat(str(data.get(CONF_READY_AT))).replace(tzinfo=None)
    except ValueError:
        return None
    if not weekdays:
        return None
    return Weekly(
        id=subentry.subentry_id,
        name=subentry.title,
        places=frozenset(_texts(data.get(CONF_PLACES))),
        weekdays=weekdays,
        clock=clock,
        soc=_within(data, CONF_SOC, 100.0),
        energy_kwh=_within(data, CONF_ENERGY, _MOST_KWH),
        is_enabled=data.get(CONF_ENABLED) is not False,
    )


def coming(
    plans: Iterable[Weekly], connector: str, vehicle: str | None, after: datetime
) -> list[Coming]:
    """Return the next time of each plan for a connector, from the first to the last.

    Args:
        plans: The plans of the server.
        connector: The id of the connector.
        vehicle: The id of the vehicle there, if it is known.
        after: They are later than this.
    """
    found = [
        Coming(plan=plan, when=plan.after(after))
        for plan in plans
        if plan.is_for(connector, vehicle)
    ]
    return sorted(found, key=lambda one: (one.when, one.plan.id))


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


def _within(data: Mapping[str, Any], key: str, most: float) -> float:
    try:
        value = float(data.get(key) or 0.0)
    except TypeError, ValueError:
        return 0.0
    return 0.0 if isnan(value) else min(max(value, 0.0), most)
