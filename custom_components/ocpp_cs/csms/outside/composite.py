"""What our limits will allow over time (1.6: 5.7; 2.0.1: K08)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol, override

from ..model.profile import LimitSource, Period, Schedule, Unit
from .allowance import NOMINAL_VOLTAGE
from .ceilings import CeiledConnector, CeiledLimiter, Ceilings

_MOST_PERIODS: Final = 100
_MOST_TIMES: Final = 300
"""The times that are looked at: profiles can have thousands at which nothing changes."""
_LONGEST_S: Final = 7 * 86400
_PHASES: Final = 3


class ComposedLimiter(CeiledLimiter, Protocol):
    """The limiter of a connector."""

    @property
    def own_limit(self) -> float:
        """What is wanted here at present in A per phase, without any ceiling."""


class ComposedConnector(CeiledConnector, Protocol):
    """A connector whose limits are told."""

    @property
    def active_phases(self) -> int | None:
        """The number of phases that carry current; None if unknown."""

    @property
    def lines(self) -> int | None:
        """The number of connected phases; None if unknown."""

    @property
    @override
    def limiter(self) -> ComposedLimiter:
        """Its limiter."""

    @property
    def outside_limit(self) -> tuple[float, LimitSource] | None:
        """The lowest limit that others have set in the charge point."""


class Composed(Protocol):
    """A charge point whose limits are told."""

    @property
    def connectors(self) -> Mapping[int, ComposedConnector]:
        """The known connectors by number."""

    @property
    def ceilings(self) -> Ceilings:
        """What others allow at most."""


def composite(
    charge_point: Composed,
    connector_id: int,
    duration: int,
    unit: Unit | None,
    now: datetime,
) -> Schedule | None:
    """Return what a connector, or the whole charge point, may use from now on.

    What is wanted here at present counts as lasting: of it, only the ceilings are known
    ahead.

    Args:
        charge_point: The charge point.
        connector_id: The connector; 0 is the whole charge point.
        duration: The length of the schedule in s.
        unit: The unit that is asked for; None is A.
        now: The present time, at which it starts.

    Returns:
        The schedule, maybe a shorter one; None if there is no such connector.
    """
    if connector_id:
        one = charge_point.connectors.get(connector_id)
        chosen = [] if one is None else [one]
    else:
        chosen = list(charge_point.connectors.values())
    if not chosen or duration <= 0:
        return None
    unit = unit or Unit.AMPERE
    length = min(duration, _LONGEST_S)
    end, at = now + timedelta(seconds=length), now
    periods: list[Period] = []
    for _ in range(_MOST_TIMES):
        allowed = _allowed(charge_point, chosen, connector_id == 0, at, unit)
        if not periods or periods[-1].limit != allowed:
            start = int((at - now).total_seconds() + 0.999)
            if len(periods) == _MOST_PERIODS:
                length = start
                break
            periods.append(Period(start=start, limit=allowed))
        due = charge_point.ceilings.next_change(at)
        if due is None or due >= end:
            break
        at = due
    else:
        # No more is known than until the next time.
        length = max(int((at - now).total_seconds()), periods[-1].start + 1)
    return Schedule(unit=unit, start=now, duration=length, periods=tuple(periods))


def _allowed(
    charge_point: Composed,
    connectors: list[ComposedConnector],
    whole: bool,
    at: datetime,
    unit: Unit,
) -> float:
    """Return what some connectors together may use at a time, in a unit."""
    sum_a = sum_w = 0.0
    for connector in connectors:
        phases = connector.active_phases or connector.lines or _PHASES
        amps = connector.limiter.own_limit
        if (outside := connector.outside_limit) is not None:
            amps = min(amps, outside[0])
        if (
            least := charge_point.ceilings.at(connector.number, at, phases)
        ) is not None:
            amps = min(amps, least.amps)
        if amps < connector.limiter.minimum:
            amps = 0.0
        sum_a += amps
        sum_w += amps * phases * NOMINAL_VOLTAGE
    if whole and (most := charge_point.ceilings.in_all(at)) is not None:
        sum_a = min(sum_a, most)
        sum_w = min(sum_w, most * _PHASES * NOMINAL_VOLTAGE)
    return round(sum_a if unit is Unit.AMPERE else sum_w, 1)
