"""Corrections of sessions by users."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from .transaction import Transaction

FIELDS = (
    "id_tag",
    "vehicle",
    "start",
    "end",
    "meter_start_wh",
    "meter_stop_wh",
    "cost",
)
"""The fields that can be corrected; `energy_wh` can replace one of the readings."""


class Reason(StrEnum):
    """The reason why a correction is rejected."""

    RUNS = "runs"
    TIMES = "times"
    ENERGY = "energy"
    NOTHING = "nothing"
    """There are no values."""


class CorrectionError(Exception):
    """A correction was rejected."""

    def __init__(self, reason: Reason) -> None:
        """Name the reason."""
        super().__init__(reason)
        self.reason = reason


def corrected(
    transaction: Transaction, values: Mapping[str, Any], *, by: str, now: datetime
) -> Transaction:
    """Return a session with corrected values, and an `Edit` with the former values.

    The cost changes in proportion to the energy, unless it is corrected too.

    Args:
        transaction: The session, which must have ended.
        values: Field -> new value, of `FIELDS` and `energy_wh`; energies in Wh.
        by: The name of the user.

    Raises:
        CorrectionError: The session runs, or the values contradict each other.
    """
    if transaction.end is None:
        raise CorrectionError(Reason.RUNS)
    if not values:
        raise CorrectionError(Reason.NOTHING)
    values = dict(values)
    energy_wh = values.pop("energy_wh", None)
    after = transaction
    if "vehicle" in values:
        details = after.details.with_({"vehicle": values.pop("vehicle") or None})
        after = replace(after, details=details)
    after = replace(after, **values)
    if "start" in values:
        after = replace(after, start_known=True)
    elif not after.start_known and after.end is not None:
        # Its start is unknown, and must not be later than its end.
        after = replace(after, start=min(after.start, after.end))
    if energy_wh is not None:
        after = _with_energy(after, energy_wh, values)
    if after.end is None or not after.start <= after.end <= now:
        raise CorrectionError(Reason.TIMES)
    span = after.start.timestamp(), after.end.timestamp()
    start_wh, stop_wh = after.meter_start_wh, after.meter_stop_wh
    if start_wh is not None and stop_wh is not None and stop_wh < start_wh:
        raise CorrectionError(Reason.ENERGY)
    if after.energy_wh != transaction.energy_wh:
        after = after.with_cost_as(transaction)
    if (after.start, after.end) != (transaction.start, transaction.end):
        after = replace(after, course=after.course.within(*span))
    if "cost" in values:
        after = after.costing(values["cost"])
    changed = [
        name for name in FIELDS if getattr(after, name) != getattr(transaction, name)
    ]
    if not changed:
        return transaction
    noted = transaction.edited(changed, by=by, by_user=True, time=now)
    return replace(after, edits=noted.edits)


def _with_energy(
    transaction: Transaction, energy_wh: float, values: Mapping[str, Any]
) -> Transaction:
    """Return a session with readings that result in the given energy."""
    start_wh, stop_wh = transaction.meter_start_wh, transaction.meter_stop_wh
    if "meter_stop_wh" in values and stop_wh is not None:
        if (
            "meter_start_wh" in values
            and start_wh is not None
            and abs(stop_wh - start_wh - energy_wh) >= 1.0
        ):
            raise CorrectionError(Reason.ENERGY)
        if stop_wh < energy_wh:
            raise CorrectionError(Reason.ENERGY)
        return replace(transaction, meter_start_wh=stop_wh - energy_wh)
    if start_wh is None:
        start_wh = max(0.0, stop_wh - energy_wh) if stop_wh is not None else 0.0
    return replace(
        transaction, meter_start_wh=start_wh, meter_stop_wh=start_wh + energy_wh
    )


def struck_out(
    transaction: Transaction, *, wanted: bool, by: str, now: datetime
) -> Transaction:
    """Return a session as struck out, so that it does not count, or restore it.

    Args:
        transaction: The session, which must have ended.
        wanted: True to strike it out, False to restore it.
        by: The name of the user.

    Raises:
        CorrectionError: The session runs.
    """
    if transaction.end is None:
        raise CorrectionError(Reason.RUNS)
    if transaction.struck_out is wanted:
        return transaction
    noted = transaction.edited(("struck_out",), by=by, by_user=True, time=now)
    return replace(noted, struck_out=wanted)
