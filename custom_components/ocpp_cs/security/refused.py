"""Repair issues for chargers that cannot connect, because of their URL or subprotocol.

Port scanners raise no issue: only repeated attempts from the local network that look
like OCPP count. An issue is cleared when the charger connects, or has not been seen for
an hour.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from hashlib import sha256
from ipaddress import ip_address
from typing import Any, override
from urllib.parse import quote

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..chargers.store import REMOTE, Memory
from ..const import CONF_STRICT_SUBPROTOCOL, DOMAIN
from ..csms.charge_point import ChargePoint
from ..csms.model.model import Refusal, RefusalReason
from ..foreign_text import Markdown, plain
from ..issues import async_clear_issue, async_raise_issue, issue_id
from .path_secrets import async_address_for, needs_encryption

_ATTEMPTS = 2
"""The attempts needed for an issue: some chargers try another version of OCPP first."""
_MAX_FOLLOWED = 20
_MAX_CAME_IN = 500
_MAX_STRANGERS = 3
"""The maximum number of issues for unknown devices at a time."""
_PATIENCE = timedelta(hours=1)
"""After this time without an attempt, an issue is obsolete."""
_QUIET = timedelta(minutes=10)
"""No new issue for this time after the user has closed it, to leave time for a fix."""


class Kind(StrEnum):
    """The kinds of issues."""

    WRONG_PATH = "wrong_path"
    WRONG_PROTOCOL = "wrong_protocol"
    NO_PROTOCOL = "no_protocol"
    MIXED_VERSIONS = "mixed_versions"


_KINDS = {
    RefusalReason.NO_ID: Kind.WRONG_PATH,
    RefusalReason.PROTOCOL_UNKNOWN: Kind.WRONG_PROTOCOL,
    RefusalReason.PROTOCOL_MISSING: Kind.NO_PROTOCOL,
    RefusalReason.OTHER_VERSION: Kind.MIXED_VERSIONS,
}


@dataclass(kw_only=True, slots=True)
class _Followed:
    """A device that was refused."""

    kind: Kind
    refusal: Refusal
    charger: Charger | None
    seen: datetime
    attempts: int = 0
    raised: bool = False
    quiet_until: datetime | None = field(default=None)
    others: set[str] = field(default_factory=set)
    """Ids of charge points that were connected then, and so are other devices."""


def is_local(remote: str) -> bool:
    """Return whether an address is not a global address of the internet."""
    try:
        return not ip_address(remote).is_global
    except ValueError:
        return False


def _looks_like_ocpp(refusal: Refusal) -> bool:
    # Some chargers offer no subprotocol. Browsers offer none either, but are refused
    # before.
    return not refusal.subprotocols_offered or any(
        name.lower().startswith("ocpp") for name in refusal.subprotocols_offered
    )


class RefusedChargers(Component):
    """Watches the refused connections of one server."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        memory: Memory,
        chargers: Callable[[], Iterable[Charger]],
    ) -> None:
        """Initialize; `chargers` returns the adopted chargers."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._chargers = chargers
        self._followed: dict[str, _Followed] = {}
        self._came_in: set[str] = set()
        """Ids of pending charge points that have connected; up to `_MAX_CAME_IN`."""

    @callback
    def async_refused(self, refusal: Refusal) -> None:
        """Handle a refused connection."""
        if refusal.reason not in _KINDS or not is_local(refusal.remote):
            return
        charger = self._charger(refusal)
        kind, now = _KINDS[refusal.reason], dt_util.utcnow()
        if (
            charger is not None
            and charger.charge_point.connected
            and kind is not Kind.MIXED_VERSIONS
        ):
            # The charger itself is connected, so the attempt does not matter.
            return
        if charger is None and not _looks_like_ocpp(refusal):
            return
        about = self._about(charger, refusal)
        followed = self._followed.pop(about, None)
        if followed is not None and followed.kind is not kind:
            self._clear(about, followed)
            followed = None
        if followed is None:
            followed = _Followed(kind=kind, refusal=refusal, charger=charger, seen=now)
        # Keep the order of the last attempts.
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
            # The user has closed the issue.
            followed.raised, followed.attempts = False, 0
            followed.quiet_until = now + _QUIET
        if followed.quiet_until is not None and now < followed.quiet_until:
            return
        followed.attempts += 1
        # The messages of a connection are told of once.
        enough = 1 if kind is Kind.MIXED_VERSIONS else _ATTEMPTS
        if followed.attempts >= enough and self._may_show(followed):
            followed.raised = True
            self._entry.async_create_task(
                self._hass, self._raise(about, followed), f"{DOMAIN} refused charger"
            )

    def _charger(self, refusal: Refusal) -> Charger | None:
        """Return the charger with the id of the refusal, or else with its address."""
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
        # Behind a proxy, several chargers have the same address.
        return there[0] if len(there) == 1 else None

    def _about(self, charger: Charger | None, refusal: Refusal) -> str:
        """Return the subject of an issue; several devices may have the same address."""
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
        base = await async_address_for(
            self._hass,
            self._entry,
            None,
            tls=followed.charger is not None
            and needs_encryption(self._entry, followed.charger.charge_point.id),
        )
        # It may have connected or been dropped while the URL was determined.
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
            # Literal keys, for the check of the translations.
            "wrong_path"
            if followed.kind is Kind.WRONG_PATH
            else "no_protocol"
            if followed.kind is Kind.NO_PROTOCOL
            else "mixed_versions"
            if followed.kind is Kind.MIXED_VERSIONS
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
        """Watch whether a charger connects."""
        self._subscriptions.add_connected(
            charger, partial(self.async_connected, charger.charge_point, charger)
        )

    @callback
    def async_connected(
        self, charge_point: ChargePoint, charger: Charger | None = None
    ) -> None:
        """Clear the issues about a charge point that has connected."""
        remote = charge_point.remote or ""
        for about, followed in list(self._followed.items()):
            refusal = followed.refusal
            if followed.kind is Kind.MIXED_VERSIONS and (
                charge_point.version_name != refusal.version
            ):
                # It connects again as it did when it mixed them.
                continue
            if followed.kind in (Kind.MIXED_VERSIONS, Kind.WRONG_PROTOCOL) and not (
                charge_point.identity.vendor if charger is None else charge_point.ready
            ):
                # Some chargers always connect, and only their first message shows the
                # protocol. Others try the versions in turn, and drop this one again.
                continue
            if (
                refusal.charge_point_id == charge_point.id
                or (followed.charger is not None and followed.charger is charger)
                # The charger may have got an id since.
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
        """Forget a removed charger; its issues are cleared elsewhere."""
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
        """Drop refusals that are older than an hour."""
        long_ago = dt_util.utcnow() - _PATIENCE
        for about, followed in list(self._followed.items()):
            if followed.seen < long_ago:
                self._clear(about, self._followed.pop(about))

    @override
    @callback
    def async_stop(self) -> None:
        """Drop all refusals; issues that the user ignores are kept."""
        super().async_stop()
        for about, followed in self._followed.items():
            issue = ir.async_get(self._hass).async_get_issue(
                DOMAIN, issue_id(followed.kind, about)
            )
            if issue is not None and issue.dismissed_version is None:
                self._clear(about, followed)
        self._followed.clear()
