"""A price that changes from time to time, as it was told."""

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any, Final

from ..smart_charging.numbers import number

KEPT_S: Final = 4 * 86_400.0
"""How long prices are kept, in s."""
STANDS_S: Final = 6 * 3600.0
"""How long a price stands for the time in which none is told, in s."""
_MOST: Final = 1500


class Track:
    """The prices of the last days, each until the next one; None is untold."""

    def __init__(self) -> None:
        """Start without prices."""
        self._times: list[float] = []
        self._prices: list[float | None] = []

    def note(self, price: float | None, now: float) -> bool:
        """Note the price from now on, and return whether it is another one."""
        while self._times and self._times[-1] > now:
            # The clock was set back.
            self._times.pop()
            self._prices.pop()
        if (self._prices[-1] if self._prices else None) == price:
            return False
        self._times.append(now)
        self._prices.append(price)
        excess = max(
            bisect_right(self._times, now - KEPT_S) - 1, len(self._times) - _MOST, 0
        )
        del self._times[:excess], self._prices[:excess]
        return True

    def at(self, when: float) -> float | None:
        """Return the price at a time in s; None if it is unknown.

        While none is told, the last one stands for a limited time, and for all of the
        time if it is the same afterwards.
        """
        index = bisect_right(self._times, when) - 1
        if index < 0:
            return None
        if (price := self._prices[index]) is not None or index == 0:
            return price
        before = self._prices[index - 1]
        if when - self._times[index] <= STANDS_S:
            return before
        following = index + 1 < len(self._prices) and self._prices[index + 1] == before
        return before if following else None

    def record(self, now: float) -> dict[str, Any]:
        """Return the prices to store: each with its time in s, and the present time."""
        return {
            "prices": [
                list(one) for one in zip(self._times, self._prices, strict=True)
            ],
            "until": now,
        }

    def load(self, record: object, now: float) -> None:
        """Restore stored prices; since they were stored, none was told."""
        if not isinstance(record, Mapping) or not isinstance(
            prices := record.get("prices"), list
        ):
            return
        for one in prices:
            if not isinstance(one, list) or len(one) != 2:
                continue
            time, price = number(one[0]), number(one[1])
            if (
                time is None
                or not now - time >= 0
                or (self._times and time <= self._times[-1])
            ):
                continue
            self.note(price, time)
        until = number(record.get("until"))
        if until is not None and self._times and self._times[-1] < until <= now:
            self.note(None, until)
