"""Where chargers find a server: its address, and the secret in that of each of them."""

import re
from urllib.parse import quote

from homeassistant.components import network
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..const import CONF_CHARGE_POINT_ID, CONF_PATH_SECRET, DEFAULT_HOST, DEFAULT_PORT
from ..csms.admission.path_secret import new_path_secret
from ..csms.wire.handshake import shown_path

__all__ = [
    "async_address_for",
    "async_charger_url",
    "async_ensure_secret",
    "new_path_secret",
    "without_secrets",
]

_LOGIN = re.compile(r"(?<=//)[^/@]*@")


def without_secrets(url: str) -> str:
    """Return an address of a server as everybody may see it, without what lets one in.

    Repairs are shown to all users, and not to administrators alone.
    """
    return shown_path(_LOGIN.sub("***@", url))


async def async_charger_url(hass: HomeAssistant, host: str, port: int) -> str:
    """Return what a charger gets as its address of the server, without its id."""
    if host == DEFAULT_HOST:
        try:
            host = await network.async_get_source_ip(hass)
        except HomeAssistantError:
            host = "homeassistant.local"
    return f"ws://{f'[{host}]' if ':' in host else host}:{port}/"


async def async_address_for(
    hass: HomeAssistant,
    entry: ConfigEntry,
    secret: str | None,
    charge_point_id: str = "",
) -> str:
    """Return what a charger gets as its address of a server.

    Without the id it ends with a slash: most chargers append it.
    """
    base = await async_charger_url(
        hass,
        entry.data.get(CONF_HOST, DEFAULT_HOST),
        entry.data.get(CONF_PORT, DEFAULT_PORT),
    )
    within = f"{secret}/" if secret else ""
    return f"{base}{within}{quote(charge_point_id, safe='')}"


@callback
def async_ensure_secret(
    hass: HomeAssistant, entry: ConfigEntry, subentry: ConfigSubentry
) -> str:
    """Return the secret of a charger, which gets one if it has none.

    It is kept at once: what was shown may be typed into the charger.
    """
    if secret := subentry.data.get(CONF_PATH_SECRET):
        return str(secret)
    secret = new_path_secret()
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, CONF_PATH_SECRET: secret}
    )
    return secret


async def async_own_address(
    hass: HomeAssistant, entry: ConfigEntry, subentry: ConfigSubentry
) -> str:
    """Return the whole address of a charger, with a secret that it has from now on."""
    return await async_address_for(
        hass,
        entry,
        async_ensure_secret(hass, entry, subentry),
        subentry.data[CONF_CHARGE_POINT_ID],
    )
