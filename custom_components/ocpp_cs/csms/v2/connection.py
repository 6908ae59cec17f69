"""What a connection's commands and its inbound calls share."""

from typing import TYPE_CHECKING

from .charging.reported import ProfileReports
from .device_model.model import DeviceModel
from .device_model.reports import Reports
from .pieces import Pieces

if TYPE_CHECKING:
    from ..charge_point import ChargePoint


class Awaited:
    """What was asked for on the open connection, and comes as calls of the station.

    There is one per charge point, as `reset` forgets what another connection has asked.
    """

    def __init__(self, charge_point: ChargePoint) -> None:
        """Await nothing."""
        self._model = charge_point.part(DeviceModel)
        self.reports = Reports(self._model.inventory, self._model.changed)
        self.profiles = ProfileReports()
        self.pieces = Pieces()
        """Answers in pieces; who waits for one gives up by itself."""
        self.triggered: set[str] = set()
        """Actions that were asked for by TriggerMessage, before it was adopted."""

    def reset(self) -> None:
        """Await nothing any more, as a new connection begins."""
        self.reports.close()
        self.reports = Reports(self._model.inventory, self._model.changed)
        self.profiles = ProfileReports()
        self.triggered.clear()
