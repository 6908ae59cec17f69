"""The page *Prices* of the options: what energy costs, and what sun would have earned."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlow
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.core import State
from homeassistant.data_entry_flow import section
from homeassistant.generated.currencies import ACTIVE_CURRENCIES
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

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
    CONF_SURCHARGE,
    CONF_VAT,
)
from ..energy_dashboard.fields import is_taken_over, told_by, with_take_over
from ..energy_dashboard.proposals import async_proposals
from ..forms.errors import with_notice
from ..forms.numbers import Number, Price, in_currency, number_problem, opened
from .options import currency_of, price_options, shows_prices
from .prices import Prices
from .reading import async_read_prices
from .tariff_fields import GUESTS_FIELD, guests_data, guests_problem
from .units import may_be_price

SECTION_ADDED: Final = "added"

_NUMBERS: Final = ["sensor", "input_number", "number"]
"""The domains of entities whose state can be a price."""

_USUAL_CURRENCIES: Final = [
    "EUR",
    "CHF",
    "CZK",
    "DKK",
    "GBP",
    "NOK",
    "PLN",
    "SEK",
    "USD",
]
"""What most will look for, at the top of a list of 150."""

_FIELDS: Final = vol.Schema(
    {
        # Most people have a price that does not change.
        vol.Optional(CONF_PRICE): Price(-100, 100_000),
        vol.Optional(CONF_PRICE_ENTITIES): EntitySelector(
            EntitySelectorConfig(
                domain=[Platform.SENSOR, Platform.EVENT], multiple=True
            )
        ),
        vol.Optional(CONF_PRICE_ENTITY): EntitySelector(
            EntitySelectorConfig(domain=_NUMBERS)
        ),
        vol.Optional(SECTION_ADDED): section(
            vol.Schema(
                {
                    vol.Optional(CONF_VAT): Number(0, 100, "%"),
                    vol.Optional(CONF_SURCHARGE): Price(-100, 100_000),
                }
            ),
            {"collapsed": True},
        ),
        vol.Optional(CONF_FEED_IN): Price(-100, 100_000),
        vol.Optional(CONF_FEED_IN_ENTITY): EntitySelector(
            EntitySelectorConfig(domain=_NUMBERS)
        ),
        vol.Optional(CONF_DISCHARGED): Price(-100, 100_000),
    }
)

_NOTHING: Final[Mapping[str, Any]] = {}
_NO_WORDS: Final = dict.fromkeys(("entity",), "")
"""The placeholders of errors, while there is none."""
_NOT_A_PRICE: Final = {
    CONF_PRICE_ENTITY: {CONF_PRICE_ENTITY: "not_a_price"},
    CONF_FEED_IN_ENTITY: {CONF_FEED_IN_ENTITY: "not_a_price"},
}
"""The errors of the form for an entity whose state is no price."""

type SaveOptions = Callable[[Mapping[str, Any]], ConfigFlowResult]
"""Ends a flow: replaces the options of one form, and keeps those of the others."""


class PriceForms:
    """The form of an options flow for prices."""

    def __init__(self, flow: OptionsFlow, save: SaveOptions) -> None:
        """Show the form within `flow`; `save` ends it with the entered options."""
        self._flow = flow
        self._save = save
        self._seen: object = None
        """The options of the page when it was shown."""

    async def async_step_prices(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for what a kWh costs, and what it earns."""
        hass, schema = self._flow.hass, self._schema(user_input)
        proposal = (await async_proposals(hass)).prices
        shown = self._shown()
        options = self._flow.config_entry.options
        before, self._seen = self._seen, options.get(CONF_PRICES, _NOTHING)
        # What the Energy dashboard knows fills in a form of which nothing is known.
        if not price_options(self._flow.config_entry.options).is_set:
            shown |= proposal
        errors: dict[str, str] = {}
        words = {
            **_NO_WORDS,
            "dashboard": told_by(hass, proposal),
            **self._present(),
        }
        if is_taken_over(user_input):
            shown = {**(user_input or {}), **proposal}
        elif user_input is not None:
            shown = user_input
            errors, bounds = number_problem(schema, user_input)
            words |= bounds
            if not errors and before != self._seen:
                # Whoever sends the form again has read it, and is obeyed.
                errors = {"base": "changed_meanwhile"}
            if not errors:
                errors = self._guests_problem(user_input)
            if not errors:
                errors, words["entity"] = await self._unread(user_input)
            if not errors:
                data = _data(user_input)
                if data.get(CONF_CURRENCY) == hass.config.currency:
                    # A change of Home Assistant's currency is followed then.
                    del data[CONF_CURRENCY]
                if data.get(CONF_SHOW_PRICES):
                    # What most want is not kept.
                    del data[CONF_SHOW_PRICES]
                return self._save({CONF_PRICES: data})
        return self._flow.async_show_form(
            step_id="prices",
            data_schema=self._flow.add_suggested_values_to_schema(
                with_take_over(opened(schema, errors), proposal, shown), shown
            ),
            errors=with_notice(schema, errors),
            description_placeholders=words,
            last_step=True,
        )

    def _schema(self, user_input: Mapping[str, Any] | None) -> vol.Schema:
        usual = self._flow.hass.config.currency
        chosen = (user_input or {}).get(CONF_CURRENCY)
        currency = chosen or currency_of(self._flow.config_entry.options, usual)
        fields = _FIELDS.extend(
            {
                vol.Required(CONF_CURRENCY, default=usual): SelectSelector(
                    SelectSelectorConfig(
                        options=list(
                            dict.fromkeys(
                                [usual, *_USUAL_CURRENCIES, *sorted(ACTIVE_CURRENCIES)]
                            )
                        ),
                        mode=SelectSelectorMode.DROPDOWN,
                    )
                ),
                vol.Optional(CONF_SHOW_PRICES, default=True): BooleanSelector(),
                **GUESTS_FIELD,
            }
        )
        return in_currency(fields, currency)

    def _shown(self) -> dict[str, Any]:
        """Return the options as the form shows them."""
        known = price_options(self._flow.config_entry.options)
        shown = {
            CONF_PRICE_ENTITIES: list(known.coming),
            CONF_PRICE_ENTITY: known.entity,
            CONF_PRICE: known.price,
            SECTION_ADDED: {
                key: value
                for key, value in (
                    (CONF_VAT, known.vat),
                    (CONF_SURCHARGE, known.surcharge),
                )
                if value
            },
            CONF_FEED_IN: known.feed_in,
            CONF_FEED_IN_ENTITY: known.feed_in_entity,
            CONF_DISCHARGED: known.discharged,
            CONF_CURRENCY: known.currency,
            CONF_SHOW_PRICES: shows_prices(self._flow.config_entry.options),
            CONF_GUESTS: None if known.guests is None else known.guests.record,
        }
        return {key: value for key, value in shown.items() if value not in (None, [])}

    def _guests_problem(self, user_input: Mapping[str, Any]) -> dict[str, str]:
        known = price_options(self._flow.config_entry.options).guests
        before = None if known is None else known.record
        return guests_problem(user_input, before)

    def _present(self) -> dict[str, str]:
        """Return what is known at present, in words for the form."""
        grid = sun = until = "–"
        entry = self._flow.config_entry
        if entry.state is ConfigEntryState.LOADED:
            prices: Prices = entry.runtime_data.prices
            rate = prices.rate("", None)
            grid, sun = (
                "–" if price is None else f"{price:.4f} {prices.currency}"
                for price in (rate.grid, rate.sun)
            )
            if prices.tells_coming and (slots := prices.coming(dt_util.utcnow())):
                until = f"{dt_util.as_local(slots[-1].end):%Y-%m-%d %H:%M}"
        return {"grid": grid, "sun": sun, "until": until}

    async def _unread(
        self, user_input: Mapping[str, Any]
    ) -> tuple[dict[str, str], str]:
        """Return the errors for entities that tell no price, and the name of one.

        Those that tell nothing at present may do so later.
        """
        hass, now = self._flow.hass, dt_util.utcnow()
        lists: list[str] = user_input.get(CONF_PRICE_ENTITIES) or []
        states = [state for one in lists if (state := self._told(one)) is not None]
        if (
            states
            and len(states) == len(lists)
            and not await async_read_prices(hass, lists, now)
        ):
            return {CONF_PRICE_ENTITIES: "no_prices"}, ", ".join(
                str(state.name) for state in states
            )
        for key, errors in _NOT_A_PRICE.items():
            if (
                (entity_id := user_input.get(key)) is not None
                and (state := self._told(entity_id)) is not None
                and state.state != STATE_UNKNOWN
                and not may_be_price(state)
            ):
                return errors, str(state.name)
        return {}, ""

    def _told(self, entity_id: str) -> State | None:
        state = self._flow.hass.states.get(entity_id)
        return None if state is None or state.state == STATE_UNAVAILABLE else state


def _data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entered values as options; what is empty is left out."""
    values = {**user_input, **(user_input.get(SECTION_ADDED) or {})}
    for part in (SECTION_ADDED, CONF_GUESTS):
        values.pop(part, None)
    values |= guests_data(user_input)
    return {key: value for key, value in values.items() if value not in (None, [])}
