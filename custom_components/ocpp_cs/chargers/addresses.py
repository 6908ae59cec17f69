"""What a server is called, and where chargers find it."""

from homeassistant.components import network
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..const import DEFAULT_HOST, DEFAULT_PORT


def server_title(port: int) -> str:
    """Return what a server is called until its user calls it something else."""
    name = "OCPP Central System"
    return name if port == DEFAULT_PORT else f"{name} ({port})"


async def async_charger_url(hass: HomeAssistant, host: str, port: int) -> str:
    """Return what a charger gets as its address of the server, without its id."""
    if host == DEFAULT_HOST:
        try:
            host = await network.async_get_source_ip(hass)
        except HomeAssistantError:
            host = "homeassistant.local"
    return f"ws://{f'[{host}]' if ':' in host else host}:{port}/"
