"""An OCPP central system: EV chargers connect to it over websockets."""

import errno
import os

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PORT, EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    issue_registry as ir,
)
from homeassistant.helpers.typing import ConfigType

from .certificates.ca_renewal import CaRenewal
from .certificates.credentials import async_remove_credentials
from .certificates.store import async_certificates
from .certificates.view import async_setup_authority_views
from .chargers.store import async_remove_memory
from .charging.fallback import Fallbacks
from .const import DEFAULT_PORT, DOMAIN
from .frontend.resource import (
    async_add_resource,
    async_remove_resource,
    async_setup_frontend,
)
from .goe_setup.coordinator import GoELinks
from .goe_setup.raising import GoERaises
from .goe_setup.rollback import async_goe_entry_removed, async_setup_goe
from .house.entities import is_device_of
from .hub import Hub, OcppConfigEntry
from .issues import async_clear_issue, async_clear_issues, async_raise_issue
from .migration.migration import MINOR_VERSION, VERSION, async_migrate_ids, kept_store
from .migration.options import migrated_options
from .services import async_setup_services
from .sessions.downloads import async_setup_downloads
from .sessions.store import async_remove_books
from .transfers.transfers import async_remove_uploads
from .transfers.uploads import async_setup_uploads
from .upstream.secrets import async_remove_secrets
from .voice.voice import async_setup_voice
from .websocket_api import async_setup_websocket_api

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.DATETIME,
    Platform.EVENT,
    Platform.NOTIFY,
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TIME,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions and HTTP views, which need no running server."""
    async_setup_downloads(hass)
    async_setup_frontend(hass)
    async_setup_uploads(hass)
    async_setup_authority_views(hass)
    async_setup_services(hass)
    async_setup_voice(hass)
    async_setup_websocket_api(hass)
    await async_setup_goe(hass)
    return True


async def async_migrate_entry(hass: HomeAssistant, entry: OcppConfigEntry) -> bool:
    """Migrate an entry of an earlier version; docs/going-back.md covers downgrades."""
    if entry.version > VERSION:
        # Only the later version can read its data.
        return False
    if entry.version == VERSION and entry.minor_version > MINOR_VERSION:
        # A later minor version has only added data, and finds it again after an
        # upgrade.
        return True
    await async_migrate_ids(hass, entry)
    hass.config_entries.async_update_entry(
        entry,
        options=migrated_options(entry.options),
        version=VERSION,
        minor_version=MINOR_VERSION,
    )
    return True


async def async_setup_entry(hass: HomeAssistant, entry: OcppConfigEntry) -> bool:
    """Start a server and attach its chargers."""
    # The entry may have been saved as migrated without the registries.
    await async_migrate_ids(hass, entry)
    try:
        hub = await Hub.async_create(hass, entry)
    except OSError as err:
        raise _port_in_use(hass, entry, err) from err
    # Data that is read over HTTP is outside the hub's scope.
    links = GoELinks(hass, entry, hub.platforms.async_grow)
    hub.add(links)
    hub.part(Fallbacks).kept_otherwise = links.fallback_a
    hub.add(GoERaises(hass, entry, hub.part(CaRenewal)))
    hub.async_update()
    entry.runtime_data = hub
    # Entities are set up before chargers can connect, so that no message is lost.
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    try:
        await hub.async_start()
    except OSError as err:
        await hub.async_stop()
        await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
        raise _port_in_use(hass, entry, err) from err
    async_clear_issue(hass, "port_busy", entry.entry_id)
    entry.async_on_unload(
        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, hub.async_stop)
    )
    entry.async_on_unload(entry.add_update_listener(_async_update))
    # Changes that were made before the update listener was added.
    hub.async_update()
    # Chargers are served whatever becomes of the dashboard.
    await async_add_resource(hass)
    return True


def _port_in_use(
    hass: HomeAssistant, entry: OcppConfigEntry, err: OSError
) -> ConfigEntryNotReady:
    """Return the setup error; if the port is in use, raise a fixable repair issue."""
    number = err.errno or 0
    if number == errno.EADDRINUSE:
        async_raise_issue(
            hass,
            "port_busy",
            entry.entry_id,
            severity=ir.IssueSeverity.ERROR,
            fix_data={"entry_id": entry.entry_id},
            server=entry.title,
            port=str(entry.data.get(CONF_PORT, DEFAULT_PORT)),
        )
    else:
        async_clear_issue(hass, "port_busy", entry.entry_id)
    return ConfigEntryNotReady(
        translation_domain=DOMAIN,
        translation_key="port_in_use",
        translation_placeholders={
            "port": str(entry.data.get(CONF_PORT, DEFAULT_PORT)),
            # asyncio puts its own text around the system's error message.
            "error": os.strerror(number) if number > 0 else str(err),
        },
    )


async def _async_update(hass: HomeAssistant, entry: OcppConfigEntry) -> None:
    """Have the hub apply the changes of the config entry."""
    entry.runtime_data.async_update()


async def async_unload_entry(hass: HomeAssistant, entry: OcppConfigEntry) -> bool:
    """Unload the entities, close the connections and free the port."""
    hub = entry.runtime_data
    # Entities are unloaded first: if a platform refuses, the unloading has failed, and
    # the chargers must still be served.
    with hub.platforms.paused():
        unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
        if unloaded:
            await hub.async_stop()
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: OcppConfigEntry) -> None:
    """Delete the sessions, files and repair issues of a server that was removed."""
    for about in (entry.entry_id, *entry.subentries):
        async_clear_issues(hass, about)
    await async_goe_entry_removed(hass, entry)
    await async_remove_books(hass, entry.entry_id)
    await async_remove_memory(hass, entry.entry_id)
    await async_remove_credentials(hass, entry.entry_id)
    await async_remove_secrets(hass, entry.entry_id)
    certificates = await async_certificates(hass)
    await certificates.async_forget_uploaded(entry.entry_id)
    await kept_store(hass, entry.entry_id).async_remove()
    await async_remove_uploads(hass, entry)
    if not hass.config_entries.async_entries(DOMAIN):
        await async_remove_resource(hass)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: OcppConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """Allow removing the device of a charger or connector that no longer exists.

    That of the server goes with its last entity.
    """
    if entry.state is not ConfigEntryState.LOADED:
        return device.config_subentry_id not in entry.subentries
    return not is_device_of(
        entry, device
    ) and entry.runtime_data.platforms.async_release_device(device)
