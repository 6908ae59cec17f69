"""The SQLite database of all sessions; each write is a transaction of SQLite."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import sqlite3
from typing import Any, NamedTuple

from ..model.model import utcnow
from . import files, matching, sqlite_schema
from .parts import course
from .storage import KEPT, KEPT_STOPS, ReportedStart, ReportedStop, SessionFilter
from .transaction import NOTHING_WH, Details, Edit, Origin, Transaction, TransactionKey

type Statement = tuple[str, tuple[Any, ...]]
"""A statement of SQL, and its values."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_ALL = SessionFilter(refused=True, struck_out=True)

_TIMES = frozenset({"start", "reported_start", "end", "reported_end"})
_DETAILS = tuple(field.name for field in fields(Details))
_OWN = tuple(field.name for field in fields(Transaction) if field.name != "details")
_COLUMNS = (*_OWN, *_DETAILS)

# SQLite itself accepts values of any type in any column.
_TEXT, _INTEGER, _NUMBER = (str,), (int,), (float, int)
_NONE = (type(None),)
_KINDS: dict[str, tuple[type, ...]] = {
    "charge_point_id": _TEXT,
    "id": _TEXT,
    "seq": _INTEGER,
    "connector_id": _INTEGER,
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
    "continues": _TEXT + _NONE,
    "evse": _INTEGER + _NONE,
    "plug": _INTEGER + _NONE,
    "offline": _INTEGER + _NONE,
    "remote_start_id": _INTEGER + _NONE,
    "payer": _TEXT + _NONE,
    "price": _NUMBER + _NONE,
    "currency": _TEXT + _NONE,
    "sun_share": _NUMBER + _NONE,
    "sun_wh": _NUMBER + _NONE,
    "grid_wh": _NUMBER + _NONE,
    "vehicle": _TEXT + _NONE,
    "soc_start": _NUMBER + _NONE,
    "soc_end": _NUMBER + _NONE,
    "export_start_wh": _NUMBER + _NONE,
    "export_wh": _NUMBER + _NONE,
    "export_value": _NUMBER + _NONE,
}
# An integer of Python may be too large for SQLite, which has 64 bits.
_ENERGIES = (
    "meter_start_wh",
    "reported_meter_start_wh",
    "register_wh",
    "meter_stop_wh",
    "reported_meter_stop_wh",
)

_LIST = ", ".join(f'"{one}"' for one in _COLUMNS)
# SQLite reads a quoted name as a text if there is no such column, so add the table.
_SELECT = f"SELECT {', '.join(f'session."{one}"' for one in _COLUMNS)} FROM session "  # noqa: S608
# Columns that later versions have added stay unchanged.
_PUT = (
    f"INSERT INTO session ({_LIST})"  # noqa: S608
    f" VALUES ({', '.join(f':{one}' for one in _COLUMNS)})"
    " ON CONFLICT (charge_point_id, id, reported_start) DO UPDATE SET "
    + ", ".join(f'"{one}" = excluded."{one}"' for one in _COLUMNS)
)
# Never lower: if the file could not be read, the last number was unknown.
_PUT_LAST_SEQ = (
    "INSERT INTO meta VALUES ('last_seq', ?) ON CONFLICT (name)"
    " DO UPDATE SET value = max(value, excluded.value)"
)
_DROP = (
    "DELETE FROM session WHERE charge_point_id = ? AND id = ? AND reported_start = ?"
)

REFUSED = (
    "(coalesce(answer, 'accepted') != 'accepted' AND coalesce(CASE"
    " WHEN meter_stop_wh >= meter_start_wh THEN meter_stop_wh - meter_start_wh"
    f" ELSE register_wh - meter_start_wh END, 0) < {NOTHING_WH})"
)
"""The same condition as `Transaction.refused`."""

ENERGY = (
    "(CASE WHEN meter_stop_wh >= meter_start_wh THEN meter_stop_wh - meter_start_wh"
    " WHEN register_wh >= meter_start_wh THEN register_wh - meter_start_wh"
    " WHEN meter_start_wh IS NOT NULL THEN 0.0 END)"
)
"""The same energy as `Transaction.energy_wh`."""


