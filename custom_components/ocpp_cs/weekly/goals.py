"""How weekly plans become the goal of a connector."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from ..plans.model import Wanted
from ..plans.records import moment_of
from .model import Coming, Weekly


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """The weekly plan that a goal was taken from, and its time."""

    plan: Mapping[str, Any]
    """`Weekly.record`: a plan that was changed since then is another one."""
    when: datetime

    @classmethod
    def of(cls, record: object) -> Self | None:
        """Return what `as_record` stored; None if it is invalid."""
        if not isinstance(record, Mapping):
            return None
        plan, when = record.get("plan"), moment_of(record.get("when"))
        if not isinstance(plan, Mapping) or when is None:
            return None
        return cls(plan=plan, when=when)

    def as_record(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {"plan": dict(self.plan), "when": self.when.isoformat()}

    def is_one_of(self, plans: Iterable[Weekly]) -> bool:
        """Return whether the plan still applies, unchanged."""
        return any(dict(self.plan) == plan.record for plan in plans)


def taken_from(wanted: Wanted, coming: Coming) -> Wanted:
    """Return the goal that a weekly plan makes; rules without a time stay."""
    return replace(
        wanted,
        energy_kwh=coming.plan.energy_kwh,
        soc=coming.plan.soc,
        ready_by=coming.when,
        clock=coming.plan.clock,
        weekdays=frozenset(),
        armed=True,
    )


def decisive(
    goals: Iterable[tuple[float, datetime]], power_w: float
) -> tuple[float, datetime] | None:
    """Return the goal that has to be begun first, which the others follow from.

    Whoever begins in time for this one is in time for all: by a later time no more is
    missing than can be charged between the two, and an earlier one needs less.

    Args:
        goals: The missing energies in kWh, and by when.
        power_w: The power in W with which it can be charged.
    """
    return min(
        goals,
        key=lambda goal: goal[1].timestamp() - goal[0] * 3.6e6 / max(power_w, 1.0),
        default=None,
    )
