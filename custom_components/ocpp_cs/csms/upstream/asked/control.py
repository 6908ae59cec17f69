"""Starts, stops and reservations that an upstream asks for."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ...access.claims import Claim
from ...charge_point import ChargePoint
from ...commands import Answer
from ...model.errors import CallErrorReceivedError, CsmsError, RefusedError
from ...model.model import ConnectorStatus, utcnow
from ...model.profile import ChargingProfile
from ...model.records import UNREADABLE, from_record, to_record
from ...model.tags import Tag, TagKind, tag_key
from ...transactions.transaction import Transaction
from ..memory import StationMemory
from ..model import Role, ToldSession, UpstreamSettings
from ..told.books import UpstreamBooks
from .limits import is_for_start
from .reservations import Reservation, UpstreamReservations

_ANSWER_S: Final = 25.0
"""Seconds for the answer of the charge point: the upstream waits for ours."""

_BEGINS_WITHIN: Final = timedelta(minutes=10)
"""The time for a session to begin after its start was accepted."""

_MOST_STARTS: Final = 10
"""Accepted starts that wait for their session."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StartWish:
    """A start that an upstream asks for (1.6: 5.11; 2.0.1: F01, F02)."""

    tag: Tag
    connector_id: int | None = None
    profile: ChargingProfile | None = None
    remote_start_id: int | None = None
    """The number of the request (2.x)."""


@dataclass(kw_only=True, slots=True)
class _Start:
    """A start that the charge point may have accepted."""

    wish: StartWish
    claim: Claim
    session: str | None = None
    """The id of the session that began with it."""
    own_remote_start_id: int | None = None
    """The number of our request to the charge point (2.x)."""

    def record(self) -> dict[str, Any]:
        """Return what is kept of it over a restart."""
        profile = self.wish.profile
        return {
            "tag": self.wish.tag.id,
            "connector": self.wish.connector_id,
            "remote": self.wish.remote_start_id,
            "profile": None if profile is None else to_record(profile),
            "expires": self.claim.expires.isoformat(),
            "session": self.session,
            "own": self.own_remote_start_id,
        }


