"""The flows of repairs: what a click can do about them."""

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
from ..forms.numbers import number_problem
from ..forms.server import PORT, address_problem
from ..issues.phase_rotation import right_rotation
from ..tags.local_lists import async_send_whole_list

if TYPE_CHECKING:
    from ..chargers.charger import Charger
    from ..hub import Hub, OcppConfigEntry

type FixData = dict[str, str | int | float | None]


class OcppRepairsFlow(RepairsFlow):
    """What the flows of this integration share.

    The data of an issue have `entry_id`, the config entry of the server, and
    `subentry_id` where it is about a charger. Both may be gone by the time that
    somebody clicks.
    """

    def __init__(self, fix_data: FixData) -> None:
        """Mend the issue with these data."""
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
        """What the texts of the issue are filled with, or were before it went."""
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

    def _menu(self, options: list[str]) -> RepairsFlowResult:
        return self.async_show_menu(
            step_id="init",
            menu_options=options,
            description_placeholders=self._placeholders,
        )

    async def async_step_ignore(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show nothing of it any more, where a menu offers that.

        Home Assistant's own button for it is not there for what a click can mend.
        """
        ir.async_get(self.hass).async_ignore(DOMAIN, self.issue_id, True)
        return self._leave("ignored")

    def _leave(self, reason: str) -> RepairsFlowResult:
        """End with words, and leave the issue where it is."""
        return self.async_abort(
            reason=reason, description_placeholders=self._placeholders
        )


class ConfirmFlow(OcppRepairsFlow):
    """Begins with a form that says what will be done, and does it then."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_confirm()

    @abstractmethod
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Say it, and do it once the user agrees."""

    async def _failed(self, err: HomeAssistantError) -> RepairsFlowResult:
        """Show the form again, with what the charger said."""
        return self._show(
            "confirm",
            errors={"base": "not_sent"},
            error=plain(await async_text(self.hass, err), SENTENCE),
        )


class SendFlow(ConfirmFlow):
    """Has a charger told something once the user agrees, and tells why that failed."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask, and send it."""
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
        """Send it. Raises HomeAssistantError."""


class ReadFlow(ConfirmFlow):
    """Tells what to do elsewhere, and takes the issue away once that was read."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Tell it."""
        if user_input is None:
            return self._show("confirm")
        return self._mend()

    def _mend(self) -> RepairsFlowResult:
        """Do what there is to do here."""
        return self.async_create_entry(data={})


class StrictFlow(ReadFlow):
    """Stops insisting on the subprotocol."""

    @override
    def _mend(self) -> RepairsFlowResult:
        if (entry := self._entry) is None:
            return self._leave("not_running")
        self.hass.config_entries.async_update_entry(
            entry, options={**entry.options, CONF_STRICT_SUBPROTOCOL: False}
        )
        return self.async_create_entry(data={})


class ClockFlow(OcppRepairsFlow):
    """Gives a charger the time, or restarts it.

    Whether that helped is seen from what it says next: the issue goes by itself.
    """

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask which."""
        return self._menu(["give_time", "restart"])

    async def async_step_give_time(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Have it ask for the time."""
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
        """Restart it, once the user agrees."""
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
    """Have a charger send what is answered with the time.

    The answers to its heartbeats have not helped it so far, so those come last.
    """
    commands = charger.charge_point.commands
    try:
        await commands.trigger_message(requested_message="boot_notification")
    except CommandError:
        await commands.trigger_message(requested_message="heartbeat")


class StartSessionsFlow(OcppRepairsFlow):
    """Decides whether the sessions of a charger are started from here."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask which."""
        return self._menu([START_ALWAYS, START_NEVER])

    async def async_step_always(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Start them."""
        return self._choose(START_ALWAYS)

    async def async_step_never(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Leave that to cards and hands."""
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
    """Adds a card, or lets it be refused without a word."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask which."""
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
        # Somebody else may have been quicker, which is just as well.
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
        """Begin."""
        return await self.async_step_port()

    async def async_step_port(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for a port, try it, and start the server there."""
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
                    # One that listens restarts by itself.
                    self.hass.config_entries.async_schedule_reload(entry.entry_id)
                return self.async_create_entry(data={})
        return self._show("port", schema, errors, **words)


class LocalListFlow(SendFlow):
    """Asks whether to send the list."""

    @override
    async def _send(self, charger: Charger) -> None:
        await async_send_whole_list(charger)


class PhaseRotationFlow(SendFlow):
    """Asks whether to write the right one."""

    @override
    async def _send(self, charger: Charger) -> None:
        # It may have been set right by now.
        if (right := right_rotation(charger)) is not None:
            with translate_errors(charger.name):
                await charger.charge_point.commands.set_phase_rotation(right)


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
