"""The raises of a server's chargers: they go on when their dialog is closed.

A charger that does not come back after it was given a new level raises a repair issue,
also after a restart of Home Assistant: the level that it may come at is stored.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..certificates.credentials import Credentials
from ..chargers.charger import Charger
from ..chargers.component import Component
from ..const import DOMAIN, LOGGER
from ..csms.model.errors import CsmsError
from ..csms.model.security import SecurityLevel
from ..issues import async_clear_issue, async_raise_issue
from .raising import RaiseFailedError, RaiseFailure, Raiser, RaiseStep

_AWAY = timedelta(minutes=5)
"""How long a charger may be away after it was given a new level, or after our start."""
_GIVEN_UP = timedelta(minutes=20)
"""After this time a charger that came back at its old level does not change it."""


class Lowering(Raiser, Protocol):
    """Lowers the level of one charger as well."""

    async def lower(
        self, target: SecurityLevel, on_step: Callable[[str], None]
    ) -> None:
        """Lower the charger, and return when it is connected. Raises RaiseFailedError."""


class Raise:
    """A raise of a charger: its progress, and how it ended."""

    def __init__(
        self,
        charger: Charger,
        raiser: Raiser,
        before: SecurityLevel,
        target: SecurityLevel,
    ) -> None:
        """Initialize; `before` is the level that the charger has."""
        self.charger = charger
        self.raiser = raiser
        self.before = before
        self.target = target
        self.step: str = RaiseStep.CHECKING
        self.failure: RaiseFailedError | None = None
        self.seen = False
        """True once the user has been shown how it ended."""
        self.task: asyncio.Task[None] | None = None
        self._listeners: dict[Callable[[], None], None] = {}

    @property
    def is_running(self) -> bool:
        """Return whether it is under way."""
        return self.task is not None and not self.task.done()

    @callback
    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each step; return a function that stops this."""
        self._listeners[listener] = None

        @callback
        def stop() -> None:
            self._listeners.pop(listener, None)

        return stop

    @callback
    def async_step(self, step: str) -> None:
        """Note a step."""
        if step != self.step:
            self.step = step
            for listener in list(self._listeners):
                listener()


