"""The demo's charging places: what is where, and what it is called."""

from dataclasses import dataclass

GARAGE_ID = "237512"
CARPORT_ID = "11752628"

YARD_ID = "300815"
"""Not set up: it is found in the network, and waits for a click."""

NAMES = {GARAGE_ID: "Garage", CARPORT_ID: "Carport"}
"""Charge point id -> the name that it is adopted with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A connector that cars charge at."""

    title: str
    charge_point_id: str
    connector: int
    max_power: int
    """What it can deliver, in W."""
    car_current: float
    """What the cars that come here can take, in A per phase."""
    evenings: tuple[float, ...]
    """What was charged on each of the last days, in kWh; today's last."""
    mode: str | None = None
    """What it follows from the beginning; None is manual."""
    limit_a: float | None = None
    """The current limit from the beginning: what its wiring carries."""

    def key(self, platform: str, key: str) -> str:
        """Return the key of an entity of the connector, see `entity_ids`."""
        return f"{platform}.{self.charge_point_id}/{self.connector}/{key}"

    def charger_key(self, platform: str, key: str) -> str:
        """Return the key of an entity of the whole charger."""
        return f"{platform}.{self.charge_point_id}/{key}"


PLACES = (
    Place(
        title="Garage",
        charge_point_id=GARAGE_ID,
        connector=1,
        max_power=11_000,
        car_current=16.0,
        evenings=(18.2, 0.0, 31.5, 7.4, 22.8, 0.0, 26.1),
        mode="solar",
        limit_a=16.0,
    ),
    Place(
        title="Carport, left",
        charge_point_id=CARPORT_ID,
        connector=1,
        max_power=22_000,
        car_current=32.0,
        evenings=(0.0, 41.7, 0.0, 12.3, 0.0, 35.0, 9.8),
        mode="min_solar",
    ),
    Place(
        title="Carport, right",
        charge_point_id=CARPORT_ID,
        connector=2,
        max_power=22_000,
        car_current=16.0,
        evenings=(9.6, 0.0, 14.9, 0.0, 27.2, 0.0, 0.0),
    ),
)
