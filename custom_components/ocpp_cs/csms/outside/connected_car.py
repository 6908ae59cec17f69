"""What a charge point knows of the vehicle that is connected (2.x: ConnectedEV)."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectedCar:
    """What was told of a connected vehicle; None where nothing plausible was told.

    Its needs for a session (`CarNeeds`) are another message with another life.
    """

    told_at: datetime
    """The time of the newest value, by our clock."""
    evccid: str | None = None
    """The id of its communication controller (ISO 15118): 12 hex digits, upper case."""
    protocol: str | None = None
    """The protocol that was agreed on with it, as it was told."""
    soc: float | None = None
    """Its state of charge in %."""
    full_soc: float | None = None
    """The state of charge in % at which it considers itself full."""
    capacity_kwh: float | None = None
    departure: datetime | None = None
    energy_kwh: float | None = None
    """The energy that it wants."""
    least_kwh: float | None = None
    """The energy that it needs at least."""
    most_kwh: float | None = None
    """The most energy that it can take."""
    charge_w: float | None = None
    """The highest power that it takes."""
    discharge_w: float | None = None
    """The highest power that it gives, as a positive value."""
    seconds_to_full: int | None = None
