"""The energy of an id tag in this month: a sensor on a device of the tag's own."""

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
    """Describes a sensor of a tag."""

    value_fn: Callable[[EnergyByTag, str], float]
    """What it shows of the tag of that id."""


class TagEnergySensor(SensorEntity):
    """What was charged with a tag in the sessions that began in this month."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    entity_description: TagSensorDescription

    def __init__(
        self,
        energy: EnergyByTag,
        subentry: ConfigSubentry,
        description: TagSensorDescription,
    ) -> None:
        """Belong to the tag of `subentry`, whatever its id will be."""
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
        """Follow a tag that was changed; return whether it has another name."""
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
        """Follow the tag."""
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
        """Take in what there is; return whether it is anything new."""
        value = self.entity_description.value_fn(self._energy, self._id_tag)
        before, self._shown = self._shown, (value, self._energy.since)
        self._attr_native_value, self._attr_last_reset = self._shown
        return before != self._shown

    @callback
    def async_changed(self) -> None:
        """Show it, if it is there to be seen and if it is anything new."""
        if self._unwatch is not None and self._take():
            self.async_write_ha_state()
