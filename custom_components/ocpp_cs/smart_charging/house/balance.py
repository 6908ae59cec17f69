"""The balance of the house at one time, from readings of different age."""

from dataclasses import dataclass

from ..model import HouseReading, Measured
from ..numbers import number


@dataclass(frozen=True, kw_only=True, slots=True)
class Balance:
    """The measurements of the house as one; None is unknown.

    The `at` times are those of the last report, even if the value was unchanged.
    """

    grid_w: float | None = None
    grid_at: float = 0.0
    currents_a: tuple[float, float, float] | None = None
    """Import on L1 to L3, negative for export."""
    currents_at: float = 0.0
    battery_w: float | None = None
    """The sum of all home batteries."""
    battery_soc: float | None = None
    """The mean of all home batteries in %."""


class Balances:
    """Makes one balance after the other from the readings."""

    def take(self, reading: HouseReading, now: float) -> Balance:
        """Return the balance of a reading."""
        batteries = [number(one.power.value) for one in reading.batteries]
        levels = [
            level
            for one in reading.batteries
            if one.soc is not None and (level := number(one.soc.value)) is not None
        ]
        return Balance(
            grid_w=_sum(reading.grid),
            grid_at=max((one.at for one in reading.grid), default=0.0),
            currents_a=_currents(reading.currents_a),
            currents_at=max((one.at for one in reading.currents_a or ()), default=0.0),
            battery_w=None
            if not batteries or None in batteries
            else sum(power or 0.0 for power in batteries),
            battery_soc=sum(levels) / len(levels) if levels else None,
        )


def _sum(values: tuple[Measured, ...]) -> float | None:
    known = [number(one.value) for one in values]
    if not known or None in known:
        return None
    return sum(value or 0.0 for value in known)


def _currents(
    values: tuple[Measured, Measured, Measured] | None,
) -> tuple[float, float, float] | None:
    if values is None:
        return None
    one, two, three = (number(each.value) for each in values)
    if one is None or two is None or three is None:
        return None
    return one, two, three
