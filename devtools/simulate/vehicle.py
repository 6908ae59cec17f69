"""A charger with its car: how both behave, and what they do second by second."""

from dataclasses import dataclass, field

type PerPhase = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Car:
    """The behaviour of a car."""

    phases: int = 3
    max_a: float = 16.0
    needs_kwh: float = 60.0
    wakes_s: int = 15
    """From an offer to the first ampere."""
    ignores: int = 0
    """How many offers it does not react to after it was plugged in."""
    ratio: float = 1.0
    """The part of the offered current that it takes."""
    rise_a_per_s: float = 1.5
    fall_a_per_s: float = 6.0
    sleeps_after_s: int | None = None
    """The pause after which it sleeps; None if it never does."""
    sleeps_through: int = 1
    """How many offers it ignores when it sleeps."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """The behaviour of a charger."""

    reaction_s: int = 1
    """From a command to the pilot signal."""
    step_a: float = 1.0
    """Smaller differences of a limit are cut off."""
    switch_pause_s: int = 5
    """The pause before and after a switch of phases."""
    tells_s: int = 10
    """The time between two values of its meter."""
    ends_sessions: bool = False
    """True if a pause of 0 A ends the session."""


@dataclass(slots=True)
class SimulatedCharger:
    """A charger that does what it is told in its own time, and its car."""

    key: str
    car: Car
    box: Box = field(default_factory=Box)
    rotation: tuple[int, ...] = (0, 1, 2)
    switchable: bool = True
    plugged_from_s: int = 0
    plugged_until_s: int = 86_400
    voltage_v: float = 230.0
    told_a: float = 0.0
    told_phases: int = 3
    phases: int = 3
    amps: float = 0.0
    energy_kwh: float = 0.0
    commands: int = 0
    told: list[tuple[int, float, int]] = field(default_factory=list)
    """Each command: when, A and phases."""
    starts: int = 0
    switches: int = 0
    restarts: int = 0
    session: bool = True
    _pending: list[tuple[int, float, int]] = field(default_factory=list)
    _pilot_a: float = 0.0
    _pilot_phases: int = 3
    _offered_since: int | None = None
    _withdrawn_at: int | None = None
    _ignores: int | None = None
    """How many offers the car will not react to; None while it is away."""
    _deaf: bool = False
    _switch_at: int | None = None
    _resume_at: int = 0

    def command(self, now: int, current_a: float, phases: int) -> None:
        """Take a new limit; 0 pauses."""
        if current_a == self.told_a and (phases == self.told_phases or not current_a):
            self.told_phases = phases
            return
        self.commands += 1
        self.told.append((now, current_a, phases))
        if current_a and not self.told_a:
            self.starts += 1
        self.told_a, self.told_phases = current_a, phases
        step = self.box.step_a
        self._pending.append(
            (now + self.box.reaction_s, int(current_a / step + 1e-6) * step, phases)
        )

    def begin_session(self, now: int) -> None:
        """Start a session, as if by a card."""
        if self.plugged(now):
            self.session = True

    def restart_session(self, now: int) -> None:
        """End the session and start it again, which the car takes for a new offer."""
        self.restarts += 1
        self._resume_at = max(self._resume_at, now + self.box.reaction_s + 5)

    def plugged(self, now: int) -> bool:
        """Tell whether the car is there."""
        return self.plugged_from_s <= now < self.plugged_until_s

    @property
    def power_w(self) -> float:
        """What the car takes."""
        return self.amps * self.voltage_v * self.lines

    @property
    def lines(self) -> int:
        """The number of phases that the car charges on."""
        return min(self.phases, self.car.phases)

    @property
    def currents(self) -> PerPhase:
        """On the charger's own phases."""
        one, two, three = (self.amps if i < self.lines else 0.0 for i in range(3))
        return one, two, three

    @property
    def charging(self) -> bool:
        """Whether the car takes power, as the charger's status has it."""
        return self.amps > 0.1

    @property
    def full(self) -> bool:
        """Whether the car has what it needs."""
        return self.energy_kwh >= self.car.needs_kwh

    def step(self, now: int) -> None:
        """Let a second pass."""
        while self._pending and self._pending[0][0] <= now:
            _, self._pilot_a, self._pilot_phases = self._pending.pop(0)
        if self._pilot_a and self._switch_at is None:
            if self._pilot_phases != self.phases:
                self._switch_at = now + self.box.switch_pause_s
        elif self._switch_at is not None and now >= self._switch_at:
            if self.phases != self._pilot_phases:
                self.switches += 1
            self.phases = self._pilot_phases
            self._switch_at = None
            self._resume_at = max(self._resume_at, now + self.box.switch_pause_s)
        offered = self._pilot_a if self._pilot_a >= 6.0 else 0.0
        if not self.plugged(now):
            self._ignores, self.session = None, True
        elif self._ignores is None:
            self._ignores, self._withdrawn_at = self.car.ignores, None
        if (
            self._switch_at is not None
            or now < self._resume_at
            or not self.plugged(now)
            or self.full
        ):
            offered = 0.0
        # A switch of phases is no pause for the charger itself.
        paused = self._offered_since is not None and self._pilot_a < 6.0
        if self.box.ends_sessions and paused:
            self.session = False
        if not self.session:
            offered = 0.0
        self._offer(now, offered)
        awake = (
            self._offered_since is not None
            and not self._deaf
            and now - self._offered_since >= self.car.wakes_s
        )
        goal = min(offered * self.car.ratio, self.car.max_a) if awake else 0.0
        if self.amps < goal:
            self.amps = min(goal, self.amps + self.car.rise_a_per_s)
        elif self.amps > goal:
            self.amps = max(goal, self.amps - self.car.fall_a_per_s)
        self.energy_kwh += self.power_w / 3_600_000

    def _offer(self, now: int, offered: float) -> None:
        """Begin or end an offer; a car that sleeps lets some pass."""
        if not offered:
            if self._offered_since is not None or self._withdrawn_at is None:
                self._withdrawn_at = now
            self._offered_since = None
            return
        if self._offered_since is not None:
            return
        sleeps = self.car.sleeps_after_s
        if (
            sleeps is not None
            and self._withdrawn_at is not None
            and now - self._withdrawn_at >= sleeps
        ):
            self._ignores = max(self._ignores or 0, self.car.sleeps_through)
        self._offered_since = now
        self._deaf = bool(self._ignores)
        if self._ignores:
            self._ignores -= 1
