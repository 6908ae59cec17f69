"""The state of the car at a charger: its phases, its current and its possible power.

Right after a command the power of a car is unknown: it follows after a delay, and
meters lag behind. Until then it is between the previous power and the new setpoint, and
a controller that assumes either of them oscillates. So the power is an interval, which
is closed by the first reading after the car's time to follow.
"""

from typing import Any, Final

from ..model import Charger, ChargerReading
from ..numbers import number
from .box import Box
from .learned import IDLE_W, Learned
from .probe import Probe
from .waking import Waking

_FRESH_S: Final = 90.0
"""An older reading says nothing about the present power."""
_SWITCH_S: Final = 10.0
"""For so long the reading after a switch of phases may be that before it."""
_NO_WAY_W: Final = 100.0
"""A command that changes less than that cannot be told from noise."""
_MOST_OF_IT: Final = 0.5
_VOLTAGES: Final = (0.85, 1.15)
"""A voltage beyond these parts of the nominal one is not one."""


class Car:
    """A car at a charger, and the present setpoint of the charger."""

    def __init__(self, charger: Charger, voltage_v: float) -> None:
        """Initialize with a charger in an unknown state."""
        self.charger = charger
        self._nominal = self._voltage = voltage_v
        self.told_a: float | None = None
        """The setpoint; None before the first command, or while others are in control."""
        self.told_phases = charger.phase_options[-1]
        self.told_at = 0.0
        self.low_w = self.high_w = 0.0
        self.joined_w = 0.0
        """The power that was the house's until this tick, and is its own from now on."""
        self.box = Box(charger)
        self.learned = Learned(charger)
        self.waking = Waking(charger.guard_s)
        self.probe = Probe()
        self._settled_at = 0.0
        self._arrives_at = 0.0
        """Readings before that time do not show the last command yet."""
        self._steady_at = 0.0
        """By then it has followed, however far it had to go."""
        self._before_w = 0.0
        """The power before the last command."""
        self._sample_w: float | None = None
        self._sample_at = 0.0
        self._session = True
        self._observed_at: float | None = None
        """When its charger was last online."""

    # Power and currents.

    @property
    def voltage_v(self) -> float:
        """The voltage of its phases."""
        return self._voltage

    @property
    def cap_a(self) -> float | None:
        """Return the offer beyond which it takes no more, if that is known."""
        return self.learned.cap_a(self.told_phases)

    def lines_on(self, phases: int) -> int:
        """Return the number of phases that it would charge on."""
        return self.learned.lines_on(phases)

    def most_lines_on(self, phases: int) -> int:
        """Return the number of phases that limits must reckon with."""
        return self.learned.most_lines_on(phases)

    def watts(self, current_a: float, phases: int) -> float:
        """Return the power in W that an offer allows, for limits."""
        return current_a * self._voltage * self.most_lines_on(phases)

    def takes_w(self, current_a: float, phases: int) -> float:
        """Return the power in W that it takes of an offer, below its maximum."""
        watts = current_a * self._voltage * self.lines_on(phases)
        return watts * self.learned.share(phases)

    def likely_watts(self, current_a: float, phases: int) -> float:
        """Return the probable power of an offer in W, before the first measurement.

        The usual number of phases is assumed only where the charger does not choose the
        phases. Otherwise a car that is thought to use one phase would never be tried
        with more.
        """
        learned = self.learned
        if (
            learned.now.lines is None
            and learned.usual
            and self.charger.remembers_phases
        ):
            phases = min(phases, learned.usual)
        return self.takes_w(current_a, phases)

    @property
    def expected_w(self) -> float:
        """Return the power in W that the present setpoint leads to."""
        current = self.told_a or 0.0
        if (cap := self.cap_a) is not None:
            current = min(current, cap)
        return self.takes_w(current, self.told_phases)

    def metered(self, now: float) -> bool:
        """Return whether a recent measurement of its power is known."""
        return self._sample_w is not None and now - self._sample_at <= _FRESH_S

    @property
    def sure(self) -> bool:
        """Return whether the power is known to within 1 kW."""
        return self.high_w - self.low_w < 1000.0

    def falling(self, now: float) -> bool:
        """Return whether it may still take more than the setpoint."""
        return now < self._settled_at and self.high_w > self.expected_w + 300.0

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
        return self.charger.rotation[: self.most_lines_on(self.told_phases)]

    def currents(self, power_w: float) -> tuple[float, float, float]:
        """Return its currents on the phases of the house at a power."""
        result = [0.0, 0.0, 0.0]
        if (shape := self.learned.shape) is None:
            phases = self.house_phases
            for phase in phases:
                result[phase] = power_w / self._voltage / len(phases)
        else:
            for line, share in enumerate(shape):
                result[self.charger.rotation[line]] += power_w / self._voltage * share
        return result[0], result[1], result[2]

    # Commands and readings.

    def tell(self, current_a: float, phases: int, now: float) -> None:
        """Record a command."""
        before = self.told_a
        switched = phases != self.told_phases
        if switched:
            self.learned.switch()
        if switched or not current_a:
            self.waking.end_offer(now)
        fresh = not before or switched
        if fresh:
            self.waking.offer()
        settle = self.box.settle_s(current_a - (before or 0.0))
        if fresh and current_a:
            settle = self.box.start_s
        self._arrives_at = now + max(self.box.least_s, _SWITCH_S if switched else 0.0)
        if now < self._settled_at:
            # The command before it may come first.
            self._arrives_at = max(
                self._arrives_at, min(self._settled_at, now + self.charger.settle_s)
            )
        self._settled_at = self._steady_at = now + settle
        if not fresh:
            self._steady_at = now + self.box.steady_s(current_a - (before or 0.0))
        self.told_a, self.told_phases, self.told_at = current_a, phases, now
        expected = self.expected_w
        known = self._sample_w is not None and now - self._sample_at <= _FRESH_S
        self._before_w = (self._sample_w or 0.0) if known else 0.0
        if known and fresh and current_a:
            self.box.offered(now, self._before_w)
        elif known:
            self.box.changed(now, self._before_w, expected)
        self.low_w = 0.0 if fresh else min(self.low_w, expected)
        self.high_w = max(self.high_w, expected)
        if not self._session:
            self.low_w = self.high_w = 0.0

    def join(self, most_a: float, now: float, *, by_user: bool) -> None:
        """Record that the charger is controlled from now on, and no longer by others.

        A measured power is its own from this tick on, as if it had been told its
        maximum. Otherwise it counts as the house's, which would leave nothing for it.

        Args:
            most_a: Its maximum current in A.
            now: The time in s.
            by_user: Whether its user still chooses the phases: it may take all.
        """
        if self.told_a is not None or not self.metered(now) or self.high_w < IDLE_W:
            return
        self.told_a = most_a
        options = self.charger.phase_options
        self.told_phases = options[-1]
        if not by_user:
            fitting = [
                phases
                for phases in options
                if self.high_w <= self.watts(most_a, phases) + 100.0
            ]
            self.told_phases = min(fitting, default=options[-1])
        self.joined_w = self.low_w

    def leave(self) -> None:
        """Record that others control the charger."""
        self.told_a = None
        self.box.forget()

    def observe(self, reading: ChargerReading, now: float) -> None:
        """Process a reading."""
        self.joined_w = 0.0
        if not reading.plugged_in and reading.online:
            self.learned.leave()
            self.waking.forget()
            self.probe.forget()
            self.box.forget()
        elif reading.plugged_in:
            self.learned.meet(reading.car)
        if reading.online:
            if not 0 <= now - (self._observed_at or now) <= _FRESH_S:
                self.learned.doubt()
            self._observed_at = now
        self._measure_voltage(reading)
        if reading.session and not self._session and self.told_a:
            # With a session, the earlier setpoint takes effect.
            self.waking.offer()
            self._settled_at = self._steady_at = now + self.box.start_s
            self.low_w, self.high_w = 0.0, self.expected_w
        self._session = reading.session
        new = self._take_sample(reading, now)
        self._close_in(reading, now, new=new)
        if not reading.session:
            self.low_w = self.high_w = 0.0
        if new and self.told_a is not None:
            self._learn(reading, now)
        self._watch_idleness(reading, now)

    def _measure_voltage(self, reading: ChargerReading) -> None:
        """Take over the voltage of the phases, where it is one."""
        least, most = (part * self._nominal for part in _VOLTAGES)
        known = [
            volts
            for value in reading.voltages_v or ()
            if (volts := number(value)) is not None and least <= volts <= most
        ]
        self._voltage = sum(known) / len(known) if known else self._nominal

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
        expected = self.expected_w
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
            if self._has_arrived(sample, expected):
                self._settled_at = self._sample_at
                self.low_w = self.high_w = sample
            else:
                self.low_w, self.high_w = min(sample, expected), max(sample, expected)

    def _has_arrived(self, sample_w: float, expected_w: float) -> bool:
        """Return whether a reading shows the last command, and not what was before."""
        if self._sample_at <= self._arrives_at:
            return False
        if abs(sample_w - expected_w) > 100.0 + 0.1 * expected_w:
            return False
        way_w = expected_w - self._before_w
        return (
            abs(way_w) < _NO_WAY_W or (sample_w - self._before_w) / way_w >= _MOST_OF_IT
        )

    def _learn(self, reading: ChargerReading, now: float) -> None:
        told = self.told_a or 0.0, self.told_phases
        power = self._sample_w or 0.0
        self.box.sample(
            self._sample_at, power, self.expected_w, self.takes_w(1.0, told[1])
        )
        settled = self._settled(now)
        # Until then a reading may show what was before the last command.
        before_w = 0.0 if settled else self._before_w
        explained_w = self._voltage * told[0] * self.lines_on(told[1])
        self.learned.look(power, reading.currents_a, max(explained_w, before_w))
        if settled:
            self.learned.sample(
                power,
                reading.currents_a,
                told,
                self._voltage,
                now,
                steady=self._sample_at >= self._steady_at,
            )

    def _watch_idleness(self, reading: ChargerReading, now: float) -> None:
        metered = self._sample_w is not None and now - self._sample_at <= _FRESH_S
        self.waking.observe(
            now,
            takes=(self._sample_w or 0.0) >= IDLE_W if metered else reading.charging,
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
        return (
            {
                "told_a": self.told_a,
                "told_phases": self.told_phases,
                "told_at": self.told_at,
                "box": self.box.as_dict(),
                "probed": self.probe.done or self.probe.until is not None,
            }
            | self.learned.as_dict()
            | self.waking.as_dict()
        )

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
        self.box.restore(data.get("box"))
        self.learned.restore(data)
        self.waking.restore(data)
        self.probe.done = data.get("probed") is True
        # Until the first measurement, any power up to the setpoint is possible.
        self._settled_at = now
        self.low_w, self.high_w = 0.0, self.expected_w
