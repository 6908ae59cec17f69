"""What a charge point knows of the vehicle that is connected (2.x: ConnectedEV)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from .car_needs import CarNeeds


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectedCar:
    """What was told of a connected vehicle; None where nothing plausible was told.

    Its needs for a session (`CarNeeds`) are another message with another life.
    """

    told_at: datetime = field(compare=False)
    """The time of the newest value, by our clock."""
    times: Mapping[str, datetime] = field(default_factory=dict, compare=False)
    """The time of each value, by its field."""
    charged_kwh: Mapping[str, float] = field(default_factory=dict, compare=False)
    """The energy of the session when an energy was told, by the field of that."""
    evccid: str | None = None
    """The id of its communication controller (ISO 15118), upper case and without
    separators: 12 hex digits, or the longer ids of ISO 15118-20."""
    protocol: str | None = None
    """The protocol that was agreed on with it, as it was told."""
    supported: tuple[str, ...] = ()
    """The protocols that it supports, the preferred one first."""
    certificates: tuple[str, ...] = ()
    """The certificates of its chain that were told, by their place in it."""
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

    def missing_kwh(self, charged_kwh: float) -> float | None:
        """Return the energy that it still wants; None if it told none.

        Args:
            charged_kwh: The energy of the session so far.
        """
        return self._left("energy_kwh", self.energy_kwh, charged_kwh)

    def least_missing_kwh(self, charged_kwh: float) -> float | None:
        """Return the energy that it still needs at least; None if it told none."""
        return self._left("least_kwh", self.least_kwh, charged_kwh)

    def _left(self, name: str, told: float | None, charged_kwh: float) -> float | None:
        if told is None:
            return None
        since = max(charged_kwh - self.charged_kwh.get(name, 0.0), 0.0)
        return max(told - since, 0.0)


class CarTeller(Protocol):
    """A connector that tells of its vehicle in several ways."""

    @property
    def needs(self) -> CarNeeds | None:
        """What the vehicle has told of its needs."""

    @property
    def car(self) -> ConnectedCar | None:
        """What was told of the vehicle itself."""

    @property
    def soc(self) -> float | None:
        """The state of charge that was measured."""

    @property
    def soc_at(self) -> datetime | None:
        """When that changed last."""

    @property
    def session_energy_wh(self) -> float | None:
        """The energy of the session."""


def told_soc(connector: CarTeller) -> float | None:
    """Return the newest state of charge of a vehicle, whoever tells it."""
    told: list[tuple[datetime | None, float]] = [
        (_time_of(one, "soc"), one.soc)
        for one in (connector.car, connector.needs)
        if one is not None and one.soc is not None
    ]
    if (soc := connector.soc) is not None and 0 <= soc <= 100:
        told.insert(0, (connector.soc_at, soc))
    return _newest(told)


def told_capacity_kwh(connector: CarTeller) -> float | None:
    """Return the newest capacity that a vehicle has told."""
    capacity: float | None = _told(connector, "capacity_kwh")
    return capacity


def told_full_soc(connector: CarTeller) -> float | None:
    """Return the newest state of charge at which a vehicle considers itself full."""
    full: float | None = _told(connector, "full_soc")
    return full


def told_departure(connector: CarTeller, now: datetime) -> datetime | None:
    """Return the newest time of departure; None if that is unknown, or over."""
    departure: datetime | None = _told(connector, "departure")
    return departure if departure is not None and departure > now else None


def told_missing_kwh(connector: CarTeller) -> float | None:
    """Return the energy that a vehicle still wants, by what it has told last."""
    charged = (connector.session_energy_wh or 0.0) / 1000
    return _newest(
        [
            (_time_of(one, "energy_kwh"), one.missing_kwh(charged))
            for one in (connector.car, connector.needs)
            if one is not None and one.energy_kwh is not None
        ]
    )


def told_energy_kwh(connector: CarTeller) -> float | None:
    """Return the energy that a vehicle wanted when it told that last."""
    energy: float | None = _told(connector, "energy_kwh")
    return energy


def told_needed_kwh(connector: CarTeller) -> float | None:
    """Return the energy that a vehicle needed at least when it told that last."""
    energy: float | None = _told(connector, "least_kwh")
    return energy


def told_names(one: ConnectedCar | CarNeeds) -> frozenset[str]:
    """Return the fields that users see of what was told."""
    names = ("departure", "energy_kwh", "least_kwh", "evccid", "soc")
    return frozenset(name for name in names if getattr(one, name, None) is not None)


def told_least_kwh(connector: CarTeller) -> float | None:
    """Return the energy that a vehicle still needs at least; None if it told none."""
    charged = (connector.session_energy_wh or 0.0) / 1000
    return _newest(
        [
            (_time_of(one, "least_kwh"), one.least_missing_kwh(charged))
            for one in (connector.car, connector.needs)
            if one is not None and one.least_kwh is not None
        ]
    )


def _told(connector: CarTeller, name: str) -> Any:
    return _newest(
        [
            (_time_of(one, name), value)
            for one in (connector.car, connector.needs)
            if one is not None and (value := getattr(one, name)) is not None
        ]
    )


def _time_of(one: ConnectedCar | CarNeeds, name: str) -> datetime:
    if isinstance(one, ConnectedCar):
        return one.times.get(name, one.told_at)
    return one.told_at


def _newest[T](told: list[tuple[datetime | None, T]]) -> T | None:
    """Return the newest value; the first one of those that are equally new.

    One without a time is the oldest.
    """
    timed = [(time.timestamp() if time else 0.0, value) for time, value in told]
    return max(timed, key=lambda one: one[0])[1] if timed else None
