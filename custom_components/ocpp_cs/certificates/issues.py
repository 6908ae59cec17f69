"""The repair issues about the certificate of a server."""

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..csms.security.chains import CertificateProblem
from ..issues import async_clear_issue, async_raise_issue, issue_id
from .sources import Loaded, Problem, SourceProblem
from .store import StoreProblem

_KINDS = {
    problem: f"certificate_{problem}"
    for problem in (*CertificateProblem, *SourceProblem)
    # Only a form asks for an authority.
    if problem is not CertificateProblem.NO_AUTHORITY
}
_STORE_KINDS = {problem: f"certificates_{problem}" for problem in StoreProblem}
"""In a table of their own: some values are the same."""
_ALL_KINDS = (*_KINDS.values(), *_STORE_KINDS.values())


class CertificateIssues:
    """Shows what is wrong with the certificate of one server, one issue at a time."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Initialize without issues."""
        self._hass = hass
        self._entry = entry
        self.problem: Problem | None = None
        """The problem that is shown."""
        self._busy: int | None = None
        """The port that cannot be opened."""

    @callback
    def async_show(self, problem: Problem, detail: str = "") -> None:
        """Show a problem in place of the one before; `detail` is a path or names."""
        kind = (
            _STORE_KINDS[problem]
            if isinstance(problem, StoreProblem)
            else _KINDS[problem]
        )
        # An issue that the user ignores stays ignored.
        self._clear(*(one for one in _ALL_KINDS if one != kind))
        self.problem = problem
        about, server = self._entry.entry_id, self._entry.title
        error = ir.IssueSeverity.ERROR
        if isinstance(problem, StoreProblem):
            async_raise_issue(
                self._hass, _STORE_KINDS[problem], about, severity=error, server=server
            )
            return
        async_raise_issue(
            self._hass,
            _KINDS[problem],
            about,
            severity=error,
            server=server,
            detail=detail,
        )

    @callback
    def async_clear_problem(self) -> None:
        """Clear the problem that is shown."""
        self._clear(*_ALL_KINDS)
        self.problem = None

    def _clear(self, *kinds: str) -> None:
        for kind in kinds:
            async_clear_issue(self._hass, kind, self._entry.entry_id)

    @callback
    def async_show_end(self, loaded: Loaded) -> None:
        """Tell of the end of a certificate in time, unless it is renewed by us."""
        now = dt_util.utcnow()
        if loaded.warn_from is None or not loaded.warn_from <= now <= loaded.ends:
            async_clear_issue(self._hass, "certificate_ends", self._entry.entry_id)
            return
        async_raise_issue(
            self._hass,
            "certificate_ends",
            self._entry.entry_id,
            server=self._entry.title,
            end=dt_util.as_local(loaded.ends).strftime("%Y-%m-%d"),
        )

    @callback
    def async_show_port(self, port: int) -> bool:
        """Tell that the port for TLS cannot be opened; return whether that is new."""
        is_new, self._busy = self._busy != port, port
        async_raise_issue(
            self._hass,
            "tls_port_busy",
            self._entry.entry_id,
            severity=ir.IssueSeverity.ERROR,
            server=self._entry.title,
            port=str(port),
        )
        return is_new

    @callback
    def async_clear_port(self) -> None:
        """Clear the issue about the port."""
        self._busy = None
        async_clear_issue(self._hass, "tls_port_busy", self._entry.entry_id)

    @callback
    def async_show_further(self, *, broken: bool) -> None:
        """Tell whether an authority that the owner has added cannot be used."""
        if not broken:
            self._clear("further_authority_unusable")
            return
        async_raise_issue(
            self._hass,
            "further_authority_unusable",
            self._entry.entry_id,
            server=self._entry.title,
        )

    @callback
    def async_clear(self) -> None:
        """Clear all issues, as there is no encryption."""
        self.async_clear_problem()
        self.async_clear_port()
        self._clear("certificate_ends", "further_authority_unusable")

    @callback
    def async_stop(self) -> None:
        """Clear all issues but those that the user ignores, as the server stops."""
        registry, about = ir.async_get(self._hass), self._entry.entry_id
        for kind in (
            *_ALL_KINDS,
            "tls_port_busy",
            "certificate_ends",
            "further_authority_unusable",
        ):
            issue = registry.async_get_issue(DOMAIN, issue_id(kind, about))
            if issue is not None and issue.dismissed_version is None:
                self._clear(kind)
        self.problem = self._busy = None
