"""The entities of the server's own device, which come and go with the options."""

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

from ..chargers.component import Component
from ..charging.control import ModeControl
from ..const import CONF_SOLAR, DOMAIN


@dataclass(frozen=True, kw_only=True)
class HouseDescription(EntityDescription):
    """Describes an entity of the server's device."""

    value_fn: Callable[[ModeControl], Any]
    """Returns the value, as it is shown."""
    exists_fn: Callable[[Mapping[str, Any]], bool]
    """Returns whether it exists with these options of charging from the sun."""


def device_info(entry: ConfigEntry[Any]) -> DeviceInfo:
    """Return the device of a server."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry.entry_id)},
        name=entry.title,
        entry_type=DeviceEntryType.SERVICE,
    )


def is_device_of(entry: ConfigEntry[Any], device: dr.AnyDeviceEntry) -> bool:
    """Return whether a device is the server's own."""
    return (DOMAIN, entry.entry_id) in device.identifiers


class HouseEntity(Entity):
    """An entity of the server's device. It writes its state only if that changed."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    entity_description: HouseDescription

    def __init__(
        self,
        entry: ConfigEntry[Any],
        control: ModeControl,
        description: HouseDescription,
    ) -> None:
        """Create the entity of a server."""
        self.entity_description = description
        self._control = control
        self._value: Any = None
        self._attr_unique_id = f"{entry.entry_id}/{description.key}"
        self._attr_device_info = device_info(entry)

    @override
    async def async_added_to_hass(self) -> None:
        """Follow what is decided for the house."""
        await super().async_added_to_hass()
        self.async_on_remove(self._control.watch_house(self._changed))
        self._value = self.entity_description.value_fn(self._control)

    @callback
    def _changed(self) -> None:
        value = self.entity_description.value_fn(self._control)
        if value != self._value:
            self._value = value
            self.async_write_ha_state()


class HouseEntities(Component):
    """Adds the entities of the server's device, and removes them with their options."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], control: ModeControl
    ) -> None:
        """Start without platforms."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._control = control
        self._title = entry.title
        self._platforms: list[Callable[[], None]] = []

    @callback
    def async_register[D: HouseDescription](
        self,
        domain: str,
        add: AddConfigEntryEntitiesCallback,
        make: Callable[[ConfigEntry[Any], ModeControl, D], HouseEntity],
        descriptions: tuple[D, ...],
    ) -> None:
        """Add the entities of a platform that exist, now and when the options change."""
        show = partial(self._show, domain, add, make, descriptions, set[str]())
        self._platforms.append(show)
        show()

    def _show[D: HouseDescription](
        self,
        domain: str,
        add: AddConfigEntryEntitiesCallback,
        make: Callable[[ConfigEntry[Any], ModeControl, D], HouseEntity],
        descriptions: tuple[D, ...],
        added: set[str],
    ) -> None:
        options = self._entry.options.get(CONF_SOLAR) or {}
        registry = er.async_get(self._hass)
        new = []
        for description in descriptions:
            key = description.key
            if description.exists_fn(options):
                if key not in added:
                    added.add(key)
                    new.append(make(self._entry, self._control, description))
                continue
            added.discard(key)
            unique_id = f"{self._entry.entry_id}/{key}"
            if entity_id := registry.async_get_entity_id(domain, DOMAIN, unique_id):
                # That removes its state as well.
                registry.async_remove(entity_id)
        if new:
            add(new)

    @override
    @callback
    def async_update(self) -> None:
        """Apply a change of the options or of the server's name."""
        for show in self._platforms:
            show()
        devices = dr.async_get(self._hass)
        device = devices.async_get_device_by_identifier(
            (DOMAIN, self._entry.entry_id), self._entry.entry_id
        )
        if device is None:
            return
        if not er.async_entries_for_device(
            er.async_get(self._hass), device.id, include_disabled_entities=True
        ):
            devices.async_remove_device(device.id)
        elif self._title != self._entry.title:
            self._title = self._entry.title
            devices.async_get_or_create(
                config_entry_id=self._entry.entry_id, **device_info(self._entry)
            )

    @override
    @callback
    def async_stop(self) -> None:
        """Forget the platforms, which are unloaded."""
        super().async_stop()
        self._platforms.clear()
