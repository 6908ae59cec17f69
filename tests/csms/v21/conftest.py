"""A central system for stations of OCPP 2, and a station of 2.1."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
import json
from typing import Any

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from tests.csms.test_central_system import World, until
from tests.csms.v2.station import V2Station, device_model


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Return a central system that listens."""
    world = World(MemoryStore())
    await world.start()
    yield world
    await world.central_system.stop()


@dataclass
class Box:
    """A station that is set up, and both ends of its connection."""

    charge_point: ChargePoint
    station: V2Station
    told: list[tuple[str, dict[str, Any]]]
    """The events that it has caused: kind and data."""

    async def send(self, frame: list[Any]) -> None:
        """Send a frame as it is."""
        await self.station.websocket.send(json.dumps(frame))

    async def settled(self) -> None:
        """Wait until all that was sent is handled: calls are answered in their order."""
        await self.station.call("Heartbeat")


@pytest.fixture
async def box(world: World) -> AsyncIterator[Box]:
    """Return a station of 2.1 with two EVSEs, by frames that the test makes."""
    charge_point = world.adopt()
    told: list[tuple[str, dict[str, Any]]] = []
    charge_point.listen(lambda kind, data: told.append((kind, data)))
    async with V2Station.of(
        world, model=device_model(evses=2), version="2.1"
    ) as station:
        await station.booted(world)
        await until(charge_point.link._setup.done)
        station.received.clear()
        yield Box(charge_point, station, told)
