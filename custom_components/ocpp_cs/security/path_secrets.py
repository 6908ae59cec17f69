"""The URL of a server for its chargers, with a secret for each charger."""

import re
from urllib.parse import quote

from homeassistant.components import network
from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigSubentry
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from ..certificates.encryption import Encryption
from ..const import CONF_CHARGE_POINT_ID, CONF_PATH_SECRET, DEFAULT_HOST, DEFAULT_PORT
from ..csms.admission.path_secret import new_path_secret
from ..csms.charge_point import ChargePoint
from ..csms.model.security import SecurityLevel
from ..csms.wire.handshake import shown_path

__all__ = [
    "async_address_for",
    "async_charger_url",
    "async_ensure_secret",
    "encryption_of",
    "needs_encryption",
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
    return _url("ws", await _own_host(hass, host), port)


async def _own_host(hass: HomeAssistant, host: str) -> str:
    """Return the host for URLs, if the server listens on `host`."""
    if host != DEFAULT_HOST:
        return host
    try:
        return await network.async_get_source_ip(hass)
    except HomeAssistantError:
        return "homeassistant.local"


def _url(scheme: str, host: str, port: int) -> str:
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}/"


async def async_address_for(
    hass: HomeAssistant,
    entry: ConfigEntry,
    secret: str | None,
    charge_point_id: str = "",
    *,
    tls: bool = False,
) -> str:
    """Return the URL of a server for a charger.

    Without an id it ends with a slash: most chargers append their id.

    Args:
        hass: Home Assistant.
        entry: The config entry of the server.
        secret: The path secret of the charger.
        charge_point_id: The id, for chargers that do not append it.
        tls: True for the encrypted address, if the server has one.
    """
    host = await _own_host(hass, entry.data.get(CONF_HOST, DEFAULT_HOST))
    encryption = encryption_of(entry) if tls else None
    base = (
        _url("ws", host, entry.data.get(CONF_PORT, DEFAULT_PORT))
        if encryption is None
        else _url("wss", encryption.host_for(host), encryption.port)
    )
    within = f"{secret}/" if secret else ""
    return f"{base}{within}{quote(charge_point_id, safe='')}"


@callback
def encryption_of(entry: ConfigEntry) -> Encryption | None:
    """Return the encryption of a server; None if it is off, or the server not loaded."""
    if entry.state is not ConfigEntryState.LOADED:
        return None
    encryption: Encryption = entry.runtime_data.part(Encryption)
    return encryption if encryption.is_on else None


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
    """Return the complete URL for a charger: with its secret, and for its level."""
    charge_point_id: str = subentry.data[CONF_CHARGE_POINT_ID]
    return await async_address_for(
        hass,
        entry,
        async_ensure_secret(hass, entry, subentry),
        charge_point_id,
        tls=needs_encryption(entry, charge_point_id),
    )


@callback
def needs_encryption(entry: ConfigEntry, charge_point_id: str) -> bool:
    """Return whether a charger is refused without encryption."""
    if entry.state is not ConfigEntryState.LOADED:
        return False
    charge_points = entry.runtime_data.central_system.charge_points
    charge_point: ChargePoint | None = charge_points.get(charge_point_id)
    return (
        charge_point is not None
        and charge_point.security_rules.level >= SecurityLevel.TLS
    )
