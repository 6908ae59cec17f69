"""Files and disks in every bad state: nothing raises, nothing is overwritten."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
import os
from pathlib import Path
import random
import resource
import shutil
import sqlite3
import tempfile

import pytest

from custom_components.ocpp_cs.csms.transactions import (
    sqlite_schema,
    writer as book_keeper,
)
from custom_components.ocpp_cs.csms.transactions.files import remove, set_aside
from custom_components.ocpp_cs.csms.transactions.ledger import Ledger
from custom_components.ocpp_cs.csms.transactions.transaction import Transaction

from .test_storage import BARE, FULL, HOUR, MANY, NOON, Owner, on_disk, run_sql

PAGE = 4096
MOST_WRITTEN = 24
"""The pages of the file that two more sessions may change."""


@contextmanager
def no_more_than(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size` bytes: the kernel refuses it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def as_nobody() -> Iterator[Path]:
    """Do without root's right to do anything, in a folder of one's own."""
    folder = Path(tempfile.mkdtemp(prefix="ocpp_cs-", dir="/tmp"))
    user = os.geteuid()
    if user == 0:
        os.chown(folder, 65534, -1)
        os.seteuid(65534)
    try:
        yield folder
    finally:
        os.seteuid(user)
        shutil.rmtree(folder)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "books.db"


@pytest.fixture
async def books(path: Path) -> bytes:
    """Books with many sessions, as they are on the disk."""
    owner = Owner(path)
    await owner.save(*MANY)
    await owner.keeper.close()
    return path.read_bytes()


@pytest.fixture
async def owner(path: Path) -> AsyncIterator[Owner]:
    owner = Owner(path)
    yield owner
    await owner.keeper.close()


async def saved(owner: Owner) -> None:
    """Wait until everything is on the disk."""
    async with asyncio.timeout(60):
        while owner.keeper.has_unsaved:
            await asyncio.sleep(0.01)


def meter_starts(path: Path) -> list[float | None]:
    """Return what another program would find in the file."""
    with closing(sqlite3.connect(path)) as books:
        return [row[0] for row in books.execute("SELECT meter_start_wh FROM session")]


def damaged(content: bytes, seed: int) -> bytes:
    """Return books that a bad disk has done something to."""
    dice = random.Random(seed)
    if seed % 4 == 0:
        return content[: dice.randrange(len(content))]
    result = bytearray(content)
    for _ in range(dice.choice((1, 1, 3, 20))):
        length = dice.choice((1, 1, 4, 100, 4096))
        begin = dice.randrange(len(content))
        result[begin : begin + length] = dice.randbytes(
            len(result[begin : begin + length])
        )
    return bytes(result)


@pytest.mark.parametrize("seed", range(60))
async def test_a_damaged_file_is_read_or_set_aside(
    path: Path, books: bytes, seed: int
) -> None:
    content = damaged(books, seed)
    path.write_bytes(content)
    owner = Owner(path)
    ledger = Ledger(owner.keeper)
    await ledger.load()
    await owner.all()
    for one in MANY:
        await owner.keeper.find(one.charge_point_id, one.id)
    await owner.save(FULL, BARE)
    await saved(owner)
    assert {FULL.id, BARE.id} <= set(on_disk(path))
    assert {FULL, BARE} <= set(await owner.all())
    assert owner.troubles == []
    await owner.keeper.close()
    if owner.broken:
        (aside,) = owner.broken
        kept = aside.read_bytes()
        # What is noticed in a single row may be noticed after something was written.
        pages = range(0, max(len(kept), len(content)), PAGE)
        other = [at for at in pages if kept[at : at + PAGE] != content[at : at + PAGE]]
        assert len(other) <= MOST_WRITTEN


async def test_damaged_files_are_mostly_noticed(path: Path, books: bytes) -> None:
    """As a guard for the test above."""
    noticed = 0
    for seed in range(60):
        path.write_bytes(damaged(books, seed))
        owner = Owner(path)
        await owner.keeper.load()
        await owner.all()
        await owner.keeper.close()
        noticed += len(owner.broken)
    assert noticed > 30


@pytest.mark.parametrize("index", sqlite_schema.INDEXES)
async def test_a_damaged_index_is_built_anew(
    path: Path, books: bytes, index: str
) -> None:
    """Nothing is lost with it, so that the books need not be set aside."""
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = ?", (index,)
        ).fetchone()
    # The last bytes of a page are a part of what is in the index.
    content = bytearray(books)
    content[page * 4096 - 8 : page * 4096] = b"\xff" * 8
    path.write_bytes(content)
    owner = Owner(path)
    assert set(await owner.all()) == set(MANY)
    await owner.keeper.close()
    assert owner.broken == owner.troubles == []
    with closing(sqlite3.connect(path)) as connection:
        check = connection.execute("PRAGMA integrity_check").fetchall()
    assert check == [("ok",)]


VALUES = {
    "a text that is none": "UPDATE session SET id_tag = CAST(x'ff00' AS TEXT)",
    "a text for a time": "UPDATE session SET start = 'noon'",
    "a time beyond all": "UPDATE session SET start = 9000000000000000000",
    "an unknown origin": "UPDATE session SET origin = 'who knows'",
    "bytes for a number": "UPDATE session SET meter_start_wh = x'00'",
    "a text for an energy": "UPDATE session SET priced_wh = 'much'",
    "a number for a text": "UPDATE session SET id_tag = x'31'",
}


@pytest.mark.parametrize("way", VALUES)
async def test_values_that_cannot_be_are_a_broken_file(
    path: Path, books: bytes, owner: Owner, way: str
) -> None:
    run_sql(path, VALUES[way])
    content = path.read_bytes()
    assert await owner.keeper.load() == (0, [])
    assert [one.read_bytes() for one in owner.broken] == [content]
    await owner.save(FULL)
    assert on_disk(path) == [FULL.id]


async def test_an_empty_file_has_lost_what_it_had(path: Path, owner: Owner) -> None:
    path.touch()
    assert await owner.keeper.load() == (0, [])
    assert [one.stat().st_size for one in owner.broken] == [0]
    await owner.save(FULL)
    assert on_disk(path) == [FULL.id]


async def test_new_books_are_there_whole_or_not_at_all(
    path: Path, owner: Owner
) -> None:
    """What a power cut left of an attempt to make some is nothing."""
    new = path.with_name("books.db.new")
    new.write_bytes(b"x" * 4096)
    await owner.keeper.load()
    assert owner.broken == []
    assert not new.exists()
    assert path.exists()


@pytest.mark.parametrize("ending", ["-journal", "-wal", "-shm"])
async def test_leftovers_of_sqlite_do_not_spoil_new_books(
    path: Path, books: bytes, owner: Owner, ending: str
) -> None:
    """Somebody has removed the books alone."""
    leftover = hot_leftovers(path)[ending]
    path.unlink()
    path.with_name(path.name + ending).write_bytes(leftover)
    assert await owner.keeper.load() == (0, [])
    await owner.save(FULL)
    assert on_disk(path) == [FULL.id]
    (aside,) = path.parent.glob(f"books.db.broken-*{ending}")
    assert aside.read_bytes() == leftover


@pytest.mark.parametrize("ending", ["-journal", "-wal"])
async def test_what_sqlite_left_is_made_use_of(
    path: Path, books: bytes, owner: Owner, ending: str
) -> None:
    """A killed writer, or another program that was killed."""
    hot = hot_leftovers(path)
    path.write_bytes(hot[f"books{ending}"])
    path.with_name(path.name + ending).write_bytes(hot[ending])
    await owner.keeper.load()
    tags = {one.id_tag for one in await owner.all()}
    # The journal takes back what was under way, the log has what was done.
    assert ("CHANGED" in tags) is (ending == "-wal")
    assert len(await owner.all()) == len(MANY)
    assert owner.broken == []
    assert not path.with_name(path.name + ending).exists()


def hot_leftovers(path: Path) -> dict[str, bytes]:
    """Return what SQLite keeps beside the file, and the file, while it is at work."""
    files: dict[str, bytes] = {}
    copy = path.with_name("copy.db")
    for mode, endings in (("DELETE", ["-journal"]), ("WAL", ["-wal", "-shm"])):
        shutil.copy(path, copy)
        connection = sqlite3.connect(copy, isolation_level=None)
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("PRAGMA cache_spill = 1")
        connection.execute("BEGIN")
        for number in range(len(MANY)):
            connection.execute(
                "UPDATE session SET id_tag = 'CHANGED', reason = ? WHERE id = ?",
                ("x" * 4000, number),
            )
        if mode == "WAL":
            connection.execute("COMMIT")
        for ending in endings:
            beside = copy.with_name(copy.name + ending)
            files[ending] = beside.read_bytes()
        files[f"books{endings[0]}"] = copy.read_bytes()
        if mode == "DELETE":
            connection.execute("ROLLBACK")
        connection.close()
    return files


def test_a_broken_file_takes_its_log_with_it(path: Path) -> None:
    files = {path.with_name(path.name + ending) for ending in ("", "-journal", "-wal")}
    for one in files:
        one.write_text(one.name)
    aside = set_aside(path, NOON)
    again = [one for one in path.parent.iterdir() if one not in files]
    assert {
        one.read_text(): one.name.replace(aside.name, path.name) for one in again
    } == {one.name: one.name for one in files}
    path.touch()
    assert set_aside(path, NOON) != aside
    path.touch()
    remove(path)
    assert not path.exists()
    assert aside.exists()


async def test_books_that_break_before_anything_was_saved(
    path: Path, books: bytes, owner: Owner
) -> None:
    """What the ledger has read is in the new ones, without anybody's doing."""
    ledger = Ledger(owner.keeper)
    await ledger.load()
    known = {one.id for one in ledger._cache.everything()}
    owner.keeper._books.close()
    owner.keeper._books = None
    path.write_bytes(b"no database" * 1000)
    assert {one.id for one in await owner.all()} == known
    await saved(owner)
    assert set(on_disk(path)) == known


