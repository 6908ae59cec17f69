"""Adding a charger by hand, and changing one."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.const import CONF_NAME, UnitOfTime
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from .charger_solar_fields import SECTION_SOLAR, SOLAR_FIELD, solar_data
from .connect_flow import ConnectSteps
from .const import (
    CONF_CALL_TIMEOUT,
    CONF_CHARGE_POINT_ID,
    CONF_HEARTBEAT_INTERVAL,
    CONF_ID_TAG,
    CONF_KEEP_LOCAL_LIST,
    CONF_NAMED_BY_ID,
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
from .goe_charger_flow import GoEChargerSteps
from .hub import DEFAULT_SETTINGS, adopted_elsewhere, own_tag_of
from .override_fields import (
    OVERRIDES_FIELD,
    SECTION_OVERRIDES,
    overrides_data,
    overrides_input,
    profile_of,
)
from .path_secrets import async_address_for, async_own_address, new_path_secret

SECTION_SETTINGS = "settings"
_NEW_SECRET = "new_secret"

_MAX_ID_TAG = 20
"""Characters of a tag (OCPP 1.6, 7.28)."""


def _seconds(minimum: int, maximum: int) -> Any:
    return vol.All(
        NumberSelector(
            NumberSelectorConfig(
                min=minimum,
                max=maximum,
                mode=NumberSelectorMode.BOX,
                unit_of_measurement=UnitOfTime.SECONDS,
            )
        ),
        vol.Coerce(int),
    )


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


def _charger_fields(own_tag: str) -> dict[vol.Marker, Any]:
    """Return what both forms ask; `own_tag` is that of the server."""
    schema = vol.Schema(
        {
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
    )
    return {vol.Optional(SECTION_SETTINGS): section(schema, {"collapsed": True})}


def _add_schema(own_tag: str) -> vol.Schema:
    return vol.Schema(
        {
            vol.Required(CONF_CHARGE_POINT_ID): TextSelector(),
            vol.Optional(CONF_NAME): TextSelector(),
            **_charger_fields(own_tag),
        }
    )


def _change_schema(own_tag: str) -> vol.Schema:
    return vol.Schema(
        {
            vol.Required(CONF_NAME): TextSelector(),
            vol.Optional(_NEW_SECRET, default=False): BooleanSelector(),
            **_charger_fields(own_tag),
            **SOLAR_FIELD,
            **OVERRIDES_FIELD,
        }
    )


class ChargerFlow(GoEChargerSteps, ConnectSteps):
    """Adds a charger, connected or not, or changes its name and settings."""

    _new_secret = ""
    """Of the address that the form shows."""

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
        errors: dict[str, str] = {}
        entry = self._get_entry()
        self._new_secret = self._new_secret or new_path_secret()
        placeholders = {
            "url": await async_address_for(self.hass, entry, self._new_secret)
        }
        if user_input is not None:
            charge_point_id = user_input[CONF_CHARGE_POINT_ID].strip().strip("/")
            errors = self._problem(user_input)
            if not charge_point_id.isprintable() or not 0 < len(charge_point_id) <= 255:
                errors[CONF_CHARGE_POINT_ID] = "invalid_id"
            elif any(
                subentry.unique_id == charge_point_id
                for subentry in entry.get_subentries_of_type(SUBENTRY_CHARGER)
            ):
                errors[CONF_CHARGE_POINT_ID] = "already_configured"
            elif other := adopted_elsewhere(self.hass, entry, charge_point_id):
                errors[CONF_CHARGE_POINT_ID] = "adopted_elsewhere"
                placeholders["server"] = other
            if not errors:
                name = user_input.get(CONF_NAME, "").strip()
                data = {
                    CONF_CHARGE_POINT_ID: charge_point_id,
                    CONF_PATH_SECRET: self._new_secret,
                    **self._settings(user_input),
                }
                if not name:
                    data[CONF_NAMED_BY_ID] = True
                return self.async_create_entry(
                    title=name or charge_point_id, data=data, unique_id=charge_point_id
                )
        return self.async_show_form(
            step_id="manual",
            data_schema=self.add_suggested_values_to_schema(
                _add_schema(own_tag_of(entry)), user_input
            ),
            errors=errors,
            description_placeholders=placeholders,
        )

    @override
    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for name and settings of a charger. Applies without a reconnect."""
        subentry = self._get_reconfigure_subentry()
        if user_input is None and self._goe_has_choice(subentry):
            return await self.async_step_goe_charger()
        errors: dict[str, str] = {}
        if user_input is not None and not (errors := self._problem(user_input)):
            renewed = user_input.get(_NEW_SECRET, False)
            entry = self._get_entry()
            result = self.async_update_and_abort(
                entry,
                subentry,
                title=user_input[CONF_NAME].strip() or subentry.title,
                data_updates=self._settings(user_input)
                | solar_data(user_input)
                | overrides_data(user_input)
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
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                _change_schema(own_tag_of(self._get_entry())),
                user_input
                or {
                    CONF_NAME: subentry.title,
                    SECTION_SETTINGS: subentry.data,
                    SECTION_SOLAR: subentry.data.get(CONF_SOLAR) or {},
                    SECTION_OVERRIDES: overrides_input(subentry.data),
                },
            ),
            errors=errors,
            description_placeholders={
                "url": await async_own_address(self.hass, self._get_entry(), subentry),
                "id": subentry.data[CONF_CHARGE_POINT_ID],
                "profile": profile_of(subentry.data),
            },
        )

    @staticmethod
    def _settings(user_input: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the user wants; nothing where the section was left out."""
        settings: dict[str, Any] = dict(user_input.get(SECTION_SETTINGS, {}))
        if settings:
            settings[CONF_ID_TAG] = settings[CONF_ID_TAG].strip()
        return settings

    def _problem(self, user_input: Mapping[str, Any]) -> dict[str, str]:
        tag = self._settings(user_input).get(CONF_ID_TAG)
        if tag is not None and not (tag.isprintable() and 0 < len(tag) <= _MAX_ID_TAG):
            # A field within a section cannot bear an error of its own.
            return {"base": "invalid_id_tag"}
        return {}
