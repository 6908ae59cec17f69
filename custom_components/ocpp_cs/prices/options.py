"""The options of the page *Prices*, and those of versions before it.

Options may have been edited by hand: what makes no sense counts as not set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..const import (
    CONF_CURRENCY,
    CONF_DISCHARGED,
    CONF_FEED_IN,
    CONF_FEED_IN_ENTITY,
    CONF_GUESTS,
    CONF_PRICE,
    CONF_PRICE_ENTITIES,
    CONF_PRICE_ENTITY,
    CONF_PRICES,
    CONF_SHOW_PRICES,
    CONF_SOLAR,
    CONF_SURCHARGE,
    CONF_VAT,
)
from ..smart_charging.numbers import number
from .tariffs import Tariff, read_tariff

_OF_SERVER: Final = (CONF_PRICE, CONF_PRICE_ENTITY)
"""Where the options were before: those of the server itself ..."""
_OF_PLANS: Final = (CONF_PRICE_ENTITIES, CONF_FEED_IN)
"""... and those among the options of solar charging."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceOptions:
    """Where the prices of a server come from; None and empty is not set."""

    price: float | None = None
    entity: str | None = None
    """Its state is the present price."""
    coming: tuple[str, ...] = ()
    """The entities with the prices of the coming hours."""
    vat: float = 0.0
    """What is added to the prices of entities, in %."""
    surcharge: float = 0.0
    """What is added to the prices of entities after that, per kWh."""
    feed_in: float | None = None
    feed_in_entity: str | None = None
    discharged: float | None = None
    """What a kWh is worth that a vehicle gives back."""
    currency: str | None = None
    guests: Tariff | None = None
    """What somebody pays whose card and vehicle are not known."""

    @property
    def lists(self) -> tuple[str, ...]:
        """The entities that may tell the prices of the coming hours."""
        return self.coming or ((self.entity,) if self.entity else ())

    @property
    def is_set(self) -> bool:
        """Whether there is anything of what a kWh costs or earns."""
        return self.has_price or bool(self.feed_in_entity) or self.feed_in is not None

    @property
    def has_price(self) -> bool:
        """Whether there is a price of energy from the grid, or an entity for it."""
        return self.price is not None or bool(self.lists)

    @property
    def is_fixed(self) -> bool:
        """Whether the price is the one that was entered, and no entity tells another."""
        return self.price is not None and not self.lists

    @property
    def record(self) -> dict[str, Any]:
        """The same as options of the page, from which `price_options` makes it."""
        values: dict[str, Any] = {
            CONF_PRICE: self.price,
            CONF_PRICE_ENTITY: self.entity,
            CONF_PRICE_ENTITIES: list(self.coming),
            CONF_VAT: self.vat or None,
            CONF_SURCHARGE: self.surcharge or None,
            CONF_FEED_IN: self.feed_in,
            CONF_FEED_IN_ENTITY: self.feed_in_entity,
            CONF_DISCHARGED: self.discharged,
            CONF_CURRENCY: self.currency,
            CONF_GUESTS: None if self.guests is None else self.guests.record,
        }
        return {key: value for key, value in values.items() if value not in (None, [])}


def price_options(options: Mapping[str, Any]) -> PriceOptions:
    """Return where the prices come from, by the options of a server."""
    chosen = options.get(CONF_PRICES)
    if not isinstance(chosen, Mapping):
        chosen = earlier_prices(options)
    currency = chosen.get(CONF_CURRENCY)
    return PriceOptions(
        price=number(chosen.get(CONF_PRICE)),
        entity=_entity(chosen.get(CONF_PRICE_ENTITY)),
        coming=_entities(chosen.get(CONF_PRICE_ENTITIES)),
        vat=number(chosen.get(CONF_VAT)) or 0.0,
        surcharge=number(chosen.get(CONF_SURCHARGE)) or 0.0,
        feed_in=number(chosen.get(CONF_FEED_IN)),
        discharged=number(chosen.get(CONF_DISCHARGED)),
        feed_in_entity=_entity(chosen.get(CONF_FEED_IN_ENTITY)),
        currency=currency if isinstance(currency, str) and currency else None,
        guests=read_tariff(chosen.get(CONF_GUESTS)),
    )


def shows_prices(options: Mapping[str, Any]) -> bool:
    """Return whether chargers are to show prices and costs, by the options of a server."""
    chosen = options.get(CONF_PRICES)
    return not isinstance(chosen, Mapping) or chosen.get(CONF_SHOW_PRICES) is not False


def currency_of(options: Mapping[str, Any], usual: str) -> str:
    """Return the currency of all prices; `usual` is that of Home Assistant."""
    return price_options(options).currency or usual


def earlier_prices(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the prices among the options of a version before this page."""
    solar = options.get(CONF_SOLAR)
    solar = solar if isinstance(solar, Mapping) else {}
    found = {key: options[key] for key in _OF_SERVER if options.get(key) is not None}
    found |= {key: solar[key] for key in _OF_PLANS if solar.get(key) is not None}
    # It could be an entity for those who edited the file.
    if (entity := _entity(found.get(CONF_FEED_IN))) is not None:
        del found[CONF_FEED_IN]
        found[CONF_FEED_IN_ENTITY] = entity
    return found


def without_earlier(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options without the prices of a version before this page."""
    kept = {key: value for key, value in options.items() if key not in _OF_SERVER}
    if isinstance(solar := kept.get(CONF_SOLAR), Mapping):
        kept[CONF_SOLAR] = {
            key: value for key, value in solar.items() if key not in _OF_PLANS
        }
    return kept


def _entity(chosen: object) -> str | None:
    return (
        chosen
        if isinstance(chosen, str) and "." in chosen and number(chosen) is None
        else None
    )


def _entities(chosen: object) -> tuple[str, ...]:
    several = chosen if isinstance(chosen, (list, tuple)) else (chosen,)
    return tuple(found for one in several if (found := _entity(one)) is not None)
