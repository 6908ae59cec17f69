"""The vehicles and prices of a server."""

from datetime import datetime
from typing import Protocol

from ..csms.connector import Connector
from ..hub import Hub
from ..prices.rate import Rate
from ..vehicles.model import Vehicle

NO_RATE = Rate()


class Prices(Protocol):
    """What a kWh costs, or cost."""

    def rate(
        self, id_tag: str, vehicle: str | None, at: datetime | None = None
    ) -> Rate:
        """Return the rate of a tag and a vehicle."""


class Vehicles(Protocol):
    """The vehicles of a server."""

    def all(self) -> list[Vehicle]:
        """Return all vehicles."""

    def get(self, vehicle_id: str) -> Vehicle | None:
        """Return a vehicle; None if it is unknown."""

    def at(self, connector: Connector) -> str | None:
        """Return the id of the vehicle at a connector."""


def prices_of(hub: Hub) -> Prices | None:
    """Return the prices of a server."""
    found: Prices | None = getattr(hub, "prices", None)
    return found


def vehicles_of(hub: Hub) -> Vehicles | None:
    """Return the vehicles of a server."""
    found: Vehicles | None = getattr(hub, "vehicles", None)
    return found


def rate_now(hub: Hub) -> Rate:
    """Return what a kWh costs the house now."""
    prices = prices_of(hub)
    return NO_RATE if prices is None else prices.rate("", None)


def vehicle_name(hub: Hub, vehicle_id: str) -> str | None:
    """Return the name of a vehicle; None for a guest, and for one that was removed."""
    vehicles = vehicles_of(hub)
    found = None if vehicles is None else vehicles.get(vehicle_id)
    return None if found is None else found.name
