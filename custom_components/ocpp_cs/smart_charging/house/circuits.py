"""The circuits below the main fuse, each with its own limit."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ..cars.car import Car
from ..model import (
    MAIN,
    PHASES,
    CeilingScope,
    ChargeMode,
    Charger,
    ChargerReading,
    Circuit,
    CircuitReading,
    HouseReading,
    Reason,
    Settings,
)
from ..numbers import number
from .balance import Balance, Balances
from .fuse import Fuse
from .limit import Gauge, Limit, limits_of_phases
from .load import beyond_w, obeys

_NONE: Final = (0.0, 0.0, 0.0)

type Amps = tuple[float, float, float]
type Rule = Callable[[Car, ChargerReading], bool]
"""Tells whether a charger is controlled now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reckoning:
    """The loads of the circuits beside the chargers that a rule takes as controlled."""

    controls: Rule
    fuses: Mapping[str, Fuse]
    loads: dict[str, Amps] = field(default_factory=dict)
    """By the key of the circuit, in A."""


class Circuits:
    """The tree of circuits, and what each leaves to the chargers below it.

    A charger is below its circuit and all circuits above that, up to the main fuse,
    which is not one of them. In a circle of circuits each counts as above each other;
    a parent that does not exist, and the circuit of a charger that does not exist,
    count as the main fuse.
    """

    def __init__(self, settings: Settings, chargers: Iterable[Charger]) -> None:
        """Initialize without readings."""
        self._settings = settings
        self._circuits: dict[str, Circuit] = {}
        for circuit in settings.circuits:
            known = self._circuits.get(circuit.key)
            if circuit.key != MAIN and (
                known is None or _limit_of(circuit) < _limit_of(known)
            ):
                self._circuits[circuit.key] = circuit
        self._chargers = {charger.key: charger for charger in chargers}
        self._own = _Reckoning(controls=governed, fuses=self._make_fuses())
        self._ceiled = {
            ceiling.circuit
            for ceiling in settings.ceilings
            if ceiling.scope is CeilingScope.GRID and ceiling.circuit in self._circuits
        }
        # Ceilings hold in manual mode too.
        self._under_ceilings = _Reckoning(controls=obeys, fuses=self._make_fuses())
        # Currents of a circuit may be without signs, too: a barn with a roof of its own.
        self._balances = {key: Balances(settings) for key in self._circuits}
        self._balanced: dict[str, Balance] = {}
        """Of each circuit with a meter, in this tick."""
        self._direct = {
            key: [
                charger.key
                for charger in self._chargers.values()
                if charger.circuit == key
            ]
            for key in self._circuits
        }
        self.members: dict[str, frozenset[str]] = {
            key: frozenset(
                charger.key
                for charger in self._chargers.values()
                if key in self.above(charger.circuit)
            )
            for key in self._circuits
        }
        """The keys of all chargers below a circuit."""

    @property
    def others(self) -> Mapping[str, Amps]:
        """The current in A of all that is on a circuit but cars that obey.

        It is there for the circuits whose meter has a ceiling.
        """
        return self._under_ceilings.loads

    def _make_fuses(self) -> dict[str, Fuse]:
        return {
            key: Fuse(replace(self._settings, fuse_a=_limit_of(circuit)))
            for key, circuit in self._circuits.items()
        }

    def above(self, key: str) -> list[str]:
        """Return a circuit and those above it, without the main fuse."""
        result: list[str] = []
        while key in self._circuits and key not in result:
            result.append(key)
            key = self._circuits[key].parent
        return result

    def limits(
        self,
        reading: HouseReading,
        cars: Mapping[str, Car],
        readings: Mapping[str, ChargerReading],
        now: float,
        dt: float,
    ) -> list[Limit]:
        """Return what each circuit leaves to the chargers below it, on each phase.

        Args:
            reading: The readings of the house.
            cars: The cars of all chargers, by the key of the charger.
            readings: The readings of the chargers; what one takes that is not
                controlled now counts as another load.
            now: The time in s.
            dt: The time since the last call in s.
        """
        if not self._circuits:
            return []
        for reckoning in (self._own, self._under_ceilings):
            reckoning.loads.clear()
        self._balanced = {
            key: self._balances[key].take(
                HouseReading(
                    grid=() if meter.power_w is None else (meter.power_w,),
                    currents_a=meter.currents_a,
                ),
                now,
            )
            for key in self._circuits
            if (meter := reading.circuits.get(key)) is not None and _has_meter(meter)
        }
        for key in self._ceiled:
            self._others(key, cars, readings, now, dt, self._under_ceilings, ())
        result: list[Limit] = []
        for key in self._circuits:
            load = self._others(key, cars, readings, now, dt, self._own, ())
            limit = _limit_of(self._circuits[key]) - self._settings.fuse_margin_a
            result += limits_of_phases(
                Reason.CIRCUIT_LIMIT,
                self.members[key],
                [limit - amps for amps in load],
            )
        return result

    def gauges(self) -> dict[str, Gauge]:
        """Return the circuits after `limits` of the same tick, for what cars give."""
        margin = self._settings.fuse_margin_a
        return {
            key: Gauge(
                limit_a=max(_limit_of(circuit) - margin, 0.0),
                members=self.members[key],
                measured=self._balanced[key].currents_a
                if key in self._balanced
                else None,
            )
            for key, circuit in self._circuits.items()
        }

    def _others(
        self,
        key: str,
        cars: Mapping[str, Car],
        readings: Mapping[str, ChargerReading],
        now: float,
        dt: float,
        reckoning: _Reckoning,
        path: tuple[str, ...],
    ) -> Amps:
        """Return the current in A of all that is on a circuit but controlled cars."""
        if key in reckoning.loads:
            return reckoning.loads[key]
        if key in self._balanced:
            amps = self._metered(key, cars, readings, now, dt, reckoning)
        else:
            loads = [
                _beyond(cars[one], readings[one], now, reckoning.controls)
                for one in self._direct[key]
                if one in readings
            ]
            loads += [
                self._others(below, cars, readings, now, dt, reckoning, (*path, key))
                for below, circuit in self._circuits.items()
                if circuit.parent == key and below not in path and below != key
            ]
            one, two, three = (sum(load[phase] for load in loads) for phase in PHASES)
            amps = one, two, three
            if path:
                # Below a circle it is not all of it.
                return amps
        reckoning.loads[key] = amps
        return amps

    def _metered(
        self,
        key: str,
        cars: Mapping[str, Car],
        readings: Mapping[str, ChargerReading],
        now: float,
        dt: float,
        reckoning: _Reckoning,
    ) -> Amps:
        """Return the other loads on a circuit with a meter, as those on the fuse."""
        balance = self._balanced[key]
        fresh = now - balance.grid_at <= self._settings.stale_s
        power = balance.grid_w if fresh else None
        free = reckoning.fuses[key].headroom(
            balance,
            power,
            [
                cars[one]
                for one in self.members[key]
                if one in readings and reckoning.controls(cars[one], readings[one])
            ],
            now,
            dt,
        )
        limit = _limit_of(self._circuits[key]) - self._settings.fuse_margin_a
        one, two, three = (limit - amps for amps in free or (limit, limit, limit))
        return one, two, three


def _limit_of(circuit: Circuit) -> float:
    """Return the limit in A; 0 for one that is none, so that nothing charges there."""
    return max(number(circuit.limit_a) or 0.0, 0.0)


def _has_meter(reading: CircuitReading) -> bool:
    return reading.currents_a is not None or reading.power_w is not None


def governed(car: Car, reading: ChargerReading) -> bool:
    """Return whether a charger is controlled and obeys commands now."""
    return reading.mode is not ChargeMode.MANUAL and obeys(car, reading)


def _beyond(car: Car, reading: ChargerReading, now: float, controls: Rule) -> Amps:
    """Return what a car takes beyond what it was told, or all if it is not controlled."""
    controlled = controls(car, reading)
    return car.currents(beyond_w(car, reading, now, controlled=controlled))
