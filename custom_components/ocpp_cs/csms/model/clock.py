"""The offset of a charge point's clock, measured from its live messages."""

from datetime import datetime, timedelta
from typing import Final

# Messages with less time between them do not count: replays of offline messages come
# in bursts.
_APART: Final = timedelta(seconds=5)
# Clocks tick in whole seconds, and messages are delayed. Three messages that repeat the
# timestamp of one status differ by more than this.
_SPREAD: Final = timedelta(seconds=8)
_AGREEING: Final = 3
_NEGLIGIBLE: Final = timedelta(seconds=60)
_MOST: Final = timedelta(days=200 * 365)


class ChargerClock:
    """The difference of a charge point's clock to ours.

    A single timestamp proves nothing, as it may belong to an event of long ago. Three
    successive timestamps with the same difference to our time show the clock itself;
    it is wrong if the difference is more than a minute.
    """

    def __init__(self) -> None:
        """Start with an offset of zero."""
        self.offset = timedelta()
        """The time to add to its times; zero unless it is off by more than a minute."""
        self.settled = False
        """True if `offset` was measured since it connected, or booted."""
        self._differences: list[timedelta] = []
        self._last = datetime.min

    def remember(self, offset: timedelta) -> None:
        """Restore the offset from before a restart, unless there is a newer one.

        Raises:
            ValueError: The offset is impossible (more than 200 years).
        """
        if abs(offset) > _MOST:
            raise ValueError(f"no clock is off by {offset}")
        if not self.settled:
            self.offset = offset

    def connected(self) -> None:
        """Note a new connection, in which the offset may be another."""
        self.settled = False

    def begin_anew(self) -> None:
        """Measure anew, as charge points set their clocks when they boot.

        The offset stays until another is measured, as the first messages were written
        before the boot.
        """
        self.settled = False
        self._differences.clear()
        self._last = datetime.min

    @property
    def is_doubtful(self) -> bool:
        """Return whether the last difference contradicts `offset`, but is unconfirmed."""
        return (
            not self.settled
            and bool(self._differences)
            and abs(self._differences[-1] - self.offset) > _NEGLIGIBLE
        )

    def observe(self, reported: datetime, now: datetime) -> bool:
        """Process the time in a live message, and return whether `offset` changed.

        Args:
            reported: The time by the charge point's clock.
            now: The time by our clock.
        """
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
        """Return a time of the charge point's clock by our clock."""
        return shifted(reported, self.offset) if self.offset else reported

    def at(self, time: datetime) -> datetime:
        """Return a time of our clock by the charge point's clock."""
        return shifted(time, -self.offset) if self.offset else time


def shifted(time: datetime, offset: timedelta) -> datetime:
    """Return a time shifted by `offset`, or unchanged if the result is out of range."""
    try:
        return time + offset
    except OverflowError:
        return time
