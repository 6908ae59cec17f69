"""The monitors that are known of a station: how severe what they find is.

Before OCPP 2.1, an event does not tell that. It is known of monitors that were set from
here, and of those in a report that was asked for.
"""

from collections.abc import Iterable, Mapping
from typing import Any

_MOST = 500
"""Monitors that are remembered; those told last are kept."""


class Monitors:
    """The severities of the monitors of one station."""

    def __init__(self) -> None:
        """Know no monitor."""
        self._severities: dict[int, int] = {}

    def severity(self, monitor_id: object) -> int | None:
        """Return the severity of a monitor from 0 (danger) to 9; None if unknown."""
        return self._severities.get(monitor_id) if isinstance(monitor_id, int) else None

    def note(self, monitors: Iterable[Mapping[str, Any]]) -> None:
        """Remember monitors by `id` and `severity`; those without either are left out."""
        for one in monitors:
            number, severity = one.get("id"), one.get("severity")
            if not isinstance(number, int) or not isinstance(severity, int):
                continue
            self._severities.pop(number, None)
            self._severities[number] = severity
            if len(self._severities) > _MOST:
                del self._severities[next(iter(self._severities))]

    def forget(self, monitor_id: int) -> None:
        """Forget a monitor that was deleted."""
        self._severities.pop(monitor_id, None)
