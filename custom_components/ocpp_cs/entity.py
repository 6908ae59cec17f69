"""The base class of the entities of a charger or connector."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, override

from homeassistant.core import callback
from homeassistant.helpers.entity import Entity, EntityDescription

from .chargers.naming import unique_id
from .csms.connector import Connector

if TYPE_CHECKING:
    from .chargers.charger import Charger


@dataclass(frozen=True, kw_only=True)
class OcppEntityDescription(EntityDescription):
    """Describes an entity of a charger or of one of its connectors."""

    value_fn: Callable[[Connector], Any] = lambda _: None
    """Returns the value; None is unknown. Charger-wide: gets `ChargePoint.whole`."""
    fields: tuple[str, ...] = ()
    """The fields that the value depends on: see `Connector` and `ChargePoint`."""
    always_available: bool = False
    """True if the entity is available while the charger is disconnected."""


class OcppEntity(Entity):
    """An entity that writes its state only when its value or availability changes.

    It is unavailable while the charger is disconnected. After a reconnection it shows
    the last value until the charger reports a new one: by OCPP 1.6, 4.9, a charger that
    was offline reports what has changed, and it is asked besides. Values that were not
    reported since Home Assistant started are unknown.
    """

    _attr_has_entity_name = True
    _attr_should_poll = False
    entity_description: OcppEntityDescription

    def __init__(
        self,
        charger: Charger,
        description: OcppEntityDescription,
        connector: Connector | None = None,
    ) -> None:
        """Create the entity of a connector, or without one of the charger."""
        self.entity_description = description
        self.charger = charger
        self._charge_point = charge_point = charger.charge_point
        if connector is None:
            self.connector = charge_point.whole
            self._attr_unique_id = unique_id(charge_point.id, description.key)
            self._attr_device_info = charger.device_info
        else:
            self.connector = connector
            number = connector.number
            self._attr_unique_id = unique_id(charge_point.id, description.key, number)
            self._attr_device_info = charger.connector_device_info(number)
        self._value_fn = description.value_fn
        self._always_available = description.always_available
        self._is_available = self._always_available or charge_point.connected
        self._value: Any = None

    @property
    @override
    def available(self) -> bool:
        """Return whether the charger is connected, or need not be."""
        return self._is_available

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to the fields that the entity depends on."""
        await super().async_added_to_hass()
        if not self._always_available:
            self.async_on_remove(
                self._charge_point.watch(("connected",), self._changed)
            )
        if fields := self.entity_description.fields:
            self.async_on_remove(self.connector.watch(fields, self._changed))
        self._is_available = self._always_available or self._charge_point.connected
        self._value = self._value_fn(self.connector)

    @callback
    def _changed(self) -> None:
        """Write the state if it changed; called synchronously within the change."""
        available = self._always_available or self._charge_point.connected
        if available is self._is_available:
            if not available:
                return
            value = self._value_fn(self.connector)
            if value == self._value:
                return
            self._value = value
        else:
            self._is_available = available
            self._value = self._value_fn(self.connector)
        self.async_write_ha_state()
