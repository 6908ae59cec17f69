"""The shares of the chargers: of the surplus in W, and of all limits in A."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import inf
from typing import Final

from .house.limit import Limit
from .model import Reason
from .ranking import URGENT

_NOTHING_A: Final = 1e-6
"""A current that is none, but for the rounding of numbers."""


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
    even_w: float = inf
    """The power up to which equal ones share evenly: the most on its fewest phases.

    Beyond it they are served one after the other. Otherwise all would switch phases at
    the same time, with each cloud.
    """
    present_w: float = 0.0
    """The least power on its present phases."""


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
            kind = (
                wish.priority,
                wish.min_w,
                wish.max_w,
                wish.floor_w,
                wish.even_w,
            )
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
    """Distribute the rest; return the part that no charger can take.

    First those that charge on more phases than the fewest get the least for that, then
    all get the same up to `even_w`, then one after the other gets more.
    """
    if len(wishes) == 1:
        wish = wishes[0]
        # A single charger gets the whole rest, also if it is negative.
        taken = min(max(rest, 0.0), max(wish.max_w - wish.min_w, 0.0))
        result[wish.key] += rest
        return rest - taken if rest > 0 else rest
    ordered = sorted(wishes, key=lambda wish: (-wish.present_w, wish.key))
    for wish in ordered:
        rest = _raise(rest, wish, min(wish.present_w, wish.max_w), result)
    rest = _level(rest, wishes, result)
    for wish in ordered:
        rest = _raise(rest, wish, wish.max_w, result)
    return rest


def _raise(rest: float, wish: Wish, goal_w: float, result: dict[str, float]) -> float:
    """Raise one charger to a power; return the rest."""
    taken = min(max(goal_w - result[wish.key], 0.0), max(rest, 0.0))
    result[wish.key] += taken
    return rest - taken


def _level(rest: float, wishes: list[Wish], result: dict[str, float]) -> float:
    """Raise all that are below `even_w` evenly; return the rest."""
    open_ = list(wishes)
    while open_ and rest > 1e-6:
        part = rest / len(open_)
        for wish in list(open_):
            room = min(wish.max_w, wish.even_w) - result[wish.key]
            if room <= part:
                open_.remove(wish)
            taken = min(part, max(room, 0.0))
            result[wish.key] += taken
            rest -= taken
    return rest


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """The current that a charger wants, for the limits above it."""

    key: str
    priority: int
    phases: tuple[int, ...]
    """The phases of the house that it charges on."""
    want_a: float
    min_a: float
    watts_per_a: float = 690.0
    """The power of an ampere on all of its phases."""
    least_w: float | None = None
    """The power of the minimum at the nominal voltage."""


class Rooms:
    """What the limits still leave while it is given away."""

    def __init__(self, limits: Iterable[Limit]) -> None:
        """Start with all of it."""
        self._rooms = [_Room(limit) for limit in limits]

    def lacking(self, demand: Demand, given_a: float, amps: float) -> Reason | None:
        """Return the limit that allows no `amps` more; None if all allow it."""
        for room in self._rooms:
            need = room.cost(demand, given_a + amps) - room.cost(demand, given_a)
            if room.limit.nominal and not given_a and amps <= demand.min_a:
                need = min(need, room.least_cost(demand))
            if need > 0 and need > room.rest + _NOTHING_A * room.weight(demand):
                return room.limit.reason
        return None

    def most(self, demand: Demand, *, only: Reason | None = None) -> float:
        """Return the largest current in A that fits, up to the wish.

        With `only`, no other limits count.
        """
        most = demand.want_a
        for room in self._rooms:
            if only in (None, room.limit.reason) and (weight := room.weight(demand)):
                free = (max(room.rest, 0.0) + room.limit.free_w) / weight
                if room.limit.nominal and room.least_cost(demand) <= room.rest:
                    free = max(free, demand.min_a)
                most = min(most, free)
        return most

    def take(self, demand: Demand, given_a: float, amps: float) -> None:
        """Give `amps` more to a charger that has `given_a`."""
        for room in self._rooms:
            room.rest -= room.cost(demand, given_a + amps) - room.cost(demand, given_a)

    def step(self, open_: Sequence[Demand], given: Mapping[str, float]) -> float:
        """Return by how much all open demands can rise together, in A."""
        step = inf
        for room in self._rooms:
            rate = 0.0
            for demand in open_:
                if not (weight := room.weight(demand)):
                    continue
                if (free := room.limit.free_w / weight - given[demand.key]) > (
                    _NOTHING_A
                ):
                    # Up to there it costs nothing, so the rate changes there.
                    step = min(step, free)
                else:
                    rate += weight
            if rate:
                step = min(step, max(room.rest, 0.0) / rate)
        return step


class _Room:
    """A limit with what is left of it."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.rest = limit.room

    def weight(self, demand: Demand) -> float:
        """Return what an ampere of a charger takes of it."""
        if demand.key not in self.limit.members:
            return 0.0
        if self.limit.phase is None:
            return demand.watts_per_a
        return 1.0 if self.limit.phase in demand.phases else 0.0

    def least_cost(self, demand: Demand) -> float:
        """Return what the minimum of a charger takes of it at the nominal voltage."""
        if demand.least_w is None or self.limit.phase is not None:
            return inf
        return max(demand.least_w - self.limit.free_w, 0.0)

    def cost(self, demand: Demand, amps: float) -> float:
        """Return what a current of a charger takes of it."""
        return max(self.weight(demand) * amps - self.limit.free_w, 0.0)


def share_limits(
    rooms: Rooms, demands: Sequence[Demand]
) -> tuple[dict[str, float], dict[str, Reason]]:
    """Return the current for each charger, and the limit that keeps it below its wish.

    A current is 0, or from the minimum to the wish. First each gets its minimum, by
    priority; then the rest is distributed by priority, evenly among equals, until a
    limit above a charger is reached. Those that are late get all of their wish before
    others get their minimum. What is left stays in `rooms`.
    """
    given = {demand.key: 0.0 for demand in demands}
    reasons: dict[str, Reason] = {}
    _share(rooms, [one for one in demands if one.priority >= URGENT], given, reasons)
    _share(rooms, [one for one in demands if one.priority < URGENT], given, reasons)
    return given, reasons


def _share(
    rooms: Rooms,
    demands: Sequence[Demand],
    given: dict[str, float],
    reasons: dict[str, Reason],
) -> None:
    granted: list[Demand] = []
    for tier in _tiers(demands):
        for demand in sorted(tier, key=lambda demand: demand.key):
            if demand.want_a < demand.min_a:
                continue
            if (lacking := rooms.lacking(demand, 0.0, demand.min_a)) is not None:
                reasons[demand.key] = lacking
                continue
            rooms.take(demand, 0.0, demand.min_a)
            given[demand.key] = demand.min_a
            granted.append(demand)
    for tier in _tiers(granted):
        open_ = list(tier)
        while open_:
            step = min(demand.want_a - given[demand.key] for demand in open_)
            step = max(min(step, rooms.step(open_, given)), 0.0)
            for demand in open_:
                rooms.take(demand, given[demand.key], step)
                given[demand.key] += step
            still = []
            for demand in open_:
                if demand.want_a - given[demand.key] <= _NOTHING_A:
                    continue
                lacking = rooms.lacking(demand, given[demand.key], 3 * _NOTHING_A)
                if lacking is None:
                    still.append(demand)
                else:
                    reasons[demand.key] = lacking
            if step <= 0 and len(still) == len(open_):
                break
            open_ = still
