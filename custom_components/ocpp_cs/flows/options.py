"""The options of a server: what is done with chargers, who may connect, and charging from the sun."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlow
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, STATE_UNAVAILABLE
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..charging.grid import power_of
from ..const import (
    ALLOWED_ANY,
    ALLOWED_LISTED,
    ALLOWED_LOCAL,
    CONF_ALLOWED,
    CONF_ALLOWED_ADDRESSES,
    CONF_BATTERY_POWER,
    CONF_CURRENTS,
    CONF_EXPORT_POWER,
    CONF_FORECAST,
    CONF_GRID_POWER,
    CONF_GRID_SIGN,
    CONF_PRICE,
    CONF_PRICE_ENTITIES,
    CONF_PRICE_ENTITY,
    CONF_PROXIES,
    CONF_SCAN_TAGS,
    CONF_SECRET_ONLY,
    CONF_SOLAR,
    CONF_STRICT_SUBPROTOCOL,
    CONF_TAG_POLICY,
    CONF_UNKNOWN,
    SIGN_EXPORT,
    SIGN_IMPORT,
    TAGS_AUTOMATIC,
    TAGS_EVERY,
    TAGS_KNOWN,
    UNKNOWN_ADOPT,
    UNKNOWN_ASK,
    UNKNOWN_REFUSE,
)
from ..foreign_text import shown
from ..forms.numbers import Number, number_problem, opened
from ..hub import OcppConfigEntry
from ..plans.forecast import async_read_forecast
from ..plans.prices import async_read_prices
from ..security.access import entered_networks
from .charging_fields import (
    SECTION_BATTERY,
    SECTION_FUSE,
    SECTION_PLANS,
    SOLAR_SCHEMA,
    flat,
    in_sections,
    level_problem,
)

_OPTIONS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_UNKNOWN, default=UNKNOWN_ASK): SelectSelector(
            SelectSelectorConfig(
                options=[UNKNOWN_ASK, UNKNOWN_ADOPT, UNKNOWN_REFUSE],
                mode=SelectSelectorMode.LIST,
                translation_key="unknown_chargers",
            )
        ),
        vol.Required(CONF_STRICT_SUBPROTOCOL, default=False): BooleanSelector(),
        vol.Required(CONF_TAG_POLICY, default=TAGS_AUTOMATIC): SelectSelector(
            SelectSelectorConfig(
                options=[TAGS_AUTOMATIC, TAGS_KNOWN, TAGS_EVERY],
                mode=SelectSelectorMode.LIST,
                translation_key="tag_policy",
            )
        ),
        vol.Required(CONF_SCAN_TAGS, default=True): BooleanSelector(),
        vol.Optional(CONF_PRICE): Number(0, None),
        vol.Optional(CONF_PRICE_ENTITY): EntitySelector(
            EntitySelectorConfig(domain=["sensor", "input_number", "number"])
        ),
    }
)

_ADDRESSES = TextSelector(TextSelectorConfig(multiple=True))

_ACCESS_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_ALLOWED, default=ALLOWED_ANY): SelectSelector(
            SelectSelectorConfig(
                options=[ALLOWED_LOCAL, ALLOWED_LISTED, ALLOWED_ANY],
                mode=SelectSelectorMode.LIST,
                translation_key="allowed",
            )
        ),
        vol.Optional(CONF_ALLOWED_ADDRESSES): _ADDRESSES,
        vol.Optional(CONF_PROXIES): _ADDRESSES,
        vol.Required(CONF_SECRET_ONLY, default=False): BooleanSelector(),
    }
)

_ACCESS_OPTIONS = frozenset(str(marker) for marker in _ACCESS_SCHEMA.schema)
"""The options that this form is about."""

_INVALID = {
    CONF_ALLOWED_ADDRESSES: "invalid_network",
    CONF_PROXIES: "invalid_proxy",
}

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
"""What a form says of a sensor that tells no power."""

_METERS = (CONF_GRID_POWER, CONF_EXPORT_POWER, CONF_BATTERY_POWER, *CONF_CURRENTS)


def _named_twice(values: Mapping[str, Any]) -> str | None:
    """Return an entity that is to measure two things."""
    named = [values[key] for key in _METERS if key in values]
    return next((one for one in named if named.count(one) > 1), None)


_FORMS = (
    frozenset({CONF_SOLAR}),
    _ACCESS_OPTIONS,
    frozenset(str(marker) for marker in _OPTIONS_SCHEMA.schema),
)
"""The options that each form of a server is about."""


class OcppOptionsFlow(OptionsFlow):
    """Asks how to deal with chargers in general. Applies at once, without reload."""

    _access: dict[str, Any]
    _solar: dict[str, Any]
    _odd_entity = ""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what it is about."""
        return self.async_show_menu(
            step_id="init", menu_options=["general", "access", "solar"]
        )

    async def async_step_general(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the options of the server."""
        errors, words = number_problem(_OPTIONS_SCHEMA, user_input or {})
        if user_input is not None and not errors:
            return self._save(user_input)
        return self.async_show_form(
            step_id="general",
            data_schema=self.add_suggested_values_to_schema(
                _OPTIONS_SCHEMA, user_input or self.config_entry.options
            ),
            errors=errors,
            description_placeholders=words,
        )

    def _save(self, changed: Mapping[str, Any]) -> ConfigFlowResult:
        """Replace the options of one form, and keep those of the others."""
        replaced = next(form for form in _FORMS if form & changed.keys())
        kept = {
            key: value
            for key, value in self.config_entry.options.items()
            if key not in replaced
        }
        return self.async_create_entry(data={**kept, **changed})

    # Who may connect.

    async def async_step_access(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for addresses, proxies and whether the secret is needed."""
        errors: dict[str, str] = {}
        odd = ""
        if user_input is not None:
            self._access = dict(user_input)
            for key, error in _INVALID.items():
                texts, wrong = entered_networks(user_input.get(key, []))
                if wrong is not None:
                    errors[key], odd = error, wrong
                elif texts:
                    self._access[key] = texts
                else:
                    self._access.pop(key, None)
            if (
                not errors
                and user_input[CONF_ALLOWED] == ALLOWED_LISTED
                and CONF_ALLOWED_ADDRESSES not in self._access
            ):
                errors = {CONF_ALLOWED_ADDRESSES: "nobody_allowed"}
            if not errors:
                if self._shut_out():
                    return await self.async_step_shut_out()
                return self._save(self._access)
        return self.async_show_form(
            step_id="access",
            data_schema=self.add_suggested_values_to_schema(
                _ACCESS_SCHEMA,
                self.config_entry.options if user_input is None else user_input,
            ),
            errors=errors,
            description_placeholders={"address": _as_code(odd)},
        )

    async def async_step_shut_out(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Name the chargers that are connected and will not be any more."""
        if user_input is not None:
            return self._save(self._access)
        return self.async_show_form(
            step_id="shut_out",
            data_schema=vol.Schema({}),
            description_placeholders={
                "chargers": "\n".join(f"- {shown(name)}" for name in self._shut_out())
            },
        )

    def _shut_out(self) -> list[str]:
        """Return the connected chargers that these options keep out, with the reason."""
        entry: OcppConfigEntry = self.config_entry
        if entry.state is not ConfigEntryState.LOADED:
            return []
        hub = entry.runtime_data
        rules = hub.access.rules({**entry.options, **self._access})
        return [
            f"{charger.name} ({charger.charge_point.remote})"
            for charger in hub.chargers.values()
            if charger.charge_point.connected
            and not (
                rules.allows(charger.charge_point.remote or "")
                and (
                    not self._access[CONF_SECRET_ONLY]
                    or charger.charge_point.came_with_secret
                )
            )
        ]

    # Charging from the sun.

    async def async_step_solar(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the meters, the fuse and the battery."""
        known = self.config_entry.options.get(CONF_SOLAR) or {}
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
        return self.async_show_form(
            step_id="solar",
            data_schema=self.add_suggested_values_to_schema(
                opened(SOLAR_SCHEMA, errors),
                in_sections(known) if user_input is None else user_input,
            ),
            errors=errors,
            description_placeholders={"entity": self._odd_entity, **words},
        )

    def _problems(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Return what is wrong with entities that say something; others may wake."""
        if CONF_EXPORT_POWER in values and CONF_GRID_POWER not in values:
            return {CONF_GRID_POWER: "import_missing"}
        if twice := _named_twice(values):
            self._odd_entity = twice
            return {"base": "entity_twice"}
        named = [key for key in CONF_CURRENTS if key in values]
        if named and len(named) < len(CONF_CURRENTS):
            return {SECTION_FUSE: "phase_missing"}
        for key, errors in _NO_POWER.items():
            state = self.hass.states.get(values.get(key, ""))
            silent = state is None or state.state in ("unknown", "unavailable")
            if not silent and power_of(state) is None:
                self._odd_entity = state.name if state is not None else ""
                return errors
        return {}

    async def _unread(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Return what is wrong with prices and forecast, which are read to see."""
        entity_ids: list[str] = values.get(CONF_PRICE_ENTITIES) or []
        states = [
            state
            for one in entity_ids
            if (state := self.hass.states.get(one)) is not None
            and state.state != STATE_UNAVAILABLE
        ]
        if (
            states
            and len(states) == len(entity_ids)
            and not await async_read_prices(self.hass, entity_ids, dt_util.utcnow())
        ):
            self._odd_entity = ", ".join(state.name for state in states)
            return {SECTION_PLANS: "no_prices"}
        if values.get(CONF_FORECAST) and not await async_read_forecast(self.hass):
            return {SECTION_PLANS: "no_forecast"}
        return {}

    async def async_step_sign(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what the meter says now, and ask what that means."""
        if user_input is not None:
            return self._save({CONF_SOLAR: self._solar | user_input})
        state = self.hass.states.get(self._solar[CONF_GRID_POWER])
        watts = power_of(state)
        drawn = fed = "–"
        if watts is not None:
            drawn, fed = f"{max(watts, 0):.0f} W", f"{max(-watts, 0):.0f} W"
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT, "") if state else ""
        return self.async_show_form(
            step_id="sign",
            data_schema=self.add_suggested_values_to_schema(
                _SIGN_SCHEMA, self.config_entry.options.get(CONF_SOLAR) or {}
            ),
            description_placeholders={
                "entity": state.name if state else self._solar[CONF_GRID_POWER],
                "value": f"{state.state} {unit}".strip() if state else "–",
                "positive": drawn,
                "negative": fed,
            },
            last_step=True,
        )


def _as_code(text: str) -> str:
    cleaned = "".join(
        letter if letter.isprintable() and letter != "`" else "?"
        for letter in text[:60]
    )
    return f"`{cleaned}`"
