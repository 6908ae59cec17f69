"""When each id tag was last used, and where."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from ..csms.model.tags import tag_key
from ..csms.transactions.ledger import Ledger
from ..csms.transactions.transaction import Transaction, TransactionKey


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """The last session of an id tag."""

    session: TransactionKey
    when: datetime
    """When it began."""
    charge_point_id: str
    connector_id: int


class LastUses:
    """Knows the last session of each id tag, from the books and from the ledger.

    A session counts with its own time, also if its charger was offline. Refused starts
    and sessions that were struck out do not count.
    """

    def __init__(self, ledger: Ledger, doubtful: Callable[[], None]) -> None:
        """Follow a ledger.

        Args:
            ledger: The ledger.
            doubtful: Called when the books have to be read again, as the last session
                of a tag was corrected or removed.
        """
        self._doubtful = doubtful
        self._uses: dict[str, Use] = {}
        """By the `tag_key` of the tag."""
        self._tags: dict[TransactionKey, str] = {}
        """The tags of their sessions."""
        self._noted: list[Transaction] | None = None
        """What was begun while the books are being read."""
        self._watchers: dict[str, dict[Callable[[], None], None]] = {}
        ledger.watch(self._note)

    def of(self, id_tag: str) -> Use | None:
        """Return the last session of a tag; None without one."""
        return self._uses.get(tag_key(id_tag))

    def watch(self, id_tag: str, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` when a tag is used; return a function that ends that."""
        watchers = self._watchers.setdefault(tag_key(id_tag), {})
        watchers[watcher] = None

        def stop() -> None:
            watchers.pop(watcher, None)

        return stop

    def reading(self) -> None:
        """Note what begins from now on, as the books are being read."""
        self._noted = []

    def take(self, transactions: Iterable[Transaction]) -> None:
        """Take the last session of each tag from the books, and what began since."""
        noted, self._noted = self._noted or [], None
        before, self._uses = self._uses, {}
        self._tags = {}
        for one in (*transactions, *noted):
            self._count(one)
        for tag in before.keys() | self._uses.keys():
            if before.get(tag) != self._uses.get(tag):
                self._tell(tag)

    def _note(self, key: TransactionKey, transaction: Transaction | None) -> None:
        """Process a change of a session, usually a meter value; None if removed."""
        if (tag := self._tags.get(key)) is not None:
            if (
                transaction is None
                or transaction.start != self._uses[tag].when
                or not _counts(transaction)
                or tag_key(transaction.id_tag) != tag
            ):
                self._doubtful()
            return
        if transaction is None:
            return
        if self._noted is not None:
            self._noted.append(transaction)
        if (used := self._count(transaction)) is not None:
            self._tell(used)

    def _count(self, transaction: Transaction) -> str | None:
        """Take a session if it is the last one of its tag, which is returned."""
        tag = tag_key(transaction.id_tag)
        before = self._uses.get(tag)
        if (
            not tag
            or (before is not None and before.when >= transaction.start)
            or not _counts(transaction)
        ):
            return None
        if before is not None:
            self._tags.pop(before.session, None)
        self._tags[transaction.key] = tag
        self._uses[tag] = Use(
            session=transaction.key,
            when=transaction.start,
            charge_point_id=transaction.charge_point_id,
            connector_id=transaction.connector_id,
        )
        return tag

    def _tell(self, tag: str) -> None:
        for watcher in list(self._watchers.get(tag, ())):
            watcher()


def _counts(transaction: Transaction) -> bool:
    return not transaction.struck_out and not transaction.refused
