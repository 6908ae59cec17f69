"""How much of the sun there is for cars."""

from dataclasses import dataclass

from .meter import number
from .model import HouseReading, Settings


def within(value: float | None, low: float, high: float) -> float:
    """Return what is nearest to value between low and high."""
    return (low + high) / 2 if value is None else min(max(value, low), high)


@dataclass(frozen=True, kw_only=True, slots=True)
class Battery:
    """What the house's battery means for the cars now."""

    counted_w: float = 0.0
    """What is added to the power from the grid."""
    first_w: float = 0.0
    """What charges the battery and is not for cars."""
    keeps_going: bool = False
    lets_begin: bool = False


def battery(reading: HouseReading, settings: Settings) -> Battery:
    """Return what its power and state of charge mean.

    Without a known state of charge it comes first where it is to come first at all,
    and helps nobody.
    """
    soc = number(reading.battery_soc)
    power = number(reading.battery_w) or 0.0
    before = settings.priority_soc > 0 and (soc is None or soc < settings.priority_soc)
    charging = min(power, 0.0)
    return Battery(
        counted_w=power - charging if before else power,
        first_w=-charging if before else 0.0,
        keeps_going=soc is not None and soc > settings.buffer_soc,
        lets_begin=soc is not None
        and soc > max(settings.buffer_soc, settings.buffer_start_soc),
    )


class Surplus:
    """What cars that follow the sun may take in all, themselves included."""

    def __init__(self) -> None:
        """Start without a value."""
        self.w: float | None = None

    def update(self, site_w: float, low_w: float, high_w: float) -> float:
        """Take what house and cars take together, and what the cars may be taking.

        A command changes both, but not the surplus: while it is not known what the
        cars take, the surplus stays what it was as far as that can still be.
        """
        self.w = within(self.w, low_w - site_w, high_w - site_w)
        return self.w
