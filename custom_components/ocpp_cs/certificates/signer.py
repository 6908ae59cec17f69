"""Certificates of chargers: signs their requests, and has them renewed in time (A02).

A charger makes a key and a request of its own; only the request leaves it. It sends one
by itself, or when it is asked to. Only a connection that is the charger's own gets a
certificate, as that opens the highest level: it has proved that by a password or a
certificate over TLS, or it was asked for a request, by a raise or by its owner. Each
certificate is listed with the charger, and counts for nobody else.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
import itertools
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..chargers.charger import Charger
from ..chargers.component import Component
from ..const import (
    CONF_ENCRYPTION,
    CONF_TLS_ON,
    CONF_TLS_SOURCE,
    DOMAIN,
    LOGGER,
    SOURCE_MADE,
)
from ..csms.model.errors import CsmsError, RefusedError
from ..csms.model.security import SecurityLevel
from ..csms.security.authority import facts
from ..csms.security.own_names import plain
from ..csms.security.requests import RequestError, RequestProblem, problem_of
from ..issues import async_clear_issue, async_raise_issue
from .credentials import Credentials
from .store import CERTIFICATES, CertificatesUnavailableError, async_certificates

_RENEWED_BEFORE = timedelta(days=60)
"""How long before the end of a certificate the charger is asked for a request."""
_TOLD_BEFORE = timedelta(days=30)
"""How long before its end a repair issue is raised."""
_AGAIN = timedelta(hours=12)
"""The time between two attempts of a renewal."""
_PATIENCE = 300.0
"""Seconds that a charger may take to make a key and to send its request."""
_OWN_ADDRESS = 2
"""The least rank of a connection that gets a certificate: see `Acquaintance.rank`."""
_MOST_REQUESTS = 12
"""The requests that are signed for one charger within an hour."""
_WITHIN = timedelta(hours=1)


class SigningProblem(StrEnum):
    """Why a charger has no new certificate, besides what is wrong with a request."""

    OFF = "off"
    """Encryption is off, or the certificate is not made here."""
    NO_REQUEST = "no_request"
    """The charger has sent no request, although it was asked for one."""
    NOT_KNOWN = "not_known"
    """The connection may be that of another device."""
    NOT_ASKED = "not_asked"
    """It was not asked, and what it has shown proves not that it is the charger."""
    TOO_MANY = "too_many"
    """It has sent one request after the other."""
    REFUSED = "refused"
    """The charger has refused the certificate, or did not answer."""
    STORE = "store"
    """Our certificate authority cannot be read."""


class SigningError(HomeAssistantError):
    """A charger has no new certificate, and why."""

    def __init__(self, problem: SigningProblem | RequestProblem) -> None:
        """Initialize with the problem."""
        super().__init__(f"The charger has no new certificate: {problem}")
        self.problem = problem


type Renewer = Callable[[], Awaitable[datetime]]
"""Gives a charger a certificate in another way than by OCPP; returns its end.

