"""Sensor of the limit that a charger keeps by itself."""

from typing import TYPE_CHECKING, Any, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.const import EntityCategory

from ..csms.model.capabilities import SessionLimit
from ..csms.targets.model import Keeping
from ..csms.targets.targets import Targets
from ..entity import OcppEntity
from ..targets.limits import as_fields
from .measurements import OcppSensorDescription

if TYPE_CHECKING:
    from ..chargers.charger import Charger
    from ..csms.connector import Connector

SESSION_LIMIT = OcppSensorDescription(
    key="session_limit",
    translation_key="session_limit",
    device_class=SensorDeviceClass.ENUM,
    entity_category=EntityCategory.DIAGNOSTIC,
    options=[one.value for one in Keeping],
    fields=("session_limit", "transaction"),
)


class SessionLimitSensor(OcppEntity, SensorEntity):
    """Whether the charger keeps a limit, also without Home Assistant, and which one."""

    entity_description: OcppSensorDescription

    def __init__(
        self,
        charger: Charger,
        description: OcppSensorDescription,
        connector: Connector,
    ) -> None:
        """Create the sensor of a connector."""
        super().__init__(charger, description, connector)
        targets = charger.charge_point.part(Targets)

        def kept(connector: Connector) -> tuple[str, dict[SessionLimit, float]]:
            number = connector.number
            return targets.keeping(number).value, dict(targets.in_force(number))

        self._value_fn = kept

    @property
    @override
    def native_value(self) -> str | None:
        """Return how far a limit is kept."""
        return None if self._value is None else str(self._value[0])

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the limits: kWh, %, minutes and money."""
        limits = {} if self._value is None else self._value[1]
        return dict(as_fields(limits))
