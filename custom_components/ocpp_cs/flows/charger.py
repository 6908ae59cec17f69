"""Adding a charger by hand, and changing one."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, override

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentry,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME, UnitOfTime
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from ..chargers.naming import name_taken
from ..chargers.overrides import (
    OVERRIDES_FIELD,
    SECTION_OVERRIDES,
    current_problem,
    known_current,
    overrides_data,
    overrides_input,
    profile_of,
)
from ..const import (
    CONF_CALL_TIMEOUT,
    CONF_CHARGE_POINT_ID,
    CONF_HEARTBEAT_INTERVAL,
    CONF_ID_TAG,
    CONF_KEEP_LOCAL_LIST,
    CONF_NAMED_BY_ID,
    CONF_OVERRIDES,
    CONF_PATH_SECRET,
    CONF_PING_INTERVAL,
    CONF_SAMPLE_INTERVAL,
    CONF_SOLAR,
    CONF_START_SESSIONS,
    CONF_TAG_POLICY,
    START_AUTOMATIC,
    SUBENTRY_CHARGER,
    TAGS_AS_SERVER,
    TAGS_EVERY,
    TAGS_KNOWN,
)
from ..foreign_text import Markdown, for_markdown
from ..forms.circuit import CIRCUIT, CONF_MAXIMUM_CURRENT, circuit_data, circuit_field
from ..forms.numbers import Number, Problem, number_problem, opened
from ..goe_setup.charger_flow import ChargerOfServer, GoERestore, can_be_restored
from ..goe_setup.flow import GoESteps
from ..hub import DEFAULT_SETTINGS, adopted_elsewhere, own_tag_of
from ..security.path_secrets import (
    async_address_for,
    async_own_address,
    new_path_secret,
)
from ..tags.registry import is_id_tag
from .charger_charging_fields import (
    SECTION_SOLAR,
    SOLAR_FIELD,
    solar_data,
    solar_problem,
)
from .connect import ConnectSteps
from .ids import entered_id

SECTION_SETTINGS = "settings"
_NEW_SECRET = "new_secret"


def _seconds(minimum: int, maximum: int) -> Number:
    return Number(minimum, maximum, UnitOfTime.SECONDS, whole=True)


def _setting(key: str) -> vol.Required:
    return vol.Required(key, default=getattr(DEFAULT_SETTINGS, key))


_TIMES = vol.Schema(
    {
        _setting(CONF_HEARTBEAT_INTERVAL): _seconds(10, 86400),
        _setting(CONF_SAMPLE_INTERVAL): _seconds(0, 3600),
        _setting(CONF_PING_INTERVAL): _seconds(0, 3600),
        _setting(CONF_CALL_TIMEOUT): _seconds(5, 300),
    }
)


def _settings_fields(own_tag: str) -> dict[vol.Marker, Any]:
    """Return what both forms ask; `own_tag` is that of the server."""
    return {
        **_TIMES.schema,
        vol.Required(CONF_ID_TAG, default=own_tag): TextSelector(),
        vol.Required(CONF_TAG_POLICY, default=TAGS_AS_SERVER): SelectSelector(
            SelectSelectorConfig(
                options=[TAGS_AS_SERVER, TAGS_KNOWN, TAGS_EVERY],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key="tag_policy_of_charger",
            )
        ),
        vol.Required(CONF_START_SESSIONS, default=START_AUTOMATIC): SelectSelector(
            SelectSelectorConfig(
                options=["automatic", "always", "never"],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key="start_sessions",
            )
        ),
        vol.Required(CONF_KEEP_LOCAL_LIST, default=False): BooleanSelector(),
    }


def _add_schema(own_tag: str) -> vol.Schema:
    return vol.Schema(
        {
            vol.Required(CONF_CHARGE_POINT_ID): TextSelector(),
            vol.Optional(CONF_NAME): TextSelector(),
            **circuit_field(known_current({})),
            vol.Optional(SECTION_SETTINGS): section(
                vol.Schema(_settings_fields(own_tag)), {"collapsed": True}
            ),
        }
    )


def _change_schema(own_tag: str) -> vol.Schema:
    return vol.Schema(
        {
            vol.Required(CONF_NAME): TextSelector(),
            vol.Optional(_NEW_SECRET, default=False): BooleanSelector(),
            vol.Optional(SECTION_SETTINGS): section(
                # What matters most comes first.
                vol.Schema(
                    {
                        vol.Optional(CONF_MAXIMUM_CURRENT): CIRCUIT,
                        **_settings_fields(own_tag),
                    }
                ),
                {"collapsed": True},
            ),
            **SOLAR_FIELD,
            **OVERRIDES_FIELD,
        }
    )


# Whatever the tag, the numbers are the same.
_ADD_SCHEMA = _add_schema("")
_CHANGE_SCHEMA = _change_schema("")


class ChargerFlow(ConnectSteps):
    """Adds a charger, connected or not, or changes its name and settings."""

    _new_secret = ""
    """Of the address that the form shows."""
    _goe_steps: GoESteps[SubentryFlowResult] | None = None
    _goe_chosen = False
    """Whether the form is wanted, rather than to put back a go-eCharger's settings."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what kind of charger it is."""
        return self.async_show_menu(
            step_id="user", menu_options=["goe_address", "vendor", "manual"]
        )

    async def async_step_manual(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for everything about a charger."""
        entry = self._get_entry()
        self._new_secret = self._new_secret or new_path_secret()
        url = await async_address_for(self.hass, entry, self._new_secret)
        problem: Problem = {}, {}
        if user_input is not None:
            charge_point_id, problem = self._entered(user_input)
            if not problem[0]:
                name = user_input.get(CONF_NAME, "").strip()
                data = {
                    CONF_CHARGE_POINT_ID: charge_point_id,
                    CONF_PATH_SECRET: self._new_secret,
                    **_settings(user_input),
                    **circuit_data({}, user_input),
                }
                if not name:
                    data[CONF_NAMED_BY_ID] = True
                if entry.state is not ConfigEntryState.LOADED:
                    return self.async_create_entry(
                        title=name or charge_point_id,
                        data=data,
                        unique_id=charge_point_id,
                    )
                return await self._connect_added(
                    ConfigSubentry(
                        data=MappingProxyType(data),
                        subentry_type=SUBENTRY_CHARGER,
                        title=name or charge_point_id,
                        unique_id=charge_point_id,
                    )
                )
        errors, words = problem
        return self.async_show_form(
            step_id="manual",
            data_schema=self.add_suggested_values_to_schema(
                opened(_add_schema(own_tag_of(entry)), errors), user_input
            ),
            errors=errors,
            description_placeholders={"url": url, **words},
        )

    def _entered(self, user_input: Mapping[str, Any]) -> tuple[str, Problem]:
        """Return the id of a new charger, and what is wrong with the form."""
        entry = self._get_entry()
        charge_point_id, invalid = entered_id(user_input[CONF_CHARGE_POINT_ID])
        errors, words = number_problem(_ADD_SCHEMA, user_input)
        errors = _text_problem(user_input) | errors | invalid
        if invalid:
            pass
        elif any(
            subentry.unique_id == charge_point_id
            for subentry in entry.get_subentries_of_type(SUBENTRY_CHARGER)
        ):
            errors[CONF_CHARGE_POINT_ID] = "already_configured"
        elif other := adopted_elsewhere(self.hass, entry, charge_point_id):
            errors[CONF_CHARGE_POINT_ID] = "adopted_elsewhere"
            words["server"] = other
        if name_taken(entry, user_input.get(CONF_NAME, "").strip()):
            errors[CONF_NAME] = "name_taken"
        return charge_point_id, (errors, words)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for name and settings of a charger. Applies without a reconnect."""
        entry, subentry = self._get_entry(), self._get_reconfigure_subentry()
        if user_input is None and can_be_restored(subentry) and not self._goe_chosen:
            return await self.async_step_goe_charger()
        problem: Problem = {}, {}
        if user_input is not None:
            name = user_input[CONF_NAME].strip() or subentry.title
            problem = self._changed(subentry, name, user_input)
            if not problem[0]:
                renewed = user_input.get(_NEW_SECRET, False)
                result = self.async_update_and_abort(
                    entry,
                    subentry,
                    title=name,
                    data_updates=_settings(user_input)
                    | solar_data(user_input)
                    | _overrides(subentry.data, user_input)
                    | ({CONF_PATH_SECRET: new_path_secret()} if renewed else {}),
                )
                if not renewed:
                    return result
                return self.async_abort(
                    reason="secret_renewed",
                    description_placeholders={
                        "url": await async_own_address(self.hass, entry, subentry)
                    },
                )
        errors, words = problem
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                opened(_change_schema(own_tag_of(entry)), errors),
                user_input
                or {
                    CONF_NAME: subentry.title,
                    SECTION_SETTINGS: {
                        CONF_MAXIMUM_CURRENT: _circuit(subentry.data),
                        **subentry.data,
                    },
                    SECTION_SOLAR: subentry.data.get(CONF_SOLAR) or {},
                    SECTION_OVERRIDES: overrides_input(subentry.data),
                },
            ),
            errors=errors,
            description_placeholders=words
            | for_markdown(
                url=Markdown(await async_own_address(self.hass, entry, subentry)),
                id=subentry.data[CONF_CHARGE_POINT_ID],
                profile=Markdown(profile_of(subentry.data)),
            ),
        )

    # go-eChargers, over HTTP.

    @property
    def _goe(self) -> GoESteps[SubentryFlowResult]:
        if self._goe_steps is None:
            self._goe_steps = GoESteps(self, ChargerOfServer(self, self._get_entry()))
        return self._goe_steps

    async def async_step_goe_address(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask where a go-eCharger is, and look what is there."""
        return await self._goe.address(user_input)

    async def async_step_goe_found(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what was found, and ask what is wanted of it."""
        return await self._goe.found(user_input)

    async def async_step_goe_changes(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what will be changed, and why, before anything is."""
        return await self._goe.changes(user_input)

    async def async_step_goe_apply(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change the charger and wait for it."""
        return await self._goe.apply(user_input)

    async def async_step_goe_failed(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Say why it failed, and offer to try it otherwise."""
        return await self._goe.failed(user_input)

    async def async_step_goe_again(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Read the charger anew, and show what will be changed."""
        return await self._goe.again()

    async def async_step_goe_done(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Add the charger, which is there already."""
        return await self._goe.done()

    async def async_step_goe_charger(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what to do with a charger that was set up."""
        return self.async_show_menu(
            step_id="goe_charger", menu_options=["change", "goe_restore"]
        )

    async def async_step_change(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show the form that there is for any charger."""
        self._goe_chosen = True
        return await self.async_step_reconfigure()

    async def async_step_goe_restore(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Put back the settings that the charger had before it was set up."""
        restore = GoERestore(self, self._get_entry(), self._get_reconfigure_subentry())
        return await restore.restore(user_input)

    @override
    @callback
    def async_remove(self) -> None:
        """Leave nothing behind that was not wanted."""
        super().async_remove()
        if self._goe_steps is not None:
            self._goe_steps.async_close()

    def _changed(
        self, subentry: ConfigSubentry, name: str, user_input: Mapping[str, Any]
    ) -> Problem:
        """Return what is wrong with the form of a charger that is there."""
        errors, words = number_problem(_CHANGE_SCHEMA, user_input)
        errors = _text_problem(user_input) | errors
        if name_taken(self._get_entry(), name, subentry.unique_id):
            errors[CONF_NAME] = "name_taken"
        # What contradicts itself, once each is possible by itself.
        if not errors:
            data = {**subentry.data, **_overrides(subentry.data, user_input)}
            errors, words = current_problem(data)
        if not errors:
            errors = solar_problem(user_input, data)
        return errors, words


def _settings(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the user wants; nothing where the section was left out."""
    settings: dict[str, Any] = dict(user_input.get(SECTION_SETTINGS, {}))
    settings.pop(CONF_MAXIMUM_CURRENT, None)
    if settings:
        settings[CONF_ID_TAG] = settings[CONF_ID_TAG].strip()
    return settings


def _circuit(data: Mapping[str, Any]) -> float:
    """Return the highest current of a charger that is there."""
    chosen: float | None = data.get(CONF_OVERRIDES, {}).get(CONF_MAXIMUM_CURRENT)
    return known_current(data) if chosen is None else chosen


def _overrides(
    data: Mapping[str, Any], user_input: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what is kept in place of what is known; of sections left out, as it was."""
    kept = overrides_data(user_input).get(CONF_OVERRIDES)
    before: Mapping[str, Any] = data.get(CONF_OVERRIDES, {})
    settings = user_input.get(SECTION_SETTINGS)
    if kept is None and settings is None:
        return {}
    if kept is None:
        kept = {key: before[key] for key in before if key != CONF_MAXIMUM_CURRENT}
    if settings is None:
        settings = before
    return {CONF_OVERRIDES: kept | circuit_data(data, settings).get(CONF_OVERRIDES, {})}


def _text_problem(user_input: Mapping[str, Any]) -> dict[str, str]:
    tag = _settings(user_input).get(CONF_ID_TAG)
    if tag is not None and not is_id_tag(tag):
        return {SECTION_SETTINGS: "own_tag_invalid"}
    return {}
