"""What the tests of the central system share."""

from collections.abc import AsyncIterator
import logging

import pytest

from .central import Central, Link


@pytest.fixture
async def central(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Central]:
    """Return a running central system that answers with what it gets.

    No charge point may make it log an error.
    """
    async with Central() as central:
        yield central
    records = caplog.get_records("call")
    assert not [record for record in records if record.levelno >= logging.ERROR]


@pytest.fixture
async def link(central: Central) -> Link:
    """Return a connection to it."""
    return await central.connect()
