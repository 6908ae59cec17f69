"""What happens once, as events on Home Assistant's bus, for automations to answer."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from homeassistant.const import ATTR_DEVICE_ID, CONF_TYPE
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN

if TYPE_CHECKING:
    from .charger import Charger

EVENT = f"{DOMAIN}_event"
ATTR_DATA = "data"

_TYPES = frozenset({"data_transfer", "sign_certificate", "upload_received"})
"""What needs an answer, or is for automations alone; the rest has event entities."""


@callback
def async_fire_events(hass: HomeAssistant, charger: Charger) -> Callable[[], None]:
    """Fire an event for whatever a charger asks or is told; return the way to stop.

    Its data: `device_id`, `type`, and `data` with what there is to say.
    """

    @callback
    def fire(kind: str, data: dict[str, Any]) -> None:
        if kind in _TYPES:
            hass.bus.async_fire(
                EVENT,
                {ATTR_DEVICE_ID: charger.device_id, CONF_TYPE: kind, ATTR_DATA: data},
            )

    return charger.charge_point.listen(fire)
