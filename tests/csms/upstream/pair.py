"""A central system, and a second one that is its upstream; all of it over real sockets."""

from pathlib import Path
from typing import Any, Self

from custom_components.ocpp_cs.csms.access.authorization import Authorizer
from custom_components.ocpp_cs.csms.central_system import load_versions
from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore, Transaction
from custom_components.ocpp_cs.csms.transactions.writer import StoreWriter
from custom_components.ocpp_cs.csms.upstream.model import UpstreamSettings
from custom_components.ocpp_cs.csms.upstream.station import VirtualStation
from custom_components.ocpp_cs.csms.upstream.told.books import UpstreamBooks
from custom_components.ocpp_cs.csms.upstream.upstreams import Upstreams
from simulator import ChargingStation, Generic
from tests.csms.test_central_system import World, until

__all__ = ["Charger", "Pair", "charger_of", "sessions", "until"]

VERSIONS = load_versions()


class Pair:
    """A house with a charge point, and an employer behind it."""

    def __init__(
        self,
        path: Path | None = None,
        *,
        house: Authorizer | None = None,
        employer: Authorizer | None = None,
    ) -> None:
        """Make both.

        Args:
            path: The file with the books of the house; None for none.
            house: What decides on id tags in the house; without it all are accepted.
            employer: The same at the employer.
        """
        storage = MemoryStore() if path is None else StoreWriter(path)
        self.house = World(storage, authorizer=house)
        self.employer = World(MemoryStore(), authorizer=employer)
        self.books = UpstreamBooks(
            storage if isinstance(storage, StoreWriter) else None
        )
        self.upstreams = Upstreams(
            self.house.ledger, storage, self.books, VERSIONS.agreed
        )

        self.house.central_system.others = self.upstreams.cards
        if house is not None:
            self.upstreams.cards.house = house

    async def __aenter__(self) -> Self:
        """Start both."""
        await self.house.start()
        await self.employer.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        """Stop both."""
        await self.upstreams.stop()
        await self.house.central_system.stop()
        await self.employer.central_system.stop()
        if isinstance(self.house.storage, StoreWriter):
            await self.house.storage.close()

    def attach(self, **more: Any) -> ChargePoint:
        """Adopt the charge point on both sides, and let the employer be told of it."""
        charge_point = self.house.adopt("CP1")
        self.employer.adopt("CP1")
        self.upstreams.attach(charge_point)
        self.upstreams.apply([self.settings(**more)])
        return charge_point

    def settings(self, **more: Any) -> UpstreamSettings:
        """Return the settings of the employer."""
        return UpstreamSettings(
            **{
                "id": "employer",
                "name": "Employer",
                "url": f"ws://127.0.0.1:{self.employer.central_system.port}/ocpp",
                "charge_points": frozenset({"CP1"}),
                **more,
            }
        )

    @property
    def station(self) -> VirtualStation:
        """What plays the charge point for the employer."""
        (station,) = self.upstreams.stations.values()
        return station

    @property
    def told(self) -> list[Transaction]:
        """What is in the employer's books."""
        return sessions(self.employer)

    @property
    def ours(self) -> list[Transaction]:
        """What is in the books of the house."""
        return sessions(self.house)


def sessions(world: World) -> list[Transaction]:
    """Return the sessions that a central system has in memory, by their start."""
    return sorted(world.ledger.at_hand("CP1"), key=lambda one: one.start)


type Charger = Generic | ChargingStation
"""A simulated charger of either version."""


def charger_of(world: World, version: str, **options: Any) -> Charger:
    """Return a charger that speaks a version to a central system."""
    url = f"ws://127.0.0.1:{world.central_system.port}/ocpp"
    options = {"noise": 0.0, "backoff": (0.05, 0.2), **options}
    if version == "1.6":
        return Generic(url, "CP1", **options)
    return ChargingStation(url, "CP1", version=version, **options)
