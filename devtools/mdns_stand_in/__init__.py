"""Lets a simulated go-eCharger be discovered without the network's being asked.

Home Assistant's own discovery would find whatever else there is around the machine, and
need a network that carries mDNS. What `mdns_stand_in.announce` is given arrives in the
integration as if it had come from there.
"""

from ipaddress import ip_address

from homeassistant.config_entries import SOURCE_ZEROCONF
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import discovery_flow
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from homeassistant.helpers.typing import ConfigType

DOMAIN = "mdns_stand_in"


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the action."""

    async def announce(call: ServiceCall) -> None:
        serial, model = call.data["serial"], call.data["model"]
        discovery_flow.async_create_flow(
            hass,
            "ocpp_cs",
            {"source": SOURCE_ZEROCONF},
            ZeroconfServiceInfo(
                ip_address=ip_address("127.0.0.1"),
                ip_addresses=[ip_address("127.0.0.1")],
                port=call.data["port"],
                hostname=f"go-echarger_{serial}.local.",
                type="_http._tcp.local.",
                name=f"go-echarger_{serial}._http._tcp.local.",
                properties={
                    "serial": serial,
                    "manufacturer": "go-e",
                    "devicetype": model,
                    "devicesubtype": "",
                    "friendly_name": call.data["name"],
                },
            ),
        )

    hass.services.async_register(DOMAIN, "announce", announce)
    return True
