"""What a kWh costs: a number, or what an entity says."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant, State

from ..const import CONF_PRICE, CONF_PRICE_ENTITY

_ENERGY = {"wh": 1000.0, "kwh": 1.0, "mwh": 0.001}
"""How many of it are in a kWh, by how it is written in a price's unit."""

_CENTS = frozenset({"c", "ct", "cent", "cents", "¢", "p", "öre", "øre"})
"""Hundredths of a currency, in lower case."""


class Price:
    """The price of a kWh in Home Assistant's currency, which may change any time."""

    def __init__(
        self, hass: HomeAssistant, options: Callable[[], Mapping[str, Any]]
    ) -> None:
        """Take it from the options that `options` returns at the time."""
        self._hass = hass
        self._options = options
        self._entity_id: str | None = None
        self._last: float | None = None

    def __call__(self) -> float | None:
        """Return the price; the last one known while the entity has none."""
        options = self._options()
        entity_id: str | None = options.get(CONF_PRICE_ENTITY)
        if not entity_id:
            number: float | None = options.get(CONF_PRICE)
            return number
        if entity_id != self._entity_id:
            self._entity_id, self._last = entity_id, None
        if (state := self._hass.states.get(entity_id)) is not None and (
            price := price_of(state)
        ) is not None:
            self._last = price
        return self._last


def price_of(state: State) -> float | None:
    """Return what a kWh costs by an entity, whether in `EUR/kWh` or in `ct/kWh`.

    A unit that is not understood is taken for a currency per kWh.
    """
    try:
        price = float(state.state)
    except ValueError:
        return None
    if not isfinite(price):
        return None
    money, _, energy = str(
        state.attributes.get(ATTR_UNIT_OF_MEASUREMENT, "")
    ).partition("/")
    price *= _ENERGY.get(energy.strip().lower(), 1.0)
    return price / 100.0 if money.strip().lower() in _CENTS else price
