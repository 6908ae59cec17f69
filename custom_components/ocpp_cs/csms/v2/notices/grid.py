"""What the grid asks of a station that supplies it, as the station tells it (2.1: R04, R05)."""

from typing import Any, Final

from ...model.timestamps import format_time, parse_time
from ...schema.spelling import snake
from ...session import Session
from ..connection import Awaited
from .kept import Notices

_LONGEST: Final = 200
_LONGEST_ID: Final = 36
_MOST_IDS: Final = 24


def time_told(text: str | None) -> str | None:
    """Return a time as events tell it; None for one that cannot be."""
    time = parse_time(text)
    return None if time is None else format_time(time)


class Grid:
    """Takes what a station tells of the controls of its grid."""

    def __init__(self, session: Session, awaited: Awaited) -> None:
        """Serve the connection of a session.

        Args:
            session: The session.
            awaited: What its commands wait for.
        """
        self._notices = session.charge_point.part(Notices)
        self._awaited = awaited

    def alarm(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Report that a control overrules charging, or no longer does (R05.FR.01, 02)."""
        kind, fault = payload.get("controlType"), payload.get("gridEventFault")
        self._notices.note(
            "der_alarm",
            {
                "control_type": None if kind is None else snake(kind[:_LONGEST]),
                "grid_event_fault": None if fault is None else snake(fault[:_LONGEST]),
                "ended": payload.get("alarmEnded") is True,
                "timestamp": time_told(payload["timestamp"]),
                "info": (payload.get("extraInfo") or "")[:_LONGEST] or None,
            },
        )
        return {}

    def start_stop(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Report that a control has begun or ended (R04.FR.20 to 22)."""
        superseded = (payload.get("supersededIds") or ())[:_MOST_IDS]
        self._notices.note(
            "der_control",
            {
                "control_id": payload["controlId"][:_LONGEST_ID],
                "started": payload["started"],
                "superseded_ids": [one[:_LONGEST_ID] for one in superseded],
                "timestamp": time_told(payload["timestamp"]),
            },
        )
        return {}

    def report(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Take a piece of the list of controls (R04.FR.31)."""
        self._awaited.pieces.take("ReportDERControl", payload)
        return {}
