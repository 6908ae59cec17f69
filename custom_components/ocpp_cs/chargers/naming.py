"""Names and ids of servers, chargers, their devices and their entities."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.helpers import device_registry as dr

from ..const import CONF_MODEL, CONF_VENDOR, DEFAULT_PORT, DOMAIN, SUBENTRY_CHARGER
from ..foreign_text import plain


def server_title(port: int) -> str:
    """Return the default title of a server."""
    name = "OCPP Central System"
    return name if port == DEFAULT_PORT else f"{name} ({port})"


def identifier(charge_point_id: str, connector: int | None = None) -> str:
    """Return the id of a charger, or of one of its connectors, in Home Assistant.

    The ids are unique: `/` is the separator, so that it is written as `%2F` within an
    id, and `%` itself as `%25`. With another separator `BOX`, connector 1, would be the
    same as `BOX_1`.
    """
    quoted = charge_point_id.replace("%", "%25").replace("/", "%2F")
    return quoted if connector is None else f"{quoted}/{connector}"


def unique_id(charge_point_id: str, key: str, connector: int | None = None) -> str:
    """Return the unique id of an entity of a charger or connector."""
    return f"{identifier(charge_point_id, connector)}/{key}"


def device_identifier(
    charge_point_id: str, connector: int | None = None
) -> tuple[str, str]:
    """Return the device identifier of a charger, or of one of its connectors."""
    return (DOMAIN, identifier(charge_point_id, connector))


def connector_of(device: dr.AnyDeviceEntry, charge_point_id: str) -> int | None:
    """Return the connector that a device belongs to; None for the charger's device."""
    if isinstance(device, dr.ChildDeviceEntry):
        prefix = f"{identifier(charge_point_id)}/"
        for domain, own in device.identifiers:
            number = own.removeprefix(prefix)
            if domain == DOMAIN and number.isdecimal():
                return int(number)
    return None


def product_name(told: Mapping[str, Any]) -> str | None:
    """Return vendor and model as one name; None if neither was reported."""
    vendor, model = told.get(CONF_VENDOR), told.get(CONF_MODEL)
    if vendor and model and model.lower().startswith(vendor.lower()):
        vendor = None
    return plain(" ".join(filter(None, (vendor, model)))) or None


def charger_name(
    entry: ConfigEntry[Any], charge_point_id: str, told: Mapping[str, Any]
) -> str:
    """Return a name for a charger that is unique on its server."""
    if (name := product_name(told)) is None:
        return charge_point_id
    taken = {
        subentry.title
        for subentry in entry.subentries.values()
        if subentry.unique_id != charge_point_id
    }
    return f"{name} {charge_point_id}" if name in taken else name


def name_taken(
    entry: ConfigEntry[Any], name: str, charge_point_id: str | None = None
) -> bool:
    """Return whether another charger of the server has that name, ignoring case."""
    return any(
        subentry.title.casefold() == name.casefold()
        and subentry.unique_id != charge_point_id
        for subentry in entry.get_subentries_of_type(SUBENTRY_CHARGER)
    )
