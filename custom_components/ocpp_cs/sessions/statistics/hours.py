"""Energy and cost by the hour, and the rows of a statistic that are to be written."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ...csms.model.model import utcnow
from ...csms.transactions.parts.course import QUARTER_S
from ...csms.transactions.parts.pricing import course_of
from ...csms.transactions.transaction import Transaction

HOUR_S: Final = 3600
_QUARTERS: Final = HOUR_S // QUARTER_S
_LITTLE: Final = 1e-4
"""A difference in kWh, or of a currency, that is one of rounding."""


type Span = tuple[int, int]
"""The first and the last of some hours."""


def hour_of(seconds: float) -> int:
    """Return the number of an hour since 1970."""
    return int(seconds // HOUR_S)


def span_of(transaction: Transaction) -> Span:
    """Return the hours that a session, or what it was before, may count in."""
    times = [
        transaction.start.timestamp(),
        (transaction.end or utcnow()).timestamp(),
    ]
    for edit in transaction.edits:
        for name, value in edit.before:
            if name in {"start", "end"} and isinstance(value, str):
                times.append(datetime.fromisoformat(value).timestamp())
    if parts := transaction.course.parts:
        times += [parts[0].quarter * QUARTER_S, parts[-1].quarter * QUARTER_S]
    return hour_of(min(times)), hour_of(max(times))


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the same hours, in order, as spans that do not meet."""
    result: list[Span] = []
    for first, last in sorted(spans):
        if result and first <= result[-1][1] + 1:
            result[-1] = result[-1][0], max(last, result[-1][1])
        else:
            result.append((first, last))
    return result


def within(spans: Iterable[Span]) -> Callable[[int], bool]:
    """Return a function that tells whether an hour is in one of the spans."""
    known = merged(spans)
    firsts = [first for first, _ in known]

    def is_within(hour: int) -> bool:
        place = bisect_right(firsts, hour)
        return place > 0 and hour <= known[place - 1][1]

    return is_within


@dataclass(slots=True)
class Hours:
    """What was charged in each hour since 1970."""

    kwh: dict[int, float] = field(default_factory=dict)
    costs: dict[str, dict[int, float]] = field(default_factory=dict)
    """By currency."""
    spans: set[Span] = field(default_factory=set)
    """The hours in which sessions are, or were before."""

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
    wanted: Mapping[int, float],
    known: Iterable[Row],
    before: float | None,
    is_ours: Callable[[int], bool],
) -> Iterator[Row]:
    """Yield the rows that differ from those that are known, from the first hour on.

    An hour that counts no more has a row of 0, as a single row cannot be removed. What
    other books had in it stays: those of a server that was removed, or that broke.

    Args:
        wanted: What came in each hour, from the first hour that may have changed.
        known: The rows from that hour on, in order of time.
        before: The sum before them; None if it is that before the first row.
        is_ours: Returns whether an hour that is not wanted has to be 0.
    """
    rows = {row.hour: row for row in known}
    total = before
    if total is None:
        first = rows[min(rows)] if rows else None
        total = 0.0 if first is None else first.sum - first.state
    for hour in sorted(rows.keys() | wanted.keys()):
        row = rows.get(hour)
        value = wanted.get(hour, 0.0)
        if hour not in wanted and row is not None and not is_ours(hour):
            value = row.state
        total += value
        if (
            row is None
            or abs(row.state - value) > _LITTLE
            or abs(row.sum - total) > _LITTLE
        ):
            yield Row(hour=hour, state=round(value, 6), sum=round(total, 6))
