"""The forms for the access to a server."""

from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult, OptionsFlow
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from ..certificates.credentials import Credentials
from ..const import (
    ALLOWED_ANY,
    ALLOWED_LISTED,
    ALLOWED_LOCAL,
    CONF_ALLOWED,
    CONF_ALLOWED_ADDRESSES,
    CONF_PASSWORD_OF_UNKNOWN,
    CONF_PROXIES,
    CONF_SECRET_ONLY,
)
from ..csms.security.passwords import hashed, new_password
from ..foreign_text import shown
from ..hub import OcppConfigEntry
from ..security.access import entered_networks
from ..security.levels import Levels

_ADDRESSES = TextSelector(TextSelectorConfig(multiple=True))

_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_ALLOWED, default=ALLOWED_ANY): SelectSelector(
            SelectSelectorConfig(
                options=[ALLOWED_LOCAL, ALLOWED_LISTED, ALLOWED_ANY],
                mode=SelectSelectorMode.LIST,
                translation_key="allowed",
            )
        ),
        vol.Optional(CONF_ALLOWED_ADDRESSES): _ADDRESSES,
        vol.Optional(CONF_PROXIES): _ADDRESSES,
        vol.Required(CONF_SECRET_ONLY, default=False): BooleanSelector(),
        vol.Required(CONF_PASSWORD_OF_UNKNOWN, default=False): BooleanSelector(),
    }
)

_ANOTHER_PASSWORD = "another_password"
"""The field to make another password; it is no option."""

ACCESS_OPTIONS = frozenset(str(marker) for marker in _SCHEMA.schema)
"""The options that this form is about."""

_INVALID = {
    CONF_ALLOWED_ADDRESSES: "invalid_network",
    CONF_PROXIES: "invalid_proxy",
}


class AccessForms:
    """The forms of an options flow that restrict the access to a server."""

    def __init__(
        self,
        flow: OptionsFlow,
        save: Callable[[Mapping[str, Any]], ConfigFlowResult],
    ) -> None:
        """Show the forms within `flow`; `save` ends it with the entered options."""
        self._flow = flow
        self._save = save
        self._access: dict[str, Any] = {}
        self._wants_another = False
        self._password: str | None = None
        """The new password of chargers that are not added, once it was made."""

    async def async_step_access(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for addresses, proxies, and whether secret and password are needed."""
        errors: dict[str, str] = {}
        odd = ""
        if user_input is not None:
            self._access = dict(user_input)
            self._wants_another = self._access.pop(_ANOTHER_PASSWORD, False)
            for key, error in _INVALID.items():
                texts, wrong = entered_networks(user_input.get(key, []))
                if wrong is not None:
                    errors[key], odd = error, wrong
                elif texts:
                    self._access[key] = texts
                else:
                    self._access.pop(key, None)
            if (
                not errors
                and user_input[CONF_ALLOWED] == ALLOWED_LISTED
                and CONF_ALLOWED_ADDRESSES not in self._access
            ):
                errors = {CONF_ALLOWED_ADDRESSES: "nobody_allowed"}
            if not errors:
                if self._shut_out():
                    return await self.async_step_shut_out()
                return await self._finish()
        return self._flow.async_show_form(
            step_id="access",
            data_schema=self._flow.add_suggested_values_to_schema(
                self._schema(),
                self._flow.config_entry.options if user_input is None else user_input,
            ),
            errors=errors,
            description_placeholders={"address": _as_code(odd)},
        )

    async def async_step_shut_out(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """List the connected chargers that the new options would refuse."""
        if user_input is not None:
            return await self._finish()
        return self._flow.async_show_form(
            step_id="shut_out",
            data_schema=vol.Schema({}),
            description_placeholders={
                "chargers": "\n".join(f"- {shown(name)}" for name in self._shut_out())
            },
        )

    async def _finish(self) -> ConfigFlowResult:
        """Save the options, after a new password was shown if there has to be one."""
        credentials = await self._credentials()
        if not self._access[CONF_PASSWORD_OF_UNKNOWN]:
            await credentials.async_set_unknown_password(None)
        elif self._wants_another or credentials.unknown_password is None:
            return await self.async_step_unknown_password()
        return self._save(self._access)

    async def async_step_unknown_password(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show a new password once; only its hash is stored."""
        if self._password is None:
            self._password = new_password()
        if user_input is None:
            return self._flow.async_show_form(
                step_id="unknown_password",
                data_schema=vol.Schema({}),
                description_placeholders={"password": self._password},
            )
        credentials = await self._credentials()
        await credentials.async_set_unknown_password(
            await self._flow.hass.async_add_executor_job(hashed, self._password)
        )
        return self._save(self._access)

    async def _credentials(self) -> Credentials:
        """Return the credentials of the server, whether it runs or not."""
        entry: OcppConfigEntry = self._flow.config_entry
        if entry.state is ConfigEntryState.LOADED:
            return entry.runtime_data.part(Levels).credentials
        credentials = Credentials(self._flow.hass, entry.entry_id)
        await credentials.async_load()
        return credentials

    def _schema(self) -> vol.Schema:
        if not self._flow.config_entry.options.get(CONF_PASSWORD_OF_UNKNOWN, False):
            return _SCHEMA
        return _SCHEMA.extend(
            {vol.Required(_ANOTHER_PASSWORD, default=False): BooleanSelector()}
        )

    def _shut_out(self) -> list[str]:
        """Return the connected chargers that the new options refuse, and their address."""
        entry: OcppConfigEntry = self._flow.config_entry
        if entry.state is not ConfigEntryState.LOADED:
            return []
        hub = entry.runtime_data
        rules = hub.access.rules({**entry.options, **self._access})
        return [
            f"{charger.name} ({charger.charge_point.remote})"
            for charger in hub.chargers.values()
            if charger.charge_point.connected
            and not (
                rules.allows(charger.charge_point.remote or "")
                and (
                    not self._access[CONF_SECRET_ONLY]
                    or charger.charge_point.came_with_secret
                )
            )
        ]


def _as_code(text: str) -> str:
    """Return the entered text as Markdown code, with `?` for unprintable characters."""
    cleaned = "".join(
        letter if letter.isprintable() and letter != "`" else "?"
        for letter in text[:60]
    )
    return f"`{cleaned}`"
