"""What the simulator's tests share."""

from collections.abc import AsyncIterator

import pytest

from tests.simulator.central import Central


@pytest.fixture
async def central() -> AsyncIterator[Central]:
    async with Central() as running:
        yield running
