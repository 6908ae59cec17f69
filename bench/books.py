"""What the history costs: books of 20 000 sessions beside books that begin.

    python -m bench.books [--sessions N] [--rounds N]

Both are asked the same by turns, so that what else this machine does hits both. What
counts are the ratios.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
import statistics
import sys
import tempfile
import time
from typing import Any

from custom_components.ocpp_cs.csms.transactions.ledger import Ledger
from custom_components.ocpp_cs.csms.transactions.storage import (
    LedgerChanges,
    ReportedStop,
    SessionFilter,
)
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction
from custom_components.ocpp_cs.csms.transactions.writer import StoreWriter

from .report import table

CHARGERS = 4
MONTH = timedelta(days=30)
A_MONTH_HAS = 300
"""Sessions; 20 000 are those of five years and a half."""

NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(kw_only=True)
class Candidate:
    """Books, and the ledger that they belong to."""

    name: str
    path: Path
    keeper: StoreWriter
    ledger: Ledger
    meter: int = 10**9
    moment: datetime = NOW

    async def session(self) -> None:
        """Do what a start and a stop of a session do, as far as the books go."""
        self.moment += timedelta(minutes=1)
        self.meter += 1000
        told: dict[str, Any] = {
            "charge_point_id": "CP1",
            "connector_id": 1,
            "id_tag": "TAG1",
            "start": self.moment,
            "meter_start_wh": self.meter,
        }
        one = await self.ledger.lookup.find_start(**told) or self.ledger.start(**told)
        await self.ledger.save()
        self.ledger.stop(
            one, end=self.moment, meter_stop_wh=self.meter + 900, reason="local"
        )
        await self.ledger.save()

    async def stranger(self) -> None:
        """Look for a start and a stop that are told late, and are not known."""
        # After the seconds of the known ones, and each another one.
        self.moment += timedelta(minutes=1)
        long_ago = self.moment - timedelta(days=100, milliseconds=1)
        await self.ledger.lookup.find_start(
            charge_point_id="CP1",
            connector_id=1,
            id_tag="TAG1",
            start=long_ago,
            meter_start_wh=5,
        )
        await self.keeper.find_stop(ReportedStop("CP1", long_ago, 5))
        await self.keeper.find("CP1", "5")

    async def month(self) -> None:
        """Read the sessions of the last month."""
        await self._read(start=NOW - MONTH, end=NOW)

    async def month_of_a_tag(self) -> None:
        """Read the sessions of the last month that were made with one tag."""
        await self._read(start=NOW - MONTH, end=NOW, id_tag="tag1")

    async def month_of_a_charger(self) -> None:
        """Read the sessions of the last month at one charger."""
        await self._read(
            start=NOW - MONTH, end=NOW, charge_point_id="CP1", connector_id=1
        )

    async def _read(self, **wanted: Any) -> None:
        found = await self.keeper.sessions(SessionFilter(**wanted))
        assert len(found) >= A_MONTH_HAS // CHARGERS / 4

    async def opening(self) -> None:
        """Open the books anew, as at a start of Home Assistant."""
        keeper = StoreWriter(self.path)
        await Ledger(keeper).load()
        await keeper.close()


WORK: dict[str, Callable[[Candidate], Awaitable[None]]] = {
    "a session begins and ends": Candidate.session,
    "a late start and stop are looked up": Candidate.stranger,
    "the sessions of a month": Candidate.month,
    "those of one tag": Candidate.month_of_a_tag,
    "those of one charger": Candidate.month_of_a_charger,
    "the books are opened": Candidate.opening,
}


async def candidate(folder: Path, name: str, sessions: int) -> Candidate:
    """Return books that are filled."""
    path = folder / f"{name}.db"
    keeper = StoreWriter(path)
    step = MONTH / A_MONTH_HAS
    many = [
        Transaction(
            id=str(1_600_000_000 + number),
            seq=1_600_000_000 + number,
            charge_point_id=f"CP{number % CHARGERS}",
            connector_id=1,
            id_tag=f"TAG{number % 10}",
            start=NOW - step * (number + 1),
            reported_start=NOW - step * (number + 1),
            meter_start_wh=number * 1000.0,
            reported_meter_start_wh=number * 1000.0,
            register_wh=number * 1000.0 + 900,
            end=NOW - step * (number + 1) + timedelta(hours=2),
            reported_end=NOW - step * (number + 1) + timedelta(hours=2),
            meter_stop_wh=number * 1000.0 + 900,
            reason="ev_disconnected",
            cost=0.3,
            priced_wh=900.0,
        )
        for number in range(sessions)
    ]
    await keeper.save(
        LedgerChanges(
            last_seq=1_700_000_000,
            transactions={one.key: one for one in many},
            at_hand=lambda: many,
        )
    )
    ledger = Ledger(keeper)
    await ledger.load()
    return Candidate(name=name, path=path, keeper=keeper, ledger=ledger)


async def compare(sessions: int, rounds: int) -> str:
    """Return the table: milliseconds with few and with many, and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        few = await candidate(Path(folder), "few", A_MONTH_HAS)
        many = await candidate(Path(folder), "many", sessions)
        rows = []
        for what, work in WORK.items():
            times: dict[str, list[float]] = {}
            for number in range(rounds):
                # Who is first changes, too.
                for one in (few, many) if number % 2 else (many, few):
                    started = time.perf_counter()
                    await work(one)
                    times.setdefault(one.name, []).append(time.perf_counter() - started)
            medians = [statistics.median(times[name]) * 1000 for name in times]
            small, large = medians if next(iter(times)) == "few" else reversed(medians)
            rows.append([what, f"{small:.2f}", f"{large:.2f}", f"{large / small:.2f}"])
        sizes = [one.path.stat().st_size / 1e6 for one in (few, many)]
        rows.append(
            [
                "the file, in MB",
                *(f"{size:.2f}" for size in sizes),
                f"{sizes[1] / sizes[0]:.2f}",
            ]
        )
        for one in (few, many):
            await one.keeper.close()
    head = ["ms", f"{A_MONTH_HAS} sessions", f"{sessions} sessions", "ratio"]
    return table(head, rows)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.books", description=__doc__)
    parser.add_argument("--sessions", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=101)
    arguments = parser.parse_args()
    result = asyncio.run(compare(arguments.sessions, arguments.rounds))
    sys.stdout.write(f"{result}\n")


if __name__ == "__main__":
    main()
