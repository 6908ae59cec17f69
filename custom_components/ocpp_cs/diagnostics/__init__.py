"""Diagnostics for download, without private data."""

from collections.abc import Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.util import dt as dt_util

from ..certificates.encryption import Encryption
from ..chargers.charger import Charger
from ..chargers.diagnostics import charge_point_diagnostics
from ..chargers.naming import connector_of
from ..const import (
    CONF_ALLOWED_ADDRESSES,
    CONF_ENCRYPTION,
    CONF_PROXIES,
    SUBENTRY_ID_TAG,
    SUBENTRY_UPSTREAM,
)
from ..goe_setup.coordinator import GoELinks
from ..goe_setup.diagnostics import http_diagnostics
from ..hub import Hub, OcppConfigEntry
from ..security.levels import Levels
from ..security.refused_levels import RefusedLevels
from ..upstream.seen.diagnostics import backend_diagnostics, of_backend
from .redaction import Redactor


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: OcppConfigEntry
) -> dict[str, Any]:
    """Return the diagnostics of a server and all of its chargers."""
    diagnostics: dict[str, Any] = {
        "entry": {
            "state": entry.state.value,
            "data": dict(entry.data),
            "options": {
                # Addresses are private: only their number is included.
                key: len(value)
                if key in (CONF_ALLOWED_ADDRESSES, CONF_PROXIES)
                else value
                for key, value in entry.options.items()
                # It has paths and certificates; see "encryption".
                if key != CONF_ENCRYPTION
            },
        }
    }
    if entry.state is ConfigEntryState.LOADED:
        hub = entry.runtime_data
        central_system = hub.central_system
        counts = await hub.sessions.async_count()
        diagnostics["server"] = {
            "port": central_system.port,
            "encryption": hub.part(Encryption).diagnostics(),
            "refused_ids": len(central_system.refused),
            "refusals": sum(central_system.refused.values()),
            "sessions_in_the_books": sum(counts.values()),
            "sessions_not_saved": hub.sessions.unsaved,
        }
        # The names are left out, as they are private.
        diagnostics["id_tags"] = [
            dict(subentry.data)
            for subentry in entry.get_subentries_of_type(SUBENTRY_ID_TAG)
        ]
        diagnostics["vehicles"] = hub.vehicles.diagnostics()
        diagnostics["backends"] = backend_diagnostics(entry, hub.backends)
        diagnostics["pending"] = [
            charge_point_diagnostics(charge_point, counts)
            for charge_point in central_system.pending.values()
        ]
        diagnostics["charge_control"] = hub.charge_control.diagnostics()
        diagnostics["prices"] = hub.prices.diagnostics(dt_util.utcnow())
        diagnostics["charge_plans"] = hub.charge_plans.diagnostics()
        diagnostics["chargers"] = [
            _charger(hub, charger, counts) for charger in hub.chargers.values()
        ]
    return await hass.async_add_executor_job(_redacted, diagnostics)


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: OcppConfigEntry, device: dr.AnyDeviceEntry
) -> dict[str, Any]:
    """Return the diagnostics of a charger, of it and one connector, or of a backend."""
    if entry.state is not ConfigEntryState.LOADED:
        return {}
    hub = entry.runtime_data
    charger = hub.chargers.get(device.config_subentry_id or "")
    if charger is None:
        backend = entry.subentries.get(device.config_subentry_id or "")
        if backend is None or backend.subentry_type != SUBENTRY_UPSTREAM:
            return {}
        return await hass.async_add_executor_job(
            _redacted, of_backend(hub.backends, backend)
        )
    diagnostics = _charger(hub, charger, await hub.sessions.async_count())
    if (number := connector_of(device, charger.charge_point.id)) is not None:
        diagnostics["connectors"] = {
            known: connector
            for known, connector in diagnostics["connectors"].items()
            if known in {"0", str(number)}
        }
    return await hass.async_add_executor_job(_redacted, diagnostics)


def _redacted(diagnostics: dict[str, Any]) -> dict[str, Any]:
    """Return a copy without private data; slow with many chargers."""
    redactor = Redactor()
    redactor.learn(diagnostics)
    cleaned: dict[str, Any] = redactor.clean(diagnostics)
    return cleaned


def _charger(hub: Hub, charger: Charger, counts: Mapping[str, int]) -> dict[str, Any]:
    """Return the diagnostics of an adopted charger."""
    diagnostics = {"subentry": dict(charger.subentry.data)} | charge_point_diagnostics(
        charger.charge_point, counts
    )
    diagnostics["demanded"] = hub.part(Levels).diagnostics(charger) | {
        "refusals": hub.part(RefusedLevels).refusals(charger.charge_point.id)
    }
    if (link := hub.part(GoELinks).of(charger)) is not None:
        diagnostics["http"] = http_diagnostics(link)
    return diagnostics
