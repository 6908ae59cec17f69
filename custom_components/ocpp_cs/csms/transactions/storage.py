"""The interface of the ledger's storage, and a storage in memory."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol, Self, override

from .transaction import Origin, Transaction, TransactionKey

KEPT = 3
"""The number of transactions per connector that the ledger keeps in memory."""

KEPT_STOPS = 100
"""The number of transactions without a start that the ledger keeps in memory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LedgerChanges:
    """The changes in the ledger; None for a transaction that was removed."""

    last_seq: int
    transactions: dict[TransactionKey, Transaction | None]
    at_hand: Callable[[], Iterable[Transaction]]
    """Returns all transactions in memory, for a file that has to be created again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionFilter:
    """A filter for sessions; None does not filter."""

    start: datetime | None = None
    """Sessions that ended after this time, or are running."""
    end: datetime | None = None
    """Sessions that began before this time."""
    id_tag: str | None = None
    """The id tag, compared without case (OCPP 1.6, 7.28)."""
    charge_point_id: str | None = None
    connector_id: int | None = None
    transaction_id: str | None = None
    refused: bool = False
    """Include refused starts that charged nothing."""
    struck_out: bool = False
    """Include sessions that were struck out."""

    def matches(self, transaction: Transaction) -> bool:
        """Return whether a session passes the filter."""
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
        """Return whether it passes the filters `refused` and `struck_out`."""
        return (self.refused or not transaction.refused) and (
            self.struck_out or not transaction.struck_out
        )


def in_order(transactions: Iterable[Transaction]) -> list[Transaction]:
    """Return transactions from the oldest to the newest."""
    return sorted(
        transactions, key=lambda one: (one.start, one.charge_point_id, one.seq)
    )


class ReportedStart(NamedTuple):
    """The data of a reported start; a second equal report is a repetition (3.7)."""

    charge_point_id: str
    connector_id: int
    id_tag: str
    start: datetime
    meter_start_wh: float | None

    @classmethod
    def of(cls, transaction: Transaction) -> Self:
        """Return the reported data of a transaction's start."""
        return cls(
            transaction.charge_point_id,
            transaction.connector_id,
            transaction.as_told("id_tag"),
            transaction.reported_start,
            transaction.reported_meter_start_wh,
        )


class ReportedStop(NamedTuple):
    """The data of a reported stop; a second equal report is a repetition (3.7)."""

    charge_point_id: str
    end: datetime | None
    meter_stop_wh: float | None

    @classmethod
    def of(cls, transaction: Transaction) -> Self:
        """Return the reported data of a transaction's stop."""
        return cls(
            transaction.charge_point_id,
            transaction.reported_end,
            transaction.told_stop_wh,
        )


class TransactionStore(Protocol):
    """The storage of the ledger. No method raises an error if the disk fails."""

    async def load(
        self, late: Callable[[list[Transaction]], None]
    ) -> tuple[int, list[Transaction]]:
        """Return the last `seq`, and the transactions to keep in memory, oldest first.

        These are the running transactions, the last `KEPT` of each connector, and the
        last `KEPT_STOPS` without a start.

        Args:
            late: Called with them later, if they cannot be read now.
        """

    async def save(self, changes: LedgerChanges) -> None:
        """Save changes; return when they are on the disk, or the disk has failed."""

    def save_later(self, changes: Callable[[], LedgerChanges]) -> None:
        """Save within a minute, and at the latest when the program ends."""

    def save_soon(self, changes: Callable[[], LedgerChanges]) -> None:
        """Start to save immediately, without waiting for the result."""

    async def find(
        self, charge_point_id: str, transaction_id: str
    ) -> Transaction | None:
        """Return the newest transaction with that id."""

    async def find_start(self, reported: ReportedStart) -> Transaction | None:
        """Return the transaction that an equal StartTransaction opened."""

    async def find_stop(self, reported: ReportedStop) -> Transaction | None:
        """Return the transaction that an equal StopTransaction ended."""

    async def sessions(self, wanted: SessionFilter) -> list[Transaction]:
        """Return sessions, from the oldest to the newest."""

    async def all_sessions(self, wanted: SessionFilter) -> list[Transaction] | None:
        """Return the same as `sessions`; None if not all sessions can be read."""

    async def latest_of_tags(self) -> list[Transaction]:
        """Return the last session of each id tag; refused and struck out ones excepted."""

    async def count(self) -> dict[str, int]:
        """Return the number of sessions by charge point id."""


class MemoryStore(TransactionStore):
    """Storage in memory, for a central system whose ledger may be lost."""

    def __init__(self) -> None:
        """Start empty."""
        self.last_seq = 0
        self.transactions: dict[TransactionKey, Transaction] = {}

    @override
    async def load(
        self, late: Callable[[list[Transaction]], None] = lambda _: None
    ) -> tuple[int, list[Transaction]]:
        """Return the last `seq`, and the transactions to keep in memory."""
        return self.last_seq, at_hand(self.transactions.values())

    @override
    async def save(self, changes: LedgerChanges) -> None:
        """Keep `changes`."""
        self._keep(changes)

    @override
    def save_later(self, changes: Callable[[], LedgerChanges]) -> None:
        """Keep the changes immediately, as it costs nothing."""
        self._keep(changes())

    def _keep(self, changes: LedgerChanges) -> None:
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
    def save_soon(self, changes: Callable[[], LedgerChanges]) -> None:
        """Keep the changes."""
        self._keep(changes())

    @override
    async def find(
        self, charge_point_id: str, transaction_id: str
    ) -> Transaction | None:
        """Return the newest transaction with that id."""
        return self._newest(
            lambda one: (
                one.charge_point_id == charge_point_id and one.id == transaction_id
            )
        )

    @override
    async def find_start(self, reported: ReportedStart) -> Transaction | None:
        """Return the transaction that an equal StartTransaction opened."""
        return self._newest(lambda one: ReportedStart.of(one) == reported)

    @override
    async def find_stop(self, reported: ReportedStop) -> Transaction | None:
        """Return the transaction that an equal StopTransaction ended."""
        return self._newest(lambda one: ReportedStop.of(one) == reported)

    @override
    async def sessions(self, wanted: SessionFilter) -> list[Transaction]:
        """Return sessions, from the oldest to the newest."""
        return in_order(filter(wanted.matches, self.transactions.values()))

    @override
    async def all_sessions(self, wanted: SessionFilter) -> list[Transaction] | None:
        """Return the same as `sessions`."""
        return await self.sessions(wanted)

    @override
    async def latest_of_tags(self) -> list[Transaction]:
        """Return the last session of each id tag."""
        found = await self.sessions(SessionFilter())
        return list({one.id_tag.lower(): one for one in found}.values())

    @override
    async def count(self) -> dict[str, int]:
        """Return the number of sessions by charge point id."""
        return dict(
            Counter(
                one.charge_point_id
                for one in self.transactions.values()
                if SessionFilter().counts(one)
            )
        )


def at_hand(transactions: Iterable[Transaction]) -> list[Transaction]:
    """Return the transactions to keep in memory, from the oldest to the newest."""
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
