"""MeterValues outside of transactions, and of the main meter (J01)."""

from typing import Any

from ...session import Session
from ..meter_values import read_meter_values


class Metering:
    """Takes meter values."""

    def __init__(self, session: Session) -> None:
        """Serve the connection of a session."""
        self._charge_point = session.charge_point

    def meter_values(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Take the values of an EVSE; 0 is the main meter."""
        charge_point = self._charge_point
        if (connector := charge_point.connector_told(payload["evseId"])) is not None:
            connector.update_meter(
                read_meter_values(payload["meterValue"], charge_point.deviations)
            )
        return {}
