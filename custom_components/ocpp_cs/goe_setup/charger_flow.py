"""go-eChargers in the flow that adds and changes the chargers of a server."""

from typing import Any, override

from homeassistant.config_entries import (
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowContext,
    SubentryFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_TOKEN

from ..const import CONF_ADDRESS_CHOSEN, CONF_BACKUP, DOMAIN
from ..foreign_text import Markdown, for_markdown, shown
from ..goe.client import GoEClient
from ..goe.errors import GoEError
from ..goe.restore import Backup, restore
from ..hub import OcppConfigEntry
from .client import make_client
from .coordinator import client_of
from .flow import GoESteps
from .forms import read_errors
from .texts import Texts


class GoEChargerSteps(
    GoESteps[SubentryFlowContext, SubentryFlowResult, tuple[str, str]],
    ConfigSubentryFlow,
):
    """Adds a charger from its address, and puts its settings back."""

    @property
    @override
    def _goe_entry(self) -> OcppConfigEntry:
        return self._get_entry()

    @override
    def _goe_finish(
        self, title: str, data: dict[str, Any], unique_id: str
    ) -> SubentryFlowResult:
        # A card of the same charger has nothing to offer any more.
        flow = self.hass.config_entries.flow
        for card in flow.async_progress_by_handler(
            DOMAIN, include_uninitialized=True, match_context={"unique_id": unique_id}
        ):
            flow.async_abort(card["flow_id"])
        return self.async_create_entry(title=title, data=data, unique_id=unique_id)

    _goe_chosen = False

    def _goe_has_choice(self, subentry: ConfigSubentry) -> bool:
        """Return whether more can be done with a charger than to change it here."""
        return CONF_BACKUP in subentry.data and not self._goe_chosen

    async def async_step_goe_charger(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what to do."""
        return self.async_show_menu(
            step_id="goe_charger", menu_options=["change", "goe_restore"]
        )

    async def async_step_change(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show the form that there is for any charger."""
        self._goe_chosen = True
        return await self.async_step_reconfigure()

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for name and settings."""
        raise NotImplementedError

    @property
    def _goe_client(self) -> GoEClient:
        """The charger's one and only, while its server runs."""
        entry, subentry = self._goe_entry, self._get_reconfigure_subentry()
        if (client := client_of(entry, subentry)) is not None:
            return client
        data = subentry.data
        return make_client(self.hass, data[CONF_HOST], data.get(CONF_TOKEN))

    async def async_step_goe_restore(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Put back the settings that the charger had before it was set up."""
        entry, subentry = self._get_entry(), self._get_reconfigure_subentry()
        backup = Backup.from_dict(subentry.data[CONF_BACKUP])
        if backup is None:
            return self.async_abort(reason="nothing_to_restore")
        texts = await Texts.async_load(self.hass)
        errors: dict[str, str] = {}
        if user_input is not None:
            data = dict(subentry.data)
            try:
                restored = await restore(self._goe_client, backup)
            except GoEError as err:
                # There is no field for it here.
                errors = dict.fromkeys(("base",), *read_errors(err).values())
            else:
                left = {**restored.changed, **restored.refused}
                for key in (CONF_BACKUP, CONF_ADDRESS_CHOSEN):
                    data.pop(key, None)
                self.hass.config_entries.async_update_subentry(
                    entry, subentry, data=data
                )
                return self.async_abort(
                    reason="restored",
                    description_placeholders=for_markdown(
                        name=subentry.title,
                        left=Markdown(", ".join(shown(key) for key in left) or "–"),
                    ),
                )
        return self.async_show_form(
            step_id="goe_restore",
            errors=errors,
            description_placeholders=for_markdown(
                name=subentry.title, before=texts.values(backup)
            ),
        )
