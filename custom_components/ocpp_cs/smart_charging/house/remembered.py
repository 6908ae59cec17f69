"""The largest loads of the house on recent days, for times without a meter."""

from collections.abc import Mapping
from math import exp, floor
from typing import Any, Final

from ..model import PHASES
from ..numbers import number

_DAY_S: Final = 86_400.0
_SUSTAINED_S: Final = 20.0
"""The time constant of a load that counts: a wrong reading is not remembered."""
_DAYS: Final = 14
"""The number of days that are remembered, counted from the last measurement."""
_AS_IT_WAS_DAYS: Final = 2
_OLDEST_WEIGHT: Final = 0.5
"""The part of a load that still counts on the last of these days."""
_FORGOTTEN_S: Final = 30 * _DAY_S
"""Without a measurement for this time, nothing is known of the house."""
_IMPLAUSIBLE_A: Final = 1000.0


class RememberedLoad:
    """The largest load of the house on each phase, without cars."""

    def __init__(self) -> None:
        """Start without a memory."""
        self._days: dict[int, list[float]] = {}
        """By day: the largest current of L1 to L3 in A, and the seconds observed."""
        self._sustained: list[float] | None = None

    def note(self, load_a: tuple[float, float, float], now: float, dt: float) -> None:
        """Record the measured load on L1 to L3 in A, `dt` seconds after the last one."""
        day = floor(now / _DAY_S)
        if any(other > day for other in self._days):
            self._set_back(day)
        part = 1.0 - exp(-dt / _SUSTAINED_S)
        sustained = self._sustained
        if sustained is None:
            sustained = self._sustained = [0.0, 0.0, 0.0]
        largest = self._days.get(day)
        if largest is None:
            largest = self._days[day] = [0.0, 0.0, 0.0, 0.0]
            for old in [other for other in self._days if day - other >= _DAYS]:
                del self._days[old]
        for phase in PHASES:
            load = min(max(load_a[phase], 0.0), _IMPLAUSIBLE_A)
            sustained[phase] += (load - sustained[phase]) * part
            largest[phase] = max(largest[phase], sustained[phase])
        largest[3] += dt

    def _set_back(self, day: int) -> None:
        """Count days in the future as today, after the clock was set back."""
        for other in [other for other in self._days if other > day]:
            later = self._days.pop(other)
            today = self._days.setdefault(day, [0.0, 0.0, 0.0, 0.0])
            for index, value in enumerate(later):
                today[index] = max(today[index], value)

    def largest(
        self, now: float, unknown_a: float
    ) -> tuple[float, float, float] | None:
        """Return the largest load on L1 to L3 in A; None without a memory.

        A day has a breakfast and a supper: until a whole day was observed, a part of
        `unknown_a`, which is assumed of a house of which nothing is known, remains.
        """
        if not self._days:
            return None
        newest = max(self._days)
        if now - (newest + 1) * _DAY_S > _FORGOTTEN_S:
            return None
        observed = sum(kept[3] for kept in self._days.values())
        least = unknown_a * max(1.0 - observed / _DAY_S, 0.0)
        result = [least, least, least]
        for day, kept in self._days.items():
            # From the last measurement on: a house without a meter grows no smaller.
            age = max(newest - day - _AS_IT_WAS_DAYS, 0)
            weight = 1.0 - (1.0 - _OLDEST_WEIGHT) * age / (_DAYS - _AS_IT_WAS_DAYS)
            for phase in PHASES:
                result[phase] = max(result[phase], kept[phase] * weight)
        return result[0], result[1], result[2]

    def as_dict(self) -> dict[str, Any]:
        """Return the state to store."""
        return {
            "days": [
                [day, *(round(value, 1) for value in kept)]
                for day, kept in sorted(self._days.items())
            ]
        }

    def restore(self, data: object, now: float) -> None:
        """Restore a stored state; invalid parts are ignored."""
        days = data.get("days") if isinstance(data, Mapping) else None
        if not isinstance(days, list):
            return
        for row in days:
            values = (
                [number(value) for value in row]
                if isinstance(row, (list, tuple))
                else []
            )
            known = [value for value in values if value is not None]
            if len(values) != 5 or len(known) != 5 or min(known) < 0:
                continue
            day, *rest = known
            if day > now / _DAY_S + _DAYS or max(rest[:3]) > _IMPLAUSIBLE_A:
                continue
            kept = self._days.setdefault(floor(day), [0.0, 0.0, 0.0, 0.0])
            for index, value in enumerate(rest):
                kept[index] = max(kept[index], min(value, _DAY_S))
