"""What a user can download and attach to a report, with nothing private in it."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from .charger import Charger
from .csms.charge_point import ChargePoint
from .csms.connector import Connector
from .hub import OcppConfigEntry
from .redaction import Redactor
from .services import connector_of


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: OcppConfigEntry
) -> dict[str, Any]:
    """Return what is known of a server and all of its chargers."""
    diagnostics: dict[str, Any] = {
        "entry": {
            "state": entry.state.value,
            "data": dict(entry.data),
            "options": dict(entry.options),
        }
    }
    if entry.state is ConfigEntryState.LOADED:
        hub = entry.runtime_data
        central_system = hub.central_system
        diagnostics["server"] = {
            "port": central_system.port,
            "refused_ids": len(central_system.refused),
            "refusals": sum(central_system.refused.values()),
        }
        diagnostics["pending"] = [
            _charge_point(charge_point)
            for charge_point in central_system.pending.values()
        ]
        diagnostics["chargers"] = [
            _charger(charger) for charger in hub.chargers.values()
        ]
    return await hass.async_add_executor_job(_redacted, diagnostics)


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: OcppConfigEntry, device: dr.AnyDeviceEntry
) -> dict[str, Any]:
    """Return what is known of a charger, or of a charger and one connector."""
    if entry.state is not ConfigEntryState.LOADED:
        return {}
    charger = entry.runtime_data.chargers.get(device.config_subentry_id or "")
    if charger is None:
        return {}
    diagnostics = _charger(charger)
    if (number := connector_of(device, charger.charge_point.id)) is not None:
        diagnostics["connectors"] = {
            known: connector
            for known, connector in diagnostics["connectors"].items()
            if known in {"0", str(number)}
        }
    return await hass.async_add_executor_job(_redacted, diagnostics)


def _redacted(diagnostics: dict[str, Any]) -> dict[str, Any]:
    """Return a copy without what is private; takes a while with many chargers."""
    redactor = Redactor()
    redactor.learn(diagnostics)
    cleaned: dict[str, Any] = redactor.clean(diagnostics)
    return cleaned


def _charger(charger: Charger) -> dict[str, Any]:
    """Return what is known of an adopted charger."""
    return {"subentry": dict(charger.subentry.data)} | _charge_point(
        charger.charge_point
    )


def _charge_point(charge_point: ChargePoint) -> dict[str, Any]:
    return {
        "charge_point_id": charge_point.id,
        "admission": charge_point.admission,
        "connected": charge_point.connected,
        "ready": charge_point.ready,
        "protocol": charge_point.protocol,
        "remote": charge_point.remote,
        "connections": charge_point.connections,
        "last_seen": charge_point.last_seen,
        "identity": asdict(charge_point.identity),
        "settings": asdict(charge_point.settings),
        "profile": charge_point.quirks.differences(),
        # A list, so that keys and values are named as in OCPP.
        "configuration": [asdict(key) for key in charge_point.configuration.values()],
        "refused_settings": dict(charge_point.refused_settings),
        "firmware_status": charge_point.firmware_status,
        "diagnostics_status": charge_point.diagnostics_status,
        "deviations": dict(charge_point.deviations.counts),
        "connectors": {
            str(number): _connector(connector)
            for number, connector in sorted(charge_point.connectors.items())
        },
        "frames": [
            {
                "time": datetime.fromtimestamp(when, UTC).isoformat(),
                "direction": direction,
                "text": text,
            }
            for when, direction, text in charge_point.frames
        ],
    }


def _connector(connector: Connector) -> dict[str, Any]:
    latest = connector.latest_transaction
    return {
        "status": connector.status,
        "status_is_current": connector.status_is_current,
        "error_code": connector.error_code,
        "info": connector.info,
        "vendor_error_code": connector.vendor_error_code,
        "available": connector.available,
        "active_phases": connector.active_phases,
        "measurements": dict(connector.measurements),
        "latest_transaction": asdict(latest) if latest is not None else None,
    }
