"""How often the current of a charger changes for sun and price.

A change costs something: chargers store limits in flash memory, and slow ones act on the
wrong reading if the next change comes too soon. So a change must be worth an amount of
energy, which grows with the number of recent changes. A change that takes back the one
before costs more each time, so that no cycle lasts.
"""

from math import inf
from typing import Final

_CHANGE_WS: Final = 2500.0
"""The energy that a change must be worth after a calm hour."""
_DEAREST: Final = 12.0
"""The factor of the cost of the last change that is allowed."""
_BURST: Final = 0.25
"""The part of an hour's changes that may come at once; the rest is spread over the hour."""
_BACK: Final = 2.0
"""The factor by which each change back makes the next one dearer."""
_MOST_BACK: Final = 8.0
_FORGET_S: Final = 600.0
"""After this time without a change, a change back costs as much as any."""
_FREE_S: Final = 60.0
"""How long changes cost nothing after the user has changed something."""


class Pace:
    """The changes of one charger for sun and price, and what the next one costs."""

    def __init__(self, most_per_hour: int) -> None:
        """Initialize without changes."""
        self._burst = max(most_per_hour * _BURST, 1.0)
        self._rate = max(most_per_hour - self._burst, 1.0) / 3600.0
        self._level = 0.0
        """The changes that are not yet made up for."""
        self._at: float | None = None
        self._changed_at = -inf
        self._freed_at = -inf
        self._rose: bool | None = None
        self._back = 1.0

    def free(self, now: float) -> None:
        """Record that the user has changed something, which takes effect at once."""
        self._freed_at = now

    def _is_free(self, now: float) -> bool:
        return 0 <= now - self._freed_at < _FREE_S

    def _drain(self, now: float) -> float:
        if self._at is not None and now > self._at:
            self._level = max(0.0, self._level - (now - self._at) * self._rate)
        self._at = now
        return self._level

    def full(self, now: float) -> bool:
        """Return whether no change is allowed now."""
        return self._drain(now) + 1.0 > self._burst and not self._is_free(now)

    def cost_ws(self, now: float, *, up: bool) -> float:
        """Return the energy in Ws that a change up or down must be worth now."""
        if self._is_free(now):
            return 0.0
        used = min(self._drain(now) / self._burst, 1.0)
        cost = _CHANGE_WS * (1.0 + (_DEAREST - 1.0) * used * used)
        if self._recent(now) and up is not self._rose:
            cost *= self._back
        return cost

    def _recent(self, now: float) -> bool:
        return 0 <= now - self._changed_at < _FORGET_S

    def changed(self, now: float, *, up: bool, steps: float) -> None:
        """Record a change up or down, by a number of steps."""
        if not self._recent(now) or steps > 1.5:
            self._back = 1.0
        elif up is not self._rose:
            self._back = min(self._back * _BACK, _MOST_BACK)
        self._rose, self._changed_at = up, now
        self._level = self._drain(now) + 1.0
