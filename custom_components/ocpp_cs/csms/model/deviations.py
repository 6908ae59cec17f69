"""What a charge point does otherwise than it should, and how often that is put up with."""

from collections import deque
import logging
import time

_LOGGER = logging.getLogger(__name__)

_MAX_KINDS = 200
"""Kinds that are told apart; a charge point could make up new ones for ever."""
_MAX_DETAIL = 200


class Deviations:
    """Counts each kind of deviation of one charge point and logs it once."""

    def __init__(self, charge_point_id: str) -> None:
        """Start with nothing to complain of."""
        self._charge_point_id = charge_point_id
        self.counts: dict[str, int] = {}

    def note(self, kind: str, detail: str = "") -> None:
        """Count one deviation.

        `kind` is a short stable snake_case name (`unit_unknown`), refined by a
        colon and the place where that is few-valued (`missing:status`);
        `detail` is an example for the log.
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
    """Lets each charge point do something so many times within a span of time."""

    def __init__(self, most: int, seconds: float) -> None:
        """Let it be done `most` times within `seconds`."""
        self._most = most
        self._seconds = seconds
        self._done: dict[str, deque[float]] = {}

    def take(self, charge_point_id: str) -> bool:
        """Return whether it may be done once more, and reckon with it being done."""
        now = time.monotonic()
        done = self._done.setdefault(charge_point_id, deque(maxlen=self._most))
        if len(done) == self._most and now - done[0] < self._seconds:
            return False
        done.append(now)
        return True
