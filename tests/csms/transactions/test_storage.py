"""The books on a disk, good and bad."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import errno
from pathlib import Path
import sqlite3
import threading

import pytest

from custom_components.ocpp_cs.csms.overview import query
from custom_components.ocpp_cs.csms.overview.model import Bucket, Order, Wanted
from custom_components.ocpp_cs.csms.transactions import writer as book_keeper
from custom_components.ocpp_cs.csms.transactions.ledger import Ledger
from custom_components.ocpp_cs.csms.transactions.sqlite import SqliteStore
from custom_components.ocpp_cs.csms.transactions.storage import (
    LedgerChanges,
    MemoryStore,
    ReportedStart,
    ReportedStop,
    SessionFilter,
    in_order,
)
from custom_components.ocpp_cs.csms.transactions.transaction import Origin, Transaction
from custom_components.ocpp_cs.csms.transactions.writer import StoreWriter

NOON = datetime(2026, 10, 20, 12, 0, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)

FULL = Transaction(
    id="1700000001",
    seq=1_700_000_001,
    charge_point_id="CP1",
    connector_id=2,
    id_tag="TÄG",
    start=NOON,
    reported_start=NOON - HOUR,
    meter_start_wh=1000.5,
    reported_meter_start_wh=0,
    register_wh=1500.25,
    end=NOON + HOUR,
    reported_end=NOON,
    meter_stop_wh=2000.125,
    reason="local",
    origin=Origin.STARTED,
    start_known=True,
    cost=0.3,
    priced_wh=999.625,
    continues="2",
)
BARE = Transaction(
    id="-7",
    seq=1_700_000_008,
    charge_point_id="CP2",
    connector_id=0,
    id_tag="",
    start=NOON + HOUR,
    reported_start=NOON + HOUR,
    meter_start_wh=None,
    origin=Origin.STOPPED,
    start_known=False,
)


class Owner:
    """Books, and what their owner was told."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.broken: list[Path] = []
        self.copied: list[datetime | None] = []
        self.troubles: list[str | None] = []
        self.keeper = StoreWriter(
            path,
            on_broken=self._on_broken,
            on_trouble=self.troubles.append,
        )

    def _on_broken(self, aside: Path, copied: datetime | None) -> None:
        self.broken.append(aside)
        self.copied.append(copied)

    async def save(self, *transactions: Transaction, last_seq: int = 1) -> None:
        await self.keeper.save(changes(*transactions, last_seq=last_seq))

    async def all(self) -> list[Transaction]:
        return await self.keeper.sessions(SessionFilter())


def changes(*transactions: Transaction, last_seq: int = 1) -> LedgerChanges:
    return LedgerChanges(
        last_seq=last_seq,
        transactions={one.key: one for one in transactions},
        at_hand=lambda: transactions,
    )


def on_disk(path: Path) -> list[str]:
    """Return the ids that another program would find in the file."""
    connection = sqlite3.connect(path)
    try:
        return [str(row[0]) for row in connection.execute("SELECT id FROM session")]
    finally:
        connection.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "books.db"


@pytest.fixture
async def owner(path: Path) -> AsyncIterator[Owner]:
    owner = Owner(path)
    yield owner
    await owner.keeper.close()
    assert not [one for one in threading.enumerate() if "books" in one.name]


async def test_what_is_saved_is_on_the_disk_and_the_same(
    owner: Owner, path: Path
) -> None:
    assert await owner.keeper.load() == (0, [])
    await owner.save(FULL, BARE, last_seq=77)
    assert sorted(on_disk(path)) == ["-7", "1700000001"]
    assert await owner.all() == [FULL, BARE]
    again = Owner(path)
    last_seq, loaded = await again.keeper.load()
    assert (last_seq, set(loaded)) == (77, {FULL, BARE})
    assert loaded[0] in {FULL, BARE}
    await again.keeper.close()


async def test_what_changes_takes_the_place_of_what_was(owner: Owner) -> None:
    await owner.save(FULL, BARE)
    changed = replace(FULL, cost=None, reason="other")
    await owner.save(changed)
    assert await owner.all() == [changed, BARE]
    await owner.keeper.save(
        LedgerChanges(last_seq=1, transactions={FULL.key: None}, at_hand=list)
    )
    assert await owner.all() == [BARE]


async def test_an_id_that_is_used_again_is_another_session(owner: Owner) -> None:
    again = replace(FULL, start=NOON + 3 * HOUR, reported_start=NOON + 3 * HOUR)
    await owner.save(FULL, again)
    assert await owner.all() == [FULL, again]
    assert await owner.keeper.find("CP1", FULL.id) == again


