"""The replacement of the certificate authority (CA), one charger after the other.

A charger that trusts the old CA only must not be shown a certificate of the new one. So
the new one is installed on each charger first; then our own certificates are signed by
it, for all servers at once. The old one stays trusted for the certificates of chargers,
until each has a new one.
"""

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..chargers.charger import Charger
from ..chargers.component import Component, guarded
from ..const import DOMAIN, LOGGER, SUBENTRY_CHARGER
from ..csms.model.errors import CsmsError
from ..csms.model.security import SecurityLevel
from ..csms.security.authority import facts
from ..foreign_text import Markdown, shown
from ..issues import async_clear_issue, async_raise_issue
from .credentials import Credential, Credentials
from .signer import signs_for
from .store import (
    CERTIFICATES,
    Certificates,
    CertificatesUnavailableError,
    async_certificates,
)

_AGAIN = timedelta(hours=1)
"""The time between two attempts to install the CA on a charger."""

type Installer = Callable[[str], Awaitable[None]]
"""Writes a CA, in PEM, to a charger in another way than by OCPP, whether connected or not.

Raises any exception if it could not.
"""


class CaRenewal(Component):
    """Installs the next CA on the chargers of one server, and finishes its replacement."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], credentials: Credentials
    ) -> None:
        """Initialize; the credentials are loaded."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._credentials = credentials
        self._installers: dict[str, Installer] = {}
        self._busy: set[Charger] = set()
        self._tried: dict[Charger, datetime] = {}
        self._working = False
        """True while the CA is changed by this server."""

    @property
    def entry_id(self) -> str:
        """The id of the server's config entry."""
        return self._entry.entry_id

    @callback
    def set_installer(
        self, subentry_id: str, installer: Installer
    ) -> Callable[[], None]:
        """Install the CA on a charger in another way than by OCPP.

        It has room for one, so it gets the new one right after the replacement.

        Args:
            subentry_id: The subentry of the charger.
            installer: Writes it.

        Returns:
            A function that ends it.
        """
        self._installers[subentry_id] = installer

        @callback
        def end() -> None:
            if self._installers.get(subentry_id) is installer:
                del self._installers[subentry_id]

        return end

    @override
    @callback
    def async_start(self) -> None:
        """Let the other servers know that this one runs."""
        _running(self._hass).append(self)

    @override
    @callback
    def async_stop(self) -> None:
        """Stop following all chargers."""
        super().async_stop()
        if self in (running := _running(self._hass)):
            running.remove(self)

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Install the next CA on a charger once it is connected and idle."""

        @callback
        def forget() -> None:
            self._tried.pop(charger, None)

        self._subscriptions.add(
            charger,
            charger.charge_point.watch(
                ("connected", "ready", "known", "security"),
                partial(self._look, charger),
            ),
            forget,
        )

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Go on with a replacement, or begin one that is due."""
        if (certificates := self._certificates) is None:
            async_clear_issue(self._hass, "ca_renewal", self._entry.entry_id)
            return
        for charger in self._subscriptions:
            with guarded("Looking at the CA", charger.name):
                self._look(charger)
        if certificates.renewal_is_due:
            self._change(certificates.async_begin_renewal)
        elif certificates.next_root is not None:
            if _all_have_it(self._hass):
                self._change(certificates.async_finish_renewal)
        elif certificates.former_roots:
            self._change(
                partial(
                    certificates.async_drop_former, all_renewed=_all_renewed(self._hass)
                )
            )
        self._show(certificates)

    async def async_finish(self) -> None:
        """Finish the replacement, as the owner wants it, whoever has the next CA."""
        certificates = await async_certificates(self._hass)
        await certificates.async_finish_renewal()
        self._show(certificates)
        for charger in self._subscriptions:
            self._look(charger)

    @property
    def _certificates(self) -> Certificates | None:
        """The certificates, if this server uses them and they are loaded."""
        if not signs_for(self._entry):
            return None
        return self._all_certificates

    @property
    def _all_certificates(self) -> Certificates | None:
        """The certificates, if they are loaded: chargers may have some of before."""
        certificates = self._hass.data.get(CERTIFICATES)
        return (
            None if certificates is None or certificates.root is None else certificates
        )

    def _change(self, change: Callable[[], Awaitable[None]]) -> None:
        if self._working:
            return
        self._working = True

        async def work() -> None:
            try:
                await change()
            except CertificatesUnavailableError as err:
                LOGGER.warning("The CA is not replaced: %s", err)
            finally:
                self._working = False

        self._entry.async_create_task(self._hass, work(), f"{DOMAIN} CA")

    # Each charger.

    @callback
    def _look(self, charger: Charger) -> None:
        """Install the CA that a charger will need, if it has not got it."""
        if (certificates := self._certificates) is None:
            return
        now = dt_util.utcnow()
        if (
            charger in self._busy
            or not self._needs_it(charger)
            or now - self._tried.get(charger, now - _AGAIN) < _AGAIN
        ):
            return
        installer = self._installers.get(charger.subentry_id)
        root: str | None
        if installer is None:
            root = certificates.next_root
            charge_point = charger.charge_point
            if (
                root is None
                or not charge_point.connected
                or not charge_point.ready
                or not charge_point.acquaintance.is_known
                or _is_charging(charger)
            ):
                return
        else:
            root = certificates.root
        if root is None or self._credentials.get(
            charger.charge_point.id
        ).root == _fingerprint(root):
            return
        self._busy.add(charger)
        self._tried[charger] = now
        self._entry.async_create_background_task(
            self._hass, self._install(charger, root, installer), f"{DOMAIN} CA"
        )

    async def _install(
        self, charger: Charger, root: str, installer: Installer | None
    ) -> None:
        try:
            if installer is None:
                await charger.charge_point.commands.install_root_certificate(root)
            else:
                await installer(root)
        except CsmsError as err:
            LOGGER.warning("%s has not taken the new CA: %s", charger.name, err)
        # Whatever the other way is made of.
        except Exception as err:  # noqa: BLE001
            LOGGER.warning("The new CA was not written to %s: %r", charger.name, err)
        else:
            LOGGER.info("%s has the new CA", charger.name)
            await self._credentials.async_change(
                charger.charge_point.id, root=_fingerprint(root)
            )
        finally:
            self._busy.discard(charger)

    def _credential(self, charger: Charger) -> Credential:
        return self._credentials.get(charger.charge_point.id)

    def _needs_it(self, charger: Charger) -> bool:
        """Return whether a charger checks our certificate."""
        charge_point = charger.charge_point
        return self._credential(charger).level >= SecurityLevel.TLS or (
            charge_point.connected and charge_point.security.level >= SecurityLevel.TLS
        )

    def waiting_for(self) -> Iterator[Charger]:
        """Yield the chargers that have to get the next CA before it is used."""
        certificates = self._certificates
        if certificates is None or (root := certificates.next_root) is None:
            return
        wanted = _fingerprint(root)
        for charger in self._subscriptions:
            if (
                self._needs_it(charger)
                and charger.subentry_id not in self._installers
                and self._credential(charger).root != wanted
            ):
                yield charger

    def has_old_certificates(self) -> bool:
        """Return whether a charger may still have a certificate of a former CA.

        Also where the server has a certificate from elsewhere, or no encryption now: a
        certificate of a CA that is not trusted ends each handshake.
        """
        certificates = self._all_certificates
        if certificates is None or certificates.root is None:
            return False
        issuer = facts(certificates.root).subject
        for charger in self._subscriptions:
            ends = self._credential(charger).certificate_ends
            if ends is None or ends <= dt_util.utcnow():
                continue
            tls = charger.charge_point.security.tls
            shown = None if tls is None else tls.certificate
            if shown is None or shown.issuer != issuer:
                return True
        return False

    def _show(self, certificates: Certificates) -> None:
        """Tell the owner which chargers are waited for."""
        waiting = (
            []
            if certificates.next_root is None
            else [
                *map(_name, self.waiting_for()),
                *(
                    entry.title
                    for entry in _unknown(self._hass)
                    if signs_for(entry) and entry.disabled_by is not None
                ),
            ]
        )
        if not waiting:
            async_clear_issue(self._hass, "ca_renewal", self._entry.entry_id)
            return
        async_raise_issue(
            self._hass,
            "ca_renewal",
            self._entry.entry_id,
            fix_data={"entry_id": self._entry.entry_id},
            server=self._entry.title,
            chargers=Markdown(", ".join(shown(name) for name in sorted(waiting))),
        )


