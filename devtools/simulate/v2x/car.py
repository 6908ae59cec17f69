"""A charger with a car that charges, gives, and drives: second by second."""

from dataclasses import dataclass, field
from typing import override

from devtools.simulate.vehicle import PerPhase, SimulatedCharger

from .weeks import Trip

_LOSS = 0.1
"""Of the energy in each direction."""
_EMPTY_SOC = 5.0
_ON_W = 50.0


@dataclass(slots=True, kw_only=True)
class V2xCharger(SimulatedCharger):
    """A charger that can discharge, and its car."""

    trips: tuple[Trip, ...] = ()
    capacity_kwh: float = 60.0
    soc: float = 60.0
    full_soc: float = 90.0
    """Where it stops to charge."""
    most_w: float = 10_000.0
    reaction_s: int = 3
    """From a setpoint to the first watt."""
    ramp_w_per_s: float = 1_000.0
    gives_w: float = 0.0
    told_w: float | None = None
    setpoints: int = 0
    given_kwh: float = 0.0
    charged_kwh: float = 0.0
    lowest_soc: float = 100.0
    """At the begin of a trip."""
    turns: int = 0
    """How often it began to discharge."""
    _waiting: list[tuple[int, float]] = field(default_factory=list)
    _goal_w: float = 0.0

    def follow(self, now: int, setpoint_w: float | None) -> None:
        """Take a new setpoint; None ends it."""
        if setpoint_w == self.told_w:
            return
        if (setpoint_w or 0.0) < 0 <= (self.told_w or 0.0):
            self.turns += 1
        self.told_w = setpoint_w
        self.setpoints += 1
        self._waiting.append((now + self.reaction_s, max(-(setpoint_w or 0.0), 0.0)))

    @override
    def plugged(self, now: int) -> bool:
        """Tell whether the car is there."""
        return not any(
            start <= now < end for start, end in (trip.span_s for trip in self.trips)
        )

    def departs_after(self, now: int) -> int | None:
        """Return when the next trip begins; None if there is none any more."""
        starts = (trip.span_s[0] for trip in self.trips)
        return min((start for start in starts if start > now), default=None)

    @property
    @override
    def full(self) -> bool:
        """Whether the car has what it wants."""
        return self.soc >= self.full_soc

    @property
    @override
    def power_w(self) -> float:
        """What the car takes, below 0 if it gives."""
        return self.amps * self.voltage_v * self.lines - self.gives_w

    @property
    @override
    def currents(self) -> PerPhase:
        """On the charger's own phases."""
        given = self.gives_w / 3 / self.voltage_v
        one, two, three = (
            (self.amps if i < self.lines else 0.0) - given for i in range(3)
        )
        return one, two, three

    @override
    def step(self, now: int) -> None:
        """Let a second pass."""
        # A class with slots has no super() without arguments.
        SimulatedCharger.step(self, now)
        while self._waiting and self._waiting[0][0] <= now:
            _, self._goal_w = self._waiting.pop(0)
        goal = min(self._goal_w, self.most_w)
        if not self.plugged(now) or self.soc <= _EMPTY_SOC or self.amps > 0:
            goal = 0.0
        change = goal - self.gives_w
        self.gives_w += min(max(change, -self.ramp_w_per_s), self.ramp_w_per_s)
        taken = self.amps * self.voltage_v * self.lines / 3_600_000
        given = self.gives_w / 3_600_000
        self.charged_kwh += taken
        self.given_kwh += given
        kwh = taken * (1 - _LOSS) - given / (1 - _LOSS)
        for trip in self.trips:
            start, end = trip.span_s
            if now == start:
                self.lowest_soc = min(self.lowest_soc, self.soc)
            elif now == end:
                kwh -= trip.kwh
        self.soc = max(self.soc + kwh / self.capacity_kwh * 100, 0.0)
