"""Repair issues for addresses and secrets that keep chargers out, or could do so.

Port scanners raise no issue. A charger of this server raises one at once, another
device that speaks OCPP only with its second attempt.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..chargers.store import Memory
from ..const import CONF_SECRET_ONLY, DOMAIN
from ..csms.charge_point import ChargePoint
from ..csms.model.model import Refusal, RefusalReason
from ..issues import async_clear_issue, async_raise_issue, issue_id
from .access import Access, network_to_allow

CAME_WITH_SECRET = "came_with_secret"
"""The kind of record in the memory: whether a charger came with its secret."""

_HANDLED = frozenset({RefusalReason.ADDRESS, RefusalReason.NO_SECRET})
"""The reasons that are handled here."""

_ATTEMPTS = 2
"""The attempts of an unknown device for an issue: a single one may be a trial."""
_MAX_FOLLOWED = 50
_MAX_STRANGERS = 3
"""The maximum number of issues for unknown devices at a time."""
_PATIENCE = timedelta(hours=1)
"""After this time without an attempt, an issue is obsolete."""

type _Kind = Literal["address_refused", "secret_refused"]


@dataclass(kw_only=True, slots=True)
class _Refused:
    """A device that was refused."""

    kind: _Kind
    refusal: Refusal
    charger: Charger | None
    about: str
    seen: datetime
    attempts: int = 0
    raised: bool = False


class AccessWatcher(Component):
    """Watches the connections of one server: addresses and secrets."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        memory: Memory,
        access: Access,
        chargers: Callable[[], Iterable[Charger]],
    ) -> None:
        """Initialize; `chargers` returns the adopted chargers."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._access = access
        self._chargers = chargers
        self._refused: dict[str, _Refused] = {}
        self._shown: set[tuple[str, str]] = set()
        """Kind and subject of the open issues that are not about a refusal."""

    # Refused connections.

    @callback
    def async_refused(self, refusal: Refusal) -> None:
        """Handle a refused connection."""
        if refusal.reason not in _HANDLED:
            return
        charger = next(
            (
                one
                for one in self._chargers()
                if one.charge_point.id == refusal.charge_point_id
            ),
            None,
        )
        if charger is not None and charger.charge_point.connected:
            # The charger itself is connected, so the attempt does not matter.
            return
        if charger is None and not (
            refusal.charge_point_id
            and any(
                name.lower().startswith("ocpp") for name in refusal.subprotocols_offered
            )
        ):
            return
        kind: _Kind = (
            "address_refused"
            if refusal.reason is RefusalReason.ADDRESS
            else "secret_refused"
        )
        who = (
            charger.subentry_id
            if charger is not None
            else f"{refusal.remote} {refusal.charge_point_id}_{self._entry.entry_id}"
        )
        now = dt_util.utcnow()
        refused = self._refused.pop(f"{kind} {who}", None)
        if refused is None:
            refused = _Refused(
                kind=kind, refusal=refusal, charger=charger, about=who, seen=now
            )
        # Keep the order of the last attempts.
        self._refused[f"{kind} {who}"] = refused
        refused.refusal, refused.seen = refusal, now
        refused.attempts += 1
        self._limit()
        if not refused.raised and self._may_show(refused):
            refused.raised = True
            self._raise_refused(refused)

    def _may_show(self, refused: _Refused) -> bool:
        return refused.charger is not None or (
            refused.attempts >= _ATTEMPTS
            and sum(
                one.raised and one.charger is None for one in self._refused.values()
            )
            < _MAX_STRANGERS
        )

    def _limit(self) -> None:
        while len(self._refused) > _MAX_FOLLOWED:
            key = next(
                (
                    key
                    for key, one in self._refused.items()
                    if one.charger is None and not one.raised
                ),
                next(iter(self._refused)),
            )
            self._let_go(key)

    def _raise_refused(self, refused: _Refused) -> None:
        refusal, charger = refused.refusal, refused.charger
        network = network_to_allow(refusal.remote)
        if refused.kind == "address_refused" and network is None:
            return
        async_raise_issue(
            self._hass,
            # Literal keys, for the check of the translations.
            "address_refused"
            if refused.kind == "address_refused"
            else "secret_refused",
            refused.about,
            fix_data={
                "entry_id": self._entry.entry_id,
                "subentry_id": "" if charger is None else charger.subentry_id,
                "charge_point_id": refusal.charge_point_id,
                "network": str(network),
            },
            charger=refusal.remote if charger is None else charger.name,
            id=refusal.charge_point_id or "",
            remote=refusal.remote,
            network=_written(str(network)),
            server=self._entry.title,
        )

    def _let_go(self, key: str) -> None:
        refused = self._refused.pop(key)
        if refused.raised:
            async_clear_issue(self._hass, refused.kind, refused.about)

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Watch whether a charger connects, and whether with its secret."""
        self._subscriptions.add_connected(
            charger, partial(self.async_connected, charger.charge_point, charger)
        )

    @callback
    def async_connected(
        self, charge_point: ChargePoint, charger: Charger | None = None
    ) -> None:
        """Clear the issues about a charge point that has connected."""
        for key, refused in list(self._refused.items()):
            if refused.refusal.charge_point_id == charge_point.id or (
                charger is not None and refused.charger is charger
            ):
                self._let_go(key)
        if charger is not None and charge_point.came_with_secret:
            self._note_secret(charger)

    # Connections with and without the secret.

    def _note_secret(self, charger: Charger) -> None:
        charge_point = charger.charge_point
        if not charge_point.connected:
            return
        came = charge_point.came_with_secret
        self._memory.async_set(charge_point.id, CAME_WITH_SECRET, came)
        if came:
            self._clear("secret_missing", charger.subentry_id)
        elif charge_point.ready:
            self._show(
                "secret_missing",
                charger.subentry_id,
                {"subentry_id": charger.subentry_id},
                charger=charger.name,
            )

    def _look_at_all(self) -> None:
        """Offer to require the secret once all chargers have connected with theirs."""
        chargers = list(self._chargers())
        for charger in chargers:
            self._note_secret(charger)
        if (
            chargers
            and not self._entry.options.get(CONF_SECRET_ONLY, False)
            and all(
                self._memory.get(one.charge_point.id, CAME_WITH_SECRET) is True
                for one in chargers
            )
        ):
            self._show("secret_only", self._entry.entry_id, {})
        else:
            self._clear("secret_only", self._entry.entry_id)

    def _show(
        self,
        kind: Literal["secret_missing", "secret_only"],
        about: str,
        fix_data: dict[str, str | int | float | None],
        *,
        charger: str = "",
    ) -> None:
        self._shown.add((kind, about))
        async_raise_issue(
            self._hass,
            # Literal keys, for the check of the translations.
            "secret_missing" if kind == "secret_missing" else "secret_only",
            about,
            fix_data={"entry_id": self._entry.entry_id, **fix_data},
            server=self._entry.title,
            charger=charger,
        )

    def _clear(self, kind: str, about: str) -> None:
        self._shown.discard((kind, about))
        async_clear_issue(self._hass, kind, about)

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Forget a removed charger; its issues are cleared elsewhere."""
        super().async_detach(charger)
        for key, refused in list(self._refused.items()):
            if refused.charger is charger:
                del self._refused[key]
        self._shown.discard(("secret_missing", charger.subentry_id))

    @override
    @callback
    def async_update(self) -> None:
        """Act on a change of the config entry."""
        rules = self._access.rules()
        secret_only = self._entry.options.get(CONF_SECRET_ONLY, False)
        for key, refused in list(self._refused.items()):
            if (
                rules.allows(refused.refusal.remote)
                if refused.kind == "address_refused"
                else not secret_only
            ):
                self._let_go(key)
        if secret_only:
            self._clear("secret_only", self._entry.entry_id)

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Drop refusals that are older than an hour, and check all chargers."""
        long_ago = dt_util.utcnow() - _PATIENCE
        for key, refused in list(self._refused.items()):
            if refused.seen < long_ago:
                self._let_go(key)
        self._look_at_all()

    @override
    @callback
    def async_stop(self) -> None:
        """Drop all refusals; issues that the user ignores are kept."""
        super().async_stop()
        registry = ir.async_get(self._hass)
        for kind, about in {
            *self._shown,
            *((one.kind, one.about) for one in self._refused.values() if one.raised),
        }:
            issue = registry.async_get_issue(DOMAIN, issue_id(kind, about))
            if issue is not None and issue.dismissed_version is None:
                async_clear_issue(self._hass, kind, about)
        self._refused.clear()
        self._shown.clear()


def _written(network: str) -> str:
    """Return a network as users write it: a single IPv4 address without `/32`."""
    return network.removesuffix("/32")
