"""The part of the subentry flow for chargers that is for go-eChargers."""

from typing import Any

from homeassistant.config_entries import (
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.core import HomeAssistant

from ..const import CONF_ADDRESS_CHOSEN, CONF_BACKUP, DOMAIN
from ..foreign_text import Markdown, for_markdown, shown
from ..goe.client import GoEClient
from ..goe.errors import GoEError
from ..goe.restore import Backup, restore
from ..hub import OcppConfigEntry
from .client import make_client
from .coordinator import client_of
from .forms import read_errors
from .setup import server_port
from .texts import Texts


class ChargerOfServer:
    """Adds the charger to the server that the subentry flow belongs to."""

    made = False

    def __init__(self, flow: ConfigSubentryFlow, entry: OcppConfigEntry) -> None:
        """Initialize for a flow that adds chargers to the server `entry`."""
        self._flow = flow
        self.entry = entry

    @property
    def port(self) -> int:
        """The port of the server."""
        return server_port(self.entry)

    async def async_server(self) -> OcppConfigEntry | None:
        """Return the server, which exists already."""
        return self.entry

    def finish(
        self, title: str, data: dict[str, Any], unique_id: str
    ) -> SubentryFlowResult:
        """End the flow and create the subentry of the charger."""
        # A discovery flow of the same charger is obsolete.
        flows = self._flow.hass.config_entries.flow
        for card in flows.async_progress_by_handler(
            DOMAIN, include_uninitialized=True, match_context={"unique_id": unique_id}
        ):
            flows.async_abort(card["flow_id"])
        return self._flow.async_create_entry(
            title=title, data=data, unique_id=unique_id
        )


def can_be_restored(subentry: ConfigSubentry) -> bool:
    """Return whether the settings from before the set-up are stored."""
    return CONF_BACKUP in subentry.data


def _client(
    hass: HomeAssistant, entry: OcppConfigEntry, subentry: ConfigSubentry
) -> GoEClient:
    """Return the charger's shared client while its server runs, or else a new one."""
    if (client := client_of(entry, subentry)) is not None:
        return client
    data = subentry.data
    return make_client(hass, data[CONF_HOST], data.get(CONF_TOKEN))


class GoERestore:
    """Restores the settings that a charger had before it was set up."""

    def __init__(
        self,
        flow: ConfigSubentryFlow,
        entry: OcppConfigEntry,
        subentry: ConfigSubentry,
    ) -> None:
        """Initialize for a flow that changes the charger `subentry`."""
        self._flow = flow
        self._entry = entry
        self._subentry = subentry

    async def restore(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show the earlier values, and restore them: the step `goe_restore`."""
        flow, entry, subentry = self._flow, self._entry, self._subentry
        backup = Backup.from_dict(subentry.data[CONF_BACKUP])
        if backup is None:
            return flow.async_abort(reason="nothing_to_restore")
        texts = await Texts.async_load(flow.hass)
        errors: dict[str, str] = {}
        if user_input is not None:
            data = dict(subentry.data)
            try:
                restored = await restore(_client(flow.hass, entry, subentry), backup)
            except GoEError as err:
                # This form has no field for the error.
                errors = dict.fromkeys(("base",), *read_errors(err).values())
            else:
                left = restored.left
                for key in (CONF_BACKUP, CONF_ADDRESS_CHOSEN):
                    data.pop(key, None)
                flow.hass.config_entries.async_update_subentry(
                    entry, subentry, data=data
                )
                return flow.async_abort(
                    reason="restored",
                    description_placeholders=for_markdown(
                        name=subentry.title,
                        left=Markdown(", ".join(shown(key) for key in left) or "–"),
                    ),
                )
        return flow.async_show_form(
            step_id="goe_restore",
            errors=errors,
            description_placeholders=for_markdown(
                name=subentry.title, before=texts.values(backup)
            ),
        )
