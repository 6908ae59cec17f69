"""The second copy of the books, and what is kept of them before they are changed."""

import asyncio
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import errno
import os
from pathlib import Path
import resource
import sqlite3

import pytest

from custom_components.ocpp_cs.csms.transactions import files, writer as book_keeper
from custom_components.ocpp_cs.csms.transactions.files import (
    copy_of,
    remove,
    version_copy,
)
from custom_components.ocpp_cs.csms.transactions.ledger import Ledger
from custom_components.ocpp_cs.csms.transactions.sqlite import (
    BrokenBooksError,
    SqliteStore,
)
from custom_components.ocpp_cs.csms.transactions.storage import SessionFilter

from .test_storage import FULL, MANY, Owner, on_disk, run_sql

OLD = Path(__file__).parents[2] / "golden" / "books_of_the_first_version.sql"
DAY = timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "books.db"


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look all the time whether a copy is due."""
    monkeypatch.setattr(book_keeper, "_COPY_FIRST", 0.0)
    monkeypatch.setattr(book_keeper, "_COPY_CHECK", 0.02)


def old_books(path: Path) -> None:
    """Make books as the first version of them did."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLD.read_text("utf-8"))


def age(path: Path, by: timedelta) -> None:
    """Let a file be older."""
    then = path.stat().st_mtime - by.total_seconds()
    os.utime(path, (then, then))


async def copied(path: Path) -> None:
    """Wait for the copy."""
    async with asyncio.timeout(60):
        while not copy_of(path).exists():
            await asyncio.sleep(0.01)


