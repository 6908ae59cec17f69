"""The ledger: which transactions run, since when, and what they used."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
import time
from typing import Any, Protocol

from .model import StopReason, utcnow

type LedgerData = dict[str, Any]

_FUTURE = timedelta(minutes=5)
"""How far ahead of ours the clock of a charge point may be."""


def _plausible(moment: datetime) -> datetime:
    """Return a charge point's time, or ours where it is in the future."""
    now = utcnow()
    return now if moment > now + _FUTURE else moment


def _most(duration: timedelta) -> float:
    """Return the Wh that no connector exceeds within `duration`."""
    return 1_000.0 + 400_000.0 * max(0.0, duration.total_seconds()) / 3600.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Transaction:
    """One transaction; energies in Wh, times aware.

    `meter_start_wh` is None as long as nobody knows it (a transaction that began
    before this central system was there). `end` is None while it runs.
    """

    id: int
    charge_point_id: str
    connector_id: int
    id_tag: str
    start: datetime
    reported_start: datetime
    """The start by the charge point's clock, which may be wrong."""
    meter_start_wh: float | None
    register_wh: float | None = None
    """The newest reading of the meter that belongs to this transaction."""
    end: datetime | None = None
    meter_stop_wh: float | None = None
    reason: str | None = None

    @property
    def energy_wh(self) -> float | None:
        """What was charged so far, or None when the meter is not known."""
        if self.meter_start_wh is None:
            return None
        for meter in (self.meter_stop_wh, self.register_wh):
            if meter is not None and meter >= self.meter_start_wh:
                return meter - self.meter_start_wh
        return 0.0

    def duration(self, now: datetime) -> timedelta:
        """Return how long it has run, or did run."""
        return max(timedelta(), (self.end or now) - self.start)


class LedgerStorage(Protocol):
    """Where the ledger is kept."""

    async def load(self) -> LedgerData | None:
        """Return what was saved last."""

    async def save(self, data: LedgerData) -> None:
        """Return once `data` is safe."""

    def save_later(self, data: Callable[[], LedgerData]) -> None:
        """Save within a minute, and at the latest when the program ends."""


class MemoryStorage:
    """Storage for a central system whose ledger may be forgotten."""

    def __init__(self) -> None:
        """Start empty."""
        self.data: LedgerData | None = None

    async def load(self) -> LedgerData | None:
        """Return what was saved last."""
        return self.data

    async def save(self, data: LedgerData) -> None:
        """Keep `data`."""
        self.data = data

    def save_later(self, data: Callable[[], LedgerData]) -> None:
        """Keep `data` at once: it costs nothing."""
        self.data = data()


