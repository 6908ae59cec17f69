"""The forms for limits from outside, such as the grid operator's."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
import voluptuous as vol

from ..charging.house_settings import MAIN_CIRCUIT, listed, number_in
from ..const import (
    CONF_CEILING_CIRCUIT,
    CONF_CEILING_ENTITY,
    CONF_CEILING_ID,
    CONF_CEILING_POWER,
    CONF_CEILING_PV,
    CONF_CEILING_SCOPE,
    CONF_CEILINGS,
    CONF_CIRCUIT_ID,
    CONF_CIRCUIT_POWER,
    CONF_CIRCUITS,
    CONF_CURRENTS,
    CONF_GRID_POWER,
)
from ..forms.numbers import Number, number_problem
from .charging_circuits import (
    ENTRY,
    REMOVE,
    ListForms,
    circuit_names,
    circuit_select,
    list_schema,
)
from .charging_fields import NO_WORDS
from .charging_problems import named_twice, no_power

_WATTS: Final = ("sensor", "number", "input_number")
_ON_OR_OFF: Final = ("binary_sensor", "switch", "input_boolean")


def _schema(names: Mapping[str, str], *, known: bool) -> vol.Schema:
    """Return the form of a limit, for a house with circuits of these names."""
    return vol.Schema(
        {
            vol.Required(CONF_CEILING_ENTITY): EntitySelector(
                EntitySelectorConfig(domain=[*_WATTS, *_ON_OR_OFF])
            ),
            vol.Optional(CONF_CEILING_POWER): Number(0, 1_000_000, "W"),
            vol.Required(CONF_CEILING_SCOPE, default="each"): SelectSelector(
                SelectSelectorConfig(
                    options=["each", "all", "grid"],
                    mode=SelectSelectorMode.LIST,
                    translation_key="ceiling_scope",
                )
            ),
            **(
                {
                    vol.Required(
                        CONF_CEILING_CIRCUIT, default=MAIN_CIRCUIT
                    ): circuit_select(names)
                }
                if names
                else {}
            ),
            vol.Required(CONF_CEILING_PV, default=True): BooleanSelector(),
            **(
                {vol.Optional(REMOVE, default=False): BooleanSelector()}
                if known
                else {}
            ),
        }
    )


class CeilingForms(ListForms):
    """The forms for limits from outside."""

    list_key = CONF_CEILINGS
    id_key = CONF_CEILING_ID

    async def async_step_outside(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """List the limits; without any, ask for the first one."""
        if user_input is not None:
            end = self._chosen(user_input[ENTRY])
            return end or await self.async_step_ceiling()
        if not self._entries():
            return await self.async_step_ceiling()
        return self._list()

    def _list(self) -> ConfigFlowResult:
        return self._flow.async_show_form(
            step_id="outside",
            data_schema=list_schema(
                {key: self._label(one) for key, one in self._entries().items()}
            ),
        )

    def _label(self, ceiling: Mapping[str, Any]) -> str:
        entity_id = str(ceiling.get(CONF_CEILING_ENTITY))
        state = self._flow.hass.states.get(entity_id)
        name = entity_id if state is None else str(state.name)
        if (watts := number_in(ceiling, CONF_CEILING_POWER)) is None:
            return name
        return f"{name} ({watts:g} W)"

    async def async_step_ceiling(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a limit from outside."""
        errors: dict[str, str] = {}
        words: dict[str, str] = {}
        shown = self._entries().get(self._key or "")
        schema = _schema(
            circuit_names(self._flow.config_entry.options), known=shown is not None
        )
        if user_input is not None:
            if user_input.get(REMOVE):
                self._apply(self._without())
                return self._list()
            values = {key: user_input[key] for key in user_input if key != REMOVE}
            errors, words = number_problem(schema, user_input)
            if not errors:
                errors, words = self._problem(values)
            if not errors:
                self._apply(self._with(values))
                return self._list()
        return self._flow.async_show_form(
            step_id="ceiling",
            data_schema=self._flow.add_suggested_values_to_schema(
                schema, shown if user_input is None else user_input
            ),
            errors=errors,
            description_placeholders={**NO_WORDS, **words},
        )

    def _problem(
        self, values: Mapping[str, Any]
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return the errors for a limit."""
        entity_id = values[CONF_CEILING_ENTITY]
        switched = entity_id.partition(".")[0] in _ON_OR_OFF
        if switched and CONF_CEILING_POWER not in values:
            return {CONF_CEILING_POWER: "ceiling_power_missing"}, {}
        if not switched and CONF_CEILING_POWER in values:
            return {CONF_CEILING_POWER: "ceiling_power_needless"}, {}
        if not switched and (odd := no_power(self._flow.hass, entity_id)) is not None:
            return {CONF_CEILING_ENTITY: "not_a_power"}, {"entity": odd}
        if values[CONF_CEILING_SCOPE] == "grid" and not self._is_measured(
            values.get(CONF_CEILING_CIRCUIT, MAIN_CIRCUIT)
        ):
            return {CONF_CEILING_SCOPE: "ceiling_without_meter"}, {}
        for key, one in self._entries().items():
            if key != self._key and _aim(one) == _aim(values):
                return {CONF_CEILING_ENTITY: "ceiling_twice"}, {}
        if twice := named_twice(self._with(values)):
            return {"base": "entity_twice"}, {"entity": twice}
        return {}, {}

    def _is_measured(self, circuit: str) -> bool:
        """Return whether the import of a circuit is measured."""
        if circuit == MAIN_CIRCUIT:
            return CONF_GRID_POWER in self._known
        return any(
            one.get(CONF_CIRCUIT_ID) == circuit
            and not {CONF_CIRCUIT_POWER, *CONF_CURRENTS}.isdisjoint(one)
            for one in listed(self._known, CONF_CIRCUITS)
        )


def _aim(ceiling: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what a limit is about."""
    return (
        ceiling.get(CONF_CEILING_ENTITY),
        ceiling.get(CONF_CEILING_CIRCUIT, MAIN_CIRCUIT),
        ceiling.get(CONF_CEILING_SCOPE),
    )
