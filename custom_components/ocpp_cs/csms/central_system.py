"""The central system: the server, its charge points and their admission."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from http import HTTPStatus
import logging
from ssl import SSLContext
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from websockets.frames import CloseCode

from .access.authorization import AcceptEveryTag, Authorizer, Others
from .admission.demands import STATUSES, user_problem
from .admission.path_secret import SECRET_LENGTH, holds_secret, shows_secret
from .admission.remote_addresses import EVERY_ADDRESS, AddressRules
from .admission.shown_versions import ShownVersions
from .admission.waiting_room import BOOT_PATIENCE, Guesses, WaitingRoom
from .charge_point import ChargePoint
from .link import Link
from .model.model import Admission, ChargePointSettings, Refusal, RefusalReason
from .model.security import PasswordHash, TlsFacts
from .proofs import Proofs
from .session import Session, Version
from .transactions.ledger import Ledger
from .v2.version import V2_0_1, V2_1, load_version as load_v2
from .v16.version import load_version as load_v16
from .wire.handshake import IdSource, select, shown_path
from .wire.server import Handshake, Server, Verdict

if TYPE_CHECKING:
    from .wire.websocket import WebSocket

_LOGGER = logging.getLogger(__name__)

_FRAMES_KEPT = 200
_FRAME_LENGTH = 2000
"""The number of frames kept for an adopted charge point, and the characters of each."""

_LONGEST_SHOWN = 1000
"""Characters of a path in logs and forms."""

TRIAL_SECONDS = 10.0
"""The longest time that a connection of another version is on trial."""

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

    def preferring(self, subprotocol: str | None) -> tuple[str, ...]:
        """Return `subprotocols` with one of them at the beginning.

        Args:
            subprotocol: The one that comes first; the order stays as it is if this is
                None or unknown.
        """
        if subprotocol not in self._by_subprotocol:
            return self.subprotocols
        return (
            subprotocol,
            *(one for one in self._by_subprotocol if one != subprotocol),
        )

    def agreed(
        self, subprotocol: str | None, assumed: str | None = None
    ) -> Version[Any]:
        """Return the version that a handshake agreed on; case does not matter.

        Args:
            subprotocol: The agreed subprotocol, or None if none was offered.
            assumed: The subprotocol that is assumed in that case, if it is known.
        """
        if subprotocol is None:
            return self._by_subprotocol.get(assumed or "", self._assumed)
        return self._by_subprotocol[subprotocol.lower()]


def load_versions() -> Versions:
    """Return all supported versions. Blocking, as it reads their schemas."""
    v16 = load_v16()
    # 1.6 is what most charge points that offer both do best. Of 2.x the later one can do
    # all that the earlier one can.
    return Versions(v16, load_v2(V2_1), load_v2(V2_0_1), assumed=v16)


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
        self.others: Others | None = None
        """Further systems that decide on id tags of theirs; set before it starts."""
        self.charge_points: dict[str, ChargePoint] = {}
        """The adopted charge points by id, connected or not."""
        self._waiting_room: WaitingRoom[ChargePoint] = WaitingRoom(self._is_expected)
        self.pending = self._waiting_room.pending
        """The connected charge points that are not adopted, by id."""
        self._guesses = Guesses()
        self._proofs = Proofs(
            self.charge_points,
            is_exempt=lambda handshake: (
                self._is_expected(handshake.charge_point_id)
                or self._has_awaited_secret(handshake.prefix)
            ),
        )
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
            prefer=self._preference,
            compress=self._may_compress,
        )
        self._shown_versions = ShownVersions()
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
    def unknown_password(self) -> PasswordHash | None:
        """The password that charge points have to bring while they are not adopted.

        Can be set at any time; applies to later connections. None needs no password;
        charge points that are awaited or opened need none either.
        """
        return self._proofs.unknown_password

    @unknown_password.setter
    def unknown_password(self, password: PasswordHash | None) -> None:
        self._proofs.unknown_password = password

    @property
    def own_issuers(self) -> frozenset[str]:
        """The names of our own CAs, as in the certificates that they sign (RFC 4514).

        Can be set at any time; applies to later connections. What they have signed
        counts only for the charge point whose `SecurityRules.certificates` list it;
        what other trusted CAs have signed counts by its common name.
        """
        return self._proofs.own_issuers

    @own_issuers.setter
    def own_issuers(self, issuers: frozenset[str]) -> None:
        self._proofs.own_issuers = issuers

    def wrong_password(self, charge_point_id: str, remote: str) -> bytes | None:
        """Return the last wrong password of an adopted charge point.

        It is dropped after an hour, or when the charge point has sent a right one.

        Args:
            charge_point_id: The id of the charge point.
            remote: The address that the password came from.
        """
        return self._proofs.log_ins.wrong_password(charge_point_id, remote)

    @property
    def tls(self) -> SSLContext | None:
        """The context for TLS on both ports; None is no encryption on either.

        Can be set at any time; applies to later handshakes.
        """
        return self._server.tls

    @tls.setter
    def tls(self, context: SSLContext | None) -> None:
        self._server.tls = context

    @property
    def tls_port(self) -> int | None:
        """The port on which TLS is needed; None if there is none."""
        return self._server.tls_port

    @property
    def files(self) -> Callable[[], asyncio.Protocol] | None:
        """What makes a protocol for HTTP over TLS that is no websocket; can be set."""
        return self._server.files

    @files.setter
    def files(self, new_protocol: Callable[[], asyncio.Protocol] | None) -> None:
        self._server.files = new_protocol

    @property
    def files_under(self) -> str:
        """Return the beginning of the paths of `files`; may be set at any time."""
        return self._server.files_under

    @files_under.setter
    def files_under(self, path: str) -> None:
        self._server.files_under = path

    async def listen_tls(self, port: int) -> None:
        """Listen on a second port, on which TLS is needed.

        A port of before is given up once the new one is open.

        Args:
            port: The TCP port; 0 is any free port.

        Raises:
            OSError: The address is not available; a port of before stays open.
        """
        await self._server.listen_tls(port)

    async def close_tls(self) -> None:
        """Stop to listen on the second port; its open connections stay."""
        await self._server.close_tls()

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
                self._close_soon(link)

    def _close_soon(self, link: Link) -> None:
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
        await self._proofs.log_ins.close()
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
        before, charge_point.settings = charge_point.settings, settings
        if charge_point.link is not None:
            charge_point.link.admission_changed()
        if settings.version is not before.version:
            self._version_chosen(charge_point)
        return charge_point

    def _version_chosen(self, charge_point: ChargePoint) -> None:
        """Close the open connection if the next one would use another version."""
        self._shown_versions.forget(charge_point.id)
        link, spoken = charge_point.link, charge_point.protocol
        if link is None or spoken is None:
            return
        offered = charge_point.subprotocols_offered
        chosen = self._versions.agreed(
            select(offered, self._preference(charge_point.id)),
            self._assumed(charge_point.id),
        )
        if chosen.subprotocol != spoken.lower():
            self._close_soon(link)

    def _preference(self, charge_point_id: str) -> tuple[str, ...]:
        """Return the supported subprotocols, the one to choose for an id first."""
        charge_point = self._known(charge_point_id)
        return self._versions.preferring(
            None if charge_point is None else charge_point.version_wanted
        )

    def _assumed(self, charge_point_id: str) -> str | None:
        """Return the version that is assumed if an id offers no subprotocol."""
        charge_point = self._known(charge_point_id)
        return self._shown_versions.of(charge_point_id) or (
            None if charge_point is None else charge_point.version_wanted
        )

    def _version_of(self, handshake: Handshake) -> Version[Any]:
        """Return the version that is spoken on a connection."""
        return self._versions.agreed(
            handshake.subprotocol, self._assumed(handshake.charge_point_id)
        )

    def _may_compress(self, handshake: Handshake) -> bool:
        """Return whether a connection may be compressed."""
        return (
            handshake.subprotocol is not None and self._version_of(handshake).compresses
        )

    async def forget(self, charge_point_id: str) -> None:
        """Stop serving a charge point, and close its connection.

        If it connects again, its id counts as unknown.
        """
        if (charge_point := self.charge_points.pop(charge_point_id, None)) is None:
            return
        charge_point.admission = Admission.REFUSED
        self._shut_id(charge_point_id)
        self._proofs.log_ins.forget(charge_point_id)
        charge_point.close()
        self.ledger.forget(charge_point_id)
        if charge_point.link is not None:
            await charge_point.link.close()

    def _accept(self, handshake: Handshake) -> Verdict | Awaitable[Verdict]:
        """Decide on a handshake (OCPP-J 1.6, 3.2); None accepts it.

        Only a password that was not checked before makes it an awaitable.
        """
        charge_point = self.charge_points.get(handshake.charge_point_id)
        if charge_point is not None and handshake.password is not None:
            problem = user_problem(handshake.user, charge_point.id)
            if problem is not None:
                charge_point.deviations.note(problem)
        if self._is_password_open(handshake):
            return self._check_and_decide(handshake)
        return self._decide(handshake)

    def _is_password_open(self, handshake: Handshake) -> bool:
        """Return whether the answer depends on a password that was not checked yet."""
        charge_point = self.charge_points.get(handshake.charge_point_id)
        if not self._may_come(
            handshake.charge_point_id,
            handshake.prefix,
            proved=self._is_proved(handshake),
        ):
            # The time that it takes must not reveal which ids exist.
            return self._proofs.is_unchecked(handshake)
        if charge_point is not None and self._is_guessing(charge_point, handshake):
            return False
        return self._proofs.needs_check(handshake)

    async def _check_and_decide(self, handshake: Handshake) -> Verdict:
        await self._proofs.check(handshake)
        # Meanwhile it may have been removed or adopted, or its rules have changed.
        return self._decide(handshake)

    def _decide(self, handshake: Handshake) -> Verdict:
        """Decide on a handshake by what is known now; a password may be checked."""
        charge_point_id, remote = handshake.charge_point_id, handshake.remote
        charge_point = self.charge_points.get(charge_point_id)
        if not self._may_come(
            charge_point_id, handshake.prefix, proved=self._is_proved(handshake)
        ):
            return self._refuse(handshake, RefusalReason.NO_SECRET)
        reason = self._proofs.unmet(handshake)
        if charge_point is not None:
            if not self._is_guessing(charge_point, handshake):
                return None if reason is None else self._refuse(handshake, reason)
        elif reason is not None:
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

    def _is_proved(self, handshake: Handshake) -> bool:
        """Return whether a connection can only be that of an adopted charge point."""
        charge_point = self.charge_points.get(handshake.charge_point_id)
        return charge_point is not None and (
            charge_point.knows_secret(handshake.prefix)
            or self._proofs.security(handshake).is_proof
        )

    def _is_guessing(self, charge_point: ChargePoint, handshake: Handshake) -> bool:
        """Return whether a connection counts as one of many guesses of an id."""
        return self._guesses.too_many(
            handshake.remote
        ) and not charge_point.acquaintance.may_come_from(
            handshake.remote, with_proof=self._is_proved(handshake)
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
            self._version_of(handshake),
            boot_wait=self._settings.boot_wait,
            authorizer=self._authorizer,
            others=self.others,
            shows_other=lambda subprotocol: self._shows_other(
                session, handshake, subprotocol
            ),
        )
        charge_point.host = handshake.host
        charge_point.subprotocols_offered = handshake.subprotocols_offered
        if handshake.id_source is not IdSource.PATH:
            charge_point.deviations.note(f"id_in_{handshake.id_source}")
        patience = asyncio.get_running_loop().call_later(
            BOOT_PATIENCE, self._patience_ends, charge_point, session
        )
        security = self._proofs.security(handshake)
        if security.with_password:
            self._proofs.log_ins.succeeded(charge_point.id)
        try:
            await session.serve(
                remote=handshake.remote,
                protocol=handshake.subprotocol,
                prefix=handshake.prefix,
                security=security,
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
        if self._is_on_trial(handshake) and not await websocket.wait_for_message(
            TRIAL_SECONDS
        ):
            return None
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
                handshake.remote, with_proof=self._is_proved(handshake)
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

    def _is_on_trial(self, handshake: Handshake) -> bool:
        """Return whether a connection counts only once it has sent a message.

        Some charge points open a connection of another version for some seconds before
        the real one. It must neither replace the open connection nor show the charge
        point as connected.
        """
        known = self._known(handshake.charge_point_id)
        if known is None or known.protocol is None:
            return False
        spoken = self._version_of(handshake).subprotocol
        return spoken not in (known.protocol.lower(), known.version_wanted)

    def _shows_other(
        self, session: Session, handshake: Handshake, subprotocol: str
    ) -> bool:
        """Act on a message of another version than the one of its connection.

        Args:
            session: The session of the connection.
            handshake: The handshake of the connection.
            subprotocol: The name of the version of the message.

        Returns:
            True if the connection has to end, so that the next one uses that version.
        """
        charge_point = session.charge_point
        if handshake.subprotocol is None and self._shown_versions.learn(
            charge_point.id, subprotocol
        ):
            return True
        self._on_refused(
            Refusal(
                reason=RefusalReason.OTHER_VERSION,
                remote=handshake.remote,
                path=self._shown(handshake.path),
                charge_point_id=charge_point.id,
                subprotocols_offered=handshake.subprotocols_offered,
                version=f"OCPP {subprotocol.removeprefix('ocpp')}",
            )
        )
        return False

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
