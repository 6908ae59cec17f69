"""Mends a local list that is out of step: sends all of it again."""

from typing import Any, override

from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.exceptions import HomeAssistantError

from .local_lists import async_send_whole_list
from .repair_flows import ConfirmFlow


class LocalListFlow(ConfirmFlow):
    """Asks whether to send the list, and tells why that failed."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Send the list once the user agrees."""
        if user_input is None:
            return self._show("confirm")
        if (charger := self._charger) is None:
            return self._leave("server_not_running")
        try:
            await async_send_whole_list(charger)
        except HomeAssistantError as err:
            return await self._failed(err)
        return self.async_create_entry(data={})
