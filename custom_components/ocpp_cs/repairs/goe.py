"""The fix flows for go-eChargers: over HTTP, and only on request."""

import asyncio
from typing import Any, override

from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import CONF_HOST, CONF_TOKEN
from homeassistant.helpers.selector import TextSelector
import voluptuous as vol

from ..certificates.store import CertificatesUnavailableError
from ..const import CONF_BACKUP, CONF_SERIAL, DOMAIN
from ..csms.model.security import SecurityLevel
from ..foreign_text import Markdown, for_markdown, shown
from ..goe.address import is_encrypted, parse_host
from ..goe.apply import apply
from ..goe.errors import GoEError, OtherChargerError, SetUpFailedError
from ..goe.model import GoEState
from ..goe.plan import Encryption, Plan, plan_repair, plan_tls
from ..goe.restore import Backup
from ..goe_setup import client as goe_client
from ..goe_setup.client import make_client
from ..goe_setup.coordinator import GoELink, GoELinks
from ..goe_setup.discovery import async_offer_again
from ..goe_setup.forms import PASSWORD, read_errors
from ..goe_setup.raising import GoERaiser, async_wanted
from ..goe_setup.rollback import async_rollback
from ..goe_setup.setup import backup_of
from ..goe_setup.store import Outcome, Record
from ..goe_setup.texts import Texts, own_words
from ..security.levels import Levels
from ..security.path_secrets import encryption_of
from .flows import ConfirmFlow, OcppRepairsFlow


class _GoEFlow(ConfirmFlow):
    """The base class of the flows for a charger that is polled over HTTP."""

    @property
    def _link(self) -> GoELink | None:
        hub, charger = self._hub, self._charger
        if hub is None or charger is None:
            return None
        return hub.part(GoELinks).of(charger)

    @property
    def _subentry(self) -> ConfigSubentry:
        entry = self._entry
        assert entry is not None  # as there is a link
        return entry.subentries[str(self._fix_data["subentry_id"])]

    def _store(self, **changes: Any) -> None:
        """Store changes in the data of the charger's subentry."""
        entry, subentry = self._entry, self._subentry
        assert entry is not None
        data = {**subentry.data, **changes}
        self.hass.config_entries.async_update_subentry(
            entry,
            subentry,
            data={key: value for key, value in data.items() if value is not None},
        )