Raises any exception if it could not.
"""


def signs_for(entry: ConfigEntry[Any]) -> bool:
    """Return whether the CA of this Home Assistant is that of a server."""
    options = entry.options.get(CONF_ENCRYPTION, {})
    return bool(options.get(CONF_TLS_ON)) and (
        options.get(CONF_TLS_SOURCE, SOURCE_MADE) == SOURCE_MADE
    )


class Signer(Component):
    """Signs the requests of the chargers of one server."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], credentials: Credentials
    ) -> None:
        """Initialize; the credentials are loaded."""
        super().__init__()
        self._hass = hass
        self._entry = entry
        self._credentials = credentials
        self._renewers: dict[str, Renewer] = {}
        self._waiting: dict[Charger, asyncio.Future[None]] = {}
        """Who waits for the certificate of a charger."""
        self._signing: dict[Charger, str] = {}
        """The last request of each charger that is being signed."""
        self._requests: dict[Charger, deque[datetime]] = {}
        self._tried: dict[Charger, datetime] = {}
        """When a renewal was tried last."""

    @property
    def is_active(self) -> bool:
        """Return whether chargers get certificates: of our own CA only."""
        return signs_for(self._entry)

    @callback
    def set_renewer(self, subentry_id: str, renewer: Renewer) -> Callable[[], None]:
        """Renew the certificate of a charger in another way than by OCPP.

        Args:
            subentry_id: The subentry of the charger.
            renewer: Does it.

        Returns:
            A function that ends it.
        """
        self._renewers[subentry_id] = renewer

        @callback
        def end() -> None:
            if self._renewers.get(subentry_id) is renewer:
                del self._renewers[subentry_id]

        return end

    @override
    @callback
    def async_attach(self, charger: Charger) -> None:
        """Answer the requests of a charger, and note the certificates that it shows."""
        charge_point = charger.charge_point
        charge_point.check_csr = partial(self._check, charger)

        @callback
        def heard(kind: str, data: dict[str, Any]) -> None:
            if kind == "sign_certificate" and self.is_active:
                self._received(charger, data["csr"])

        @callback
        def forget() -> None:
            charge_point.check_csr = lambda csr: True
            for known in (self._signing, self._requests, self._tried):
                known.pop(charger, None)
            async_clear_issue(
                self._hass, "charger_certificate_ends", charger.subentry_id
            )

        self._subscriptions.add(
            charger,
            charge_point.listen(heard),
            charge_point.watch(
                ("connected", "ready", "known", "security"),
                partial(self._look, charger),
            ),
            forget,
        )

    # Requests.

    async def async_request_certificate(self, charger: Charger) -> None:
        """Have a charger ask for a certificate, and wait until it has it.

        Raises:
            SigningError: It has none, and why.
            CsmsError: It did not take the question.
        """
        if not self.is_active:
            raise SigningError(SigningProblem.OFF)
        async with self._outcome(charger) as outcome:
            await charger.charge_point.commands.trigger_certificate_request()
            try:
                async with asyncio.timeout(_PATIENCE):
                    await asyncio.shield(outcome)
            except TimeoutError:
                raise SigningError(SigningProblem.NO_REQUEST) from None

    @asynccontextmanager
    async def _outcome(self, charger: Charger) -> AsyncGenerator[asyncio.Future[None]]:
        """Give what comes out of the next request of a charger."""
        outcome = self._waiting.get(charger)
        if outcome is None:
            outcome = self._waiting[charger] = self._hass.loop.create_future()
        try:
            yield outcome
        finally:
            if self._waiting.get(charger) is outcome:
                del self._waiting[charger]
            # Nobody else may look at it.
            outcome.cancel()

    def _settle(
        self,
        charger: Charger,
        problem: SigningProblem | RequestProblem | None = None,
    ) -> None:
        outcome = self._waiting.pop(charger, None)
        if outcome is None or outcome.done():
            return
        if problem is None:
            outcome.set_result(None)
        else:
            outcome.set_exception(SigningError(problem))

    def _check(self, charger: Charger, csr: str) -> bool:
        """Return whether a request will be signed; else the charger is told at once."""
        if not self.is_active:
            # Somebody else may sign it: there are an event and an action.
            return True
        problem: SigningProblem | RequestProblem | None
        try:
            problem = self._problem_of(charger, csr)
        # Whatever it has sent, it gets an answer.
        except Exception:  # noqa: BLE001
            LOGGER.exception("The certificate request of %s is refused", charger.name)
            problem = RequestProblem.UNREADABLE
        if problem is not None:
            LOGGER.warning(
                "The certificate request of %s is refused: %s", charger.name, problem
            )
            self._settle(charger, problem)
        return problem is None

    def _problem_of(
        self, charger: Charger, csr: str
    ) -> SigningProblem | RequestProblem | None:
        charge_point, now = charger.charge_point, dt_util.utcnow()
        if (
            not charge_point.acquaintance.is_known
            or charge_point.acquaintance.open_rank < _OWN_ADDRESS
        ):
            return SigningProblem.NOT_KNOWN
        if not self._is_asked(charger) and not _is_proof(charger):
            # Who plays a charger once would have a key to it for years.
            return SigningProblem.NOT_ASKED
        times = self._requests.setdefault(charger, deque(maxlen=_MOST_REQUESTS))
        if len(times) == _MOST_REQUESTS and now - times[0] < _WITHIN:
            return SigningProblem.TOO_MANY
        times.append(now)
        return problem_of(csr, common_names=self._names_of(charger))

    def _is_asked(self, charger: Charger) -> bool:
        """Return whether the open connection was asked for a request a while ago."""
        asked = charger.charge_point.csr_asked
        return asked is not None and self._hass.loop.time() - asked < _PATIENCE

    def _names_of(self, charger: Charger) -> tuple[str, ...]:
        """Return the names that a charger's certificate may have: it identifies one."""
        own, serial = _names(charger)
        others = [
            _names(other) for other in self._subscriptions if other is not charger
        ]
        if serial in itertools.chain.from_iterable(others):
            # It may have told that of another, but its id is its own.
            serial = ""
        return own, serial

    @callback
    def _received(self, charger: Charger, csr: str) -> None:
        """Sign a request that was accepted; of several the last one counts."""
        busy = charger in self._signing
        self._signing[charger] = csr
        if not busy:
            self._entry.async_create_background_task(
                self._hass, self._answer(charger), f"{DOMAIN} certificate"
            )

    async def _answer(self, charger: Charger) -> None:
        try:
            while True:
                csr = self._signing.get(charger)
                if csr is None:
                    return
                problem = await self._sign(charger, csr)
                if self._signing.get(charger) == csr:
                    break
        finally:
            self._signing.pop(charger, None)
        self._settle(charger, problem)

    async def _sign(
        self, charger: Charger, csr: str
    ) -> SigningProblem | RequestProblem | None:
        """Sign a request and send the certificate; return what went wrong."""
        charge_point = charger.charge_point
        certificates = await async_certificates(self._hass)
        try:
            chain = await certificates.async_sign(csr, self._names_of(charger))
            if charger not in self._subscriptions:
                # It was removed: who gets its id must not let it in.
                return SigningProblem.REFUSED
            signed = facts(chain)
            await self._credentials.async_issued(charge_point.id, signed.fingerprint)
            try:
                await charge_point.commands.install_own_certificate(chain)
            except RefusedError:
                await self._credentials.async_not_taken(
                    charge_point.id, signed.fingerprint
                )
                raise
        except RequestError as err:
            LOGGER.warning(
                "The certificate request of %s is refused: %s", charger.name, err
            )
            return err.problem
        except (CertificatesUnavailableError, ValueError) as err:
            LOGGER.error("%s gets no certificate: %s", charger.name, err)
            return SigningProblem.STORE
        except CsmsError as err:
            LOGGER.warning(
                "%s has not taken its new certificate: %s", charger.name, err
            )
            return SigningProblem.REFUSED
        charge_point.csr_asked = None
        ends = signed.not_after
        LOGGER.info("%s has a new certificate until %s", charger.name, ends.date())
        await self._credentials.async_change(charge_point.id, certificate_ends=ends)
        self._tried.pop(charger, None)
        async_clear_issue(self._hass, "charger_certificate_ends", charger.subentry_id)
        return None

    # Renewal.

    @override
    @callback
    def async_minute_passed(self) -> None:
        """Renew certificates that end soon, and tell of those that could not be."""
        for charger in self._subscriptions:
            self._look(charger)
            self._show_end(charger)

    @callback
    def _look(self, charger: Charger) -> None:
        """Note the certificate that a charger shows, and renew it if it is due."""
        charge_point = charger.charge_point
        if not self.is_active or not charge_point.connected:
            return
        credential = self._credentials.get(charge_point.id)
        tls = charge_point.security.tls
        shown = None if tls is None else tls.certificate
        if shown is not None:
            # Those before it are of no use any more.
            self._credentials.async_used(charge_point.id, shown.fingerprint)
        ends = credential.certificate_ends
        if ends is None and shown is not None and not credential.is_held:
            # One that was made before, or whose answer never came.
            ends = shown.not_after
            self._credentials.async_change(charge_point.id, certificate_ends=ends)
        now = dt_util.utcnow()
        if (
            ends is None
            or not charge_point.ready
            or not charge_point.acquaintance.is_known
            or charge_point.security.level < SecurityLevel.TLS
            or charger in self._waiting
            or (
                charger.subentry_id not in self._renewers
                # What has an API of its own is not asked by OCPP.
                and (CONF_HOST in charger.subentry.data or not _is_proof(charger))
            )
            or now - self._tried.get(charger, now - _AGAIN) < _AGAIN
        ):
            return
        if ends - now < _RENEWED_BEFORE or (
            shown is not None and shown.issuer in self._former_issuers()
        ):
            self._tried[charger] = now
            self._entry.async_create_background_task(
                self._hass, self._renew(charger), f"{DOMAIN} certificate"
            )

    def _former_issuers(self) -> set[str]:
        """Return the names of CAs whose certificates have to be renewed (RFC 4514)."""
        certificates = self._hass.data.get(CERTIFICATES)
        roots = () if certificates is None else certificates.former_roots
        return {facts(root).subject for root in roots}

    async def _renew(self, charger: Charger) -> None:
        renewer = self._renewers.get(charger.subentry_id)
        try:
            if renewer is None:
                await self.async_request_certificate(charger)
            else:
                await self._credentials.async_change(
                    charger.charge_point.id, certificate_ends=await renewer()
                )
        except (CsmsError, SigningError) as err:
            LOGGER.warning(
                "The certificate of %s could not be renewed: %s", charger.name, err
            )
        # Whatever the other way is made of.
        except Exception as err:  # noqa: BLE001
            LOGGER.warning(
                "The certificate of %s could not be renewed: %r", charger.name, err
            )

    def _show_end(self, charger: Charger) -> None:
        credential = self._credentials.get(charger.charge_point.id)
        ends, now = credential.certificate_ends, dt_util.utcnow()
        if (
            ends is None
            or ends - now > _TOLD_BEFORE
            or credential.level < SecurityLevel.CERTIFICATE
        ):
            async_clear_issue(
                self._hass, "charger_certificate_ends", charger.subentry_id
            )
            return
        async_raise_issue(
            self._hass,
            "charger_certificate_ends",
            charger.subentry_id,
            charger=charger.name,
            date=dt_util.as_local(ends).strftime("%Y-%m-%d"),
        )


def _names(charger: Charger) -> tuple[str, str]:
    """Return the id and the serial number of a charger, as they are compared."""
    charge_point = charger.charge_point
    return (
        plain(charge_point.id),
        plain(charge_point.acquaintance.serial),
    )


def _is_proof(charger: Charger) -> bool:
    """Return whether only the charger itself can connect like that: with encryption.

    The secret of its address is not enough: it may have been read where that is absent.
    """
    security = charger.charge_point.security
    return security.tls is not None and security.is_proof
