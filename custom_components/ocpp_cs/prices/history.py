"""Prices with their times: of the coming hours, and those that were known before."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ..smart_charging.numbers import number
from ..smart_charging.planning.prices import PriceSlot

_PAST: Final = timedelta(days=4)
_FUTURE: Final = timedelta(days=4)
_MOST: Final = 1000
"""Four days before and four to come have 768 quarters of an hour."""
_LONGEST_S: Final = 86_400.0


class PriceHistory:
    """The prices of the last days and of the coming ones, in order."""

    def __init__(self) -> None:
        """Start without prices."""
        self._slots: list[PriceSlot] = []

    def slots(self, now: datetime) -> list[PriceSlot]:
        """Return the prices, those of the past included."""
        return _recent(self._slots, now)

    def at(self, when: datetime) -> float | None:
        """Return the price at a time; None if it is unknown."""
        index = bisect_right(self._slots, when, key=lambda slot: slot.start) - 1
        if index < 0 or (slot := self._slots[index]).end <= when:
            return None
        return slot.price

    @property
    def until(self) -> datetime | None:
        """The end of the last price; None without prices."""
        return self._slots[-1].end if self._slots else None

    def take(self, slots: Iterable[PriceSlot], now: datetime) -> bool:
        """Take over new prices, and return whether any differs.

        They replace all that are known of the time between the first and the last.
        """
        new = _recent(slots, now)
        if not new:
            return False
        first, last = new[0].start, new[-1].end
        kept = [slot for slot in self._slots if slot.end <= first or slot.start >= last]
        merged = _recent([*kept, *new], now)
        changed = merged != _recent(self._slots, now)
        self._slots = merged
        return changed

    def record(self, now: datetime) -> list[list[float]]:
        """Return the prices to store: start in s since 1970, length in s, price."""
        return [
            [
                slot.start.timestamp(),
                (slot.end - slot.start).total_seconds(),
                slot.price,
            ]
            for slot in self.slots(now)
        ]

    def load(self, record: object, now: datetime) -> None:
        """Restore stored prices; invalid ones and those of a wrong clock are left out."""
        found = []
        for one in record if isinstance(record, list) else ():
            values: list[Any] = one if isinstance(one, list) else []
            start, length, price = (
                [number(value) for value in values]
                if len(values) == 3
                else (None, None, None)
            )
            if (
                start is None
                or length is None
                or price is None
                or not 0 < length <= _LONGEST_S
                or abs(start - now.timestamp()) > _FUTURE.total_seconds()
            ):
                continue
            begin = datetime.fromtimestamp(start, UTC)
            found.append(PriceSlot(begin, begin + timedelta(seconds=length), price))
        self._slots = _recent(found, now)


def _recent(slots: Iterable[PriceSlot], now: datetime) -> list[PriceSlot]:
    """Return slots in order, without those that are too far away."""
    ordered = sorted(
        slot for slot in slots if slot.end > now - _PAST and slot.start < now + _FUTURE
    )
    return ordered[-_MOST:]
