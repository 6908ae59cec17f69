"""A charger with its car, and its control state."""

from collections.abc import Mapping
from dataclasses import replace
from math import inf
from typing import Final

from .cars.car import Car
from .model import ChargeMode, Charger, ChargerReading, Reason, Settings, Switching
from .numbers import number
from .sharing import Wish
from .sun.adaptive import Adaptive
from .sun.pace import Pace
from .sun.solar import Course, Reach, Sun, SunFollower

_CHARGES_W: Final = 100.0


def boosts_of(
    readings: Mapping[str, ChargerReading],
) -> tuple[frozenset[str], dict[str, ChargerReading]]:
    """Return the keys of the boosted chargers, and all readings with the mode in force.

    A boost is the mode `FAST` for a while; in manual mode there is none.
    """
    boosted = frozenset(
        key
        for key, reading in readings.items()
        if reading.boost and reading.mode is not ChargeMode.MANUAL
    )
    return boosted, {
        key: replace(reading, mode=ChargeMode.FAST) if key in boosted else reading
        for key, reading in readings.items()
    }


class Point:
    """A charger with its car, and its control state."""

    def __init__(self, charger: Charger, settings: Settings) -> None:
        """Initialize in an unknown state."""
        self.charger = charger
        self.car = Car(charger, settings.voltage_v)
        self.follower = SunFollower(settings)
        self.pace = Pace(settings.most_changes_per_hour)
        self.adaptive = (
            None if settings.switching is Switching.FIXED else Adaptive(settings)
        )
        self.cut_at: float | None = None
        """The time when a limit last paused it."""
        self.held: Reason | None = None
        """The limit above it that keeps it below its wish, if there is one."""
        self._chosen: tuple[ChargeMode, bool, float | None] | None = None
        """What the user has chosen: mode, boost and limit."""
        self.rank = charger.priority
        """Its place among the chargers; the larger one comes first, equal ones share."""
        self.fewer_at: float | None = None
        """The time when a limit last allowed only the least number of phases."""
        self.plugged = False
        self.mode: ChargeMode | None = None
        """The mode at the last tick."""

    def max_a(self, reading: ChargerReading) -> float:
        """Return the largest current that is allowed."""
        limit = number(reading.limit_a)
        return self.charger.max_a if limit is None else min(self.charger.max_a, limit)

    def reach(self, reading: ChargerReading) -> Reach:
        """Return the possible powers of charger and car together."""
        return Reach(
            watts_per_a={
                phases: self.car.likely_watts(1.0, phases)
                for phases in self.charger.phase_options
            },
            min_a=self.charger.min_a,
            max_a=max(self.max_a(reading), self.charger.min_a),
            step_a=self.charger.step_a,
            takes_a=self.car.cap_a,
        )

    def watch_user(self, now: float, reading: ChargerReading) -> None:
        """Notice what the user has changed: it takes effect without delay."""
        chosen = reading.mode, reading.boost, reading.limit_a
        if chosen != self._chosen:
            self.pace.free(now)
        self._chosen = chosen

    def join(self, now: float, reading: ChargerReading, *, ceiled: bool) -> None:
        """Notice that a charger in manual mode is controlled from now on.

        Args:
            now: The time in s.
            reading: The present reading.
            ceiled: Whether a ceiling is in force above it, which counts in manual mode.
        """
        manual = reading.mode is ChargeMode.MANUAL
        if ceiled or not manual:
            self.car.join(max(self.max_a(reading), 0.0), now, by_user=manual)

    def follow(self, now: float, dt: float, sun: Sun, reach: Reach) -> Course:
        """Return what to do with the surplus, with the best delays and within bounds."""
        follower, adaptive = self.follower, self.adaptive
        sun = replace(
            sun,
            up_ws=self.pace.cost_ws(now, up=True),
            down_ws=self.pace.cost_ws(now, up=False),
        )
        if adaptive is None:
            return follower.step(now, dt, sun, reach)
        follower.adopt(adaptive.step(now, dt, sun, reach))
        on, phases = follower.on, follower.phases
        course = follower.step(now, dt, adaptive.bounded(now, sun), reach)
        if follower.on and not on:
            adaptive.starts.take(now)
        elif follower.on and follower.phases != phases:
            adaptive.switches.take(now)
        return course

    def count(self, now: float, current_a: float) -> None:
        """Count a change of the current for sun or price."""
        if (told := self.car.told_a) is not None:
            steps = abs(current_a - told) / self.charger.step_a
            self.pace.changed(now, up=current_a > told, steps=steps)

    def quantized(self, current_a: float, reading: ChargerReading) -> float:
        """Return a current as a possible setpoint: 0, or at least the minimum."""
        step = self.charger.step_a
        # 6.0 may have become 5.999999.
        current = int(min(current_a, self.max_a(reading)) / step + 1e-6) * step
        return round(current, 3) if current >= self.charger.min_a else 0.0

    def claims(self, reading: ChargerReading) -> bool:
        """Return whether a part of the fuse is reserved for it.

        Nothing is reserved for a full car, or one that has not started after all
        attempts.
        """
        if not reading.session:
            return reading.startable
        return not (reading.full or self.car.asleep or self.car.full)

    def burdens(self, reading: ChargerReading, *, supported: bool) -> bool:
        """Return whether its car charges now whatever the sun gives.

        Args:
            reading: The present reading.
            supported: Whether the home battery may support charging with the sun.
        """
        if not reading.online or not reading.plugged_in or not reading.session:
            return False
        always = (
            reading.mode in (ChargeMode.FAST, ChargeMode.MANUAL)
            or reading.due_w > 0
            or (reading.mode is ChargeMode.MIN_SOLAR and not supported)
        )
        return always and self.car.high_w > _CHARGES_W

    def wish(self, reading: ChargerReading) -> Wish:
        """Return the surplus that it could use."""
        car, charger, reach = self.car, self.charger, self.reach(reading)
        options = reach.options
        least = reach.least(options[0])
        done = reading.full or car.asleep or car.full
        # An idle charger has no share: a start reduces the others, the wish does not.
        idle = done or not reading.session
        current = reach.max_a
        if car.cap_a is not None:
            # Slightly more than it takes, so that it can show a higher maximum.
            current = min(current, car.cap_a + charger.step_a)
        most = max(current * reach.watts_per_a[options[-1]], least)
        floor = 0.0
        if not idle:
            floor = min(max(reading.due_w, 0.0), most)
            if reading.mode is ChargeMode.MIN_SOLAR:
                floor = max(floor, least)
        return Wish(
            key=charger.key,
            # The power that a full car does not take is available for all others.
            priority=self.rank if not done else -1_000_000,
            running=not idle and (self.follower.on or floor > 0),
            min_w=max(least, floor),
            max_w=max(most, floor),
            floor_w=floor,
            even_w=max(current * reach.watts_per_a[options[0]], floor)
            if len(options) > 1
            else inf,
            present_w=0.0 if idle else self.follower.present_w(reach),
        )
