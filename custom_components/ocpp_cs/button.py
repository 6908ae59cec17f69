"""Buttons of chargers and connectors."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.components.button.const import ButtonDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .chargers.platforms import PlatformEntities
from .csms.commands import Commands
from .entity import OcppEntity, OcppEntityDescription
from .exceptions import translates_errors
from .hub import OcppConfigEntry

# A charger's commands wait for each other in its connection; a limit here would
# make chargers wait for others.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class OcppButtonDescription(OcppEntityDescription, ButtonEntityDescription):
    """Describes a button; `press_fn` is given the number of its connector."""

    press_fn: Callable[[Commands, int], Awaitable[object]]


CHARGER_DESCRIPTIONS: tuple[OcppButtonDescription, ...] = (
    OcppButtonDescription(
        key="soft_reset",
        translation_key="soft_reset",
        device_class=ButtonDeviceClass.RESTART,
        entity_category=EntityCategory.CONFIG,
        press_fn=lambda commands, _: commands.reset(type="soft"),
    ),
    OcppButtonDescription(
        key="hard_reset",
        translation_key="hard_reset",
        device_class=ButtonDeviceClass.RESTART,
        entity_category=EntityCategory.CONFIG,
        press_fn=lambda commands, _: commands.reset(type="hard"),
    ),
    OcppButtonDescription(
        key="refresh",
        translation_key="refresh",
        entity_category=EntityCategory.DIAGNOSTIC,
        press_fn=lambda commands, _: commands.refresh(),
    ),
)

CONNECTOR_DESCRIPTIONS: tuple[OcppButtonDescription, ...] = (
    OcppButtonDescription(
        key="unlock",
        translation_key="unlock",
        entity_category=EntityCategory.CONFIG,
        press_fn=lambda commands, number: commands.unlock_connector(
            connector_id=number
        ),
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons of all chargers, now and later."""
    entry.runtime_data.platforms.async_register(
        PlatformEntities(
            domain="button",
            add=async_add_entities,
            of_charger=lambda charger: (
                OcppButton(charger, description) for description in CHARGER_DESCRIPTIONS
            ),
            of_connector=lambda charger, connector: (
                OcppButton(charger, description, connector)
                for description in CONNECTOR_DESCRIPTIONS
            ),
        )
    )


class OcppButton(OcppEntity, ButtonEntity):
    """A button that sends a command."""

    entity_description: OcppButtonDescription

    @override
    @translates_errors
    async def async_press(self) -> None:
        """Send the command; raises HomeAssistantError if it is not carried out."""
        await self.entity_description.press_fn(
            self._charge_point.commands, self.connector.number
        )
