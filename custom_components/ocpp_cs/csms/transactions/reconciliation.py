"""What the ledger thinks better of: stops that were guessed, times of a wrong clock."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from ..model.clock import shifted
from ..model.model import utcnow
from . import matching
from .cache import TransactionCache
from .registers import goes_on
from .storage import KEPT_STOPS, TransactionStore
from .transaction import Origin, Transaction, TransactionKey

_MAX_GUESSES = 100
"""Guesses that may be taken back, of all charge points."""

_GOES_ON = timedelta(minutes=1)
"""So much later than its end a transaction must be heard of to be running."""


class StopReconciliation(TransactionCache):
    """The part of `Ledger` that changes its mind.

    A StopTransaction without an id is taken for that of the only transaction that it
    can mean. What comes later may prove that wrong: that transaction's own stop, its
    meter values that go on, or the start of another one that it fits better.
    """

    def __init__(
        self, storage: TransactionStore, *, price: Callable[[], float | None]
    ) -> None:
        """Know of no guess; those of before a restart are facts."""
        super().__init__(storage)
        self._price = price
        # Which transaction was ended by a guess -> the stop, as one by itself.
        self._guesses: dict[TransactionKey, Transaction] = {}

    def _priced(self, transaction: Transaction) -> Transaction:
        return transaction.priced(self._price)

    def _given_up(
        self, transaction: Transaction, end: datetime, next_wh: float | None = None
    ) -> Transaction:
        if transaction.refused:
            # What the meter went on by was not its doing.
            next_wh = None
        return self._priced(matching.given_up(transaction, end, next_wh))

    def _joined(
        self, transaction: Transaction, stop: Transaction, end: datetime
    ) -> Transaction:
        return self._priced(
            replace(
                transaction,
                end=end,
                reported_end=stop.reported_end,
                meter_stop_wh=stop.meter_stop_wh,
                reported_meter_stop_wh=stop.reported_meter_stop_wh,
                ended_from=stop.ended_from,
                reason=stop.reason,
            )
        )

    def _book(self, stop: Transaction) -> Transaction:
        """Book a stop as a session of which nothing else is known."""
        stops = self._stops_of(stop.charge_point_id)
        stops.append(stop)
        del stops[:-KEPT_STOPS]
        self._note(stop)
        return stop

    # Guesses.

    def _note_guess(self, transaction: Transaction, stop: Transaction) -> None:
        self._guesses[transaction.key] = stop
        if len(self._guesses) > _MAX_GUESSES:
            del self._guesses[next(iter(self._guesses))]

    def is_over(self, charge_point_id: str, transaction_id: str) -> bool:
        """Tell whether a transaction at hand has ended by a stop that is its own."""
        known = self.find(charge_point_id, transaction_id)
        return (
            known is not None
            and known.reported_end is not None
            and known.key not in self._guesses
            # Somebody else may have ended it: see `_reconsider_strangers_stop`.
            and (
                None in {known.begun_from, known.ended_from}
                or known.begun_from == known.ended_from
            )
        )

    def _reconsider_stop(
        self, transaction: Transaction, end: datetime, meter_stop_wh: float | None
    ) -> Transaction:
        """Return it as its own StopTransaction, with its id, finds it."""
        if (guess := self._guesses.get(transaction.key)) is None:
            return transaction
        same = (
            guess.reported_end == end
            if meter_stop_wh is None or guess.meter_stop_wh is None
            else guess.meter_stop_wh == meter_stop_wh
        )
        if same:
            del self._guesses[transaction.key]
            return transaction
        return self._take_back(transaction)

    def _reconsider_running(
        self, transaction: Transaction, heard_of: datetime | None
    ) -> Transaction:
        """Return it as it is when it was heard of, by the charge point's clock."""
        guess = self._guesses.get(transaction.key)
        if (
            guess is None
            or guess.reported_end is None
            or heard_of is None
            or heard_of - guess.reported_end < _GOES_ON
        ):
            return transaction
        return self._take_back(transaction)

    def _reconsider_start(self, transaction: Transaction) -> Transaction | None:
        """Return what just began as a stop ends it that was guessed to be another's.

        None if there is no such. It has to be the nearer one to that stop, or the
        only one of the two with its tag.
        """
        siblings = list(self._of(transaction))
        fitting = [
            (other, stop)
            for other in self._known(transaction.charge_point_id)
            if (stop := self._guesses.get(other.key)) is not None
            and matching.stop_of_start(transaction, [stop], siblings) is not None
            and (
                other.connector_id == transaction.connector_id
                or (stop.id_tag == transaction.id_tag != other.id_tag)
            )
        ]
        if len(fitting) != 1:
            return None
        ((other, stop),) = fitting
        del self._guesses[other.key]
        other = _unstopped(other)
        assert stop.end is not None  # as it is one of a StopTransaction
        if other.connector_id == transaction.connector_id:
            other = self._given_up(
                replace(other, end=None), transaction.start, transaction.meter_start_wh
            )
        elif self._is_latest(other):
            # Nobody has heard that it ended.
            other = replace(other, end=None, reason=None, meter_stop_wh=None)
        self._put(self._priced(other))
        return self._joined(transaction, stop, max(stop.end, transaction.start))

    def _is_latest(self, transaction: Transaction) -> bool:
        latest = self.latest(transaction.charge_point_id, transaction.connector_id)
        return latest is not None and latest.key == transaction.key

    def _take_back(self, transaction: Transaction) -> Transaction:
        """Let a guessed stop be one by itself; return its transaction as given up."""
        stop = self._guesses.pop(transaction.key)
        transaction = self._priced(_unstopped(transaction))
        self._put(transaction)
        seq = self._next_seq()
        self._book(replace(stop, id=stop.id or str(seq), seq=seq))
        return transaction

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
        self._put(transaction)
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
        if not goes_on(
            transaction.meter_start_wh, stop_wh, ended - transaction.start
        ) or any(
            transaction.start < other.start < ended for other in self._of(transaction)
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
        self._put(corrected)
        return corrected

    # Times.

    def correct_times(
        self, charge_point_id: str, *, after: int, offset: timedelta
    ) -> None:
        """Correct what was booked later than `after`, when no offset was known.

        Save afterwards, sooner or later.
        """
        for one in [*self._known(charge_point_id), *self._stops_of(charge_point_id)]:
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
            self._put(replace(one, start=start, end=end))
        self._save_later()


def _unstopped(transaction: Transaction) -> Transaction:
    """Return it as one of which no stop has come, and the end is not certain."""
    return matching.given_up(
        replace(
            transaction,
            reported_end=None,
            meter_stop_wh=None,
            reported_meter_stop_wh=None,
            ended_from=None,
        ),
        transaction.end or transaction.start,
    )


def _edited(
    transaction: Transaction, *, by: str, fields: tuple[str, ...]
) -> Transaction:
    """Return it with a note of what these fields were before they are changed."""
    return transaction.edited(fields, by=by, by_user=False, time=utcnow())


def stop_alone(
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
