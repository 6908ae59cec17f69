"""Check whether the readings of a register are continuous.

A register only rises, and no faster than a connector can charge. A reading that falls
or jumps is held back until another reading confirms it: an error is not repeated, but
a meter that starts again continues from its new value.

Some charge points report two registers under one name, of the session and of the
meter's life. These differ in their channel (with a transaction id or without, another
context or unit) and alternate. Only one of the two is ever shown.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf, isfinite, nan
from typing import Any, Final

from ..transactions.registers import LAST_STEP_WH, most

type Channel = tuple[str | bool | None, ...]
"""Measurand, phase, unit, location and context of a reading, and if in a session."""

FREE_WH: Final = 1000.0
"""The rise in Wh that is always plausible: see `registers.most`."""

_SILENCE: Final = timedelta(days=1)
"""After this time without a reading another register may replace the shown one."""

_MOST_CHANNELS: Final = 20

_WITH_FORMAT: Final = 7


@dataclass(slots=True)
class _Reading:
    """A reading, with `time` by the charge point's clock and `at` by ours."""

    wh: float
    time: datetime
    at: datetime
    channel: Channel = ()
    turn: int = 0

    def goes_on(self, wh: float, time: datetime, now: datetime) -> bool:
        """Return whether `wh` can be a later reading of the same register."""
        step = wh - self.wh
        if step <= FREE_WH:
            return step >= 0
        # Readings queued while offline arrive all at once.
        return step <= most(max(now - self.at, min(time - self.time, _SILENCE)))


class Continuity:
    """Decide for each reading of one register whether it is shown."""

    __slots__ = (
        "_anew",
        "_at",
        "_channels",
        "_context",
        "_fallen",
        "_in_session",
        "_kind",
        "_rival",
        "_time",
        "_twofold",
        "wh",
    )

    def __init__(self) -> None:
        """Create a register without readings; the first reading is shown."""
        self.wh = nan
        """The shown reading in Wh, also from before a restart; NaN if there is none."""
        self._time = self._at = datetime.max.replace(tzinfo=UTC)
        # The channels of the shown register.
        self._channels: set[Channel] = set()
        # The parts of the last channel.
        self._kind: Channel = ()
        self._context: str | bool | None = None
        self._in_session: str | bool | None = None
        self._rival: _Reading | None = None
        # The reading before a smaller one replaced it.
        self._fallen: _Reading | None = None
        self._twofold = False
        self._anew = inf

    def goes_on(
        self,
        wh: float,
        time: datetime,
        now: datetime,
        kind: Channel,
        context: str | None,
        in_session: bool,
    ) -> bool:
        """Accept an ordinary reading; return False if `take` has to check it."""
        if (
            0.0 <= wh - self.wh <= FREE_WH
            and context == self._context
            and kind == self._kind
            and in_session is self._in_session
            and self._rival is None
        ):
            self.wh = wh
            self._time = time
            self._at = now
            return True
        return False

    def take(
        self, wh: float, time: datetime, now: datetime, channel: Channel, turn: int
    ) -> bool:
        """Check a reading; return whether it is shown from now on.

        Args:
            wh: The reading in Wh.
            time: The time by the charge point's clock.
            now: The time by our clock.
            channel: The channel of the reading.
            turn: The number of the entry. Readings of the same entry do not confirm
                each other.
        """
        if (
            not 0.0 <= wh - self.wh <= FREE_WH or self._rival is not None
        ) and not self._accepts(_Reading(wh, time, now, channel, turn)):
            return False
        self.wh, self._time, self._at = wh, time, now
        if len(channel) > 1:
            *kind, self._context, self._in_session = channel
            self._kind = tuple(kind)
        if channel not in self._channels and len(self._channels) < _MOST_CHANNELS:
            self._channels.add(channel)
        return True

    def _accepts(self, new: _Reading) -> bool:
        if self.wh != self.wh:
            return True
        wh, time, now = new.wh, new.time, new.at
        shown, rival = _Reading(self.wh, self._time, self._at), self._rival
        confirmed = (
            rival is not None
            and rival.turn != new.turn
            and rival.goes_on(wh, time, now)
            and self._may_give_way(new)
        )
        if shown.goes_on(wh, time, now) and not (confirmed and self._began_anew()):
            self._rival = None
            return True
        if (
            (fallen := self._fallen) is not None
            and now - fallen.at < _SILENCE
            and fallen.goes_on(wh, time, now)
        ):
            # The former register continues, so there are two of them.
            self._fallen, self._rival, self._twofold = None, None, True
            return True
        if confirmed:
            self._fallen = shown if wh < shown.wh else None
            self._rival = None
            self._channels.clear()
            return True
        self._rival = new
        return False

    def _may_give_way(self, new: _Reading) -> bool:
        """Return whether `new` may be shown though it is not continuous."""
        if new.at - self._at >= _SILENCE:
            return True
        if self._twofold:
            return False
        if not self._channels or new.channel in self._channels:
            return True
        # The register of the meter's life is never less than that of a session: a
        # reading that falls without an id, or jumps with one, is no second register.
        falls = new.wh < self.wh
        return new.channel[-1:] == (not falls,) and self._in_session is falls

    def _began_anew(self) -> bool:
        """Return whether the transaction's meter start confirms the lower reading."""
        rival, anew = self._rival, self._anew
        return rival is not None and anew < self.wh and 0 <= rival.wh - anew <= FREE_WH

    def began(self, wh: float, start: datetime) -> None:
        """Record the reading at the start of a transaction.

        It may be wrong, so it is not shown, but later readings may continue it.
        """
        if self.wh != self.wh and wh > 0:
            self.wh, self._time, self._at = wh, start, start
        self._anew = wh

    def ended(self, wh: float, now: datetime) -> bool:
        """Check the last reading of a transaction; return whether it is to be shown."""
        if not self._channels:
            # Without shown readings, those of a transaction count only within it.
            self.wh = nan
            return False
        rival = self._rival
        if not 0 < wh - self.wh < LAST_STEP_WH and (
            rival is None
            or not rival.goes_on(wh, now, now)
            or not self._may_give_way(rival)
        ):
            return False
        self.wh, self._time, self._at, self._rival = wh, now, now, None
        return True

    def record(self) -> dict[str, Any] | None:
        """Return the state for JSON; None if there is no reading."""
        if self.wh != self.wh:
            return None
        return {
            "wh": self.wh,
            "at": self._at.isoformat(),
            "channels": [list(channel) for channel in self._channels],
            "twofold": self._twofold,
        }

    def load(self, record: object) -> None:
        """Restore the state from `record`, unless there is a newer reading."""
        if self._channels or not isinstance(record, Mapping):
            return
        try:
            wh, at = float(record["wh"]), datetime.fromisoformat(record["at"])
            channels = {_channel(told) for told in record["channels"]}
            twofold = bool(record["twofold"])
        except KeyError, TypeError, ValueError:
            return
        if at.tzinfo is None or not isfinite(wh):
            return
        self.wh, self._time, self._at = wh, at, at
        self._channels, self._twofold = channels, twofold


def _channel(record: Iterable[str | bool | None]) -> Channel:
    """Return a stored channel.

    Earlier versions stored the format, always that of raw data, after the location.
    """
    channel = tuple(record)
    return channel if len(channel) != _WITH_FORMAT else (*channel[:4], *channel[5:])