class Ledger:
    """All running transactions and the latest finished one of each connector."""

    def __init__(self, storage: LedgerStorage) -> None:
        """Start empty; `load` brings back what was known."""
        self._storage = storage
        # The newest transaction of each connector is the last of its list.
        self._transactions: dict[tuple[str, int], list[Transaction]] = {}
        self._last_id = 0

    async def load(self) -> None:
        """Read what was saved, before the first charge point connects."""
        if (data := await self._storage.load()) is None:
            return
        self._last_id = data["last_id"]
        for item in data["transactions"]:
            transaction = Transaction(
                **item
                | {
                    "start": datetime.fromisoformat(item["start"]),
                    "reported_start": datetime.fromisoformat(item["reported_start"]),
                    "end": datetime.fromisoformat(item["end"]) if item["end"] else None,
                }
            )
            self._of(transaction).append(transaction)

    def _of(self, transaction: Transaction) -> list[Transaction]:
        key = (transaction.charge_point_id, transaction.connector_id)
        return self._transactions.setdefault(key, [])

    def dump(self) -> LedgerData:
        """Return what `load` understands; JSON types only."""
        return {
            "last_id": self._last_id,
            "transactions": [
                asdict(transaction)
                | {
                    "start": transaction.start.isoformat(),
                    "reported_start": transaction.reported_start.isoformat(),
                    "end": transaction.end.isoformat() if transaction.end else None,
                }
                for transactions in self._transactions.values()
                for transaction in transactions
            ],
        }

    async def save(self) -> None:
        """Return once everything known is safe."""
        await self._storage.save(self.dump())

    def latest(self, charge_point_id: str, connector_id: int) -> Transaction | None:
        """Return the connector's running transaction, or else its last one."""
        transactions = self._transactions.get((charge_point_id, connector_id))
        return transactions[-1] if transactions else None

    def running(self, charge_point_id: str) -> list[Transaction]:
        """Return the running transactions of a charge point."""
        return [
            transaction
            for (owner, _), transactions in self._transactions.items()
            if owner == charge_point_id
            for transaction in transactions
            if transaction.end is None
        ]

    def find(self, charge_point_id: str, transaction_id: int) -> Transaction | None:
        """Return the charge point's transaction of that id."""
        for (owner, _), transactions in self._transactions.items():
            if owner == charge_point_id:
                for transaction in transactions:
                    if transaction.id == transaction_id:
                        return transaction
        return None

    def connectors(self, charge_point_id: str) -> set[int]:
        """Return the connectors of which transactions are known."""
        return {
            number for owner, number in self._transactions if owner == charge_point_id
        }

    def start(
        self,
        *,
        charge_point_id: str,
        connector_id: int,
        id_tag: str,
        start: datetime,
        meter_start_wh: float | None,
    ) -> Transaction:
        """Open a transaction, or find the one that this message opened before.

        A charge point that got no answer sends StartTransaction again (3.7), and
        message ids say nothing: some repeat them after each boot. Save afterwards.
        """
        key = (charge_point_id, connector_id)
        for known in self._transactions.get(key, []):
            if (known.id_tag, known.reported_start, known.meter_start_wh) == (
                id_tag,
                start,
                meter_start_wh,
            ):
                return known
        # Ids from the clock do not meet those that a charge point has kept from
        # another central system, or from a ledger that was lost.
        self._last_id = max(self._last_id + 1, int(time.time()))
        transaction = Transaction(
            id=self._last_id,
            charge_point_id=charge_point_id,
            connector_id=connector_id,
            id_tag=id_tag,
            start=_plausible(start),
            reported_start=start,
            meter_start_wh=meter_start_wh,
        )
        self._append(transaction)
        return transaction

    def adopt(
        self, *, charge_point_id: str, connector_id: int, transaction_id: int
    ) -> Transaction:
        """Take over a transaction that began without this central system."""
        now = utcnow()
        transaction = Transaction(
            id=transaction_id,
            charge_point_id=charge_point_id,
            connector_id=connector_id,
            id_tag="",
            start=now,
            reported_start=now,
            meter_start_wh=None,
        )
        self._append(transaction)
        self._save_later()
        return transaction

    def _append(self, transaction: Transaction) -> None:
        """Make it the connector's newest, which ends one that still ran there."""
        transactions = self._of(transaction)
        if transactions and transactions[-1].end is None:
            transactions[-1] = self._ended(transactions[-1], transaction.start)
        # Two finished ones recognise a message that is repeated late.
        del transactions[:-2]
        transactions.append(transaction)

    @staticmethod
    def _ended(transaction: Transaction, end: datetime) -> Transaction:
        """End a transaction of which no StopTransaction has come."""
        return replace(
            transaction,
            end=max(end, transaction.start),
            meter_stop_wh=transaction.register_wh,
            reason=StopReason.OTHER,
        )

    def _put(self, transaction: Transaction) -> None:
        transactions = self._of(transaction)
        for index, known in enumerate(transactions):
            if known.id == transaction.id:
                transactions[index] = transaction
                return

    def meter(
        self,
        transaction: Transaction,
        register_wh: float,
        taken: datetime,
    ) -> Transaction:
        """Note a reading of the meter, taken at `taken`, of a running transaction."""
        meter_start_wh = transaction.meter_start_wh
        if meter_start_wh is None or (
            transaction.register_wh is None
            and register_wh - meter_start_wh > _most(taken - transaction.start)
        ):
            # Nobody knew the start, or it was said to be 0 by a charge point
            # whose meter has been counting for years.
            meter_start_wh = register_wh
        transaction = replace(
            transaction, meter_start_wh=meter_start_wh, register_wh=register_wh
        )
        self._put(transaction)
        self._save_later()
        return transaction

    def stop(
        self,
        transaction: Transaction,
        *,
        end: datetime,
        meter_stop_wh: float | None,
        reason: str,
        id_tag: str | None = None,
    ) -> Transaction:
        """End a transaction as its StopTransaction says. Save afterwards."""
        transaction = replace(
            transaction,
            end=max(_plausible(end), transaction.start),
            meter_stop_wh=(
                transaction.register_wh if meter_stop_wh is None else meter_stop_wh
            ),
            reason=reason,
            id_tag=transaction.id_tag or id_tag or "",
        )
        self._put(transaction)
        return transaction

    def close(self, transaction: Transaction) -> Transaction:
        """End a transaction that the charge point has forgotten."""
        transaction = self._ended(transaction, utcnow())
        self._put(transaction)
        self._save_later()
        return transaction

    def forget(self, charge_point_id: str) -> None:
        """Drop all that is known of a charge point that was removed."""
        for key in [key for key in self._transactions if key[0] == charge_point_id]:
            del self._transactions[key]
        self._save_later()

    def _save_later(self) -> None:
        self._storage.save_later(self.dump)
