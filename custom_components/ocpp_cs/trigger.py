"""The triggers that Home Assistant offers for a device, area or entity of ours."""

from typing import ClassVar, override

from homeassistant.components.event.const import EventEntityStateAttribute
from homeassistant.const import STATE_OFF, STATE_ON, Platform
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import (
    ENTITY_STATE_TRIGGER_SCHEMA,
    EntityTargetStateTriggerBase,
    EntityTriggerBase,
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
)

from .const import DOMAIN
from .plans.model import PlanState
from .sensor.charging_state import ChargingState


class _OurEntities(EntityTriggerBase):
    """Of a target, takes our entities of one kind: a device has several sensors."""

    _key: ClassVar[str]
    """The end of their unique ids."""

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Return the entities of a target that are of this kind."""
        registry = er.async_get(self._hass)
        return {
            entity_id
            for entity_id in super().entity_filter(entities)
            if (entity := registry.async_get(entity_id)) is not None
            and entity.platform == DOMAIN
            and entity.unique_id.rpartition("/")[2] == self._key
        }


def _becomes(domain: str, key: str, *states: str) -> type[Trigger]:
    """Return the trigger for entities that change to one of some states."""

    class Becomes(_OurEntities, EntityTargetStateTriggerBase):
        """Fires when the state of an entity becomes one of some."""

        _key = key
        _domain_specs = {domain: DomainSpec()}
        _to_states = set(states)

    return Becomes


def _happens(kind: str) -> type[Trigger]:
    """Return the trigger for sessions that are started or ended."""

    class Happens(_OurEntities, StatelessEntityTriggerBase):
        """Fires when an event entity tells of a session."""

        _key = "session"
        _domain_specs = {Platform.EVENT: DomainSpec()}
        _schema = ENTITY_STATE_TRIGGER_SCHEMA

        @override
        def is_valid_state(
            self, state: State, report_not_triggered: NotTriggeredReasonReporter
        ) -> bool:
            """Return whether this is what the event entity tells of."""
            told = state.attributes.get(EventEntityStateAttribute.EVENT_TYPE)
            return bool(told == kind)

    return Happens


TRIGGERS: dict[str, type[Trigger]] = {
    "session_started": _happens("started"),
    "session_ended": _happens("ended"),
    "plugged_in": _becomes(Platform.BINARY_SENSOR, "plugged_in", STATE_ON),
    "unplugged": _becomes(Platform.BINARY_SENSOR, "plugged_in", STATE_OFF),
    "charging": _becomes(Platform.SENSOR, "charging_state", ChargingState.CHARGING),
    "waits": _becomes(
        Platform.SENSOR,
        "charging_state",
        ChargingState.WAITING_TO_BE_STARTED,
        ChargingState.WAITING_FOR_SUN,
        ChargingState.WAITING_FOR_BATTERY,
        ChargingState.WAITING_FOR_OTHERS,
        ChargingState.WAITING_FOR_FUSE,
    ),
    "full": _becomes(Platform.SENSOR, "charging_state", ChargingState.FULL),
    "fault": _becomes(Platform.SENSOR, "charging_state", ChargingState.FAULT),
    "plan_late": _becomes(Platform.SENSOR, "charge_plan", PlanState.TOO_LATE),
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers."""
    return TRIGGERS
