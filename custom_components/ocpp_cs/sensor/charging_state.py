"""The charging state of a connector, from OCPP, the control and the user's limits."""

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity

from ..charging.points import backend_pauses, limited_by
from ..csms.discharging.bidirectional import net_power
from ..csms.model.model import ConnectorStatus
from ..entity import OcppEntity
from ..smart_charging.model import ChargeMode, Decision, Reason
from .measurements import OcppSensorDescription

if TYPE_CHECKING:
    from ..chargers.charger import Charger
    from ..charging.control import ModeControl
    from ..csms.connector import Connector

_STARTING_S: Final = 30.0
"""Seconds for charger and vehicle to begin after charging is allowed."""

_FLOWS_W: Final = 100.0
"""Less power does not count as charging."""

_FULL_PERCENT: Final = 100.0


class ChargingState(StrEnum):
    """The charging state of a connector."""

    NOT_PLUGGED_IN = "not_plugged_in"
    RESERVED = "reserved"
    WAITING_TO_BE_STARTED = "waiting_to_be_started"
    """Plugged in; a card, the app or Home Assistant must start the session."""
    WAITING_FOR_SUN = "waiting_for_sun"
    WAITING_FOR_BATTERY = "waiting_for_battery"
    """The battery of the house has priority."""
    WAITING_FOR_OTHERS = "waiting_for_others"
    WAITING_FOR_FUSE = "waiting_for_fuse"
    STARTING = "starting"
    CHARGING = "charging"
    DISCHARGING = "discharging"
    """The vehicle supplies the house, or the grid."""
    PAUSED = "paused"
    """By the user: with the switch, or the mode *off*."""
    PAUSED_BY_CHARGER = "paused_by_charger"
    PAUSED_BY_BACKEND = "paused_by_backend"
    PAUSED_BY_VEHICLE = "paused_by_vehicle"
    FULL = "full"
    ENDED = "ended"
    """The session has ended, and the vehicle is still plugged in."""
    OUT_OF_SERVICE = "out_of_service"
    FAULT = "fault"


ABSENT: Final = frozenset({ChargingState.NOT_PLUGGED_IN, ChargingState.RESERVED})
"""The states in which no vehicle is plugged in."""

PRESENT: Final = (
    frozenset(ChargingState)
    - ABSENT
    - {ChargingState.OUT_OF_SERVICE, ChargingState.FAULT}
)
"""The states in which a vehicle is plugged in; fault and out of service do not tell."""

_WAITING: Final = {
    "waiting_for_sun": ChargingState.WAITING_FOR_SUN,
    "start_delay": ChargingState.WAITING_FOR_SUN,
    "pause_time": ChargingState.WAITING_FOR_SUN,
    "meter_stale": ChargingState.WAITING_FOR_SUN,
    "car_reserve": ChargingState.WAITING_FOR_SUN,
    "battery_first": ChargingState.WAITING_FOR_BATTERY,
    "other_first": ChargingState.WAITING_FOR_OTHERS,
    "fuse_limit": ChargingState.WAITING_FOR_FUSE,
    "waiting_to_be_started": ChargingState.WAITING_TO_BE_STARTED,
    "car_full": ChargingState.FULL,
    "target_reached": ChargingState.PAUSED,
    "off": ChargingState.PAUSED,
}
"""The state by the control's reason, while it gives a vehicle no current."""


def charging_state(
    connector: Connector, mode: ChargeMode, decision: Decision | None
) -> ChargingState | None:
    """Return the charging state; None until the charger has reported its status."""
    match connector.status:
        case None:
            return None
        case ConnectorStatus.FAULTED:
            return ChargingState.FAULT
        case ConnectorStatus.UNAVAILABLE:
            return ChargingState.OUT_OF_SERVICE
        case ConnectorStatus.RESERVED:
            return ChargingState.RESERVED
        case ConnectorStatus.AVAILABLE:
            return ChargingState.NOT_PLUGGED_IN
        case _ if _discharges(connector, decision):
            return ChargingState.DISCHARGING
        case ConnectorStatus.PREPARING:
            held = _held(connector, mode, decision)
            return held or ChargingState.WAITING_TO_BE_STARTED
        case ConnectorStatus.FINISHING:
            return _ended(connector, mode, decision)
        case ConnectorStatus.CHARGING:
            power = connector.measurements.get("power")
            if power is None or power < _FLOWS_W:
                # Some chargers keep this status during a pause.
                return _held(connector, mode, decision) or ChargingState.CHARGING
            return ChargingState.CHARGING
    # Suspended by charger or vehicle: chargers report either during a pause.
    if (held := _held(connector, mode, decision)) is not None:
        return held
    if connector.transaction is None:
        return ChargingState.ENDED
    if _is_full(connector):
        return ChargingState.FULL
    if _may_begin(connector, decision):
        return ChargingState.STARTING
    if connector.status is ConnectorStatus.SUSPENDED_EV:
        return ChargingState.PAUSED_BY_VEHICLE
    return ChargingState.PAUSED_BY_CHARGER


