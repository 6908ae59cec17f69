"""The subentry flow of a weekly plan."""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any

from homeassistant.config_entries import ConfigSubentry, SubentryFlowResult
from homeassistant.const import CONF_ENABLED, CONF_NAME, PERCENTAGE, WEEKDAYS
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.helpers.translation import async_get_translations
import voluptuous as vol

from ..chargers.naming import identifier
from ..const import (
    CONF_CHARGE_POINT_ID,
    CONF_CONNECTORS,
    DOMAIN,
    SUBENTRY_CHARGER,
    SUBENTRY_VEHICLE,
)
from ..forms.clock import ClockTime
from ..forms.numbers import Number, number_problem
from ..forms.subentry import SubentryForm
from .model import (
    CONF_ENERGY,
    CONF_PLACES,
    CONF_READY_AT,
    CONF_SOC,
    CONF_WEEKDAYS,
    CONNECTOR,
    USUAL,
    VEHICLE,
)


class WeeklyFlow(SubentryForm):
    """Adds a weekly plan, or changes it."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for a new plan."""
        if not self._places():
            return self.async_abort(reason="no_places")
        schema = self._schema()
        errors, words = _problem(schema, user_input)
        if user_input is not None and not errors:
            return self.async_create_entry(
                title=await self._title(user_input),
                data=_data(user_input),
            )
        return self.async_show_form(
            step_id="user",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or USUAL | self._only_place()
            ),
            errors=errors,
            description_placeholders=words,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what to change."""
        subentry = self._get_reconfigure_subentry()
        schema = self._schema(subentry.data.get(CONF_PLACES, ()))
        others = self._changed_by_others(subentry)
        errors, words = _problem(schema, user_input)
        errors = others | errors
        if user_input is not None and not errors:
            return self.async_update_and_abort(
                self._get_entry(),
                subentry,
                title=await self._title(user_input, before=subentry),
                data=_data(user_input),
            )
        known = self._places(subentry.data.get(CONF_PLACES, ()))
        places = [one for one in subentry.data.get(CONF_PLACES, ()) if one in known]
        shown = {CONF_NAME: subentry.title, **subentry.data, CONF_PLACES: places}
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or shown
            ),
            errors=errors,
            description_placeholders=words,
        )

    def _places(self, chosen: Iterable[str] = ()) -> dict[str, str]:
        """Return the names of all vehicles and connectors, by their ids.

        Among those that were chosen, connectors that are gone have the id of their
        charger: it may come back. Vehicles that are gone do not.
        """
        entry = self._get_entry()
        found = {
            one: one.removeprefix(CONNECTOR)
            for one in chosen
            if one.startswith(CONNECTOR)
        } | {
            VEHICLE + one.subentry_id: one.title
            for one in entry.get_subentries_of_type(SUBENTRY_VEHICLE)
        }
        for one in entry.get_subentries_of_type(SUBENTRY_CHARGER):
            count = one.data.get(CONF_CONNECTORS) or 1
            for number in range(1, count + 1):
                name = one.title if count == 1 else f"{one.title} {number}"
                key = identifier(one.data[CONF_CHARGE_POINT_ID], number)
                found[CONNECTOR + key] = name
        return found

    def _only_place(self) -> dict[str, Any]:
        """Return what the plan is for where there is one place only."""
        places = list(self._places())
        return {CONF_PLACES: places} if len(places) == 1 else {}

    async def _title(
        self, user_input: Mapping[str, Any], before: ConfigSubentry | None = None
    ) -> str:
        """Return the name of a plan: the entered one, or whose it is, and when.

        Args:
            user_input: What was entered.
            before: The plan that is changed. A name that it was given here follows it.
        """
        name = str(user_input[CONF_NAME]).strip()
        made = set() if before is None else await self._made_names(before.data)
        return name if name and name not in made else await self._name_of(user_input)

    async def _made_names(self, plan: Mapping[str, Any]) -> set[str]:
        """Return the names that a plan without one is or was given."""
        try:
            return {await self._name_of(plan), _target(plan)}
        except KeyError, TypeError, ValueError:
            return set()

    async def _name_of(self, plan: Mapping[str, Any]) -> str:
        """Return whose a plan is, on which days, when, and what is charged."""
        texts = await async_get_translations(
            self.hass, self.hass.config.language, "common", [DOMAIN]
        )
        words = {
            key: texts[f"component.{DOMAIN}.common.weekly_{key}"]
            for key in (*WEEKDAYS, "every_day")
        }
        names = self._places()
        whose = ", ".join(names[one] for one in plan[CONF_PLACES] if one in names)
        days = _days(plan[CONF_WEEKDAYS], words, words["every_day"])
        return (
            f"{whose}: {days} {_target(plan)}" if whose else f"{days} {_target(plan)}"
        )

    def _schema(self, chosen: Iterable[str] = ()) -> vol.Schema:
        """Return the form; `chosen` may have places that are gone."""
        names = self._places(chosen)
        return vol.Schema(
            {
                vol.Required(CONF_PLACES): SelectSelector(
                    SelectSelectorConfig(
                        options=[
                            SelectOptionDict(value=key, label=name)
                            for key, name in names.items()
                        ],
                        multiple=True,
                        mode=SelectSelectorMode.LIST,
                    )
                ),
                vol.Required(CONF_WEEKDAYS): SelectSelector(
                    SelectSelectorConfig(
                        options=WEEKDAYS,
                        multiple=True,
                        mode=SelectSelectorMode.LIST,
                        translation_key="weekdays",
                    )
                ),
                vol.Required(CONF_READY_AT): ClockTime(),
                vol.Optional(CONF_SOC): Number(0, 100, PERCENTAGE, step=1),
                vol.Optional(CONF_ENERGY): Number(0, 200, "kWh", step=0.5),
                vol.Optional(CONF_NAME, default=""): TextSelector(),
                vol.Required(CONF_ENABLED, default=True): BooleanSelector(),
            }
        )


def _problem(
    schema: vol.Schema, user_input: Mapping[str, Any] | None
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the errors of a form and the placeholders of their texts."""
    if user_input is None:
        return {}, {}
    errors, words = number_problem(schema, user_input)
    if not user_input[CONF_WEEKDAYS]:
        errors = errors | {CONF_WEEKDAYS: "no_weekday"}
    if not user_input[CONF_PLACES]:
        errors = errors | {CONF_PLACES: "no_place"}
    if not errors and not (user_input.get(CONF_SOC) or user_input.get(CONF_ENERGY)):
        errors = {CONF_ENERGY: "no_target"}
    return errors, words


def _data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data for the subentry."""
    return {key: value for key, value in user_input.items() if key != CONF_NAME}


def _target(plan: Mapping[str, Any]) -> str:
    """Return the time of a plan, and what is charged by then."""
    clock = time.fromisoformat(plan[CONF_READY_AT]).strftime("%H:%M")
    soc, energy = plan.get(CONF_SOC), plan.get(CONF_ENERGY)
    target = f"{soc:g} %" if soc else f"{energy:g} kWh"
    return f"{clock}, {target}"


def _days(chosen: Iterable[str], names: Mapping[str, str], every: str) -> str:
    """Return weekdays as a text, with three or more in a row as one span."""
    numbers = sorted(WEEKDAYS.index(day) for day in set(chosen) & set(WEEKDAYS))
    if len(numbers) == len(WEEKDAYS):
        return every
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts: list[str] = []
    for run in runs:
        days = [names[WEEKDAYS[number]] for number in run]
        parts += [f"{days[0]}–{days[-1]}"] if len(days) > 2 else days
    return ", ".join(parts)
