"""What is wanted of a connector, and what became of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Literal, Self

from ..model.records import from_record

type Phases = Literal[1, 3]


@dataclass(frozen=True, kw_only=True, slots=True)
class Intent:
    """What is wanted of a connector; by default nothing, and nothing is sent.

    Args:
        limit_a: A per phase; None is no limit of ours.
        paused: Whether nothing may flow, whatever the limit.
        phases: How many phases to use; None leaves it to the charge point.
    """

    limit_a: float | None = None
    paused: bool = False
    phases: Phases | None = None

    @property
    def is_none(self) -> bool:
        """Whether nothing is wanted."""
        return self == Intent()

    def record(self) -> dict[str, Any]:
        """Return it as JSON can have it."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Return what `record` made a record of; raises ValueError if it did not."""
        return from_record(cls, record)


class LimitState(StrEnum):
    """What became of the intent; docs/limits.md has what follows what."""

    NONE = "none"
    """Nothing is wanted, and nothing of ours is installed."""
    PENDING = "pending"
    """It is to be sent: when connected, or when a session runs."""
    SWITCHING = "switching"
    """The number of phases is being changed, in a pause."""
    SENT = "sent"
    """The charge point accepted it."""
    VERIFIED = "verified"
    """The charge point accepted it, and obeys it."""
    IGNORED = "ignored"
    """The charge point accepted it, twice, and charges with more."""
    HELD = "held"
    """A charging profile of a user goes before it."""
    REFUSED = "refused"
    """The charge point accepted no variant of it, or did not answer."""


IN_FORCE = frozenset({LimitState.SENT, LimitState.VERIFIED})
"""The states in which the charge point has the limit, as far as is known."""
