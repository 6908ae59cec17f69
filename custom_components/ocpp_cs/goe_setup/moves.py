"""Checks whether a go-eCharger that shows up at another address has really moved.

Its serial number is printed on it, so another device can claim it. And its token gives
full control of the charger, so a new address gets it only if the user agrees.
"""

import asyncio
from ipaddress import ip_address
import socket
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState, ConfigSubentry
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant, callback

from ..foreign_text import shown
from ..goe.address import without_port
from ..goe.client import GoEClient
from ..goe.errors import GoEError, NotGoEError, UnreachableError
from ..issues import async_raise_issue
from .client import make_client

if TYPE_CHECKING:
    from ..chargers.charger import Charger


async def async_consider_move(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    subentry: ConfigSubentry,
    serial: str,
    host: str,
    client: GoEClient | None,
) -> None:
    """Follow an adopted charger if it has moved to `host`, or ask the user.

    `client` is the client for the old address.
    """
    if not await _has_moved(hass, entry, subentry, serial, host, client):
        return
    # There is no await from here on, so the data of the subentry are current.
    if CONF_TOKEN in subentry.data:
        _ask(hass, entry, subentry, host)
    else:
        hass.config_entries.async_update_subentry(
            entry, subentry, data={**subentry.data, CONF_HOST: host}
        )


@callback
def _ask(
    hass: HomeAssistant, entry: ConfigEntry[Any], subentry: ConfigSubentry, host: str
) -> None:
    async_raise_issue(
        hass,
        "goe_moved",
        subentry.subentry_id,
        fix_data={
            "entry_id": entry.entry_id,
            "subentry_id": subentry.subentry_id,
            "host": host,
        },
        charger=subentry.title,
        host=host,
        old=shown(subentry.data.get(CONF_HOST, "")),
    )


async def _has_moved(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    subentry: ConfigSubentry,
    serial: str,
    host: str,
    client: GoEClient | None,
) -> bool:
    charger = _charger(entry, subentry)
    old = subentry.data.get(CONF_HOST)
    comes_from_there = False
    if charger is not None and charger.charge_point.connected:
        remote = charger.charge_point.remote or ""
        comes_from_there = await _is_at(host, remote)
        if old is None:
            return comes_from_there
        if not comes_from_there and await _is_at(old, remote):
            return False
    if old is None:
        return True
    try:
        client = client or make_client(hass, old)
    except ValueError:
        return True
    return await async_is_gone(client, serial, doubtful=comes_from_there)


async def async_is_gone(client: GoEClient, serial: str, *, doubtful: bool) -> bool:
    """Return whether the charger is no longer at the address of `client`.

    Returns `doubtful` if it might still be there.
    """
    try:
        identity = await client.identify()
    except UnreachableError, NotGoEError:
        return True
    except GoEError:
        return doubtful
    return identity.serial != serial


def _charger(entry: ConfigEntry[Any], subentry: ConfigSubentry) -> Charger | None:
    if entry.state is not ConfigEntryState.LOADED:
        return None
    charger: Charger | None = entry.runtime_data.chargers.get(subentry.subentry_id)
    return charger


async def _is_at(host: str, remote: str) -> bool:
    """Return whether `host` resolves to the address `remote` of a connection."""
    try:
        address = ip_address(remote)
    except ValueError:
        return False
    bare = without_port(host)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            bare, None, type=socket.SOCK_STREAM
        )
    except OSError, UnicodeError:
        return False
    return any(ip_address(one[4][0]) == address for one in found)
