"""The tables of the database of sessions, and their migration from earlier versions.

A minor version only adds columns: earlier programs can read and write such a file, and
do not change those columns. Only programs that know a major version can use it.
"""

from collections.abc import Mapping
import sqlite3
from types import MappingProxyType

VERSION = 2
"""The version of the tables, stored as SQLite's `user_version`."""

MINOR_VERSION = 5
"""The version of their columns, stored in `meta`."""

_OLDEST = 1

# Times are microseconds of the epoch, so that they compare and are exact.
_COLUMNS = MappingProxyType(
    {
        "charge_point_id": "TEXT NOT NULL",
        "id": "TEXT NOT NULL",
        "seq": "INTEGER NOT NULL",
        "connector_id": "INTEGER NOT NULL",
        "id_tag": "TEXT NOT NULL",
        "start": "INTEGER NOT NULL",
        "reported_start": "INTEGER NOT NULL",
        "meter_start_wh": "REAL",
        "reported_meter_start_wh": "REAL",
        "register_wh": "REAL",
        "end": "INTEGER",
        "reported_end": "INTEGER",
        "meter_stop_wh": "REAL",
        "reported_meter_stop_wh": "REAL",
        "reason": "TEXT",
        "origin": "TEXT NOT NULL",
        "start_known": "INTEGER NOT NULL",
        "cost": "REAL",
        "priced_wh": "REAL NOT NULL",
        "answer": "TEXT",
        "begun_from": "TEXT",
        "ended_from": "TEXT",
        "struck_out": "INTEGER NOT NULL DEFAULT 0",
        "edits": "TEXT",
        "continues": "TEXT",
        "evse": "INTEGER",
        "plug": "INTEGER",
        "offline": "INTEGER",
        "remote_start_id": "INTEGER",
        "payer": "TEXT",
        "price": "REAL",
        "currency": "TEXT",
        "sun_share": "REAL",
        "sun_wh": "REAL",
        "grid_wh": "REAL",
        "vehicle": "TEXT",
        "soc_start": "REAL",
        "soc_end": "REAL",
        "export_start_wh": "REAL",
        "export_wh": "REAL",
        "export_value": "REAL",
        # The parts of the energy: see `parts.course.written`.
        "course": "TEXT",
    }
)

_OTHER_TABLES = """
CREATE TABLE upstream_message (
    number INTEGER PRIMARY KEY,
    upstream TEXT NOT NULL,
    charge_point_id TEXT NOT NULL,
    transaction_id TEXT,
    reported_start INTEGER,
    kind TEXT NOT NULL,
    time INTEGER NOT NULL,
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt INTEGER,
    confirmed INTEGER,
    error TEXT
);
CREATE INDEX upstream_message_waiting ON upstream_message (upstream, number)
    WHERE confirmed IS NULL;
CREATE TABLE upstream_transaction (
    upstream TEXT NOT NULL,
    charge_point_id TEXT NOT NULL,
    transaction_id TEXT NOT NULL,
    reported_start INTEGER NOT NULL,
    upstream_id TEXT,
    confirmed INTEGER,
    PRIMARY KEY (upstream, charge_point_id, transaction_id, reported_start)
) WITHOUT ROWID;
CREATE INDEX upstream_transaction_by_id ON upstream_transaction (upstream, upstream_id);
"""
"""For further backends: the messages to each, in order, until they are confirmed, and
each backend's id of a session. A session is the row of `session` with the same id of
charge point, id and reported start."""

_ADDED_FOR_UPSTREAMS = """
ALTER TABLE upstream_transaction ADD COLUMN data TEXT;
CREATE TABLE upstream_memory (
    upstream TEXT NOT NULL,
    charge_point_id TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (upstream, charge_point_id)
) WITHOUT ROWID;
"""
"""Minor version 4: more of each session, and what else each backend has told."""

INDEXES: Mapping[str, str] = MappingProxyType(
    {
        # By the end, which running sessions lack, as most queries ask for the latest
        # sessions. The start and the connector are included so that other rows need
        # not be read.
        "session_by_end": '("end", start)',
        "session_by_tag": '(id_tag COLLATE NOCASE, "end", start)',
        "session_by_charger": '(charge_point_id, "end", start, connector_id)',
        "session_by_told_start": "(reported_start)",
        "session_by_told_end": "(reported_end)",
        "session_by_stop": "(start) WHERE origin = 'stopped'",
        # All that pages and sums of sessions depend on, as the rows are long: see
        # csms/overview/query.py.
        "session_pages": (
            # Only they ask for `struck_out`: for other questions it is of no use.
            '(struck_out, start, seq, "end", answer, id_tag, vehicle, payer,'
            " connector_id, cost, currency, meter_start_wh, meter_stop_wh, register_wh,"
            " sun_wh, grid_wh, start_known)"
        ),
    }
)


def _create_session(columns: Mapping[str, str]) -> str:
    listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    return (
        f"CREATE TABLE session ({listed},"
        " PRIMARY KEY (charge_point_id, id, reported_start)) WITHOUT ROWID;"
    )


CREATE = f"""
{_create_session(_COLUMNS)}
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('minor_version', {MINOR_VERSION});
{_OTHER_TABLES}
{_ADDED_FOR_UPSTREAMS}
PRAGMA user_version = {VERSION};
"""  # noqa: S608
"""Creates the tables of a new database."""


