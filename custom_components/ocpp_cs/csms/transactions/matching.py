"""Which stop belongs to which start where no id tells, and what can be at all."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ..model.model import StopReason, utcnow
from ..model.tags import tag_key
from .registers import goes_on
from .transaction import Origin, Transaction

_FUTURE = timedelta(minutes=5)
"""How far ahead of ours the clock of a charge point may be."""

_FIRST = datetime(2015, 1, 1, tzinfo=UTC)
"""Before there was OCPP 1.6 nothing happened: so early is a clock that was never set."""


def plausible(moment: datetime) -> datetime:
    """Return a charge point's time, or ours where it cannot be."""
    now = utcnow()
    return moment if _FIRST <= moment <= now + _FUTURE else now


def given_up(
    transaction: Transaction, end: datetime, next_wh: float | None = None
) -> Transaction:
    """End a transaction of which no StopTransaction has come.

    `next_wh` is what the meter said when the next one began.
    """
    end = max(end, transaction.start)
    stop_wh = transaction.register_wh
    if next_wh is not None and goes_on(
        transaction.newest_wh, next_wh, end - transaction.start
    ):
        stop_wh = next_wh
    return replace(transaction, end=end, meter_stop_wh=stop_wh, reason=StopReason.OTHER)


class Endings:
    """Ends transactions, and prices what they have used."""

    def __init__(self, price: Callable[[], float | None]) -> None:
        """Take the price of a kWh, None where it is not known, from `price`."""
        self._price = price

    def priced(self, transaction: Transaction) -> Transaction:
        """Return a transaction with the cost of what is new of its energy."""
        return transaction.priced(self._price)

    def given_up(
        self, transaction: Transaction, end: datetime, next_wh: float | None = None
    ) -> Transaction:
        """Return a transaction as ended of which no StopTransaction has come.

        `next_wh` is what the meter said when the next one began.
        """
        if transaction.refused:
            # What the meter went on by was not its doing.
            next_wh = None
        return self.priced(given_up(transaction, end, next_wh))

    def joined(
        self, transaction: Transaction, stop: Transaction, end: datetime
    ) -> Transaction:
        """Return a transaction as ended by a stop that was booked by itself."""
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
    """Return a transaction that ran with what was told of it since, as of a new one."""
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
    """Return the item if there is just one: nothing is guessed."""
    found = list(items)
    return found[0] if len(found) == 1 else None


def stop_of_start(
    transaction: Transaction,
    stops: Iterable[Transaction],
    others: Iterable[Transaction],
) -> Transaction | None:
    """Return the one of `stops` that came before the start of its `transaction`.

    `others` are those of the same connector.
    """
    others = list(others)
    return _only(
        stop
        for stop in stops
        if stop.reported_end is not None
        and stop.reported_end >= transaction.reported_start
        and stop.connector_id in {0, transaction.connector_id}
        and stop.id_tag in {"", transaction.id_tag}
        and goes_on(
            transaction.meter_start_wh,
            stop.meter_stop_wh,
            stop.reported_end - transaction.reported_start,
        )
        # One that began in between is nearer to that end.
        and not any(
            transaction.reported_start < one.reported_start <= stop.reported_end
            for one in others
        )
    )


def stopped(
    transactions: Iterable[Transaction],
    *,
    end: datetime,
    corrected_end: datetime,
    meter_stop_wh: float | None,
) -> Transaction | None:
    """Return the one of a charge point's that a stop without an id ends.

    `end` is by the charge point's clock, `corrected_end` by ours.
    """
    transactions = list(transactions)
    fitting = [
        one
        for one in transactions
        if _fits(one, end=end, corrected_end=corrected_end, meter_stop_wh=meter_stop_wh)
    ]
    if running := [one for one in fitting if one.end is None]:
        return _only(running)
    # Or one that was given up before its stop came.
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
    """Return whether a stop may be the one of a transaction that has none."""
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
    """Return the one that a stop with an id that nobody gave ends.

    That is the only one that runs, if it began with the same tag. Without a tag
    nothing is guessed: it may be of another central system's time.
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
    """Return the one of the latest that the same stop has ended, which tells no time."""
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
    """Return the stop that came since `transaction` began, whatever its time says."""
    return _only(
        stop
        for stop in stops
        if stop.connector_id in {0, transaction.connector_id}
        and tag_key(stop.id_tag) in {"", tag_key(transaction.id_tag)}
        and goes_on(transaction.newest_wh, stop.meter_stop_wh, now - transaction.start)
    )
