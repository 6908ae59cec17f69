"""A central system with both ports."""

from collections.abc import AsyncIterator

import pytest

from tests.csms.central import complaints

from .secured import Secured


@pytest.fixture
async def central(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Secured]:
    """Return a central system that listens on both ports, and says nothing above INFO."""
    async with Secured() as central:
        await central.server.listen_tls(0)
        yield central
    assert complaints(caplog) == []
