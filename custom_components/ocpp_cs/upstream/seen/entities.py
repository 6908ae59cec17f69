"""The entities of a backend: those of each of its chargers, on a device of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ...chargers.component import Component
from ...chargers.naming import identifier
from ...const import DOMAIN
from ..backends import Backends, Place
from ..state import State
from ..subentries import charger_names, upstreams_of

PLACEHOLDERS: Mapping[str, str] = {"charger": ""}
"""Each of these entities is named after its charger."""


@dataclass(frozen=True, kw_only=True)
class BackendDescription(EntityDescription):
    """Describes an entity of a charger at a backend."""

    value_fn: Callable[[State], Any]
    """Returns the value, as it is shown."""
    attributes_fn: Callable[[State], dict[str, Any]] | None = None


class BackendEntity(Entity):
    """An entity of a charger at a backend. It writes its state only if that changed."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    entity_description: BackendDescription

    def __init__(
        self,
        backend: str,
        charge_point_id: str,
        charger: str,
        state: State,
        description: BackendDescription,
    ) -> None:
        """Create the entity.

        Args:
            backend: The id of the backend's subentry.
            charge_point_id: The id of the charge point.
            charger: The name of the charger.
            state: What there is to show.
            description: What of that it shows.
        """
        self.entity_description = description
        self._state = state
        self._attr_translation_placeholders = {"charger": charger}
        self._attr_unique_id = unique_id_of(backend, charge_point_id, description.key)
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, backend)})
        self._value: Any = None
        self._attributes: dict[str, Any] | None = None

    @override
    async def async_added_to_hass(self) -> None:
        """Follow what there is to show."""
        await super().async_added_to_hass()
        self._state.listeners.append(self._changed)
        self.async_on_remove(lambda: self._state.listeners.remove(self._changed))
        self._take()

    def _take(self) -> bool:
        """Take the value and the attributes; return whether they changed."""
        before = self._value, self._attributes
        description = self.entity_description
        self._value = description.value_fn(self._state)
        if description.attributes_fn is not None:
            self._attributes = description.attributes_fn(self._state)
        return (self._value, self._attributes) != before

    @callback
    def _changed(self) -> None:
        if self._take():
            self.async_write_ha_state()

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return the attributes."""
        return self._attributes


def unique_id_of(backend: str, charge_point_id: str, key: str) -> str:
    """Return the unique id of an entity of a charger at a backend."""
    return f"{backend}/{identifier(charge_point_id)}/{key}"


type _Make = Callable[[str, str, str, State], list[BackendEntity]]


class BackendEntities(Component):
    """Adds and removes these entities, as backends and their chargers come and go."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], backends: Backends
    ) -> None:
        """Start without platforms."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._backends = backends
        self._platforms: list[Callable[[], None]] = []
        self._names: dict[str, str] = {}
        """The names of the devices, by backend."""
        backends.async_watch(self._follow)

    @callback
    def async_register[D: BackendDescription](
        self,
        add: AddConfigEntryEntitiesCallback,
        make: Callable[[str, str, str, State, D], BackendEntity],
        descriptions: tuple[D, ...],
    ) -> None:
        """Add the entities of a platform, now and when there are others."""

        def all_of(
            backend: str, charge_point_id: str, charger: str, state: State
        ) -> list[BackendEntity]:
            return [
                make(backend, charge_point_id, charger, state, description)
                for description in descriptions
            ]

        added: dict[Place, tuple[State, str, list[BackendEntity]]] = {}
        show = partial(self._show, add, all_of, added)
        self._platforms.append(show)
        self._follow_devices()
        show()

    def _follow(self) -> None:
        if not self._platforms:
            return
        self._follow_devices()
        for show in self._platforms:
            show()
        self._remove_left_over()

    def _follow_devices(self) -> None:
        """Create the devices of new backends, and name those of renamed ones."""
        names = {one.subentry_id: one.title for one in upstreams_of(self._entry)}
        for backend, name in names.items():
            if self._names.get(backend) != name:
                dr.async_get(self._hass).async_get_or_create(
                    config_entry_id=self._entry.entry_id,
                    config_subentry_id=backend,
                    identifiers={(DOMAIN, backend)},
                    name=name,
                    entry_type=DeviceEntryType.SERVICE,
                )
        self._names = names

    def _show(
        self,
        add: AddConfigEntryEntitiesCallback,
        make: _Make,
        added: dict[Place, tuple[State, str, list[BackendEntity]]],
    ) -> None:
        names = charger_names(self._entry)
        wanted = {
            place: (state, names.get(place[1], place[1]))
            for place, state in self._backends.states.items()
            if place[0] in self._names
        }
        renamed: set[Place] = set()
        for place, (state, name, entities) in list(added.items()):
            if place not in wanted:
                # Home Assistant removes them with the backend; see also below.
                del added[place]
            elif wanted[place] != (state, name):
                del added[place]
                renamed.add(place)
                self._entry.async_create_task(
                    self._hass,
                    self._replace(add, make, added, place, entities),
                    f"{DOMAIN} rename entities of {place[1]}",
                )
        for place, (state, name) in wanted.items():
            if place not in added and place not in renamed:
                new = make(*place, name, state)
                added[place] = state, name, new
                add(new, config_subentry_id=place[0])

    async def _replace(
        self,
        add: AddConfigEntryEntitiesCallback,
        make: _Make,
        added: dict[Place, tuple[State, str, list[BackendEntity]]],
        place: Place,
        entities: list[BackendEntity],
    ) -> None:
        """Give the entities of a charger its new name."""
        for entity in entities:
            # A disabled entity was never added.
            if entity.hass is not None:
                await entity.async_remove()
        self._show(add, make, added)

    def _remove_left_over(self) -> None:
        """Remove the entities of chargers that a backend is no longer told of."""
        registry = er.async_get(self._hass)
        for backend in self._names:
            prefixes = tuple(
                unique_id_of(backend, charge_point_id, "")
                for charge_point_id in self._backends.places_of(backend)
            )
            for one in er.async_entries_for_config_entry(
                registry, self._entry.entry_id
            ):
                if (
                    one.config_subentry_id == backend
                    and one.unique_id.startswith(f"{backend}/")
                    and not one.unique_id.startswith(prefixes)
                ):
                    # That removes its state as well.
                    registry.async_remove(one.entity_id)

    @override
    @callback
    def async_start(self) -> None:
        """Remove what was left over from before the start."""
        self._follow()

    @override
    @callback
    def async_stop(self) -> None:
        """Forget the platforms, which are unloaded."""
        super().async_stop()
        self._platforms.clear()
