"""A plan that is tried out, without being armed."""

from copy import copy
from dataclasses import dataclass, replace

from ..smart_charging.planning.model import Need, Plan
from .model import Shown, Wanted
from .point import PlanPoint


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What a goal would become."""

    wanted: Wanted
    """The goal, with its time in the future."""
    shown: Shown
    plan: Plan


def trial_of(point: PlanPoint) -> PlanPoint:
    """Return a copy of a connector's plan; what becomes of it changes nothing."""
    return replace(
        point, plug=copy(point.plug), vehicle=copy(point.vehicle), is_trial=True
    )


def power_of(need: Need) -> float:
    """Return the most that a vehicle can take, in W."""
    return need.max_a * need.voltage_v * max(need.phases)
