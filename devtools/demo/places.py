"""The demo's charging places: what is where, what it is called, and who charges there."""

from dataclasses import dataclass

GARAGE_ID = "237512"
CARPORT_ID = "11752628"
DRIVEWAY_ID = "DRIVEWAY-1"
"""It speaks OCPP 2.1 and lets cars give energy back; the others speak 1.6."""

YARD_ID = "300815"
"""Not set up: it is found in the network, and waits for a click."""

NAMES = {GARAGE_ID: "Garage", CARPORT_ID: "Carport", DRIVEWAY_ID: "Driveway"}
"""Charge point id -> the name that it is adopted with."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Driver:
    """Who holds a card to the reader, and with which car."""

    name: str
    id_tag: str
    car: str | None = None
    """What the car is called; None is a guest's, which is not set up."""
    icon: str = "mdi:car-electric"
    capacity_kwh: float = 50.0
    current_a: float = 16.0
    """What the car can take, in A per phase."""


ANNA = Driver(
    name="Anna",
    id_tag="04A1B2C3D4",
    car="Enyaq",
    icon="mdi:car-estate",
    capacity_kwh=77.0,
)
BEN = Driver(
    name="Ben",
    id_tag="04B2C3D4E5",
    car="Zoe",
    icon="mdi:car-hatchback",
    capacity_kwh=52.0,
    current_a=32.0,
)
GUESTS = Driver(name="Guests", id_tag="04C3D4E5F6")

DRIVERS = (ANNA, BEN, GUESTS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A connector that cars charge at; in OCPP 2.1 it is an EVSE."""

    title: str
    charge_point_id: str
    connector: int
    max_power: int
    """What it can deliver, in W."""
    driver: Driver
    """Who usually charges here."""
    often: float
    """On which part of all days somebody charges here."""
    hours: tuple[int, int]
    """Between which hours of the day they come."""
    mode: str | None = None
    """What it follows from the beginning; None is manual."""
    limit_a: float | None = None
    """The current limit from the beginning: what its wiring carries."""
    discharge_w: float | None = None
    """What the cars here can give back, in W; None for those that only charge."""

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
        driver=ANNA,
        often=0.55,
        hours=(9, 14),
        mode="solar",
        limit_a=16.0,
    ),
    Place(
        title="Carport, left",
        charge_point_id=CARPORT_ID,
        connector=1,
        max_power=22_000,
        driver=BEN,
        often=0.45,
        hours=(11, 20),
        mode="min_solar",
    ),
    Place(
        title="Carport, right",
        charge_point_id=CARPORT_ID,
        connector=2,
        max_power=22_000,
        driver=GUESTS,
        often=0.2,
        hours=(14, 19),
    ),
    Place(
        title="Driveway",
        charge_point_id=DRIVEWAY_ID,
        connector=1,
        max_power=11_000,
        driver=GUESTS,
        often=0.15,
        hours=(10, 16),
        discharge_w=7400.0,
    ),
)
