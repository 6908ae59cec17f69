"""What upstreams wait for, in the books: on the disk together with the sessions."""

from collections.abc import (
    Callable,
    Collection,
    Coroutine,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
)
from dataclasses import asdict, replace
from functools import partial
import json
import logging
from operator import attrgetter
import sqlite3
import time
from types import MappingProxyType
from typing import Any, Final, NamedTuple, override

from ...model.model import ConnectorStatus
from ...model.records import UNREADABLE
from ...model.sample import SignedValue
from ...transactions.sqlite import Statement, micros, moment_of
from ...transactions.transaction import TransactionKey
from ...transactions.writer import Beside, StoreWriter, Unwritten
from ..model import Cause, Kind, Report, ToldSession

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


type Memory = dict[str, Any]
type Row = tuple[Any, ...]

_MOST_TOLD: Final = 20_000
"""The confirmed sessions of which it is in memory that they were told."""

_SINCE: Final = "since"
"""The only value of a memory that never changes: the first one counts."""


class _Found(NamedTuple):
    """What is on the disk."""

    reports: list[tuple[str, Report]]
    told: list[ToldSession]
    memories: dict[Place, Memory]


class UpstreamBooks(Beside):
    """The messages, sessions and memories of all upstreams.

    All of them are in memory, and written with the next changes of the sessions: a
    session and the message about it are on the disk together, or not at all.
    """

    def __init__(self, writer: StoreWriter | None = None) -> None:
        """Start empty; they are read when the sessions are.

        Args:
            writer: The writer of the sessions' file; without it nothing is kept over a
                restart.
        """
        self._writer = writer
        self._pending: dict[Hashable, tuple[Any, Callable[[], Statement]]] = {}
        """The newest change of each row that is not on the disk yet."""
        self._queues: dict[Place, dict[TransactionKey, dict[int, Report]]] = {}
        """The messages by session, each in order."""
        self._keys: dict[int, TransactionKey] = {}
        """Number of a message -> the session that it is about."""
        self._counts: dict[Place, int] = {}
        self._told: dict[str, dict[TransactionKey, dict[str, ToldSession]]] = {}
        """Charge point -> session -> upstream -> what that knows of it."""
        self._memories: dict[Place, Memory] = {}
        self._last_number = 0
        self.is_loaded = writer is None
        """Whether it is known what is on the disk; before that nothing is decided."""
        self.on_loaded: Callable[[], None] = lambda: None
        """Called when that becomes known."""
        self.sync: Callable[[], Coroutine[Any, Any, None]] = self.save
        """Writes all changes, those of the sessions included."""
        self.on_stopped: Callable[[TransactionKey], None] = lambda key: None
        """Called when an upstream has confirmed the end of a session."""
        if writer is not None:
            writer.beside = self
            if isinstance(writer.beside_before, UpstreamBooks):
                self._take_over(writer.beside_before)
                writer.beside_before = None

    def _take_over(self, before: UpstreamBooks) -> None:
        """Take over the changes that others could not write."""
        self._pending = before._pending
        self._queues = before._queues
        self._keys = before._keys
        self._counts = before._counts
        self._told = before._told
        self._memories = before._memories
        self._last_number = before._last_number
        self.is_loaded = before.is_loaded

    # What is in them.

    def reports(self, upstream: str, charge_point_id: str) -> list[Report]:
        """Return the messages that wait, in order; this takes long if they are many."""
        queues = self._queues.get((upstream, charge_point_id), {}).values()
        return sorted(
            (report for queue in queues for report in queue.values()),
            key=attrgetter("number"),
        )

    def heads(self, upstream: str, charge_point_id: str) -> Iterator[Report]:
        """Yield the next message of each session."""
        for queue in self._queues.get((upstream, charge_point_id), {}).values():
            yield next(iter(queue.values()))

    def of_session(self, upstream: str, key: TransactionKey) -> Collection[Report]:
        """Return the messages of a session that wait, in order."""
        return self._queues.get((upstream, key[0]), {}).get(key, {}).values()

    def waiting(self, upstream: str, charge_point_id: str) -> int:
        """Return how many messages wait."""
        return self._counts.get((upstream, charge_point_id), 0)

    def report(self, upstream: str, report: Report) -> Report | None:
        """Return a message as it is now; None if it does not wait any more."""
        if (key := self._keys.get(report.number)) is None:
            return None
        return self._queues.get((upstream, key[0]), {}).get(key, {}).get(report.number)

    def told(self, upstream: str, key: TransactionKey) -> ToldSession | None:
        """Return a session as an upstream knows it; None if it is not told of it."""
        return self.told_of(key).get(upstream)

    def told_of(self, key: TransactionKey) -> Mapping[str, ToldSession]:
        """Return by the ids of upstreams what they know of a session."""
        if (known := self._told.get(key[0])) is None:
            return _NOBODY
        return known.get(key, _NOBODY)

    def start_waits(self, told: ToldSession) -> bool:
        """Return whether the start of a session is still to be told."""
        return any(
            one.kind is Kind.START for one in self.of_session(told.upstream, told.key)
        )

    def told_by(self, key: TransactionKey) -> list[ToldSession]:
        """Return a session as each upstream knows it, also removed ones.

        May be called in another thread.
        """
        return list(self.told_of(key).values())

    def told_sessions(
        self, upstream: str | None, charge_point_id: str
    ) -> Iterator[ToldSession]:
        """Yield the sessions of a charge point that an upstream, or any, is told of."""
        for known in self._told.get(charge_point_id, {}).values():
            for one in known.values():
                if upstream in {None, one.upstream}:
                    yield one

    def memory(self, upstream: str, charge_point_id: str) -> Memory:
        """Return what else an upstream has told, as `remember` got it."""
        return self._memories.get((upstream, charge_point_id), {})

    # Changes of them.

    def next_number(self) -> int:
        """Return the number of the next message."""
        # From the clock: if the disk cannot be read, there may be others on it.
        self._last_number = max(self._last_number + 1, time.time_ns() // 1_000_000)
        return self._last_number

    def _note(
        self, row: Hashable, value: Any, statement: Callable[[], Statement]
    ) -> None:
        """Note the newest value of a row, which is spelled when it is written."""
        # To the end: statements about many rows stand between those about one.
        self._pending.pop(row, None)
        self._pending[row] = value, statement

    def put_report(self, upstream: str, report: Report) -> None:
        """Add a message, or note its change."""
        self._add_report(upstream, report)
        self._note(report.number, report, lambda: _put_report(upstream, report))

    def _add_report(self, upstream: str, report: Report) -> None:
        place = (upstream, report.key[0])
        if report.number not in self._keys:
            self._counts[place] = self._counts.get(place, 0) + 1
        self._keys[report.number] = report.key
        queues = self._queues.setdefault(place, {})
        queues.setdefault(report.key, {})[report.number] = report

    def drop_report(self, upstream: str, report: Report) -> bool:
        """Remove a message that was confirmed or given up; return whether it waited."""
        number = report.number
        if (key := self._keys.pop(number, None)) is None:
            return False
        place = (upstream, key[0])
        queues = self._queues[place]
        del queues[key][number]
        if not queues[key]:
            del queues[key]
        self._counts[place] -= 1
        self._note(number, None, lambda: (_DROP_REPORT, (number,)))
        return True

    def put_told(self, told: ToldSession) -> None:
        """Add a session, or note its change."""
        self._add_told(told)
        row = (told.upstream, told.key)
        # A new object each time: it may change again while it is being written.
        self._note(row, object(), lambda: _put_told(told))

    def _add_told(self, told: ToldSession) -> None:
        sessions = self._told.setdefault(told.key[0], {})
        sessions.setdefault(told.key, {})[told.upstream] = told

    def drop_told(self, told: ToldSession) -> None:
        """Forget a session, and the messages about it."""
        self._remove_told(told)
        for report in list(self.of_session(told.upstream, told.key)):
            self.drop_report(told.upstream, report)

    def _remove_told(self, told: ToldSession) -> None:
        upstream, key = told.upstream, told.key
        sessions = self._told.get(key[0], {})
        known = sessions.get(key, {})
        known.pop(upstream, None)
        if not known:
            sessions.pop(key, None)
        self._note((upstream, key), None, lambda: (_DROP_TOLD, _key_of(upstream, key)))

    def rename(self, told: ToldSession, key: TransactionKey) -> None:
        """Note that the ledger knows a session by another key."""
        if key == told.key:
            return
        self._remove_told(told)
        upstream, before, told.key = told.upstream, told.key, key
        self.put_told(told)
        queues = self._queues.get((upstream, key[0]), {})
        for report in queues.pop(before, {}).values():
            self.put_report(upstream, replace(report, key=key))

    def remember(self, upstream: str, charge_point_id: str, memory: Memory) -> None:
        """Keep what else an upstream has told; it has to be fit for JSON."""
        self._put_memory((upstream, charge_point_id), memory)
        self.save_soon()

    def _put_memory(self, place: Place, memory: Memory) -> None:
        self._memories[place] = memory
        self._note(("memory", place), memory, lambda: _put_memory(*place, memory))

    def forget(self, upstream: str, charge_point_id: str | None = None) -> None:
        """Forget all of an upstream that was removed, or of one charge point there.

        Which sessions it was told of stays: lists of sessions show it. Those that it does
        not know stay only with a removed upstream; a charge point may be told there again.
        """
        places = [
            place
            for place in self.places()
            if place[0] == upstream and charge_point_id in {None, place[1]}
        ]
        unknown = () if charge_point_id is None else self._unknown_to(places)
        for told in unknown:
            # Added again, the upstream is told of them if they still run.
            self._remove_told(told)
        for place in places:
            for queue in self._queues.pop(place, {}).values():
                for number in queue:
                    del self._keys[number]
                    self._pending.pop(number, None)
            self._counts.pop(place, None)
            self._memories.pop(place, None)
            self._pending.pop(("memory", place), None)
        also, values = "", [upstream]
        if charge_point_id is not None:
            also = " AND charge_point_id = ?"
            values.append(charge_point_id)
        for table in ("upstream_message", "upstream_memory"):
            statement = f"DELETE FROM {table} WHERE upstream = ?{also}"  # noqa: S608
            self._note(
                (table, *values), None, partial(_same, (statement, tuple(values)))
            )
        self.save_soon()

    def _unknown_to(self, places: Iterable[Place]) -> list[ToldSession]:
        """Return the sessions that upstreams were to be told of, and do not know."""
        return [
            told
            for place in places
            for told in self.told_sessions(*place)
            if (not told.sent or told.told_id is None) and told.refused is None
        ]

    def places(self) -> set[Place]:
        """Return of which upstreams and charge points there is anything."""
        return {*self._queues, *self._counts, *self._memories}

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
    def read(self, connection: sqlite3.Connection) -> _Found:
        found = _Found([], [], {})
        for row in connection.execute(
            "SELECT number, upstream, charge_point_id, transaction_id, reported_start,"
            " kind, time, payload, attempts, error FROM upstream_message"
            " WHERE confirmed IS NULL ORDER BY number"
        ):
            try:
                found.reports.append(_report_of(row))
            except UNREADABLE as err:
                _LOGGER.warning("A message for an upstream is unreadable: %s", err)
        for row in connection.execute(
            "SELECT upstream, charge_point_id, transaction_id, reported_start,"
            " upstream_id, confirmed, data FROM upstream_transaction"
            " ORDER BY confirmed IS NOT NULL, reported_start DESC LIMIT ?",
            (_MOST_TOLD,),
        ):
            try:
                found.told.append(_told_of(row))
            except UNREADABLE as err:
                _LOGGER.warning("A session of an upstream is unreadable: %s", err)
        for upstream, charge_point_id, data in connection.execute(
            "SELECT upstream, charge_point_id, data FROM upstream_memory"
        ):
            try:
                memory = json.loads(data)
            except ValueError:
                continue
            if isinstance(memory, dict):
                found.memories[upstream, charge_point_id] = memory
        return found

    @override
    def loaded(self, found: _Found) -> None:
        # What has changed since then is newer.
        for upstream, report in found.reports:
            if report.number not in self._pending:
                self._add_report(upstream, report)
            self._last_number = max(self._last_number, report.number)
        for told in found.told:
            if (told.upstream, told.key) not in self._pending:
                self._add_told(told)
        for place, memory in found.memories.items():
            if ("memory", place) not in self._pending:
                self._memories[place] = memory
            else:
                self._put_memory(place, _merged(memory, self._memories.get(place, {})))
        was_late, self.is_loaded = not self.is_loaded, True
        if was_late:
            self.on_loaded()

    @property
    @override
    def has_unwritten(self) -> bool:
        return bool(self._pending)

    @override
    def unwritten(self) -> Unwritten:
        # A copy in one step, as another thread asks.
        pending = self._pending.copy()
        return {row: (value, spell()) for row, (value, spell) in pending.items()}

    @override
    def written(self, done: Unwritten) -> None:
        for row, (value, _) in done.items():
            if row in self._pending and self._pending[row][0] is value:
                del self._pending[row]

    @override
    def begin_anew(self) -> None:
        if not self.is_loaded:
            # What is in the copy is the best that there is.
            return
        pending, self._pending = self._pending, {}
        for table in ("upstream_message", "upstream_memory"):
            # The copy has messages that were confirmed since then.
            statement: Statement = (f"DELETE FROM {table}", ())  # noqa: S608
            self._note((table,), None, partial(_same, statement))
        for row, (value, spell) in pending.items():
            if value is None:
                self._note(row, value, spell)
        for charge_point_id in self._told:
            for told in self.told_sessions(None, charge_point_id):
                self.put_told(told)
        for place, queues in self._queues.items():
            for queue in queues.values():
                for report in list(queue.values()):
                    self.put_report(place[0], report)
        for place, memory in list(self._memories.items()):
            self._put_memory(place, memory)


def _merged(before: Memory, now: Memory) -> Memory:
    """Return a memory that became readable when there was a newer one already.

    What is a list, such as the profiles of an upstream, is that of both.
    """
    merged = {**before, **now}
    for name, value in before.items():
        if name == _SINCE:
            merged[name] = value
        elif isinstance(value, list) and isinstance(later := now.get(name), list):
            merged[name] = [*(one for one in value if one not in later), *later]
    return merged


_NOBODY: Final[Mapping[str, ToldSession]] = MappingProxyType({})


def _same(statement: Statement) -> Statement:
    return statement


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
    return ToldSession.from_record(
        json.loads(data),
        upstream=upstream,
        key=(charge_point_id, transaction_id, moment_of(start)),
        told_id=told_id,
        confirmed=None if confirmed is None else moment_of(confirmed),
    )


def _put_memory(
    upstream: str, charge_point_id: str, memory: dict[str, Any]
) -> Statement:
    return _PUT_MEMORY, (
        upstream,
        charge_point_id,
        json.dumps(memory, separators=(",", ":")),
    )
