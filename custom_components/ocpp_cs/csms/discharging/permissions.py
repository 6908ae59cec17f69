"""What the owner has decided about discharging, kept over a restart."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from ..model.model import MAX_CONNECTORS
from ..model.profile import OperationMode
from .bidirectional import Bidirectional


class DischargingConnector(Protocol):
    """A connector whose vehicle may be able to discharge."""

    bidirectional: Bidirectional


class Permissions:
    """The owner's decisions for the connectors of a charge point."""

    def __init__(
        self,
        connectors: Callable[[], Mapping[int, DischargingConnector]],
        connector: Callable[[int], DischargingConnector],
    ) -> None:
        """Decide nothing.

        Args:
            connectors: Returns the known connectors by number.
            connector: Returns one by its number; creates it if it is new.
        """
        self._connectors = connectors
        self._connector = connector
        self.changed: Callable[[], None] = lambda: None
        """Called when the result of `records` may have changed."""

    def records(self) -> dict[str, dict[str, Any]]:
        """Return the decisions that differ from those at first, by connector."""
        first = _record(Bidirectional(lambda: None))
        return {
            str(number): record
            for number, one in self._connectors().items()
            if (record := _record(one.bidirectional)) != first
        }

    def load(self, records: Mapping[str, Any]) -> None:
        """Restore the decisions. What cannot be read allows nothing.

        Raises:
            ValueError: The records are not valid.
        """
        for text, record in records.items():
            number = int(text)
            if not 0 < number <= MAX_CONNECTORS or not isinstance(record, Mapping):
                raise ValueError(f"no decision about discharging: {text!r:.100}")
            mode, most = OperationMode(record["mode"]), record["most_w"]
            if most is not None and not 0 <= float(most) <= _MOST_W:
                raise ValueError(f"no power to discharge with: {most!r:.100}")
            part = self._connector(number).bidirectional
            part.set_mode(mode)
            part.set_most(None if most is None else float(most))
            part.set_allowed(record["allowed"] is True)


_MOST_W = 1e6


def _record(one: Bidirectional) -> dict[str, Any]:
    return {
        "allowed": one.allowed,
        "most_w": one.most_discharge_w,
        "mode": one.mode.value,
    }
