"""The reports of a charge point on its transactions, in any version of OCPP.

A report is written to the ledger, and shown at the connector, before it is answered.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
import logging
from typing import TYPE_CHECKING, Protocol

from .access.authorization import Authorization, AuthorizationStatus
from .access.card_reads import CardReads
from .model.model import StopReason, utcnow
from .model.tags import Tag
from .transactions.registers import usable
from .transactions.transaction import Transaction

if TYPE_CHECKING:
    from .charge_point import ChargePoint
    from .connector import Connector

_LOGGER = logging.getLogger(__name__)

_LATE = timedelta(minutes=2)
"""The age from which a start is one of the past, for which nobody is asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """The beginning of a transaction, as the charge point reports it."""

    connector_id: int
    id_tag: str
    time: datetime | None
    """The time by its own clock; None if it sent no valid one."""
    meter_wh: float | None = None
    transaction_id: str | None = None
    """The charge point's id for it; None where the central system assigns the id."""
    reservation_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """The end of a transaction, as the charge point reports it."""

    transaction_id: str | None
    """The id; None if the charge point has none."""
    time: datetime | None
    """The time by its own clock; None if it sent no valid one."""
    meter_wh: float | None = None
    reason: str
    """A `StopReason`, or the charge point's own reason in snake case."""
    reason_told: bool = True
    """False if the reason is the specification's default for a stop without one."""
    id_tag: str | None = None
    tag: Tag | None = None
    """The id tag with its kind, in a version that has kinds."""
    connector_id: int | None = None
    """The connector, in a version that repeats it."""
    begin: tuple[datetime, float] | None = None
    """The repeated data of the beginning: the time by our clock, and the Wh."""


class Authorize(Protocol):
    """Decides on an id tag."""

    def __call__(
        self, tag: Tag, *, starting: Transaction | None = None
    ) -> Authorization:
        """Decide on `tag`; `starting` is the transaction that begins with it."""


class AskOthers(Protocol):
    """Asks further systems for an id tag."""

    def __call__(
        self, tag: Tag, connector_id: int | None = None
    ) -> Awaitable[object] | None:
        """Return what to wait for before there is a decision; None if there is nothing."""


