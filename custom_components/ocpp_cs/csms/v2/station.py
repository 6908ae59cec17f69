"""What OCPP 2 says of a charging station, beyond its connections."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from ..model.model import ChargePointError, ConnectorStatus
from .device_model.inventory import Inventory

if TYPE_CHECKING:
    from ..charge_point import ChargePoint


@dataclass(kw_only=True, slots=True)
class Evse:
    """An EVSE: its plugs, and what its transaction does."""

    plugs: dict[int, str] = field(default_factory=dict)
    """Number of the plug -> ConnectorStatusEnumType (3.18), as in OCPP."""
    charging_state: str | None = None
    """ChargingStateEnumType (3.16) of the running transaction, as in OCPP."""
    ended: bool = False
    """True if a transaction ended and the plug was not free since."""


_BY_STATE = {
    "Charging": ConnectorStatus.CHARGING,
    "EVConnected": ConnectorStatus.PREPARING,
    "SuspendedEV": ConnectorStatus.SUSPENDED_EV,
    "SuspendedEVSE": ConnectorStatus.SUSPENDED_EVSE,
    "Idle": ConnectorStatus.FINISHING,
}
_BY_PLUG = {
    "Available": ConnectorStatus.AVAILABLE,
    "Reserved": ConnectorStatus.RESERVED,
    "Unavailable": ConnectorStatus.UNAVAILABLE,
    "Faulted": ConnectorStatus.FAULTED,
}
_ORDER = ("Occupied", "Available", "Reserved", "Unavailable", "Faulted")
"""Which plug of an EVSE tells its status, if they differ (G01.FR.08)."""


class Station:
    """What OCPP 2 says of a charging station, beyond its connections.

    Its status has two sources, plugs and transactions, of which one of the model's nine
    words is made.
    """

    def __init__(self, charge_point: ChargePoint) -> None:
        """Start without any knowledge."""
        self._charge_point = charge_point
        self.inventory = Inventory()
        self.evses: dict[int, Evse] = {}
        charge_point.version_listeners.append(self._forget)

    def _forget(self) -> None:
        """Forget all, as another version is spoken now, or was meanwhile."""
        self.inventory.clear()
        self.evses.clear()

    def evse(self, number: int) -> Evse:
        """Return what is known of an EVSE."""
        return self.evses.setdefault(number, Evse())

    def plug_told(
        self, number: int, plug: int, status: str, timestamp: datetime | None
    ) -> None:
        """Note the status of a plug (G01)."""
        if self._charge_point.connector_told(number) is None:
            return
        evse = self.evse(number)
        evse.plugs[plug] = status
        if status == "Available":
            evse.ended = False
        self._show(number, timestamp)

    def transaction_told(
        self, number: int, state: str | None, *, ended: bool, time: datetime | None
    ) -> None:
        """Note what a transaction does, or that it has ended."""
        if self._charge_point.connector_told(number) is None:
            return
        evse = self.evse(number)
        if ended:
            evse.charging_state, evse.ended = None, True
        elif state is not None:
            evse.charging_state, evse.ended = state, False
        self._show(number, time)

    def _show(self, number: int, timestamp: datetime | None) -> None:
        status = self._status(self.evse(number))
        if status is not None:
            self._charge_point.connector(number).update_status(
                status,
                ChargePointError.OTHER_ERROR
                if status is ConnectorStatus.FAULTED
                else ChargePointError.NO_ERROR,
                timestamp=timestamp,
            )

    @staticmethod
    def _status(evse: Evse) -> ConnectorStatus | None:
        if evse.charging_state is not None:
            return _BY_STATE[evse.charging_state]
        told = set(evse.plugs.values())
        plug = next((one for one in _ORDER if one in told), None)
        if plug == "Occupied" or (plug is None and evse.ended):
            return (
                ConnectorStatus.FINISHING if evse.ended else ConnectorStatus.PREPARING
            )
        return None if plug is None else _BY_PLUG[plug]
