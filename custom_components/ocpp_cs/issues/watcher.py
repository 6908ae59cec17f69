"""What repairs that are about the connectors of a charger have in common."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from homeassistant.core import HomeAssistant, callback

if TYPE_CHECKING:
    from ..chargers.charger import Charger


class ConnectorTroubles(ABC):
    """Looks at a charger whenever one of `fields` of a connector changes."""

    fields: ClassVar[tuple[str, ...]]

    def __init__(self, hass: HomeAssistant) -> None:
        """Follow none yet."""
        self._hass = hass
        self._unwatch: dict[str, Callable[[], None]] = {}

    @abstractmethod
    def show(self, charger: Charger) -> None:
        """Raise or clear the repair of a charger."""

    @callback
    def async_follow(self, charger: Charger) -> None:
        """Watch the connectors of a charger, and those that come later."""
        unwatch: list[Callable[[], None]] = []
        watched: set[int] = set()

        @callback
        def changed() -> None:
            self.show(charger)

        @callback
        def connectors() -> None:
            for number in charger.charge_point.connector_numbers:
                if number not in watched:
                    watched.add(number)
                    connector = charger.charge_point.connectors[number]
                    unwatch.append(connector.watch(self.fields, changed))

        unwatch.append(charger.charge_point.watch(("connectors",), connectors))
        connectors()

        def stop() -> None:
            for one in unwatch:
                one()

        self._unwatch[charger.subentry_id] = stop
        changed()

    @callback
    def async_forget(self, charger: Charger) -> None:
        """Forget a charger that was removed."""
        self._unwatch.pop(charger.subentry_id)()

    @callback
    def async_stop(self) -> None:
        """Stop watching."""
        while self._unwatch:
            self._unwatch.popitem()[1]()
