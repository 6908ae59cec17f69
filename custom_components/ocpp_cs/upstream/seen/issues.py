"""Repair issues of backends: a trouble that lasts, and sessions that wait for long."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ...chargers.component import Component
from ...csms.upstream.client import TroubleKind
from ...foreign_text import shown
from ...issues import async_clear_issue, async_clear_issues, async_raise_issue
from ..backends import Backends
from ..state import State, words_of
from ..subentries import CONF_SECRETS, CONF_URL, charger_names, host_of, upstreams_of

_SOON: Final = timedelta(minutes=5)
"""What does not pass by itself is told soon; a restart of the backend takes less."""
_LATER: Final = timedelta(hours=1)
"""What often passes by itself."""
_WAITS: Final = timedelta(hours=24)
"""The time after which a session that waits is told."""
_ENDS: Final = timedelta(days=30)
"""The time before the end of a certificate in which it is told."""

ISSUES: Final = {
    TroubleKind.UNREACHABLE: "backend_unreachable",
    TroubleKind.CLOSED: "backend_closes",
    TroubleKind.SILENT: "backend_silent",
    TroubleKind.HTTP: "backend_http",
    TroubleKind.UNAUTHORIZED: "backend_unauthorized",
    TroubleKind.UNKNOWN_ID: "backend_unknown_id",
    TroubleKind.SUBPROTOCOL: "backend_subprotocol",
    TroubleKind.CERTIFICATE: "backend_certificate",
    TroubleKind.CERTIFICATE_EXPIRED: "backend_certificate_expired",
    TroubleKind.TLS: "backend_tls",
    TroubleKind.ADDRESS: "backend_address",
    TroubleKind.PENDING: "backend_pending",
    TroubleKind.REJECTED: "backend_rejected",
}
"""The issue for each trouble."""
_PASSING: Final = frozenset(
    {
        TroubleKind.UNREACHABLE,
        TroubleKind.CLOSED,
        TroubleKind.SILENT,
        TroubleKind.HTTP,
        TroubleKind.PENDING,
    }
)


class BackendIssues(Component):
    """Raises and clears the issues of backends."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], backends: Backends
    ) -> None:
        """Start without issues."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._backends = backends
        self._raised: dict[str, set[str]] = {}
        """The kinds of issues that are raised, by backend."""
        self._watched: dict[int, State] = {}
        backends.async_watch(self._follow)

    @callback
    def _follow(self) -> None:
        """Look at once when a connection changes, so that issues do not linger."""
        states = {id(one): one for one in self._backends.states.values()}
        for key, state in states.items():
            if key not in self._watched:
                state.listeners.append(self._changed)
        self._watched = states
        present = {one.subentry_id for one in upstreams_of(self._entry)}
        for gone in self._raised.keys() - present:
            del self._raised[gone]
            async_clear_issues(self._hass, gone)
        self._look()

    @callback
    def _changed(self) -> None:
        if any(self._raised.values()):
            self._look()

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Look at all backends."""
        self._look()

    def _look(self) -> None:
        now = dt_util.utcnow()
        for subentry in upstreams_of(self._entry):
            backend = subentry.subentry_id
            places = self._backends.places_of(backend)
            raised = {
                *self._tell_troubles(subentry, places, now),
                *self._tell_waiting(subentry, now),
                *self._tell_certificate(subentry, now),
            }
            for kind in self._raised.get(backend, set()) - raised:
                async_clear_issue(self._hass, kind, backend)
            self._raised[backend] = raised

    def _tell_troubles(
        self, subentry: ConfigSubentry, places: Mapping[str, State], now: datetime
    ) -> Iterator[str]:
        """Raise the issues of connections; yield their kinds."""
        found: dict[TroubleKind, list[str]] = {}
        words: dict[TroubleKind, str] = {}
        for charge_point_id, state in places.items():
            trouble, since = state.trouble, state.down_since
            if trouble is None or since is None:
                continue
            if now - since >= (_LATER if trouble.kind in _PASSING else _SOON):
                found.setdefault(trouble.kind, []).append(charge_point_id)
                words.setdefault(trouble.kind, words_of(trouble))
        for kind, charge_point_ids in found.items():
            async_raise_issue(
                self._hass,
                ISSUES[kind],
                subentry.subentry_id,
                name=subentry.title,
                chargers=self._names(charge_point_ids),
                host=host_of(subentry.data.get(CONF_URL)),
                words=shown(words[kind]),
            )
            yield ISSUES[kind]

    def _tell_waiting(self, subentry: ConfigSubentry, now: datetime) -> Iterator[str]:
        """Raise the issue of sessions that wait for long; yield its kind."""
        waiting = self._backends.upstreams.waiting_since(subentry.subentry_id)
        since = {
            charge_point_id: when
            for charge_point_id, when in waiting.items()
            if now - when >= _WAITS
        }
        if since:
            first = dt_util.as_local(min(since.values()))
            async_raise_issue(
                self._hass,
                "backend_session_waits",
                subentry.subentry_id,
                name=subentry.title,
                chargers=self._names(since),
                since=f"{first:%Y-%m-%d %H:%M}",
            )
            yield "backend_session_waits"

    def _tell_certificate(
        self, subentry: ConfigSubentry, now: datetime
    ) -> Iterator[str]:
        """Raise the issue of a certificate of the charger that ends; yield its kind."""
        ends = self._backends.secrets.client_ends(subentry.data.get(CONF_SECRETS))
        if ends is not None and ends - now <= _ENDS:
            async_raise_issue(
                self._hass,
                "backend_client_certificate_ends",
                subentry.subentry_id,
                name=subentry.title,
                ends=f"{dt_util.as_local(ends):%Y-%m-%d}",
            )
            yield "backend_client_certificate_ends"

    def _names(self, charge_point_ids: Iterable[str]) -> str:
        names = charger_names(self._entry)
        return ", ".join(sorted(names.get(one, one) for one in charge_point_ids))

    @override
    @callback
    def async_stop(self) -> None:
        """Clear the issues: whether their causes last is not known any more."""
        super().async_stop()
        for backend, kinds in self._raised.items():
            for kind in kinds:
                async_clear_issue(self._hass, kind, backend)
        self._raised.clear()
