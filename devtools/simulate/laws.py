"""The laws that are compared, behind one face."""

from dataclasses import dataclass
from typing import Protocol, override

from custom_components.ocpp_cs.smart_charging.control import ChargeControl
from custom_components.ocpp_cs.smart_charging.model import (
    ChargeMode,
    Charger,
    ChargerReading,
    Decision,
    HouseReading,
    Measured,
    Settings,
)

from .world import VOLTAGE, Seen, SimulatedCharger

EPOCH = 1_750_000_000
"""When the simulated day begins, as seconds since 1970."""


class Law(Protocol):
    """Something that tells chargers what to do."""

    name: str

    def tick(self, seen: Seen) -> None:
        """Act on what is known; called every second."""


class OurLaw(Law):
    """This project's control law, as Home Assistant runs it."""

    name = "ocpp_cs"

    def __init__(
        self,
        chargers: list[SimulatedCharger],
        modes: dict[str, ChargeMode],
        priorities: dict[str, int],
        settings: Settings,
    ) -> None:
        """Take the chargers it is to drive."""
        self._chargers, self._modes = chargers, modes
        self.control = ChargeControl(
            settings,
            [
                Charger(
                    key=each.key,
                    phase_options=(1, 3) if each.switchable else (each.told_phases,),
                    rotation=each.rotation,
                    priority=priorities.get(each.key, 0),
                )
                for each in chargers
            ],
        )
        self.decisions: dict[str, Decision] = {}
        self._grid_at = -1

    @override
    def tick(self, seen: Seen) -> None:
        """Tick with each reading of the grid meter."""
        if seen.grid_at == self._grid_at:
            return
        self._grid_at = seen.grid_at
        self.decisions = self.control.tick(
            EPOCH + seen.now,
            HouseReading(
                grid=(Measured(seen.grid_w, EPOCH + seen.grid_at),),
                currents_a=(
                    Measured(seen.currents_a[0], EPOCH + seen.grid_at),
                    Measured(seen.currents_a[1], EPOCH + seen.grid_at),
                    Measured(seen.currents_a[2], EPOCH + seen.grid_at),
                ),
            ),
            {
                each.key: ChargerReading(
                    mode=self._modes[each.key],
                    plugged_in=each.plugged(seen.now),
                    charging=seen.cars[each.key].power_w > 100,
                    power_w=seen.cars[each.key].power_w,
                    currents_a=seen.cars[each.key].currents,
                    measured_at=EPOCH + seen.cars[each.key].at,
                )
                for each in self._chargers
            },
        )
        for each in self._chargers:
            decision = self.decisions[each.key]
            if decision.current_a is not None and decision.phases is not None:
                each.command(seen.now, decision.current_a, decision.phases)


@dataclass(slots=True)
class _Timers:
    pv: int | None = None
    phase: int | None = None
    last_phase: int = -10_000
    last_enable: int = -10_000
    first: bool = True


