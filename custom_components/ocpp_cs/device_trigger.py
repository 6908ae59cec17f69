"""Triggers of chargers and connectors: sessions, and what a person sees of them."""

from typing import Any, Final

from homeassistant.components.device_automation import DEVICE_TRIGGER_BASE_SCHEMA
from homeassistant.components.homeassistant.triggers import state as state_trigger
from homeassistant.const import (
    CONF_DEVICE_ID,
    CONF_DOMAIN,
    CONF_ENTITY_ID,
    CONF_FOR,
    CONF_PLATFORM,
    CONF_TYPE,
)
from homeassistant.core import CALLBACK_TYPE, Event, HassJob, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.trigger import TriggerActionType, TriggerInfo
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .chargers.bus_events import EVENT
from .const import DOMAIN
from .device_automations.entities import family, find_entity, require_entity
from .sensor.charging_state import ABSENT, PRESENT, ChargingState
from .sessions.events import SESSION_ENDED, SESSION_STARTED

_EVENTS: Final = (SESSION_STARTED, SESSION_ENDED)

_ENTITY: Final = ("sensor", "charging_state")

_STATES: Final = {
    "plugged_in": (sorted(ABSENT), sorted(PRESENT)),
    "unplugged": (sorted(frozenset(ChargingState) - ABSENT), sorted(ABSENT)),
    "waiting_to_be_started": (None, "waiting_to_be_started"),
    "waiting_for_sun": (None, "waiting_for_sun"),
    "charging": (None, "charging"),
    "full": (None, "full"),
    "fault": (None, "fault"),
}
"""Trigger -> the charging states before and after.

All are of one entity, so that conditions of a device see the same state.
"""

TRIGGER_SCHEMA = DEVICE_TRIGGER_BASE_SCHEMA.extend(
    {
        vol.Required(CONF_TYPE): vol.In((*_EVENTS, *_STATES)),
        vol.Optional(CONF_FOR): cv.positive_time_period_dict,
    }
)


async def async_get_triggers(
    hass: HomeAssistant, device_id: str
) -> list[dict[str, Any]]:
    """Return the triggers of a device.

    Those of sessions are at the charger as well, for all of its connectors.
    """
    kinds = [
        *(
            kind
            for kind in _EVENTS
            if any(
                find_entity(hass, one, "event", "session")
                for one in family(hass, device_id)
            )
        ),
        *(_STATES if find_entity(hass, device_id, *_ENTITY) else ()),
    ]
    return [
        {
            CONF_PLATFORM: "device",
            CONF_DEVICE_ID: device_id,
            CONF_DOMAIN: DOMAIN,
            CONF_TYPE: kind,
        }
        for kind in kinds
    ]


async def async_get_trigger_capabilities(
    hass: HomeAssistant, config: ConfigType
) -> dict[str, vol.Schema]:
    """Return the fields of a trigger: how long its state has to last."""
    if config[CONF_TYPE] in _EVENTS:
        return {}
    return {
        "extra_fields": vol.Schema(
            {vol.Optional(CONF_FOR): cv.positive_time_period_dict}
        )
    }


async def async_attach_trigger(
    hass: HomeAssistant,
    config: ConfigType,
    action: TriggerActionType,
    trigger_info: TriggerInfo,
) -> CALLBACK_TYPE:
    """Run an action when a trigger fires; return a function that ends this."""
    kind: str = config[CONF_TYPE]
    if kind in _EVENTS:
        return _attach_event(hass, config, action, trigger_info)
    before, after = _STATES[kind]
    state_config: dict[str, Any] = {
        CONF_PLATFORM: "state",
        CONF_ENTITY_ID: require_entity(hass, config, *_ENTITY),
        state_trigger.CONF_TO: after,
    }
    if before is not None:
        state_config[state_trigger.CONF_FROM] = before
    if CONF_FOR in config:
        state_config[CONF_FOR] = config[CONF_FOR]
    validated = await state_trigger.async_validate_trigger_config(hass, state_config)
    return await state_trigger.async_attach_trigger(
        hass, validated, action, trigger_info, platform_type="device"
    )


def _attach_event(
    hass: HomeAssistant,
    config: ConfigType,
    action: TriggerActionType,
    trigger_info: TriggerInfo,
) -> CALLBACK_TYPE:
    job = HassJob(action)
    kind, device_id = config[CONF_TYPE], config[CONF_DEVICE_ID]

    @callback
    def is_meant(data: Any) -> bool:
        return data[CONF_TYPE] == kind and data[CONF_DEVICE_ID] in family(
            hass, device_id
        )

    @callback
    def fire(event: Event[Any]) -> None:
        hass.async_run_hass_job(
            job,
            {
                "trigger": {
                    **trigger_info["trigger_data"],
                    CONF_PLATFORM: "device",
                    "event": event,
                    "description": f"{DOMAIN} {kind}",
                }
            },
            event.context,
        )

    return hass.bus.async_listen(EVENT, fire, event_filter=is_meant)
