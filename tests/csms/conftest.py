"""What the tests of the central system share."""

from collections.abc import AsyncIterator

import pytest

from .central import Central, Link


@pytest.fixture
async def central() -> AsyncIterator[Central]:
    """Return a running central system that answers with what it gets."""
    async with Central() as central:
        yield central


@pytest.fixture
async def link(central: Central) -> Link:
    """Return a connection to it."""
    return await central.connect()
