"""Events on Home Assistant's bus for automations."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from homeassistant.const import ATTR_DEVICE_ID, CONF_TYPE
from homeassistant.core import HomeAssistant, callback

from ..const import DOMAIN
from ..csms.charge_point import ChargePoint

EVENT = f"{DOMAIN}_event"
ACTIVITY = f"{DOMAIN}_activity"
"""The event that the logbook words: for what no event entity says in the same words."""

ATTR_DATA = "data"
ATTR_TRUNCATED = "truncated"

_LONGEST_TEXT = 10 * 1024
"""The maximum length of a text in bytes, as all listeners and the recorder get it."""

_OF_CONNECTORS = frozenset({"limit_ignored", "session_ended", "session_started"})
"""The events that belong to the device of a connector."""

_TYPES = {
    "battery_swap": "battery_swap",
    "boot": "boot",
    "data_transfer": "data_transfer",
    "der_alarm": "der_alarm",
    "der_control": "der_control",
    "fault": "fault",
    "limit_ignored": "limit_ignored",
    "monitor_event": "monitor",
    "publish_firmware": "publish_firmware",
    "security_event": "security",
    "session_ended": "session_ended",
    "session_started": "session_started",
    "settlement": "settlement",
    "sign_certificate": "sign_certificate",
    "upload_received": "upload_received",
}
"""The events by kind, with their public names. Cards are scanned tags instead."""


_SAID_BY_ENTITIES = frozenset({"monitor", "security"})


@callback
def async_fire_events(
    hass: HomeAssistant,
    charge_point: ChargePoint,
    device_id_of: Callable[[int], str],
) -> Callable[[], None]:
    """Fire a bus event for each event of a charge point that `_TYPES` lists.

    A second one is for the logbook, which describes all of one name or none: it has a
    line for each state of an event entity already.

    The data of the event has `device_id`, `type`, and `data` with the details.

    Args:
        hass: Home Assistant.
        charge_point: The charge point.
        device_id_of: Returns the id of the device of a connector; 0 is the charger.

    Returns:
        A function that stops this.
    """

    @callback
    def fire(kind: str, data: dict[str, Any]) -> None:
        if (name := _TYPES.get(kind)) is None:
            return
        number: int = data["connector_id"] if kind in _OF_CONNECTORS else 0
        told = {
            ATTR_DEVICE_ID: device_id_of(number),
            CONF_TYPE: name,
            ATTR_DATA: _shortened(
                {
                    key: value.isoformat() if isinstance(value, datetime) else value
                    for key, value in data.items()
                }
            ),
        }
        hass.bus.async_fire(EVENT, told)
        if name not in _SAID_BY_ENTITIES:
            hass.bus.async_fire(ACTIVITY, told)

    return charge_point.listen(fire)


def _shortened(data: dict[str, Any]) -> dict[str, Any]:
    """Return the data with long texts cut, and the names of those fields."""
    long = {
        key: value.encode("utf-8", "replace")[:_LONGEST_TEXT].decode(errors="ignore")
        for key, value in data.items()
        if isinstance(value, str)
        # A character has at least one and at most four bytes in UTF-8.
        and len(value) * 4 > _LONGEST_TEXT
        and len(value.encode("utf-8", "replace")) > _LONGEST_TEXT
    }
    return data | long | {ATTR_TRUNCATED: sorted(long)} if long else data
