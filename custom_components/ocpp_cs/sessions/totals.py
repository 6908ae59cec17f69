"""The energy and cost of recent sessions by tag, vehicle and charger, in memory."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

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


class Kind:
    """The kinds of totals: plain texts, as those of an enumeration are slow keys."""

    TAG: Final = "tag"
    """The sessions of an id tag that began in this month."""
    VEHICLE: Final = "vehicle"
    """The sessions of a vehicle that began in this month."""
    CHARGER_DAY: Final = "charger_day"
    """The energy of a charger since midnight."""
    CHARGER_MONTH: Final = "charger_month"
    """The energy of a charger since the beginning of the month."""


type Group = tuple[str, str]
"""A kind of total, and the id of the tag (`tag_key`), vehicle or charge point."""


def tag_group(id_tag: str) -> Group:
    """Return the group of an id tag; an empty id is that of sessions without a tag."""
    return (Kind.TAG, tag_key(id_tag))


@dataclass(frozen=True, kw_only=True, slots=True)
class Periods:
    """The beginnings of the periods that are counted."""

    day: datetime = _NEVER
    month: datetime = _NEVER

    def since(self, kind: str) -> datetime:
        """Return the beginning of the period of a kind of total."""
        return self.day if kind == Kind.CHARGER_DAY else self.month


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


class _Place(NamedTuple):
    """What a session adds to one total."""

    group: Group
    total: Total
    before_wh: float
    """The energy of the session that does not count there."""
    has_cost: bool


@dataclass(kw_only=True, slots=True)
class _Part:
    """A session in the totals."""

    transaction: Transaction
    energy_wh: float
    day_wh: float | None
    """The energy that it had when the day began, if that was seen."""
    month_wh: float | None
    """The energy that it had when the month began, if that was seen."""
    currency: str
    places: tuple[_Place, ...]
    is_exact: bool
    """True if no `before_wh` of its places is an estimate, and all count."""


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
        self._parts: dict[TransactionKey, _Part] = {}
        self._recalled: dict[TransactionKey, tuple[float | None, float | None]] = {}
        """The energies at the beginning of day and month, from before a restart."""
        self._totals: dict[Group, Total] = {}
        self._watchers: dict[Group, dict[Watcher, None]] = {}
        self._changed: set[Group] = set()
        self._told_at = float("-inf")
        self._timer: asyncio.TimerHandle | asyncio.Handle | None = None
        self._is_closed = False
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
            if one.key not in self._parts:
                self._note(one.key, one)

    def begin(self, periods: Periods) -> None:
        """Count from these times on, and drop the sessions that ended before."""
        before, self.periods = self.periods, periods
        parts, self._parts = self._parts, {}
        self._totals.clear()
        now = utcnow()
        for key, part in parts.items():
            # What was known of a beginning that stays the same stays known.
            day_wh = part.day_wh if periods.day == before.day else None
            month_wh = part.month_wh if periods.month == before.month else None
            if part.transaction.end is None:
                # This is midnight, unless the time zone has changed.
                if day_wh is None and now - periods.day < _TIMELY:
                    day_wh = part.energy_wh
                if month_wh is None and now - periods.month < _TIMELY:
                    month_wh = part.energy_wh
            self._recalled[key] = (day_wh, month_wh)
        for key, part in parts.items():
            self._note(key, part.transaction)
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
        before = self._parts.get(key)
        if (
            before is not None
            and transaction is not None
            and self._goes_on(before, transaction)
        ):
            return
        if before is not None:
            del self._parts[key]
            self._count(before, -1)
        if (
            transaction is not None
            and not transaction.struck_out
            and (transaction.end is None or transaction.end >= self.periods.month)
        ):
            self._parts[key] = part = self._part(key, transaction, before)
            self._count(part, 1)

    def _goes_on(self, part: _Part, transaction: Transaction) -> bool:
        """Add a meter value of a running session; return False if it is more than that.

        This is the usual case, for each meter value.
        """
        before = part.transaction
        energy_wh, cost = transaction.energy_wh or 0.0, transaction.cost
        if (
            not part.is_exact
            or transaction.end is not None
            or transaction.struck_out
            or energy_wh < part.energy_wh
            or transaction.start != before.start
            or transaction.id_tag != before.id_tag
            or (cost is None) is not (before.cost is None)
            or transaction.details.vehicle != before.details.vehicle
            or (transaction.details.currency or "") != part.currency
        ):
            return False
        more_wh = energy_wh - part.energy_wh
        more_cost = (cost or 0.0) - (before.cost or 0.0)
        part.transaction, part.energy_wh = transaction, energy_wh
        if more_wh or more_cost:
            for group, total, _, has_cost in part.places:
                total.energy_wh += more_wh
                if has_cost and more_cost:
                    total.costs[part.currency] += more_cost
                if self._watchers.get(group):
                    self._tell_soon(group, urgent=False)
        return True

    def _count(self, part: _Part, sign: int) -> None:
        """Add a session to its totals, or with -1 take it out."""
        cost = part.transaction.cost
        for group, total, before_wh, has_cost in part.places:
            energy_wh = max(0.0, part.energy_wh - before_wh)
            # Without the errors of adding and subtracting floats.
            total.energy_wh = round(total.energy_wh + sign * energy_wh, 6)
            if has_cost and cost is not None:
                known = total.costs.get(part.currency, 0.0)
                total.costs[part.currency] = round(known + sign * cost, 9)
                total.priced += sign
            if (energy_wh or cost is not None) and self._watchers.get(group):
                self._tell_soon(group, urgent=True)

    def _part(
        self, key: TransactionKey, transaction: Transaction, before: _Part | None
    ) -> _Part:
        if before is not None:
            day_wh, month_wh = before.day_wh, before.month_wh
        else:
            day_wh, month_wh = self._recalled.get(key, (None, None))
        energy_wh = transaction.energy_wh or 0.0
        places = []
        is_exact = True
        charge_point_id = transaction.charge_point_id
        for kind, known_wh in (
            (Kind.CHARGER_DAY, day_wh),
            (Kind.CHARGER_MONTH, month_wh),
        ):
            before_wh = 0.0
            if transaction.start < (since := self.periods.since(kind)):
                if known_wh is None:
                    before_wh = _energy_at(since, transaction, energy_wh)
                    is_exact = False
                else:
                    before_wh = known_wh
                    is_exact = is_exact and energy_wh >= known_wh
            places.append(self._place((kind, charge_point_id), before_wh))
        if transaction.start >= self.periods.month:
            places.append(self._place(tag_group(transaction.id_tag), 0.0, cost=True))
            if (vehicle := transaction.details.vehicle) is not None:
                places.append(self._place((Kind.VEHICLE, vehicle), 0.0, cost=True))
        return _Part(
            transaction=transaction,
            energy_wh=energy_wh,
            day_wh=day_wh,
            month_wh=month_wh,
            currency=transaction.details.currency or "",
            places=tuple(places),
            is_exact=is_exact,
        )

    def _place(self, group: Group, before_wh: float, *, cost: bool = False) -> _Place:
        return _Place(group, self._totals.setdefault(group, Total()), before_wh, cost)

    def _tell_soon(self, group: Group, *, urgent: bool) -> None:
        self._changed.add(group)
        if self._is_urgent or (self._timer is not None and not urgent):
            return
        if self._is_closed:
            return
        loop = asyncio.get_running_loop()
        wait = self._told_at + PERIOD_S - loop.time()
        self._cancel()
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
        """Tell nothing any more; chargers may still report until the server stops."""
        self._is_closed = True
        self._cancel()

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer, self._is_urgent = None, False


def _energy_at(time: datetime, transaction: Transaction, energy_wh: float) -> float:
    """Return the energy in Wh that a session had at a time, if it charged evenly."""
    start, end = transaction.start, transaction.end or utcnow()
    if end <= time:
        return energy_wh
    return energy_wh * ((time - start) / (end - start))
