"""The assignment of stops to starts without a valid id, by plausibility."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ..model.model import StopReason, utcnow
from ..model.tags import tag_key
from .parts.pricing import Pricing
from .registers import goes_on
from .transaction import Origin, Transaction

_FUTURE = timedelta(minutes=5)
"""The time by which a charge point's clock may be ahead of ours."""

_FIRST = datetime(2015, 1, 1, tzinfo=UTC)
"""The year of OCPP 1.6; an earlier time comes from a clock that was never set."""


def plausible(moment: datetime) -> datetime:
    """Return a charge point's time, or ours if it is impossible."""
    now = utcnow()
    return moment if _FIRST <= moment <= now + _FUTURE else now


def given_up(
    transaction: Transaction, end: datetime, next_wh: float | None = None
) -> Transaction:
    """Return a transaction without a StopTransaction as ended.

    Args:
        end: Its assumed end.
        next_wh: The reading at the start of the next transaction, if known.
    """
    end = max(end, transaction.start)
    stop_wh = transaction.register_wh
    if next_wh is not None and goes_on(
        transaction.newest_wh, next_wh, end - transaction.start
    ):
        stop_wh = next_wh
    return replace(transaction, end=end, meter_stop_wh=stop_wh, reason=StopReason.OTHER)


class Endings:
    """Ends transactions, and adds the cost of their energy."""

    def __init__(self, pricing: Pricing) -> None:
        """Divide and price energy by `pricing`."""
        self._pricing = pricing

    def priced(
        self, transaction: Transaction, until: datetime | None = None
    ) -> Transaction:
        """Return a transaction with the cost of its new energy added.

        Args:
            transaction: The transaction.
            until: The time of its newest reading; its end, or now, without it.
        """
        return self._pricing.booked(transaction, until or transaction.end or utcnow())

    def given_up(
        self, transaction: Transaction, end: datetime, next_wh: float | None = None
    ) -> Transaction:
        """Return a transaction without a StopTransaction as ended, with its cost.

        Args:
            end: Its assumed end.
            next_wh: The reading at the start of the next transaction, if known.
        """
        if transaction.refused:
            # The energy since its refusal is not its own.
            next_wh = None
        return self.priced(given_up(transaction, end, next_wh))

    def joined(
        self, transaction: Transaction, stop: Transaction, end: datetime
    ) -> Transaction:
        """Return a transaction as ended by a stop that was booked separately."""
        return self.priced(
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


def caught_up(known: Transaction, twin: Transaction) -> Transaction:
    """Return a running transaction with the data of its twin.

    The twin is the same transaction, which was booked a second time as a new one.
    """
    register_wh = twin.register_wh
    return replace(
        known,
        register_wh=known.register_wh if register_wh is None else register_wh,
        end=twin.end,
        reported_end=twin.reported_end,
        meter_stop_wh=twin.meter_stop_wh,
        reported_meter_stop_wh=twin.reported_meter_stop_wh,
        ended_from=twin.ended_from,
        reason=twin.reason,
    )


def _only[T](items: Iterable[T]) -> T | None:
    """Return the only item; None if there are none or several, to avoid a guess."""
    found = list(items)
    return found[0] if len(found) == 1 else None


def stop_of_start(
    transaction: Transaction,
    stops: Iterable[Transaction],
    others: Iterable[Transaction],
) -> Transaction | None:
    """Return the stop of a transaction that arrived before its start.

    Args:
        stops: The stops that were booked separately.
        others: The transactions of the same connector.
    """
    others = list(others)
    return _only(
        stop
        for stop in stops
        if stop.reported_end is not None
        and stop.reported_end >= transaction.reported_start
        and not _began_after(transaction, stop)
        and stop.connector_id in {0, transaction.connector_id}
        and stop.id_tag in {"", transaction.id_tag}
        and goes_on(
            transaction.meter_start_wh,
            stop.meter_stop_wh,
            stop.reported_end - transaction.reported_start,
        )
        # A transaction that began in between is closer to that end.
        and not any(
            transaction.reported_start < one.reported_start <= stop.reported_end
            for one in others
        )
    )


def _began_after(transaction: Transaction, stop: Transaction) -> bool:
    """Return whether a transaction began after a stop, in spite of the reported times.

    A stop of a clock that was ahead, by years at times, seems to be later than all that
    begins after that clock was set.
    """
    return (
        stop.end is not None
        and stop.reported_end is not None
        and transaction.start > stop.end
        and stop.reported_end - stop.end > _FUTURE
        and transaction.reported_start - transaction.start <= _FUTURE
    )


def stopped(
    transactions: Iterable[Transaction],
    *,
    end: datetime,
    corrected_end: datetime,
    meter_stop_wh: float | None,
) -> Transaction | None:
    """Return the transaction that a stop without an id ends.

    Args:
        transactions: The transactions of the charge point.
        end: The end by the charge point's clock.
        corrected_end: The end by our clock.
        meter_stop_wh: The reading of the stop, if any.
    """
    transactions = list(transactions)
    fitting = [
        one
        for one in transactions
        if _fits(one, end=end, corrected_end=corrected_end, meter_stop_wh=meter_stop_wh)
    ]
    if running := [one for one in fitting if one.end is None]:
        return _only(running)
    # Otherwise a transaction that was closed before its stop arrived.
    return _only(
        one
        for one in fitting
        if goes_on(one.meter_start_wh, meter_stop_wh, end - one.reported_start)
        and not any(
            one.reported_start < other.reported_start <= end
            for other in transactions
            if other.connector_id == one.connector_id
        )
    )


def _fits(
    one: Transaction,
    *,
    end: datetime,
    corrected_end: datetime,
    meter_stop_wh: float | None,
) -> bool:
    """Return whether a stop may belong to a transaction without a stop."""
    return (
        one.reported_end is None
        and (one.start <= corrected_end or one.reported_start <= end)
        and (
            one.meter_start_wh is None
            or meter_stop_wh is None
            or one.meter_start_wh <= meter_stop_wh
        )
    )


def stopped_by_tag(
    transactions: Iterable[Transaction],
    *,
    end: datetime,
    corrected_end: datetime,
    meter_stop_wh: float | None,
    id_tag: str | None,
) -> Transaction | None:
    """Return the transaction that a stop with an unknown id ends.

    That is the only running transaction, if it began with the same id tag. Without an
    id tag there is no guess, as the id may come from another central system.
    """
    running = _only(one for one in transactions if one.end is None and not one.refused)
    if (
        running is None
        or not tag_key(id_tag or "")
        or tag_key(id_tag or "") != tag_key(running.id_tag)
        or not _fits(
            running, end=end, corrected_end=corrected_end, meter_stop_wh=meter_stop_wh
        )
    ):
        return None
    return running


def stopped_undated(
    latest: Iterable[Transaction],
    transaction_id: str | None,
    meter_stop_wh: float | None,
) -> Transaction | None:
    """Return the transaction that the same stop, without a time, has ended before."""
    if meter_stop_wh is None:
        return None
    return _only(
        one
        for one in latest
        if one.reported_end is not None
        and one.told_stop_wh == meter_stop_wh
        and (one.origin is not Origin.STOPPED or transaction_id in {None, one.id})
    )


def stop_of_forgotten(
    transaction: Transaction, stops: Iterable[Transaction], now: datetime
) -> Transaction | None:
    """Return the stop that arrived since `transaction` began, whatever its time is."""
    return _only(
        stop
        for stop in stops
        if stop.connector_id in {0, transaction.connector_id}
        and tag_key(stop.id_tag) in {"", tag_key(transaction.id_tag)}
        and goes_on(transaction.newest_wh, stop.meter_stop_wh, now - transaction.start)
    )
