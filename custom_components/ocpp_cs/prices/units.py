"""The price of a kWh, from the state of an entity."""

from math import isfinite

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import State

_ENERGY = {"wh": 1000.0, "kwh": 1.0, "mwh": 0.001}
"""Factors to a price per kWh, by the energy unit in lower case."""

_CENTS = frozenset({"c", "ct", "cent", "cents", "¢", "p", "öre", "øre"})
"""Units that are a hundredth of a currency, in lower case."""

_OTHER_QUANTITIES = frozenset(
    [
        "%",
        "a",
        "ma",
        "v",
        "kv",
        "va",
        "w",
        "kw",
        "mw",
        "wh",
        "kwh",
        "mwh",
        "vah",
        "°c",
        "°f",
        "k",
        "h",
        "min",
        "s",
        "d",
        "km",
        "m",
        "kg",
        "g",
        "l",
        "hz",
        "db",
    ]
)
"""Units that no price has, in lower case."""


def may_be_price(state: State) -> bool:
    """Return whether an entity tells a price, by its value and unit.

    What has an unknown unit may be one: currencies are written in many ways.
    """
    unit = str(state.attributes.get(ATTR_UNIT_OF_MEASUREMENT, "")).strip().lower()
    return price_of(state) is not None and unit not in _OTHER_QUANTITIES


def price_of(state: State | None) -> float | None:
    """Return the price of a kWh from an entity in `EUR/kWh` or `ct/kWh`.

    An unknown unit is taken as currency per kWh.
    """
    if state is None:
        return None
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
