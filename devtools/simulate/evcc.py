"""evcc's law with its defaults, written anew from its behaviour at commit b29b49e.

That is of 2026-08-08. Charging with the surplus, fast charging, its rules for a home
battery, and the limit of a circuit are here; what it does about tariffs, plans and
vehicles is not.
"""

from dataclasses import dataclass
from typing import Final, override

from custom_components.ocpp_cs.smart_charging.model import ChargeMode, Settings

from .laws import Law
from .vehicle import SimulatedCharger
from .world import VOLTAGE, CarSeen, Seen

_LONG_AGO: Final = -1_000_000
"""A timer that has run down."""


@dataclass(slots=True)
class _Point:
    """What the law remembers of a charger."""

    pv_at: int | None = _LONG_AGO
    """When the delay of a start or stop began; a car that comes need not wait."""
    phase_at: int | None = None
    """When the delay of a change of phases began."""
    switched_at: int = _LONG_AGO
    """When the phases were last switched."""
    measured: int = 0
    """On how many phases the car was seen to charge; 0 is unknown."""


class EvccLaw(Law):
    """evcc's law.

    A round every 30 s (or less), one charger each. The current is what the car takes
    and 2 A more at most, plus what the grid meter shows to be left. A start comes after
    60 s of enough, a stop after 180 s of too little; phases have the same delays, and
    60 s in which nothing is decided after a switch. A delay begins anew when its
    condition lifts. Amperes are cut to whole ones. The limit of a fuse is for the
    charger whose turn it is, first come, first served.
    """

    name = "evcc"
    ENABLE_S = 60
    DISABLE_S = 180
    SWITCH_S = 60
    MIN_A = 6.0
    MAX_A = 16.0

    def __init__(
        self,
        chargers: list[SimulatedCharger],
        modes: dict[str, ChargeMode],
        priorities: dict[str, int],
        settings: Settings,
        *,
        interval_s: int = 30,
    ) -> None:
        """Take the chargers it is to drive; of the settings fuse and battery count."""
        self.holds_battery = False
        self._chargers, self._modes, self._settings = chargers, modes, settings
        self._priorities = priorities
        self._interval_s = interval_s
        self._points = {each.key: _Point() for each in chargers}
        self._round = 0

    @override
    def tick(self, seen: Seen) -> None:
        """Act on one charger each round."""
        if seen.now % self._interval_s:
            return
        charger = self._chargers[self._round % len(self._chargers)]
        self._round += 1
        if not charger.plugged(seen.now):
            charger.command(seen.now, 0.0, charger.told_phases)
            self._points[charger.key] = _Point()
            return
        point, car = self._points[charger.key], seen.cars[charger.key]
        self._count_phases(charger, point, car, seen.now)
        if not charger.session:
            # Its chargers have the tag at hand; what began once goes on.
            charger.begin_session(seen.now)
        if self._modes[charger.key] is ChargeMode.FAST:
            if charger.switchable and charger.told_phases != 3:
                self._scale(charger, point, 3, seen.now)
            self._limit(charger, seen, self.MAX_A)
            return
        self._limit(charger, seen, self._follow(charger, point, car, seen))

    # What is known.

    def _count_phases(
        self, charger: SimulatedCharger, point: _Point, car: CarSeen, now: int
    ) -> None:
        if car.charging and now - point.switched_at > self.SWITCH_S:
            point.measured = sum(amps > 1.0 for amps in car.currents) or point.measured
        if charger.told_phases < point.measured:
            point.measured = 0

    @staticmethod
    def _active(charger: SimulatedCharger, point: _Point) -> int:
        """Return on how many phases the car charges, as far as known."""
        return min(charger.told_phases, point.measured or 3)

    @staticmethod
    def _most(charger: SimulatedCharger, point: _Point) -> int:
        """Return on how many phases it could charge."""
        if not charger.switchable:
            return min(charger.told_phases, point.measured or 3)
        # What is seen on one phase says nothing of three.
        return 3 if charger.told_phases == 1 else point.measured or 3

    def _site_w(self, charger: SimulatedCharger, seen: Seen) -> float:
        """Return the import of the house, without what this charger may take over."""
        mine = self._priorities.get(charger.key, 0)
        flexible = sum(
            seen.cars[each.key].power_w
            for each in self._chargers
            if self._priorities.get(each.key, 0) < mine
            and self._modes[each.key] is ChargeMode.SOLAR
        )
        battery = 0.0
        if seen.battery is not None:
            battery = seen.battery.watts
            if seen.battery.soc < self._settings.priority_soc:
                battery = max(battery, 0.0)
        return seen.grid_w + battery - flexible

    def _buffered(self, seen: Seen, level: float) -> bool:
        return seen.battery is not None and level < 100.0 and seen.battery.soc > level

    def _room_a(self, charger: SimulatedCharger, seen: Seen) -> float:
        """Return the current that the fuse leaves to this charger.

        The sign of P1 meters' currents is known, as their telegram has it per phase.
        """
        fuse = self._settings.fuse_a
        if fuse is None or seen.signed_a is None:
            return self.MAX_A
        own = max(seen.cars[charger.key].currents)
        return max(0.0, own + fuse - max(seen.signed_a))

    # What it decides.

    def _follow(
        self, charger: SimulatedCharger, point: _Point, car: CarSeen, seen: Seen
    ) -> float:
        """Return the current for the surplus."""
        now, site = seen.now, self._site_w(charger, seen)
        scaled = 0
        if charger.switchable and now - point.switched_at > self.SWITCH_S:
            scaled = self._scaled(charger, point, car, site, seen)
        active = self._active(charger, point)
        effective = 0.0
        if car.charging:
            effective = min(max(car.currents) + 2.0, charger.told_a)
        if scaled == 3:
            effective /= self._most(charger, point)
        target = max(effective - site / (active * VOLTAGE), 0.0)

        buffered = self._buffered(seen, self._settings.buffer_soc)
        starts = buffered and self._buffered(seen, self._settings.buffer_start_soc)
        always = self._modes[charger.key] is ChargeMode.MIN_SOLAR
        supported = starts or (buffered and car.charging)
        if target < self.MIN_A and (always or supported):
            return self.MIN_A
        if always:
            point.pv_at = None
            return min(target, self.MAX_A)
        if charger.told_a > 0 and target < self.MIN_A:
            return self._stop(charger, point, site, active, now)
        if charger.told_a == 0:
            return self._start(point, target, now)
        point.pv_at = None
        return min(target, self.MAX_A)

    def _stop(
        self,
        charger: SimulatedCharger,
        point: _Point,
        site: float,
        active: int,
        now: int,
    ) -> float:
        projected = site
        if charger.switchable and point.phase_at is not None:
            # It may go on with one phase soon.
            projected -= VOLTAGE * self.MIN_A * (active - 1)
        if projected < 0:
            point.pv_at = None
            return self.MIN_A
        point.pv_at = now if point.pv_at is None else point.pv_at
        if now - point.pv_at < self.DISABLE_S:
            return self.MIN_A
        point.pv_at = None
        return 0.0

    def _start(self, point: _Point, target: float, now: int) -> float:
        if target < self.MIN_A:
            point.pv_at = None
            return 0.0
        point.pv_at = now if point.pv_at is None else point.pv_at
        if now - point.pv_at < self.ENABLE_S:
            return 0.0
        point.pv_at = None
        return self.MIN_A

    def _scaled(
        self,
        charger: SimulatedCharger,
        point: _Point,
        car: CarSeen,
        site: float,
        seen: Seen,
    ) -> int:
        """Switch phases if it is time; return to how many, or 0."""
        now, available = seen.now, car.power_w - site
        active, most = self._active(charger, point), self._most(charger, point)
        idle_or_importing = site > 0 or charger.told_a == 0
        down = (
            active > 1
            and idle_or_importing
            and available < active * VOLTAGE * self.MIN_A
        )
        cap = min(self.MAX_A, self._room_a(charger, seen))
        up = (
            most > 1
            and charger.told_phases < most
            and available / VOLTAGE > cap >= self.MIN_A
            and available >= most * VOLTAGE * self.MIN_A
        )
        if not up and not down:
            point.phase_at = None
            return 0
        if not car.charging:
            point.phase_at = _LONG_AGO
        point.phase_at = now if point.phase_at is None else point.phase_at
        if now - point.phase_at < (self.DISABLE_S if down else self.ENABLE_S):
            return 0
        phases = 1 if down else 3
        self._scale(charger, point, phases, now)
        return phases

    @staticmethod
    def _scale(charger: SimulatedCharger, point: _Point, phases: int, now: int) -> None:
        if charger.told_phases == phases:
            return
        # The phases go with the next current, in this same round.
        charger.command(now, charger.told_a, phases)
        point.switched_at, point.phase_at, point.measured = now, None, 0

    def _limit(self, charger: SimulatedCharger, seen: Seen, current: float) -> None:
        current = float(int(min(current, self._room_a(charger, seen))))
        if current < self.MIN_A:
            current = 0.0
        charger.command(seen.now, current, charger.told_phases)
