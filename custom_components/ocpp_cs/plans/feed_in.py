"""What a kWh earns that is fed into the grid: a number, or an entity with its prices."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import HomeAssistant

from ..const import CONF_FEED_IN
from ..sessions.pricing import price_of
from ..smart_charging.numbers import number
from ..smart_charging.planning.prices import PriceSlot
from .prices import read_attributes

_AHEAD: Final = timedelta(days=8)


def feed_in_slots(
    hass: HomeAssistant, options: Mapping[str, Any], now: datetime
) -> list[PriceSlot]:
    """Return what sun earns from now on; empty if it is unknown.

    An entity without a list of prices stands for its present price.
    """
    chosen = options.get(CONF_FEED_IN)
    price = number(chosen)
    if price is None and isinstance(chosen, str) and "." in chosen:
        if slots := read_attributes(hass, [chosen], now):
            return slots
        state = hass.states.get(chosen)
        price = None if state is None else price_of(state)
    if price is None:
        return []
    return [PriceSlot(now, now + _AHEAD, price)]