class BrokenBooksError(Exception):
    """The file cannot be used as it is."""


class _NewerBooksError(Exception):
    """The file is of a later version."""

    def __init__(self, version: int) -> None:
        """Name the version."""
        super().__init__(version)
        self.version = version


class QuestionError(Exception):
    """A question to the database is wrong; the file is not."""


def micros(time: datetime) -> int:
    """Return a time as the database has it."""
    return (time - _EPOCH) // _MICROSECOND


def moment_of(time: int) -> datetime:
    """Return a time of the database."""
    return _EPOCH + timedelta(microseconds=time)


def _row(transaction: Transaction) -> dict[str, Any]:
    details = transaction.details
    row = {name: getattr(transaction, name) for name in _OWN}
    row |= {name: getattr(details, name) for name in _DETAILS}
    for name in _TIMES:
        if row[name] is not None:
            row[name] = micros(row[name])
    for name in _ENERGIES:
        row[name] = _energy(row[name])
    row["origin"] = str(transaction.origin)
    row["edits"] = _written(transaction.edits)
    row["course"] = course.written(transaction.course)
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
        row["course"] = course.read(row["course"])
    except (KeyError, OverflowError, TypeError, ValueError) as err:
        raise BrokenBooksError(f"session {row['id']!r:.50}: {err}") from err
    for name, kind in _KINDS.items():
        if type(row[name]) not in kind:
            raise BrokenBooksError(f"session {row['id']!r:.50}: {name} is damaged")
    if row["offline"] is not None:
        row["offline"] = bool(row["offline"])
    row["start_known"] = bool(row["start_known"])
    row["struck_out"] = bool(row["struck_out"])
    details = {name: row.pop(name) for name in _DETAILS}
    if any(value is not None for value in details.values()):
        row["details"] = Details(**details)
    return Transaction(**row)


