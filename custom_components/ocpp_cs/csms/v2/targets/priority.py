"""Notices of priority charging (2.1: K21, K22)."""

from typing import Any, Final

from ...session import Session
from ...targets.priority import Priority

NOTIFY_PRIORITY: Final = "NotifyPriorityCharging"


class PriorityNotices:
    """Takes what a station says of the priority of its transactions."""

    def __init__(self, session: Session) -> None:
        """Serve the connection of a session."""
        self._priority = session.charge_point.part(Priority)

    def notify_priority_charging(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Note that a transaction has priority, or has it no more (K21.FR.09, K22.FR.06)."""
        self._priority.told(payload["transactionId"], active=payload["activated"])
        return {}
