"""Binary sensors of chargers and connectors."""

from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .chargers.platforms import PlatformEntities
from .const import CONF_HOLDING
from .entity import OcppEntity, OcppEntityDescription
from .house.entities import HouseDescription, HouseEntity
from .hub import OcppConfigEntry
from .upstream.seen.entities import PLACEHOLDERS, BackendDescription, BackendEntity

# Nothing is polled, and nothing is sent.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class OcppBinarySensorDescription(OcppEntityDescription, BinarySensorEntityDescription):
    """Describes a binary sensor; its value is a bool."""


CHARGER_DESCRIPTIONS: tuple[OcppBinarySensorDescription, ...] = (
    OcppBinarySensorDescription(
        key="connected",
        translation_key="connected",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        fields=("connected",),
        always_available=True,
        value_fn=lambda connector: connector.charge_point.connected,
    ),
)

CONNECTOR_DESCRIPTIONS: tuple[OcppBinarySensorDescription, ...] = (
    OcppBinarySensorDescription(
        key="plugged_in",
        translation_key="plugged_in",
        device_class=BinarySensorDeviceClass.PLUG,
        # Within a transaction a vehicle is plugged in, even if the status does not show
        # it.
        fields=("status", "transaction"),
        value_fn=lambda connector: connector.plugged_in,
    ),
    OcppBinarySensorDescription(
        key="charging",
        translation_key="charging",
        # `battery_charging` would be the battery of the charger itself: Home Assistant
        # offers "Battery started charging" for it.
        fields=("status",),
        value_fn=lambda connector: connector.charging,
    ),
    OcppBinarySensorDescription(
        key="problem",
        translation_key="problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        fields=("status", "error_code"),
        value_fn=lambda connector: connector.problem,
    ),
)


@dataclass(frozen=True, kw_only=True)
class HouseBinarySensorDescription(HouseDescription, BinarySensorEntityDescription):
    """Describes a binary sensor of the server's device."""


HOLD_BATTERY = HouseBinarySensorDescription(
    key="hold_battery",
    translation_key="hold_battery",
    value_fn=lambda control: control.house.hold_battery,
    exists_fn=lambda options: options.get(CONF_HOLDING, "off") != "off",
)


@dataclass(frozen=True, kw_only=True)
class BackendBinarySensorDescription(BackendDescription, BinarySensorEntityDescription):
    """Describes a binary sensor of a charger at a backend."""


BACKEND_CONNECTED = BackendBinarySensorDescription(
    key="connected",
    translation_key="backend_connected",
    translation_placeholders=PLACEHOLDERS,
    device_class=BinarySensorDeviceClass.CONNECTIVITY,
    entity_category=EntityCategory.DIAGNOSTIC,
    value_fn=lambda state: state.connected,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of all chargers, now and later."""
    entry.runtime_data.house_entities.async_register(
        "binary_sensor", async_add_entities, HoldBattery, (HOLD_BATTERY,)
    )
    entry.runtime_data.backend_entities.async_register(
        async_add_entities, BackendConnected, (BACKEND_CONNECTED,)
    )
    entry.runtime_data.platforms.async_register(
        PlatformEntities(
            domain="binary_sensor",
            add=async_add_entities,
            of_charger=lambda charger: (
                OcppBinarySensor(charger, description)
                for description in CHARGER_DESCRIPTIONS
            ),
            of_connector=lambda charger, connector: (
                OcppBinarySensor(charger, description, connector)
                for description in CONNECTOR_DESCRIPTIONS
            ),
        )
    )


class OcppBinarySensor(OcppEntity, BinarySensorEntity):
    """A binary sensor of a charger or a connector."""

    entity_description: OcppBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the value, or None if it is unknown."""
        value: bool | None = self._value
        return value


class HoldBattery(HouseEntity, BinarySensorEntity):
    """Whether the home battery should be kept from discharging."""

    entity_description: HouseBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether to hold the battery."""
        value: bool | None = self._value
        return value


class BackendConnected(BackendEntity, BinarySensorEntity):
    """Whether a charger is connected to a backend, and accepted there."""

    entity_description: BackendBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool:
        """Return whether it is."""
        return bool(self._value)
