"""Which state of a limit may follow which: docs/limits.md has this as tables.

There are two of them, as a limit stays in force while the next one is being sent:
`LimitState` is what became of the intent, `Step` what is being done about the next.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
import logging
from typing import Final

from .intent import LimitState

_LOGGER = logging.getLogger(__name__)


class Step(StrEnum):
    """What is being done about what is to be sent."""

    IDLE = "idle"
    """Nothing is to be sent."""
    DUE = "due"
    """Something is to be sent; while the charge point is away, when it is back."""
    WAITING = "waiting"
    """The last limit was sent so lately that the next one has to wait."""
    SENDING = "sending"
    """It is being sent, which may take several calls, with pauses in between."""
    SUPERSEDED = "superseded"
    """Something else is wanted than what is being sent: that is sent next."""


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
"""How sending can go; from each state something else can be wanted."""

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
    """A state that changes as its table allows.

    A change that the table does not have is made all the same, as a limit has to go
    on being sent, but it is logged as an error and reported.
    """

    def __init__(
        self,
        table: Mapping[S, frozenset[S]],
        state: S,
        *,
        unexpected: Callable[[str], None] = lambda _change: None,
    ) -> None:
        """Begin.

        Args:
            table: State -> the states that may follow it.
            state: The first one.
            unexpected: Called with a change that the table does not have.
        """
        self._table = table
        self._unexpected = unexpected
        self.state = state

    def to(self, state: S) -> bool:
        """Change to a state; return whether it is another one."""
        before = self.state
        if state is before:
            return False
        if state not in self._table[before]:
            _LOGGER.error("A limit became %s, which was %s", state, before)
            self._unexpected(f"{before} to {state}")
        self.state = state
        return True
