"""NotifyReport: the pieces of a report of the device model (B07, B08)."""

from typing import Any

from ...session import Session
from ..connection import Awaited


class ReportPieces:
    """Takes the pieces of reports."""

    def __init__(self, session: Session, awaited: Awaited) -> None:
        """Serve the connection of a session."""
        self._awaited = awaited

    def notify_report(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Take a piece; whatever it is, the station needs an answer."""
        self._awaited.reports.piece(payload)
        return {}
