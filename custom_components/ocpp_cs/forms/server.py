"""The port field of a server, and the errors for an address that cannot be bound."""

import errno

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PORT
from homeassistant.core import HomeAssistant

from ..certificates.encryption import Encryption
from ..const import DOMAIN
from ..hub import async_probe_port
from .numbers import Number, Problem

PORT = Number(1, 65535, whole=True)
"""The field for a port."""


async def address_problem(hass: HomeAssistant, host: str, port: int) -> Problem:
    """Return the error of a form for an address of a server; empty if it is free."""
    try:
        await async_probe_port(host, port)
    except OSError as err:
        if err.errno != errno.EADDRINUSE:
            return {"base": "cannot_bind"}, {}
        for entry in hass.config_entries.async_entries(DOMAIN):
            if entry.state is ConfigEntryState.LOADED and port in (
                entry.data.get(CONF_PORT),
                entry.runtime_data.part(Encryption).open_port,
            ):
                return {CONF_PORT: "port_is_ours"}, {"server": entry.title}
        return {CONF_PORT: "port_in_use"}, {}
    return {}, {}
