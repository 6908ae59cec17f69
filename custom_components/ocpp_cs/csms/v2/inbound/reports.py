"""NotifyReport: the pieces of a report of the device model (B07, B08)."""

from typing import Any

from ...model.errors import CallError, Violation
from ...model.model import Admission
from ...session import Session
from ..connection import Awaited
from ..device_model.connected_cars import ConnectedCars


class ReportPieces:
    """Takes the pieces of reports."""

    def __init__(self, session: Session, awaited: Awaited) -> None:
        """Serve the connection of a session."""
        self._charge_point = session.charge_point
        self._awaited = awaited
        self._cars = session.charge_point.part(ConnectedCars)

    def notify_report(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Take a piece; whatever it is, the station needs an answer.

        One that is not adopted yet may answer what it is asked only (B01.FR.10): nobody
        else's variables are kept.
        """
        reports = self._awaited.reports
        if (
            self._charge_point.admission is not Admission.ADOPTED
            and not reports.is_asked(payload["requestId"])
        ):
            raise CallError(
                Violation.SECURITY_ERROR, "the charge point is not accepted yet"
            )
        reports.piece(payload)
        self._cars.notify_report(payload)
        return {}
