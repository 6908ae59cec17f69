"""Mends a local list that is out of step: sends all of it again."""

from typing import TYPE_CHECKING, Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN
from .exceptions import async_text
from .local_lists import async_send_whole_list

if TYPE_CHECKING:
    from .charger import Charger
    from .hub import OcppConfigEntry


class LocalListFlow(RepairsFlow):
    """Asks whether to send the list, and tells why that failed."""

    def __init__(self, data: dict[str, str | int | float | None]) -> None:
        """Take the charger from the data of the issue."""
        self._entry_id = str(data["entry_id"])
        self._subentry_id = str(data["subentry_id"])

    @property
    def _charger(self) -> Charger | None:
        entry: OcppConfigEntry | None
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return None
        return entry.runtime_data.chargers.get(self._subentry_id)

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Send the list once the user agrees."""
        errors = {}
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        placeholders = dict(issue.translation_placeholders or {}) if issue else {}
        if user_input is not None:
            if (charger := self._charger) is None:
                return self.async_abort(reason="server_not_running")
            try:
                await async_send_whole_list(charger)
            except HomeAssistantError as err:
                errors["base"] = "not_sent"
                placeholders["error"] = await async_text(self.hass, err)
            else:
                return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="confirm", errors=errors, description_placeholders=placeholders
        )
