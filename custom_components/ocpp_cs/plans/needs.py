"""What each vehicle needs of the plans that are made together, or why it has none."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ..charging.control import ModeControl
from ..charging.points import in_session
from ..smart_charging.model import ChargeMode, Reason
from ..smart_charging.planning.model import Need, Plan
from ..weekly.following import WeeklyGoals
from ..weekly.goals import decisive, taken_from
from .goals import in_future, passed
from .model import PlanState, Shown, Wanted, shown_of
from .point import Missing, PlanPoint
from .preview import power_of

ENOUGH_KWH: Final = 0.05
"""Less is not missing."""
SUNNY: Final = (ChargeMode.SOLAR, ChargeMode.MIN_SOLAR)
"""The charge modes that use plans."""
_LEAST_KWH: Final = 1.0
"""What a vehicle still takes that is not full, as far as is known."""
_OVERDUE: Final = timedelta(hours=12)
"""The time for which a late vehicle is still charged."""

type Outline = Shown | tuple[Need, Missing]
"""What a vehicle needs of a plan; what is shown of it while it needs none."""


class Needs:
    """Finds out what the vehicles of a server need."""

    def __init__(
        self,
        control: ModeControl,
        weekly: WeeklyGoals,
        want: Callable[[PlanPoint, Wanted], None],
    ) -> None:
        """Look at modes and decisions of `control`; `want` sets the goal of a connector."""
        self._control = control
        self._weekly = weekly
        self._want = want

    def outline(
        self, point: PlanPoint, now: datetime, tried: ChargeMode | None = None
    ) -> Outline:
        """Return what a vehicle needs, or what is shown while it needs no plan.

        Args:
            point: The connector.
            now: The present time.
            tried: The charge mode; that of the connector without it.
        """
        if not point.wanted.armed:
            return idle(point, PlanState.OFF)
        connector = point.connector
        mode = tried or self._control.mode(connector)
        missing = point.missing(now)
        target = missing.target_kwh
        over = (
            self._is_full(point)
            or target is None
            or target < ENOUGH_KWH
            or mode not in SUNNY
            or connector.plugged_in is False
        )
        renewed = _renewed(point.wanted, now, over=over)
        self._want(point, renewed)
        if not renewed.armed:
            if not self._weekly.follow(point, now):
                return idle(point, PlanState.OFF)
            missing = point.missing(now)
            target = missing.target_kwh
        if mode not in SUNNY:
            return idle(point, PlanState.OTHER_MODE)
        # Without a target nothing has to be reached in time.
        ready_by = None if target is None else point.ready_by(now)
        missing, ready_by = self._with_weekly(point, missing, ready_by, now)
        if (energy := missing.wanted_kwh) is None:
            return idle(point, PlanState.NO_TARGET)
        if energy < ENOUGH_KWH:
            return idle(point, PlanState.DONE, energy_kwh=0.0)
        need = point.need(
            energy,
            ready_by=ready_by,
            # A boost does not wait for anything.
            least_kwh=energy if self._control.boosted(connector) else missing.least_kwh,
            unsure_kwh=missing.unsure_kwh,
            below_price=point.wanted.below_price,
            always=mode is ChargeMode.MIN_SOLAR,
            running=point.plan.due_w(now) > 0,
        )
        return need, missing

    def _with_weekly(
        self,
        point: PlanPoint,
        missing: Missing,
        ready_by: datetime | None,
        now: datetime,
    ) -> tuple[Missing, datetime | None]:
        """Return what is missing by when, with the weekly plans that come besides.

        One that comes after the goal counts only if it has to be begun before that.
        """
        goals: dict[tuple[float, datetime], Missing] = {}
        if ready_by is not None and (missing.target_kwh or 0.0) >= ENOUGH_KWH:
            goals[missing.target_kwh or 0.0, ready_by] = missing
        power = power_of(point.need(1.0, ready_by=None))
        for one in self._weekly.coming(point, now):
            other = point.missing(now, taken_from(point.wanted, one))
            energy = other.target_kwh
            if energy is None or energy < ENOUGH_KWH:
                continue
            begin = one.when - timedelta(hours=energy * 1000 / max(power, 1.0))
            if ready_by is None or min(begin, one.when) < ready_by:
                goals[energy, one.when] = other
        if (first := decisive(goals, power)) is None:
            return missing, ready_by
        return goals[first], first[1]

    def all(
        self,
        points: Iterable[PlanPoint],
        outlines: Mapping[str, Outline],
        now: datetime,
    ) -> list[Need]:
        """Return what the vehicles with a plan need, and what the others take."""
        needs = [one[0] for one in outlines.values() if not isinstance(one, Shown)]
        return needs + [
            need
            for point in points
            if isinstance(outlines[point.key], Shown)
            and (need := self._unplanned(point, now)) is not None
        ]

    def _unplanned(self, point: PlanPoint, now: datetime) -> Need | None:
        """Return what a vehicle takes without a plan, whatever the price, if anything."""
        connector, mode = point.connector, self._control.mode(point.connector)
        boosted = self._control.boosted(connector)
        if connector.plugged_in is not True or self._is_full(point):
            return None
        if mode is ChargeMode.MANUAL and not connector.charging:
            return None
        if mode in (ChargeMode.OFF, ChargeMode.SOLAR) and not boosted:
            return None
        room = point.missing(now).room_kwh
        need = point.need(max(room, _LEAST_KWH), ready_by=None, fast=True)
        if mode is ChargeMode.MIN_SOLAR and not boosted:
            return replace(need, max_a=need.min_a, phases=need.phases[:1])
        return need

    def state(self, point: PlanPoint, plan: Plan, now: datetime) -> PlanState:
        """Return the state of a plan that was made."""
        due = plan.due_w(now) > 0
        if point.connector.plugged_in is False:
            return PlanState.NO_VEHICLE
        if self._is_full(point):
            return PlanState.VEHICLE_FULL
        if due and not in_session(point.connector):
            return PlanState.WAITING_TO_BE_STARTED
        if plan.missing_kwh >= ENOUGH_KWH:
            return PlanState.TOO_LATE
        if due:
            return PlanState.CHARGING
        if plan.slots or point.wanted.below_price is not None:
            return PlanState.WAITING
        return PlanState.MINIMUM if plan.least_kwh >= ENOUGH_KWH else PlanState.SUN

    def _is_full(self, point: PlanPoint) -> bool:
        decision = self._control.decision(point.connector)
        return decision is not None and decision.reason is Reason.CAR_FULL


def _renewed(wanted: Wanted, now: datetime, *, over: bool) -> Wanted:
    """Return an armed goal at present; `over` is True if it needs no more time."""
    if (when := wanted.ready_by) is None:
        return wanted
    if when > now:
        return in_future(wanted, now)
    return passed(wanted, now) if over or now - when > _OVERDUE else wanted


def idle(point: PlanPoint, state: PlanState, energy_kwh: float | None = None) -> Shown:
    """Return what is shown while a connector has no plan."""
    return shown_of(Plan(), state, energy_kwh, point.wanted)
