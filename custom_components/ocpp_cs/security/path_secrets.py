"""The URL of a server for its chargers, with a secret for each charger."""

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
    """Return a URL of a server without secrets and logins.

    Repair issues are shown to all users, not only to administrators.
    """
    return shown_path(_LOGIN.sub("***@", url))


async def async_charger_url(hass: HomeAssistant, host: str, port: int) -> str:
    """Return the URL of the server for a charger, without its id."""
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
    """Return the URL of a server for a charger.

    Without an id it ends with a slash: most chargers append their id.
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
    """Return the secret of a charger; make one if it has none.

    A new secret is stored at once, as the user may enter it on the charger.
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
    """Return the complete URL for a charger, with its secret."""
    return await async_address_for(
        hass,
        entry,
        async_ensure_secret(hass, entry, subentry),
        subentry.data[CONF_CHARGE_POINT_ID],
    )
