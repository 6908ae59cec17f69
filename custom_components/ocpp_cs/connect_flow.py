"""Help for chargers without an API: what to type into them, and what is seen of them."""

import asyncio
from collections.abc import Callable
from typing import Any, override

from homeassistant.config_entries import (
    ConfigEntryState,
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
import voluptuous as vol

from .charger import identity_data
from .const import (
    CONF_CHARGE_POINT_ID,
    CONF_MODEL,
    CONF_PATH_SECRET,
    CONF_VENDOR,
    DOMAIN,
    SUBENTRY_CHARGER,
)
from .csms.charge_point import ChargePoint
from .csms.model import Identity
from .csms.quirk_types import Overrides, Quirks
from .csms.quirks import quirks_for
from .csms.refusals import Refusal, RefusalReason
from .goe_words import shown
from .hub import OcppConfigEntry, adopted_elsewhere
from .naming import charger_name
from .path_secrets import async_address_for, new_path_secret

PATIENCE = 600.0
"""Seconds after which the user is asked whether to wait on; some makes take longer."""

IDENTITY_WAIT = 3.0
"""Seconds that a charger has to say what it is before it is shown without."""

VENDORS = {
    "bender": Identity(vendor="Bender"),
    "easee": Identity(vendor="Easee"),
    "ecotap": Identity(vendor="Ecotap"),
    "goe": Identity(vendor="go-e"),
    "mennekes_4you": Identity(vendor="MENNEKES", model="4You"),
    "other": Identity(),
}
"""The options, and what each will say of itself once it is here."""

_VENDOR_SCHEMA = vol.Schema(
    {
        vol.Required(CONF_VENDOR, default="other"): SelectSelector(
            SelectSelectorConfig(
                options=[
                    "bender",
                    "easee",
                    "ecotap",
                    "goe",
                    "mennekes_4you",
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
    _url = ""
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
            given = user_input.get(CONF_CHARGE_POINT_ID, "").strip().strip("/")
            self._expected_id = given or None
            errors = self._id_problem(entry, given)
            if not errors:
                self._secret = self._secret or new_path_secret()
                # Another one may, or may not.
                appended = not given or (
                    self._vendor != "other" and self._quirks.appends_id
                )
                self._url = await async_address_for(
                    self.hass, entry, self._secret, "" if appended else given
                )
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

    def _id_problem(self, entry: OcppConfigEntry, given: str) -> dict[str, str]:
        if not given:
            if not self._quirks.appends_id:
                return {CONF_CHARGE_POINT_ID: "id_needed"}
            return {}
        if not given.isprintable() or len(given) > 255:
            return {CONF_CHARGE_POINT_ID: "invalid_id"}
        if _adopted(entry, given) or adopted_elsewhere(self.hass, entry, given):
            return {CONF_CHARGE_POINT_ID: "already_configured"}
        return {}

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
            stop_listening = hub.arrivals.async_listen(self._told)
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
        if self._waiting is not None and self._waiting.done():
            self._waiting = None
            if self._came is not None:
                return self._leave(
                    "connected" if self._is_expected(self._came) else "another_id"
                )
            if not self._news.is_set():
                return self._leave("not_seen")
            self._news.clear()
        if self._waiting is None:
            self._waiting = self.hass.async_create_background_task(
                self._wait(), f"{DOMAIN} wait for a charger", eager_start=False
            )
        refusal = self._refusal
        return self.async_show_progress(
            step_id="connect",
            progress_action=(
                "connect" if refusal is None else _PROGRESS[refusal.reason]
            ),
            description_placeholders={
                "url": self._url,
                "id": self._expected_id or "–",
                "remote": "–" if refusal is None else refusal.remote,
                "path": "–" if refusal is None else shown(refusal.path),
                "offered": "–" if refusal is None else shown(refusal.versions),
            },
            progress_task=self._waiting,
        )

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
        elif who.id in self._declined:
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

    async def async_step_another_id(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Say that a charger came with an id that was not expected."""
        came = self._came
        assert came is not None
        return self.async_show_menu(
            step_id="another_id",
            menu_options=["connected", "wait_on", "vendor"],
            description_placeholders={
                "id": came.id,
                "expected": self._expected_id or "–",
                **self._product(came),
            },
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
                reason="charger_added", description_placeholders={"name": name}
            )
        told = identity_data(came.identity)
        default = charger_name(entry, came.id, told)
        if user_input is not None:
            return self.async_create_entry(
                title=user_input[CONF_NAME].strip() or default,
                data={
                    CONF_CHARGE_POINT_ID: came.id,
                    CONF_PATH_SECRET: self._secret,
                    **told,
                },
                unique_id=came.id,
            )
        return self.async_show_form(
            # Its driver would wait in vain.
            step_id="connected_start"
            if came.quirks.remote_start_needed
            else "connected",
            data_schema=vol.Schema(
                {vol.Required(CONF_NAME, default=default): TextSelector()}
            ),
            description_placeholders={"id": came.id, **self._product(came)},
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
