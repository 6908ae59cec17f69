"""Writes the sessions in a separate thread, and handles failures of the disk."""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
import logging
from pathlib import Path
import sqlite3
from typing import Any, Protocol, override

from ..model.model import utcnow
from .files import set_aside
from .sqlite import (
    BrokenBooksError,
    QuestionError,
    SqliteStore,
    Statement,
    in_memory,
    latest_of_tags,
)
from .storage import (
    LedgerChanges,
    MemoryStore,
    ReportedStart,
    ReportedStop,
    SessionFilter,
    TransactionStore,
    at_hand,
    in_order,
)
from .transaction import Transaction, TransactionKey

_LOGGER = logging.getLogger(__name__)

_DELAY = 60.0
"""Seconds until changes that may be saved later are written."""

_RETRY = 30.0
"""Seconds until a failed disk is tried again."""

_COPY_AGE = timedelta(days=1)
"""The age of the copy after which a changed database is copied again."""

_COPY_CHECK = 3600.0
"""Seconds between two checks of that age."""

_COPY_FIRST = 60.0
"""Seconds until the first check, so that it does not slow down the start."""

_AHEAD = 1000
"""The number of ids that are skipped if the last id is unknown."""

type Unwritten = Mapping[Hashable, tuple[Any, Statement]]
"""What was changed -> its new value, and the statement that writes it."""


class Beside(Protocol):
    """Other tables, which are read and written together with the sessions."""

    def read(self, connection: sqlite3.Connection) -> Any:
        """Read what is on the disk; in the thread, together with the sessions."""

    def loaded(self, found: Any) -> None:
        """Take what `read` has returned, maybe late, after the disk had failed."""

    @property
    def has_unwritten(self) -> bool:
        """Whether there are changes that are not on the disk yet."""

    def unwritten(self) -> Unwritten:
        """Return those changes, in order; in the thread."""

    def written(self, done: Unwritten) -> None:
        """Forget those changes, if they are still the newest, as they are on the disk."""

    def begin_anew(self) -> None:
        """Note that the file is a new one: everything has to be written again."""


class _Nothing(Beside):
    @override
    def read(self, connection: sqlite3.Connection) -> None:
        pass

    @override
    def loaded(self, found: Any) -> None:
        pass

    @property
    @override
    def has_unwritten(self) -> bool:
        return False

    @override
    def unwritten(self) -> Unwritten:
        return {}

    @override
    def written(self, done: Unwritten) -> None:
        pass

    @override
    def begin_anew(self) -> None:
        pass


