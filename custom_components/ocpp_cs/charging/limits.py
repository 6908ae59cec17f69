"""Repair issues for current limits that a charger ignores, or refuses later."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, Self, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..chargers.charger import Charger
from ..chargers.store import Memory
from ..const import DOMAIN
from ..csms.connector import Connector
from ..csms.limits.intent import Intent, LimitState, Phases
from ..csms.limits.limiter import Limiter
from ..csms.limits.methods import ProfileMethods
from ..csms.limits.proof import Finding
from ..csms.model.errors import CsmsError
from ..exceptions import async_text, translated
from ..foreign_text import SENTENCE, shown
from ..issues import async_clear_issue, async_raise_issue
from ..issues.watcher import ConnectorWatcher

_MISSED = "missed_limit"
"""The kind of record for a missed limit whose repair issue is shown."""

PHASE_OPTIONS: dict[str, Phases | None] = {"auto": None, "1": 1, "3": 3}
"""The options of `select.phases` and of the action."""


def phases_option(intent: Intent) -> str:
    """Return the requested number of phases, as one of `PHASE_OPTIONS`."""
    return "auto" if intent.phases is None else str(intent.phases)


def phases_due(limiter: Limiter) -> float | None:
    """Return when the phases that the user chose are switched, in s since 1970.

    It is None if they do not wait for the time between two switches.
    """
    wait_s = limiter.phases_wait_s
    return None if wait_s is None else dt_util.utcnow().timestamp() + wait_s


def allowed_amps(limiter: Limiter, intent: Intent) -> float:
    """Return the allowed current in A, below the limit of a backend; 0 is a pause."""
    if intent.paused:
        return 0.0
    wanted = limiter.maximum if intent.limit_a is None else intent.limit_a
    ceiling = limiter.below_ceiling
    return wanted if ceiling is None else min(wanted, ceiling[0])


class Alone(Enum):
    """What a charger can do by itself when Home Assistant is gone."""

    COUNTS = auto()
    """It counts how long that is, and falls back to a profile beneath (2.1)."""
    RENEWED = auto()
    """It has limits with an end, which are renewed while we are there."""
    CANNOT = auto()

    @classmethod
    def of(cls, methods: ProfileMethods | None) -> Self:
        """Return what a charger can do by its profiles; None is one not known yet."""
        if methods is None:
            return cls.RENEWED
        if methods.falls_by_itself:
            return cls.COUNTS
        return cls.RENEWED if methods.keeps_fallback else cls.CANNOT


class IgnoredLimits(ConnectorWatcher):
    """Raises a repair issue for each charger that ignores a limit that it accepted."""

    fields = ("limiter",)

    def __init__(self, hass: HomeAssistant) -> None:
        """Start without chargers."""
        super().__init__(hass)
        self._reported: set[Connector] = set()
        """The connectors whose limit is ignored."""

    @override
    def show(self, charger: Charger) -> None:
        ignoring = [
            connector
            for connector in charger.charge_point.connectors.values()
            if connector.limiter.state is LimitState.IGNORED
        ]
        self._report(charger, ignoring)
        limiter = ignoring[0].limiter if ignoring else None
        setpoint = None if limiter is None else limiter.setpoint_w
        missing = limiter is not None and limiter.finding is Finding.MISSING
        by = None if limiter is None or missing else limiter.hidden_by
        shown_kind = (
            None
            if not ignoring
            else "setpoint_ignored"
            if setpoint is not None
            else "limit_not_installed"
            if missing
            else "limit_ignored"
            if by is None
            else "limit_hidden"
        )
        for kind in (
            "limit_ignored",
            "limit_not_installed",
            "limit_hidden",
            "setpoint_ignored",
        ):
            if kind != shown_kind:
                async_clear_issue(self._hass, kind, charger.subentry_id)
        if not ignoring:
            return
        number, limit = str(ignoring[0].number), _limit_of(ignoring[0])
        if setpoint is not None:
            async_raise_issue(
                self._hass,
                "setpoint_ignored",
                charger.subentry_id,
                charger=charger.name,
                connector=number,
                power=f"{setpoint:.0f}",
            )
            return
        if by is not None:
            async_raise_issue(
                self._hass,
                "limit_hidden",
                charger.subentry_id,
                charger=charger.name,
                connector=number,
                limit=limit,
                profile=str(by.profile.id),
                level=str(by.profile.stack_level),
            )
            return
        async_raise_issue(
            self._hass,
            "limit_not_installed" if missing else "limit_ignored",
            charger.subentry_id,
            charger=charger.name,
            connector=number,
            limit=limit,
        )

    def _report(self, charger: Charger, ignoring: list[Connector]) -> None:
        """Send an event for each connector that begins to ignore its limit."""
        for connector in ignoring:
            if connector not in self._reported:
                charger.charge_point.emit(
                    "limit_ignored",
                    {
                        "connector_id": connector.number,
                        "limit": allowed_amps(
                            connector.limiter, connector.limiter.intent
                        ),
                    },
                )
        self._reported = {
            one
            for one in self._reported
            if one.charge_point is not charger.charge_point
        } | set(ignoring)

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Forget a charger."""
        super().async_detach(charger)
        self._reported = {
            one
            for one in self._reported
            if one.charge_point is not charger.charge_point
        }


