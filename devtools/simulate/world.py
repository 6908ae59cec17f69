"""A charger with its car, and the house with its meters."""

from dataclasses import dataclass, field

VOLTAGE = 230.0
_COMMAND_S = 1
"""From a command to the pilot signal."""
_SWITCH_PAUSE_S = 5
"""A charger waits this long before and after it switches phases."""
_RISE_A_PER_S = 1.5
_FALL_A_PER_S = 6.0

REACTION_S = 5
"""How long after a command the car is where it should be: latency, and the ramp."""


@dataclass(kw_only=True, slots=True)
class SimulatedCar:
    """What the car is like."""

    phases: int = 3
    max_a: float = 16.0
    needs_kwh: float = 60.0
    wakes_s: int = 15
    """From an offer to the first ampere."""
    ignores: int = 0
    """How many offers it does not react to."""


@dataclass(slots=True)
class SimulatedCharger:
    """A charger that does what it is told, in whole amperes and its own time."""

    key: str
    car: SimulatedCar
    rotation: tuple[int, ...] = (0, 1, 2)
    switchable: bool = True
    plugged_from_s: int = 0
    plugged_until_s: int = 86_400
    told_a: float = 0.0
    told_phases: int = 3
    phases: int = 3
    amps: float = 0.0
    energy_kwh: float = 0.0
    commands: int = 0
    command_times: list[int] = field(default_factory=list)
    starts: int = 0
    switches: int = 0
    _pending: list[tuple[int, float, int]] = field(default_factory=list)
    _pilot_a: float = 0.0
    _offered_since: int | None = None
    _offers: int = 0
    _switch_at: int | None = None
    _resume_at: int = 0

    def command(self, now: int, current_a: float, phases: int) -> None:
        """Take a new limit; 0 pauses."""
        if current_a == self.told_a and (phases == self.told_phases or not current_a):
            self.told_phases = phases
            return
        self.commands += 1
        self.command_times.append(now)
        if current_a and not self.told_a:
            self.starts += 1
        self.told_a, self.told_phases = current_a, phases
        self._pending.append((now + _COMMAND_S, float(int(current_a)), phases))

    def plugged(self, now: int) -> bool:
        """Tell whether the car is there."""
        return self.plugged_from_s <= now < self.plugged_until_s

    @property
    def power_w(self) -> float:
        """What the car takes."""
        return self.amps * VOLTAGE * self._lines

    @property
    def _lines(self) -> int:
        return min(self.phases, self.car.phases)

    @property
    def currents(self) -> tuple[float, float, float]:
        """On the charger's own phases."""
        one, two, three = (self.amps if i < self._lines else 0.0 for i in range(3))
        return one, two, three

    @property
    def charging(self) -> bool:
        """Whether the car takes power."""
        return self.amps > 0.1

    @property
    def full(self) -> bool:
        """Whether the car has what it needs."""
        return self.energy_kwh >= self.car.needs_kwh

    def step(self, now: int) -> None:
        """Let a second pass."""
        while self._pending and self._pending[0][0] <= now:
            _, self._pilot_a, phases = self._pending.pop(0)
            if phases != self.phases and self._switch_at is None and self._pilot_a:
                self._switch_at = now + _SWITCH_PAUSE_S
        if self._switch_at is not None and now >= self._switch_at:
            self.phases = self.told_phases
            self.switches += 1
            self._switch_at = None
            self._resume_at = now + _SWITCH_PAUSE_S
        offered = self._pilot_a if self._pilot_a >= 6.0 else 0.0
        if self._switch_at is not None or now < self._resume_at:
            offered = 0.0
        if not self.plugged(now) or self.full:
            offered = 0.0
        if not offered:
            self._offered_since = None
        elif self._offered_since is None:
            self._offered_since = now
            self._offers += 1
        awake = (
            self._offered_since is not None
            and now - self._offered_since >= self.car.wakes_s
            and self._offers > self.car.ignores
        )
        goal = min(offered, self.car.max_a) if awake else 0.0
        if self.amps < goal:
            self.amps = min(goal, self.amps + _RISE_A_PER_S)
        elif self.amps > goal:
            # It opens its contactor rather than charge with less than 6 A.
            self.amps = max(goal, self.amps - _FALL_A_PER_S)
        self.energy_kwh += self.power_w / 3_600_000


@dataclass(frozen=True, slots=True)
class CarSeen:
    """What a charger's meter told last."""

    power_w: float
    currents: tuple[float, float, float]
    at: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What the laws can know at a time: what meters told, no more."""

    now: int
    grid_w: float
    currents_a: tuple[float, float, float]
    grid_at: int
    cars: dict[str, CarSeen]


class House:
    """The house, its meters, and how they lag behind."""

    def __init__(
        self,
        chargers: list[SimulatedCharger],
        *,
        grid_every_s: int = 2,
        charger_every_s: int = 10,
    ) -> None:
        """Start with meters that have told nothing."""
        self.chargers = chargers
        self._grid_every, self._charger_every = grid_every_s, charger_every_s
        self.grid_w = 0.0
        self.currents_a = (0.0, 0.0, 0.0)
        self._grid_seen: tuple[float, tuple[float, float, float], int] | None = None
        self._cars_seen: dict[str, CarSeen] = {}

    def step(self, now: int, pv_w: float, load_w: tuple[float, float, float]) -> Seen:
        """Let a second pass; return what is known at its end."""
        amps = [(load - pv_w / 3) / VOLTAGE for load in load_w]
        for index, charger in enumerate(self.chargers):
            charger.step(now)
            for line, current in enumerate(charger.currents):
                amps[charger.rotation[line]] += current
            if (
                charger.key not in self._cars_seen
                or (now + 3 * index) % self._charger_every == 0
            ):
                self._cars_seen[charger.key] = CarSeen(
                    charger.power_w, charger.currents, now
                )
        self.currents_a = amps[0], amps[1], amps[2]
        self.grid_w = sum(amps) * VOLTAGE
        if self._grid_seen is None or now % self._grid_every == 0:
            self._grid_seen = self.grid_w, self.currents_a, now
        grid, currents, at = self._grid_seen
        return Seen(now, grid, currents, at, dict(self._cars_seen))
