"""What fuse, circuits and ceilings leave for a car, slot by slot."""

from collections.abc import Sequence
from math import inf, isfinite
from typing import Final

from ..model import MAIN, PHASES, Circuit
from .model import Need, Shortage, Site
from .timeline import Timeline

_VOLTAGE: Final = 230.0
USUAL_LOAD_A: Final = 4.0
"""The load of a house of which nothing was learned, per phase."""
_SLIGHT_A: Final = 1e-6

type Power = tuple[float, int]
"""A power in W, and the number of phases."""

NOTHING: Final[Power] = (0.0, 0)


class Room:
    """The current that is left on each phase of each circuit, and the power for all."""

    def __init__(
        self, time: Timeline, site: Site, without: frozenset[Shortage] = frozenset()
    ) -> None:
        """Take off what the house takes.

        Args:
            time: The slots.
            site: The limits.
            without: The limits that do not count.
        """
        self._count = len(time)
        self._parents: dict[str, str] = {}
        self._lines: dict[tuple[str, int], list[float]] = {}
        self._watts: list[float] | None = None
        if site.fuse_a is not None and Shortage.FUSE not in without:
            usual = min(USUAL_LOAD_A, max(site.fuse_a, 0.0) / 4)
            nobody_knows = (usual, usual, usual)
            for phase in PHASES:
                self._lines[MAIN, phase] = [
                    site.fuse_a - max((load or nobody_knows)[phase], 0.0)
                    for load in time.loads_a
                ]
        if Shortage.CIRCUIT not in without:
            self._add_circuits(site.circuits)
        limits = []
        if site.ceiling_w is not None and Shortage.CEILING not in without:
            limits.append([site.ceiling_w] * self._count)
        if site.peak_w is not None and Shortage.PEAK not in without:
            limits.append(
                [
                    site.peak_w + (sun or -_VOLTAGE * sum(load or ()))
                    for sun, load in zip(time.sun_w, time.loads_a, strict=True)
                ]
            )
        if limits:
            self._watts = [min(each) for each in zip(*limits, strict=True)]

    def _add_circuits(self, circuits: Sequence[Circuit]) -> None:
        for circuit in circuits:
            if circuit.key == MAIN or not isfinite(circuit.limit_a):
                continue
            self._parents[circuit.key] = circuit.parent
            for phase in PHASES:
                self._lines[circuit.key, phase] = [circuit.limit_a] * self._count

    def copy(self) -> Room:
        """Return an independent copy."""
        copied = object.__new__(Room)
        copied._count = self._count
        copied._parents = self._parents
        copied._lines = {key: list(line) for key, line in self._lines.items()}
        copied._watts = None if self._watts is None else list(self._watts)
        return copied

    def _limits(self, need: Need, phases: int) -> list[list[float]]:
        """Return the currents that are left to a car on a number of phases."""
        chain, key = [], need.circuit
        while key in self._parents and key not in chain:
            chain.append(key)
            key = self._parents[key]
        return [
            line
            for circuit in (*chain, MAIN)
            for phase in need.rotation[:phases]
            if (line := self._lines.get((circuit, phase))) is not None
        ]

    def powers(
        self, need: Need, first: int = 0, last: int | None = None
    ) -> list[Power]:
        """Return the maximum power of a car in each slot; `NOTHING` below its minimum."""
        count = (self._count if last is None else last) - first
        best: list[Power] = [NOTHING] * count
        for phases in need.phases:
            limits = [line[first:last] for line in self._limits(need, phases)]
            per_a = need.voltage_v * phases
            if not limits:
                amps = [need.max_a] * count
            elif len(limits) == 1:
                amps = [min(need.max_a, each) for each in limits[0]]
            else:
                amps = [min(need.max_a, *each) for each in zip(*limits, strict=True)]
            if self._watts is not None:
                amps = [
                    min(each, watts / per_a)
                    for each, watts in zip(amps, self._watts[first:last], strict=True)
                ]
            least = need.min_a - _SLIGHT_A
            best = [
                (each * per_a, phases)
                if each >= least and each * per_a > before[0]
                else before
                for each, before in zip(amps, best, strict=True)
            ]
        return best

    def take(self, need: Need, slot: int, power: Power) -> None:
        """Take a power off a slot; a negative power gives it back."""
        watts, phases = power
        if not phases:
            return
        amps = watts / (need.voltage_v * phases)
        for line in self._limits(need, phases):
            line[slot] -= amps
        if self._watts is not None:
            self._watts[slot] -= watts


def least_w(need: Need) -> float:
    """Return the smallest power that a car can take."""
    return need.min_a * need.voltage_v * need.phases[0]


def most_w(need: Need) -> float:
    """Return the largest power that a car can take."""
    return need.max_a * need.voltage_v * need.phases[-1]


def sound(need: Need) -> bool:
    """Return whether a car can be planned for with these values."""
    numbers = (need.min_a, need.max_a, need.voltage_v)
    return (
        bool(need.phases)
        and all(isfinite(each) and each > 0 for each in numbers)
        and all(1 <= phases <= len(need.rotation) for phases in need.phases)
        and all(phase in PHASES for phase in need.rotation)
        and need.energy_kwh == need.energy_kwh
        and need.energy_kwh > 0
        and (need.fast or need.energy_kwh < inf)
    )
