"""How far the clocks of chargers are off: remembered, and shown as repairs."""

from datetime import timedelta
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..chargers.store import Memory
from . import async_clear_issue, async_raise_issue

OFFSET = "clock_offset"
"""The kind of record under which the memory has it, in seconds."""

_TOLERANCE = timedelta(minutes=5)
_MATERIAL = 30.0
"""Seconds by which it must differ from what is remembered: flash wears out."""


def _shown(offset: timedelta) -> str:
    """Return what the charger's clock differs by: `-1:02` is an hour behind."""
    minutes = round(-offset / timedelta(minutes=1))
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours}:{rest:02}"


class WrongClocks(Component):
    """Follows the clocks of the chargers of one server."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], memory: Memory
    ) -> None:
        """Follow none yet."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._memory = memory

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Let what is remembered hold until it is measured anew, and watch it."""
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
