"""What the readings of a meter say of a transaction, and which cannot be right."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from ..model.model import utcnow
from .transaction import Origin, Transaction

LAST_STEP_WH = 100_000.0
"""So much more a meter may have counted since its last reading."""

_LONGEST = timedelta(days=1)
"""So long a transaction may have lasted where no clock tells."""

_MOST_WH = 1e10
"""No meter of a connector has counted as much."""


def most(duration: timedelta) -> float:
    """Return the Wh that no connector exceeds within `duration`."""
    return 1_000.0 + 400_000.0 * max(0.0, duration.total_seconds()) / 3600.0


def goes_on(begin_wh: float | None, end_wh: float | None, duration: timedelta) -> bool:
    """Return whether a meter can have gone from one reading to the other.

    It can where one is not known.
    """
    if begin_wh is None or end_wh is None:
        return True
    return 0 <= end_wh - begin_wh <= most(duration)


def metered(
    transaction: Transaction,
    register_wh: float,
    taken: datetime,
    *,
    begins: bool = False,
) -> Transaction:
    """Return a running transaction with another reading, taken at `taken`.

    With `begins` it is what the meter showed when the transaction began. Readings may
    be of two registers, that of the session and that of the meter's life: the one that
    goes on from what was told of the start is the right one.
    """
    start_wh, told_wh = transaction.meter_start_wh, transaction.reported_meter_start_wh
    duration = (taken if taken >= transaction.start else utcnow()) - transaction.start
    if begins and transaction.origin is Origin.ADOPTED:
        newest_wh = transaction.newest_wh
        if newest_wh is None or goes_on(register_wh, newest_wh, _LONGEST):
            return replace(
                transaction,
                meter_start_wh=register_wh,
                register_wh=register_wh if newest_wh is None else newest_wh,
            )
        return transaction
    if (
        start_wh != told_wh
        and (told_wh := usable(told_wh)) is not None
        and register_wh > told_wh
        and goes_on(told_wh, register_wh, duration)
        and (
            start_wh is None
            or start_wh < told_wh
            or not goes_on(transaction.newest_wh, register_wh, duration)
        )
    ):
        # What was told of the start was right: the readings before are of another
        # register, or slips.
        start_wh = told_wh
    elif transaction.energy_wh and not goes_on(
        transaction.newest_wh, register_wh, duration
    ):
        # A slip, an old reading that comes late, or a meter that began anew: what has
        # been charged is charged.
        return transaction
    elif start_wh is None or (
        not transaction.energy_wh and not goes_on(start_wh, register_wh, duration)
    ):
        # Nobody knew the start, or it is of another register, or it was said to be 0
        # by a charge point whose meter has been counting for years.
        start_wh = register_wh
    return transaction.metered(start_wh, register_wh)


def usable(wh: float | None) -> float | None:
    """Return a reading that a meter can have; None for any other."""
    return wh if wh is not None and 0 <= wh <= _MOST_WH else None


def ended(
    transaction: Transaction,
    stop_wh: float | None,
    reported_end: datetime,
    end: datetime,
) -> Transaction:
    """Return a transaction with the reading that its StopTransaction tells.

    Start and stop that agree are right, whatever came in between: there may be two
    registers, and units may be wrong. A stop that neither goes on from the start nor
    from the newest reading is not believed: that reading is the last one.
    """
    start_wh = transaction.meter_start_wh
    told_wh = usable(transaction.reported_meter_start_wh)
    newest_wh = transaction.newest_wh
    told = reported_end - transaction.reported_start
    # Of a clock that stands still, or was put back, nothing is known.
    duration = max(told, end - transaction.start, timedelta())
    if told <= timedelta():
        duration = max(duration, _LONGEST)

    def leads_to_stop(wh: float | None) -> bool:
        # Whoever was away may have more to tell than its clock has time for.
        return (
            wh is None
            or stop_wh is None
            or 0 <= stop_wh - wh <= most(duration) + LAST_STEP_WH
        )

    if usable(stop_wh) is None:
        stop_wh = transaction.register_wh if stop_wh is None else newest_wh
    elif (
        told_wh is not None
        and leads_to_stop(told_wh)
        and not (
            start_wh is not None and start_wh > told_wh and leads_to_stop(newest_wh)
        )
    ):
        start_wh = told_wh
    elif not leads_to_stop(newest_wh) and not (
        # It said so of a meter that has been counting for years: see `begun_truly`.
        told_wh == 0 and transaction.register_wh is None
    ):
        stop_wh = newest_wh
    return replace(transaction, meter_start_wh=start_wh, meter_stop_wh=stop_wh)


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
    """Return whether an ended transaction cannot have begun at a reading of 0.

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
