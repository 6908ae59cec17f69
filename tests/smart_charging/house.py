"""A house for control laws: settled meters, and cars that do as they are told at once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from custom_components.ocpp_cs.smart_charging.control import ChargeControl
from custom_components.ocpp_cs.smart_charging.model import (
    BatteryReading,
    ChargeMode,
    Charger,
    ChargerReading,
    Decision,
    HouseReading,
    Measured,
    Settings,
)

START = 1_750_000_000.0
VOLTAGE = 230.0


def reading_of(
    *,
    grid_w: float | None,
    grid_at: float,
    currents_a: tuple[float, float, float] | None = None,
    currents_at: float = 0.0,
    battery_w: float | None = None,
    battery_soc: float | None = None,
) -> HouseReading:
    """Return the reading of a house with one meter and at most one battery."""
    currents = [Measured(one, currents_at) for one in currents_a or ()]
    battery = BatteryReading(
        # Without a time there is no sensor of it.
        power=Measured(battery_w, 0.0 if battery_w is None else grid_at),
        soc=Measured(battery_soc, grid_at),
    )
    return HouseReading(
        grid=(Measured(grid_w, grid_at),),
        currents_a=(currents[0], currents[1], currents[2]) if currents else None,
        batteries=() if battery_w is None and battery_soc is None else (battery,),
    )


class Car:
    """A car that takes what it is offered a tick later, or what it is made to take."""

    def __init__(self, phases: int = 3, max_a: float = 16.0) -> None:
        self.phases, self.max_a = phases, max_a
        self.takes = True
        self.session = True
        self.amps = 0.0
        self.gives_w = 0.0
        """What it discharges with."""
        self.lines = 0
        self.most_lines = 3
        """What the charger has where nobody chooses the phases."""

    def follow(self, decision: Decision) -> None:
        if decision.current_a is not None:
            takes = self.takes and self.session
            self.amps = min(decision.current_a, self.max_a) if takes else 0.0
            self.gives_w = max(-(decision.setpoint_w or 0.0), 0.0) if takes else 0.0
            self.lines = min(decision.phases or self.most_lines, self.phases)

    @property
    def power_w(self) -> float:
        return self.amps * self.lines * VOLTAGE - self.gives_w

    @property
    def currents(self) -> tuple[float, float, float]:
        given = self.gives_w / VOLTAGE / self.most_lines
        one, two, three = (
            (self.amps if i < self.lines else 0.0)
            - (given if i < self.most_lines else 0.0)
            for i in range(3)
        )
        return one, two, three


class House:
    """Runs a control tick by tick; what it told is in `decisions`, commands in `told`."""

    def __init__(
        self,
        *chargers: Charger,
        settings: Settings | None = None,
        mode: ChargeMode = ChargeMode.SOLAR,
        surplus_w: float = 0.0,
    ) -> None:
        self.settings = settings or Settings()
        self.chargers = chargers or (Charger(key="a", phase_options=(1, 3)),)
        self.control = ChargeControl(self.settings, self.chargers)
        self.now = START
        self.surplus_w = surplus_w
        """What the sun gives beyond the house, without cars."""
        self.base_a: tuple[float, float, float] | None = None
        self.cars = {each.key: Car() for each in self.chargers}
        for each in self.chargers:
            self.cars[each.key].most_lines = each.phase_options[-1]
        self.modes = {each.key: mode for each in self.chargers}
        self.more: dict[str, dict[str, Any]] = {each.key: {} for each in self.chargers}
        """Fields of each charger's reading that are different."""
        self.house: dict[str, Any] = {}
        self.inputs: Callable[[], dict[str, Any]] = dict
        """Returns more fields of the reading, at each tick."""
        self.decisions: dict[str, Decision] = {}
        self.told: dict[str, list[tuple[float, float, int]]] = {
            each.key: [] for each in self.chargers
        }

    def __getitem__(self, key: str) -> Decision:
        return self.decisions[key]

    @property
    def a(self) -> Decision:
        return self.decisions["a"]

    def reading(self) -> HouseReading:
        cars = sum(car.power_w for car in self.cars.values())
        reading: dict[str, Any] = {
            "grid_w": cars - self.surplus_w,
            "grid_at": self.now,
        }
        if self.base_a is not None:
            amps = list(self.base_a)
            for charger in self.chargers:
                for line, current in enumerate(self.cars[charger.key].currents):
                    amps[charger.rotation[line]] += current
            reading |= {"currents_a": tuple(amps), "currents_at": self.now}
        return replace(reading_of(**(reading | self.house)), **self.inputs())

    def tick(self, step: float = 2.0) -> dict[str, Decision]:
        self.now += step
        readings = {}
        for key, car in self.cars.items():
            reading = ChargerReading(
                mode=self.modes[key],
                plugged_in=True,
                charging=car.power_w > 0,
                power_w=car.power_w,
                currents_a=car.currents,
                measured_at=self.now,
                session=car.session,
            )
            readings[key] = replace(reading, **self.more[key])
        before = self.decisions
        self.decisions = self.control.tick(self.now, self.reading(), readings)
        for key, decision in self.decisions.items():
            old = before.get(key)
            if decision.current_a is not None and (
                old is None
                or old.current_a != decision.current_a
                or old.phases != decision.phases
            ):
                self.told[key].append(
                    (self.now, decision.current_a, decision.phases or 0)
                )
            self.cars[key].follow(decision)
        return self.decisions

    def run(self, seconds: float, step: float = 2.0) -> House:
        end = self.now + seconds
        while self.now < end:
            self.tick(step)
        return self

    def restart(
        self, pause: float = 30.0, *, kept: dict[str, Any] | None = None
    ) -> House:
        """Let Home Assistant be away, while cars go on with what they were told.

        After a crash, `kept` is what was saved some time before.
        """
        kept = kept or self.control.as_dict()
        self.control = ChargeControl(self.settings, self.chargers)
        self.now += pause
        self.control.restore(kept, self.now)
        return self
