"""The measurands that a charge point refuses with its current firmware."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..model.model import Identity


class RefusedMeasurands:
    """Store the refused measurands, so that they are not written after each boot.

    Some charge points keep their configuration in memory that wears out. Another
    firmware may accept what the old one refused.
    """

    def __init__(self, identity: Callable[[], Identity]) -> None:
        """Create an empty store.

        Args:
            identity: Returns the current identity of the charge point.
        """
        self._identity = identity
        self._of: list[str | None] | None = None
        self._names: frozenset[str] = frozenset()
        self.changed: Callable[[], None] = lambda: None
        """Called when the result of `records` has changed."""

    def _current(self) -> list[str | None]:
        identity = self._identity()
        return [identity.vendor, identity.model, identity.firmware]

    @property
    def names(self) -> frozenset[str]:
        """The measurands that the current firmware refuses."""
        return self._names if self._of == self._current() else frozenset()

    def add(self, names: Iterable[str]) -> None:
        """Add refused measurands."""
        known, before = self.names, self.records()
        self._of, self._names = self._current(), known | frozenset(names)
        if self.records() != before:
            self.changed()

    def records(self) -> dict[str, Any]:
        """Return the state for JSON; empty if there is none."""
        if not self._names:
            return {}
        return {"of": self._of, "names": sorted(self._names)}

    def load(self, record: object) -> None:
        """Restore the state from `records`."""
        if not isinstance(record, Mapping):
            return
        of, names = record.get("of"), record.get("names")
        if isinstance(of, list) and isinstance(names, list):
            self._of = of
            self._names = frozenset(name for name in names if isinstance(name, str))
