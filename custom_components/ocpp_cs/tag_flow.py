"""Adding an id tag, by hand or by showing the card to a charger, and changing one."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import (
    BooleanSelector,
    DateTimeSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import (
    CONF_BLOCKED,
    CONF_CHARGE_POINT_ID,
    CONF_CHARGERS,
    CONF_ID_TAG,
    CONF_MAX_SESSIONS,
    CONF_PARENT_ID_TAG,
    CONF_VALID_UNTIL,
    DOMAIN,
    SUBENTRY_CHARGER,
    SUBENTRY_ID_TAG,
)
from .id_tags import DEFAULT_MAX_SESSIONS, is_id_tag, parse_time, unique_id_of

if TYPE_CHECKING:
    from .hub import OcppConfigEntry

LEARN_SECONDS = 60.0
"""How long a card is waited for."""


class IdTagFlow(ConfigSubentryFlow):
    """Adds an id tag, or changes it."""

    _learning: asyncio.Task[str | None] | None = None
    _learned: str | None = None

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask how to get at the id."""
        if self._get_entry().state is not ConfigEntryState.LOADED:
            return await self.async_step_tag()
        return self.async_show_menu(step_id="user", menu_options=["learn", "tag"])

    async def async_step_learn(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Wait for a card that is shown to any charger."""
        if self._learning is None:
            entry: OcppConfigEntry = self._get_entry()
            if entry.state is not ConfigEntryState.LOADED:
                return await self.async_step_no_card()
            self._learning = entry.async_create_background_task(
                self.hass, self._next_card(entry), f"{DOMAIN} learn tag"
            )
        if not self._learning.done():
            return self.async_show_progress(
                step_id="learn",
                progress_action="learn",
                description_placeholders={"seconds": f"{LEARN_SECONDS:.0f}"},
                progress_task=self._learning,
            )
        # It is cancelled when the server stops meanwhile.
        learned = None if self._learning.cancelled() else self._learning.result()
        self._learning, self._learned = None, learned
        return self.async_show_progress_done(
            next_step_id="tag" if learned is not None else "no_card"
        )

    @staticmethod
    async def _next_card(entry: OcppConfigEntry) -> str | None:
        try:
            async with asyncio.timeout(LEARN_SECONDS):
                return await entry.runtime_data.id_tags.async_next_card()
        except TimeoutError:
            return None

    async def async_step_no_card(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what to do now that none was shown."""
        return self.async_show_menu(step_id="no_card", menu_options=["learn", "tag"])

    async def async_step_tag(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for everything about a new tag."""
        errors: dict[str, str] = {}
        if user_input is not None:
            data = _data(user_input)
            if not (errors := self._problem(data)):
                return self.async_create_entry(
                    title=user_input[CONF_NAME].strip() or data[CONF_ID_TAG],
                    data=data,
                    unique_id=unique_id_of(data[CONF_ID_TAG]),
                )
        elif self._learned is not None:
            user_input = {CONF_ID_TAG: self._learned}
            errors = self._problem(user_input)
        return self.async_show_form(
            step_id="tag",
            data_schema=self.add_suggested_values_to_schema(self._schema(), user_input),
            errors=errors,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for everything about a tag that is there."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            data = _data(user_input)
            if not (errors := self._problem(data, subentry)):
                return self.async_update_and_abort(
                    self._get_entry(),
                    subentry,
                    title=user_input[CONF_NAME].strip() or subentry.title,
                    data=data,
                    unique_id=unique_id_of(data[CONF_ID_TAG]),
                )
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                self._schema(subentry.data.get(CONF_CHARGERS, ())),
                user_input or _shown(subentry),
            ),
            errors=errors,
        )

    def _schema(self, chosen: Any = ()) -> vol.Schema:
        """Return the form; `chosen` are charge point ids, maybe of former chargers."""
        names = dict.fromkeys(chosen) | {
            one.data[CONF_CHARGE_POINT_ID]: one.title
            for one in self._get_entry().get_subentries_of_type(SUBENTRY_CHARGER)
        }
        options = [
            SelectOptionDict(value=number, label=name or number)
            for number, name in names.items()
        ]
        return vol.Schema(
            {
                vol.Required(CONF_NAME): TextSelector(),
                vol.Required(CONF_ID_TAG): TextSelector(),
                vol.Optional(CONF_VALID_UNTIL): DateTimeSelector(),
                vol.Optional(CONF_PARENT_ID_TAG): TextSelector(),
                vol.Optional(CONF_CHARGERS): SelectSelector(
                    SelectSelectorConfig(options=options, multiple=True)
                ),
                vol.Required(CONF_MAX_SESSIONS, default=DEFAULT_MAX_SESSIONS): vol.All(
                    NumberSelector(
                        NumberSelectorConfig(
                            min=0, max=100, mode=NumberSelectorMode.BOX
                        )
                    ),
                    vol.Coerce(int),
                ),
                vol.Required(CONF_BLOCKED, default=False): BooleanSelector(),
            }
        )

    def _problem(
        self, data: Mapping[str, Any], changing: ConfigSubentry | None = None
    ) -> dict[str, str]:
        """Return the errors of a form; `changing` may keep its own id."""
        errors: dict[str, str] = {}
        id_tag = data[CONF_ID_TAG]
        if not is_id_tag(id_tag):
            errors[CONF_ID_TAG] = "invalid_id_tag"
        elif any(
            other.unique_id == unique_id_of(id_tag) and other is not changing
            for other in self._get_entry().get_subentries_of_type(SUBENTRY_ID_TAG)
        ):
            errors[CONF_ID_TAG] = "already_configured"
        parent = data.get(CONF_PARENT_ID_TAG)
        if parent is not None and not is_id_tag(parent):
            errors[CONF_PARENT_ID_TAG] = "invalid_id_tag"
        return errors


def _data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept of a form; what was left out or empty is not there."""
    data = {key: value for key, value in user_input.items() if key != CONF_NAME}
    data[CONF_ID_TAG] = data[CONF_ID_TAG].strip()
    if parent := data.pop(CONF_PARENT_ID_TAG, "").strip():
        data[CONF_PARENT_ID_TAG] = parent
    if (until := parse_time(data.pop(CONF_VALID_UNTIL, None))) is not None:
        data[CONF_VALID_UNTIL] = dt_util.as_utc(until).isoformat()
    return data


def _shown(subentry: ConfigSubentry) -> dict[str, Any]:
    """Return a tag as its form shows it."""
    shown = {CONF_NAME: subentry.title, **subentry.data}
    if (until := parse_time(shown.pop(CONF_VALID_UNTIL, None))) is not None:
        local = dt_util.as_local(until).replace(tzinfo=None)
        shown[CONF_VALID_UNTIL] = local.isoformat(" ", "seconds")
    return shown
