"""Numbers of connectors: the current that they may charge with, and targets."""

from dataclasses import dataclass, replace
from typing import NamedTuple, override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import PERCENTAGE, UnitOfElectricCurrent, UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .chargers.platforms import PlatformEntities
from .csms.connector import Connector
from .entity import OcppEntity, OcppEntityDescription
from .exceptions import translates_errors
from .hub import OcppConfigEntry
from .plans.entities import PlanDescription, PlanEntity, plan_entities
from .plans.model import MOST_KWH

# A charger's commands wait for each other in its connection; a limit here would
# make chargers wait for others.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class OcppNumberDescription(OcppEntityDescription, NumberEntityDescription):
    """Describes a number; its value is a `_Limit`."""


@dataclass(frozen=True, kw_only=True)
class PlanNumberDescription(PlanDescription, NumberEntityDescription):
    """Describes a target; `wanted_key` is the field of `Wanted` that it is."""

    wanted_key: str


class _Limit(NamedTuple):
    """What is wanted, and what can be; in A."""

    value: float
    minimum: float
    maximum: float
    step: float


def _limit(connector: Connector) -> _Limit:
    """Return the limit; without one as much is allowed as there can be."""
    limiter = connector.limiter
    limit = limiter.user_intent.limit_a
    maximum = limiter.maximum
    return _Limit(
        maximum if limit is None else min(limit, maximum),
        limiter.minimum,
        maximum,
        limiter.step,
    )


CURRENT_LIMIT = OcppNumberDescription(
    key="current_limit",
    translation_key="current_limit",
    device_class=NumberDeviceClass.CURRENT,
    native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
    mode=NumberMode.SLIDER,
    fields=("intent",),
    value_fn=_limit,
)


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


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the numbers of all chargers, now and later."""
    plans = entry.runtime_data.charge_plans
    entry.runtime_data.platforms.async_register(
        PlatformEntities(
            domain="number",
            add=async_add_entities,
            of_connector=lambda charger, connector: (
                OcppCurrentLimit(charger, CURRENT_LIMIT, connector),
                *plan_entities(PlanNumber, PLAN_NUMBERS, plans, charger, connector),
            ),
        )
    )


class OcppCurrentLimit(OcppEntity, NumberEntity):
    """What a connector may charge with, in A per phase.

    It shows what is wanted; what the charger offers is told by `current_offered`.
    """

    entity_description: OcppNumberDescription

    @override
    async def async_added_to_hass(self) -> None:
        """Follow what the charger can do as well."""
        self.async_on_remove(
            self._charge_point.watch(("capabilities", "quirks"), self._changed)
        )
        await super().async_added_to_hass()

    @property
    def _limit(self) -> _Limit:
        limit: _Limit = self._value or _limit(self.connector)
        return limit

    @property
    @override
    def native_value(self) -> float:
        """Return what is wanted."""
        return self._limit.value

    @property
    @override
    def native_min_value(self) -> float:
        """Return the lowest current at which cars charge."""
        return self._limit.minimum

    @property
    @override
    def native_max_value(self) -> float:
        """Return the highest current of the charger."""
        return self._limit.maximum

    @property
    @override
    def native_step(self) -> float:
        """Return how finely the charger can be set."""
        return self._limit.step

    @override
    @translates_errors
    async def async_set_native_value(self, value: float) -> None:
        """Limit the current; raises HomeAssistantError if the charger does not."""
        limiter = self.connector.limiter
        await limiter.request(replace(limiter.user_intent, limit_a=value))


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
