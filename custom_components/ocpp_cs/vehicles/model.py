"""A vehicle, as its user described it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

GUEST: Final = "guest"
"""The id of a vehicle that is none of the known ones."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Vehicle:
    """A vehicle of a server; what its user has not said is None or empty."""

    id: str
    """The id of its subentry."""
    name: str
    capacity_kwh: float | None = None
    phases: int | None = None
    max_a: float | None = None
    soc_entity: str | None = None
    """Its state of charge in %."""
    target_entity: str | None = None
    """The state of charge in % at which it stops by itself."""
    plugged_entity: str | None = None
    """A binary sensor that is on while it is plugged in, at whatever charger."""
    id_tags: tuple[str, ...] = ()
    """The tags that mean this vehicle, as `tag_key` spells them."""
    identities: tuple[str, ...] = ()
    """What chargers tell of it: EVCCID, MAC; upper case, without separators."""
    icon: str | None = None
    picture: str | None = None
    """The URL of a picture."""
    mode: str | None = None
    """The charge mode that is set when it is plugged in: one of `CHARGE_MODES`."""
    limit_soc: float | None = None
    """The state of charge in % at which charging stops, in every mode but manual."""
    target_soc: float | None = None
    """The state of charge in % that its plan is for."""
    energy_kwh: float | None = None
    """The energy in kWh that its plan is for, where no state of charge is known."""
    plan: Mapping[str, Any] = field(default_factory=dict)
    """What else its plan wants when it is plugged in: fields of `plans.model.Wanted`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectedVehicle:
    """A car that is plugged in and tells its id, vehicle of the server or not."""

    evccid: str
    label: str
    """The id with the place where it is, for users."""
    capacity_kwh: float | None
    vehicle_id: str | None
    """The vehicle that it was recognised as, by whatever; or `GUEST`."""
    is_known: bool
    """Whether a vehicle has this id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Car:
    """What is known at present of the car at a connector, or of the one expected there."""

    id: str | None = None
    """The id of the vehicle or `GUEST`; None while no vehicle is plugged in or known."""
    capacity_kwh: float | None = None
    phases: int | None = None
    max_a: float | None = None
    soc: float | None = None
    """Its state of charge in %."""
    target: float | None = None
    """The state of charge in % at which it stops by itself."""
    tells_soc: bool = False
    """True if a state of charge can be converted to energy."""

    @property
    def missing_kwh(self) -> float | None:
        """The energy that it still takes; None if that is unknown."""
        if self.soc is None or not self.capacity_kwh:
            return None
        target = 100.0 if self.target is None else self.target
        return max(0.0, target - self.soc) / 100 * self.capacity_kwh
