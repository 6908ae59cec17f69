"""The open connection of a charge point, as the rest of the central system sees it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from .commands import Commands


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenCalls:
    """The calls of a connection that are not answered yet, with seconds of age."""

    ours: list[tuple[str, float]]
    waiting: int
    """How many of ours are to be sent after that."""
    theirs: list[tuple[str, float]]


class Link(ABC):
    """An open connection of a charge point, whatever version it speaks."""

    commands: Commands

    @abstractmethod
    def replaced(self) -> None:
        """Give way, at once and without waiting, to a newer connection."""

    @abstractmethod
    async def close(self) -> None:
        """Close in an orderly way, within half a second."""

    @abstractmethod
    async def answers(self, seconds: float) -> bool:
        """Return whether the other side shows within that time that it lives."""

    @abstractmethod
    def clock_doubted(self) -> None:
        """Have the charge point tell the time until it is certain."""

    @abstractmethod
    def open_calls(self) -> OpenCalls:
        """Return what is under way in both directions."""

    @abstractmethod
    def admission_changed(self) -> None:
        """Act on a change of the charge point's admission or settings."""