def _discharges(connector: Connector, decision: Decision | None) -> bool:
    """Return whether the vehicle discharges, or would if the house took anything."""
    if not connector.bidirectional.modes:
        return False
    if decision is not None and decision.reason is Reason.DISCHARGING:
        return True
    return (net_power(connector.measurements) or 0.0) <= -_FLOWS_W


def _held(
    connector: Connector, mode: ChargeMode, decision: Decision | None
) -> ChargingState | None:
    """Return the reason why Home Assistant prevents charging; None if it does not."""
    if connector.limiter.user_intent.paused or mode is ChargeMode.OFF:
        return ChargingState.PAUSED
    if backend_pauses(connector):
        return ChargingState.PAUSED_BY_BACKEND
    if mode is ChargeMode.MANUAL or decision is None:
        return None
    state = _WAITING.get(decision.reason.value)
    if decision.current_a and state not in {
        ChargingState.FULL,
        ChargingState.WAITING_TO_BE_STARTED,
    }:
        # Limited, but not held back.
        return None
    return state


def _ended(
    connector: Connector, mode: ChargeMode, decision: Decision | None
) -> ChargingState:
    """Return the state after a session; if a pause ended it, it will continue."""
    if backend_pauses(connector):
        return ChargingState.ENDED
    if mode in {ChargeMode.MANUAL, ChargeMode.OFF}:
        return ChargingState.ENDED
    held = _held(connector, mode, decision)
    return ChargingState.ENDED if held in {None, ChargingState.PAUSED} else held


def _is_full(connector: Connector) -> bool:
    soc = connector.measurements.get("soc")
    return soc is not None and soc >= _FULL_PERCENT


def _may_begin(connector: Connector, decision: Decision | None) -> bool:
    """Return whether charging was allowed so recently that it may not have begun."""
    if decision is not None and decision.reason is Reason.WAITING_FOR_CAR:
        return False
    limiter = connector.limiter
    # What allows it may be on its way.
    since = asyncio.get_running_loop().time() - limiter.sent_at
    return limiter.is_busy or since < _STARTING_S


CHARGING_STATE = OcppSensorDescription(
    key="charging_state",
    translation_key="charging_state",
    device_class=SensorDeviceClass.ENUM,
    options=[state.value for state in ChargingState],
    # The duration changes once a minute, for changes that depend on time alone.
    fields=(
        "status",
        "transaction",
        "intent",
        "limiter",
        "charge_mode",
        "charge_control",
        "ceiling",
        "duration",
    ),
)


class ChargingStateSensor(OcppEntity, SensorEntity):
    """The charging state of a connector."""

    entity_description: OcppSensorDescription

    def __init__(
        self,
        charger: Charger,
        description: OcppSensorDescription,
        connector: Connector,
        charge_control: ModeControl,
    ) -> None:
        """Create the sensor of a connector; `charge_control` may prevent charging."""
        super().__init__(charger, description, connector)
        self._value_fn = lambda connector: (
            charging_state(
                connector,
                charge_control.mode(connector),
                charge_control.decision(connector),
            ),
            limited_by(connector),
        )

    @property
    @override
    def native_value(self) -> ChargingState | None:
        """Return the state."""
        value: ChargingState | None = None if self._value is None else self._value[0]
        return value

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return the backend that limits charging, while one does."""
        if self._value is None or self._value[1] is None:
            return None
        return {"limited_by": self._value[1]}
