"""Which readings of a register go on from those before, and which cannot.

A register only ever rises, and no faster than a connector can charge. What falls or
jumps is held back until another reading agrees with it: a slip stays alone, a meter that
begins anew goes on.

Some charge points tell two registers by one name, that of the session and that of the
meter's life. They come in different ways (with the id of a transaction or without, in
another context or unit), and go on in turn. One of both is shown, for good.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf, isfinite, nan
from typing import Any, Final

from ..transactions.registers import LAST_STEP_WH, most

type Channel = tuple[str | bool | None, ...]
"""In which way a reading comes."""

FREE_WH: Final = 1000.0
"""So much a register may rise at any time: see `registers.most`."""

_SILENCE: Final = timedelta(days=1)
"""A register that was not heard for so long gives way to another one."""

_MOST_CHANNELS: Final = 20

_WITH_FORMAT: Final = 7


@dataclass(slots=True)
class _Reading:
    """A reading, with its time by the charge point's clock and by ours."""

    wh: float
    time: datetime
    at: datetime
    channel: Channel = ()
    turn: int = 0

    def goes_on(self, wh: float, time: datetime, now: datetime) -> bool:
        """Tell whether the same register can show `wh` later."""
        step = wh - self.wh
        if step <= FREE_WH:
            return step >= 0
        # What was kept while there was no connection comes all at once.
        return step <= most(max(now - self.at, min(time - self.time, _SILENCE)))


class Continuity:
    """Decides of each reading of one register whether it is to be shown."""

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
        """Know nothing: the first reading is shown."""
        self.wh = nan
        """What is shown, or was before a restart; not a number where nothing is known."""
        self._time = self._at = datetime.max.replace(tzinfo=UTC)
        # The ways in which what is shown has come.
        self._channels: set[Channel] = set()
        # The last of them, taken apart.
        self._kind: Channel = ()
        self._context: str | bool | None = None
        self._in_session: str | bool | None = None
        self._rival: _Reading | None = None
        # What was shown before a smaller one took its place.
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
        """Take a reading that is as ever; return False if it needs a closer look."""
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
        """Take a reading; return whether it is what the register shows from now on.

        `time` is by the charge point's clock, `now` by ours. `turn` is the entry that
        it is in: what is in one does not confirm itself.
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
            # That one goes on: it was no slip and no new meter, there are two.
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
        """Tell whether `new` may be shown though it does not go on from what is."""
        if new.at - self._at >= _SILENCE:
            return True
        if self._twofold:
            return False
        if not self._channels or new.channel in self._channels:
            return True
        # What is told of the meter's life is never less than what is told of a session:
        # what falls without an id, or jumps with one, is no second register.
        falls = new.wh < self.wh
        return new.channel[-1:] == (not falls,) and self._in_session is falls

    def _began_anew(self) -> bool:
        """Tell whether the transaction, too, says that the meter begins at less."""
        rival, anew = self._rival, self._anew
        return rival is not None and anew < self.wh and 0 <= rival.wh - anew <= FREE_WH

    def began(self, wh: float, start: datetime) -> None:
        """Take what is said of the reading at the start of a transaction.

        It may be wrong. It is not shown, but something to go on from.
        """
        if self.wh != self.wh and wh > 0:
            self.wh, self._time, self._at = wh, start, start
        self._anew = wh

    def ended(self, wh: float, now: datetime) -> bool:
        """Take the last reading of a transaction; return whether it is to be shown."""
        if not self._channels:
            # Nothing was shown, and what a transaction says counts within it.
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

    # Over a restart.

    def record(self) -> dict[str, Any] | None:
        """Return it as JSON can have it; None where nothing is known."""
        if self.wh != self.wh:
            return None
        return {
            "wh": self.wh,
            "at": self._at.isoformat(),
            "channels": [list(channel) for channel in self._channels],
            "twofold": self._twofold,
        }

    def load(self, record: object) -> None:
        """Take over what `record` returned, unless there is something newer."""
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
    """Return a channel that was remembered.

    Those of before had the format behind the location, which was that of raw data.
    """
    channel = tuple(record)
    return channel if len(channel) != _WITH_FORMAT else (*channel[:4], *channel[5:])
