"""Limits of the current that a charger ignores, or refused in the end."""

from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..chargers.charger import Charger
from ..const import DOMAIN
from ..csms.connector import Connector
from ..csms.limits.limiter import Limiter
from ..csms.limits.profiles import Intent
from ..csms.limits.states import LimitState
from ..exceptions import async_text, translated
from ..foreign_text import SENTENCE, shown
from . import async_clear_issue, async_raise_issue
from .watcher import ConnectorWatcher


def allowed_amps(limiter: Limiter, intent: Intent) -> float:
    """Return what is allowed, in A; 0 is a pause."""
    if intent.paused:
        return 0.0
    return limiter.maximum if intent.limit_a is None else intent.limit_a


class IgnoredLimits(ConnectorWatcher):
    """Raises a repair for each charger that ignores a limit that it accepted."""

    fields = ("limiter",)

    @override
    def show(self, charger: Charger) -> None:
        ignoring = [
            connector
            for connector in charger.charge_point.connectors.values()
            if connector.limiter.state is LimitState.IGNORED
        ]
        if not ignoring:
            async_clear_issue(self._hass, "limit_ignored", charger.subentry_id)
            return
        async_raise_issue(
            self._hass,
            "limit_ignored",
            charger.subentry_id,
            charger=charger.name,
            connector=str(ignoring[0].number),
            limit=_limit_of(ignoring[0]),
        )


class FailedLimits(ConnectorWatcher):
    """Raises a repair for each charger that refused the rest of what it had accepted.

    Whoever asked for it, above all for other phases, had an answer long before.
    """

    fields = ("limiter",)

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Follow none of `entry` yet."""
        super().__init__(hass)
        self._entry = entry

    @override
    def show(self, charger: Charger) -> None:
        if (connector := _failed(charger)) is None:
            async_clear_issue(self._hass, "limit_failed", charger.subentry_id)
            return
        self._entry.async_create_background_task(
            self._hass,
            self._raise(charger, connector),
            f"{DOMAIN} failed limit of {charger.charge_point.id}",
        )

    async def _raise(self, charger: Charger, connector: Connector) -> None:
        if (failure := connector.limiter.failure) is None:
            return
        error = await async_text(self._hass, translated(failure, charger.name))
        # It may be over by now.
        if connector.limiter.failure is failure and charger in self._subscriptions:
            async_raise_issue(
                self._hass,
                "limit_failed",
                charger.subentry_id,
                charger=charger.name,
                connector=str(connector.number),
                error=shown(error, SENTENCE),
            )


def _failed(charger: Charger) -> Connector | None:
    """Return the first connector whose limit failed after it had been accepted."""
    return next(
        (
            connector
            for _, connector in sorted(charger.charge_point.connectors.items())
            if connector.limiter.failure is not None
        ),
        None,
    )


def _limit_of(connector: Connector) -> str:
    return f"{allowed_amps(connector.limiter, connector.limiter.intent):g}"
