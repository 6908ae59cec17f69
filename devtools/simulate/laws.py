"""The laws that are compared, behind one face."""

from typing import Protocol, override

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

from .meters import PerPhase
from .vehicle import SimulatedCharger
from .world import Seen

EPOCH = 1_749_945_600
"""When the simulated day begins, as seconds since 1970: a midnight in UTC."""
_PATIENCE_S = 5
"""Without a new value of the meter it decides after this time all the same."""


class Law(Protocol):
    """Something that tells chargers what to do."""

    name: str
    holds_battery: bool
    """Whether the home battery must not discharge."""

    def tick(self, seen: Seen) -> None:
        """Act on what is known; called every second."""


class OurLaw(Law):
    """This project's control law, as Home Assistant runs it."""

    name = "ocpp_cs"

    def __init__(
        self,
        chargers: list[SimulatedCharger],
        modes: dict[str, ChargeMode],
        models: dict[str, tuple[int, str]],
        settings: Settings,
    ) -> None:
        """Take the chargers it is to drive, each one's priority and circuit."""
        self._chargers, self._modes = chargers, modes
        self._settings = settings
        self.control = ChargeControl(
            settings,
            [
                Charger(
                    key=each.key,
                    step_a=max(each.box.step_a, 1.0),
                    phase_options=(1, 3) if each.switchable else (each.told_phases,),
                    remembers_phases=not each.switchable,
                    rotation=each.rotation,
                    priority=models[each.key][0],
                    circuit=models[each.key][1],
                )
                for each in chargers
            ],
        )
        self.decisions: dict[str, Decision] = {}
        self.holds_battery = False
        self._grid_at = self._last = -1

    @override
    def tick(self, seen: Seen) -> None:
        """Tick with each reading of the grid meter, and every few seconds besides."""
        if seen.grid_at == self._grid_at and seen.now - self._last < _PATIENCE_S:
            return
        self._grid_at, self._last = seen.grid_at, seen.now
        self.decisions = self.control.tick(
            EPOCH + seen.now, house_of(seen), self.readings(seen)
        )
        self.holds_battery = self.control.house.hold_battery
        for each in self._chargers:
            decision = self.decisions[each.key]
            if decision.current_a is not None and decision.phases is not None:
                each.command(seen.now, decision.current_a, decision.phases)
            if decision.start:
                each.begin_session(seen.now)
            if decision.restart:
                each.restart_session(seen.now)

    def readings(self, seen: Seen) -> dict[str, ChargerReading]:
        """Return what the chargers have told."""
        result = {}
        for each in self._chargers:
            car, plugged = seen.cars[each.key], each.plugged(seen.now)
            result[each.key] = ChargerReading(
                mode=self._modes[each.key],
                plugged_in=plugged,
                charging=car.charging,
                power_w=car.power_w,
                currents_a=car.currents,
                measured_at=EPOCH + car.at,
                voltages_v=(each.voltage_v,) * 3,
                car=f"{each.key}'s car",
                session=each.session,
                startable=plugged and not each.session,
                restartable=True,
            )
        return result


def _measured(values: PerPhase, at: int) -> tuple[Measured, Measured, Measured]:
    one, two, three = (Measured(value, EPOCH + at) for value in values)
    return one, two, three


def house_of(seen: Seen) -> HouseReading:
    """Return what the meters of the house have told."""
    battery = seen.battery
    return HouseReading(
        grid=(Measured(seen.grid_w, EPOCH + seen.grid_at),),
        currents_a=None
        if seen.currents_a is None
        else _measured(seen.currents_a, seen.grid_at),
        batteries=()
        if battery is None
        else (
            BatteryReading(
                power=Measured(battery.watts, EPOCH + battery.at),
                soc=Measured(battery.soc, EPOCH + battery.at),
            ),
        ),
        ceilings={
            key: None if watts is None else Measured(watts, EPOCH + seen.now)
            for key, watts in seen.ceilings.items()
        },
    )
