"""The delays of a charger with its cars: how soon a command shows in their power."""

from collections.abc import Mapping
from typing import Any, Final

from ..model import Charger
from ..numbers import number

_LONGEST_DELAY_S: Final = 60.0
"""More is never assumed: for so long a charger that ignores a limit is not noticed."""
_LONGEST_START_S: Final = 180.0
_LONGEST_RAMP_S: Final = 60.0
_MARGIN_S: Final = 4.0
_UNSEEN_S_PER_A: Final = 0.7
"""A quicker ramp cannot be seen."""
_LATE_START: Final = 1.25
"""A start may take so much longer than those before it."""
_FORGET: Final = 0.05
"""The part by which a quicker charger than before changes what was learned."""
_SLOWEST_A_PER_S: Final = 0.02
_CLEAR_W: Final = 100.0
"""A smaller change of the power is noise."""
_IDLE_W: Final = 100.0


class Box:
    """Learns how long a charger and its cars take to follow a command.

    The meter of a charger tells only now and then, so a change that shows has happened
    at some time since the reading before. The earlier time counts: the largest of many
    is close to the truth, and no delay is learned that is only one of the meter.
    """

    def __init__(self, charger: Charger) -> None:
        """Initialize with the assumptions of the charger's model."""
        self._charger = charger
        self.delay_s: float | None = None
        """The time until the power begins to follow."""
        self.ramp_a_per_s: float | None = None
        """The speed of the change; None if it is too quick to be seen."""
        self.begin_s: float | None = None
        """The time from an offer to the first power."""
        self._changed_at: float | None = None
        self._from_w = self._by_w = 0.0
        self._still_at = 0.0
        """The time of the last reading before the power moved."""
        self._offered_at: float | None = None
        self._idle = False
        """True if no power was seen since, or right before, the offer began."""
        self._told_at = 0.0
        self._last: tuple[float, float, float] | None = None
        """Time and power of the last reading, and the power that it was to reach."""

    # What is assumed.

    def settle_s(self, change_a: float) -> float:
        """Return in how many seconds a car follows a change of the current."""
        settle = self._charger.settle_s
        if self.delay_s is not None:
            settle = max(settle, self.delay_s + _MARGIN_S)
        if self.ramp_a_per_s is not None:
            settle += min(abs(change_a) / self.ramp_a_per_s, _LONGEST_RAMP_S)
        return settle

    def steady_s(self, change_a: float) -> float:
        """Return in how many seconds it has followed, if it does so as it did before."""
        if self.delay_s is None or self.ramp_a_per_s is not None:
            return self.settle_s(change_a)
        return self.delay_s + _MARGIN_S + abs(change_a) * _UNSEEN_S_PER_A

    @property
    def least_s(self) -> float:
        """Return the time in s before which no command shows."""
        return max(2.0, 0.7 * (self.delay_s or 0.0))

    @property
    def start_s(self) -> float:
        """Return in how many seconds a car begins after an offer."""
        if self.begin_s is None:
            return self._charger.start_s
        return min(self.begin_s * _LATE_START + 10.0, _LONGEST_START_S)

    # What is learned.

    def offered(self, now: float, power_w: float) -> None:
        """Record that an offer begins, at the present power of the car."""
        self._offered_at = self._still_at = now
        self._idle = power_w < _IDLE_W
        self._told_at, self._changed_at, self._last = now, None, None

    def changed(self, now: float, from_w: float, to_w: float) -> None:
        """Record a command that changes the power, also to none."""
        self._told_at = now
        if not to_w:
            self._offered_at = None
        if (
            self._offered_at is None
            and self._changed_at is None
            and abs(to_w - from_w) >= 2.0 * _CLEAR_W
        ):
            self._changed_at = self._still_at = now
            self._from_w, self._by_w = from_w, to_w - from_w

    def forget(self) -> None:
        """Record that the car is gone; what was learned stays."""
        self._offered_at = self._changed_at = self._last = None

    def sample(
        self, at: float, power_w: float, expected_w: float, watts_per_a: float
    ) -> None:
        """Learn from a reading.

        Args:
            at: The time of the reading in s.
            power_w: The power.
            expected_w: The power that the last command leads to.
            watts_per_a: The power of one ampere.
        """
        if self._offered_at is not None:
            self._watch_start(at, power_w, self._offered_at)
        elif self._changed_at is not None:
            self._watch_delay(at, power_w, self._changed_at)
        if self._last is not None:
            self._watch_ramp(at, power_w, expected_w, watts_per_a, self._last)
        follows = at - self._told_at >= (self.delay_s or 0.0) + _MARGIN_S
        self._last = (at, power_w, expected_w) if follows else None

    def _watch_start(self, at: float, power_w: float, began: float) -> None:
        if not 0 <= at - began <= _LONGEST_START_S:
            # It slept, or the clock was set.
            self._offered_at = None
        elif power_w < _IDLE_W:
            self._idle, self._still_at = True, at
        elif self._idle:
            self.begin_s = _slowest(self.begin_s, self._still_at - began)
            self._offered_at = None

    def _watch_delay(self, at: float, power_w: float, began: float) -> None:
        if not 0 <= at - began <= _LONGEST_DELAY_S + _LONGEST_RAMP_S:
            self._changed_at = None
            return
        moved_w = (power_w - self._from_w) * (1 if self._by_w > 0 else -1)
        if moved_w < max(abs(self._by_w) * 0.1, _CLEAR_W):
            self._still_at = at
            return
        self._changed_at = None
        if (delay := self._still_at - began) <= _LONGEST_DELAY_S:
            self.delay_s = _slowest(self.delay_s, delay)

    def _watch_ramp(
        self,
        at: float,
        power_w: float,
        expected_w: float,
        watts_per_a: float,
        last: tuple[float, float, float],
    ) -> None:
        """Learn the speed from two readings, if it had farther to go than it went."""
        last_at, last_w, goal_w = last
        span, by_w, left_w = at - last_at, power_w - last_w, goal_w - last_w
        if (
            span <= 0
            or watts_per_a <= 0
            # Else it has only just begun.
            or last_w < _IDLE_W
            or goal_w != expected_w
            or by_w * left_w <= 0
            or abs(by_w) < _CLEAR_W
        ):
            return
        speed, known = abs(by_w) / watts_per_a / span, self.ramp_a_per_s
        if abs(left_w - by_w) <= _CLEAR_W:
            # It has arrived: it may have been quicker, but not slower.
            if known is not None and speed > known:
                self.ramp_a_per_s = speed
        elif abs(left_w) >= 1.5 * abs(by_w) and speed >= _SLOWEST_A_PER_S:
            self.ramp_a_per_s = speed if known is None else (known + speed) / 2

    # Restarts.

    def as_dict(self) -> dict[str, Any]:
        """Return what was learned."""
        return {
            "delay_s": _rounded(self.delay_s),
            "ramp_a_per_s": _rounded(self.ramp_a_per_s),
            "begin_s": _rounded(self.begin_s),
        }

    def restore(self, data: object) -> None:
        """Restore what was learned; invalid values are ignored."""
        if not isinstance(data, Mapping):
            return
        delay, begin = number(data.get("delay_s")), number(data.get("begin_s"))
        ramp = number(data.get("ramp_a_per_s"))
        if delay is not None and 0 <= delay <= _LONGEST_DELAY_S:
            self.delay_s = delay
        if begin is not None and 0 <= begin <= _LONGEST_START_S:
            self.begin_s = begin
        if ramp is not None and _SLOWEST_A_PER_S <= ramp <= 100.0:
            self.ramp_a_per_s = ramp


def _slowest(known: float | None, seen: float) -> float:
    """Return the slowest of recent times."""
    if known is None or seen >= known:
        return seen
    return known + (seen - known) * _FORGET


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
