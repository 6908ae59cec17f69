"""A central system with both ports."""

from collections.abc import AsyncIterator

import pytest

from custom_components.ocpp_cs.csms.wire import websocket
from tests.csms.central import complaints

from .secured import Secured


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a slow machine the time for handshakes that come byte by byte."""
    monkeypatch.setattr(websocket, "OPEN_TIMEOUT", 60.0)


@pytest.fixture
async def central(caplog: pytest.LogCaptureFixture) -> AsyncIterator[Secured]:
    """Return a central system that listens on both ports, and says nothing above INFO."""
    async with Secured() as central:
        await central.server.listen_tls(0)
        yield central
    assert complaints(caplog) == []
