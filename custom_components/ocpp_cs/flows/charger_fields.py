"""The fields in the forms of a charger, and the data that its subentry keeps."""

from collections.abc import Mapping
from typing import Any

from homeassistant.const import CONF_NAME, UnitOfTime
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from ..chargers.overrides import known_current
from ..chargers.subentries import DEFAULT_SETTINGS
from ..charging.limits import Alone
from ..const import (
    CONF_CALL_TIMEOUT,
    CONF_CHARGE_POINT_ID,
    CONF_HEARTBEAT_INTERVAL,
    CONF_ID_TAG,
    CONF_KEEP_LOCAL_LIST,
    CONF_OVERRIDES,
    CONF_PING_INTERVAL,
    CONF_SAMPLE_INTERVAL,
    CONF_START_SESSIONS,
    CONF_TAG_POLICY,
    CONF_VERSION,
    FALLBACK_AUTOMATIC,
    START_AUTOMATIC,
    TAGS_AS_SERVER,
    TAGS_EVERY,
    TAGS_KNOWN,
)
from ..csms.model.tags import MAX_TAG_LENGTH
from ..former.chargers import proposed_current
from ..forms.charger import (
    CIRCUIT,
    CONF_MAXIMUM_CURRENT,
    OVERRIDES_FIELD,
    circuit_data,
    circuit_field,
    overrides_data,
)
from ..forms.numbers import Number
from ..tags.registry import is_id_tag
from .charger_charging_fields import solar_field

SECTION_SETTINGS = "settings"
NEW_SECRET = "new_secret"


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
    """Return the fields of both forms; `own_tag` is the id tag of the server."""
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
        vol.Required(CONF_VERSION, default="automatic"): SelectSelector(
            SelectSelectorConfig(
                options=["automatic", "v1_6", "v2_0_1", "v2_1"],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key="version",
            )
        ),
    }


def add_schema(own_tag: str) -> vol.Schema:
    """Return the form for a new charger; `own_tag` is the id tag of the server.

    Nothing is known of the charger yet.
    """
    return vol.Schema(
        {
            vol.Required(CONF_CHARGE_POINT_ID): TextSelector(),
            vol.Optional(CONF_NAME): TextSelector(),
            **circuit_field(proposed_current({})),
            vol.Optional(SECTION_SETTINGS): section(
                vol.Schema(_settings_fields(own_tag)), {"collapsed": True}
            ),
        }
    )


def change_schema(
    own_tag: str,
    circuits: Mapping[str, str],
    alone: Alone = Alone.RENEWED,
    fallback: str = FALLBACK_AUTOMATIC,
    *,
    discharges: bool,
) -> vol.Schema:
    """Return the form for an added charger.

    Args:
        own_tag: The id tag of the server.
        circuits: The names of the circuits below the main fuse, by their key.
        alone: What the charger can do by itself without Home Assistant.
        fallback: What is chosen for that time.
        discharges: Whether vehicles can discharge at the charger.

    Returns:
        The form.
    """
    return vol.Schema(
        {
            vol.Required(CONF_NAME): TextSelector(),
            vol.Optional(NEW_SECRET, default=False): BooleanSelector(),
            vol.Optional(SECTION_SETTINGS): section(
                # The most important field comes first.
                vol.Schema(
                    {
                        vol.Optional(CONF_MAXIMUM_CURRENT): CIRCUIT,
                        **_settings_fields(own_tag),
                    }
                ),
                {"collapsed": True},
            ),
            **solar_field(circuits, alone, fallback, discharges=discharges),
            **OVERRIDES_FIELD,
        }
    )


# For the check of numbers, which do not depend on the id tag and the circuits.
ADD_SCHEMA = add_schema("")
CHANGE_SCHEMA = change_schema("", {"": ""}, discharges=True)


def settings_data(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings to keep; empty if the section was left out."""
    settings: dict[str, Any] = dict(user_input.get(SECTION_SETTINGS, {}))
    settings.pop(CONF_MAXIMUM_CURRENT, None)
    if settings:
        settings[CONF_ID_TAG] = settings[CONF_ID_TAG].strip()
    return settings


def circuit_of(data: Mapping[str, Any]) -> float:
    """Return the maximum current of an added charger, in A."""
    chosen: float | None = data.get(CONF_OVERRIDES, {}).get(CONF_MAXIMUM_CURRENT)
    return known_current(data) if chosen is None else chosen


def overrides_changed(
    data: Mapping[str, Any], user_input: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the changed overrides; sections that were left out stay as they were."""
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


def text_problem(user_input: Mapping[str, Any]) -> dict[str, str]:
    """Return the errors of a form for invalid texts."""
    tag = settings_data(user_input).get(CONF_ID_TAG)
    if tag is not None and not is_id_tag(tag, MAX_TAG_LENGTH):
        return {SECTION_SETTINGS: "own_tag_invalid"}
    return {}
