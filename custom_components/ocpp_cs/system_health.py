"""The integration's lines in Home Assistant's system information."""

from typing import Any

from homeassistant.components.system_health import SystemHealthRegistration
from homeassistant.core import HomeAssistant, callback

from .certificates.encryption import Encryption
from .const import DOMAIN
from .hub import OcppConfigEntry


@callback
def async_register(hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Register the lines."""
    register.async_register_info(_info)


async def _info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the values, summed up over all loaded servers."""
    entries: list[OcppConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    hubs = [entry.runtime_data for entry in entries]
    encryption = [hub.part(Encryption) for hub in hubs]
    charge_points = [
        charger.charge_point for hub in hubs for charger in hub.chargers.values()
    ]
    return {
        "servers": len(hubs),
        "port": ", ".join(str(hub.central_system.port) for hub in hubs),
        "encryption": ", ".join(
            str(part.open_port) for part in encryption if part.is_working
        ),
        "certificate_ends": ", ".join(
            part.ends.date().isoformat()
            for part in encryption
            if part.is_on and part.ends is not None
        ),
        "encrypted": sum(
            charge_point.connected and charge_point.security.tls is not None
            for charge_point in charge_points
        ),
        "chargers": len(charge_points),
        "connected": sum(charge_point.connected for charge_point in charge_points),
        "refused": sum(len(hub.central_system.refused) for hub in hubs),
        "sessions": sum(
            [sum((await hub.sessions.async_count()).values()) for hub in hubs]
        ),
        "unsaved": sum(hub.sessions.unsaved for hub in hubs),
    }
