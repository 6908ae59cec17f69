"""A repair issue for a main fuse whose phases nothing measures."""

from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..chargers.component import Component
from ..charging.house_settings import unmeasured_fuse
from ..const import CONF_SOLAR
from . import async_clear_issue, async_raise_issue


class UnmeasuredFuse(Component):
    """Raises the issue while a fuse is set without currents or powers of the phases."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Start without an issue."""
        super().__init__()
        self._hass = hass
        self._entry = entry

    @override
    @callback
    def async_start(self) -> None:
        """Look at the options."""
        self.async_update()

    @override
    @callback
    def async_update(self) -> None:
        """Raise the issue, or clear it."""
        options = self._entry.options.get(CONF_SOLAR) or {}
        if (fuse := unmeasured_fuse(options)) is None:
            async_clear_issue(self._hass, "fuse_without_currents", self._entry.entry_id)
            return
        async_raise_issue(
            self._hass,
            "fuse_without_currents",
            self._entry.entry_id,
            server=self._entry.title,
            fuse=f"{fuse:g}",
        )
