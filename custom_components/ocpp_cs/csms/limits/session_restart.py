"""The restart of a session: some cars sleep until a new one begins."""

from datetime import datetime, timedelta
from typing import Final

from ..model.model import StopReason

_TIME: Final = timedelta(minutes=2)
"""A session that ends within this time of a restart was ended by it."""
_OWN: Final = frozenset({None, StopReason.OTHER, StopReason.REMOTE})
"""The stop reasons that charge points report after a remote stop."""


class SessionRestart:
    """Tells the end of a session that was asked for here from one by its user."""

    def __init__(self) -> None:
        """Start without a restart."""
        self.refused = False
        """True if the charge point did not stop or start a session for a restart."""
        self._asked: tuple[str, datetime] | None = None

    def ask(self, transaction_id: str, now: datetime) -> None:
        """Record that a transaction is stopped, to start it again."""
        self._asked = transaction_id, now

    def fail(self) -> None:
        """Record that the charge point does not do it, so that it is asked no more."""
        self.refused, self._asked = True, None

    def cancel(self) -> None:
        """Record that its user has decided something else."""
        self._asked = None

    def ended(
        self, transaction_id: str, reason: StopReason | None, now: datetime
    ) -> bool:
        """Return whether a transaction has ended because of the restart."""
        return (
            self._asked is not None
            and self._asked[0] == transaction_id
            and timedelta() <= now - self._asked[1] < _TIME
            and reason in _OWN
        )
