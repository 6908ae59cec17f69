"""Sensors of a go-eCharger that are read over HTTP, as OCPP does not provide them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import SIGNAL_STRENGTH_DECIBELS_MILLIWATT, EntityCategory
from homeassistant.core import callback
from homeassistant.helpers.typing import StateType
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from ..chargers.naming import unique_id
from ..goe.enums import ModelStatus
from ..goe.model import GoEStatus
from ..goe_setup.coordinator import GoELink
from ..goe_setup.texts import OCPP_ERRORS, ocpp_error

if TYPE_CHECKING:
    from ..chargers.charger import Charger


@dataclass(frozen=True, kw_only=True)
class GoESensorDescription(SensorEntityDescription):
    """Describes a sensor that is read over HTTP."""

    value_fn: Callable[[GoEStatus], StateType]
    attributes_fn: Callable[[GoEStatus], Mapping[str, Any]] | None = None


def _profiles(profiles: tuple[dict[str, Any], ...]) -> Mapping[str, Any]:
    return {"profiles": list(profiles)}


GOE_DESCRIPTIONS: tuple[GoESensorDescription, ...] = (
    GoESensorDescription(
        key="charging_reason",
        translation_key="charging_reason",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=[status.state for status in ModelStatus],
        value_fn=lambda told: told.model_status and told.model_status.state,
    ),
    GoESensorDescription(
        key="ocpp_error",
        translation_key="ocpp_error",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=OCPP_ERRORS,
        value_fn=lambda told: ocpp_error(told.ocpp.last_error),
    ),
    GoESensorDescription(
        key="wifi_signal",
        translation_key="wifi_signal",
        device_class=SensorDeviceClass.SIGNAL_STRENGTH,
        native_unit_of_measurement=SIGNAL_STRENGTH_DECIBELS_MILLIWATT,
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda told: told.rssi if told.wifi_connected is not False else None,
    ),
    GoESensorDescription(
        key="reboot_count",
        translation_key="reboot_count",
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda told: told.reboot_count,
    ),
    GoESensorDescription(
        key="default_profiles",
        translation_key="default_profiles",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda told: len(told.ocpp.default_profiles),
        attributes_fn=lambda told: _profiles(told.ocpp.default_profiles),
    ),
    GoESensorDescription(
        key="session_profiles",
        translation_key="session_profiles",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda told: len(told.ocpp.tx_profiles),
        attributes_fn=lambda told: _profiles(told.ocpp.tx_profiles),
    ),
)


class GoESensor(CoordinatorEntity[GoELink], SensorEntity):
    """A value that is read over HTTP, independent of the OCPP connection."""

    _attr_has_entity_name = True
    _unrecorded_attributes = frozenset({"profiles"})
    entity_description: GoESensorDescription

    def __init__(
        self, charger: Charger, link: GoELink, description: GoESensorDescription
    ) -> None:
        """Create the sensor of a charger."""
        super().__init__(link)
        self.entity_description = description
        self._attr_unique_id = unique_id(charger.charge_point.id, description.key)
        self._attr_device_info = charger.device_info
        self._written: object = None
        self._take()

    def _take(self) -> None:
        told: GoEStatus | None = self.coordinator.data
        description = self.entity_description
        if told is None:  # as long as nothing was read
            return
        self._attr_native_value = description.value_fn(told)
        if description.attributes_fn is not None:
            self._attr_extra_state_attributes = dict(description.attributes_fn(told))

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state if it changed."""
        if self.coordinator.last_update_success:
            self._take()
        shows = (
            self.available,
            self._attr_native_value,
            getattr(self, "_attr_extra_state_attributes", None),
        )
        if shows != self._written:
            self._written = shows
            self.async_write_ha_state()

    @property
    @override
    def available(self) -> bool:
        """Return whether the charger could be read."""
        return super().available and bool(self.coordinator.data)
