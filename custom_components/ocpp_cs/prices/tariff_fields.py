"""The section of a form for the tariff of a tag or a vehicle."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..const import CONF_TARIFF
from ..forms.numbers import Number
from .tariffs import TariffKind

_KIND: Final = "kind"
_PRICE: Final = "price"
_SUN_PRICE: Final = "sun_price"

TARIFF_FIELD: Final[dict[vol.Marker, Any]] = {
    vol.Optional(CONF_TARIFF): section(
        vol.Schema(
            {
                vol.Required(_KIND, default=TariffKind.HOUSE.value): SelectSelector(
                    SelectSelectorConfig(
                        options=["house", "fixed", "plus"],
                        mode=SelectSelectorMode.LIST,
                        translation_key="tariff_kind",
                    )
                ),
                vol.Optional(_PRICE): Number(-100, 100_000),
                vol.Optional(_SUN_PRICE): Number(-100, 100_000),
            }
        ),
        {"collapsed": True},
    )
}
"""The section, to be added to the schema of a form."""


def tariff_problem(user_input: Mapping[str, Any]) -> dict[str, str]:
    """Return the error of a form for what was entered in the section."""
    given = user_input.get(CONF_TARIFF) or {}
    if given.get(_KIND, TariffKind.HOUSE) != TariffKind.HOUSE and _PRICE not in given:
        return {CONF_TARIFF: "tariff_price_missing"}
    return {}


def tariff_data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tariff for the data of a subentry; empty if it is that of the server."""
    given = user_input.get(CONF_TARIFF) or {}
    kind = given.get(_KIND, TariffKind.HOUSE)
    if kind == TariffKind.HOUSE or _PRICE not in given:
        return {}
    kept = {_KIND: str(kind), _PRICE: given[_PRICE]}
    if kind == TariffKind.FIXED and _SUN_PRICE in given:
        kept[_SUN_PRICE] = given[_SUN_PRICE]
    return {CONF_TARIFF: kept}


def tariff_input(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tariff in the data of a subentry as the form shows it."""
    kept = data.get(CONF_TARIFF)
    return {CONF_TARIFF: dict(kept) if isinstance(kept, Mapping) else {}}
