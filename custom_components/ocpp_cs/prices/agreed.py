"""What the page *Prices* said, and from when on.

A price that is entered holds from then on. What was charged before, but is told or
corrected later, costs what the page said at its time.
"""

from bisect import bisect_right
from typing import Any, Final

from ..const import CONF_PRICES
from ..smart_charging.numbers import number
from .options import PriceOptions, price_options

_MOST: Final = 100
"""The number of changes that are kept: a change each month, for eight years."""


class AgreedPrices:
    """The options of the page, each until the next ones."""

    def __init__(self) -> None:
        """Start without any."""
        self._times: list[float] = []
        self._options: list[PriceOptions] = []

    def note(self, options: PriceOptions, now: float) -> bool:
        """Note the options from now on, and return whether they are others.

        Args:
            options: The options, with the currency that they mean.
            now: The time in s since 1970.
        """
        if options == (self._options[-1] if self._options else None):
            return False
        while self._times and self._times[-1] >= now:
            # The clock was set back.
            self._times.pop()
            self._options.pop()
        self._times.append(now)
        self._options.append(options)
        del self._times[:-_MOST], self._options[:-_MOST]
        return True

    def at(self, when: float) -> PriceOptions | None:
        """Return the options of a time in s; None if none were noted.

        The first ones hold for the time before, too. While the page had no price at
        all, the next price that was entered counts.
        """
        if not self._times:
            return None
        index = max(bisect_right(self._times, when) - 1, 0)
        found = self._options[index]
        if found.has_price:
            return found
        later = self._options[index + 1 :]
        return next((one for one in later if one.has_price), found)

    def record(self) -> list[list[Any]]:
        """Return what to store: each time in s since 1970, and what holds from then on."""
        return [
            [time, options.record]
            for time, options in zip(self._times, self._options, strict=True)
        ]

    def load(self, record: object, now: float) -> None:
        """Restore what was stored; what is invalid or of a wrong clock is left out."""
        for one in record if isinstance(record, list) else ():
            match one:
                case [since, dict(options)] if (time := number(since)) is not None:
                    if time <= now and (not self._times or time > self._times[-1]):
                        self.note(price_options({CONF_PRICES: options}), time)
