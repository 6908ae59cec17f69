"""The meter of a connector: a register that integrates power, and some noise."""

from dataclasses import dataclass
import random

from .car import NO_CURRENT, Currents

NOMINAL_VOLTAGE = 230.0
type PerPhase = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One look at the meter: V, A, W per phase; W, Wh, Hz, °C, %."""

    voltage: PerPhase = (NOMINAL_VOLTAGE, NOMINAL_VOLTAGE, NOMINAL_VOLTAGE)
    current: PerPhase = NO_CURRENT
    power: PerPhase = (0.0, 0.0, 0.0)
    total_power: float = 0.0
    energy_wh: float = 0.0
    current_offered: float = 0.0
    power_offered: float = 0.0
    frequency: float = 50.0
    power_factor: float = 1.0
    temperature: float = 22.5
    soc: float = 0.0
    export_w: float = 0.0
    export_wh: float = 0.0
    """What a car has given back; its register rises as that of the import does."""


class Meter:
    """Measures what flows into the car.

    `noise` 0 gives exactly 230 V, 50 Hz and the true current; 1 is a normal grid.
    The numbers are the same for the same `seed`.
    """

    def __init__(
        self, *, register_wh: float = 0.0, noise: float = 1.0, seed: int | None = None
    ) -> None:
        self.noise = noise
        self.override: Reading | None = None
        """When set, every look at the meter shows just this."""
        self._random = random.Random(seed)
        self._register_wh = register_wh
        self._export_wh = 0.0
        self._reading = Reading(energy_wh=register_wh)

    @property
    def register_wh(self) -> float:
        """The energy register, exact."""
        return self._register_wh if self.override is None else self.override.energy_wh

    @register_wh.setter
    def register_wh(self, value: float) -> None:
        self._register_wh = value

    @property
    def reading(self) -> Reading:
        """The last look at the meter."""
        return self.override or self._reading

    def advance(self, seconds: float) -> float:
        """Count the energy of `seconds` at the power last read; return it in Wh."""
        energy = self._reading.total_power * seconds / 3600.0
        self._register_wh += energy
        self._export_wh += self._reading.export_w * seconds / 3600.0
        return energy

    def read(
        self,
        current: Currents,
        *,
        offered: float,
        phases: int,
        soc: float,
        exported: float = 0.0,
    ) -> Reading:
        """Look at the meter anew.

        `current` is what the car draws and `offered` what it may draw, in A per
        phase on `phases` phases; `soc` the car's state of charge in %; `exported` the
        power in W that it gives back.
        """
        gauss = self._random.gauss
        noise = self.noise
        if noise:
            u1, u2, u3 = (NOMINAL_VOLTAGE + gauss(0.0, 0.8) * noise for _ in "123")
            i1, i2, i3 = (
                max(0.0, amps * (1.0 + gauss(0.0, 0.002) * noise)) for amps in current
            )
            factor = 1.0 - abs(gauss(0.0, 0.004) * noise)
            frequency = 50.0 + gauss(0.0, 0.015) * noise
        else:
            u1 = u2 = u3 = NOMINAL_VOLTAGE
            i1, i2, i3 = current
            factor = 1.0
            frequency = 50.0
        power = (u1 * i1 * factor, u2 * i2 * factor, u3 * i3 * factor)
        self._reading = Reading(
            voltage=(u1, u2, u3),
            current=(i1, i2, i3),
            power=power,
            total_power=power[0] + power[1] + power[2],
            energy_wh=self._register_wh,
            current_offered=offered,
            power_offered=offered * phases * NOMINAL_VOLTAGE,
            frequency=frequency,
            power_factor=factor,
            temperature=22.5 + 0.6 * max(current),
            soc=soc,
            export_w=exported,
            export_wh=self._export_wh,
        )
        return self.reading
