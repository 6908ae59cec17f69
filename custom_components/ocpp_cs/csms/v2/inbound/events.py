"""NotifyEvent: what a station tells of its components on its own (N07)."""

from typing import Any

from ...session import Session
from ..device_model.connected_cars import ConnectedCars
from ..device_model.model import DeviceModel
from ..monitoring.alerts import Alerts
from ..streams.monitors import Monitors
from .status import Status


class Events:
    """Takes the events of the device model."""

    def __init__(self, session: Session, status: Status) -> None:
        """Serve the connection of a session.

        Args:
            session: The session of the station that calls.
            status: Takes the events that are about plugs.
        """
        self._model = session.charge_point.part(DeviceModel)
        self._cars = session.charge_point.part(ConnectedCars)
        self._alerts = session.charge_point.part(Alerts)
        self._status = status
        self._monitors = session.charge_point.part(Monitors)

    def notify_event(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Keep the events, and tell those that are news.

        Those about plugs and vehicles set what is known of these.
        """
        for event in payload["eventData"]:
            self._model.note_event(event)
            self._monitors.event_told(event)
            self._alerts.take(event)
        answer = self._status.notify_event(payload)
        self._cars.notify_event(payload)
        return answer
