"""Which meter values are of now, and which are a replay of what happened offline."""

from datetime import datetime, timedelta
from typing import Final

# What is this much older than now, and than what has been seen, is a replay.
LAG: Final = timedelta(seconds=120)
# Replays come in bursts; a clock that was set back goes on at its own pace.
_PACE_SPAN: Final = timedelta(seconds=5)
_PACE_ERROR: Final = timedelta(seconds=2)
_PACE_TIMES: Final = 2


class ReplayClock:
    """Follows the timestamps of one connector.

    A timestamp is historic if it is older than the newest one of the connection and
    lies more than two minutes back, both by our clock and by the charger's. So a
    clock that is wrong, by whatever, does no harm. One that is set back in
    mid-connection (an hour, when summer time ends) looks like a replay at first, and
    is found out when three entries in a row follow each other at real speed.
    """

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._newest: datetime | None = None
        self._newest_at = datetime.min
        self._back: tuple[datetime, datetime, int] | None = None

    def reset(self) -> None:
        """Forget what has been seen: a new connection, or the charger has booted."""
        self._newest = None
        self._back = None

    def is_historic(self, time: datetime, now: datetime) -> bool:
        """Take the next timestamp (aware, as is `now`) and say what it is."""
        newest = self._newest
        if newest is None or time >= newest:
            self._newest = time
            self._newest_at = now
            self._back = None
            return False
        if time >= now - LAG or time >= newest + (now - self._newest_at) - LAG:
            self._back = None
            return False
        if not self._goes_on(time, now):
            return True
        self._newest = time
        self._newest_at = now
        return False

    def _goes_on(self, time: datetime, now: datetime) -> bool:
        """Tell whether old timestamps advance as real time does."""
        if self._back is None:
            self._back = (time, now, 0)
            return False
        last_time, last_now, times = self._back
        passed = now - last_now
        if passed < _PACE_SPAN:
            return False
        in_step = abs((time - last_time) - passed) <= _PACE_ERROR
        times = times + 1 if in_step else 0
        self._back = (time, now, times) if times < _PACE_TIMES else None
        return times >= _PACE_TIMES
