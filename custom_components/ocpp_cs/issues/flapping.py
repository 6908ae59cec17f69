"""A repair issue for chargers that keep reconnecting."""

from typing import override

from homeassistant.core import HomeAssistant, callback

from ..chargers.charger import Charger
from ..chargers.component import Component
from . import async_clear_issue, async_raise_issue


class Flapping(Component):
    """Watches the connections of the chargers of one server."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize without chargers."""
        super().__init__()
        self._hass = hass

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Raise an issue while a charger keeps reconnecting."""
        restarts = charger.charge_point.restarts

        @callback
        def changed() -> None:
            if restarts.flapping:
                async_raise_issue(
                    self._hass, "flapping", charger.subentry_id, name=charger.name
                )
            else:
                async_clear_issue(self._hass, "flapping", charger.subentry_id)

        self._subscriptions.add(
            charger, charger.charge_point.watch(("flapping",), changed)
        )
        changed()

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Update the state of all chargers."""
        for charger in self._subscriptions:
            charger.charge_point.restarts.look()

    @override
    @callback
    def async_stop(self) -> None:
        """Stop watching; the issues end with the connections."""
        for charger in self._subscriptions:
            async_clear_issue(self._hass, "flapping", charger.subentry_id)
        super().async_stop()