class FailedLimits(ConnectorWatcher):
    """Raises a repair issue for each charger that refused a later part of a request.

    The caller that requested it, mostly a phase switch, already had a success response.
    """

    fields = ("limiter",)

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Start without chargers."""
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
        # The failure may be over by now.
        if connector.limiter.failure is failure and charger in self._subscriptions:
            async_raise_issue(
                self._hass,
                "limit_failed",
                charger.subentry_id,
                charger=charger.name,
                connector=str(connector.number),
                error=shown(error, SENTENCE),
            )


class MissedLimits(ConnectorWatcher):
    """Raises a repair issue for each session that lacks the limit it was started with.

    The caller that requested the limit already had a success response.
    """

    fields = ("missed_limit",)

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], memory: Memory
    ) -> None:
        """Start without chargers."""
        super().__init__(hass)
        self._entry = entry
        self._memory = memory

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        charge_point = charger.charge_point

        def missed(record: Mapping[str, Any]) -> None:
            # Nothing happens if that session has ended. The error is stored as text
            # only.
            charge_point.connector(int(record["connector"])).limit_missed(
                # Earlier versions stored a number.
                str(record["transaction"]),
                CsmsError(str(record["error"])),
            )

        self._memory.async_recall(charge_point.id, _MISSED, missed)
        super().async_attach(charger)

    @override
    def show(self, charger: Charger) -> None:
        if (connector := _unlimited(charger)) is None:
            async_clear_issue(self._hass, "limit_of_start_missed", charger.subentry_id)
            if self._memory.get(charger.charge_point.id, _MISSED) is not None:
                self._memory.async_set(charger.charge_point.id, _MISSED, None)
            return
        self._entry.async_create_background_task(
            self._hass,
            self._raise(charger, connector),
            f"{DOMAIN} missed limit of {charger.charge_point.id}",
        )

    async def _raise(self, charger: Charger, connector: Connector) -> None:
        error, running = connector.missed_limit, connector.transaction
        if type(error) is CsmsError:
            text = str(error)
        elif error is not None:
            text = await async_text(self._hass, translated(error, charger.name))
        # The session may be over by now.
        if (
            error is None
            or running is None
            or connector.missed_limit is not error
            or charger not in self._subscriptions
        ):
            return
        self._memory.async_set(
            charger.charge_point.id,
            _MISSED,
            {
                "connector": connector.number,
                "transaction": running.id,
                "error": text,
            },
        )
        async_raise_issue(
            self._hass,
            "limit_of_start_missed",
            charger.subentry_id,
            charger=charger.name,
            connector=str(connector.number),
            error=shown(text, SENTENCE),
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


def _unlimited(charger: Charger) -> Connector | None:
    """Return the first connector whose session lacks its limit."""
    return next(
        (
            connector
            for _, connector in sorted(charger.charge_point.connectors.items())
            if connector.missed_limit is not None
        ),
        None,
    )
