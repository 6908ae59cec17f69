"""Limits of transactions in energy, state of charge, time and cost (2.1, E16)."""

from typing import TYPE_CHECKING, Final

from simulator.structures import Payload

if TYPE_CHECKING:
    from simulator.v2.evse import Evse
    from simulator.v2.station import ChargingStation
    from simulator.v2.transactions import Transaction

TRIGGERS: Final = {
    "maxEnergy": "EnergyLimitReached",
    "maxSoC": "SoCLimitReached",
    "maxTime": "TimeLimitReached",
    "maxCost": "CostLimitReached",
}
"""Kind of limit -> the trigger of the event when it is reached."""


class TransactionLimits:
    """Keeps the limits of transactions, whoever has set them."""

    def __init__(self, station: ChargingStation) -> None:
        self._station = station

    @property
    def supported(self) -> list[str]:
        """The kinds of limits that the station says it knows."""
        if self._station.version != "2.1":
            return []
        return self._station.model.names("TxCtrlr", "SupportedLimits")

    def from_csms(self, evse: Evse, transaction: Transaction, told: Payload) -> None:
        """Take the limits of an answer, and confirm those that are known (FR.03)."""
        known = self.supported
        for kind in told:
            if kind not in known:
                self._station.violation(f"{kind} is not supported (E16.FR.12)")
        taken = {kind: told[kind] for kind in told if kind in known}
        if not taken:
            return
        transaction.csms_limits |= taken
        self._set(evse, transaction, taken)

    def from_driver(self, evse: Evse, limits: Payload) -> None:
        """Take the limits that somebody enters at the display (FR.01, FR.04)."""
        transaction = evse.transaction
        if transaction is None:
            return
        taken = {
            kind: min(value, transaction.csms_limits.get(kind, value))
            for kind, value in limits.items()
            if kind in self.supported
        }
        self._set(evse, transaction, taken)

    def _set(self, evse: Evse, transaction: Transaction, taken: Payload) -> None:
        transaction.limits |= taken
        if evse.transaction is not transaction:
            return
        self._station.transactions.limits_told(evse, taken)
        reached = transaction.at_limit
        if reached is not None and not self._is_reached(evse, transaction, reached):
            # E16.FR.14
            transaction.at_limit = None
        evse.update()

    def look(self, evse: Evse) -> str | None:
        """Stop the transfer at a limit; return the trigger of the event to tell it."""
        transaction = evse.transaction
        if transaction is None or transaction.at_limit is not None:
            return None
        for kind in transaction.limits:
            if self._is_reached(evse, transaction, kind):
                transaction.at_limit = kind
                self._station.log(f"EVSE {evse.number}: {kind} is reached")
                return TRIGGERS[kind]
        return None

    def seconds_left(self, evse: Evse) -> float | None:
        """Return how long it may go on at the power of now, until its energy (FR.19)."""
        transaction, power = evse.transaction, evse.power_w
        if transaction is None or power <= 0:
            return None
        most: float | None = transaction.limits.get("maxEnergy")
        if most is None:
            return None
        left = most - (evse.meter.register_wh - transaction.register_wh)
        return max(left, 0.0) * 3600.0 / power

    def _is_reached(self, evse: Evse, transaction: Transaction, kind: str) -> bool:
        limit = float(transaction.limits[kind])
        match kind:
            case "maxEnergy":
                # The meter may be a hair below.
                return evse.register_wh - transaction.register_wh >= limit - 0.01
            case "maxSoC":
                return (evse.soc or 0.0) >= limit
            case "maxTime":
                # E16.FR.09
                return self._station.clock.monotonic() - transaction.begun >= limit
            case _:
                # E16.FR.15: what the CSMS has told.
                return (transaction.total_cost or 0.0) >= limit
