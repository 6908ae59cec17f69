"""Books of version 1 become those of today, whatever happens on the way."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
import shutil
import signal
import sqlite3
import subprocess
import sys
from typing import Any

import pytest

from custom_components.ocpp_cs import csms
from custom_components.ocpp_cs.csms.transactions import sqlite_schema
from custom_components.ocpp_cs.csms.transactions.files import (
    meanwhile,
    remove,
    version_copies,
    version_copy,
)
from custom_components.ocpp_cs.csms.transactions.ledger import Ledger
from custom_components.ocpp_cs.csms.transactions.sqlite import SqliteStore
from custom_components.ocpp_cs.csms.transactions.storage import SessionFilter
from custom_components.ocpp_cs.csms.transactions.transaction import (
    Details,
    Origin,
    Transaction,
)
from custom_components.ocpp_cs.csms.transactions.writer import StoreWriter
from custom_components.ocpp_cs.csms.upstream.model import Kind, Report, ToldSession
from custom_components.ocpp_cs.csms.upstream.told.books import UpstreamBooks

from .test_storage import FULL, HOUR, NOON, Owner, run_sql

VERSION_1 = Path(__file__).parents[2] / "golden" / "books_of_version_1.sql"
VERSION_2_3 = VERSION_1.with_name("books_of_version_2.3.sql")
FOLDER = Path(csms.__file__).parents[1]
PROGRAM = Path(__file__).with_name("upgradable.py")
MANY = 20_000
ALL = SessionFilter(refused=True, struck_out=True)


# Sessions of twelve connectors over years: most are ours, some had ids of their own, of
# some only the end is known, and some were corrected.
def fill(count: int) -> str:
    """Return what fills books of version 1 with so many sessions."""
    return f"""
WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {count})
INSERT INTO session
SELECT
    'BOX' || (n % 6),
    CASE n % 50 WHEN 7 THEN n WHEN 8 THEN -n ELSE 1600000000 + n * 7 END,
    CASE n % 50 WHEN 8 THEN 0 ELSE 1 + n % 2 END,
    CASE n % 50 WHEN 7 THEN '' ELSE 'TAG' || (n % 10) END,
    (1600000000 + n * 7) * 1000000 + n % 997,
    (1600000000 + n * 7) * 1000000 + n % 997,
    CASE n % 50 WHEN 8 THEN NULL ELSE n * 1000.0 END,
    n * 1000.0,
    n * 1000.0 + 900.125,
    (1600003600 + n * 7) * 1000000,
    CASE n % 3 WHEN 0 THEN NULL ELSE (1600003600 + n * 7) * 1000000 END,
    n * 1000.0 + 901.5,
    'ev_disconnected',
    CASE n % 50 WHEN 7 THEN 'adopted' WHEN 8 THEN 'stopped' ELSE 'started' END,
    n % 50 != 8,
    CASE n % 4 WHEN 0 THEN NULL ELSE n / 1000.0 END,
    900.125,
    n * 1000.0 + 901.5,
    CASE n % 5 WHEN 0 THEN NULL ELSE 'accepted' END,
    '192.0.2.' || (n % 250),
    NULL,
    n % 100 = 3,
    CASE n % 200 WHEN 5 THEN '[{{"time": "2026-10-20T14:00:00+00:00", "by": "Anna",'
        || ' "by_user": true, "before": [["cost", null]]}}]' END,
    CASE n % 40 WHEN 9 THEN 1600000000 + (n - 1) * 7 END
FROM number;
"""  # noqa: S608


def rows(path: Path) -> list[dict[str, Any]]:
    """Return all sessions in a file as another program finds them."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [
            dict(row)
            for row in connection.execute(
                "SELECT * FROM session ORDER BY charge_point_id, reported_start, seq"
                if path_version(path) > 1
                else "SELECT * FROM session ORDER BY charge_point_id, reported_start, id"
            )
        ]


