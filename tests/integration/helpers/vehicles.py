"""Vehicles of a server, and where they are."""

from typing import Any

from homeassistant.core import HomeAssistant

from custom_components.ocpp_cs.const import SUBENTRY_VEHICLE
from custom_components.ocpp_cs.csms.connector import Connector
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.vehicles.model import GUEST
from tests.integration.conftest import wait_for


def vehicle_subentry(name: str = "Zoe", **data: Any) -> dict[str, Any]:
    """Return the data of the subentry of a vehicle."""
    return {
        "data": data,
        "subentry_type": SUBENTRY_VEHICLE,
        "title": name,
        "unique_id": None,
    }


def connector_of(hub: Hub, number: int = 1, charge_point_id: str = "CP1") -> Connector:
    """Return a connector."""
    return hub.central_system.charge_points[charge_point_id].connector(number)


def named(hub: Hub, vehicle_id: str | None) -> str | None:
    """Return the name of a vehicle, `guest`, or None."""
    return GUEST if vehicle_id == GUEST else hub.vehicles.name_of(vehicle_id)


def at(hub: Hub, number: int = 1) -> str | None:
    """Return the name of the vehicle at a connector, `guest`, or None."""
    return named(hub, hub.vehicles.at(connector_of(hub, number)))


def id_of(hub: Hub, name: str) -> str:
    """Return the id of a vehicle."""
    return next(one.id for one in hub.vehicles.all() if one.name == name)


def choose(hub: Hub, name: str, number: int = 1) -> None:
    """Choose the vehicle at a connector, by its name or `guest`."""
    charger = next(one for one in hub.chargers.values() if one.charge_point.id == "CP1")
    hub.vehicles.async_choose(
        charger,
        connector_of(hub, number),
        GUEST if name == GUEST else id_of(hub, name),
    )


async def comes(
    hass: HomeAssistant, hub: Hub, name: str | None, number: int = 1
) -> None:
    """Wait until a vehicle is known to be at a connector."""
    await wait_for(hass, lambda: at(hub, number) == name)
