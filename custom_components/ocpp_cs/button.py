"""Buttons of chargers and connectors."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.components.button.const import ButtonDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .chargers.platforms import PlatformEntities
from .charging.control import ModeControl
from .const import DOMAIN
from .csms.commands import Commands
from .csms.connector import Connector
from .csms.targets.priority import Priority
from .entity import OcppEntity, OcppEntityDescription
from .exceptions import translates_errors
from .hub import OcppConfigEntry
from .targets.priority import PriorityCharging

if TYPE_CHECKING:
    from .chargers.charger import Charger

# A charger's commands wait for each other in its connection; a limit here would
# make chargers wait for others.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class OcppButtonDescription(OcppEntityDescription, ButtonEntityDescription):
    """Describes a button; `press_fn` is given the number of its connector."""

    press_fn: Callable[[Commands, int], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class ControlButtonDescription(OcppEntityDescription, ButtonEntityDescription):
    """Describes a button that has a class of its own."""


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

BOOST = ControlButtonDescription(
    key="boost",
    translation_key="boost",
    fields=("charge_mode",),
)
END_BOOST = ControlButtonDescription(
    key="end_boost",
    translation_key="end_boost",
    fields=("boost", "charge_mode"),
)


PRIORITY = ControlButtonDescription(
    key="priority_charging",
    translation_key="priority_charging",
)
END_PRIORITY = ControlButtonDescription(
    key="end_priority_charging",
    translation_key="end_priority_charging",
    fields=("priority",),
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
            of_connector=partial(_of_connector, entry.runtime_data.charge_control),
        )
    )


def _of_connector(
    charge_control: ModeControl, charger: Charger, connector: Connector
) -> Iterator[OcppEntity]:
    for description in CONNECTOR_DESCRIPTIONS:
        yield OcppButton(charger, description, connector)
    if PriorityCharging.offers(charger, connector):
        yield PriorityButton(charger, PRIORITY, connector)
        yield EndPriorityButton(charger, END_PRIORITY, connector)
    if charge_control.offers(charger, connector):
        yield BoostButton(charger, BOOST, connector, charge_control)
        yield EndBoostButton(charger, END_BOOST, connector, charge_control)


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


class _ControlButton(OcppEntity, ButtonEntity):
    """A button for the charge control of a connector."""

    entity_description: ControlButtonDescription

    def __init__(
        self,
        charger: Charger,
        description: ControlButtonDescription,
        connector: Connector,
        charge_control: ModeControl,
    ) -> None:
        """Create the button of a connector."""
        super().__init__(charger, description, connector)
        self._charge_control = charge_control
        self._value_fn = charge_control.boosted


class BoostButton(_ControlButton):
    """Charges fast once, until the vehicle is unplugged or has the energy chosen."""

    @override
    async def async_press(self) -> None:
        """Begin a boost, or begin it anew.

        Raises ServiceValidationError in manual mode, and without a vehicle.
        """
        control, connector = self._charge_control, self.connector
        if not control.controls(connector):
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="boost_in_manual",
                translation_placeholders={"name": self.charger.name},
            )
        if connector.plugged_in is False:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="boost_without_vehicle",
                translation_placeholders={"name": self.charger.name},
            )
        control.boost(connector, control.boosts.energy(connector) or None)


class EndBoostButton(_ControlButton):
    """Ends a boost; it is unavailable while there is none."""

    @property
    @override
    def available(self) -> bool:
        """Return whether there is a boost that can be ended."""
        return super().available and bool(self._value)

    @override
    async def async_press(self) -> None:
        """End the boost."""
        self._charge_control.end_boost(self.connector)


class PriorityButton(OcppEntity, ButtonEntity):
    """Gives the running session priority in the charger, until it ends (2.1: K21)."""

    entity_description: ControlButtonDescription
    activate = True

    @override
    @translates_errors
    async def async_press(self) -> None:
        """Ask the charger; raises HomeAssistantError if it does not do it."""
        await self._charge_point.part(Priority).use(
            self.connector.number, activate=self.activate
        )


class EndPriorityButton(PriorityButton):
    """Takes the priority of a session away; it is unavailable while there is none."""

    activate = False

    def __init__(
        self,
        charger: Charger,
        description: ControlButtonDescription,
        connector: Connector,
    ) -> None:
        """Create the button of a connector."""
        super().__init__(charger, description, connector)
        self._value_fn = lambda connector: connector.has_priority

    @property
    @override
    def available(self) -> bool:
        """Return whether the session has priority."""
        return super().available and bool(self._value)
