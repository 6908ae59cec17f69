"""Time entities of connectors: the time of the day at which a vehicle must be ready."""

from dataclasses import dataclass
from datetime import time
from functools import partial
from typing import override

from homeassistant.components.time import TimeEntity, TimeEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .chargers.platforms import PlatformEntities
from .hub import OcppConfigEntry
from .plans.entities import PlanDescription, PlanEntity, plan_entities
from .plans.goals import clock_of_goal

# Entities send no commands to chargers.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class PlanTimeDescription(PlanDescription, TimeEntityDescription):
    """Describes a time entity of a charge plan."""


READY_AT = PlanTimeDescription(
    key="ready_at",
    translation_key="ready_at",
    wanted_fn=clock_of_goal,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the entities of all chargers, now and later."""
    entry.runtime_data.platforms.async_register(
        PlatformEntities(
            domain="time",
            add=async_add_entities,
            of_connector=partial(
                plan_entities,
                PlanTime,
                (READY_AT,),
                entry.runtime_data.charge_plans,
            ),
        )
    )


class PlanTime(PlanEntity, TimeEntity):
    """The local time of the day at which the vehicle must be ready next.

    It is the same time as that of `datetime.ready_by`, without the date: it is the next
    one, on one of the plan's weekdays if it repeats.
    """

    entity_description: PlanTimeDescription

    @property
    @override
    def native_value(self) -> time | None:
        """Return the time."""
        value: time | None = self._value
        return value

    @override
    async def async_set_value(self, value: time) -> None:
        """Set the time."""
        self._want(ready_by=value.replace(tzinfo=None))
