"""The wanted limit of a connector, and its state."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Literal, Self

from ..model.records import from_record

type Phases = Literal[1, 3]


@dataclass(frozen=True, kw_only=True, slots=True)
class Intent:
    """The wanted limit of a connector; the default sends nothing.

    Args:
        limit_a: Limit in A per phase; None sets no limit.
        paused: Whether charging is paused, regardless of the limit.
        phases: Number of phases to use; None leaves it to the charge point.
        setpoint_w: Power of all phases together in W that the vehicle is to follow, where
            the charge point does that (2.1: Q03); below 0 it discharges. None only limits.
    """

    limit_a: float | None = None
    paused: bool = False
    phases: Phases | None = None
    setpoint_w: float | None = None

    @property
    def is_none(self) -> bool:
        """Return whether no limit is wanted."""
        return self == Intent()

    def record(self) -> dict[str, Any]:
        """Return the intent as a dict for JSON."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Return the intent of a record.

        Raises:
            ValueError: The record is not valid.
        """
        return from_record(cls, record)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fallback:
    """The limit that a charge point keeps by itself when nobody renews ours.

    Args:
        limit_a: The limit in A per phase; 0 pauses.
        after_s: Seconds from our last limit until it comes into effect.
        by_connection: Whether the charge point counts them from the loss of the
            connection, so that nothing has to be renewed (2.1: K01.FR.101).
    """

    limit_a: float
    after_s: int
    by_connection: bool = False


class LimitState(StrEnum):
    """The state of an intent; docs/limits.md lists the transitions."""

    NONE = "none"
    """No limit is wanted, and no profile of ours is installed."""
    PENDING = "pending"
    """It will be sent when the charge point connects, or a transaction starts."""
    SWITCHING = "switching"
    """The number of phases is being changed, in a pause."""
    SENT = "sent"
    """The charge point accepted it."""
    VERIFIED = "verified"
    """The charge point accepted it, and obeys it."""
    IGNORED = "ignored"
    """The charge point accepted it twice, and charges with more."""
    HELD = "held"
    """A user's charging profile takes precedence."""
    REFUSED = "refused"
    """The charge point accepted no variant of it, or did not answer."""


IN_FORCE = frozenset({LimitState.SENT, LimitState.VERIFIED})
"""The states in which the charge point is assumed to have the limit."""