@pytest.mark.usefixtures("at_once")
async def test_a_copy_is_made_and_renewed_once_a_day(path: Path) -> None:
    owner = Owner(path)
    await owner.save(*MANY)
    await owner.keeper.load()
    await copied(path)
    copy = copy_of(path)
    assert sorted(on_disk(copy)) == sorted(one.id for one in MANY)
    # What changes today is copied tomorrow ...
    await owner.save(FULL)
    first = copy.stat().st_ino
    async with owner.keeper._lock:
        pass
    await asyncio.sleep(0.1)
    assert copy.stat().st_ino == first
    # ... which it is.
    age(copy, DAY)
    async with asyncio.timeout(60):
        while FULL.id not in on_disk(copy):
            await asyncio.sleep(0.01)
    # What has not changed is not copied.
    age(path, 3 * DAY)
    age(copy, 2 * DAY)
    first = copy.stat().st_ino
    await asyncio.sleep(0.1)
    assert copy.stat().st_ino == first
    await owner.keeper.close()
    assert {one.name for one in path.parent.iterdir()} == {path.name, copy.name}
    assert owner.troubles == owner.broken == []


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("how", ["full", "broken"])
async def test_a_copy_that_cannot_be_made_is_no_matter(
    path: Path,
    how: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Sessions are saved, and the copy that there is stays as it is."""
    owner = Owner(path)
    await owner.save(*MANY)
    copy_of(path).write_bytes(b"the last one")
    age(copy_of(path), 2 * DAY)

    def fail(*_: object) -> None:
        if how == "full":
            raise OSError(errno.ENOSPC, "No space left on device")
        raise sqlite3.DatabaseError("database disk image is malformed")

    monkeypatch.setattr(files, "sync", fail)
    await owner.keeper.load()
    async with asyncio.timeout(60):
        while "cannot be copied" not in caplog.text:
            await asyncio.sleep(0.01)
    await owner.save(FULL)
    await asyncio.sleep(0.1)
    assert FULL.id in on_disk(path)
    assert copy_of(path).read_bytes() == b"the last one"
    assert caplog.text.count("cannot be copied") == 1
    assert owner.troubles == owner.broken == []
    await owner.keeper.close()


@pytest.mark.usefixtures("at_once")
async def test_broken_books_do_not_take_the_place_of_a_good_copy(path: Path) -> None:
    """They are set aside when that is found out, and the copy is taken."""
    owner = Owner(path)
    await owner.save(*MANY)
    await owner.keeper.load()
    await copied(path)
    async with owner.keeper._lock:
        # What SQLite has in memory is whole.
        owner.keeper._thread.submit(
            lambda: owner.keeper._books._connection.execute("PRAGMA shrink_memory")
        ).result()
    content = bytearray(path.read_bytes())
    content[4096 : 3 * 4096] = b"\xff" * 8192
    path.write_bytes(content)
    age(copy_of(path), 2 * DAY)
    async with asyncio.timeout(60):
        while not owner.broken:
            await asyncio.sleep(0.01)
    assert set(await owner.all()) >= set(MANY[:50])
    assert sorted(on_disk(copy_of(path))) == sorted(one.id for one in MANY)
    await owner.keeper.close()


async def test_the_copy_takes_the_place_of_broken_books(path: Path) -> None:
    """Also with what is at hand; and where somebody took them away."""
    owner = Owner(path)
    ledger = Ledger(owner.keeper)
    await ledger.load()
    await owner.save(*MANY)
    owner.keeper._thread.submit(
        lambda: owner.keeper._books.copy_if_due(timedelta())
    ).result()
    await owner.keeper.close()
    path.write_bytes(b"no database" * 1000)
    owner = Owner(path)
    await owner.keeper.load()
    assert set(await owner.all()) == set(MANY)
    (aside,) = owner.broken
    assert aside.read_bytes() == b"no database" * 1000
    assert owner.copied == [datetime.fromtimestamp(copy_of(path).stat().st_mtime, UTC)]
    await owner.save(FULL)
    await owner.keeper.close()
    path.unlink()
    owner = Owner(path)
    assert set(await owner.all()) == set(MANY)
    assert owner.broken == []
    await owner.keeper.close()


async def test_what_was_at_hand_goes_into_the_copy(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is newer than what is in there."""
    owner = Owner(path)
    ledger = Ledger(owner.keeper)
    await ledger.load()
    told = {"charge_point_id": "CP1", "connector_id": 1, "id_tag": "TAG"}
    old = ledger.start(start=FULL.start, meter_start_wh=1, **told)
    await ledger.save()
    owner.keeper._thread.submit(
        lambda: owner.keeper._books.copy_if_due(timedelta())
    ).result()
    new = ledger.start(start=FULL.end, meter_start_wh=500, **told)
    await ledger.save()
    write = SqliteStore.write

    def broken(
        self: SqliteStore, last_seq: int, transactions: object, beside: object
    ) -> None:
        monkeypatch.setattr(SqliteStore, "write", write)
        raise BrokenBooksError("database disk image is malformed")

    monkeypatch.setattr(SqliteStore, "write", broken)
    other = ledger.start(**told | {"connector_id": 2}, start=FULL.end, meter_start_wh=7)
    await ledger.save()
    assert len(owner.copied) == 1
    first, second, third = await owner.all()
    assert (first.id, first.end, first.energy_wh) == (old.id, FULL.end, 499)
    assert (second.id, second.end) == (new.id, None)
    assert third.id == other.id
    await owner.keeper.close()


async def test_a_copy_that_is_broken_as_well(path: Path) -> None:
    """Both are kept for whoever can do something with them."""
    path.write_bytes(b"no database" * 1000)
    copy_of(path).write_bytes(b"nor is this" * 1000)
    owner = Owner(path)
    await owner.keeper.load()
    await owner.save(FULL)
    assert on_disk(path) == [FULL.id]
    assert owner.copied == [None]
    kept = {one.read_bytes() for one in path.parent.glob("*.broken-*")}
    assert kept == {b"no database" * 1000, b"nor is this" * 1000}
    assert not copy_of(path).exists()
    await owner.keeper.close()


# Books of before.


async def test_books_of_the_first_version_are_copied_and_taken_on(path: Path) -> None:
    """Nothing of them is lost."""
    old_books(path)
    owner = Owner(path)
    last_seq, loaded = await owner.keeper.load()
    # A stop with an id of its own was booked last.
    assert last_seq == 1_792_501_200
    ended, running, bare = sorted(loaded, key=lambda one: one.seq)
    # There was no such column.
    assert ended == replace(FULL, continues=None)
    assert (bare.id, bare.meter_stop_wh) == ("-7", 9000)
    assert running.reported_start.year == 1
    assert (running.end, running.answer, running.edits) == (None, None, ())
    assert set(await owner.all()) == {running, ended, bare}
    await owner.keeper.close()
    assert owner.broken == owner.troubles == []
    with closing(sqlite3.connect(version_copy(path, (1, 0)))) as before:
        assert len(before.execute("SELECT * FROM session").fetchall()[0]) == 17
        assert before.execute("PRAGMA user_version").fetchone() == (1,)
    content = version_copy(path, (1, 0)).read_bytes()
    owner = Owner(path)
    assert set(await owner.all()) == {running, ended, bare}
    await owner.keeper.close()
    # Once is enough.
    assert version_copy(path, (1, 0)).read_bytes() == content


async def test_books_that_cannot_be_kept_are_not_changed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no space for the copy: sessions stay in memory until there is."""
    old_books(path)
    content = path.read_bytes()
    sync = files.sync

    def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "sync", full)
    owner = Owner(path)
    await owner.keeper.load()
    await owner.save(FULL)
    assert path.read_bytes() == content
    assert len(owner.troubles) == 1
    assert owner.broken == []
    monkeypatch.setattr(files, "sync", sync)
    await owner.keeper.flush()
    assert owner.troubles[1:] == [None]
    assert len(await owner.all()) == 3
    await owner.keeper.close()


async def test_with_a_server_go_all_of_its_books(path: Path) -> None:
    """But for those that were set aside."""
    old_books(path)
    owner = Owner(path)
    await owner.keeper.load()
    owner.keeper._thread.submit(
        lambda: owner.keeper._books.copy_if_due(timedelta())
    ).result()
    await owner.keeper.close()
    assert len(list(path.parent.iterdir())) == 3
    remove(path)
    assert list(path.parent.iterdir()) == []


def test_edits_and_answers_come_back_as_they_were(path: Path) -> None:
    """Each kind of value."""
    edited = FULL.edited(
        ("id_tag", "start", "meter_stop_wh", "cost", "struck_out"),
        by="Änna",
        by_user=True,
        time=FULL.start,
    )
    books = SqliteStore(path)
    books.write(1, {edited.key: edited})
    assert books.sessions(SessionFilter()) == [edited]
    for text in ("{", '[{"by": "x"}]', '[{"time": "noon"}]', "[1]", "7"):
        run_sql(path, f"UPDATE session SET edits = '{text}'")  # noqa: S608
        with pytest.raises(BrokenBooksError):
            books.sessions(SessionFilter())
    books.close()


def test_a_copy_that_the_disk_does_not_take_leaves_nothing_on_it(path: Path) -> None:
    """What is left of it would take the place that the books themselves need."""
    books = SqliteStore(path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
    try:
        with pytest.raises((sqlite3.Error, OSError)):
            books.copy_if_due(DAY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [one.name for one in path.parent.glob("*.new*")] == []
    assert books.copy_if_due(DAY)
    books.close()