class EvccLaw(Law):
    """evcc's law with its defaults, written anew from a description of it.

    A round every 30 s, one charger each; the current from the grid meter; start after
    60 s of enough, stop after 180 s of too little, phases with the same delays; 60 s
    between two switches. Each delay begins anew when its condition lifts. Amperes are
    cut to whole ones. A fuse is first come, first served.
    """

    name = "evcc"
    INTERVAL_S = 30
    ENABLE_S = 60
    DISABLE_S = 180
    GUARD_S = 60
    MIN_A = 6.0
    MAX_A = 16.0

    def __init__(
        self,
        chargers: list[SimulatedCharger],
        modes: dict[str, ChargeMode],
        priorities: dict[str, int],
        fuse_a: float | None,
    ) -> None:
        """Take the chargers it is to drive."""
        self._chargers, self._modes, self._fuse = chargers, modes, fuse_a
        self._priorities = priorities
        self._timers = {each.key: _Timers() for each in chargers}
        self._round = 0

    @override
    def tick(self, seen: Seen) -> None:
        """Act every 30 s."""
        if seen.now % self.INTERVAL_S:
            return
        charger = self._chargers[self._round % len(self._chargers)]
        self._round += 1
        timers = self._timers[charger.key]
        if not charger.plugged(seen.now):
            self._set(charger, seen, 0.0, charger.told_phases)
            self._timers[charger.key] = _Timers()
            return
        if self._modes[charger.key] is ChargeMode.FAST:
            self._set(
                charger,
                seen,
                self.MAX_A,
                3 if charger.switchable else charger.told_phases,
            )
            return
        # What chargers of lower priority take could be taken over.
        mine = self._priorities.get(charger.key, 0)
        site = seen.grid_w - sum(
            seen.cars[each.key].power_w
            for each in self._chargers
            if self._priorities.get(each.key, 0) < mine
            and self._modes[each.key] is not ChargeMode.FAST
        )
        self._follow(charger, timers, seen, site)

    def _follow(
        self, charger: SimulatedCharger, timers: _Timers, seen: Seen, site: float
    ) -> None:
        car, now = seen.cars[charger.key], seen.now
        phases = charger.told_phases
        if charger.switchable:
            phases = self._scaled(charger, timers, seen, site)
        offered = charger.told_a
        charging = car.power_w > 100
        effective = min(max(car.currents) + 2.0, offered) if charging else 0.0
        active = min(phases, charger.car.phases)
        if charging and phases > charger.told_phases:
            effective /= 3
        target = min(max(effective - site / (active * VOLTAGE), 0.0), self.MAX_A)

        if self._modes[charger.key] is ChargeMode.MIN_SOLAR:
            self._set(charger, seen, max(target, self.MIN_A), phases)
            return
        if offered > 0:
            if target < self.MIN_A:
                projected = site
                if charger.switchable and timers.phase is not None and active > 1:
                    projected -= VOLTAGE * self.MIN_A * (active - 1)
                if projected >= 0:
                    timers.pv = now if timers.pv is None else timers.pv
                    if now - timers.pv >= self.DISABLE_S:
                        timers.pv = None
                        self._set(charger, seen, 0.0, phases)
                        return
                else:
                    timers.pv = None
            else:
                timers.pv = None
            self._set(charger, seen, max(target, self.MIN_A), phases)
            return
        if target >= self.MIN_A:
            timers.pv = now if timers.pv is None else timers.pv
            if timers.first or now - timers.pv >= self.ENABLE_S:
                timers.pv, timers.first = None, False
                self._set(charger, seen, self.MIN_A, phases)
                return
        else:
            timers.pv = None
        self._set(charger, seen, 0.0, phases)

    def _scaled(
        self, charger: SimulatedCharger, timers: _Timers, seen: Seen, site: float
    ) -> int:
        """Return the phases to charge on from now."""
        car, now, phases = seen.cars[charger.key], seen.now, charger.told_phases
        charging = car.power_w > 100
        available = car.power_w - site
        down = phases > 1 and available < self.MIN_A * VOLTAGE * phases
        up = (
            phases == 1
            and charger.car.phases > 1
            and available / VOLTAGE > self.MAX_A
            and available / (3 * VOLTAGE) >= self.MIN_A
        )
        if not up and not down:
            timers.phase = None
            return phases
        timers.phase = now if timers.phase is None else timers.phase
        delay = self.DISABLE_S if down else self.ENABLE_S
        due = not charging or now - timers.phase >= delay
        if due and now - timers.last_phase >= self.GUARD_S:
            timers.phase, timers.last_phase = None, now
            return 1 if down else 3
        return phases

    def _set(
        self, charger: SimulatedCharger, seen: Seen, current: float, phases: int
    ) -> None:
        timers = self._timers[charger.key]
        current = float(int(current))
        if self._fuse is not None and current:
            measured = max(seen.currents_a)
            own = max(seen.cars[charger.key].currents)
            current = float(int(min(current, max(0.0, own + self._fuse - measured))))
            current = current if current >= self.MIN_A else 0.0
        switches = (current > 0) != (charger.told_a > 0)
        if switches and seen.now - timers.last_enable < self.GUARD_S:
            current = charger.told_a
        elif switches:
            timers.last_enable = seen.now
        charger.command(seen.now, current, phases)
