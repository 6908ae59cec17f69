"""The status of plugs: StatusNotification and NotifyEvent (G01, N07)."""

from typing import Any

from ...model.timestamps import parse_time
from ...session import Session
from ..station import Station


class Status:
    """Takes the status of plugs."""

    def __init__(self, session: Session) -> None:
        """Serve the connection of a session."""
        self._station = session.charge_point.part(Station)

    def status_notification(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Note the status of a plug (G01)."""
        self._station.plug_told(
            payload["evseId"],
            payload["connectorId"],
            payload["connectorStatus"],
            parse_time(payload["timestamp"]),
        )
        return {}

    def notify_event(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Note the events of the device model that are about a plug (G01.FR.03)."""
        for event in payload["eventData"]:
            evse = event["component"].get("evse") or {}
            if (
                event["variable"]["name"].casefold() == "availabilitystate"
                and event["component"]["name"].casefold() == "connector"
                and evse.get("connectorId") is not None
            ):
                self._station.plug_told(
                    evse["id"],
                    evse["connectorId"],
                    event["actualValue"],
                    parse_time(event["timestamp"]),
                )
        return {}
