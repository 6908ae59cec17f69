"""The sessions of a server: those in the database, and those that run."""

from collections.abc import Callable
from sqlite3 import Connection

from ..csms.transactions.ledger import Ledger
from ..csms.transactions.storage import SessionFilter
from ..csms.transactions.transaction import Transaction
from ..csms.transactions.writer import StoreWriter


class Sessions:
    """Finds and corrects the sessions of a server."""

    def __init__(
        self, storage: StoreWriter, ledger: Ledger, corrected: Callable[[str], None]
    ) -> None:
        """Ask the database, and the ledger for what runs.

        Args:
            storage: The database.
            ledger: The ledger.
            corrected: Called with the id of a charge point whose session was corrected.
        """
        self._storage = storage
        self._ledger = ledger
        self._corrected = corrected

    @property
    def unsaved(self) -> int:
        """The number of sessions that are not written to disk yet."""
        return self._storage.unsaved

    async def async_count(self) -> dict[str, int]:
        """Return the number of stored sessions by charge point."""
        return await self._storage.count()

    async def async_find(self, wanted: SessionFilter) -> list[Transaction]:
        """Return stored sessions, from the oldest to the newest.

        Running sessions are taken from the ledger, as the database has only their
        beginning.
        """
        return self._with_running(await self._storage.sessions(wanted))

    async def async_find_all(self, wanted: SessionFilter) -> list[Transaction] | None:
        """Return the same as `async_find`; None if not all of them can be read."""
        found = await self._storage.all_sessions(wanted)
        return None if found is None else self._with_running(found)

    def _with_running(self, found: list[Transaction]) -> list[Transaction]:
        running = {
            live.key: live
            for charge_point_id in {one.charge_point_id for one in found if not one.end}
            for live in self._ledger.running(charge_point_id)
        }
        return [one if one.end else running.get(one.key, one) for one in found]

    async def async_ask[T](self, question: Callable[[Connection], T]) -> T:
        """Return the answer to a question to the database.

        Running sessions have in it what was last saved of them.
        """
        return await self._storage.ask(question)

    async def async_edit(
        self, session: Transaction, change: Callable[[Transaction], Transaction]
    ) -> Transaction:
        """Change a stored session at a user's request, and return the result."""
        changed = await self._ledger.edit(session, change)
        self._corrected(changed.charge_point_id)
        return changed
