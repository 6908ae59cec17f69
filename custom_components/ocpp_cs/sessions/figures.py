"""The figures of one session, as entities and events show them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeassistant.util import dt as dt_util

from ..csms.transactions.transaction import Transaction


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """A session in the user's units; None is unknown."""

    transaction_id: int | str
    id_tag: str
    vehicle: str | None
    """The id of the vehicle."""
    start: datetime | None
    end: datetime | None
    duration_s: int | None
    energy: float | None
    """In kWh."""
    cost: float | None
    currency: str | None
    average_price: float | None
    """Per kWh."""
    solar_share: float | None
    """From 0 to 1."""
    reason: str | None

    def ended_as_dict(self) -> dict[str, Any]:
        """Return the figures of a session that has ended, as attributes.

        The share of the sun is in percent, the duration in seconds.
        """
        share = self.solar_share
        return {
            "start": _iso(self.start),
            "end": _iso(self.end),
            "duration": self.duration_s,
            "cost": self.cost,
            "currency": self.currency,
            "average_price": self.average_price,
            "solar_share": None if share is None else round(share * 100),
            "reason": self.reason,
        }


def figures_of(transaction: Transaction, currency: str) -> Figures:
    """Return the figures of a session; for a running one they are those so far.

    Args:
        transaction: The session.
        currency: The currency of sessions from before currencies were stored.
    """
    energy_wh = transaction.energy_wh
    known = transaction.start if transaction.start_known else None
    end = transaction.end
    return Figures(
        transaction_id=transaction.public_id,
        id_tag=transaction.id_tag,
        vehicle=transaction.vehicle,
        start=known,
        end=end,
        duration_s=None
        if known is None or end is None
        else round(transaction.duration(end).total_seconds()),
        energy=_rounded(energy_wh and energy_wh / 1000, 3),
        cost=cost_of(transaction),
        currency=currency_of(transaction, currency),
        average_price=average_price_of(transaction),
        solar_share=solar_share_of(transaction),
        reason=transaction.reason,
    )


def cost_of(transaction: Transaction) -> float | None:
    """Return the cost so far, in the currency of the session."""
    return _rounded(transaction.cost, 2)


def currency_of(transaction: Transaction, present: str) -> str | None:
    """Return the currency of a session; `present` if it was stored without one."""
    return transaction.details.currency or present or None


def average_price_of(transaction: Transaction) -> float | None:
    """Return the average price of a kWh of what has a price."""
    price, cost = transaction.details.price, transaction.cost
    if price is None and cost is not None and transaction.priced_wh > 0:
        price = cost * 1000 / transaction.priced_wh
    return _rounded(price, 4)


def solar_share_of(transaction: Transaction) -> float | None:
    """Return the share of the sun, from 0 to 1."""
    details = transaction.details
    share = details.sun_share
    if share is None and details.sun_wh is not None and details.grid_wh is not None:
        measured = details.sun_wh + details.grid_wh
        share = details.sun_wh / measured if measured > 0 else None
    return _rounded(share, 3)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _iso(time: datetime | None) -> str | None:
    return None if time is None else dt_util.as_local(time).isoformat("T", "seconds")
