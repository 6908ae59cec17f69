"""Which entities of a charger there are already."""

from collections.abc import Iterable

from homeassistant.helpers.entity import Entity


class AddedEntities:
    """The entities of one charger that were added."""

    def __init__(self) -> None:
        """Start without any."""
        # Connector, 0 for the charger itself -> platform and unique id -> entity.
        self._entities: dict[int, dict[tuple[str, str | None], Entity]] = {}
        self.several_connectors = False
        """Whether those of connectors were made for devices of their own."""

    @property
    def has_connectors(self) -> bool:
        """Whether any belongs to a connector."""
        return any(entities for number, entities in self._entities.items() if number)

    def new(self, number: int, domain: str, entities: Iterable[Entity]) -> list[Entity]:
        """Return those entities that were not there yet; from now on they are."""
        known = self._entities.setdefault(number, {})
        new = {
            key: entity
            for entity in entities
            if (key := (domain, entity.unique_id)) not in known
        }
        known |= new
        return list(new.values())

    def take_connectors(self) -> list[Entity]:
        """Return, and forget, those of connectors."""
        numbers = [number for number in self._entities if number]
        return [
            entity
            for number in numbers
            for entity in self._entities.pop(number).values()
        ]

    def forget(self, number: int) -> None:
        """Forget those of a connector that is gone."""
        self._entities.pop(number, None)
