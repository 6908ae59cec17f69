"""Limits that others have set at a charge point (OCPP 2.0.1: K11 to K14)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ..model.profile import LimitSource, Schedule, Unit
from ..model.timestamps import plausible

_NOMINAL_VOLTAGE = 230.0
_PHASES = 3
_MOST_PERIODS = 100
"""The periods of a schedule that are kept; later ones count as the last of these."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OutsideLimit:
    """A limit that somebody else has set."""

    source: LimitSource
    told_at: datetime
    schedules: tuple[Schedule, ...] = ()
    """Its schedules; empty if the charge point only told that there is one."""
    is_grid_critical: bool | None = None

    def amps_at(self, now: datetime, phases: int | None = None) -> float | None:
        """Return the allowed current in A per phase; None if there is no limit now.

        Args:
            now: The present time.
            phases: The number of phases in use, which a power is divided by.
        """
        amps = [
            one
            for schedule in self.schedules
            if (one := _amps_of(schedule, self.told_at, now, phases)) is not None
        ]
        return min(amps, default=None)


def _amps_of(
    schedule: Schedule, told_at: datetime, now: datetime, phases: int | None
) -> float | None:
    begins = schedule.start or told_at
    passed = (now - begins).total_seconds()
    if schedule.duration is not None and passed >= schedule.duration:
        return None
    begun = [one for one in schedule.periods[:_MOST_PERIODS] if one.start <= passed]
    if not begun:
        return None
    period = begun[-1]
    if period.limit is None:
        return None
    limit = max(period.limit, 0.0)
    if schedule.unit is Unit.AMPERE:
        return limit
    return limit / (_NOMINAL_VOLTAGE * (period.phases or phases or _PHASES))


class OutsideLimits:
    """The limits of others at one connector, or at the whole charge point.

    There is one for each source, so that a charge point cannot fill it.
    """

    def __init__(self) -> None:
        """Know none."""
        self._limits: dict[LimitSource, OutsideLimit] = {}

    @property
    def known(self) -> Mapping[LimitSource, OutsideLimit]:
        """The limits, by who has set them."""
        return self._limits

    def put(self, limit: OutsideLimit) -> None:
        """Take a limit in place of the one of the same source before."""
        self._limits[limit.source] = limit

    def end(self, source: LimitSource) -> bool:
        """Forget the limit of a source; return whether there was one."""
        return self._limits.pop(source, None) is not None

    def forget(self) -> bool:
        """Forget all limits; return whether there was one."""
        had_any = bool(self._limits)
        self._limits.clear()
        return had_any

    def lowest(
        self, now: datetime, phases: int | None = None
    ) -> tuple[float, LimitSource] | None:
        """Return the lowest limit in A per phase and its source; None without one."""
        told = [
            (amps, source)
            for source, limit in self._limits.items()
            if (amps := limit.amps_at(now, phases)) is not None
        ]
        return min(told, default=None, key=lambda one: one[0])


def by_our_clock(
    schedules: Iterable[Schedule], correct: Callable[[datetime], datetime]
) -> tuple[Schedule, ...]:
    """Return schedules whose start is told by our clock.

    Args:
        schedules: Schedules with times of the charge point's clock.
        correct: Returns such a time by our clock.
    """
    return tuple(
        schedule.starting(
            None if (start := plausible(schedule.start)) is None else correct(start)
        )
        for schedule in schedules
    )
