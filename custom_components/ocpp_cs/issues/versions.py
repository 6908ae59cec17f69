"""The versions of OCPP of chargers: a repair issue, and what is kept over a restart."""

from typing import override

from homeassistant.core import HomeAssistant, callback

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..chargers.store import Memory
from . import async_clear_issue, async_raise_issue

_PROTOCOL = "protocol"
"""The kind of record with the subprotocol that was spoken last."""


class SpokenVersions(Component):
    """Watches which version of OCPP the chargers of one server speak.

    An issue is raised for a charger that does not offer the version that its owner
    chose.
    """

    def __init__(self, hass: HomeAssistant, memory: Memory) -> None:
        """Initialize without chargers; `memory` has the versions spoken last."""
        super().__init__()
        self._hass = hass
        self._memory = memory

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Watch a charger."""
        charge_point = charger.charge_point
        recalled = self._memory.get(charge_point.id, _PROTOCOL)
        if isinstance(recalled, str):
            charge_point.recall_protocol(recalled)

        @callback
        def changed() -> None:
            self._show(charger)
            if charge_point.ready and charge_point.protocol is not None:
                self._memory.async_set(
                    charge_point.id, _PROTOCOL, charge_point.protocol.lower()
                )

        self._subscriptions.add(
            charger,
            # The settings are among the sources of the quirks.
            charge_point.watch(("ready", "quirks"), changed),
        )
        changed()

    def _show(self, charger: Charger) -> None:
        charge_point = charger.charge_point
        chosen = charge_point.settings.version
        if charge_point.version_missed and charge_point.ready:
            async_raise_issue(
                self._hass,
                "version_not_offered",
                charger.subentry_id,
                name=charger.name,
                version=chosen.number,
                offered=", ".join(charge_point.subprotocols_offered) or "–",
                spoken=charge_point.protocol or "",
            )
        elif charge_point.ready or chosen.subprotocol is None:
            async_clear_issue(self._hass, "version_not_offered", charger.subentry_id)

    @override
    @callback
    def async_stop(self) -> None:
        """Stop watching; the issues are raised again with the next connections."""
        for charger in self._subscriptions:
            async_clear_issue(self._hass, "version_not_offered", charger.subentry_id)
        super().async_stop()