FILTERS = [
    SessionFilter(),
    SessionFilter(start=NOON + HOUR),
    SessionFilter(start=NOON + HOUR - timedelta(microseconds=1)),
    SessionFilter(end=NOON),
    SessionFilter(end=NOON + timedelta(microseconds=1)),
    SessionFilter(id_tag="tag"),
    SessionFilter(id_tag="TAG", charge_point_id="CP1"),
    SessionFilter(charge_point_id="CP1", connector_id=2),
    SessionFilter(connector_id=1),
    SessionFilter(start=NOON + HOUR, end=NOON + 2 * HOUR, charge_point_id="CP2"),
]

MANY = [
    replace(
        FULL,
        id=str(number),
        seq=number,
        charge_point_id=f"CP{number % 3}",
        connector_id=number % 4,
        id_tag=["TAG", "tag", "", "CARD"][number % 4],
        start=NOON + number * HOUR / 4,
        reported_start=NOON + number * HOUR / 4,
        end=NOON + (number + number % 5) * HOUR / 4 if number % 7 else None,
        origin=Origin.STOPPED if number % 11 == 10 else Origin.STARTED,
    )
    for number in range(60)
]


@pytest.mark.parametrize("wanted", FILTERS)
async def test_the_disk_and_the_memory_find_the_same(
    owner: Owner, wanted: SessionFilter
) -> None:
    memory = MemoryStore()
    await memory.save(changes(*MANY))
    await owner.save(*MANY)
    expected = in_order(one for one in MANY if wanted.matches(one))
    assert await memory.sessions(wanted) == expected
    assert await owner.keeper.sessions(wanted) == expected
    assert set((await owner.keeper.load())[1]) == set((await memory.load())[1])
    for one in MANY:
        for storage in (memory, owner.keeper):
            assert await storage.find(one.charge_point_id, one.id) == one
            assert one == await storage.find_start(
                ReportedStart(
                    one.charge_point_id,
                    one.connector_id,
                    one.id_tag,
                    one.reported_start,
                    one.reported_meter_start_wh,
                )
            )
    counts = dict(Counter(one.charge_point_id for one in MANY))
    assert await memory.count() == counts
    assert await owner.keeper.count() == counts
    assert await owner.keeper.find("CP9", "1") is None
    assert await owner.keeper.find_stop(ReportedStop("CP1", NOON, 1.0)) is None
    assert (
        await owner.keeper.find_stop(ReportedStop("CP1", NOON, FULL.meter_stop_wh))
        is not None
    )


async def test_the_ledger_finds_its_transactions_again(
    owner: Owner, path: Path
) -> None:
    """Which runs, which was the last, and the next id."""
    ledger = Ledger(owner.keeper)
    await ledger.load()
    for hour in range(6):
        last = ledger.start(
            charge_point_id="CP1",
            connector_id=1,
            id_tag="TAG",
            start=NOON + hour * HOUR,
            meter_start_wh=1000 * hour,
        )
        await ledger.save()
    other = Owner(path)
    again = Ledger(other.keeper)
    await again.load()
    assert again.latest("CP1", 1) == last
    assert again.running("CP1") == [last]
    assert list(again._cache.everything()) == list(ledger._cache.everything())
    assert again._cache.next_seq() > last.seq
    await other.keeper.close()


async def test_a_write_that_nobody_waits_for_any_more_is_done(
    owner: Owner, path: Path
) -> None:
    """The connection closed while the disk was at it, and before."""
    await owner.keeper.load()
    gate = threading.Event()
    owner.keeper._thread.submit(gate.wait)
    waiting = [asyncio.create_task(owner.save(one)) for one in (FULL, BARE)]
    await asyncio.sleep(0.01)
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    gate.set()
    async with asyncio.timeout(60):
        while len(on_disk(path)) < 2:
            await asyncio.sleep(0.01)


async def test_several_at_once_share_a_write(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    await owner.keeper.load()
    writes: list[int] = []
    write = SqliteStore.write

    def counted(
        self: SqliteStore, last_seq: int, transactions: object, beside: object
    ) -> None:
        writes.append(len(transactions))
        write(self, last_seq, transactions, beside)

    monkeypatch.setattr(SqliteStore, "write", counted)
    await asyncio.gather(*(owner.save(one) for one in MANY))
    assert sum(writes) == len(MANY)
    assert len(writes) <= 2


async def test_what_is_saved_later_is_saved_once_and_in_the_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_keeper, "_DELAY", 0.02)
    owner = Owner(path)
    await owner.keeper.load()
    for number in range(5):
        one = replace(FULL, cost=float(number))
        owner.keeper.save_later(lambda one=one: changes(one))
    assert on_disk(path) == []
    async with asyncio.timeout(60):
        while not on_disk(path):
            await asyncio.sleep(0.01)
    monkeypatch.setattr(book_keeper, "_DELAY", 60)
    owner.keeper.save_later(lambda: changes(BARE))
    await owner.keeper.close()
    assert sorted(on_disk(path)) == ["-7", "1700000001"]
    # Whatever comes after that is of no interest.
    owner.keeper.save_later(lambda: changes(FULL))
    await owner.keeper.flush()
    await owner.keeper.close()


