"""What a kWh costs."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Rate:
    """The prices of a kWh at one moment, for one tag or vehicle; None is unknown."""

    grid: float | None = None
    """The price of a kWh from the grid."""
    sun: float | None = None
    """The price of a kWh of the own sun, which could have been sold instead.

    Without a feed-in tariff it costs nothing.
    """
    currency: str = ""
    """The currency as in ISO 4217."""
