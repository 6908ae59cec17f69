"""The meter readings of a transaction, and the detection of wrong readings."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from ..model.model import utcnow
from .transaction import Details, Origin, Transaction

LAST_STEP_WH = 100_000.0
"""Wh that a meter may additionally have counted since its last reading."""

_LONGEST = timedelta(days=1)
"""The assumed duration of a transaction if no clock shows it."""

_MOST_WH = 1e10
"""The highest plausible reading of a connector's meter, in Wh."""


def most(duration: timedelta) -> float:
    """Return the most Wh that a connector can deliver within `duration`."""
    return 1_000.0 + 400_000.0 * max(0.0, duration.total_seconds()) / 3600.0


def goes_on(begin_wh: float | None, end_wh: float | None, duration: timedelta) -> bool:
    """Return whether a meter can have counted from one reading to the other.

    It is True if one of the readings is unknown.
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
    """Return a running transaction with a new reading.

    Readings may belong to two registers, one of the session and one of the meter's
    lifetime. The one that continues from the reported start is the right one.

    Args:
        register_wh: The reading.
        taken: The time of the reading.
        begins: Whether it is the reading of the transaction's beginning.
    """
    start_wh, told_wh = transaction.meter_start_wh, transaction.reported_meter_start_wh
    duration = (taken if taken >= transaction.start else utcnow()) - transaction.start
    if begins and transaction.origin is Origin.ADOPTED:
        return begun_at(transaction, register_wh)
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
        # The reported start was right: the readings before belong to another register,
        # or were wrong.
        start_wh = told_wh
    elif transaction.energy_wh and not goes_on(
        transaction.newest_wh, register_wh, duration
    ):
        # The reading is wrong or late, or the meter was reset: keep the energy so far.
        return transaction
    elif start_wh is None or (
        not transaction.energy_wh and not goes_on(start_wh, register_wh, duration)
    ):
        # The start was unknown, belongs to another register, or was reported as 0 by a
        # charge point whose meter has been counting for years.
        start_wh = register_wh
    return transaction.metered(start_wh, register_wh)


def begun_at(transaction: Transaction, register_wh: float) -> Transaction:
    """Return a transaction with the reading of its beginning, which comes late.

    It is ignored if the newest reading cannot follow from it.
    """
    newest_wh = transaction.meter_stop_wh
    if newest_wh is None:
        newest_wh = transaction.newest_wh
    if newest_wh is not None and not goes_on(register_wh, newest_wh, _LONGEST):
        return transaction
    return replace(
        transaction,
        meter_start_wh=register_wh,
        register_wh=register_wh
        if transaction.register_wh is None and newest_wh is None
        else transaction.newest_wh,
    )


def told_late(transaction: Transaction, register_wh: float) -> Transaction:
    """Return a transaction with a reading that is older than its newest message.

    It is for readings that are known to belong to the transaction. Such a reading only
    widens what is known: the reported ends, and what lies between, stay.
    """
    stop_wh, start_wh = transaction.meter_stop_wh, transaction.meter_start_wh
    newest_wh = transaction.newest_wh if stop_wh is None else stop_wh
    if usable(register_wh) is None:
        return transaction
    if newest_wh is None:
        transaction = transaction.metered(register_wh, register_wh)
        if transaction.end is not None:
            transaction = transaction.with_(meter_stop_wh=register_wh)
        return transaction
    if register_wh <= newest_wh:
        first_wh = newest_wh if start_wh is None else start_wh
        if (
            transaction.reported_meter_start_wh is None
            and (start_wh is None or register_wh < first_wh)
            and goes_on(register_wh, newest_wh, _LONGEST)
        ):
            known_wh = transaction.newest_wh
            return transaction.metered(
                register_wh, register_wh if known_wh is None else known_wh
            )
        if register_wh > (transaction.newest_wh or register_wh):
            # It was given up with the reading of what followed; its end may come.
            return transaction.with_(register_wh=register_wh)
        return transaction
    if transaction.reported_meter_stop_wh is not None or not goes_on(
        newest_wh, register_wh, _LONGEST
    ):
        return transaction
    changed = transaction.metered(
        register_wh if start_wh is None else start_wh, register_wh
    )
    if transaction.end is not None:
        changed = changed.with_(meter_stop_wh=register_wh)
    return changed


def given_back(
    transaction: Transaction, wh: float, *, begins: bool = False, late: bool = False
) -> Details:
    """Return the details with a reading of the register of what is given back (2.1: Q).

    As for the energy that is charged: a reading only widens what is known, and one that
    cannot follow from the newest one is ignored.

    Args:
        transaction: The transaction, running or ended.
        wh: The reading, which is known to belong to the transaction.
        begins: Whether it is the reading of the transaction's beginning.
        late: Whether it is older than the newest message of the transaction, or its
            last one.
    """
    details = transaction.details
    if usable(wh) is None:
        return details
    if (start_wh := details.export_start_wh) is None:
        return replace(details, export_start_wh=wh)
    newest_wh = start_wh + (details.export_wh or 0.0)
    if wh < start_wh:
        if not (begins or late) or not goes_on(wh, newest_wh, _LONGEST):
            return details
        return replace(details, export_start_wh=wh, export_wh=newest_wh - wh)
    most_wh = most(utcnow() - transaction.start) + (LAST_STEP_WH if late else 0.0)
    if begins or not 0 < wh - newest_wh <= most_wh:
        return details
    return replace(details, export_wh=wh - start_wh)


def usable(wh: float | None) -> float | None:
    """Return a reading if it is possible, otherwise None."""
    return wh if wh is not None and 0 <= wh <= _MOST_WH else None


def ended(
    transaction: Transaction,
    stop_wh: float | None,
    reported_end: datetime,
    end: datetime,
) -> Transaction:
    """Return a transaction with the reading of its StopTransaction.

    If start and stop are consistent, they are right, even if readings in between are
    not: there may be two registers, and units may be wrong. A stop that continues
    neither from the start nor from the newest reading is replaced by that reading.

    Args:
        stop_wh: The reading in its StopTransaction, if any.
        reported_end: Its end by the charge point's clock.
        end: Its end by our clock.
    """
    start_wh = transaction.meter_start_wh
    told_wh = usable(transaction.reported_meter_start_wh)
    newest_wh = transaction.newest_wh
    told = reported_end - transaction.reported_start
    # A clock that stands still, or was set back, shows no duration.
    duration = max(told, end - transaction.start, timedelta())
    if told <= timedelta():
        duration = max(duration, _LONGEST)

    def leads_to_stop(wh: float | None) -> bool:
        # After an absence, a charge point may report more than fits its clock's time.
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
        # It reported 0 for a meter that has been counting for years: see `begun_truly`.
        told_wh == 0 and transaction.register_wh is None
    ):
        stop_wh = newest_wh
    return replace(transaction, meter_start_wh=start_wh, meter_stop_wh=stop_wh)


def begun_truly(
    transaction: Transaction, told_wh: float | None, others: Iterable[Transaction]
) -> Transaction:
    """Return an ended transaction whose impossible reading of the start is corrected.

    The correct reading is that in its TransactionData, or else the end of the previous
    transaction, or else None.

    Args:
        told_wh: The reading of its beginning in its TransactionData, if any.
        others: The transactions of the same connector.
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

    Some charge points report 0 for a meter that has been counting for years.
    """
    start_wh, stop_wh = transaction.reported_meter_start_wh, transaction.meter_stop_wh
    told = (transaction.reported_end or transaction.start) - transaction.reported_start
    return (
        start_wh == 0
        and transaction.meter_start_wh == 0
        and transaction.register_wh is None
        and stop_wh is not None
        # A clock that was set in between shows no duration.
        and told >= timedelta()
        and not goes_on(0, stop_wh, max(told, transaction.duration(utcnow())))
    )
