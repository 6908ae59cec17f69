"""Batteries that are exchanged at a station (2.1: S03)."""

from typing import Any, Final

from ...schema.spelling import snake
from ...session import Session
from ..spelling import tag_of
from .kept import Notices

_MOST: Final = 20
_LONGEST: Final = 50


class Batteries:
    """Takes what a station tells of its batteries."""

    def __init__(self, session: Session) -> None:
        """Serve the connection of a session."""
        self._notices = session.charge_point.part(Notices)

    def swap(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Report batteries that were put in or taken out (S03.FR.01, 03, 06)."""
        self._notices.note(
            "battery_swap",
            {
                "event": snake(payload["eventType"]),
                "request_id": payload["requestId"],
                "batteries": [
                    {
                        "connector_id": one["evseId"],
                        "soc": one.get("soC"),
                        "soh": one.get("soH"),
                    }
                    for one in payload["batteryData"][:_MOST]
                ],
            },
            {
                "id_tag": tag_of(payload["idToken"]).shown,
                "serial_numbers": [
                    one["serialNumber"][:_LONGEST]
                    for one in payload["batteryData"][:_MOST]
                ],
            },
        )
        return {}
