"""The ledger: which transactions run, since when, and what they used."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ..model.clock import shifted
from ..model.deviations import Allowance
from ..model.model import utcnow
from . import matching, registers
from .cache import TransactionCache, Watcher
from .matching import Endings
from .reconciliation import Reconciliation, StopReconciliation
from .storage import KEPT, MemoryStore, ReportedStart, ReportedStop, TransactionStore
from .transaction import Origin, Transaction

__all__ = ["Ledger", "MemoryStore", "Transaction", "TransactionStore"]

_HISTORIC = timedelta(minutes=2)
"""What is said to be older than this may be a replay of what happened offline."""

_MOST_UNEXPLAINED = 100
"""Sessions of a charge point, within an hour, of which nothing but its meter values or
its end tells: whoever makes up ids could fill the disk with them."""

_HOUR = timedelta(hours=1)

type ReconciliationFactory = Callable[[TransactionCache, Endings], Reconciliation]


class Ledger:
    """All running transactions and the latest finished ones of each connector.

    Older ones are in the storage.
    """

    def __init__(
        self,
        storage: TransactionStore,
        *,
        price: Callable[[], float | None] = lambda: None,
        reconciliation: ReconciliationFactory = StopReconciliation,
    ) -> None:
        """Start empty; `load` brings back what was known.

        Args:
            storage: Where transactions are kept.
            price: Returns the price of a kWh, None where it is not known; energy is
                priced when it is heard of.
            reconciliation: Makes what decides where ids do not tell, as in OCPP 1.6.
                It is not asked for charge points of `ids_tell`.
        """
        self._storage = storage
        self._cache = TransactionCache(storage)
        self._endings = Endings(price)
        self._reconciliation = reconciliation(self._cache, self._endings)
        self._no_reconciliation = Reconciliation()
        self._ids_tell: set[str] = set()
        self._unexplained = Allowance(_MOST_UNEXPLAINED, _HOUR.total_seconds())

    def ids_tell(self, charge_point_id: str, *, always: bool) -> None:
        """Set whether a charge point always names its transactions (from OCPP 2 on)."""
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

    # What is known.

    async def load(self) -> None:
        """Read what was saved, before the first charge point connects."""
        await self._cache.load()

    async def save(self) -> None:
        """Return once everything known is safe."""
        await self._cache.save()

    def watch(self, watcher: Watcher) -> None:
        """Call `watcher` for each change of a transaction, when it is made."""
        self._cache.watch(watcher)

    def watch_late(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` when there is more at hand than there was: the disk is back."""
        self._cache.loaded_late = watcher

    @property
    def last_seq(self) -> int:
        """The newest number of booking; they grow."""
        return self._cache.last_seq

    def latest(self, charge_point_id: str, connector_id: int) -> Transaction | None:
        """Return the connector's running transaction, or else its last one."""
        return self._cache.latest(charge_point_id, connector_id)

    def latest_session(
        self, charge_point_id: str, connector_id: int
    ) -> Transaction | None:
        """Return the connector's latest that counts for the user, of those at hand."""
        return self._cache.latest_session(charge_point_id, connector_id)

    def running(self, charge_point_id: str) -> list[Transaction]:
        """Return the running transactions of a charge point."""
        return self._cache.running(charge_point_id)

    def find(self, charge_point_id: str, transaction_id: str) -> Transaction | None:
        """Return the charge point's transaction of that id, of those at hand."""
        return self._cache.find(charge_point_id, transaction_id)

    def connectors(self, charge_point_id: str) -> set[int]:
        """Return the connectors of which transactions are known."""
        return self._cache.connectors(charge_point_id)

    def at_hand(self, charge_point_id: str) -> list[Transaction]:
        """Return those of a charge point, of which only the stop is known last."""
        return self._cache.at_hand(charge_point_id)

    def is_over(self, charge_point_id: str, transaction_id: str) -> bool:
        """Return whether a transaction at hand has ended by a stop that is its own."""
        known = self.find(charge_point_id, transaction_id)
        return (
            known is not None
            and known.reported_end is not None
            and not self._reconciliation_of(charge_point_id).is_guess(known)
            # Somebody else may have ended it: see `_reconsider_strangers_stop`.
            and (
                None in {known.begun_from, known.ended_from}
                or known.begun_from == known.ended_from
            )
        )

    def admits_unexplained(self, charge_point_id: str) -> bool:
        """Return whether a session may be booked that nobody has heard begin."""
        return self._unexplained.take(charge_point_id)

    # It begins.

    async def find_start(
        self,
        *,
        charge_point_id: str,
        connector_id: int,
        id_tag: str,
        start: datetime,
        meter_start_wh: float | None,
        dated: bool = True,
    ) -> Transaction | None:
        """Return the transaction that the same StartTransaction opened before.

        A charge point that got no answer sends it again (3.7), and message ids say
        nothing: some repeat them after each boot. One that is not `dated`, as it told
        no time that can be, may be that of what runs.
        """
        known = self._cache.of_connector(charge_point_id, connector_id)
        if not dated:
            return _same_undated(known[-1], id_tag, meter_start_wh) if known else None
        told = ReportedStart(
            charge_point_id, connector_id, id_tag, start, meter_start_wh
        )
        for one in known:
            if ReportedStart.of(one) == told:
                return one
        # What is newer than all that is known was not heard of before.
        if known and all(one.reported_start < start for one in known):
            return None
        return await self._storage.find_start(told)

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
    ) -> Transaction:
        """Open a transaction; save afterwards.

        `transaction_id` is the charge point's own id for it, where it gives one.
        `start` is by the clock of the charge point, `corrected_start` by ours where
        the difference is known, `address` the one that it connected from. If its
        StopTransaction came first, it has ended.
        """
        told = ReportedStart(
            charge_point_id, connector_id, id_tag, start, meter_start_wh
        )
        known = self._cache.of_connector(charge_point_id, connector_id)
        for one in known:
            # Also the one that began while the storage was asked.
            if ReportedStart.of(one) == told:
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
        else:
            reconciliation = self._reconciliation_of(charge_point_id)
            transaction = reconciliation.joined_with_stop(transaction) or transaction
        if transaction.meter_start_wh != registers.usable(transaction.meter_start_wh):
            transaction = replace(transaction, meter_start_wh=None)
        return self._insert(transaction)

    def _begun_before(self, transaction: Transaction) -> Transaction:
        """Return what began with all that was told of it before, by its own id.

        That is what its meter values said, and its stop if that came, too.
        """
        for one in self.at_hand(transaction.charge_point_id):
            if one.id != transaction.id or one.origin is Origin.STARTED:
                continue
            if one.end is not None and one.end < transaction.start:
                # Another one: some use an id again.
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
        """Note what a StartTransaction is answered. Save afterwards.

        One that is refused is no session unless it charges all the same.
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
        address: str | None = None,
    ) -> Transaction:
        """Take over a transaction that began without this central system.

        `reported` is the time of the meter values that tell of it, by the clock of
        the charge point.
        """
        now = utcnow()
        transaction = Transaction(
            id=transaction_id,
            seq=self._cache.next_seq(),
            charge_point_id=charge_point_id,
            connector_id=connector_id,
            id_tag="",
            start=now,
            reported_start=reported or now,
            meter_start_wh=None,
            origin=Origin.ADOPTED,
            begun_from=address,
        )
        self._insert(transaction)
        self._cache.save_soon()
        return transaction

    def _insert(self, transaction: Transaction) -> Transaction:
        """Make it the connector's newest, which ends one that still ran there.

        One that comes late, from before the running one began, goes before that.
        """
        transactions = self._cache.of(transaction)
        running = transactions[-1] if transactions else None
        if running is not None and running.end is not None:
            running = None
        place = len(transactions)
        if running is not None:
            if (
                transaction.reported_start < running.reported_start
                and transaction.start < utcnow() - _HISTORIC
            ):
                place -= 1
                if transaction.end is None:
                    # Until its StopTransaction comes, which may be never.
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
        # Of a refused start nothing is to be shown any more; the books have it.
        transactions[:] = [
            one
            for one in transactions
            if one.key == transaction.key or one.end is None or not one.refused
        ][-KEPT:]
        return transaction

    # It goes on.

    def meter(
        self,
        transaction: Transaction,
        register_wh: float,
        taken: datetime,
        *,
        begins: bool = False,
    ) -> Transaction:
        """Note a reading of the meter, taken at `taken`, of a running transaction.

        With `begins` it is of the transaction's beginning.
        """
        before = transaction.meter_start_wh
        transaction = self._endings.priced(
            registers.metered(transaction, register_wh, taken, begins=begins)
        )
        self._cache.put(transaction)
        if transaction.meter_start_wh != before:
            # The next reading would be taken for the start if this one were lost.
            self._cache.save_soon()
        else:
            self._cache.save_later()
        return transaction

    def resume(
        self,
        charge_point_id: str,
        connector_id: int,
        transaction_id: str,
        *,
        heard_of: datetime | None = None,
        address: str | None = None,
    ) -> Transaction | None:
        """Return a transaction that was thought to have ended, and still runs.

        None if there is no such at the connector: a StopTransaction is final, unless
        it was guessed to be this one's, or came from another address than the one
        that it began at, and that still tells of it. `heard_of` is a time by the charge
        point's clock at which it certainly ran, `address` where that was told.
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
        """Forget what was adopted in its time: a connector has one at a time."""
        end = transaction.end or utcnow()
        for one in list(self._cache.of(transaction)):
            if (
                one.key != transaction.key
                and one.origin is Origin.ADOPTED
                and one.reported_end is None
                and transaction.start <= one.start <= end
            ):
                self._cache.drop(one)

    # It ends.

    async def find_stop(
        self,
        charge_point_id: str,
        transaction_id: str | None,
        *,
        end: datetime,
        corrected_end: datetime,
        meter_stop_wh: float | None,
        id_tag: str | None = None,
        dated: bool = True,
    ) -> Transaction | None:
        """Return the transaction that a StopTransaction means, or has ended before.

        `transaction_id` is None where the charge point never got an id. `dated` says whether it told a time that can be.
        """
        if transaction_id is not None and (
            one := await self._stopped_by_id(
                charge_point_id, transaction_id, end, meter_stop_wh
            )
        ):
            return one
        # The answer with the id got lost, or the charge point has one of its own. It
        # may be a repetition ...
        if dated and (
            one := await self._stopped_before(
                charge_point_id, transaction_id, end, meter_stop_wh
            )
        ):
            return one
        # ... or there is no telling.
        reconciliation = self._reconciliation_of(charge_point_id)
        stopped = reconciliation.meant(
            charge_point_id,
            transaction_id,
            end=end,
            corrected_end=corrected_end,
            meter_stop_wh=meter_stop_wh,
            id_tag=id_tag,
        )
        if stopped is None and not dated:
            return reconciliation.meant_undated(
                charge_point_id, transaction_id, meter_stop_wh
            )
        return stopped

    async def _stopped_by_id(
        self,
        charge_point_id: str,
        transaction_id: str,
        end: datetime,
        meter_stop_wh: float | None,
    ) -> Transaction | None:
        """Return the transaction of the id that a StopTransaction tells."""
        if (one := self.find(charge_point_id, transaction_id)) is not None:
            one = self._reconciliation_of(charge_point_id).reconsider_stop(
                one, end, meter_stop_wh
            )
        else:
            one = next(
                (
                    stop
                    for stop in reversed(self._cache.stops_of(charge_point_id))
                    if stop.id == transaction_id
                ),
                None,
            ) or await self._storage.find(charge_point_id, transaction_id)
        # An id of the charge point's own may be that of each of its sessions.
        if (
            one is not None
            and one.origin is not Origin.STARTED
            and one.reported_end not in {None, end}
            and one.told_stop_wh != meter_stop_wh
        ):
            return None
        return one

    async def _stopped_before(
        self,
        charge_point_id: str,
        transaction_id: str | None,
        end: datetime,
        meter_stop_wh: float | None,
    ) -> Transaction | None:
        """Return the transaction that the same StopTransaction ended."""

        def same_id(one: Transaction) -> bool:
            # Several that end at once may be told with the same reading, or none.
            return (
                transaction_id is None
                or one.id == transaction_id
                or one.origin is Origin.STARTED
            )

        told = ReportedStop(charge_point_id, end, meter_stop_wh)
        for one in self.at_hand(charge_point_id):
            if ReportedStop.of(one) == told and same_id(one):
                return one
        known = await self._storage.find_stop(told)
        return known if known is not None and same_id(known) else None

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
        """End a transaction as its StopTransaction says. Save afterwards.

        `begin` is what its TransactionData tells of the beginning: time and Wh.
        The same again changes nothing. With `guessed` it has no id, or one that nobody
        gave (`told_id`), and may turn out to be that of another one. It came from
        `address`.
        """
        if transaction.reported_end is not None:
            return transaction
        if transaction.corrected_by_user:
            # What the user says has the last word; that it came is to be known.
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
        """Book a StopTransaction of which nothing else is known. Save afterwards.

        `reported_meter_stop_wh` is what it told, where that cannot be.
        `begin` is what its TransactionData tells of the beginning: time and Wh.
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

    async def edit(
        self, transaction: Transaction, change: Callable[[Transaction], Transaction]
    ) -> Transaction:
        """Let a user change what is in the books, which are saved then.

        `transaction` is from the books; if there is something newer at hand, that is
        what is changed. Energy that had no price gets the one of now.
        """
        transaction = next(
            (
                one
                for one in self.at_hand(transaction.charge_point_id)
                if one.key == transaction.key
            ),
            transaction,
        )
        changed = change(transaction)
        if changed is not transaction:
            # What the user says of it is no guess.
            self._reconciliation_of(changed.charge_point_id).settled(changed)
            changed = self._endings.priced(changed)
            self._cache.put(changed)
            await self.save()
        return changed

    # Stops of strangers, and what the charge point says itself.

    def _reconsider_strangers_stop(
        self, transaction: Transaction, address: str | None
    ) -> Transaction:
        """Return it as it is when the address that it began at tells that it runs."""
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
        """Correct an end by another StopTransaction; return None if that is no reason.

        It has to come from the address that the transaction began at: somebody else
        may have ended it, or the charge point knows better. The same reading is a
        repetition, whatever its time is. Save afterwards.
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

    # Times.

    def correct_times(
        self, charge_point_id: str, *, after: int, offset: timedelta
    ) -> None:
        """Correct what was booked later than `after`, when no offset was known.

        Save afterwards, sooner or later.
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
            self._cache.put(replace(one, start=start, end=end))
        self._cache.save_later()

    def forget(self, charge_point_id: str) -> None:
        """End what runs at a charge point that was removed.

        It stays at hand, as after a restart: the charge point may come back, with
        more to say of it.
        """
        for transaction in self.running(charge_point_id):
            self._cache.put(self._endings.given_up(transaction, utcnow()))
        self._cache.save_soon()


def _edited(
    transaction: Transaction, *, by: str, fields: tuple[str, ...]
) -> Transaction:
    """Return it with a note of what these fields were before they are changed."""
    return transaction.edited(fields, by=by, by_user=False, time=utcnow())


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
    """Return a StopTransaction as a session of which nothing else is known."""
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


def _same_undated(
    latest: Transaction, id_tag: str, meter_start_wh: float | None
) -> Transaction | None:
    """Return the newest transaction if the same start, without a time, is its own.

    A meter that counts each session has the same reading at every start.
    """
    same = (
        latest.end is None
        and latest.origin is Origin.STARTED
        and latest.as_told("id_tag") == id_tag
        and latest.reported_meter_start_wh == meter_start_wh
        and (meter_start_wh or not latest.energy_wh)
    )
    return latest if same else None
