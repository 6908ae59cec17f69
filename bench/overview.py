"""What the dashboard's questions about 20 000 sessions take, with a history beside one month.

    python -m bench.overview [--sessions N] [--rounds N]

Each session has the energy, sun and cost of its quarters of an hour in it. What counts
is the time of the processor, as it does not depend on what else this machine does.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
import statistics
import sys
import tempfile
import time

from custom_components.ocpp_cs.csms.overview import query
from custom_components.ocpp_cs.csms.overview.model import (
    Bucket,
    Found,
    Matching,
    Order,
    Wanted,
)
from custom_components.ocpp_cs.csms.transactions.parts.course import Course, Part
from custom_components.ocpp_cs.csms.transactions.storage import LedgerChanges
from custom_components.ocpp_cs.csms.transactions.transaction import Details, Transaction
from custom_components.ocpp_cs.csms.transactions.writer import StoreWriter

from .report import table

CONNECTORS = 12
MONTH = timedelta(days=30)
A_MONTH_HAS = 300
QUARTERS = 12
NOW = datetime.now(UTC).replace(microsecond=0)


def session(number: int, every: timedelta = MONTH / A_MONTH_HAS) -> Transaction:
    """Return a session of three hours, so many before the last one.

    `every` is the time from one start to the next.
    """
    start = NOW - every * (number + 1)
    quarter = int(start.timestamp()) // 900
    return Transaction(
        id=str(1_600_000_000 + number),
        seq=1_600_000_000 + number,
        charge_point_id=f"CP{number % CONNECTORS}",
        connector_id=1,
        id_tag=f"TAG{number % 10}",
        start=start,
        reported_start=start,
        meter_start_wh=number * 1000.0,
        register_wh=number * 1000.0 + 9000,
        end=start + timedelta(hours=3),
        reported_end=start + timedelta(hours=3),
        meter_stop_wh=number * 1000.0 + 9000,
        reason="ev_disconnected",
        cost=2.345678,
        priced_wh=9000.0,
        details=Details(
            sun_wh=4000.0,
            grid_wh=5000.0,
            sun_share=4 / 9,
            currency="EUR",
            vehicle=f"01KAX{number % 5}",
        ),
        course=Course(
            until=start.timestamp() + 10_800,
            wh=9000.0,
            parts=tuple(
                Part(quarter + at, 750.123, 333.456, 416.667, 0.123456, 750.123)
                for at in range(QUARTERS)
            ),
        ),
    )


async def books(path: Path, sessions: int) -> StoreWriter:
    """Return books with so many sessions."""
    keeper = StoreWriter(path)
    many = [session(number) for number in range(sessions)]
    await keeper.save(
        LedgerChanges(
            last_seq=1_700_000_000,
            transactions={one.key: one for one in many},
            at_hand=list,
        )
    )
    return keeper


def buckets(start: datetime, step: timedelta) -> list[Bucket]:
    """Return the stretches of time from `start` until now."""
    count = int((NOW - start) / step) + 1
    return [Bucket(key=str(at), start=start + step * at) for at in range(count)]


async def _find(
    keeper: StoreWriter,
    wanted: Wanted,
    *,
    order: Order = Order.NEWEST,
    offset: int = 0,
    step: timedelta = MONTH,
) -> Found:
    begin = wanted.start or NOW - timedelta(days=2000)
    return await keeper.ask(
        partial(
            query.find,
            wanted=wanted,
            order=order,
            offset=offset,
            limit=50,
            buckets=buckets(begin, step),
        )
    )


async def _month(keeper: StoreWriter) -> None:
    found = await _find(keeper, Wanted(start=NOW - MONTH), step=timedelta(days=1))
    assert found.total >= A_MONTH_HAS - 1


async def _all(keeper: StoreWriter) -> None:
    assert (await _find(keeper, Wanted())).total >= A_MONTH_HAS


async def _last_page(keeper: StoreWriter) -> None:
    found = await _find(keeper, Wanted(), order=Order.COST, offset=10**6)
    assert not found.page


async def _one_tag(keeper: StoreWriter) -> None:
    assert (await _find(keeper, Wanted(id_tag="tag1"))).total


async def _search(keeper: StoreWriter) -> None:
    matching = Matching(text="ag7", vehicles=("01KAX3",), charge_point_ids=("CP2",))
    assert (await _find(keeper, Wanted(matching=matching))).total


async def _table(keeper: StoreWriter) -> None:
    assert await keeper.ask(partial(query.ended, wanted=Wanted(start=NOW - MONTH)))


WORK: dict[str, Callable[[StoreWriter], Awaitable[None]]] = {
    "a month: page, sums, charts": _month,
    "all: page, sums, charts": _all,
    "all by cost, behind the last page": _last_page,
    "all of one tag": _one_tag,
    "all with a text in their names": _search,
    "the table of a month": _table,
}


async def compare(sessions: int, rounds: int) -> str:
    """Return the table: milliseconds with few and with many."""
    with tempfile.TemporaryDirectory() as folder:
        few = await books(Path(folder) / "few.db", A_MONTH_HAS)
        many = await books(Path(folder) / "many.db", sessions)
        rows = []
        for what, work in WORK.items():
            times: dict[StoreWriter, list[float]] = {few: [], many: []}
            for number in range(rounds):
                for one in (few, many) if number % 2 else (many, few):
                    started = time.process_time()
                    await work(one)
                    times[one].append(time.process_time() - started)
            small, large = (statistics.median(times[one]) * 1000 for one in (few, many))
            rows.append([what, f"{small:.1f}", f"{large:.1f}"])
        for one in (few, many):
            await one.close()
        size = (Path(folder) / "many.db").stat().st_size / 1e6
    head = ["ms of the processor", f"{A_MONTH_HAS} sessions", f"{sessions} sessions"]
    return f"{table(head, rows)}\n\nThe file of the many has {size:.0f} MB."


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.overview", description=__doc__
    )
    parser.add_argument("--sessions", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    sys.stdout.write(f"{asyncio.run(compare(arguments.sessions, arguments.rounds))}\n")


if __name__ == "__main__":
    main()
