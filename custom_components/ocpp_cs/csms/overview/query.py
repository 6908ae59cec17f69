"""The questions to the database of the sessions."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
import sqlite3
from typing import Any, Final

from ..transactions.sqlite import ENERGY, REFUSED, micros, moment_of, read
from ..transactions.transaction import Transaction
from ..upstream.told.routing import PRIVATE
from .model import Bucket, Found, Order, Summed, Wanted

_ORDERS: Final = {
    Order.NEWEST: "start DESC, charge_point_id, seq DESC",
    Order.OLDEST: "start, charge_point_id, seq",
    Order.ENERGY: f"coalesce({ENERGY}, -1) DESC, start DESC, charge_point_id, seq DESC",
    Order.COST: "cost IS NULL, cost DESC, start DESC, charge_point_id, seq DESC",
}
_PAYER: Final = f"coalesce(nullif(payer, '{PRIVATE}'), '')"
_SUMS: Final = f"""
SELECT bucket(start), min(id_tag), coalesce(vehicle, ''), charge_point_id,
    {_PAYER},
    CASE WHEN cost IS NULL THEN '' ELSE coalesce(currency, '') END,
    count(*),
    total(coalesce({ENERGY}, 0)),
    total(coalesce(sun_wh, 0)),
    total(coalesce(grid_wh, 0)),
    total(max(coalesce({ENERGY}, 0) - coalesce(sun_wh, 0) - coalesce(grid_wh, 0), 0)),
    total(CASE WHEN start_known THEN "end" - start ELSE 0 END) / 1000000.0,
    sum(cost)
