"""Sensors of what a vehicle itself tells the charger (ISO 15118)."""

from datetime import datetime

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory, UnitOfEnergy
from homeassistant.util import dt as dt_util

from ..csms.connector import Connector
from ..csms.outside.connected_car import (
    told_departure,
    told_energy_kwh,
    told_needed_kwh,
)
from .measurements import OcppSensorDescription


def _departure(connector: Connector) -> datetime | None:
    return told_departure(connector, dt_util.utcnow())


def _evccid(connector: Connector) -> str | None:
    return None if connector.car is None else connector.car.evccid


VEHICLE_SENSORS = {
    "departure": OcppSensorDescription(
        key="vehicle_departure",
        translation_key="vehicle_departure",
        device_class=SensorDeviceClass.TIMESTAMP,
        fields=("car", "needs"),
        value_fn=_departure,
    ),
    "energy_kwh": OcppSensorDescription(
        key="vehicle_energy",
        translation_key="vehicle_energy",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        fields=("car", "needs"),
        value_fn=told_energy_kwh,
    ),
    "least_kwh": OcppSensorDescription(
        key="vehicle_least_energy",
        translation_key="vehicle_least_energy",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        fields=("car", "needs"),
        value_fn=told_needed_kwh,
    ),
    "evccid": OcppSensorDescription(
        key="evccid",
        translation_key="evccid",
        entity_category=EntityCategory.DIAGNOSTIC,
        # It is as private as a number plate.
        entity_registry_enabled_default=False,
        fields=("car",),
        value_fn=_evccid,
    ),
}
"""What a vehicle tells: a name of `Connector.told_of_car` -> its sensor."""
