"""Limits on the chargers that are adopted without asking: their number and network."""

from datetime import timedelta
from typing import Any

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..chargers.store import Memory
from ..const import LOGGER
from ..csms.charge_point import ChargePoint
from .access import Access

MOST_AN_HOUR = 10
"""More than anyone installs in an hour; further chargers need a confirmation."""

_HOUR = timedelta(hours=1)
_SERVER = ""
"""The key of the server in the memory: no charge point has an empty id."""
_ADOPTED = "adopted_unasked"


class UnaskedAdoptions:
    """Limits automatic adoptions, so that made-up ids cannot fill Home Assistant."""

    def __init__(self, memory: Memory, access: Access) -> None:
        """Initialize; `memory` has the adoptions from before a restart."""
        self._memory = memory
        self._access = access
        self._told = False

    def may_adopt(self, charge_point: ChargePoint) -> bool:
        """Return whether a charge point may be adopted without asking the user."""
        adopted = self._recent()
        if charge_point.id in adopted:
            # It was adopted before, and its subentry was lost.
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
        """Count the adoption of a charge point."""
        adopted = self._recent()
        adopted.setdefault(charge_point.id, dt_util.utcnow().timestamp())
        self._memory.async_set(_SERVER, _ADOPTED, adopted)

    def _recent(self) -> dict[str, float]:
        """Return the adoptions of the last hour: charge point id -> timestamp."""
        known: Any = self._memory.get(_SERVER, _ADOPTED)
        if not isinstance(known, dict):
            return {}
        now = dt_util.utcnow().timestamp()
        return {
            charge_point_id: when
            for charge_point_id, when in known.items()
            # `abs`, as the clock may have been set back.
            if isinstance(when, int | float) and abs(now - when) < _HOUR.total_seconds()
        }
