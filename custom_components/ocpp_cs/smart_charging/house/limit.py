"""What a limit above chargers leaves to them."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..model import PHASES, Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """What a limit leaves to the chargers below it, on one phase or in all."""

    reason: Reason
    members: frozenset[str]
    """The keys of the chargers below it."""
    room: float
    """In A on `phase`, or in W."""
    phase: int | None = None
    free_w: float = 0.0
    """The power that each charger may take without using the room."""
    nominal: bool = False
    """True if the minimum of a charger counts with the nominal voltage."""


type Amps = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Gauge:
    """A fuse with what is measured of it."""

    limit_a: float
    """The current that may flow in either direction."""
    members: frozenset[str]
    """The keys of the chargers below it."""
    measured: Amps | None = None
    """The currents towards the house; None if nobody knows: then they count as 0."""


def limits_of_phases(
    reason: Reason, members: Iterable[str], room_a: Iterable[float]
) -> list[Limit]:
    """Return a limit for each phase of the house."""
    below = frozenset(members)
    return [
        Limit(reason=reason, members=below, room=room, phase=phase)
        for phase, room in zip(PHASES, room_a, strict=False)
    ]
