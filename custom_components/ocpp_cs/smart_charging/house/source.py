"""The recent values of one sensor, each with its time."""

from collections import deque
from typing import Final

from ..model import Measured
from ..numbers import number

LONGEST_LAG_S: Final = 60.0
"""A balance is made of values that are no older than this, or of the last ones."""
_KEPT: Final = 90
"""Readings come once a second at most."""
_FIRST_INTERVAL_S: Final = 10.0
"""The time between two reports, before it was seen."""
_PART: Final = 0.3
"""The weight of the last interval in the usual one."""


class Source:
    """A sensor, whose reports may be late, repeated, out of order or invalid."""

    __slots__ = ("_interval", "_limit", "_told_at", "_values", "at", "value")

    def __init__(self, limit: float) -> None:
        """Start without a value; one beyond `limit` in size is none."""
        self._limit = limit
        self._values: deque[tuple[float, float]] = deque(maxlen=_KEPT)
        self._interval: float | None = None
        self._told_at: float | None = None
        """The time of the last reading, as it was told."""
        self.value: float | None = None
        """The last valid value."""
        self.at = 0.0
        """The time of its last report."""

    def take(self, measured: Measured, now: float) -> bool:
        """Take a reading; return whether its value is valid.

        A report that is older than the last one is out of order, and changes nothing.
        """
        if self.at > now:
            self._set_back(now)
        value = number(measured.value)
        if value is None or abs(value) > self._limit:
            return False
        told_at, self._told_at = self._told_at, measured.at
        at = min(measured.at, now)
        if measured.at > now and measured.at == told_at:
            # After the clock was set back, an old report must not stay new for ever.
            at = self.at
        if self.value is None or at > self.at:
            if self.value is not None and (gap := at - self.at) <= LONGEST_LAG_S:
                usual = gap if self._interval is None else self._interval
                self._interval = usual + (gap - usual) * _PART
            self._values.append((at, value))
            self.value, self.at = value, at
        elif at == self.at and value != self.value:
            self._values[-1] = at, value
            self.value = value
        return True

    def _set_back(self, now: float) -> None:
        """Bring all values to the present, after the clock was set back."""
        self._values.clear()
        self.at = now
        if self.value is not None:
            self._values.append((now, self.value))

    def rests(self, now: float) -> bool:
        """Return whether it reports only changes, and its value has not changed."""
        usual = _FIRST_INTERVAL_S if self._interval is None else self._interval
        return now - self.at > min(2.0 * usual + 2.0, LONGEST_LAG_S)

    def value_at(self, at: float) -> float | None:
        """Return its value at a time in the last minute.

        Between two reports of a sensor that reports regularly, its value is between
        theirs.
        """
        later: tuple[float, float] | None = None
        for entry in reversed(self._values):
            if entry[0] <= at:
                if later is None or later[0] - entry[0] > 2.0 * (self._interval or 0.0):
                    return entry[1]
                part = (at - entry[0]) / (later[0] - entry[0])
                return entry[1] + (later[1] - entry[1]) * part
            later = entry
        return None if later is None else later[1]

    def reported_before(self, at: float) -> tuple[float, float] | None:
        """Return time and value of the last report up to a time."""
        for entry in reversed(self._values):
            if entry[0] <= at:
                return entry
        return None


def common_time(sources: list[Source], now: float) -> float:
    """Return the latest time at which the values of all sources are known.

    A source that rests does not delay the others.
    """
    awake = [source.at for source in sources if not source.rests(now)]
    if awake:
        return min(awake)
    return max((source.at for source in sources), default=0.0)