class Raises(Component):
    """Runs the raises of one server, and watches what became of them."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], credentials: Credentials
    ) -> None:
        """Initialize without raises."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._credentials = credentials
        self._raises: dict[str, Raise] = {}
        """Id of a charge point -> its last raise."""
        self._started: datetime | None = None
        self._came: dict[Charger, datetime] = {}
        """When each charger connected last."""

    def of(self, charger: Charger) -> Raise | None:
        """Return the last raise of a charger since the start of the server."""
        return self._raises.get(charger.charge_point.id)

    @callback
    def async_begin(
        self, charger: Charger, raiser: Raiser, target: SecurityLevel
    ) -> Raise:
        """Begin to raise a charger, unless that is under way already."""
        known = self.of(charger)
        if known is not None and known.is_running:
            return known
        return self._run(
            Raise(charger, raiser, self._level_of(charger), target), raiser.run
        )

    @callback
    def async_lower(
        self, charger: Charger, raiser: Lowering, target: SecurityLevel
    ) -> Raise:
        """Begin to lower a charger that can be told so, unless it is being raised."""
        known = self.of(charger)
        if known is not None and known.is_running:
            return known
        return self._run(
            Raise(charger, raiser, self._level_of(charger), target), raiser.lower
        )

    @callback
    def async_wait_on(
        self,
        failed: Raise,
        wait: Callable[[SecurityLevel, Callable[[str], None]], Awaitable[None]],
    ) -> Raise:
        """Wait again for the charger of a raise that failed."""
        return self._run(
            Raise(failed.charger, failed.raiser, failed.before, failed.target), wait
        )

    def _level_of(self, charger: Charger) -> SecurityLevel:
        charge_point = charger.charge_point
        if charge_point.connected:
            return charge_point.security.level
        return self._credentials.get(charge_point.id).level

    def _run(
        self,
        one: Raise,
        work: Callable[[SecurityLevel, Callable[[str], None]], Awaitable[None]],
    ) -> Raise:
        self._raises[one.charger.charge_point.id] = one
        async_clear_issue(self._hass, "raise_stayed_away", one.charger.subentry_id)
        one.task = self._entry.async_create_background_task(
            self._hass,
            self._follow(one, work),
            f"{DOMAIN} raise {one.charger.charge_point.id}",
            eager_start=False,
        )
        return one

    async def _follow(
        self,
        one: Raise,
        work: Callable[[SecurityLevel, Callable[[str], None]], Awaitable[None]],
    ) -> None:
        name = one.charger.name
        LOGGER.info("Raising %s to the security level %s", name, one.target.key)
        try:
            await work(one.target, one.async_step)
        except RaiseFailedError as err:
            one.failure = err
            LOGGER.warning(
                "Raising %s to the security level %s failed: %s",
                name,
                one.target.key,
                err.key,
            )
            self._look(one.charger, gone=True)
        except asyncio.CancelledError:
            one.failure = RaiseFailedError(RaiseFailure.STOPPED)
            raise
        # Whatever the error, the dialog has to say so.
        except Exception:  # noqa: BLE001
            one.failure = RaiseFailedError(RaiseFailure.LOST)
            LOGGER.exception("Raising %s failed", name)
        else:
            LOGGER.info("%s has the security level %s now", name, one.target.key)

    # Chargers that stay away.

    @override
    @callback
    def async_start(self) -> None:
        """Note the start: the chargers connect again after it."""
        self._started = dt_util.utcnow()

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Watch whether a charger comes back."""
        charge_point, look = charger.charge_point, partial(self._look, charger)

        @callback
        def connected() -> None:
            if charge_point.connected:
                self._came[charger] = dt_util.utcnow()

        self._subscriptions.add(
            charger,
            charge_point.watch(("connected",), connected),
            charge_point.watch(("connected", "ready", "known", "security"), look),
        )

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Stop a raise of a charger that was removed."""
        super().async_detach(charger)
        self._came.pop(charger, None)
        self._stop(self._raises.pop(charger.charge_point.id, None))

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Look whether chargers stay away."""
        for charger in self._subscriptions:
            self._look(charger)

    @override
    @callback
    def async_stop(self) -> None:
        """Stop all raises; what may come of them is stored."""
        super().async_stop()
        for one in self._raises.values():
            self._stop(one)

    @staticmethod
    def _stop(one: Raise | None) -> None:
        if one is not None and one.task is not None:
            one.task.cancel()

    async def async_give_up(self, charger: Charger) -> None:
        """Wait no longer for a charger, as its owner wants it."""
        charge_point_id = charger.charge_point.id
        self._stop(self._raises.pop(charge_point_id, None))
        await self._credentials.async_change(
            charge_point_id, raising_to=None, raising_since=None
        )
        async_clear_issue(self._hass, "raise_stayed_away", charger.subentry_id)

    def _look(self, charger: Charger, *, gone: bool = False) -> None:
        """Raise or clear the repair issue of a charger; `gone` if a raise gave up."""
        charge_point = charger.charge_point
        credential = self._credentials.get(charge_point.id)
        if credential.raising_to is None or charge_point.connected:
            async_clear_issue(self._hass, "raise_stayed_away", charger.subentry_id)
        if credential.raising_to is None:
            return
        one = self.of(charger)
        if not gone and one is not None and one.is_running:
            return
        now = dt_util.utcnow()
        since = credential.raising_since or now
        if charge_point.connected:
            # `Levels` sees the new level. One that has not connected again may still
            # have to restart; one that came at its old level has given up.
            came = self._came.get(charger)
            if came is not None and came > since and now - came >= _GIVEN_UP:
                self._credentials.async_change(
                    charge_point.id, raising_to=None, raising_since=None
                )
                self._entry.async_create_background_task(
                    self._hass, _keep_level(charger), f"{DOMAIN} security level"
                )
            return
        waited = now - max(since, self._started or now)
        if gone or waited >= _AWAY:
            async_raise_issue(
                self._hass,
                "raise_stayed_away",
                charger.subentry_id,
                fix_data={
                    "entry_id": self._entry.entry_id,
                    "subentry_id": charger.subentry_id,
                },
                charger=charger.name,
                server=self._entry.title,
            )


async def _keep_level(charger: Charger) -> None:
    """Have a charger that has fallen back try the new level no more."""
    try:
        await charger.charge_point.commands.keep_security_level()
    except CsmsError as err:
        LOGGER.info("%s may still try its new address: %s", charger.name, err)
