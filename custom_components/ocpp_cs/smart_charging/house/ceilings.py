"""Ceilings from outside: limits in W that somebody else may impose at any time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..cars.car import Car
from ..model import (
    Ceiling,
    CeilingScope,
    ChargerReading,
    Imposed,
    Measured,
    Reason,
    Settings,
)
from ..numbers import number
from .circuits import Circuits
from .limit import Limit
from .load import Load, beyond_w, obeys

HELD_S: Final = 7200.0
"""The time for which a limit stays in force after its entity became unavailable."""


@dataclass(slots=True)
class _Force:
    """A ceiling with its present value."""

    ceiling: Ceiling
    w: float | None = None
    """None while there is no limit."""
    lost_at: float | None = None
    """The time when its entity became unavailable."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """The power at the meter of the house, with that of its batteries."""

    grid_w: float | None
    """None while it is unknown."""
    battery_w: float
    """Positive while they discharge."""


class Ceilings:
    """The ceilings that are in force, and what each leaves to the chargers below it.

    A limit whose entity is unavailable stays in force for two hours, and then ends. An
    entity that imposed nothing when it became unavailable imposes nothing.
    """

    def __init__(
        self, settings: Settings, circuits: Circuits, chargers: Iterable[str]
    ) -> None:
        """Initialize without limits.

        Args:
            settings: The settings of the house.
            circuits: The circuits, after their readings of the same tick.
            chargers: The keys of all chargers.
        """
        self._voltage = settings.voltage_v
        self._circuits = circuits
        self._all = frozenset(chargers)
        self._forces = {ceiling.key: _Force(ceiling) for ceiling in settings.ceilings}
        self._load = Load(settings.fuse_recovery_s)
        self._sunless = Load(settings.fuse_recovery_s)
        """The load as if batteries gave nothing; negative for solar surplus."""

    @property
    def w(self) -> float | None:
        """The lowest ceiling in force in W; None without one."""
        return min(
            (force.w for force in self._forces.values() if force.w is not None),
            default=None,
        )

    @property
    def imposed(self) -> tuple[Imposed, ...]:
        """Return the ceilings that are in force."""
        return tuple(
            Imposed(ceiling=force.ceiling, power_w=force.w)
            for force in self._forces.values()
            if force.w is not None
        )

    def members(self, ceiling: Ceiling) -> frozenset[str]:
        """Return the keys of the chargers below a ceiling.

        A circuit that does not exist counts as the house.
        """
        return self._circuits.members.get(ceiling.circuit, self._all)

    def governed(self) -> frozenset[str]:
        """Return the keys of all chargers below a ceiling that is in force."""
        return frozenset[str]().union(
            *(
                self.members(force.ceiling)
                for force in self._forces.values()
                if force.w is not None
            )
        )

    def take(self, values: Mapping[str, Measured | None], now: float) -> None:
        """Take the present values: None for no limit, a value of None for unavailable."""
        for key, force in self._forces.items():
            measured = values.get(key, Measured(None, now))
            if measured is None:
                force.w = force.lost_at = None
            elif (value := number(measured.value)) is not None:
                force.w, force.lost_at = max(value, 0.0), None
            elif force.w is not None:
                lost = now if force.lost_at is None else min(force.lost_at, now)
                force.lost_at = lost
                if now - lost >= HELD_S:
                    force.w = force.lost_at = None

    def limits(
        self,
        site: Site,
        cars: Mapping[str, Car],
        readings: Mapping[str, ChargerReading],
        now: float,
        dt: float,
    ) -> list[Limit]:
        """Return what the ceilings in force leave to the chargers below them.

        Args:
            site: The power at the meter of the house.
            cars: The cars of all chargers, by the key of the charger.
            readings: The readings of the chargers.
            now: The time in s.
            dt: The time since the last call in s.
        """
        if not self._forces:
            return []
        low = high = joined = 0.0
        for key, reading in readings.items():
            if key in cars and obeys(cars[key], reading):
                least, most = cars[key].rightful(now)
                low, high = low + least, high + most
                joined += cars[key].joined_w
        self._load.take(site.grid_w, low, high, dt, joined_w=joined)
        sunless = None
        if site.grid_w is not None:
            sunless = site.grid_w + max(site.battery_w, 0.0)
        self._sunless.take(sunless, low, high, dt, joined_w=joined)
        surplus = 0.0
        if site.grid_w is not None:
            surplus = max(-(self._sunless.w or 0.0), 0.0)
        return [
            self._limit(force.ceiling, force.w, site, surplus, cars, readings, now)
            for force in self._forces.values()
            if force.w is not None
        ]

    def _limit(
        self,
        ceiling: Ceiling,
        value: float,
        site: Site,
        surplus: float,
        cars: Mapping[str, Car],
        readings: Mapping[str, ChargerReading],
        now: float,
    ) -> Limit:
        members = self.members(ceiling)
        free = value if ceiling.scope is CeilingScope.EACH else 0.0
        if ceiling.scope is CeilingScope.GRID:
            room = value - self._other_load(ceiling, value, site)
        else:
            room = 0.0 if ceiling.scope is CeilingScope.EACH else value
            # Chargers that cannot be told anything may go on with what they take.
            room -= sum(
                max(beyond_w(cars[key], readings[key], now) - free, 0.0)
                for key in members
                if key in readings and key in cars
            )
            if ceiling.counts_pv:
                room += surplus
        return Limit(
            reason=Reason.CEILING,
            members=members,
            room=room,
            free_w=free,
            # 4.2 kW are meant to allow 6 A on three phases, also at 240 V.
            nominal=ceiling.scope is not CeilingScope.GRID,
        )

    def _other_load(self, ceiling: Ceiling, value: float, site: Site) -> float:
        """Return the power in W of all but controlled cars at the meter of a ceiling.

        Without a value of the meter it is what counted last, or at least half of the
        ceiling.
        """
        amps = self._circuits.others.get(ceiling.circuit)
        if amps is not None:
            return sum(amps) * self._voltage
        if site.grid_w is None:
            return max(self._load.w or 0.0, value / 2)
        return self._load.w or 0.0

    # Restarts.

    def as_dict(self) -> dict[str, Any]:
        """Return the state to store: the limits in force, by the key of the ceiling."""
        return {
            key: {"w": force.w, "lost_at": force.lost_at}
            for key, force in self._forces.items()
            if force.w is not None
        }

    def restore(self, data: object, now: float) -> None:
        """Restore a stored state; invalid parts are ignored."""
        if not isinstance(data, Mapping):
            return
        for key, force in self._forces.items():
            kept = data.get(key)
            if not isinstance(kept, Mapping) or (w := number(kept.get("w"))) is None:
                continue
            lost = number(kept.get("lost_at"))
            force.w = max(w, 0.0)
            force.lost_at = None if lost is None else min(lost, now)
