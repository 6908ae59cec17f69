"""The messages of the sessions of a charge point that an upstream has not confirmed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from ...model.model import ConnectorStatus, utcnow
from ...transactions.transaction import TransactionKey
from ..model import Cause, Kind, Report, SignedValue, ToldSession
from .books import UpstreamBooks

_MOST_VALUES: Final = 5000
"""The values that wait at most: weeks without a connection. Older ones are thinned."""

_PATIENCE: Final = 3
"""The errors with which an upstream answers a value until it is given up."""

_REFUSALS: Final = 5
"""The errors with which it answers a start or a stop until others go first."""

_PARKED_S: Final = 3600.0
"""Seconds until a session with such errors is tried again."""


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
        return next(iter(self._reports), None)

    @property
    def _reports(self) -> list[Report]:
        return self._books.reports(self._upstream, self._charge_point_id)

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
            seq=told.next_seq,
            time=time,
            values=values or {},
            signed=signed,
            aligned=aligned,
            offline=offline,
            state=state,
            cause=cause,
        )
        told.next_seq += 1
        if kind is Kind.STOP:
            told.ended = True
        self._books.put_told(told)
        self._books.put_report(self._upstream, report)
        if kind is Kind.METER and len(self) > _MOST_VALUES:
            self._thin_out()
        self.changed()
        self.added()

    def _thin_out(self) -> None:
        """Drop every second of the values that wait; what they add up to stays."""
        values = [one for one in self._reports if one.kind is Kind.METER]
        for report in values[: len(values) // 2 * 2 : 2]:
            if not report.signed:
                self._books.drop_report(self._upstream, report)

    def next(self, now: float) -> Report | None:
        """Return the message to send now; None if there is none.

        Args:
            now: The event loop's time.
        """
        return next(
            (
                one
                for one in self._reports
                if self._parked.get(one.key, float("-inf")) <= now
            ),
            None,
        )

    def retry_at(self) -> float | None:
        """Return the loop's time when a parked session is tried again, if there is one."""
        waiting = {one.key for one in self._reports}
        return min(
            (at for key, at in self._parked.items() if key in waiting), default=None
        )

    def confirm(self, report: Report, told: ToldSession) -> None:
        """Note that the upstream has taken a message."""
        self._parked.pop(report.key, None)
        self._books.drop_report(self._upstream, report)
        if report.kind is Kind.STOP:
            told.confirmed = self.last_confirmed = utcnow()
        self._books.put_told(told)
        self._books.save_soon()
        self.changed()

    def refuse(self, report: Report, error: str, now: float) -> None:
        """Note that the upstream has answered a message with an error.

        Values are given up after a few of them. A start or a stop never is: its session
        waits while others go first.

        Args:
            report: The message.
            error: What it has answered.
            now: The event loop's time.
        """
        failed = report.failed(error)
        if report.kind is Kind.METER and failed.attempts >= _PATIENCE:
            self._books.drop_report(self._upstream, report)
        else:
            self._books.put_report(self._upstream, failed)
            if failed.attempts >= _REFUSALS:
                self._parked[report.key] = now + _PARKED_S
        self._books.save_soon()
        self.changed()

    def put_off(self, report: Report, until: float) -> None:
        """Let others go first until a time of the event loop."""
        self._parked[report.key] = until

    def take_back_end(self, report: Report, told: ToldSession) -> None:
        """Remove the end of a session that runs after all."""
        told.ended = False
        self._books.put_told(told)
        self.drop(report)

    def drop(self, report: Report) -> None:
        """Remove a message whose session is gone."""
        self._books.drop_report(self._upstream, report)
        self._books.save_soon()
        self.changed()

    def sending(self, report: Report, told: ToldSession) -> None:
        """Note that a message is about to be sent."""
        if report.kind is Kind.START and not told.sent:
            told.sent = True
            self._books.put_told(told)

    def withdraw(self, told: ToldSession) -> bool:
        """Forget a session that was never sent; return whether it was so."""
        if told.sent or not any(
            one.key == told.key and one.kind is Kind.START for one in self._reports
        ):
            return False
        self._books.drop_told(told)
        self._books.save_soon()
        self.changed()
        return True
