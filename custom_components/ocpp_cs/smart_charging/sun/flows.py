"""The possible power of cars in the last minute, for readings that come late."""

from collections import deque
from typing import Final

from ..house.source import LONGEST_LAG_S

_PROMPT_S: Final = 2.0
"""A reading of this age includes what flows now."""


class Flows:
    """What several cars together may have taken, as intervals by time."""

    def __init__(self) -> None:
        """Start without an interval."""
        self._spans: deque[tuple[float, float, float]] = deque()

    def note(self, now: float, low_w: float, high_w: float) -> None:
        """Record the interval of the present power in W."""
        spans = self._spans
        if spans and spans[-1][0] > now:
            # The clock was set back.
            spans.clear()
        spans.append((now, low_w, high_w))
        while len(spans) > 1 and spans[1][0] < now - LONGEST_LAG_S:
            spans.popleft()

    def since(self, at: float, now: float) -> tuple[float, float]:
        """Return the least and the greatest power in W from a time until now."""
        if not self._spans:
            return 0.0, 0.0
        _, low, high = self._spans[-1]
        if now - at <= _PROMPT_S:
            return low, high
        for time, least, most in reversed(self._spans):
            low, high = min(low, least), max(high, most)
            if time <= at:
                break
        return low, high
