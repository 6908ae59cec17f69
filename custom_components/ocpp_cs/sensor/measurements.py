"""Sensor descriptions for the values of the meter (`csms.metering`)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    PERCENTAGE,
    REVOLUTIONS_PER_MINUTE,
    EntityCategory,
    UnitOfElectricCurrent,
    UnitOfElectricPotential,
    UnitOfEnergy,
    UnitOfFrequency,
    UnitOfPower,
    UnitOfReactiveEnergy,
    UnitOfReactivePower,
    UnitOfTemperature,
)

from ..csms.connector import Connector
from ..csms.metering.measurands import MEASURANDS, PHASE_NAMES
from ..entity import OcppEntityDescription


@dataclass(frozen=True, kw_only=True)
class OcppSensorDescription(OcppEntityDescription, SensorEntityDescription):
    """Describes a sensor; its value is the native value."""


def _plain(key: str) -> Callable[[Connector], float | None]:
    return lambda connector: connector.meter.values.get(key)


def _thousandth(key: str) -> Callable[[Connector], float | None]:
    """Return a function that returns a value in Wh as kWh.

    It is converted here, as Home Assistant would convert it with each write, and
    slower.
    """

    def value(connector: Connector) -> float | None:
        found = connector.meter.values.get(key)
        return None if found is None else found / 1000

    return value


def _of_something(key: str) -> Callable[[Connector], float | None]:
    """Return a function for a value whose 0 means that nothing is measured."""
    return lambda connector: connector.meter.values.get(key) or None


def _live(
    key: str,
    device_class: SensorDeviceClass | None,
    unit: str | None,
    precision: int,
    *,
    category: EntityCategory | None = None,
    enabled: bool = True,
) -> OcppSensorDescription:
    return OcppSensorDescription(
        key=key,
        translation_key=key,
        device_class=device_class,
        native_unit_of_measurement=unit,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=precision,
        entity_category=category,
        entity_registry_enabled_default=enabled,
        fields=(key,),
        value_fn=_plain(key),
    )


def _power(key: str, *, enabled: bool = True) -> OcppSensorDescription:
    return _live(key, SensorDeviceClass.POWER, UnitOfPower.WATT, 0, enabled=enabled)


def _reactive_power(key: str) -> OcppSensorDescription:
    return _live(
        key,
        SensorDeviceClass.REACTIVE_POWER,
        UnitOfReactivePower.VOLT_AMPERE_REACTIVE,
        0,
        enabled=False,
    )


def _current(key: str, *, enabled: bool = True) -> OcppSensorDescription:
    return _live(
        key,
        SensorDeviceClass.CURRENT,
        UnitOfElectricCurrent.AMPERE,
        1,
        enabled=enabled,
    )


def _register(
    key: str,
    device_class: SensorDeviceClass = SensorDeviceClass.ENERGY,
    unit: str = UnitOfEnergy.KILO_WATT_HOUR,
    *,
    enabled: bool = True,
) -> OcppSensorDescription:
    """Describe a register: it only rises, or restarts with another meter."""
    return OcppSensorDescription(
        key=key,
        translation_key=key,
        device_class=device_class,
        native_unit_of_measurement=unit,
        state_class=SensorStateClass.TOTAL_INCREASING,
        suggested_display_precision=2,
        entity_registry_enabled_default=enabled,
        fields=(key,),
        value_fn=_thousandth(key),
    )


def _reactive_register(key: str) -> OcppSensorDescription:
    return _register(
        key,
        SensorDeviceClass.REACTIVE_ENERGY,
        UnitOfReactiveEnergy.KILO_VOLT_AMPERE_REACTIVE_HOUR,
        enabled=False,
    )


def _interval(
    key: str,
    device_class: SensorDeviceClass = SensorDeviceClass.ENERGY,
    unit: str = UnitOfEnergy.WATT_HOUR,
) -> OcppSensorDescription:
    """Describe the energy of one interval: neither a measurement nor a total."""
    return OcppSensorDescription(
        key=key,
        translation_key=key,
        device_class=device_class,
        native_unit_of_measurement=unit,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        fields=(key,),
        value_fn=_plain(key),
    )


def _reactive_interval(key: str) -> OcppSensorDescription:
    return _interval(
        key,
        SensorDeviceClass.REACTIVE_ENERGY,
        UnitOfReactiveEnergy.VOLT_AMPERE_REACTIVE_HOUR,
    )


_VOLTAGE = _live("voltage", SensorDeviceClass.VOLTAGE, UnitOfElectricPotential.VOLT, 1)

_TOTALS: tuple[OcppSensorDescription, ...] = (
    _power("power"),
    _register("energy"),
    _current("current"),
    _VOLTAGE,
    # Its value is that of the vehicle, which a charger may tell.
    _live("soc", SensorDeviceClass.BATTERY, PERCENTAGE, 0),
    _live(
        "temperature",
        SensorDeviceClass.TEMPERATURE,
        UnitOfTemperature.CELSIUS,
        1,
        category=EntityCategory.DIAGNOSTIC,
    ),
    _power("power_export"),
    _register("energy_export"),
    _current("current_export"),
    _current("current_offered", enabled=False),
    _power("power_offered", enabled=False),
    replace(
        _live(
            "frequency",
            SensorDeviceClass.FREQUENCY,
            UnitOfFrequency.HERTZ,
            2,
            enabled=False,
        ),
        value_fn=_of_something("frequency"),
    ),
    replace(
        _live("power_factor", SensorDeviceClass.POWER_FACTOR, None, 2, enabled=False),
        value_fn=_of_something("power_factor"),
    ),
    _reactive_power("power_reactive_import"),
    _reactive_power("power_reactive_export"),
    _reactive_register("energy_reactive_import"),
    _reactive_register("energy_reactive_export"),
    _interval("energy_interval"),
    _interval("energy_export_interval"),
    _reactive_interval("energy_reactive_import_interval"),
    _reactive_interval("energy_reactive_export_interval"),
    _live("rpm", None, REVOLUTIONS_PER_MINUTE, 0, enabled=False),
)


_HAS_PHASES = {key for key, quantity in MEASURANDS.values() if quantity.phases}


def _of_phase(total: OcppSensorDescription, phase: str) -> OcppSensorDescription:
    """Describe a phase (`l1`), or the voltage between two (`l1_l2`)."""
    key = f"{total.key}_{phase}"
    registers = total.state_class is SensorStateClass.TOTAL_INCREASING
    value_fn = _thousandth(key) if registers else _plain(key)
    if total.key == "power_factor":
        value_fn = _of_something(key)
    return replace(
        total,
        key=key,
        translation_key=f"{total.key}_phase",
        translation_placeholders={"phase": phase.upper().replace("_", "-")},
        entity_registry_enabled_default=False,
        fields=(key,),
        value_fn=value_fn,
    )


MEASUREMENTS: dict[str, OcppSensorDescription] = {
    description.key: description
    for description in (
        *_TOTALS,
        *(
            _of_phase(total, phase)
            for total in _TOTALS
            if total.key in _HAS_PHASES
            for phase in PHASE_NAMES
        ),
        *(_of_phase(_VOLTAGE, phase) for phase in ("l1_l2", "l2_l3", "l3_l1")),
    )
}
"""The sensors of a connector's meter, by the meter's own keys."""
