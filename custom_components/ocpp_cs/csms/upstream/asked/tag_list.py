"""The local list of an upstream, which is kept here and not in the charge point."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..memory import StationMemory
from ..speech import Decision


@dataclass(frozen=True, kw_only=True, slots=True)
class ListEntry:
    """An entry of a local list (1.6: 7.1; 2.0.1: 2.5)."""

    id_tag: str
    decision: Decision | None
    """None removes the id tag from the list, in a differential update."""


class TagList:
    """The local list that one upstream has sent for one charge point.

    It decides on its id tags while the upstream cannot be asked.
    """

    def __init__(self, memory: StationMemory) -> None:
        """Begin with the list of before."""
        self._memory = memory

    @property
    def version(self) -> int:
        """The version of the list; 0 is none."""
        return 0

    def send(self, *, version: int, full: bool, entries: Sequence[ListEntry]) -> str:
        """Replace or change the list (1.6: 5.15; 2.0.1: D01).

        Returns:
            `accepted`, `failed` or `version_mismatch`.
        """
        return "failed"

    def clear_cache(self) -> bool:
        """Forget what the upstream has decided before (1.6: 5.4; 2.0.1: C11)."""
        return False
