"""The subentry flow that adds an id tag, typed in or read by a charger."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentry,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import (
    BooleanSelector,
    DateTimeSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import (
    CONF_BLOCKED,
    CONF_CHARGE_POINT_ID,
    CONF_CHARGERS,
    CONF_ID_TAG,
    CONF_MAX_SESSIONS,
    CONF_PARENT_ID_TAG,
    CONF_TAG_POLICY,
    CONF_TARIFF,
    CONF_VALID_UNTIL,
    DOMAIN,
    SUBENTRY_CHARGER,
    SUBENTRY_ID_TAG,
    TAGS_AUTOMATIC,
    TAGS_EVERY,
    TAGS_KNOWN,
)
from ..csms.model.tags import MAX_TAG_LENGTH
from ..forms.numbers import Number, in_currency, number_problem, opened
from ..forms.subentry import SubentryForm
from ..prices.options import currency_of
from ..prices.tariff_fields import (
    TARIFF_FIELD,
    tariff_data,
    tariff_input,
    tariff_problem,
)
from ..tags.registry import DEFAULT_MAX_SESSIONS, is_id_tag, parse_time, unique_id_of

if TYPE_CHECKING:
    from ..hub import OcppConfigEntry

LEARN_SECONDS = 60.0
"""The time to wait for a card, in seconds."""

CONF_OTHER_CARDS = "other_cards"

_OTHERS_FIELD = {
    vol.Required(CONF_OTHER_CARDS, default=TAGS_EVERY): SelectSelector(
        SelectSelectorConfig(
            options=[TAGS_EVERY, TAGS_KNOWN],
            mode=SelectSelectorMode.LIST,
            translation_key="other_cards",
        )
    )
}


class IdTagFlow(SubentryForm):
    """Adds an id tag, or changes it."""

    _learning: asyncio.Task[str | None] | None = None
    _learned: str | None = None

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask whether to read a card or to enter the id."""
        if self._get_entry().state is not ConfigEntryState.LOADED:
            return await self.async_step_tag()
        return self.async_show_menu(step_id="user", menu_options=["learn", "tag"])

    async def async_step_learn(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Wait until a card is presented to any charger."""
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
        # The future is cancelled when the server stops.
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
        """Ask what to do after no card was presented."""
        return self.async_show_menu(step_id="no_card", menu_options=["learn", "tag"])

    async def async_step_tag(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for everything about a new tag."""
        schema = self._schema()
        # Only the form of the first id tag asks about other cards: see `_decides`.
        step_id = "first_tag" if self._decides else "tag"
        if step_id == "first_tag":
            schema = schema.extend(_OTHERS_FIELD)
        errors, words = number_problem(schema, user_input or {})
        if user_input is not None:
            others = user_input.pop(CONF_OTHER_CARDS, None)
            data = _data(user_input)
            errors = self._problem(data) | tariff_problem(user_input) | errors
            if not errors:
                if others == TAGS_EVERY:
                    self._let_others_charge()
                return self.async_create_entry(
                    title=user_input[CONF_NAME].strip() or data[CONF_ID_TAG],
                    data=data,
                    unique_id=unique_id_of(data[CONF_ID_TAG]),
                )
            user_input[CONF_OTHER_CARDS] = others
        elif self._learned is not None:
            user_input = {CONF_ID_TAG: self._learned}
            errors = self._problem(user_input)
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                opened(schema, errors), user_input
            ),
            errors=errors,
            description_placeholders=words,
        )

    async_step_first_tag = async_step_tag

    @property
    def _decides(self) -> bool:
        """Return whether another id tag makes the server refuse all unknown cards."""
        entry = self._get_entry()
        policy = entry.options.get(CONF_TAG_POLICY, TAGS_AUTOMATIC)
        return policy == TAGS_AUTOMATIC and not entry.get_subentries_of_type(
            SUBENTRY_ID_TAG
        )

    def _let_others_charge(self) -> None:
        entry = self._get_entry()
        self.hass.config_entries.async_update_entry(
            entry, options={**entry.options, CONF_TAG_POLICY: TAGS_EVERY}
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the data of an id tag that exists."""
        subentry = self._get_reconfigure_subentry()
        schema = self._schema(subentry.data.get(CONF_CHARGERS, ()))
        others = self._changed_by_others(subentry)
        errors, words = number_problem(schema, user_input or {})
        if user_input is not None:
            data = _data(user_input)
            tariff = tariff_problem(user_input, subentry.data.get(CONF_TARIFF))
            errors = others | self._problem(data, subentry) | tariff | errors
            if not errors:
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
                opened(schema, errors), user_input or _shown(subentry)
            ),
            errors=errors,
            description_placeholders=words,
        )

    def _schema(self, chosen: Any = ()) -> vol.Schema:
        """Return the form; `chosen` may have charge point ids of removed chargers."""
        names = dict.fromkeys(chosen) | {
            one.data[CONF_CHARGE_POINT_ID]: one.title
            for one in self._get_entry().get_subentries_of_type(SUBENTRY_CHARGER)
        }
        options = [
            SelectOptionDict(value=number, label=name or number)
            for number, name in names.items()
        ]
        form = vol.Schema(
            {
                vol.Required(CONF_NAME): TextSelector(),
                vol.Required(CONF_ID_TAG): TextSelector(),
                vol.Optional(CONF_VALID_UNTIL): DateTimeSelector(),
                vol.Optional(CONF_PARENT_ID_TAG): TextSelector(),
                vol.Optional(CONF_CHARGERS): SelectSelector(
                    SelectSelectorConfig(options=options, multiple=True)
                ),
                vol.Required(CONF_MAX_SESSIONS, default=DEFAULT_MAX_SESSIONS): Number(
                    0, 100, whole=True
                ),
                vol.Required(CONF_BLOCKED, default=False): BooleanSelector(),
                **TARIFF_FIELD,
            }
        )
        usual = self.hass.config.currency
        return in_currency(form, currency_of(self._get_entry().options, usual))

    def _problem(
        self, data: Mapping[str, Any], changing: ConfigSubentry | None = None
    ) -> dict[str, str]:
        """Return the errors of a form; `changing` is the id tag that a form changes."""
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
        # Told to chargers of both versions.
        if parent is not None and not is_id_tag(parent, MAX_TAG_LENGTH):
            errors[CONF_PARENT_ID_TAG] = "invalid_group"
        return errors


def _data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data for the subentry; fields that are empty are left out."""
    data = {
        key: value
        for key, value in user_input.items()
        if key not in (CONF_NAME, CONF_TARIFF)
    } | tariff_data(user_input)
    data[CONF_ID_TAG] = data[CONF_ID_TAG].strip()
    if parent := data.pop(CONF_PARENT_ID_TAG, "").strip():
        data[CONF_PARENT_ID_TAG] = parent
    if (until := parse_time(data.pop(CONF_VALID_UNTIL, None))) is not None:
        data[CONF_VALID_UNTIL] = dt_util.as_utc(until).isoformat()
    return data


def _shown(subentry: ConfigSubentry) -> dict[str, Any]:
    """Return a tag as its form shows it."""
    shown = {CONF_NAME: subentry.title, **subentry.data, **tariff_input(subentry.data)}
    if (until := parse_time(shown.pop(CONF_VALID_UNTIL, None))) is not None:
        local = dt_util.as_local(until).replace(tzinfo=None)
        shown[CONF_VALID_UNTIL] = local.isoformat(" ", "seconds")
    return shown
