"""What the meters of the house tell: late, noisy, unsigned, or nothing at all."""

from collections import deque
from dataclasses import dataclass
from random import Random

type PerPhase = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Meter:
    """The grid meter."""

    every_s: int = 2
    """The time between two values."""
    delay_s: int = 0
    """The age of a value when it arrives."""
    noise_w: float = 0.0
    """The standard deviation of a value."""
    currents: bool = True
    """False if it tells no currents."""
    signed: bool = True
    """False if the currents have no sign, as those of a P1 meter."""
    step_a: float = 0.0
    """The resolution of the currents."""
    gap_every_s: int = 0
    """The mean time from one gap to the next; 0 for none."""
    gap_s: tuple[int, int] = (60, 420)
    """The shortest and longest gap."""


@dataclass(frozen=True, slots=True)
class Told:
    """A value of the grid meter, and when it arrived."""

    watts: float
    currents_a: PerPhase | None
    signed_a: PerPhase | None
    """The currents as who reads such meters itself would have them."""
    at: int


class GridMeter:
    """The grid meter of a simulated house."""

    def __init__(self, meter: Meter, seed: str) -> None:
        """Start without a value."""
        self._meter = meter
        self._noise, self._gaps = Random(f"noise {seed}"), Random(f"gaps {seed}")
        self._late: deque[Told] = deque()
        self._gap_from = self._gap_until = -1
        self.told: Told | None = None

    def step(self, now: int, amps: PerPhase, voltage_v: float) -> Told:
        """Let a second pass; return the value that is known at its end."""
        meter = self._meter
        if meter.gap_every_s and now >= self._gap_until:
            self._gap_from = (
                now + 1 + int(self._gaps.expovariate(1 / meter.gap_every_s))
            )
            self._gap_until = self._gap_from + self._gaps.randint(*meter.gap_s)
        silent = self._gap_from <= now < self._gap_until
        if (now % meter.every_s == 0 and not silent) or self.told is None:
            told = self._value(now, amps, voltage_v)
            if self.told is None:
                self.told = told
            self._late.append(told)
        while self._late and self._late[0].at <= now:
            self.told = self._late.popleft()
        assert self.told is not None
        return self.told

    def _value(self, now: int, real: PerPhase, voltage_v: float) -> Told:
        meter = self._meter
        watts = [each * voltage_v for each in real]
        if meter.noise_w:
            # Three independent phases have the noise of the sum.
            watts = [
                each + self._noise.gauss(0.0, meter.noise_w / 3**0.5) for each in watts
            ]
        if not meter.currents:
            return Told(sum(watts), None, None, now + meter.delay_s)
        amps = [each / voltage_v for each in watts]
        if meter.step_a:
            amps = [round(each / meter.step_a) * meter.step_a for each in amps]
        signed = amps[0], amps[1], amps[2]
        told = signed if meter.signed else (abs(amps[0]), abs(amps[1]), abs(amps[2]))
        return Told(sum(watts), told, signed, now + meter.delay_s)
