"""The demo's house: the sun on its roof, what it takes, its battery, its meters.

A day passes in about 35 minutes. Clouds pass as fast as real ones and appliances
run three times as fast, so that the control, whose time is the real one, is tried as
it would be.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, repeat
from random import Random
from typing import Any

from devtools.simulate.traces import (
    DAY_S,
    Roof,
    Sky,
    beam_through,
    clear_sky_w,
    household,
    through_clouds_w,
)

FIRST_WH = 9_000_000.0
"""What each register shows in the beginning: more than two months can have used."""

type PerPhase = tuple[float, float, float]

VOLTAGE = 230.0
REGISTERS = ("import", "export", "solar", "charged", "discharged", "load")

_MORNING_S = 10 * 3600.0
"""When the house's first day begins."""
_SUNRISE_S, _SUNSET_S = 4.5 * 3600.0, 20.5 * 3600.0
_BY_DAY, _BY_NIGHT = 30.0, 150.0
"""How fast its time passes."""
_APPLIANCES = 3.0
JUNE = 165
_CLEAR_S = 240
"""Before the first cloud, in real seconds."""
_SKY = Sky(cloud_s=45.0, gap_s=120.0)
ROOF = Roof(peak_w=12_000.0, inverter_w=11_000.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Flows:
    """What flows at a time, in W: positive is into the house, or taken by it."""

    pv_w: float
    load_w: PerPhase
    """Without cars."""
    cars_w: PerPhase
    battery_w: float
    """Out of the battery."""
    grid_w: PerPhase

    @property
    def from_grid_w(self) -> float:
        """What the grid meter shows: the sum of the phases."""
        return sum(self.grid_w)


def registered_w(
    *, grid_w: float, pv_w: float, battery_w: float, load_w: float
) -> dict[str, float]:
    """Return what each register counts of powers with their signs, as in Flows."""
    powers = (grid_w, -grid_w, pv_w, -battery_w, battery_w, load_w)
    return {
        name: max(power, 0.0) for name, power in zip(REGISTERS, powers, strict=True)
    }


class Battery:
    """A battery that takes what is left over, and gives what is missing."""

    def __init__(
        self, *, capacity_wh: float = 10_000.0, soc: float = 55.0, power_w: float = 5e3
    ) -> None:
        """Start with a state of charge in %."""
        self.capacity_wh = capacity_wh
        self.energy_wh = capacity_wh * soc / 100.0
        self.most_w = power_w
        self.ramp_w_per_s = 2_500.0
        self.efficiency = 0.95
        self.least = 0.08
        """The part of its capacity that it never gives."""
        self.power_w = 0.0

    @property
    def soc(self) -> float:
        """The state of charge in %."""
        return self.energy_wh / self.capacity_wh * 100.0

    def step(self, missing_w: float, seconds: float, hours: float) -> float:
        """Return what it gives, in W; negative is what it takes.

        `seconds` is how long it has had to follow, `hours` how long it goes on.
        """
        goal = max(-self.most_w, min(self.most_w, missing_w))
        reach = self.ramp_w_per_s * seconds
        power = self.power_w + max(-reach, min(reach, goal - self.power_w))
        room = (self.capacity_wh - self.energy_wh) / self.efficiency
        there = max(0.0, self.energy_wh - self.least * self.capacity_wh)
        self.power_w = max(-room / hours, min(there / hours, power))
        inside = self.power_w * (1.0 if self.power_w > 0 else self.efficiency)
        self.energy_wh -= inside * hours
        return self.power_w


class House:
    """A house that gets older with `step`; energies pass `speed` times as fast."""

    def __init__(
        self, *, speed: float = 1.0, seed: int = 7, clear_s: int = _CLEAR_S
    ) -> None:
        """Begin late in a sunny morning, `clear_s` before the first cloud."""
        self.battery = Battery()
        self.registers_wh = dict.fromkeys(REGISTERS, FIRST_WH)
        self._speed = speed
        self._beam = chain(
            repeat(1.0, clear_s), beam_through(_SKY, Random(f"sky {seed}"), 10**9)
        )
        self._through = 1.0
        self._loads = household(Random(f"house {seed}"))
        self._lived = 0.0
        """Real seconds."""
        self._time_s = _MORNING_S
        self.flows = self._look((0.0, 0.0, 0.0), 0.0)

    @property
    def time_s(self) -> float:
        """The house's time of the day, in s."""
        return self._time_s

    def step(self, seconds: float, cars_w: PerPhase) -> Flows:
        """Let real seconds pass, in which cars take this from its three phases."""
        night = not _SUNRISE_S <= self._time_s < _SUNSET_S
        self._time_s += seconds * (_BY_NIGHT if night else _BY_DAY)
        self._time_s %= DAY_S
        for _ in range(int(self._lived + seconds) - int(self._lived)):
            self._through = next(self._beam)
        self._lived += seconds
        self.flows = self._look(cars_w, seconds)
        self._count(self.flows, seconds * self._speed / 3600.0)
        return self.flows

    def _look(self, cars_w: PerPhase, seconds: float) -> Flows:
        clear = clear_sky_w(ROOF, JUNE, self._time_s)
        pv = through_clouds_w(ROOF, clear, self._through)
        load = self._loads[int(_MORNING_S + self._lived * _APPLIANCES) % DAY_S]
        battery = 0.0
        if seconds:
            battery = self.battery.step(
                sum(load) + sum(cars_w) - pv, seconds, seconds * self._speed / 3600.0
            )
        given = (pv + battery) / 3.0
        one, two, three = (
            house + car - given for house, car in zip(load, cars_w, strict=True)
        )
        return Flows(
            pv_w=pv,
            load_w=load,
            cars_w=cars_w,
            battery_w=battery,
            grid_w=(one, two, three),
        )

    def _count(self, flows: Flows, hours: float) -> None:
        counted = registered_w(
            grid_w=flows.from_grid_w,
            pv_w=flows.pv_w,
            battery_w=flows.battery_w,
            load_w=sum(flows.load_w),
        )
        for name, power in counted.items():
            self.registers_wh[name] += power * hours

    def registers_kwh(self) -> dict[str, float]:
        """Return the registers of energies in kWh."""
        return {
            name: round(energy / 1000.0, 3)
            for name, energy in self.registers_wh.items()
        }

    def meters(self) -> Mapping[str, Any]:
        """Return what its meters show, as the integration demo_house reads it."""
        flows = self.flows
        minutes = int(self._time_s // 60)
        return {
            "grid_power": round(flows.from_grid_w),
            "solar_power": round(flows.pv_w),
            "load_power": round(sum(flows.load_w)),
            "battery_power": round(flows.battery_w),
            "battery_charge": round(self.battery.soc, 1),
            **{
                f"grid_current_l{line}": round(power / VOLTAGE, 1)
                for line, power in enumerate(flows.grid_w, 1)
            },
            **{
                f"{name}_energy": energy
                for name, energy in self.registers_kwh().items()
            },
            "time_of_day": f"{minutes // 60:02}:{minutes % 60 // 15 * 15:02}",
        }
