"""What a station has calculated itself that a session costs (2.1: I12).

It is kept beside our own cost and compared with it, and never booked.
"""

from collections import deque
from dataclasses import asdict, dataclass
import math
from typing import TYPE_CHECKING, Any, Final

from ...transactions.transaction import Transaction

if TYPE_CHECKING:
    from ...charge_point import ChargePoint

_MOST: Final = 20
"""The last sessions that are kept for diagnostics."""
_LONGEST: Final = 200
_LEAST: Final = 0.05
"""Differences up to so much are rounding, ..."""
_PART: Final = 0.03
"""... and up to this part of our cost are the meter."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A CostDetailsType, as far as it is kept."""

    transaction_id: str
    cost: float | None
    """With taxes, if both were told."""
    currency: str
    kind: str
    energy: float
    periods: int
    failure: str | None
    """Why it could not calculate; None if it could."""
    ours: float | None
    """What the session costs in our books."""


class CostDetails:
    """The costs that a station has told."""

    def __init__(self, charge_point: ChargePoint) -> None:
        """Know of none."""
        self._charge_point = charge_point
        self.last: deque[Told] = deque(maxlen=_MOST)
        charge_point.reported["costs"] = lambda: [asdict(one) for one in self.last]

    def ended(self, details: dict[str, Any], transaction: Transaction) -> None:
        """Take those of the last event of a session, valid by the schema.

        Args:
            details: The CostDetailsType.
            transaction: The session, as it was booked with that event.
        """
        charge_point, total = self._charge_point, details["totalCost"]
        price = total["total"]
        cost = price.get("inclTax", price.get("exclTax"))
        if cost is not None and not math.isfinite(cost):
            cost = None
        failure = None
        if details.get("failureToCalculate") is True:
            failure = (details.get("failureReason") or "?")[:_LONGEST]
            charge_point.deviations.note("cost_not_calculated", failure)
        ours = None if transaction.cost is None else round(transaction.cost, 4)
        self.last.append(
            Told(
                transaction_id=transaction.id,
                cost=cost,
                currency=total["currency"],
                kind=total["typeOfCost"],
                energy=details["totalUsage"]["energy"],
                periods=len(details.get("chargingPeriods", ())),
                failure=failure,
                ours=ours,
            )
        )
        if cost is None or ours is None or failure is not None:
            return
        currency = transaction.details.currency
        if currency is not None and currency != total["currency"]:
            charge_point.deviations.note("cost_currency", total["currency"])
        elif abs(cost - ours) > max(_LEAST, _PART * abs(ours)):
            charge_point.deviations.note("cost_differs", f"{cost:g}, not {ours:g}")
