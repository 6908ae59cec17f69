"""The solar surplus of the house that is available for cars."""

from dataclasses import dataclass

from ..house.balance import Balance
from ..model import Settings
from ..numbers import number, within


@dataclass(frozen=True, kw_only=True, slots=True)
class Battery:
    """The effect of the home battery on the surplus."""

    counted_w: float = 0.0
    """The battery power that is added to the grid power."""
    first_w: float = 0.0
    """The charging power of the battery that takes precedence over cars."""
    keeps_going: bool = False
    lets_begin: bool = False
    withheld: bool = False
    """True if it would support charging, but is held for the house."""


def battery(reading: Balance, settings: Settings, *, held: bool = False) -> Battery:
    """Return the effect of the home battery's power and state of charge.

    Without a known state of charge, the battery takes precedence if it has a priority
    level, and does not support charging. One that is `held` supports none either.
    """
    soc = number(reading.battery_soc)
    power = number(reading.battery_w) or 0.0
    before = settings.priority_soc > 0 and (soc is None or soc < settings.priority_soc)
    charging = min(power, 0.0)
    full = soc is not None and soc > settings.buffer_soc
    fuller = soc is not None and soc > max(
        settings.buffer_soc, settings.buffer_start_soc
    )
    return Battery(
        counted_w=power - charging if before else power,
        first_w=-charging if before else 0.0,
        keeps_going=full and not held,
        lets_begin=fuller and not held,
        withheld=full and held,
    )


class Surplus:
    """The power for all cars that follow the surplus, including their present power."""

    def __init__(self) -> None:
        """Initialize without a value."""
        self.w: float | None = None

    def update(self, site_w: float, low_w: float, high_w: float) -> float:
        """Update from the total power at the grid and the possible power of the cars.

        A command changes both, but not the surplus: while the power of the cars is
        uncertain, the surplus stays the same within the possible range.
        """
        self.w = within(self.w, low_w - site_w, high_w - site_w)
        return self.w
