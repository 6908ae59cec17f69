"""What the readings of a meter say of a transaction, and which cannot be right."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from .model import utcnow
from .transaction import Transaction


def most(duration: timedelta) -> float:
    """Return the Wh that no connector exceeds within `duration`."""
    return 1_000.0 + 400_000.0 * max(0.0, duration.total_seconds()) / 3600.0


def goes_on(begin_wh: float | None, end_wh: float | None, duration: timedelta) -> bool:
    """Tell whether a meter can have gone from one reading to the other.

    It can where one is not known.
    """
    if begin_wh is None or end_wh is None:
        return True
    return 0 <= end_wh - begin_wh <= most(duration)


def metered(
    transaction: Transaction, register_wh: float, taken: datetime
) -> Transaction:
    """Return a running transaction with another reading, taken at `taken`."""
    meter_start_wh = transaction.meter_start_wh
    duration = (taken if taken >= transaction.start else utcnow()) - transaction.start
    if transaction.energy_wh and not goes_on(
        transaction.newest_wh, register_wh, duration
    ):
        # A slip, an old reading that comes late, or a meter that began anew: what has
        # been charged is charged.
        return transaction
    if meter_start_wh is None or (
        not transaction.energy_wh and register_wh - meter_start_wh > most(duration)
    ):
        # Nobody knew the start, or it was said to be 0 by a charge point whose meter
        # has been counting for years.
        meter_start_wh = register_wh
    return replace(transaction, meter_start_wh=meter_start_wh, register_wh=register_wh)


def begun_truly(
    transaction: Transaction, told_wh: float | None, others: Iterable[Transaction]
) -> Transaction:
    """Return an ended transaction that did not begin at what it cannot have begun at.

    `told_wh` is what its TransactionData tells of its beginning. Else it is where the
    one before ended, of `others` of the same connector; or nobody knows.
    """
    if not _lied_about(transaction):
        return transaction
    if told_wh is None:
        told_wh = max(
            (
                one.meter_stop_wh
                for one in others
                if one.meter_stop_wh
                and one.end is not None
                and one.end <= transaction.start
            ),
            default=None,
        )
        if not goes_on(
            told_wh, transaction.meter_stop_wh, transaction.duration(utcnow())
        ):
            told_wh = None
    return replace(transaction, meter_start_wh=told_wh)


def _lied_about(transaction: Transaction) -> bool:
    """Tell whether an ended transaction cannot have begun at a reading of 0.

    Some charge points tell that of a meter that has been counting for years.
    """
    start_wh, stop_wh = transaction.reported_meter_start_wh, transaction.meter_stop_wh
    told = (transaction.reported_end or transaction.start) - transaction.reported_start
    return (
        start_wh == 0
        and transaction.meter_start_wh == 0
        and transaction.register_wh is None
        and stop_wh is not None
        # With a clock that was set in between nothing can be said.
        and told >= timedelta()
        and not goes_on(0, stop_wh, max(told, transaction.duration(utcnow())))
    )
