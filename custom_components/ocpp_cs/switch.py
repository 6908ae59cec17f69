"""Switches of chargers and connectors.

They change when the charger reports or accepts the change, and never optimistically.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .chargers.platforms import PlatformEntities
from .const import DOMAIN
from .csms.commands import Commands
from .csms.connector import Connector
from .csms.model.model import IN_TRANSACTION
from .entity import OcppEntity, OcppEntityDescription
from .exceptions import translates_errors
from .hub import OcppConfigEntry
from .plans.entities import PlanDescription, PlanEntity, plan_entities
from .upstream.backends import OVERRIDE_KEY
from .weekly.switch import WeeklySwitch, WeeklySwitchDescription

if TYPE_CHECKING:
    from .chargers.charger import Charger

# A charger's commands wait for each other in its connection; a limit here would
# make chargers wait for others.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class OcppSwitchDescription(OcppEntityDescription, SwitchEntityDescription):
    """Describes a switch; `set_fn` is given the connector and the requested state."""

    set_fn: Callable[[Connector, bool], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class PlanSwitchDescription(PlanDescription, SwitchEntityDescription):
    """Describes a switch of a charge plan."""


def _commands(connector: Connector) -> Commands:
    return connector.charge_point.commands


def _set_available(connector: Connector, on: bool) -> Awaitable[object]:
    return _commands(connector).change_availability(
        connector_id=connector.number, type="operative" if on else "inoperative"
    )


async def _set_charging(connector: Connector, on: bool) -> None:
    commands, number = _commands(connector), connector.number
    if on:
        if connector.transaction is None:
            await commands.start_transaction(connector_id=number)
        return
    # Also without a transaction: it cancels a start, and the continuation after a
    # pause.
    paused = connector.starter.continued is not None
    connector.starter.stop_asked()
    # A transaction whose id is unknown cannot be stopped, which must be reported.
    if connector.transaction is not None or (
        connector.status in IN_TRANSACTION and not paused
    ):
        await commands.stop_transaction(connector_id=number)


def _set_paused(connector: Connector, on: bool) -> Awaitable[object]:
    limiter = connector.limiter
    return limiter.request(replace(limiter.user_intent, paused=on))


def _charger_available(connector: Connector) -> bool | None:
    """Return whether the charger is operative, as connector 0 reports it.

    If connector 0 reports nothing, the charger is inoperative when all of its
    connectors are.
    """
    if connector.available is not None:
        return connector.available
    charge_point = connector.charge_point
    known = [
        available
        for number in charge_point.connector_numbers
        if (available := charge_point.connectors[number].available) is not None
    ]
    return any(known) if known else None


CHARGER_DESCRIPTION = OcppSwitchDescription(
    key="available",
    translation_key="charger_available",
    entity_category=EntityCategory.CONFIG,
    fields=("available", "connectors"),
    value_fn=_charger_available,
    set_fn=_set_available,
)

CONNECTOR_DESCRIPTIONS: tuple[OcppSwitchDescription, ...] = (
    OcppSwitchDescription(
        key="charging",
        translation_key="charging",
        fields=("transaction",),
        value_fn=lambda connector: connector.transaction is not None,
        set_fn=_set_charging,
    ),
    OcppSwitchDescription(
        key="paused",
        translation_key="paused",
        fields=("intent",),
        value_fn=lambda connector: connector.limiter.user_intent.paused,
        set_fn=_set_paused,
    ),
    OcppSwitchDescription(
        key="available",
        translation_key="available",
        entity_category=EntityCategory.CONFIG,
        fields=("available",),
        value_fn=lambda connector: connector.available,
        set_fn=_set_available,
    ),
)


async def _set_override(connector: Connector, on: bool) -> None:
    connector.charge_point.ceilings.override(connector.number, on)


OVERRIDE_BACKEND = OcppSwitchDescription(
    key=OVERRIDE_KEY,
    translation_key="override_backend",
    fields=("ceiling",),
    # It is asked of us, and not of the charger.
    always_available=True,
    value_fn=lambda connector: connector.charge_point.ceilings.overrides(
        connector.number
    ),
    set_fn=_set_override,
)
"""Charges although a backend allows 0 A; only where one may be overridden."""


async def _set_discharging(connector: Connector, on: bool) -> None:
    connector.allow_discharging(on)


DISCHARGING_ALLOWED = OcppSwitchDescription(
    key="discharging_allowed",
    translation_key="discharging_allowed",
    fields=("bidirectional",),
    # It is the owner's word to us; without a connection nothing is discharged anyway.
    always_available=True,
    value_fn=lambda connector: connector.bidirectional.allowed,
    set_fn=_set_discharging,
)
"""Only where vehicles can discharge."""


READY_IN_TIME = PlanSwitchDescription(
    key="ready_in_time",
    translation_key="ready_in_time",
    wanted_fn=lambda wanted: wanted.armed,
)


WEEKLY_PLAN = WeeklySwitchDescription(
    key="weekly_plan",
    translation_key="weekly_plan",
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OcppConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches of all chargers, now and later."""
    plans = entry.runtime_data.charge_plans

    def add_weekly(subentry: ConfigSubentry) -> WeeklySwitch:
        switch = WeeklySwitch(entry, subentry, WEEKLY_PLAN)
        async_add_entities([switch], config_subentry_id=subentry.subentry_id)
        return switch

    entry.runtime_data.weekly_switches.async_register(add_weekly)
    entry.runtime_data.platforms.async_register(
        PlatformEntities(
            domain="switch",
            add=async_add_entities,
            of_charger=partial(_of_charger, hass, entry),
            of_connector=lambda charger, connector: (
                *(
                    OcppSwitch(charger, description, connector)
                    for description in CONNECTOR_DESCRIPTIONS
                ),
                *(
                    OcppSwitch(charger, description, connector)
                    for description in (OVERRIDE_BACKEND,)
                    if charger.charge_point.ceilings.may_override
                ),
                *(
                    OcppSwitch(charger, description, connector)
                    for description in (DISCHARGING_ALLOWED,)
                    if charger.expects_discharging(connector.number)
                ),
                *plan_entities(PlanSwitch, (READY_IN_TIME,), plans, charger, connector),
            ),
        )
    )


