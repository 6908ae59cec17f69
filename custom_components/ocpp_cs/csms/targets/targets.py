"""Targets that a charge point keeps by itself, so that they hold without us (2.1: E16)."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ..model.capabilities import SessionLimit
from ..model.errors import CsmsError
from .model import LIFTED, Keeping, KeptSession, Limits, is_same, rounded

if TYPE_CHECKING:
    from ..charge_point import ChargePoint


_MOST_INSISTED: Final = 3
_INSISTED_S: Final = 60.0
"""How often a limit is told again, in how many seconds, to one that keeps a higher one.

It may answer each time by an event with its own, which would never end.
"""


def _may_insist(session: KeptSession, kind: SessionLimit) -> bool:
    """Return whether a limit is told again now, and count that."""
    now = asyncio.get_running_loop().time()
    since, times = session.insisted.get(kind, (now, 0))
    if now - since > _INSISTED_S:
        since, times = now, 0
    if times >= _MOST_INSISTED:
        return False
    session.insisted[kind] = since, times + 1
    return True


class Targets:
    """What the sessions of a charge point may reach at most.

    A limit can be told in the answer to an event only: where none is due, one is asked
    for. The charge point confirms what it keeps. Somebody at the charge point may set a
    lower limit, which is never raised without the owner's word.

    Watchable field of the connector: `session_limit`.
    """

    def __init__(self, charge_point: ChargePoint) -> None:
        """Start without any limit."""
        self._charge_point = charge_point
        self._wanted: dict[int, dict[SessionLimit, float]] = {}
        self._sessions: dict[int, KeptSession] = {}
        self._asking: dict[int, asyncio.Task[None]] = {}
        charge_point.watch(("capabilities", "connected", "ready"), self._ready)
        charge_point.version_listeners.append(self._sessions.clear)

    # What is wanted.

    def supported(self) -> frozenset[SessionLimit]:
        """Return the kinds of limits that the charge point knows (E16.FR.12)."""
        return self._charge_point.capabilities.session_limits

    def want(self, number: int, limits: Limits, *, overrule: bool = False) -> None:
        """Set what the session of a connector may reach at most; the next one as well.

        Args:
            number: The connector.
            limits: The limits; what is not in them is not limited.
            overrule: Whether they also count instead of lower ones that were set at the
                charge point (E16.FR.07).
        """
        wanted = rounded(limits)
        session = self._sessions.get(number)
        if session is not None and wanted != self._wanted.get(number, {}):
            session.insisted.clear()
        if overrule and session is not None:
            for kind in wanted.keys() & session.of_driver:
                session.of_driver.discard(kind)
                session.told.pop(kind, None)
        elif wanted == self._wanted.get(number, {}):
            return
        if wanted:
            self._wanted[number] = wanted
        else:
            self._wanted.pop(number, None)
        connector = self._charge_point.connector(number)
        reached = connector.target_reached
        if reached is not None and connector.transaction is None:
            # It has ended the session: another one may begin.
            connector.set_target_reached(None)
        connector.mark("session_limit")
        self._ask(number)

    def due(self, number: int, transaction_id: str) -> dict[SessionLimit, float]:
        """Return the limits to tell in the answer to an event (E16.FR.02, FR.08, FR.12)."""
        session = self._of(number, transaction_id)
        wanted = self._wanted.get(number, {})
        if not wanted and not session.told:
            return {}
        found = {}
        for kind in self.supported():
            value = wanted.get(kind)
            if value is None:
                if kind not in session.told or kind in session.of_driver:
                    continue
                value = LIFTED[kind]
            elif kind in session.of_driver and session.kept[kind] <= value:
                continue
            if not is_same(kind, session.told.get(kind), value):
                found[kind] = value
        return found

    def answered(
        self, number: int, transaction_id: str, limits: Mapping[SessionLimit, float]
    ) -> None:
        """Note what was told in the answer to an event."""
        self._of(number, transaction_id).told |= limits
        self._charge_point.connector(number).mark("session_limit")

    def _ready(self) -> None:
        charge_point = self._charge_point
        for session in self._sessions.values():
            if not charge_point.ready:
                # The answer that has told it may be lost.
                session.told = {
                    kind: value
                    for kind, value in session.told.items()
                    if kind in session.kept
                }
                session.asked.clear()
        for number in list(self._wanted):
            self._ask(number)

    def _ask(self, number: int) -> None:
        """Ask for an event of the running session, if something is to be told."""
        charge_point = self._charge_point
        running = charge_point.connector(number).transaction
        if running is None or not charge_point.ready or number in self._asking:
            return
        due = self.due(number, running.id)
        session = self._of(number, running.id)
        if not due or due == session.asked:
            return
        session.asked = due
        self._asking[number] = asyncio.get_running_loop().create_task(
            self._trigger(number)
        )

    async def _trigger(self, number: int) -> None:
        try:
            await self._charge_point.commands.trigger_message(
                requested_message="transaction_event", connector_id=number
            )
        except CsmsError as err:
            # It is told with the next event.
            self._charge_point.deviations.note("limit_not_triggered", str(err))
        finally:
            self._asking.pop(number, None)

    # What the charge point says.

    def _of(self, number: int, transaction_id: str) -> KeptSession:
        session = self._sessions.get(number)
        if session is None or session.transaction_id != transaction_id:
            session = KeptSession(transaction_id=transaction_id)
            self._sessions[number] = session
            self._charge_point.connector(number).set_target_reached(None)
        return session

    def heard(
        self, number: int, transaction_id: str, limits: Limits, *, offline: bool = False
    ) -> None:
        """Note the limits that a charge point says it keeps (E16.FR.01, FR.03).

        What differs from ours was set at the charge point. If it is higher than ours,
        ours is told again: it has the last word (E16.FR.04, FR.07).

        Args:
            number: The connector.
            transaction_id: The transaction.
            limits: What the charge point says.
            offline: Whether it is of a time without a connection, so that it cannot
                confirm what was told since (E16.FR.18).
        """
        session = self._of(number, transaction_id)
        connector = self._charge_point.connector(number)
        for kind, value in limits.items():
            told, before = session.told.get(kind), session.kept.get(kind)
            session.kept[kind] = value
            if (
                kind is connector.target_reached
                and before is not None
                and value > before
            ):
                # It goes on, if nothing else forbids it (E16.FR.14).
                connector.set_target_reached(None)
            if is_same(kind, told, value):
                session.of_driver.discard(kind)
            elif told is None or value < told:
                session.of_driver.add(kind)
            elif not offline:
                self._charge_point.deviations.note(
                    "limit_exceeded", f"{kind}: {value:g} instead of {told:g}"
                )
                session.of_driver.discard(kind)
                if _may_insist(session, kind):
                    session.told.pop(kind)
        connector.mark("session_limit")

    def reached(self, number: int, transaction_id: str, kind: SessionLimit) -> None:
        """Note that a limit is reached: no energy flows any more (E16.FR.05, FR.06)."""
        self._of(number, transaction_id)
        self._charge_point.connector(number).set_target_reached(kind)

    def goes_on(self, number: int) -> None:
        """Note that energy flows: a limit that was reached was raised (E16.FR.14)."""
        self._charge_point.connector(number).set_target_reached(None)

    # What is shown, and kept over a restart.

    def wanted(self, number: int) -> Limits:
        """Return what the session of a connector may reach at most, by our will."""
        return self._wanted.get(number, {})

    def session(self, number: int) -> KeptSession | None:
        """Return what the charge point was told, and said, of its running session."""
        session, running = self._sessions.get(number), self._running(number)
        return session if session and session.transaction_id == running else None

    def _running(self, number: int) -> str | None:
        running = self._charge_point.connector(number).transaction
        return None if running is None else running.id

    def keeping(self, number: int) -> Keeping:
        """Return how far a limit of the running session is kept."""
        if self._charge_point.connector(number).target_reached is not None:
            return Keeping.REACHED
        supported, session = self.supported(), self.session(number)
        wanted = {
            kind: value
            for kind, value in self._wanted.get(number, {}).items()
            if kind in supported
        }
        if session is None:
            return Keeping.TOLD if wanted else Keeping.NONE
        in_force = session.in_force
        if in_force.keys() & session.of_driver:
            return Keeping.OF_DRIVER
        if not wanted:
            return Keeping.NONE
        if all(is_same(kind, in_force.get(kind), wanted[kind]) for kind in wanted):
            return Keeping.KEPT
        return Keeping.TOLD

    def in_force(self, number: int) -> Limits:
        """Return the limits of the running session, by the charge point or by our will."""
        session, supported = self.session(number), self.supported()
        kept = {} if session is None else session.in_force
        return {
            kind: value
            for kind, value in (self._wanted.get(number, {}) | kept).items()
            if kind in supported
        }

    def record(self, number: int) -> dict[str, Any]:
        """Return what a charge point has said of its session, for JSON."""
        if (session := self.session(number)) is None or not session.kept:
            return {}
        return {
            "transaction": session.transaction_id,
            "kept": {kind.value: value for kind, value in session.kept.items()},
            "of_driver": sorted(session.of_driver),
        }

    def load(self, number: int, record: object) -> None:
        """Restore what a charge point has said before a restart."""
        if not isinstance(record, Mapping):
            return
        transaction_id, kept = record.get("transaction"), record.get("kept")
        if not isinstance(transaction_id, str) or not isinstance(kept, Mapping):
            return
        session = self._of(number, transaction_id)
        session.kept = {
            SessionLimit(kind): float(value)
            for kind, value in kept.items()
            if kind in SessionLimit and isinstance(value, int | float)
        }
        theirs = record.get("of_driver")
        session.of_driver = {
            SessionLimit(kind)
            for kind in (theirs if isinstance(theirs, list) else ())
            if kind in SessionLimit and SessionLimit(kind) in session.kept
        }
        session.told = {
            kind: value
            for kind, value in session.kept.items()
            if kind not in session.of_driver
        }
