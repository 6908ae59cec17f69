"""The recent energy of each id tag, without a query of the storage per message."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from ..model.tags import tag_key
from .ledger import Ledger
from .transaction import Transaction, TransactionKey

type Watcher = Callable[[], None]


class EnergyByTag:
    """The energy of the sessions that began since a point in time, by id tag.

    A session counts as a whole for the time of its start, as in the monthly sums of
    sessions. Id tags are compared by `tag_key`.
    """

    def __init__(self, ledger: Ledger) -> None:
        """Watch `ledger`; nothing is counted before `begin` is called."""
        self.since = datetime.max.replace(tzinfo=UTC)
        self._parts: dict[TransactionKey, tuple[str, datetime, float]] = {}
        self._totals: dict[str, float] = {}
        self._watchers: dict[str, dict[Watcher, None]] = {}
        self._changed: set[str] = set()
        ledger.watch(self._note)

    def total_wh(self, id_tag: str) -> float:
        """Return the Wh of an id tag; an empty id is that of sessions without a tag."""
        return self._totals.get(tag_key(id_tag), 0.0)

    def watch(self, id_tag: str, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher` soon after the total of an id tag changed.

        Returns:
            A function that stops watching.
        """
        watchers = self._watchers.setdefault(tag_key(id_tag), {})
        watchers[watcher] = None

        def stop() -> None:
            watchers.pop(watcher, None)

        return stop

    def take(self, transactions: Iterable[Transaction]) -> None:
        """Count stored transactions, unless the ledger has reported newer values."""
        for one in transactions:
            if one.key not in self._parts:
                self._note(one.key, one)

    def begin(self, since: datetime) -> None:
        """Count from `since` on, and drop sessions that began before."""
        self.since = since
        for key, (_, start, _) in list(self._parts.items()):
            if start < since:
                self._note(key, None)

    def _note(self, key: TransactionKey, transaction: Transaction | None) -> None:
        """Process a change of a transaction; None if it was removed."""
        before = self._parts.pop(key, None)
        if (
            transaction is not None
            and transaction.start >= self.since
            and not transaction.struck_out
        ):
            tag, energy_wh = tag_key(transaction.id_tag), transaction.energy_wh or 0.0
            self._parts[key] = (tag, transaction.start, energy_wh)
            if before is not None and before[0] == tag:
                self._add(tag, energy_wh - before[2])
                return
            self._add(tag, energy_wh)
        if before is not None:
            self._add(before[0], -before[2])

    def _add(self, tag: str, energy_wh: float) -> None:
        if not energy_wh:
            return
        total = round(self._totals.get(tag, 0.0) + energy_wh, 6)
        if total:
            self._totals[tag] = total
        else:
            self._totals.pop(tag, None)
        if self._watchers.get(tag):
            if not self._changed:
                # Answers to chargers go first.
                asyncio.get_running_loop().call_soon(self._tell)
            self._changed.add(tag)

    def _tell(self) -> None:
        changed, self._changed = self._changed, set()
        for tag in changed:
            for watcher in list(self._watchers.get(tag, ())):
                watcher()