async def test_a_disk_that_is_full_for_a_file(
    path: Path,
    owner: Owner,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The kernel refuses to let it grow."""
    monkeypatch.setattr(book_keeper, "_RETRY", 0.02)
    await owner.save(FULL)
    with no_more_than(path.stat().st_size):
        for one in MANY:
            await owner.save(one, last_seq=5)
            assert await owner.keeper.find(one.charge_point_id, one.id) == one
        assert len(await owner.all()) == len(MANY) + 1
        assert owner.keeper.has_unsaved
        assert owner.broken == []
        assert caplog.text.count("cannot be saved") == 1
    await saved(owner)
    assert len(on_disk(path)) == len(MANY) + 1
    assert owner.troubles[-1] is None
    assert caplog.text.count("cannot be saved") == 1
    assert caplog.text.count("are saved again") == 1


async def test_a_disk_that_was_full_from_the_start(
    path: Path, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_keeper, "_RETRY", 0.02)
    with no_more_than(1000):
        assert (await owner.keeper.load())[1] == []
        await owner.save(FULL)
        assert await owner.all() == [FULL]
        # Nothing is left behind that looks like books.
        assert not path.exists()
    await saved(owner)
    assert on_disk(path) == [FULL.id]
    assert owner.broken == []


@pytest.mark.parametrize("mode", [0o000, 0o444])
async def test_a_file_that_may_not_be_touched(
    monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    monkeypatch.setattr(book_keeper, "_RETRY", 0.02)
    with as_nobody() as folder:
        path = folder / "books.db"
        first = Owner(path)
        await first.save(*MANY)
        await first.keeper.close()
        content = path.read_bytes()
        path.chmod(mode)
        owner = Owner(path)
        await owner.keeper.load()
        await owner.save(FULL)
        assert FULL in await owner.all()
        assert len(owner.troubles) == 1
        path.chmod(0o644)
        assert path.read_bytes() == content
        await saved(owner)
        assert len(on_disk(path)) == len(MANY) + 1
        assert owner.troubles[-1] is None
        assert owner.broken == []
        await owner.keeper.close()


async def test_trouble_is_over_also_where_nothing_is_to_be_saved(
    path: Path, books: bytes, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program has locked the books while somebody read them."""
    monkeypatch.setattr(book_keeper, "_RETRY", 0.02)
    await owner.keeper.load()
    owner.keeper._books._connection.execute("PRAGMA busy_timeout = 1")
    lock = sqlite3.connect(path, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    assert await owner.keeper.find("CP1", 1) is None
    assert owner.troubles == ["database is locked"]
    lock.execute("ROLLBACK")
    lock.close()
    async with asyncio.timeout(60):
        while owner.troubles[-1] is not None:
            await asyncio.sleep(0.01)


async def test_the_last_id_never_goes_back(path: Path) -> None:
    """Books that could not be read at the start."""
    first = Owner(path)
    await first.save(FULL, last_seq=77)
    await first.keeper.close()
    second = Owner(path)
    await second.save(BARE, last_seq=5)
    await second.keeper.close()
    third = Owner(path)
    assert (await third.keeper.load())[0] == 77
    await third.keeper.close()


async def test_a_link_stays_a_link(tmp_path: Path, owner: Owner, path: Path) -> None:
    """To a disk that comes later."""
    target = tmp_path / "disk" / "books.db"
    path.symlink_to(target)
    await owner.save(FULL)
    assert owner.broken == []
    assert len(owner.troubles) == 1
    target.parent.mkdir()
    await owner.keeper.flush()
    assert path.is_symlink()
    assert on_disk(target) == [FULL.id]


async def test_what_was_not_saved_is_taken_over(path: Path) -> None:
    """The next keeper has it: the disk is still full when the server is reloaded."""
    first = Owner(path)
    ledger = Ledger(first.keeper)
    await first.save(FULL)
    told = {"charge_point_id": "CP1", "id_tag": "TAG", "meter_start_wh": 1}
    start: Callable[..., object] = ledger.start
    with no_more_than(path.stat().st_size):
        for number in range(1, 400):
            start(connector_id=number, start=NOON, **told)
        await ledger.save()
        await first.keeper.close()
        assert first.keeper.has_unsaved
        second = Owner(path)
        second.keeper.take_over(first.keeper)
        again = Ledger(second.keeper)
        await again.load()
        assert len(again.running("CP1")) == 399
        assert again.last_seq == ledger.last_seq
    await second.keeper.flush()
    await second.keeper.close()
    assert len(on_disk(path)) == 400


async def test_the_beginning_of_a_session_is_not_put_off(
    path: Path, owner: Owner
) -> None:
    """One that began without us is told by its meter values, which nobody awaits."""
    ledger = Ledger(owner.keeper)
    await ledger.load()
    one = ledger.adopt(charge_point_id="CP1", connector_id=1, transaction_id="7")
    async with asyncio.timeout(60):
        while not (path.exists() and on_disk(path) == ["7"]):
            await asyncio.sleep(0.01)
    ledger.meter(one, 5000.0, one.start)
    async with asyncio.timeout(60):
        while meter_starts(path) != [5000]:
            await asyncio.sleep(0.01)


async def test_what_is_loaded_late_is_in_its_order(path: Path) -> None:
    first = Owner(path)
    ledger = Ledger(first.keeper)
    await ledger.load()
    told = {"charge_point_id": "CP1", "connector_id": 1, "id_tag": "TAG"}
    start: Callable[..., Transaction] = ledger.start
    for hour in range(5):
        start(**told, start=NOON + hour * HOUR, meter_start_wh=hour)
    await ledger.save()
    await first.keeper.close()
    away = path.with_name("away")
    path.rename(away)
    path.mkdir()
    second = Owner(path)
    late = Ledger(second.keeper)
    await late.load()
    assert list(late._cache.everything()) == []
    path.rmdir()
    away.rename(path)
    await second.keeper.flush()
    assert list(late._cache.everything()) == list(ledger._cache.everything())
    assert second.broken == []
    await second.keeper.close()
