"""The books: every session, in a file of SQLite, one transaction per write."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
import json
import os
from pathlib import Path
import shutil
import sqlite3
from typing import Any

from ..model.model import utcnow
from .storage import KEPT, KEPT_STOPS, SessionFilter, told_start, told_stop
from .transaction import NOTHING_WH, Edit, Origin, Transaction, TransactionKey

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# Columns that come to it do not change it: who does not know them reads and writes the
# others, so that the version before this one can be gone back to.
_VERSION = 1

_TIMES = frozenset({"start", "reported_start", "end", "reported_end"})
_COLUMNS = tuple(field.name for field in fields(Transaction))

# What the first books did not have.
_ADDED = {
    "reported_meter_stop_wh": "REAL",
    "answer": "TEXT",
    "begun_from": "TEXT",
    "ended_from": "TEXT",
    "struck_out": "INTEGER NOT NULL DEFAULT 0",
    "edits": "TEXT",
    "continues": "INTEGER",
    "seq": "INTEGER",
    "evse": "INTEGER",
    "plug": "INTEGER",
    "offline": "INTEGER",
    "remote_start_id": "INTEGER",
    "payer": "TEXT",
}

# Times are microseconds of the epoch, so that they compare and are exact.
_SCHEMA = f"""
CREATE TABLE session (
    charge_point_id TEXT NOT NULL,
    id INTEGER NOT NULL,
    connector_id INTEGER NOT NULL,
    id_tag TEXT NOT NULL,
    start INTEGER NOT NULL,
    reported_start INTEGER NOT NULL,
    meter_start_wh REAL,
    reported_meter_start_wh REAL,
    register_wh REAL,
    "end" INTEGER,
    reported_end INTEGER,
    meter_stop_wh REAL,
    reason TEXT,
    origin TEXT NOT NULL,
    start_known INTEGER NOT NULL,
    cost REAL,
    priced_wh REAL NOT NULL,
    {", ".join(f"{name} {kind}" for name, kind in _ADDED.items())},
    PRIMARY KEY (charge_point_id, id, reported_start)
) WITHOUT ROWID;
CREATE TABLE note (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""

# SQLite itself keeps anything in any column.
_TEXT, _NUMBER, _NONE = (str,), (float, int), (type(None),)
_KINDS: dict[str, tuple[type, ...]] = {
    "charge_point_id": _TEXT,
    "id": (int,),
    "connector_id": (int,),
    "id_tag": _TEXT,
    "meter_start_wh": _NUMBER + _NONE,
    "reported_meter_start_wh": _NUMBER + _NONE,
    "register_wh": _NUMBER + _NONE,
    "meter_stop_wh": _NUMBER + _NONE,
    "reason": _TEXT + _NONE,
    "cost": _NUMBER + _NONE,
    "priced_wh": _NUMBER,
    "reported_meter_stop_wh": _NUMBER + _NONE,
    "answer": _TEXT + _NONE,
    "begun_from": _TEXT + _NONE,
    "ended_from": _TEXT + _NONE,
    "continues": (int, type(None)),
}
# A whole number of Python's may be too large for SQLite, which keeps them as 64 bits.
_ENERGIES = (
    "meter_start_wh",
    "reported_meter_start_wh",
    "register_wh",
    "meter_stop_wh",
    "reported_meter_stop_wh",
)

# By the end, of which sessions that run have none: what is wanted is mostly the latest.
# With the start, and the connector, rows that are not wanted need not be looked up.
_INDEXES = {
    "session_by_end": '("end", start)',
    "session_by_tag": '(id_tag COLLATE NOCASE, "end", start)',
    "session_by_charger": '(charge_point_id, "end", start, connector_id)',
    "session_by_told_start": "(reported_start)",
    "session_by_told_end": "(reported_end)",
    "session_by_stop": "(start) WHERE origin = 'stopped'",
}

_LIST = ", ".join(f'"{one}"' for one in _COLUMNS)
# A name in quotes alone would be a text where there is no such column.
_SELECT = f"SELECT {', '.join(f'session."{one}"' for one in _COLUMNS)} FROM session "  # noqa: S608
_PUT = (
    f"INSERT OR REPLACE INTO session ({_LIST})"  # noqa: S608
    f" VALUES ({', '.join(f':{one}' for one in _COLUMNS)})"
)
# Never back: where the file could not be read, the last one was not known.
_PUT_LAST_SEQ = (
    "INSERT INTO note VALUES ('last_seq', ?) ON CONFLICT (name)"
    " DO UPDATE SET value = max(value, excluded.value)"
)
_DROP = (
    "DELETE FROM session WHERE charge_point_id = ? AND id = ? AND reported_start = ?"
)

# As `Transaction.refused` has it.
_REFUSED = (
    "(coalesce(answer, 'accepted') != 'accepted' AND coalesce(CASE"
    " WHEN meter_stop_wh >= meter_start_wh THEN meter_stop_wh - meter_start_wh"
    f" ELSE register_wh - meter_start_wh END, 0) < {NOTHING_WH})"
)

_BESIDE = ("-journal", "-wal", "-shm")
"""What SQLite keeps beside a file, by what is added to its name."""


class BrokenBooksError(Exception):
    """The file cannot be used as it is."""


def _micros(time: datetime) -> int:
    return (time - _EPOCH) // _MICROSECOND


def _row(transaction: Transaction) -> dict[str, Any]:
    row = {name: getattr(transaction, name) for name in _COLUMNS}
    for name in _TIMES:
        if row[name] is not None:
            row[name] = _micros(row[name])
    for name in _ENERGIES:
        row[name] = _energy(row[name])
    row["origin"] = str(transaction.origin)
    row["id"] = int(row["id"])
    if row["continues"] is not None:
        row["continues"] = int(row["continues"])
    row["edits"] = _written(transaction.edits)
    return row


def _energy(wh: float | None) -> float | None:
    try:
        return None if wh is None else float(wh)
    except OverflowError:
        return None


def _written(edits: tuple[Edit, ...]) -> str | None:
    """Return edits as text; mostly there are none."""
    if not edits:
        return None
    return json.dumps(
        [asdict(edit) | {"time": edit.time.isoformat()} for edit in edits]
    )


def _read_edits(text: str | None) -> tuple[Edit, ...]:
    if text is None:
        return ()
    return tuple(
        Edit(
            time=datetime.fromisoformat(edit["time"]),
            by=str(edit["by"]),
            by_user=bool(edit["by_user"]),
            before=tuple((str(name), value) for name, value in edit["before"]),
        )
        for edit in json.loads(text)
    )


def _transaction(values: tuple[Any, ...]) -> Transaction:
    row = dict(zip(_COLUMNS, values, strict=True))
    try:
        for name in _TIMES:
            if row[name] is not None:
                row[name] = _EPOCH + timedelta(microseconds=row[name])
        row["origin"] = Origin(row["origin"])
        row["edits"] = _read_edits(row["edits"])
    except (KeyError, OverflowError, TypeError, ValueError) as err:
        raise BrokenBooksError(f"session {row['id']!r:.50}: {err}") from err
    for name, kind in _KINDS.items():
        if type(row[name]) not in kind:
            raise BrokenBooksError(f"session {row['id']!r:.50}: {name} is damaged")
    if row["seq"] is None:
        row["seq"] = row["id"]
    row["id"] = str(row["id"])
    if row["continues"] is not None:
        row["continues"] = str(row["continues"])
    if row["offline"] is not None:
        row["offline"] = bool(row["offline"])
    row["start_known"] = bool(row["start_known"])
    row["struck_out"] = bool(row["struck_out"])
    return Transaction(**row)


class SqliteStore:
    """The books in one file, used by one thread at a time.

    Each method raises `sqlite3.Error` when the disk does not do it, and
    BrokenBooksError when the file is not, or no more, what it should be.
    """

    def __init__(self, path: Path) -> None:
        """Open the file; when it is not there, its copy takes its place, or a new one."""
        self._path = path
        self.restored: datetime | None = None
        """Of when the copy is that took the place of the file."""
        if not path.exists():
            self.restored = _restore(path)
            if self.restored is None:
                _make(path)
        try:
            self._connect()
        except BrokenBooksError:
            if self.restored is None:
                raise
            # So was the copy, which somebody may want to look at.
            self.restored = None
            set_aside(copy_of(path), utcnow())
            path.unlink()
            _make(path)
            self._connect()

    def _connect(self) -> None:
        self._connection = connection = _connect(self._path)
        try:
            with _Broken():
                self._open()
        except BaseException:
            connection.close()
            raise

    def _open(self) -> None:
        execute = self._connection.execute
        # What is committed stays, also when the power fails the moment after.
        execute("PRAGMA journal_mode = DELETE")
        execute("PRAGMA synchronous = EXTRA")
        (version,) = execute("PRAGMA user_version").fetchone()
        if version == 0 and not execute("SELECT 1 FROM sqlite_schema").fetchone():
            raise BrokenBooksError("there is nothing in it")
        if version != _VERSION:
            raise BrokenBooksError(f"version {version} is not known")
        (verdict,) = execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise BrokenBooksError(verdict)
        self._add_columns()
        # The columns have to be there, too.
        execute(f"{_SELECT} LIMIT 1").fetchone()
        self._index()

    def _add_columns(self) -> None:
        """Add what earlier versions did not have; the books of before are kept."""
        execute = self._connection.execute
        have = {row[1] for row in execute("PRAGMA table_info(session)")}
        missing = [name for name in _ADDED if name not in have]
        if not missing or not have:
            return
        self._write_copy(before_update(self._path))
        add = "".join(
            f"ALTER TABLE session ADD COLUMN {name} {_ADDED[name]};" for name in missing
        )
        self._connection.executescript(f"BEGIN IMMEDIATE; {add} COMMIT;")

    def _write_copy(self, path: Path) -> None:
        """Write all of the books to another file, whole or not at all."""
        new = path.with_name(f"{path.name}.new")
        new.unlink(missing_ok=True)
        try:
            self._connection.execute("VACUUM INTO ?", (str(new),))
            _sync(new)
            new.replace(path)
        except BaseException:
            # The books themselves may need the place that half a copy takes.
            for leftover in (new, *_beside(new)):
                leftover.unlink(missing_ok=True)
            raise

    def copy_if_due(self, age: timedelta) -> bool:
        """Copy the books if their copy is older than `age`, and they changed since.

        Return whether they were copied. Raises sqlite3.Error and OSError where there
        is no place for it; a copy that there is stays as it is.
        """
        copy = copy_of(self._path)
        if copy.exists():
            before = copy.stat().st_mtime
            if (
                utcnow().timestamp() - before < age.total_seconds()
                or self._path.stat().st_mtime <= before
            ):
                return False
        with _Broken():
            # What is damaged must not take the place of what is whole.
            verdict = self._connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise BrokenBooksError(verdict)
        self._write_copy(copy)
        return True

    def _index(self) -> None:
        """Have all the indexes, and none of those of earlier versions."""
        have = {
            name
            for (name,) in self._connection.execute(
                "SELECT name FROM sqlite_schema"
                " WHERE type = 'index' AND tbl_name = 'session' AND sql IS NOT NULL"
            )
        }
        if have == _INDEXES.keys():
            return
        drop = "".join(f'DROP INDEX "{name}";' for name in have - _INDEXES.keys())
        create = "".join(
            f"CREATE INDEX {name} ON session {columns};"
            for name, columns in _INDEXES.items()
            if name not in have
        )
        self._connection.executescript(f"BEGIN IMMEDIATE; {drop} {create} COMMIT;")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def write(
        self, last_seq: int, transactions: dict[TransactionKey, Transaction | None]
    ) -> None:
        """Return once all of this is on the disk; else nothing of it is."""
        execute = self._connection.execute
        with _Broken():
            execute("BEGIN IMMEDIATE")
            try:
                for key, transaction in transactions.items():
                    if transaction is None:
                        charge_point_id, number, start = key
                        execute(_DROP, (charge_point_id, int(number), _micros(start)))
                    else:
                        execute(_PUT, _row(transaction))
                execute(_PUT_LAST_SEQ, (last_seq,))
                execute("COMMIT")
            except BaseException:
                # A full disk may have done that already.
                with suppress(sqlite3.Error):
                    execute("ROLLBACK")
                raise

    def _read(self, conditions: str, values: Iterable[Any]) -> list[Transaction]:
        with _Broken():
            rows = self._connection.execute(_SELECT + conditions, tuple(values))
            return [_transaction(row) for row in rows]

    def _first(self, conditions: str, *values: Any) -> Transaction | None:
        found = self._read(f"{conditions} ORDER BY start DESC LIMIT 1", values)
        return found[0] if found else None

    def _first_told(
        self,
        matches: Callable[[Transaction], bool],
        conditions: str,
        *values: Any,
    ) -> Transaction | None:
        """Return the newest one that was told so, whatever was corrected since."""
        found = self._read(f"{conditions} ORDER BY start DESC", values)
        return next(filter(matches, found), None)

    def load(self) -> tuple[int, list[Transaction]]:
        """Do as `TransactionStore.load`."""
        with _Broken():
            execute = self._connection.execute
            note = execute("SELECT value FROM note WHERE name = 'last_seq'").fetchone()
            places = execute(
                "SELECT DISTINCT charge_point_id, connector_id FROM session"
            ).fetchall()
        found = self._read(
            "WHERE origin = 'stopped' ORDER BY start DESC LIMIT ?", (KEPT_STOPS,)
        )
        found.reverse()
        for place in places:
            latest: list[Transaction] = []
            for condition in (
                '"end" IS NULL',
                f'"end" IS NOT NULL AND NOT {_REFUSED}',
            ):
                latest += self._read(
                    "WHERE charge_point_id = ? AND connector_id = ?"
                    f" AND origin != 'stopped' AND {condition}"
                    ' ORDER BY "end" DESC, start DESC LIMIT ?',
                    (*place, KEPT - len(latest)),
                )
            found += reversed(latest)
        return note[0] if note else 0, found

    def find(self, charge_point_id: str, transaction_id: str) -> Transaction | None:
        """Do as `TransactionStore.find`."""
        return self._first(
            "WHERE charge_point_id = ? AND id = ?", charge_point_id, int(transaction_id)
        )

    def find_start(
        self,
        charge_point_id: str,
        connector_id: int,
        id_tag: str,
        reported_start: datetime,
        meter_start_wh: float | None,
    ) -> Transaction | None:
        """Do as `TransactionStore.find_start`."""
        told = (charge_point_id, connector_id, id_tag, reported_start, meter_start_wh)
        return self._first_told(
            lambda one: told_start(one) == told,
            "WHERE charge_point_id = ? AND connector_id = ?"
            " AND (id_tag = ? OR edits IS NOT NULL)"
            " AND reported_start = ? AND reported_meter_start_wh IS ?",
            charge_point_id,
            connector_id,
            id_tag,
            _micros(reported_start),
            _energy(meter_start_wh),
        )

    def find_stop(
        self, charge_point_id: str, reported_end: datetime, meter_stop_wh: float | None
    ) -> Transaction | None:
        """Do as `TransactionStore.find_stop`."""
        told = (charge_point_id, reported_end, meter_stop_wh)
        return self._first_told(
            lambda one: told_stop(one) == told,
            "WHERE charge_point_id = ? AND reported_end = ?"
            " AND (coalesce(reported_meter_stop_wh, meter_stop_wh) IS ?"
            " OR edits IS NOT NULL)",
            charge_point_id,
            _micros(reported_end),
            _energy(meter_stop_wh),
        )

    def count(self) -> dict[str, int]:
        """Do as `TransactionStore.count`."""
        with _Broken():
            return dict(
                self._connection.execute(
                    "SELECT charge_point_id, COUNT(*) FROM session"  # noqa: S608
                    f" WHERE NOT struck_out AND NOT {_REFUSED} GROUP BY 1"
                )
            )

    def sessions(self, wanted: SessionFilter) -> list[Transaction]:
        """Do as `TransactionStore.sessions`."""
        statement, values = sessions_query(wanted)
        return [one for one in self._read(statement, values) if wanted.counts(one)]


def sessions_query(wanted: SessionFilter) -> tuple[str, list[Any]]:
    """Return what follows SELECT ... FROM session, and its values."""
    conditions: list[str] = []
    values: list[Any] = []

    def demand(condition: str, value: Any) -> None:
        if value is not None:
            conditions.append(condition)
            values.append(_micros(value) if isinstance(value, datetime) else value)

    demand("start < ?", wanted.end)
    demand("id_tag = ? COLLATE NOCASE", wanted.id_tag)
    demand("charge_point_id = ?", wanted.charge_point_id)
    demand("connector_id = ?", wanted.connector_id)
    demand("id = ?", wanted.transaction_id and int(wanted.transaction_id))
    if wanted.start is None:
        where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    else:
        # An OR would have it look at everything.
        run = " AND ".join([*conditions, '"end" IS NULL'])
        ended = " AND ".join([*conditions, '"end" > ?'])
        where = f"WHERE {run} UNION ALL {_SELECT} WHERE {ended} "
        values += [*values, _micros(wanted.start)]
    return f"{where}ORDER BY start, charge_point_id, seq", values


class _Broken:
    """Turns what SQLite says of a broken file into a BrokenBooksError."""

    def __enter__(self) -> None:
        """Watch."""

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Turn the error."""
        # Not its subclasses: those are disks that are full, locked or read-only.
        if isinstance(error, UnicodeDecodeError):
            raise BrokenBooksError(str(error)) from error
        if type(error) is sqlite3.DatabaseError or (
            isinstance(error, sqlite3.OperationalError)
            # A text that is none is an error of Python's, without a code.
            and getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
            == sqlite3.SQLITE_ERROR
        ):
            raise BrokenBooksError(str(error)) from error


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def _make(path: Path) -> None:
    """Make new books, whole or not at all: so empty ones have lost what they had.

    What SQLite kept beside others that were here would spoil them, and may be what
    somebody needs to repair those.
    """
    if any(_beside(path)):
        set_aside(path, utcnow())
    new = path.with_name(f"{path.name}.new")
    for leftover in (new, *_beside(new)):
        leftover.unlink(missing_ok=True)
    connection = _connect(new)
    try:
        connection.execute("PRAGMA synchronous = EXTRA")
        connection.executescript(
            f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;"
        )
    finally:
        connection.close()
    new.rename(path)


def copy_of(path: Path) -> Path:
    """Return where the second copy of books is."""
    return path.with_name(f"{path.name}.copy")


def before_update(path: Path) -> Path:
    """Return where books are kept as they were before they were changed."""
    return path.with_name(f"{path.name}.before-update")


def _restore(path: Path) -> datetime | None:
    """Let the copy take the place of books that are gone; return of when it is."""
    copy = copy_of(path)
    if not copy.exists():
        return None
    if any(_beside(path)):
        set_aside(path, utcnow())
    new = path.with_name(f"{path.name}.new")
    # The copy stays where it is: what took its place may break as well.
    shutil.copyfile(copy, new)
    _sync(new)
    new.rename(path)
    return datetime.fromtimestamp(copy.stat().st_mtime, UTC)


def _sync(path: Path) -> None:
    """See to it that a file is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _beside(path: Path) -> Iterator[Path]:
    """Give the files that SQLite has left beside one."""
    for ending in _BESIDE:
        if (one := path.with_name(f"{path.name}{ending}")).exists():
            yield one


def set_aside(path: Path, now: datetime) -> Path:
    """Rename broken books, with what SQLite keeps beside them; return their new name.

    Raises OSError.
    """
    name = f"{path.name}.broken-{now:%Y%m%dT%H%M%S}"
    aside, number = path.with_name(name), 1
    while aside.exists() or any(_beside(aside)):
        number += 1
        aside = path.with_name(f"{name}-{number}")
    # The journal first: books that are renamed without it cannot be repaired.
    for one in _beside(path):
        one.rename(path.with_name(one.name.replace(path.name, aside.name, 1)))
    if path.exists():
        path.rename(aside)
    return aside


def remove(path: Path) -> None:
    """Remove books, but for those that were set aside. Raises OSError."""
    for one in (path, copy_of(path), before_update(path)):
        one.unlink(missing_ok=True)
        one.with_name(f"{one.name}.new").unlink(missing_ok=True)
    for one in _beside(path):
        one.unlink()
