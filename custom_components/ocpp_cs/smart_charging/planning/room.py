"""What fuse, circuits and ceilings leave for a car, slot by slot."""

from collections.abc import Sequence
from math import inf, isfinite
from typing import Final

from ..model import MAIN, PHASES, CeilingScope, Circuit, Imposed
from .model import Need, Shortage, Site
from .timeline import Timeline

_VOLTAGE: Final = 230.0
USUAL_LOAD_A: Final = 4.0
"""The load of a house of which nothing was learned, per phase."""
USUAL_LOAD_W: Final = 500.0
"""The power of such a house."""
_SLIGHT_A: Final = 1e-6
CEILING_LASTS_S: Final = 3600.0
"""The time for which a ceiling in force is expected to last: most last minutes."""

type Power = tuple[float, int]
"""A power in W, and the number of phases."""

NOTHING: Final[Power] = (0.0, 0)


class Room:
    """The current and the power that are left on each circuit, and what each car may have."""

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
        self._shared: list[tuple[str, list[float]]] = []
        """The power in W that all cars below a circuit may take together."""
        self._each: list[tuple[str, list[float]]] = []
        """The power in W that each car below a circuit may take."""
        if site.fuse_a is not None and Shortage.FUSE not in without:
            usual = min(USUAL_LOAD_A, max(site.fuse_a, 0.0) / 4)
            nobody_knows = (usual, usual, usual)
            for phase in PHASES:
                self._lines[MAIN, phase] = [
                    site.fuse_a - max((load or nobody_knows)[phase], 0.0)
                    for load in time.loads_a
                ]
        self._add_circuits(site.circuits, limited=Shortage.CIRCUIT not in without)
        # What the house feeds in, or else takes.
        spare_w = [
            sun or -max(USUAL_LOAD_W if load is None else load, 0.0)
            for sun, load in zip(time.sun_w, time.loads_w, strict=True)
        ]
        if Shortage.CEILING not in without:
            for imposed in site.imposed:
                self._add_ceiling(imposed, time, spare_w)
        if site.peak_w is not None and Shortage.PEAK not in without:
            self._shared.append((MAIN, [site.peak_w + spare for spare in spare_w]))

    def _add_ceiling(
        self, imposed: Imposed, time: Timeline, spare_w: Sequence[float]
    ) -> None:
        """Add a ceiling, which is expected to end soon."""
        ceiling, power_w = imposed.ceiling, imposed.power_w
        count = time.count_until(time.starts[0] + CEILING_LASTS_S) if self._count else 0
        if not isfinite(power_w) or not count:
            return
        # One of a circuit that does not exist is one of the house.
        circuit = ceiling.circuit if ceiling.circuit in self._parents else MAIN
        watts = [inf] * self._count
        for slot in range(count):
            more = 0.0
            if ceiling.scope is CeilingScope.GRID:
                # What else is on a circuit of its own is not known.
                more = spare_w[slot] if circuit == MAIN else 0.0
            elif ceiling.counts_pv:
                more = time.sun_w[slot]
            watts[slot] = power_w + more
        if ceiling.scope is CeilingScope.EACH:
            self._each.append((circuit, watts))
        else:
            self._shared.append((circuit, watts))

    def _add_circuits(self, circuits: Sequence[Circuit], *, limited: bool) -> None:
        for circuit in circuits:
            if circuit.key == MAIN:
                continue
            self._parents[circuit.key] = circuit.parent
            if not limited or not isfinite(circuit.limit_a):
                continue
            for phase in PHASES:
                self._lines[circuit.key, phase] = [circuit.limit_a] * self._count

    def copy(self) -> Room:
        """Return an independent copy."""
        copied = object.__new__(Room)
        copied._count = self._count
        copied._parents = self._parents
        copied._lines = {key: list(line) for key, line in self._lines.items()}
        copied._shared = [(key, list(watts)) for key, watts in self._shared]
        copied._each = self._each
        return copied

    def _limits(self, need: Need, phases: int) -> list[list[float]]:
        """Return the currents that are left to a car on a number of phases."""
        return [
            line
            for circuit in self._above(need)
            for phase in need.rotation[:phases]
            if (line := self._lines.get((circuit, phase))) is not None
        ]

    def _above(self, need: Need) -> list[str]:
        """Return the circuits of a car, from its own to that of the house."""
        chain: list[str] = []
        key = need.circuit
        while key in self._parents and key not in chain:
            chain.append(key)
            key = self._parents[key]
        return [*chain, MAIN]

    def powers(
        self, need: Need, first: int = 0, last: int | None = None
    ) -> list[Power]:
        """Return the maximum power of a car in each slot; `NOTHING` below its minimum."""
        count = (self._count if last is None else last) - first
        best: list[Power] = [NOTHING] * count
        above = self._above(need)
        ceilings = [
            watts[first:last]
            for circuit, watts in (*self._shared, *self._each)
            if circuit in above
        ]
        for phases in need.phases:
            limits = [line[first:last] for line in self._limits(need, phases)]
            per_a = need.voltage_v * phases
            if not limits:
                amps = [need.max_a] * count
            elif len(limits) == 1:
                amps = [min(need.max_a, each) for each in limits[0]]
            else:
                amps = [min(need.max_a, *each) for each in zip(*limits, strict=True)]
            for ceiling in ceilings:
                amps = [
                    min(each, watts / per_a)
                    for each, watts in zip(amps, ceiling, strict=True)
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
        above = self._above(need)
        for circuit, left in self._shared:
            if circuit in above:
                left[slot] -= watts


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
