"""How the logbook words the events of the bus."""

from collections.abc import Callable
from typing import Any

from homeassistant.components.logbook.const import (
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.const import ATTR_DEVICE_ID, CONF_TYPE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .bus_events import ATTR_DATA, EVENT
from .const import DOMAIN


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, str]]], None],
) -> None:
    """Describe them."""

    @callback
    def describe(event: Event) -> dict[str, str]:
        device = dr.async_get(hass).async_get(event.data[ATTR_DEVICE_ID])
        name = device.name_by_user or device.name if device is not None else None
        return {
            LOGBOOK_ENTRY_NAME: name or event.data[ATTR_DEVICE_ID],
            LOGBOOK_ENTRY_MESSAGE: _message(event.data),
        }

    async_describe_event(DOMAIN, EVENT, describe)


def _message(event: Any) -> str:
    """Say what happened; entries of the logbook are in English."""
    data = event[ATTR_DATA]
    if event[CONF_TYPE] == "sign_certificate":
        return "asked for a certificate to be signed"
    if event[CONF_TYPE] == "upload_received":
        return f"uploaded {data['file_name']}"
    verb = "sent" if data["direction"] == "received" else "was sent"
    what = " ".join(filter(None, (data["vendor_id"], data["message_id"])))
    return f"{verb} vendor data {what} ({data['status'].replace('_', ' ')})"
