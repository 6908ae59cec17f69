"""evcc's planner, written anew from what its commit 00638c4 does; not its code.

The cheapest slots before the time, of equal ones the latest. It knows nothing of a
fuse, of other cars, or of a forecast. While prices end before the time, what still fits
after their end is left to then. A slot that was begun is finished, and charging goes on
if less than a slot is left to do or to wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_SLOT_S = 900


@dataclass(slots=True)
class EvccPlan:
    """The plan of one car; all times in s."""

    active: bool = False
    slot_end: float = 0.0

    def charges(
        self,
        now: float,
        due: float,
        need_s: float,
        prices: Sequence[tuple[float, float, float]],
    ) -> bool:
        """Return whether the plan charges now.

        Args:
            now: The present time.
            due: When the car must be ready.
            need_s: How long it has to charge with its full power.
            prices: Start, end and price of each slot, in order.
        """
        self.active = self._charges(now, due, need_s, prices)
        return self.active

    def _charges(
        self,
        now: float,
        due: float,
        need_s: float,
        prices: Sequence[tuple[float, float, float]],
    ) -> bool:
        if need_s <= 0:
            return False
        if due - now <= need_s:
            return True
        slots = chosen(now, due, need_s, prices)
        if slots is None:
            return False
        present = next((slot for slot in slots if slot[0] <= now < slot[1]), None)
        if present is not None:
            follows = any(slot[0] == present[1] for slot in slots)
            short = present[1] - now < _SLOT_S - 60
            if short and not self.active and not follows:
                return False
            self.slot_end = present[1]
            return True
        begins = min((slot[0] for slot in slots), default=now + 1e9)
        return self.active and (
            now < self.slot_end or need_s < _SLOT_S or begins - now < _SLOT_S - 60
        )


def chosen(
    now: float,
    due: float,
    need_s: float,
    prices: Sequence[tuple[float, float, float]],
) -> list[tuple[float, float]] | None:
    """Return the slots in which to charge; None while all of it can wait."""
    if not prices:
        return [(due - need_s, due)]
    last = prices[-1][1]
    end = due
    if due > last:
        if due - last >= need_s:
            return None
        end, need_s = last, need_s - (due - last)
    offered = [
        (price, max(start, now), min(stop, end))
        for start, stop, price in prices
        if stop > now and start < end
    ]
    if sum(stop - start for _, start, stop in offered) < need_s:
        return [(due - need_s, due)]
    offered.sort(key=lambda slot: (slot[0], -slot[1]))
    result: list[tuple[float, float]] = []
    for _, begin, stop in offered:
        length = stop - begin
        if need_s < length:
            # The first of several slots begins late, the others end early.
            first = bool(result) and begin < min(each[0] for each in result)
            begin, stop = (stop - need_s, stop) if first else (begin, begin + need_s)
        result.append((begin, stop))
        need_s -= length
        if need_s <= 0:
            break
    return result
