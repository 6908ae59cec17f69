"""The base class of watchers that raise issues about the connectors of a charger."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, override

from homeassistant.core import HomeAssistant, callback

from ..chargers.charger import Charger
from ..chargers.component import Component


class ConnectorWatcher(Component, ABC):
    """Checks a charger whenever one of `fields` of a connector changes."""

    fields: ClassVar[tuple[str, ...]]

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize without chargers."""
        super().__init__()
        self._hass = hass

    @abstractmethod
    def show(self, charger: Charger) -> None:
        """Raise or clear the issue of a charger."""

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Watch the connectors of a charger, including those that are added later."""
        charge_point = charger.charge_point
        watched: dict[int, Callable[[], None]] = {}

        @callback
        def changed() -> None:
            self.show(charger)

        @callback
        def connectors() -> None:
            for number in charge_point.connector_numbers:
                if number not in watched:
                    watched[number] = charge_point.connectors[number].watch(
                        self.fields, changed
                    )

        def unwatch() -> None:
            for end in watched.values():
                end()

        self._subscriptions.add(
            charger, charge_point.watch(("connectors",), connectors), unwatch
        )
        connectors()
        changed()
