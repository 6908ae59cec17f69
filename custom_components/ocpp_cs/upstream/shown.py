"""To which backends a session went, as lists of sessions show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..csms.overview.running import payer_of
from ..csms.transactions.transaction import Transaction
from ..csms.upstream.model import ToldSession
from ..csms.upstream.told.books import UpstreamBooks


class ToldState(StrEnum):
    """How far a backend knows a session."""

    TOLD = "told"
    """It runs, and the backend has taken its start."""
    WAITING = "waiting"
    """Its start or its end waits to be told."""
    CONFIRMED = "confirmed"
    """The backend has confirmed its end."""
    REFUSED = "refused"
    """The backend has refused its card."""
    GIVEN_UP = "given_up"
    """The backend was removed before it had confirmed the end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldTo:
    """A session at a backend."""

    name: str
    """The name of the backend; its id if it was removed and nobody knows its name."""
    state: ToldState
    confirmed: datetime | None = None
    """When the backend confirmed the end of the session."""
    id: str | None = None
    """The id of the session there; None while there is none."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backed:
    """The backends of a server, for many sessions at once."""

    names: Mapping[str, str]
    """By the id of the subentry; also of backends that were removed."""
    present: Mapping[str, bool]
    """The id of each backend that there is -> whether it pays."""
    books: UpstreamBooks

    @property
    def payers(self) -> list[str]:
        """The ids of the backends that pay."""
        return [key for key, pays in self.present.items() if pays]

    def name(self, upstream: str | None) -> str | None:
        """Return the name of a backend; its id if nobody knows it, None for no id."""
        return self.names.get(upstream, upstream) if upstream else None

    def payer(self, session: Transaction) -> str | None:
        """Return the name of the backend that pays for a session; None for none."""
        return self.name(payer_of(session))

    def told(self, session: Transaction) -> tuple[ToldTo, ...]:
        """Return the backends that a session went to. Works in any thread."""
        return tuple(
            ToldTo(
                name=self.names.get(one.upstream, one.upstream),
                state=self._state(one),
                confirmed=one.confirmed,
                id=one.told_id,
            )
            for one in self.books.told_by(session.key)
        )

    def _state(self, told: ToldSession) -> ToldState:
        if told.refused is not None:
            return ToldState.REFUSED
        if told.confirmed is not None:
            return ToldState.CONFIRMED
        if told.upstream not in self.present:
            return ToldState.GIVEN_UP
        # Where we make the ids, there is one before the start is told.
        if told.ended or told.told_id is None or self.books.start_waits(told):
            return ToldState.WAITING
        return ToldState.TOLD
