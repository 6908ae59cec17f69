"""Sensors of what a vehicle itself tells the charger (ISO 15118)."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory, UnitOfEnergy
from homeassistant.util import dt as dt_util

from ..csms.connector import Connector
from ..csms.outside.connected_car import told_departure, told_energy_kwh
from .measurements import OcppSensorDescription

if TYPE_CHECKING:
    from ..chargers.charger import Charger


def _departure(connector: Connector) -> datetime | None:
    return told_departure(connector, dt_util.utcnow())


def _evccid(connector: Connector) -> str | None:
    return None if connector.car is None else connector.car.evccid


def _least_kwh(connector: Connector) -> float | None:
    return None if connector.car is None else connector.car.least_kwh


def _energy(key: str) -> OcppSensorDescription:
    return OcppSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=1,
        fields=("car", "needs"),
        value_fn=told_energy_kwh if key == "vehicle_energy" else _least_kwh,
    )


_DESCRIPTIONS = {
    "departure": OcppSensorDescription(
        key="vehicle_departure",
        translation_key="vehicle_departure",
        device_class=SensorDeviceClass.TIMESTAMP,
        # The minute is that of a session, and ends what is over.
        fields=("car", "needs", "minute"),
        value_fn=_departure,
    ),
    "energy_kwh": _energy("vehicle_energy"),
    "least_kwh": _energy("vehicle_least_energy"),
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


def told_by_vehicle(
    charger: Charger, connector: Connector
) -> Iterator[OcppSensorDescription]:
    """Yield the sensors of what vehicles have told at a connector so far."""
    for name, description in _DESCRIPTIONS.items():
        if name in connector.told_of_car or charger.was_registered(
            description.key, connector.number
        ):
            yield description
