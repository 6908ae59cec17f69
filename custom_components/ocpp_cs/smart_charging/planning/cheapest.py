"""The cheapest slots for an amount of energy, with a small cost for each start.

With a price limit each kWh below it is a gain, and the slots with the largest gain are
found by dynamic programming over "on" and "off". The limit is the one at which the
energy is just enough; what is too much is cut off where charging begins or ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Final

SUNK: Final = -1e9
"""The price of energy that comes in any case."""
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


@dataclass(slots=True)
class Offer:
    """What a car can get in each slot."""

    on_kwh: Sequence[float]
    """With its maximum power."""
    given_kwh: Sequence[float]
    """Without the plan, of the sun for example; never more than `on_kwh`."""
    prices: Sequence[float]
    """Of a kWh beyond `given_kwh`."""
    given_prices: Sequence[float]
    """Of a kWh of `given_kwh`; `SUNK` if it comes in any case."""
    start_cost: float = 0.0
    running: bool = False
    """True if the car charges already, so that the first slot is no start."""
    locked: Mapping[int, int] = field(default_factory=dict)
    """Slots that are used whatever they cost; those with 2 are cut off last."""
    _later: list[float] = field(init=False)
    _extra: list[float] = field(init=False)

    def __post_init__(self) -> None:
        """Make later slots slightly cheaper: plans change, and there may be sun."""
        count = max(len(self.prices), 1)
        usual = sum(map(abs, self.prices)) / count or 1.0
        step = usual * _LATER / count
        self._later = [
            price + step * (count - slot) for slot, price in enumerate(self.prices)
        ]
        self._extra = [
            max(on - given, 0.0)
            for on, given in zip(self.on_kwh, self.given_kwh, strict=True)
        ]

    def choose(self, energy_kwh: float) -> list[Part]:
        """Return where to charge, in order; everywhere if the energy is too little."""
        low, high = self._bracket(energy_kwh)
        best, enough = self._at(high)
        if enough < energy_kwh:
            high = _ANYTHING
            best = [slot for slot, on in enumerate(self.on_kwh) if on > _TINY_KWH]
        below: list[int] = []
        below_at = -inf
        for _ in range(_STEPS):
            middle = (low + high) / 2 if high < _ANYTHING else low + self._span()
            found, enough = self._at(middle)
            if enough >= energy_kwh:
                best, high = found, middle
            else:
                below, low, below_at = found, middle, middle
        cut = self._cut(best, energy_kwh, high)
        grown = self._grown(below, energy_kwh, below_at) if below else None
        if grown is not None and self._cost(grown) < self._cost(cut):
            cut = grown
        return self._parts(cut)

    def _span(self) -> float:
        return max((abs(price) for price in self._later), default=0.0) + 1.0

    def _bracket(self, energy_kwh: float) -> tuple[float, float]:
        """Return limits around the price at which the energy is enough without starts."""
        items = sorted(
            [
                *zip(self._later, self._extra, strict=True),
                *zip(self.given_prices, self.given_kwh, strict=True),
            ]
        )
        total, marginal = 0.0, items[-1][0] if items else 0.0
        for price, kwh in items:
            total += kwh
            if total >= energy_kwh:
                marginal = price
                break
        largest = max(self._extra, default=0.0)
        around = self.start_cost / largest if largest > _TINY_KWH else 0.0
        around += 1e-6 * self._span()
        return marginal - 2 * around, marginal + 4 * around

    def _at(self, limit: float) -> tuple[list[int], float]:
        """Return the best slots at a price limit, and the energy with them."""
        gains = [
            extra * (limit - price)
            + (given * (limit - worth) if limit < worth else 0.0)
            for extra, price, given, worth in zip(
                self._extra, self._later, self.given_kwh, self.given_prices, strict=True
            )
        ]
        for slot in self.locked:
            gains[slot] += _ANYTHING
        off, on = 0.0, 0.0 if self.running else -inf
        start = self.start_cost
        stays: list[bool] = []
        ended: list[bool] = []
        for slot, gain in enumerate(gains):
            begin = off - start
            ended.append(on > off)
            off = max(off, on)
            if on >= begin:
                stays.append(True)
            else:
                stays.append(False)
                on = begin
            on = on + gain if self.on_kwh[slot] > _TINY_KWH else -inf
        chosen: list[int] = []
        is_on = on > off
        energy = 0.0
        for slot in range(len(gains) - 1, -1, -1):
            if is_on:
                chosen.append(slot)
                energy += self.on_kwh[slot]
                is_on = stays[slot]
            else:
                if self.given_prices[slot] <= limit:
                    energy += self.given_kwh[slot]
                is_on = ended[slot]
        chosen.reverse()
        return chosen, energy

    def _energy(self, shares: Mapping[int, float], limit: float) -> float:
        return sum(self._extra[slot] * share for slot, share in shares.items()) + sum(
            given
            for slot, (given, price) in enumerate(
                zip(self.given_kwh, self.given_prices, strict=True)
            )
            if price <= limit or slot in shares
        )

    def _cut(
        self, chosen: Sequence[int], energy_kwh: float, limit: float
    ) -> dict[int, float]:
        """Return the share of each slot after cutting off what is too much."""
        shares = dict.fromkeys(chosen, 1.0)
        surplus = self._energy(shares, limit) - energy_kwh
        # Sun that is dearer than a slot is left to the grid first.
        sun = [
            (price, given)
            for slot, (given, price) in enumerate(
                zip(self.given_kwh, self.given_prices, strict=True)
            )
            if slot not in shares and SUNK < price <= limit and given > 0
        ]
        sun.sort()
        while surplus > _TINY_KWH and shares:
            slot = min(
                (
                    slot
                    for slot in shares
                    if slot - 1 not in shares or slot + 1 not in shares
                ),
                key=lambda slot: (self.locked.get(slot, 0), -self._worth(slot, shares)),
            )
            if sun and sun[-1][0] > self._worth(slot, shares):
                surplus -= sun.pop()[1]
                continue
            extra = self._extra[slot]
            if extra <= surplus + _TINY_KWH:
                surplus -= extra
                del shares[slot]
            else:
                shares[slot] = 1.0 - surplus / extra
                break
        return shares

    def _worth(self, slot: int, shares: Mapping[int, float]) -> float:
        """Return what a kWh less in a slot saves."""
        alone = slot - 1 not in shares and slot + 1 not in shares
        extra = self._extra[slot]
        saved = self.start_cost / extra if alone and extra > _TINY_KWH else 0.0
        return self._later[slot] + saved

    def _grown(
        self, chosen: Sequence[int], energy_kwh: float, limit: float
    ) -> dict[int, float] | None:
        """Return the shares after adding slots next to the chosen ones."""
        shares = dict.fromkeys(chosen, 1.0)
        missing = energy_kwh - self._energy(shares, limit)
        around = {slot + side for slot in shares for side in (-1, 1)}
        while missing > _TINY_KWH:
            around = {
                slot
                for slot in around
                if 0 <= slot < len(self._extra)
                and slot not in shares
                and self._extra[slot] > _TINY_KWH
            }
            if not around:
                return None
            slot = min(around, key=self._later.__getitem__)
            shares[slot] = min(missing / self._extra[slot], 1.0)
            missing -= self._extra[slot]
            around |= {slot - 1, slot + 1}
        return shares

    def _cost(self, shares: Mapping[int, float]) -> float:
        starts = sum(
            slot - 1 not in shares and not (self.running and slot == 0)
            for slot in shares
        )
        return self.start_cost * starts + sum(
            self._extra[slot] * share * self._later[slot]
            for slot, share in shares.items()
        )

    def _parts(self, shares: Mapping[int, float]) -> list[Part]:
        return [
            Part(
                slot,
                shares[slot],
                # Where charging goes on before the slot, or now, it is its beginning.
                slot - 1 not in shares and slot not in self.locked,
            )
            for slot in sorted(shares)
        ]
