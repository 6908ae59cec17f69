"""The clock offsets of chargers: remembered, and reported as repair issues."""

from datetime import timedelta
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..chargers.store import Memory
from . import async_clear_issue, async_raise_issue

OFFSET = "clock_offset"
"""The kind of record in the memory; the value is in seconds."""

_TOLERANCE = timedelta(minutes=5)
_MATERIAL = 30.0
"""The minimum change in seconds that is stored, to spare flash memory."""


def _shown(offset: timedelta) -> str:
    """Return the difference of the charger's clock: `-1:02` is 62 minutes slow."""
    minutes = round(-offset / timedelta(minutes=1))
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours}:{rest:02}"


class WrongClocks(Component):
    """Watches the clocks of the chargers of one server."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], memory: Memory
    ) -> None:
        """Initialize without chargers."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._memory = memory

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Restore the remembered offset until it is measured, and watch the clock."""
        charge_point = charger.charge_point
        clock = charge_point.clock
        self._memory.async_recall(
            charge_point.id,
            OFFSET,
            lambda seconds: clock.remember(timedelta(seconds=seconds)),
        )

        @callback
        def changed() -> None:
            seconds = clock.offset.total_seconds()
            known = self._memory.get(charge_point.id, OFFSET) or 0.0
            if abs(seconds - known) >= _MATERIAL:
                self._memory.async_set(charge_point.id, OFFSET, round(seconds))
            self._show(charger)

        self._subscriptions.add(charger, charge_point.watch(("clock",), changed))
        changed()

    def _show(self, charger: Charger) -> None:
        offset = charger.charge_point.clock.offset
        if abs(offset) <= _TOLERANCE:
            async_clear_issue(self._hass, "clock_off", charger.subentry_id)
            return
        async_raise_issue(
            self._hass,
            "clock_off",
            charger.subentry_id,
            fix_data={
                "entry_id": self._entry.entry_id,
                "subentry_id": charger.subentry_id,
            },
            charger=charger.name,
            difference=_shown(offset),
        )
