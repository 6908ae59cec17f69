"""The steps of a charger's form that are about security: its level and its password."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_HOST, CONF_PASSWORD
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    TextSelector,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..certificates.encryption import Encryption
from ..certificates.links import async_links
from ..certificates.signer import Signer
from ..chargers.charger import Charger
from ..const import DOMAIN
from ..csms.model.errors import CsmsError
from ..csms.model.security import SecurityLevel, TlsProblem
from ..csms.security.passwords import new_password
from ..csms.security.requests import RequestProblem
from ..exceptions import async_text, translated
from ..foreign_text import SENTENCE, Markdown, for_markdown, plain, shown
from ..forms.language import async_language, async_texts
from ..goe_setup.raising import GoERaiser
from ..hub import Hub, OcppConfigEntry
from ..security.levels import Levels
from ..security.path_secrets import async_address_for, async_ensure_secret
from ..security.raises import Raise, Raises
from ..security.raising import (
    OcppRaiser,
    RaiseFailedError,
    RaiseFailure,
    RaiseHindrance,
    Raiser,
)

CONF_LEVEL = "level"

WORDS: dict[str, tuple[str, ...]] = {
    "security_level": tuple(level.key for level in SecurityLevel),
    "security_note": (
        *("password_needed", "password_known", "password_new", "no_password"),
        *("certificate_ends", "encrypt", "encryption_off", "enough", "best"),
        *("as_before", "at_level", "away"),
        *("undone_by_hand", "undone_by_us"),
    ),
    "raise_hindrance": tuple(RaiseHindrance),
    "raise_failure": tuple(RaiseFailure),
    "tls_problem": tuple(TlsProblem),
    "request_problem": (*RequestProblem, "off", "too_many", "store"),
}
"""The keys that have texts, among the translations of selectors."""

SETTLING = 1.0
"""Seconds from the end of a raise until its result is shown.

Home Assistant's pages fetch a step twice when it has changed. If the flow ended between
the two, they would show an error in place of the result.
"""

_LOWER_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_LEVEL): SelectSelector(
            SelectSelectorConfig(options=[], translation_key="security_level")
        )
    }
)
_PASSWORD_SCHEMA = vol.Schema({vol.Required(CONF_PASSWORD): TextSelector()})
_NO_FIELDS = vol.Schema({})


class _Texts:
    """The words that are put into longer texts, in the language of Home Assistant."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Initialize with the translations of the selectors."""
        self._texts = texts

    @classmethod
    async def async_load(cls, hass: HomeAssistant) -> _Texts:
        """Return them."""
        return cls(await async_texts(hass, "selector"))

    def __call__(self, kind: str, key: str, **placeholders: str) -> Markdown:
        """Return a text of a selector; those of go-eChargers have one of their own."""
        for name in (kind, f"goe_{kind}"):
            full = f"component.{DOMAIN}.selector.{name}.options.{key}"
            if (text := self._texts.get(full)) is not None:
                return Markdown(text.format_map(_Filled(for_markdown(**placeholders))))
        return Markdown(key)


class _Filled(dict[str, str]):
    """Placeholders, of which some may be missing."""

    def __missing__(self, key: str) -> str:
        return "–"


def _level_schema(levels: Sequence[SecurityLevel]) -> vol.Schema:
    """Return the form that asks for one of these levels."""
    selector = SelectSelector(
        SelectSelectorConfig(
            options=[level.key for level in levels], translation_key="security_level"
        )
    )
    return vol.Schema({vol.Required(CONF_LEVEL, default=levels[0].key): selector})


def _chosen(
    levels: Iterable[SecurityLevel], user_input: Mapping[str, Any] | None
) -> SecurityLevel | None:
    """Return the chosen level; None if it is offered no more, or nothing was chosen.

    The level of a charger may change while its form is open.
    """
    key = None if user_input is None else user_input[CONF_LEVEL]
    return next((level for level in levels if level.key == key), None)


