"""Where the ledger is kept: what it asks of its storage, and one that forgets."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol, Self, override

from .transaction import Origin, Transaction, TransactionKey

KEPT = 3
"""So many transactions of a connector the ledger has at hand."""

KEPT_STOPS = 100
"""So many transactions of which only the stop is known it has at hand."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """What changed in the ledger: None for a transaction that is no more."""

    last_seq: int
    transactions: dict[TransactionKey, Transaction | None]
    at_hand: Callable[[], Iterable[Transaction]]
    """All that the ledger knows, for books that have to begin anew."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionFilter:
    """Which sessions are wanted; None is any."""

    start: datetime | None = None
    """Those that ended after it, or run."""
    end: datetime | None = None
    """Those that began before it."""
    id_tag: str | None = None
    """Compared without case, as OCPP has it (7.28)."""
    charge_point_id: str | None = None
    connector_id: int | None = None
    transaction_id: str | None = None
    refused: bool = False
    """Also starts that were refused, of which nothing came."""
    struck_out: bool = False
    """Also those that were struck out."""

    def matches(self, transaction: Transaction) -> bool:
        """Return whether a session is wanted."""
        return (
            (
                self.start is None
                or transaction.end is None
                or transaction.end > self.start
            )
            and (self.end is None or transaction.start < self.end)
            and (
                self.id_tag is None or transaction.id_tag.lower() == self.id_tag.lower()
            )
            and self.charge_point_id in {None, transaction.charge_point_id}
            and self.connector_id in {None, transaction.connector_id}
            and self.transaction_id in {None, transaction.id}
            and self.counts(transaction)
        )

    def counts(self, transaction: Transaction) -> bool:
        """Return whether it is one for the user at all, or such are wanted as well."""
        return (self.refused or not transaction.refused) and (
            self.struck_out or not transaction.struck_out
        )


def in_order(transactions: Iterable[Transaction]) -> list[Transaction]:
    """Return them from the oldest to the newest."""
    return sorted(
        transactions, key=lambda one: (one.start, one.charge_point_id, one.seq)
    )


class ReportedStart(NamedTuple):
    """What a charge point said of a start: the same again is a repetition (3.7)."""

    charge_point_id: str
    connector_id: int
    id_tag: str
    start: datetime
    meter_start_wh: float | None

    @classmethod
    def of(cls, transaction: Transaction) -> Self:
        """Return what was said of the start of a transaction."""
        return cls(
            transaction.charge_point_id,
            transaction.connector_id,
            transaction.as_told("id_tag"),
            transaction.reported_start,
            transaction.reported_meter_start_wh,
        )


class ReportedStop(NamedTuple):
    """What a charge point said of a stop: the same again is a repetition (3.7)."""

    charge_point_id: str
    end: datetime | None
    meter_stop_wh: float | None

    @classmethod
    def of(cls, transaction: Transaction) -> Self:
        """Return what was said of the stop of a transaction."""
        return cls(
            transaction.charge_point_id,
            transaction.reported_end,
            transaction.told_stop_wh,
        )


class TransactionStore(Protocol):
    """Where the ledger is kept. Nothing here fails for want of a disk."""

    async def load(
        self, late: Callable[[list[Transaction]], None]
    ) -> tuple[int, list[Transaction]]:
        """Return the last `seq`, and what the ledger has at hand, from old to new.

        That is what runs, the last `KEPT` of each connector, and the last of which
        only the stop is known. `late` is told of them where they could not be read
        at first.
        """

    async def save(self, changes: Changes) -> None:
        """Return once `changes` is safe, or is known not to be."""

    def save_later(self, changes: Callable[[], Changes]) -> None:
        """Save within a minute, and at the latest when the program ends."""

    def save_soon(self, changes: Callable[[], Changes]) -> None:
        """Save at once, without anybody waiting for it."""

    async def find(
        self, charge_point_id: str, transaction_id: str
    ) -> Transaction | None:
        """Return the newest transaction of that id."""

    async def find_start(self, reported: ReportedStart) -> Transaction | None:
        """Return the transaction that such a StartTransaction opened."""

    async def find_stop(self, reported: ReportedStop) -> Transaction | None:
        """Return the transaction that such a StopTransaction ended."""

    async def sessions(self, wanted: SessionFilter) -> list[Transaction]:
        """Return sessions, from the oldest to the newest."""

    async def count(self) -> dict[str, int]:
        """Return how many sessions of each charge point there are."""


class MemoryStore(TransactionStore):
    """Storage for a central system whose ledger may be forgotten."""

    def __init__(self) -> None:
        """Start empty."""
        self.last_seq = 0
        self.transactions: dict[TransactionKey, Transaction] = {}

    @override
    async def load(
        self, late: Callable[[list[Transaction]], None] = lambda _: None
    ) -> tuple[int, list[Transaction]]:
        """Return what the ledger has at hand."""
        return self.last_seq, at_hand(self.transactions.values())

    @override
    async def save(self, changes: Changes) -> None:
        """Keep `changes`."""
        self._keep(changes)

    @override
    def save_later(self, changes: Callable[[], Changes]) -> None:
        """Keep them at once: it costs nothing."""
        self._keep(changes())

    def _keep(self, changes: Changes) -> None:
        self.last_seq = changes.last_seq
        for key, transaction in changes.transactions.items():
            if transaction is None:
                self.transactions.pop(key, None)
            else:
                self.transactions[key] = transaction

    def _newest(self, matches: Callable[[Transaction], bool]) -> Transaction | None:
        found = in_order(filter(matches, self.transactions.values()))
        return found[-1] if found else None

    @override
    def save_soon(self, changes: Callable[[], Changes]) -> None:
        """Keep them."""
        self._keep(changes())

    @override
    async def find(
        self, charge_point_id: str, transaction_id: str
    ) -> Transaction | None:
        """Return the newest transaction of that id."""
        return self._newest(
            lambda one: (
                one.charge_point_id == charge_point_id and one.id == transaction_id
            )
        )

    @override
    async def find_start(self, reported: ReportedStart) -> Transaction | None:
        """Return the transaction that such a StartTransaction opened."""
        return self._newest(lambda one: ReportedStart.of(one) == reported)

    @override
    async def find_stop(self, reported: ReportedStop) -> Transaction | None:
        """Return the transaction that such a StopTransaction ended."""
        return self._newest(lambda one: ReportedStop.of(one) == reported)

    @override
    async def sessions(self, wanted: SessionFilter) -> list[Transaction]:
        """Return sessions, from the oldest to the newest."""
        return in_order(filter(wanted.matches, self.transactions.values()))

    @override
    async def count(self) -> dict[str, int]:
        """Return how many sessions of each charge point there are."""
        return dict(
            Counter(
                one.charge_point_id
                for one in self.transactions.values()
                if SessionFilter().counts(one)
            )
        )


def at_hand(transactions: Iterable[Transaction]) -> list[Transaction]:
    """Return those that the ledger keeps at hand, from the oldest to the newest."""
    by_connector: dict[tuple[str, int], list[Transaction]] = {}
    for one in in_order(transactions):
        if one.refused and one.end is not None:
            continue
        place = (
            ("", -1)
            if one.origin is Origin.STOPPED
            else (one.charge_point_id, one.connector_id)
        )
        by_connector.setdefault(place, []).append(one)
    kept: list[Transaction] = []
    for (_, number), ones in by_connector.items():
        ones.sort(key=lambda one: one.end is None)
        kept += ones[-(KEPT_STOPS if number < 0 else KEPT) :]
    return kept
