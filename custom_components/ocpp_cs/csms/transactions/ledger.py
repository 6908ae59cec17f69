"""The ledger: the running and latest transactions, and their energy."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ..model.clock import shifted
from ..model.deviations import Allowance
from ..model.model import utcnow
from . import matching, registers
from .cache import TransactionCache, Watcher
from .lookup import Lookup
from .matching import Endings
from .parts.pricing import Pricing, Rates, refined, revised
from .reconciliation import Reconciliation, StopReconciliation
from .storage import KEPT, MemoryStore, ReportedStart, TransactionStore
from .transaction import Origin, Transaction

__all__ = ["Ledger", "MemoryStore", "Transaction", "TransactionStore"]

_HISTORIC = timedelta(minutes=2)
"""The age from which a message may be a replay of an offline event."""

_MOST_UNEXPLAINED = 100
"""Sessions per charge point and hour that are only known by meter values or their end.

Without a limit, a charge point that invents ids could fill the disk.
"""

_HOUR = timedelta(hours=1)

type ReconciliationFactory = Callable[[TransactionCache, Endings], Reconciliation]


class Ledger:
    """All running transactions, and the latest ended transactions of each connector.

    Older transactions are in the storage.
    """

    def __init__(
        self,
        storage: TransactionStore,
        *,
        pricing: Pricing | None = None,
        reconciliation: ReconciliationFactory = StopReconciliation,
    ) -> None:
        """Start empty; `load` reads the stored transactions.

        Args:
            storage: The storage of the transactions.
            pricing: Divides energy into parts, and prices it, when it is reported;
                without it nothing has a price.
            reconciliation: Creates the object that assigns stops to starts where ids
                are not reliable, as in OCPP 1.6. It is not used for charge points of
                `ids_tell`.
        """
        self._cache = TransactionCache(storage)
        self._pricing = pricing or Pricing()
        self._endings = Endings(self._pricing)
        self._reconciliation = reconciliation(self._cache, self._endings)
        self._no_reconciliation = Reconciliation()
        self._ids_tell: set[str] = set()
        self.lookup = Lookup(storage, self._cache, self._reconciliation_of)
        self._unexplained = Allowance(_MOST_UNEXPLAINED, _HOUR.total_seconds())

    def ids_tell(self, charge_point_id: str, *, always: bool) -> None:
        """Set whether every message names its transaction, as from OCPP 2 on.

        Args:
            always: True if every message does so.
        """
        if always:
            self._ids_tell.add(charge_point_id)
        else:
            self._ids_tell.discard(charge_point_id)

    def _reconciliation_of(self, charge_point_id: str) -> Reconciliation:
        return (
            self._no_reconciliation
            if charge_point_id in self._ids_tell
            else self._reconciliation
        )

    # Queries.

    async def load(self) -> None:
        """Read the stored transactions, before the first charge point connects."""
        await self._cache.load()

    async def save(self) -> None:
        """Save all changes, and wait for the result: see `TransactionStore.save`."""
        await self._cache.save()

    def save_soon(self) -> None:
        """Start to save all changes, without waiting for the result."""
        self._cache.save_soon()

    def save_later(self) -> None:
        """Save all changes within a minute."""
        self._cache.save_later()

    def watch(self, watcher: Watcher) -> None:
        """Call `watcher` with each change of a transaction, immediately."""
        self._cache.watch(watcher)

    def watch_late(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` when transactions were read late, after a disk failure."""
        self._cache.loaded_late = watcher

    @property
    def last_seq(self) -> int:
        """The number of the latest booking; the numbers increase."""
        return self._cache.last_seq

    def latest(self, charge_point_id: str, connector_id: int) -> Transaction | None:
        """Return the connector's running transaction, or else its last one."""
        return self._cache.latest(charge_point_id, connector_id)

    def latest_session(
        self, charge_point_id: str, connector_id: int
    ) -> Transaction | None:
        """Return the connector's latest session in memory, as the user sees it.

        Refused transactions, and those that were struck out, are skipped.
        """
        return self._cache.latest_session(charge_point_id, connector_id)

    def last_ended(self, charge_point_id: str, connector_id: int) -> Transaction | None:
        """Return the connector's latest session in memory that has ended.

        Refused transactions, and those that were struck out, are skipped.
        """
        return next(
            (
                one
                for one in reversed(
                    self._cache.of_connector(charge_point_id, connector_id)
                )
                if one.end is not None and not one.refused and not one.struck_out
            ),
            None,
        )

    def running(self, charge_point_id: str) -> list[Transaction]:
        """Return the running transactions of a charge point."""
        return self._cache.running(charge_point_id)

    def all_running(self) -> list[Transaction]:
        """Return the running transactions of all charge points."""
        return self._cache.all_running()

    def find(self, charge_point_id: str, transaction_id: str) -> Transaction | None:
        """Return the charge point's transaction with that id, if it is in memory."""
        return self._cache.find(charge_point_id, transaction_id)

    def find_told(
        self, charge_point_id: str, transaction_id: str, connector_id: int | None
    ) -> Transaction | None:
        """Return the transaction that a message is about, if it is in memory.

        Args:
            transaction_id: The id in the message.
            connector_id: The connector, if the message has it; two may use one id.
        """
        return self._cache.find_told(charge_point_id, transaction_id, connector_id)

    def connectors(self, charge_point_id: str) -> set[int]:
        """Return the numbers of the connectors that have transactions."""
        return self._cache.connectors(charge_point_id)

    def at_hand(self, charge_point_id: str) -> list[Transaction]:
        """Return a charge point's transactions in memory, then its unmatched stops."""
        return self._cache.at_hand(charge_point_id)

    def is_over(self, charge_point_id: str, transaction_id: str) -> bool:
        """Return whether a transaction in memory has ended by a stop of its own."""
        known = self.find(charge_point_id, transaction_id)
        return (
            known is not None
            and known.reported_end is not None
            and not self._reconciliation_of(charge_point_id).is_guess(known)
            # Another device may have ended it: see `_reconsider_strangers_stop`.
            and (
                None in {known.begun_from, known.ended_from}
                or known.begun_from == known.ended_from
            )
        )

    def admits_unexplained(self, charge_point_id: str) -> bool:
        """Return whether one more session without a reported start may be booked."""
        return self._unexplained.take(charge_point_id)

    # The start of a transaction.

    def start(
        self,
        *,
        charge_point_id: str,
        connector_id: int,
        id_tag: str,
        start: datetime,
        meter_start_wh: float | None,
        transaction_id: str | None = None,
        corrected_start: datetime | None = None,
        address: str | None = None,
        continues: str | None = None,
        offline: bool = False,
    ) -> Transaction:
        """Open a transaction; the caller has to save afterwards.

        Args:
            connector_id: The connector, from 1; 0 if it is unknown.
            id_tag: The id tag, as it was sent.
            start: The start by the charge point's clock.
            meter_start_wh: The reading of the start, if any.
            transaction_id: The charge point's own id, if it assigns one.
            corrected_start: The start by our clock, if the offset is known.
            address: The address of the charge point.
            continues: The id of the transaction that it continues after a pause.
            offline: Whether it is known to be reported late.

        Returns:
            The transaction. It has ended if its StopTransaction arrived before.
        """
        told = ReportedStart(
            charge_point_id, connector_id, id_tag, start, meter_start_wh
        )
        known = self._cache.of_connector(charge_point_id, connector_id)
        for one in known:
            # It may have been opened during the query of the storage.
            if ReportedStart.of(one) == told and (
                one.has_number if transaction_id is None else one.id == transaction_id
            ):
                return one
        seq = self._cache.next_seq()
        transaction = Transaction(
            id=transaction_id or str(seq),
            seq=seq,
            charge_point_id=charge_point_id,
            connector_id=connector_id,
            id_tag=id_tag,
            start=matching.plausible(corrected_start or start),
            reported_start=start,
            meter_start_wh=meter_start_wh,
            reported_meter_start_wh=meter_start_wh,
            begun_from=address,
            continues=continues,
        )
        if transaction_id is not None:
            transaction = self._begun_before(transaction)
            if any(one.key == transaction.key for one in self.at_hand(charge_point_id)):
                # Two connectors, or two sessions, have one id.
                start += timedelta(microseconds=seq % 1000 + 1)
                transaction = replace(transaction, reported_start=start)
        else:
            reconciliation = self._reconciliation_of(charge_point_id)
            transaction = reconciliation.joined_with_stop(transaction) or transaction
        if transaction.meter_start_wh != registers.usable(transaction.meter_start_wh):
            transaction = replace(transaction, meter_start_wh=None)
        return self._insert(transaction, offline=offline)

    def _begun_before(self, transaction: Transaction) -> Transaction:
        """Return a transaction with what was reported before its start under its id.

        That is the energy of its meter values, and its stop if that has arrived.
        """
        for one in self.at_hand(transaction.charge_point_id):
            if one.id != transaction.id or one.origin is Origin.STARTED:
                continue
            if (
                one.end < transaction.start
                if one.end is not None
                else one.precedes_start(transaction.reported_start)
            ):
                # It is another transaction: some charge points reuse ids.
                continue
            self._cache.drop(one)
            transaction = replace(transaction, register_wh=one.register_wh)
            if one.reported_end is None or one.end is None:
                return transaction
            return self._endings.joined(
                transaction, one, max(one.end, transaction.start)
            )
        return transaction

    def answered(self, transaction: Transaction, answer: str) -> Transaction:
        """Note the answer to a StartTransaction; the caller has to save afterwards.

        A refused transaction is no session, unless it charges nevertheless.

        Args:
            answer: The AuthorizationStatus.
        """
        if transaction.answer == answer:
            return transaction
        transaction = replace(transaction, answer=answer)
        self._cache.put(transaction)
        return transaction

    def adopt(
        self,
        *,
        charge_point_id: str,
        connector_id: int,
        transaction_id: str,
        reported: datetime | None = None,
        start: datetime | None = None,
        answer: str | None = None,
        offline: bool = False,
        address: str | None = None,
    ) -> Transaction:
        """Adopt a transaction that began without this central system.

        Args:
            connector_id: The connector, from 1.
            transaction_id: The charge point's id for it.
            reported: The time of its meter values by the charge point's clock.
            start: The same time by our clock, if it is to count as the start.
            answer: `AWAITED` if nobody seems to be authorized for it.
            offline: Whether it is known to be reported late.
            address: The address of the charge point.
        """
        now = utcnow()
        transaction = Transaction(
            id=transaction_id,
            seq=self._cache.next_seq(),
            charge_point_id=charge_point_id,
            connector_id=connector_id,
            id_tag="",
            start=now if start is None else matching.plausible(start),
            reported_start=self._unused_start(
                charge_point_id, transaction_id, reported or now
            ),
            meter_start_wh=None,
            answer=answer,
            origin=Origin.ADOPTED,
            begun_from=address,
        )
        transaction = self._insert(transaction, offline=offline)
        self._cache.save_soon()
        return transaction

    def _unused_start(
        self, charge_point_id: str, transaction_id: str, start: datetime
    ) -> datetime:
        """Return a time that differs from the starts of others with the same id."""
        taken = {
            one.reported_start
            for one in self.at_hand(charge_point_id)
            if one.id == transaction_id
        }
        while start in taken:
            start += timedelta(microseconds=1)
        return start

    # Transactions that have an id in each message.

    def begun(
        self,
        known: Transaction,
        *,
        connector_id: int,
        id_tag: str,
        start: datetime,
        corrected_start: datetime,
        meter_start_wh: float | None,
        address: str | None = None,
        continues: str | None = None,
    ) -> Transaction:
        """Note the start of a transaction of which later messages came first.

        The caller has to save afterwards.

        Args:
            known: The transaction, which was adopted or is known by its end only.
            connector_id: The connector, from 1; 0 if it is unknown.
            id_tag: The id tag that is to be booked.
            start: The start by the charge point's clock.
            corrected_start: The start by our clock.
            meter_start_wh: The reading of the start, if any.
            address: The address of the charge point.
            continues: The id of the transaction that it continues after a pause.
        """
        self._cache.drop(known)
        begin = matching.plausible(corrected_start)
        begun = replace(
            known,
            connector_id=connector_id or known.connector_id,
            id_tag=id_tag or known.id_tag,
            start=begin if known.end is None else min(begin, known.end),
            reported_start=self._unused_start(known.charge_point_id, known.id, start),
            origin=Origin.STARTED,
            start_known=True,
            begun_from=address,
            continues=continues,
            reported_meter_start_wh=known.reported_meter_start_wh
            if meter_start_wh is None
            else meter_start_wh,
        )
        if (wh := registers.usable(meter_start_wh)) is not None:
            begun = registers.begun_at(begun, wh)
        if begun.end is not None:
            begun = registers.begun_truly(begun, None, self._cache.of(begun))
        begun = self._endings.priced(begun)
        self._cache.insert(begun)
        return begun

    def amended(self, transaction: Transaction, **changes: Any) -> Transaction:
        """Change a transaction in memory; the caller has to save afterwards.

        With another id tag, its energy gets the prices of that.

        Args:
            transaction: The transaction.
            changes: The fields of `Transaction` to change.
        """
        changed = transaction.with_(**changes)
        if changed == transaction:
            return transaction
        if changed.id_tag != transaction.id_tag:
            changed = self._pricing.moved(transaction, changed)
        self._cache.put(changed)
        return changed

    def moved(self, transaction: Transaction, connector_id: int) -> Transaction:
        """Move a transaction to its connector, which was unknown so far (E01.FR.16).

        The caller has to save afterwards.
        """
        self._cache.drop(transaction)
        moved = transaction.with_(connector_id=connector_id)
        if moved.origin is Origin.STOPPED or moved.end is not None:
            self._cache.insert(moved)
            return moved
        return self._insert(moved)

    def told_late(
        self,
        transaction: Transaction,
        *,
        time: datetime | None,
        readings: Iterable[tuple[float, bool]] = (),
    ) -> Transaction:
        """Note a message that is older than the newest one of its transaction.

        The caller has to save afterwards.

        Args:
            transaction: The transaction, running or ended.
            time: The time of the message by our clock.
            readings: The Wh of each reading, and whether it is that of the beginning.
        """
        if transaction.corrected_by_user or transaction.struck_out:
            return transaction
        told = transaction
        if (
            time is not None
            and told.origin is not Origin.STARTED
            and matching.plausible(time) < told.start
        ):
            told = told.with_(start=matching.plausible(time), start_known=True)
        for wh, begins in readings:
            if begins and told.reported_meter_start_wh is None:
                begun = registers.begun_at(told, wh)
                if begun is not told:
                    told = begun.with_(reported_meter_start_wh=wh)
            elif not begins:
                told = registers.told_late(told, wh)
        if told is transaction:
            return transaction
        told = self._endings.priced(told)
        self._cache.put(told)
        return told

    def _insert(
        self, transaction: Transaction, *, offline: bool = False
    ) -> Transaction:
        """Make a transaction the connector's newest, which ends a running transaction.

        If it is reported late, and began before the running transaction, it is put
        before that.

        Args:
            transaction: The transaction.
            offline: Whether it is known to be reported late.
        """
        transactions = self._cache.of(transaction)
        running = transactions[-1] if transactions else None
        if running is not None and running.end is not None:
            running = None
        place = len(transactions)
        if running is not None:
            if transaction.reported_start < running.reported_start and (
                offline or transaction.start < utcnow() - _HISTORIC
            ):
                place -= 1
                if transaction.end is None:
                    # Its StopTransaction may still arrive, or never.
                    transaction = self._endings.given_up(
                        transaction, running.start, running.reported_meter_start_wh
                    )
            elif transaction.end is None:
                self._cache.put(
                    self._endings.given_up(
                        running, transaction.start, transaction.meter_start_wh
                    )
                )
            else:
                place -= 1
        transactions.insert(place, transaction)
        self._cache.note(transaction)
        # Refused starts are not shown any more; the storage has them.
        transactions[:] = [
            one
            for one in transactions
            if one.key == transaction.key or one.end is None or not one.refused
        ][-KEPT:]
        return transaction

    # The running transaction.

    def meter(
        self,
        transaction: Transaction,
        register_wh: float,
        taken: datetime,
        *,
        begins: bool = False,
    ) -> Transaction:
        """Note a meter reading of a running transaction.

        Args:
            register_wh: The reading.
            taken: The time of the reading.
            begins: Whether it is the reading of the transaction's beginning.
        """
        before = transaction.meter_start_wh
        transaction = self._endings.priced(
            registers.metered(transaction, register_wh, taken, begins=begins), taken
        )
        self._cache.put(transaction)
        if transaction.meter_start_wh != before:
            # If this reading were lost, the next one would become the start.
            self._cache.save_soon()
        else:
            self._cache.save_later()
        return transaction

    def given_back(
        self,
        transaction: Transaction,
        readings: Iterable[tuple[float, bool]],
        *,
        late: bool = False,
    ) -> Transaction:
        """Note readings of the register of what the vehicle gives back (2.1: Q).

        Args:
            transaction: The transaction, running or ended; a newer one may be in memory.
            readings: The Wh of each reading, and whether it is that of the beginning.
            late: Whether they are older than its newest message, or its last ones.
        """
        transaction = told = self._latest_of(transaction)
        for wh, begins in readings:
            details = registers.given_back(told, wh, begins=begins, late=late)
            if details is not told.details:
                told = told.with_(
                    details=self._pricing.given_back(told.details, details)
                )
        if told is transaction:
            return transaction
        self._cache.put(told)
        if told.details.export_start_wh != transaction.details.export_start_wh:
            # If this reading were lost, the next one would become the start.
            self._cache.save_soon()
        else:
            self._cache.save_later()
        return told

    def resume(
        self,
        charge_point_id: str,
        connector_id: int,
        transaction_id: str,
        *,
        heard_of: datetime | None = None,
        address: str | None = None,
    ) -> Transaction | None:
        """Resume a transaction that seemed to have ended, and still runs.

        A StopTransaction is final, with two exceptions: its assignment was a guess, or
        it came from another address than the start, and the address of the start still
        reports the transaction.

        Args:
            connector_id: The connector, from 1.
            heard_of: A time at which it certainly ran, by the charge point's clock.
            address: The address that reported this.

        Returns:
            The running transaction; None if the connector has none to resume.
        """
        transaction = self.find(charge_point_id, transaction_id)
        if transaction is not None and transaction.connector_id == connector_id:
            transaction = self._reconciliation_of(charge_point_id).reconsider_running(
                transaction, heard_of
            )
            if heard_of is not None:
                transaction = self._reconsider_strangers_stop(transaction, address)
        if (
            transaction is None
            or transaction.connector_id != connector_id
            or transaction.end is None
            or transaction.reported_end is not None
            or transaction.struck_out
            or transaction.corrected_by_user
        ):
            return None
        transaction = replace(transaction, end=None, meter_stop_wh=None, reason=None)
        self._cache.drop(transaction)
        self._absorb(transaction)
        self._insert_last(transaction)
        self._cache.save_soon()
        return transaction

    def _insert_last(self, transaction: Transaction) -> None:
        transactions = self._cache.of(transaction)
        if transactions and transactions[-1].end is None:
            self._cache.put(self._endings.given_up(transactions[-1], utcnow()))
        transactions.append(transaction)
        self._cache.note(transaction)

    def _absorb(self, transaction: Transaction) -> None:
        """Drop adopted transactions in its time, as a connector has one at a time."""
        if transaction.charge_point_id in self._ids_tell:
            # They have ids of their own.
            return
        end = transaction.end or utcnow()
        for one in list(self._cache.of(transaction)):
            if (
                one.key != transaction.key
                and one.origin is Origin.ADOPTED
                and one.reported_end is None
                and transaction.start <= one.start <= end
            ):
                self._cache.drop(one)

    # The end of a transaction.

    def stop(
        self,
        transaction: Transaction,
        *,
        end: datetime,
        meter_stop_wh: float | None,
        reason: str,
        id_tag: str | None = None,
        corrected_end: datetime | None = None,
        guessed: bool = False,
        told_id: str | None = None,
        begin: tuple[datetime, float] | None = None,
        address: str | None = None,
    ) -> Transaction:
        """End a transaction by its StopTransaction; the caller has to save afterwards.

        A repetition changes nothing.

        Args:
            end: The end by the charge point's clock.
            meter_stop_wh: The reading of the stop, if any.
            reason: The reason, in snake case.
            id_tag: The id tag that ended it, if any.
            corrected_end: The end by our clock.
            guessed: Whether the stop had no id or an unknown id, and may turn out to
                belong to another transaction.
            told_id: The unknown id.
            begin: The time and the Wh of the beginning, from its TransactionData.
            address: The address that the stop came from.
        """
        if transaction.reported_end is not None:
            return transaction
        if transaction.corrected_by_user:
            # The user's correction stays; just note that the stop arrived.
            transaction = replace(
                transaction,
                reported_end=end,
                reported_meter_stop_wh=meter_stop_wh,
                ended_from=address,
            )
            self._cache.put(transaction)
            return transaction
        if guessed:
            self._reconciliation_of(transaction.charge_point_id).guessed(
                transaction,
                _stop_alone(
                    transaction_id=told_id or "",
                    charge_point_id=transaction.charge_point_id,
                    end=end,
                    corrected_end=corrected_end or end,
                    meter_stop_wh=meter_stop_wh,
                    reason=reason,
                    id_tag=id_tag,
                    begin=begin,
                ),
            )
        if begin is not None and transaction.origin is Origin.ADOPTED:
            transaction = replace(
                transaction,
                start=min(matching.plausible(begin[0]), transaction.start),
                meter_start_wh=begin[1],
            )
        transaction = replace(
            transaction,
            end=max(matching.plausible(corrected_end or end), transaction.start),
            reported_end=end,
            reason=reason,
            id_tag=transaction.id_tag or id_tag or "",
            reported_meter_stop_wh=meter_stop_wh,
            ended_from=address,
        )
        transaction = registers.ended(
            transaction, meter_stop_wh, end, transaction.end or end
        )
        transaction = self._endings.priced(
            registers.begun_truly(
                transaction, begin[1] if begin else None, self._cache.of(transaction)
            )
        )
        self._cache.put(transaction)
        self._absorb(transaction)
        return transaction

    def book_stop(
        self,
        *,
        charge_point_id: str,
        connector_id: int,
        transaction_id: str | None,
        end: datetime,
        corrected_end: datetime,
        meter_stop_wh: float | None,
        reason: str,
        id_tag: str | None,
        begin: tuple[datetime, float] | None,
        address: str | None = None,
        reported_meter_stop_wh: float | None = None,
    ) -> Transaction:
        """Book the StopTransaction of an unknown transaction.

        The caller has to save afterwards.

        Args:
            connector_id: The connector; 0 if it is unknown.
            transaction_id: The id in it, if any.
            end: The end by the charge point's clock.
            corrected_end: The end by our clock.
            meter_stop_wh: The reading of the stop, if it is possible.
            reason: The reason, in snake case.
            id_tag: The id tag, if any.
            begin: The time and the Wh of the beginning, from its TransactionData.
            address: The address that it came from.
            reported_meter_stop_wh: The reported reading, if it is impossible.
        """
        seq = self._cache.next_seq()
        return self._cache.book_stop(
            self._endings.priced(
                _stop_alone(
                    transaction_id=transaction_id or str(seq),
                    seq=seq,
                    charge_point_id=charge_point_id,
                    connector_id=connector_id,
                    end=end,
                    corrected_end=corrected_end,
                    meter_stop_wh=meter_stop_wh,
                    reason=reason,
                    id_tag=id_tag,
                    begin=begin,
                    address=address,
                    reported_meter_stop_wh=reported_meter_stop_wh,
                )
            )
        )

    def close(self, transaction: Transaction) -> Transaction:
        """End a transaction that the charge point has forgotten."""
        now = utcnow()
        transaction = self._reconciliation_of(
            transaction.charge_point_id
        ).joined_when_forgotten(transaction, now) or self._endings.given_up(
            transaction, now
        )
        self._cache.put(transaction)
        self._cache.save_soon()
        return transaction

    def annotate(self, transaction: Transaction, **details: Any) -> Transaction:
        """Note details of a transaction in memory, such as its vehicle, and save it.

        Args:
            transaction: The transaction.
            details: Fields of `Details`.
        """
        latest = self._latest_of(transaction)
        noted = replace(latest, details=replace(latest.details, **details))
        if noted.vehicle != latest.vehicle:
            noted = self._pricing.moved(latest, noted)
        return self._put_if_other(latest, noted)

    def refine(
        self, transaction: Transaction, readings: Mapping[datetime, float]
    ) -> Transaction:
        """Divide the energy of a session by late meter readings, and save it.

        Args:
            transaction: The transaction in memory.
            readings: The readings of its meter in Wh by their time.
        """
        return self._put_if_other(transaction, refined(transaction, readings))

    def revise(
        self,
        transaction: Transaction,
        rates: Mapping[int, Rates],
        sun_shares: Mapping[int, float],
    ) -> Transaction:
        """Note what became known of the parts of a session later, and save it.

        Args:
            transaction: The transaction, of which a newer one may be in memory.
            rates: The prices of quarters of an hour.
            sun_shares: The share of sun (0 to 1) of quarters, for what is unknown there.
        """
        latest = self._latest_of(transaction)
        currency = next((rate.currency for rate in rates.values()), "")
        return self._put_if_other(
            latest, revised(latest, rates, sun_shares, currency=currency)
        )

    def _put_if_other(self, before: Transaction, after: Transaction) -> Transaction:
        if after != before:
            self._cache.put(after)
            self._cache.save_soon()
        return after

    def _latest_of(self, transaction: Transaction) -> Transaction:
        """Return the newest of a transaction that is in memory, or that one itself."""
        return next(
            (
                one
                for one in self.at_hand(transaction.charge_point_id)
                if one.key == transaction.key
            ),
            transaction,
        )

    async def edit(
        self, transaction: Transaction, change: Callable[[Transaction], Transaction]
    ) -> Transaction:
        """Apply a user's change to a transaction, and save it.

        Energy without a price gets the present price.

        Args:
            transaction: The transaction from the storage. If there is a newer one in
                memory, that is changed.
            change: Returns the changed transaction, or the same object.

        Returns:
            The changed transaction.
        """
        transaction = self._latest_of(transaction)
        changed = change(transaction)
        if changed is not transaction:
            # The user's correction settles a guess.
            self._reconciliation_of(changed.charge_point_id).settled(changed)
            if (changed.id_tag, changed.vehicle) != (
                transaction.id_tag,
                transaction.vehicle,
            ):
                changed = self._pricing.moved(transaction, changed)
            changed = _with_cost_noted(self._endings.priced(changed), transaction)
            self._cache.put(changed)
            await self.save()
        return changed

    # Stops from other addresses, and later reports of the charge point itself.

    def _reconsider_strangers_stop(
        self, transaction: Transaction, address: str | None
    ) -> Transaction:
        """Undo a stop from another address if the address of its start reports it."""
        if (
            transaction.reported_end is None
            or transaction.ended_from is None
            or address is None
            or address != transaction.begun_from
            or address == transaction.ended_from
        ):
            return transaction
        transaction = replace(
            _edited(transaction, by=address, fields=("end", "meter_stop_wh", "reason")),
            reported_end=None,
            reported_meter_stop_wh=None,
            ended_from=None,
        )
        self._cache.put(transaction)
        return transaction

    def restop(
        self,
        transaction: Transaction,
        *,
        end: datetime,
        corrected_end: datetime,
        meter_stop_wh: float | None,
        reason: str,
        address: str | None,
    ) -> Transaction | None:
        """Correct an end by a second StopTransaction.

        It has to come from the address of the start: another device may have sent the
        first one, or the charge point corrects itself. The same reading is a
        repetition, even with another time. The caller has to save afterwards.

        Args:
            transaction: The ended transaction.
            end: The new end by the charge point's clock.
            corrected_end: The new end by our clock.
            meter_stop_wh: The new reading, if any.
            reason: The new reason, in snake case.
            address: The address that it came from.

        Returns:
            The corrected transaction; None if nothing is corrected.
        """
        if (
            address is None
            or address != transaction.begun_from
            or transaction.corrected_by_user
            or transaction.struck_out
            or transaction.end is None
        ):
            return None
        known_wh = transaction.told_stop_wh
        if meter_stop_wh in {None, known_wh} and (
            transaction.ended_from in {None, address} or transaction.reported_end == end
        ):
            return None
        ended = max(matching.plausible(corrected_end), transaction.start)
        stop_wh = transaction.register_wh if meter_stop_wh is None else meter_stop_wh
        if not registers.goes_on(
            transaction.meter_start_wh, stop_wh, ended - transaction.start
        ) or any(
            transaction.start < other.start < ended
            for other in self._cache.of(transaction)
        ):
            return None
        corrected = replace(
            _edited(transaction, by=address, fields=("end", "meter_stop_wh", "reason")),
            end=ended,
            reported_end=end,
            meter_stop_wh=stop_wh,
            reported_meter_stop_wh=meter_stop_wh,
            reason=reason,
            ended_from=address,
        ).with_cost_as(transaction)
        self._cache.put(corrected)
        return corrected

    # The clock of the charge point, and its removal.

    def correct_times(
        self, charge_point_id: str, *, after: int, offset: timedelta
    ) -> None:
        """Correct the times of transactions that were booked without the offset.

        Args:
            after: The `seq` after which transactions are corrected.
            offset: The offset of the charge point's clock; see `ChargerClock`.
        """
        for one in [
            *self._cache.known(charge_point_id),
            *self._cache.stops_of(charge_point_id),
        ]:
            if one.seq <= after or one.corrected_by_user:
                continue
            start, end = one.start, one.end
            if one.origin is not Origin.ADOPTED:
                start = matching.plausible(shifted(one.reported_start, offset))
            if one.reported_end is not None:
                end = matching.plausible(shifted(one.reported_end, offset))
            if end is not None:
                end = max(end, start) if one.start_known else end
            if not one.start_known and end is not None:
                start = end
            course = one.course
            if one.origin is not Origin.ADOPTED and start != one.start:
                course = course.shifted((start - one.start).total_seconds())
            self._cache.put(replace(one, start=start, end=end, course=course))
        self._cache.save_later()

    def forget(self, charge_point_id: str) -> None:
        """End the running transactions of a charge point that was removed.

        They stay in memory, as after a restart: the charge point may connect again, and
        report more of them.
        """
        for transaction in self.running(charge_point_id):
            self._cache.put(self._endings.given_up(transaction, utcnow()))
        self._cache.save_soon()