class Control:
    """Starts, stops and reservations; refused without the role for them."""

    def __init__(
        self,
        settings: UpstreamSettings,
        memory: StationMemory,
        charge_point: ChargePoint,
        books: UpstreamBooks,
        *,
        limit: Callable[[Transaction, ChargingProfile], bool] = lambda session, one: (
            False
        ),
    ) -> None:
        """Answer by these settings.

        Args:
            settings: The settings of the upstream.
            memory: Where its starts and reservations are kept.
            charge_point: The charge point that it is about.
            books: The sessions that it is told of.
            limit: Takes the profile of a start, once its session runs.
        """
        self._settings = settings
        self._memory = memory
        self._charge_point = charge_point
        self._books = books
        self._limit = limit
        self._starts: list[_Start] = []
        self._tasks: set[asyncio.Task[Answer]] = set()
        self._starting = False
        self.reservations = UpstreamReservations(settings, memory, charge_point)
        self._recall()

    @property
    def _may(self) -> bool:
        return self._settings.has(Role.START_STOP)

    # Starts.

    async def start(self, wish: StartWish) -> bool:
        """Start a session; return whether that is accepted."""
        charge_point, number = self._charge_point, wish.connector_id or None
        tag = wish.tag
        if (
            not self._may
            or self._starting
            or not charge_point.connected
            or (not tag.id and tag.kind is not TagKind.NO_AUTHORIZATION)
            or (number is not None and number not in charge_point.connectors)
            or not self._may_limit(wish.profile)
            or not self._has_room(number, tag)
        ):
            return False
        start = _Start(
            wish=wish,
            claim=Claim(
                by=self._settings.id,
                id_tag=tag.id,
                connector_id=number or 0,
                expires=utcnow() + _BEGINS_WITHIN,
            ),
        )
        # The charge point may begin before it answers, and later than we wait.
        self._add(start)
        self._starting = True
        try:
            answer = await self._asked(
                charge_point.commands.start_transaction(
                    connector_id=number, id_tag=tag.id or None
                )
            )
        except RefusedError, CallErrorReceivedError:
            self._drop(start)
            return False
        except CsmsError, TimeoutError:
            return False
        finally:
            self._starting = False
        own_id = answer.get("remote_start_id")
        start.own_remote_start_id = own_id if isinstance(own_id, int) else None
        self._keep()
        await self._memory.write()
        return True

    def _may_limit(self, profile: ChargingProfile | None) -> bool:
        """Return whether the profile of a start makes sense, if it is to be obeyed."""
        return (
            profile is None
            or not self._settings.has(Role.LIMIT)
            or is_for_start(profile, utcnow())
        )

    def _has_room(self, number: int | None, tag: Tag) -> bool:
        """Return whether a session can begin at a connector, or at any."""
        connectors = self._charge_point.connectors
        claims = self._charge_point.claims
        return any(
            one.transaction is None
            and one.status not in (ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE)
            and not claims.is_reserved(one.number, tag.id)
            for one in connectors.values()
            if number in (None, one.number)
        )

    async def _asked(self, command: Coroutine[Any, Any, Answer]) -> Answer:
        """Return the answer to a command; raise TimeoutError if it takes too long.

        The command goes on then: the charge point has it, or will get it.
        """
        task: asyncio.Task[Answer] = asyncio.get_running_loop().create_task(command)
        self._tasks.add(task)
        task.add_done_callback(self._over)
        await asyncio.wait((task,), timeout=_ANSWER_S)
        if not task.done():
            raise TimeoutError
        return task.result()

    def _over(self, task: asyncio.Task[Answer]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            # Somebody may have given up waiting for it.
            task.exception()

    def _add(self, start: _Start) -> None:
        self._forget_expired()
        while len(self._starts) >= _MOST_STARTS:
            self._drop(self._starts[0])
        self._starts.append(start)
        self._charge_point.claims.add(start.claim)
        self._keep()

    def _drop(self, start: _Start) -> None:
        if start in self._starts:
            self._starts.remove(start)
        self._charge_point.claims.remove(start.claim)
        self._keep()

    def _forget_expired(self) -> None:
        now = utcnow()
        for start in [one for one in self._starts if one.claim.expires <= now]:
            self._drop(start)

    def _keep(self) -> None:
        records = [one.record() for one in self._starts]
        self._memory.put("starts", records or None)

    def _recall(self) -> None:
        known = self._memory.get("starts")
        for record in known if isinstance(known, list) and self._may else ():
            try:
                profile = record.get("profile")
                wish = StartWish(
                    tag=Tag(str(record["tag"])),
                    connector_id=record["connector"],
                    remote_start_id=record["remote"],
                    profile=profile and from_record(ChargingProfile, profile),
                )
                start = _Start(
                    wish=wish,
                    claim=Claim(
                        by=self._settings.id,
                        id_tag=wish.tag.id,
                        connector_id=wish.connector_id or 0,
                        expires=datetime.fromisoformat(record["expires"]),
                    ),
                    session=record.get("session"),
                    own_remote_start_id=record.get("own"),
                )
            except UNREADABLE:
                continue
            self._starts.append(start)
            self._charge_point.claims.add(start.claim)
        self._forget_expired()

    def began(self, session: Transaction) -> StartWish | None:
        """Return the start with which a session of the charge point has begun.

        Called once for each session, when it is decided whom it is told to.
        """
        if not self._starts:
            return None
        self._forget_expired()
        for start in self._starts:
            if start.session is None and self._is_of(start, session):
                break
        else:
            return None
        start.session = session.id
        self._keep()
        if (profile := start.wish.profile) is not None:
            self._limit(session, profile)
        return start.wish

    @staticmethod
    def _is_of(start: _Start, session: Transaction) -> bool:
        if not start.claim.covers(session.connector_id):
            return False
        told = session.details.remote_start_id
        if told is not None and start.own_remote_start_id is not None:
            return told == start.own_remote_start_id
        return tag_key(session.id_tag) == start.wish.tag.key

    # Stops.

    async def stop(self, told_id: str) -> bool:
        """Stop a session by the id that the upstream knows; return whether it is tried."""
        told = self._told(told_id)
        if not self._may or told is None or told.ended:
            return False
        session = self._running(told)
        if session is None:
            return False
        try:
            await self._asked(
                self._charge_point.commands.stop_transaction(
                    connector_id=session.connector_id, transaction_id=session.id
                )
            )
        except CsmsError, TimeoutError:
            return False
        return True

    def _told(self, told_id: str) -> ToldSession | None:
        # The same id may have been given twice: the later one is meant.
        found = [
            one
            for one in self._books.told_sessions(
                self._settings.id, self._charge_point.id
            )
            if one.told_id == told_id
        ]
        return max(found, key=lambda one: (not one.ended, one.key[2]), default=None)

    def _running(self, told: ToldSession) -> Transaction | None:
        running = self._charge_point.ledger.running(self._charge_point.id)
        return next((one for one in running if one.key == told.key), None)

    def session_status(self, told_id: str | None) -> tuple[bool | None, bool]:
        """Return whether a session goes on, and whether messages about it wait.

        Args:
            told_id: The id that the upstream knows; None asks for any messages (2.0.1:
                E14).

        Returns:
            None in the first place if the session is not known, or none was named.
        """
        books, upstream = self._books, self._settings.id
        if told_id is None:
            return None, books.waiting(upstream, self._charge_point.id) > 0
        if (told := self._told(told_id)) is None:
            return None, False
        return (
            self._running(told) is not None,
            bool(books.of_session(upstream, told.key)),
        )

    # Reservations.

    def reserve(self, wish: Reservation) -> str:
        """Reserve a connector.

        Returns:
            `accepted`, `faulted`, `occupied`, `rejected` or `unavailable`.
        """
        return self.reservations.reserve(wish)

    def cancel_reservation(self, id: int) -> bool:
        """Cancel a reservation; return whether there was one."""
        return self.reservations.cancel(id)

    def close(self) -> None:
        """Withdraw all claims at the charge point; they stay in the memory."""
        for start in self._starts:
            self._charge_point.claims.remove(start.claim)
        self.reservations.close()
