"""The state of the car at a charger: its phases, its current and its possible power.

Right after a command the power of a car is unknown: it follows after a delay, and
meters lag behind. Until then it is between the previous power and the new setpoint, and
a controller that assumes either of them oscillates. So the power is an interval, which
is closed by the first reading after the car's time to follow.
"""

from typing import Any, Final

from ..model import PHASES, Charger, ChargerReading
from ..numbers import number
from .waking import Waking

_IDLE_W: Final = 100.0
"""A lower power is the consumption of electronics, not charging."""
_FRESH_S: Final = 90.0
"""An older reading says nothing about the present power."""


class Car:
    """A car at a charger, and the present setpoint of the charger."""

    def __init__(self, charger: Charger, voltage_v: float) -> None:
        """Initialize with a charger in an unknown state."""
        self.charger = charger
        self._voltage = voltage_v
        self.told_a: float | None = None
        """The setpoint; None before the first command, or while others are in control."""
        self.told_phases = charger.phase_options[-1]
        self.told_at = 0.0
        self.low_w = self.high_w = 0.0
        self.lines: int | None = None
        """The number of phases it charges on when all are available."""
        self.usual: int | None = None
        """The number of phases that was last detected, also for the previous car."""
        self.cap_a: float | None = None
        """The maximum current of the car itself, if it is below the setpoint."""
        self._settled_at = 0.0
        self._sample_w: float | None = None
        self._sample_at = 0.0
        self._shape: tuple[float, float, float] | None = None
        self._less_since: float | None = None
        self._candidate: int | None = None
        self._session = True
        self.waking = Waking(charger.guard_s)

    # Power and currents.

    def lines_on(self, phases: int) -> int:
        """Return the number of phases that it would charge on."""
        return phases if self.lines is None else min(phases, self.lines)

    def watts(self, current_a: float, phases: int) -> float:
        """Return the power of a current in W."""
        return current_a * self._voltage * self.lines_on(phases)

    def likely_watts(self, current_a: float, phases: int) -> float:
        """Return the probable power of a current in W, before the first measurement.

        The usual number of phases is assumed only where the charger does not choose the
        phases. Otherwise a car that is thought to use one phase would never be tried
        with more.
        """
        if self.lines is None and self.usual and self.charger.remembers_phases:
            phases = min(phases, self.usual)
        return self.watts(current_a, phases)

    @property
    def _expected_w(self) -> float:
        current = self.told_a or 0.0
        if self.cap_a is not None:
            current = min(current, self.cap_a)
        return self.watts(current, self.told_phases)

    def metered(self, now: float) -> bool:
        """Return whether a recent measurement of its power is known."""
        return self._sample_w is not None and now - self._sample_at <= _FRESH_S

    @property
    def sure(self) -> bool:
        """Return whether the power is known to within 1 kW."""
        return self.high_w - self.low_w < 1000.0

    def falling(self, now: float) -> bool:
        """Return whether it may still take more than the setpoint."""
        return now < self._settled_at and self.high_w > self._expected_w + 300.0

    def rightful(self, now: float) -> tuple[float, float]:
        """Return the minimum and maximum power that the setpoint accounts for.

        Power beyond that, because the charger does not obey, counts as the house's.
        """
        if self.falling(now):
            return self.low_w, self.high_w
        limit = self.watts(self.told_a or 0.0, self.told_phases) + 100.0
        return min(self.low_w, limit), min(self.high_w, limit)

    @property
    def house_phases(self) -> tuple[int, ...]:
        """The phases of the house that it charges from."""
        return self.charger.rotation[: self.lines_on(self.told_phases)]

    def currents(self, power_w: float) -> tuple[float, float, float]:
        """Return its currents on the phases of the house at a power."""
        result = [0.0, 0.0, 0.0]
        if self._shape is None:
            phases = self.house_phases
            for phase in phases:
                result[phase] = power_w / self._voltage / len(phases)
        else:
            for line, share in enumerate(self._shape):
                result[self.charger.rotation[line]] += power_w / self._voltage * share
        return result[0], result[1], result[2]

    # Commands and readings.

    def tell(self, current_a: float, phases: int, now: float) -> None:
        """Record a command."""
        before = self.told_a
        switched = phases != self.told_phases
        if switched:
            self._shape = None
            self._less_since = None
        if switched or not current_a:
            self.waking.end_offer(now)
        fresh = not before or switched
        if fresh:
            self.waking.offer()
        settle = self.charger.start_s if fresh and current_a else self.charger.settle_s
        self.told_a, self.told_phases, self.told_at = current_a, phases, now
        self._settled_at = now + settle
        expected = self._expected_w
        self.low_w = 0.0 if fresh else min(self.low_w, expected)
        self.high_w = max(self.high_w, expected)
        if not self._session:
            self.low_w = self.high_w = 0.0

    def leave(self) -> None:
        """Record that others control the charger."""
        self.told_a = None

    def observe(self, reading: ChargerReading, now: float) -> None:
        """Process a reading."""
        if not reading.plugged_in and reading.online:
            self._forget()
        if reading.session and not self._session and self.told_a:
            # With a session, the earlier setpoint takes effect.
            self.waking.offer()
            self._settled_at = now + self.charger.start_s
            self.low_w, self.high_w = 0.0, self._expected_w
        self._session = reading.session
        new = self._take_sample(reading, now)
        self._close_in(reading, now, new=new)
        if not reading.session:
            self.low_w = self.high_w = 0.0
        if new and self._settled(now):
            self._learn(reading, now)
        self._watch_idleness(reading, now)

    def _forget(self) -> None:
        self.lines = self.cap_a = self._candidate = self._shape = None
        self._less_since = None
        self.waking.forget()

    def _take_sample(self, reading: ChargerReading, now: float) -> bool:
        power = number(reading.power_w)
        if power is None or reading.measured_at <= self._sample_at <= now:
            return False
        self._sample_w, self._sample_at = max(power, 0.0), min(reading.measured_at, now)
        return True

    def _settled(self, now: float) -> bool:
        return self._settled_at <= self._sample_at <= now

    def _close_in(self, reading: ChargerReading, now: float, *, new: bool) -> None:
        """Update the interval of the power."""
        expected = self._expected_w
        sample = self._sample_w
        if not reading.online or sample is None or now - self._sample_at > _FRESH_S:
            if self.told_a is None:
                self.low_w = self.high_w = 0.0
            elif now >= self._settled_at:
                # An offline charger may continue with its last setpoint.
                takes = reading.charging or not reading.online
                self.low_w = self.high_w = expected if takes else 0.0
        elif self.told_a is None or self._settled(now):
            self.low_w = self.high_w = sample
        elif new:
            near = abs(sample - expected) <= 100.0 + 0.1 * expected
            if near and self._sample_at > self.told_at + 2.0:
                self._settled_at = self._sample_at
                self.low_w = self.high_w = sample
            else:
                self.low_w, self.high_w = min(sample, expected), max(sample, expected)

    def _learn(self, reading: ChargerReading, now: float) -> None:
        """Detect the number of phases and the maximum current of the car."""
        power, told = self._sample_w or 0.0, self.told_a or 0.0
        if power < _IDLE_W or told <= 0:
            self._less_since = None
            return
        currents = [number(value) for value in reading.currents_a or ()]
        known = [max(value, 0.0) for value in currents if value is not None]
        if len(known) == len(PHASES) and sum(known) > 1.0:
            total = sum(known)
            self._shape = known[0] / total, known[1] / total, known[2] / total
            lines = sum(value >= 1.0 for value in known)
        else:
            # Any car takes 6 A, so at low currents the power indicates the phases.
            ratio = power / self._voltage / told
            low = told <= self.charger.min_a + 2.0
            lines = round(ratio) if low and abs(ratio - round(ratio)) < 0.25 else 0
        if self.told_phases > 1 and 0 < lines <= self.told_phases:
            if lines == self._candidate:
                self.lines = self.usual = lines
            self._candidate = lines

        taken = power / self._voltage / self.lines_on(self.told_phases)
        if self.cap_a is not None:
            # The offer is slightly higher, so that the car can show a higher maximum.
            if taken > self.cap_a + 0.7:
                self.cap_a = self._less_since = None
        elif taken >= told - 1.5:
            self._less_since = None
        elif self._less_since is None:
            self._less_since = now
        elif now - self._less_since >= 60.0:
            self.cap_a = taken

    def _watch_idleness(self, reading: ChargerReading, now: float) -> None:
        metered = self._sample_w is not None and now - self._sample_at <= _FRESH_S
        self.waking.observe(
            now,
            takes=(self._sample_w or 0.0) >= _IDLE_W if metered else reading.charging,
            of_offer=not metered or self._settled(now),
            offered=bool(self.told_a) and reading.plugged_in and reading.session,
            due=now >= self._settled_at,
        )

    @property
    def full(self) -> bool:
        """Return whether it has charged and takes no more."""
        return self.waking.full

    @property
    def asleep(self) -> bool:
        """Return whether it has not started in spite of all attempts."""
        return self.waking.asleep

    # Restarts.

    def as_dict(self) -> dict[str, Any]:
        """Return the state to store."""
        return {
            "told_a": self.told_a,
            "told_phases": self.told_phases,
            "told_at": self.told_at,
            "lines": self.lines,
            "usual": self.usual,
        } | self.waking.as_dict()

    def restore(self, data: dict[str, Any], now: float) -> None:
        """Restore a stored state; invalid values are ignored."""
        told = number(data.get("told_a"))
        phases = data.get("told_phases")
        if told is not None and 0 <= told <= self.charger.max_a:
            self.told_a = told
        if phases in self.charger.phase_options:
            self.told_phases = phases
        at = number(data.get("told_at"))
        self.told_at = min(at, now) if at is not None else now
        # Until the first measurement, any power up to the setpoint is possible.
        self._settled_at = now
        self.low_w, self.high_w = 0.0, self._expected_w
        if (lines := data.get("lines")) in (1, 2, 3):
            self.lines = lines
        if (usual := data.get("usual")) in (1, 2, 3):
            self.usual = usual
        self.waking.restore(data)
