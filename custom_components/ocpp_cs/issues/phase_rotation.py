"""Chargers that measure phases right with one rotation only, and have another."""

import re
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..chargers.charger import Charger
from ..chargers.component import Component
from . import async_clear_issue, async_raise_issue

_ROTATION = re.compile(r"\b[RST]{3}\b")
"""One of a list such as `0.RST,1.RTS` (9.1.6); some know just one."""


def right_rotation(charger: Charger) -> str | None:
    """Return what the order of phases should be; None if it is right, or unknown."""
    charge_point = charger.charge_point
    wanted = charge_point.quirks.phase_rotation
    told = charge_point.capabilities.phase_rotation
    if wanted is None or told is None:
        return None
    right = _ROTATION.sub(wanted, told)
    return None if right == told else right


class PhaseRotations(Component):
    """Raises a repair for each such charger.

    It is not written unasked: chargers that share a fuse among themselves go by it.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Follow none yet."""
        super().__init__()
        self._hass = hass
        self._entry = entry

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Watch what a charger says of it."""

        @callback
        def changed() -> None:
            self._show(charger)

        self._subscriptions.add(
            charger,
            charger.charge_point.watch(("capabilities", "quirks"), changed),
        )

    def _show(self, charger: Charger) -> None:
        charge_point = charger.charge_point
        if (right := right_rotation(charger)) is None:
            async_clear_issue(self._hass, "phase_rotation", charger.subentry_id)
            return
        async_raise_issue(
            self._hass,
            "phase_rotation",
            charger.subentry_id,
            fix_data={
                "entry_id": self._entry.entry_id,
                "subentry_id": charger.subentry_id,
            },
            charger=charger.name,
            told=charge_point.capabilities.phase_rotation or "",
            right=right,
        )
