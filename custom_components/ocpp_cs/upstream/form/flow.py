"""The subentry flow that adds a backend, or changes it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigEntryState,
    ConfigSubentry,
    SubentryFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_NAME, CONF_PASSWORD, CONF_PORT
from homeassistant.core import callback

from ...certificates.names import async_names
from ...const import (
    CONF_CHARGERS,
    CONF_ID_TAG,
    DEFAULT_PORT,
    DOMAIN,
    LOGGER,
    SUBENTRY_ID_TAG,
    SUBENTRY_UPSTREAM,
)
from ...csms.upstream.client import Trouble, TroubleKind
from ...foreign_text import Markdown, for_markdown, shown
from ...forms.errors import with_notice
from ...forms.language import async_texts
from ...forms.numbers import Problem, opened
from ...forms.subentry import SubentryForm
from ...security.path_secrets import encryption_of
from ..secrets import NO_SECRETS, Secrets, SecretStore, async_context, async_secrets
from ..state import words_of
from ..subentries import (
    CONF_IDENTITY,
    CONF_SECRETS,
    CONF_URL,
    CONF_VERSION,
    charger_names,
    host_of,
)
from .fields import (
    CONF_FORGET_CERTIFICATES,
    CONF_FORGET_PASSWORD,
    SECTION_CERTIFICATES,
    SECTION_LOGIN,
    V1_6,
    connection_of,
    connection_schema,
    rights_of,
    rights_schema,
    shown_connection,
    shown_rights,
    url_problem,
)
from .trial import async_try
from .uploads import Uploads

WORDS: Final = {"backend_trouble": tuple(TroubleKind)}
"""The texts that are put into the page that says what is wrong."""

_EXAMPLE: Final = "wss://ocpp.example.com/path"

_CONNECTION: Final = (
    CONF_URL,
    CONF_VERSION,
    CONF_CHARGERS,
    CONF_IDENTITY,
    CONF_SECRETS,
)
"""What the first form is about; the rest is what the backend may do."""


class BackendFlow(SubentryForm):
    """Adds a backend, or changes it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self._name = ""
        self._data: dict[str, Any] = {}
        """What the subentry is to have, but for its secrets."""
        self._secrets = NO_SECRETS
        self._uploads: Uploads | None = None
        self._has_rights = False
        """Whether it was said what a new backend may do."""
        self._changing: ConfigSubentry | None = None
        """The backend that is changed."""
        self._trying: asyncio.Task[dict[str, Trouble]] | None = None
        self._troubles: dict[str, Trouble] = {}

    # A new one.

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask where a new backend is, and how to log in."""
        if not charger_names(self._get_entry()):
            return self.async_abort(reason="no_chargers")
        problem: Problem = {}, {}
        if user_input is not None:
            problem = await self._take_connection(user_input)
            if not problem[0]:
                if self._has_rights:
                    return await self.async_step_try()
                return await self.async_step_rights()
        return self._show_connection("user", user_input, problem)

    async def async_step_rights(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what the backend is told, and what it may do."""
        schema = rights_schema(self._tags())
        errors: dict[str, str] = {}
        words: dict[str, str] = {}
        if (subentry := self._subentry()) is not None:
            errors = self._changed_by_others(subentry)
        if user_input is not None:
            version = self._data.get(CONF_VERSION, V1_6)
            rights, wrong, words = rights_of(user_input, version)
            errors = errors | wrong
            if not errors:
                connection = {
                    key: self._data[key] for key in _CONNECTION if key in self._data
                }
                self._data = connection | rights
                self._has_rights = True
                if self._changing is None:
                    return await self.async_step_try()
                return await self._save()
        return self.async_show_form(
            step_id="rights",
            data_schema=self.add_suggested_values_to_schema(
                opened(schema, errors), user_input or shown_rights(self._data)
            ),
            errors=with_notice(schema, errors),
            description_placeholders=for_markdown(name=self._name, **words),
        )

    # One that exists.

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what to change."""
        subentry = self._get_reconfigure_subentry()
        self._changing = subentry
        self._name, self._data = subentry.title, dict(subentry.data)
        self._secrets = (await self._store()).get(self._data.get(CONF_SECRETS))
        self._seen = None
        self._changed_by_others(subentry)
        return self.async_show_menu(
            step_id="reconfigure",
            menu_options=["connection", "rights"],
            description_placeholders=for_markdown(
                name=subentry.title, waiting=str(self._waiting(subentry))
            ),
        )

    async def async_step_connection(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask where a backend is that exists, and how to log in."""
        problem: Problem = {}, {}
        if (subentry := self._subentry()) is not None:
            problem = self._changed_by_others(subentry), {}
        if user_input is not None:
            errors, words = await self._take_connection(user_input)
            problem = problem[0] | errors, words
            if not problem[0]:
                if await self._is_same_connection():
                    # A trial would interrupt it.
                    return await self._save()
                return await self.async_step_try()
        return self._show_connection("connection", user_input, problem)

    @callback
    def _subentry(self) -> ConfigSubentry | None:
        """Return the backend that is changed, as it is now."""
        return None if self._changing is None else self._get_reconfigure_subentry()

    async def _is_same_connection(self) -> bool:
        """Return whether nothing but the name was changed."""
        subentry = self._subentry()
        assert subentry is not None
        stored = (await self._store()).get(subentry.data.get(CONF_SECRETS))
        return self._secrets == stored and all(
            subentry.data.get(key) == self._data.get(key)
            for key in _CONNECTION
            if key != CONF_SECRETS
        )

    def _waiting(self, subentry: ConfigSubentry) -> int:
        """Return how many messages wait for a backend."""
        entry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return 0
        places = entry.runtime_data.backends.places_of(subentry.subentry_id)
        return sum(state.waiting for state in places.values())

    # The connection.

    def _show_connection(
        self, step_id: str, user_input: Mapping[str, Any] | None, problem: Problem
    ) -> SubentryFlowResult:
        errors, words = problem
        chosen = self._data.get(CONF_CHARGERS, ())
        names = charger_names(self._get_entry())
        schema = connection_schema(
            # Those that are gone may come back.
            {one: one for one in chosen} | names,
            has_password=self._secrets.password is not None,
            has_certificates=self._secrets.needs_context,
        )
        values = user_input or shown_connection(self._name, self._data)
        if not self._data and user_input is None:
            # Without a suggestion, the frontend would choose the first of several.
            only = list(names) if len(names) == 1 else []
            values = {**values, CONF_CHARGERS: only}
        # An uploaded file is gone once it is read.
        values = {**values, SECTION_CERTIFICATES: {}}
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(
                opened(schema, errors), values
            ),
            errors=with_notice(schema, errors),
            description_placeholders=for_markdown(example=_EXAMPLE, **words),
        )

    async def _take_connection(self, user_input: Mapping[str, Any]) -> Problem:
        """Take over what was entered, or return what is wrong with it."""
        data = connection_of(user_input)
        if self._uploads is None:
            self._uploads = Uploads(self.hass)
        errors = await self._uploads.async_take(user_input[SECTION_CERTIFICATES])
        words: dict[str, str] = {}
        if not user_input[CONF_NAME].strip():
            errors[CONF_NAME] = "name_missing"
        if not data[CONF_CHARGERS]:
            errors[CONF_CHARGERS] = "no_charger"
        if CONF_IDENTITY in data and len(data[CONF_CHARGERS]) > 1:
            errors[SECTION_LOGIN] = "identity_of_several"
        errors |= url_problem(data[CONF_URL])
        if CONF_URL not in errors:
            if await self._is_own_address(data[CONF_URL]):
                errors[CONF_URL] = "url_is_own"
            elif (same := self._same(data)) is not None:
                errors[CONF_URL] = "same_backend"
                words |= {"backend": same}
        secrets = self._secrets_of(user_input)
        if secrets.needs_context and data[CONF_URL].startswith("ws:"):
            errors |= {SECTION_CERTIFICATES: "certificate_without_tls"}
        if not errors:
            try:
                await async_context(self.hass, secrets)
            except (OSError, ValueError) as err:
                LOGGER.warning("The certificates are of no use: %s", err)
                errors[SECTION_CERTIFICATES] = "client_unreadable"
        if not errors:
            self._name = user_input[CONF_NAME].strip()
            rights = {
                key: value
                for key, value in self._data.items()
                if key not in _CONNECTION or key == CONF_SECRETS
            }
            self._data = rights | data
            self._secrets = secrets
        return errors, words

    def _secrets_of(self, user_input: Mapping[str, Any]) -> Secrets:
        """Return the secrets with what was entered; empty fields change nothing."""
        login, files = user_input[SECTION_LOGIN], user_input[SECTION_CERTIFICATES]
        secrets = self._secrets
        if login.get(CONF_FORGET_PASSWORD):
            secrets = replace(secrets, password=None)
        if password := login.get(CONF_PASSWORD):
            secrets = replace(secrets, password=password)
        if files.get(CONF_FORGET_CERTIFICATES):
            secrets = replace(secrets, authority=None, client=None)
        assert self._uploads is not None
        return replace(
            secrets,
            authority=self._uploads.authority or secrets.authority,
            client=self._uploads.client or secrets.client,
        )

    async def _is_own_address(self, url: str) -> bool:
        """Return whether an address is that of this server: it would call itself."""
        entry = self._get_entry()
        parts = urlsplit(url)
        ports = {entry.data.get(CONF_PORT, DEFAULT_PORT)}
        if (encryption := encryption_of(entry)) is not None:
            ports.add(encryption.open_port)
        usual = 443 if parts.scheme == "wss" else 80
        if (parts.port or usual) not in ports:
            return False
        own = {
            *await async_names(self.hass, entry.data.get(CONF_HOST)),
            "localhost",
            "127.0.0.1",
            "::1",
        }
        return str(parts.hostname).lower() in {one.lower() for one in own}

    def _same(self, data: Mapping[str, Any]) -> str | None:
        """Return the name of a backend with this address that is told of a charger, too.

        Two connections with one id would throw each other out.
        """
        for other in self._get_entry().get_subentries_of_type(SUBENTRY_UPSTREAM):
            if (
                self._changing is not None
                and other.subentry_id == self._changing.subentry_id
            ):
                continue
            if (
                other.data.get(CONF_URL, "").rstrip("/") == data[CONF_URL].rstrip("/")
                and other.data.get(CONF_IDENTITY) == data.get(CONF_IDENTITY)
                and set(other.data.get(CONF_CHARGERS, ())) & set(data[CONF_CHARGERS])
            ):
                return other.title
        return None

    def _tags(self) -> dict[str, str]:
        """Return the names of the known id tags."""
        return {
            one.data[CONF_ID_TAG]: one.title
            for one in self._get_entry().get_subentries_of_type(SUBENTRY_ID_TAG)
        }

    # The trial.

    async def async_step_try(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Try the connection."""
        if self._trying is None:
            entry: ConfigEntry[Any] = self._get_entry()
            self._trying = entry.async_create_background_task(
                self.hass, self._try(), f"{DOMAIN} try backend"
            )
        if not self._trying.done():
            return self.async_show_progress(
                step_id="try",
                progress_action="try",
                description_placeholders=for_markdown(
                    host=host_of(self._data[CONF_URL])
                ),
                progress_task=self._trying,
            )
        # It is cancelled when the server stops.
        stopped = self._trying.cancelled() or self._trying.exception() is not None
        self._troubles = {} if stopped else self._trying.result()
        self._trying = None
        return self.async_show_progress_done(
            next_step_id="not_connected" if self._troubles else "save"
        )

    async def _try(self) -> dict[str, Trouble]:
        """Return what was wrong at which charge point."""
        chargers = self._data[CONF_CHARGERS]
        identities = {self._data.get(CONF_IDENTITY, one): one for one in chargers}
        troubles = await async_try(
            self._data[CONF_URL],
            identities,
            subprotocol=f"ocpp{self._data[CONF_VERSION]}",
            password=self._secrets.password,
            tls=await async_context(self.hass, self._secrets),
        )
        return {identities[one]: trouble for one, trouble in troubles.items()}

    async def async_step_not_connected(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Say what is wrong, and ask whether to save it all the same."""
        return self.async_show_menu(
            step_id="not_connected",
            menu_options=[
                "user" if self._changing is None else "connection",
                "try",
                "save",
            ],
            description_placeholders=for_markdown(
                host=host_of(self._data[CONF_URL]), problems=await self._problems()
            ),
        )

    async def _problems(self) -> Markdown:
        """Return a line for each trouble, with the chargers that have it."""
        texts = await async_texts(self.hass, "selector")
        names = charger_names(self._get_entry())
        of_kind: dict[TroubleKind, list[str]] = {}
        for charge_point_id, trouble in self._troubles.items():
            of_kind.setdefault(trouble.kind, []).append(charge_point_id)
        lines: list[str] = []
        for kind, charge_point_ids in of_kind.items():
            key = f"component.{DOMAIN}.selector.backend_trouble.options.{kind}"
            whose = ", ".join(shown(names.get(one, one)) for one in charge_point_ids)
            line = f"{whose}: {texts[key]}"
            if words := words_of(self._troubles[charge_point_ids[0]]):
                line += f" ({shown(words)})"
            lines.append(f"- {line}")
        return Markdown("\n".join(lines))

    # The end.

    async def async_step_save(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Save it, whether the connection could be made or not."""
        return await self._save()

    async def _save(self) -> SubentryFlowResult:
        store = await self._store()
        before = self._data.pop(CONF_SECRETS, None)
        if self._secrets == store.get(before):
            key = before
        else:
            key = await store.async_put(self._secrets)
        if key is not None:
            self._data[CONF_SECRETS] = key
        if (subentry := self._subentry()) is None:
            return self.async_create_entry(title=self._name, data=self._data)
        return self.async_update_and_abort(
            self._get_entry(), subentry, title=self._name, data=self._data
        )

    async def _store(self) -> SecretStore:
        return await async_secrets(self.hass, self._get_entry().entry_id)
