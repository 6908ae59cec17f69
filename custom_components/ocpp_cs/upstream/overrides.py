"""The switch to charge although a backend allows nothing: only where that is possible."""

from typing import override

from homeassistant.core import callback

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..chargers.naming import unique_id
from ..chargers.platforms import Platforms

OVERRIDE_KEY = "override_backend"


class Overrides(Component):
    """Adds the switches when a backend may be overridden, and removes them after that."""

    def __init__(self, platforms: Platforms) -> None:
        """Start without chargers."""
        super().__init__()
        self._platforms = platforms
        self._offered: dict[str, bool] = {}

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Follow the ceilings of a charger."""
        self._subscriptions.add(
            charger,
            charger.charge_point.watch(("ceiling",), lambda: self._look(charger)),
        )

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Forget a charger."""
        super().async_detach(charger)
        self._offered.pop(charger.charge_point.id, None)

    @override
    @callback
    def async_start(self) -> None:
        """Remove what is left of before the start."""
        for charger in self._subscriptions:
            self._look(charger)

    def _look(self, charger: Charger) -> None:
        charge_point = charger.charge_point
        offered = charge_point.ceilings.may_override
        if self._offered.get(charge_point.id) is offered:
            return
        self._offered[charge_point.id] = offered
        if offered:
            self._platforms.async_grow(charger)
            return
        for number in charge_point.connector_numbers:
            own_id = unique_id(charge_point.id, OVERRIDE_KEY, number)
            self._platforms.async_remove(charger, number, "switch", own_id)
