"""The cheapest slots for an amount of energy, with a small cost for each start.

With a price limit each kWh below it is a gain, and the slots with the largest gain are
found by dynamic programming over "on" and "off". The limit is the one at which the
energy is just enough; what is too much is cut off where charging begins or ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Final

_STEPS: Final = 9
_TINY_KWH: Final = 1e-6
_LATER: Final = 1e-5
"""The part of a usual price by which the first slot counts as dearer than the last."""
_ANYTHING: Final = 1e12


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a slot in which the car charges."""

    slot: int
    share: float
    """Of its time, above 0."""
    at_end: bool
    """True if it is the end of the slot, else its beginning."""
    low: bool
    """True if it charges with its least power, to use a little sun."""


@dataclass(slots=True)
class Offer:
    """What a car can get in each slot."""

    on_kwh: Sequence[float]
    """With its maximum power."""
    costs: Sequence[float]
    """Of `on_kwh`; nothing for what comes in any case."""
    given_kwh: Sequence[float]
    """Without the plan, of the sun for example; never more than `on_kwh`."""
    worth: Sequence[float]
    """Of a kWh of `given_kwh`."""
    low: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    """Energy and cost with the least power, for slots in which that is of use."""
    sunk: bool = False
    """True if `given_kwh` comes and is paid in any case."""
    start_cost: float = 0.0
    running: bool = False
    """True if the car charges already, so that the first slot is no start."""
    locked: Mapping[int, int] = field(default_factory=dict)
    """Slots that are used whatever they cost; those with 2 are cut off last."""
    _costs: list[float] = field(init=False)

    def __post_init__(self) -> None:
        """Make later slots slightly cheaper: plans change, and there may be sun."""
        count = max(len(self.costs), 1)
        step = sum(map(abs, self.costs)) / max(sum(self.on_kwh), _TINY_KWH) or 1.0
        step *= _LATER / count
        self._costs = [
            cost + kwh * step * (count - slot)
            for slot, (cost, kwh) in enumerate(
                zip(self.costs, self.on_kwh, strict=True)
            )
        ]

    def choose(self, energy_kwh: float) -> list[Part]:
        """Return where to charge, in order; everywhere if the energy is too little."""
        low, high = self._bracket(energy_kwh)
        best, enough = self._at(high)
        if enough < energy_kwh:
            high = _ANYTHING
            best = {slot: False for slot, kwh in enumerate(self.on_kwh) if kwh > 0}
        below: dict[int, bool] = {}
        for _ in range(_STEPS):
            middle = (low + high) / 2 if high < _ANYTHING else 2 * abs(low) + low + 1.0
            found, enough = self._at(middle)
            if enough >= energy_kwh:
                best, high = found, middle
            else:
                below, low = found, middle
            if len(best) - len(below) <= 1:
                break
        cut = self._cut(best, energy_kwh, high)
        grown = self._grown(below, energy_kwh, low) if below else None
        if grown is not None and self._cost(grown, below) < self._cost(cut, best):
            cut, best = grown, below
        return [
            Part(
                slot,
                cut[slot],
                # Where charging goes on before the slot, or now, it is its beginning.
                at_end=slot - 1 not in cut and slot not in self.locked,
                low=best.get(slot, False),
            )
            for slot in sorted(cut)
        ]

    def _bracket(self, energy_kwh: float) -> tuple[float, float]:
        """Return limits around the price at which the energy is enough without starts."""
        items: list[tuple[float, float]] = []
        for slot, on in enumerate(self.on_kwh):
            given, cost = self.given_kwh[slot], self._costs[slot]
            before = 0.0 if self.sunk else given * self.worth[slot]
            if given > _TINY_KWH:
                items.append((-inf if self.sunk else self.worth[slot], given))
            if slot in self.low:
                least, least_cost = self.low[slot]
                items.append((least_cost / least, least))
                given, before = least, least_cost
            if on > given + _TINY_KWH:
                items.append(((cost - before) / (on - given), on - given))
        items.sort()
        total, marginal = 0.0, 0.0
        for price, kwh in items:
            total, marginal = total + kwh, price
            if total >= energy_kwh:
                break
        if marginal == -inf:
            marginal = min((price for price, _ in items if price > -inf), default=0.0)
        largest = max(self.on_kwh, default=0.0)
        around = self.start_cost / largest if largest > _TINY_KWH else 0.0
        around += 1e-6 * (abs(marginal) + 1.0)
        return marginal - 2 * around, marginal + 4 * around

    def _at(self, limit: float) -> tuple[dict[int, bool], float]:
        """Return the best slots at a price limit, and the energy with them.

        The value of a slot is true if the car charges with its least power.
        """
        if self.sunk:
            gains = [
                limit * (on - given) - cost
                for on, cost, given in zip(
                    self.on_kwh, self._costs, self.given_kwh, strict=True
                )
            ]
        else:
            gains = [
                limit * on
                - cost
                - (given * (limit - worth) if given and limit > worth else 0.0)
                for on, cost, given, worth in zip(
                    self.on_kwh, self._costs, self.given_kwh, self.worth, strict=True
                )
            ]
        gentle = set()
        for slot, (kwh, cost) in self.low.items():
            if (gain := limit * kwh - cost) > gains[slot]:
                gains[slot] = gain
                gentle.add(slot)
        for slot in self.locked:
            gains[slot] += _ANYTHING
        off, on = 0.0, 0.0 if self.running else -inf
        start = self.start_cost
        stays: list[bool] = []
        ended: list[bool] = []
        for kwh, gain in zip(self.on_kwh, gains, strict=True):
            begin = off - start
            ended.append(on > off)
            off = max(off, on)
            stays.append(on >= begin)
            on = max(on, begin) + gain if kwh > _TINY_KWH else -inf
        chosen: dict[int, bool] = {}
        is_on, energy = on > off, 0.0
        for slot in range(len(gains) - 1, -1, -1):
            if is_on:
                low = slot in gentle
                chosen[slot] = low
                energy += self.low[slot][0] if low else self.on_kwh[slot]
                is_on = stays[slot]
            else:
                if self.sunk or self.worth[slot] <= limit:
                    energy += self.given_kwh[slot]
                is_on = ended[slot]
        return chosen, energy

    def _extra(self, slot: int, *, low: bool) -> tuple[float, float]:
        """Return the energy that a slot brings by charging, and its price."""
        kwh, cost = self.low[slot] if low else (self.on_kwh[slot], self._costs[slot])
        given = self.given_kwh[slot]
        extra = kwh - given
        if extra <= _TINY_KWH:
            return 0.0, inf
        return extra, (cost - (0.0 if self.sunk else given * self.worth[slot])) / extra

    def _energy(self, chosen: Mapping[int, bool], limit: float) -> float:
        return sum(
            self.low[slot][0] if low else self.on_kwh[slot]
            for slot, low in chosen.items()
        ) + sum(
            given
            for slot, given in enumerate(self.given_kwh)
            if given and slot not in chosen and (self.sunk or self.worth[slot] <= limit)
        )

    def _cut(
        self, chosen: Mapping[int, bool], energy_kwh: float, limit: float
    ) -> dict[int, float]:
        """Return the share of each slot after cutting off what is too much."""
        shares = dict.fromkeys(chosen, 1.0)
        surplus = self._energy(chosen, limit) - energy_kwh
        extras = {slot: self._extra(slot, low=low) for slot, low in chosen.items()}
        # Sun that is worth more than a slot costs is left to the grid first.
        sun = sorted(
            (self.worth[slot], given)
            for slot, given in enumerate(self.given_kwh)
            if not self.sunk
            and slot not in shares
            and given > 0
            and self.worth[slot] <= limit
        )

        def saves(slot: int) -> float:
            """Return what a kWh less in a slot saves."""
            extra, price = extras[slot]
            alone = slot - 1 not in shares and slot + 1 not in shares
            return price + (self.start_cost / extra if alone and extra else 0.0)

        while surplus > _TINY_KWH and shares:
            slot = min(
                (
                    slot
                    for slot in shares
                    if slot - 1 not in shares or slot + 1 not in shares
                ),
                # What is charged at once ends the sooner.
                key=lambda slot: (
                    level := self.locked.get(slot, 0),
                    -slot if level == 2 else -saves(slot),
                ),
            )
            if sun and slot not in self.locked and sun[-1][0] > saves(slot):
                surplus -= sun.pop()[1]
                continue
            extra = extras[slot][0]
            if extra > surplus + _TINY_KWH:
                shares[slot] = 1.0 - surplus / extra
                break
            surplus -= extra
            del shares[slot]
        return shares

    def _grown(
        self, chosen: Mapping[int, bool], energy_kwh: float, limit: float
    ) -> dict[int, float] | None:
        """Return the shares after adding slots next to the chosen ones."""
        shares = dict.fromkeys(chosen, 1.0)
        missing = energy_kwh - self._energy(chosen, limit)
        around: dict[int, tuple[float, float]] = {}

        def look(slot: int) -> None:
            for side in (slot - 1, slot + 1):
                if 0 <= side < len(self.on_kwh) and side not in shares:
                    extra, price = self._extra(side, low=False)
                    if extra > _TINY_KWH:
                        around[side] = price, extra

        for slot in chosen:
            look(slot)
        while missing > _TINY_KWH:
            if not around:
                return None
            slot = min(around, key=around.__getitem__)
            _, extra = around.pop(slot)
            shares[slot] = min(missing / extra, 1.0)
            missing -= extra
            look(slot)
        return shares

    def _cost(self, shares: Mapping[int, float], low: Mapping[int, bool]) -> float:
        starts = sum(
            slot - 1 not in shares and not (self.running and slot == 0)
            for slot in shares
        )
        total = self.start_cost * starts
        for slot, share in shares.items():
            extra, price = self._extra(slot, low=low.get(slot, False))
            total += extra * share * price if extra else 0.0
        return total
