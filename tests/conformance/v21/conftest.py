"""A central system without Home Assistant, and stations that connect to it."""

from collections.abc import AsyncIterator

import pytest

from custom_components.ocpp_cs.csms.charge_point import ChargePoint
from custom_components.ocpp_cs.csms.limits.methods import LimitTiming
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from simulator import ChargingStation
from tests.csms.test_central_system import World, until


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Return a central system that listens."""
    world = World(MemoryStore())
    await world.start()
    yield world
    await world.central_system.stop()


@pytest.fixture
def charge_point(world: World) -> ChargePoint:
    """Return the station as the central system knows it."""
    charge_point = world.adopt()
    charge_point.profile_methods.timing = LimitTiming(guard=0.0)
    return charge_point


@pytest.fixture
async def station(
    world: World, charge_point: ChargePoint
) -> AsyncIterator[ChargingStation]:
    """Return a simulated station of OCPP 2.1 that is connected and set up."""
    url = f"ws://127.0.0.1:{world.central_system.port}"
    async with ChargingStation(url, "CP1", version="2.1", time_factor=20.0) as station:
        await until(lambda: charge_point.ready)
        yield station
