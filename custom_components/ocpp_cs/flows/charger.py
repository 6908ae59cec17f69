"""The subentry flow that adds a charger, connected or not, or changes its settings."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, override

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentry,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from ..chargers.awaited import AwaitedCharger
from ..chargers.charger import Charger
from ..chargers.naming import name_taken
from ..chargers.overrides import makes_shown, quirks_of
from ..chargers.subentries import (
    adopted_elsewhere,
    identity_data,
    own_tag_of,
    subentry_of,
)
from ..charging.limits import Alone
from ..const import (
    CONF_CHARGE_POINT_ID,
    CONF_DISCHARGE_LEVEL,
    CONF_DISCHARGE_WEAR,
    CONF_FALLBACK,
    CONF_MODEL,
    CONF_NAMED_BY_ID,
    CONF_PATH_SECRET,
    CONF_SOLAR,
    CONF_VENDOR,
    DOMAIN,
    FALLBACK_AUTOMATIC,
    SUBENTRY_CHARGER,
)
from ..csms.model.model import Identity, RefusalReason
from ..csms.model.quirks import Quirks
from ..csms.model.security import SecurityLevel
from ..foreign_text import Markdown, for_markdown, shown
from ..former.chargers import (
    Former,
    data_of_new,
    former_of,
    name_of_new,
    proposed_current,
)
from ..forms.charger import (
    CONF_MAXIMUM_CURRENT,
    SECTION_OVERRIDES,
    circuit_field,
    current_problem,
    entered_id,
    overrides_input,
)
from ..forms.language import async_texts
from ..forms.numbers import Problem, number_problem, opened
from ..forms.subentry import SubentryForm
from ..goe_setup.charger_flow import ChargerOfServer, GoERestore, can_be_restored
from ..goe_setup.flow import GoESteps
from ..hub import OcppConfigEntry
from ..security.path_secrets import (
    async_address_for,
    async_own_address,
    new_path_secret,
)
from .charger_charging_fields import (
    SECTION_SOLAR,
    solar_data,
    solar_input,
    solar_problem,
)
from .charger_fields import (
    ADD_SCHEMA,
    CHANGE_SCHEMA,
    NEW_SECRET,
    SECTION_SETTINGS,
    add_schema,
    change_schema,
    circuit_of,
    overrides_changed,
    settings_data,
    text_problem,
)
from .charger_security import ChargerSecurity
from .charging_circuits import circuit_names
from .device_settings.steps import DeviceSettings
from .encryption import async_with_encryption

PATIENCE = 600.0
"""Seconds until the user is asked whether to wait longer; some chargers need more."""

VENDORS = {
    "abb": Identity(vendor="ABB"),
    "alfen": Identity(vendor="Alfen"),
    "autel": Identity(vendor="Autel"),
    "bender": Identity(vendor="Bender"),
    "easee": Identity(vendor="Easee"),
    "ecotap": Identity(vendor="Ecotap"),
    "evbox": Identity(vendor="EVBox"),
    "goe": Identity(vendor="go-e"),
    "keba": Identity(vendor="KEBA"),
    "mennekes": Identity(vendor="MENNEKES", model="AMTRON"),
    "mennekes_4you": Identity(vendor="MENNEKES", model="4You"),
    "wallbox": Identity(vendor="Wallbox"),
    "webasto": Identity(vendor="Webasto"),
    "zaptec": Identity(vendor="Zaptec"),
    "other": Identity(),
}
"""The options, and the identity that a charger of each vendor reports."""

_APPENDING = frozenset({"bender", "easee", "ecotap", "mennekes", "mennekes_4you"})
"""Vendors that append the id; for others an address with the id suits in any case."""

WORDS = {"vendor_page": tuple(VENDORS)}
"""Translations of a selector: where each vendor has its page for OCPP."""

_VENDOR_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_VENDOR, default="other"): SelectSelector(
            SelectSelectorConfig(
                options=[
                    "abb",
                    "alfen",
                    "autel",
                    "bender",
                    "easee",
                    "ecotap",
                    "evbox",
                    "goe",
                    "keba",
                    "mennekes",
                    "mennekes_4you",
                    "wallbox",
                    "webasto",
                    "zaptec",
                    "other",
                ],
                mode=SelectSelectorMode.DROPDOWN,
                translation_key="vendor",
            )
        ),
        vol.Optional(CONF_CHARGE_POINT_ID): TextSelector(),
    }
)

_PROGRESS = {
    RefusalReason.NO_ID: "connect_no_id",
    RefusalReason.PROTOCOL_UNKNOWN: "connect_wrong_protocol",
    RefusalReason.PROTOCOL_MISSING: "connect_no_protocol",
    RefusalReason.ADDRESS: "connect_address_refused",
    RefusalReason.NO_SECRET: "connect_no_secret",
    RefusalReason.OTHER_VERSION: "connect_wrong_protocol",
}


class ChargerFlow(SubentryForm):
    """Adds a charger, connected or not, or changes its name and settings."""

    _new_secret = ""
    """The secret in the address that the form shows."""
    _former: Former | None = None
    """What is known of the charger with the entered id, if it was here before."""
    _goe_steps: GoESteps[SubentryFlowResult] | None = None
    _security: ChargerSecurity | None = None
    _device: DeviceSettings | None = None
    _settings_chosen = False
    """True if the user has chosen the settings from the menu of the charger."""
    _vendor = "other"
    _added: str | None = None
    """The name of a charger that was added by hand and has yet to connect."""
    _url = ""
    _encrypted = Markdown("")
    """The encrypted address, and when to use it; precedes the other."""
    _page = ""
    """The vendor's settings page for OCPP, as text."""
    _waiting: asyncio.Task[None] | None = None

    def __init__(self) -> None:
        """Initialize the flow; no charger is awaited yet."""
        super().__init__()
        self._awaited = AwaitedCharger()

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what kind of charger it is."""
        return self.async_show_menu(
            step_id="user", menu_options=["goe_address", "vendor", "manual"]
        )

    async def async_step_manual(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the id and the settings of a new charger."""
        entry = self._get_entry()
        self._new_secret = self._new_secret or new_path_secret()
        url = await async_address_for(self.hass, entry, self._new_secret)
        encrypted = await async_with_encryption(self.hass, entry, self._new_secret)
        problem: Problem = {}, {}
        if user_input is not None:
            charge_point_id, problem = self._entered(user_input)
            if not problem[0] and self._known_again(charge_point_id):
                former = self._former
                assert former is not None
                # The user sees what was set before, and sends the form once more.
                problem = {CONF_CHARGE_POINT_ID: "was_here_before"}, {}
                user_input = {
                    CONF_CHARGE_POINT_ID: charge_point_id,
                    CONF_NAME: former.name,
                    CONF_MAXIMUM_CURRENT: proposed_current({}, former),
                    SECTION_SETTINGS: former.settings,
                }
                url = await async_address_for(self.hass, entry, self._new_secret)
                encrypted = await async_with_encryption(
                    self.hass, entry, self._new_secret
                )
            if not problem[0]:
                name = user_input.get(CONF_NAME, "").strip()
                data = data_of_new(
                    charge_point_id,
                    {},
                    self._new_secret,
                    self._former,
                    user_input[CONF_MAXIMUM_CURRENT],
                ) | settings_data(user_input)
                if not name:
                    data[CONF_NAMED_BY_ID] = True
                if entry.state is not ConfigEntryState.LOADED:
                    return self.async_create_entry(
                        title=name or charge_point_id,
                        data=data,
                        unique_id=charge_point_id,
                    )
                return await self._connect_added(
                    ConfigSubentry(
                        data=MappingProxyType(data),
                        subentry_type=SUBENTRY_CHARGER,
                        title=name or charge_point_id,
                        unique_id=charge_point_id,
                    )
                )
        errors, words = problem
        return self.async_show_form(
            step_id="manual",
            data_schema=self.add_suggested_values_to_schema(
                opened(add_schema(own_tag_of(entry)), errors), user_input
            ),
            errors=errors,
            description_placeholders={"url": url, "encrypted": encrypted, **words},
        )

    def _known_again(self, charge_point_id: str) -> bool:
        """Take up what is known of a removed charger; return False if it was shown."""
        entry: OcppConfigEntry = self._get_entry()
        before, self._former = self._former, former_of(entry, charge_point_id)
        if self._former is None or self._former == before:
            return False
        secret = self._former.secret
        pending = entry.runtime_data.central_system.pending.get(charge_point_id)
        if secret is not None and (
            pending is None or not pending.came_to(self._new_secret)
        ):
            # The charger has the address from before.
            self._new_secret = secret
        return True

    def _entered(self, user_input: Mapping[str, Any]) -> tuple[str, Problem]:
        """Return the id of a new charger, and the errors of the form."""
        entry = self._get_entry()
        charge_point_id, invalid = entered_id(user_input[CONF_CHARGE_POINT_ID])
        errors, words = number_problem(ADD_SCHEMA, user_input)
        errors = text_problem(user_input) | errors | invalid
        if invalid:
            pass
        elif subentry_of(entry, charge_point_id) is not None:
            errors[CONF_CHARGE_POINT_ID] = "already_configured"
        elif other := adopted_elsewhere(self.hass, entry, charge_point_id):
            errors[CONF_CHARGE_POINT_ID] = "adopted_elsewhere"
            words["server"] = other
        if name_taken(entry, user_input.get(CONF_NAME, "").strip()):
            errors[CONF_NAME] = "name_taken"
        return charge_point_id, (errors, words)

    async def async_step_menu(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what to do with a charger, if there is a choice."""
        options = ["change"]
        if self._charger is not None:
            options += ["device_settings", "security"]
        if can_be_restored(self._get_reconfigure_subentry()):
            options.append("goe_restore")
        if len(options) == 1:
            return await self.async_step_change()
        return self.async_show_menu(step_id="menu", menu_options=options)

    async def async_step_change(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show the form with name and settings."""
        self._settings_chosen = True
        return await self.async_step_reconfigure()

    @property
    def _charger(self) -> Charger | None:
        """The charger; None while its server does not run."""
        entry: OcppConfigEntry = self._get_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return None
        return entry.runtime_data.chargers.get(
            self._get_reconfigure_subentry().subentry_id
        )

    def _discharges(self, data: Mapping[str, Any]) -> bool:
        """Return whether vehicles can discharge at the charger, or could before."""
        chosen: Mapping[str, Any] = data.get(CONF_SOLAR) or {}
        if CONF_DISCHARGE_LEVEL in chosen or CONF_DISCHARGE_WEAR in chosen:
            return True
        charger = self._charger
        return charger is not None and any(
            connector.bidirectional.modes
            for connector in charger.charge_point.connectors.values()
        )

    @property
    def _alone(self) -> Alone:
        """What the charger can do by itself without Home Assistant."""
        charger = self._charger
        return Alone.of(
            None
            if charger is None or not charger.charge_point.ready
            else charger.charge_point.profile_methods
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for name and settings of a charger. Applies without a reconnect."""
        entry, subentry = self._get_entry(), self._get_reconfigure_subentry()
        if user_input is None and not self._settings_chosen:
            return await self.async_step_menu()
        circuits = circuit_names(entry.options)
        problem: Problem = {}, {}
        if user_input is not None:
            name = user_input[CONF_NAME].strip() or subentry.title
            problem = self._changed(subentry, name, user_input)
            if not problem[0]:
                renewed = user_input.get(NEW_SECRET, False)
                result = self.async_update_and_abort(
                    entry,
                    subentry,
                    title=name,
                    data_updates=settings_data(user_input)
                    | solar_data(user_input)
                    | overrides_changed(subentry.data, user_input)
                    | ({CONF_PATH_SECRET: new_path_secret()} if renewed else {}),
                )
                if not renewed:
                    return result
                return self.async_abort(
                    reason="secret_renewed",
                    description_placeholders={
                        "url": await async_own_address(self.hass, entry, subentry)
                    },
                )
        errors, words = problem
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                opened(
                    change_schema(
                        own_tag_of(entry),
                        circuits,
                        self._alone,
                        solar_input(subentry.data, circuits).get(
                            CONF_FALLBACK, FALLBACK_AUTOMATIC
                        ),
                        discharges=self._discharges(subentry.data),
                    ),
                    errors,
                ),
                user_input
                or {
                    CONF_NAME: subentry.title,
                    SECTION_SETTINGS: {
                        CONF_MAXIMUM_CURRENT: circuit_of(subentry.data),
                        **subentry.data,
                    },
                    SECTION_SOLAR: solar_input(subentry.data, circuits, self._alone),
                    SECTION_OVERRIDES: overrides_input(subentry.data),
                },
            ),
            errors=errors,
            description_placeholders=words
            | for_markdown(
                url=Markdown(await async_own_address(self.hass, entry, subentry)),
                id=subentry.data[CONF_CHARGE_POINT_ID],
                makes=Markdown(makes_shown(subentry.data)),
            ),
        )

    # go-eChargers, over HTTP.

    @property
    def _goe(self) -> GoESteps[SubentryFlowResult]:
        if self._goe_steps is None:
            self._goe_steps = GoESteps(self, ChargerOfServer(self, self._get_entry()))
        return self._goe_steps

    async def async_step_goe_address(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the address of a go-eCharger, and read the charger."""
        return await self._goe.address(user_input)

    async def async_step_goe_found(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show the go-eCharger that was found, and ask for the settings."""
        return await self._goe.found(user_input)

    async def async_step_goe_changes(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show the planned changes and their reasons before anything is written."""
        return await self._goe.changes(user_input)

    async def async_step_goe_apply(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Write the changes and wait for the charger to connect."""
        return await self._goe.apply(user_input)

    async def async_step_goe_failed(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show why the set-up failed, and offer to try again."""
        return await self._goe.failed(user_input)

    async def async_step_goe_again(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Read the charger again, and show the planned changes."""
        return await self._goe.again()

    async def async_step_goe_done(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Add the charger, which is connected by now."""
        return await self._goe.done()

    async def async_step_goe_restore(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Restore the settings that the charger had before it was set up."""
        restore = GoERestore(self, self._get_entry(), self._get_reconfigure_subentry())
        return await restore.restore(user_input)

    # The charger's own settings.

    @property
    def _device_settings(self) -> DeviceSettings:
        """The steps for the charger; new ones after a restart of its server."""
        if (charger := self._charger) is None:
            raise AbortFlow("not_running")
        if self._device is None or self._device.charger is not charger:
            self._device = DeviceSettings(self, charger)
        return self._device

    async def async_step_device_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which of the charger's own settings is to be changed."""
        return await self._device_settings.choose(user_input)

    async def async_step_device_setting(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the value of a setting, and write it."""
        return await self._device_settings.change(user_input)

    async def async_step_device_restart(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Offer the restart after which a setting applies."""
        return await self._device_settings.restart_needed(user_input)

    async def async_step_device_restart_now(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Restart the charger."""
        return await self._device_settings.restart()

    # Security.

    @property
    def _secured(self) -> ChargerSecurity:
        """The steps for the charger; new ones after a restart of its server."""
        entry: OcppConfigEntry = self._get_entry()
        if (charger := self._charger) is None:
            raise AbortFlow("not_running")
        if self._security is None or self._security.charger is not charger:
            self._close_security()
            self._security = ChargerSecurity(self, entry, entry.runtime_data, charger)
        return self._security

    def _close_security(self) -> None:
        if self._security is not None:
            self._security.close()

    async def async_step_security(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show how the charger is protected, and what can be done."""
        return await self._secured.page(user_input)

    async def async_step_raise_password(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Choose a password."""
        return await self._secured.raise_to(SecurityLevel.PASSWORD)

    async def async_step_raise_tls(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Choose encryption."""
        return await self._secured.raise_to(SecurityLevel.TLS)

    async def async_step_raise_certificate(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Choose a certificate of its own."""
        return await self._secured.raise_to(SecurityLevel.CERTIFICATE)

    async def async_step_raise_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what will happen before anything is written."""
        return await self._secured.confirm(user_input)

    async def async_step_raise_hindered(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what is in the way."""
        return await self._secured.confirm(user_input)

    async def async_step_raise_check(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Look again whether something is in the way."""
        return await self._secured.confirm()

    async def async_step_raising(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Raise the charger, and show each step."""
        if self._charger is None:
            # Its server was stopped; a progress cannot end otherwise.
            return self.async_show_progress_done(next_step_id="security")
        return await self._secured.raising(user_input)

    async def async_step_raised(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Report that the charger has its new level."""
        return await self._secured.raised()

    async def async_step_raise_failed(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Report why that failed, and what can be done."""
        return await self._secured.failed(user_input)

    async def async_step_raise_again(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Try again."""
        return await self._secured.again()

    async def async_step_raise_wait(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Wait longer."""
        return await self._secured.wait_on()

    async def async_step_raise_give_up(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Take the old level again."""
        return await self._secured.give_up()

    async def async_step_new_password(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Write a new password to the charger."""
        return await self._secured.new_password(user_input)

    async def async_step_typed_password(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for a password that is typed on the charger."""
        return await self._secured.typed_password(user_input)

    async def async_step_no_password(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Accept the charger without a password again."""
        return await self._secured.no_password(user_input)

    async def async_step_lower(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Accept a lower level."""
        return await self._secured.lower(user_input)

    async def async_step_goe_lower(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Lower the level of a go-eCharger, over HTTP."""
        return await self._secured.goe_lower(user_input)

    def _changed(
        self, subentry: ConfigSubentry, name: str, user_input: Mapping[str, Any]
    ) -> Problem:
        """Return the errors of the form that changes a charger."""
        errors, words = number_problem(CHANGE_SCHEMA, user_input)
        errors = text_problem(user_input) | errors
        if name_taken(self._get_entry(), name, subentry.unique_id):
            errors[CONF_NAME] = "name_taken"
        # Check for contradictions only once each value is valid.
        if not errors:
            data = {**subentry.data, **overrides_changed(subentry.data, user_input)}
            errors, words = current_problem(data)
        if not errors:
            errors = solar_problem(user_input, data)
        return errors, words

    # Chargers without an API: the user enters the address on the charger.

    async def async_step_vendor(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the vendor and the id of the charger."""
        errors: dict[str, str] = {}
        if user_input is not None:
            entry = self._get_entry()
            if entry.state is not ConfigEntryState.LOADED:
                return self.async_abort(reason="not_running")
            self._vendor = user_input[CONF_VENDOR]
            given, errors = self._id_of(entry, user_input.get(CONF_CHARGE_POINT_ID, ""))
            self._awaited.charge_point_id = given or None
            if not errors:
                self._awaited.secret = self._awaited.secret or new_path_secret()
                appended = not given or self._vendor in _APPENDING
                self._url = await async_address_for(
                    self.hass, entry, self._awaited.secret, "" if appended else given
                )
                self._encrypted = await async_with_encryption(
                    self.hass, entry, self._awaited.secret, "" if appended else given
                )
                self._page = await self._page_of_vendor()
                return await self.async_step_connect()
        return self.async_show_form(
            step_id="vendor",
            data_schema=self.add_suggested_values_to_schema(_VENDOR_SCHEMA, user_input),
            errors=errors,
        )

    @property
    def _quirks(self) -> Quirks:
        """The quirks of the selected vendor's chargers."""
        return quirks_of(VENDORS[self._vendor])

    async def _page_of_vendor(self) -> str:
        """Return where to enter the address, in the language of the user."""
        texts = await async_texts(self.hass, "selector")
        key = f"component.{DOMAIN}.selector.vendor_page.options.{self._vendor}"
        return texts.get(key, "")

    async def _any_id(self) -> str:
        """Return the text that says that any id can be entered on the charger."""
        texts = await async_texts(self.hass, "common")
        return texts[f"component.{DOMAIN}.common.any_id"]

    def _id_of(self, entry: OcppConfigEntry, text: str) -> tuple[str, dict[str, str]]:
        """Return the entered id, and the errors of the form."""
        if not text.strip():
            if not self._quirks.appends_id:
                return "", {CONF_CHARGE_POINT_ID: "id_needed"}
            return "", {}
        given, errors = entered_id(text)
        if errors:
            return given, errors
        if subentry_of(entry, given) or adopted_elsewhere(self.hass, entry, given):
            return given, {CONF_CHARGE_POINT_ID: "already_configured"}
        return given, {}

    async def _connect_added(self, subentry: ConfigSubentry) -> SubentryFlowResult:
        """Add a charger by its id, and wait for it to connect."""
        entry: OcppConfigEntry = self._get_entry()
        charge_point_id: str = subentry.data[CONF_CHARGE_POINT_ID]
        self.hass.config_entries.async_add_subentry(entry, subentry)
        # The hub would do so a moment later, but the charger is needed below.
        entry.runtime_data.async_update()
        self._added = subentry.title
        self._awaited.adopted = True
        self._awaited.charge_point_id = charge_point_id
        self._url = await async_address_for(
            self.hass, entry, subentry.data[CONF_PATH_SECRET], charge_point_id
        )
        self._encrypted = await async_with_encryption(
            self.hass, entry, subentry.data[CONF_PATH_SECRET], charge_point_id
        )
        return await self.async_step_connect()

    async def async_step_connect(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Wait for the charger, and show what has been received so far."""
        awaited = self._awaited
        if not awaited.is_listening:
            entry: OcppConfigEntry = self._get_entry()
            if entry.state is not ConfigEntryState.LOADED:
                return self.async_abort(reason="not_running")
            hub = entry.runtime_data
            awaited.listen(hub.arrivals, hub.central_system)
            if awaited.charge_point_id is not None:
                hub.async_open(awaited.charge_point_id)
        if self._waiting is not None and self._waiting.done():
            self._waiting = None
            if awaited.came is not None:
                if self._added is not None:
                    return self._leave("added_connected")
                return self._leave("connected" if awaited.is_expected else "another_id")
            if not awaited.take_news():
                return self._leave("not_seen" if self._added is None else "added_away")
        if self._waiting is None:
            self._waiting = self.hass.async_create_background_task(
                awaited.wait(max(PATIENCE, self._quirks.connect_seconds)),
                f"{DOMAIN} wait for a charger",
                eager_start=False,
            )
        refusal = awaited.refusal
        return self.async_show_progress(
            step_id="connect",
            progress_action=(
                _PROGRESS[refusal.reason]
                if refusal is not None
                else "connect"
                if self._added is None
                else "connect_added"
            ),
            description_placeholders=for_markdown(
                name=self._added or "–",
                page=Markdown(self._page),
                encrypted=self._encrypted,
                url=Markdown(self._url),
                asked_id=(
                    Markdown(await self._any_id())
                    if awaited.charge_point_id is None
                    else shown(awaited.charge_point_id)
                ),
                remote="–" if refusal is None else refusal.remote,
                path="–" if refusal is None else shown(refusal.path),
                offered="–" if refusal is None else shown(refusal.versions),
            ),
            progress_task=self._waiting,
        )

    def _leave(self, step_id: str) -> SubentryFlowResult:
        self._awaited.stop()
        return self.async_show_progress_done(next_step_id=step_id)

    async def async_step_added_connected(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Report that a charger that was added by hand has connected."""
        return self.async_abort(
            reason="added_connected",
            description_placeholders=for_markdown(name=self._added or "–"),
        )

    async def async_step_added_away(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Report that a charger was added, but has not connected yet."""
        return self.async_abort(
            reason="added_away",
            description_placeholders=for_markdown(
                name=self._added or "–", url=Markdown(self._url)
            ),
        )

    async def async_step_another_id(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Report that a charger connected with an unexpected id."""
        came = self._awaited.came
        assert came is not None
        return self.async_show_menu(
            step_id="another_id",
            menu_options=["connected", "wait_on", "vendor"],
            description_placeholders=for_markdown(
                id=came.id,
                expected=self._awaited.charge_point_id or "–",
                **_product(identity_data(came.identity)),
            ),
        )

    async def async_step_not_seen(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Report that no charger has connected for a long time."""
        return self.async_show_menu(
            step_id="not_seen",
            menu_options=["wait_on", "vendor", "manual"],
            description_placeholders={"url": self._url},
        )

    async def async_step_wait_on(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Wait for another charger."""
        self._awaited.decline()
        return await self.async_step_connect()

    async def async_step_connected(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for a name, and add the charger."""
        came, entry = self._awaited.came, self._get_entry()
        assert came is not None
        if (subentry := subentry_of(entry, came.id)) is not None:
            # It was added by another flow, or automatically.
            return self.async_abort(
                reason="charger_added",
                description_placeholders=for_markdown(name=subentry.title),
            )
        told = identity_data(came.identity)
        former = former_of(entry, came.id)
        default = name_of_new(entry, came.id, told, former)
        schema = vol.Schema(
            {
                vol.Required(CONF_NAME, default=default): TextSelector(),
                **circuit_field(proposed_current(told, former)),
            }
        )
        errors, words = number_problem(schema, user_input or {})
        if user_input is not None:
            name = user_input[CONF_NAME].strip() or default
            if name_taken(entry, name):
                errors[CONF_NAME] = "name_taken"
            if not errors:
                return self.async_create_entry(
                    title=name,
                    data=data_of_new(
                        came.id,
                        told,
                        self._awaited.secret_in_use(
                            None if former is None else former.secret
                        ),
                        former,
                        user_input[CONF_MAXIMUM_CURRENT],
                    ),
                    unique_id=came.id,
                )
        return self.async_show_form(
            # This form says that sessions need a remote start: a driver would wait in
            # vain.
            step_id="connected_start"
            if came.quirks.remote_start_needed
            else "connected",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
            description_placeholders=words
            | for_markdown(id=came.id, **_product(identity_data(came.identity))),
        )

    async_step_connected_start = async_step_connected

    @override
    @callback
    def async_remove(self) -> None:
        """Stop waiting, and undo an unfinished set-up."""
        super().async_remove()
        self._awaited.stop()
        if self._goe_steps is not None:
            self._goe_steps.async_close()
        self._close_security()


def _product(told: Mapping[str, str]) -> dict[str, str]:
    return {
        "vendor": told.get(CONF_VENDOR, "–"),
        "model": told.get(CONF_MODEL, "–"),
    }
