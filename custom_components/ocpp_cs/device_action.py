"""Actions of connectors, which are those of their entities."""

from dataclasses import dataclass
from typing import Any, Final

from homeassistant.const import (
    ATTR_ENTITY_ID,
    ATTR_OPTION,
    CONF_DEVICE_ID,
    CONF_DOMAIN,
    CONF_TYPE,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
)
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType, TemplateVarsType
import voluptuous as vol

from .const import DOMAIN
from .device_automations.entities import find_entity, require_entity, state_names


@dataclass(frozen=True, kw_only=True, slots=True)
class _Action:
    """An action of an entity."""

    domain: str
    key: str
    service: str
    field: str | None = None
    """The field that the user fills in."""
    capability: str | None = None
    """The capability of the entity with the options of that field."""


_ACTIONS: Final = {
    "start_charging": _Action(domain="switch", key="charging", service=SERVICE_TURN_ON),
    "stop_charging": _Action(domain="switch", key="charging", service=SERVICE_TURN_OFF),
    "pause": _Action(domain="switch", key="paused", service=SERVICE_TURN_ON),
    "resume": _Action(domain="switch", key="paused", service=SERVICE_TURN_OFF),
    "set_charge_mode": _Action(
        domain="select",
        key="charge_mode",
        service="select_option",
        field=ATTR_OPTION,
        capability="options",
    ),
    "set_current_limit": _Action(
        domain="number", key="current_limit", service="set_value", field="value"
    ),
    "boost": _Action(domain="button", key="boost", service="press"),
    "unlock": _Action(domain="button", key="unlock", service="press"),
}

ACTION_SCHEMA = cv.DEVICE_ACTION_BASE_SCHEMA.extend(
    {
        vol.Required(CONF_TYPE): vol.In(_ACTIONS),
        vol.Optional(ATTR_OPTION): cv.string,
        vol.Optional("value"): vol.Coerce(float),
    }
)


async def async_validate_action_config(
    hass: HomeAssistant, config: ConfigType
) -> ConfigType:
    """Check that an action has the field that it needs. Raises vol.Invalid if not."""
    validated: ConfigType = ACTION_SCHEMA(config)
    needed = _ACTIONS[validated[CONF_TYPE]].field
    if needed is not None and needed not in validated:
        raise vol.RequiredFieldInvalid("required key not provided", path=[needed])
    return validated


async def async_get_actions(
    hass: HomeAssistant, device_id: str
) -> list[dict[str, str]]:
    """Return the actions of a device."""
    return [
        {CONF_DEVICE_ID: device_id, CONF_DOMAIN: DOMAIN, CONF_TYPE: kind}
        for kind, action in _ACTIONS.items()
        if find_entity(hass, device_id, action.domain, action.key)
    ]


async def async_call_action_from_config(
    hass: HomeAssistant,
    config: ConfigType,
    variables: TemplateVarsType,
    context: Context | None,
) -> None:
    """Run an action. Raises HomeAssistantError if its entity is gone, or refuses."""
    action = _ACTIONS[config[CONF_TYPE]]
    data: dict[str, Any] = {
        ATTR_ENTITY_ID: require_entity(hass, config, action.domain, action.key)
    }
    if action.field is not None:
        data[action.field] = config[action.field]
    await hass.services.async_call(
        action.domain, action.service, data, blocking=True, context=context
    )


async def async_get_action_capabilities(
    hass: HomeAssistant, config: ConfigType
) -> dict[str, vol.Schema]:
    """Return the fields of an action, with their ranges and options."""
    action = _ACTIONS[config[CONF_TYPE]]
    entity = find_entity(hass, config[CONF_DEVICE_ID], action.domain, action.key)
    if action.field is None or entity is None:
        return {}
    known = entity.capabilities or {}
    if action.capability is not None:
        options = state_names(
            hass, action.domain, action.key, list(known.get(action.capability, ()))
        )
        value: Any = vol.In(options)
    else:
        value = vol.All(
            vol.Coerce(float),
            vol.Range(min=known.get("min", 0.0), max=known.get("max", 80.0)),
        )
    return {"extra_fields": vol.Schema({vol.Required(action.field): value})}
