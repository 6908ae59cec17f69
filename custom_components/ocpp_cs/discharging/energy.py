"""What a vehicle has given back in a session, and what that is worth."""

from collections.abc import Callable
from typing import override

from homeassistant.core import HomeAssistant, callback

from ..chargers.charger import Charger
from ..csms.connector import Connector
from ..issues.watcher import ConnectorWatcher

_REGISTER = "energy_export"


class DischargedEnergy(ConnectorWatcher):
    """Notes in the books what was discharged in a session, as the charger meters it.

    The register is that of its sensor: what falls or jumps in it is held back until a
    second reading agrees. Only where vehicles can discharge: other chargers that tell
    such a register have it for something else.
    """

    fields = ("transaction", _REGISTER)

    def __init__(self, hass: HomeAssistant, price: Callable[[], float | None]) -> None:
        """Start without chargers; `price` returns what a discharged kWh is worth."""
        super().__init__(hass)
        self._price = price

    @override
    @callback
    def show(self, charger: Charger) -> None:
        """Look at the sessions of a charger."""
        for connector in charger.charge_point.connectors.values():
            if connector.bidirectional.modes:
                self._look(charger, connector)

    def _look(self, charger: Charger, connector: Connector) -> None:
        transaction = connector.latest_transaction
        register = connector.measurements.get(_REGISTER)
        if transaction is None or register is None:
            return
        details = transaction.details
        begun, discharged = details.export_start_wh, details.export_wh or 0.0
        if begun is None:
            if transaction.end is None:
                charger.charge_point.ledger.annotate(
                    transaction, export_start_wh=register
                )
                connector.transaction_corrected()
            return
        more = register - begun - discharged
        if more <= 0:
            return
        changes: dict[str, float] = {"export_wh": discharged + more}
        if (price := self._price()) is not None:
            changes["export_value"] = (
                details.export_value or 0.0
            ) + more / 1000 * price
        charger.charge_point.ledger.annotate(transaction, **changes)
        connector.transaction_corrected()
