"""What upstreams wait for, in the books: on the disk together with the sessions."""

from collections.abc import Iterator
from dataclasses import asdict, replace
import json
import logging
import sqlite3
import time
from types import MappingProxyType
from typing import Any, override

from ...model.model import ConnectorStatus
from ...model.records import UNREADABLE
from ...model.tags import TagKind
from ...transactions.sqlite import Statement, micros, moment_of
from ...transactions.transaction import TransactionKey
from ...transactions.writer import Beside, StoreWriter
from ..model import Cause, Kind, Report, SignedValue, ToldSession

_LOGGER = logging.getLogger(__name__)

type Place = tuple[str, str]
"""The id of an upstream, and that of a charge point."""

_PUT_REPORT = (
    "INSERT OR REPLACE INTO upstream_message (number, upstream, charge_point_id,"
    " transaction_id, reported_start, kind, time, payload, attempts, error)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_DROP_REPORT = "DELETE FROM upstream_message WHERE number = ?"
_PUT_TOLD = (
    "INSERT OR REPLACE INTO upstream_transaction (upstream, charge_point_id,"
    " transaction_id, reported_start, upstream_id, confirmed, data)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_DROP_TOLD = (
    "DELETE FROM upstream_transaction WHERE upstream = ? AND charge_point_id = ?"
    " AND transaction_id = ? AND reported_start = ?"
)
_PUT_MEMORY = "INSERT OR REPLACE INTO upstream_memory VALUES (?, ?, ?)"


class UpstreamBooks(Beside):
    """The messages, sessions and memories of all upstreams.

    All of them are in memory, and written with the next changes of the sessions: a
    session and the message about it are on the disk together, or not at all.
    """

    def __init__(self, writer: StoreWriter | None = None) -> None:
        """Start empty; `load` reads what is on the disk.

        Args:
            writer: The writer of the sessions' file; without it nothing is kept over a
                restart.
        """
        self._writer = writer
        if writer is not None:
            writer.beside = self
        self._pending: list[Statement] = []
        self._reports: dict[Place, dict[int, Report]] = {}
        self._told: dict[tuple[str, TransactionKey], ToldSession] = {}
        self._upstreams: list[str] = []
        """The upstreams that were ever told of a session, also removed ones."""
        self._memories: dict[Place, dict[str, Any]] = {}
        self._last_number = 0

    async def load(self) -> None:
        """Read what is on the disk, before the first charge point connects."""
        if self._writer is not None:
            await self._writer.ask(self._read)

    def _read(self, connection: sqlite3.Connection) -> None:
        """Read the tables. Runs in the thread of the writer, while nobody else writes."""
        for row in connection.execute(
            "SELECT number, upstream, charge_point_id, transaction_id, reported_start,"
            " kind, time, payload, attempts, error FROM upstream_message"
            " WHERE confirmed IS NULL ORDER BY number"
        ):
            try:
                upstream, report = _report_of(row)
            except UNREADABLE as err:
                _LOGGER.warning("A message for an upstream is unreadable: %s", err)
                continue
            place = (upstream, report.key[0])
            self._reports.setdefault(place, {})[report.number] = report
            self._last_number = max(self._last_number, report.number)
        for row in connection.execute(
            "SELECT upstream, charge_point_id, transaction_id, reported_start,"
            " upstream_id, confirmed, data FROM upstream_transaction"
        ):
            try:
                told = _told_of(row)
            except UNREADABLE as err:
                _LOGGER.warning("A session of an upstream is unreadable: %s", err)
                continue
            self._told[told.upstream, told.key] = told
            self._know(told.upstream)
        for upstream, charge_point_id, data in connection.execute(
            "SELECT upstream, charge_point_id, data FROM upstream_memory"
        ):
            try:
                memory = json.loads(data)
            except ValueError:
                continue
            if isinstance(memory, dict):
                self._memories[upstream, charge_point_id] = memory

    # What is in them.

    def reports(self, upstream: str, charge_point_id: str) -> list[Report]:
        """Return the messages that wait, in order."""
        return list(self._reports.get((upstream, charge_point_id), {}).values())

    def waiting(self, upstream: str, charge_point_id: str) -> int:
        """Return how many messages wait."""
        return len(self._reports.get((upstream, charge_point_id), ()))

    def told(self, upstream: str, key: TransactionKey) -> ToldSession | None:
        """Return a session as an upstream knows it; None if it is not told of it."""
        return self._told.get((upstream, key))

    def start_waits(self, told: ToldSession) -> bool:
        """Return whether the start of a session is still to be told."""
        return any(
            one.kind is Kind.START and one.key == told.key
            for one in self.reports(told.upstream, told.key[0])
        )

    def told_by(self, key: TransactionKey) -> list[ToldSession]:
        """Return a session as each upstream knows it, also removed ones.

        May be called in another thread.
        """
        return [
            told
            for upstream in self._upstreams
            if (told := self._told.get((upstream, key))) is not None
        ]

    def told_sessions(
        self, upstream: str | None, charge_point_id: str
    ) -> Iterator[ToldSession]:
        """Yield the sessions of a charge point that an upstream, or any, is told of."""
        for one in self._told.values():
            if one.key[0] == charge_point_id and upstream in {None, one.upstream}:
                yield one

    def memory(self, upstream: str, charge_point_id: str) -> dict[str, Any]:
        """Return what else an upstream has told, as `remember` got it."""
        return self._memories.get((upstream, charge_point_id), {})

    # Changes of them.

    def next_number(self) -> int:
        """Return the number of the next message."""
        # From the clock: if the disk cannot be read, there may be others on it.
        self._last_number = max(self._last_number + 1, time.time_ns() // 1_000_000)
        return self._last_number

    def put_report(self, upstream: str, report: Report) -> None:
        """Add a message, or note its change."""
        place = (upstream, report.key[0])
        self._reports.setdefault(place, {})[report.number] = report
        self._pending.append(_put_report(upstream, report))

    def drop_report(self, upstream: str, report: Report) -> None:
        """Remove a message, which was confirmed or given up."""
        self._reports.get((upstream, report.key[0]), {}).pop(report.number, None)
        self._pending.append((_DROP_REPORT, (report.number,)))

    def put_told(self, told: ToldSession) -> None:
        """Add a session, or note its change."""
        self._told[told.upstream, told.key] = told
        self._know(told.upstream)
        self._pending.append(_put_told(told))

    def _know(self, upstream: str) -> None:
        if upstream not in self._upstreams:
            self._upstreams.append(upstream)

    def drop_told(self, told: ToldSession) -> None:
        """Forget a session, and the messages about it."""
        self._told.pop((told.upstream, told.key), None)
        self._pending.append((_DROP_TOLD, _key_of(told.upstream, told.key)))
        for report in self.reports(told.upstream, told.key[0]):
            if report.key == told.key:
                self.drop_report(told.upstream, report)

    def rename(self, told: ToldSession, key: TransactionKey) -> None:
        """Note that the ledger knows a session by another key."""
        self._told.pop((told.upstream, told.key), None)
        self._pending.append((_DROP_TOLD, _key_of(told.upstream, told.key)))
        reports = self.reports(told.upstream, told.key[0])
        before, told.key = told.key, key
        self.put_told(told)
        for report in reports:
            if report.key == before:
                self.put_report(told.upstream, replace(report, key=key))

    def remember(
        self, upstream: str, charge_point_id: str, memory: dict[str, Any]
    ) -> None:
        """Keep what else an upstream has told; it has to be fit for JSON."""
        self._memories[upstream, charge_point_id] = memory
        self._pending.append(_put_memory(upstream, charge_point_id, memory))
        self.save_soon()

    def forget(self, upstream: str, charge_point_id: str | None = None) -> None:
        """Forget all of an upstream that was removed, or of one charge point there.

        Which sessions it was told of stays: lists of sessions show it.
        """
        for place in [*self._reports, *self._memories]:
            if place[0] == upstream and charge_point_id in {None, place[1]}:
                self._reports.pop(place, None)
                self._memories.pop(place, None)
        also, values = "", [upstream]
        if charge_point_id is not None:
            also = " AND charge_point_id = ?"
            values.append(charge_point_id)
        self._pending += [
            (f"DELETE FROM {table} WHERE upstream = ?{also}", tuple(values))  # noqa: S608
            for table in ("upstream_message", "upstream_memory")
        ]
        self.save_soon()

    def places(self) -> set[Place]:
        """Return of which upstreams and charge points there is anything."""
        return {*self._reports, *self._memories}

    def save_soon(self) -> None:
        """Write the changes at once, without waiting for the result."""
        if self._writer is not None:
            self._writer.write_soon()
        else:
            self._pending.clear()

    def save_later(self) -> None:
        """Write the changes within a minute."""
        if self._writer is not None:
            self._writer.write_later()
        else:
            self._pending.clear()

    async def save(self) -> None:
        """Write the changes; return when they are on the disk, or it has failed."""
        if self._writer is not None:
            await self._writer.flush()

    # Beside the sessions.

    @override
    def unwritten(self) -> list[Statement]:
        # A copy in one step, as another thread asks.
        return self._pending[:]

    @override
    def written(self, count: int) -> None:
        del self._pending[:count]

    @override
    def begin_anew(self) -> None:
        self._pending = [
            *(_put_told(told) for told in self._told.values()),
            *(
                _put_report(upstream, report)
                for (upstream, _), reports in self._reports.items()
                for report in reports.values()
            ),
            *(
                _put_memory(upstream, charge_point_id, memory)
                for (upstream, charge_point_id), memory in self._memories.items()
            ),
        ]


def _key_of(upstream: str, key: TransactionKey) -> tuple[Any, ...]:
    charge_point_id, transaction_id, start = key
    return upstream, charge_point_id, transaction_id, micros(start)


def _put_report(upstream: str, report: Report) -> Statement:
    payload: dict[str, Any] = {"seq": report.seq}
    if report.values:
        payload["values"] = dict(report.values)
    if report.signed:
        payload["signed"] = [asdict(one) for one in report.signed]
    if report.aligned:
        payload["aligned"] = True
    if report.offline:
        payload["offline"] = True
    if report.state is not None:
        payload["state"] = report.state
    if report.cause is not None:
        payload["cause"] = report.cause
    return _PUT_REPORT, (
        report.number,
        *_key_of(upstream, report.key),
        report.kind.value,
        micros(report.time),
        json.dumps(payload, separators=(",", ":")),
        report.attempts,
        report.error,
    )


def _report_of(row: tuple[Any, ...]) -> tuple[str, Report]:
    number, upstream, charge_point_id, transaction_id, start, kind, *rest = row
    when, payload, attempts, error = rest
    data = json.loads(payload)
    return upstream, Report(
        number=number,
        kind=Kind(kind),
        key=(charge_point_id, transaction_id, moment_of(start)),
        seq=int(data["seq"]),
        time=moment_of(when),
        values=MappingProxyType(
            {str(key): float(value) for key, value in data.get("values", {}).items()}
        ),
        signed=tuple(SignedValue(**one) for one in data.get("signed", ())),
        aligned=bool(data.get("aligned")),
        offline=bool(data.get("offline")),
        cause=None if (cause := data.get("cause")) is None else Cause(cause),
        state=None if (state := data.get("state")) is None else ConnectorStatus(state),
        attempts=attempts,
        error=error,
    )


def _put_told(told: ToldSession) -> Statement:
    return _PUT_TOLD, (
        *_key_of(told.upstream, told.key),
        told.told_id,
        None if told.confirmed is None else micros(told.confirmed),
        json.dumps(told.record(), separators=(",", ":")),
    )


def _told_of(row: tuple[Any, ...]) -> ToldSession:
    upstream, charge_point_id, transaction_id, start, told_id, confirmed, data = row
    record = json.loads(data)
    return ToldSession(
        upstream=upstream,
        key=(charge_point_id, transaction_id, moment_of(start)),
        connector_id=int(record["connector"]),
        id_tag=str(record["tag"]),
        told_id=told_id,
        next_seq=int(record["seq"]),
        ended=bool(record["ended"]),
        sent=bool(record.get("sent")),
        refused=record.get("refused"),
        remote_start_id=record.get("remote"),
        reservation_id=record.get("reservation"),
        tag_kind=None if (kind := record.get("kind")) is None else TagKind(kind),
        confirmed=None if confirmed is None else moment_of(confirmed),
        sampled_at=float(record.get("sampled") or 0.0),
    )


def _put_memory(
    upstream: str, charge_point_id: str, memory: dict[str, Any]
) -> Statement:
    return _PUT_MEMORY, (
        upstream,
        charge_point_id,
        json.dumps(memory, separators=(",", ":")),
    )
