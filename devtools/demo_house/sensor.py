"""What the meters of the house show. Powers: from the grid, and out of the battery."""

from datetime import timedelta
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    PERCENTAGE,
    UnitOfElectricCurrent,
    UnitOfEnergy,
    UnitOfPower,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util import dt as dt_util

from . import DOMAIN, DemoHouseConfigEntry, MeterCoordinator
from .prices import price_at, slots_of_day

_HOUSE = DeviceInfo(
    identifiers={(DOMAIN, "house")},
    name="House",
    manufacturer="ocpp_cs",
    model="Simulated house",
)


def _power(key: str, name: str, icon: str) -> SensorEntityDescription:
    return SensorEntityDescription(
        key=key,
        name=name,
        icon=icon,
        device_class=SensorDeviceClass.POWER,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
    )


def _energy(key: str, name: str) -> SensorEntityDescription:
    return SensorEntityDescription(
        key=key,
        name=name,
        device_class=SensorDeviceClass.ENERGY,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
    )


_SENSORS = (
    _power("grid_power", "Grid power", "mdi:transmission-tower"),
    _power("solar_power", "Solar power", "mdi:solar-power-variant"),
    _power("load_power", "Load", "mdi:home-lightning-bolt"),
    _power("battery_power", "Battery power", "mdi:home-battery"),
    SensorEntityDescription(
        key="battery_charge",
        name="Battery charge",
        device_class=SensorDeviceClass.BATTERY,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
    ),
    *(
        SensorEntityDescription(
            key=f"grid_current_l{line}",
            name=f"Grid current L{line}",
            device_class=SensorDeviceClass.CURRENT,
            state_class=SensorStateClass.MEASUREMENT,
            native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
            suggested_display_precision=1,
        )
        for line in (1, 2, 3)
    ),
    _energy("import_energy", "Energy from the grid"),
    _energy("export_energy", "Energy into the grid"),
    _energy("solar_energy", "Solar energy"),
    _energy("charged_energy", "Energy into the battery"),
    _energy("discharged_energy", "Energy out of the battery"),
    _energy("load_energy", "Energy without cars"),
    SensorEntityDescription(
        key="time_of_day", name="Time of day", icon="mdi:sun-clock"
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: DemoHouseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a sensor for each meter, and one for the price."""
    async_add_entities(
        [
            *(MeterSensor(entry.runtime_data, one) for one in _SENSORS),
            PriceSensor(),
        ]
    )


class MeterSensor(CoordinatorEntity[MeterCoordinator], SensorEntity):
    """Something that a meter shows."""

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: MeterCoordinator, description: SensorEntityDescription
    ) -> None:
        """Belong to the house."""
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_unique_id = f"house_{description.key}"
        self._attr_device_info = _HOUSE

    @property
    @override
    def native_value(self) -> StateType:
        """Return what it showed last."""
        value: StateType = self.coordinator.data[self.entity_description.key]
        return value


class PriceSensor(SensorEntity):
    """What a kWh costs now; the attribute `prices` has today's and tomorrow's."""

    _attr_has_entity_name = True
    _attr_name = "Electricity price"
    _attr_icon = "mdi:cash-clock"
    _attr_unique_id = "house_price"
    _attr_native_unit_of_measurement = "EUR/kWh"
    _attr_suggested_display_precision = 2
    _attr_device_info = _HOUSE
    _unrecorded_attributes = frozenset({"prices"})

    @property
    @override
    def native_value(self) -> float:
        """Return the price of this quarter of an hour."""
        now = dt_util.now()
        return price_at(now.replace(minute=now.minute // 15 * 15))

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the prices."""
        zone, today = dt_util.get_default_time_zone(), dt_util.now().date()
        days = (today, today + timedelta(days=1))
        return {"prices": [slot for day in days for slot in slots_of_day(day, zone)]}
