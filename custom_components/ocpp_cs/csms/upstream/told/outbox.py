"""The messages of the sessions of a charge point that an upstream has not confirmed."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Final

from ...model.model import ConnectorStatus, utcnow
from ...model.sample import SignedValue
from ...transactions.parts.course import QUARTER_S
from ...transactions.transaction import TransactionKey
from ..model import Cause, Kind, Report, ToldSession
from .books import UpstreamBooks

_MOST_VALUES: Final = 5000
"""The messages that wait at most: weeks without a connection. Values are thinned."""

_PATIENCE: Final = 3
"""The errors with which an upstream answers a value until it is given up."""

_RETRY_S: Final = 10.0
"""Seconds until a message is repeated that was answered with an error; each further
error doubles them."""

_LONGEST_RETRY_S: Final = 3600.0


class Outbox:
    """What one upstream is still to be told of the sessions of one charge point.

    The messages of a session keep their order, and so do those of different sessions,
    unless the upstream answers one with errors: then the others go first.
    """

    def __init__(
        self, upstream: str, charge_point_id: str, books: UpstreamBooks
    ) -> None:
        """Begin with what waits in the books."""
        self._upstream = upstream
        self._charge_point_id = charge_point_id
        self._books = books
        self._parked: dict[TransactionKey, float] = {}
        """Session -> the event loop's time when it is tried again."""
        self._given_up: set[TransactionKey] = set()
        """Sessions of which the upstream did not take the last value."""
        self.last_confirmed = max(
            (
                one.confirmed
                for one in books.told_sessions(upstream, charge_point_id)
                if one.confirmed is not None
            ),
            default=None,
        )
        """When the upstream has confirmed the end of a session last."""
        self.changed: Callable[[], None] = lambda: None
        """Called when the number of messages has changed."""
        self.added: Callable[[], None] = lambda: None
        """Called when there is a new message."""

    def __len__(self) -> int:
        """Return how many messages wait."""
        return self._books.waiting(self._upstream, self._charge_point_id)

    @property
    def oldest(self) -> Report | None:
        """The message that waits longest."""
        return min(self._heads(), key=attrgetter("number"), default=None)

    def _heads(self) -> list[Report]:
        """Return the next message of each session."""
        return list(self._books.heads(self._upstream, self._charge_point_id))

    def of_session(self, told: ToldSession) -> Collection[Report]:
        """Return the messages of a session that wait, in order."""
        return self._books.of_session(self._upstream, told.key)

    def add(
        self,
        kind: Kind,
        told: ToldSession,
        time: datetime,
        *,
        values: Mapping[str, float] | None = None,
        signed: tuple[SignedValue, ...] = (),
        aligned: bool = False,
        offline: bool = False,
        state: ConnectorStatus | None = None,
        cause: Cause | None = None,
    ) -> None:
        """Queue a message; it is on the disk with the next changes of the sessions."""
        report = Report(
            number=self._books.next_number(),
            kind=kind,
            key=told.key,
            seq=-1,
            time=time,
            values=values or {},
            signed=signed,
            aligned=aligned,
            offline=offline,
            state=state,
            cause=cause,
        )
        if kind is Kind.STOP:
            told.ended = True
        self._books.put_told(told)
        self._books.put_report(self._upstream, report)
        if kind is Kind.METER and len(self) > _MOST_VALUES:
            self._thin_out()
        self.changed()
        self.added()

    def _thin_out(self) -> None:
        """Drop values that say least: the energy by the quarter of an hour stays.

        If that is not enough, every second one goes. What is signed goes last, and
        never that of a beginning or an end.
        """
        values = [
            one
            for one in self._books.reports(self._upstream, self._charge_point_id)
            if one.kind is Kind.METER and one.seq < 0
        ]
        after = [*values[1:], None]
        within = [
            one
            for one, other in zip(values, after, strict=True)
            if not one.signed
            and other is not None
            and other.key == one.key
            and _quarter(other) == _quarter(one)
        ]
        plain = [one for one in values if not one.signed]
        signed = [one for one in values if one.signed and not _is_an_edge(one)]
        for choice in (within, plain, signed):
            for report in choice[: len(choice) // 2 * 2 : 2]:
                self._books.drop_report(self._upstream, report)
            if len(self) <= _MOST_VALUES * 0.9:
                break

    def next(self, now: float) -> Report | None:
        """Return the message to send now; None if there is none.

        Args:
            now: The event loop's time.
        """
        heads = self._heads()
        if self._parked:
            heads = [one for one in heads if self._parked.get(one.key, now) <= now]
        return min(heads, key=attrgetter("number"), default=None)

    def retry_at(self) -> float | None:
        """Return the loop's time when a parked session is tried again, if there is one."""
        if not self._parked:
            return None
        waiting = {one.key for one in self._heads()}
        for key in self._parked.keys() - waiting:
            del self._parked[key]
        return min(self._parked.values(), default=None)

    def numbered(self, report: Report, told: ToldSession) -> Report:
        """Return a message with its number in the session, as it is to be sent."""
        if report.seq < 0:
            report = replace(report, seq=told.next_seq)
            told.next_seq += 1
            self._books.put_told(told)
            self._books.put_report(self._upstream, report)
        return report

    def present(self, report: Report) -> Report | None:
        """Return a message as it is now; None if it does not wait any more."""
        return self._books.report(self._upstream, report)

    def confirm(self, report: Report, told: ToldSession) -> bool:
        """Note that the upstream has taken a message; return whether that is news."""
        if not self._books.drop_report(self._upstream, report):
            return False
        self._parked.pop(told.key, None)
        self._given_up.discard(told.key)
        if report.kind is Kind.METER:
            # If that is lost, the upstream gets the same value again.
            self._books.save_later()
        else:
            if report.kind is Kind.STOP:
                told.confirmed = self.last_confirmed = utcnow()
            self._books.put_told(told)
            self._books.save_soon()
        self.changed()
        if report.kind is Kind.STOP:
            self._books.on_stopped(told.key)
        return True

    def refuse(self, report: Report, error: str, now: float) -> None:
        """Note that the upstream has answered a message with an error.

        Values are given up after a few of them. A start or a stop never is: its session
        waits while others go first.

        Args:
            report: The message.
            error: What it has answered.
            now: The event loop's time.
        """
        if (present := self.present(report)) is None:
            return
        failed = present.failed(error)
        key = failed.key
        if failed.kind is Kind.METER and (
            failed.attempts >= _PATIENCE or key in self._given_up
        ):
            self._given_up.add(key)
            self._books.drop_report(self._upstream, failed)
        else:
            self._books.put_report(self._upstream, failed)
            wait = _RETRY_S * 2.0 ** min(failed.attempts - 1, 20)
            self._parked[key] = now + min(wait, _LONGEST_RETRY_S)
        self._books.save_later()
        self.changed()

    def put_off(self, report: Report, until: float) -> None:
        """Let others go first until a time of the event loop."""
        self._parked[report.key] = until

    def put_off_no_more(self, key: TransactionKey) -> None:
        """Send the messages of a session in their turn again."""
        self._parked.pop(key, None)

    def take_back_end(self, report: Report, told: ToldSession) -> None:
        """Remove the end of a session that runs after all."""
        told.ended = False
        self._parked.pop(told.key, None)
        self._books.put_told(told)
        self.drop(report)

    def drop(self, report: Report) -> None:
        """Remove a message that means nothing any more."""
        self._books.drop_report(self._upstream, report)
        self._books.save_soon()
        self.changed()

    def withdraw(self, told: ToldSession) -> bool:
        """Forget a session if nothing of it was told; return whether it was so."""
        if told.sent:
            return False
        self.forget(told)
        return True

    def forget(self, told: ToldSession) -> None:
        """Forget a session, with all messages of it."""
        self._parked.pop(told.key, None)
        self._given_up.discard(told.key)
        self._books.drop_told(told)
        self._books.save_soon()
        self.changed()

    def leave_out_values(self, told: ToldSession) -> None:
        """Remove the values that wait of a session."""
        for report in list(self.of_session(told)):
            if report.kind is Kind.METER:
                self._books.drop_report(self._upstream, report)
        self.changed()


def _quarter(report: Report) -> int:
    # A value at the full quarter belongs to the one that ends there.
    return int(-(-report.time.timestamp() // QUARTER_S))


def _is_an_edge(report: Report) -> bool:
    """Return whether it has signed data of a beginning or an end."""
    return any((one.context or "").startswith("Transaction.") for one in report.signed)
