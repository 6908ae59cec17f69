"""The encryption of a server: its certificate, and the port for TLS.

A certificate that cannot be used stops nothing: the port without encryption stays open,
the last good certificate stays in use, and a repair issue explains the problem.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from ssl import SSLContext
from typing import Any, Protocol, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import Event, HomeAssistant, callback

from ..chargers.component import Component, guarded
from ..const import (
    CONF_ENCRYPTION,
    CONF_TLS_OLD,
    CONF_TLS_ON,
    CONF_TLS_PORT,
    CONF_TLS_SOURCE,
    CONF_TLS_TRUSTED,
    DEFAULT_TLS_PORT,
    DOMAIN,
    LOGGER,
    SOURCE_MADE,
)
from ..csms.security.authority import KeyAndCertificate
from ..csms.security.chains import CertificateError
from ..csms.security.contexts import server_context
from .credentials import Credentials
from .issues import CertificateIssues
from .names import async_names, covers
from .sources import (
    Loaded,
    SourceError,
    SourceProblem,
    Stamp,
    async_judged,
    async_made,
    async_read,
    further_authorities,
    paths_of,
    stamp_of,
)
from .store import Certificates, async_certificates

_PATIENCE = 10.0
"""Seconds that a server waits for its certificate before it starts without it."""
_EVERY = 10
"""Minutes between two looks at what changes seldom: addresses, ends, our own leaf."""


class TlsServer(Protocol):
    """The server whose connections are encrypted."""

    tls: SSLContext | None
    """The context of the next handshakes; None is no encryption."""
    own_issuers: frozenset[str]
    """The names of our own CAs: see `CentralSystem.own_issuers`."""

    @property
    def tls_port(self) -> int | None:
        """The port for TLS, if it is open."""

    async def listen_tls(self, port: int) -> None:
        """Open a port for TLS in place of the present one. Raises OSError."""

    async def close_tls(self) -> None:
        """Close the port for TLS; open connections stay."""


class Encryption(Component):
    """Encrypts the connections of one server, as its options say."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        credentials: Credentials,
        server: Callable[[], TlsServer],
    ) -> None:
        """Initialize without a certificate.

        Args:
            hass: Home Assistant.
            entry: The config entry of the server.
            credentials: Tell which chargers have certificates; they are loaded.
            server: Returns the server.
        """
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._credentials = credentials
        self._server = server
        self._issues = CertificateIssues(hass, entry)
        self._running = False
        self._task: asyncio.Task[None] | None = None
        self._asked = False
        self._minutes = 0
        self._ends: list[Callable[[], None]] = []
        self._certificates: Certificates | None = None
        self._loaded: Loaded | None = None
        """The certificate that is in use."""
        self._own_names: tuple[str, ...] = ()
        """The names of this Home Assistant."""
        self._built: tuple[Any, ...] = ()
        """All that the present context was made of."""
        self._seen: tuple[Any, ...] = ()
        """All that the last judgement of the source depends on."""
        self._has_chargers = False
        """True if chargers had certificates of ours when the source was judged."""
        self._doubted: Stamp = ()
        """Files that are not judged yet, as they may not be written completely."""

    # What others need to know.

    @property
    def _options(self) -> Mapping[str, Any]:
        options: Mapping[str, Any] = self._entry.options.get(CONF_ENCRYPTION, {})
        return options

    @property
    def is_on(self) -> bool:
        """True if the owner wants encryption."""
        return bool(self._options.get(CONF_TLS_ON, False))

    @property
    def port(self) -> int:
        """The port for TLS."""
        return int(self._options.get(CONF_TLS_PORT, DEFAULT_TLS_PORT))

    @property
    def open_port(self) -> int | None:
        """The port for TLS that is open now."""
        return self._server().tls_port

    @property
    def is_working(self) -> bool:
        """True if chargers can connect with encryption."""
        server = self._server()
        return self.is_on and server.tls is not None and server.tls_port is not None

    @property
    def root(self) -> str | None:
        """The certificate that chargers must trust, as PEM.

        None if it is that of a public CA, or if it is not in the files.
        """
        return None if self._loaded is None else self._loaded.root

    @property
    def is_made_here(self) -> bool:
        """True if the certificate is one of ours, which we renew."""
        return self._loaded is not None and self._loaded.warn_from is None

    @property
    def names(self) -> tuple[str, ...]:
        """The names and addresses in the certificate."""
        return () if self._loaded is None else self._loaded.names

    def covers(self, host: str) -> bool:
        """Return whether the certificate is valid for a host."""
        return covers(self.names, host)

    def host_for(self, host: str) -> str:
        """Return the host for an address: that one, or another in the certificate."""
        covered = filter(self.covers, (host, *self._own_names))
        named = (name for name in self.names if "*" not in name)
        return next(covered, None) or next(named, host)

    @property
    def ends(self) -> datetime | None:
        """The end of the certificate that is in use."""
        return None if self._loaded is None else self._loaded.ends

    def diagnostics(self) -> dict[str, Any]:
        """Return the state, without names, keys and certificates."""
        options = self._options
        return {
            "on": self.is_on,
            "working": self.is_working,
            "port": self._server().tls_port,
            "source": options.get(CONF_TLS_SOURCE, SOURCE_MADE),
            "old_versions": bool(options.get(CONF_TLS_OLD, False)),
            "further_authorities": str(options.get(CONF_TLS_TRUSTED) or "").count(
                "BEGIN CERTIFICATE"
            ),
            "problem": self._issues.problem,
            "names": len(self.names),
            "has_root": self.root is not None,
            "ends": self.ends,
        }

    # When to look.

    async def async_prepare(self) -> None:
        """Load the certificate before the first charger can connect.

        Chargers that begin TLS on the port without it would be refused otherwise.
        Whatever is wrong, this returns soon.
        """
        if self.is_on:
            await asyncio.wait({self._begin()}, timeout=_PATIENCE)

    @override
    @callback
    def async_start(self) -> None:
        """Open the port for TLS, if the owner wants that."""
        self._running = True
        # The URLs of Home Assistant may have changed.
        self._ends += (
            self._hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._changed),
            self._credentials.listen(self._credential_changed),
        )
        self._look()

    @override
    @callback
    def async_update(self) -> None:
        """Apply a change of the options, without a reload."""
        self._look()

    @callback
    def _changed(self, _event: Event | None = None) -> None:
        self._seen = ()
        self._look()

    @callback
    def _credential_changed(self, _charge_point_id: str) -> None:
        if self.is_on and self._credentials.has_certificates is not self._has_chargers:
            self._look()

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Look at the files, and now and then at addresses and ends."""
        self._minutes += 1
        if self.is_on:
            if self._minutes % _EVERY == 0:
                self._seen = ()
            self._look()

    @override
    @callback
    def async_stop(self) -> None:
        """Stop looking; the server closes its ports."""
        super().async_stop()
        self._running = False
        for end in self._ends:
            end()
        self._ends.clear()
        if self._task is not None:
            self._task.cancel()
        self._issues.async_stop()

    @callback
    def _look(self) -> None:
        if self._running:
            self._begin()

    def _begin(self) -> asyncio.Task[None]:
        """Apply the present options, now or after what is being applied."""
        self._asked = True
        if self._task is None or self._task.done():
            self._task = self._entry.async_create_task(
                self._hass, self._work(), f"{DOMAIN} encryption", eager_start=False
            )
        return self._task

    async def _work(self) -> None:
        # One after the other: each may be overtaken by a change of the options.
        while self._asked:
            self._asked = False
            with guarded("Encryption", self._entry.title):
                await self._apply()

    async def async_applied(self) -> None:
        """Return as soon as the present options are applied."""
        if (task := self._task) is not None:
            await asyncio.wait({task})

    # What is done.

    async def _apply(self) -> None:
        server = self._server()
        if not self.is_on:
            await server.close_tls()
            server.tls = self._loaded = None
            self._built = self._seen = ()
            self._issues.async_clear()
            return
        if (certificates := self._certificates) is None:
            certificates = await async_certificates(self._hass)
            self._certificates = certificates
            self._ends.append(certificates.watch(self._changed))
        options = dict(self._options)
        paths = paths_of(self._hass, options)
        stamp: Stamp = (
            await self._hass.async_add_executor_job(stamp_of, paths) if paths else ()
        )
        self._has_chargers = self._credentials.has_certificates
        seen = (options, stamp, self._has_chargers)
        if self._seen != seen:
            # Before it is judged: it may change meanwhile.
            self._seen = seen
            try:
                await self._take(certificates, options)
            except SourceError as err:
                self._show(err, stamp)
        if self._loaded is not None:
            self._issues.async_show_end(self._loaded)
        if self._running and server.tls is not None and server.tls_port != self.port:
            await self._listen(server)

    async def _take(
        self, certificates: Certificates, options: Mapping[str, Any]
    ) -> None:
        """Take over the certificate of the source. Raises SourceError."""
        names = await async_names(self._hass, self._entry.data.get(CONF_HOST))
        self._own_names = names
        if options.get(CONF_TLS_SOURCE, SOURCE_MADE) == SOURCE_MADE:
            loaded = await async_made(certificates, names)
        else:
            pair = await async_read(
                self._hass, certificates, self._entry.entry_id, options
            )
            judged, problems = await async_judged(self._hass, pair, names)
            if judged is None:
                raise SourceError(problems[0])
            loaded = judged
        trusted = await self._further(options)
        if trusted or self._has_chargers:
            # Whoever is asked for a certificate and shows one that is expired or of
            # somebody else cannot connect, whatever it may do here. So nobody is asked
            # as long as none counts.
            trusted = (*certificates.roots, *trusted)
        old_versions = bool(options.get(CONF_TLS_OLD, False))
        # Before anything that they have signed can open the door. Those of before are
        # kept, as a handshake may go on that began while they were trusted.
        self._server().own_issuers |= certificates.issuers
        built = (loaded.pairs, trusted, old_versions)
        if built != self._built:
            self._server().tls = await self._hass.async_add_executor_job(
                _context, loaded.pairs, trusted, old_versions
            )
            self._built = built
        self._loaded = loaded
        self._doubted = ()
        if loaded.warning is None:
            self._issues.async_clear_problem()
        else:
            self._issues.async_show(loaded.warning, ", ".join(loaded.names))

    async def _further(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the authorities that the owner has added, as far as they can be used.

        None of them may cost the server its own certificate.
        """
        text = options.get(CONF_TLS_TRUSTED)
        if not text:
            self._issues.async_show_further(broken=False)
            return ()
        try:
            found, usable = await self._hass.async_add_executor_job(
                further_authorities, str(text)
            )
        except CertificateError:
            self._issues.async_show_further(broken=True)
            return ()
        self._issues.async_show_further(broken=usable != found)
        clean = "".join(found)
        if clean != text and options == self._options:
            # Earlier versions kept the file as it was, also with a key in it.
            self._hass.config_entries.async_update_entry(
                self._entry,
                options={
                    **self._entry.options,
                    CONF_ENCRYPTION: {**options, CONF_TLS_TRUSTED: clean},
                },
            )
        return usable

    def _show(self, err: SourceError, stamp: Stamp) -> None:
        """Tell why a certificate cannot be used; the last good one stays in use."""
        if self._loaded is not None and stamp not in ((), self._doubted):
            # Maybe only one of the two files has been renewed so far.
            self._doubted, self._seen = stamp, ()
            return
        if self._issues.problem is not err.problem:
            LOGGER.warning(
                "The certificate of %s cannot be used: %s",
                self._entry.title,
                err.problem,
            )
        self._issues.async_show(err.problem, err.detail)

    async def _listen(self, server: TlsServer) -> None:
        try:
            await server.listen_tls(self.port)
        except OSError as err:
            if self._running and self._issues.async_show_port(self.port):
                LOGGER.warning("Port %s cannot be opened: %s", self.port, err)
        else:
            self._issues.async_clear_port()


def _context(
    pairs: tuple[KeyAndCertificate, ...], trusted: tuple[str, ...], old_versions: bool
) -> SSLContext:
    """Return the context of a certificate. Blocking. Raises SourceError."""
    try:
        return server_context(pairs, trusted=trusted, old_versions=old_versions)
    except (OSError, ValueError, TypeError) as err:
        # OpenSSL may be stricter than the checks before.
        raise SourceError(SourceProblem.REJECTED, str(err)) from err
