"""What is shown of a charger at a backend."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..csms.upstream.client import Trouble, TroubleKind
from ..csms.upstream.station import VirtualStation

NO_ERROR: Final = "none"
ANSWER: Final = "answer"
"""The error of a message that the backend has answered with one."""
ERRORS: Final = (NO_ERROR, *(one.value for one in TroubleKind), ANSWER)


@dataclass(frozen=True, kw_only=True, slots=True)
class LastError:
    """The last error of a connection."""

    kind: str = NO_ERROR
    words: str = ""
    """The words of the backend, or of its computer."""
    at: datetime | None = None


@dataclass(kw_only=True, slots=True)
class State:
    """What is shown of a charger at a backend; it outlives changes of the settings."""

    connected: bool = False
    trouble: Trouble | None = None
    """Why it is not connected, as far as that is known."""
    down_since: datetime | None = field(default_factory=dt_util.utcnow)
    """Since when it is not connected; None while it is."""
    last_error: LastError = field(default_factory=LastError)
    waiting: int = 0
    """The messages that wait."""
    last_confirmed: datetime | None = None
    """When the end of a session was confirmed last."""
    listeners: list[Callable[[], None]] = field(default_factory=list)
    _answer: str | None = None
    _station: VirtualStation | None = None

    @callback
    def async_take(self, station: VirtualStation) -> None:
        """Take over what a station has to show, and tell who listens."""
        before = self._shown
        if self._station is not station:
            if self._station is not None:
                # Errors with an address or a login of before say nothing any more; one
                # of them is that the trial of the form interrupts the connection.
                self.last_error = LastError()
                self._answer = None
            self._station = station
        if station.connected is not self.connected:
            self.connected = station.connected
            self.down_since = None if station.connected else dt_util.utcnow()
        if station.trouble != self.trouble:
            self.trouble = station.trouble
            if self.trouble is not None:
                self._note(self.trouble.kind.value, words_of(self.trouble))
        if station.last_error != self._answer:
            self._answer = station.last_error
            if self._answer:
                self._note(ANSWER, self._answer)
        self.waiting = len(station.outbox)
        self.last_confirmed = station.outbox.last_confirmed
        if self._shown != before:
            for listener in list(self.listeners):
                listener()

    def _note(self, kind: str, words: str) -> None:
        self.last_error = LastError(kind=kind, words=words, at=dt_util.utcnow())

    @property
    def _shown(self) -> tuple[object, ...]:
        return (
            self.connected,
            self.trouble,
            self.last_error,
            self.waiting,
            self.last_confirmed,
        )


def words_of(trouble: Trouble) -> str:
    """Return the words for a trouble that may be shown.

    Those for an address that is none have the address, in which there may be a secret.
    """
    return "" if trouble.kind is TroubleKind.ADDRESS else trouble.detail
