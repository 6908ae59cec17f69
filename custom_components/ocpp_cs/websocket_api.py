"""The commands of the dashboard and the card; frontend/src/api.ts has their answers."""

from functools import partial, wraps
from typing import Any

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.const import (
    ERR_HOME_ASSISTANT_ERROR,
    ERR_NOT_FOUND,
    AsyncWebSocketCommandHandler,
)
from homeassistant.components.websocket_api.decorators import (
    async_response,
    require_admin,
    websocket_command,
)
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import DOMAIN as HOMEASSISTANT_DOMAIN, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, Unauthorized
import voluptuous as vol

from .api.chargers import chargers_data
from .api.live import Listener, async_live
from .api.past.asked import FILTER, PAGE, async_zone_of, wanted_of
from .api.past.curve import async_curve
from .api.past.one_session import CORRECTION, WHICH, async_chosen, async_correct
from .api.past.sessions import async_sessions, reader_of
from .api.past.table import async_table
from .api.places import place_of
from .api.plans import GOAL, async_plan, async_preview
from .const import CONF_ENTRY_ID, DOMAIN


def _answering(command: AsyncWebSocketCommandHandler) -> AsyncWebSocketCommandHandler:
    """Answer what cannot be done with an error, of which nothing is logged.

    A browser asks for a charger that was just removed, or whose server is reloaded:
    that is nothing that the user of the log can mend. Such an answer has the code of
    what is not found; the browser asks again.
    """

    @wraps(command)
    async def answered(
        hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
    ) -> None:
        try:
            await command(hass, connection, msg)
        except Unauthorized:
            raise
        except HomeAssistantError as err:
            connection.send_error(
                msg["id"],
                # Devices and config entries are looked up by Home Assistant.
                ERR_NOT_FOUND
                if err.translation_domain == HOMEASSISTANT_DOMAIN
                else ERR_HOME_ASSISTANT_ERROR,
                str(err),
                translation_key=err.translation_key,
                translation_domain=err.translation_domain,
                translation_placeholders=err.translation_placeholders,
            )

    return answered


@callback
def async_setup_websocket_api(hass: HomeAssistant) -> None:
    """Register the commands, which need no running server."""
    for command in (
        _live,
        _sessions,
        _table,
        _curve,
        _correct,
        _plan,
        _preview,
        _chargers,
    ):
        websocket_api.async_register_command(hass, command)


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/live",
        vol.Optional(CONF_ENTRY_ID): str,
    }
)
@callback
def _live(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Tell the live state of all places to charge, and then what changes."""
    number: int = msg["id"]
    # The result comes first, but whoever cannot be told gets an error instead.
    first: list[dict[str, Any]] = []
    listener = Listener(
        user=connection.user, send=first.append, entry_id=msg.get(CONF_ENTRY_ID)
    )
    connection.subscriptions[number] = async_live(hass).async_listen(listener)
    connection.send_result(number)
    listener.send = partial(connection.send_event, number)
    for event in first:
        listener.send(event)


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/sessions",
        **FILTER,
        **PAGE,
    }
)
@async_response
@_answering
async def _sessions(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Return a page of sessions, and the sums of all that match."""
    zone = await async_zone_of(msg)
    answer = await async_sessions(
        reader_of(hass, connection.user, msg.get(CONF_ENTRY_ID), zone),
        wanted_of(msg),
        text=msg.get("text"),
        order=msg["order"],
        offset=msg["offset"],
        limit=msg["limit"],
    )
    connection.send_result(msg["id"], answer)


@websocket_command(
    {vol.Required("type"): f"{DOMAIN}/plan", vol.Required(ATTR_DEVICE_ID): str}
)
@async_response
@_answering
async def _plan(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Return the plan of a connector, with prices and forecast."""
    place = place_of(hass, connection.user, msg[ATTR_DEVICE_ID])
    connection.send_result(msg["id"], await async_plan(place))


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/plan/preview",
        vol.Required(ATTR_DEVICE_ID): str,
        **GOAL,
    }
)
@async_response
@_answering
async def _preview(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Return the plan that a goal would make, without arming it."""
    place = place_of(hass, connection.user, msg[ATTR_DEVICE_ID])
    connection.send_result(msg["id"], await async_preview(place, msg))


@websocket_command(
    {
        vol.Required("type"): f"{DOMAIN}/sessions/csv",
        vol.Optional("language"): str,
        **FILTER,
    }
)
@async_response
@_answering
async def _table(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Return the sessions that match as a table."""
    zone = await async_zone_of(msg)
    answer = await async_table(
        reader_of(hass, connection.user, msg.get(CONF_ENTRY_ID), zone),
        wanted_of(msg),
        text=msg.get("text"),
        language=msg.get("language"),
    )
    connection.send_result(msg["id"], answer)


@websocket_command({vol.Required("type"): f"{DOMAIN}/session/curve", **WHICH})
@async_response
@_answering
async def _curve(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Return the power of a session by time, and what a kWh cost then."""
    reader = reader_of(hass, connection.user, msg[CONF_ENTRY_ID])
    chosen = await async_chosen(reader, msg)
    connection.send_result(msg["id"], await async_curve(hass, chosen))


@websocket_command(
    {vol.Required("type"): f"{DOMAIN}/session/correct", **WHICH, **CORRECTION}
)
@require_admin
@async_response
@_answering
async def _correct(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Correct the tag or vehicle of a session, or strike it out; return it."""
    reader = reader_of(hass, connection.user, msg[CONF_ENTRY_ID])
    connection.send_result(msg["id"], await async_correct(reader, msg))


@websocket_command(
    {vol.Required("type"): f"{DOMAIN}/chargers", vol.Optional(CONF_ENTRY_ID): str}
)
@callback
def _chargers(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Return how the chargers are."""
    connection.send_result(
        msg["id"], chargers_data(hass, connection.user, msg.get(CONF_ENTRY_ID))
    )
