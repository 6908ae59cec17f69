"""Meter values that may be wrong: any text or number in, W or None out."""

from typing import Final

from ..numbers import number

_UNITS: Final = {"w": 1.0, "kw": 1000.0, "mw": 1_000_000.0}
IMPLAUSIBLE_W: Final = 100_000.0
"""No house has so much power: the meter has changed its unit, or is broken."""
IMPLAUSIBLE_A: Final = 1000.0
RESTING_W: Final = 50.0
"""A home battery with no more than this power rests, and its value may not change."""


def power_w(value: object, unit: str | None) -> float | None:
    """Return a power in W; None if the value or the unit is invalid.

    `unit` is checked each time: meters change it with firmware updates.
    """
    factor = _UNITS.get((unit or "").strip().lower())
    # mW and MW differ in nothing but case; no house has a megawatt.
    if (unit or "").strip() == "mW":
        factor = 0.001
    result = number(value)
    if factor is None or result is None:
        return None
    result *= factor
    return result if abs(result) <= IMPLAUSIBLE_W else None


def grid_w(
    imported: float | None, exported: float | None, *, inverted: bool = False
) -> float | None:
    """Return the grid power from one signed meter, or from two unsigned meters."""
    if imported is None:
        return None
    result = imported if exported is None else imported - exported
    return -result if inverted else result


class GridMeter:
    """The last plausible value of the grid meter, and its age."""

    def __init__(self) -> None:
        """Start without a value."""
        self.w: float | None = None
        self.at: float | None = None
        self._since: float | None = None

    def take(self, watts: float | None, at: float, now: float) -> None:
        """Store the power of the grid in W, and the time of its report."""
        # After the clock was set back, times in the future would stay new for ever.
        self._since = now if self._since is None else min(self._since, now)
        if self.at is not None:
            self.at = min(self.at, now)
        value = number(watts)
        if value is not None and abs(value) <= IMPLAUSIBLE_W:
            self.w, self.at = value, min(at, now)

    def stale(self, now: float, patience: float) -> bool:
        """Return whether the last value is older than `patience` seconds."""
        last = self.stale_at
        return last is None or now - last > patience

    @property
    def stale_at(self) -> float | None:
        """The time of the last value; without one that of the first tick."""
        return self.at if self.at is not None else self._since
