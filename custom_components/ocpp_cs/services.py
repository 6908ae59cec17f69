"""The actions, for commands without an entity."""

from functools import partial

from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, callback
from homeassistant.helpers.service import async_register_admin_service

from .actions.action import Action, ActionSchema
from .actions.registry import ACTIONS
from .const import DOMAIN


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for action in ACTIONS:
        if action.admin:
            async_register_admin_service(
                hass,
                DOMAIN,
                action.name,
                partial(_run, action),
                schema=ActionSchema(action),
                supports_response=action.response,
            )
        else:
            hass.services.async_register(
                DOMAIN,
                action.name,
                partial(_run, action),
                schema=ActionSchema(action),
                supports_response=action.response,
            )


async def _run(action: Action, call: ServiceCall) -> ServiceResponse:
    """Run an action; Home Assistant requires a coroutine function."""
    return await action.handler(action, call)
