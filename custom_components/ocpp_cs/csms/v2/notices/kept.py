"""The last notices of a station, for diagnostics."""

from collections import deque
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ...charge_point import ChargePoint

_MOST: Final = 50


class Notices:
    """What a station has told that no entity shows.

    Who it is about is left out, as diagnostics are given to others.
    """

    def __init__(self, charge_point: ChargePoint) -> None:
        """Keep nothing yet."""
        self._charge_point = charge_point
        self._last: deque[dict[str, Any]] = deque(maxlen=_MOST)
        charge_point.reported["notices"] = lambda: list(self._last)

    def note(
        self, kind: str, told: dict[str, Any], private: dict[str, Any] | None = None
    ) -> None:
        """Keep a notice, and tell the listeners of it.

        Args:
            kind: The kind of the event that listeners get.
            told: What it says; what is None is left out in diagnostics.
            private: What only listeners get beside that.
        """
        known = {name: one for name, one in told.items() if one is not None}
        self._last.append({"kind": kind, **known})
        self._charge_point.emit(kind, {**told, **(private or {})})
