"""Charging with priority, by the CSMS or by a button of the station (2.1, K21, K22)."""

from functools import partial
from typing import TYPE_CHECKING

from simulator.outbox import Item
from simulator.structures import Payload
from simulator.v2.profiles import PRIORITY

if TYPE_CHECKING:
    from simulator.v2.evse import Evse
    from simulator.v2.station import ChargingStation, Handler


class Priority:
    """Which transactions have priority: a profile of its own counts for them."""

    def __init__(self, station: ChargingStation) -> None:
        self._station = station
        self.handlers: dict[str, Handler] = (
            {"UsePriorityCharging": self._use} if station.version == "2.1" else {}
        )

    @property
    def is_known(self) -> bool:
        """Whether the station knows the purpose of such profiles."""
        return self._station.version == "2.1" and PRIORITY in self._station.model.names(
            "SmartChargingCtrlr", "SupportedAdditionalPurposes"
        )

    def _has_profile(self, evse: Evse) -> bool:
        return any(
            one.purpose == PRIORITY and one.evse in (0, evse.number)
            for one in self._station.profiles
        )

    def _use(self, payload: Payload) -> Payload:
        evse = self._station.transactions.at(payload["transactionId"])
        if evse is None:
            # K21.FR.02
            return {"status": "Rejected", "statusInfo": {"reasonCode": "TxNotFound"}}
        activate = payload["activate"]
        if activate and not self._has_profile(evse):
            # K21.FR.01
            return {"status": "NoProfile", "statusInfo": {"reasonCode": "NotFound"}}
        self._station.after(partial(self._switch, evse, active=activate))
        return {"status": "Accepted"}

    def press(self, evse: Evse, *, active: bool = True) -> bool:
        """Press the button of the station; return whether it does anything (K22)."""
        if evse.transaction is None or (active and not self._has_profile(evse)):
            self._station.show("no priority charging")
            return False
        self._switch(evse, active=active)
        return True

    def _switch(self, evse: Evse, *, active: bool) -> None:
        transaction = evse.transaction
        if transaction is None or transaction.has_priority is active:
            return
        transaction.has_priority = active
        payload = {"transactionId": transaction.id, "activated": active}
        # K22: it waits for the connection.
        self._station.outbox.put(
            Item("NotifyPriorityCharging", lambda: payload, keep=True)
        )
        evse.update()
