"""Logbook descriptions of the bus events, in the language of Home Assistant."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.components.logbook.const import (
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.const import ATTR_DEVICE_ID, CONF_TYPE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.translation import async_get_cached_translations

from .chargers.bus_events import ACTIVITY, ATTR_DATA
from .const import DOMAIN
from .sessions.events import SESSION_ENDED, SESSION_STARTED

type Words = Callable[..., str]
"""Returns the translation with that name, with its placeholders filled in."""


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, str]]], None],
) -> None:
    """Register the description of the integration's events."""

    @callback
    def describe(event: Event) -> dict[str, str]:
        registry = dr.async_get(hass)
        words = _words(hass)
        if event.data[CONF_TYPE] in {SESSION_STARTED, SESSION_ENDED}:
            name, message = _session(words, hass.config.language, event.data)
        else:
            device = registry.async_get(event.data[ATTR_DEVICE_ID])
            name = device.name_by_user or device.name if device is not None else None
            message = _message(words, event.data)
        return {
            LOGBOOK_ENTRY_NAME: name or event.data[ATTR_DEVICE_ID],
            LOGBOOK_ENTRY_MESSAGE: message,
        }

    async_describe_event(DOMAIN, ACTIVITY, describe)


def _words(hass: HomeAssistant) -> Words:
    language = hass.config.language
    texts: Mapping[str, str] = {
        **async_get_cached_translations(hass, language, "common", DOMAIN),
        **async_get_cached_translations(hass, language, "entity", DOMAIN),
    }

    def words(name: str, /, **values: str) -> str:
        for place in ("common.logbook_", "entity.sensor.error_code.state."):
            if (text := texts.get(f"component.{DOMAIN}.{place}{name}")) is not None:
                return text.format(**values)
        # A vendor-specific name has no translation.
        return name.replace("_", " ")

    return words


def _message(words: Words, event: Any) -> str:
    """Return the message for an event."""
    data = event[ATTR_DATA]
    match event[CONF_TYPE]:
        case "battery_swap":
            return words(
                f"battery_swap_{data['event']}", number=str(len(data["batteries"]))
            )
        case "boot":
            return _boot(words, data)
        case "der_alarm":
            said = words("der_alarm_ended" if data["ended"] else "der_alarm")
            fault = data["grid_event_fault"]
            return _details(said, fault and fault.replace("_", " "), data["info"])
        case "der_control":
            key = "der_control_started" if data["started"] else "der_control_ended"
            return words(key, id=data["control_id"])
        case "fault":
            return _fault(words, data)
        case "limit_ignored":
            return words("limit_ignored", limit=f"{data['limit']:g}")
        case "publish_firmware":
            return words("publish_firmware", status=data["status"].replace("_", " "))
        case "settlement":
            return _details(
                words("settlement", amount=f"{data['amount'] or 0.0:.2f}"),
                words(f"settlement_{data['status']}"),
            )
        case "sign_certificate":
            return words("sign_certificate")
        case "upload_received":
            return words("upload_received", file=data["file_name"])
    what = " ".join(filter(None, (data["vendor_id"], data["message_id"])))
    key = "data_sent" if data["direction"] == "received" else "data_received"
    status = str(data["status"])
    return words(key, what=what, status=words(f"status_{status}"))


def _session(words: Words, language: str, event: Any) -> tuple[str | None, str]:
    """Return who started or ended a session, and the message for that.

    Without a name of tag or vehicle it is the charger.
    """
    data = event[ATTR_DATA]
    who, name = data["who"], data["name"]
    kind = event[CONF_TYPE]
    if who is None:
        kind = f"{kind}_by_nobody"
    energy, cost = data.get("energy"), data.get("cost")
    if energy is None:
        kind = kind.replace("_ended", "_ended_somehow")
    elif cost is not None:
        kind = kind.replace("_ended", "_ended_with_cost")
    comma = "," if language.partition("-")[0] == "de" else "."
    message = words(
        kind,
        name=name,
        energy=f"{energy or 0.0:.1f}".replace(".", comma),
        cost=f"{cost or 0.0:.2f}".replace(".", comma),
        currency=data.get("currency") or "",
    )
    return who or name, " ".join(message.split())


def _boot(words: Words, data: dict[str, Any]) -> str:
    said = words("boot")
    if data["firmware"]:
        said = words("boot_firmware", firmware=data["firmware"])
    if data["reason"]:
        said = f"{said} {words(f'after_{data["reason"]}')}"
    return said


def _fault(words: Words, data: dict[str, Any]) -> str:
    number, error = data["connector_id"], data["error_code"]
    said = words("fault_at", number=str(number)) if number else words("fault")
    if error != "no_error":
        said = f"{said}: {words(error)}"
    code = data["vendor_error_code"]
    return _details(said, code and words("vendor_code", code=code), data["info"])


def _details(said: str, *details: str | None) -> str:
    known = ", ".join(filter(None, details))
    return f"{said} ({known})" if known else said
