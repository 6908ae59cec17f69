"""The central system: the server, its charge points and who may come in."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
import logging
from typing import TYPE_CHECKING

from .authorization import AcceptEveryTag, Authorizer
from .charge_point import ChargePoint
from .handshake import IdSource
from .model import Admission, ChargePointSettings
from .refusals import Refusal
from .schemas import Schemas
from .server import Handshake, Server
from .transactions import Ledger
from .v16.session import Session

if TYPE_CHECKING:
    from .websocket import WebSocket

_LOGGER = logging.getLogger(__name__)

_MAX_PENDING = 200
"""Charge points that may wait for adoption at a time; more are refused."""


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
    ) -> None:
        """Prepare to serve.

        `admit_unknown` decides over an id that is not adopted. `on_pending` is
        called when a charge point that is not adopted comes, says what it is, or
        goes: see `ChargePoint.connected` and `.identity`. `on_refused` is told of
        those that cannot be served for how they connect.
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
        self.pending: dict[str, ChargePoint] = {}
        """The connected ones that are not adopted."""
        self.refused: dict[str, int] = {}
        """Ids that were refused, and how often; the last few."""
        self._server = Server(
            settings.host,
            settings.port,
            accept=self._accept,
            serve=self._serve,
            on_refused=on_refused,
            strict_subprotocol=settings.strict_subprotocol,
            adopted=self.charge_points,
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

    def session_edited(self, charge_point_id: str) -> None:
        """Let the connectors of a charge point show what was changed in the books."""
        if (charge_point := self.charge_points.get(charge_point_id)) is not None:
            for connector in charge_point.connectors.values():
                connector.transaction_corrected()

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
        charge_point_id = handshake.charge_point_id
        if charge_point_id in self.charge_points or charge_point_id in self.pending:
            return None
        if (
            self._admit_unknown(charge_point_id) is Admission.REFUSED
            or len(self.pending) >= _MAX_PENDING
        ):
            self._note_refused(charge_point_id)
            return HTTPStatus.NOT_FOUND
        return None

    def _note_refused(self, charge_point_id: str) -> None:
        count = self.refused.pop(charge_point_id, 0)
        if not count:
            _LOGGER.info("Charge point %s is unknown and refused", charge_point_id)
        self.refused[charge_point_id] = count + 1
        if len(self.refused) > _MAX_PENDING:
            del self.refused[next(iter(self.refused))]

    async def _serve(self, websocket: WebSocket, handshake: Handshake) -> None:
        charge_point_id = handshake.charge_point_id
        charge_point = self.charge_points.get(charge_point_id)
        if charge_point is None:
            charge_point = self.pending.get(charge_point_id)
        if charge_point is None:
            charge_point = ChargePoint(charge_point_id, self.ledger)
            self.pending[charge_point_id] = charge_point
            charge_point.watch(
                ("connected", "identity"),
                lambda: self._pending_changed(charge_point),
            )
        session = Session(
            charge_point,
            websocket,
            self._schemas,
            boot_wait=self._settings.boot_wait,
            authorizer=self._authorizer,
        )
        if handshake.id_source is not IdSource.PATH:
            charge_point.deviations.note(f"id_in_{handshake.id_source}")
        await session.serve(remote=handshake.remote, protocol=handshake.subprotocol)

    def _pending_changed(self, charge_point: ChargePoint) -> None:
        if charge_point.admission is not Admission.PENDING:
            return
        if not charge_point.connected:
            self.pending.pop(charge_point.id, None)
            charge_point.close()
        self._on_pending(charge_point)
