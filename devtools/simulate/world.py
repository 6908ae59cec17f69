"""The house: its chargers, its battery, its meters, and what a law can know of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .meters import GridMeter, Meter, PerPhase
from .storage import Battery, HomeBattery, Stored
from .vehicle import SimulatedCharger

VOLTAGE = 230.0
REACTION_S = 5
"""How long after a command an ordinary car is where it should be."""


@dataclass(frozen=True, slots=True)
class CarSeen:
    """What a charger told last: its meter now and then, its status at once."""

    power_w: float
    currents: PerPhase
    at: int
    charging: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What the laws can know at a time: what was told, no more."""

    now: int
    grid_w: float
    currents_a: PerPhase | None
    signed_a: PerPhase | None
    """With the sign that Home Assistant's sensors of some meters do not have."""
    grid_at: int
    cars: dict[str, CarSeen]
    battery: Stored | None = None
    ceilings: Mapping[str, float | None] = field(default_factory=dict)
    """By the key of the ceiling, in W; None while it is not in force."""


class House:
    """The house, its meters, and how they lag behind."""

    def __init__(
        self,
        chargers: list[SimulatedCharger],
        *,
        meter: Meter | None = None,
        battery: Battery | None = None,
        pv_lines: tuple[int, ...] = (0, 1, 2),
        voltage_v: float = VOLTAGE,
        seed: str = "",
    ) -> None:
        """Start with meters that have told nothing; the seed is that of their noise."""
        self.chargers = chargers
        self._meter = GridMeter(meter or Meter(), seed)
        self.battery = None if battery is None else HomeBattery(battery)
        self._pv_lines, self._voltage = pv_lines, voltage_v
        self.grid_w = 0.0
        self.battery_w = 0.0
        self.currents_a = (0.0, 0.0, 0.0)
        self.cars_a = (0.0, 0.0, 0.0)
        """What the cars take on the phases of the house."""
        self._metered: dict[str, tuple[float, PerPhase, int]] = {}

    def step(
        self,
        now: int,
        pv_w: float,
        load_w: PerPhase,
        ceilings: Mapping[str, float | None] | None = None,
    ) -> Seen:
        """Let a second pass; return what is known at its end."""
        voltage = self._voltage
        amps = [load / voltage for load in load_w]
        for line in self._pv_lines:
            amps[line] -= pv_w / len(self._pv_lines) / voltage
        battery = self.battery
        self.battery_w = 0.0 if battery is None else battery.watts
        if battery is not None:
            amps = [each - battery.watts / 3 / voltage for each in amps]
        cars_a = [0.0, 0.0, 0.0]
        cars: dict[str, CarSeen] = {}
        for index, charger in enumerate(self.chargers):
            charger.step(now)
            for line, current in enumerate(charger.currents):
                cars_a[charger.rotation[line]] += current
            key = charger.key
            if key not in self._metered or (now + 3 * index) % charger.box.tells_s == 0:
                self._metered[key] = charger.power_w, charger.currents, now
            cars[key] = CarSeen(*self._metered[key], charger.charging)
        one, two, three = (amps[i] + cars_a[i] for i in range(3))
        self.currents_a = one, two, three
        self.cars_a = cars_a[0], cars_a[1], cars_a[2]
        self.grid_w = (one + two + three) * voltage
        told = self._meter.step(now, self.currents_a, voltage)
        if battery is not None:
            battery.step(now, self.grid_w)
        return Seen(
            now,
            told.watts,
            told.currents_a,
            told.signed_a,
            told.at,
            cars,
            None if battery is None else battery.told,
            ceilings or {},
        )
