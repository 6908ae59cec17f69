"""The interface of a charge point's open connection to the central system."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from .commands import Commands


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenCalls:
    """The unanswered calls of a connection: the action, and its age in seconds."""

    ours: list[tuple[str, float]]
    waiting: int
    """The number of our calls that wait to be sent."""
    theirs: list[tuple[str, float]]


class Link(ABC):
    """An open connection of a charge point, in any version of OCPP."""

    commands: Commands

    @abstractmethod
    def replaced(self) -> None:
        """End the connection immediately, as a newer one replaces it."""

    @abstractmethod
    async def close(self) -> None:
        """Close the connection properly, within half a second."""

    @abstractmethod
    async def answers(self, seconds: float) -> bool:
        """Return whether the other side sends anything within that time.

        Args:
            seconds: How long to wait.
        """

    @abstractmethod
    def clock_doubted(self) -> None:
        """Ask the charge point for messages with a time until its offset is certain."""

    @abstractmethod
    def open_calls(self) -> OpenCalls:
        """Return the unanswered calls in both directions."""

    @abstractmethod
    def admission_changed(self) -> None:
        """Act on a change of the charge point's admission or settings."""
