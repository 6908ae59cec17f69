"""The power that a car gives: what it was told, and what was measured of it."""

from collections.abc import Mapping
from typing import Any, Final

from ..model import Charger, ChargerReading
from ..numbers import number

_FRESH_S: Final = 90.0
"""An older reading says nothing about the present power."""
_NEAR_W: Final = 100.0
_NEAR_PART: Final = 0.1
_SMALL_KWH: Final = 40.0
"""The battery of a car whose capacity nobody knows: rather too small."""
_BATTERY_PART: Final = 0.9
"""The part of what the battery gives that arrives."""


class Outflow:
    """The power that one car gives, as an interval until it is measured again.

    Right after a command the power is between the one before and the new one, as with
    a car that charges (cars/car.py).
    """

    def __init__(self, charger: Charger) -> None:
        """Start with a car that gives nothing."""
        self._settle_s = charger.settle_s
        self.told_w = 0.0
        """The power that it was told to give."""
        self.told_at: float | None = None
        self.low_w = self.high_w = 0.0
        self._settled_at = 0.0
        self._sample_w: float | None = None
        self._sample_at = 0.0
        self._soc: float | None = None
        """The state of charge that was told last."""
        self._soc_is_known = False
        self._since_kwh = 0.0
        """What it gave since its state of charge last changed."""
        self._last: float | None = None

    def tell(self, watts: float, now: float) -> None:
        """Record a command: the power to give, 0 or more."""
        if watts == self.told_w:
            return
        self.told_w, self.told_at = watts, now
        self._settled_at = now + self._settle_s
        self.low_w, self.high_w = min(self.low_w, watts), max(self.high_w, watts)

    def observe(self, reading: ChargerReading, now: float) -> None:
        """Take a reading: a negative power is what the car gives."""
        self._count(reading, now)
        power = number(reading.power_w)
        new = power is not None and not reading.measured_at <= self._sample_at <= now
        if power is not None and new:
            self._sample_w = max(-power, 0.0)
            self._sample_at = min(reading.measured_at, now)
        if not reading.plugged_in:
            self.low_w = self.high_w = self.told_w = 0.0
            self._sample_w = None
            return
        sample = self._sample_w
        if sample is None or now - self._sample_at > _FRESH_S:
            if now >= self._settled_at:
                self.low_w = self.high_w = self.told_w
            return
        near = abs(sample - self.told_w) <= _NEAR_W + _NEAR_PART * self.told_w
        after = self.told_at is None or self._sample_at > self.told_at
        if self._sample_at >= self._settled_at or (new and near and after):
            self._settled_at = min(self._settled_at, self._sample_at)
            self.low_w = self.high_w = sample
        elif new:
            self.low_w = min(sample, self.told_w)
            self.high_w = max(sample, self.told_w)

    # The state of charge.

    def _count(self, reading: ChargerReading, now: float) -> None:
        """Count what it gave since its state of charge last changed."""
        seconds = max(now - self._last, 0.0) if self._last is not None else 0.0
        self._last = now
        soc = number(reading.soc)
        self._soc_is_known = soc is not None
        # One that comes and goes with the same value is as old as it was before.
        if not reading.plugged_in or (soc is not None and soc != self._soc):
            self._soc, self._since_kwh = soc, 0.0
        self._since_kwh += self.high_w * seconds / 3_600_000 / _BATTERY_PART

    @property
    def soc(self) -> float | None:
        """The state of charge in %, less what was given since it was last told.

        Nobody knows how old a state of charge is: one that does not change while the
        car gives must not let it become empty.
        """
        return self._soc_of(None)

    def soc_with(self, capacity_kwh: float | None) -> float | None:
        """Return the same with the capacity of the battery in kWh."""
        return self._soc_of(capacity_kwh)

    def _soc_of(self, capacity_kwh: float | None) -> float | None:
        if not self._soc_is_known or self._soc is None or not 0 <= self._soc <= 100:
            return None
        capacity = capacity_kwh if capacity_kwh and capacity_kwh > 1 else _SMALL_KWH
        return self._soc - self._since_kwh / capacity * 100

    # Restarts.

    def as_dict(self) -> dict[str, Any]:
        """Return the state to store: the energy that its state of charge does not show."""
        return {"soc": self._soc, "kwh": round(self._since_kwh, 4)}

    def restore(self, data: object) -> None:
        """Restore a stored state; invalid parts are ignored."""
        if not isinstance(data, Mapping):
            return
        soc, kwh = number(data.get("soc")), number(data.get("kwh"))
        if soc is not None and kwh is not None and kwh >= 0:
            self._soc, self._since_kwh = soc, kwh
