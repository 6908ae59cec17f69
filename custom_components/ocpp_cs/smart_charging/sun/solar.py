"""Solar charging with a charger: when to start and stop, and with how many phases.

The delays are not timers that restart with each cloud. They are integrals: a deficit
fills them in proportion to its size, and a gain empties them. So a short cloud has
little effect, while a long cloud stops the car, and so do many short clouds.
"""

from dataclasses import dataclass
from math import ceil, exp
from typing import Any, Final

from ..model import Reason, Settings
from ..numbers import number

_REFERENCE_W: Final = 1380.0
"""The power that the phase delays refer to: 6 A on one phase."""
_SHARPEST: Final = 3.0
"""The maximum weight, so that a glitch of the meter cannot fill a delay at once."""
_NEARLY: Final = 0.25
"""A step up is made if only this part of it is missing."""
_IMPORT: Final = 2.0
"""The weight of imported energy against surplus that is used, for changes of current."""
_SHOWN_A: Final = 1.0
"""What is offered beyond the maximum of the car, so that it can show a higher one."""
_FADING: Final = 0.5
"""The weight of a deficit against a surplus before a start.

So surplus that comes and goes faster than the delay starts a car if it is there for more
than a third of the time; with less, the car would import more than it uses.
"""
_CALM_S: Final = 900.0
"""If phases are switched back within this time, the next delay doubles."""
_MOST_PATIENCE: Final = 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """The possible powers of a charger and its car."""

    watts_per_a: dict[int, float]
    """The power per ampere for each number of phases."""
    min_a: float
    max_a: float
    step_a: float = 1.0
    takes_a: float | None = None
    """The maximum current of the car itself, per phase."""

    @property
    def top_a(self) -> float:
        """The largest current to offer: slightly more than the car takes.

        So the car can show that it takes more.
        """
        if self.takes_a is None:
            return self.max_a
        steps = ceil((self.takes_a + _SHOWN_A) / self.step_a - 1e-6)
        return max(min(self.max_a, steps * self.step_a), self.min_a)

    @property
    def options(self) -> list[int]:
        """The numbers of phases that differ in power, ascending."""
        result: list[int] = []
        for phases, watts in sorted(self.watts_per_a.items()):
            if not result or watts > self.watts_per_a[result[-1]]:
                result.append(phases)
        return result

    def least(self, phases: int) -> float:
        """Return the least power in W."""
        return self.min_a * self.watts_per_a[phases]

    def most(self, phases: int) -> float:
        """Return the greatest power in W that is used."""
        current = self.max_a
        if self.takes_a is not None:
            current = max(min(current, self.takes_a), self.min_a)
        return current * self.watts_per_a[phases]

    def worth(self, phases: int, surplus_w: float) -> float:
        """Return the surplus that it would use, less the power that it would import."""
        least, surplus = self.least(phases), max(surplus_w, 0.0)
        return min(surplus, self.most(phases)) - max(least - surplus, 0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sun:
    """The surplus for a charger, and the rules for charging without it."""

    surplus_w: float
    sure: bool = True
    """True if the power of all cars is known, and so the surplus."""
    always: bool = False
    """True to charge with at least the minimum current at any time."""
    keep: bool = False
    """True to continue without surplus."""
    may_begin: bool = False
    """True to start without surplus."""
    up_ws: float = 0.0
    """The energy in Ws that more current must be worth before it is offered."""
    down_ws: float = 0.0
    """The same for less current."""
    start_wait_s: float = 0.0
    """The time until the number of starts allows another one."""
    switch_wait_s: float = 0.0
    """The same for switches of phases."""


@dataclass(frozen=True, slots=True)
class Course:
    """The desired current and phases of a charger, with the reason."""

    current_a: float
    phases: int
    reason: Reason
    until: float | None = None


def _worth(power_w: float, surplus_w: float) -> float:
    """Return the surplus that a power uses, less the power that it imports, weighed."""
    return min(power_w, surplus_w) - _IMPORT * max(power_w - surplus_w, 0.0)


class SunFollower:
    """The state of solar charging of one charger."""

    def __init__(self, settings: Settings) -> None:
        """Initialize in the paused state."""
        self._settings = settings
        self.on = False
        self._phases: int | None = None
        self._current = 0.0
        self._slow: float | None = None
        self._since: float | None = None
        """The time of the last start or stop."""
        self._switched: float | None = None
        self._raised: float | None = None
        """The time of the last switch to more phases."""
        self._patience = 1.0
        self._start = self._stop = self._phase = 0.0
        self._more = self._less = 0.0
        """What more or less current would have been worth so far, in Ws."""

    def step(self, now: float, dt: float, sun: Sun, reach: Reach) -> Course:
        """Return what to do now; dt is the time since it was last called."""
        surplus = sun.surplus_w
        rise = 1.0 - exp(-dt / self._settings.rise_s)
        slow = surplus if self._slow is None else self._slow
        self._slow = min(surplus, slow + (surplus - slow) * rise)
        options = reach.options
        if self._phases not in options:
            self._phases = options[0]
        if not self.on:
            return self._paused(now, dt, sun, reach, options)
        return self._charging(now, dt, sun, reach, options)

    @property
    def phases(self) -> int | None:
        """The number of phases that it charges on, or would start with."""
        return self._phases

    def adopt(self, settings: Settings) -> None:
        """Go on with other delays."""
        self._settings = settings

    def present_w(self, reach: Reach) -> float:
        """Return the least power on its present phases; 0 while it is paused."""
        if not self.on or self._phases not in reach.watts_per_a:
            return 0.0
        return reach.least(self._phases)

    def force(self, now: float, phases: int, current_a: float) -> None:
        """Record that it charges for another reason than surplus."""
        if not self.on:
            self._turn(now, on=True)
        if current_a != self._current or phases != self._phases:
            self._more = self._less = 0.0
        self._phases, self._current = phases, current_a

    def rest(self, now: float) -> None:
        """Record that it is paused for another reason than lack of surplus."""
        if self.on:
            self._turn(now, on=False)
        self._slow = None
        self._start = 0.0

    def _turn(self, now: float, *, on: bool) -> None:
        self.on = on
        self._since = now
        self._start = self._stop = self._phase = 0.0
        self._more = self._less = 0.0
        self._current = 0.0

    # While paused.

    def _paused(
        self, now: float, dt: float, sun: Sun, reach: Reach, options: list[int]
    ) -> Course:
        settings, slow = self._settings, self._slow or 0.0
        least = reach.least(options[0])
        threshold = least if settings.start_w is None else settings.start_w
        surplus = sun.surplus_w
        phases = self._best(options, reach, slow)
        if surplus >= threshold or sun.may_begin:
            self._start += dt
        else:
            lack = min((threshold - surplus) / max(least, 1.0), 1.0)
            self._start = max(0.0, self._start - _FADING * lack * dt)
        resting = (
            0.0 if self._since is None else settings.min_off_s - (now - self._since)
        )
        resting = max(resting, sun.start_wait_s)
        missing = max(settings.start_delay_s - self._start, 0.0)
        if sun.always or (missing <= 0 and resting <= 0):
            self._phases = phases
            self._turn(now, on=True)
            self._switched = now
            return self._charging(now, 0.0, sun, reach, options)
        if surplus < threshold and not sun.may_begin:
            return Course(0.0, phases, Reason.WAITING_FOR_SUN)
        if resting > missing:
            return Course(0.0, phases, Reason.PAUSE_TIME, now + resting)
        return Course(0.0, phases, Reason.START_DELAY, now + missing)

    @staticmethod
    def _best(options: list[int], reach: Reach, surplus_w: float) -> int:
        return max(
            options, key=lambda phases: (reach.worth(phases, surplus_w), -phases)
        )

    # While charging.

    def _charging(
        self, now: float, dt: float, sun: Sun, reach: Reach, options: list[int]
    ) -> Course:
        settings, surplus = self._settings, sun.surplus_w
        reason, until = Reason.FOLLOWING_SUN, None
        phases = self._phases or options[0]

        other = self._other(options, phases, surplus)
        if other is not None and sun.sure:
            until = self._weigh(now, dt, sun, reach, phases, other)
            if until is not None and until <= now:
                phases = self._switch(now, other)
                until = None
            elif until is not None:
                reason = Reason.PHASE_DELAY

        least = reach.least(options[0])
        threshold = least if settings.stop_w is None else settings.stop_w
        if sun.keep or sun.always:
            self._stop = 0.0
        elif sun.sure:
            lack = (threshold - surplus) / max(least, 1.0)
            self._stop = max(0.0, self._stop + max(min(lack, _SHARPEST), -1.0) * dt)
            remaining = settings.min_on_s - (now - (self._since or now))
            if self._stop >= settings.stop_delay_s and remaining <= 0:
                self._turn(now, on=False)
                return Course(0.0, phases, Reason.WAITING_FOR_SUN)
            if lack > 0:
                reason = Reason.STOP_DELAY
                left = (settings.stop_delay_s - self._stop) / min(lack, _SHARPEST)
                until = now + max(left, remaining, 0.0)

        current = self._follow(dt, sun, reach, phases)
        if reason is Reason.FOLLOWING_SUN and surplus < reach.least(phases):
            reason = Reason.MINIMUM_CURRENT
        self._current = current
        return Course(current, phases, reason, until)

    @staticmethod
    def _other(options: list[int], phases: int, surplus_w: float) -> int | None:
        """Return the alternative number of phases."""
        return next((option for option in options if option != phases), None)

    def _weigh(
        self, now: float, dt: float, sun: Sun, reach: Reach, phases: int, other: int
    ) -> float | None:
        """Return when to switch to the other number of phases, as things are now."""
        settings, surplus = self._settings, sun.surplus_w
        up = other > phases
        gain = reach.worth(other, surplus) - reach.worth(phases, surplus)
        weight = max(min(gain / _REFERENCE_W, _SHARPEST), -1.0)
        self._phase = max(0.0, self._phase + weight * dt)
        if weight <= 0:
            return None
        delay = settings.phase_down_delay_s
        if up:
            if self._raised is not None and now - self._raised > 2 * _CALM_S:
                self._patience = 1.0
            delay = settings.phase_up_delay_s * self._patience
        guard = 0.0 if self._switched is None else settings.phase_guard_s
        guard = max(guard - (now - (self._switched or now)), sun.switch_wait_s)
        return now + max((delay - self._phase) / weight, guard, 0.0)

    def _switch(self, now: float, phases: int) -> int:
        if phases > (self._phases or 1):
            self._raised = now
        elif self._raised is not None and now - self._raised < _CALM_S:
            self._patience = min(self._patience * 2.0, _MOST_PATIENCE)
        self._phase = 0.0
        self._switched = now
        self._phases = phases
        self._current = 0.0
        return phases

    def _follow(self, dt: float, sun: Sun, reach: Reach, phases: int) -> float:
        """Return the current that the surplus is worth.

        It falls with the surplus, and rises with one that lasts; both only once the
        change is worth its cost.
        """
        watts, step = reach.watts_per_a[phases], reach.step_a
        up = ((self._slow or 0.0) / watts / step + _NEARLY) // 1 * step
        down = (sun.surplus_w / watts / step + _NEARLY) // 1 * step
        up = min(max(up, reach.min_a), reach.top_a)
        down = min(max(down, reach.min_a), reach.top_a)
        current = self._current
        if not reach.min_a <= current <= reach.top_a:
            # It has just started or switched, or is not allowed that much any more.
            return self._change(up if current < reach.min_a else down)
        surplus = max(sun.surplus_w, 0.0)
        now = _worth(current * watts, surplus)
        more = _worth(max(up, current + step) * watts, surplus) - now
        less = _worth(min(down, current - step) * watts, surplus) - now
        self._more = max(0.0, self._more + more * dt)
        self._less = max(0.0, self._less + less * dt)
        if up > current and self._more >= sun.up_ws:
            return self._change(up)
        if down < current and self._less >= sun.down_ws:
            return self._change(down)
        return current

    def _change(self, current_a: float) -> float:
        self._more = self._less = 0.0
        return current_a

    # Restarts.

    def as_dict(self) -> dict[str, Any]:
        """Return the state to store."""
        return {
            "on": self.on,
            "phases": self._phases,
            "since": self._since,
            "switched": self._switched,
            "raised": self._raised,
            "patience": self._patience,
        }

    def restore(self, data: dict[str, Any], now: float) -> None:
        """Restore a stored state; the delays start at 0."""
        self.on = data.get("on") is True
        if (phases := data.get("phases")) in (1, 2, 3):
            self._phases = phases
        for name in ("since", "switched", "raised"):
            if (at := number(data.get(name))) is not None:
                setattr(self, f"_{name}", min(at, now))
        if (patience := number(data.get("patience"))) is not None:
            self._patience = min(max(patience, 1.0), _MOST_PATIENCE)