class ChargerSecurity:
    """The security of one charger: each method is a step of its form."""

    def __init__(
        self,
        flow: ConfigSubentryFlow,
        entry: OcppConfigEntry,
        hub: Hub,
        charger: Charger,
    ) -> None:
        """Initialize for a charger of a server that runs."""
        self._flow = flow
        self._entry = entry
        self.charger = charger
        self._levels = hub.part(Levels)
        self._raises = hub.part(Raises)
        self._encryption = hub.part(Encryption)
        self._hub = hub
        self._target = SecurityLevel.NONE
        self._raiser: Raiser | None = None
        self._raise: Raise | None = None
        self._watching: asyncio.Task[None] | None = None
        self._stop_listening: Callable[[], None] | None = None
        self._offered = ""
        """The password that the form for a typed one proposes."""

    @property
    def _hass(self) -> HomeAssistant:
        return self._flow.hass

    @property
    def _is_goe(self) -> bool:
        """Return whether the charger is set up over HTTP."""
        return CONF_HOST in self.charger.subentry.data

    async def _texts(self) -> _Texts:
        return await _Texts.async_load(self._hass)

    async def _address(self, *, tls: bool = True) -> str:
        """Return the address that the charger is to use for its next level."""
        return await async_address_for(
            self._hass,
            self._entry,
            async_ensure_secret(self._hass, self._entry, self.charger.subentry),
            self.charger.charge_point.id,
            tls=tls,
        )

    # What there is, and what is possible.

    async def page(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show the level of the charger, and what can be done."""
        last = self._raises.of(self.charger)
        if last is not None and not last.seen:
            self._raise = last
            if last.is_running:
                return await self.raising()
            if last.failure is not None:
                return await self.failed()
            return await self.raised()
        texts = await self._texts()
        level = self._levels.level_of(self.charger)
        return self._flow.async_show_menu(
            step_id="security",
            menu_options=self._options(level),
            description_placeholders=for_markdown(
                name=self.charger.name,
                level=texts("security_level", level.key),
                state=Markdown("\n\n".join(self._state(texts, level))),
            ),
        )

    def _options(self, level: SecurityLevel) -> list[str]:
        """Return what is possible next: what is recommended comes first."""
        credential = self._levels.credentials.get(self.charger.charge_point.id)
        options: list[str] = []
        if level < SecurityLevel.TLS:
            options.append("raise_tls")
        if level < SecurityLevel.PASSWORD and not self._is_goe:
            options.append("raise_password")
        if level < SecurityLevel.CERTIFICATE:
            options.append("raise_certificate")
        if not self._is_goe:
            if level > SecurityLevel.NONE and self.charger.charge_point.connected:
                options.append("new_password")
            options.append("typed_password")
        if credential.password_needed:
            options.append("no_password")
        if self._is_goe and level >= SecurityLevel.TLS:
            options.append("goe_lower")
        if credential.level > SecurityLevel.NONE:
            options.append("lower")
        return options

    def _state(self, texts: _Texts, level: SecurityLevel) -> Iterable[str]:
        """Yield sentences about the password, the certificate, and what is best."""
        charge_point = self.charger.charge_point
        credential = self._levels.credentials.get(charge_point.id)
        if not charge_point.connected:
            yield texts("security_note", "away")
        if not self._is_goe:
            if credential.pending_password is not None:
                key = "password_new"
            elif credential.password_needed:
                key = "password_needed"
            elif credential.passwords:
                key = "password_known"
            else:
                key = "no_password"
            yield texts("security_note", key)
        tls = charge_point.security.tls
        ends = credential.certificate_ends
        if tls is not None and tls.certificate is not None:
            ends = tls.certificate.not_after
        if ends is not None:
            yield texts(
                "security_note",
                "certificate_ends",
                date=dt_util.as_local(ends).date().isoformat(),
            )
        if level < SecurityLevel.TLS:
            yield texts(
                "security_note",
                "encrypt" if self._encryption.is_on else "encryption_off",
            )
        else:
            yield texts(
                "security_note",
                "enough" if level is SecurityLevel.TLS else "best",
            )

    # Raising.

    async def raise_to(self, target: SecurityLevel) -> SubentryFlowResult:
        """Choose the level."""
        self._target = target
        self._raiser = None
        return await self.confirm()

    async def _make_raiser(self) -> Raiser:
        if self._is_goe:
            return GoERaiser(self._hass, self._entry, self.charger)
        return await self._make_ocpp_raiser()

    async def _make_ocpp_raiser(self) -> OcppRaiser:
        return OcppRaiser(
            self.charger,
            trust=self._encryption,
            levels=self._levels,
            signer=self._hub.part(Signer),
            refusals=self._hub.arrivals.async_listen,
            url=await self._address(),
            plain_url=await self._address(tls=False),
        )

    async def confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what will happen, or all that is in the way; begin once confirmed."""
        if self._target is SecurityLevel.NONE:
            # The server was restarted in between.
            return await self.page()
        raiser = self._raiser
        if raiser is None or user_input is None:
            raiser = self._raiser = await self._make_raiser()
        if found := await raiser.hindrances(self._target):
            return await self._hindered(found)
        if user_input is not None:
            self._raise = self._raises.async_begin(self.charger, raiser, self._target)
            return await self.raising()
        texts = await self._texts()
        undone = [texts("security_note", "undone_by_hand")]
        if isinstance(raiser, GoERaiser):
            undone = [texts("security_note", "undone_by_us")]
            undone += [
                texts("raise_note", note) for note in await raiser.notes(self._target)
            ]
        return self._flow.async_show_form(
            step_id="raise_confirm",
            data_schema=_NO_FIELDS,
            description_placeholders=for_markdown(
                name=self.charger.name,
                level=texts("security_level", self._target.key),
                undone=Markdown("\n\n".join(undone)),
            ),
        )

    async def _hindered(self, found: Iterable[str]) -> SubentryFlowResult:
        texts = await self._texts()
        url = await self._address()
        return self._flow.async_show_menu(
            step_id="raise_hindered",
            menu_options=["raise_check", "security"],
            description_placeholders=for_markdown(
                name=self.charger.name,
                level=texts("security_level", self._target.key),
                reasons=Markdown(
                    "\n".join(
                        "- "
                        + texts(
                            "raise_hindrance",
                            key,
                            name=self.charger.name,
                            host=self.charger.charge_point.host or "",
                            remote=self.charger.charge_point.remote or "",
                            server=self._entry.title,
                            url=Markdown(url),
                        )
                        for key in found
                    )
                ),
            ),
        )

    async def raising(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show each step until it is done; it goes on if this dialog is closed."""
        one = self._raise
        if one is None or one.task is None:
            return self._flow.async_show_progress_done(next_step_id="security")
        watched = self._watching is not None and not self._watching.done()
        if not one.is_running and not watched:
            self.close()
            return self._flow.async_show_progress_done(
                next_step_id="raised" if one.failure is None else "raise_failed"
            )
        if not watched:
            self.close()
            self._stop_listening = one.listen(self._flow.async_notify_flow_changed)
            # A task of its own, as closing the dialog cancels what it waits for.
            self._watching = self._hass.async_create_background_task(
                _ended(one.task), f"{DOMAIN} watch a raise", eager_start=False
            )
        texts = await self._texts()
        problem = one.raiser.tls_problem if isinstance(one.raiser, OcppRaiser) else None
        return self._flow.async_show_progress(
            step_id="raising",
            progress_action=f"raise_{one.step}",
            description_placeholders=for_markdown(
                name=self.charger.name,
                level=texts("security_level", one.target.key),
                url=Markdown(await self._address()),
                ca=Markdown(async_links(self._hass).pem),
                problem=Markdown(
                    texts("tls_problem", problem) if problem is not None else ""
                ),
            ),
            progress_task=self._watching,
        )

    async def raised(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Report that the charger is connected at its new level."""
        one = self._raise
        if one is None:
            return await self.page()
        one.seen = True
        texts = await self._texts()
        if one.target < one.before:
            return self._flow.async_abort(
                reason="goe_lowered",
                description_placeholders=self._named()
                | for_markdown(level=texts("security_level", one.target.key)),
            )
        password = None
        if isinstance(one.raiser, OcppRaiser):
            # It is shown once.
            password, one.raiser.password = one.raiser.password, None
        return self._flow.async_abort(
            reason="raised" if password is None else "raised_password",
            description_placeholders=for_markdown(
                name=self.charger.name,
                level=texts("security_level", one.target.key),
                password=password or "",
            ),
        )

    async def failed(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Report why it failed, in which state the charger is, and what can be done."""
        one = self._raise
        if one is None or one.failure is None:
            return await self.page()
        one.seen = True
        # One that was to be lowered begins on the page.
        is_up = one.target > one.before
        self._target = one.target if is_up else SecurityLevel.NONE
        options = ["raise_again"]
        if one.failure.may_come and isinstance(one.raiser, OcppRaiser):
            options.append("raise_wait")
        credential = self._levels.credentials.get(self.charger.charge_point.id)
        if credential.raising_to is not None:
            options.append("raise_give_up")
        return self._flow.async_show_menu(
            step_id="raise_failed",
            menu_options=options,
            description_placeholders=for_markdown(
                name=self.charger.name,
                reason=await self._reason(one, one.failure),
            ),
        )

    async def _reason(self, one: Raise, failure: RaiseFailedError) -> Markdown:
        texts = await self._texts()
        error = Markdown()
        if failure.error is not None:
            error = shown(await self._text_of(failure.error), SENTENCE)
        charge_point = self.charger.charge_point
        problem = failure.placeholders.get("problem")
        parts = [
            texts(
                "raise_failure",
                failure.key,
                **{
                    "name": self.charger.name,
                    "error": error,
                    "url": Markdown(await self._address()),
                    **failure.placeholders,
                    **(
                        {"problem": texts("request_problem", problem)}
                        if problem
                        else {}
                    ),
                },
            )
        ]
        if isinstance(one.raiser, OcppRaiser) and one.raiser.tls_problem is not None:
            parts.append(texts("tls_problem", one.raiser.tls_problem))
        if not charge_point.connected:
            state = "away"
        elif charge_point.security.level <= one.before:
            state = "as_before"
        else:
            state = "at_level"
        parts.append(
            texts(
                "security_note",
                state,
                level=texts("security_level", charge_point.security.level.key),
            )
        )
        return Markdown("\n\n".join(parts))

    async def _text_of(self, err: CsmsError) -> str:
        return await async_text(
            self._hass,
            translated(err, self.charger.name),
            await async_language(self._hass),
        )

    async def again(self) -> SubentryFlowResult:
        """Begin anew."""
        return await self.raise_to(self._target)

    async def wait_on(self) -> SubentryFlowResult:
        """Wait for the charger once more."""
        one = self._raise
        if one is None or not isinstance(one.raiser, OcppRaiser):
            return await self.page()
        self._raise = self._raises.async_wait_on(one, one.raiser.wait)
        return await self.raising()

    async def give_up(self) -> SubentryFlowResult:
        """Take the old level for the charger's level again."""
        await self._raises.async_give_up(self.charger)
        return self._flow.async_abort(
            reason="old_level", description_placeholders=self._named()
        )

    def _named(self) -> dict[str, str]:
        return for_markdown(name=self.charger.name, id=self.charger.charge_point.id)

    # Passwords.

    async def new_password(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Write a new password to the charger, and show it once."""
        errors: dict[str, str] = {}
        error = ""
        if user_input is not None:
            try:
                password = await self._levels.async_new_password(self.charger)
            except CsmsError as err:
                errors = {"base": "not_sent"}
                error = plain(await self._text_of(err), SENTENCE)
            else:
                return self._flow.async_abort(
                    reason="password_written",
                    description_placeholders=self._named()
                    | for_markdown(password=password),
                )
        return self._flow.async_show_form(
            step_id="new_password",
            data_schema=_NO_FIELDS,
            errors=errors,
            description_placeholders=self._named() | for_markdown(error=error),
        )

    async def typed_password(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the password that the charger has, or propose one to be typed."""
        errors: dict[str, str] = {}
        self._offered = self._offered or new_password()
        if user_input is not None:
            password = user_input[CONF_PASSWORD].strip()
            if password:
                await self._levels.async_set_typed_password(self.charger, password)
                return self._flow.async_abort(
                    reason="password_noted", description_placeholders=self._named()
                )
            errors = {CONF_PASSWORD: "password_missing"}
        return self._flow.async_show_form(
            step_id="typed_password",
            data_schema=self._flow.add_suggested_values_to_schema(
                _PASSWORD_SCHEMA, {CONF_PASSWORD: self._offered}
            ),
            errors=errors,
            description_placeholders=self._named(),
        )

    async def no_password(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Accept the charger without a password again, once confirmed."""
        if user_input is None:
            return self._flow.async_show_form(
                step_id="no_password",
                data_schema=_NO_FIELDS,
                description_placeholders=self._named(),
            )
        await self._levels.async_drop_password(self.charger)
        return self._flow.async_abort(
            reason="password_not_needed", description_placeholders=self._named()
        )

    async def lower(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Accept a lower level, once confirmed."""
        credential = self._levels.credentials.get(self.charger.charge_point.id)
        options = [
            level
            for level in reversed(SecurityLevel)
            if level < credential.level
            and (level is not SecurityLevel.PASSWORD or credential.passwords)
        ]
        if not options:
            return await self.page()
        level = _chosen(options, user_input)
        if level is not None:
            await self._levels.async_lower(self.charger, level)
            charge_point = self.charger.charge_point
            if charge_point.connected and charge_point.commands.can_lower_to(level):
                self._raise = self._raises.async_lower(
                    self.charger, await self._make_ocpp_raiser(), level
                )
                return await self.raising()
            texts = await self._texts()
            return self._flow.async_abort(
                reason="lowered",
                description_placeholders=self._named()
                | for_markdown(level=texts("security_level", level.key)),
            )
        return self._flow.async_show_form(
            step_id="lower",
            data_schema=_level_schema(options),
            description_placeholders=self._named(),
        )

    async def goe_lower(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Lower the level of a go-eCharger, there and here, once confirmed."""
        present = self._levels.level_of(self.charger)
        options = [SecurityLevel.NONE]
        if present is SecurityLevel.CERTIFICATE:
            options.insert(0, SecurityLevel.TLS)
        level = _chosen(options, user_input)
        if level is not None:
            raiser = GoERaiser(self._hass, self._entry, self.charger)
            self._raise = self._raises.async_lower(self.charger, raiser, level)
            return await self.raising()
        return self._flow.async_show_form(
            step_id="goe_lower",
            data_schema=_level_schema(options),
            description_placeholders=self._named(),
        )

    @callback
    def close(self) -> None:
        """Stop watching; a raise goes on."""
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None


async def _ended(task: asyncio.Task[None]) -> None:
    """Return when a task has ended in any way; cancelling this does not cancel it."""
    await asyncio.wait([task])
    await asyncio.sleep(SETTLING)
