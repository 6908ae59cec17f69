"""A repair issue for chargers that do not offer the version that their owner chose."""

from typing import override

from homeassistant.core import HomeAssistant, callback

from ..chargers.charger import Charger
from ..chargers.component import Component
from . import async_clear_issue, async_raise_issue


class MissedVersions(Component):
    """Watches which version of OCPP the chargers of one server speak."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize without chargers."""
        super().__init__()
        self._hass = hass

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Raise an issue while a charger speaks another version than the chosen one."""

        @callback
        def changed() -> None:
            self._show(charger)

        self._subscriptions.add(
            charger,
            # The settings are among the sources of the quirks.
            charger.charge_point.watch(("ready", "quirks"), changed),
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
