"""Date and time entities of connectors: when a vehicle must be ready."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import override

from homeassistant.components.datetime import DateTimeEntity, DateTimeEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .chargers.platforms import PlatformEntities
from .hub import OcppConfigEntry
from .plans.entities import PlanDescription, PlanEntity, plan_entities

# Entities send no commands to chargers.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class PlanDateTimeDescription(PlanDescription, DateTimeEntityDescription):
    """Describes a date and time entity of a charge plan."""


READY_BY = PlanDateTimeDescription(
    key="ready_by",
    translation_key="ready_by",
    # The time of the day is enough for nearly all: see `time.py`.
    entity_registry_enabled_default=False,
    wanted_fn=lambda wanted: wanted.ready_by,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the entities of all chargers, now and later."""
    entry.runtime_data.platforms.async_register(
        PlatformEntities(
            domain="datetime",
            add=async_add_entities,
            of_connector=partial(
                plan_entities,
                PlanDateTime,
                (READY_BY,),
                entry.runtime_data.charge_plans,
            ),
        )
    )


class PlanDateTime(PlanEntity, DateTimeEntity):
    """The time by which the vehicle must be ready."""

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
