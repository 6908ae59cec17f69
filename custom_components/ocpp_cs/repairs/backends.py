"""The fix flow for what a backend asks for, and only the owner may decide."""

from typing import Any, Final

from homeassistant.components.repairs import RepairsFlowResult

from ..csms.model.errors import CsmsError
from ..exceptions import async_text, translated
from ..foreign_text import SENTENCE, plain
from ..forms.language import async_language
from ..upstream.wishes import Wishlist, async_grant
from .flows import OcppRepairsFlow

_CHOICES: Final = ["grant", "refuse", "ignore"]


class WishFlow(OcppRepairsFlow):
    """Do what a backend asks for, or refuse it."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the choice."""
        if self._placeholders.get("connector") == "0":
            return await self.async_step_whole()
        return self._menu(_CHOICES)

    async def async_step_whole(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the choice where it is about all of a charger."""
        return self._menu(_CHOICES, step_id="whole")

    async def async_step_grant(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Do it."""
        hub, charger = self._hub, self._charger
        if hub is None or charger is None:
            return self._leave("server_not_running")
        wishes = hub.part(Wishlist)
        if (wish := wishes.open_wish(self.issue_id)) is None:
            return self._leave("not_asked")
        try:
            await async_grant(charger.charge_point, wish)
        except CsmsError as err:
            text = await async_text(
                self.hass,
                translated(err, charger.name),
                await async_language(self.hass),
            )
            return self.async_abort(
                reason="not_done",
                description_placeholders={
                    **self._placeholders,
                    "error": plain(text, SENTENCE),
                },
            )
        wishes.async_done(self.issue_id)
        return self.async_create_entry(data={})

    async def async_step_refuse(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Refuse it; the backend may ask again."""
        if (hub := self._hub) is None:
            return self._leave("server_not_running")
        hub.part(Wishlist).async_refuse(self.issue_id)
        return self.async_create_entry(data={})
