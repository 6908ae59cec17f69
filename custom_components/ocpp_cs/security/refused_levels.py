"""Repair issues for chargers without the password, encryption or certificate demanded.

A charger of this server without encryption or certificate raises one at once, since it
had these before. A password counts three times within an hour: it may be mistyped. For
other devices the password of unknown chargers counts from the second attempt.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..certificates.credentials import Credential, Credentials
from ..chargers.charger import Charger
from ..chargers.component import Component
from ..const import CONF_PASSWORD_OF_UNKNOWN, DOMAIN
from ..csms.charge_point import ChargePoint
from ..csms.model.model import Refusal, RefusalReason
from ..csms.model.security import SecurityLevel
from ..issues import async_clear_issue, async_raise_issue, issue_id

_ATTEMPTS = 3
"""The attempts with a wrong password, or none, for an issue of a charger."""
_ATTEMPTS_OF_UNKNOWN = 2
_WITHIN = timedelta(hours=1)
"""The time in which the attempts count, and after which a stranger is forgotten."""
_MAX_REMOTES = 10
"""The number of addresses that are followed for each charger."""
_MAX_FOLLOWED = 50
_MAX_UNKNOWN = 3
"""The maximum number of issues for unknown devices at a time."""


class Kind(StrEnum):
    """The kinds of issues."""

    PASSWORD_MISSING = "password_missing"
    PASSWORD_WRONG = "password_wrong"
    NOT_ENCRYPTED = "not_encrypted"
    NO_CERTIFICATE = "no_certificate"
    CERTIFICATE_OF_ANOTHER = "certificate_of_another"
    UNKNOWN_PASSWORD = "unknown_password"


_KINDS = {
    RefusalReason.NO_PASSWORD: Kind.PASSWORD_MISSING,
    RefusalReason.WRONG_PASSWORD: Kind.PASSWORD_WRONG,
    RefusalReason.NOT_ENCRYPTED: Kind.NOT_ENCRYPTED,
    RefusalReason.NO_CERTIFICATE: Kind.NO_CERTIFICATE,
    RefusalReason.CERTIFICATE_OF_ANOTHER: Kind.CERTIFICATE_OF_ANOTHER,
}

_PASSWORDS = frozenset({Kind.PASSWORD_MISSING, Kind.PASSWORD_WRONG})


def _is_demanded(kind: Kind, credential: Credential) -> bool:
    """Return whether a charger would still be refused for that."""
    match kind:
        case Kind.PASSWORD_MISSING | Kind.PASSWORD_WRONG:
            return credential.password_needed or (
                credential.level is SecurityLevel.PASSWORD
            )
        case Kind.NOT_ENCRYPTED:
            return credential.level >= SecurityLevel.TLS
        case Kind.NO_CERTIFICATE:
            return credential.level >= SecurityLevel.CERTIFICATE
        case Kind.CERTIFICATE_OF_ANOTHER:
            return not credential.ignores_certificate
        case Kind.UNKNOWN_PASSWORD:
            return True


@dataclass(kw_only=True, slots=True)
class _Refused:
    """A charger that was refused."""

    attempts: dict[tuple[Kind, str], deque[datetime]] = field(default_factory=dict)
    """Kind and address -> the times; the latest is the last."""
    raised: dict[Kind, str] = field(default_factory=dict)
    """The issues that are open -> the address that they name."""

    def note(self, kind: Kind, remote: str, now: datetime) -> int:
        """Return the number of attempts within an hour, with this one."""
        times = self.attempts.pop((kind, remote), deque(maxlen=_ATTEMPTS))
        self.attempts[kind, remote] = times
        if len(self.attempts) > _MAX_REMOTES:
            del self.attempts[next(iter(self.attempts))]
        times.append(now)
        return sum(now - one < _WITHIN for one in times)


@dataclass(kw_only=True, slots=True)
class _Unknown:
    """A device that was refused, and is no charger of this server."""

    charge_point_id: str
    seen: datetime
    attempts: int = 0
    raised: bool = False


class RefusedLevels(Component):
    """Watches the refused connections of one server: passwords and levels."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        credentials: Credentials,
        chargers: Callable[[], Iterable[Charger]],
    ) -> None:
        """Initialize; `chargers` returns the adopted chargers."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._credentials = credentials
        self._chargers = chargers
        self._refused: dict[str, _Refused] = {}
        """By the subentry of the charger."""
        self._unknown: dict[str, _Unknown] = {}
        """By what their issues are about; the last attempt is the last."""
        self._counts: dict[str, Counter[RefusalReason]] = {}
        """Id of an adopted charge point -> the number of refusals."""
        self._stop_listening = credentials.listen(self._credential_changed)

    def refusals(self, charge_point_id: str) -> list[str]:
        """Return how often a charger was refused since the start, for each reason."""
        counted = self._counts.get(charge_point_id) or Counter[RefusalReason]()
        return [f"{reason}: {number}" for reason, number in sorted(counted.items())]

    @callback
    def async_refused(self, refusal: Refusal) -> None:
        """Handle a refused connection."""
        if (kind := _KINDS.get(refusal.reason)) is None:
            return
        charger = next(
            (
                one
                for one in self._chargers()
                if one.charge_point.id == refusal.charge_point_id
            ),
            None,
        )
        if charger is None:
            if kind in _PASSWORDS and refusal.charge_point_id:
                self._note_unknown(refusal, refusal.charge_point_id)
            return
        counts = self._counts.setdefault(charger.charge_point.id, Counter())
        counts[refusal.reason] += 1
        if charger.charge_point.connected:
            # The charger itself is connected, so the attempt does not matter.
            return
        refused = self._refused.setdefault(charger.subentry_id, _Refused())
        attempts = refused.note(kind, refusal.remote, dt_util.utcnow())
        if kind in _PASSWORDS and attempts < _ATTEMPTS:
            return
        if refused.raised.get(kind) != refusal.remote:
            refused.raised[kind] = refusal.remote
            self._raise(charger, refusal)

    def _raise(self, charger: Charger, refusal: Refusal) -> None:
        charge_point = charger.charge_point
        async_raise_issue(
            self._hass,
            _KINDS[refusal.reason],
            charger.subentry_id,
            fix_data={
                "entry_id": self._entry.entry_id,
                "subentry_id": charger.subentry_id,
                "remote": refusal.remote,
            },
            charger=charger.name,
            id=charge_point.id,
            remote=refusal.remote,
            known=charge_point.acquaintance.address or "–",
            serial=charge_point.identity.serial or "–",
            common_name=refusal.common_name or "–",
            server=self._entry.title,
        )

    def _note_unknown(self, refusal: Refusal, charge_point_id: str) -> None:
        if not any(
            name.lower().startswith("ocpp") for name in refusal.subprotocols_offered
        ):
            return
        about = f"{refusal.remote} {charge_point_id}_{self._entry.entry_id}"
        now = dt_util.utcnow()
        unknown = self._unknown.pop(about, None)
        if unknown is None:
            unknown = _Unknown(charge_point_id=charge_point_id, seen=now)
        self._unknown[about] = unknown
        unknown.attempts += 1
        unknown.seen = now
        if len(self._unknown) > _MAX_FOLLOWED:
            self._let_go(
                next(
                    (key for key, one in self._unknown.items() if not one.raised),
                    next(iter(self._unknown)),
                )
            )
        if (
            unknown.raised
            or unknown.attempts < _ATTEMPTS_OF_UNKNOWN
            or sum(one.raised for one in self._unknown.values()) >= _MAX_UNKNOWN
        ):
            return
        unknown.raised = True
        async_raise_issue(
            self._hass,
            "unknown_password",
            about,
            fix_data={
                "entry_id": self._entry.entry_id,
                "charge_point_id": charge_point_id,
            },
            id=charge_point_id,
            remote=refusal.remote,
            server=self._entry.title,
        )

    def _let_go(self, about: str) -> None:
        if self._unknown.pop(about).raised:
            async_clear_issue(self._hass, Kind.UNKNOWN_PASSWORD, about)

    # What makes an issue obsolete.

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
        for about, unknown in list(self._unknown.items()):
            if unknown.charge_point_id == charge_point.id:
                self._let_go(about)
        if charger is not None:
            self._clear(
                charger.subentry_id, self._refused.pop(charger.subentry_id, None)
            )

    def _clear(self, subentry_id: str, refused: _Refused | None, *kinds: Kind) -> None:
        """Clear the issues of a charger: of these kinds, or all."""
        if refused is None:
            return
        for kind in kinds or list(refused.raised):
            if refused.raised.pop(kind, None) is not None:
                async_clear_issue(self._hass, kind, subentry_id)

    def _credential_changed(self, charge_point_id: str) -> None:
        credential = self._credentials.get(charge_point_id)
        for charger in self._chargers():
            if charger.charge_point.id != charge_point_id:
                continue
            refused = self._refused.get(charger.subentry_id)
            obsolete = [kind for kind in Kind if not _is_demanded(kind, credential)]
            if obsolete:
                self._clear(charger.subentry_id, refused, *obsolete)

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Forget a removed charger; its issues are cleared elsewhere."""
        super().async_detach(charger)
        self._refused.pop(charger.subentry_id, None)
        self._counts.pop(charger.charge_point.id, None)

    @override
    @callback
    def async_update(self) -> None:
        """Act on a change of the options."""
        if not self._entry.options.get(CONF_PASSWORD_OF_UNKNOWN, False):
            for about in list(self._unknown):
                self._let_go(about)

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Drop the strangers that were not seen for an hour."""
        long_ago = dt_util.utcnow() - _WITHIN
        for about, unknown in list(self._unknown.items()):
            if unknown.seen < long_ago:
                self._let_go(about)

    @override
    @callback
    def async_stop(self) -> None:
        """Drop all refusals; issues that the user ignores are kept."""
        super().async_stop()
        self._stop_listening()
        registry = ir.async_get(self._hass)
        for kind, about in (
            *(
                (kind, subentry_id)
                for subentry_id, refused in self._refused.items()
                for kind in refused.raised
            ),
            *(
                (Kind.UNKNOWN_PASSWORD, about)
                for about, unknown in self._unknown.items()
                if unknown.raised
            ),
        ):
            issue = registry.async_get_issue(DOMAIN, issue_id(kind, about))
            if issue is not None and issue.dismissed_version is None:
                async_clear_issue(self._hass, kind, about)
        self._refused.clear()
        self._unknown.clear()
