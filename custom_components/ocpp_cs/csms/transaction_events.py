"""The events of transactions, in versions of OCPP that have an id in each of them.

They may come late, repeatedly, out of order, or not at all: a session is booked once,
with what is known of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from .access.authorization import Authorization, AuthorizationStatus
from .access.card_reads import CardReads
from .metering.metering import RegisterSample
from .metering.samples import BEGIN, END
from .model.model import utcnow
from .model.sample import MeterValue
from .model.tags import Tag
from .transaction_reports import AskOthers, Authorize, Stop, TransactionReports
from .transactions.transaction import AWAITED, Origin, Transaction

if TYPE_CHECKING:
    from .charge_point import ChargePoint
    from .connector import Connector

_LATE = timedelta(minutes=2)
"""The age from which an event is one of the past, and says nothing of the present."""

_REUSED_AFTER = timedelta(hours=1)
"""The time after its end from which an id means another transaction."""


class Kind(Enum):
    """The kinds of events."""

    STARTED = auto()
    UPDATED = auto()
    ENDED = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class TransactionEvent:
    """What a charge point says of a transaction."""

    kind: Kind
    transaction_id: str
    time: datetime | None
    """The time by its own clock; None if it sent no valid one."""
    connector_id: int | None = None
    """The connector; None if the event does not have it."""
    plug: int | None = None
    tag: Tag | None = None
    values: Sequence[MeterValue] = ()
    registers: Sequence[RegisterSample] = ()
    """The readings of the energy register in `values`."""
    offline: bool = False
    """True if it happened without a connection."""
    is_late: bool = False
    """True if it is older than another event of the same transaction."""
    counts_anew: bool = False
    """True if it is newer than those with its id, and its number is lower."""
    permitted: bool = False
    """True if it shows that energy may flow, so that somebody must be authorized."""
    reservation_id: int | None = None
    remote_start_id: int | None = None
    stops: bool = False
    """True if its tag is that of somebody who ends the transaction."""
    reason: str = "local"
    reason_told: bool = True


class TransactionEvents:
    """Books the events of the transactions of a connection."""

    def __init__(
        self,
        charge_point: ChargePoint,
        reports: TransactionReports,
        *,
        authorize: Authorize,
        ask_others: AskOthers,
        card_reads: CardReads,
    ) -> None:
        """Book the events of `charge_point`.

        Args:
            charge_point: The charge point.
            reports: Books ends.
            authorize: Decides on id tags.
            ask_others: Asks further systems for theirs.
            card_reads: Emits the use of cards.
        """
        self._charge_point = charge_point
        self._reports = reports
        self._authorize = authorize
        self._ask_others = ask_others
        self._card_reads = card_reads

    async def told(
        self, event: TransactionEvent
    ) -> tuple[Transaction | None, Authorization | None]:
        """Book an event.

        A start, a tag and an end have been saved when this returns; mere values between
        them are saved later.

        Returns:
            The transaction; and the authorization for the answer, if there is a tag.
        """
        if (
            event.tag is not None
            and event.kind is not Kind.ENDED
            and not (event.stops or event.offline or event.is_late)
            and not self._is_past(event)
            and (asked := self._ask_others(event.tag, event.connector_id)) is not None
        ):
            await asked
        known = await self._find(event)
        if known is not None and not known.connector_id and event.connector_id:
            known = self._moved(known, event.connector_id)
        match event.kind:
            case Kind.STARTED:
                return await self._started(event, known)
            case Kind.UPDATED:
                return await self._updated(event, known)
            case Kind.ENDED:
                return await self._ended(event, known)

    def _is_past(self, event: TransactionEvent) -> bool:
        """Return whether an event is too old for anybody to be asked."""
        time = event.time
        return time is not None and (
            utcnow() - self._charge_point.clock.correct(time) > _LATE
        )

    # Which transaction it is.

    async def _find(self, event: TransactionEvent) -> Transaction | None:
        """Return the transaction of an event; None if it is a new one."""
        charge_point = self._charge_point
        ledger = charge_point.ledger
        place = charge_point.id, event.transaction_id
        known = ledger.find_told(*place, event.connector_id)
        if known is None and not self._is_newest(event):
            stored = await ledger.lookup.find(*place)
            # It may have been booked during the query.
            known = ledger.find_told(*place, event.connector_id)
            if known is None and stored is not None:
                here = event.connector_id in {None, stored.connector_id}
                known = stored if here or not stored.connector_id else None
        return None if known is None or self._is_another(known, event) else known

    def _is_newest(self, event: TransactionEvent) -> bool:
        """Return whether a start is newer than all that is known of its connector."""
        if (
            event.kind is not Kind.STARTED
            or event.offline
            or event.time is None
            or utcnow() - event.time > _LATE
        ):
            return False
        known = [
            one
            for one in self._charge_point.ledger.at_hand(self._charge_point.id)
            if event.connector_id in {None, one.connector_id}
        ]
        return bool(known) and all(one.reported_start < event.time for one in known)

    @staticmethod
    def _is_another(known: Transaction, event: TransactionEvent) -> bool:
        """Return whether an id that is known means another transaction this time.

        Ids are never used again (E01.FR.08), but some stations count them from 1 after
        each boot. Then the start can be lost, and their events count anew.
        """
        time, ended = event.time, known.reported_end
        if time is None:
            return False
        if event.kind is Kind.STARTED:
            if ended is not None:
                return time > ended or _begins_beyond(known, event)
            return known.precedes_start(time)
        if ended is None:
            return False
        if (
            event.counts_anew
            and not event.offline
            and time > ended
            and abs(utcnow() - time) <= _LATE
        ):
            return True
        if time - ended <= _REUSED_AFTER:
            return False
        if event.kind is Kind.ENDED:
            told = _last(event.registers)
            return (
                told is not None
                and known.told_stop_wh is not None
                and (told.wh != known.told_stop_wh)
            )
        return True

    def _moved(self, known: Transaction, connector_id: int) -> Transaction:
        charge_point = self._charge_point
        if charge_point.connector_told(connector_id) is None:
            return known
        moved = charge_point.ledger.moved(known, connector_id)
        charge_point.whole.transaction_corrected()
        charge_point.connector(connector_id).refresh_transaction()
        return moved

    def _connector(self, event: TransactionEvent) -> Connector:
        return self._reports.connector_of_start(event.connector_id or 0)

    # The three kinds.

    async def _started(
        self, event: TransactionEvent, known: Transaction | None
    ) -> tuple[Transaction | None, Authorization | None]:
        charge_point, ledger = self._charge_point, self._charge_point.ledger
        connector = self._connector(event)
        start = event.time or charge_point.clock.at(utcnow())
        first = _first(event.registers)
        wh = None if first is None else first.wh
        repeated = known is not None and known.origin is Origin.STARTED
        id_tag = "" if event.tag is None else event.tag.shown
        if known is None:
            transaction = ledger.start(
                charge_point_id=charge_point.id,
                connector_id=connector.number,
                id_tag=id_tag,
                start=start,
                meter_start_wh=wh,
                transaction_id=event.transaction_id,
                corrected_start=charge_point.clock.correct(start),
                address=charge_point.remote,
                continues=connector.starter.continues(id_tag),
                offline=event.offline,
            )
        elif repeated:
            transaction = known
        else:
            transaction = ledger.begun(
                known,
                connector_id=connector.number,
                id_tag=id_tag,
                start=start,
                corrected_start=charge_point.clock.correct(start),
                meter_start_wh=wh,
                address=charge_point.remote,
                continues=connector.starter.continues(id_tag),
            )
            connector = charge_point.connector(transaction.connector_id)
        transaction = self._noted(transaction, event)
        # Before the first await, so that of two simultaneous transactions only the
        # second gets ConcurrentTx.
        transaction, authorization = self._begin(
            transaction, event, repeated=repeated, is_start=True
        )
        self._show(connector, event, transaction, began=known is None)
        # The charge point forgets the message once it is answered; we must not.
        await ledger.save()
        self._emit_started(transaction, event, repeated=repeated)
        return transaction, authorization

    async def _updated(
        self, event: TransactionEvent, known: Transaction | None
    ) -> tuple[Transaction | None, Authorization | None]:
        charge_point, ledger = self._charge_point, self._charge_point.ledger
        time = event.time or charge_point.clock.at(utcnow())
        adopted = known is None
        if known is None:
            if not ledger.admits_unexplained(charge_point.id):
                charge_point.deviations.note("too_many_unknown_transactions")
                tag = event.tag
                return None, None if tag is None else self._authorize(tag)
            known = ledger.adopt(
                charge_point_id=charge_point.id,
                connector_id=self._connector(event).number,
                transaction_id=event.transaction_id,
                reported=time,
                start=charge_point.clock.correct(time),
                answer=None if event.permitted or event.tag is not None else AWAITED,
                offline=event.offline,
                address=charge_point.remote,
            )
        transaction = self._noted(self._resumed(known, event), event)
        was_accepted = not adopted and transaction.accepted
        transaction, authorization = self._begin(transaction, event)
        connector = charge_point.connector(transaction.connector_id)
        self._show(connector, event, transaction, began=adopted)
        if adopted or event.tag is not None:
            # As for a start: the charge point does not tell it again.
            await ledger.save()
        else:
            ledger.save_later()
        if not was_accepted:
            self._emit_started(transaction, event, repeated=False)
        return transaction, authorization

    async def _ended(
        self, event: TransactionEvent, known: Transaction | None
    ) -> tuple[Transaction | None, Authorization | None]:
        charge_point, ledger = self._charge_point, self._charge_point.ledger
        authorization: Authorization | None = None
        if known is not None and known.reported_end is None:
            known = self._noted(known, event)
            if event.tag is not None and _is_first_tag(known, event):
                known, authorization = self._begin(known, event)
            known = ledger.told_late(
                known,
                time=None,
                readings=[
                    (one.wh, True) for one in event.registers if one.context == BEGIN
                ],
            )
        if known is not None:
            known = self._given_back(known, event)
        last = _last(event.registers)
        tag = event.tag
        begin = next((one for one in event.registers if one.context == BEGIN), None)
        decided = await self._reports.stopped_as(
            known,
            Stop(
                transaction_id=event.transaction_id,
                connector_id=event.connector_id,
                time=event.time,
                meter_wh=None if last is None else last.wh,
                reason=event.reason,
                reason_told=event.reason_told,
                id_tag=None if tag is None else tag.shown,
                tag=tag,
                begin=None
                if begin is None or known is not None
                else (charge_point.clock.correct(begin.time), begin.wh),
            ),
            final_values=lambda connector, transaction_id: self._measure(
                connector, event
            ),
        )
        transaction = ledger.find_told(
            charge_point.id, event.transaction_id, event.connector_id
        )
        if transaction is not None and known is None:
            transaction = self._given_back(self._noted(transaction, event), event)
        return transaction, authorization or decided

    def _given_back(
        self, transaction: Transaction, event: TransactionEvent
    ) -> Transaction:
        """Return a transaction with what an end tells of the energy given back."""
        connector = self._charge_point.connector(transaction.connector_id)
        return connector.given_back(transaction, event.values, late=True)

    # What is common to them.

    def _noted(self, transaction: Transaction, event: TransactionEvent) -> Transaction:
        """Return a transaction with the details that an event has of it."""
        details, changes = transaction.details, dict[str, Any]()
        if event.connector_id and details.evse is None:
            changes["evse"] = event.connector_id
        if event.plug and details.plug is None:
            changes["plug"] = event.plug
        if event.offline and not details.offline:
            changes["offline"] = True
        if event.remote_start_id is not None and details.remote_start_id is None:
            changes["remote_start_id"] = event.remote_start_id
        if not changes:
            return transaction
        return self._charge_point.ledger.amended(
            transaction, details=details.with_(changes)
        )

    def _resumed(
        self, transaction: Transaction, event: TransactionEvent
    ) -> Transaction:
        """Return a transaction that runs again if it was given up, and still runs."""
        charge_point = self._charge_point
        if (
            transaction.end is None
            or transaction.reported_end is not None
            or event.is_late
            or event.offline
            or (event.time is not None and utcnow() - event.time > _LATE)
        ):
            return transaction
        newest = charge_point.ledger.latest(charge_point.id, transaction.connector_id)
        if newest is not None and newest.end is None and newest.seq > transaction.seq:
            return transaction
        resumed = charge_point.ledger.resume(
            charge_point.id, transaction.connector_id, transaction.id
        )
        return resumed or transaction

    def _begin(
        self,
        transaction: Transaction,
        event: TransactionEvent,
        *,
        repeated: bool = False,
        is_start: bool = False,
    ) -> tuple[Transaction, Authorization | None]:
        """Decide on the tag of an event, and book it if it is the transaction's."""
        charge_point, ledger = self._charge_point, self._charge_point.ledger
        tag = event.tag
        if tag is None:
            if transaction.answer is None and is_start and not event.permitted:
                transaction = ledger.amended(transaction, answer=AWAITED)
            elif transaction.answer == AWAITED and event.permitted:
                # It needs no authorization.
                transaction = ledger.amended(transaction, answer="accepted")
            return transaction, None
        if not is_start and not _is_first_tag(transaction, event):
            authorization = self._authorize(tag)
            if (
                transaction.answer is not None
                and not transaction.accepted
                and Tag(transaction.as_told("id_tag")).key == Tag(tag.shown).key
            ):
                authorization = _as_answered(authorization, transaction)
            if event.stops and event.kind is not Kind.ENDED:
                self._use_card(transaction, event, authorization)
            return transaction, authorization
        without_card = charge_point.connector(
            transaction.connector_id
        ).starter.is_continuing(tag.id)
        authorization = self._authorize(
            tag,
            # A tag that comes late counts the transactions that began meanwhile, too.
            starting=transaction
            if is_start
            else transaction.with_(seq=ledger.last_seq + 1),
        )
        if repeated and transaction.answer not in {None, AWAITED, "accepted"}:
            # The charge point acts on the first answer, so a repetition gets the same.
            authorization = _as_answered(authorization, transaction)
        accepted = authorization.status is AuthorizationStatus.ACCEPTED
        if is_start or accepted or event.offline:
            # Offline, it was charged with it whatever is answered now.
            transaction = ledger.amended(
                transaction,
                id_tag=transaction.id_tag if is_start else tag.shown,
                answer=authorization.status.value,
            )
            charge_point.reservations.used(
                transaction.connector_id,
                id_tag=tag.id,
                parent_id_tag=authorization.parent_id_tag,
                reservation_id=event.reservation_id,
                start=transaction.start,
                repeated=repeated,
            )
        if not repeated and not without_card:
            self._use_card(transaction, event, authorization)
        return transaction, authorization

    def _use_card(
        self,
        transaction: Transaction,
        event: TransactionEvent,
        authorization: Authorization,
    ) -> None:
        if event.tag is not None and event.tag.shown:
            clock = self._charge_point.clock
            self._card_reads.used(
                event.tag.shown,
                authorization,
                when=utcnow() if event.time is None else clock.correct(event.time),
                connector_id=transaction.connector_id,
            )

    def _show(
        self,
        connector: Connector,
        event: TransactionEvent,
        transaction: Transaction,
        *,
        began: bool,
    ) -> None:
        """Show a transaction at its connector, and book the values of an event."""
        charge_point = self._charge_point
        late = event.is_late or transaction.end is not None
        if late:
            told = charge_point.ledger.told_late(
                transaction,
                time=None
                if event.time is None
                else charge_point.clock.correct(event.time),
                readings=[(one.wh, one.context == BEGIN) for one in event.registers],
            )
            connector.transaction_corrected()
            if began or told.end is None:
                connector.refresh_transaction()
        else:
            connector.refresh_transaction()
            if event.kind is Kind.UPDATED:
                begins = [
                    (one.wh, True) for one in event.registers if one.context == BEGIN
                ]
                if begins and transaction.reported_meter_start_wh is None:
                    charge_point.ledger.told_late(
                        transaction, time=None, readings=begins
                    )
                    connector.refresh_transaction()
                connector.book([one for one in event.registers if one.context != BEGIN])
        self._measure(connector, event)
        connector.given_back(transaction, event.values, late=late)

    @staticmethod
    def _measure(connector: Connector, event: TransactionEvent) -> None:
        if event.values:
            connector.update_meter(
                event.values, transaction_id=event.transaction_id, booked=True
            )

    def _emit_started(
        self, transaction: Transaction, event: TransactionEvent, *, repeated: bool
    ) -> None:
        if transaction.accepted and not repeated:
            self._charge_point.emit(
                "transaction_started",
                {
                    "connector_id": transaction.connector_id,
                    "id": transaction.id,
                    "id_tag": transaction.id_tag,
                },
            )