class MendFlow(_GoEFlow):
    """Set the charger up for this server again."""

    _task: asyncio.Task[None] | None = None
    _failure: GoEError | None = None

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for confirmation, and start."""
        if user_input is None:
            return self._show("confirm")
        return await self.async_step_mending()

    async def async_step_mending(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Change the charger, and wait until it has connected."""
        if self._task is None:
            if (link := self._link) is None:
                return self._leave("not_running")
            self._task = self.hass.async_create_task(
                self._mend(link), f"{DOMAIN} mend", eager_start=False
            )
        if not self._task.done():
            return self.async_show_progress(
                step_id="mending",
                progress_action="mending",
                description_placeholders=self._placeholders,
                progress_task=self._task,
            )
        return self.async_show_progress_done(next_step_id="mended")

    async def async_step_mended(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Report the result."""
        if (failure := self._failure) is None:
            return self.async_create_entry(data={})
        texts = await Texts.async_load(self.hass)
        return self.async_abort(
            reason="failed",
            description_placeholders={
                **self._placeholders,
                **for_markdown(reason=texts.failure(failure), words=own_words(failure)),
            },
        )

    async def _mend(self, link: GoELink) -> None:
        timing = goe_client.TIMING
        try:
            url = await link.async_own_url()
            state = await link.client.state()
            wanted = None
            if url is not None and is_encrypted(url):
                wanted = await self._wanted(state)
            plan = None if url is None else _plan(state, url, wanted)
            if plan is None or not plan.suitability.usable:
                raise SetUpFailedError(GoEError("no way to this server"), ())
            if wanted is None:
                later = await apply(
                    link.client, plan, poll=timing.poll, wait=timing.wait
                )
            else:
                entry, charger = self._entry, self._charger
                assert entry is not None and charger is not None
                raiser = GoERaiser(self.hass, entry, charger)
                later = await raiser.async_apply(plan, wanted, wait=timing.wait)
        except GoEError as err:
            self._failure = err
            return
        before = backup_of(self._subentry.data)
        backup = later if before is None else before.followed_by(later)
        self._store(**{CONF_BACKUP: backup.as_dict()})
        await link.async_refresh()

    async def _wanted(self, state: GoEState) -> Encryption | None:
        """Return the certificates; None if the server does not encrypt as it should."""
        entry, charger = self._entry, self._charger
        if entry is None or charger is None or encryption_of(entry) is None:
            return None
        levels = entry.runtime_data.part(Levels)
        level = levels.credentials.get(charger.charge_point.id).level
        if state.settings.get("ocppck") is True:
            # It has a certificate, which is replaced only where it is missing.
            level = SecurityLevel.TLS
        try:
            return await async_wanted(self.hass, entry, charger, level)
        except CertificatesUnavailableError:
            return None


def _plan(state: GoEState, url: str, wanted: Encryption | None) -> Plan | None:
    """Return the changes; None if the certificates for them are missing."""
    if not is_encrypted(url):
        return plan_repair(state, url)
    return None if wanted is None else plan_tls(state, url, wanted)


class FallbackFlow(_GoEFlow):
    """Have a charger keep its safe share of the fuse while no server is there."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for confirmation, and write the setting."""
        if (link := self._link) is None:
            return self._leave("not_running")
        if user_input is None:
            return self._show("confirm")
        share = int(self._fix_data["share"] or 0)
        try:
            written = await link.client.write({"ocppf": share})
        except GoEError as err:
            return self._show("confirm", errors={"base": err.key})
        if (backup := backup_of(self._subentry.data)) is not None:
            # What was there before is put back with the other settings.
            later = Backup(url=backup.url, before=written.before, ours={"ocppf": share})
            self._store(**{CONF_BACKUP: backup.followed_by(later).as_dict()})
        await link.async_refresh()
        return self.async_create_entry(data={})


class AddressFlow(_GoEFlow):
    """Reach a charger again: new address, new token, or access allowed again."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show the form."""
        return await self.async_step_address()

    async def async_step_address(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the new values, and test them."""
        if (link := self._link) is None:
            return self._leave("not_running")
        data = self._subentry.data
        host = data.get(CONF_HOST, link.client.host)
        token = data.get(CONF_TOKEN)
        errors: dict[str, str] = {}
        if user_input is not None:
            host = user_input.get(CONF_HOST, host)
            token = user_input.get(CONF_TOKEN, token or "").strip() or None
            if not (errors := await self._try(host, token)):
                self._store(**{CONF_HOST: parse_host(host), CONF_TOKEN: token})
                await link.async_refresh()
                return self.async_create_entry(data={})
        return self._show("address", self._schema(host), errors)

    async def _try(self, host: str, token: str | None) -> dict[str, str]:
        try:
            client = make_client(self.hass, host, token)
        except ValueError:
            return self._placed({CONF_HOST: "invalid_host"})
        try:
            identity = await client.identify()
        except GoEError as err:
            return self._placed(read_errors(err))
        if identity.serial != self._subentry.data.get(CONF_SERIAL, identity.serial):
            return self._placed({CONF_HOST: "other_charger"})
        return {}

    def _placed(self, errors: dict[str, str]) -> dict[str, str]:
        """Move an error to the form's base if the form lacks its field."""
        fields = {str(marker) for marker in self._schema("").schema}
        return {
            place if place in fields else "base": error
            for place, error in errors.items()
        }

    def _schema(self, host: str) -> vol.Schema:
        return vol.Schema({})


class HostFlow(AddressFlow):
    """Asks for another address."""

    @override
    def _schema(self, host: str) -> vol.Schema:
        return vol.Schema({vol.Required(CONF_HOST, default=host): TextSelector()})


class TokenFlow(AddressFlow):
    """Asks for another token."""

    @override
    def _schema(self, host: str) -> vol.Schema:
        return vol.Schema({vol.Optional(CONF_TOKEN, default=""): PASSWORD})


class MovedFlow(AddressFlow):
    """Use another address of a charger; its token is sent there from then on."""

    @override
    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for confirmation, and test the address."""
        if (link := self._link) is None:
            return self._leave("not_running")
        host = str(self._fix_data["host"])
        errors: dict[str, str] = {}
        if user_input is not None:
            token = self._subentry.data.get(CONF_TOKEN)
            if not (errors := await self._try(host, token)):
                self._store(**{CONF_HOST: parse_host(host)})
                await link.async_refresh()
                return self.async_create_entry(data={})
        return self._show("confirm", errors=errors)


class RemovedFlow(OcppRepairsFlow):
    """Restore the settings of a charger that is no longer adopted, or keep them.

    The flow works without a server, which may have been removed, too.
    """

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the choice."""
        return self._menu(["restore", "keep"])

    async def async_step_restore(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Restore settings that are unchanged since; ask for the address if needed."""
        rollback, serial = (
            await async_rollback(self.hass),
            str(self._fix_data["serial"]),
        )
        records, placeholders = rollback.records, self._placeholders
        if (record := records.get(serial)) is None or record.outcome is Outcome.OURS:
            return self._leave("nothing")
        if records.is_under_way(serial):
            return self._leave("goe_busy")
        if user_input is not None:
            token = user_input.get(CONF_TOKEN, record.token or "").strip() or None
            records.async_moved(
                serial, host=user_input[CONF_HOST], token=token, seen=None
            )
        elif record.seen is not None:
            # The token is sent to a new address only after the user has seen it.
            return self._show("restore", self._where(record, record.seen))
        try:
            restored = await rollback.async_put_back(serial)
        except ValueError:
            errors = {CONF_HOST: "invalid_host"}
        except OtherChargerError:
            errors = {CONF_HOST: "other_charger"}
        except GoEError as err:
            errors = read_errors(err)
        else:
            async_offer_again(
                self.hass, serial, (user_input or {CONF_HOST: record.host})[CONF_HOST]
            )
            if not (left := restored.left):
                return self.async_create_entry(data={})
            return self.async_abort(
                reason="restored",
                description_placeholders={
                    **placeholders,
                    **for_markdown(
                        left=Markdown(", ".join(shown(key) for key in left))
                    ),
                },
            )
        host = record.host if user_input is None else user_input[CONF_HOST]
        schema = self._where(record, host, token=CONF_TOKEN in errors)
        return self._show("restore", schema, errors)

    @staticmethod
    def _where(record: Record, host: str, *, token: bool = False) -> vol.Schema:
        fields: dict[vol.Marker, Any] = {
            vol.Required(CONF_HOST, default=host): TextSelector()
        }
        if record.token or token:
            fields[vol.Optional(CONF_TOKEN)] = PASSWORD
        return vol.Schema(fields)

    async def async_step_keep(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Keep the present settings."""
        rollback, serial = (
            await async_rollback(self.hass),
            str(self._fix_data["serial"]),
        )
        record = rollback.records.get(serial)
        if record is not None and record.outcome is not Outcome.OURS:
            rollback.records.async_forget(serial)
        return self.async_create_entry(data={})
