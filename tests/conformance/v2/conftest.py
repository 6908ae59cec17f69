"""A server with one station of OCPP 2.0.1, and the station's end of the line."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from custom_components.ocpp_cs.const import CONF_CONNECTORS
from custom_components.ocpp_cs.hub import Hub
from tests.conformance.home import Home
from tests.conformance.tags import BLOCKED, EXPIRED, FAMILY, SECOND, VALID
from tests.integration.conftest import (
    charger_subentry,
    hub,  # noqa: F401 - pytest looks for fixtures here
    id_tag_subentry,
    wait_for,
)

from .station import Station, Visit

MASTER = "CAFE0009"
MASTERS = "MASTERS"
"""The group of MASTER."""


@pytest.fixture
def evses() -> int:
    """Return how many EVSEs the station has."""
    return 1


@pytest.fixture
def subentries(evses: int) -> list[Any]:
    """Return the station, and the tags that the user entered."""
    return [
        charger_subentry("CP1", "Garage", **{CONF_CONNECTORS: evses}),
        id_tag_subentry(VALID, "Anna", parent_id_tag=FAMILY),
        id_tag_subentry(SECOND, "Ben", parent_id_tag=FAMILY),
        id_tag_subentry(BLOCKED, "Carl", blocked=True),
        id_tag_subentry(EXPIRED, "Dora", valid_until="2020-01-01T00:00:00+00:00"),
        id_tag_subentry(MASTER, "Eve", parent_id_tag=MASTERS),
    ]


@pytest.fixture
async def line(home: Home, server_url: str, evses: int) -> AsyncIterator[Station]:
    """Return a station that has not connected yet."""
    station = Station(server_url, evses=evses)
    yield station
    await station.disconnect()
    station.check()


async def is_ready(home: Home, hub: Hub) -> None:  # noqa: F811
    """Return once the station has been asked all that there is to ask."""
    charge_point = hub.central_system.charge_points["CP1"]

    def is_set_up() -> bool:
        session: Any = charge_point.link
        return bool(session and session._setup and session._setup.done())

    await wait_for(home.hass, lambda: charge_point.ready and is_set_up())


@pytest.fixture
async def station(home: Home, hub: Hub, line: Station) -> Station:  # noqa: F811
    """Return a station that has booted, and is set up."""
    await line.connect()
    await line.booted()
    await is_ready(home, hub)
    await home.shows_status("available")
    line.frames.clear()
    return line


@pytest.fixture
async def visit(home: Home, station: Station) -> Visit:
    """Return a visit that has begun with a valid token, and charges."""
    visit = station.visit()
    await visit.charge()
    await home.shows_charging("on")
    station.frames.clear()
    return visit