def path_version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def is_whole(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def make_version_1(path: Path, count: int) -> Path:
    """Make books of version 1 with so many sessions, and some odd ones."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_1.read_text("utf-8"))
        with connection:
            connection.execute(fill(count))
    return path


def upgrade(path: Path) -> list[dict[str, Any]]:
    """Return what becomes of books when nothing happens."""
    other = path.with_name(f"upgraded_{path.name}")
    shutil.copyfile(path, other)
    SqliteStore(other).close()
    return rows(other)


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return books of version 1 with thousands of sessions, which nobody changes."""
    return make_version_1(tmp_path_factory.mktemp("big") / "version_1.db", MANY)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return books of which many copies can be tried."""
    return make_version_1(tmp_path_factory.mktemp("small") / "version_1.db", 2000)


@pytest.fixture(scope="module")
def upgraded(small: Path) -> list[dict[str, Any]]:
    """Return what becomes of the small ones when nothing happens."""
    return upgrade(small)


@pytest.fixture
def path(small: Path, tmp_path: Path) -> Path:
    """Return a copy of the small ones."""
    path = tmp_path / "books.db"
    shutil.copyfile(small, path)
    return path


def test_each_of_many_sessions_is_what_it_was(big: Path) -> None:
    """Nothing is lost, and ids say no more when a session was booked."""
    upgraded = upgrade(big)
    before = {
        (one["charge_point_id"], str(one["id"]), one["reported_start"]): one
        for one in rows(big)
    }
    assert len(upgraded) == len(before) > MANY
    for one in upgraded:
        old = before[one["charge_point_id"], one["id"], one["reported_start"]]
        continues = old.pop("continues")
        assert one["continues"] == (None if continues is None else str(continues))
        number = old.pop("id")
        assert one["id"] == str(number)
        ours = one["origin"] == "started" or 1_400_000_000 <= number <= 1_792_520_000
        moment = old["end"] if one["origin"] == "stopped" else old["start"]
        assert one["seq"] == (number if ours else moment // 1_000_000)
        assert {name: one[name] for name in old} == old


async def test_the_ledger_goes_on_with_them(big: Path, tmp_path: Path) -> None:
    """What ran runs, and what is booked next comes after all of it."""
    path = tmp_path / "books.db"
    shutil.copyfile(big, path)
    owner = Owner(path)
    ledger = Ledger(owner.keeper)
    await ledger.load()
    (running,) = ledger.running("CP1")
    assert (running.id, running.continues) == ("1792501200", "1792497600")
    (foreign,) = ledger.running("CP2")
    assert (foreign.id, foreign.origin) == ("4711", Origin.ADOPTED)
    assert ledger.last_seq == 1_792_520_000
    sessions = await owner.keeper.sessions(ALL)
    assert len(sessions) == MANY + 10
    assert max(one.seq for one in sessions) <= ledger.last_seq
    (edited,) = [one for one in sessions if one.id_tag == "NEW"]
    assert edited.as_told("id_tag") == "TÄG"
    again = await owner.keeper.find("CP4", "1")
    assert again is not None
    assert again.reported_start > NOON + 5 * HOUR
    stop = await owner.keeper.find("CP3", "-7")
    assert stop is not None
    assert ledger.find("CP3", "9223372036854775807") is not None
    await owner.keeper.close()
    assert owner.broken == owner.troubles == []


def test_the_books_of_before_are_kept(path: Path, small: Path) -> None:
    """As they were, with their version in the name; the last two of them."""
    SqliteStore(path).close()
    kept = version_copy(path, (1, 0))
    assert kept.name == "books.db.version-1"
    assert rows(kept) == rows(small)
    # Once is enough.
    content = kept.read_bytes()
    SqliteStore(path).close()
    assert kept.read_bytes() == content
    assert [one.name for one in path.parent.glob("*.new*")] == []


def test_two_of_the_books_of_before_are_kept(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns that are added are a version of their own, a minor one."""
    SqliteStore(path).close()
    latest = sqlite_schema.MINOR_VERSION
    for minor in (latest + 1, latest + 2):
        monkeypatch.setattr(sqlite_schema, "MINOR_VERSION", minor)
        SqliteStore(path).close()
    assert [one.name for one in version_copies(path)] == [
        f"books.db.version-2.{latest}",
        f"books.db.version-2.{latest + 1}",
    ]


async def test_columns_of_a_later_minor_version_stay(path: Path) -> None:
    """Whoever goes back by a minor version reads, writes, and loses nothing."""
    books = SqliteStore(path)
    books.write(1, {FULL.key: FULL})
    books.close()
    run_sql(path, "ALTER TABLE session ADD COLUMN mood TEXT")
    run_sql(path, "UPDATE session SET mood = 'good'")
    run_sql(path, "UPDATE meta SET value = 9 WHERE name = 'minor_version'")
    books = SqliteStore(path)
    assert books.newer is None
    books.write(2, {FULL.key: replace(FULL, cost=0.5)})
    books.close()
    (row,) = [one for one in rows(path) if one["id"] == FULL.id]
    assert row["mood"] == "good"
    with closing(sqlite3.connect(path)) as connection:
        minor = "SELECT value FROM meta WHERE name = 'minor_version'"
        assert connection.execute(minor).fetchone() == (9,)


def test_everything_that_a_session_can_have_comes_back(tmp_path: Path) -> None:
    """Also what only some of them have."""
    whole = Transaction(
        id="2b6c0b0e-1f4e-4d63-a2a7-7f9f3f8f6a55",
        seq=1_795_000_000,
        charge_point_id="CP1",
        connector_id=2,
        id_tag="TAG",
        start=NOON,
        reported_start=NOON,
        meter_start_wh=1.5,
        continues="9f",
        details=Details(
            evse=2,
            plug=1,
            offline=True,
            remote_start_id=77,
            payer="employer",
            price=0.31,
            currency="EUR",
            sun_share=0.75,
            sun_wh=3000.5,
            grid_wh=1000.25,
            vehicle="car",
            soc_start=20.5,
            soc_end=80.0,
        ),
    )
    books = SqliteStore(tmp_path / "books.db")
    books.write(1, {whole.key: whole})
    assert books.sessions(ALL) == [whole] == [books.find("CP1", whole.id)]
    books.close()


# Killed, and without space.


def run(path: Path, how: str, moment: int) -> tuple[int, str]:
    """Open books in a process of its own; return how it ended, and what it said."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(FOLDER), str(path), how, str(moment)],
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def moments(small: Path) -> dict[str, int]:
    """Return how many moments there are at which it can be killed."""
    path = small.with_name("counted.db")
    shutil.copyfile(small, path)
    code, told = run(path, "whole", 0)
    assert code == 0
    steps, moved = told.split()
    return {"step": int(steps), "file": int(moved), "write": path.stat().st_size}


def nothing_is_lost(
    path: Path, small: Path, upgraded: list[dict[str, Any]]
) -> Iterator[str]:
    """Tell what the file was found as, and have it opened as if nothing had been."""
    version = path_version(path)
    assert is_whole(path)
    assert rows(path) == (rows(small) if version == 1 else upgraded)
    yield f"version {version}"
    books = SqliteStore(path)
    assert books.restored is None
    books.close()
    assert rows(path) == upgraded
    assert rows(version_copy(path, (1, 0))) == rows(small)
    assert is_whole(path)


KILLED = (
    [("step", part / 10) for part in range(10)]
    + [("file", part / 4) for part in range(4)]
    + [("write", part / 6) for part in range(6)]
)


@pytest.mark.parametrize(("how", "part"), KILLED)
def test_killed_at_twenty_moments(
    path: Path,
    small: Path,
    upgraded: list[dict[str, Any]],
    moments: dict[str, int],
    how: str,
    part: float,
) -> None:
    """In the middle of a copy, of the tables, of a file that takes another's place."""
    moment = max(1, int(moments[how] * part))
    code, _ = run(path, how, moment)
    assert code == -(signal.SIGXFSZ if how == "write" else signal.SIGKILL)
    list(nothing_is_lost(path, small, upgraded))


# The last part of what is written are indexes, after the tables.
@pytest.mark.parametrize("part", [0.01, 0.3, 0.5, 0.6, 0.7])
def test_a_disk_that_is_full(
    path: Path,
    small: Path,
    upgraded: list[dict[str, Any]],
    moments: dict[str, int],
    part: float,
) -> None:
    """It is done when there is space; the books are as they were until then."""
    limit = int(moments["write"] * part)
    for _ in range(2):
        code, told = run(path, "full", limit)
        assert (code, told.strip()) == (0, "OperationalError")
        assert path_version(path) == 1
    assert list(path.parent.glob("*.new*")) == []
    assert list(nothing_is_lost(path, small, upgraded)) == ["version 1"]


def test_a_disk_that_has_space_for_the_copy_only(
    path: Path, small: Path, upgraded: list[dict[str, Any]], monkeypatch: Any
) -> None:
    """The copy is made once, and not again at each attempt."""
    # Their pages would do for the new table.
    for name in sqlite_schema.INDEXES:
        run_sql(path, f"DROP INDEX IF EXISTS {name}")
    run_sql(path, "VACUUM")
    connect = sqlite3.connect

    def limited(*args: Any, **more: Any) -> sqlite3.Connection:
        connection = connect(*args, **more)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    made: list[int] = []
    with monkeypatch.context() as full:
        full.setattr(sqlite3, "connect", limited)
        for _ in range(2):
            with pytest.raises(sqlite3.OperationalError, match="full"):
                SqliteStore(path)
            made.append(version_copy(path, (1, 0)).stat().st_mtime_ns)
    assert made[0] == made[1]
    assert list(nothing_is_lost(path, small, upgraded)) == ["version 1"]


# Books of a later version.


async def test_books_of_a_later_version_are_left_alone(tmp_path: Path) -> None:
    """Sessions are kept beside them, and come into them as soon as they can."""
    path = tmp_path / "books.db"
    books = SqliteStore(path)
    running = replace(FULL, id="77", connector_id=1, end=None, reported_end=None)
    books.write(5, {FULL.key: FULL, running.key: running})
    books.close()
    run_sql(path, "CREATE TABLE later (what TEXT)")
    run_sql(path, "PRAGMA user_version = 99")
    content = path.read_bytes()
    told: list[Path | None] = []
    for _ in range(2):
        keeper = StoreWriter(path, on_newer=told.append)
        ledger = Ledger(keeper)
        await ledger.load()
        one = ledger.start(
            charge_point_id="CP1",
            connector_id=2,
            id_tag="TAG",
            start=NOON + 2 * HOUR,
            meter_start_wh=7,
        )
        # It runs since before the program was another one.
        if ledger.find("CP1", "77") is None:
            ledger.adopt(charge_point_id="CP1", connector_id=1, transaction_id="77")
        await ledger.save()
        assert len(await keeper.sessions(SessionFilter())) == 2
        assert await keeper.all_sessions(SessionFilter()) is None
        assert not keeper.has_unsaved
        await keeper.close()
    assert path.read_bytes() == content
    assert told == [meanwhile(path)] * 2
    run_sql(path, "PRAGMA user_version = 2")
    owner = Owner(path)
    sessions = {each.key: each for each in await owner.all()}
    assert sessions.keys() == {FULL.key, running.key, one.key}
    assert sessions[one.key] == one
    await owner.keeper.close()
    assert (owner.broken, owner.troubles) == ([], [])
    assert list(path.parent.iterdir()) == [path]


async def test_what_was_kept_meanwhile_may_be_broken(tmp_path: Path) -> None:
    """It is set aside, and the books of the later version are not."""
    path = tmp_path / "books.db"
    SqliteStore(path).close()
    run_sql(path, "PRAGMA user_version = 99")
    meanwhile(path).write_bytes(b"no books" * 1000)
    owner = Owner(path)
    await owner.save(FULL)
    assert await owner.all() == [FULL]
    await owner.keeper.close()
    meanwhile(path).write_bytes(b"no books" * 1000)
    run_sql(path, "PRAGMA user_version = 2")
    owner = Owner(path)
    await owner.save(FULL)
    assert await owner.all() == [FULL]
    await owner.keeper.close()
    assert owner.broken == []
    assert len(list(path.parent.glob("*.meanwhile.broken-*"))) == 2


async def test_an_id_that_was_used_again_meanwhile(tmp_path: Path) -> None:
    """The session that ran is ended by the first one; the second stays its own."""
    path = tmp_path / "books.db"
    running = replace(FULL, id="1", seq=1, end=None, reported_end=None)
    books = SqliteStore(path)
    books.write(1, {running.key: running})
    books.close()
    first, second = (
        replace(
            FULL,
            id="1",
            seq=number,
            origin=Origin.ADOPTED,
            start=FULL.start + hours * HOUR,
            reported_start=FULL.start + hours * HOUR,
            end=FULL.start + (hours + 1) * HOUR,
            reported_end=FULL.start + (hours + 1) * HOUR,
        )
        for number, hours in ((2, 3), (3, 6))
    )
    other = SqliteStore(meanwhile(path))
    other.write(3, {first.key: first, second.key: second})
    other.close()
    books = SqliteStore(path)
    sessions = {one.key: one for one in books.sessions(SessionFilter())}
    books.close()
    assert sessions.keys() == {running.key, second.key}
    assert sessions[running.key].end == first.end
    assert sessions[second.key] == second


async def test_what_was_kept_meanwhile_may_be_of_a_later_version(
    tmp_path: Path,
) -> None:
    """After two downgrades, it is set aside with all that is in it."""
    path = tmp_path / "books.db"
    SqliteStore(path).close()
    other = SqliteStore(meanwhile(path))
    other.write(5, {FULL.key: FULL})
    other.close()
    run_sql(meanwhile(path), "PRAGMA user_version = 99")
    content = meanwhile(path).read_bytes()
    SqliteStore(path).close()
    (aside,) = [one for one in path.parent.iterdir() if one != path]
    assert aside.read_bytes() == content


async def test_no_copy_stays_of_what_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "books.db"
    SqliteStore(path).close()
    for ending in ("copy", "before-update", "version-1", "meanwhile"):
        path.with_name(f"{path.name}.{ending}").write_bytes(path.read_bytes())
    remove(path)
    assert list(path.parent.iterdir()) == []


# The tables of upstreams.


def test_books_of_minor_version_3_get_what_upstreams_need(tmp_path: Path) -> None:
    path = tmp_path / "books.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_2_3.read_text("utf-8"))
    (before,) = rows(path)
    SqliteStore(path).close()
    added = dict.fromkeys(("export_start_wh", "export_wh", "export_value"))
    assert rows(path) == [before | added]
    assert version_copy(path, (2, 3)).exists()
    assert is_whole(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute(
            "SELECT value FROM meta WHERE name = 'minor_version'"
        ).fetchone() == (sqlite_schema.MINOR_VERSION,)
        assert connection.execute(
            "SELECT number, next_attempt FROM upstream_message"
        ).fetchall() == [(1, None)]
        assert (
            connection.execute("SELECT data FROM upstream_transaction").fetchall() == []
        )
        assert connection.execute("SELECT * FROM upstream_memory").fetchall() == []


async def test_what_upstreams_wait_for_is_there_after_an_upgrade(
    tmp_path: Path,
) -> None:
    path = tmp_path / "books.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(VERSION_2_3.read_text("utf-8"))
    writer = StoreWriter(path)
    books = UpstreamBooks(writer)
    await Ledger(writer).load()
    assert books.is_loaded
    assert [one.kind for one in books.reports("x", "BOX")] == [Kind.START]
    books.remember("x", "BOX", {"since": 5})
    await writer.close()
    writer = StoreWriter(path)
    books = UpstreamBooks(writer)
    await Ledger(writer).load()
    assert books.memory("x", "BOX") == {"since": 5}
    await writer.close()


async def test_what_upstreams_were_told_meanwhile_is_moved(tmp_path: Path) -> None:
    """As the sessions are, when the later version runs again."""
    path = tmp_path / "books.db"
    start = NOON - HOUR
    ran = Transaction(
        id="one",
        seq=1,
        charge_point_id="BOX",
        connector_id=1,
        id_tag="TAG",
        start=start,
        reported_start=start,
        meter_start_wh=0.0,
    )
    told = ToldSession(upstream="x", key=ran.key, connector_id=1, id_tag="TAG")
    told.told_id, told.start, told.start_wh = "7", start, 0.0

    async def write(
        transaction: Transaction, session: ToldSession, *reports: Report
    ) -> None:
        writer = StoreWriter(path)
        books = UpstreamBooks(writer)
        ledger = Ledger(writer)
        await ledger.load()
        ledger._cache.note(transaction)
        books.put_told(session)
        for report in reports:
            books.put_report("x", report)
        await ledger.save()
        await writer.close()

    def report(number: int, kind: Kind, transaction: Transaction) -> Report:
        return Report(number=number, kind=kind, key=transaction.key, seq=-1, time=NOON)

    await write(ran, told, report(5, Kind.METER, ran))
    run_sql(path, "PRAGMA user_version = 9")
    # It goes on while the books are of a later version, and is not known then.
    part = replace(
        ran,
        reported_start=NOON,
        start=NOON,
        origin=Origin.ADOPTED,
        register_wh=500.0,
        end=NOON + HOUR,
    )
    other = ToldSession(upstream="x", key=part.key, connector_id=1, id_tag="")
    await write(
        part,
        other,
        report(3, Kind.START, part),
        report(4, Kind.METER, part),
        report(5, Kind.STOP, part),
    )
    run_sql(path, f"PRAGMA user_version = {sqlite_schema.VERSION}")
    writer = StoreWriter(path)
    books = UpstreamBooks(writer)
    await Ledger(writer).load()
    (found,) = books.told_sessions("x", "BOX")
    assert (found.key, found.told_id) == (ran.key, "7")
    assert [(one.kind, one.key) for one in books.reports("x", "BOX")] == [
        (Kind.METER, ran.key),
        (Kind.METER, ran.key),
        (Kind.STOP, ran.key),
    ]
    await writer.close()
