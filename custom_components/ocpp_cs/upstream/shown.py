"""To which backends a session went, as lists of sessions show it.

The names of backends are kept after they are removed: their sessions stay in the books.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import callback

from ..chargers.component import Component
from ..chargers.store import SERVER, Memory
from ..csms.overview.running import payer_of
from ..csms.transactions.transaction import Transaction
from ..csms.upstream.model import ToldSession
from ..csms.upstream.told.books import UpstreamBooks
from .subentries import CONF_PAYS, upstreams_of

_RECORD: Final = "backend_names"
_MOST: Final = 50
"""The names that are kept; those of the backends that were removed first go first."""


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


class BackendNames(Component):
    """Knows the names of all backends, also of removed ones."""

    def __init__(self, entry: ConfigEntry[Any], memory: Memory) -> None:
        """Recall the names from before the restart."""
        super().__init__()
        self._entry = entry
        self._memory = memory
        self._names: dict[str, str] = {}
        self.present: Mapping[str, bool] = {}
        """The id of each backend that there is -> whether it pays."""
        memory.async_recall(SERVER, _RECORD, self._load)

    @property
    def names(self) -> Mapping[str, str]:
        """The names, by the id of the subentry."""
        return self._names

    @override
    @callback
    def async_start(self) -> None:
        """Note the present names."""
        self.async_update()

    @override
    @callback
    def async_update(self) -> None:
        """Note the present names."""
        subentries = upstreams_of(self._entry)
        self.present = {
            one.subentry_id: bool(one.data.get(CONF_PAYS)) for one in subentries
        }
        present = {one.subentry_id: one.title for one in subentries}
        removed = {key: name for key, name in self._names.items() if key not in present}
        # A backend that there is stands behind the removed ones.
        names = {**removed, **present}
        self._names = dict(list(names.items())[-_MOST:])
        if self._names or self._memory.get(SERVER, _RECORD):
            # A copy, as the memory compares what it has with what it gets.
            self._memory.async_set(SERVER, _RECORD, dict(self._names))

    def _load(self, record: Any) -> None:
        self._names = {str(key): str(name) for key, name in record.items()}
