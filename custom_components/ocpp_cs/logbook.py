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
    match event[CONF_TYPE]:
        case "boot":
            return _boot(data)
        case "fault":
            return _fault(data)
        case "security":
            return f"reported a security event: {_details(data['type'], data['tech_info'])}"
        case "sign_certificate":
            return "asked for a certificate to be signed"
        case "upload_received":
            return f"uploaded {data['file_name']}"
    verb = "sent" if data["direction"] == "received" else "was sent"
    what = " ".join(filter(None, (data["vendor_id"], data["message_id"])))
    return f"{verb} vendor data {what} ({_words(data['status'])})"


def _boot(data: dict[str, Any]) -> str:
    said = "started"
    if data["firmware"]:
        said += f" with firmware {data['firmware']}"
    if data["reason"]:
        said += f" after a {_words(data['reason'])}"
    return said


def _fault(data: dict[str, Any]) -> str:
    number, error = data["connector_id"], data["error_code"]
    return _details(
        "reported a fault"
        + (f" at connector {number}" if number else "")
        + (f": {_words(error)}" if error != "no_error" else ""),
        data["vendor_error_code"] and f"vendor code {data['vendor_error_code']}",
        data["info"],
    )


def _details(said: str, *details: str | None) -> str:
    known = ", ".join(filter(None, details))
    return f"{said} ({known})" if known else said


def _words(name: str) -> str:
    return name.replace("_", " ")
