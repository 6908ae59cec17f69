"""The load of the house by the hour of the day, learned from its meter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, Final, Self

from ..model import PHASES
from ..numbers import number
from .model import LoadSlot
from .room import USUAL_LOAD_A

_KEPT: Final = 8
"""Days of each hour: of weekdays, and of weekends."""
_ENOUGH: Final = 3
"""Days from which an hour of the weekend counts by itself."""
_SAFE: Final = 0.8
"""The part of the days on which the load was no larger than what is expected."""
_MOST_A: Final = 200.0
_LEAST_SAMPLES: Final = 5
_HOUR: Final = timedelta(hours=1)

type _Amps = tuple[float, float, float]


@dataclass(slots=True)
class Household:
    """What the house takes on L1 to L3, without cars, by the hour of the day.

    Weekdays and weekends are apart. Times must have the local time zone.
    """

    _days: dict[tuple[bool, int], list[_Amps]] = field(default_factory=dict)
    _hour: datetime | None = None
    _sums: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    _count: int = 0

    def learn(self, at: datetime, currents_a: Sequence[float | None]) -> bool:
        """Add a measurement; call it once a minute.

        Args:
            at: The local time.
            currents_a: The currents of the house on L1 to L3 in A, without cars; what
                is fed in counts as 0, as it may end at any time.

        Returns:
            True if an hour is complete, so that `as_dict` has changed.
        """
        values = [number(each) for each in currents_a]
        if len(values) != len(PHASES) or any(each is None for each in values):
            return False
        hour = at.replace(minute=0, second=0, microsecond=0)
        changed = hour != self._hour and self._complete()
        if hour != self._hour:
            self._hour, self._sums, self._count = hour, [0.0, 0.0, 0.0], 0
        for phase in PHASES:
            self._sums[phase] += min(max(values[phase] or 0.0, 0.0), _MOST_A)
        self._count += 1
        return changed

    def _complete(self) -> bool:
        if self._hour is None or self._count < _LEAST_SAMPLES:
            return False
        one, two, three = (round(each / self._count, 2) for each in self._sums)
        kept = self._days.setdefault(_kind(self._hour), [])
        kept.append((one, two, three))
        del kept[:-_KEPT]
        return True

    def expected_a(self, at: datetime) -> _Amps:
        """Return the load that is not exceeded on most days, on L1 to L3 in A."""
        weekend, hour = _kind(at)
        days = self._days.get((weekend, hour), [])
        if len(days) < _ENOUGH:
            days = [*days, *self._days.get((not weekend, hour), [])]
        if not days:
            days = [each for kept in self._days.values() for each in kept]
        if not days:
            return USUAL_LOAD_A, USUAL_LOAD_A, USUAL_LOAD_A
        one, two, three = (_quantile([day[phase] for day in days]) for phase in PHASES)
        return one, two, three

    def slots(self, now: datetime, until: datetime) -> Iterator[LoadSlot]:
        """Yield the expected load of each hour; `now` has the local time zone."""
        at = now.replace(minute=0, second=0, microsecond=0)
        zone = at.tzinfo
        # Hours of the day are local, their length is not: a clock may be changed.
        step = at.astimezone(UTC)
        known: dict[tuple[bool, int], _Amps] = {}
        while step < until:
            local = step.astimezone(zone)
            if (kind := _kind(local)) not in known:
                known[kind] = self.expected_a(local)
            yield LoadSlot(start=step, end=step + _HOUR, currents_a=known[kind])
            step += _HOUR

    def as_dict(self) -> dict[str, Any]:
        """Return the state to store, as JSON types."""
        return {
            f"{'weekend' if weekend else 'weekday'}_{hour}": [
                list(each) for each in kept
            ]
            for (weekend, hour), kept in sorted(self._days.items())
        }

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Return the state of `as_dict`; what is invalid is left out."""
        household = cls()
        for key, kept in (data if isinstance(data, Mapping) else {}).items():
            kind, _, text = str(key).partition("_")
            if kind not in ("weekday", "weekend") or not text.isdecimal():
                continue
            hour = int(text)
            if hour > 23 or not isinstance(kept, list):
                continue
            days = [amps for each in kept if (amps := _amps(each)) is not None]
            if days:
                household._days[kind == "weekend", hour] = days[-_KEPT:]
        return household


def _amps(value: object) -> _Amps | None:
    if not isinstance(value, (list, tuple)) or len(value) != len(PHASES):
        return None
    one, two, three = (number(each) for each in value)
    if one is None or two is None or three is None:
        return None
    if not all(0 <= each <= _MOST_A for each in (one, two, three)):
        return None
    return one, two, three


def _kind(at: datetime) -> tuple[bool, int]:
    return at.weekday() >= 5, at.hour


def _quantile(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[max(ceil(_SAFE * len(ordered)) - 1, 0)]
