"""The fix flow for a charger that stays away after it was given a new level."""

from typing import Any

from homeassistant.components.repairs import RepairsFlowResult

from ..csms.model.security import SecurityLevel
from ..security.levels import Levels
from ..security.path_secrets import async_own_address
from ..security.raises import Raises
from .flows import OcppRepairsFlow


class StayedAwayFlow(OcppRepairsFlow):
    """Take the old level of a charger again, and say how to reset the charger."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the choice."""
        return self._menu(["wait", "old_level", "ignore"])

    async def async_step_wait(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Leave the issue open: it is cleared when the charger connects."""
        return self._leave("waiting")

    async def async_step_old_level(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Say how to reset the charger, and accept it as it comes after that."""
        entry, hub, charger = self._entry, self._hub, self._charger
        if entry is None or hub is None or charger is None:
            return self._leave("server_not_running")
        if user_input is None:
            url = await async_own_address(self.hass, entry, charger.subentry)
            return self._show("old_level", url=url)
        await hub.part(Raises).async_give_up(charger)
        # A charger that was reset has neither password nor certificate.
        await hub.part(Levels).async_lower(charger, SecurityLevel.NONE)
        return self.async_create_entry(data={})
