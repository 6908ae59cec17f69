"""The central system: the server, its charge points and their admission."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from websockets.frames import CloseCode

from .access.authorization import AcceptEveryTag, Authorizer
from .admission.demands import (
    STATUSES,
    is_name_of,
    is_password_due,
    unmet_level,
    user_problem,
)
from .admission.log_ins import LogIn, LogIns
from .admission.path_secret import SECRET_LENGTH, holds_secret, shows_secret
from .admission.remote_addresses import EVERY_ADDRESS, AddressRules
from .admission.waiting_room import BOOT_PATIENCE, Guesses, WaitingRoom
from .charge_point import ChargePoint
from .model.model import Admission, ChargePointSettings, Refusal, RefusalReason
from .model.security import ConnectionSecurity, PasswordHash, TlsFacts
from .security.passwords import encoded
from .session import Session, Version
from .transactions.ledger import Ledger
from .v16.version import load_version as load_v16
from .wire.handshake import IdSource, shown_path
from .wire.server import Handshake, Server

if TYPE_CHECKING:
    from .wire.websocket import WebSocket

_LOGGER = logging.getLogger(__name__)

_FRAMES_KEPT = 200
_FRAME_LENGTH = 2000
"""The number of frames kept for an adopted charge point, and the characters of each."""

_LONGEST_SHOWN = 1000
"""Characters of a path in logs and forms."""

_MOST_REFUSED = 200
"""The number of refused ids that are kept."""


class Versions:
    """The versions of OCPP that a central system speaks."""

    def __init__(self, *by_preference: Version[Any], assumed: Version[Any]) -> None:
        """Set the versions.

        Args:
            by_preference: The versions. The first of them that a charge point offers
                is chosen.
            assumed: The version of a charge point that offers no subprotocol.
        """
        self._by_subprotocol = {one.subprotocol: one for one in by_preference}
        self._assumed = assumed

    @property
    def subprotocols(self) -> tuple[str, ...]:
        """The names of the versions in the handshake, in the order of preference."""
        return tuple(self._by_subprotocol)

    def agreed(self, subprotocol: str | None) -> Version[Any]:
        """Return the version that a handshake agreed on; case does not matter.

        Args:
            subprotocol: The agreed subprotocol, or None if none was offered.
        """
        if subprotocol is None:
            return self._assumed
        return self._by_subprotocol[subprotocol.lower()]


def load_versions() -> Versions:
    """Return all supported versions. Blocking, as it reads their schemas."""
    v16 = load_v16()
    return Versions(v16, assumed=v16)


@dataclass(frozen=True, kw_only=True, slots=True)
class CentralSystemSettings:
    """The settings that apply to all charge points."""

    host: str | None = None
    port: int = 9000
    strict_subprotocol: bool = False
    """Refuse charge points that offer no subprotocol."""
    addresses: AddressRules = EVERY_ADDRESS
    """The addresses that may connect."""
    secret_needed: bool = False
    """Refuse charge points that connect without the secret in their address."""
    boot_wait: float = 5.0
    """Seconds to wait for a BootNotification before the charge point is queried."""


class CentralSystem:
    """Serves all charge points that connect."""

    def __init__(
        self,
        settings: CentralSystemSettings,
        *,
        ledger: Ledger,
        versions: Versions,
        admit_unknown: Callable[[str], Admission],
        on_pending: Callable[[ChargePoint], None],
        authorizer: Authorizer | None = None,
        on_refused: Callable[[Refusal], None] = lambda refusal: None,
        is_awaited: Callable[[str], bool] = lambda charge_point_id: False,
    ) -> None:
        """Prepare to serve.

        Args:
            settings: The settings that apply to all charge points.
            ledger: The transactions of all charge points.
            versions: The supported versions of OCPP.
            admit_unknown: Decides on an id that is not adopted.
            on_pending: Called when a charge point that is not adopted connects, sends
                its identity or disconnects: see `ChargePoint.connected` and
                `.identity`.
            authorizer: Decides on id tags. Every id tag is accepted without it.
            on_refused: Called with each connection that cannot be served because of
                the way the charge point connects.
            is_awaited: Returns whether an id always gets a place in the waiting room.
        """
        self._settings = settings
        self.ledger = ledger
        ledger.watch_late(self._ledger_loaded)
        self._versions = versions
        self._admit_unknown = admit_unknown
        self._on_pending = on_pending
        self._is_awaited = is_awaited
        self._authorizer = authorizer or AcceptEveryTag()
        self.charge_points: dict[str, ChargePoint] = {}
        """The adopted charge points by id, connected or not."""
        self._waiting_room: WaitingRoom[ChargePoint] = WaitingRoom(self._is_expected)
        self.pending = self._waiting_room.pending
        """The connected charge points that are not adopted, by id."""
        self._guesses = Guesses()
        self._log_ins = LogIns()
        self.unknown_password: PasswordHash | None = None
        """The password that charge points have to bring while they are not adopted.

        May be changed at any time; applies to later connections. None needs no
        password. Charge points that are awaited or opened need none either.
        """
        self.refused: dict[str, int] = {}
        """The last refused ids -> the number of refusals."""
        self._server = Server(
            settings.host,
            settings.port,
            subprotocols=versions.subprotocols,
            accept=self._accept,
            serve=self._serve,
            on_refused=on_refused,
            strict_subprotocol=settings.strict_subprotocol,
            addresses=settings.addresses,
            adopted=self.charge_points,
            identify=self._identified,
            shown=self._shown,
        )
        self._secret_needed = settings.secret_needed
        self._closing: set[asyncio.Task[None]] = set()
        self._opened: dict[str, asyncio.TimerHandle] = {}
        """Ids that may connect without a secret for a while -> the timer of the end."""
        self._awaited_secrets: set[str] = set()
        self._on_refused = on_refused

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        return self._server.port

    @property
    def strict_subprotocol(self) -> bool:
        """Return whether a charge point has to offer a subprotocol; can be set."""
        return self._server.strict_subprotocol

    @strict_subprotocol.setter
    def strict_subprotocol(self, strict: bool) -> None:
        self._server.strict_subprotocol = strict

    @property
    def addresses(self) -> AddressRules:
        """The rules for addresses; a change closes connections that break them."""
        return self._server.addresses

    @addresses.setter
    def addresses(self, rules: AddressRules) -> None:
        if rules != self._server.addresses:
            self._server.addresses = rules
            self._close_inadmissible()

    @property
    def secret_needed(self) -> bool:
        """Return whether a charge point has to connect with its secret; can be set."""
        return self._secret_needed

    @secret_needed.setter
    def secret_needed(self, needed: bool) -> None:
        if needed is not self._secret_needed:
            self._secret_needed = needed
            self._close_inadmissible()

    def open_id(self, charge_point_id: str, seconds: float) -> None:
        """Let an id connect without its secret while it is being set up.

        Afterwards, if a secret is needed, a connection without it is closed.

        Args:
            seconds: How long the id may connect without its secret.
        """
        self._shut_id(charge_point_id)

        def over() -> None:
            del self._opened[charge_point_id]
            self._close_inadmissible()

        self._opened[charge_point_id] = asyncio.get_running_loop().call_later(
            seconds, over
        )

    def is_open(self, charge_point_id: str) -> bool:
        """Return whether an id may connect without a secret at present."""
        return charge_point_id in self._opened

    def _shut_id(self, charge_point_id: str) -> None:
        if (timer := self._opened.pop(charge_point_id, None)) is not None:
            timer.cancel()

    def await_secret(self, secret: str) -> Callable[[], None]:
        """Admit a connection with a secret that no charge point has yet.

        Returns:
            A function that stops admitting the secret.
        """
        self._awaited_secrets.add(secret)
        return lambda: self._awaited_secrets.discard(secret)

    def _may_come(
        self, charge_point_id: str, prefix: tuple[str, ...], *, proved: bool
    ) -> bool:
        """Return whether an id may connect as far as the secret is concerned.

        Args:
            charge_point_id: The id.
            prefix: The path segments before it.
            proved: Whether the connection has the secret, or another proof.
        """
        return (
            not self._secret_needed
            or charge_point_id in self._opened
            or proved
            or self._has_awaited_secret(prefix)
        )

    def _is_expected(self, charge_point_id: str) -> bool:
        """Return whether an id is being set up, and therefore always let in."""
        return charge_point_id in self._opened or self._is_awaited(charge_point_id)

    def _has_awaited_secret(self, prefix: tuple[str, ...]) -> bool:
        """Return whether one of these segments is an awaited secret."""
        found = False
        for secret in self._awaited_secrets:
            found |= holds_secret(prefix, secret)
        return found

    def _close_inadmissible(self) -> None:
        """Close the connections that would no longer be accepted."""
        for charge_point in (*self.charge_points.values(), *self.pending.values()):
            link = charge_point.link
            if link is not None and not (
                self._server.addresses.allows(charge_point.remote or "")
                and self._may_come(
                    charge_point.id,
                    charge_point.prefix,
                    proved=charge_point.came_with_proof,
                )
            ):
                task = asyncio.get_running_loop().create_task(link.close())
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)

    def _ledger_loaded(self) -> None:
        """Refresh the transactions of all connectors from the ledger."""
        for charge_point in self.charge_points.values():
            for number in self.ledger.connectors(charge_point.id):
                charge_point.connector(number).refresh_transaction()

    def session_edited(self, charge_point_id: str) -> None:
        """Refresh the connectors of a charge point after a session was edited."""
        if (charge_point := self.charge_points.get(charge_point_id)) is not None:
            for part in charge_point.parts:
                part.transaction_corrected()

    async def start(self) -> None:
        """Start to listen.

        Raises:
            OSError: The address cannot be bound.
        """
        await self._server.start()

    async def stop(self) -> None:
        """Close every connection and free the port, within a second."""
        for charge_point_id in list(self._opened):
            self._shut_id(charge_point_id)
        await self._server.stop()
        await self._log_ins.close()
        for charge_point in (*self.charge_points.values(), *self.pending.values()):
            charge_point.close()

    def adopt(self, charge_point_id: str, settings: ChargePointSettings) -> ChargePoint:
        """Serve a charge point from now on, also on its open connection.

        A second call changes the settings.

        Args:
            settings: The owner's settings for it.

        Returns:
            The charge point, which may not be connected yet.
        """
        charge_point = self.charge_points.get(charge_point_id)
        if charge_point is None:
            charge_point = self.pending.pop(charge_point_id, None) or ChargePoint(
                charge_point_id, self.ledger
            )
            self.charge_points[charge_point_id] = charge_point
        charge_point.admission = Admission.ADOPTED
        charge_point.frames.keep(_FRAMES_KEPT, max_length=_FRAME_LENGTH)
        charge_point.settings = settings
        if charge_point.link is not None:
            charge_point.link.admission_changed()
        return charge_point

    async def forget(self, charge_point_id: str) -> None:
        """Stop serving a charge point, and close its connection.

        If it connects again, its id counts as unknown.
        """
        if (charge_point := self.charge_points.pop(charge_point_id, None)) is None:
            return
        charge_point.admission = Admission.REFUSED
        self._shut_id(charge_point_id)
        self._log_ins.forget(charge_point_id)
        charge_point.close()
        self.ledger.forget(charge_point_id)
        if charge_point.link is not None:
            await charge_point.link.close()

    def wrong_password(self, charge_point_id: str, remote: str) -> bytes | None:
        """Return the last wrong password of an adopted charge point.

        It is dropped after an hour, or when the charge point has sent a right one.

        Args:
            charge_point_id: The id of the charge point.
            remote: The address that the password came from.
        """
        return self._log_ins.wrong_password(charge_point_id, remote)

    def _accept(
        self, handshake: Handshake
    ) -> HTTPStatus | Awaitable[HTTPStatus | None] | None:
        """Decide on a handshake (OCPP-J 1.6, 3.2); None accepts it.

        Only a password that was not checked before makes it an awaitable.
        """
        charge_point = self.charge_points.get(handshake.charge_point_id)
        if charge_point is not None and handshake.password is not None:
            problem = user_problem(handshake.user, charge_point.id)
            if problem is not None:
                charge_point.deviations.note(problem)
        log_in = self._log_in(handshake)
        if log_in is not None and self._is_to_be_checked(handshake, log_in):
            return self._check_and_decide(handshake, log_in)
        return self._decide(handshake)

    async def _check_and_decide(
        self, handshake: Handshake, log_in: LogIn
    ) -> HTTPStatus | None:
        await self._log_ins.check(log_in)
        # Meanwhile it may have been removed or adopted, or its rules have changed.
        return self._decide(handshake)

    def _log_in(self, handshake: Handshake) -> LogIn | None:
        """Return the log-in of a handshake; None if it has none with the right user."""
        charge_point_id, remote = handshake.charge_point_id, handshake.remote
        if handshake.password is None or handshake.user != charge_point_id:
            return None
        charge_point = self.charge_points.get(charge_point_id)
        unknown = () if self.unknown_password is None else (self.unknown_password,)
        return LogIn(
            charge_point_id=charge_point_id,
            remote=remote,
            password=encoded(handshake.password),
            accepted=(
                unknown
                if charge_point is None
                else charge_point.security_rules.passwords
            ),
            adopted=charge_point is not None,
            at_home=charge_point is not None
            and charge_point.acquaintance.may_come_from(
                remote, with_proof=charge_point.knows_secret(handshake.prefix)
            ),
        )

    def _is_to_be_checked(self, handshake: Handshake, log_in: LogIn) -> bool:
        """Return whether the answer depends on a password that was not checked yet."""
        charge_point_id = handshake.charge_point_id
        charge_point = self.charge_points.get(charge_point_id)
        if self._log_ins.recognised(log_in) is not None:
            return False
        proved = charge_point is not None and self._is_proved(charge_point, handshake)
        if not self._may_come(charge_point_id, handshake.prefix, proved=proved):
            # The time must not reveal which ids exist.
            return True
        if charge_point is None:
            return self._is_password_due(handshake)
        tls = self._own_tls(charge_point, handshake)
        return (
            not self._is_guessing(charge_point, handshake)
            and self._unmet_level(charge_point, handshake) is None
            and (
                bool(log_in.accepted)
                or is_password_due(charge_point.security_rules, tls)
            )
        )

    def _decide(self, handshake: Handshake) -> HTTPStatus | None:
        """Decide on a handshake by what is known now; a password may be checked."""
        charge_point_id, remote = handshake.charge_point_id, handshake.remote
        charge_point = self.charge_points.get(charge_point_id)
        proved = charge_point is not None and self._is_proved(charge_point, handshake)
        if not self._may_come(charge_point_id, handshake.prefix, proved=proved):
            return self._refuse(handshake, RefusalReason.NO_SECRET)
        if charge_point is not None:
            if not self._is_guessing(charge_point, handshake):
                reason = self._unmet_level(charge_point, handshake)
                reason = reason or self._unmet_password(handshake)
                return None if reason is None else self._refuse(handshake, reason)
        elif (reason := self._unmet_password(handshake)) is not None:
            return self._refuse(handshake, reason)
        elif charge_point_id in self.pending:
            return None
        elif self._admit_unknown(charge_point_id) is not Admission.REFUSED:
            if self._waiting_room.has_room(
                charge_point_id,
                remote,
                awaited=self._has_awaited_secret(handshake.prefix),
            ):
                return None
        else:
            self._guesses.note(charge_point_id, remote)
        # Guesses must not reveal which ids exist.
        self._note_refused(charge_point_id)
        return HTTPStatus.NOT_FOUND

    def _refuse(self, handshake: Handshake, reason: RefusalReason) -> HTTPStatus:
        """Note and report a refusal; return its status."""
        self._note_refused(handshake.charge_point_id)
        self._tell_refused(handshake, reason)
        return STATUSES[reason]

    def _is_guessing(self, charge_point: ChargePoint, handshake: Handshake) -> bool:
        """Return whether a connection counts as one of many guesses of an id."""
        return self._guesses.too_many(
            handshake.remote
        ) and not charge_point.acquaintance.may_come_from(
            handshake.remote, with_proof=self._is_proved(charge_point, handshake)
        )

    def _unmet_level(
        self, charge_point: ChargePoint, handshake: Handshake
    ) -> RefusalReason | None:
        """Return why a connection is below the level of a charge point, if it is."""
        own = self._own_tls(charge_point, handshake)
        unmet = unmet_level(charge_point.security_rules, own)
        if (
            unmet is not RefusalReason.NOT_ENCRYPTED
            and own != handshake.tls
            and not charge_point.security_rules.ignores_certificate
        ):
            return RefusalReason.CERTIFICATE_OF_ANOTHER
        return unmet

    def _is_password_due(self, handshake: Handshake) -> bool:
        """Return whether a connection has to come with a password."""
        charge_point_id = handshake.charge_point_id
        if (charge_point := self.charge_points.get(charge_point_id)) is not None:
            return is_password_due(charge_point.security_rules, handshake.tls)
        return (
            self.unknown_password is not None
            and not self._is_expected(charge_point_id)
            and not self._has_awaited_secret(handshake.prefix)
        )

    def _unmet_password(self, handshake: Handshake) -> RefusalReason | None:
        """Return what is wrong with the password of a connection, if anything is."""
        if not self._is_password_due(handshake) or self._matched(handshake) is not None:
            return None
        if handshake.password is None:
            return RefusalReason.NO_PASSWORD
        return RefusalReason.WRONG_PASSWORD

    def _matched(self, handshake: Handshake) -> PasswordHash | None:
        """Return the hash that the password of a handshake was found to match."""
        log_in = self._log_in(handshake)
        return None if log_in is None else self._log_ins.recognised(log_in)

    def _own_tls(
        self, charge_point: ChargePoint, handshake: Handshake
    ) -> TlsFacts | None:
        """Return what was agreed in TLS, without a certificate that is not its own.

        Its serial number may be the id of another, which it tells itself: the spelling
        that fits exactly decides.
        """
        tls = handshake.tls
        if tls is None or tls.certificate is None:
            return tls
        common_name = tls.certificate.common_name
        own = (charge_point.id, charge_point.acquaintance.serial)
        if common_name in own or (
            is_name_of(common_name, own)
            and not any(
                common_name in (other.id, other.acquaintance.serial)
                for other in self.charge_points.values()
            )
        ):
            return tls
        return replace(tls, certificate=None)

    def _is_proved(self, charge_point: ChargePoint, handshake: Handshake) -> bool:
        """Return whether a connection can only be the charge point's own."""
        return (
            charge_point.knows_secret(handshake.prefix)
            or self._security(charge_point, handshake).is_proof
        )

    def _security(
        self, charge_point: ChargePoint, handshake: Handshake
    ) -> ConnectionSecurity:
        """Return the protection of a connection, as far as it is the charge point's.

        The password of unknown charge points proves no id.
        """
        adopted = charge_point.admission is Admission.ADOPTED
        password = self._matched(handshake) if adopted else None
        return ConnectionSecurity(
            tls=self._own_tls(charge_point, handshake),
            with_password=password is not None,
            password=password,
        )

    def _secrets(self) -> set[str]:
        """Return all secrets that are accepted: the charge points' and the awaited."""
        own = (one.settings.path_secret for one in self.charge_points.values())
        return self._awaited_secrets.union(filter(None, own))

    def _shown(self, path: str) -> str:
        """Return a path for logs and forms, in which every secret is masked."""
        masked = shown_path(path[:_LONGEST_SHOWN])
        return "/***" if shows_secret(unquote(masked), self._secrets()) else masked

    def _identified(self, handshake: Handshake) -> Handshake | None:
        """Return a handshake with the id of its charge point; None if that is unclear.

        If the last segment is only the secret of a charge point, the handshake belongs
        to that charge point. Any other id that contains a secret lacks the id itself,
        or the separator before it. It is rejected, because ids are shown to everybody.
        """
        told = handshake.charge_point_id
        if told in self.charge_points or len(told) < SECRET_LENGTH:
            return handshake
        for charge_point in self.charge_points.values():
            if charge_point.knows_secret((told,)):
                charge_point.deviations.note("id_missing_in_path")
                return replace(
                    handshake,
                    charge_point_id=charge_point.id,
                    prefix=(*handshake.prefix, told),
                )
        return None if shows_secret(told, self._secrets()) else handshake

    def _tell_refused(self, handshake: Handshake, reason: RefusalReason) -> None:
        self._on_refused(
            Refusal(
                reason=reason,
                remote=handshake.remote,
                path=self._shown(handshake.path),
                charge_point_id=handshake.charge_point_id,
                subprotocols_offered=handshake.subprotocols_offered,
                common_name=(
                    _common_name(handshake.tls)
                    if reason is RefusalReason.CERTIFICATE_OF_ANOTHER
                    else None
                ),
            )
        )

    def _note_refused(self, charge_point_id: str) -> None:
        count = self.refused.pop(charge_point_id, 0)
        if not count:
            _LOGGER.info("Charge point %s is refused", charge_point_id)
        self.refused[charge_point_id] = count + 1
        if len(self.refused) > _MOST_REFUSED:
            del self.refused[next(iter(self.refused))]

    async def _serve(self, websocket: WebSocket, handshake: Handshake) -> None:
        charge_point = await self._charge_point_for(websocket, handshake)
        if charge_point is None:
            return
        session = Session(
            charge_point,
            websocket,
            self._versions.agreed(handshake.subprotocol),
            boot_wait=self._settings.boot_wait,
            authorizer=self._authorizer,
        )
        if handshake.id_source is not IdSource.PATH:
            charge_point.deviations.note(f"id_in_{handshake.id_source}")
        patience = asyncio.get_running_loop().call_later(
            BOOT_PATIENCE, self._patience_ends, charge_point, session
        )
        try:
            await session.serve(
                remote=handshake.remote,
                protocol=handshake.subprotocol,
                prefix=handshake.prefix,
                security=self._security(charge_point, handshake),
            )
        finally:
            patience.cancel()

    async def _charge_point_for(
        self, websocket: WebSocket, handshake: Handshake
    ) -> ChargePoint | None:
        """Return the charge point of a websocket; None if it may not stay.

        Nothing may be awaited between this and serving: the charge point might change.
        """
        charge_point_id = handshake.charge_point_id
        asked: ChargePoint | None = None
        while True:
            # Since the handshake, or in the meantime, it may have been removed, or lost
            # its place in the waiting room, or its rules may have changed.
            if self._decide(handshake) is not None:
                await websocket.hang_up(CloseCode.POLICY_VIOLATION, "not known here")
                return None
            known = self._known(charge_point_id)
            if known is None or known.link is None or known is asked:
                break
            if not await known.takeovers.may_open(
                handshake.remote, with_proof=self._is_proved(known, handshake)
            ):
                await websocket.hang_up(
                    CloseCode.POLICY_VIOLATION, "this id is connected"
                )
                return None
            if not websocket.is_open:
                # It closed in the meantime, and must not replace the open connection.
                return None
            asked = known
        if known is not None:
            return known
        if not self._waiting_room.make_room(
            charge_point_id,
            handshake.remote,
            awaited=self._has_awaited_secret(handshake.prefix),
        ):
            await websocket.hang_up(CloseCode.TRY_AGAIN_LATER, "no place to wait")
            return None
        charge_point = ChargePoint(charge_point_id, self.ledger)
        self.pending[charge_point_id] = charge_point
        charge_point.watch(
            ("connected", "identity"), lambda: self._pending_changed(charge_point)
        )
        return charge_point

    def _known(self, charge_point_id: str) -> ChargePoint | None:
        """Return the charge point with that id, adopted or pending, if there is one."""
        return self.charge_points.get(charge_point_id) or self.pending.get(
            charge_point_id
        )

    def _patience_ends(self, charge_point: ChargePoint, session: Session) -> None:
        """Close a pending connection that has sent no BootNotification in time."""
        if (
            charge_point.admission is Admission.PENDING
            and charge_point.link is session
            and not session.boot_seen
        ):
            session.replaced()
            charge_point.closed(session)

    def _pending_changed(self, charge_point: ChargePoint) -> None:
        if charge_point.admission is not Admission.PENDING:
            return
        if not charge_point.connected:
            self.pending.pop(charge_point.id, None)
            charge_point.close()
        self._on_pending(charge_point)


def _common_name(tls: TlsFacts | None) -> str | None:
    return (
        None if tls is None or tls.certificate is None else tls.certificate.common_name
    )
