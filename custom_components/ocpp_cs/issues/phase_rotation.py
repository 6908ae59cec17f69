"""A repair issue for chargers with a phase rotation for which they measure wrongly."""

import re
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..chargers.charger import Charger
from ..chargers.component import Component
from . import async_clear_issue, async_raise_issue

_ROTATION = re.compile(r"\b[RST]{3}\b")
"""A rotation in a list such as `0.RST,1.RTS` (9.1.6); some chargers have only one."""


def right_rotation(charger: Charger) -> str | None:
    """Return the right phase rotation; None if it is right already, or unknown."""
    charge_point = charger.charge_point
    wanted = charge_point.quirks.phase_rotation
    told = charge_point.capabilities.phase_rotation
    if wanted is None or told is None:
        return None
    right = _ROTATION.sub(wanted, told)
    return None if right == told else right


class PhaseRotations(Component):
    """Raises an issue for each charger with a wrong phase rotation.

    The rotation is written only on request: chargers that share a fuse depend on it.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Initialize without chargers."""
        super().__init__()
        self._hass = hass
        self._entry = entry

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Watch the phase rotation of a charger."""

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
