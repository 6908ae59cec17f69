"""What fuses leave to cars that discharge: the current towards the grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

from ..house.limit import Amps, Gauge
from ..point import Point


@dataclass(frozen=True, kw_only=True, slots=True)
class Bound:
    """A fuse above a charger: what may flow through it towards the grid."""

    key: str
    room_a: Amps
    """On L1 to L3, the current that cars may give at all."""


class Rooms:
    """The room of all fuses, less what cars were given of it in this tick."""

    def __init__(self, bounds: Mapping[str, Sequence[Bound]]) -> None:
        """Start with nothing taken.

        Args:
            bounds: By the key of the charger: the fuses that are above it.
        """
        self._bounds = bounds
        self._taken: dict[str, list[float]] = {}

    def most_w(self, key: str, point: Point) -> float:
        """Return the power in W that a charger may give."""
        shares = _shares(point)
        most = inf
        for bound in self._bounds.get(key, ()):
            taken = self._taken.get(bound.key, [0.0] * 3)
            for phase, share in enumerate(shares):
                if share:
                    free = bound.room_a[phase] - taken[phase]
                    most = min(most, max(free, 0.0) / share)
        return most

    def take(self, key: str, point: Point, watts: float) -> None:
        """Take the room for a power in W."""
        for bound in self._bounds.get(key, ()):
            taken = self._taken.setdefault(bound.key, [0.0] * 3)
            for phase, share in enumerate(_shares(point)):
                taken[phase] += watts * share


def bounds_of(
    fuses: Mapping[str, Gauge],
    points: Mapping[str, Point],
    given_w: Mapping[str, float],
) -> dict[str, list[Bound]]:
    """Return the fuses above each charger, with what may flow through them.

    Args:
        fuses: By key: the main fuse and the circuits.
        points: The chargers with a reading.
        given_w: By the key of the charger: the power that its car surely gives now.
    """
    result: dict[str, list[Bound]] = {}
    for name, gauge in fuses.items():
        room = [gauge.limit_a] * 3
        if gauge.measured is not None:
            room = [gauge.limit_a + amps for amps in gauge.measured]
            for key in gauge.members & points.keys():
                point = points[key]
                # Who charges may stop at any time; what is given was measured, too.
                charged = point.car.currents(point.car.high_w)
                shares = _least_shares(point)
                for phase in (0, 1, 2):
                    room[phase] += given_w.get(key, 0.0) * shares[phase]
                    room[phase] -= charged[phase]
        bound = Bound(key=name, room_a=(room[0], room[1], room[2]))
        for key in gauge.members & points.keys():
            result.setdefault(key, []).append(bound)
    return result


def _least_shares(point: Point) -> Amps:
    charger = point.charger
    if len(charger.phase_options) > 1:
        # Nobody knows on which phases it is.
        return 0.0, 0.0, 0.0
    return _shares(point)


def _shares(point: Point) -> Amps:
    """Return the most current per W on each phase of the house.

    A charger that switches phases may give all of it on one of them.
    """
    charger = point.charger
    shares = [0.0, 0.0, 0.0]
    for count in charger.phase_options:
        for phase in charger.rotation[:count]:
            shares[phase] = max(shares[phase], 1.0 / (point.car.voltage_v * count))
    return shares[0], shares[1], shares[2]
