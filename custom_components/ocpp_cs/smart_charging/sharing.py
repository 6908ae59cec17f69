"""The shares of the chargers: of the surplus in W, and of the fuse in A."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from .model import PHASES


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """The surplus that a charger could use."""

    key: str
    priority: int
    running: bool
    min_w: float
    max_w: float
    floor_w: float = 0.0
    """The power that it takes in any case."""


def _tiers[T: (Wish, Demand)](wishes: Iterable[T]) -> Iterator[list[T]]:
    ordered = sorted(wishes, key=lambda wish: -wish.priority)
    for _, tier in groupby(ordered, key=lambda wish: wish.priority):
        yield list(tier)


def share_surplus(total_w: float, wishes: Sequence[Wish]) -> dict[str, float]:
    """Return the surplus for each charger.

    Running chargers share all of it. A waiting charger gets the share that it would
    have if it ran; its start reduces the others only when it happens.
    """
    running = [wish for wish in wishes if wish.running]
    result = _shared(total_w, running)
    known: dict[tuple[float, ...], float] = {}
    for wish in wishes:
        if not wish.running:
            # In a large group most chargers are alike, so results are reused.
            kind = wish.priority, wish.min_w, wish.max_w, wish.floor_w
            if kind not in known:
                known[kind] = _shared(total_w, [*running, wish])[wish.key]
            result[wish.key] = known[kind]
    return result


def _shared(total_w: float, wishes: Sequence[Wish]) -> dict[str, float]:
    result: dict[str, float] = {}
    rest = total_w - sum(wish.floor_w for wish in wishes)
    for tier in _tiers(wishes):
        # Running chargers keep their minimum; waiting chargers are in the order of
        # their keys.
        tier.sort(key=lambda wish: (not wish.running, wish.key))
        filled = []
        for wish in tier:
            need = wish.min_w - wish.floor_w
            if rest >= need or (wish.running and len(tier) == 1):
                result[wish.key] = wish.min_w
                rest -= need
                filled.append(wish)
            else:
                result[wish.key] = wish.floor_w + rest
                if wish.running:
                    rest -= max(min(need, rest), 0.0)
        if filled and (rest > 0 or len(filled) == 1):
            rest = _spread(rest, filled, result)
    return result


def _spread(rest: float, wishes: list[Wish], result: dict[str, float]) -> float:
    """Distribute the rest evenly; return the part that no charger can take."""
    if len(wishes) == 1:
        wish = wishes[0]
        # A single charger gets the whole rest, also if it is negative.
        taken = min(max(rest, 0.0), max(wish.max_w - wish.min_w, 0.0))
        result[wish.key] += rest
        return rest - taken if rest > 0 else rest
    open_ = list(wishes)
    while open_ and rest > 1e-6:
        part = rest / len(open_)
        for wish in list(open_):
            room = wish.max_w - result[wish.key]
            if room <= part:
                open_.remove(wish)
            taken = min(part, max(room, 0.0))
            result[wish.key] += taken
            rest -= taken
    return rest


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """The current of the fuse that a charger wants."""

    key: str
    priority: int
    phases: tuple[int, ...]
    """The phases of the house that it charges on."""
    want_a: float
    min_a: float


def share_fuse(
    headroom_a: Sequence[float], demands: Sequence[Demand]
) -> dict[str, float]:
    """Return the current for each charger: 0, or from its minimum to its wish.

    First each gets its minimum, by priority; then the rest is distributed by priority,
    evenly among equals, phase by phase.
    """
    room = list(headroom_a)
    given = {demand.key: 0.0 for demand in demands}
    granted: list[Demand] = []
    for tier in _tiers(demands):
        for demand in sorted(tier, key=lambda demand: demand.key):
            if demand.want_a < demand.min_a:
                continue
            if all(room[phase] >= demand.min_a for phase in demand.phases):
                given[demand.key] = demand.min_a
                granted.append(demand)
                for phase in demand.phases:
                    room[phase] -= demand.min_a
    for tier in _tiers(granted):
        open_ = list(tier)
        while open_:
            step = min(demand.want_a - given[demand.key] for demand in open_)
            for phase in PHASES:
                if users := sum(phase in demand.phases for demand in open_):
                    step = min(step, room[phase] / users)
            step = max(step, 0.0)
            for demand in open_:
                given[demand.key] += step
                for phase in demand.phases:
                    room[phase] -= step
            open_ = [
                demand
                for demand in open_
                if demand.want_a - given[demand.key] > 1e-6
                and all(room[phase] > 1e-6 for phase in demand.phases)
            ]
    return given
