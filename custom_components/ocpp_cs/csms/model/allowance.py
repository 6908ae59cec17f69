"""How often something may happen on behalf of one charge point."""

from collections import deque
import time


class Allowance:
    """Lets each charge point do something so many times within a span of time."""

    def __init__(self, most: int, seconds: float) -> None:
        """Let it be done `most` times within `seconds`."""
        self._most = most
        self._seconds = seconds
        self._done: dict[str, deque[float]] = {}

    def take(self, charge_point_id: str) -> bool:
        """Tell whether it may be done once more, and reckon with it being done."""
        now = time.monotonic()
        done = self._done.setdefault(charge_point_id, deque(maxlen=self._most))
        if len(done) == self._most and now - done[0] < self._seconds:
            return False
        done.append(now)
        return True
