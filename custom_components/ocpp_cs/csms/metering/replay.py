"""Distinguish current meter values from a replay of values recorded offline."""

from datetime import datetime, timedelta
from typing import Final

# Values this much older than now, and than the newest ones, are a replay.
LAG: Final = timedelta(seconds=120)
# Replays arrive in bursts; a clock that was set back advances at real speed.
_PACE_SPAN: Final = timedelta(seconds=5)
_PACE_ERROR: Final = timedelta(seconds=2)
_PACE_TIMES: Final = 2


class ReplayClock:
    """Classify the timestamps of one connector.

    A timestamp is historic if it is older than the newest one of the connection and
    more than two minutes old, both by our clock and by the charge point's. So a wrong
    clock does no harm. A clock that is set back during a connection (by an hour, when
    summer time ends) looks like a replay until three entries in a row advance at real
    speed.
    """

    def __init__(self) -> None:
        """Create a clock without timestamps."""
        self._newest: datetime | None = None
        self._newest_at = datetime.min
        self._back: tuple[datetime, datetime, int] | None = None

    def reset(self) -> None:
        """Forget the timestamps, after a new connection or a boot."""
        self._newest = None
        self._back = None

    def is_historic(self, time: datetime, now: datetime) -> bool:
        """Return whether the next timestamp is historic; both times must be aware."""
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
        """Return whether old timestamps advance at real speed."""
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