def _of_charger(
    hass: HomeAssistant, entry: OcppConfigEntry, charger: Charger
) -> Iterator[OcppEntity]:
    """Yield the switch of a whole charger.

    With one connector it adds nothing to that of the connector, which stays when
    another connector turns up, and whose state every charger reports: it is disabled
    then where it is new. What is registered stays as its user has it.
    """
    if charger.told_connectors or charger.was_registered(CHARGER_DESCRIPTION.key):
        switch = OcppChargerSwitch(
            charger, CHARGER_DESCRIPTION, enabled=not charger.has_one_connector
        )
        if charger.has_several_connectors and not entry.pref_disable_new_entities:
            _enable(hass, switch.unique_id)
        yield switch


def _enable(hass: HomeAssistant, unique_id: str | None) -> None:
    """Enable a switch that was not needed before; not one that its user disabled."""
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id("switch", DOMAIN, unique_id or "")
    entity = registry.async_get(entity_id or "")
    if (
        entity is not None
        and entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    ):
        registry.async_update_entity(entity.entity_id, disabled_by=None)


class OcppSwitch(OcppEntity, SwitchEntity):
    """A switch of a charger or a connector."""

    entity_description: OcppSwitchDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the value, or None if it is unknown."""
        value: bool | None = self._value
        return value

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn it on; raises HomeAssistantError if the charger refuses."""
        await self._set(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn it off; raises HomeAssistantError if the charger refuses."""
        await self._set(False)

    @translates_errors
    async def _set(self, on: bool) -> None:
        await self.entity_description.set_fn(self.connector, on)


class OcppChargerSwitch(OcppSwitch):
    """A switch of a charger that depends on all of its connectors."""

    def __init__(
        self, charger: Charger, description: OcppSwitchDescription, *, enabled: bool
    ) -> None:
        """Create the switch of a charger; `enabled` is for one that is new."""
        super().__init__(charger, description)
        self._attr_entity_registry_enabled_default = enabled

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to the connectors as well, including those added later."""
        self._followed: set[int] = set()
        self._follow_connectors()
        self.async_on_remove(
            self._charge_point.watch(("connectors",), self._follow_connectors)
        )
        await super().async_added_to_hass()

    @callback
    def _follow_connectors(self) -> None:
        for number in self._charge_point.connector_numbers:
            if number not in self._followed:
                self._followed.add(number)
                self.async_on_remove(
                    self._charge_point.connectors[number].watch(
                        self.entity_description.fields, self._changed
                    )
                )


class PlanSwitch(PlanEntity, SwitchEntity):
    """The switch of a charge plan."""

    entity_description: PlanSwitchDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether the plan is enabled."""
        value: bool | None = self._value
        return value

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Enable the plan."""
        self._want(armed=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Disable the plan; the charge mode alone decides."""
        self._want(armed=False)
