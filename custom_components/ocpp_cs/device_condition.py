"""Conditions of connectors, in the words of the charging state."""

from typing import Final

from homeassistant.const import (
    CONF_CONDITION,
    CONF_DEVICE_ID,
    CONF_DOMAIN,
    CONF_FOR,
    CONF_TYPE,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import condition, config_validation as cv
from homeassistant.helpers.typing import ConfigType, TemplateVarsType
import voluptuous as vol

from .const import DOMAIN
from .device_automations.entities import find_entity, require_entity
from .sensor.charging_state import ABSENT, PRESENT

type _States = tuple[str, str, tuple[str, ...]]
"""The platform and the key of an entity, and its states for which a condition holds."""


def _charging_state(*states: str) -> _States:
    return ("sensor", "charging_state", states)


_CONDITIONS: Final[dict[str, _States]] = {
    "is_plugged_in": _charging_state(*sorted(PRESENT)),
    "is_unplugged": _charging_state(*sorted(ABSENT)),
    "is_in_session": ("switch", "charging", ("on",)),
    "is_charging": _charging_state("charging"),
    "is_waiting_to_be_started": _charging_state("waiting_to_be_started"),
    "is_waiting": _charging_state(
        "waiting_for_sun",
        "waiting_for_battery",
        "waiting_for_others",
        "waiting_for_fuse",
    ),
    "is_paused": _charging_state(
        "paused", "paused_by_charger", "paused_by_backend", "paused_by_vehicle"
    ),
    "is_full": _charging_state("full"),
    "is_faulty": _charging_state("fault"),
}

CONDITION_SCHEMA = cv.DEVICE_CONDITION_BASE_SCHEMA.extend(
    {
        vol.Required(CONF_TYPE): vol.In(_CONDITIONS),
        vol.Optional(CONF_FOR): cv.positive_time_period_dict,
    }
)


async def async_get_conditions(
    hass: HomeAssistant, device_id: str
) -> list[dict[str, str]]:
    """Return the conditions of a device."""
    return [
        {
            CONF_CONDITION: "device",
            CONF_DEVICE_ID: device_id,
            CONF_DOMAIN: DOMAIN,
            CONF_TYPE: kind,
        }
        for kind, (domain, key, _) in _CONDITIONS.items()
        if find_entity(hass, device_id, domain, key)
    ]


@callback
def async_condition_from_config(
    hass: HomeAssistant, config: ConfigType
) -> condition.ConditionCheckerType:
    """Return a function that tests a condition."""
    domain, key, states = _CONDITIONS[config[CONF_TYPE]]

    @callback
    def holds(hass: HomeAssistant, variables: TemplateVarsType) -> bool:
        return condition.state(
            hass,
            require_entity(hass, config, domain, key),
            list(states),
            config.get(CONF_FOR),
        )

    return holds


async def async_get_condition_capabilities(
    hass: HomeAssistant, config: ConfigType
) -> dict[str, vol.Schema]:
    """Return the fields of a condition: how long it has to hold."""
    return {
        "extra_fields": vol.Schema(
            {vol.Optional(CONF_FOR): cv.positive_time_period_dict}
        )
    }
