"""Sensors of the energy and cost of recent sessions: of tags, vehicles and chargers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import UnitOfEnergy
from homeassistant.core import callback

from ..entity import OcppEntity
from ..sessions.total_entities import device_info, group_of
from ..sessions.totals import Group, Kind, Totals
from .measurements import OcppSensorDescription

if TYPE_CHECKING:
    from ..chargers.charger import Charger


@dataclass(frozen=True, kw_only=True)
class SubentrySensorDescription(SensorEntityDescription):
    """Describes a sensor of a tag or a vehicle."""

    state_class: SensorStateClass | None = SensorStateClass.TOTAL
    suggested_display_precision: int | None = 2


# For the sessions that began in this month, on the device of the tag or vehicle.
ENERGY_MONTH = SubentrySensorDescription(
    key="energy_month",
    translation_key="energy_month",
    device_class=SensorDeviceClass.ENERGY,
    native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
)
COST_MONTH = SubentrySensorDescription(
    key="cost_month",
    translation_key="cost_month",
    device_class=SensorDeviceClass.MONETARY,
)


@dataclass(frozen=True, kw_only=True)
class ChargerTotalDescription(OcppSensorDescription):
    """Describes the energy of a charger since midnight or the first of the month."""

    kind: str
    device_class: SensorDeviceClass | None = SensorDeviceClass.ENERGY
    native_unit_of_measurement: str | None = UnitOfEnergy.KILO_WATT_HOUR
    state_class: SensorStateClass | None = SensorStateClass.TOTAL
    suggested_display_precision: int | None = 2


CHARGER_TOTALS = (
    ChargerTotalDescription(
        key="energy_today", translation_key="energy_today", kind=Kind.CHARGER_DAY
    ),
    ChargerTotalDescription(
        key="energy_this_month",
        translation_key="energy_this_month",
        kind=Kind.CHARGER_MONTH,
    ),
)


def _kwh(totals: Totals, group: Group) -> float:
    return round(totals.total(group).energy_wh / 1000, 3)


class ChargerTotalSensor(OcppEntity, SensorEntity):
    """The energy of a charger since midnight or the first of the month."""

    entity_description: ChargerTotalDescription

    def __init__(
        self, charger: Charger, description: ChargerTotalDescription, totals: Totals
    ) -> None:
        """Create the sensor of a charger."""
        super().__init__(charger, description)
        self._totals = totals
        self._group: Group = (description.kind, charger.charge_point.id)
        self._value_fn = lambda _: (
            _kwh(totals, self._group),
            totals.periods.since(description.kind),
        )

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the total."""
        await super().async_added_to_hass()
        self.async_on_remove(self._totals.watch(self._group, self._changed))

    @property
    @override
    def native_value(self) -> float:
        """Return the energy in kWh."""
        value: tuple[float, datetime] = self._value
        return value[0]

    @property
    @override
    def last_reset(self) -> datetime:
        """Return the beginning of the day or month."""
        value: tuple[float, datetime] = self._value
        return value[1]


class SubentryTotalSensor(SensorEntity):
    """A total of a tag or a vehicle, in the sessions that began in this month."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    entity_description: SubentrySensorDescription

    def __init__(
        self,
        totals: Totals,
        subentry: ConfigSubentry,
        description: SubentrySensorDescription,
    ) -> None:
        """Create the sensor for the tag or vehicle of `subentry`; a tag's id may change."""
        self.entity_description = description
        self._totals = totals
        self._group = group_of(subentry)
        self._name = subentry.title
        self._unwatch: Callable[[], None] | None = None
        self._shown: Any = None
        # With `_`, as the sensors of tags have always had.
        self._attr_unique_id = f"{subentry.subentry_id}_{description.key}"
        self._attr_device_info = device_info(subentry)

    @callback
    def async_take_over(self, subentry: ConfigSubentry) -> bool:
        """Apply a change of the subentry; return whether the name changed."""
        if (group := group_of(subentry)) != self._group:
            self._group = group
            if self._unwatch is not None:
                self._unwatch()
                self._watch()
                self._changed()
        before, self._name = self._name, subentry.title
        return self._name != before

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the total."""
        await super().async_added_to_hass()
        self._watch()
        self.async_on_remove(self._stop)
        self._take()

    def _watch(self) -> None:
        self._unwatch = self._totals.watch(self._group, self._changed)

    def _stop(self) -> None:
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None

    def _value(self) -> tuple[float | None, str | None]:
        """Return the value and its unit."""
        return (
            _kwh(self._totals, self._group),
            self.entity_description.native_unit_of_measurement,
        )

    def _take(self) -> bool:
        """Update the value; return whether it changed."""
        shown = (*self._value(), self._totals.periods.since(self._group[0]))
        before, self._shown = self._shown, shown
        (
            self._attr_native_value,
            self._attr_native_unit_of_measurement,
            self._attr_last_reset,
        ) = shown
        return bool(before != shown)

    @callback
    def _changed(self) -> None:
        """Write the state, if the value changed."""
        if self._take():
            self.async_write_ha_state()


class SubentryCostSensor(SubentryTotalSensor):
    """The cost of a tag or a vehicle, in the present currency."""

    def __init__(
        self,
        totals: Totals,
        subentry: ConfigSubentry,
        description: SubentrySensorDescription,
        currency: Callable[[], str],
    ) -> None:
        """Create the sensor of `subentry`; `currency` returns the present currency."""
        super().__init__(totals, subentry, description)
        self._currency = currency

    @override
    def _value(self) -> tuple[float | None, str | None]:
        currency = self._currency()
        cost = self._totals.total(self._group).cost(currency)
        return None if cost is None else round(cost, 2), currency or None
