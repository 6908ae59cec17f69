"""The currents at which all chargers can go on without anybody who controls them."""

from collections.abc import Mapping, Sequence
from typing import Final

from ..model import Charger, Reason, Settings
from ..sharing import Demand, Rooms, share_limits
from .circuits import Circuits
from .limit import Limit, limits_of_phases

_NO_LOAD: Final = (0.0, 0.0, 0.0)


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

    Returns:
        By key: the current; chargers of `fixed_a` are left out.
    """
    limits: list[Limit] = []
    if settings.fuse_a is not None:
        limits += _limits(settings, settings.fuse_a, chargers, fixed_a, house_a)
    tree = Circuits(settings, chargers)
    for circuit in settings.circuits:
        members = tree.members.get(circuit.key, frozenset())
        below = [each for each in chargers if each.key in members]
        limits += _limits(settings, circuit.limit_a, below, fixed_a, _NO_LOAD)
    given, _ = share_limits(
        Rooms(limits),
        [
            Demand(
                key=each.key,
                priority=each.priority,
                phases=_phases(each),
                want_a=each.max_a,
                min_a=each.min_a,
            )
            for each in chargers
            if each.key not in fixed_a
        ],
    )
    return given


def _limits(
    settings: Settings,
    limit_a: float,
    chargers: Sequence[Charger],
    fixed_a: Mapping[str, float],
    load_a: tuple[float, float, float],
) -> list[Limit]:
    """Return what a fuse leaves to the chargers below it, phase by phase."""
    room = [limit_a - settings.fuse_margin_a - load for load in load_a]
    for each in chargers:
        for phase in _phases(each):
            room[phase] -= fixed_a.get(each.key, 0.0)
    return limits_of_phases(
        Reason.FUSE_LIMIT, frozenset(each.key for each in chargers), room
    )


def _phases(charger: Charger) -> tuple[int, ...]:
    return charger.rotation[: charger.phase_options[-1]]
