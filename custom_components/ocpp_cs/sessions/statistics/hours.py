"""Energy and cost by the hour, and the rows of a statistic that are to be written."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ...csms.transactions.parts.course import QUARTER_S
from ...csms.transactions.parts.pricing import course_of
from ...csms.transactions.transaction import Transaction

HOUR_S: Final = 3600
_QUARTERS: Final = HOUR_S // QUARTER_S
_LITTLE: Final = 1e-4
"""A difference in kWh, or of a currency, that is one of rounding."""


def hour_of(seconds: float) -> int:
    """Return the number of an hour since 1970."""
    return int(seconds // HOUR_S)


def first_hour(transaction: Transaction) -> int:
    """Return the first hour that a session, or what it was before, may count in."""
    starts = [transaction.start.timestamp()]
    for edit in transaction.edits:
        for name, value in edit.before:
            if name == "start" and isinstance(value, str):
                starts.append(datetime.fromisoformat(value).timestamp())
    if parts := transaction.course.parts:
        starts.append(parts[0].quarter * QUARTER_S)
    return hour_of(min(starts))


@dataclass(slots=True)
class Hours:
    """What was charged in each hour since 1970."""

    kwh: dict[int, float] = field(default_factory=dict)
    costs: dict[str, dict[int, float]] = field(default_factory=dict)
    """By currency."""

    def add(self, transaction: Transaction, currency: str, since: int) -> None:
        """Add a session.

        Args:
            transaction: The session.
            currency: The currency of a cost that was booked without one.
            since: The first hour that counts.
        """
        costs: dict[int, float] = {}
        for part in course_of(transaction).parts:
            hour = part.quarter // _QUARTERS
            if hour >= since:
                self.kwh[hour] = self.kwh.get(hour, 0.0) + part.wh / 1000.0
                if part.priced_wh:
                    costs[hour] = costs.get(hour, 0.0) + part.cost
        if costs:
            of = self.costs.setdefault(transaction.details.currency or currency, {})
            for hour, cost in costs.items():
                of[hour] = of.get(hour, 0.0) + cost


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A row of a statistic: what came in an hour, and the sum up to its end."""

    hour: int
    state: float
    sum: float


def changed_rows(
    wanted: Mapping[int, float], known: Iterable[Row], before: float | None
) -> Iterator[Row]:
    """Yield the rows that differ from those that are known, from the first hour on.

    An hour that counts no more has a row of 0, as a single row cannot be removed.

    Args:
        wanted: What came in each hour, from the first hour that may have changed.
        known: The rows from that hour on, in order of time.
        before: The sum before them; None if it is that before the first row.
    """
    rows = {row.hour: row for row in known}
    total = before
    if total is None:
        first = rows[min(rows)] if rows else None
        total = 0.0 if first is None else first.sum - first.state
    for hour in sorted(rows.keys() | wanted.keys()):
        value = wanted.get(hour, 0.0)
        total += value
        row = rows.get(hour)
        if (
            row is None
            or abs(row.state - value) > _LITTLE
            or abs(row.sum - total) > _LITTLE
        ):
            yield Row(hour=hour, state=round(value, 6), sum=round(total, 6))
