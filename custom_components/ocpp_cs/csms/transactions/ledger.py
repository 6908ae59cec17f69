"""The ledger: which transactions run, since when, and what they used."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ..model.allowance import Allowance
from ..model.model import utcnow
from . import matching, registers
from .reconciliation import StopReconciliation, stop_alone
from .storage import KEPT, MemoryStore, TransactionStore, told_start, told_stop
from .transaction import Origin, Transaction, public_id

__all__ = ["Ledger", "MemoryStore", "Transaction", "TransactionStore"]

_HISTORIC = timedelta(minutes=2)
"""What is said to be older than this may be a replay of what happened offline."""

_MOST_UNEXPLAINED = 100
"""Sessions of a charge point, within an hour, of which nothing but its meter values or
its end tells: whoever makes up ids could fill the disk with them."""

_HOUR = timedelta(hours=1)

_OURS = 1_400_000_000
"""Ids that we give are seconds of the epoch, and so they are larger than this."""


class Ledger(StopReconciliation):
    """All running transactions and the latest finished ones of each connector.

    Older ones are in the storage. `price` tells the price of a kWh, None where it is
    not known; energy is priced when it is heard of.
    """

    def __init__(
        self,
        storage: TransactionStore,
        *,
        price: Callable[[], float | None] = lambda: None,
    ) -> None:
        """Start empty; `load` brings back what was known."""
        super().__init__(storage, price=price)
        self._unexplained = Allowance(_MOST_UNEXPLAINED, _HOUR.total_seconds())

    def admits_unexplained(self, charge_point_id: str) -> bool:
        """Tell whether a session may be booked that nobody has heard begin."""
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
        known = self._transactions.get((charge_point_id, connector_id), [])
        if not dated:
            return _same_undated(known[-1], id_tag, meter_start_wh) if known else None
        told = (charge_point_id, connector_id, id_tag, start, meter_start_wh)
        for one in known:
            if told_start(one) == told:
                return one
        # What is newer than all that is known was not heard of before.
        if known and all(one.reported_start < start for one in known):
            return None
        return await self._storage.find_start(*told)

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
        told = (charge_point_id, connector_id, id_tag, start, meter_start_wh)
        known = self._transactions.get((charge_point_id, connector_id), [])
        for one in known:
            # Also the one that began while the storage was asked.
            if told_start(one) == told:
                return one
        seq = self._next_seq()
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
        stop = matching.stop_of_start(
            transaction,
            self._stops_of(charge_point_id),
            self._of(transaction),
        )
        if stop is not None:
            self._drop(stop)
            assert stop.end is not None  # as it is one of a StopTransaction
            transaction = self._joined(
                transaction, stop, max(stop.end, transaction.start)
            )
        else:
            transaction = self._reconsider_start(transaction) or transaction
        if transaction.meter_start_wh != registers.usable(transaction.meter_start_wh):
            transaction = replace(transaction, meter_start_wh=None)
        return self._insert(transaction)

    def answered(self, transaction: Transaction, answer: str) -> Transaction:
        """Note what a StartTransaction is answered. Save afterwards.

        One that is refused is no session unless it charges all the same.
        """
        if transaction.answer == answer:
            return transaction
        transaction = replace(transaction, answer=answer)
        self._put(transaction)
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
            seq=self._next_seq(),
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
        self._save_soon()
        return transaction

    def _insert(self, transaction: Transaction) -> Transaction:
        """Make it the connector's newest, which ends one that still ran there.

        One that comes late, from before the running one began, goes before that.
        """
        transactions = self._of(transaction)
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
                    transaction = self._given_up(
                        transaction, running.start, running.reported_meter_start_wh
                    )
            elif transaction.end is None:
                self._put(
                    self._given_up(
                        running, transaction.start, transaction.meter_start_wh
                    )
                )
            else:
                place -= 1
        transactions.insert(place, transaction)
        self._note(transaction)
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
        transaction = self._priced(
            registers.metered(transaction, register_wh, taken, begins=begins)
        )
        self._put(transaction)
        if transaction.meter_start_wh != before:
            # The next reading would be taken for the start if this one were lost.
            self._save_soon()
        else:
            self._save_later()
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
            transaction = self._reconsider_running(transaction, heard_of)
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
        self._drop(transaction)
        self._absorb(transaction)
        self._insert_last(transaction)
        self._save_soon()
        return transaction

    def _insert_last(self, transaction: Transaction) -> None:
        transactions = self._of(transaction)
        if transactions and transactions[-1].end is None:
            self._put(self._given_up(transactions[-1], utcnow()))
        transactions.append(transaction)
        self._note(transaction)

    def _absorb(self, transaction: Transaction) -> None:
        """Forget what was adopted in its time: a connector has one at a time."""
        end = transaction.end or utcnow()
        for one in list(self._of(transaction)):
            if (
                one.key != transaction.key
                and one.origin is Origin.ADOPTED
                and one.reported_end is None
                and transaction.start <= one.start <= end
            ):
                self._drop(one)

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
        # ... and if just one can be meant, it is meant.
        transactions = list(self._known(charge_point_id))
        if transaction_id is not None:
            stopped = matching.stopped_by_tag(
                transactions,
                end=end,
                corrected_end=corrected_end,
                meter_stop_wh=meter_stop_wh,
                id_tag=id_tag,
            )
        else:
            stopped = matching.stopped(
                transactions,
                end=end,
                corrected_end=corrected_end,
                meter_stop_wh=meter_stop_wh,
            )
        if stopped is None and not dated:
            return matching.stopped_undated(
                [
                    *self._latest_of_each(charge_point_id),
                    *self._stops_of(charge_point_id)[-1:],
                ],
                transaction_id,
                meter_stop_wh,
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
            one = self._reconsider_stop(one, end, meter_stop_wh)
        else:
            one = next(
                (
                    stop
                    for stop in reversed(self._stops_of(charge_point_id))
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

        told = (charge_point_id, end, meter_stop_wh)
        for one in self.at_hand(charge_point_id):
            if told_stop(one) == told and same_id(one):
                return one
        known = await self._storage.find_stop(*told)
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
            self._put(transaction)
            return transaction
        if guessed:
            self._note_guess(
                transaction,
                stop_alone(
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
        transaction = self._priced(
            registers.begun_truly(
                transaction, begin[1] if begin else None, self._of(transaction)
            )
        )
        self._put(transaction)
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
        seq = self._next_seq()
        return self._book(
            self._priced(
                stop_alone(
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
        """End a transaction that the charge point has forgotten.

        A stop without an id that came meanwhile, and did not fit by its time, as the
        clock was set in between (seen from a go-eCharger), is its own.
        """
        now = utcnow()
        stops = self._stops_of(transaction.charge_point_id)
        stop = matching.stop_of_forgotten(
            transaction,
            # With an id that the charge point made up, its time has to fit.
            [
                stop
                for stop in stops
                if (
                    transaction.seq < stop.seq
                    if _told_no_id(stop)
                    else not _is_ours(stop.id)
                    and (stop.end or now) >= transaction.start
                )
            ],
            now,
        )
        if stop is None or transaction.refused:
            transaction = self._given_up(transaction, now)
        else:
            self._drop(stop)
            end = now if _told_no_id(stop) else stop.end or now
            transaction = self._joined(transaction, stop, end)
        self._put(transaction)
        self._save_soon()
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
            self._guesses.pop(changed.key, None)
            changed = self._priced(changed)
            self._put(changed)
            await self.save()
        return changed

    def forget(self, charge_point_id: str) -> None:
        """End what runs at a charge point that was removed.

        It stays at hand, as after a restart: the charge point may come back, with
        more to say of it.
        """
        for transaction in self.running(charge_point_id):
            self._put(self._given_up(transaction, utcnow()))
        self._save_soon()


def _told_no_id(stop: Transaction) -> bool:
    """Tell whether a stop that was booked by itself had no id, and got one from us."""
    return stop.id == str(stop.seq)


def _is_ours(transaction_id: str) -> bool:
    """Tell whether an id can be one that we gave: those are times."""
    number = public_id(transaction_id)
    return isinstance(number, int) and _OURS <= number < 2**32


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
