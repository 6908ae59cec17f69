"""The backends of a server: they follow its subentries and chargers."""

from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..csms.upstream.upstreams import Upstreams
from .subentries import settings_of, upstreams_of


class Backends(Component):
    """Has each adopted charger played for its backends."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], upstreams: Upstreams
    ) -> None:
        """Start without backends."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self.upstreams = upstreams
        self._known: set[str] = set()

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Play a charger for its backends."""
        self.upstreams.attach(charger.charge_point)

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Play a charger no more; it was removed."""
        super().async_detach(charger)
        self.upstreams.detach(charger.charge_point.id)

    @override
    @callback
    def async_start(self) -> None:
        """Connect to the backends."""
        self._apply()

    @override
    @callback
    def async_update(self) -> None:
        """Apply what changed of the backends in the config entry."""
        self._apply()

    def _apply(self) -> None:
        subentries = upstreams_of(self._entry)
        present = {one.subentry_id for one in subentries}
        for gone in self._known - present:
            self.upstreams.forget(gone)
        self._known = present
        self.upstreams.apply(
            [settings_of(self._entry, one, password=None) for one in subentries]
        )

    async def async_close(self) -> None:
        """Disconnect from the backends."""
        await self.upstreams.stop()
