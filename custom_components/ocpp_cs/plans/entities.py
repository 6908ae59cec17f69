"""What the user wants of a car that is to be ready in time: numbers, time and switch.

All of them can be set while the charger is away.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, override

from homeassistant.components.datetime import DateTimeEntity, DateTimeEntityDescription
from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import PERCENTAGE, UnitOfEnergy

from ..entity import OcppEntity, OcppEntityDescription
from .model import MOST_KWH, Wanted
from .plans import ChargePlans

if TYPE_CHECKING:
    from ..chargers.charger import Charger
    from ..csms.connector import Connector


@dataclass(frozen=True, kw_only=True)
class PlanDescription(OcppEntityDescription):
    """Describes something of what is wanted; `wanted_fn` takes it out of that."""

    fields: tuple[str, ...] = ("charge_plan_wanted",)
    always_available: bool = True
    wanted_fn: Callable[[Wanted], Any]
    needs_soc: bool = False
    """Whether it is there only where the vehicle's state of charge is."""


@dataclass(frozen=True, kw_only=True)
class PlanNumberDescription(PlanDescription, NumberEntityDescription):
    """Describes a target; `wanted_key` is the field of `Wanted` that it is."""

    wanted_key: str


@dataclass(frozen=True, kw_only=True)
class PlanDateTimeDescription(PlanDescription, DateTimeEntityDescription):
    """Describes the time."""


@dataclass(frozen=True, kw_only=True)
class PlanSwitchDescription(PlanDescription, SwitchEntityDescription):
    """Describes the switch."""


PLAN_NUMBERS = (
    PlanNumberDescription(
        key="energy_target",
        translation_key="energy_target",
        device_class=NumberDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        native_min_value=0,
        native_max_value=MOST_KWH,
        native_step=0.5,
        mode=NumberMode.BOX,
        wanted_fn=lambda wanted: wanted.energy_kwh,
        wanted_key="energy_kwh",
    ),
    PlanNumberDescription(
        key="soc_target",
        translation_key="soc_target",
        device_class=NumberDeviceClass.BATTERY,
        native_unit_of_measurement=PERCENTAGE,
        native_min_value=0,
        native_max_value=100,
        native_step=1,
        mode=NumberMode.SLIDER,
        wanted_fn=lambda wanted: wanted.soc,
        wanted_key="soc",
        needs_soc=True,
    ),
)

READY_BY = PlanDateTimeDescription(
    key="ready_by",
    translation_key="ready_by",
    wanted_fn=lambda wanted: wanted.ready_by,
)

READY_IN_TIME = PlanSwitchDescription(
    key="ready_in_time",
    translation_key="ready_in_time",
    wanted_fn=lambda wanted: wanted.armed,
)


class PlanEntity(OcppEntity):
    """Something of what is wanted of a connector."""

    def __init__(
        self,
        charger: Charger,
        description: PlanDescription,
        connector: Connector,
        plans: ChargePlans,
    ) -> None:
        """Belong to the connector."""
        super().__init__(charger, description, connector)
        self._plans = plans
        self._value_fn = lambda connector: description.wanted_fn(
            plans.wanted(connector)
        )

    def _want(self, **changes: Any) -> None:
        self._plans.async_want(self.charger, self.connector, **changes)


class PlanNumber(PlanEntity, NumberEntity):
    """How much is to be in the car."""

    entity_description: PlanNumberDescription

    @property
    @override
    def native_value(self) -> float | None:
        """Return the target; 0 is none."""
        value: float | None = self._value
        return value

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the target."""
        self._want(**{self.entity_description.wanted_key: value})


class PlanDateTime(PlanEntity, DateTimeEntity):
    """When the car is to be ready."""

    entity_description: PlanDateTimeDescription

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return the time."""
        value: datetime | None = self._value
        return value

    @override
    async def async_set_value(self, value: datetime) -> None:
        """Set the time."""
        self._want(ready_by=value)


class PlanSwitch(PlanEntity, SwitchEntity):
    """Whether there is to be a plan."""

    entity_description: PlanSwitchDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether there is."""
        value: bool | None = self._value
        return value

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Plan."""
        self._want(armed=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Leave it to the charge mode."""
        self._want(armed=False)


def plan_entities[T: PlanEntity, D: PlanDescription](
    make: Callable[[Charger, D, Connector, ChargePlans], T],
    descriptions: Iterable[D],
    plans: ChargePlans,
    charger: Charger,
    connector: Connector,
) -> Iterator[T]:
    """Make those entities that a connector has."""
    if plans.offers(charger, connector):
        for description in descriptions:
            if not description.needs_soc or plans.offers_soc(charger, connector):
                yield make(charger, description, connector, plans)
