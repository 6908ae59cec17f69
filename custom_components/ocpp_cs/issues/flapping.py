"""A repair for chargers that come and go all the time."""

from typing import override

from homeassistant.core import HomeAssistant, callback

from ..chargers.charger import Charger
from ..chargers.component import Component
from . import async_clear_issue, async_raise_issue


class Flapping(Component):
    """Follows the connections of the chargers of one server."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Follow none yet."""
        super().__init__()
        self._hass = hass

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Tell when a charger reconnects again and again, and when that is over."""
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
        """Let time pass; once a minute."""
        for charger in self._subscriptions:
            charger.charge_point.restarts.look()

    @override
    @callback
    def async_stop(self) -> None:
        """Stop watching; the repair is about what went on until now."""
        for charger in self._subscriptions:
            async_clear_issue(self._hass, "flapping", charger.subentry_id)
        super().async_stop()
