"""What chargers are called."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry

from .const import CONF_MODEL, CONF_VENDOR, SUBENTRY_CHARGER


def product_name(told: Mapping[str, Any]) -> str | None:
    """Return vendor and model in one, as far as the charger has told them."""
    vendor, model = told.get(CONF_VENDOR), told.get(CONF_MODEL)
    if vendor and model and model.lower().startswith(vendor.lower()):
        vendor = None
    return " ".join(filter(None, (vendor, model))) or None


def charger_name(
    entry: ConfigEntry[Any], charge_point_id: str, told: Mapping[str, Any]
) -> str:
    """Return a name for a charger that no other one of the server has."""
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
    """Return whether another charger of the server is called so; capitals do not matter."""
    return any(
        subentry.title.casefold() == name.casefold()
        and subentry.unique_id != charge_point_id
        for subentry in entry.get_subentries_of_type(SUBENTRY_CHARGER)
    )
