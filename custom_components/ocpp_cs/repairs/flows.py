"""The fix flows of the repair issues."""

from abc import abstractmethod
from contextlib import suppress
from typing import TYPE_CHECKING, Any, override

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_NAME, CONF_PORT
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.selector import TextSelector
import voluptuous as vol

from ..chargers.naming import server_title
from ..const import (
    CONF_START_SESSIONS,
    CONF_STRICT_SUBPROTOCOL,
    DEFAULT_HOST,
    DEFAULT_PORT,
    DOMAIN,
    START_ALWAYS,
    START_NEVER,
)
from ..csms.model.errors import CommandError, CsmsError, NotConnectedError
from ..exceptions import async_text, translate_errors
from ..foreign_text import SENTENCE, plain
from ..forms.language import async_language
from ..forms.numbers import number_problem
from ..forms.server import PORT, address_problem
from ..issues.phase_rotation import right_rotation
from ..tags.local_lists import async_send_whole_list

if TYPE_CHECKING:
    from ..chargers.charger import Charger
    from ..hub import Hub, OcppConfigEntry

type FixData = dict[str, str | int | float | None]


class OcppRepairsFlow(RepairsFlow):
    """The base class of the fix flows.

    The data of an issue have `entry_id`, the config entry of the server, and
    `subentry_id` if it is about a charger. Both may have been removed by the time the
    user opens the flow.
    """

    def __init__(self, fix_data: FixData) -> None:
        """Initialize the flow with the data of the issue."""
        self._fix_data = fix_data
        self._said: dict[str, str] = {}

    @property
    def _entry(self) -> OcppConfigEntry | None:
        return self.hass.config_entries.async_get_entry(str(self._fix_data["entry_id"]))

    @property
    def _hub(self) -> Hub | None:
        entry = self._entry
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return None
        return entry.runtime_data

    @property
    def _charger(self) -> Charger | None:
        if (hub := self._hub) is None:
            return None
        return hub.chargers.get(str(self._fix_data["subentry_id"]))

    @property
    def _placeholders(self) -> dict[str, str]:
        """The placeholders of the issue's texts, also after it was cleared."""
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        if issue is not None:
            self._said = dict(issue.translation_placeholders or {})
        return self._said

    def _show(
        self,
        step_id: str,
        schema: vol.Schema | None = None,
        errors: dict[str, str] | None = None,
        **placeholders: str,
    ) -> RepairsFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=schema or vol.Schema({}),
            errors=errors,
            description_placeholders=self._placeholders | placeholders,
        )

    def _menu(self, options: list[str], step_id: str = "init") -> RepairsFlowResult:
        return self.async_show_menu(
            step_id=step_id,
            menu_options=options,
            description_placeholders=self._placeholders,
        )

    async def async_step_ignore(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ignore the issue: an option of some menus.

        Home Assistant offers its own button for this only for issues that are not
        fixable.
        """
        ir.async_get(self.hass).async_ignore(DOMAIN, self.issue_id, True)
        return self._leave("ignored")

    def _leave(self, reason: str) -> RepairsFlowResult:
        """End the flow with a message, and leave the issue open."""
        return self.async_abort(
            reason=reason, description_placeholders=self._placeholders
        )


class ConfirmFlow(OcppRepairsFlow):
    """A flow that shows a form and acts once the user submits it."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show the form."""
        return await self.async_step_confirm()

    @abstractmethod
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show the form, and act once the user submits it."""

    async def _failed(self, err: HomeAssistantError) -> RepairsFlowResult:
        """Show the form again, with the error of the charger."""
        return self._show(
            "confirm",
            errors={"base": "not_sent"},
            error=plain(
                await async_text(self.hass, err, await async_language(self.hass)),
                SENTENCE,
            ),
        )


class SendFlow(ConfirmFlow):
    """A flow that sends a request to a charger, and shows why it failed."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for confirmation, and send the request."""
        if user_input is None:
            return self._show("confirm")
        if (charger := self._charger) is None:
            return self._leave("server_not_running")
        try:
            await self._send(charger)
        except HomeAssistantError as err:
            return await self._failed(err)
        return self.async_create_entry(data={})

    @abstractmethod
    async def _send(self, charger: Charger) -> None:
        """Send the request. Raises HomeAssistantError."""


class ReadFlow(ConfirmFlow):
    """A flow that shows an instruction, and clears the issue once it is confirmed."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show the instruction."""
        if user_input is None:
            return self._show("confirm")
        return self._mend()

    def _mend(self) -> RepairsFlowResult:
        """Make the changes on this side, if there are any."""
        return self.async_create_entry(data={})


class StrictFlow(ReadFlow):
    """Accept connections without the subprotocol."""

    @override
    def _mend(self) -> RepairsFlowResult:
        if (entry := self._entry) is None:
            return self._leave("not_running")
        self.hass.config_entries.async_update_entry(
            entry, options={**entry.options, CONF_STRICT_SUBPROTOCOL: False}
        )
        return self.async_create_entry(data={})


class ClockFlow(OcppRepairsFlow):
    """Set the clock of a charger, or restart the charger.

    The issue is cleared once a message of the charger has the right time.
    """

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the method."""
        return self._menu(["give_time", "restart"])

    async def async_step_give_time(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Trigger a message whose answer has the time."""
        if (charger := self._charger) is None:
            return self._leave("not_running")
        try:
            await _give_time(charger)
        except NotConnectedError:
            return self._leave("not_connected")
        except CsmsError:
            return self._leave("refused")
        return self._leave("time_given")

    async def async_step_restart(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Restart the charger after a confirmation."""
        if user_input is None:
            return self._show("restart")
        if (charger := self._charger) is None:
            return self._leave("not_running")
        try:
            await charger.charge_point.commands.reset(type="soft")
        except NotConnectedError:
            return self._leave("not_connected")
        except CsmsError:
            return self._leave("refused")
        return self._leave("restarting")


async def _give_time(charger: Charger) -> None:
    """Trigger a BootNotification, or else a Heartbeat, to send the time in the answer.

    The regular heartbeats have not set the clock so far, so a heartbeat comes last.
    """
    commands = charger.charge_point.commands
    try:
        await commands.trigger_message(requested_message="boot_notification")
    except CommandError:
        await commands.trigger_message(requested_message="heartbeat")


class StartSessionsFlow(OcppRepairsFlow):
    """Choose whether Home Assistant starts the sessions of a charger."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the choice."""
        return self._menu([START_ALWAYS, START_NEVER])

    async def async_step_always(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Start the sessions of this charger always."""
        return self._choose(START_ALWAYS)

    async def async_step_never(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Leave the start to cards and to the user."""
        return self._choose(START_NEVER)

    def _choose(self, option: str) -> RepairsFlowResult:
        entry, charger = self._entry, self._charger
        if entry is None or charger is None:
            return self._leave("not_running")
        self.hass.config_entries.async_update_subentry(
            entry,
            charger.subentry,
            data={**charger.subentry.data, CONF_START_SESSIONS: option},
        )
        return self.async_create_entry(data={})


class UnknownTagFlow(OcppRepairsFlow):
    """Add an unknown card, or ignore it."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the choice."""
        return self._menu(["add", "ignore"])

    async def async_step_add(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for a name, and add it."""
        if user_input is None:
            return self._show(
                "add", vol.Schema({vol.Required(CONF_NAME): TextSelector()})
            )
        if (hub := self._hub) is None:
            return self._leave("not_running")
        # The id tag may have been added by another flow in the meantime.
        with suppress(AbortFlow):
            hub.id_tags.async_add(
                str(self._fix_data["id_tag"]), user_input[CONF_NAME].strip()
            )
        return self.async_create_entry(data={})


class PortFlow(OcppRepairsFlow):
    """Chooses another port for a server."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show the form."""
        return await self.async_step_port()

    async def async_step_port(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for a port, test it, and restart the server with it."""
        if (entry := self._entry) is None:
            return self._leave("not_running")
        old = entry.data.get(CONF_PORT, DEFAULT_PORT)
        port = min(old + 1, 65535)
        if user_input is not None:
            port = user_input[CONF_PORT]
        schema = vol.Schema({vol.Required(CONF_PORT, default=port): PORT})
        errors, words = number_problem(schema, user_input or {})
        if user_input is not None and not errors:
            host = entry.data.get(CONF_HOST, DEFAULT_HOST)
            errors, words = await address_problem(self.hass, host, port)
            if not errors:
                self.hass.config_entries.async_update_entry(
                    entry,
                    data={**entry.data, CONF_PORT: port},
                    title=(
                        server_title(port)
                        if entry.title == server_title(old)
                        else entry.title
                    ),
                )
                if entry.state is not ConfigEntryState.LOADED:
                    # A running server restarts when its entry changes.
                    self.hass.config_entries.async_schedule_reload(entry.entry_id)
                return self.async_create_entry(data={})
        return self._show("port", schema, errors, **words)


class LocalListFlow(SendFlow):
    """Send the local list after a confirmation."""

    @override
    async def _send(self, charger: Charger) -> None:
        await async_send_whole_list(charger)


class PhaseRotationFlow(SendFlow):
    """Write the right phase rotation after a confirmation."""

    @override
    async def _send(self, charger: Charger) -> None:
        # The phase rotation may have been corrected in the meantime.
        if (right := right_rotation(charger)) is not None:
            with translate_errors(charger.name):
                await charger.charge_point.commands.set_phase_rotation(right)


class TryAgainFlow(ConfirmFlow):
    """Repeat a failed request of a file transfer."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for confirmation, and repeat the request."""
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
            # Finishing the flow would clear the new issue.
            return self._leave("failed_again")
        return self.async_create_entry(data={})
