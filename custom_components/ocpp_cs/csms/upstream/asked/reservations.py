"""The reservations of an upstream, which are kept here and not in the charge point."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ...access.claims import Claim
from ...charge_point import ChargePoint
from ...connector import Connector
from ...model.model import ConnectorStatus, utcnow
from ...model.tags import Tag
from ...transactions.transaction import Transaction
from ..memory import StationMemory
from ..model import Role, UpstreamSettings

_MOST: Final = 20
"""Reservations of one upstream at one charge point."""

_LONGEST_TIMER_S: Final = 86400.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reservation:
    """A reservation that an upstream asks for (1.6: 5.13; 2.0.1: H01)."""

    id: int
    connector_id: int
    """The connector; 0 is any."""
    tag: Tag
    expires: datetime
    parent: str | None = None

    def record(self) -> dict[str, Any]:
        """Return what is kept of it over a restart."""
        return {
            "id": self.id,
            "connector": self.connector_id,
            "tag": self.tag.id,
            "expires": self.expires.isoformat(),
            "parent": self.parent,
        }


class UpstreamReservations:
    """The open reservations of one upstream at one charge point."""

    def __init__(
        self,
        settings: UpstreamSettings,
        memory: StationMemory,
        charge_point: ChargePoint,
    ) -> None:
        """Begin with those of before."""
        self._settings = settings
        self._memory = memory
        self._charge_point = charge_point
        self._open: dict[int, tuple[Reservation, Claim]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self.changed: Callable[[], None] = lambda: None
        """Called when there is one more, or one less."""
        known = memory.get("reservations")
        if isinstance(known, list) and settings.has(Role.START_STOP):
            for record in known:
                try:
                    self._add(
                        Reservation(
                            id=int(record["id"]),
                            connector_id=int(record["connector"]),
                            tag=Tag(str(record["tag"])),
                            expires=datetime.fromisoformat(record["expires"]),
                            parent=record["parent"],
                        )
                    )
                except KeyError, TypeError, ValueError:
                    continue
        self._expire()

    def reserve(self, wish: Reservation) -> str:
        """Reserve a connector, or change a reservation with the same id.

        Returns:
            `accepted`, `faulted`, `occupied`, `rejected` or `unavailable`.
        """
        connectors = self._charge_point.connectors
        if (
            not self._settings.has(Role.START_STOP)
            or wish.expires <= utcnow()
            or (wish.connector_id and wish.connector_id not in connectors)
            or not connectors
        ):
            return "rejected"
        before = self._open.get(wish.id)
        if before is None and len(self._open) >= _MOST:
            return "rejected"
        if before is not None:
            # What it has reserved itself is no obstacle.
            self._charge_point.claims.remove(before[1])
        wanted = [
            self._state(one)
            for one in connectors.values()
            if wish.connector_id in (0, one.number)
        ]
        status = next(
            (
                one
                for one in ("accepted", "occupied", "faulted", "unavailable")
                if one in wanted
            ),
            "rejected",
        )
        if status != "accepted":
            if before is not None:
                self._charge_point.claims.add(before[1])
            return status
        self._open.pop(wish.id, None)
        self._add(wish)
        self._kept()
        return status

    def _state(self, connector: Connector) -> str:
        """Return whether a connector can be reserved."""
        number = connector.number
        if connector.status is ConnectorStatus.FAULTED:
            return "faulted"
        if (
            connector.status is ConnectorStatus.UNAVAILABLE
            or connector.available is False
            or not self._charge_point.connected
        ):
            return "unavailable"
        if (
            connector.status is not ConnectorStatus.AVAILABLE
            or connector.transaction is not None
            or self._charge_point.reservations.of(number) is not None
            or self._charge_point.claims.is_reserved(number)
        ):
            return "occupied"
        return "accepted"

    def cancel(self, id: int) -> bool:
        """Cancel one (1.6: 5.1; 2.0.1: H02); return whether there was one."""
        return self._end([id] if id in self._open else [])

    def used(self, session: Transaction, parent_id_tag: str | None) -> int | None:
        """End the one that a session uses; return its id.

        Args:
            session: The session, which has just begun.
            parent_id_tag: The group of its id tag, if the upstream has told one.
        """
        for number, (one, claim) in sorted(
            self._open.items(), key=lambda item: not item[1][0].connector_id
        ):
            if claim.covers(session.connector_id) and claim.is_for(
                session.id_tag, parent_id_tag
            ):
                self._end([one.id])
                return number
        return None

    @property
    def numbers(self) -> set[int]:
        """The connectors that are reserved."""
        numbers = {one.connector_id for one, _ in self._open.values()}
        if 0 in numbers and len(self._charge_point.connectors) == 1:
            numbers |= set(self._charge_point.connectors)
        return numbers

    def _add(self, one: Reservation) -> None:
        claim = Claim(
            by=self._settings.id,
            id_tag=one.tag.id,
            connector_id=one.connector_id,
            expires=one.expires,
            parent_id_tag=one.parent,
            is_reservation=True,
        )
        self._open[one.id] = one, claim
        self._charge_point.claims.add(claim)

    def _end(self, ids: list[int]) -> bool:
        for number in ids:
            self._charge_point.claims.remove(self._open.pop(number)[1])
        if ids:
            self._kept()
        return bool(ids)

    def _kept(self) -> None:
        records = [one.record() for one, _ in self._open.values()]
        self._memory.promise("reservations", records or None)
        self._start_timer()
        self.changed()

    def _expire(self) -> None:
        """End those that have expired, and wait for the next one."""
        now = utcnow()
        if not self._end(
            [number for number, (one, _) in self._open.items() if one.expires <= now]
        ):
            self._start_timer()

    def _start_timer(self) -> None:
        self.stop_timer()
        if self._open:
            first = min(one.expires for one, _ in self._open.values())
            seconds = (first - utcnow()).total_seconds()
            self._timer = asyncio.get_running_loop().call_later(
                min(max(seconds, 0.0), _LONGEST_TIMER_S), self._expire
            )

    def stop_timer(self) -> None:
        """Wait for no expiry any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def close(self) -> None:
        """Withdraw all claims at the charge point; they stay in the memory."""
        self.stop_timer()
        for _, claim in self._open.values():
            self._charge_point.claims.remove(claim)
        self._open.clear()
