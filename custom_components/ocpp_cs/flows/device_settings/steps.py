"""The steps of a charger's form in which its own settings are changed."""

from typing import Any, Final

from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.core import HomeAssistant

from ...chargers.charger import Charger
from ...const import DOMAIN
from ...csms.model.capabilities import Setting, SettingKind
from ...csms.model.errors import CommandError, CsmsError, NotConnectedError
from ...exceptions import async_text, translated
from ...foreign_text import SENTENCE, Markdown, for_markdown, plain, shown
from ...forms.language import async_language, async_texts
from .fields import (
    CONF_SETTING,
    CONF_VALUE,
    list_schema,
    present_input,
    value_problem,
    value_schema,
    value_text,
)

WORDS: Final = {
    "setting_result": ("accepted", "hidden", "later", "failed", "connection")
}
"""The keys that have texts, among the translations of selectors."""


class DeviceSettings:
    """The settings of one charger: each method is a step of its form."""

    def __init__(self, flow: ConfigSubentryFlow, charger: Charger) -> None:
        """Initialize for a charger of a server that runs."""
        self._flow = flow
        self.charger = charger
        self._name = ""
        """The setting that was chosen."""
        self._result = Markdown()
        """What came of the last one, above the list."""

    @property
    def _hass(self) -> HomeAssistant:
        return self._flow.hass

    def _settings(self) -> dict[str, Setting]:
        """Return what can be written, by name, in the charger's order.

        Raises:
            NotConnectedError: The charger is not connected.
        """
        commands = self.charger.charge_point.commands
        return {one.name: one for one in commands.settings() if one.writable}

    # The list.

    async def choose(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which setting is to be changed."""
        try:
            settings = self._settings()
            if not settings:
                await self._read()
                settings = self._settings()
        except NotConnectedError:
            return self._away()
        if not settings:
            return self._flow.async_abort(
                reason="no_settings", description_placeholders=self._named()
            )
        errors: dict[str, str] = {}
        if user_input is not None:
            if user_input[CONF_SETTING] in settings:
                self._name = user_input[CONF_SETTING]
                # It may have been changed at the charger.
                if settings[self._name].kind is not SettingKind.PASSWORD:
                    await self._read(self._name)
                return await self.change()
            errors = {CONF_SETTING: "setting_unknown"}
        result, self._result = self._result, Markdown()
        return self._flow.async_show_form(
            step_id="device_settings",
            data_schema=list_schema(list(settings.values())),
            errors=errors,
            description_placeholders=self._named() | for_markdown(result=result),
            last_step=False,
        )

    async def _read(self, *names: str) -> None:
        """Read settings again; without an answer the known values are shown."""
        try:
            await self.charger.charge_point.commands.read_settings(names)
        except CommandError, NotConnectedError:
            return

    # One setting.

    async def change(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the value of a setting, and write it."""
        try:
            setting = self._settings().get(self._name)
        except NotConnectedError:
            return self._away()
        if setting is None:
            return await self.choose()
        schema = value_schema(setting)
        errors: dict[str, str] = {}
        words: dict[str, str] = {}
        error = ""
        if user_input is not None:
            errors, words = value_problem(setting, schema, user_input)
            if not errors:
                value = value_text(setting, user_input.get(CONF_VALUE))
                try:
                    return await self._write(setting, value)
                except NotConnectedError:
                    return self._away()
                except CsmsError as err:
                    errors = {"base": "setting_refused"}
                    error = plain(await self._text_of(err), SENTENCE)
        return self._flow.async_show_form(
            step_id="device_setting",
            data_schema=self._flow.add_suggested_values_to_schema(
                schema, user_input or present_input(setting)
            ),
            errors=errors,
            description_placeholders=self._named()
            | for_markdown(
                setting=setting.name,
                value="***"
                if setting.kind is SettingKind.PASSWORD
                else setting.value or "",
                possible=_possible(setting),
                error=error,
                note=await self._note(setting),
            )
            | words,
        )

    async def _write(self, setting: Setting, value: str) -> SubentryFlowResult:
        """Write a value, and show what the charger answered."""
        commands = self.charger.charge_point.commands
        answer = await commands.write_setting(name=setting.name, value=value)
        if answer.get("status") == "reboot_required":
            return await self.restart_needed()
        if setting.kind is SettingKind.PASSWORD:
            self._result = await self._said("hidden", setting=setting.name)
        else:
            now = self._settings().get(setting.name, setting).value
            self._result = await self._said(
                "accepted", setting=setting.name, value=now or ""
            )
        return await self.choose()

    # A restart.

    async def restart_needed(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Offer the restart after which a value applies."""
        self._result = await self._said("later", setting=self._name)
        return self._flow.async_show_menu(
            step_id="device_restart",
            menu_options=["device_restart_now", "device_settings"],
            description_placeholders=self._named() | for_markdown(setting=self._name),
        )

    async def restart(self) -> SubentryFlowResult:
        """Restart the charger; it ends a session properly, or waits for its end."""
        try:
            answer = await self.charger.charge_point.commands.reset(type="soft")
        except NotConnectedError:
            return self._away()
        except CsmsError as err:
            self._result = await self._said(
                "failed", error=plain(await self._text_of(err), SENTENCE)
            )
            return await self.choose()
        # B12.FR.01.
        waits = answer.get("status") == "scheduled"
        return self._flow.async_abort(
            reason="charger_restarts_later" if waits else "charger_restarts",
            description_placeholders=self._named(),
        )

    # Texts.

    async def _note(self, setting: Setting) -> Markdown:
        """Return the warning about a setting of the connection; empty for others."""
        if setting.of_connection:
            return await self._said("connection")
        return Markdown()

    def _away(self) -> SubentryFlowResult:
        return self._flow.async_abort(
            reason="charger_away", description_placeholders=self._named()
        )

    def _named(self) -> dict[str, str]:
        return for_markdown(name=self.charger.name)

    async def _said(self, key: str, **placeholders: str) -> Markdown:
        texts = await async_texts(self._hass, "selector")
        text = texts.get(f"component.{DOMAIN}.selector.setting_result.options.{key}")
        return Markdown((text or key).format(**for_markdown(**placeholders)))

    async def _text_of(self, err: CsmsError) -> str:
        return await async_text(
            self._hass,
            translated(err, self.charger.name),
            await async_language(self._hass),
        )


def _possible(setting: Setting) -> Markdown:
    """Return the range or the options of a value, as the charger tells them."""
    low, high = setting.minimum, setting.maximum
    if setting.kind in {SettingKind.INTEGER, SettingKind.DECIMAL}:
        if low is None and high is None:
            return Markdown("–")
        ends = ["" if end is None else f"{end:g}" for end in (low, high)]
        return shown(f"{' … '.join(ends)} {setting.unit or ''}")
    return shown(", ".join(setting.options), SENTENCE)
