"""Sensors of the charge control of a connector."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorStateClass,
)
from homeassistant.const import UnitOfPower

from ..charging.control import REASONS, ModeControl
from ..charging.points import surplus_of as shown_surplus, until_of, watts_of
from ..entity import OcppEntity
from ..smart_charging.model import ChargeMode, Decision, Reason
from .measurements import OcppSensorDescription

if TYPE_CHECKING:
    from ..chargers.charger import Charger
    from ..csms.connector import Connector

CONTROL_STATE = OcppSensorDescription(
    key="control_state",
    translation_key="control_state",
    device_class=SensorDeviceClass.ENUM,
    options=REASONS,
    fields=("charge_control",),
)

SOLAR_SURPLUS = OcppSensorDescription(
    key="solar_surplus",
    # `solar_surplus` is that of the house.
    translation_key="available_solar_power",
    device_class=SensorDeviceClass.POWER,
    native_unit_of_measurement=UnitOfPower.WATT,
    state_class=SensorStateClass.MEASUREMENT,
    suggested_display_precision=0,
    fields=("charge_control",),
)

CHARGE_TARGET = OcppSensorDescription(
    key="charge_target",
    translation_key="charge_target",
    device_class=SensorDeviceClass.POWER,
    native_unit_of_measurement=UnitOfPower.WATT,
    state_class=SensorStateClass.MEASUREMENT,
    suggested_display_precision=0,
    fields=("charge_control",),
)


def surplus_of(decision: Decision | None) -> float | None:
    """Return the solar power available to the connector, in W."""
    return None if decision is None else shown_surplus(decision.surplus_w)


def target_of(decision: Decision | None) -> float | None:
    """Return the target power of the connector, in W."""
    return None if decision is None else watts_of(decision.target_w)


class ChargeControlSensor(OcppEntity, SensorEntity):
    """A value of the last decision."""

    entity_description: OcppSensorDescription

    def __init__(
        self,
        charger: Charger,
        description: OcppSensorDescription,
        connector: Connector,
        charge_control: ModeControl,
        value_fn: Callable[[Decision | None], Any],
    ) -> None:
        """Show the result of `value_fn` for a decision."""
        super().__init__(charger, description, connector)
        self._value_fn = lambda connector: value_fn(charge_control.decision(connector))

    @property
    @override
    def native_value(self) -> Any:
        """Return the value."""
        return self._value


class ControlStateSensor(ChargeControlSensor):
    """The reason of the last decision."""

    def __init__(
        self,
        charger: Charger,
        description: OcppSensorDescription,
        connector: Connector,
        charge_control: ModeControl,
    ) -> None:
        """Create the sensor of a connector."""

        def why(decision: Decision | None) -> tuple[str | None, datetime | None]:
            if decision is None:
                # There is no decision before the charger has connected.
                manual = charge_control.mode(connector) is ChargeMode.MANUAL
                return Reason.MANUAL.value if manual else None, None
            return decision.reason.value, until_of(decision)

        super().__init__(charger, description, connector, charge_control, why)

    @property
    @override
    def native_value(self) -> str | None:
        """Return the reason."""
        reason: str | None = None if self._value is None else self._value[0]
        return reason

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the expected end of the reason."""
        return {"until": None if self._value is None else self._value[1]}
