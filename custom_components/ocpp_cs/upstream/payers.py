"""Who pays for the sessions of each connector, where a backend could."""

from collections.abc import Callable, Iterable
from typing import Any, Final, override

from homeassistant.core import callback

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..chargers.naming import unique_id
from ..chargers.platforms import Platforms
from ..chargers.store import Memory
from ..csms.connector import Connector
from ..csms.upstream.told.routing import PRIVATE
from ..csms.upstream.upstreams import Upstreams

AUTOMATIC: Final = "automatic"
"""The option with which the card decides."""

PAYER: Final = "payer"
"""The kind of record, and the key of the select and of its field."""


class Payers(Component):
    """Keeps the owner's choices, and has the select exist where there is one to make."""

    def __init__(
        self,
        memory: Memory,
        upstreams: Upstreams,
        platforms: Platforms,
        chargers: Callable[[], Iterable[Charger]],
    ) -> None:
        """Start without choices.

        Args:
            memory: Where the choices are kept over a restart.
            upstreams: The backends.
            platforms: Adds the selects.
            chargers: Returns all chargers.
        """
        super().__init__()
        self._memory = memory
        self._upstreams = upstreams
        self._platforms = platforms
        self._chargers = chargers
        self._labels: dict[str, dict[str, str]] = {}
        """By charge point: its options as they were last seen."""

    def labels(self, charge_point_id: str) -> dict[str, str]:
        """Return the options of a charger: who may pay -> what is shown.

        It is empty if no backend pays.
        """
        payers = self._upstreams.payers(charge_point_id)
        if not payers:
            return {}
        labels = {AUTOMATIC: AUTOMATIC, PRIVATE: PRIVATE}
        for one in payers:
            label, number = one.name, 1
            while label in labels.values():
                number += 1
                label = f"{one.name} ({number})"
            labels[one.id] = label
        return labels

    def choice(self, connector: Connector) -> str:
        """Return who pays at a connector: the id of a backend, or another option."""
        place = connector.charge_point.id
        choice = self._upstreams.routing.choice(place, connector.number)
        return choice if choice in self.labels(place) else AUTOMATIC

    @callback
    def async_choose(self, connector: Connector, choice: str) -> None:
        """Set who pays, from the running session on.

        Raises:
            PayerKnowsError: The payer of the running session knows of it already.
        """
        place = connector.charge_point.id
        self._upstreams.choose_payer(
            place, connector.number, None if choice == AUTOMATIC else choice
        )
        known = dict(self._memory.get(place, PAYER) or {})
        known.pop(str(connector.number), None)
        if choice != AUTOMATIC:
            known[str(connector.number)] = choice
        self._memory.async_set(place, PAYER, known)
        connector.mark(PAYER)

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Recall the choices for a charger."""
        place = charger.charge_point.id

        def take(record: Any) -> None:
            for number, choice in record.items():
                self._upstreams.routing.choose(place, int(number), str(choice))

        self._memory.async_recall(place, PAYER, take)

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Forget a charger."""
        super().async_detach(charger)
        self._labels.pop(charger.charge_point.id, None)
        self._upstreams.routing.forget(charger.charge_point.id)

    @override
    @callback
    def async_update(self) -> None:
        """Add and remove selects, and show other names of backends."""
        for charger in self._chargers():
            place = charger.charge_point.id
            labels = self.labels(place)
            if labels == self._labels.get(place, {}):
                continue
            self._labels[place] = labels
            if labels:
                self._platforms.async_grow(charger)
            for number in charger.connector_numbers:
                if not labels:
                    self._platforms.async_remove(
                        charger, number, "select", unique_id(place, PAYER, number)
                    )
                charger.charge_point.connector(number).mark(PAYER)
