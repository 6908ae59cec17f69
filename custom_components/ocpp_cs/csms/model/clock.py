"""How far the clock of a charge point is off, found out from what it says live."""

from datetime import datetime, timedelta
from typing import Final

# A shorter time than this between two messages says nothing: replays of what
# happened offline come in bursts.
_APART: Final = timedelta(seconds=5)
# Clocks tick in whole seconds, and messages take their time; but of messages of one
# moment, in which a status is told again, three are further apart than this.
_SPREAD: Final = timedelta(seconds=8)
_AGREEING: Final = 3
_NEGLIGIBLE: Final = timedelta(seconds=60)
_MOST: Final = timedelta(days=200 * 365)


class ChargerClock:
    """The difference of a charge point's clock to ours.

    A timestamp alone proves nothing, as it may be of something that happened long
    ago. Three that came one after the other, each at the same distance from our
    time, are a clock that goes, and goes wrong if that is more than a minute.
    """

    def __init__(self) -> None:
        """Start with a clock that is believed."""
        self.offset = timedelta()
        """What has to be added to its times; zero unless it is off by a minute."""
        self.settled = False
        """True if `offset` was measured since it connected, or booted."""
        self._differences: list[timedelta] = []
        self._last = datetime.min

    def remember(self, offset: timedelta) -> None:
        """Take what was measured before a restart, unless there is something newer.

        Raises ValueError for what no clock is off by.
        """
        if abs(offset) > _MOST:
            raise ValueError(f"no clock is off by {offset}")
        if not self.settled:
            self.offset = offset

    def connected(self) -> None:
        """Note that what it says may be of another time than what it said last."""
        self.settled = False

    def begin_anew(self) -> None:
        """Measure from the start: with a boot, charge points set their clocks.

        What was found out stays until it is found to be wrong, as what is sent first
        was written down before.
        """
        self.settled = False
        self._differences.clear()
        self._last = datetime.min

    @property
    def is_doubtful(self) -> bool:
        """Return whether what was heard last, and not often enough, is off by another time."""
        return (
            not self.settled
            and bool(self._differences)
            and abs(self._differences[-1] - self.offset) > _NEGLIGIBLE
        )

    def observe(self, reported: datetime, now: datetime) -> bool:
        """Take the time that a live message tells; return whether `offset` changed."""
        if self._differences and now - self._last < _APART:
            return False
        self._last = now
        differences = self._differences
        differences.append(now - reported)
        del differences[:-_AGREEING]
        if len(differences) < _AGREEING:
            return False
        ordered = sorted(differences)
        if ordered[-1] - ordered[0] > _SPREAD:
            return False
        self.settled = True
        offset = ordered[_AGREEING // 2]
        if abs(offset) <= _NEGLIGIBLE:
            offset = timedelta()
        if abs(offset - self.offset) <= _SPREAD and bool(offset) is bool(self.offset):
            return False
        self.offset = offset
        return True

    def correct(self, reported: datetime) -> datetime:
        """Return a time of the charge point's by our clock."""
        return shifted(reported, self.offset) if self.offset else reported

    def at(self, time: datetime) -> datetime:
        """Return what the charge point's clock shows at a time by ours."""
        return shifted(time, -self.offset) if self.offset else time


def shifted(time: datetime, offset: timedelta) -> datetime:
    """Return a time moved by `offset`, or as it is where that leads out of time."""
    try:
        return time + offset
    except OverflowError:
        return time
