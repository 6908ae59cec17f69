"""The messages of a station about its streams (2.1: N11, N13, N15)."""

from typing import Any

from ...session import Session
from ..inbound.events import Events
from .streams import Streams


class EventStreams:
    """Takes streams, and their values as if they were events."""

    def __init__(self, session: Session, events: Events) -> None:
        """Serve the connection of a session.

        Args:
            session: The session.
            events: Takes the last value of each message.
        """
        self._streams = session.charge_point.part(Streams)
        self._events = events

    def open(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Note a stream that begins; a station has only so many (N11.FR.05, 06)."""
        taken = self._streams.opened(payload["constantStreamData"])
        return {"status": "Accepted" if taken else "Rejected"}

    def close(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Forget a stream that has ended (N13.FR.02)."""
        self._streams.closed(payload["id"])
        return {}

    def notify(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Take values; this message comes without being answered (N15.FR.02)."""
        event = self._streams.take(payload)
        return (
            {} if event is None else self._events.notify_event({"eventData": [event]})
        )
