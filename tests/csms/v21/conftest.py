"""A central system for stations of OCPP 2."""

from collections.abc import AsyncIterator

import pytest

from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from tests.csms.test_central_system import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Return a central system that listens."""
    world = World(MemoryStore())
    await world.start()
    yield world
    await world.central_system.stop()
