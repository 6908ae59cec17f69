"""Repair issues for devices whose encrypted connections fail.

Mostly only the address of such a device is known. The issue is about a charger if
exactly one charger had that address last.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..certificates.encryption import Encryption
from ..certificates.links import async_links
from ..chargers.charger import Charger
from ..chargers.component import Component
from ..chargers.store import REMOTE, Memory
from ..const import CONF_ENCRYPTION, CONF_TLS_OLD, DOMAIN
from ..csms.charge_point import ChargePoint
from ..csms.model.model import Refusal, RefusalReason
from ..csms.model.security import TlsProblem
from ..foreign_text import Markdown, shown
from ..issues import async_clear_issue, async_raise_issue, issue_id
from .refused import is_local

_TIMES = 3
"""The failures that raise an issue: some chargers try other versions first."""
_WITHIN = timedelta(hours=1)
"""In that time; without a failure for as long, an issue is obsolete."""
_QUIET = timedelta(minutes=10)
"""No new issue for this time after the user has closed it, to leave time for a fix."""
_MAX_FOLLOWED = 50
_MAX_STRANGERS = 3
"""The maximum number of issues for unknown devices at a time."""

_ISSUER_UNKNOWN = "issuer_unknown"
"""In place of `NOT_TRUSTED`, if the certificate is not one of ours."""
_KINDS: dict[str, str] = {
    TlsProblem.NOT_TRUSTED: "tls_not_trusted",
    _ISSUER_UNKNOWN: "tls_issuer_unknown",
    TlsProblem.CLOCK: "tls_clock",
    TlsProblem.OLD_VERSION: "tls_old_version",
    TlsProblem.NO_CIPHER: "tls_no_cipher",
    TlsProblem.CLIENT_UNKNOWN_CA: "tls_client_unknown_ca",
    TlsProblem.CLIENT_EXPIRED: "tls_client_expired",
    TlsProblem.CLIENT_NOT_YET_VALID: "tls_client_not_yet_valid",
    TlsProblem.CLIENT_INVALID: "tls_client_invalid",
    TlsProblem.PLAIN: "tls_plain",
    TlsProblem.OTHER: "tls_other",
}


@dataclass(kw_only=True, slots=True)
class _Failing:
    """A device whose encrypted connections fail."""

    remote: str
    charger: Charger | None
    problem: TlsProblem
    times: deque[datetime] = field(default_factory=lambda: deque(maxlen=_TIMES))
    raised: str | None = None
    """The kind of the issue that is shown."""
    quiet_until: datetime | None = None


class TlsRefusals(Component):
    """Watches the failed TLS handshakes at one server."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        memory: Memory,
        encryption: Encryption,
        chargers: Callable[[], Iterable[Charger]],
    ) -> None:
        """Initialize; `chargers` returns the adopted chargers."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._encryption = encryption
        self._chargers = chargers
        self._failing: dict[str, _Failing] = {}
        """By the subject of the issue, ordered by the last failure."""

    @callback
    def async_refused(self, refusal: Refusal) -> None:
        """Handle a refused connection."""
        problem = refusal.tls_problem
        if (
            refusal.reason is not RefusalReason.TLS_FAILED
            or problem is None
            or not is_local(refusal.remote)
        ):
            return
        charger = self._charger(refusal)
        if charger is None and problem is TlsProblem.OTHER:
            # Port scanners and monitors of other programs.
            return
        if (
            charger is not None
            and charger.charge_point.connected
            and charger.charge_point.security.tls is not None
        ):
            # The charger itself is connected, so the attempt does not matter.
            return
        about = self._about(charger, refusal.remote)
        now = dt_util.utcnow()
        failing = self._failing.pop(about, None) or _Failing(
            remote=refusal.remote, charger=charger, problem=problem
        )
        # Keep the order of the last failures.
        self._failing[about] = failing
        failing.remote, failing.problem = refusal.remote, problem
        failing.times.append(now)
        self._limit()
        if failing.raised is not None and not self._is_shown(about, failing.raised):
            # The user has closed the issue.
            failing.raised = None
            failing.times.clear()
            failing.quiet_until = now + _QUIET
        if (
            len(failing.times) == _TIMES
            and now - failing.times[0] <= _WITHIN
            and failing.raised != _KINDS[self._key(problem)]
            and (failing.quiet_until is None or now >= failing.quiet_until)
            and self._may_show(failing)
        ):
            self._clear(about, failing)
            self._raise(about, failing)

    def _charger(self, refusal: Refusal) -> Charger | None:
        """Return the charger with its id, or else the only one at its address."""
        there = [
            one
            for one in self._chargers()
            if (
                one.charge_point.id == refusal.charge_point_id
                if refusal.charge_point_id is not None
                else self._memory.get(one.charge_point.id, REMOTE) == refusal.remote
            )
        ]
        return there[0] if len(there) == 1 else None

    def _about(self, charger: Charger | None, remote: str) -> str:
        if charger is not None:
            return charger.subentry_id
        return f"{remote}_{self._entry.entry_id}"

    def _may_show(self, failing: _Failing) -> bool:
        return failing.charger is not None or (
            sum(
                one.raised is not None and one.charger is None
                for one in self._failing.values()
                if one is not failing
            )
            < _MAX_STRANGERS
        )

    def _is_shown(self, about: str, kind: str) -> bool:
        return (
            ir.async_get(self._hass).async_get_issue(DOMAIN, issue_id(kind, about))
            is not None
        )

    def _key(self, problem: TlsProblem) -> str:
        """Return the key of the issue for a problem."""
        if problem is TlsProblem.NOT_TRUSTED and not self._encryption.is_made_here:
            return _ISSUER_UNKNOWN
        return problem

    def _raise(self, about: str, failing: _Failing) -> None:
        charger, key = failing.charger, self._key(failing.problem)
        failing.raised = _KINDS[key]
        async_raise_issue(
            self._hass,
            _KINDS[key],
            about,
            fix_data={"entry_id": self._entry.entry_id}
            if failing.problem is TlsProblem.OLD_VERSION
            else None,
            charger=failing.remote if charger is None else charger.name,
            remote=failing.remote,
            server=self._entry.title,
            port=str(self._encryption.port),
            link=Markdown(async_links(self._hass).pem),
            names=Markdown(", ".join(map(shown, self._encryption.names)) or "–"),
        )

    def _limit(self) -> None:
        while len(self._failing) > _MAX_FOLLOWED:
            about = next(
                (
                    about
                    for about, one in self._failing.items()
                    if one.charger is None and one.raised is None
                ),
                next(iter(self._failing)),
            )
            self._clear(about, self._failing.pop(about))

    def _clear(self, about: str, failing: _Failing) -> None:
        if failing.raised is not None:
            async_clear_issue(self._hass, failing.raised, about)
            failing.raised = None

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Watch whether a charger connects, and how."""
        charge_point = charger.charge_point

        @callback
        def connected() -> None:
            self.async_connected(charge_point, charger)

        self._subscriptions.add(
            charger, charge_point.watch(("connected", "security"), connected)
        )
        connected()

    @callback
    def async_connected(
        self, charge_point: ChargePoint, charger: Charger | None = None
    ) -> None:
        """Clear the issues about a charge point that has connected as it should.

        A charger that fell back to its old address still has the problem, unless it was
        just the scheme of its address.
        """
        if not charge_point.connected:
            return
        encrypted = charge_point.security.tls is not None
        for about, failing in list(self._failing.items()):
            if (encrypted or failing.problem is TlsProblem.PLAIN) and (
                failing.remote == charge_point.remote
                or (charger is not None and failing.charger is charger)
            ):
                self._clear(about, self._failing.pop(about))

    @override
    @callback
    def async_detach(self, charger: Charger) -> None:
        """Forget a removed charger; its issues are cleared elsewhere."""
        super().async_detach(charger)
        self._failing.pop(charger.subentry_id, None)

    @override
    @callback
    def async_update(self) -> None:
        """Act on a change of the options."""
        options = self._entry.options.get(CONF_ENCRYPTION, {})
        for about, failing in list(self._failing.items()):
            if not self._encryption.is_on or (
                failing.problem is TlsProblem.OLD_VERSION
                and options.get(CONF_TLS_OLD, False)
            ):
                self._clear(about, self._failing.pop(about))

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Drop failures that are older than an hour."""
        long_ago = dt_util.utcnow() - _WITHIN
        for about, failing in list(self._failing.items()):
            if not failing.times:
                if failing.quiet_until is not None and failing.quiet_until < long_ago:
                    del self._failing[about]
            elif failing.times[-1] < long_ago:
                self._clear(about, self._failing.pop(about))

    @override
    @callback
    def async_stop(self) -> None:
        """Drop all failures; issues that the user ignores are kept."""
        super().async_stop()
        for about, failing in self._failing.items():
            if failing.raised is None:
                continue
            issue = ir.async_get(self._hass).async_get_issue(
                DOMAIN, issue_id(failing.raised, about)
            )
            if issue is not None and issue.dismissed_version is None:
                self._clear(about, failing)
        self._failing.clear()
