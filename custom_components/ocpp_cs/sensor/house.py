"""Sensors of the server's device: the limit from outside, and the peak."""

from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfPower

from ..charging.points import surplus_of, watts_of
from ..const import CONF_CEILINGS, CONF_GRID_POWER, CONF_PEAK
from ..house.entities import HouseDescription, HouseEntity


@dataclass(frozen=True, kw_only=True)
class HouseSensorDescription(HouseDescription, SensorEntityDescription):
    """Describes a power of the house."""

    device_class: SensorDeviceClass | None = SensorDeviceClass.POWER
    native_unit_of_measurement: str | None = UnitOfPower.WATT
    suggested_display_precision: int | None = 0


CEILING = HouseSensorDescription(
    key="ceiling",
    translation_key="ceiling",
    value_fn=lambda control: watts_of(control.house.ceiling_w),
    exists_fn=lambda options: bool(options.get(CONF_CEILINGS)),
)

SURPLUS = HouseSensorDescription(
    key="solar_surplus",
    translation_key="solar_surplus",
    state_class=SensorStateClass.MEASUREMENT,
    value_fn=lambda control: surplus_of(control.house.surplus_w),
    exists_fn=lambda options: bool(options.get(CONF_GRID_POWER)),
)

PEAKS = (
    HouseSensorDescription(
        key="peak_mean",
        translation_key="peak_mean",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda control: watts_of(control.house.peak_mean_w),
        exists_fn=lambda options: options.get(CONF_PEAK) is not None,
    ),
    HouseSensorDescription(
        key="peak_month",
        translation_key="peak_month",
        value_fn=lambda control: watts_of(control.house.peak_month_w),
        exists_fn=lambda options: options.get(CONF_PEAK) is not None,
    ),
)


class HouseSensor(HouseEntity, SensorEntity):
    """A power of the house."""

    entity_description: HouseSensorDescription

    @property
    @override
    def native_value(self) -> float | None:
        """Return the power in W."""
        value: float | None = self._value
        return value


class CeilingSensor(HouseSensor):
    """The limit from outside that is in force; unknown while none is."""

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return whether a limit is in force."""
        return {"in_force": self._value is not None}
