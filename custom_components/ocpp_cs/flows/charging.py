"""The forms for solar charging: meters, fuse, battery, prices and forecast."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, STATE_UNAVAILABLE
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..charging.grid import power_of
from ..const import (
    CONF_BATTERY_POWER,
    CONF_CURRENTS,
    CONF_EXPORT_POWER,
    CONF_FORECAST,
    CONF_GRID_POWER,
    CONF_GRID_SIGN,
    CONF_PRICE_ENTITIES,
    CONF_SOLAR,
    SIGN_EXPORT,
    SIGN_IMPORT,
)
from ..forms.numbers import number_problem, opened
from ..plans.forecast import async_read_forecast
from ..plans.prices import async_read_prices
from .charging_fields import (
    SECTION_BATTERY,
    SECTION_FUSE,
    SECTION_PLANS,
    SOLAR_SCHEMA,
    flat,
    in_sections,
    level_problem,
)

_SIGN_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_GRID_SIGN, default=SIGN_IMPORT): SelectSelector(
            SelectSelectorConfig(
                options=[SIGN_IMPORT, SIGN_EXPORT],
                mode=SelectSelectorMode.LIST,
                translation_key="grid_sign",
            )
        )
    }
)


_NO_POWER = {
    CONF_GRID_POWER: {CONF_GRID_POWER: "not_a_power"},
    CONF_EXPORT_POWER: {CONF_EXPORT_POWER: "not_a_power"},
    CONF_BATTERY_POWER: {SECTION_BATTERY: "not_a_power"},
}
"""The errors of a form for an entity that is not a power sensor."""

_METERS = (CONF_GRID_POWER, CONF_EXPORT_POWER, CONF_BATTERY_POWER, *CONF_CURRENTS)


def _named_twice(values: Mapping[str, Any]) -> str | None:
    """Return an entity that is selected for two meters."""
    named = [values[key] for key in _METERS if key in values]
    return next((one for one in named if named.count(one) > 1), None)


type SaveOptions = Callable[[Mapping[str, Any]], ConfigFlowResult]
"""Ends a flow: replaces the options of one form, and keeps those of the others."""


class SolarForms:
    """The forms of an options flow for solar charging."""

    def __init__(self, flow: OptionsFlow, save: SaveOptions) -> None:
        """Show the forms within `flow`; `save` ends it with the entered options."""
        self._flow = flow
        self._save = save
        self._solar: dict[str, Any] = {}
        self._odd_entity = ""

    async def async_step_solar(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the meters, the fuse and the battery."""
        known = self._flow.config_entry.options.get(CONF_SOLAR) or {}
        errors: dict[str, str] = {}
        words: dict[str, str] = {}
        self._odd_entity = ""
        if user_input is not None:
            self._solar = values = flat(user_input)
            errors, words = number_problem(SOLAR_SCHEMA, user_input)
            errors = (
                errors
                or level_problem(values)
                or self._problems(values)
                or await self._unread(values)
            )
            if not errors:
                if CONF_GRID_POWER in values and CONF_EXPORT_POWER not in values:
                    return await self.async_step_sign()
                return self._save({CONF_SOLAR: self._solar})
        return self._flow.async_show_form(
            step_id="solar",
            data_schema=self._flow.add_suggested_values_to_schema(
                opened(SOLAR_SCHEMA, errors),
                in_sections(known) if user_input is None else user_input,
            ),
            errors=errors,
            description_placeholders={"entity": self._odd_entity, **words},
        )

    def _problems(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Return the errors for entities; one without a state may get it later."""
        if CONF_EXPORT_POWER in values and CONF_GRID_POWER not in values:
            return {CONF_GRID_POWER: "import_missing"}
        if twice := _named_twice(values):
            self._odd_entity = twice
            return {"base": "entity_twice"}
        named = [key for key in CONF_CURRENTS if key in values]
        if named and len(named) < len(CONF_CURRENTS):
            return {SECTION_FUSE: "phase_missing"}
        for key, errors in _NO_POWER.items():
            state = self._flow.hass.states.get(values.get(key, ""))
            silent = state is None or state.state in ("unknown", "unavailable")
            if not silent and power_of(state) is None:
                self._odd_entity = state.name if state is not None else ""
                return errors
        return {}

    async def _unread(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Return the errors for prices and forecast, which are read for a test."""
        entity_ids: list[str] = values.get(CONF_PRICE_ENTITIES) or []
        states = [
            state
            for one in entity_ids
            if (state := self._flow.hass.states.get(one)) is not None
            and state.state != STATE_UNAVAILABLE
        ]
        if (
            states
            and len(states) == len(entity_ids)
            and not await async_read_prices(
                self._flow.hass, entity_ids, dt_util.utcnow()
            )
        ):
            self._odd_entity = ", ".join(state.name for state in states)
            return {SECTION_PLANS: "no_prices"}
        if values.get(CONF_FORECAST) and not await async_read_forecast(self._flow.hass):
            return {SECTION_PLANS: "no_forecast"}
        return {}

    async def async_step_sign(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the present value of the grid meter, and ask what its sign means."""
        if user_input is not None:
            return self._save({CONF_SOLAR: self._solar | user_input})
        state = self._flow.hass.states.get(self._solar[CONF_GRID_POWER])
        watts = power_of(state)
        drawn = fed = "–"
        if watts is not None:
            drawn, fed = f"{max(watts, 0):.0f} W", f"{max(-watts, 0):.0f} W"
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT, "") if state else ""
        return self._flow.async_show_form(
            step_id="sign",
            data_schema=self._flow.add_suggested_values_to_schema(
                _SIGN_SCHEMA, self._flow.config_entry.options.get(CONF_SOLAR) or {}
            ),
            description_placeholders={
                "entity": state.name if state else self._solar[CONF_GRID_POWER],
                "value": f"{state.state} {unit}".strip() if state else "–",
                "positive": drawn,
                "negative": fed,
            },
            last_step=True,
        )
