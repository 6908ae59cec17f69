"""Entities of chargers: each is created once, as soon as it has something to show."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..const import DOMAIN
from ..csms.connector import Connector
from .charger import Charger
from .component import Component, guarded


@dataclass(frozen=True, kw_only=True)
class PlatformEntities:
    """The entities of one platform: the functions that create and add them."""

    domain: str
    add: AddConfigEntryEntitiesCallback
    of_charger: Callable[[Charger], Iterable[Entity]] = lambda charger: ()
    of_connector: Callable[[Charger, Connector], Iterable[Entity]] = (
        lambda charger, connector: ()
    )


class _AddedEntities:
    """The entities of a charger that were added."""

    def __init__(self) -> None:
        """Start without entities."""
        # Connector, 0 for the charger itself -> platform and unique id -> entity.
        self._entities: dict[int, dict[tuple[str, str | None], Entity]] = {}
        self.several_connectors = False
        """True if the entities of connectors were created with their own devices."""

    @property
    def has_connectors(self) -> bool:
        """Return whether there are entities of connectors."""
        return any(entities for number, entities in self._entities.items() if number)

    def new(self, number: int, domain: str, entities: Iterable[Entity]) -> list[Entity]:
        """Return the entities that were not added yet, and register them as added."""
        known = self._entities.setdefault(number, {})
        new = {
            key: entity
            for entity in entities
            if (key := (domain, entity.unique_id)) not in known
        }
        known |= new
        return list(new.values())

    def take_connectors(self) -> list[Entity]:
        """Remove the entities of connectors, and return them."""
        numbers = [number for number in self._entities if number]
        return [
            entity
            for number in numbers
            for entity in self._entities.pop(number).values()
        ]

    def drop(self, number: int, domain: str, unique_id: str) -> None:
        """Remove one entity, which may be added again later."""
        self._entities.get(number, {}).pop((domain, unique_id), None)

    def forget(self, number: int) -> None:
        """Remove the entities of a connector that is gone."""
        self._entities.pop(number, None)


class Platforms(Component):
    """Adds the entities of a server's chargers, now and when there are new ones."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        chargers: Mapping[str, Charger],
    ) -> None:
        """Start without platforms; `chargers` are by the id of their subentry."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._chargers = chargers
        self._platforms: list[PlatformEntities] = []
        self._added: dict[str, _AddedEntities] = {}
        self._registered = self._registered_entities()
        self._paused = False

    def registered(self, subentry_id: str) -> frozenset[str]:
        """Return the unique ids of the entities that a charger had before the start."""
        return self._registered.get(subentry_id, frozenset())

    @callback
    def async_register(self, platform: PlatformEntities) -> None:
        """Add the entities of a platform, now and when there are new ones."""
        self._platforms.append(platform)
        for charger in self._chargers.values():
            with guarded("Adding entities", charger.name):
                self._add(charger, [platform])

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Add nothing while the platforms are unloaded, which may fail."""
        self._paused = True
        try:
            yield
        finally:
            self._paused = False

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Follow a charger; it has no entities before `async_grow`."""
        self._added[charger.subentry_id] = _AddedEntities()

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Stop following a charger; its entities are removed with its subentry."""
        super().async_detach(charger)
        self._added.pop(charger.subentry_id, None)

    @callback
    def async_grow(self, charger: Charger) -> None:
        """Add the new entities of a charger."""
        if (added := self._added.get(charger.subentry_id)) is None:
            # Its setup failed.
            return
        several = charger.has_several_connectors
        if added.several_connectors is not several:
            added.several_connectors = several
            if added.has_connectors:
                self._entry.async_create_task(
                    self._hass,
                    self._move_connectors(charger),
                    f"{DOMAIN} move entities of {charger.charge_point.id}",
                )
                return
        self._add(charger, self._platforms)

    @callback
    def async_remove(
        self, charger: Charger, number: int, domain: str, unique_id: str
    ) -> None:
        """Remove an entity of a connector which has nothing to show any more."""
        if (added := self._added.get(charger.subentry_id)) is not None:
            added.drop(number, domain, unique_id)
        registry = er.async_get(self._hass)
        if entity_id := registry.async_get_entity_id(domain, DOMAIN, unique_id):
            # That removes its state as well.
            registry.async_remove(entity_id)

    def _add(self, charger: Charger, platforms: Iterable[PlatformEntities]) -> None:
        if self._paused or not charger.is_presentable:
            return
        added = self._added[charger.subentry_id]
        for platform in platforms:
            new = added.new(0, platform.domain, platform.of_charger(charger))
            for number in charger.connector_numbers:
                connector = charger.charge_point.connector(number)
                new += added.new(
                    number, platform.domain, platform.of_connector(charger, connector)
                )
            if new:
                platform.add(new, config_subentry_id=charger.subentry_id)

    async def _move_connectors(self, charger: Charger) -> None:
        """Assign the entities of connectors to another device."""
        for entity in self._added[charger.subentry_id].take_connectors():
            # A disabled entity was never added.
            if entity.hass is not None:
                await entity.async_remove()
        if self._chargers.get(charger.subentry_id) is not charger:
            return
        self._add(charger, self._platforms)
        if not charger.has_several_connectors:
            charger.async_remove_connector_devices()

    @callback
    def async_release_device(self, device: dr.AnyDeviceEntry) -> bool:
        """Allow to remove a device; False if the charger still uses it."""
        subentry_id = device.config_subentry_id or ""
        if (charger := self._chargers.get(subentry_id)) is None:
            # The device belongs to an id tag or to no subentry.
            return subentry_id not in self._entry.subentries
        number = charger.connector_of(device)
        if number is None or not charger.async_forget_connector(number):
            return False
        self._added[charger.subentry_id].forget(number)
        self.async_grow(charger)
        return True

    def _registered_entities(self) -> dict[str | None, frozenset[str]]:
        found: dict[str | None, set[str]] = {}
        for registered in er.async_entries_for_config_entry(
            er.async_get(self._hass), self._entry.entry_id
        ):
            found.setdefault(registered.config_subentry_id, set()).add(
                registered.unique_id
            )
        return {subentry_id: frozenset(ids) for subentry_id, ids in found.items()}
