"""The energy of an id tag in this month: a sensor on the device of the tag."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import callback

from ..const import CONF_ID_TAG
from ..csms.transactions.energy_by_tag import EnergyByTag
from ..tags.energy import device_info


@dataclass(frozen=True, kw_only=True)
class TagSensorDescription(SensorEntityDescription):
    """Describes a sensor of an id tag."""

    value_fn: Callable[[EnergyByTag, str], float]
    """Returns the value for an id tag."""


class TagEnergySensor(SensorEntity):
    """The energy of an id tag in the sessions that began in this month."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    entity_description: TagSensorDescription

    def __init__(
        self,
        energy: EnergyByTag,
        subentry: ConfigSubentry,
        description: TagSensorDescription,
    ) -> None:
        """Create the sensor for the tag of `subentry`, whose id may change."""
        self.entity_description = description
        self._energy = energy
        self._id_tag: str = subentry.data[CONF_ID_TAG]
        self._name = subentry.title
        self._unwatch: Callable[[], None] | None = None
        self._shown: tuple[float, datetime] | None = None
        self._attr_unique_id = f"{subentry.subentry_id}_{description.key}"
        self._attr_device_info = device_info(subentry)

    @callback
    def async_take_over(self, subentry: ConfigSubentry) -> bool:
        """Apply a change of the subentry; return whether the name changed."""
        id_tag: str = subentry.data[CONF_ID_TAG]
        if id_tag != self._id_tag:
            self._id_tag = id_tag
            if self._unwatch is not None:
                self._unwatch()
                self._watch()
                self.async_changed()
        before, self._name = self._name, subentry.title
        return self._name != before

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to the energy of the tag."""
        await super().async_added_to_hass()
        self._watch()
        self.async_on_remove(self._stop)
        self._take()

    def _watch(self) -> None:
        self._unwatch = self._energy.watch(self._id_tag, self.async_changed)

    def _stop(self) -> None:
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None

    def _take(self) -> bool:
        """Update the value; return whether it changed."""
        value = self.entity_description.value_fn(self._energy, self._id_tag)
        before, self._shown = self._shown, (value, self._energy.since)
        self._attr_native_value, self._attr_last_reset = self._shown
        return before != self._shown

    @callback
    def async_changed(self) -> None:
        """Write the state, if the entity is added and the value changed."""
        if self._unwatch is not None and self._take():
            self.async_write_ha_state()
