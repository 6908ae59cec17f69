"""What the tests of go-e's HTTP side share: a simulated charger, and our client of it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from custom_components.ocpp_cs.goe.client import GoEClient
from simulator import GoE
from tests.simulator.central import Central

from .devices import FAST_CLIENT, device


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as running:
        yield running


@pytest.fixture
async def charger() -> AsyncIterator[GoE]:
    """A charger as it leaves the factory, with its HTTP API on."""
    async with device() as running:
        yield running


@pytest.fixture
def client(charger: GoE, session: aiohttp.ClientSession) -> GoEClient:
    assert charger.http is not None
    return GoEClient(session, charger.http.url, **FAST_CLIENT)


@pytest.fixture
async def central() -> AsyncIterator[Central]:
    async with Central() as running:
        yield running
