"""Authorize (C01 to C15)."""

from typing import Any

from ...session import Session
from ..spelling import id_token_info, tag_of


class Cards:
    """Decides on id tokens."""

    def __init__(self, session: Session) -> None:
        """Serve the connection of a session."""
        self._session = session

    def authorize(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Decide on an id token that was presented."""
        tag = tag_of(payload["idToken"])
        return {"idTokenInfo": id_token_info(self._session.card_read(tag))}
