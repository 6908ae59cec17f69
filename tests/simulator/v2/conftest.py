"""What the tests of the station share."""

from collections.abc import AsyncIterator

import pytest

from tests.simulator.v2.csms import Csms


@pytest.fixture
async def csms() -> AsyncIterator[Csms]:
    """Return a CSMS that runs; all that came must be valid in the end."""
    async with Csms() as running:
        yield running
    assert running.wrong == []
