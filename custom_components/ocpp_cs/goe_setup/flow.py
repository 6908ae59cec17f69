"""The steps that set a go-eCharger up from its address, for whatever flow asks them."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, override

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_NAME, CONF_PORT, CONF_TOKEN
from homeassistant.core import callback
from homeassistant.data_entry_flow import (
    AbortFlow,
    FlowContext,
    FlowHandler,
    FlowResult,
)

from ..chargers.naming import name_taken
from ..const import DEFAULT_HOST, DOMAIN
from ..foreign_text import Markdown, for_markdown
from ..forms.charger import CONF_MAXIMUM_CURRENT
from ..forms.numbers import number_problem, opened
from ..goe.address import own_address, parse_host, without_port
from ..goe.apply import Progress, Step
from ..goe.client import GoEClient
from ..goe.errors import GoEError, UnauthorizedError
from ..goe.plan import Access, Away
from .forms import (
    CONF_ACCESS,
    CONF_ADDRESS,
    CONF_AWAY,
    SECTION_SERVER,
    address_schema,
    choices_schema,
    read_errors,
)
from .rollback import async_leaving
from .setup import Choices, GoESetUp, adopted_charger, make_client, server_port
from .texts import Words, own_words

if TYPE_CHECKING:
    from ..hub import OcppConfigEntry


class GoESteps[
    ContextT: FlowContext = FlowContext,
    ResultT: FlowResult[Any, Any] = FlowResult[Any, Any],
    HandlerT = str,
](FlowHandler[ContextT, ResultT, HandlerT]):
    """Address, what was found, what changes, and the change itself."""

    _goe: GoESetUp | None = None
    _goe_host = ""
    _goe_token: str | None = None
    _goe_asks_token = False
    _goe_firmware = ""
    """Of a charger that cannot be used."""
    _goe_offered: str | None = None
    """The address of this machine that was offered."""
    _goe_made: str | None = None
    """The server that was made for this charger."""
    _goe_step = Step.CONNECTING
    _goe_task: asyncio.Task[None] | None = None

    # What the flow has to say.

    @property
    def _goe_entry(self) -> OcppConfigEntry | None:
        """The server; None if there is to be a new one."""
        raise NotImplementedError

    @property
    def _goe_port(self) -> int:
        """The port of the server, be it a new one."""
        entry = self._goe_entry
        assert entry is not None
        return server_port(entry)

    async def _goe_server(self) -> OcppConfigEntry | None:
        """Return the server, made if need be; None if it does not run."""
        return self._goe_entry

    def _goe_finish(self, title: str, data: dict[str, Any], unique_id: str) -> ResultT:
        """End with the charger added."""
        raise NotImplementedError

    # The steps.

    async def async_step_goe_address(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask where the charger is, and look what is there."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._goe_host = user_input[CONF_HOST]
            self._goe_token = user_input.get(CONF_TOKEN, "").strip() or None
            errors = await self._goe_read()
            if not errors:
                return await self._goe_next()
        return self._goe_ask_address(errors)

    def _goe_ask_address(self, errors: dict[str, str]) -> ResultT:
        return self.async_show_form(
            step_id="goe_address",
            data_schema=self.add_suggested_values_to_schema(
                address_schema(token=self._goe_asks_token),
                {CONF_HOST: self._goe_host},
            ),
            errors=errors,
            description_placeholders=for_markdown(firmware=self._goe_firmware),
        )

    async def _goe_read(self) -> dict[str, str]:
        """Read the charger; return the errors of a form that asks for its address."""
        try:
            host = parse_host(self._goe_host)
        except ValueError:
            return {CONF_HOST: "invalid_host"}
        known = self._goe
        try:
            if known is not None and (known.client.host, known.token) == (
                host,
                self._goe_token,
            ):
                # It knows when it has written last, and waits for the charger.
                client = known.client
            else:
                client = make_client(self.hass, host, self._goe_token)
        except ValueError:
            if self._goe_token:
                self._goe_asks_token = True
                return {CONF_TOKEN: "token_wrong"}
            return {CONF_HOST: "invalid_host"}
        try:
            state = await client.state()
            if await self._goe_undo(state.identity.serial, client):
                state = await client.state()
        except GoEError as err:
            self._goe_asks_token |= isinstance(err, UnauthorizedError)
            return read_errors(err)
        if not state.suitability.usable:
            # It can be updated, and tried again.
            self._goe_firmware = state.identity.firmware.text
            return {
                CONF_HOST: "too_old" if state.suitability == "too_old" else "no_ocpp"
            }
        self._goe = GoESetUp(
            self.hass,
            await async_leaving(self.hass),
            client,
            self._goe_token,
            state,
        )
        return {}

    async def _goe_undo(self, serial: str, client: GoEClient) -> bool:
        """Undo an earlier set-up that did not come to its end; return whether one was."""
        leaving = await async_leaving(self.hass)
        if leaving.records.is_under_way(serial):
            raise AbortFlow("goe_busy")
        if serial not in leaving.records.unfinished():
            return False
        leaving.records.async_moved(serial, host=client.host, token=self._goe_token)
        await leaving.async_undo(serial, client)
        return True

    def _goe_known(self) -> ResultT | None:
        """End if the charger is there already: where it is may be news."""
        goe = self._goe
        assert goe is not None
        if (known := adopted_charger(self.hass, goe.identity.serial)) is None:
            return None
        entry, subentry = known
        data = {**subentry.data, CONF_HOST: goe.client.host}
        if goe.token:
            data[CONF_TOKEN] = goe.token
        elif goe.client.host != subentry.data.get(CONF_HOST):
            # It answers there without one, and does not get one either.
            data.pop(CONF_TOKEN, None)
        self.hass.config_entries.async_update_subentry(entry, subentry, data=data)
        return self.async_abort(
            reason="goe_known",
            description_placeholders=for_markdown(
                name=subentry.title, server=entry.title
            ),
        )

    async def _goe_next(self) -> ResultT:
        """Go on with the charger that was found."""
        if (known := self._goe_known()) is not None:
            return known
        return await self.async_step_goe_found()

    async def async_step_goe_found(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Show what was found, and ask what is wanted of it."""
        goe = self._goe
        assert goe is not None
        identity = goe.identity
        if self._goe_offered is None:
            self._goe_offered = await self._goe_own_address()
        entry = self._goe_entry
        name = identity.name or identity.model
        if entry is not None and name_taken(entry, name):
            name = f"{name} {identity.serial}"
        schema = await choices_schema(
            self.hass,
            name,
            goe.choices,
            self._goe_offered,
            self._goe_port,
            goe.current,
        )
        errors, numbers = number_problem(schema, user_input or {})
        if user_input is not None:
            choices = self._goe_choices(user_input)
            if choices is None:
                errors[SECTION_SERVER] = "invalid_address"
            elif entry is not None and name_taken(entry, choices.name):
                errors[CONF_NAME] = "name_taken"
            elif not errors:
                goe.choose(choices)
                return await self.async_step_goe_changes()
        words = await Words.async_load(self.hass)
        return self.async_show_form(
            step_id="goe_found",
            data_schema=self.add_suggested_values_to_schema(
                opened(schema, errors), user_input
            ),
            errors=errors,
            description_placeholders=numbers
            | for_markdown(
                model=identity.model,
                serial=identity.serial,
                firmware=identity.firmware.text or "–",
                name=identity.name or "–",
                host=goe.client.host,
                warning=words.warning(goe.state.suitability),
            ),
        )

    async def _goe_own_address(self) -> str:
        entry, goe = self._goe_entry, self._goe
        assert goe is not None
        bound = DEFAULT_HOST if entry is None else entry.data.get(CONF_HOST)
        if bound not in (None, DEFAULT_HOST):
            return str(bound)
        return await own_address(goe.client.host) or ""

    def _goe_choices(self, user_input: Mapping[str, Any]) -> Choices | None:
        """Return what the user wants; None if the address is none."""
        goe = self._goe
        assert goe is not None
        server = user_input[SECTION_SERVER]
        try:
            address = without_port(host := parse_host(server[CONF_ADDRESS]))
        except ValueError:
            return None
        # A port has its own field, and chargers do not resolve such names.
        bare = host.strip("[]")
        if address != bare or address.rstrip(".").lower().endswith(".local"):
            return None
        port = server[CONF_PORT]
        return Choices(
            name=user_input[CONF_NAME].strip() or goe.identity.model,
            access=Access(user_input[CONF_ACCESS]),
            away=Away(user_input[CONF_AWAY]),
            address=address,
            port=port,
            current=user_input[CONF_MAXIMUM_CURRENT],
            chosen=(address, port) != (self._goe_offered, self._goe_port),
        )

    async def async_step_goe_changes(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Show what will be changed, and why, before anything is."""
        goe = self._goe
        assert goe is not None and goe.plan is not None
        words = await Words.async_load(self.hass)
        return self.async_show_menu(
            step_id="goe_changes",
            menu_options=["goe_apply", "goe_found"],
            description_placeholders=for_markdown(
                changes=words.changes(goe.plan.changes),
                notes=words.notes(goe.plan),
                url=Markdown(goe.plan.url),
            ),
        )

    async def async_step_goe_apply(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Change the charger and wait for it."""
        goe = self._goe
        assert goe is not None and goe.plan is not None
        if self._goe_task is None:
            if (known := self._goe_known()) is not None:
                return known
            entry = await self._goe_server()
            if entry is None or entry.state is not ConfigEntryState.LOADED:
                return self.async_abort(reason="not_running")
            if not goe.async_claim():
                return self.async_abort(reason="goe_busy")
            self._goe_step = Step.CONNECTING
            self._goe_task = self.hass.async_create_task(
                goe.async_run(
                    entry, self._goe_progress, made=self._goe_made is not None
                ),
                f"{DOMAIN} set up {goe.client.host}",
                eager_start=False,
            )
        if not self._goe_task.done():
            return self.async_show_progress(
                step_id="goe_apply",
                progress_action=f"goe_{self._goe_step}",
                description_placeholders=for_markdown(url=Markdown(goe.plan.url)),
                progress_task=self._goe_task,
            )
        self._goe_task = None
        return self.async_show_progress_done(
            next_step_id="goe_failed" if goe.failure else "goe_done"
        )

    @callback
    def _goe_progress(self, progress: Progress) -> None:
        self.async_update_progress(progress.fraction)
        # Ends with the task, which is not quite done yet.
        if progress.step not in (self._goe_step, Step.DONE):
            self._goe_step = progress.step
            self.async_notify_flow_changed()

    async def async_step_goe_failed(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Say why it failed, and offer to try it otherwise."""
        goe = self._goe
        assert goe is not None and goe.plan is not None and goe.failure is not None
        words = await Words.async_load(self.hass)
        return self.async_show_menu(
            step_id="goe_failed",
            menu_options=["goe_again", "goe_found", "goe_address"],
            description_placeholders=for_markdown(
                reason=words.failure(goe.failure),
                url=Markdown(goe.plan.url),
                words=own_words(goe.failure),
            ),
        )

    async def async_step_goe_again(
        self, _user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Read the charger anew, and show what will be changed."""
        goe = self._goe
        assert goe is not None and goe.choices is not None
        if errors := await self._goe_read():
            return self._goe_ask_address(errors)
        assert self._goe is not None
        self._goe.choose(goe.choices)
        return await self.async_step_goe_changes()

    async def async_step_goe_done(
        self, _user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Add the charger, which is there already."""
        goe = self._goe
        assert goe is not None and goe.choices is not None
        serial = goe.identity.serial
        return self._goe_finish(goe.choices.name, goe.data(), serial)

    @override
    @callback
    def async_remove(self) -> None:
        """Leave the charger as it was, unless all was done."""
        super().async_remove()
        if self._goe is not None:
            self._goe.async_close()
