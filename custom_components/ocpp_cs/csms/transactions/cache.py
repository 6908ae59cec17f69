"""The transactions that the ledger keeps in memory, and their unsaved changes."""

from collections.abc import Callable, Iterator, Sequence
import time

from . import matching
from .storage import KEPT, KEPT_STOPS, LedgerChanges, TransactionStore
from .transaction import Origin, Transaction, TransactionKey

type Watcher = Callable[[TransactionKey, Transaction | None], None]
"""Receives a changed transaction; None if it was removed."""


class TransactionCache:
    """The few transactions of each connector for which more reports may arrive."""

    def __init__(self, storage: TransactionStore) -> None:
        """Start empty; `load` reads the stored transactions."""
        self._storage = storage
        # The newest transaction of a connector is the last of its list, and only that
        # may be running.
        self._transactions: dict[tuple[str, int], list[Transaction]] = {}
        # The transactions without a start, from old to new.
        self._stops: dict[str, list[Transaction]] = {}
        self._changed: dict[TransactionKey, Transaction | None] = {}
        self._watchers: list[Watcher] = []
        self._last_seq = 0
        self.loaded_late: Callable[[], None] = lambda: None
        """Called when transactions were read late, after the disk had failed."""

    async def load(self) -> None:
        """Read the stored transactions, before the first charge point connects."""
        self._last_seq, transactions = await self._storage.load(self._load_late)
        for transaction in transactions:
            if transaction.origin is Origin.STOPPED:
                self.stops_of(transaction.charge_point_id).append(transaction)
            else:
                self.of(transaction).append(transaction)

    def _load_late(self, transactions: list[Transaction]) -> None:
        """Add transactions that could not be read before charge points connected.

        Charge points may have reported running transactions as new ones since then.
        """
        for known in reversed(transactions):
            if known.origin is Origin.STOPPED:
                self.stops_of(known.charge_point_id).insert(0, known)
                continue
            others = self.of(known)
            if known.end is None:
                known = self._caught_up(known)
                self.note(known)
            others.insert(0 if known.end is not None else len(others), known)
            del others[:-KEPT]
        self.loaded_late()

    def _caught_up(self, known: Transaction) -> Transaction:
        """Return a running transaction with the data that was reported since then."""
        twin = next(
            (
                one
                for one in (
                    *self.of(known),
                    *self.stops_of(known.charge_point_id),
                )
                if one.id == known.id
            ),
            None,
        )
        if twin is not None:
            self.drop(twin)
            return matching.caught_up(known, twin)
        if others := self.of(known):
            newer = others[0]
            return matching.given_up(known, newer.start, newer.reported_meter_start_wh)
        return known

    def of_connector(
        self, charge_point_id: str, connector_id: int
    ) -> Sequence[Transaction]:
        """Return the transactions of a connector, from the oldest to the newest."""
        return self._transactions.get((charge_point_id, connector_id), ())

    def of(self, transaction: Transaction) -> list[Transaction]:
        """Return the mutable list of the same connector's transactions."""
        key = (transaction.charge_point_id, transaction.connector_id)
        return self._transactions.setdefault(key, [])

    def stops_of(self, charge_point_id: str) -> list[Transaction]:
        """Return the mutable list of the transactions without a start."""
        return self._stops.setdefault(charge_point_id, [])

    def everything(self) -> Iterator[Transaction]:
        """Yield all transactions."""
        for transactions in (*self._transactions.values(), *self._stops.values()):
            yield from transactions

    def _take_changes(self) -> LedgerChanges:
        changed, self._changed = self._changed, {}
        return LedgerChanges(
            last_seq=self._last_seq, transactions=changed, at_hand=self.everything
        )

    async def save(self) -> None:
        """Save all changes, and wait for the result: see `TransactionStore.save`."""
        await self._storage.save(self._take_changes())

    def save_later(self) -> None:
        """Save within a minute, and at the latest when the program ends."""
        self._storage.save_later(self._take_changes)

    def save_soon(self) -> None:
        """Start to save immediately, without waiting for the result."""
        self._storage.save_soon(self._take_changes)

    def latest(self, charge_point_id: str, connector_id: int) -> Transaction | None:
        """Return the connector's running transaction, or else its last one."""
        transactions = self.of_connector(charge_point_id, connector_id)
        return transactions[-1] if transactions else None

    def latest_session(
        self, charge_point_id: str, connector_id: int
    ) -> Transaction | None:
        """Return the connector's latest session in memory, as the user sees it."""
        for one in reversed(
            self._transactions.get((charge_point_id, connector_id), [])
        ):
            if not one.refused and not one.struck_out:
                return one
        return None

    def latest_of_each(self, charge_point_id: str) -> Iterator[Transaction]:
        """Yield the latest transaction of each connector."""
        for (owner, _), transactions in self._transactions.items():
            if owner == charge_point_id and transactions:
                yield transactions[-1]

    def known(self, charge_point_id: str) -> Iterator[Transaction]:
        """Yield the charge point's transactions that have a start."""
        for (owner, _), transactions in self._transactions.items():
            if owner == charge_point_id:
                yield from transactions

    def running(self, charge_point_id: str) -> list[Transaction]:
        """Return the running transactions of a charge point."""
        return [one for one in self.known(charge_point_id) if one.end is None]

    def all_running(self) -> list[Transaction]:
        """Return the running transactions of all charge points."""
        return [one for one in self.everything() if one.end is None]

    def find(self, charge_point_id: str, transaction_id: str) -> Transaction | None:
        """Return the charge point's transaction with that id, if it is in memory.

        If a charge point reuses the id, it is the running or the last transaction.
        """
        found = None
        for one in self.known(charge_point_id):
            if one.id == transaction_id and (
                found is None
                or (one.end is None, one.start) > (found.end is None, found.start)
            ):
                found = one
        return found

    def find_told(
        self, charge_point_id: str, transaction_id: str, connector_id: int | None
    ) -> Transaction | None:
        """Return the transaction that a message with its id, and its place, is about.

        Two connectors may use the same id. A transaction whose connector is unknown
        can be at any. Of several it is the running one, or else the newest.

        Args:
            connector_id: The connector, if the message has it.
        """
        found = None
        rank = (False, False, 0)
        for one in self.at_hand(charge_point_id):
            if one.id != transaction_id:
                continue
            here = connector_id in {None, one.connector_id}
            if not here and one.connector_id:
                continue
            if found is None or (here, one.end is None, one.seq) > rank:
                found, rank = one, (here, one.end is None, one.seq)
        return found

    def unsaved(self, charge_point_id: str, transaction_id: str) -> Transaction | None:
        """Return a transaction with that id that has changes to be saved."""
        for key, one in reversed(self._changed.items()):
            if one is not None and key[:2] == (charge_point_id, transaction_id):
                return one
        return None

    def insert(self, transaction: Transaction) -> None:
        """Add a transaction in its place, by the times of the charge point's clock."""
        self.note(transaction)
        if transaction.origin is Origin.STOPPED:
            self.stops_of(transaction.charge_point_id).append(transaction)
            return
        transactions = self.of(transaction)
        place = len(transactions)
        while place and (
            (transaction.end is not None and transactions[place - 1].end is None)
            or (
                transaction.end is not None
                and transactions[place - 1].reported_start > transaction.reported_start
            )
        ):
            place -= 1
        transactions.insert(place, transaction)
        del transactions[:-KEPT]

    def connectors(self, charge_point_id: str) -> set[int]:
        """Return the numbers of the connectors that have transactions."""
        return {
            number for owner, number in self._transactions if owner == charge_point_id
        }

    @property
    def last_seq(self) -> int:
        """The number of the latest booking; the numbers increase."""
        return self._last_seq

    def at_hand(self, charge_point_id: str) -> list[Transaction]:
        """Return a charge point's transactions, then its unmatched stops."""
        return [*self.known(charge_point_id), *self._stops.get(charge_point_id, ())]

    def next_seq(self) -> int:
        """Return the number of the next booking."""
        # Ids are made from it. If they start at the clock, they do not collide with ids
        # that a charge point has from another central system or from a lost ledger.
        self._last_seq = max(self._last_seq + 1, int(time.time()))
        return self._last_seq

    def watch(self, watcher: Watcher) -> None:
        """Call `watcher` with each change of a transaction, immediately."""
        self._watchers.append(watcher)

    def note(self, transaction: Transaction) -> None:
        """Note a changed transaction for the next save, and call the watchers."""
        self._change(transaction.key, transaction)

    def _change(self, key: TransactionKey, transaction: Transaction | None) -> None:
        self._changed[key] = transaction
        for watcher in self._watchers:
            watcher(key, transaction)

    def book_stop(self, stop: Transaction) -> Transaction:
        """Add a session without a start."""
        stops = self.stops_of(stop.charge_point_id)
        stops.append(stop)
        del stops[:-KEPT_STOPS]
        self.note(stop)
        return stop

    def put(self, transaction: Transaction) -> None:
        """Replace a transaction by a changed version."""
        self.note(transaction)
        transactions = (
            self.stops_of(transaction.charge_point_id)
            if transaction.origin is Origin.STOPPED
            else self.of(transaction)
        )
        for index, known in enumerate(transactions):
            if known.key == transaction.key:
                transactions[index] = transaction
                return

    def drop(self, transaction: Transaction) -> None:
        """Remove a transaction that turned out to be part of another."""
        self._change(transaction.key, None)
        for transactions in (
            self.of(transaction),
            self.stops_of(transaction.charge_point_id),
        ):
            transactions[:] = [
                one for one in transactions if one.key != transaction.key
            ]
