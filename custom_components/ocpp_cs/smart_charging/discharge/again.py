"""What it will cost to charge again what a car has given."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from ..planning.prices import PriceSlot

_AHEAD: Final = timedelta(hours=24)
_CHARGES: Final = timedelta(hours=4)
"""The cheapest hours that charging again is reckoned with."""


def recharge_price(
    coming: Iterable[PriceSlot], now: datetime, until: datetime | None
) -> float | None:
    """Return the price of a kWh in the cheapest hours to come.

    Args:
        coming: The prices of the coming hours.
        now: The present time.
        until: When the vehicle is to be ready; None without a plan.

    Returns:
        None if prices do not differ, or nobody knows them: then nothing is gained, and
        nothing lost, by when it is charged.
    """
    end = now + _AHEAD if until is None else min(until, now + _AHEAD)
    slots = [slot for slot in coming if slot.end > now and slot.start < end]
    if len({slot.price for slot in slots}) < 2:
        return None
    left, cost = _CHARGES, 0.0
    for slot in sorted(slots, key=lambda slot: slot.price):
        lasts = min(min(slot.end, end) - max(slot.start, now), left)
        cost += slot.price * lasts.total_seconds()
        left -= lasts
        if left <= timedelta():
            break
    return cost / (_CHARGES - left).total_seconds()
