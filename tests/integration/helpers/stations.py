"""A station of OCPP 2.0.1 that connects to Home Assistant."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.csms.v2.station import V2Station, device_model
from tests.integration.conftest import wait_for


@asynccontextmanager
async def connected_station(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    server_url: str,
    charge_point_id: str = "CP1",
    evses: int = 1,
) -> AsyncIterator[V2Station]:
    """Connect a station; nothing is asked of it any more."""
    charge_points = entry.runtime_data.central_system.charge_points
    async with V2Station(
        f"{server_url}{charge_point_id}", model=device_model(evses)
    ) as station:
        await station.boot()
        charge_point = charge_points[charge_point_id]
        await wait_for(
            hass,
            lambda: (
                charge_point.ready
                and charge_point.link._setup is not None
                and charge_point.link._setup.done()
            ),
        )
        station.received.clear()
        yield station
