"""The allowed transitions between states of a limit; docs/limits.md shows the tables.

There are two tables, as a limit stays in force while the next one is being sent:
`LimitState` is the state of the intent, `Step` the progress of sending the next one.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
import logging
from typing import Final

from .intent import LimitState

_LOGGER = logging.getLogger(__name__)


class Step(StrEnum):
    """The progress of sending."""

    IDLE = "idle"
    """Nothing is to be sent."""
    DUE = "due"
    """A limit is to be sent, once the charge point is connected."""
    WAITING = "waiting"
    """The next limit has to wait, as the last one was sent too recently."""
    SENDING = "sending"
    """A limit is being sent, which may take several calls with pauses in between."""
    SUPERSEDED = "superseded"
    """Another intent was set while a limit is being sent; it is sent next."""


STEPS: Final[Mapping[Step, frozenset[Step]]] = {
    Step.IDLE: frozenset({Step.DUE}),
    Step.DUE: frozenset({Step.WAITING}),
    Step.WAITING: frozenset({Step.SENDING, Step.DUE}),
    Step.SENDING: frozenset({Step.IDLE, Step.SUPERSEDED}),
    Step.SUPERSEDED: frozenset({Step.WAITING, Step.DUE}),
}

_TURN: Final = frozenset(
    {
        LimitState.NONE,
        LimitState.PENDING,
        LimitState.SWITCHING,
        LimitState.SENT,
        LimitState.HELD,
        LimitState.REFUSED,
    }
)
"""The results of sending; a new intent can be set in each state."""

TRANSITIONS: Final[Mapping[LimitState, frozenset[LimitState]]] = {
    state: (_TURN | more) - {state}
    for state, more in {
        LimitState.NONE: frozenset[LimitState](),
        LimitState.PENDING: frozenset[LimitState](),
        LimitState.SWITCHING: frozenset[LimitState](),
        # Only what was accepted can be checked, and only what was checked be ignored.
        LimitState.SENT: frozenset({LimitState.VERIFIED, LimitState.IGNORED}),
        LimitState.VERIFIED: frozenset[LimitState](),
        LimitState.IGNORED: frozenset({LimitState.VERIFIED}),
        LimitState.HELD: frozenset[LimitState](),
        LimitState.REFUSED: frozenset[LimitState](),
    }.items()
}


class StateMachine[S: StrEnum]:
    """A state machine with a table of transitions.

    A transition that the table does not have is still made, so that limits go on
    being sent, but it is logged as an error and reported.
    """

    def __init__(
        self,
        table: Mapping[S, frozenset[S]],
        state: S,
        *,
        unexpected: Callable[[str], None] = lambda _change: None,
    ) -> None:
        """Create a state machine.

        Args:
            table: State -> the states that may follow it.
            state: The first state.
            unexpected: Called with a transition that the table does not have.
        """
        self._table = table
        self._unexpected = unexpected
        self.state = state

    def to(self, state: S) -> bool:
        """Change to a state; return whether the state has changed."""
        before = self.state
        if state is before:
            return False
        if state not in self._table[before]:
            _LOGGER.error("A limit became %s, which was %s", state, before)
            self._unexpected(f"{before} to {state}")
        self.state = state
        return True
