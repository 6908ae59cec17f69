"""Selections of connectors: with how many phases they charge."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .charge_limits import PHASES, phases_option
from .csms.connector import Connector
from .entity import OcppEntity, OcppEntityDescription
from .exceptions import translates_errors
from .hub import OcppConfigEntry, PlatformEntities

# A charger's commands wait for each other in its connection; a limit here would
# make chargers wait for others.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class OcppSelectDescription(OcppEntityDescription, SelectEntityDescription):
    """Describes a selection; `select_fn` is given the connector and the option."""

    select_fn: Callable[[Connector, str], Awaitable[object]]


def _select_phases(connector: Connector, option: str) -> Awaitable[object]:
    control = connector.control
    return control.set(replace(control.intent, phases=PHASES[option]))


PHASES_DESCRIPTION = OcppSelectDescription(
    key="phases",
    translation_key="phases",
    options=list(PHASES),
    fields=("intent",),
    value_fn=lambda connector: phases_option(connector.control.intent),
    select_fn=_select_phases,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the selections of all chargers, now and later."""
    entry.runtime_data.async_register(
        PlatformEntities(
            domain="select",
            add=async_add_entities,
            of_charger=lambda charger: (),
            of_connector=lambda charger, connector: (
                OcppSelect(charger, description, connector)
                for description in (PHASES_DESCRIPTION,)
                if charger.expects_phases(connector.number)
            ),
        )
    )


class OcppSelect(OcppEntity, SelectEntity):
    """A selection of a connector."""

    entity_description: OcppSelectDescription

    @property
    @override
    def current_option(self) -> str | None:
        """Return what is wanted."""
        option: str | None = self._value
        return option

    @override
    @translates_errors
    async def async_select_option(self, option: str) -> None:
        """Select it; raises HomeAssistantError if the charger does not."""
        await self.entity_description.select_fn(self.connector, option)
