"""Queues for each upstream what happens in the sessions that it is told of."""

import asyncio
from collections.abc import Callable, Collection
from datetime import UTC, datetime

from ...charge_point import ChargePoint
from ...model.errors import PayerKnowsError
from ...model.model import ConnectorStatus, utcnow
from ...model.tags import TagKind, tag_key
from ...transactions.ledger import Ledger
from ...transactions.transaction import Origin, Transaction, TransactionKey
from ..model import Kind, ToldSession
from ..station import VirtualStation
from .books import UpstreamBooks
from .routing import PRIVATE, Routing

_LIVE_S = 30.0
"""The age of a reading from which the other values at hand are not those of its time."""


class SessionTeller:
    """Follows the ledger, and queues starts, values and stops."""

    def __init__(
        self,
        ledger: Ledger,
        books: UpstreamBooks,
        stations: Callable[[str], Collection[VirtualStation]],
        charge_point: Callable[[str], ChargePoint | None],
        routing: Routing,
    ) -> None:
        """Follow a ledger.

        Args:
            ledger: The ledger of all charge points.
            books: Where the messages are queued.
            stations: Returns the virtual stations of a charge point.
            charge_point: Returns the charge point with an id.
            routing: Decides whom a session is told to.
        """
        self._ledger = ledger
        self._books = books
        self._stations = stations
        self._charge_point = charge_point
        self._routing = routing
        self._decided: set[TransactionKey] = set()
        """Running sessions of which it is decided whom they are told to."""
        self._gone: dict[tuple[str, str], list[ToldSession]] = {}
        """Charge point and id of sessions that the ledger has just removed."""
        ledger.watch(self._changed)

    def look(self, charge_point_id: str) -> None:
        """Look at the running sessions of a charge point again, as settings changed."""
        for session in self._ledger.running(charge_point_id):
            self._decided.discard(session.key)
            self._changed(session.key, session)

    def change_payer(self, session: Transaction, payer: str | None) -> None:
        """Let somebody else pay for a running session.

        Args:
            session: The session.
            payer: The id of an upstream, or `PRIVATE`.

        Raises:
            PayerKnowsError: The present payer may know of it already.
        """
        before = session.details.payer
        if payer == before or payer is None or not _is_session(session):
            return
        told = None if before is None else self._books.told(before, session.key)
        if told is not None:
            station = next(
                (
                    one
                    for one in self._stations(session.charge_point_id)
                    if one.settings.id == before
                ),
                None,
            )
            if station is None or not station.outbox.withdraw(told):
                raise PayerKnowsError("" if station is None else station.settings.name)
        self._decided.discard(session.key)
        self._annotate(session, payer)

    def _changed(self, key: TransactionKey, session: Transaction | None) -> None:
        """Queue what a change of the ledger means; called for each meter value."""
        stations = self._stations(key[0])
        if not stations:
            return
        if session is None:
            self._removed(key)
            return
        if self._gone:
            self._renamed(key)
        if not _is_session(session):
            return
        if key not in self._decided:
            self._decide(session)
        for station in stations:
            told = self._books.told(station.settings.id, key)
            if told is not None and not told.ended:
                self._tell(station, told, session)
        if session.end is not None:
            self._decided.discard(key)

    def _decide(self, session: Transaction) -> None:
        """Decide whom a session is told to, and queue its start."""
        key = session.key
        self._decided.add(key)
        stations = {one.settings.id: one for one in self._stations(key[0])}
        charge_point = self._charge_point(key[0])
        wishes = {
            upstream: wish
            for upstream, station in stations.items()
            if session.end is None
            and (wish := station.requests.control.began(session)) is not None
        }
        reserved = {
            upstream: number
            for upstream, station in stations.items()
            if session.end is None
            and (number := station.requests.control.reservations.used(session))
            is not None
        }
        upstreams = [one.settings for one in stations.values()]
        chosen = self._routing(
            session,
            upstreams,
            started_by=next(iter([*wishes, *reserved]), None),
        )
        if session.details.payer is None and any(
            one.pays and (session.end is None or session.end >= stations[one.id].since)
            for one in upstreams
        ):
            payer = next((one.id for one in chosen if one.pays), PRIVATE)
            # Later, as the ledger is telling of a change.
            asyncio.get_running_loop().call_soon(self._note_payer, session.key, payer)
        for settings in chosen:
            if self._books.told(settings.id, key) is not None:
                continue
            station = stations[settings.id]
            if session.end is not None and session.end < station.since:
                # It is history, of which a detail was corrected.
                continue
            own = charge_point is not None and (
                tag_key(session.id_tag) == tag_key(charge_point.settings.id_tag or "")
            )
            wish = wishes.get(settings.id)
            told = ToldSession(
                upstream=settings.id,
                key=key,
                connector_id=session.connector_id,
                id_tag=(
                    settings.told_tag(session.id_tag, without_card=own)
                    if wish is None
                    else wish.tag.id
                ),
                remote_start_id=None if wish is None else wish.remote_start_id,
                reservation_id=reserved.get(settings.id),
                tag_kind=(
                    wish.tag.kind
                    if wish is not None
                    else TagKind.CENTRAL
                    if own
                    else None
                ),
                told_id=station.speech.own_id(),
                sampled_at=session.start.timestamp(),
            )
            station.outbox.add(
                Kind.START,
                told,
                session.start,
                offline=not station.connected,
                state=None
                if charge_point is None
                else charge_point.connector(session.connector_id).status,
            )
            self._books.save_later()

    def _note_payer(self, key: TransactionKey, payer: str) -> None:
        """Note who pays for a session, unless the owner has chosen somebody meanwhile."""
        for session in self._ledger.at_hand(key[0]):
            if session.key == key and session.details.payer is None:
                self._annotate(session, payer)

    def _annotate(self, session: Transaction, payer: str) -> None:
        self._ledger.annotate(session, payer=payer)
        charge_point = self._charge_point(session.charge_point_id)
        if charge_point is not None and (
            connector := charge_point.connectors.get(session.connector_id)
        ):
            # It has the session as it was before.
            connector.transaction_corrected()

    def _tell(
        self, station: VirtualStation, told: ToldSession, session: Transaction
    ) -> None:
        """Queue the end of a session, or the values that are due."""
        if session.end is not None:
            station.outbox.add(
                Kind.STOP, told, session.end, offline=not station.connected
            )
            self._books.save_later()
            return
        at = session.course.until
        sampling = station.speech.sampling
        if at <= told.sampled_at or session.register_wh is None:
            return
        is_due = bool(sampling.interval) and at - told.sampled_at >= sampling.interval
        is_aligned = bool(sampling.aligned_interval) and (
            at // sampling.aligned_interval
            > told.sampled_at // sampling.aligned_interval
        )
        if not is_due and not is_aligned:
            return
        told.sampled_at = at
        values: dict[str, float] = {}
        state: ConnectorStatus | None = None
        charge_point = self._charge_point(session.charge_point_id)
        if charge_point is not None and utcnow().timestamp() - at < _LIVE_S:
            connector = charge_point.connector(session.connector_id)
            values |= connector.measurements
            state = connector.status
        values["energy"] = session.register_wh
        station.outbox.add(
            Kind.METER,
            told,
            datetime.fromtimestamp(at, UTC),
            values=values,
            aligned=is_aligned and not is_due,
            offline=not station.connected,
            state=state,
        )
        self._books.save_later()

    # Sessions that the ledger removes, or knows by another key from then on.

    def _removed(self, key: TransactionKey) -> None:
        self._decided.discard(key)
        told = [
            one
            for one in self._books.told_sessions(None, key[0])
            if one.key == key and one.confirmed is None
        ]
        if told:
            self._gone.setdefault(key[:2], []).extend(told)
            asyncio.get_running_loop().call_soon(self._forget_removed)

    def _renamed(self, key: TransactionKey) -> None:
        for told in self._gone.pop(key[:2], ()):
            self._books.rename(told, key)
            self._decided.add(key)

    def _forget_removed(self) -> None:
        """Forget what the ledger has removed, and not added again under another key."""
        gone, self._gone = self._gone, {}
        for told in (one for sessions in gone.values() for one in sessions):
            self._books.drop_told(told)
            self._books.save_soon()


def _is_session(session: Transaction) -> bool:
    """Return whether a transaction is a session by now, and the answer to it is known."""
    if session.refused or session.struck_out:
        return False
    return session.origin is not Origin.STARTED or session.answer is not None
