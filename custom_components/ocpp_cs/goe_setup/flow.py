"""The steps that set up a go-eCharger from its address, shared by the flows."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_NAME, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import AbortFlow, FlowHandler, FlowResult

from ..chargers.naming import name_taken
from ..const import DEFAULT_HOST, DOMAIN
from ..foreign_text import Markdown, for_markdown
from ..former.chargers import former_of, proposed_current
from ..forms.charger import CONF_MAXIMUM_CURRENT
from ..forms.numbers import number_problem, opened
from ..goe.address import own_address, parse_host, without_port
from ..goe.apply import Progress, Step
from ..goe.client import GoEClient
from ..goe.errors import GoEError, UnauthorizedError
from ..goe.plan import Access, Away
from ..security.path_secrets import encryption_of
from .client import make_client
from .forms import (
    CONF_ACCESS,
    CONF_ADDRESS,
    CONF_AWAY,
    SECTION_SERVER,
    address_schema,
    choices_schema,
    read_errors,
)
from .rollback import async_rollback
from .setup import Choices, GoESetUp, adopted_charger, told_by
from .texts import Texts, own_words

if TYPE_CHECKING:
    from ..hub import OcppConfigEntry


class Destination[ResultT](Protocol):
    """The server to which a flow adds the charger."""

    @property
    def entry(self) -> OcppConfigEntry | None:
        """The server; None if it has yet to be created."""

    @property
    def port(self) -> int:
        """The port of the server, also of a new one."""

    @property
    def made(self) -> bool:
        """Return whether the server was created for this charger."""

    async def async_server(self) -> OcppConfigEntry | None:
        """Return the server, created if necessary; None if it does not run."""

    def finish(self, title: str, data: dict[str, Any], unique_id: str) -> ResultT:
        """Add the charger to its server, and end the flow."""


class GoESteps[ResultT: FlowResult[Any, Any]]:
    """The steps: address, charger found, planned changes, and applying them.

    Each method is a step of the flow: `address` is the step `goe_address`.
    """

    def __init__(
        self, flow: FlowHandler[Any, ResultT, Any], destination: Destination[ResultT]
    ) -> None:
        """Initialize the steps without a charger."""
        self._flow = flow
        self._destination = destination
        self.host = ""
        """The address of the charger, as entered or discovered."""
        self._set_up: GoESetUp | None = None
        self._token: str | None = None
        self._asks_token = False
        self._firmware = ""
        """The firmware of a charger that is not supported."""
        self._offered: str | None = None
        """The address of this machine that the form suggested."""
        self._step = Step.CONNECTING
        self._task: asyncio.Task[None] | None = None

    @property
    def _hass(self) -> HomeAssistant:
        return self._flow.hass

    @property
    def set_up(self) -> GoESetUp:
        """The set-up of the charger that was found."""
        assert self._set_up is not None
        return self._set_up

    async def address(self, user_input: dict[str, Any] | None = None) -> ResultT:
        """Ask for the address of the charger, and read the charger."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self.host = user_input[CONF_HOST]
            self._token = user_input.get(CONF_TOKEN, "").strip() or None
            errors = await self._read()
            if not errors:
                return await self._next()
        return self._ask_address(errors)

    def _ask_address(self, errors: dict[str, str]) -> ResultT:
        return self._flow.async_show_form(
            step_id="goe_address",
            data_schema=self._flow.add_suggested_values_to_schema(
                address_schema(token=self._asks_token),
                {CONF_HOST: self.host},
            ),
            errors=errors,
            description_placeholders=for_markdown(firmware=self._firmware),
        )

    async def _read(self) -> dict[str, str]:
        """Read the charger; return the errors of a form that asks for its address."""
        try:
            host = parse_host(self.host)
        except ValueError:
            return {CONF_HOST: "invalid_host"}
        known = self._set_up
        try:
            if known is not None and (known.client.host, known.token) == (
                host,
                self._token,
            ):
                # This client waits until its last write has settled.
                client = known.client
            else:
                client = make_client(self._hass, host, self._token)
        except ValueError:
            if self._token:
                self._asks_token = True
                return {CONF_TOKEN: "token_wrong"}
            return {CONF_HOST: "invalid_host"}
        try:
            state = await client.state()
            if await self._undo(state.identity.serial, client):
                state = await client.state()
        except GoEError as err:
            self._asks_token |= isinstance(err, UnauthorizedError)
            return read_errors(err)
        if not state.suitability.usable:
            # The user can update the firmware and try again.
            self._firmware = state.identity.firmware.text
            return {
                CONF_HOST: "too_old" if state.suitability == "too_old" else "no_ocpp"
            }
        self._set_up = GoESetUp(
            self._hass,
            await async_rollback(self._hass),
            client,
            self._token,
            state,
        )
        return {}

    async def _undo(self, serial: str, client: GoEClient) -> bool:
        """Undo an earlier, unfinished set-up; return whether there was one."""
        rollback = await async_rollback(self._hass)
        if rollback.records.is_under_way(serial):
            raise AbortFlow("goe_busy")
        if serial not in rollback.records.unfinished():
            return False
        rollback.records.async_moved(serial, host=client.host, token=self._token)
        await rollback.async_undo(serial, client)
        return True

    def _known(self) -> ResultT | None:
        """Abort if the charger is adopted already, and store its present address."""
        goe = self.set_up
        if (known := adopted_charger(self._hass, goe.identity.serial)) is None:
            return None
        entry, subentry = known
        data = {**subentry.data, CONF_HOST: goe.client.host}
        if goe.token:
            data[CONF_TOKEN] = goe.token
        elif goe.client.host != subentry.data.get(CONF_HOST):
            # It answers without a token; a token for the old address is not sent to it.
            data.pop(CONF_TOKEN, None)
        self._hass.config_entries.async_update_subentry(entry, subentry, data=data)
        return self._flow.async_abort(
            reason="goe_known",
            description_placeholders=for_markdown(
                name=subentry.title, server=entry.title
            ),
        )

    async def _next(self) -> ResultT:
        """Go on with the charger that was found."""
        if (known := self._known()) is not None:
            return known
        return await self.found()

    async def found(self, user_input: dict[str, Any] | None = None) -> ResultT:
        """Show the charger that was found, and ask for the choices."""
        goe = self.set_up
        identity = goe.identity
        if self._offered is None:
            self._offered = await self._own_address()
        entry = self._destination.entry
        former = former_of(entry, identity.serial)
        name = former.name if former else identity.name or identity.model
        if entry is not None and name_taken(entry, name):
            name = f"{name} {identity.serial}"
        schema = await choices_schema(
            self._hass,
            name,
            goe.choices,
            self._offered,
            self._destination.port,
            proposed_current(told_by(identity), former, goe.own_current),
        )
        errors, numbers = number_problem(schema, user_input or {})
        if user_input is not None:
            choices = self._choices(user_input)
            if choices is None:
                errors[SECTION_SERVER] = "invalid_address"
            elif entry is not None and name_taken(entry, choices.name):
                errors[CONF_NAME] = "name_taken"
            elif not errors:
                goe.choose(choices)
                return await self.changes()
        texts = await Texts.async_load(self._hass)
        return self._flow.async_show_form(
            step_id="goe_found",
            data_schema=self._flow.add_suggested_values_to_schema(
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
                warning=texts.warning(goe.state.suitability),
            ),
        )

    async def _own_address(self) -> str:
        entry, goe = self._destination.entry, self.set_up
        bound = DEFAULT_HOST if entry is None else entry.data.get(CONF_HOST)
        if bound not in (None, DEFAULT_HOST):
            return str(bound)
        return await own_address(goe.client.host) or ""

    def _choices(self, user_input: Mapping[str, Any]) -> Choices | None:
        """Return the entered choices; None if the address is invalid."""
        goe = self.set_up
        server = user_input[SECTION_SERVER]
        try:
            address = without_port(host := parse_host(server[CONF_ADDRESS]))
        except ValueError:
            return None
        # The port has its own field, and chargers do not resolve names of mDNS.
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
            chosen=(address, port) != (self._offered, self._destination.port),
        )

    async def changes(self, user_input: dict[str, Any] | None = None) -> ResultT:
        """Show the planned changes and their reasons before anything is written."""
        goe = self.set_up
        assert goe.plan is not None
        texts = await Texts.async_load(self._hass)
        return self._flow.async_show_menu(
            step_id="goe_changes",
            menu_options=["goe_apply", "goe_found"],
            description_placeholders=for_markdown(
                changes=texts.changes(goe.plan.changes),
                notes=texts.notes(goe.plan, can_encrypt=self._can_encrypt),
                url=Markdown(goe.plan.url),
            ),
        )

    @property
    def _can_encrypt(self) -> bool:
        """Return whether the server encrypts: the charger's form does the rest."""
        entry = self._destination.entry
        return entry is not None and encryption_of(entry) is not None

    async def apply(self, user_input: dict[str, Any] | None = None) -> ResultT:
        """Write the changes and wait for the charger to connect."""
        goe = self.set_up
        assert goe.plan is not None
        if self._task is None:
            if (known := self._known()) is not None:
                return known
            entry = await self._destination.async_server()
            if entry is None or entry.state is not ConfigEntryState.LOADED:
                return self._flow.async_abort(reason="not_running")
            if not goe.async_claim():
                return self._flow.async_abort(reason="goe_busy")
            self._step = Step.CONNECTING
            self._task = self._hass.async_create_task(
                goe.async_run(entry, self._progress, made=self._destination.made),
                f"{DOMAIN} set up {goe.client.host}",
                eager_start=False,
            )
        if not self._task.done():
            return self._flow.async_show_progress(
                step_id="goe_apply",
                progress_action=f"goe_{self._step}",
                description_placeholders=for_markdown(url=Markdown(goe.plan.url)),
                progress_task=self._task,
            )
        self._task = None
        return self._flow.async_show_progress_done(
            next_step_id="goe_failed" if goe.failure else "goe_done"
        )

    @callback
    def _progress(self, progress: Progress) -> None:
        self._flow.async_update_progress(progress.fraction)
        # DONE is reported just before the task ends, which ends the progress itself.
        if progress.step not in (self._step, Step.DONE):
            self._step = progress.step
            self._flow.async_notify_flow_changed()

    async def failed(self, user_input: dict[str, Any] | None = None) -> ResultT:
        """Show why the set-up failed, and offer to try again."""
        goe = self.set_up
        assert goe.plan is not None and goe.failure is not None
        texts = await Texts.async_load(self._hass)
        return self._flow.async_show_menu(
            step_id="goe_failed",
            menu_options=["goe_again", "goe_found", "goe_address"],
            description_placeholders=for_markdown(
                reason=texts.failure(goe.failure),
                url=Markdown(goe.plan.url),
                words=own_words(goe.failure),
            ),
        )

    async def again(self, _user_input: dict[str, Any] | None = None) -> ResultT:
        """Read the charger again, and show the planned changes."""
        goe = self.set_up
        assert goe.choices is not None
        if errors := await self._read():
            return self._ask_address(errors)
        self.set_up.choose(goe.choices)
        return await self.changes()

    async def done(self, _user_input: dict[str, Any] | None = None) -> ResultT:
        """Add the charger, which is connected by now."""
        goe = self.set_up
        assert goe.choices is not None
        serial = goe.identity.serial
        former = former_of(self._destination.entry, serial)
        return self._destination.finish(goe.choices.name, goe.data(former), serial)

    @callback
    def async_close(self) -> None:
        """Undo the set-up unless it is finished."""
        if self._set_up is not None:
            self._set_up.async_close()
