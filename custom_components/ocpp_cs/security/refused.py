"""Chargers that cannot be served for how they connect, shown as repairs.

Of a port scanner nothing is shown: only what comes from the own network counts, looks
like OCPP, and does it again. Whoever gets in after all, or stays away for an hour, is
shown no more.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from ipaddress import ip_address
from typing import Any, override
from urllib.parse import quote

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..chargers.store import REMOTE, Memory
from ..const import CONF_STRICT_SUBPROTOCOL, DEFAULT_HOST, DEFAULT_PORT, DOMAIN
from ..csms.charge_point import ChargePoint
from ..csms.model.model import Refusal, RefusalReason
from ..foreign_text import Markdown, plain
from ..issues import async_clear_issue, async_raise_issue, issue_id
from .path_secrets import async_charger_url

_ATTEMPTS = 2
"""So many are needed: some try another version of OCPP first."""
_MAX_FOLLOWED = 20
_MAX_CAME_IN = 500
_MAX_STRANGERS = 3
"""Shown at a time, of those that are no charger's that is known."""
_PATIENCE = timedelta(hours=1)
"""Who was not seen for so long has been put right, or is no more."""
_QUIET = timedelta(minutes=10)
"""The time that the user has to put it right, once it has been read."""


class Kind(StrEnum):
    """The kinds of issues."""

    WRONG_PATH = "wrong_path"
    WRONG_PROTOCOL = "wrong_protocol"
    NO_PROTOCOL = "no_protocol"


_KINDS = {
    RefusalReason.NO_ID: Kind.WRONG_PATH,
    RefusalReason.PROTOCOL_UNKNOWN: Kind.WRONG_PROTOCOL,
    RefusalReason.PROTOCOL_MISSING: Kind.NO_PROTOCOL,
    RefusalReason.OTHER_VERSION: Kind.WRONG_PROTOCOL,
}


@dataclass(kw_only=True, slots=True)
class _Followed:
    """Somebody who was refused."""

    kind: Kind
    refusal: Refusal
    charger: Charger | None
    seen: datetime
    attempts: int = 0
    raised: bool = False
    quiet_until: datetime | None = field(default=None)
    others: set[str] = field(default_factory=set)
    """Ids of those that were in when this one was refused, and so are not this one."""


def is_local(remote: str) -> bool:
    """Tell whether an address is none of the internet."""
    try:
        return not ip_address(remote).is_global
    except ValueError:
        return False


def _looks_like_ocpp(refusal: Refusal) -> bool:
    # Of those that ask for a websocket and name no protocol, browsers are turned away
    # before, and there are chargers.
    return not refusal.subprotocols_offered or any(
        name.lower().startswith("ocpp") for name in refusal.subprotocols_offered
    )