class SqliteStore:
    """The database of sessions, used by one thread at a time.

    Each method raises `sqlite3.Error` if the disk fails, and BrokenBooksError if the
    file is damaged or no valid database.

    A database of a later version is not changed. Sessions are then written to another
    file, and moved to the database when it can be used again.
    """

    def __init__(self, path: Path) -> None:
        """Open the file; if it is missing, restore its copy or create a new file.

        Args:
            path: The path of the file.

        Raises:
            BrokenBooksError: The file is damaged, or of no known version.
            sqlite3.Error: The disk has failed; the file is unchanged.
            OSError: Likewise.
        """
        self._path = path
        self.restored: datetime | None = None
        """The time of the copy that was restored, if any."""
        if not path.exists():
            self.restored = files.restore(path)
            if self.restored is None:
                _make(path)
        try:
            newer = self._connect()
        except BrokenBooksError:
            if self.restored is None:
                raise
            # The copy is broken too; it is kept for inspection.
            self.restored = None
            files.set_aside(files.copy_of(path), utcnow())
            path.unlink()
            _make(path)
            newer = self._connect()
        self.newer = newer
        """The version of the database if it is later than this program's, else None."""
        if newer is not None:
            self._open_meanwhile(files.meanwhile(path))
        elif files.meanwhile(path).exists():
            try:
                self._take_in(files.meanwhile(path))
            except BaseException:
                self.close()
                raise

    def _connect(self) -> int | None:
        """Open the file; if it is of a later version, close it and return that."""
        self._connection = connection = _connect(self._path)
        try:
            with _Broken():
                self._open()
        except _NewerBooksError as err:
            connection.close()
            return err.version
        except BaseException:
            connection.close()
            raise
        return None

    def _open(self) -> None:
        execute = self._connection.execute
        if not execute("SELECT 1 FROM sqlite_schema").fetchone():
            raise BrokenBooksError("there is nothing in it")
        version = sqlite_schema.version_of(self._connection)
        if sqlite_schema.is_newer(version):
            raise _NewerBooksError(version[0])
        # Committed data survives a power failure immediately afterwards.
        execute("PRAGMA journal_mode = DELETE")
        execute("PRAGMA synchronous = EXTRA")
        self._check()
        if not sqlite_schema.is_current(version):
            self._upgrade(version)
        # This fails if a column is missing.
        execute(f"{_SELECT} LIMIT 1").fetchone()
        self._index()

    def _check(self) -> None:
        """Raise BrokenBooksError if data is damaged; repair damaged indexes.

        Nothing that was booked is in an index only.
        """
        execute = self._connection.execute
        check = "PRAGMA integrity_check(1)"
        if execute(check).fetchone() == ("ok",):
            return
        execute("BEGIN IMMEDIATE")
        execute("REINDEX")
        (verdict,) = execute(check).fetchone()
        if verdict != "ok":
            # A file that is set aside stays as it was found.
            execute("ROLLBACK")
            raise BrokenBooksError(verdict)
        # If anything fails, the connection is closed, which undoes it.
        execute("COMMIT")

    def _upgrade(self, version: tuple[int, int]) -> None:
        """Migrate to the present version; the last two copies of before are kept."""
        kept = files.version_copy(self._path, version)
        # A migration that failed is repeated, and needs no second copy.
        if not kept.exists() or kept.stat().st_mtime_ns < self._path.stat().st_mtime_ns:
            self._write_copy(kept)
        sqlite_schema.upgrade(self._connection, version)
        files.drop_old_versions(self._path)

    @property
    def path(self) -> Path:
        """The file that is written to."""
        return self._path

    def _open_meanwhile(self, path: Path) -> None:
        """Use another file while the database is of a later version."""
        self._path = path
        with suppress(BrokenBooksError):
            if path.exists() and self._connect() is None:
                return
        if path.exists():
            # It may be of a later version too, after two downgrades.
            files.set_aside(path, utcnow())
        _make(path)
        self._connect()

    def _take_in(self, path: Path) -> None:
        """Move the sessions here that were written to another file in the meantime.

        The other file is removed when all of them are on the disk here. If it cannot be
        read, it is renamed.
        """
        nested = files.meanwhile(path)
        was_nested = nested.exists()
        booked, told = None, _Told([], [], [])
        try:
            other = SqliteStore(path)
            try:
                # After two downgrades it is of a later version too, which can read it.
                if other.newer is None:
                    booked, (last_seq, _) = other.sessions(_ALL), other.load()
                    told = other.ask(_read_told)
            finally:
                other.close()
        except BrokenBooksError:
            booked = None
        if booked is None:
            files.set_aside(path, utcnow())
            if not was_nested:
                files.remove(nested)
            return
        changes: dict[TransactionKey, Transaction | None] = {}
        joined: dict[TransactionKey, TransactionKey] = {}
        for one in booked:
            ran = self._first(
                'WHERE charge_point_id = ? AND id = ? AND "end" IS NULL',
                one.charge_point_id,
                one.id,
            )
            if (
                ran is not None
                and ran.key != one.key
                # Only the first of them ends it: some chargers repeat an id.
                and ran.key not in changes
                and one.origin is not Origin.STARTED
            ):
                # Its beginning is only known here.
                joined[one.key] = ran.key
                one = matching.caught_up(ran, one)
            changes[one.key] = one
        with _Broken():
            beside = _moved(told, self._connection, joined)
        self.write(last_seq, changes, beside)
        files.remove(path)

    def _write_copy(self, path: Path) -> None:
        """Write the whole database to another file, completely or not at all."""
        new = files.new_file(path)
        try:
            self._connection.execute("VACUUM INTO ?", (str(new),))
            files.sync(new)
            new.replace(path)
        except BaseException:
            # The database itself may need the disk space of an incomplete copy.
            for leftover in (new, *files.beside(new)):
                leftover.unlink(missing_ok=True)
            raise

    def copy_if_due(self, age: timedelta) -> bool:
        """Copy the database if its copy is older than `age`, and it has changed since.

        Returns:
            Whether it was copied.

        Raises:
            sqlite3.Error: The disk is full or has failed; an older copy is unchanged.
            OSError: Likewise.
        """
        copy = files.copy_of(self._path)
        if copy.exists():
            before = copy.stat().st_mtime
            if (
                utcnow().timestamp() - before < age.total_seconds()
                or self._path.stat().st_mtime <= before
            ):
                return False
        with _Broken():
            # A damaged database must not replace a good copy.
            verdict = self._connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise BrokenBooksError(verdict)
        self._write_copy(copy)
        return True

    def _index(self) -> None:
        """Create missing indexes, and drop those of earlier versions."""
        have = {
            name
            for (name,) in self._connection.execute(
                "SELECT name FROM sqlite_schema"
                " WHERE type = 'index' AND tbl_name = 'session' AND sql IS NOT NULL"
            )
        }
        wanted = sqlite_schema.INDEXES
        if have == wanted.keys():
            return
        drop = "".join(f'DROP INDEX "{name}";' for name in have - wanted.keys())
        create = "".join(
            f"CREATE INDEX {name} ON session {columns};"
            for name, columns in wanted.items()
            if name not in have
        )
        self._connection.executescript(f"BEGIN IMMEDIATE; {drop} {create} COMMIT;")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def write(
        self,
        last_seq: int,
        transactions: dict[TransactionKey, Transaction | None],
        beside: Iterable[Statement] = (),
    ) -> None:
        """Write all changes to the disk, completely or not at all.

        Args:
            last_seq: The number of the latest booking.
            transactions: The changed transactions; None deletes one.
            beside: Changes of other tables.
        """
        execute = self._connection.execute
        with _Broken():
            execute("BEGIN IMMEDIATE")
            try:
                for key, transaction in transactions.items():
                    if transaction is None:
                        charge_point_id, number, start = key
                        execute(_DROP, (charge_point_id, number, micros(start)))
                    else:
                        execute(_PUT, _row(transaction))
                for statement, values in beside:
                    execute(statement, values)
                execute(_PUT_LAST_SEQ, (last_seq,))
                execute("COMMIT")
            except BaseException:
                # With a full disk, SQLite may have rolled back already.
                with suppress(sqlite3.Error):
                    execute("ROLLBACK")
                raise

    def ask[T](self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Return the answer of `question`, which only reads.

        Raises:
            QuestionError: The question is wrong.
        """
        with _Broken():
            try:
                return question(self._connection)
            except sqlite3.OperationalError as err:
                # The columns were checked when the file was opened.
                if err.sqlite_errorcode == sqlite3.SQLITE_ERROR:
                    raise QuestionError(str(err)) from err
                raise

    def _read(self, conditions: str, values: Iterable[Any]) -> list[Transaction]:
        with _Broken():
            return read(self._connection, conditions, values)

    def _first(self, conditions: str, *values: Any) -> Transaction | None:
        found = self._read(f"{conditions} ORDER BY start DESC LIMIT 1", values)
        return found[0] if found else None

    def _first_told(
        self,
        matches: Callable[[Transaction], bool],
        conditions: str,
        *values: Any,
    ) -> Transaction | None:
        """Return the newest transaction that matches as reported before corrections."""
        found = self._read(f"{conditions} ORDER BY start DESC", values)
        return next(filter(matches, found), None)

    def load(self) -> tuple[int, list[Transaction]]:
        """Return the data of `TransactionStore.load`."""
        with _Broken():
            execute = self._connection.execute
            last = execute("SELECT value FROM meta WHERE name = 'last_seq'").fetchone()
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
                f'"end" IS NOT NULL AND NOT {REFUSED}',
            ):
                latest += self._read(
                    "WHERE charge_point_id = ? AND connector_id = ?"
                    f" AND origin != 'stopped' AND {condition}"
                    ' ORDER BY "end" DESC, start DESC LIMIT ?',
                    (*place, KEPT - len(latest)),
                )
            found += reversed(latest)
        return last[0] if last else 0, found

    def find(self, charge_point_id: str, transaction_id: str) -> Transaction | None:
        """Return the transaction of `TransactionStore.find`."""
        return self._first(
            "WHERE charge_point_id = ? AND id = ?", charge_point_id, transaction_id
        )

    def find_start(self, reported: ReportedStart) -> Transaction | None:
        """Return the transaction of `TransactionStore.find_start`."""
        return self._first_told(
            lambda one: ReportedStart.of(one) == reported,
            "WHERE charge_point_id = ? AND connector_id = ?"
            " AND (id_tag = ? OR edits IS NOT NULL)"
            " AND reported_start = ? AND reported_meter_start_wh IS ?",
            reported.charge_point_id,
            reported.connector_id,
            reported.id_tag,
            micros(reported.start),
            _energy(reported.meter_start_wh),
        )

    def find_stop(self, reported: ReportedStop) -> Transaction | None:
        """Return the transaction of `TransactionStore.find_stop`."""
        return self._first_told(
            lambda one: ReportedStop.of(one) == reported,
            "WHERE charge_point_id = ? AND reported_end = ?"
            " AND (coalesce(reported_meter_stop_wh, meter_stop_wh) IS ?"
            " OR edits IS NOT NULL)",
            reported.charge_point_id,
            None if reported.end is None else micros(reported.end),
            _energy(reported.meter_stop_wh),
        )

    def count(self) -> dict[str, int]:
        """Return the numbers of `TransactionStore.count`."""
        with _Broken():
            return dict(
                self._connection.execute(
                    "SELECT charge_point_id, COUNT(*) FROM session"  # noqa: S608
                    f" WHERE NOT struck_out AND NOT {REFUSED} GROUP BY 1"
                )
            )

    def sessions(self, wanted: SessionFilter) -> list[Transaction]:
        """Return the sessions of `TransactionStore.sessions`."""
        statement, values = sessions_query(wanted)
        return [one for one in self._read(statement, values) if wanted.counts(one)]


def read(
    connection: sqlite3.Connection, conditions: str, values: Iterable[Any]
) -> list[Transaction]:
    """Return the sessions that fulfil conditions.

    Args:
        connection: The database.
        conditions: The SQL after the table.
        values: The values in it.

    Raises:
        BrokenBooksError: A session is damaged.
    """
    rows = connection.execute(_SELECT + conditions, tuple(values))
    return [_transaction(row) for row in rows]


class _Told(NamedTuple):
    """What upstreams were told, and wait for: the rows of their tables."""

    messages: list[tuple[Any, ...]]
    sessions: list[tuple[Any, ...]]
    memories: list[tuple[Any, ...]]


_MESSAGE = (
    "number, upstream, charge_point_id, transaction_id, reported_start, kind, time,"
    " payload, attempts, confirmed, error"
)
_TOLD = (
    "upstream, charge_point_id, transaction_id, reported_start, upstream_id, confirmed,"
    " data"
)


def _read_told(connection: sqlite3.Connection) -> _Told:
    def rows(statement: str) -> list[tuple[Any, ...]]:
        return connection.execute(statement).fetchall()

    return _Told(
        rows(f"SELECT {_MESSAGE} FROM upstream_message ORDER BY number"),  # noqa: S608
        rows(f"SELECT {_TOLD} FROM upstream_transaction"),  # noqa: S608
        rows("SELECT upstream, charge_point_id, data FROM upstream_memory"),
    )


def _moved(
    told: _Told,
    connection: sqlite3.Connection,
    joined: Mapping[TransactionKey, TransactionKey],
) -> list[Statement]:
    """Return what adds rows of another database to the tables of upstreams.

    Args:
        told: The rows.
        connection: The database that they are added to.
        joined: Sessions of the other one -> those that they are part of.
    """
    (last,) = connection.execute("SELECT max(number) FROM upstream_message").fetchone()
    first = min((row[0] for row in told.messages), default=0)
    ahead = max((last or 0) - first + 1, 0)

    def key_of(row: tuple[Any, ...]) -> tuple[Any, ...]:
        charge_point_id, transaction_id, start = row
        found = joined.get((charge_point_id, transaction_id, moment_of(start)))
        return row if found is None else (*found[:2], micros(found[2]))

    result: list[Statement] = []
    known = {
        row[:4]
        for row in connection.execute(f"SELECT {_TOLD} FROM upstream_transaction")  # noqa: S608
    }
    for row in told.sessions:
        place = (row[0], *key_of(row[1:4]))
        if place not in known:
            marks = ", ".join("?" * 7)
            result.append(
                (
                    f"INSERT INTO upstream_transaction ({_TOLD}) VALUES ({marks})",  # noqa: S608
                    (*place, *row[4:]),
                )
            )
    for row in told.messages:
        place = (row[1], *key_of(row[2:5]))
        if place in known and row[5] == "start":
            # That upstream knows its beginning.
            continue
        marks = ", ".join("?" * 11)
        result.append(
            (
                f"INSERT INTO upstream_message ({_MESSAGE}) VALUES ({marks})",  # noqa: S608
                (row[0] + ahead, *place, *row[5:]),
            )
        )
    return result + [
        ("INSERT OR REPLACE INTO upstream_memory VALUES (?, ?, ?)", row)
        for row in told.memories
    ]


_LATEST_OF_TAGS = (
    "WHERE (charge_point_id, id, reported_start) IN ("  # noqa: S608
    "SELECT charge_point_id, id, reported_start FROM ("
    "SELECT charge_point_id, id, reported_start, max(start) FROM session"
    f" WHERE struck_out = 0 AND NOT {REFUSED} GROUP BY id_tag COLLATE NOCASE))"
)
"""With max(), SQLite takes the other columns from the row that has it."""


def latest_of_tags(connection: sqlite3.Connection) -> list[Transaction]:
    """Return the sessions of `TransactionStore.latest_of_tags`.

    Raises:
        BrokenBooksError: A session is damaged.
    """
    return read(connection, _LATEST_OF_TAGS, ())


def in_memory(transactions: Iterable[Transaction]) -> sqlite3.Connection:
    """Return a database in memory that has these sessions only."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(sqlite_schema.CREATE)
    connection.executemany(_PUT, map(_row, transactions))
    return connection


def sessions_query(wanted: SessionFilter) -> tuple[str, list[Any]]:
    """Return the SQL after SELECT ... FROM session, and its values."""
    conditions: list[str] = []
    values: list[Any] = []

    def demand(condition: str, value: Any) -> None:
        if value is not None:
            conditions.append(condition)
            values.append(micros(value) if isinstance(value, datetime) else value)

    demand("start < ?", wanted.end)
    demand("id_tag = ? COLLATE NOCASE", wanted.id_tag)
    demand("charge_point_id = ?", wanted.charge_point_id)
    demand("connector_id = ?", wanted.connector_id)
    demand("id = ?", wanted.transaction_id)
    if wanted.start is None:
        where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    else:
        # With an OR, SQLite would read all rows.
        run = " AND ".join([*conditions, '"end" IS NULL'])
        ended = " AND ".join([*conditions, '"end" > ?'])
        where = f"WHERE {run} UNION ALL {_SELECT} WHERE {ended} "
        values += [*values, micros(wanted.start)]
    return f"{where}ORDER BY start, charge_point_id, seq", values


class _Broken:
    """Converts SQLite's errors of a broken file into BrokenBooksError."""

    def __enter__(self) -> None:
        """Enter the context."""

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Convert the error."""
        # Not its subclasses: they mean a full, locked or read-only disk.
        if isinstance(error, UnicodeDecodeError | sqlite_schema.UnknownTablesError):
            raise BrokenBooksError(str(error)) from error
        if type(error) is sqlite3.DatabaseError or (
            isinstance(error, sqlite3.OperationalError)
            # An invalid text is an error of Python's, without a code.
            and getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
            == sqlite3.SQLITE_ERROR
        ):
            raise BrokenBooksError(str(error)) from error


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def _make(path: Path) -> None:
    """Create a new database, completely or not at all.

    An empty file therefore always means lost data. Files of SQLite that an earlier
    database left are renamed: they would damage the new one, and may be needed to
    repair the earlier one.
    """
    if any(files.beside(path)):
        files.set_aside(path, utcnow())
    new = files.new_file(path)
    connection = _connect(new)
    try:
        connection.execute("PRAGMA synchronous = EXTRA")
        connection.executescript(f"BEGIN; {sqlite_schema.CREATE} COMMIT;")
    finally:
        connection.close()
    new.rename(path)
