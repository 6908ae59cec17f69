"""Raise the level of a charger's connection: the commands of OCPP, and the waiting.

What can be undone comes first: a password, the root certificate. The level is written
last, as OCPP 1.6 does not allow to lower it again (security whitepaper, A05.FR.09).
A charger of OCPP 2 is told the address as well, and falls back by itself (A05, B10).
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, NoReturn, Protocol, override

from yarl import URL

from ..certificates.credentials import Credentials
from ..certificates.signer import SigningError, SigningProblem
from ..chargers.charger import Charger
from ..csms.charge_point import ChargePoint
from ..csms.commands import Commands
from ..csms.link import Link
from ..csms.model.errors import (
    CallTimeoutError,
    ConnectionLostError,
    CsmsError,
    InvalidAnswerError,
    InvalidRequestError,
    NotConnectedError,
    NotSupportedError,
    RefusedError,
)
from ..csms.model.model import Refusal, RefusalReason, utcnow
from ..csms.model.security import SecurityLevel, SecurityRules, TlsProblem
from ..csms.security.authority import facts
from ..csms.security.certificate_hashes import names_certificate

_LOST = (CallTimeoutError, ConnectionLostError, InvalidAnswerError, NotConnectedError)
"""The errors after which the charger may have obeyed or not."""
_HAS_NONE = (InvalidRequestError, NotSupportedError, RefusedError)
"""The errors of a charger that does not take such a thing."""
_NOT_SUPPORTED = "not_supported"
_REBOOT_REQUIRED = "reboot_required"
_WATCHED = ("connected", "ready", "known", "security")
_ATTEMPTS = 3


class RaiseStep(StrEnum):
    """The steps of a raise; the keys of its progress, with `raise_` before them."""

    CHECKING = "checking"
    PASSWORD = "password"
    """A new password is written."""
    ROOT = "root"
    """Our root certificate is installed."""
    REQUEST = "request"
    """The charger makes a certificate of its own, and we sign it."""
    LEVEL = "level"
    RESTART = "restart"
    WAITING = "waiting"
    """It has to connect at the new level."""
    ADDRESS = "address"
    """It came back at the old level: its address has to be entered."""
    BY_HAND = "by_hand"
    """It cannot be told over OCPP: everything has to be entered at the charger."""


class RaiseHindrance(StrEnum):
    """The reasons why nothing is begun; translation keys."""

    NOT_CONNECTED = "not_connected"
    NOT_KNOWN = "not_known"
    """The connection may be of another device."""
    SESSION = "session"
    ENCRYPTION_OFF = "encryption_off"
    ENCRYPTION_FAILS = "encryption_fails"
    """It is on, but our certificate or the port cannot be used."""
    NAME_MISSING = "name_missing"
    """Our certificate lacks the name or address that the charger uses."""
    CERTIFICATE_EXPIRED = "certificate_expired"
    NOT_SIGNED = "not_signed"
    """Our certificates are not made here, so that we cannot sign those of chargers."""
    UNDER_WAY = "under_way"
    """The charger is being set up or raised already."""


class RaiseFailure(StrEnum):
    """The reasons why a raise failed; translation keys."""

    PASSWORD_REFUSED = "password_refused"
    PASSWORD_UNUSED = "password_unused"
    """It connects again without the new password."""
    ROOT_REFUSED = "root_refused"
    ROOT_NOT_LISTED = "root_not_listed"
    """It accepted our root certificate, but does not list it."""
    REQUEST_REFUSED = "request_refused"
    """It makes no certificate of its own."""
    REQUEST_MISSING = "request_missing"
    NOT_KNOWN = "not_known"
    """It gets no certificate, as it may be another device."""
    REQUEST_WRONG = "request_wrong"
    """We do not sign its request."""
    CERTIFICATE_REFUSED = "certificate_refused"
    """It does not accept the certificate that we signed."""
    LEVEL_REFUSED = "level_refused"
    RESTART_REFUSED = "restart_refused"
    SESSION_BEGAN = "session_began"
    CAME_BACK_UNCHANGED = "came_back_unchanged"
    STAYED_AWAY = "stayed_away"
    LOST = "lost"
    """The connection ended, or there was no answer, before anything was changed."""
    STOPPED = "stopped"


class RaiseFailedError(Exception):
    """A raise failed.

    `key` is a `RaiseFailure`, or a key of another `Raiser` that has its text.
    """

    def __init__(
        self,
        key: str,
        placeholders: Mapping[str, str] | None = None,
        *,
        error: CsmsError | None = None,
        may_come: bool = False,
    ) -> None:
        """Create an error.

        Args:
            key: The translation key of the reason.
            placeholders: The placeholders of its text. All but `Markdown` are cleaned.
            error: The error of the charger, whose text becomes the placeholder `error`.
            may_come: Whether the charger may still come at the new level.
        """
        super().__init__(key)
        self.key = key
        self.placeholders = dict(placeholders or {})
        self.error = error
        self.may_come = may_come


class Raiser(Protocol):
    """Raises the level of one charger."""

    async def hindrances(self, target: SecurityLevel) -> tuple[str, ...]:
        """Return all reasons why a raise cannot begin; nothing is changed.

        They are keys of the selector `raise_hindrance`, or `goe_raise_hindrance`.
        """

    async def run(self, target: SecurityLevel, on_step: Callable[[str], None]) -> None:
        """Raise the charger, and return when it is connected at the new level.

        Cancelling it must leave the charger in a state that it can connect in.

        Args:
            target: The new level.
            on_step: Called with each step; a key of the progress, without `raise_`.

        Raises:
            RaiseFailedError: It failed; its key is one of the selector `raise_failure`
                or `goe_raise_failure`.
        """


def is_here(
    charge_point: ChargePoint, level: SecurityLevel, *, proof: bool = False
) -> bool:
    """Return whether a charger itself, and nobody else, is connected at a level.

    Args:
        charge_point: The charge point of the charger.
        level: The lowest level that counts.
        proof: Whether its usual address is not enough: it has to bring the secret of
            its address, its password, or its certificate.
    """
    return (
        charge_point.connected
        and charge_point.security.level >= level
        and (
            charge_point.came_with_proof
            or (not proof and charge_point.acquaintance.is_known)
        )
    )


class Trust(Protocol):
    """The part of the encryption of a server that a raise needs."""

    @property
    def is_on(self) -> bool:
        """Return whether the owner wants encryption."""

    @property
    def is_working(self) -> bool:
        """Return whether chargers can connect with encryption."""

    @property
    def ends(self) -> datetime | None:
        """Return the end of our certificate."""

    @property
    def root(self) -> str | None:
        """The root certificate to install, as PEM; None if there is none to install."""

    def covers(self, host: str) -> bool:
        """Return whether our certificate is valid for a host."""

    async def async_applied(self) -> None:
        """Return once it asks for certificates, if the chargers have some."""


class Levels(Protocol):
    """The part of the levels of a server that a raise needs."""

    @property
    def credentials(self) -> Credentials:
        """The credentials of the chargers."""

    async def async_new_password(self, charger: Charger) -> str:
        """Write a new password to a charger. Raises CsmsError."""


class Signatures(Protocol):
    """The part of the signer of a server that a raise needs."""

    @property
    def is_active(self) -> bool:
        """Return whether chargers get certificates."""

    async def async_request_certificate(self, charger: Charger) -> None:
        """Have a charger ask for a certificate. Raises SigningError and CsmsError."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RaiseTiming:
    """How long a raise waits, in seconds."""

    reaction: float = 30.0
    """Until a charger that accepted a level, but stays connected, is restarted."""
    listed: float = 10.0
    """Until an installed certificate is listed."""
    poll: float = 1.0
    arrival: float = 180.0
    """Until a charger that restarts is connected at the new level."""
    entering: float = 900.0
    """Until a user has entered what the charger cannot be told."""
    ready: float = 60.0
    """Until a charger that has connected has answered our first questions."""


