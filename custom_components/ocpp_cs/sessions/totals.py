"""The energy and cost of recent sessions by tag, vehicle and charger, in memory."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from ..csms.model.model import utcnow
from ..csms.model.tags import tag_key
from ..csms.transactions.ledger import Ledger
from ..csms.transactions.transaction import Transaction, TransactionKey

type Watcher = Callable[[], None]

_TIMELY = timedelta(minutes=10)
"""The time after midnight in which an energy is taken as that of midnight."""

PERIOD_S = 30.0
"""Seconds between two reports of the energy of running sessions.

Each report costs several states, and a charger may measure every second.
"""

_NEVER = datetime.max.replace(tzinfo=UTC)


class Kind(StrEnum):
    """A kind of total."""

    TAG = "tag"
    """The sessions of an id tag that began in this month."""
    VEHICLE = "vehicle"
    """The sessions of a vehicle that began in this month."""
    CHARGER_DAY = "charger_day"
    """The energy of a charger since midnight."""
    CHARGER_MONTH = "charger_month"
    """The energy of a charger since the beginning of the month."""


type Group = tuple[Kind, str]
"""A kind of total, and the id of the tag (`tag_key`), vehicle or charge point."""


def tag_group(id_tag: str) -> Group:
    """Return the group of an id tag; an empty id is that of sessions without a tag."""
    return (Kind.TAG, tag_key(id_tag))


@dataclass(frozen=True, kw_only=True, slots=True)
class Periods:
    """The beginnings of the periods that are counted."""

    day: datetime = _NEVER
    month: datetime = _NEVER

    def since(self, kind: Kind) -> datetime:
        """Return the beginning of the period of a kind of total."""
        return self.day if kind is Kind.CHARGER_DAY else self.month


@dataclass(kw_only=True, slots=True)
class Total:
    """A sum of sessions."""

    energy_wh: float = 0.0
    costs: dict[str, float] = field(default_factory=dict)
    """By currency; sessions from before currencies were stored have an empty one."""
    priced: int = 0
    """The number of sessions with a cost."""

    def cost(self, currency: str) -> float | None:
        """Return the cost in a currency; None if there is energy but no price."""
        if self.energy_wh and not self.priced:
            return None
        return sum(self.costs.get(one, 0.0) for one in {currency, ""})


NOTHING = Total()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """A session in the totals."""

    energy_wh: float
    day_wh: float | None
    """The energy that it had when the day began, if that was seen."""
    month_wh: float | None
    """The energy that it had when the month began, if that was seen."""
    currency: str
    shares: tuple[tuple[Group, float, float | None], ...]
    """The energy in Wh and the cost that it adds to each group."""


class Totals:
    """The totals of the present day and month.

    A session counts as a whole for its tag and its vehicle, in the month in which it
    began, as in the monthly sums of sessions. For its charger the energy counts in the
    day and month in which it was charged. If it is not known how much that was at
    midnight, it is taken as charged evenly.
    """

    def __init__(self, ledger: Ledger) -> None:
        """Watch `ledger`; nothing is counted before `begin` is called."""
        self.periods = Periods()
        self._transactions: dict[TransactionKey, Transaction] = {}
        self._parts: dict[TransactionKey, _Part] = {}
        self._recalled: dict[TransactionKey, tuple[float | None, float | None]] = {}
        """The energies at the beginning of day and month, from before a restart."""
        self._totals: dict[Group, Total] = {}
        self._watchers: dict[Group, dict[Watcher, None]] = {}
        self._changed: set[Group] = set()
        self._told_at = float("-inf")
        self._timer: asyncio.TimerHandle | asyncio.Handle | None = None
        self._is_urgent = False
        """True if the watchers are called in the next turn of the event loop."""
        ledger.watch(self._note)

    def total(self, group: Group) -> Total:
        """Return the total of a group."""
        return self._totals.get(group, NOTHING)

    def watch(self, group: Group, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher` soon after the total of a group changed, or its period.

        While sessions run, that is at most every `PERIOD_S`.

        Returns:
            A function that stops watching.
        """
        watchers = self._watchers.setdefault(group, {})
        watchers[watcher] = None

        def stop() -> None:
            watchers.pop(watcher, None)

        return stop

    def take(self, transactions: Iterable[Transaction]) -> None:
        """Count stored sessions, unless the ledger has reported newer values."""
        for one in transactions:
            if one.key not in self._transactions:
                self._note(one.key, one)

    def begin(self, periods: Periods) -> None:
        """Count from these times on, and drop the sessions that ended before."""
        before, self.periods = self.periods, periods
        transactions, self._transactions = self._transactions, {}
        parts, self._parts = self._parts, {}
        self._totals.clear()
        now = utcnow()
        for key, part in parts.items():
            day_wh = part.day_wh if periods.day == before.day else None
            month_wh = part.month_wh if periods.month == before.month else None
            if transactions[key].end is None:
                # This is midnight, unless the time zone has changed.
                if day_wh is None and now - periods.day < _TIMELY:
                    day_wh = part.energy_wh
                if month_wh is None and now - periods.month < _TIMELY:
                    month_wh = part.energy_wh
            self._recalled[key] = (day_wh, month_wh)
        for key, transaction in transactions.items():
            self._note(key, transaction)
        self._recalled.clear()
        for group, watchers in self._watchers.items():
            if watchers:
                self._tell_soon(group, urgent=True)

    # The energies at midnight, for the time after a restart.

    def record(self) -> dict[str, Any]:
        """Return the energies of sessions that ran when day or month began, as JSON."""
        return {
            "day": self.periods.day.isoformat(),
            "month": self.periods.month.isoformat(),
            "sessions": [
                [key[0], key[1], key[2].isoformat(), part.day_wh, part.month_wh]
                for key, part in self._parts.items()
                if part.day_wh or part.month_wh
            ],
        }

    def recall(self, record: dict[str, Any], periods: Periods) -> None:
        """Recall what `record` returned, for a `begin` with these periods."""
        same_day = datetime.fromisoformat(record["day"]) == periods.day
        same_month = datetime.fromisoformat(record["month"]) == periods.month
        self._recalled = {
            (charge_point_id, id_, datetime.fromisoformat(start)): (
                None if day_wh is None or not same_day else float(day_wh),
                None if month_wh is None or not same_month else float(month_wh),
            )
            for charge_point_id, id_, start, day_wh, month_wh in record["sessions"]
        }

    def forget_recalled(self) -> None:
        """Forget what was recalled of sessions that are not there any more."""
        self._recalled.clear()

    # Counting.

    def _note(self, key: TransactionKey, transaction: Transaction | None) -> None:
        """Process a change of a session; None if it was removed."""
        before = self._parts.pop(key, None)
        self._transactions.pop(key, None)
        part = None
        if (
            transaction is not None
            and not transaction.struck_out
            and (transaction.end is None or transaction.end >= self.periods.month)
        ):
            self._transactions[key] = transaction
            self._parts[key] = part = self._part(key, transaction, before)
        self._replace(
            before, part, runs=transaction is not None and transaction.end is None
        )

    def _replace(self, before: _Part | None, part: _Part | None, *, runs: bool) -> None:
        """Count a session as `part`, which counted as `before`."""
        old = before.shares if before is not None else ()
        new = part.shares if part is not None else ()
        if (
            before is not None
            and part is not None
            and before.currency == part.currency
            and [share[0] for share in old] == [share[0] for share in new]
        ):
            for (group, old_wh, old_cost), (_, new_wh, new_cost) in zip(
                old, new, strict=True
            ):
                self._add(
                    group,
                    new_wh - old_wh,
                    part.currency,
                    (new_cost or 0.0) - (old_cost or 0.0),
                    (new_cost is not None) - (old_cost is not None),
                    urgent=not runs,
                )
            return
        for one, shares, sign in ((before, old, -1), (part, new, 1)):
            for group, energy_wh, cost in shares:
                currency = one.currency if one is not None else ""
                priced = cost is not None
                self._add(
                    group,
                    sign * energy_wh,
                    currency,
                    sign * (cost or 0.0),
                    sign * priced,
                    urgent=True,
                )

    def _part(
        self, key: TransactionKey, transaction: Transaction, before: _Part | None
    ) -> _Part:
        energy_wh = transaction.energy_wh or 0.0
        if before is not None:
            day_wh, month_wh = before.day_wh, before.month_wh
        else:
            day_wh, month_wh = self._recalled.get(key, (None, None))
        return _Part(
            energy_wh=energy_wh,
            day_wh=day_wh,
            month_wh=month_wh,
            currency=transaction.details.currency or "",
            shares=tuple(self._shares(transaction, energy_wh, day_wh, month_wh)),
        )

    def _shares(
        self,
        transaction: Transaction,
        energy_wh: float,
        day_wh: float | None,
        month_wh: float | None,
    ) -> Iterator[tuple[Group, float, float | None]]:
        charge_point_id = transaction.charge_point_id
        for kind, since, known_wh in (
            (Kind.CHARGER_DAY, self.periods.day, day_wh),
            (Kind.CHARGER_MONTH, self.periods.month, month_wh),
        ):
            before_wh = 0.0
            if transaction.start < since:
                before_wh = (
                    _energy_at(since, transaction, energy_wh)
                    if known_wh is None
                    else known_wh
                )
            yield (kind, charge_point_id), max(0.0, energy_wh - before_wh), None
        cost = transaction.cost
        if transaction.start < self.periods.month:
            return
        yield tag_group(transaction.id_tag), energy_wh, cost
        if (vehicle := transaction.details.vehicle) is not None:
            yield (Kind.VEHICLE, vehicle), energy_wh, cost

    def _add(
        self,
        group: Group,
        energy_wh: float,
        currency: str,
        cost: float,
        priced: int,
        *,
        urgent: bool,
    ) -> None:
        watched = bool(self._watchers.get(group))
        if urgent and watched and group in self._changed:
            # The last energy of the session was not reported yet.
            self._tell_soon(group, urgent=True)
        if not energy_wh and not cost and not priced:
            return
        total = self._totals.setdefault(group, Total())
        # Without the errors of adding and subtracting floats.
        total.energy_wh = round(total.energy_wh + energy_wh, 6)
        total.costs[currency] = round(total.costs.get(currency, 0.0) + cost, 9)
        total.priced += priced
        if watched:
            self._tell_soon(group, urgent=urgent)

    def _tell_soon(self, group: Group, *, urgent: bool) -> None:
        self._changed.add(group)
        if self._is_urgent or (self._timer is not None and not urgent):
            return
        loop = asyncio.get_running_loop()
        wait = self._told_at + PERIOD_S - loop.time()
        self.close()
        if urgent or wait <= 0:
            self._is_urgent = True
            # Answers to chargers go first.
            self._timer = loop.call_soon(self._tell)
        else:
            self._timer = loop.call_later(wait, self._tell)

    def _tell(self) -> None:
        self._timer, self._is_urgent = None, False
        self._told_at = asyncio.get_running_loop().time()
        changed, self._changed = self._changed, set()
        for group in changed:
            for watcher in list(self._watchers.get(group, ())):
                watcher()

    def close(self) -> None:
        """Cancel the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer, self._is_urgent = None, False


def _energy_at(time: datetime, transaction: Transaction, energy_wh: float) -> float:
    """Return the energy in Wh that a session had at a time, if it charged evenly."""
    start, end = transaction.start, transaction.end or utcnow()
    if end <= time:
        return energy_wh
    return energy_wh * ((time - start) / (end - start))
