"""The plan for a car that must be ready in time: times to charge without surplus.

The car always charges with surplus (control.py), so a plan covers only the missing
energy: in the cheapest slots, or without prices as late as is safe. It can be made anew
at any time, and becomes shorter as the car charges.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import isfinite
from typing import Final

from .model import Plan, PlanSlot, SunSlot
from .prices import PriceSlot

EFFICIENCY: Final = 0.9
"""The ratio of the energy in the battery to the energy at the charger."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """The energy that the car needs, and the time when it must be ready."""

    energy_kwh: float
    """The missing energy at the charger's meter."""
    ready_by: datetime
    power_w: float
    """The possible power of charger, car and fuse; an estimate is sufficient."""
    min_power_w: float = 1380.0
    reserve: timedelta = timedelta(minutes=15)
    """The safety margin before `ready_by`."""


def energy_for_soc(
    soc: float, target_soc: float, capacity_kwh: float, efficiency: float = EFFICIENCY
) -> float:
    """Return the energy for a state of charge in kWh, at the charger."""
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
    """Return the plan. All times are aware of their time zone.

    Times without a price count as the mean of the others: they are better than
    expensive times, and their price becomes known later. A started slot of the plan
    `before` is completed, so that replanning does not start and stop the car.
    """
    energy = goal.energy_kwh
    if not isfinite(energy) or energy <= 0 or not goal.power_w > 0:
        return Plan()
    end = goal.ready_by - goal.reserve
    at_once = goal.power_w / 1000.0
    if now + timedelta(hours=energy / at_once) >= end:
        # No choice is left; a late car continues after `ready_by`.
        until = now + timedelta(hours=energy / at_once)
        late = (until - max(goal.ready_by, now)).total_seconds() / 3600
        return Plan(
            slots=(_slot(_Piece(now, until, _price_at(prices, now)), goal.power_w),),
            missing_kwh=max(late, 0.0) * at_once,
        )
    pieces = _pieces(now, end, list(prices), list(sun))
    sun_kwh = _sun_first(pieces, goal, energy)
    # The grid supplies only the energy that the surplus does not.
    return _cheapest(now, goal, pieces, energy - sun_kwh, sun_kwh, before)


def _sun_first(pieces: Sequence[_Piece], goal: Goal, energy_kwh: float) -> float:
    """Return the energy that is expected from surplus, limited by the car's power."""
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
        # Of equal prices take the later: plans change, and there may be more surplus.
        return not first, price, -piece.start.timestamp()

    chosen: list[PlanSlot] = []
    rest = energy_kwh
    for piece in sorted(pieces, key=rank):
        if rest <= 1e-6:
            break
        # The surplus supplies a part of the power already.
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
    """Split the time until `end` at each change of a price or of the forecast."""
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
    """Join adjacent slots of the same price."""
    result: list[PlanSlot] = []
    for slot in slots:
        last = result[-1] if result else None
        if last and last.end == slot.start and last.price == slot.price:
            result[-1] = _slot(_Piece(last.start, slot.end, slot.price), slot.power_w)
        else:
            result.append(slot)
    return result
