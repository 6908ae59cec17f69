"""Sends the messages of sessions to one upstream, and makes sense of the answers."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from ...access.authorization import AuthorizationStatus
from ...model.errors import CallTimeoutError, CommandError, ConnectionLostError
from ...model.model import utcnow
from ...model.records import UNREADABLE
from ...transactions.transaction import Origin, Transaction, TransactionKey
from ...wire.rpc import Connection
from ..model import Kind, Report, ToldSession
from ..speech import Confirmation, Decision, Speech
from .books import UpstreamBooks
from .outbox import Outbox

_LONGEST_ERROR: Final = 200

_LATE_S: Final = 120.0
"""Seconds that a late answer to a start is waited for, until it is repeated on the same
connection: some upstreams would book a second session."""

_UNKNOWN_S: Final = 60.0
"""Seconds that a start waits for its reading, if the charge point did not tell it."""

_SAME_WH: Final = 0.001
_LOOK_AGAIN_S: Final = 5.0
_UNREADABLE_S: Final = 60.0
"""Seconds until it is tried again to read a session from the books."""

type FindSession = Callable[[TransactionKey], Coroutine[Any, Any, Transaction | None]]
"""Returns the session with that key from the ledger, also an old one.

Raises LookupError if the books cannot be read at present.
"""


class Delivery:
    """Tells one upstream of the sessions of one charge point, message by message.

    What it was told of the start stays the same when the ledger corrects it, so that a
    repetition is one. All else is as it is in the ledger when it is sent; and what is
    told of the end is such that the energy is that of the ledger.
    """

    def __init__(
        self,
        upstream: str,
        outbox: Outbox,
        books: UpstreamBooks,
        speech: Speech,
        *,
        find_session: FindSession,
        unsure: float,
    ) -> None:
        """Send what is in the outbox.

        Args:
            upstream: The id of the upstream.
            outbox: What it is still to be told.
            books: What it was told.
            speech: How.
            find_session: Finds a session in the ledger.
            unsure: Seconds after the end of a session that the charge point has not
                told, until it is told.
        """
        self._upstream = upstream
        self._outbox = outbox
        self._books = books
        self._speech = speech
        self._find_session = find_session
        self._unsure = unsure
        self._late: set[TransactionKey] = set()
        """Sessions whose start was not answered in time."""
        self._last: Transaction | None = None
        """The last session that was looked up."""
        self.on_error: Callable[[str], None] = lambda error: None
        """Called with an error in an answer of the upstream."""
        self.on_decision: Callable[[Transaction, Decision], None] = lambda *told: None
        """Called with what the upstream decides on the id tag of a session."""

    def connected(self) -> None:
        """Note that there is a new connection: what was late on the old one is lost."""
        for key in self._late:
            self._outbox.put_off_no_more(key)
        self._late.clear()

    async def deliver(
        self, connection: Connection, report: Report, doubt: Callable[[Exception], bool]
    ) -> bool:
        """Send a message, and note the answer; return whether the upstream took it.

        Args:
            connection: The connection to the upstream.
            report: The message.
            doubt: Called with an error; returns True if the message is not to blame.

        Raises:
            ConnectionLostError: The connection has ended.
            CallTimeoutError: There was no answer in time.
        """
        now = asyncio.get_running_loop().time()
        told = self._books.told(self._upstream, report.key)
        if told is None:
            self._outbox.drop(report)
            return False
        try:
            session = await self._session(told, report.kind)
        except LookupError:
            self._outbox.put_off(report, now + _UNREADABLE_S)
            return False
        if not self._is_due(report, told, session, now):
            return False
        if (present := self._outbox.present(report)) is None:
            # It was withdrawn while the session was looked for.
            return False
        report = present
        is_new = report.seq < 0
        if report.kind is Kind.START and told.start is None:
            assert session is not None  # or it would not be due
            told.connector_id = session.connector_id or told.connector_id
            told.start, told.start_wh = session.start, session.meter_start_wh or 0.0
        if report.kind is Kind.STOP:
            said = _as_told(session, told)
            told.end, told.stop_wh = said.end, said.meter_stop_wh
            self._books.put_told(told)
        report = self._outbox.numbered(report, told)
        try:
            call = self._speech.report(
                _with_register(report, session, told), _as_told(session, told), told
            )
        except UNREADABLE as err:
            self._refused(report, err, doubt)
            return False
        self._books.put_told(told)
        if is_new and (report.kind is not Kind.METER or self._speech.is_numbered):
            # The ledger must know what the upstream knows, whatever happens.
            await self._books.sync()
            if self._outbox.present(report) is None:
                return False
        try:
            answer = await connection.call(
                *call, late=lambda answer: self._take_late(report, answer)
            )
            confirmation = self._speech.confirmation(report, answer)
        except ConnectionLostError:
            raise
        except CallTimeoutError:
            if report.kind is Kind.START:
                self._late.add(told.key)
                now = asyncio.get_running_loop().time()
                self._outbox.put_off(report, now + _LATE_S)
            raise
        except (CommandError, *UNREADABLE) as err:
            self._refused(report, err, doubt)
            return False
        self._take(report, told, confirmation)
        return True

    def _refused(
        self, report: Report, err: Exception, doubt: Callable[[Exception], bool]
    ) -> None:
        """Note that a message was answered with an error, or by what makes no sense."""
        error = (str(err) or type(err).__name__)[:_LONGEST_ERROR]
        self.on_error(error)
        if not doubt(err):
            now = asyncio.get_running_loop().time()
            self._outbox.refuse(report, error, now)

    def _take_late(self, report: Report, answer: Any) -> None:
        """Take an answer that came after its time."""
        present = self._outbox.present(report)
        if present is None:
            return
        if (told := self._books.told(self._upstream, present.key)) is None:
            return
        try:
            confirmation = self._speech.confirmation(report, answer)
        except UNREADABLE as err:
            self.on_error(str(err)[:_LONGEST_ERROR])
            return
        self._late.discard(told.key)
        self._take(present, told, confirmation)
        self._outbox.added()

    def _take(
        self, report: Report, told: ToldSession, confirmation: Confirmation
    ) -> None:
        """Note what an upstream has answered."""
        decision = confirmation.decision
        if report.kind is Kind.START:
            if confirmation.told_id is not None:
                self._note_repeated_id(told, confirmation.told_id)
                told.told_id = confirmation.told_id
            if decision is not None:
                is_accepted = decision.status is AuthorizationStatus.ACCEPTED
                told.refused = None if is_accepted else decision.status
                if not is_accepted:
                    self.on_error(f"{told.id_tag}: {decision.status}")
        self._outbox.confirm(report, told)
        if report.kind is Kind.START and told.told_id is None:
            # It has refused it, and given it no id that more could be told by.
            told.ended = True
            self._books.put_told(told)
            for one in list(self._outbox.of_session(told)):
                self._outbox.drop(one)
        if report.kind is Kind.START and decision is not None:
            session = self._last
            if session is not None and session.key == told.key:
                self.on_decision(session, decision)

    def _note_repeated_id(self, told: ToldSession, told_id: str) -> None:
        for one in self._books.told_sessions(self._upstream, told.key[0]):
            if one is not told and one.told_id == told_id and one.confirmed is None:
                self.on_error(f"the id {told_id[:40]} is that of another session")
                return

    async def _session(self, told: ToldSession, kind: Kind) -> Transaction | None:
        """Return the session in the ledger; None if it is gone."""
        if told.void:
            return None
        # Values of an old one are many, and it does not change meanwhile.
        last = self._last
        if (
            kind is Kind.METER
            and last is not None
            and last.end is not None
            and last.key == told.key
        ):
            return last
        self._last = await self._find_session(told.key)
        return self._last

    def _is_due(
        self,
        report: Report,
        told: ToldSession,
        session: Transaction | None,
        now: float,
    ) -> bool:
        """Return whether a message is to be sent now; else note what becomes of it."""
        if session is None or (session.struck_out and report.kind is not Kind.METER):
            return self._is_end_of_nothing(report, told, session)
        if report.kind is Kind.START and told.start is None:
            return self._is_start_known(report, session, now)
        if report.kind is not Kind.STOP:
            return True
        if session.end is None:
            self._outbox.take_back_end(report, told)
            return False
        unsure = self._unsure - (utcnow() - session.end).total_seconds()
        if (
            session.reported_end is None
            and not session.corrected_by_user
            and unsure > 0
        ):
            self._outbox.put_off(report, now + unsure)
            return False
        return True

    def _is_end_of_nothing(
        self, report: Report, told: ToldSession, session: Transaction | None
    ) -> bool:
        """Return whether it is the end of a session that the ledger does not count."""
        if self._outbox.withdraw(told):
            return False
        if report.kind is Kind.STOP:
            return True
        if report.kind is Kind.START:
            # Whether the upstream has got it before is not known, so it gets it again.
            return True
        if session is None and not told.ended:
            told.void = True
            self._outbox.add(Kind.STOP, told, told.start or report.time)
        self._outbox.leave_out_values(told)
        return False

    def _is_start_known(self, report: Report, session: Transaction, now: float) -> bool:
        """Return whether the time and the reading of a start are known, or never will be."""
        if session.origin is Origin.STOPPED and not session.start_known:
            # Its start may still arrive.
            wait = self._unsure - _age(session.end or session.start)
            if wait > 0:
                self._outbox.put_off(report, now + wait)
                return False
        elif (
            session.meter_start_wh is None
            and session.end is None
            and _age(session.start) < _UNKNOWN_S
        ):
            self._outbox.put_off(report, now + _LOOK_AGAIN_S)
            return False
        return True


def _age(time: datetime) -> float:
    return (utcnow() - time).total_seconds()


def _as_told(session: Transaction | None, told: ToldSession) -> Transaction:
    """Return a session as an upstream is to be told of it.

    It begins as the upstream was told, and has the energy of the ledger.
    """
    start, start_wh = told.start or told.key[2], told.start_wh or 0.0
    if session is None:
        charge_point_id, transaction_id, reported_start = told.key
        return Transaction(
            id=transaction_id,
            seq=0,
            charge_point_id=charge_point_id,
            connector_id=told.connector_id,
            id_tag=told.id_tag,
            start=start,
            reported_start=reported_start,
            meter_start_wh=start_wh,
            end=start,
            meter_stop_wh=start_wh,
            reason="other",
        )
    energy_wh = 0.0 if session.struck_out else (session.energy_wh or 0.0)
    register_wh = start_wh + max(energy_wh - told.base_wh, 0.0)
    return session.with_(
        start=start,
        meter_start_wh=start_wh,
        register_wh=register_wh,
        end=None if session.end is None else max(session.end, start),
        meter_stop_wh=None if session.end is None else register_wh,
    )


def _with_register(
    report: Report, session: Transaction | None, told: ToldSession
) -> Report:
    """Return a value with the energy register as the upstream knows it.

    It differs from the meter's if the ledger has corrected the start since it was told,
    or if the start had no reading.
    """
    register_wh = report.values.get("energy")
    if register_wh is None or session is None or session.meter_start_wh is None:
        return report
    start_wh = told.start_wh or 0.0
    shift_wh = start_wh - session.meter_start_wh - told.base_wh
    if abs(shift_wh) < _SAME_WH:
        return report
    energy_wh = max(register_wh + shift_wh, start_wh)
    return replace(report, values={**report.values, "energy": energy_wh})
