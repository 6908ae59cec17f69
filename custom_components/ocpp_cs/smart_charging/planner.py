"""A car that is ready in time: when to charge what the sun does not give.

The sun charges whenever it shines (control.py), so a plan is made of what is missing
then: in the cheapest slots, or where no prices are known as late as is safe. It is
made anew as often as one likes: as energy comes, it becomes shorter by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import isfinite
from typing import Final

from .prices import PriceSlot

EFFICIENCY: Final = 0.9
"""What a car stores of what it takes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """What is to be in the car, and when."""

    energy_kwh: float
    """What is missing, at the charger's meter."""
    ready_by: datetime
    power_w: float
    """What charger, car and fuse allow (an estimate is enough)."""
    min_power_w: float = 1380.0
    reserve: timedelta = timedelta(minutes=15)
    """How long before `ready_by` to be ready, for what nobody knew."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SunSlot:
    """What the sun is expected to give a car."""

    start: datetime
    end: datetime
    power_w: float


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanSlot:
    """When to charge, with how much."""

    start: datetime
    end: datetime
    power_w: float
    price: float | None = None

    @property
    def energy_kwh(self) -> float:
        """What it brings."""
        return self.power_w * (self.end - self.start).total_seconds() / 3_600_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """When to charge whether the sun shines or not."""

    slots: tuple[PlanSlot, ...] = ()
    """In the order of time."""
    sun_kwh: float = 0.0
    """What is left to the sun."""
    missing_kwh: float = 0.0
    """What cannot be had in time."""

    def due_w(self, now: datetime) -> float:
        """Return with how much to charge now; 0 leaves it to the charge mode."""
        return next(
            (slot.power_w for slot in self.slots if slot.start <= now < slot.end), 0.0
        )

    @property
    def cost(self) -> float | None:
        """What it costs in the prices' currency; None without prices."""
        if not self.slots or any(slot.price is None for slot in self.slots):
            return None
        return sum(slot.energy_kwh * (slot.price or 0.0) for slot in self.slots)


def energy_for_soc(
    soc: float, target_soc: float, capacity_kwh: float, efficiency: float = EFFICIENCY
) -> float:
    """Return what a charger must give for a state of charge, in kWh."""
    if not all(isfinite(each) for each in (soc, target_soc, capacity_kwh)):
        return 0.0
    missing = min(max(target_soc, 0.0), 100.0) - min(max(soc, 0.0), 100.0)
    return max(missing, 0.0) / 100.0 * max(capacity_kwh, 0.0) / efficiency


@dataclass(slots=True)
class _Piece:
    start: datetime
    end: datetime
    price: float | None
    sun_w: float = 0.0

    @property
    def hours(self) -> float:
        return (self.end - self.start).total_seconds() / 3600


def plan(
    now: datetime,
    goal: Goal,
    prices: Iterable[PriceSlot] = (),
    sun: Iterable[SunSlot] = (),
    before: Plan | None = None,
) -> Plan:
    """Return when to charge. All times know their zone.

    Times without a price are taken to be as expensive as the mean of the others: they
    are better than dear ones, and become known in time. A slot of the plan `before`
    that has begun is finished, so that replanning does not start and stop the car.
    """
    energy = goal.energy_kwh
    if not isfinite(energy) or energy <= 0 or not goal.power_w > 0:
        return Plan()
    end = goal.ready_by - goal.reserve
    at_once = goal.power_w / 1000.0
    if now + timedelta(hours=energy / at_once) >= end:
        # No choice is left; a car that is late goes on after the time as well.
        until = now + timedelta(hours=energy / at_once)
        late = (until - max(goal.ready_by, now)).total_seconds() / 3600
        return Plan(
            slots=(_slot(_Piece(now, until, _price_at(prices, now)), goal.power_w),),
            missing_kwh=max(late, 0.0) * at_once,
        )
    pieces = _pieces(now, end, list(prices), list(sun))
    sun_kwh = _sun_first(pieces, goal, energy)
    # What the grid is to give is not more than what the sun leaves.
    return _cheapest(now, goal, pieces, energy - sun_kwh, sun_kwh, before)


def _sun_first(pieces: Sequence[_Piece], goal: Goal, energy_kwh: float) -> float:
    """Return what the sun will give, as far as a car can take it."""
    total = sum(
        min(piece.sun_w, goal.power_w) * piece.hours / 1000.0
        for piece in pieces
        if piece.sun_w >= goal.min_power_w
    )
    return min(total, energy_kwh)


def _cheapest(
    now: datetime,
    goal: Goal,
    pieces: Sequence[_Piece],
    energy_kwh: float,
    sun_kwh: float,
    before: Plan | None,
) -> Plan:
    known = [piece.price for piece in pieces if piece.price is not None]
    mean = sum(known) / len(known) if known else 0.0
    running = before is not None and before.due_w(now) > 0

    def rank(piece: _Piece) -> tuple[bool, float, float]:
        first = running and piece.start <= now
        price = mean if piece.price is None else piece.price
        # Among equals the later one: plans change, and the sun may yet come.
        return not first, price, -piece.start.timestamp()

    chosen: list[PlanSlot] = []
    rest = energy_kwh
    for piece in sorted(pieces, key=rank):
        if rest <= 1e-6:
            break
        # The sun has a part of the power of its hours already.
        sunny = piece.sun_w if piece.sun_w >= goal.min_power_w else 0.0
        extra = goal.power_w - min(sunny, goal.power_w)
        if extra < 1.0:
            continue
        hours = min(piece.hours, rest / (extra / 1000.0))
        rest -= hours * extra / 1000.0
        length = timedelta(hours=hours)
        if running and piece.start <= now:
            part = _Piece(piece.start, piece.start + length, piece.price)
        else:
            part = _Piece(piece.end - length, piece.end, piece.price)
        chosen.append(_slot(part, goal.power_w))
    chosen.sort(key=lambda slot: slot.start)
    return Plan(
        slots=tuple(_joined(chosen)), sun_kwh=sun_kwh, missing_kwh=max(rest, 0.0)
    )


def _pieces(
    now: datetime, end: datetime, prices: list[PriceSlot], sun: list[SunSlot]
) -> list[_Piece]:
    """Cut the time until then at each change of a price or of the sun."""
    edges = {now, end}
    for slot in prices:
        edges |= {edge for edge in (slot.start, slot.end) if now < edge < end}
    for each in sun:
        edges |= {edge for edge in (each.start, each.end) if now < edge < end}
    return [
        _Piece(
            start,
            stop,
            _price_at(prices, start),
            next((each.power_w for each in sun if each.start <= start < each.end), 0.0),
        )
        for start, stop in pairwise(sorted(edges))
    ]


def _price_at(prices: Iterable[PriceSlot], when: datetime) -> float | None:
    return next((slot.price for slot in prices if slot.start <= when < slot.end), None)


def _slot(piece: _Piece, power_w: float) -> PlanSlot:
    return PlanSlot(
        start=piece.start, end=piece.end, power_w=power_w, price=piece.price
    )


def _joined(slots: Iterable[PlanSlot]) -> list[PlanSlot]:
    """Join what follows on each other at the same price."""
    result: list[PlanSlot] = []
    for slot in slots:
        last = result[-1] if result else None
        if last and last.end == slot.start and last.price == slot.price:
            result[-1] = _slot(_Piece(last.start, slot.end, slot.price), slot.power_w)
        else:
            result.append(slot)
    return result
