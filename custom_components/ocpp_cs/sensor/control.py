"""Sensors of the charge control of a connector."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorStateClass,
)
from homeassistant.const import UnitOfPower

from ..charging.control import REASONS, ModeControl
from ..charging.limits import phases_due
from ..charging.points import (
    limited_by,
    surplus_of as shown_surplus,
    until_of,
    watts_of,
)
from ..entity import OcppEntity
from ..smart_charging.model import ChargeMode, Decision, Reason
from .measurements import OcppSensorDescription

if TYPE_CHECKING:
    from ..chargers.charger import Charger
    from ..csms.connector import Connector

PHASE_GUARD: Final = "phase_guard"
"""The reason while phases that the user chose wait for the time between two switches."""

_STAYS: Final = {
    Reason.STOP_DELAY.value: Reason.FOLLOWING_SUN.value,
    Reason.PHASE_DELAY.value: Reason.FOLLOWING_SUN.value,
}
"""What goes on during delays after which something may change.

Each passing cloud begins such a delay, and most of them end without consequence: as
states of their own they would be most of the lines in Home Assistant's activity. When a
delay ends is in the attribute; the dashboard counts it down.
"""

CONTROL_STATE = OcppSensorDescription(
    key="control_state",
    translation_key="control_state",
    device_class=SensorDeviceClass.ENUM,
    options=[*REASONS, PHASE_GUARD],
    fields=("charge_control", "intent", "limiter", "ceiling"),
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


def reason_of(
    connector: Connector, decision: Decision | None
) -> tuple[str | None, float | None]:
    """Return the reason that is shown for a connector, and when it ends.

    Args:
        connector: The connector.
        decision: The last decision of the charge control; None without one.

    Returns:
        A state of `control_state`, or None if there is none; the end in s since 1970.
    """
    if (due := phases_due(connector.limiter)) is not None:
        return PHASE_GUARD, due
    if decision is None:
        if limited_by(connector) is not None:
            # In manual mode, too.
            return Reason.BACKEND_LIMIT.value, None
        return None, None
    return decision.reason.value, decision.until


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


class ControlStateSensor(OcppEntity, SensorEntity):
    """The reason why a connector charges as it does."""

    entity_description: OcppSensorDescription

    def __init__(
        self,
        charger: Charger,
        description: OcppSensorDescription,
        connector: Connector,
        charge_control: ModeControl,
    ) -> None:
        """Create the sensor of a connector."""

        super().__init__(charger, description, connector)

        def why(
            connector: Connector,
        ) -> tuple[str | None, datetime | None, str | None]:
            reason, until = reason_of(connector, charge_control.decision(connector))
            if reason is None and charge_control.mode(connector) is ChargeMode.MANUAL:
                # There is no decision before the charger has connected.
                reason = Reason.MANUAL.value
            by = None if reason != Reason.BACKEND_LIMIT else limited_by(connector)
            return _STAYS.get(reason or "", reason), until_of(until), by

        self._value_fn = why

    @property
    @override
    def native_value(self) -> str | None:
        """Return the reason."""
        reason: str | None = None if self._value is None else self._value[0]
        return reason

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return the expected end of the reason, and the backend that limits it."""
        if self._value is None:
            return {"until": None}
        _, until, by = self._value
        return {"until": until} if by is None else {"until": until, "limited_by": by}
