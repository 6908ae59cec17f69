"""The meters of the demo's house, read as those of a real one would be.

`demo_house: {port: N}` in configuration.yaml says where the demo tells what they
show: a JSON object at http://127.0.0.1:N/. While it does not, they are unavailable.
"""

from datetime import timedelta
import logging
from typing import Any, override

import aiohttp
from homeassistant.config_entries import SOURCE_IMPORT, ConfigEntry
from homeassistant.const import CONF_PORT, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.typing import ConfigType
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util.hass_dict import HassKey
import voluptuous as vol

DOMAIN = "demo_house"
CONFIG_SCHEMA = vol.Schema(
    {DOMAIN: vol.Schema({vol.Required(CONF_PORT): cv.port})}, extra=vol.ALLOW_EXTRA
)

_LOGGER = logging.getLogger(__name__)
_PORT: HassKey[int] = HassKey(DOMAIN)
_EVERY = timedelta(seconds=2)

type Meters = dict[str, Any]
type DemoHouseConfigEntry = ConfigEntry[MeterCoordinator]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Take the port, which may be another one than last time."""
    hass.data[_PORT] = config[DOMAIN][CONF_PORT]
    if not hass.config_entries.async_entries(DOMAIN):
        hass.async_create_task(
            hass.config_entries.flow.async_init(
                DOMAIN, context={"source": SOURCE_IMPORT}, data={}
            )
        )
    return True


async def async_setup_entry(hass: HomeAssistant, entry: DemoHouseConfigEntry) -> bool:
    """Begin to read the meters."""
    entry.runtime_data = MeterCoordinator(hass, entry)
    await entry.runtime_data.async_config_entry_first_refresh()
    await hass.config_entries.async_forward_entry_setups(entry, [Platform.SENSOR])
    return True


async def async_unload_entry(hass: HomeAssistant, entry: DemoHouseConfigEntry) -> bool:
    """Stop reading them."""
    return await hass.config_entries.async_unload_platforms(entry, [Platform.SENSOR])


class MeterCoordinator(DataUpdateCoordinator[Meters]):
    """Reads all meters at once."""

    def __init__(self, hass: HomeAssistant, entry: DemoHouseConfigEntry) -> None:
        """Read nothing yet."""
        super().__init__(
            hass, _LOGGER, config_entry=entry, name=DOMAIN, update_interval=_EVERY
        )
        self._url = f"http://127.0.0.1:{hass.data[_PORT]}/"
        self._session = async_get_clientsession(hass)

    @override
    async def _async_update_data(self) -> Meters:
        timeout = aiohttp.ClientTimeout(total=5)
        try:
            async with self._session.get(self._url, timeout=timeout) as answer:
                answer.raise_for_status()
                meters: Meters = await answer.json()
        except (aiohttp.ClientError, TimeoutError) as err:
            raise UpdateFailed(f"the demo does not answer: {err}") from err
        return meters
