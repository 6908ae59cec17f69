"""The peak tariff: a ceiling for the mean import of each quarter of an hour.

The quarters are those of the clock. What the house and the cars took since the quarter
began decides what is left of its energy; short loads of the house are paid from what
was saved before, so that a kettle does not pause a car.
"""

from collections.abc import Mapping
from math import exp
from typing import Any, Final

from ..numbers import number, within

_QUARTER_S: Final = 900.0
_SPREAD_S: Final = 60.0
"""The shortest time over which saved energy is spent."""
_MARGIN: Final = 0.02
"""The part of the peak that is left for errors of the last minutes."""
_EACH_S: Final = 60.0
"""The time between two changes of the share of the cars, but for safety."""
_LATE_S: Final = 180.0
"""In the last part of a quarter nothing begins that the next one has to stop."""
_LOAD_S: Final = 180.0
"""The time constant of the house's load."""
_GAP_S: Final = 60.0
"""A longer time without a value is not observed."""
_ENOUGH: Final = 0.8
"""The part of a quarter that must be observed for the peak of the month."""


class Peak:
    """The mean import of the running quarter of an hour, and the peak of the month."""

    def __init__(self, limit_w: float | None) -> None:
        """Start without an observation.

        Args:
            limit_w: The maximum mean import in W; None for no limit, and no record.
        """
        limit = number(limit_w)
        self._limit = None if limit is None else max(limit, 0.0)
        self._begin: float | None = None
        """The begin of the running quarter."""
        self._last: float | None = None
        self._last_w: float | None = None
        self._spent_ws = 0.0
        """Of the energy of the quarter; what was not observed counts as usual."""
        self._observed_ws = 0.0
        self._observed_s = 0.0
        self._load: float | None = None
        self._present: float | None = None
        self._room: float | None = None
        self._room_at = 0.0
        self._month: str | None = None
        self.month_w: float | None = None
        """The largest mean of a quarter in the running month in W."""

    @property
    def is_limited(self) -> bool:
        """Whether there is a maximum."""
        return self._limit is not None

    @property
    def mean_w(self) -> float | None:
        """The mean import of the running quarter so far in W; None if unknown."""
        if self._limit is None or self._observed_s <= 0:
            return None
        return self._observed_ws / self._observed_s

    @property
    def _usual_w(self) -> float:
        return (self._limit or 0.0) * (1.0 - _MARGIN)

    def take(self, grid_w: float | None, now: float, month: str | None) -> None:
        """Take the power at the grid meter.

        Args:
            grid_w: The import in W, negative for export; None while it is unknown.
            now: The time in s.
            month: The name of the running month, by the time of the place; None if
                nobody knows: then it goes on.
        """
        if self._limit is None:
            return
        if self._last is None or self._begin is None or now < self._last:
            self._start(now)
        while self._begin is not None and now >= self._begin + _QUARTER_S:
            self._pass_until(self._begin + _QUARTER_S)
            self._close()
            # Nothing is known of the quarters in a long gap.
            self._start(max(self._begin + _QUARTER_S, now // _QUARTER_S * _QUARTER_S))
        self._pass_until(now)
        self._last_w = grid_w
        if month is not None and month != self._month:
            if self._month is not None:
                self.month_w = None
            self._month = month

    def _start(self, now: float) -> None:
        begin = now // _QUARTER_S * _QUARTER_S
        if now > begin:
            # It was not observed from its begin on.
            self._last_w = None
        self._begin, self._last = begin, now
        self._spent_ws = self._usual_w * (now - begin)
        self._observed_ws = self._observed_s = 0.0
        self._room = None

    def _pass_until(self, now: float) -> None:
        """Count the time until now, with the import of the last value."""
        seconds = now - (self._last if self._last is not None else now)
        self._last = now
        if self._last_w is None or seconds > _GAP_S:
            self._spent_ws += self._usual_w * seconds
            return
        energy = max(self._last_w, 0.0) * seconds
        self._spent_ws += energy
        self._observed_ws += energy
        self._observed_s += seconds

    def _close(self) -> None:
        mean = self.mean_w
        if mean is not None and self._observed_s >= _ENOUGH * _QUARTER_S:
            self.month_w = max(self.month_w or 0.0, mean)

    def room(
        self,
        site_w: float | None,
        low_w: float,
        high_w: float,
        now: float,
        dt: float,
        *,
        joined_w: float = 0.0,
    ) -> float | None:
        """Return the power in W that is left to all controlled cars; None without a limit.

        Args:
            site_w: The power at the grid meter in W; None while it is unknown: then
                half of the peak is left to the house, or what it took last.
            low_w: The least power of the controlled cars.
            high_w: The greatest power of the controlled cars.
            now: The time in s, as for `take`, which comes first.
            dt: The time since the last call in s.
            joined_w: The part of their power that counted as the house's until now.
        """
        if self._limit is None or self._begin is None:
            return None
        if joined_w:
            self._load = None if self._load is None else self._load - joined_w
            self._room = None
        load, present = self._loads_of(site_w, low_w, high_w, dt)
        left_s = max(self._begin + _QUARTER_S - now, 1.0)
        usual = self._usual_w
        saved = usual * (now - self._begin) - self._spent_ws
        steady = usual + saved / max(left_s, _SPREAD_S) - load
        # What is really left, whatever was planned.
        most = (self._limit * _QUARTER_S - self._spent_ws) / left_s - max(load, present)
        if self._room is None or abs(now - self._room_at) >= _EACH_S:
            late = left_s < _LATE_S and self._room is not None
            bound = max(self._room or 0.0, usual - load)
            self._room, self._room_at = min(steady, bound) if late else steady, now
        return min(self._room, most)

    def _loads_of(
        self, site_w: float | None, low_w: float, high_w: float, dt: float
    ) -> tuple[float, float]:
        """Return the load of the house without controlled cars in W: mean and present."""
        if site_w is None:
            load = max(self._load or 0.0, self._usual_w / 2)
            return load, load
        # While the power of a car is not known, the load stays as far as it can.
        present = within(self._present, site_w - high_w, site_w - low_w)
        self._present = present
        if self._load is None:
            self._load = present
        self._load += (present - self._load) * (1.0 - exp(-dt / _LOAD_S))
        return self._load, present

    # Restarts.

    def as_dict(self) -> dict[str, Any]:
        """Return the state to store."""
        if self._limit is None:
            return {}
        return {
            "begin": self._begin,
            "last": self._last,
            "spent_ws": round(self._spent_ws),
            "observed_ws": round(self._observed_ws),
            "observed_s": round(self._observed_s, 1),
            "month": self._month,
            "month_w": None if self.month_w is None else round(self.month_w, 1),
        }

    def restore(self, data: object, now: float) -> None:
        """Restore a stored state; invalid parts are ignored.

        The peak of the month is restored at any age; the running quarter only if it is
        the same one.
        """
        if not isinstance(data, Mapping) or self._limit is None:
            return
        month, month_w = data.get("month"), number(data.get("month_w"))
        if isinstance(month, str):
            self._month = month
            self.month_w = None if month_w is None else max(month_w, 0.0)
        begin, last, spent, energy, seconds = (
            number(data.get(key))
            for key in ("begin", "last", "spent_ws", "observed_ws", "observed_s")
        )
        if (
            begin is None
            or last is None
            or spent is None
            or energy is None
            or seconds is None
            or begin != now // _QUARTER_S * _QUARTER_S
            or not begin <= last <= now
            or min(spent, energy, seconds) < 0
            or seconds > last - begin + 1.0
        ):
            return
        self._begin, self._last, self._last_w = begin, last, None
        self._spent_ws, self._observed_ws, self._observed_s = spent, energy, seconds
