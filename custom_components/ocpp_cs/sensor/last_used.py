"""When an id tag was last used, on the tag's device."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import callback

from ..const import CONF_ID_TAG
from ..sessions.last_use import LastUses, Use
from ..sessions.total_entities import device_info


@dataclass(frozen=True, kw_only=True)
class TagSensorDescription(SensorEntityDescription):
    """Describes a sensor of a tag."""


LAST_USED = TagSensorDescription(
    key="last_used",
    translation_key="last_used",
    device_class=SensorDeviceClass.TIMESTAMP,
)


class LastUsedSensor(SensorEntity):
    """The time at which the last session of a tag began, and its charger."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    _unrecorded_attributes = frozenset({"charger"})

    def __init__(
        self,
        uses: LastUses,
        subentry: ConfigSubentry,
        place: Callable[[str, int], str | None],
        description: TagSensorDescription,
    ) -> None:
        """Create the sensor of the tag of `subentry`.

        Args:
            uses: The last uses of all tags.
            subentry: The subentry of the tag, whose id may change.
            place: Returns the name of a connector, by charge point id and number; None
                if its charger is gone.
            description: `LAST_USED`.
        """
        self.entity_description = description
        self._uses = uses
        self._place = place
        self._id_tag: str = subentry.data[CONF_ID_TAG]
        self._unwatch: Callable[[], None] | None = None
        self._attr_unique_id = f"{subentry.subentry_id}/{description.key}"
        self._attr_device_info = device_info(subentry)

    @callback
    def async_take_over(self, subentry: ConfigSubentry) -> bool:
        """Apply a change of the tag's id; its name is the device's."""
        if (id_tag := subentry.data[CONF_ID_TAG]) != self._id_tag:
            self._id_tag = id_tag
            if self._unwatch is not None:
                self._unwatch()
                self._watch()
                self._changed()
        return False

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the uses of the tag."""
        await super().async_added_to_hass()
        self._watch()
        self.async_on_remove(self._stop)
        self._take()

    def _watch(self) -> None:
        self._unwatch = self._uses.watch(self._id_tag, self._changed)

    def _stop(self) -> None:
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None

    @callback
    def _changed(self) -> None:
        self._take()
        self.async_write_ha_state()

    def _take(self) -> None:
        use: Use | None = self._uses.of(self._id_tag)
        self._attr_native_value = None if use is None else use.when
        self._attr_extra_state_attributes = {
            "charger": None
            if use is None
            else self._place(use.charge_point_id, use.connector_id)
        }