class StoreWriter(TransactionStore):
    """Storage for the ledger in a file; see `TransactionStore`.

    If the disk fails, changes are kept in memory and tried again, while charge points
    get their answers. A broken file is renamed, and replaced by its copy of the day
    before or by a new file.
    """

    def __init__(
        self,
        path: Path,
        *,
        on_broken: Callable[[Path, datetime | None], None] = lambda aside, copied: None,
        on_trouble: Callable[[str | None], None] = lambda trouble: None,
        on_newer: Callable[[Path | None], None] = lambda meanwhile: None,
    ) -> None:
        """Prepare to store sessions at `path`.

        Args:
            path: The path of the database.
            on_broken: Called with the new path of a broken database, and with the time
                of the copy that replaced it, or None without a copy.
            on_trouble: Called with the error of the disk, and with None when it works
                again.
            on_newer: Called with the path where sessions are stored while the database
                is of a later version, and with None when it is not any more.
        """
        self._path = path
        self._on_broken = on_broken
        self._on_trouble = on_trouble
        self._on_newer = on_newer
        self._thread = ThreadPoolExecutor(1, "ocpp_cs books")
        self._lock = asyncio.Lock()
        self._books: SqliteStore | None = None
        # The newest value of each transaction that is not on the disk yet.
        self._unsaved: dict[TransactionKey, Transaction | None] = {}
        self._last_seq = 0
        # All transactions in memory, for a file that has to be created again.
        self._at_hand: Callable[[], Iterable[Transaction]] = list
        self._later: Callable[[], LedgerChanges] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._flush: asyncio.Task[None] | None = None
        self._copy_timer: asyncio.TimerHandle | None = None
        self._copying: asyncio.Task[None] | None = None
        self._copy_failed = False
        self._trouble: str | None = None
        self._late: Callable[[list[Transaction]], None] | None = None
        self._closed = False
        self._meanwhile: Path | None = None
        self.beside: Beside = _Nothing()
        """What else is kept in the same file; is set before `load`."""
        self.beside_before: Beside | None = None
        """That of a closed writer whose changes were taken over."""

    async def _work[T](self, job: Callable[[SqliteStore], T]) -> T | None:
        """Run `job` in the thread, and return its result; None if the disk fails.

        The lock must be held.
        """
        loop = asyncio.get_running_loop()
        try:
            try:
                done = await loop.run_in_executor(self._thread, self._do, job)
            except BrokenBooksError as err:
                aside = await loop.run_in_executor(self._thread, self._set_aside)
                for one in self._at_hand():
                    self._unsaved.setdefault(one.key, one)
                self.beside.begin_anew()
                # Also if no write was planned.
                self._flush_in(0.0)
                try:
                    done = await loop.run_in_executor(self._thread, self._do, job)
                finally:
                    self._tell_broken(aside, err)
        except (sqlite3.Error, BrokenBooksError, OSError) as err:
            self._set_trouble(str(err))
            # Try again until the disk works.
            self._flush_in(_RETRY)
            return None
        self._tell_newer()
        return done

    def _tell_newer(self) -> None:
        books = self._books
        meanwhile = None if books is None or books.newer is None else books.path
        if meanwhile == self._meanwhile:
            return
        if meanwhile is not None:
            _LOGGER.error(
                "The sessions in %s were written by a later version, and are left alone."
                " New ones are kept in %s until that version runs again",
                self._path,
                meanwhile,
            )
        self._meanwhile = meanwhile
        self._on_newer(meanwhile)

    def _tell_broken(self, aside: Path, err: BrokenBooksError) -> None:
        copied = self._books.restored if self._books is not None else None
        _LOGGER.error(
            "The books of the sessions in %s are broken (%s). They were set aside as"
            " %s, and %s",
            self._path,
            err,
            aside.name,
            "new ones are begun"
            if copied is None
            else f"their copy of {copied:%Y-%m-%d %H:%M} UTC took their place",
        )
        self._on_broken(aside, copied)

    def _do[T](self, job: Callable[[SqliteStore], T]) -> T:
        if self._books is None:
            self._path.parent.mkdir(exist_ok=True)
            # A link stays a link, and its target may be absent.
            self._books = SqliteStore(self._path.resolve())
        try:
            return job(self._books)
        except sqlite3.Error as err:
            # After a lost disk, or a moved file, the file has to be opened again.
            if getattr(err, "sqlite_errorcode", None) != sqlite3.SQLITE_FULL:
                self._close()
            raise

    def _close(self) -> None:
        if self._books is not None:
            self._books.close()
            self._books = None

    def _set_aside(self) -> Path:
        path = self._path.resolve() if self._books is None else self._books.path
        self._close()
        return set_aside(path, utcnow())

    def _set_trouble(self, trouble: str | None) -> None:
        if trouble == self._trouble:
            return
        if trouble is not None and self._trouble is not None:
            _LOGGER.debug("The sessions still cannot be saved: %s", trouble)
        elif trouble is not None:
            _LOGGER.error(
                "The sessions cannot be saved in %s: %s. They are kept in memory, and"
                " this is tried again every %d seconds",
                self._path,
                trouble,
                _RETRY,
            )
        else:
            _LOGGER.warning("The sessions are saved again in %s", self._path)
        self._trouble = trouble
        self._on_trouble(trouble)

    def take_over(self, before: StoreWriter) -> None:
        """Take over the unsaved changes of a closed writer; see `load`."""
        self._unsaved = before._unsaved | self._unsaved
        self._last_seq = max(self._last_seq, before._last_seq)
        if before.beside.has_unwritten:
            self.beside_before = before.beside
        if self._unsaved:
            self._flush_in(0.0)

    @property
    def has_unsaved(self) -> bool:
        """Return whether there are unsaved changes."""
        return bool(self._unsaved) or self.beside.has_unwritten

    @property
    def unsaved(self) -> int:
        """The number of sessions with unsaved changes."""
        return len(self._unsaved)

    @override
    async def load(
        self, late: Callable[[list[Transaction]], None] = lambda _: None
    ) -> tuple[int, list[Transaction]]:
        """Open the database; return the transactions to keep in memory."""
        async with self._lock:
            found = await self._work(self._load)
        self._late = late if found is None else None
        # Ids come from the clock; ids that cannot be read may be slightly ahead of it.
        last_seq, loaded, beside = found or (
            int(utcnow().timestamp()) + _AHEAD,
            [],
            None,
        )
        if found is not None:
            self.beside.loaded(beside)
        self._last_seq = max(self._last_seq, last_seq)
        if self._unsaved:
            known = {one.key: one for one in loaded} | self._unsaved
            loaded = at_hand(filter(None, known.values()))
        self._at_hand = lambda: loaded
        self._copy_in(_COPY_FIRST)
        return self._last_seq, loaded

    def _load(self, books: SqliteStore) -> tuple[int, list[Transaction], Any]:
        try:
            return (*books.load(), books.ask(self.beside.read))
        except QuestionError as err:
            raise BrokenBooksError(str(err)) from err

    # The second copy.

    def _copy_in(self, seconds: float) -> None:
        if self._closed or self._copy_timer is not None:
            return
        self._copy_timer = asyncio.get_running_loop().call_later(
            seconds, self._begin_copy
        )

    def _begin_copy(self) -> None:
        self._copy_timer = None
        self._copying = asyncio.get_running_loop().create_task(self._copy())

    async def _copy(self) -> None:
        """Copy the database between two writes."""
        async with self._lock:
            if not self._closed and self._trouble is None:
                await self._work(self._copy_if_due)
        self._copy_in(_COPY_CHECK)

    def _copy_if_due(self, books: SqliteStore) -> None:
        """Copy the database once a day; a failure is only logged."""
        try:
            books.copy_if_due(_COPY_AGE)
        except (sqlite3.Error, OSError) as err:
            if not self._copy_failed:
                _LOGGER.warning("The books in %s cannot be copied: %s", self._path, err)
            self._copy_failed = True
        else:
            self._copy_failed = False

    @override
    async def save(self, changes: LedgerChanges) -> None:
        """Save changes; return when they are on the disk, or a failure is reported."""
        self._take(changes)
        await self.flush()

    def _take(self, changes: LedgerChanges) -> None:
        self._unsaved |= changes.transactions
        self._last_seq = changes.last_seq
        self._at_hand = changes.at_hand

    @override
    def save_later(self, changes: Callable[[], LedgerChanges]) -> None:
        """Save within a minute, and at the latest when the program ends."""
        self._later = changes
        self._flush_in(_DELAY)

    @override
    def save_soon(self, changes: Callable[[], LedgerChanges]) -> None:
        """Start to save immediately, without waiting for the result."""
        self._later = changes
        self._flush_in(0.0)

    def _flush_in(self, seconds: float) -> None:
        if self._closed:
            return
        loop = asyncio.get_running_loop()
        when = loop.time() + seconds
        # An earlier timer stays: repeated calls would delay it for ever.
        if self._timer is not None and self._timer.when() <= when:
            return
        self._cancel_timer()
        self._timer = loop.call_at(when, self._begin_flush)

    def _begin_flush(self) -> asyncio.Task[None]:
        self._cancel_timer()
        if self._flush is None:
            self._flush = asyncio.get_running_loop().create_task(self._write())
        return self._flush

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def flush(self) -> None:
        """Save all unsaved changes; simultaneous calls share one write."""
        if self._closed:
            return
        # The write continues if the connection that waits for it is closed.
        await asyncio.shield(self._begin_flush())

    async def _write(self) -> None:
        async with self._lock:
            # Changes from here on belong to the next write.
            self._flush = None
            await self._catch_up()
            if self._later is not None:
                later, self._later = self._later, None
                self._take(later())
            if (
                not self._unsaved
                and self._trouble is None
                and not self.beside.has_unwritten
            ):
                return
            if (done := await self._work(self._write_unsaved)) is None:
                return
            written, beside = done
            self.beside.written(beside)
            for key, transaction in written.items():
                if self._unsaved.get(key) is transaction:
                    self._unsaved.pop(key, None)
            self._set_trouble(None)

    async def _catch_up(self) -> None:
        """Load what could not be read at the start, before the first write."""
        if self._late is None or (found := await self._work(self._load)) is None:
            return
        late, self._late = self._late, None
        self._last_seq = max(self._last_seq, found[0])
        self.beside.loaded(found[2])
        late([one for one in found[1] if one.key not in self._unsaved])

    def _write_unsaved(
        self, books: SqliteStore
    ) -> tuple[dict[TransactionKey, Transaction | None], Unwritten]:
        # Copied here, as a new file after a broken one needs more transactions. What
        # is beside them comes second: a session without it would never be told.
        unsaved = dict(self._unsaved)
        beside = self.beside.unwritten()
        statements = [statement for _, statement in beside.values()]
        books.write(self._last_seq, unsaved, statements)
        return unsaved, beside

    def write_soon(self) -> None:
        """Start to save immediately what is kept beside the sessions."""
        self._flush_in(0.0)

    def write_later(self) -> None:
        """Save what is kept beside the sessions within a minute."""
        self._flush_in(_DELAY)

    async def close(self) -> None:
        """Save all unsaved changes, and close the file."""
        if self._closed:
            return
        await self.flush()
        self._closed = True
        self._cancel_timer()
        if self._copy_timer is not None:
            self._copy_timer.cancel()
            self._copy_timer = None
        loop = asyncio.get_running_loop()
        async with self._lock:
            await loop.run_in_executor(self._thread, self._close)
        if self._copying is not None:
            await self._copying
        await loop.run_in_executor(None, self._thread.shutdown)

    @property
    def _memory(self) -> MemoryStore:
        """The unsaved transactions."""
        memory = MemoryStore()
        memory.transactions = {
            key: one for key, one in self._unsaved.items() if one is not None
        }
        return memory

    async def _ask(
        self, question: Callable[[SqliteStore], Transaction | None]
    ) -> Transaction | None:
        async with self._lock:
            found = await self._work(question)
        if found is not None and found.key in self._unsaved:
            return self._unsaved[found.key]
        return found

    @override
    async def find(
        self, charge_point_id: str, transaction_id: str
    ) -> Transaction | None:
        """Return the newest transaction with that id."""
        return await self._memory.find(
            charge_point_id, transaction_id
        ) or await self._ask(lambda books: books.find(charge_point_id, transaction_id))

    @override
    async def find_start(self, reported: ReportedStart) -> Transaction | None:
        """Return the transaction that an equal StartTransaction opened."""
        return await self._memory.find_start(reported) or await self._ask(
            lambda books: books.find_start(reported)
        )

    @override
    async def find_stop(self, reported: ReportedStop) -> Transaction | None:
        """Return the transaction that an equal StopTransaction ended."""
        return await self._memory.find_stop(reported) or await self._ask(
            lambda books: books.find_stop(reported)
        )

    @override
    async def sessions(self, wanted: SessionFilter) -> list[Transaction]:
        """Return sessions, from the oldest to the newest."""
        return self._with_unsaved(await self._saved(wanted) or [], wanted)

    @override
    async def all_sessions(self, wanted: SessionFilter) -> list[Transaction] | None:
        """Return the same as `sessions`; None if not all sessions can be read.

        That is while the disk fails, and while the database is of a later version.
        """
        found = await self._saved(wanted)
        if found is None or self._meanwhile is not None:
            return None
        return self._with_unsaved(found, wanted)

    async def _saved(self, wanted: SessionFilter) -> list[Transaction] | None:
        await self.flush()
        async with self._lock:
            return await self._work(lambda books: books.sessions(wanted))

    def _with_unsaved(
        self, found: list[Transaction], wanted: SessionFilter
    ) -> list[Transaction]:
        if not self._unsaved:
            return found
        return in_order(
            [one for one in found if one.key not in self._unsaved]
            + [one for one in self._unsaved.values() if one and wanted.matches(one)]
        )

    async def ask[T](self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Return the answer to a question to the database of all sessions.

        While the disk fails, it is asked of the sessions that are known otherwise.

        Args:
            question: Runs in the thread, with the tables of `sqlite_schema`; it must
                only read.

        Raises:
            QuestionError: The question is wrong.
        """
        await self.flush()
        if not self._unsaved:
            async with self._lock:
                found = await self._work(lambda books: books.ask(question))
            if found is not None:
                return found
        every = SessionFilter(refused=True, struck_out=True)
        known = {one.key: one for one in self._at_hand()} | {
            one.key: one for one in await self.sessions(every)
        }

        def asked() -> T:
            with closing(in_memory(known.values())) as connection:
                return question(connection)

        return await asyncio.get_running_loop().run_in_executor(self._thread, asked)

    @override
    async def latest_of_tags(self) -> list[Transaction]:
        """Return the last session of each id tag."""
        return await self.ask(latest_of_tags)

    @override
    async def count(self) -> dict[str, int]:
        """Return the number of sessions by charge point id."""
        await self.flush()
        async with self._lock:
            counts = await self._work(SqliteStore.count)
        # If the disk fails, only the sessions in memory are known.
        return await self._memory.count() if counts is None else counts