class UnknownTablesError(Exception):
    """The tables are of no known version."""


def version_of(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the version and the minor version of the tables.

    Raises:
        UnknownTablesError: The tables are of no known version.
        sqlite3.Error: The database cannot be read.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version < _OLDEST:
        raise UnknownTablesError(f"version {version} is not known")
    if version < VERSION:
        return version, 0
    minor = None
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").fetchone():
        minor = connection.execute(
            "SELECT value FROM meta WHERE name = 'minor_version'"
        ).fetchone()
    return version, int(minor[0]) if minor is not None else 0


def is_current(version: tuple[int, int]) -> bool:
    """Return whether tables of that version need no migration."""
    return version[0] == VERSION and version[1] >= MINOR_VERSION


def is_newer(version: tuple[int, int]) -> bool:
    """Return whether only later programs can use tables of that version."""
    return version[0] > VERSION


def upgrade(connection: sqlite3.Connection, version: tuple[int, int]) -> None:
    """Migrate the tables to the present version, completely or not at all.

    Args:
        connection: The connection to the database.
        version: The version of its tables.

    Raises:
        UnknownTablesError: The tables are not as in that version.
        sqlite3.Error: The disk has failed; the tables are unchanged.
    """
    steps = "" if version[0] == VERSION else _second(connection)
    if not steps:
        steps = _add(connection, _COLUMNS)
    if not _has_memory_of_upstreams(connection):
        steps += _ADDED_FOR_UPSTREAMS
    steps += (
        f"INSERT INTO meta VALUES ('minor_version', {MINOR_VERSION})"  # noqa: S608
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value;"
        f" PRAGMA user_version = {VERSION};"
    )
    try:
        connection.executescript(f"BEGIN IMMEDIATE; {steps} COMMIT;")
    except BaseException:
        # With a full disk, SQLite may have rolled back already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _has_memory_of_upstreams(connection: sqlite3.Connection) -> bool:
    return bool(
        connection.execute(
            "SELECT 1 FROM sqlite_schema WHERE name = 'upstream_memory'"
        ).fetchone()
    )


def _names(connection: sqlite3.Connection) -> set[str]:
    return {row[1] for row in connection.execute("PRAGMA table_info(session)")}


def _add(connection: sqlite3.Connection, columns: Mapping[str, str]) -> str:
    """Return the statements that add missing columns."""
    have = _names(connection)
    return "".join(
        f'ALTER TABLE session ADD COLUMN "{name}" {kind};'
        for name, kind in columns.items()
        if name not in have
    )


# Version 2: ids are texts, and the order of booking, which they gave, is in `seq`.

_ADDED_TO_1 = MappingProxyType(
    {
        "reported_meter_stop_wh": "REAL",
        "answer": "TEXT",
        "begun_from": "TEXT",
        "ended_from": "TEXT",
        "struck_out": "INTEGER NOT NULL DEFAULT 0",
        "edits": "TEXT",
        "continues": "INTEGER",
    }
)
"""The columns that were added to version 1 while it was the latest."""

# Ids that we assigned are seconds of the epoch, never above the last one. Ids that
# charge points invented give no order: those sessions were adopted at their start, or
# booked after their end.
_SEQ = """
CASE WHEN origin = 'started' OR id BETWEEN 1400000000 AND
    coalesce((SELECT value FROM note WHERE name = 'last_id'), 0) THEN id
ELSE coalesce(CASE origin WHEN 'stopped' THEN "end" END, start) / 1000000 END
"""


def _second(connection: sqlite3.Connection) -> str:
    """Return the statements that migrate tables of version 1 to version 2."""
    have = _names(connection)
    kept = [name for name in _COLUMNS if name in have or name in _ADDED_TO_1]
    if missing := {"charge_point_id", "id", "start", "end", "reason"} - have:
        raise UnknownTablesError(f"no such column: {min(missing)}")
    damaged = connection.execute(
        "SELECT 1 FROM session WHERE typeof(id) != 'integer'"
        " OR typeof(start) != 'integer' LIMIT 1"
    ).fetchone()
    if damaged:
        raise UnknownTablesError("an id or a time is no number")
    values = {name: f'"{name}"' for name in kept} | {
        "id": "CAST(id AS TEXT)",
        "continues": "CAST(continues AS TEXT)",
        "seq": _SEQ,
    }
    return f"""
{_add(connection, _ADDED_TO_1)}
ALTER TABLE session RENAME TO session_1;
{"".join(f"DROP INDEX IF EXISTS {name};" for name in INDEXES)}
{_create_session(_COLUMNS)}
INSERT INTO session ({", ".join(f'"{name}"' for name in values)})
    SELECT {", ".join(values.values())} FROM session_1;
DROP TABLE session_1;
ALTER TABLE note RENAME TO meta;
INSERT INTO meta SELECT 'last_seq', max(
    coalesce((SELECT value FROM meta WHERE name = 'last_id'), 0),
    coalesce((SELECT max(seq) FROM session), 0));
DELETE FROM meta WHERE name = 'last_id';
{_OTHER_TABLES}
"""  # noqa: S608
