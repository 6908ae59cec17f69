"""The forms of the set-up of a go-eCharger."""

from typing import Any

from homeassistant.components import network
from homeassistant.const import CONF_HOST, CONF_NAME, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import voluptuous as vol

from ..forms.charger import circuit_field
from ..forms.server import PORT
from ..goe.errors import ErrorKey, GoEError
from ..goe.plan import Access, Away
from .setup import Choices

CONF_ACCESS = "access"
CONF_AWAY = "away"
CONF_ADDRESS = "address"
SECTION_SERVER = "server"

PASSWORD = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))

_ACCESS = SelectSelector(
    SelectSelectorConfig(
        options=["plug", "card"],
        mode=SelectSelectorMode.LIST,
        translation_key="goe_access",
    )
)
_AWAY = SelectSelector(
    SelectSelectorConfig(
        options=["stop", "slow", "go_on"],
        mode=SelectSelectorMode.LIST,
        translation_key="goe_away",
    )
)


def read_errors(err: GoEError) -> dict[str, str]:
    """Return the error of a form that asks for an address, at the field it concerns."""
    at_token = err.key in {ErrorKey.TOKEN_NEEDED, ErrorKey.TOKEN_WRONG}
    return {CONF_TOKEN if at_token else CONF_HOST: err.key}


def address_schema(*, token: bool) -> vol.Schema:
    """Return the form for the address of a charger, and for its token if needed."""
    fields: dict[vol.Marker, Any] = {vol.Required(CONF_HOST): TextSelector()}
    if token:
        fields[vol.Optional(CONF_TOKEN)] = PASSWORD
    return vol.Schema(fields)


async def choices_schema(
    hass: HomeAssistant,
    name: str,
    chosen: Choices | None,
    offered: str,
    port: int,
    current: float,
) -> vol.Schema:
    """Return the form for the choices of a set-up.

    Args:
        hass: Home Assistant.
        name: The suggested name.
        chosen: The earlier choices, if there are any.
        offered: The suggested address of this machine; may be empty.
        port: The port of the server.
        current: The maximum current of the installation, in A.
    """
    addresses = {offered: None} if offered else {}
    for adapter in await network.async_get_adapters(hass):
        if adapter["enabled"]:
            addresses |= {ip["address"]: None for ip in adapter["ipv4"]}
    return vol.Schema(
        {
            vol.Required(
                CONF_NAME,
                default=chosen.name if chosen else name,
            ): TextSelector(),
            **circuit_field(chosen.current if chosen else current),
            vol.Required(
                CONF_ACCESS, default=chosen.access if chosen else Access.PLUG
            ): _ACCESS,
            vol.Required(
                CONF_AWAY, default=chosen.away if chosen else Away.SLOW
            ): _AWAY,
            vol.Required(SECTION_SERVER): section(
                vol.Schema(
                    {
                        vol.Required(
                            CONF_ADDRESS,
                            default=chosen.address if chosen else offered,
                        ): SelectSelector(
                            SelectSelectorConfig(
                                options=list(addresses),
                                custom_value=True,
                                mode=SelectSelectorMode.DROPDOWN,
                            )
                        ),
                        vol.Required(
                            CONF_PORT,
                            default=chosen.port if chosen else port,
                        ): PORT,
                    }
                ),
                # Expanded if there is no address to suggest.
                {"collapsed": bool(offered)},
            ),
        }
    )
