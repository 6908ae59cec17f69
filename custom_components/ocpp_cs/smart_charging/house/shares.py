"""The currents at which all chargers can go on without anybody who controls them."""

from collections.abc import Mapping, Sequence

from ..model import MAIN, PHASES, Charger, Settings
from ..sharing import Demand, share_fuse


def safe_shares(
    settings: Settings,
    chargers: Sequence[Charger],
    house_a: tuple[float, float, float],
    fixed_a: Mapping[str, float],
) -> dict[str, float]:
    """Return the current of each charger that is safe at any time, in A.

    All of them together stay below the main fuse and their circuits while the house
    takes as much as it ever did: 0, or from the minimum to the maximum of the charger.

    Args:
        settings: With the main fuse and the circuits; limits that are not set limit
            nothing.
        chargers: All chargers of the house.
        house_a: The largest load of the house on L1 to L3, without cars, in A.
        fixed_a: By key: the current in A of chargers that nobody controls, which counts
            before all others.
    """
    limits = {circuit.key: circuit.limit_a for circuit in settings.circuits}
    parents = {circuit.key: circuit.parent for circuit in settings.circuits}
    result = {charger.key: charger.max_a for charger in chargers}
    if settings.fuse_a is not None:
        limits[MAIN] = settings.fuse_a
    for key, limit in limits.items():
        room = [limit - settings.fuse_margin_a] * len(PHASES)
        if key == MAIN:
            room = [free - load for free, load in zip(room, house_a, strict=True)]
        members = [each for each in chargers if key in _above(each.circuit, parents)]
        demands = []
        for each in members:
            phases = each.rotation[: each.phase_options[-1]]
            if each.key in fixed_a:
                for phase in phases:
                    room[phase] -= fixed_a[each.key]
                continue
            demands.append(
                Demand(
                    key=each.key,
                    priority=each.priority,
                    phases=phases,
                    want_a=each.max_a,
                    min_a=each.min_a,
                )
            )
        for one, amps in share_fuse(room, demands).items():
            result[one] = min(result[one], amps)
    return result


def _above(circuit: str, parents: Mapping[str, str]) -> set[str]:
    """Return a circuit and all above it; an unknown one is the main connection."""
    found = {MAIN}
    while circuit in parents and circuit not in found:
        found.add(circuit)
        circuit = parents[circuit]
    return found
