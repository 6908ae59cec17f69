"""The forms for solar charging: meters, fuse, battery, switching and forecast."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..charging.grid import power_of
from ..charging.house_settings import switching_of, unmeasured_fuse
from ..const import (
    CONF_BATTERY_POWER,
    CONF_BATTERY_SIGN,
    CONF_EXPORT_POWER,
    CONF_FORECAST,
    CONF_GRID_POWER,
    CONF_GRID_SIGN,
    CONF_HOLDING,
    CONF_PHASE_POWERS,
    CONF_PV_POWER,
    CONF_SOLAR,
    CONF_SWITCHING,
    SIGN_DISCHARGING,
    SIGN_EXPORT,
    SIGN_IMPORT,
)
from ..energy_dashboard.fields import is_taken_over, told_by, with_take_over
from ..energy_dashboard.proposals import async_proposals
from ..forms.numbers import number_problem, opened
from ..plans.forecast import async_read_forecast
from ..prices.options import price_options
from .charging_fields import (
    BATTERY,
    FUSE,
    METER,
    NO_HOLD,
    NO_WORDS,
    PLANS,
    SECTION_INVERTERS,
    SECTION_POWERS,
    SWITCHING,
    entered,
    entities_of,
    fields_of,
    in_sections,
    replaced,
)
from .charging_problems import (
    battery_problem,
    fuse_problem,
    meter_problem,
    named_twice,
    no_power,
    switching_problem,
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
    CONF_BATTERY_POWER: {CONF_BATTERY_POWER: "not_a_power"},
    CONF_PV_POWER: {SECTION_INVERTERS: "not_a_power"},
    CONF_PHASE_POWERS[0]: {SECTION_POWERS: "not_a_power"},
    CONF_PHASE_POWERS[1]: {SECTION_POWERS: "not_a_power"},
    CONF_PHASE_POWERS[2]: {SECTION_POWERS: "not_a_power"},
}
"""The errors of a form for an entity that is not a power sensor."""

type SaveOptions = Callable[[Mapping[str, Any]], ConfigFlowResult]
"""Ends a flow: replaces the options of one form, and keeps those of the others."""

type Check = Callable[[Mapping[str, Any]], dict[str, str]]
"""Returns the errors for the entered values."""


class SolarForms:
    """The forms of an options flow for solar charging.

    Each of them replaces its own options only.
    """

    def __init__(self, flow: OptionsFlow, save: SaveOptions) -> None:
        """Show the forms within `flow`; `save` ends it with the entered options."""
        self._flow = flow
        self._save = save
        self._solar: dict[str, Any] = {}
        self._odd_entity = ""
        self._proposal: Mapping[str, Any] = {}
        """What the Energy dashboard says of the subject of the form."""

    @property
    def _known(self) -> Mapping[str, Any]:
        """The options of solar charging before this flow."""
        return self._flow.config_entry.options.get(CONF_SOLAR) or {}

    async def async_step_solar(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the menu of subjects; who has no meter yet begins with that."""
        return self._menu() if self._known else await self.async_step_meter()

    def _menu(self) -> ConfigFlowResult:
        return self._flow.async_show_menu(
            step_id="solar",
            menu_options=[
                "meter",
                "fuse",
                "circuits",
                "battery",
                "switching",
                "plans",
                "outside",
            ],
        )

    # The forms.

    async def async_step_meter(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the grid meters and the inverters."""
        errors: dict[str, str] = {}
        words: dict[str, str] = {}
        self._proposal = (await async_proposals(self._flow.hass)).meter
        if is_taken_over(user_input):
            return self._taken_over("meter", METER, user_input or {})
        if user_input is not None:
            errors, words = self._take(METER, user_input, meter_problem)
            if not errors and CONF_GRID_POWER not in self._solar and not self._known:
                # Some have a main fuse only.
                return self._menu()
            if not errors:
                if CONF_GRID_POWER in self._solar and (
                    CONF_EXPORT_POWER not in self._solar
                ):
                    return await self.async_step_sign()
                return self._save({CONF_SOLAR: self._solar})
        return self._form("meter", METER, user_input, errors, words)

    async def async_step_sign(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the present value of the grid meter, and ask what its sign means."""
        if user_input is not None:
            return self._save({CONF_SOLAR: self._solar | user_input})
        states = [
            self._flow.hass.states.get(one)
            for one in entities_of(self._solar[CONF_GRID_POWER])
        ]
        powers = [power_of(state) for state in states]
        drawn = fed = "–"
        if None not in powers:
            watts = sum(power or 0.0 for power in powers)
            drawn, fed = f"{max(watts, 0):.0f} W", f"{max(-watts, 0):.0f} W"
        return self._flow.async_show_form(
            step_id="sign",
            data_schema=self._flow.add_suggested_values_to_schema(
                _SIGN_SCHEMA, {**self._known, **self._proposed_sign()}
            ),
            description_placeholders={
                "entity": ", ".join(
                    state.name if state else one
                    for state, one in zip(
                        states, entities_of(self._solar[CONF_GRID_POWER]), strict=True
                    )
                ),
                "value": ", ".join(
                    f"{state.state} {state.attributes.get(ATTR_UNIT_OF_MEASUREMENT, '')}".strip()
                    if state
                    else "–"
                    for state in states
                ),
                "positive": drawn,
                "negative": fed,
            },
            last_step=True,
        )

    async def async_step_fuse(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the main fuse, what measures its phases, and the peak."""
        errors: dict[str, str] = {}
        words: dict[str, str] = {}
        if user_input is not None:
            errors, words = self._take(FUSE, user_input, fuse_problem)
            if not errors:
                if unmeasured_fuse(self._solar) and not unmeasured_fuse(self._known):
                    return await self.async_step_unmeasured()
                return self._save({CONF_SOLAR: self._solar})
        return self._form("fuse", FUSE, user_input, errors, words)

    async def async_step_unmeasured(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say what a fuse without measured phases means."""
        if user_input is not None:
            return self._save({CONF_SOLAR: self._solar})
        return self._flow.async_show_form(
            step_id="unmeasured", data_schema=vol.Schema({}), last_step=True
        )

    async def async_step_battery(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the home battery, and when it must not be emptied into a car."""
        errors: dict[str, str] = {}
        words: dict[str, str] = {}
        usual = {CONF_BATTERY_SIGN: SIGN_DISCHARGING, CONF_HOLDING: NO_HOLD}
        self._proposal = (await async_proposals(self._flow.hass)).battery
        if is_taken_over(user_input):
            return self._taken_over("battery", BATTERY, user_input or {})
        if user_input is not None:
            errors, words = self._take(
                BATTERY,
                user_input,
                lambda values: battery_problem(
                    values,
                    has_price=price_options(self._flow.config_entry.options).has_price,
                ),
                usual,
            )
            if not errors:
                return self._save({CONF_SOLAR: self._solar})
        return self._form("battery", BATTERY, user_input, errors, words, usual)

    async def async_step_switching(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask how readily charging starts, stops and changes."""
        errors: dict[str, str] = {}
        words: dict[str, str] = {}
        usual = {CONF_SWITCHING: switching_of(self._known).value}
        if user_input is not None:
            errors, words = self._take(SWITCHING, user_input, switching_problem, usual)
            if not errors:
                return self._save({CONF_SOLAR: self._solar})
        return self._form("switching", SWITCHING, user_input, errors, words, usual)

    async def async_step_plans(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the forecast, and what the house takes of it."""
        errors: dict[str, str] = {}
        words: dict[str, str] = {}
        forecast = bool(await async_read_forecast(self._flow.hass))
        # With a forecast on the Energy dashboard, plans use it unless told otherwise.
        usual = {CONF_FORECAST: forecast}
        if user_input is not None:
            errors, words = self._take(PLANS, user_input, lambda values: {}, usual)
            if not errors and self._solar.get(CONF_FORECAST) and not forecast:
                errors = {CONF_FORECAST: "no_forecast"}
            if not errors:
                return self._save({CONF_SOLAR: self._solar})
        return self._form("plans", PLANS, user_input, errors, words, usual)

    # What all forms do.

    def _take(
        self,
        schema: vol.Schema,
        user_input: Mapping[str, Any],
        check: Check,
        usual: Mapping[str, Any] | None = None,
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Put what was entered into `_solar`; return the errors and their words."""
        self._odd_entity = ""
        values = entered(schema, user_input, self._known, usual or {})
        self._solar = replaced(schema, self._known, values)
        errors, words = number_problem(schema, user_input)
        errors = errors or check(values) or self._wrong_entities(values)
        return errors, {"entity": self._odd_entity, **words}

    def _wrong_entities(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Return the errors for entities; one without a state may get it later."""
        if twice := named_twice(self._solar):
            self._odd_entity = twice
            return {"base": "entity_twice"}
        for key, errors in _NO_POWER.items():
            if (name := no_power(self._flow.hass, values.get(key))) is not None:
                self._odd_entity = name
                return errors
        return {}

    def _form(
        self,
        step_id: str,
        schema: vol.Schema,
        user_input: Mapping[str, Any] | None,
        errors: dict[str, str],
        words: Mapping[str, str],
        usual: Mapping[str, Any] | None = None,
    ) -> ConfigFlowResult:
        """Show a form with what is known, or what was entered wrongly.

        What the Energy dashboard says fills in a form of which nothing is known.
        """
        own = [key for key in fields_of(schema) if key in self._known]
        proposed = {} if own else self._proposal
        known = {**(usual or {}), **proposed, **self._known}
        shown = in_sections(schema, known) if user_input is None else user_input
        offered = {
            key: value for key, value in self._proposal.items() if key != CONF_GRID_SIGN
        }
        return self._flow.async_show_form(
            step_id=step_id,
            data_schema=self._flow.add_suggested_values_to_schema(
                with_take_over(opened(schema, errors), offered, shown),
                shown,
            ),
            errors=errors,
            description_placeholders={
                **NO_WORDS,
                "dashboard": told_by(self._flow.hass, self._proposal),
                **words,
            },
        )

    def _taken_over(
        self, step_id: str, schema: vol.Schema, user_input: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Show a form with what the Energy dashboard says, to be looked at and sent."""
        entered_values = {**user_input, **in_sections(schema, self._proposal)}
        if CONF_EXPORT_POWER not in self._proposal and step_id == "meter":
            entered_values.pop(CONF_EXPORT_POWER, None)
        return self._form(step_id, schema, entered_values, {}, {})

    def _proposed_sign(self) -> dict[str, Any]:
        """Return what the meter's sign means by the Energy dashboard, if it knows it."""
        proposed = self._proposal.get(CONF_GRID_SIGN)
        chosen = entities_of(self._solar[CONF_GRID_POWER])
        if proposed is None or chosen != self._proposal.get(CONF_GRID_POWER):
            return {}
        return {CONF_GRID_SIGN: proposed}