class RefusedChargers(Component):
    """Follows who is refused at one server."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        memory: Memory,
        chargers: Callable[[], Iterable[Charger]],
    ) -> None:
        """Begin with nobody; `chargers` are the adopted ones."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._chargers = chargers
        self._followed: dict[str, _Followed] = {}
        self._came_in: set[str] = set()
        """Who got in without being adopted, as far as it may matter."""

    @callback
    def async_refused(self, refusal: Refusal) -> None:
        """Take in that somebody was refused."""
        if refusal.reason not in _KINDS or not is_local(refusal.remote):
            return
        charger = self._charger(refusal)
        if charger is not None and charger.charge_point.connected:
            # Whatever that is, it is no trouble to the charger.
            return
        if charger is None and not _looks_like_ocpp(refusal):
            return
        about = self._about(charger, refusal)
        kind, now = _KINDS[refusal.reason], dt_util.utcnow()
        followed = self._followed.pop(about, None)
        if followed is not None and followed.kind is not kind:
            self._clear(about, followed)
            followed = None
        if followed is None:
            followed = _Followed(kind=kind, refusal=refusal, charger=charger, seen=now)
        # The latest one is the last.
        self._followed[about] = followed
        followed.seen, followed.refusal = now, refusal
        followed.others |= self._came_in | {
            one.charge_point.id
            for one in self._chargers()
            if one.charge_point.connected
        }
        self._limit()
        if followed.raised:
            if self._is_shown(about, followed):
                return
            # The user has read it.
            followed.raised, followed.attempts = False, 0
            followed.quiet_until = now + _QUIET
        if followed.quiet_until is not None and now < followed.quiet_until:
            return
        followed.attempts += 1
        if followed.attempts >= _ATTEMPTS and self._may_show(followed):
            followed.raised = True
            self._entry.async_create_task(
                self._hass, self._raise(about, followed), f"{DOMAIN} refused charger"
            )

    def _charger(self, refusal: Refusal) -> Charger | None:
        """Return the charger that it is, by its id, or else by its address."""
        chargers = list(self._chargers())
        if (charge_point_id := refusal.charge_point_id) is not None:
            return next(
                (one for one in chargers if one.charge_point.id == charge_point_id),
                None,
            )
        there = [
            one
            for one in chargers
            if self._memory.get(one.charge_point.id, REMOTE) == refusal.remote
        ]
        # Several have the address of a proxy.
        return there[0] if len(there) == 1 else None

    def _about(self, charger: Charger | None, refusal: Refusal) -> str:
        """Return what an issue is about: several may come from one address."""
        if charger is not None:
            return charger.subentry_id
        who = refusal.remote
        if refusal.charge_point_id is not None:
            digest = sha256(refusal.charge_point_id.encode()).hexdigest()[:16]
            who = f"{who}_{digest}"
        return f"{who}_{self._entry.entry_id}"

    def _limit(self) -> None:
        while len(self._followed) > _MAX_FOLLOWED:
            about = next(
                (
                    about
                    for about, one in self._followed.items()
                    if one.charger is None and not one.raised
                ),
                next(iter(self._followed)),
            )
            self._clear(about, self._followed.pop(about))

    def _may_show(self, followed: _Followed) -> bool:
        return followed.charger is not None or (
            sum(one.raised and one.charger is None for one in self._followed.values())
            < _MAX_STRANGERS
        )

    def _is_shown(self, about: str, followed: _Followed) -> bool:
        return (
            ir.async_get(self._hass).async_get_issue(
                DOMAIN, issue_id(followed.kind, about)
            )
            is not None
        )

    async def _raise(self, about: str, followed: _Followed) -> None:
        data = self._entry.data
        base = await async_charger_url(
            self._hass,
            data.get(CONF_HOST, DEFAULT_HOST),
            data.get(CONF_PORT, DEFAULT_PORT),
        )
        # Nothing of that is true any more if it got in meanwhile.
        if self._followed.get(about) is not followed:
            return
        refusal, charger = followed.refusal, followed.charger
        charge_point_id = (
            charger.charge_point.id
            if charger is not None
            else refusal.charge_point_id or "charger1"
        )
        async_raise_issue(
            self._hass,
            # In words, for the check of the translations.
            "wrong_path"
            if followed.kind is Kind.WRONG_PATH
            else "no_protocol"
            if followed.kind is Kind.NO_PROTOCOL
            else "wrong_protocol",
            about,
            fix_data={"entry_id": self._entry.entry_id},
            charger=(
                refusal.remote
                if charger is None
                else f"{charger.name} ({refusal.remote})"
            ),
            path=refusal.path,
            offered=refusal.versions,
            url=Markdown(f"{base}{plain(quote(charge_point_id, safe=''))}"),
        )

    def _clear(self, about: str, followed: _Followed) -> None:
        if followed.raised:
            async_clear_issue(self._hass, followed.kind, about)

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Follow whether a charger gets in."""
        charge_point = charger.charge_point

        @callback
        def connected() -> None:
            if charge_point.connected:
                self.async_connected(charge_point, charger)

        self._subscriptions.add(
            charger, charge_point.watch(("connected", "ready"), connected)
        )
        connected()

    @callback
    def async_connected(
        self, charge_point: ChargePoint, charger: Charger | None = None
    ) -> None:
        """Take in that somebody got in."""
        remote = charge_point.remote or ""
        for about, followed in list(self._followed.items()):
            refusal = followed.refusal
            if followed.kind is Kind.WRONG_PROTOCOL and not (
                charge_point.identity.vendor if charger is None else charge_point.ready
            ):
                # Some get in each time, and show what they speak with the first
                # message; others try versions in turn, and drop the one we speak.
                continue
            if (
                refusal.charge_point_id == charge_point.id
                or (followed.charger is not None and followed.charger is charger)
                # It may have got its id.
                or (
                    refusal.charge_point_id is None
                    and followed.charger is None
                    and refusal.remote == remote
                    and charge_point.id not in followed.others
                )
            ):
                self._clear(about, self._followed.pop(about))
        if charger is None and len(self._came_in) < _MAX_CAME_IN:
            self._came_in.add(charge_point.id)

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Forget a charger that was removed, as its issues are."""
        super().async_detach(charger)
        self._followed.pop(charger.subentry_id, None)

    @override
    @callback
    def async_update(self) -> None:
        """Act on a change of the options."""
        if self._entry.options.get(CONF_STRICT_SUBPROTOCOL, False):
            return
        for about, followed in list(self._followed.items()):
            if followed.kind is Kind.NO_PROTOCOL:
                self._clear(about, self._followed.pop(about))

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Let go of those that were not seen for long."""
        long_ago = dt_util.utcnow() - _PATIENCE
        for about, followed in list(self._followed.items()):
            if followed.seen < long_ago:
                self._clear(about, self._followed.pop(about))

    @override
    @callback
    def async_stop(self) -> None:
        """Let go of all, but for those that the user chose to ignore."""
        super().async_stop()
        for about, followed in self._followed.items():
            issue = ir.async_get(self._hass).async_get_issue(
                DOMAIN, issue_id(followed.kind, about)
            )
            if issue is not None and issue.dismissed_version is None:
                self._clear(about, followed)
        self._followed.clear()
