"""The central system: the server, its charge points and who may come in."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
import logging
from typing import TYPE_CHECKING

from websockets.frames import CloseCode

from .authorization import AcceptEveryTag, Authorizer
from .charge_point import ChargePoint
from .model import Admission, ChargePointSettings
from .refusals import Refusal
from .schemas import Schemas
from .server import Handshake, Server
from .transactions import Ledger
from .v16.session import Session
from .waiting_room import BOOT_PATIENCE, Guesses, WaitingRoom

if TYPE_CHECKING:
    from .websocket import WebSocket

_LOGGER = logging.getLogger(__name__)

_FRAMES_KEPT = 200
_FRAME_LENGTH = 2000
"""Frames of an adopted charge point, and how much of each is kept."""

_MOST_REFUSED = 200
"""Ids that were refused, and are remembered."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CentralSystemSettings:
    """What concerns all charge points."""

    host: str | None = None
    port: int = 9000
    strict_subprotocol: bool = False
    """Refuse charge points that offer no subprotocol."""
    boot_wait: float = 5.0
    """Seconds after which a charge point that has not booted is asked itself."""


class CentralSystem:
    """Serves all charge points that connect."""

    def __init__(
        self,
        settings: CentralSystemSettings,
        *,
        ledger: Ledger,
        schemas: Schemas,
        admit_unknown: Callable[[str], Admission],
        on_pending: Callable[[ChargePoint], None],
        authorizer: Authorizer | None = None,
        on_refused: Callable[[Refusal], None] = lambda refusal: None,
        is_awaited: Callable[[str], bool] = lambda charge_point_id: False,
    ) -> None:
        """Prepare to serve.

        `admit_unknown` decides over an id that is not adopted. `on_pending` is
        called when a charge point that is not adopted comes, says what it is, or
        goes: see `ChargePoint.connected` and `.identity`. `on_refused` is told of
        those that cannot be served for how they connect. An id that `is_awaited` has a
        place to wait in any case.
        """
        self._settings = settings
        self.ledger = ledger
        ledger.loaded_late = self._ledger_loaded
        self._schemas = schemas
        self._admit_unknown = admit_unknown
        self._on_pending = on_pending
        self._authorizer = authorizer or AcceptEveryTag()
        self.charge_points: dict[str, ChargePoint] = {}
        """The adopted ones, connected or not."""
        self._waiting_room = WaitingRoom(is_awaited)
        self.pending = self._waiting_room.pending
        """The connected ones that are not adopted."""
        self._guesses = Guesses()
        self.refused: dict[str, int] = {}
        """Ids that were refused, and how often; the last few."""
        self._server = Server(
            settings.host,
            settings.port,
            accept=self._accept,
            serve=self._serve,
            on_refused=on_refused,
            strict_subprotocol=settings.strict_subprotocol,
        )

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._server.port

    @property
    def strict_subprotocol(self) -> bool:
        """Whether a charge point has to offer a subprotocol; may be changed."""
        return self._server.strict_subprotocol

    @strict_subprotocol.setter
    def strict_subprotocol(self, strict: bool) -> None:
        self._server.strict_subprotocol = strict

    def _ledger_loaded(self) -> None:
        """Let the connectors look again."""
        for charge_point in self.charge_points.values():
            for number in self.ledger.connectors(charge_point.id):
                charge_point.connector(number).refresh_transaction()

    async def start(self) -> None:
        """Listen. Raises OSError when the address cannot be had."""
        await self._server.start()

    async def stop(self) -> None:
        """Close every connection and free the port, within a second."""
        await self._server.stop()
        for charge_point in (*self.charge_points.values(), *self.pending.values()):
            charge_point.close()

    def adopt(self, charge_point_id: str, settings: ChargePointSettings) -> ChargePoint:
        """Serve a charge point from now on, also on its open connection.

        A second call changes the settings.
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
        """Stop serving a charge point; it may come back as an unknown one."""
        if (charge_point := self.charge_points.pop(charge_point_id, None)) is None:
            return
        charge_point.admission = Admission.REFUSED
        charge_point.close()
        self.ledger.forget(charge_point_id)
        if charge_point.link is not None:
            await charge_point.link.close()

    def _accept(self, handshake: Handshake) -> HTTPStatus | None:
        """Decide over a handshake (J 3.2)."""
        charge_point_id, remote = handshake.charge_point_id, handshake.remote
        guesses = self._guesses.too_many(remote)
        if (charge_point := self.charge_points.get(charge_point_id)) is not None:
            if not guesses or charge_point.acquaintance.may_come_from(
                remote, with_secret=charge_point.knows_secret(handshake.prefix)
            ):
                return None
        elif charge_point_id in self.pending:
            return None
        elif self._admit_unknown(charge_point_id) is not Admission.REFUSED:
            if self._waiting_room.has_room(charge_point_id, remote):
                return None
        else:
            self._guesses.note(charge_point_id, remote)
        # Whoever guesses learns nothing of the ids that there are.
        self._note_refused(charge_point_id)
        return HTTPStatus.NOT_FOUND

    def _note_refused(self, charge_point_id: str) -> None:
        count = self.refused.pop(charge_point_id, 0)
        if not count:
            _LOGGER.info("Charge point %s is unknown and refused", charge_point_id)
        self.refused[charge_point_id] = count + 1
        if len(self.refused) > _MOST_REFUSED:
            del self.refused[next(iter(self.refused))]

    async def _serve(self, websocket: WebSocket, handshake: Handshake) -> None:
        charge_point_id = handshake.charge_point_id
        charge_point = self.charge_points.get(charge_point_id)
        if charge_point is None:
            charge_point = self.pending.get(charge_point_id)
        if charge_point is None:
            if not self._waiting_room.make_room(charge_point_id, handshake.remote):
                await websocket.hang_up(CloseCode.TRY_AGAIN_LATER, "no place to wait")
                return
            charge_point = ChargePoint(charge_point_id, self.ledger)
            self.pending[charge_point_id] = charge_point
            charge_point.watch(
                ("connected", "identity"),
                lambda: self._pending_changed(charge_point),
            )
        if charge_point.link is not None:
            if not await charge_point.takeovers.may_open(
                handshake.remote,
                with_secret=charge_point.knows_secret(handshake.prefix),
            ):
                await websocket.hang_up(
                    CloseCode.POLICY_VIOLATION, "this id is connected"
                )
                return
            if charge_point.link is not None and not websocket.is_open:
                # It did not wait, and takes nobody's place.
                return
        session = Session(
            charge_point,
            websocket,
            self._schemas,
            boot_wait=self._settings.boot_wait,
            authorizer=self._authorizer,
        )
        patience = asyncio.get_running_loop().call_later(
            BOOT_PATIENCE, self._patience_ends, charge_point, session
        )
        try:
            await session.serve(
                remote=handshake.remote,
                protocol=handshake.subprotocol or "ocpp1.6",
                prefix=handshake.prefix,
            )
        finally:
            patience.cancel()

    def _patience_ends(self, charge_point: ChargePoint, session: Session) -> None:
        """Send somebody away who takes a place and does not say what it is."""
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