class TransactionReports:
    """Processes the reports of a connection."""

    def __init__(
        self,
        charge_point: ChargePoint,
        *,
        authorize: Authorize,
        ask_others: AskOthers,
        card_reads: CardReads,
    ) -> None:
        """Process the reports of `charge_point`.

        Args:
            authorize: Decides on id tags.
            ask_others: Asks further systems for theirs.
            card_reads: Emits the use of cards.
        """
        self._charge_point = charge_point
        self._authorize = authorize
        self._ask_others = ask_others
        self._card_reads = card_reads

    async def started(self, report: Start) -> tuple[Transaction, Authorization]:
        """Book a transaction that began, unless it is booked, and decide on its id tag.

        It has been saved when this returns.

        Returns:
            The transaction, and the authorization for the answer.
        """
        charge_point = self._charge_point
        connector = self.connector_of_start(report.connector_id)
        ledger, id_tag = charge_point.ledger, report.id_tag
        without_card = connector.starter.is_continuing(id_tag)
        start = report.time or charge_point.clock.at(utcnow())
        find = partial(
            ledger.lookup.find_start,
            charge_point_id=charge_point.id,
            connector_id=connector.number,
            id_tag=id_tag,
            start=start,
            meter_start_wh=report.meter_wh,
            dated=report.time is not None,
        )
        known = await find()
        if (
            known is None
            and utcnow() - charge_point.clock.correct(start) < _LATE
            and (asked := self._ask_others(Tag(id_tag), connector.number)) is not None
        ):
            await asked
            # It may have been told once more.
            known = await find()
        if known is not None and report.transaction_id is None and not known.has_number:
            # It began in a version in which charge points number them themselves; the
            # answer in this one has to be a number.
            known = None
        transaction = known or ledger.start(
            charge_point_id=charge_point.id,
            connector_id=connector.number,
            id_tag=id_tag,
            start=start,
            meter_start_wh=report.meter_wh,
            transaction_id=report.transaction_id,
            corrected_start=charge_point.clock.correct(start),
            address=charge_point.remote,
            continues=connector.starter.continues(id_tag),
        )
        # Before the first await, so that of two simultaneous transactions only the
        # second gets ConcurrentTx.
        authorization = self._authorize(Tag(id_tag), starting=transaction)
        if transaction.answer is not None and not transaction.accepted:
            # The charge point acts on the first answer, so a repetition gets the same.
            authorization = replace(
                authorization, status=AuthorizationStatus(transaction.answer)
            )
        transaction = ledger.answered(transaction, authorization.status)
        connector.refresh_transaction()
        charge_point.reservations.used(
            connector.number,
            id_tag=id_tag,
            parent_id_tag=authorization.parent_id_tag,
            reservation_id=report.reservation_id,
            start=transaction.start,
            repeated=known is not None,
        )
        # The charge point forgets the message once it is answered; we must not.
        await ledger.save()
        if known is None and not without_card:
            self._card_reads.used(
                id_tag,
                authorization,
                when=transaction.start,
                connector_id=connector.number,
            )
        if transaction.accepted:
            charge_point.emit(
                "transaction_started",
                {
                    "connector_id": connector.number,
                    "id": transaction.id,
                    "id_tag": id_tag,
                },
            )
        return transaction, authorization

    async def stopped(
        self,
        report: Stop,
        *,
        final_values: Callable[[Connector, str], None] = lambda connector, told: None,
    ) -> Authorization | None:
        """Book the end of a transaction, and decide on the id tag that ended it.

        It has been saved when this returns.

        Args:
            report: The end.
            final_values: Called with the connector and the id of the transaction, if
                it ends now.

        Returns:
            The authorization for the answer; None without an id tag.
        """
        charge_point = self._charge_point
        end = report.time or charge_point.clock.at(utcnow())
        transaction = await charge_point.ledger.lookup.find_stop(
            charge_point.id,
            report.transaction_id,
            end=end,
            corrected_end=charge_point.clock.correct(end),
            meter_stop_wh=report.meter_wh,
            id_tag=report.id_tag,
            dated=report.time is not None,
        )
        return await self.stopped_as(transaction, report, final_values=final_values)

    async def stopped_as(
        self,
        transaction: Transaction | None,
        report: Stop,
        *,
        final_values: Callable[[Connector, str], None] = lambda connector, told: None,
    ) -> Authorization | None:
        """Book the end of a transaction that is known, or of an unknown one.

        Args:
            transaction: The transaction; None if no other message of it is known.
            report: The end.
            final_values: As for `stopped`.

        Returns:
            The authorization for the answer; None without an id tag.
        """
        charge_point = self._charge_point
        ledger = charge_point.ledger
        end = report.time or charge_point.clock.at(utcnow())
        corrected_end = charge_point.clock.correct(end)
        if (
            transaction is not None
            and transaction.reported_end is not None
            and ledger.restop(
                transaction,
                end=end,
                corrected_end=corrected_end,
                meter_stop_wh=report.meter_wh,
                reason=report.reason,
                address=charge_point.remote,
            )
            is not None
        ):
            charge_point.deviations.note("stop_corrected", str(report.transaction_id))
            charge_point.connector(transaction.connector_id).transaction_corrected()
        if transaction is None:
            self._book_stop(report, end, corrected_end)
        elif transaction.reported_end is None:
            guessed = report.transaction_id != transaction.id
            if guessed and report.transaction_id is not None:
                charge_point.deviations.note(
                    "unknown_transaction_stopped", report.transaction_id
                )
            stopped = ledger.stop(
                transaction,
                end=end,
                corrected_end=corrected_end,
                meter_stop_wh=report.meter_wh,
                reason=report.reason,
                id_tag=report.id_tag,
                guessed=guessed,
                told_id=report.transaction_id,
                begin=report.begin,
                address=charge_point.remote,
            )
            self._note_absurd_stop(stopped, report.meter_wh)
            connector = charge_point.connector(transaction.connector_id)
            connector.starter.stopping(
                _reason(report.reason) if report.reason_told else None,
                report.id_tag,
            )
            connector.refresh_transaction()
            final_values(connector, stopped.id)
        # Also for a repetition, as the transaction of the first report, whose answer
        # got lost, may not have been saved yet.
        await ledger.save()
        if report.id_tag is None:
            return None
        authorization = self._authorize(report.tag or Tag(report.id_tag))
        # With other reasons, the id tag is just that of the transaction's beginning.
        if report.reason == StopReason.LOCAL and (
            transaction is None or transaction.reported_end is None
        ):
            self._card_reads.used(
                report.id_tag,
                authorization,
                when=corrected_end,
                connector_id=transaction.connector_id if transaction else None,
            )
        return authorization

    def connector_of_start(self, number: int) -> Connector:
        """Return the connector of a transaction; 0 if it is unknown.

        The report must not be rejected: the charge point would send it again and again,
        and then drop it (OCPP 1.6, 4.8).
        """
        charge_point = self._charge_point
        # A transaction cannot run on connector 0, so 0 counts as out of range.
        if (connector := charge_point.connector_told(number or -1)) is not None:
            return connector
        numbers = charge_point.connector_numbers
        return charge_point.connector(numbers[0] if len(numbers) == 1 else 0)

    def _connector_of_stop(self, number: int | None) -> int:
        """Return the connector of an unknown transaction; 0 if it is unknown too."""
        if number is not None and self._charge_point.connector_told(number) is not None:
            return number
        connectors = self._charge_point.connector_numbers
        return connectors[0] if len(connectors) == 1 else 0

    def _note_absurd_stop(
        self, stopped: Transaction, meter_stop_wh: float | None
    ) -> None:
        """Note a meter reading at the end that is impossible."""
        if meter_stop_wh is None or stopped.meter_stop_wh == meter_stop_wh:
            return
        self._charge_point.deviations.note("meter_stop_absurd", str(meter_stop_wh))
        _LOGGER.warning(
            "%s says that transaction %s ended at %s Wh, which cannot be after %s Wh."
            " It is booked with %s Wh",
            self._charge_point.id,
            stopped.id,
            meter_stop_wh,
            stopped.newest_wh,
            stopped.meter_stop_wh,
        )

    def _book_stop(self, report: Stop, end: datetime, corrected_end: datetime) -> None:
        """Book an end that matches no transaction."""
        charge_point = self._charge_point
        note = charge_point.deviations.note
        note("unknown_transaction_stopped", str(report.transaction_id))
        if not charge_point.ledger.admits_unexplained(charge_point.id):
            note("too_many_unknown_transactions")
            return
        meter_stop_wh, absurd_wh = report.meter_wh, None
        if meter_stop_wh is not None and usable(meter_stop_wh) is None:
            note("meter_stop_absurd", str(meter_stop_wh))
            meter_stop_wh, absurd_wh = None, meter_stop_wh
        charge_point.ledger.book_stop(
            charge_point_id=charge_point.id,
            connector_id=self._connector_of_stop(report.connector_id),
            transaction_id=report.transaction_id,
            end=end,
            corrected_end=corrected_end,
            meter_stop_wh=meter_stop_wh,
            reason=report.reason,
            id_tag=report.id_tag,
            begin=report.begin,
            address=charge_point.remote,
            reported_meter_stop_wh=absurd_wh,
        )


def _reason(word: str) -> StopReason:
    try:
        return StopReason(word)
    except ValueError:
        return StopReason.OTHER
