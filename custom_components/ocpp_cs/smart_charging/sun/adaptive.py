"""The delays that would have been best in the last hour.

The surplus does not depend on what the car gets. So candidates of delays can be tried on
the measured surplus without a car: each has a follower of its own, a shadow, and a score.
The real follower takes over the delays of the best one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import exp
from typing import Final

from ..model import Settings, Switching
from .solar import Reach, Sun, SunFollower

_WINDOW_S: Final = 3600.0
"""The time constant with which a score is forgotten."""
_BETTER_WH: Final = 150.0
"""How much better the delays must be that replace the present ones."""
_NOTHING: Final = 1e-6
"""A part of an event that is missing by the rounding of numbers only."""
_BURST: Final = 0.5
"""The part of an hour's starts or switches that may come at once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """What a start or a switch costs, and how many an hour may have."""

    price_wh: float
    """The energy that a start or a switch of phases must be worth."""
    starts: int
    switches: int


MANNERS: Final[Mapping[Switching, Manner]] = {
    Switching.GENTLE: Manner(price_wh=150.0, starts=4, switches=6),
    Switching.BALANCED: Manner(price_wh=40.0, starts=8, switches=12),
    Switching.EAGER: Manner(price_wh=10.0, starts=16, switches=24),
}

_CANDIDATES: Final = (
    (240.0, 1.0),
    (120.0, 1.0),
    (600.0, 1.0),
    (240.0, 0.5),
    (240.0, 2.0),
    (120.0, 0.5),
    (600.0, 2.0),
)
"""Delays before a stop in s, and factors of the delays of the phases; usual ones first."""


class Allowance:
    """How many events an hour may have: some at once, the rest spread over the hour."""

    def __init__(self, per_hour: int) -> None:
        """Start with all of it."""
        self._most = max(per_hour * _BURST, 1.0)
        self._rate = max(per_hour - self._most, 1.0) / 3600.0
        self._left = self._most
        self._at: float | None = None

    def _refill(self, now: float) -> float:
        if self._at is not None and now > self._at:
            gained = (now - self._at) * self._rate
            self._left = min(self._most, self._left + gained)
        self._at = now
        return self._left

    def wait_s(self, now: float) -> float:
        """Return the time until the next event is allowed."""
        missing = 1.0 - self._refill(now)
        return missing / self._rate if missing > _NOTHING else 0.0

    def take(self, now: float) -> None:
        """Record an event, whether it was allowed or not."""
        self._left = self._refill(now) - 1.0


@dataclass(eq=False, slots=True)
class _Shadow:
    settings: Settings
    follower: SunFollower
    on: bool = False
    phases: int = 0
    score_wh: float = 0.0


class Adaptive:
    """Finds the best delays for one charger; see the top of this module."""

    def __init__(self, settings: Settings) -> None:
        """Initialize with the usual delays as the best ones."""
        self._manner = MANNERS[settings.switching]
        usual = Settings()
        self._shadows = [
            self._shadow(
                replace(
                    settings,
                    start_delay_s=usual.start_delay_s,
                    min_off_s=usual.min_off_s,
                    stop_delay_s=stop,
                    phase_up_delay_s=usual.phase_up_delay_s * factor,
                    phase_down_delay_s=usual.phase_down_delay_s * factor,
                )
            )
            for stop, factor in _CANDIDATES
        ]
        self._best = self._shadows[0]
        self._at: float | None = None
        self.starts = Allowance(self._manner.starts)
        self.switches = Allowance(self._manner.switches)

    @staticmethod
    def _shadow(settings: Settings) -> _Shadow:
        return _Shadow(settings, SunFollower(settings))

    @property
    def settings(self) -> Settings:
        """The settings with the best delays."""
        return self._best.settings

    def bounded(self, now: float, sun: Sun) -> Sun:
        """Return the surplus with the bounds for starts and switches."""
        return replace(
            sun,
            start_wait_s=self.starts.wait_s(now),
            switch_wait_s=self.switches.wait_s(now),
        )

    def step(self, now: float, dt: float, sun: Sun, reach: Reach) -> Settings:
        """Try all candidates for the last `dt` seconds; return the best settings."""
        if self._at is None or not 0 <= now - self._at <= _WINDOW_S:
            for one in self._shadows:
                one.score_wh = 0.0
        self._at = now
        keep = exp(-dt / _WINDOW_S)
        surplus = max(sun.surplus_w, 0.0)
        sun = replace(sun, up_ws=0.0, down_ws=0.0)
        for one in self._shadows:
            course = one.follower.step(now, dt, sun, reach)
            power = course.current_a * reach.watts_per_a[course.phases]
            used = min(power, surplus) - max(power - surplus, 0.0)
            score = one.score_wh * keep + used * dt / 3600.0
            on = course.current_a > 0
            if on and (not one.on or course.phases != one.phases):
                score -= self._manner.price_wh
            one.on, one.score_wh = on, score
            one.phases = course.phases
        best = max(self._shadows, key=lambda one: one.score_wh)
        if best.score_wh > self._best.score_wh + _BETTER_WH:
            self._best = best
        return self._best.settings
