"""The reservations of a charge point, from their acceptance to their end.

A reservation ends when it is used, cancelled or expired, or when the status of the
charge point shows that it has ended (OCPP 1.6, 5.13).
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
import logging
from typing import Any, Self

from ..model.changes import Changes
from ..model.model import ConnectorStatus, new_id, utcnow
from ..model.records import UNREADABLE, from_record
from ..model.tags import tag_key

_LOGGER = logging.getLogger(__name__)

_NOT_RESERVED = frozenset(
    {
        ConnectorStatus.AVAILABLE,
        ConnectorStatus.FAULTED,
        ConnectorStatus.UNAVAILABLE,
    }
)
"""The states that show that a reserved connector is not reserved any more (5.13)."""

_TOLERANCE = timedelta(seconds=60)
"""The time by which a transaction may seem to begin before its reservation."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reservation:
    """A reservation of a connector for an id tag."""

    id: int
    connector_id: int
    """0 is any connector."""
    id_tag: str
    parent_id_tag: str | None = None
    expires: datetime
    made: datetime
    shown_at: int | None = None
    """The connector that reported the status Reserved for it."""

    def is_for(self, id_tag: str, parent_id_tag: str | None) -> bool:
        """Return whether an id tag, or its parent id tag, may use the reservation."""
        return tag_key(id_tag) == tag_key(self.id_tag) or (
            self.parent_id_tag is not None
            and parent_id_tag is not None
            and tag_key(parent_id_tag) == tag_key(self.parent_id_tag)
        )

    def as_record(self) -> dict[str, Any]:
        """Return the reservation as JSON values."""
        return asdict(self) | {
            "expires": self.expires.isoformat(),
            "made": self.made.isoformat(),
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """Return the reservation of an `as_record`; raises ValueError for others."""
        return from_record(cls, record)


class Reservations:
    """The open reservations of a charge point.

    Watchable fields: `reservation` of each connector, with 0 for any connector, and
    `reservations` of the charge point (a connector has its first reservation).
    """

    def __init__(
        self, changes: Changes, connector_numbers: Callable[[], list[int]]
    ) -> None:
        """Start without reservations.

        Args:
            changes: The changed fields of the charge point.
            connector_numbers: Returns the numbers of its connectors.
        """
        self._changes = changes
        self._connector_numbers = connector_numbers
        self._open: dict[int, Reservation] = {}
        # Requested reservations that the charge point has not answered.
        self._asked: dict[int, Reservation] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.ever: set[int] = set()
        """The connectors, including 0, that have had a reservation since the start."""
        self.changed: Callable[[], None] = lambda: None
        """Called when the records to store for a restart have changed."""

    def __iter__(self) -> Iterator[Reservation]:
        """Yield the open reservations in the order of their expiry."""
        return iter(sorted(self._open.values(), key=lambda one: one.expires))

    def of(self, connector_id: int) -> Reservation | None:
        """Return the reservation of a connector; 0 is that of any connector.

        Of several it is the first to expire. The only connector of a charge point also
        has the reservation of any connector.
        """
        return next(iter(self._of(connector_id)), None)

    def meant(self, connector_id: int | None) -> list[Reservation]:
        """Return the reservations of a connector, or all reservations with None."""
        return list(self) if connector_id is None else self._of(connector_id)

    def _of(self, connector_id: int) -> list[Reservation]:
        numbers = {connector_id}
        if self._connector_numbers() == [connector_id]:
            numbers.add(0)
        return [one for one in self if one.connector_id in numbers]

    def load(self, records: Iterable[dict[str, Any]]) -> None:
        """Restore the reservations from before a restart."""
        for record in records:
            try:
                one = Reservation.from_record(record)
            except UNREADABLE as err:
                _LOGGER.warning("A saved reservation cannot be read: %s", err)
                continue
            self._open[one.id] = one
            self._mark(one)
        self._expire()

    def records(self) -> list[dict[str, Any]]:
        """Return the records for `load`."""
        return [one.as_record() for one in self]

    def new_id(self) -> int:
        """Return an id that no open reservation has."""
        while (number := new_id()) in self._open or number in self._asked:
            pass
        return number

    # Requests of the central system.

    def asked(self, reservation: Reservation) -> None:
        """Note a ReserveNow that is being sent.

        The status Reserved may overtake the answer.
        """
        before = self._open.get(reservation.id)
        if before is not None and before.connector_id == reservation.connector_id:
            # The status stays the same, and is not reported again.
            reservation = replace(reservation, shown_at=before.shown_at)
        self._asked[reservation.id] = reservation

    def answered(self, reservation_id: int, *, accepted: bool) -> None:
        """Note the answer to a ReserveNow."""
        reservation = self._asked.pop(reservation_id, None)
        if reservation is None or not accepted:
            return
        for other in list(self._open.values()):
            if other.id == reservation.id or (
                # A connector has only one reservation, so an older one has ended.
                other.connector_id == reservation.connector_id != 0
            ):
                self._remove(other)
        self._open[reservation.id] = reservation
        self._mark(reservation)
        self._expire()
        self.changed()

    def cancelled(self, reservation_id: int) -> None:
        """Note that the charge point does not have the reservation any more."""
        if (one := self._open.get(reservation_id)) is not None:
            self._end([one])

    # Reports of the charge point.

    def used(
        self,
        connector_id: int,
        *,
        id_tag: str,
        parent_id_tag: str | None,
        reservation_id: int | None,
        start: datetime,
        repeated: bool,
    ) -> None:
        """Note a transaction that may use a reservation.

        Args:
            connector_id: The connector of the transaction.
            id_tag: Its id tag.
            parent_id_tag: The parent id tag of that, if any.
            reservation_id: The reservation that it names, if any.
            start: Its start by our clock.
            repeated: Whether its StartTransaction is a repetition. That, and one
                without an id, may be from before the reservation.
        """
        told = self._open.get(reservation_id) if reservation_id is not None else None
        if told is not None and (not repeated or self._is_recent(told, start)):
            self._end([told])
            return
        candidates = [
            one
            for one in self
            if one.connector_id in (connector_id, 0)
            and one.is_for(id_tag, parent_id_tag)
            and self._is_recent(one, start)
        ]
        # A reservation of the connector comes before one of any connector.
        candidates.sort(key=lambda one: not one.connector_id)
        self._end(candidates[:1])

    @staticmethod
    def _is_recent(reservation: Reservation, start: datetime) -> bool:
        return start + _TOLERANCE >= reservation.made

    def status_told(self, connector_id: int, status: ConnectorStatus) -> None:
        """Note the status that a connector reports."""
        if not self._open and not self._asked:
            return
        if status is ConnectorStatus.RESERVED:
            self._shown(connector_id)
        elif status in _NOT_RESERVED:
            self._gone(connector_id, status)

    def _shown(self, connector_id: int) -> None:
        """Assign the status Reserved of a connector to a reservation."""
        known = [*self._asked.values(), *self]
        own = [one for one in known if one.connector_id == connector_id]
        of_any = [one for one in known if one.connector_id == 0]
        if not own and any(one.shown_at == connector_id for one in of_any):
            return
        # A charge point may reserve another connector than it did before.
        unseen = [one for one in of_any if one.shown_at is None] or of_any
        for one in (own or unseen)[:1]:
            if one.shown_at == connector_id:
                return
            kept = self._asked if one.id in self._asked else self._open
            kept[one.id] = replace(one, shown_at=connector_id)
            if kept is self._open:
                self.changed()

    def _gone(self, connector_id: int, status: ConnectorStatus) -> None:
        """End the reservation that a connector does not show any more."""
        several = len(self._connector_numbers()) > 1
        ended = []
        for one in self:
            if one.shown_at != connector_id:
                continue
            if (
                one.connector_id != connector_id
                and several
                and status is not ConnectorStatus.AVAILABLE
            ):
                # Another connector can replace a connector that is out of order.
                self._open[one.id] = replace(one, shown_at=None)
                self.changed()
            else:
                ended.append(one)
        self._end(ended)

    # Internal methods.

    def _end(self, ended: list[Reservation]) -> None:
        if not ended:
            return
        for one in ended:
            self._remove(one)
        self._start_timer()
        self.changed()

    def _remove(self, reservation: Reservation) -> None:
        self._open.pop(reservation.id, None)
        self._mark(reservation)

    def _mark(self, reservation: Reservation) -> None:
        mark = self._changes.mark
        number = reservation.connector_id
        if number not in self.ever:
            self.ever.add(number)
            mark(0, "reservations")
        mark(number, "reservation")
        if not number:
            # The only connector also has the reservation of any connector.
            for other in self._connector_numbers():
                mark(other, "reservation")

    def _expire(self) -> None:
        """End expired reservations, and wait for the next expiry."""
        now = utcnow()
        self._end([one for one in self if one.expires <= now])
        self._start_timer()

    def _start_timer(self) -> None:
        self._stop_timer()
        if (first := next(iter(self), None)) is not None:
            seconds = (first.expires - utcnow()).total_seconds()
            self._timer = asyncio.get_running_loop().call_later(
                max(0.0, seconds), self._expire
            )

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def close(self) -> None:
        """Cancel the timer."""
        self._stop_timer()
