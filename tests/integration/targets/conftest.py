"""Chargers of OCPP 2.1, and what their sessions are told."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.csms.connector import Connector
from custom_components.ocpp_cs.hub import Hub
from simulator import ChargingStation
from tests.integration.conftest import charger_subentry, wait_for
from tests.integration.helpers.control import QUICK, SOLAR

type AddStation = Callable[..., Awaitable[ChargingStation]]


@pytest.fixture
def subentries() -> list[Any]:
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture
def options() -> dict[str, Any]:
    return {"solar": SOLAR}


def connector_of(hub: Hub) -> Connector:
    """Return the connector of the only charger."""
    return hub.central_system.charge_points["CP1"].connector(1)


@pytest.fixture
async def station(
    hass: HomeAssistant, hub: Hub, server_url: str, socket_enabled: None
) -> AsyncIterator[AddStation]:
    """Connect a station of 2.1, whose variables have some values."""
    async with AsyncExitStack() as stack:

        async def add(version: str = "2.1", **options: Any) -> ChargingStation:
            charge_point = hub.central_system.charge_points["CP1"]
            charge_point.profile_methods.timing = QUICK
            one = ChargingStation(
                server_url,
                "CP1",
                version=version,
                backoff=(2.0, 5.0),
                **{"time_factor": 60.0, **options},
            )
            await stack.enter_async_context(one)
            await wait_for(hass, lambda: charge_point.ready)
            return one

        yield add


async def begin(hass: HomeAssistant, hub: Hub, station: ChargingStation) -> None:
    """Begin a session that charges."""
    await station.plug()
    await station.present_card("HOME")
    await wait_for(hass, lambda: connector_of(hub).charging)
