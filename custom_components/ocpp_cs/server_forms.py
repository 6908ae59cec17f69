"""What forms ask about the address of a server, and whether that can be had."""

import errno

from homeassistant.const import CONF_PORT
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)
import voluptuous as vol

from .hub import async_probe_port

PORT = vol.All(
    NumberSelector(NumberSelectorConfig(min=1, max=65535, mode=NumberSelectorMode.BOX)),
    vol.Coerce(int),
)
"""The field for a port."""


async def address_problem(host: str, port: int) -> dict[str, str]:
    """Return the errors of a form that asks for this address; none if it is free."""
    try:
        await async_probe_port(host, port)
    except OSError as err:
        if err.errno == errno.EADDRINUSE:
            return {CONF_PORT: "port_in_use"}
        return {"base": "cannot_bind"}
    return {}
