"""Times of connectors: when a car is to be ready."""

from functools import partial

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .chargers.platforms import PlatformEntities
from .hub import OcppConfigEntry
from .plans.entities import READY_BY, PlanDateTime, plan_entities

# Nothing is asked of a charger.
PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the times of all chargers, now and later."""
    entry.runtime_data.platforms.async_register(
        PlatformEntities(
            domain="datetime",
            add=async_add_entities,
            of_charger=lambda charger: (),
            of_connector=partial(
                plan_entities,
                PlanDateTime,
                (READY_BY,),
                entry.runtime_data.charge_plans,
            ),
        )
    )
