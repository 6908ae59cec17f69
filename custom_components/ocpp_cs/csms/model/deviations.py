"""The observed deviations of charge points from OCPP, and limits on their number."""

from collections import deque
import logging
import time

_LOGGER = logging.getLogger(__name__)

_MAX_KINDS = 200
"""The number of distinct kinds; a charge point could invent new ones for ever."""
_MAX_DETAIL = 200


class Deviations:
    """Counts each kind of deviation of a charge point, and logs it once."""

    def __init__(self, charge_point_id: str) -> None:
        """Start without deviations."""
        self._charge_point_id = charge_point_id
        self.counts: dict[str, int] = {}

    def note(self, kind: str, detail: str = "") -> None:
        """Count a deviation.

        Args:
            kind: A short stable name in snake case (`unit_unknown`). A colon and the
                place may follow if there are few places (`missing:status`).
            detail: An example for the log.
        """
        if kind not in self.counts and len(self.counts) >= _MAX_KINDS:
            kind = "other"
        count = self.counts.get(kind, 0)
        self.counts[kind] = count + 1
        if not count:
            _LOGGER.info(
                "%s deviates from OCPP: %s%s (counted from now on, not logged again)",
                self._charge_point_id,
                kind,
                f" ({detail[:_MAX_DETAIL]})" if detail else "",
            )


class Allowance:
    """Limits how often each charge point may do something within a span of time."""

    def __init__(self, most: int, seconds: float) -> None:
        """Allow `most` times within `seconds`."""
        self._most = most
        self._seconds = seconds
        self._done: dict[str, deque[float]] = {}

    def take(self, charge_point_id: str) -> bool:
        """Return whether it may be done once more; if so, count it."""
        now = time.monotonic()
        done = self._done.setdefault(charge_point_id, deque(maxlen=self._most))
        if len(done) == self._most and now - done[0] < self._seconds:
            return False
        done.append(now)
        return True