FROM session
"""  # noqa: S608


def oldest(connection: sqlite3.Connection, wanted: Wanted) -> datetime | None:
    """Return the start of the oldest session of the charge points of `wanted`."""
    allowed, values = _allowed(wanted)
    (first,) = connection.execute(
        f"SELECT min(start) FROM session {f'WHERE {allowed}' if allowed else ''}",  # noqa: S608
        values,
    ).fetchone()
    return None if first is None else moment_of(first)


def find(
    connection: sqlite3.Connection,
    wanted: Wanted,
    *,
    order: Order,
    offset: int,
    limit: int,
    buckets: Sequence[Bucket],
) -> Found:
    """Return a page of the ended sessions that are wanted, and the sums of all of them.

    Args:
        connection: The database.
        wanted: The filter.
        order: The order of the page.
        offset: The number of sessions before the page.
        limit: The number of sessions on the page.
        buckets: The stretches of time to sum up for, in order; the first one has what
            began before it, too.

    Raises:
        sqlite3.Error: The disk has failed, or the file is damaged.
        BrokenBooksError: A session is damaged.
    """
    execute = connection.execute
    starts = [micros(bucket.start) for bucket in buckets]
    keys = [bucket.key for bucket in buckets]

    def bucket_at(start: int) -> str:
        return keys[max(bisect_right(starts, start) - 1, 0)]

    connection.create_function("bucket", 1, bucket_at, deterministic=True)
    conditions, values = _where(wanted)
    where = f"WHERE {' AND '.join(conditions)} "
    # Sessions that were struck out are listed if that is wanted, but never counted.
    counted = f"WHERE {' AND '.join([*conditions, 'struck_out = 0'])} "
    allowed, allowed_values = _allowed(wanted)
    # In one go, as it looks at all sessions.
    used = execute(
        f"SELECT DISTINCT vehicle, {_PAYER} FROM session"  # noqa: S608
        f" {f'WHERE {allowed}' if allowed else ''}",
        allowed_values,
    ).fetchall()
    (total,) = execute(
        f"SELECT count(*) FROM session {where}",  # noqa: S608
        values,
    ).fetchone()
    sums = [
        Summed(
            bucket=row[0],
            id_tag=row[1],
            vehicle=row[2],
            charge_point_id=row[3],
            payer=row[4],
            currency=row[5],
            sessions=row[6],
            energy_wh=row[7],
            sun_wh=row[8],
            grid_wh=row[9],
            unknown_wh=row[10],
            duration_s=row[11],
            cost=row[12],
        )
        for row in execute(
            f"{_SUMS} {counted} GROUP BY 1, id_tag COLLATE NOCASE, 3, 4, 5, 6", values
        )
    ]
    return Found(
        # The rows of the page only: all others stay in the index, which has no more
        # than what is sorted and summed up.
        page=read(
            connection,
            "WHERE (charge_point_id, id, reported_start) IN ("  # noqa: S608
            "SELECT charge_point_id, id, reported_start FROM session"
            f" {where} ORDER BY {_ORDERS[order]} LIMIT ? OFFSET ?)"
            f" ORDER BY {_ORDERS[order]}",
            (*values, limit, offset),
        ),
        total=total,
        sums=sums,
        id_tags=id_tags(connection, wanted),
        vehicles=_known(vehicle for vehicle, _ in used),
        payers=_known(payer for _, payer in used),
    )


def _known(ids: Iterable[str | None]) -> list[str]:
    """Return each id once."""
    return list(dict.fromkeys(one for one in ids if one))


def id_tags(connection: sqlite3.Connection, wanted: Wanted) -> list[str]:
    """Return all id tags of the charge points of `wanted`, each in one spelling."""
    allowed, values = _allowed(wanted)
    rows = connection.execute(
        f"SELECT min(id_tag) FROM session {f'WHERE {allowed}' if allowed else ''}"  # noqa: S608
        " GROUP BY id_tag COLLATE NOCASE",
        values,
    )
    return [row[0] for row in rows]


def ended(connection: sqlite3.Connection, wanted: Wanted) -> list[Transaction]:
    """Return all ended sessions that are wanted, from the oldest to the newest."""
    conditions, values = _where(wanted)
    return read(
        connection,
        f"WHERE {' AND '.join(conditions)} ORDER BY {_ORDERS[Order.OLDEST]}",
        values,
    )


def _where(wanted: Wanted) -> tuple[list[str], list[Any]]:
    """Return the conditions for ended sessions, and their values."""
    conditions, values = ['"end" IS NOT NULL', f"NOT {REFUSED}"], list[Any]()

    def demand(condition: str, value: object) -> None:
        if value is not None:
            conditions.append(condition)
            values.append(micros(value) if isinstance(value, datetime) else value)

    demand("start >= ?", wanted.start)
    demand("start < ?", wanted.end)
    demand("charge_point_id = ?", wanted.charge_point_id)
    demand("connector_id = ?", wanted.connector_id)
    demand("id_tag = ? COLLATE NOCASE", wanted.id_tag)
    demand("coalesce(vehicle, '') = ?", wanted.vehicle)
    demand(f"{_PAYER} = ?", wanted.payer)
    if not wanted.struck_out:
        conditions.append("struck_out = 0")
    allowed, allowed_values = _allowed(wanted)
    if allowed:
        conditions.append(allowed)
        values += allowed_values
    if (matching := wanted.matching) is not None:
        any_of = [
            (_in("id_tag COLLATE NOCASE", matching.id_tags), matching.id_tags),
            (_in("vehicle", matching.vehicles), matching.vehicles),
            (
                _in("charge_point_id", matching.charge_point_ids),
                matching.charge_point_ids,
            ),
        ]
        parts = [condition for condition, _ in any_of]
        for _, ids in any_of:
            values += ids
        if matching.text is not None:
            parts.append("instr(lower(id_tag), ?) > 0")
            values.append(matching.text)
        conditions.append(f"({' OR '.join(parts)})")
    return conditions, values


def _allowed(wanted: Wanted) -> tuple[str, list[Any]]:
    if (ids := wanted.charge_point_ids) is None:
        return "", []
    return _in("charge_point_id", ids), list(ids)


def _in(column: str, ids: Collection[str]) -> str:
    return f"{column} IN ({', '.join('?' * len(ids))})"
