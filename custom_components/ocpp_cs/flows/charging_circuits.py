"""The forms for the circuits below the main fuse: add, change and remove them.

Each change applies at once, so that nothing is lost when the dialog is closed.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import uuid4

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from ..charging.house_settings import MAIN_CIRCUIT, listed, number_in
from ..const import (
    CONF_CEILING_CIRCUIT,
    CONF_CEILINGS,
    CONF_CIRCUIT,
    CONF_CIRCUIT_ID,
    CONF_CIRCUIT_LIMIT,
    CONF_CIRCUIT_NAME,
    CONF_CIRCUIT_PARENT,
    CONF_CIRCUIT_POWER,
    CONF_CIRCUITS,
    CONF_CURRENTS,
    CONF_SOLAR,
    SUBENTRY_CHARGER,
)
from ..forms.numbers import Number, number_problem, opened
from .charging_fields import NO_WORDS, measured
from .charging_problems import named_twice, no_power

REMOVE: Final = "remove"
ENTRY: Final = "entry"
SECTION_OWN_METER: Final = "own_meter"

_ADD: Final = "add"
_DONE: Final = "done"

WORDS = {"circuit": ("main",), "list_entry": ("add", "done")}
"""Translations of selectors; the other options have names that the user gave."""

_METER_FIELDS: Final[dict[vol.Marker, Any]] = {
    **{vol.Optional(key): measured(SensorDeviceClass.CURRENT) for key in CONF_CURRENTS},
    vol.Optional(CONF_CIRCUIT_POWER): measured(SensorDeviceClass.POWER),
}


def circuit_names(options: Mapping[str, Any]) -> dict[str, str]:
    """Return the names of the circuits of a server, by their key."""
    return {
        str(one[CONF_CIRCUIT_ID]): str(one.get(CONF_CIRCUIT_NAME, ""))
        for one in listed(options.get(CONF_SOLAR) or {}, CONF_CIRCUITS)
        if CONF_CIRCUIT_ID in one
    }


def circuit_select(names: Mapping[str, str]) -> SelectSelector:
    """Return a field for the main fuse or one of the circuits."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(value=key, label=label)
                for key, label in {MAIN_CIRCUIT: MAIN_CIRCUIT, **names}.items()
            ],
            mode=SelectSelectorMode.DROPDOWN,
            translation_key="circuit",
        )
    )


def list_schema(entries: Mapping[str, str]) -> vol.Schema:
    """Return a form to choose one of a list, to add another one, or to end."""
    labels = {**entries, _ADD: _ADD, _DONE: _DONE}
    return vol.Schema(
        {
            vol.Required(ENTRY, default=_DONE): SelectSelector(
                SelectSelectorConfig(
                    options=[
                        SelectOptionDict(value=key, label=label)
                        for key, label in labels.items()
                    ],
                    mode=SelectSelectorMode.LIST,
                    translation_key="list_entry",
                )
            )
        }
    )


def _schema(names: Mapping[str, str], *, known: bool) -> vol.Schema:
    """Return the form of a circuit, below one of those with these names."""
    return vol.Schema(
        {
            vol.Required(CONF_CIRCUIT_NAME): TextSelector(),
            vol.Required(CONF_CIRCUIT_LIMIT): Number(6, 250, "A"),
            vol.Required(CONF_CIRCUIT_PARENT, default=MAIN_CIRCUIT): circuit_select(
                names
            ),
            vol.Optional(SECTION_OWN_METER): section(
                vol.Schema(_METER_FIELDS), {"collapsed": True}
            ),
            **(
                {vol.Optional(REMOVE, default=False): BooleanSelector()}
                if known
                else {}
            ),
        }
    )