def _is_first_tag(transaction: Transaction, event: TransactionEvent) -> bool:
    """Return whether the tag of an event is that which the transaction lacks."""
    if event.stops or event.tag is None:
        return False
    if transaction.id_tag:
        # The first card was refused, and this is another one.
        return transaction.refused and event.tag.shown != transaction.id_tag
    return transaction.answer in {None, AWAITED}


def _as_answered(
    authorization: Authorization, transaction: Transaction
) -> Authorization:
    return replace(authorization, status=AuthorizationStatus(str(transaction.answer)))


def _begins_beyond(known: Transaction, event: TransactionEvent) -> bool:
    """Return whether a start has a reading that was reached at the end of `known`.

    Whatever the clock says, which may not be set after a boot.
    """
    first, start, stop = (
        _first(event.registers),
        known.meter_start_wh,
        known.told_stop_wh,
    )
    return (
        known.origin is Origin.STARTED
        and first is not None
        and start is not None
        and stop is not None
        and first.wh >= stop > start
    )


def _first(registers: Sequence[RegisterSample]) -> RegisterSample | None:
    """Return the reading of a beginning."""
    return next(
        (one for one in registers if one.context == BEGIN),
        min(registers, key=lambda one: one.time, default=None),
    )


def _last(registers: Sequence[RegisterSample]) -> RegisterSample | None:
    """Return the reading of an end."""
    ends = [one for one in registers if one.context == END]
    others = ends or [one for one in registers if one.context != BEGIN]
    return max(others, key=lambda one: one.time, default=None)
