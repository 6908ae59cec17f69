"""What a vehicle tells of its needs (OCPP 2.0.1: K15; ISO 15118)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_NOT_TOLD: Final = 65535
"""The largest number of 16 bits, which some stations send for what is not known."""
_MOST_KWH: Final = 250.0
_LEAST_CAPACITY_KWH: Final = 3.0
_LEAST_A: Final = 6.0
"""Below this current no vehicle charges (IEC 61851)."""
_MOST_A: Final = 1000.0
_LATEST: Final = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class CarNeeds:
    """What a vehicle has told of its needs; None where it told nothing plausible."""

    told_at: datetime
    """The time at which it was told, by our clock."""
    source: str = "iso15118"
    """By which way it was told."""
    charged_kwh: float = 0.0
    """The energy of the session when it was told."""
    energy_kwh: float | None = None
    """The energy that it wants from then on, until it departs."""
    least_kwh: float | None = None
    """The energy that it needs at least from then on."""
    departure: datetime | None = None
    soc: float | None = None
    """Its state of charge in % at that time."""
    full_soc: float | None = None
    """The state of charge in % at which it considers itself full."""
    capacity_kwh: float | None = None
    max_a: float | None = None
    """The highest current per phase that it takes, or with DC the highest current."""
    phases: int | None = None
    """The number of phases that it takes; None for DC."""
    most_periods: int | None = None
    """The number of periods that it takes in a schedule."""
    discharges: bool = False
    """True if it has agreed with the charge point that it may discharge (2.1: Q01)."""
    could_discharge: bool = False
    """True if it would agree to discharge, once that is allowed (2.1: Q02)."""
    charge_w: float | None = None
    """The highest power that it takes in W."""
    discharge_w: float | None = None
    """The highest power that it gives in W, as a positive value."""

    def missing_kwh(self, charged_kwh: float) -> float | None:
        """Return the energy that it still wants; None if it told none.

        Args:
            charged_kwh: The energy of the session so far.
        """
        return self._left(self.energy_kwh, charged_kwh)

    def least_missing_kwh(self, charged_kwh: float) -> float | None:
        """Return the energy that it still needs at least; None if it told none."""
        return self._left(self.least_kwh, charged_kwh)

    def _left(self, told: float | None, charged_kwh: float) -> float | None:
        if told is None:
            return None
        return max(told - max(charged_kwh - self.charged_kwh, 0.0), 0.0)

    def departs(self, now: datetime) -> datetime | None:
        """Return the time of its departure; None if that is unknown, or over."""
        if self.departure is None or self.departure <= now:
            return None
        return self.departure


def percent(value: float | None) -> float | None:
    """Return a state of charge; None for what cannot be one."""
    return None if value is None or not 0 <= value <= 100 else float(value)


def energy_kwh(watt_hours: float | None) -> float | None:
    """Return an energy told in Wh; None for nothing, and for what cannot be one."""
    if watt_hours is None or watt_hours == _NOT_TOLD:
        return None
    kwh = watt_hours / 1000
    return kwh if 0 < kwh <= _MOST_KWH else None


def capacity_kwh(watt_hours: float | None) -> float | None:
    """Return the capacity of a battery told in Wh; None for what cannot be one."""
    kwh = energy_kwh(watt_hours)
    return kwh if kwh is not None and kwh >= _LEAST_CAPACITY_KWH else None


def current_a(amps: float | None) -> float | None:
    """Return the highest current of a vehicle; None for what cannot be one."""
    if amps is None or not _LEAST_A <= amps <= _MOST_A:
        return None
    return float(amps)


def departure(told: datetime | None, now: datetime) -> datetime | None:
    """Return a time of departure; None for one that is over, or too far away."""
    return told if told is not None and now < told <= now + _LATEST else None
