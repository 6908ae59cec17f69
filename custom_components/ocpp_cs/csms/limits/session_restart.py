"""The restart of a session: some cars sleep until a new one begins."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from ..model.model import StopReason
from ..model.tags import tag_key

_SOON: Final = timedelta(minutes=2)
"""Within this time the end of a session is that of the restart in any case."""
_LONGEST: Final = timedelta(days=1)
"""The end of a session may be told late: Home Assistant or the charger was away."""
_BEGINS: Final = timedelta(minutes=1)
"""A session that begins within this time of a remote start was begun by it."""
_OWN: Final = frozenset({None, StopReason.OTHER, StopReason.REMOTE})
"""The stop reasons that charge points report after a remote stop."""


class SessionRestart:
    """Tells the end of a session that was asked for here from one by its user.

    A session is ended only at a charge point that has shown that it starts another one
    while the vehicle stays plugged in. Many do not, and the session would be lost.
    """

    def __init__(self) -> None:
        """Start without a restart."""
        self.refused = False
        """True if the charge point did not stop or start a session for a restart."""
        self._starts_again = False
        """True if it has taken a remote start after a session of the same vehicle."""
        self._starting: tuple[datetime, str | None] | None = None
        """Time and id tag of a remote start that would show that."""
        self._asked: tuple[str, datetime] | None = None

    # What the charge point can do.

    @property
    def is_possible(self) -> bool:
        """Return whether the charge point is known to start a session again."""
        return self._starts_again and not self.refused

    def starting(self, again: bool, now: datetime, id_tag: str | None = None) -> None:
        """Record that a session is requested.

        Args:
            again: Whether a session has ended since the vehicle was plugged in.
            now: The time.
            id_tag: The id tag of the request, if it is known.
        """
        self._starting = (now, id_tag) if again else None

    def not_taken(self) -> None:
        """Record that the charge point did not accept the request."""
        self._starting = None

    def started(self, id_tag: str, now: datetime) -> bool:
        """Record that a session has begun; return whether that shows something new."""
        starting, self._starting = self._starting, None
        if self._starts_again or starting is None:
            return False
        at, wanted = starting
        self._starts_again = timedelta() <= now - at < _BEGINS and (
            wanted is None or tag_key(wanted) == tag_key(id_tag)
        )
        return self._starts_again

    # The restart of a session.

    def ask(self, transaction_id: str, now: datetime) -> None:
        """Record that a transaction is stopped, to start it again."""
        self._asked = transaction_id, now

    def fail(self) -> None:
        """Record that the charge point does not do it, so that it is asked no more."""
        self.refused, self._asked = True, None

    def cancel(self) -> bool:
        """Record that it is over, or its user has decided something else.

        Returns:
            Whether there was a restart.
        """
        asked, self._asked = self._asked, None
        return asked is not None

    def goes_on(self, now: datetime) -> bool:
        """Record that current flows; return whether the session was not ended then."""
        if self._asked is None or timedelta() <= now - self._asked[1] < _SOON:
            return False
        return self.cancel()

    def ended(
        self,
        transaction_id: str,
        reason: StopReason | None,
        now: datetime,
        *,
        with_tag: bool,
    ) -> bool:
        """Return whether a transaction has ended because of the restart.

        Args:
            transaction_id: The transaction.
            reason: The reason that the charge point has told.
            now: The time.
            with_tag: Whether it has told an id tag, as after a card.
        """
        if self._asked is None or self._asked[0] != transaction_id:
            return False
        since = now - self._asked[1]
        if not timedelta() <= since < _SOON and (
            # The clock may have been set back.
            abs(since) > _LONGEST or (reason is None and with_tag)
        ):
            return False
        return reason in _OWN

    # Restarts of Home Assistant.

    def record(self) -> dict[str, Any]:
        """Return the state to keep, for JSON; empty if there is none."""
        found: dict[str, Any] = {}
        if self.refused:
            found["restart_refused"] = True
        if self._starts_again:
            found["starts_again"] = True
        if self._asked is not None:
            number, at = self._asked
            found["restarting"] = {"transaction_id": number, "at": at.isoformat()}
        return found

    def load(self, record: Mapping[str, Any]) -> None:
        """Restore the state; ignore what cannot be read."""
        self.refused = record.get("restart_refused") is True
        self._starts_again = record.get("starts_again") is True
        match record.get("restarting"):
            case {"transaction_id": str(number), "at": str(text)}:
                try:
                    at = datetime.fromisoformat(text)
                except ValueError:
                    return
                if at.tzinfo is not None:
                    self._asked = number, at
