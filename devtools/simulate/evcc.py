"""evcc's law with its defaults, written anew from its behaviour."""

from dataclasses import dataclass
from typing import override

from custom_components.ocpp_cs.smart_charging.model import ChargeMode

from .laws import Law
from .vehicle import SimulatedCharger
from .world import VOLTAGE, Seen


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
        *,
        interval_s: int = 30,
    ) -> None:
        """Take the chargers it is to drive."""
        self.holds_battery = False
        self._interval_s = interval_s
        self._chargers, self._modes, self._fuse = chargers, modes, fuse_a
        self._priorities = priorities
        self._timers = {each.key: _Timers() for each in chargers}
        self._round = 0

    @override
    def tick(self, seen: Seen) -> None:
        """Act every 30 s."""
        if seen.now % self._interval_s:
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
            measured = max(seen.currents_a or (0.0,))
            own = max(seen.cars[charger.key].currents)
            current = float(int(min(current, max(0.0, own + self._fuse - measured))))
            current = current if current >= self.MIN_A else 0.0
        switches = (current > 0) != (charger.told_a > 0)
        if switches and seen.now - timers.last_enable < self.GUARD_S:
            current = charger.told_a
        elif switches:
            timers.last_enable = seen.now
        charger.command(seen.now, current, phases)
