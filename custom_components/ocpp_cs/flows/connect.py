"""Help for chargers without an API: what to type into them, and what is seen of them."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, override

from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.helpers.translation import async_get_translations
import voluptuous as vol

from ..chargers.charger import identity_data
from ..chargers.naming import charger_name, name_taken
from ..chargers.overrides import known_current
from ..const import (
    CONF_CHARGE_POINT_ID,
    CONF_MODEL,
    CONF_PATH_SECRET,
    CONF_VENDOR,
    DOMAIN,
    SUBENTRY_CHARGER,
)
from ..csms.charge_point import ChargePoint
from ..csms.model.model import Identity, Refusal, RefusalReason
from ..csms.quirks.rules import quirks_for
from ..csms.quirks.types import Overrides, Quirks
from ..foreign_text import Markdown, for_markdown, shown
from ..forms.circuit import circuit_data, circuit_field
from ..forms.numbers import number_problem
from ..hub import OcppConfigEntry, adopted_elsewhere
from ..security.path_secrets import async_address_for, new_path_secret
from .ids import entered_id

PATIENCE = 600.0
"""Seconds after which the user is asked whether to wait on; some makes take longer."""

IDENTITY_WAIT = 3.0
"""Seconds that a charger has to say what it is before it is shown without."""

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
"""The options, and what each will say of itself once it is here."""

_APPENDING = frozenset({"bender", "easee", "ecotap", "mennekes", "mennekes_4you"})
"""Those of which it is known; of others, an address that has the id suits either way."""

WORDS = {"vendor_page": tuple(VENDORS)}
"""Where each hides its page for OCPP, among the translations of selectors."""

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


class ConnectSteps(ConfigSubentryFlow):
    """Shows the address for a charger, and waits until it comes."""

    _vendor = "other"
    _expected_id: str | None = None
    _added: str | None = None
    """The name of a charger that was added by hand, and is waited for."""
    _url = ""
    _page = ""
    """Where the make has its page for OCPP."""
    _secret = ""
    """In that, so that it is known whose connection it is whatever its id."""
    _news: asyncio.Event
    _waiting: asyncio.Task[None] | None = None
    _stop_listening: Callable[[], None] | None = None
    _refusal: Refusal | None = None
    _came: ChargePoint | None = None
    _declined: frozenset[str] = frozenset()
    """Ids that are not the charger that is waited for."""

    async def async_step_vendor(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what is to be connected."""
        errors: dict[str, str] = {}
        if user_input is not None:
            entry = self._get_entry()
            if entry.state is not ConfigEntryState.LOADED:
                return self.async_abort(reason="not_running")
            self._vendor = user_input[CONF_VENDOR]
            given, errors = self._id_of(entry, user_input.get(CONF_CHARGE_POINT_ID, ""))
            self._expected_id = given or None
            if not errors:
                self._secret = self._secret or new_path_secret()
                appended = not given or self._vendor in _APPENDING
                self._url = await async_address_for(
                    self.hass, entry, self._secret, "" if appended else given
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
        """What is known of the make that is waited for."""
        return quirks_for(VENDORS[self._vendor], Overrides())

    async def _page_of_vendor(self) -> str:
        """Return where to enter the address, in the language of Home Assistant."""
        texts = await async_get_translations(
            self.hass, self.hass.config.language, "selector", [DOMAIN]
        )
        key = f"component.{DOMAIN}.selector.vendor_page.options.{self._vendor}"
        return texts.get(key, "")

    async def _any_id(self) -> str:
        """Return what to enter where a charger asks for an id that is free."""
        texts = await async_get_translations(
            self.hass, self.hass.config.language, "common", [DOMAIN]
        )
        return texts[f"component.{DOMAIN}.common.any_id"]

    def _id_of(self, entry: OcppConfigEntry, text: str) -> tuple[str, dict[str, str]]:
        """Return the id that was entered, and what is wrong with it."""
        if not text.strip():
            if not self._quirks.appends_id:
                return "", {CONF_CHARGE_POINT_ID: "id_needed"}
            return "", {}
        given, errors = entered_id(text)
        if errors:
            return given, errors
        if _adopted(entry, given) or adopted_elsewhere(self.hass, entry, given):
            return given, {CONF_CHARGE_POINT_ID: "already_configured"}
        return given, {}

    async def _connect_added(self, subentry: ConfigSubentry) -> SubentryFlowResult:
        """Add a charger of which only the id is known, and wait for it."""
        entry: OcppConfigEntry = self._get_entry()
        charge_point_id: str = subentry.data[CONF_CHARGE_POINT_ID]
        self.hass.config_entries.async_add_subentry(entry, subentry)
        # Now, instead of a moment later: it is needed here.
        entry.runtime_data.async_update()
        self._added = subentry.title
        self._expected_id = charge_point_id
        self._url = await async_address_for(
            self.hass, entry, subentry.data[CONF_PATH_SECRET], charge_point_id
        )
        return await self.async_step_connect()

    async def async_step_connect(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Wait for the charger, and say what is seen meanwhile."""
        if self._stop_listening is None:
            entry: OcppConfigEntry = self._get_entry()
            if entry.state is not ConfigEntryState.LOADED:
                return self.async_abort(reason="not_running")
            hub = entry.runtime_data
            self._news = asyncio.Event()
            stop_listening = hub.arrivals.async_listen(self._told, self._expected_id)
            stop_waiting = hub.central_system.await_secret(self._secret)

            @callback
            def stop() -> None:
                stop_listening()
                stop_waiting()

            self._stop_listening = stop
            if self._expected_id is not None:
                hub.async_open(self._expected_id)
            for charge_point in hub.central_system.pending.values():
                self._told(charge_point)
            if self._added is not None:
                self._follow_added(hub.central_system.charge_points)
        if self._waiting is not None and self._waiting.done():
            self._waiting = None
            if self._came is not None:
                if self._added is not None:
                    return self._leave("added_connected")
                return self._leave(
                    "connected" if self._is_expected(self._came) else "another_id"
                )
            if not self._news.is_set():
                return self._leave("not_seen" if self._added is None else "added_away")
            self._news.clear()
        if self._waiting is None:
            self._waiting = self.hass.async_create_background_task(
                self._wait(), f"{DOMAIN} wait for a charger", eager_start=False
            )
        refusal = self._refusal
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
                url=Markdown(self._url),
                asked_id=(
                    Markdown(await self._any_id())
                    if self._expected_id is None
                    else shown(self._expected_id)
                ),
                remote="–" if refusal is None else refusal.remote,
                path="–" if refusal is None else shown(refusal.path),
                offered="–" if refusal is None else shown(refusal.versions),
            ),
            progress_task=self._waiting,
        )

    def _follow_added(self, charge_points: Mapping[str, ChargePoint]) -> None:
        """Take in when a charger comes that is adopted, which `arrivals` does not tell."""
        charge_point = charge_points[self._expected_id or ""]

        def changed() -> None:
            if charge_point.connected:
                self._came = charge_point
                self._news.set()

        unwatch, stop = (
            charge_point.watch(("connected",), changed),
            self._stop_listening,
        )
        assert stop is not None

        def stop_both() -> None:
            unwatch()
            stop()

        self._stop_listening = stop_both
        changed()

    def _is_expected(self, charge_point: ChargePoint) -> bool:
        return self._expected_id in (None, charge_point.id) or charge_point.came_to(
            self._secret
        )

    def _leave(self, step_id: str) -> SubentryFlowResult:
        self._stop()
        return self.async_show_progress_done(next_step_id=step_id)

    @callback
    def _told(self, who: ChargePoint | Refusal) -> None:
        if isinstance(who, Refusal):
            # The same thing over and over is no news.
            known, self._refusal = self._refusal, who
            if known is not None and (known.reason, known.path) == (
                who.reason,
                who.path,
            ):
                return
        elif who.id in self._declined or self._added is not None:
            return
        elif self._came is None or self._is_expected(who):
            self._came = who
        self._news.set()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(max(PATIENCE, self._quirks.connect_seconds)):
                await self._news.wait()
        except TimeoutError:
            return
        if (came := self._came) is None:
            return
        # It has a moment to say what it is.
        told = asyncio.Event()
        unwatch = came.watch(("identity",), told.set)
        try:
            async with asyncio.timeout(IDENTITY_WAIT):
                if came.identity.model is None:
                    await told.wait()
        except TimeoutError:
            pass
        finally:
            unwatch()

    async def async_step_added_connected(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Say that a charger that was added by hand is here."""
        return self.async_abort(
            reason="added_connected",
            description_placeholders=for_markdown(name=self._added or "–"),
        )

    async def async_step_added_away(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Say that a charger was added, and has not come yet."""
        return self.async_abort(
            reason="added_away",
            description_placeholders=for_markdown(
                name=self._added or "–", url=Markdown(self._url)
            ),
        )

    async def async_step_another_id(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Say that a charger came with an id that was not expected."""
        came = self._came
        assert came is not None
        return self.async_show_menu(
            step_id="another_id",
            menu_options=["connected", "wait_on", "vendor"],
            description_placeholders=for_markdown(
                id=came.id,
                expected=self._expected_id or "–",
                **self._product(came),
            ),
        )

    async def async_step_not_seen(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Say that nothing came for long."""
        return self.async_show_menu(
            step_id="not_seen",
            menu_options=["wait_on", "vendor", "manual"],
            description_placeholders={"url": self._url},
        )

    async def async_step_wait_on(
        self, _user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Wait for another one."""
        if self._came is not None:
            self._declined |= {self._came.id}
            self._came = None
        return await self.async_step_connect()

    async def async_step_connected(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for a name, and take the charger on."""
        came, entry = self._came, self._get_entry()
        assert came is not None
        if (name := _adopted(entry, came.id)) is not None:
            # Somebody, or an option, was quicker.
            return self.async_abort(
                reason="charger_added", description_placeholders=for_markdown(name=name)
            )
        told = identity_data(came.identity)
        default = charger_name(entry, came.id, told)
        schema = vol.Schema(
            {
                vol.Required(CONF_NAME, default=default): TextSelector(),
                **circuit_field(known_current(told)),
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
                    data={
                        CONF_CHARGE_POINT_ID: came.id,
                        CONF_PATH_SECRET: self._secret,
                        **told,
                        **circuit_data(told, user_input),
                    },
                    unique_id=came.id,
                )
        return self.async_show_form(
            # Its driver would wait in vain.
            step_id="connected_start"
            if came.quirks.remote_start_needed
            else "connected",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
            description_placeholders=words
            | for_markdown(id=came.id, **self._product(came)),
        )

    async_step_connected_start = async_step_connected

    def _product(self, charge_point: ChargePoint) -> dict[str, str]:
        told = identity_data(charge_point.identity)
        return {
            "vendor": told.get(CONF_VENDOR, "–"),
            "model": told.get(CONF_MODEL, "–"),
        }

    def _stop(self) -> None:
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None

    @override
    @callback
    def async_remove(self) -> None:
        """Listen no more."""
        super().async_remove()
        self._stop()


def _adopted(entry: OcppConfigEntry, charge_point_id: str) -> str | None:
    """Return the name of the charger with that id, if the server has it."""
    return next(
        (
            subentry.title
            for subentry in entry.get_subentries_of_type(SUBENTRY_CHARGER)
            if subentry.unique_id == charge_point_id
        ),
        None,
    )