def _edited(
    transaction: Transaction, *, by: str, fields: tuple[str, ...]
) -> Transaction:
    """Return it with an `Edit` that has the present values of these fields."""
    return transaction.edited(fields, by=by, by_user=False, time=utcnow())


def _with_cost_noted(changed: Transaction, before: Transaction) -> Transaction:
    """Return a corrected transaction whose last `Edit` has the cost, if that changed."""
    if changed.cost == before.cost or len(changed.edits) == len(before.edits):
        return changed
    *edits, last = changed.edits
    if "cost" in dict(last.before):
        return changed
    last = replace(last, before=(*last.before, ("cost", before.cost)))
    return replace(changed, edits=(*edits, last))


def _stop_alone(
    *,
    transaction_id: str = "",
    seq: int = 0,
    charge_point_id: str,
    connector_id: int = 0,
    end: datetime,
    corrected_end: datetime,
    meter_stop_wh: float | None,
    reason: str,
    id_tag: str | None,
    begin: tuple[datetime, float] | None = None,
    address: str | None = None,
    reported_meter_stop_wh: float | None = None,
) -> Transaction:
    """Return a session that is only known by its StopTransaction."""
    ended = matching.plausible(corrected_end)
    start = ended if begin is None else min(matching.plausible(begin[0]), ended)
    return Transaction(
        id=transaction_id,
        seq=seq,
        charge_point_id=charge_point_id,
        connector_id=connector_id,
        id_tag=id_tag or "",
        start=start,
        reported_start=start,
        meter_start_wh=begin[1] if begin is not None else None,
        end=ended,
        reported_end=end,
        meter_stop_wh=meter_stop_wh,
        reported_meter_stop_wh=(
            meter_stop_wh if reported_meter_stop_wh is None else reported_meter_stop_wh
        ),
        reason=reason,
        origin=Origin.STOPPED,
        start_known=begin is not None,
        ended_from=address,
    )
