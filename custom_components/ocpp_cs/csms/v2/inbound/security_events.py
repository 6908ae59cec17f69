"""SecurityEventNotification (A04)."""

from typing import Any

from ...model.timestamps import parse_time
from ...session import Session


class SecurityEvents:
    """Takes security events."""

    def __init__(self, session: Session) -> None:
        """Serve the connection of a session."""
        self._charge_point = session.charge_point

    def security_event(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Report a security event unless it is a repetition."""
        event = {
            "type": payload["type"],
            "timestamp": parse_time(payload["timestamp"]),
            "tech_info": payload.get("techInfo"),
        }
        told = self._charge_point.security_events
        if event not in told:
            told.append(event)
            self._charge_point.emit("security_event", event)
        return {}
