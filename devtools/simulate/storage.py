"""A home battery that keeps the grid at zero by its own control."""

from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Battery:
    """A home battery."""

    capacity_kwh: float = 10.0
    power_w: float = 5_000.0
    """The greatest power in both directions."""
    soc: float = 30.0
    """The state of charge at first in %."""
    dead_s: int = 3
    """The age of the grid power that it acts on."""
    gain: float = 0.15
    """The part of the grid power by which it changes its own each second."""
    tells_s: int = 10
    """The time between two of its values."""
    age_s: int = 5
    """The age of a value when it arrives."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A value of the battery, and when it arrived."""

    watts: float
    """Positive while it discharges."""
    soc: float
    at: int


class HomeBattery:
    """The home battery of a simulated house."""

    def __init__(self, battery: Battery) -> None:
        """Start at rest."""
        self.battery = battery
        self.watts = 0.0
        self.soc = battery.soc
        self.held = False
        """True if it must not discharge."""
        self._seen: deque[float] = deque([0.0] * max(battery.dead_s, 1))
        self._late: deque[Stored] = deque()
        self.told = Stored(0.0, battery.soc, 0)

    def step(self, now: int, grid_w: float) -> None:
        """Let a second pass in which the grid had this power."""
        battery = self.battery
        self.soc -= self.watts / 36_000.0 / battery.capacity_kwh
        self._seen.append(grid_w)
        watts = self.watts + battery.gain * self._seen.popleft()
        most = 0.0 if self.held or self.soc <= 5.0 else battery.power_w
        least = 0.0 if self.soc >= 100.0 else -battery.power_w
        self.watts = min(max(watts, least), most)
        if now % battery.tells_s == 0:
            self._late.append(Stored(self.watts, self.soc, now + battery.age_s))
        while self._late and self._late[0].at <= now:
            self.told = self._late.popleft()
