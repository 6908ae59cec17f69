"""Try again what a charger could not fetch, install or upload."""

from typing import Any, override

from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.exceptions import HomeAssistantError

from .flows import ConfirmFlow


class TryAgainFlow(ConfirmFlow):
    """Sends the charger the same once more."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask, and do it."""
        if user_input is None:
            return self._show("confirm")
        hub, charger, what = self._hub, self._charger, str(self._fix_data["what"])
        transfers = (
            None if hub is None or charger is None else hub.transfers.of(charger)
        )
        if transfers is None or (request := transfers.request(what)) is None:
            return self._leave("nothing_to_repeat")
        try:
            await transfers.async_request(request.action, request.values)
        except HomeAssistantError as err:
            return await self._failed(err)
        again = transfers.request(what)
        if again is not None and again.failed:
            # To finish would take the new issue away.
            return self._leave("failed_again")
        return self.async_create_entry(data={})