TIMING = RaiseTiming()


_SIGNING_FAILURES: Mapping[str, RaiseFailure] = {
    SigningProblem.NO_REQUEST: RaiseFailure.REQUEST_MISSING,
    SigningProblem.REFUSED: RaiseFailure.CERTIFICATE_REFUSED,
    SigningProblem.NOT_KNOWN: RaiseFailure.NOT_KNOWN,
}


class OcppRaiser(Raiser):
    """Raises a charger over OCPP."""

    def __init__(
        self,
        charger: Charger,
        *,
        trust: Trust,
        levels: Levels,
        signer: Signatures,
        refusals: Callable[[Callable[[Any], None]], Callable[[], None]],
        url: str,
        plain_url: str = "",
    ) -> None:
        """Initialize for a charger.

        Args:
            charger: The charger.
            trust: The encryption of the server.
            levels: The accepted levels and passwords.
            signer: Signs certificates of chargers.
            refusals: Calls a listener for each connection that the server refuses.
            url: The address of the server, for encrypted connections.
            plain_url: The address for those without encryption.
        """
        self._charger = charger
        self._trust = trust
        self._levels = levels
        self._signer = signer
        self._refusals = refusals
        self._url = url
        self._plain_url = plain_url
        self._timing = TIMING
        self._on_step: Callable[[str], None] = lambda step: None
        self.password: str | None = None
        """The password that was written, to be shown once."""
        self.tls_problem: TlsProblem | None = None
        """Why its last TLS handshake failed."""

    @property
    def _charge_point(self) -> ChargePoint:
        return self._charger.charge_point

    @property
    def _session_runs(self) -> bool:
        return any(
            connector.transaction is not None
            for connector in self._charge_point.connectors.values()
        )

    @override
    async def hindrances(self, target: SecurityLevel) -> tuple[str, ...]:
        charge_point = self._charge_point
        found: list[str] = []
        if not charge_point.connected:
            found.append(RaiseHindrance.NOT_CONNECTED)
        elif not charge_point.acquaintance.is_known:
            found.append(RaiseHindrance.NOT_KNOWN)
        if self._session_runs:
            found.append(RaiseHindrance.SESSION)
        if target >= SecurityLevel.TLS:
            found += self._problems_of_certificate()
        if target is SecurityLevel.CERTIFICATE and not self._signer.is_active:
            found.append(RaiseHindrance.NOT_SIGNED)
        return tuple(found)

    def _problems_of_certificate(self) -> list[RaiseHindrance]:
        trust, host = self._trust, self._charge_point.host
        if not trust.is_on:
            return [RaiseHindrance.ENCRYPTION_OFF]
        if not trust.is_working:
            return [RaiseHindrance.ENCRYPTION_FAILS]
        found = []
        if trust.ends is not None and trust.ends <= utcnow():
            found.append(RaiseHindrance.CERTIFICATE_EXPIRED)
        if host is not None and not trust.covers(host):
            found.append(RaiseHindrance.NAME_MISSING)
        return found

    @override
    async def run(self, target: SecurityLevel, on_step: Callable[[str], None]) -> None:
        self._on_step = on_step
        on_step(RaiseStep.CHECKING)
        if await self.hindrances(target):
            raise RaiseFailedError(
                RaiseFailure.SESSION_BEGAN if self._session_runs else RaiseFailure.LOST
            )
        stop = self._refusals(self._refused)
        try:
            if target is SecurityLevel.PASSWORD:
                await self._to_password()
                return
            if self._level < SecurityLevel.TLS:
                await self._to_tls()
            if target is SecurityLevel.CERTIFICATE:
                await self._to_certificate()
        except CsmsError as err:
            raise RaiseFailedError(RaiseFailure.LOST, error=err) from err
        finally:
            stop()

    async def lower(
        self, target: SecurityLevel, on_step: Callable[[str], None]
    ) -> None:
        """Have a charger connect at a lower level, at which it is accepted already.

        Args:
            target: The level: see `Commands.can_lower_to`.
            on_step: As of `run`.

        Raises:
            RaiseFailedError: It does not connect at that level.
        """
        self._on_step = on_step
        charge_point = self._charge_point
        try:
            if not self._levels.credentials.get(charge_point.id).passwords:
                # Nothing else proves then that it is the charger.
                self._on_step(RaiseStep.PASSWORD)
                with suppress(*_HAS_NONE):
                    await self._ask(self._new_password)
            await self._until(self._is_ready, self._timing.ready)
            if self._session_runs:
                raise RaiseFailedError(RaiseFailure.SESSION_BEGAN)
            self._on_step(RaiseStep.LEVEL)
            await self._ask(
                lambda commands: commands.set_security_level(
                    target, url=self._address(target)
                )
            )
            before = charge_point.connections
            await self._restart()
            self._on_step(RaiseStep.WAITING)
            await self._until(
                lambda: charge_point.connections != before and self._is_ready(),
                self._timing.arrival,
            )
            if not charge_point.connected:
                raise RaiseFailedError(RaiseFailure.STAYED_AWAY)
            await charge_point.commands.keep_security_level()
        except _LOST as err:
            raise RaiseFailedError(RaiseFailure.LOST, error=err) from err
        except CsmsError as err:
            raise RaiseFailedError(RaiseFailure.LEVEL_REFUSED, error=err) from err
        if charge_point.security.level is not target:
            raise RaiseFailedError(RaiseFailure.CAME_BACK_UNCHANGED)

    def _refused(self, who: ChargePoint | Refusal) -> None:
        """Note why the charger cannot connect over TLS; only its address is known."""
        if (
            isinstance(who, Refusal)
            and who.reason is RefusalReason.TLS_FAILED
            and who.remote == self._charge_point.remote
        ):
            self.tls_problem = who.tls_problem

    # The levels.

    async def _to_password(self) -> None:
        self._on_step(RaiseStep.PASSWORD)
        try:
            self.password = await self._ask(self._new_password)
        except _LOST:
            raise
        except CsmsError as err:
            raise RaiseFailedError(RaiseFailure.PASSWORD_REFUSED, error=err) from err
        answer = await self._write_level(SecurityLevel.PASSWORD)
        if answer is None:
            # Without a setting for the level, the password makes the difference.
            await self._note(SecurityLevel.PASSWORD)
        await self._await_return(SecurityLevel.PASSWORD, answer or "")

    async def _to_tls(self) -> None:
        if not self._charge_point.security.with_password:
            self._on_step(RaiseStep.PASSWORD)
            try:
                self.password = await self._ask(self._new_password)
            except _HAS_NONE:
                # Encryption works without a password as well.
                self.password = None
        answer = None
        if await self._install_root():
            answer = await self._write_level(SecurityLevel.TLS)
        if answer is None:
            await self._await_owner(SecurityLevel.TLS)
        else:
            await self._await_return(SecurityLevel.TLS, answer)

    async def _to_certificate(self) -> None:
        self._on_step(RaiseStep.REQUEST)
        await self._until(self._is_ready, self._timing.ready)
        await self._request_certificate()
        answer = await self._write_level(SecurityLevel.CERTIFICATE)
        if answer is None:
            await self._await_owner(SecurityLevel.CERTIFICATE)
        else:
            await self._await_return(SecurityLevel.CERTIFICATE, answer)

    # What is told.

    async def _ask[T](self, command: Callable[[Commands], Awaitable[T]]) -> T:
        """Run a command that may be repeated; some reconnect with a new password.

        Raises:
            CsmsError: As for all commands.
        """
        charge_point = self._charge_point
        for attempt in range(1, _ATTEMPTS + 1):
            await self._until(self._is_ready, self._timing.ready)
            link = charge_point.link
            try:
                return await command(charge_point.commands)
            except ConnectionLostError, NotConnectedError:
                if attempt == _ATTEMPTS:
                    raise
            # The calls of a connection fail a moment before it ends.
            await self._until(partial(self._has_left, link), self._timing.reaction)
        raise AssertionError

    def _has_left(self, link: Link | None) -> bool:
        return link is None or self._charge_point.link is not link

    async def _new_password(self, _commands: Commands) -> str:
        return await self._levels.async_new_password(self._charger)

    async def _install_root(self) -> bool:
        """Install our root certificate; return False if that is not possible."""
        if (root := self._trust.root) is None:
            return True
        self._on_step(RaiseStep.ROOT)
        listed = await self._lists(root)
        if listed:
            await self._note_root(root)
            return True
        try:
            await self._ask(lambda commands: commands.install_root_certificate(root))
        except NotSupportedError:
            return False
        except RefusedError as err:
            raise RaiseFailedError(RaiseFailure.ROOT_REFUSED, error=err) from err
        if listed is None:
            await self._note_root(root)
            return True
        deadline = asyncio.get_running_loop().time() + self._timing.listed
        while not await self._lists(root):
            if asyncio.get_running_loop().time() >= deadline:
                raise RaiseFailedError(RaiseFailure.ROOT_NOT_LISTED)
            await asyncio.sleep(self._timing.poll)
        await self._note_root(root)
        return True

    async def _note_root(self, root: str) -> None:
        """Store which root certificate the charger has installed."""
        await self._levels.credentials.async_change(
            self._charge_point.id, root=facts(root).fingerprint
        )

    async def _lists(self, root: str) -> bool | None:
        """Return whether a root certificate is listed; None if that is not told."""
        try:
            listed = await self._ask(
                lambda commands: commands.installed_root_certificates()
            )
        except NotSupportedError, RefusedError:
            return None
        return any(names_certificate(one, root) for one in listed)

    async def _request_certificate(self) -> None:
        """Have the charger ask for a certificate of its own, and wait until it has it.

        Raises:
            RaiseFailedError: It has none.
        """
        try:
            await self._ask(
                lambda _: self._signer.async_request_certificate(self._charger)
            )
        except SigningError as err:
            raise RaiseFailedError(
                _SIGNING_FAILURES.get(err.problem, RaiseFailure.REQUEST_WRONG),
                {"problem": err.problem},
            ) from err
        except _LOST:
            raise
        except CsmsError as err:
            raise RaiseFailedError(RaiseFailure.REQUEST_REFUSED, error=err) from err

    async def _write_level(self, level: SecurityLevel) -> str | None:
        """Write the level: from here on only the charger's own menu can undo it.

        Returns:
            The status of the answer; empty if there was none, as some chargers
            reconnect instead. None if the charger has no such setting.

        Raises:
            RaiseFailedError: It refused.
        """
        await self._until(self._is_ready, self._timing.ready)
        self._on_step(RaiseStep.LEVEL)
        if self._session_runs:
            raise RaiseFailedError(RaiseFailure.SESSION_BEGAN)
        commands = self._charge_point.commands
        needs_restart = commands.level_needs_restart
        url = self._address(level)
        await self._note(level)
        try:
            if needs_restart:
                # Nothing happens before the restart: it can be told once more.
                answer = await self._ask(
                    lambda commands: commands.set_security_level(level, url=url)
                )
            else:
                answer = await commands.set_security_level(level, url=url)
        except _LOST:
            if needs_restart:
                await self._note(None)
                raise
            return ""
        except CsmsError as err:
            await self._note(None)
            if isinstance(err, NotSupportedError | InvalidRequestError) or (
                isinstance(err, RefusedError) and err.status == _NOT_SUPPORTED
            ):
                return None
            raise RaiseFailedError(
                RaiseFailure.LEVEL_REFUSED, error=err, may_come=True
            ) from err
        return str(answer.get("status", ""))

    def _address(self, level: SecurityLevel) -> str:
        """Return the address for a level: with the host that the charger uses now."""
        url = self._url if level >= SecurityLevel.TLS else self._plain_url
        host = self._charge_point.host
        return str(URL(url).with_host(host)) if url and host else url

    async def _note(self, level: SecurityLevel | None) -> None:
        """Store that the charger may come at a level, or stay away, from now on."""
        await self._levels.credentials.async_change(
            self._charge_point.id,
            raising_to=level,
            raising_since=None if level is None else utcnow(),
        )
        if level is SecurityLevel.CERTIFICATE:
            # The charger may come at once.
            await self._trust.async_applied()

    async def _restart(self) -> None:
        self._on_step(RaiseStep.RESTART)
        if self._session_runs:
            raise RaiseFailedError(RaiseFailure.SESSION_BEGAN, may_come=True)
        try:
            async with asyncio.timeout(self._timing.reaction):
                await self._charge_point.commands.reset(type="soft")
        except (TimeoutError, *_LOST):
            # Some restart instead of answering.
            pass
        except CsmsError as err:
            raise RaiseFailedError(
                RaiseFailure.RESTART_REFUSED, error=err, may_come=True
            ) from err

    # What is waited for.

    @property
    def _level(self) -> SecurityLevel:
        charge_point = self._charge_point
        if not charge_point.connected:
            return SecurityLevel.NONE
        return charge_point.security.level

    def _is_ready(self) -> bool:
        return self._charge_point.connected and self._charge_point.ready

    def _has_arrived(self, level: SecurityLevel) -> bool:
        """Return whether the charger itself is connected at a level."""
        return is_here(self._charge_point, level)

    async def _until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait until a condition is met; return whether it is."""
        changed = asyncio.Event()
        unwatch = self._charge_point.watch(_WATCHED, changed.set)
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    changed.clear()
                    await changed.wait()
        except TimeoutError:
            return condition()
        finally:
            unwatch()
        return True

    async def _await_return(self, level: SecurityLevel, status: str) -> None:
        """Wait for the charger at a level that it has accepted.

        Some connect again at once, some only after a restart.

        Raises:
            RaiseFailedError: It did not come, or at its old level.
        """
        charge_point, timing = self._charge_point, self._timing
        before = charge_point.connections
        falls_back = charge_point.commands.level_needs_restart
        restarted = status == _REBOOT_REQUIRED

        def arrived() -> bool:
            return self._has_arrived(level)

        def moved() -> bool:
            return not charge_point.connected or charge_point.connections != before

        def back() -> bool:
            return arrived() or (moved() and self._is_ready())

        if restarted:
            await self._restart()
        self._on_step(RaiseStep.WAITING)
        if not restarted:
            await self._until(lambda: arrived() or moved(), timing.reaction)
            if moved():
                await self._until(back, timing.arrival)
            if not arrived() and charge_point.connected:
                before = charge_point.connections
                await self._restart()
                self._on_step(RaiseStep.WAITING)
        await self._until(back, timing.arrival)
        if not arrived() and charge_point.connected and not falls_back:
            if level is SecurityLevel.PASSWORD:
                await self._demand_password(arrived)
            else:
                # It tried in vain, or has to be given the other address.
                self._on_step(RaiseStep.ADDRESS)
                await self._until(arrived, timing.entering)
        if not arrived():
            await self._fail(level)
        await self._settle()

    async def _demand_password(self, arrived: Callable[[], bool]) -> None:
        """Refuse the charger without its password: some send it only when asked."""
        charge_point = self._charge_point
        rules = charge_point.security_rules
        charge_point.security_rules = replace(rules, password_needed=True)
        try:
            if (link := charge_point.link) is not None:
                await link.close()
            await self._until(arrived, self._timing.ready)
        finally:
            charge_point.security_rules = self._rules
        if not arrived():
            await self._until(lambda: charge_point.connected, self._timing.arrival)

    @property
    def _rules(self) -> SecurityRules:
        return self._levels.credentials.get(self._charge_point.id).rules

    async def _await_owner(self, level: SecurityLevel) -> None:
        """Wait until the owner has entered everything at the charger."""
        await self._note(level)
        self._on_step(RaiseStep.BY_HAND)
        if not await self._until(
            lambda: self._has_arrived(level), self._timing.entering
        ):
            await self._fail(level)
        await self._settle()

    async def _settle(self) -> None:
        """Wait until the level is the accepted one: only then the raise is complete."""
        await self._until(self._is_ready, self._timing.ready)

    async def wait(self, target: SecurityLevel, on_step: Callable[[str], None]) -> None:
        """Wait on for a charger that may still come, after `run` has failed.

        Args:
            target: The new level.
            on_step: As of `run`.

        Raises:
            RaiseFailedError: It has not come.
        """
        self._on_step = on_step
        stop = self._refusals(self._refused)
        try:
            await self._await_owner(target)
        finally:
            stop()

    async def _fail(self, level: SecurityLevel) -> NoReturn:
        """Give up: a charger that is connected stays as it is, another may still come.

        Raises:
            RaiseFailedError: Always.
        """
        if not self._charge_point.connected:
            raise RaiseFailedError(RaiseFailure.STAYED_AWAY, may_come=True)
        await self._note(None)
        with suppress(CsmsError):
            await self._charge_point.commands.keep_security_level()
        raise RaiseFailedError(
            RaiseFailure.PASSWORD_UNUSED
            if level is SecurityLevel.PASSWORD
            else RaiseFailure.CAME_BACK_UNCHANGED,
            may_come=True,
        )
