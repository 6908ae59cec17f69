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

from ..const import CONF_GUESTS, CONF_TARIFF
from ..forms.numbers import Price
from .tariffs import TariffKind

_KIND: Final = "kind"
_PRICE: Final = "price"
_SUN_PRICE: Final = "sun_price"

_SECTION: Final = section(
    vol.Schema(
        {
            vol.Required(_KIND, default=TariffKind.HOUSE.value): SelectSelector(
                SelectSelectorConfig(
                    options=["house", "fixed", "plus"],
                    mode=SelectSelectorMode.LIST,
                    translation_key="tariff_kind",
                )
            ),
            vol.Optional(_PRICE): Price(-100, 100_000),
            vol.Optional(_SUN_PRICE): Price(-100, 100_000),
        }
    ),
    {"collapsed": True},
)
TARIFF_FIELD: Final[dict[vol.Marker, Any]] = {vol.Optional(CONF_TARIFF): _SECTION}
"""The section for a tag or a vehicle, to be added to the schema of a form."""
GUESTS_FIELD: Final[dict[vol.Marker, Any]] = {vol.Optional(CONF_GUESTS): _SECTION}
"""The same for guests."""

_PRICE_UNUSED: Final = {CONF_TARIFF: "tariff_price_unused"}
_SUN_PRICE_UNUSED: Final = {CONF_TARIFF: "tariff_sun_price_unused"}
"""The errors of the form for what was entered where it has no meaning."""


def tariff_problem(
    user_input: Mapping[str, Any], before: object = None
) -> dict[str, str]:
    """Return the error of a form for what was entered in the section.

    Args:
        user_input: What was entered in the form.
        before: The tariff of before, as it is stored: its prices may stay in the fields
            of a form in which the price of the house is chosen again.
    """
    given = user_input.get(CONF_TARIFF) or {}
    kind = given.get(_KIND, TariffKind.HOUSE)
    known = before if isinstance(before, Mapping) else {}

    def is_new(field: str) -> bool:
        return field in given and given[field] != known.get(field)

    if kind != TariffKind.HOUSE and _PRICE not in given:
        return {CONF_TARIFF: "tariff_price_missing"}
    if kind == TariffKind.HOUSE and is_new(_PRICE):
        return _PRICE_UNUSED
    if kind != TariffKind.FIXED and is_new(_SUN_PRICE):
        return _SUN_PRICE_UNUSED
    return {}


def guests_problem(
    user_input: Mapping[str, Any], before: object = None
) -> dict[str, str]:
    """Return the error of a form for the tariff of guests: see `tariff_problem`."""
    found = tariff_problem({CONF_TARIFF: user_input.get(CONF_GUESTS)}, before)
    return dict.fromkeys((CONF_GUESTS,), *found.values()) if found else {}


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


def guests_data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tariff of guests for the options; empty if it is that of the server."""
    found = tariff_data({CONF_TARIFF: user_input.get(CONF_GUESTS)})
    return {CONF_GUESTS: found[CONF_TARIFF]} if found else {}


def tariff_input(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tariff in the data of a subentry as the form shows it."""
    kept = data.get(CONF_TARIFF)
    return {CONF_TARIFF: dict(kept) if isinstance(kept, Mapping) else {}}
