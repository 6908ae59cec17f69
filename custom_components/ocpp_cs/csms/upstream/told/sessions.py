"""Queues for each upstream what happens in the sessions that it is told of."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import Final

from ...charge_point import ChargePoint
from ...model.errors import PayerKnowsError
from ...model.model import ConnectorStatus, utcnow
from ...model.sample import SignedReading, SignedValue
from ...model.tags import TagKind, tag_key
from ...transactions.ledger import Ledger
from ...transactions.parts.course import QUARTER_S
from ...transactions.transaction import Origin, Transaction, TransactionKey
from ..model import Kind, ToldSession
from ..station import VirtualStation
from .books import UpstreamBooks
from .outbox import Outbox
from .routing import PRIVATE, Routing

_LIVE_S: Final = 30.0
"""The age of a reading from which the other values at hand are not those of its time."""

_LATE_S: Final = 120.0
"""The age from which something was reported late by the charge point."""

_MORE_WH: Final = 1.0
"""The energy from which a session that has ended counts as one that went on."""

_MOST_DECIDED: Final = 2000
_MOST_SIGNED: Final = 50


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
        self._decided: dict[TransactionKey, None] = {}
        """The latest sessions of which it is decided whom they are told to."""
        self._history: int | None = None
        """The last session that was booked before this began."""
        self._signed: dict[tuple[str, str], tuple[SignedValue, ...]] = {}
        """Charge point and id of a transaction -> what its start or end has signed."""
        self._gone: dict[tuple[str, str], list[ToldSession]] = {}
        """Charge point and id of sessions that the ledger has just removed."""
        ledger.watch(self._changed)

    def begin(self) -> None:
        """Count what is in the ledger as booked before; only the first call counts."""
        if self._history is None:
            self._history = self._ledger.last_seq

    def look(self, charge_point_id: str) -> None:
        """Look at the sessions of a charge point again, as something else changed."""
        for session in self._ledger.at_hand(charge_point_id):
            if session.end is None:
                self._decided.pop(session.key, None)
            self._changed(session.key, session)
        if self._books.is_loaded:
            self._end_old(charge_point_id)

    def _end_old(self, charge_point_id: str) -> None:
        """Queue the ends of sessions that are told as running, but are old ones by now.

        They have ended while nothing played their charge point. If one runs after all,
        its end is taken back when it is to be sent.
        """
        at_hand = {one.key for one in self._ledger.at_hand(charge_point_id)}
        for station in self._stations(charge_point_id):
            for told in list(
                self._books.told_sessions(station.settings.id, charge_point_id)
            ):
                if not told.ended and told.key not in at_hand:
                    station.outbox.add(Kind.STOP, told, utcnow(), offline=True)
                    self._books.save_later()

    def stopped(self, key: TransactionKey) -> None:
        """Look at a session again of which an upstream has confirmed the end."""
        for session in self._ledger.at_hand(key[0]):
            if session.key == key:
                self._changed(key, session)

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
        self._decided.pop(session.key, None)
        self._annotate(session, payer)

    def _changed(self, key: TransactionKey, session: Transaction | None) -> None:
        """Queue what a change of the ledger means; called for each meter value."""
        stations = self._stations(key[0])
        if not stations or not self._books.is_loaded:
            return
        if session is None:
            self._removed(key)
            return
        if self._gone:
            self._renamed(key)
        if key not in self._decided and _is_session(session):
            self._decide(session)
        known = self._books.told_of(key)
        if not known:
            return
        for station in stations:
            if (told := known.get(station.settings.id)) is None:
                continue
            if told.ended and not self._goes_on(station, told, session):
                continue
            self._tell(station, told, session)
        if session.end is not None and self._signed:
            self._signed.pop(key[:2], None)

    def signed(
        self,
        charge_point_id: str,
        readings: list[SignedReading],
        *,
        connector_id: int | None,
        transaction_id: str | None,
        edge: bool = False,
    ) -> None:
        """Queue signed data; see `PassSigned`.

        What belongs to a start or an end is told with that.
        """
        running = self._ledger.running(charge_point_id)
        session = next(
            (
                one
                for one in running
                if (
                    one.connector_id == connector_id
                    if transaction_id is None
                    else one.id == transaction_id
                )
            ),
            None,
        )
        if not edge and session is not None and self._books.told_of(session.key):
            for station in self._stations(charge_point_id):
                told = self._books.told(station.settings.id, session.key)
                if told is not None and not told.ended:
                    self._tell_signed(station, told, readings)
            return
        if transaction_id is not None:
            place = (charge_point_id, transaction_id)
            values = (*self._signed.pop(place, ()), *(one.value for one in readings))
            self._signed[place] = values[-_MOST_SIGNED:]
            if len(self._signed) > _MOST_SIGNED:
                del self._signed[next(iter(self._signed))]

    def _tell_signed(
        self,
        station: VirtualStation,
        told: ToldSession,
        readings: list[SignedReading],
    ) -> None:
        charge_point = self._charge_point(told.key[0])
        for time, group in groupby(readings, key=attrgetter("time")):
            at = utcnow()
            if time is not None and charge_point is not None:
                at = charge_point.clock.correct(time)
            station.outbox.add(
                Kind.METER,
                told,
                at,
                signed=tuple(one.value for one in group),
                offline=_is_late(station, at),
            )
        # What is signed exists nowhere else.
        self._books.save_soon()

    def _decide(self, session: Transaction) -> None:
        """Decide whom a session is told to, and queue its start."""
        key = session.key
        self._decided[key] = None
        if len(self._decided) > _MOST_DECIDED:
            del self._decided[next(iter(self._decided))]
        if session.end is not None and session.seq <= (self._history or 0):
            # It was decided when it began, and is history.
            return
        stations = {one.settings.id: one for one in self._stations(key[0])}
        charge_point = self._charge_point(key[0])
        known = self._books.told_of(key)
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
            and (number := station.requests.used_reservation(session)) is not None
        }
        signed = self._signed.get(key[:2], ())
        if session.end is None:
            self._signed.pop(key[:2], None)
        upstreams = [one.settings for one in stations.values()]
        payer = next(
            (one.id for one in upstreams if one.pays and one.id in known), None
        )
        chosen = self._routing(
            # Who is told already pays, although that could not be noted any more.
            session
            if payer is None or session.details.payer is not None
            else session.with_(details=replace(session.details, payer=payer)),
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
            if settings.id in known:
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
                signed=signed if station.speech.starts_with_values else (),
                offline=_is_late(station, session.start),
                state=None
                if charge_point is None
                else charge_point.connector(session.connector_id).status,
            )
            if signed and not station.speech.starts_with_values:
                station.outbox.add(Kind.METER, told, session.start, signed=signed)
            self._fill(station, told, session)
            self._books.save_later()

    def _fill(
        self, station: VirtualStation, told: ToldSession, session: Transaction
    ) -> None:
        """Queue what the books have of a session that has run for some time.

        That is the register at the end of each quarter of an hour, unless nobody knows
        when in a longer time its energy was charged.
        """
        register_wh, until = session.meter_start_wh, session.course.until
        if register_wh is None or not station.speech.sampling.interval:
            return
        for part in session.course.parts:
            register_wh += part.wh
            at = float((part.quarter + 1) * QUARTER_S)
            if part.spread or not told.sampled_at < at <= until:
                continue
            told.sampled_at = at
            station.outbox.add(
                Kind.METER,
                told,
                datetime.fromtimestamp(at, UTC),
                values={"energy": round(register_wh, 3)},
                offline=True,
            )

    def _goes_on(
        self, station: VirtualStation, told: ToldSession, session: Transaction
    ) -> bool:
        """Return whether a session runs on, or has more energy, after its end was told.

        An end that was not sent is taken back. What goes on after one that was
        confirmed is another session for the upstream.
        """
        if session.refused or session.struck_out or session.corrected_by_user:
            return False
        if told.confirmed is None:
            if session.end is None:
                for report in list(station.outbox.of_session(told)):
                    if report.kind is Kind.STOP and report.seq < 0:
                        station.outbox.take_back_end(report, told)
            return not told.ended
        if told.stop_wh is None or told.void:
            # It was told by a version that did not note that.
            return False
        more_wh = (session.energy_wh or 0.0) - told.told_wh
        if session.end is not None and more_wh < _MORE_WH:
            return False
        told.goes_on()
        told.told_id = station.speech.own_id()
        assert told.start is not None
        station.outbox.add(
            Kind.START, told, told.start, offline=_is_late(station, told.start)
        )
        self._books.save_later()
        return True

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
                Kind.STOP,
                told,
                session.end,
                signed=self._signed.get(told.key[:2], ()),
                offline=_is_late(station, session.end),
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
        time = datetime.fromtimestamp(at, UTC)
        station.outbox.add(
            Kind.METER,
            told,
            time,
            values=values,
            aligned=is_aligned and not is_due,
            offline=_is_late(station, time),
            state=state,
        )
        self._books.save_later()

    # Sessions that the ledger removes, or knows by another key from then on.

    def _removed(self, key: TransactionKey) -> None:
        self._decided.pop(key, None)
        if told := list(self._books.told_of(key).values()):
            self._gone.setdefault(key[:2], []).extend(told)
            asyncio.get_running_loop().call_soon(self._forget_removed)

    def _renamed(self, key: TransactionKey) -> None:
        for told in self._gone.pop(key[:2], ()):
            if told.key != key and self._books.told(told.upstream, key) is None:
                self._books.rename(told, key)
            self._decided[key] = None

    def _forget_removed(self) -> None:
        """Forget what the ledger has removed, and not added again under another key."""
        gone, self._gone = self._gone, {}
        for told in (one for sessions in gone.values() for one in sessions):
            if told.confirmed is not None:
                continue
            outbox = self._outbox_of(told)
            if outbox is None or outbox.withdraw(told):
                continue
            # The upstream may know it, and has to be told that it has ended.
            told.void = True
            outbox.leave_out_values(told)
            if not told.ended:
                outbox.add(Kind.STOP, told, utcnow())
            self._books.put_told(told)
            self._books.save_soon()

    def _outbox_of(self, told: ToldSession) -> Outbox | None:
        for station in self._stations(told.key[0]):
            if station.settings.id == told.upstream:
                return station.outbox
        return None


def _is_late(station: VirtualStation, time: datetime) -> bool:
    """Return whether there was no connection to tell it when it happened."""
    return not station.connected or (utcnow() - time).total_seconds() > _LATE_S


def _is_session(session: Transaction) -> bool:
    """Return whether a transaction is a session by now, and the answer to it is known."""
    if session.refused or session.struck_out:
        return False
    return session.origin is not Origin.STARTED or session.answer is not None
