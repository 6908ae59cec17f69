"""Which measurands a charge point would not take, with the firmware that it has."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..model.model import Identity


class RefusedMeasurands:
    """Remembers them, so that they are not asked for with each boot.

    Some charge points keep their configuration in memory that wears out. Another
    firmware may take what the old one refused.
    """

    def __init__(self, identity: Callable[[], Identity]) -> None:
        """Know of none; `identity` tells what the charge point is now."""
        self._identity = identity
        self._of: list[str | None] | None = None
        self._names: frozenset[str] = frozenset()
        self.changed: Callable[[], None] = lambda: None
        """Called when `record` has changed."""

    def _current(self) -> list[str | None]:
        identity = self._identity()
        return [identity.vendor, identity.model, identity.firmware]

    @property
    def names(self) -> frozenset[str]:
        """Those of the firmware that it has."""
        return self._names if self._of == self._current() else frozenset()

    def add(self, names: Iterable[str]) -> None:
        """Note what was refused now."""
        known, before = self.names, self.records()
        self._of, self._names = self._current(), known | frozenset(names)
        if self.records() != before:
            self.changed()

    def records(self) -> dict[str, Any]:
        """Return it as JSON can have it; empty if there is nothing."""
        if not self._names:
            return {}
        return {"of": self._of, "names": sorted(self._names)}

    def load(self, record: object) -> None:
        """Take over what `record` returned."""
        if not isinstance(record, Mapping):
            return
        of, names = record.get("of"), record.get("names")
        if isinstance(of, list) and isinstance(names, list):
            self._of = of
            self._names = frozenset(name for name in names if isinstance(name, str))
