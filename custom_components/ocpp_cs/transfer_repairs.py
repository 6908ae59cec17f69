"""Try again what a charger could not fetch, install or upload."""

from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.translation import async_get_translations
import voluptuous as vol

from .const import DOMAIN
from .uploads import find_charger


class TryAgainFlow(RepairsFlow):
    """Sends the charger the same once more."""

    def __init__(self, data: dict[str, str | int | float | None]) -> None:
        """Take the data of the issue: the subentry, and what it is about."""
        super().__init__()
        self._subentry_id = str(data["subentry_id"])
        self._what = str(data["what"])

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask, and do it."""
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        placeholders = dict((issue and issue.translation_placeholders) or {})
        errors = {}
        if user_input is not None:
            charger = find_charger(self.hass, self._subentry_id)
            if (
                charger is None
                or (request := charger.transfers.request(self._what)) is None
            ):
                return self.async_abort(reason="nothing_to_repeat")
            try:
                await charger.transfers.async_request(request.action, request.values)
            except HomeAssistantError as err:
                errors["base"] = "not_sent"
                placeholders["error"] = await self._words(err)
            else:
                again = charger.transfers.request(self._what)
                if again is not None and again.failed:
                    # To finish would take the new issue away.
                    return self.async_abort(reason="failed_again")
                return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({}),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def _words(self, err: HomeAssistantError) -> str:
        """Return what an error says in Home Assistant's language."""
        texts = await async_get_translations(
            self.hass, self.hass.config.language, "exceptions", [DOMAIN]
        )
        key = f"component.{DOMAIN}.exceptions.{err.translation_key}.message"
        if (text := texts.get(key)) is None:
            return str(err)
        return text.format(**err.translation_placeholders or {})
