"""Chargers that are adopted without a question: how many, and from where."""

from datetime import timedelta
from typing import Any

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..chargers.store import Memory
from ..const import LOGGER
from ..csms.charge_point import ChargePoint
from .access import Access

MOST_AN_HOUR = 10
"""More are asked for: nobody hangs up as many chargers in an hour."""

_HOUR = timedelta(hours=1)
_SERVER = ""
"""What is remembered of no charge point: none has that id."""
_ADOPTED = "adopted_unasked"


class UnaskedAdoptions:
    """Keeps whoever makes up ids from filling Home Assistant with devices."""

    def __init__(self, memory: Memory, access: Access) -> None:
        """Go on with what was adopted before a restart."""
        self._memory = memory
        self._access = access
        self._told = False

    def may_adopt(self, charge_point: ChargePoint) -> bool:
        """Tell whether that one is adopted without asking the user."""
        adopted = self._recent()
        if charge_point.id in adopted:
            # It was, and what was kept of it got lost.
            return True
        if not self._access.is_local(charge_point.remote):
            return False
        if len(adopted) < MOST_AN_HOUR:
            self._told = False
            return True
        if not self._told:
            self._told = True
            LOGGER.warning(
                "%s chargers were added within an hour: further ones are asked for",
                len(adopted),
            )
        return False

    @callback
    def async_adopted(self, charge_point: ChargePoint) -> None:
        """Count one."""
        adopted = self._recent()
        adopted.setdefault(charge_point.id, dt_util.utcnow().timestamp())
        self._memory.async_set(_SERVER, _ADOPTED, adopted)

    def _recent(self) -> dict[str, float]:
        """Return those of the last hour, by id."""
        known: Any = self._memory.get(_SERVER, _ADOPTED)
        if not isinstance(known, dict):
            return {}
        now = dt_util.utcnow().timestamp()
        return {
            charge_point_id: when
            for charge_point_id, when in known.items()
            # A clock that was set back does not close the door for long.
            if isinstance(when, int | float) and abs(now - when) < _HOUR.total_seconds()
        }