class ListForms:
    """The forms for one of the lists in the options of solar charging.

    Each change applies at once; the flow ends with the choice that it is all.
    """

    list_key: str
    """The option with the list."""
    id_key: str
    """The key of an entry that identifies it."""

    def __init__(
        self,
        flow: OptionsFlow,
        save: Callable[[Mapping[str, Any]], ConfigFlowResult],
    ) -> None:
        """Show the forms within `flow`; `save` ends it with the options."""
        self._flow = flow
        self._save = save
        self._key: str | None = None
        """The key of the entry that is shown; None for a new one."""

    @property
    def _known(self) -> Mapping[str, Any]:
        return self._flow.config_entry.options.get(CONF_SOLAR) or {}

    def _entries(self) -> dict[str, Mapping[str, Any]]:
        """Return the entries by their key."""
        return {
            str(one[self.id_key]): one
            for one in listed(self._known, self.list_key)
            if self.id_key in one
        }

    def _chosen(self, entry: str) -> ConfigFlowResult | None:
        """Take the choice from the list; return the end of the flow if it is all."""
        if entry == _DONE:
            return self._save({CONF_SOLAR: dict(self._known)})
        self._key = None if entry == _ADD else entry
        return None

    def _with(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options with the entered values of the shown entry."""
        entries = self._entries()
        key = self._key or uuid4().hex[:8]
        entries[key] = {self.id_key: key, **values}
        return {**self._known, self.list_key: list(entries.values())}

    def _without(self) -> dict[str, Any]:
        """Return the options without the shown entry."""
        entries = self._entries()
        entries.pop(self._key or "", None)
        options = {**self._known, self.list_key: list(entries.values())}
        if not entries:
            del options[self.list_key]
        return options

    def _apply(self, solar: Mapping[str, Any]) -> None:
        """Apply changed options, and go on with the flow."""
        entry = self._flow.config_entry
        self._flow.hass.config_entries.async_update_entry(
            entry, options={**entry.options, CONF_SOLAR: dict(solar)}
        )


class CircuitForms(ListForms):
    """The forms for the circuits below the main fuse."""

    list_key = CONF_CIRCUITS
    id_key = CONF_CIRCUIT_ID

    async def async_step_circuits(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """List the circuits; without any, ask for the first one."""
        if user_input is not None:
            end = self._chosen(user_input[ENTRY])
            return end or await self.async_step_circuit()
        if not self._entries():
            return await self.async_step_circuit()
        return self._list()

    def _list(self) -> ConfigFlowResult:
        return self._flow.async_show_form(
            step_id="circuits",
            data_schema=list_schema(
                {
                    key: f"{one.get(CONF_CIRCUIT_NAME)} "
                    f"({number_in(one, CONF_CIRCUIT_LIMIT) or 0.0:g} A)"
                    for key, one in self._entries().items()
                }
            ),
        )

    async def async_step_circuit(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a circuit."""
        errors: dict[str, str] = {}
        words: dict[str, str] = {}
        names = circuit_names(self._flow.config_entry.options)
        shown = self._entries().get(self._key or "")
        names.pop(self._key or "", None)
        schema = _schema(names, known=shown is not None)
        if user_input is not None:
            if user_input.get(REMOVE):
                self._remove()
                return self._list()
            values = _entered(user_input)
            errors, words = number_problem(schema, user_input)
            if not errors:
                errors, words = self._problem(values, names)
            if not errors:
                self._apply(self._with(values))
                return self._list()
        return self._flow.async_show_form(
            step_id="circuit",
            data_schema=self._flow.add_suggested_values_to_schema(
                opened(schema, errors),
                _shown(shown or {}) if user_input is None else user_input,
            ),
            errors=errors,
            description_placeholders={**NO_WORDS, **words},
        )

    def _problem(
        self, values: Mapping[str, Any], names: Mapping[str, str]
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return the errors for a circuit among others with these names."""
        name, currents = values[CONF_CIRCUIT_NAME], set(CONF_CURRENTS) & values.keys()
        if not name:
            return {CONF_CIRCUIT_NAME: "circuit_without_name"}, {}
        if name.casefold() in {one.casefold() for one in names.values()}:
            return {CONF_CIRCUIT_NAME: "circuit_name_taken"}, {}
        if self._is_above(values[CONF_CIRCUIT_PARENT]):
            return {CONF_CIRCUIT_PARENT: "circuit_circle"}, {}
        if currents and len(currents) < len(CONF_CURRENTS):
            return {SECTION_OWN_METER: "phase_missing"}, {}
        if currents and CONF_CIRCUIT_POWER in values:
            return {SECTION_OWN_METER: "power_or_currents"}, {}
        if twice := named_twice(self._with(values)):
            return {"base": "entity_twice"}, {"entity": twice}
        odd = no_power(self._flow.hass, values.get(CONF_CIRCUIT_POWER))
        if odd is not None:
            return {SECTION_OWN_METER: "not_a_power"}, {"entity": odd}
        return {}, {}

    def _is_above(self, key: str) -> bool:
        """Return whether the shown circuit is the one with that key, or above it."""
        entries, passed = self._entries(), set[str]()
        while key in entries and key not in passed:
            if key == self._key:
                return True
            passed.add(key)
            key = str(entries[key].get(CONF_CIRCUIT_PARENT, MAIN_CIRCUIT))
        return False

    def _remove(self) -> None:
        """Remove the shown circuit; what was on it is on the one above now."""
        entry, key = self._flow.config_entry, self._key
        shown = self._entries().get(key or "") or {}
        above = shown.get(CONF_CIRCUIT_PARENT, MAIN_CIRCUIT)
        options = self._without()
        for list_key, field in (
            (CONF_CIRCUITS, CONF_CIRCUIT_PARENT),
            (CONF_CEILINGS, CONF_CEILING_CIRCUIT),
        ):
            if list_key in options:
                options[list_key] = [
                    {**one, field: above} if one.get(field) == key else dict(one)
                    for one in listed(options, list_key)
                ]
        for subentry in entry.get_subentries_of_type(SUBENTRY_CHARGER):
            chosen = subentry.data.get(CONF_SOLAR) or {}
            if chosen.get(CONF_CIRCUIT) == key:
                self._flow.hass.config_entries.async_update_subentry(
                    entry,
                    subentry,
                    data={
                        **subentry.data,
                        CONF_SOLAR: {**chosen, CONF_CIRCUIT: above},
                    },
                )
        self._apply(options)


def _entered(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was entered as an entry of the options, without its key."""
    values = {
        key: value
        for key, value in user_input.items()
        if key not in {SECTION_OWN_METER, REMOVE}
    }
    values[CONF_CIRCUIT_NAME] = values[CONF_CIRCUIT_NAME].strip()
    return values | (user_input.get(SECTION_OWN_METER) or {})


def _shown(circuit: Mapping[str, Any]) -> dict[str, Any]:
    """Return a circuit as its form shows it."""
    own = [str(key) for key in _METER_FIELDS]
    return dict(circuit) | {
        SECTION_OWN_METER: {key: circuit[key] for key in own if key in circuit}
    }
