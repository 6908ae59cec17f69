"""Messages that need an answer, and no more, so far."""

from typing import Any

from ...session import Session


class Others:
    """Answers what nothing follows from."""

    def __init__(self, session: Session) -> None:
        """Serve the connection of a session."""
        self._charge_point = session.charge_point

    def answered(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Answer that it was heard."""
        return {}