_RUNNING: HassKey[list[CaRenewal]] = HassKey(f"{DOMAIN}_ca_renewals")


def _running(hass: HomeAssistant) -> list[CaRenewal]:
    return hass.data.setdefault(_RUNNING, [])


def _unknown(hass: HomeAssistant) -> list[ConfigEntry[Any]]:
    """Return the servers with chargers that do not run, also those that are disabled.

    Nobody knows which certificates their chargers have.
    """
    running = {one.entry_id for one in _running(hass)}
    return [
        entry
        for entry in hass.config_entries.async_entries(DOMAIN)
        if entry.entry_id not in running
        and any(
            one.subentry_type == SUBENTRY_CHARGER for one in entry.subentries.values()
        )
    ]


def _all_have_it(hass: HomeAssistant) -> bool:
    return not any(map(signs_for, _unknown(hass))) and not any(
        any(one.waiting_for()) for one in _running(hass)
    )


def _all_renewed(hass: HomeAssistant) -> bool:
    return not _unknown(hass) and not any(
        one.has_old_certificates() for one in _running(hass)
    )


def _name(charger: Charger) -> str:
    return charger.name


def _fingerprint(root: str) -> str:
    return facts(root).fingerprint


def _is_charging(charger: Charger) -> bool:
    return any(
        connector.transaction is not None
        for connector in charger.charge_point.connectors.values()
    )