BROKEN = {
    "no database": lambda path: path.write_bytes(b"not a database at all" * 500),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "overwritten": lambda path: path.write_bytes(
        path.read_bytes()[:4096] + b"\xff" * 4096 + path.read_bytes()[8192:]
    ),
    "of no version": lambda path: run_sql(path, "PRAGMA user_version = 0"),
    "without its columns": lambda path: run_sql(
        path, "ALTER TABLE session RENAME COLUMN reason TO why"
    ),
    "of another program": lambda path: (
        path.unlink(),
        run_sql(path, "CREATE TABLE session (id)"),
    ),
}


def run_sql(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("way", BROKEN)
async def test_broken_books_are_set_aside_and_new_ones_begun(
    path: Path, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    first = Owner(path)
    await first.save(*MANY)
    await first.keeper.close()
    BROKEN[way](path)
    content = path.read_bytes()
    owner = Owner(path)
    assert await owner.keeper.load() == (0, [])
    (aside,) = owner.broken
    assert aside.name.startswith("books.db.broken-2")
    assert aside.read_bytes() == content
    assert "are broken" in caplog.text
    assert aside.name in caplog.text
    await owner.save(FULL)
    assert on_disk(path) == [FULL.id]
    # Broken once more: the first ones are not overwritten.
    path.write_bytes(b"x" * 4096)
    await owner.keeper.close()
    again = Owner(path)
    await again.keeper.load()
    await again.keeper.close()
    assert aside.read_bytes() == content
    assert again.broken[0] != aside


async def test_books_that_break_while_they_are_used(
    owner: Owner, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the ledger has at hand goes into the new ones."""
    ledger = Ledger(owner.keeper)
    await ledger.load()
    told = {
        "charge_point_id": "CP1",
        "id_tag": "TAG",
        "start": NOON,
        "meter_start_wh": 1,
    }
    one = ledger.start(connector_id=1, **told)
    await ledger.save()
    write = SqliteStore.write

    def broken(
        self: SqliteStore, last_seq: int, transactions: object, beside: object
    ) -> None:
        monkeypatch.setattr(SqliteStore, "write", write)
        raise book_keeper.BrokenBooksError("database disk image is malformed")

    monkeypatch.setattr(SqliteStore, "write", broken)
    two = ledger.start(connector_id=2, **told)
    await ledger.save()
    assert len(owner.broken) == 1
    assert on_disk(owner.broken[0]) == [one.id]
    assert sorted(on_disk(path)) == [one.id, two.id]


async def test_a_full_disk_stops_nobody_and_loses_nothing(
    owner: Owner,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A real one: SQLite is given no more pages."""
    monkeypatch.setattr(book_keeper, "_RETRY", 0.02)
    await owner.save(FULL)
    books = owner.keeper._books
    pages = books._connection.execute("PRAGMA page_count").fetchone()[0]
    books._connection.execute(f"PRAGMA max_page_count = {pages}")
    for one in MANY:
        await owner.save(one, last_seq=5)
        # It is there for whoever asks.
        assert await owner.keeper.find(one.charge_point_id, one.id) == one
    assert len(on_disk(path)) < len(MANY)
    assert len(await owner.all()) == len(MANY) + 1
    assert owner.troubles == ["database or disk is full"]
    assert caplog.text.count("cannot be saved") == 1
    books._connection.execute("PRAGMA max_page_count = 100000")
    async with asyncio.timeout(60):
        while owner.keeper.has_unsaved:
            await asyncio.sleep(0.01)
    assert len(on_disk(path)) == len(MANY) + 1
    assert owner.troubles == ["database or disk is full", None]
    assert len(await owner.all()) == len(MANY) + 1


async def test_a_file_that_somebody_took_away(owner: Owner, path: Path) -> None:
    """Nothing is written to a file that is nowhere."""
    await owner.save(FULL)
    path.rename(path.with_name("elsewhere.db"))
    await owner.save(BARE)
    await owner.keeper.flush()
    assert on_disk(path) == [BARE.id]
    assert len(owner.troubles) == 2
    assert owner.troubles[1] is None


async def test_a_disk_that_takes_nothing_from_the_start(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder cannot even be made."""
    mkdir = Path.mkdir

    def refuse(self: Path, *args: object, **more: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", refuse)
    owner = Owner(path)
    assert (await owner.keeper.load())[1] == []
    await owner.save(FULL, last_seq=9)
    assert await owner.all() == [FULL]
    assert len(owner.troubles) == 1
    monkeypatch.setattr(Path, "mkdir", mkdir)
    await owner.save(BARE, last_seq=10)
    assert len(on_disk(path)) == 2
    assert owner.troubles[1:] == [None]
    await owner.keeper.close()


async def test_20_000_sessions_are_few(owner: Owner, path: Path) -> None:
    """Nothing that is done all the time looks at more than a few of them."""
    many = [
        replace(
            FULL,
            id=str(number),
            seq=number,
            charge_point_id=f"CP{number % 4}",
            connector_id=1,
            id_tag=f"TAG{number % 10}",
            start=NOON + number * HOUR,
            reported_start=NOON + number * HOUR,
            end=NOON + number * HOUR + HOUR / 2,
        )
        for number in range(20_000)
    ]
    await owner.save(*many)
    assert path.stat().st_size < 10_000_000
    ledger = Ledger(owner.keeper)
    await ledger.load()
    assert len(list(ledger._cache.everything())) == 12
    for wanted, found in (
        (SessionFilter(start=NOON + 19_990 * HOUR, end=NOON + 19_995 * HOUR), 5),
        (SessionFilter(id_tag="tag3", start=NOON + 19_900 * HOUR), 10),
        (SessionFilter(charge_point_id="CP1", start=NOON + 19_900 * HOUR), 25),
    ):
        assert len(await owner.keeper.sessions(wanted)) == found


def test_every_question_has_an_index(path: Path) -> None:
    """So that it takes as long after years as on the first day."""
    path.parent.mkdir()
    books = SqliteStore(path)
    asked: list[str] = []
    connection = books._connection
    # What was saved begins the places that are looked into by `load`.
    books.write(1, {FULL.key: FULL, BARE.key: BARE})
    connection.set_trace_callback(asked.append)
    books.load()
    books.find("CP1", 1)
    books.find_start(ReportedStart("CP1", 1, "TAG", NOON, 5))
    books.find_start(ReportedStart("CP1", 1, "TAG", NOON, None))
    books.find_stop(ReportedStop("CP1", NOON, 5))
    for more in (
        {},
        {"end": NOON},
        {"id_tag": "TAG"},
        {"charge_point_id": "CP1"},
        {"charge_point_id": "CP1", "connector_id": 1, "end": NOON},
    ):
        books.sessions(SessionFilter(start=NOON, **more))
    connection.set_trace_callback(None)
    plans: dict[str, set[str]] = {}
    for statement in asked:
        steps = connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
        for *_, step in steps:
            if "session" in step:
                plans.setdefault(step, set()).add(statement)
    books.close()
    whole = {step for step in plans if not step.startswith("SEARCH")}
    assert whole == {
        # Which connectors there are: once, when Home Assistant starts.
        "SCAN session USING COVERING INDEX session_by_charger",
        # Few, and only they are in it.
        "SCAN session USING INDEX session_by_stop",
    }
    # A charger has most of the sessions, or all of them.
    assert not any(step.endswith("(charge_point_id=?)") for step in plans)
    assert len(asked) == 16


def test_pages_and_sums_read_no_rows_but_those_of_the_page(path: Path) -> None:
    """Rows are long, as they have the course of the session."""
    path.parent.mkdir()
    books = SqliteStore(path)
    asked: list[str] = []
    connection = books._connection
    connection.set_trace_callback(asked.append)
    wanted = Wanted(start=NOON, vehicle="v1", payer="employer", id_tag="TAG")
    query.find(
        connection,
        wanted,
        order=Order.NEWEST,
        offset=0,
        limit=50,
        buckets=[Bucket(key="2026", start=NOON)],
    )
    connection.set_trace_callback(None)
    steps = [
        step
        for statement in asked
        for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {statement}")
        if "session" in step
    ]
    books.close()
    (page,) = {step for step in steps if "COVERING INDEX session_" not in step}
    assert page.startswith("SEARCH session USING PRIMARY KEY (charge_point_id=? AND")


def test_books_of_before_get_their_indexes(path: Path) -> None:
    """And lose nothing, with those that are of no use any more."""
    path.parent.mkdir()
    books = SqliteStore(path)
    books.write(7, {FULL.key: FULL})
    new = names(books)
    for name in new:
        books._connection.execute(f"DROP INDEX {name}")
    books._connection.execute("CREATE INDEX session_end ON session (start)")
    books.close()
    books = SqliteStore(path)
    assert names(books) == new
    assert books.sessions(SessionFilter()) == [FULL]
    assert books.load()[0] == 7
    books.close()


def names(books: SqliteStore) -> list[str]:
    """Return the indexes of a file."""
    return [
        name
        for (name,) in books._connection.execute(
            "SELECT name FROM sqlite_schema"
            " WHERE sql LIKE 'CREATE INDEX%' AND tbl_name = 'session' ORDER BY name"
        )
    ]
