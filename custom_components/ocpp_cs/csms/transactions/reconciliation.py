"""Guessed ends of transactions in OCPP 1.6, and their revision."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import override

from . import matching
from .cache import TransactionCache
from .matching import Endings
from .transaction import Transaction, TransactionKey, public_id

_MAX_GUESSES = 100
"""The number of guesses of all charge points that can be revised."""

_GOES_ON = timedelta(minutes=1)
"""The time after its end at which a reported transaction counts as running."""

_OURS = 1_400_000_000
"""The minimum of the ids that we assign, which are seconds of the epoch."""


class Reconciliation:
    """Assigns stops to transactions if their ids do not identify them.

    This base class guesses nothing. It is for versions of OCPP in which every message
    has the id of its transaction.
    """

    def joined_with_stop(self, transaction: Transaction) -> Transaction | None:
        """Return a new transaction as ended by an earlier stop; otherwise None."""
        return None

    def meant(
        self,
        charge_point_id: str,
        transaction_id: str | None,
        *,
        end: datetime,
        corrected_end: datetime,
        meter_stop_wh: float | None,
        id_tag: str | None,
    ) -> Transaction | None:
        """Return the transaction that a stop with an unknown id ends.

        Args:
            transaction_id: The unknown id; None if the charge point never got an id.
            end: The end by the charge point's clock.
            corrected_end: The end by our clock.
            meter_stop_wh: The reading of the stop, if any.
            id_tag: The id tag, if any.
        """
        return None

    def meant_undated(
        self,
        charge_point_id: str,
        transaction_id: str | None,
        meter_stop_wh: float | None,
    ) -> Transaction | None:
        """Return the transaction that the same stop, without a time, has ended."""
        return None

    def guessed(self, transaction: Transaction, stop: Transaction) -> None:
        """Note that a transaction is ended by a guess.

        Args:
            stop: The stop, as a session of its own in case the guess is wrong.
        """

    def is_guess(self, transaction: Transaction) -> bool:
        """Return whether the end of a transaction is a guess."""
        return False

    def settled(self, transaction: Transaction) -> None:
        """Note that the end of a transaction is certain."""

    def reconsider_stop(
        self, transaction: Transaction, end: datetime, meter_stop_wh: float | None
    ) -> Transaction:
        """Revise a guessed end when the StopTransaction with the id arrives."""
        return transaction

    def reconsider_running(
        self, transaction: Transaction, heard_of: datetime | None
    ) -> Transaction:
        """Revise a guessed end when the transaction is reported as running.

        Args:
            heard_of: The time of the report by the charge point's clock, if known.
        """
        return transaction

    def joined_when_forgotten(
        self, transaction: Transaction, now: datetime
    ) -> Transaction | None:
        """Return a forgotten transaction as ended by an earlier stop; else None."""
        return None


class StopReconciliation(Reconciliation):
    """Guesses the transaction of a StopTransaction with an unknown id.

    The stop is assigned to the only possible transaction. Later messages may disprove
    this: that transaction's own stop, further meter values of it, or the start of
    another transaction that matches the stop better.
    """

    def __init__(self, cache: TransactionCache, endings: Endings) -> None:
        """Start without guesses; those from before a restart count as certain."""
        self._cache = cache
        self._endings = endings
        # A transaction that was ended by a guess -> the stop, as a session of its own.
        self._guesses: dict[TransactionKey, Transaction] = {}

    @override
    def joined_with_stop(self, transaction: Transaction) -> Transaction | None:
        cache = self._cache
        stop = matching.stop_of_start(
            transaction,
            cache.stops_of(transaction.charge_point_id),
            cache.of(transaction),
        )
        if stop is None:
            return self._reconsider_start(transaction)
        cache.drop(stop)
        assert stop.end is not None  # as it is one of a StopTransaction
        return self._endings.joined(transaction, stop, max(stop.end, transaction.start))

    @override
    def meant(
        self,
        charge_point_id: str,
        transaction_id: str | None,
        *,
        end: datetime,
        corrected_end: datetime,
        meter_stop_wh: float | None,
        id_tag: str | None,
    ) -> Transaction | None:
        # If only one transaction is possible, the stop belongs to that.
        transactions = list(self._cache.known(charge_point_id))
        if transaction_id is not None:
            return matching.stopped_by_tag(
                transactions,
                end=end,
                corrected_end=corrected_end,
                meter_stop_wh=meter_stop_wh,
                id_tag=id_tag,
            )
        return matching.stopped(
            transactions,
            end=end,
            corrected_end=corrected_end,
            meter_stop_wh=meter_stop_wh,
        )

    @override
    def meant_undated(
        self,
        charge_point_id: str,
        transaction_id: str | None,
        meter_stop_wh: float | None,
    ) -> Transaction | None:
        latest: Iterable[Transaction] = [
            *self._cache.latest_of_each(charge_point_id),
            *self._cache.stops_of(charge_point_id)[-1:],
        ]
        return matching.stopped_undated(latest, transaction_id, meter_stop_wh)

    @override
    def is_guess(self, transaction: Transaction) -> bool:
        return transaction.key in self._guesses

    @override
    def settled(self, transaction: Transaction) -> None:
        self._guesses.pop(transaction.key, None)

    @override
    def joined_when_forgotten(
        self, transaction: Transaction, now: datetime
    ) -> Transaction | None:
        # A stop without an id that arrived since the start belongs to it, even if the
        # time does not match because the clock was set in between (seen from a
        # go-eCharger). With an id that the charge point invented, the time must match.
        stop = matching.stop_of_forgotten(
            transaction,
            [
                stop
                for stop in self._cache.stops_of(transaction.charge_point_id)
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
            return None
        self._cache.drop(stop)
        end = now if _told_no_id(stop) else stop.end or now
        return self._endings.joined(transaction, stop, end)

    @override
    def guessed(self, transaction: Transaction, stop: Transaction) -> None:
        self._guesses[transaction.key] = stop
        if len(self._guesses) > _MAX_GUESSES:
            del self._guesses[next(iter(self._guesses))]

    @override
    def reconsider_stop(
        self, transaction: Transaction, end: datetime, meter_stop_wh: float | None
    ) -> Transaction:
        """Revise a guessed end when the StopTransaction with the id arrives."""
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

    @override
    def reconsider_running(
        self, transaction: Transaction, heard_of: datetime | None
    ) -> Transaction:
        """Revise a guessed end when the transaction is reported as running."""
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
        """Return a new transaction as ended by a stop that was assigned to another.

        The new transaction has to be closer to that stop, or the only one of the two
        with its id tag. Otherwise the result is None.
        """
        siblings = list(self._cache.of(transaction))
        fitting = [
            (other, stop)
            for other in self._cache.known(transaction.charge_point_id)
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
            other = self._endings.given_up(
                replace(other, end=None), transaction.start, transaction.meter_start_wh
            )
        elif self._is_latest(other):
            # Its end has not been reported.
            other = replace(other, end=None, reason=None, meter_stop_wh=None)
        self._cache.put(self._endings.priced(other))
        return self._endings.joined(transaction, stop, max(stop.end, transaction.start))

    def _is_latest(self, transaction: Transaction) -> bool:
        latest = self._cache.latest(
            transaction.charge_point_id, transaction.connector_id
        )
        return latest is not None and latest.key == transaction.key

    def _take_back(self, transaction: Transaction) -> Transaction:
        """Book a guessed stop separately, and return its transaction without it."""
        stop = self._guesses.pop(transaction.key)
        transaction = self._endings.priced(_unstopped(transaction))
        self._cache.put(transaction)
        seq = self._cache.next_seq()
        self._cache.book_stop(replace(stop, id=stop.id or str(seq), seq=seq))
        return transaction


def _unstopped(transaction: Transaction) -> Transaction:
    """Return a transaction without its stop, so that its end is not certain."""
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


def _told_no_id(stop: Transaction) -> bool:
    """Return whether a separately booked stop had no id, so that we assigned one."""
    return stop.id == str(stop.seq)


def _is_ours(transaction_id: str) -> bool:
    """Return whether we may have assigned an id, as ours are times."""
    number = public_id(transaction_id)
    return isinstance(number, int) and _OURS <= number < 2**32
