"""The price of a kWh: a number, or the state of an entity."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant, State

from ..const import CONF_PRICE, CONF_PRICE_ENTITY

_ENERGY = {"wh": 1000.0, "kwh": 1.0, "mwh": 0.001}
"""Factors to a price per kWh, by the energy unit in lower case."""

_CENTS = frozenset({"c", "ct", "cent", "cents", "¢", "p", "öre", "øre"})
"""Units that are a hundredth of a currency, in lower case."""


class Price:
    """The current price of a kWh in Home Assistant's currency."""

    def __init__(
        self, hass: HomeAssistant, options: Callable[[], Mapping[str, Any]]
    ) -> None:
        """Create the price; `options` returns the current options."""
        self._hass = hass
        self._options = options
        self._entity_id: str | None = None
        self._last: float | None = None

    def __call__(self) -> float | None:
        """Return the price; while the entity has none, its last price."""
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
    """Return the price of a kWh from an entity in `EUR/kWh` or `ct/kWh`.

    An unknown unit is taken as currency per kWh.
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
