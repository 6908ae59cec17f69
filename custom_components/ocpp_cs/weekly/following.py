"""Gives connectors the goals of the weekly plans that are for them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry

from ..const import SUBENTRY_WEEKLY
from ..plans.model import Wanted
from ..plans.point import PlanPoint
from .goals import Loaded, taken_from
from .model import Coming, Weekly, WeeklyPlans, coming, weekly_of

_WEEK: Final = timedelta(days=8)
"""No weekly plan is due later."""


class WeeklyGoals:
    """The weekly plans of a server, and what they want of its connectors."""

    def __init__(
        self,
        entry: ConfigEntry[Any],
        vehicle_at: Callable[[PlanPoint], str | None],
        want: Callable[[PlanPoint, Wanted], None],
    ) -> None:
        """Read the plans.

        Args:
            entry: The config entry of the server.
            vehicle_at: Returns the id of the vehicle at a connector.
            want: Sets the goal of a connector.
        """
        self._entry = entry
        self._vehicle_at = vehicle_at
        self._want = want
        self._plans = self._read()

    def __bool__(self) -> bool:
        """Return whether there are weekly plans."""
        return bool(self._plans)

    def _read(self) -> list[Weekly]:
        return [
            plan
            for one in self._entry.get_subentries_of_type(SUBENTRY_WEEKLY)
            if (plan := weekly_of(one)) is not None
        ]

    def update(self) -> bool:
        """Read the plans again; return whether any has changed."""
        before, self._plans = self._plans, self._read()
        return self._plans != before

    def of(self, point: PlanPoint, now: datetime) -> WeeklyPlans:
        """Return the plan that the goal of a connector is of, and those to come."""
        loaded = point.weekly
        return WeeklyPlans(
            used=None
            if loaded is None
            else next(
                (one for one in self._plans if one.id == loaded.plan.get("id")), None
            ),
            coming=tuple(self.coming(point, now)),
        )

    def coming(self, point: PlanPoint, now: datetime) -> list[Coming]:
        """Return the next time of each plan for a connector, from the first to the last.

        The one that its goal was taken from is not among them.
        """
        if not self._plans:
            return []
        after = now if point.skipped is None else max(now, point.skipped)
        loaded = point.weekly
        found = [
            one
            if loaded is None or one.plan.id != loaded.plan.get("id")
            else Coming(plan=one.plan, when=one.plan.after(max(after, loaded.when)))
            for one in coming(self._plans, point.key, self._vehicle_at(point), after)
        ]
        return sorted(found, key=lambda one: one.when)

    def skip(self, point: PlanPoint, now: datetime) -> None:
        """Leave out the weekly plan that the goal is of, or the next one.

        Until its time has passed, no other one turns the goal on.
        """
        if point.weekly is not None:
            point.skipped, point.weekly = point.weekly.when, None
        elif (point.skipped is None or point.skipped <= now) and (
            following := self.coming(point, now)
        ):
            point.skipped = following[0].when

    def follow(self, point: PlanPoint, now: datetime) -> bool:
        """Take the goal from the next weekly plan, unless there is one already.

        Returns whether the goal is armed now.
        """
        if point.weekly is None and not self._plans:
            return point.wanted.armed
        if point.skipped is not None and point.skipped - now > _WEEK:
            # The clock was wrong.
            point.skipped = None
        if (loaded := point.weekly) is not None:
            vehicle = self._vehicle_at(point)
            if not point.wanted.armed:
                # Its time has passed.
                point.skipped, point.weekly = loaded.when, None
            elif loaded.when - now > _WEEK or not loaded.is_one_of(
                plan for plan in self._plans if plan.is_for(point.key, vehicle)
            ):
                point.weekly = None
                self._want(point, replace(point.wanted, armed=False))
        waits = point.skipped is not None and now < point.skipped
        if not point.wanted.armed and not waits:
            if not (following := self.coming(point, now)):
                return False
            first = following[0]
            point.weekly = Loaded(plan=first.plan.record, when=first.when)
            self._want(point, taken_from(point.wanted, first))
        return point.wanted.armed
