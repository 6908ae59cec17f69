"""What a user knows better of a session than its charge point."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from .transaction import Transaction

FIELDS = ("id_tag", "start", "end", "meter_start_wh", "meter_stop_wh", "cost")
"""What can be corrected; `energy_wh` stands for one of the readings."""


class Reason(StrEnum):
    """Why a session cannot be corrected so."""

    RUNS = "runs"
    TIMES = "times"
    ENERGY = "energy"
    NOTHING = "nothing"
    """Nothing says what is to be corrected."""


class CorrectionError(Exception):
    """What a session cannot be."""

    def __init__(self, reason: Reason) -> None:
        """Say why not."""
        super().__init__(reason)
        self.reason = reason


def corrected(
    transaction: Transaction, values: Mapping[str, Any], *, by: str, now: datetime
) -> Transaction:
    """Return a session with other values, and with a note of what they were.

    Its cost follows the energy unless it is one of them. Raises CorrectionError.
    """
    if transaction.end is None:
        raise CorrectionError(Reason.RUNS)
    if not values:
        raise CorrectionError(Reason.NOTHING)
    values = dict(values)
    energy_wh = values.pop("energy_wh", None)
    after = replace(transaction, **values)
    if "start" in values:
        after = replace(after, start_known=True)
    elif not after.start_known and after.end is not None:
        # Its start is nothing but its end.
        after = replace(after, start=min(after.start, after.end))
    if energy_wh is not None:
        after = _with_energy(after, energy_wh, values)
    if after.end is None or not after.start <= after.end <= now:
        raise CorrectionError(Reason.TIMES)
    start_wh, stop_wh = after.meter_start_wh, after.meter_stop_wh
    if start_wh is not None and stop_wh is not None and stop_wh < start_wh:
        raise CorrectionError(Reason.ENERGY)
    if "cost" in values:
        after = replace(after, priced_wh=after.energy_wh or 0.0)
    elif after.energy_wh != transaction.energy_wh:
        after = after.with_cost_as(transaction)
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
    """Return it with the readings that make that energy."""
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
    """Return a session that counts no more, or does so again. Raises CorrectionError."""
    if transaction.end is None:
        raise CorrectionError(Reason.RUNS)
    if transaction.struck_out is wanted:
        return transaction
    noted = transaction.edited(("struck_out",), by=by, by_user=True, time=now)
    return replace(noted, struck_out=wanted)
