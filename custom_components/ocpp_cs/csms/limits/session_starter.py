"""Start sessions that a control wants, or that a pause has ended.

Many charge points start no session on their own, and some end the session on a limit
of 0 A: charging then goes on only after a RemoteStartTransaction.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
import logging
from typing import TYPE_CHECKING, Any, Final, Protocol

from ..model.capabilities import SessionLimit
from ..model.errors import CallErrorReceivedError, CsmsError, RefusedError
from ..model.model import (
    IN_TRANSACTION,
    VEHICLE_ABSENT,
    ChargePointSettings,
    ConnectorStatus,
    StopReason,
    utcnow,
)
from ..model.tags import tag_key
from .intent import LimitState
from .session_restart import SessionRestart

if TYPE_CHECKING:
    from ..commands import Commands
    from ..model.deviations import Deviations
    from ..model.quirks import Quirks
    from ..transactions.transaction import Transaction

_LOGGER = logging.getLogger(__name__)

_GRACE: Final = timedelta(seconds=10)
"""A charge point with free charging mostly starts a session once current is offered."""
_GRACE_AFTER_PAUSE: Final = timedelta(seconds=3)
_MOMENT: Final = timedelta(seconds=2)
_ATTEMPT: Final = timedelta(seconds=60)
"""The time for a session to begin after its start was accepted."""
_LONGEST_WAIT: Final = timedelta(seconds=90)
"""The time for sending a limit before it counts as a failed attempt."""
_FIRST_WAIT_S: Final = 60.0
_DOUBLINGS: Final = 4
"""The delays between attempts are 1, 2, 4, 8 and then always 16 minutes."""
_MOST_REFUSALS: Final = 3
_AFTER_PAUSE: Final = timedelta(seconds=60)
"""A session that ends within this time of a pause is taken as ended by the pause."""
_BY_HAND: Final = timedelta(minutes=2)
"""A session that ends within this time of a stop request was stopped by it."""
_SHORT: Final = timedelta(minutes=10)
_LITTLE_WH: Final = 100.0

_RESTARTS: Final = frozenset(
    {
        StopReason.HARD_RESET,
        StopReason.POWER_LOSS,
        StopReason.REBOOT,
        StopReason.SOFT_RESET,
    }
)
_DECIDED: Final = frozenset(
    {
        StopReason.DE_AUTHORIZED,
        StopReason.EMERGENCY_STOP,
        StopReason.REMOTE,
        StopReason.UNLOCK_COMMAND,
    }
)
"""The stop reasons that never come from a limit."""


class Bar(StrEnum):
    """The reason to start no session until the vehicle is unplugged or one starts."""

    HAND = "hand"
    """The session was stopped remotely, or by an emergency stop and the like."""
    CARD = "card"
    """The session was stopped at the charge point."""
    VEHICLE = "vehicle"
    """The vehicle ended the session, as it needs no more energy."""
    UNPLUGGED = "unplugged"
    """The vehicle was disconnected, and the cable is still in the charge point."""
    REFUSED = "refused"
    """The charge point accepts no new session until the vehicle is unplugged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Continued:
    """A session that a pause has ended and that is to continue after the pause."""

    transaction_id: str
    id_tag: str
    """Empty if unknown."""


class Limits(Protocol):
    """The part of `Limiter` that starts depend on."""

    @property
    def state(self) -> LimitState:
        """The state of the last limit."""

    @property
    def pauses(self) -> bool:
        """Return whether a limit of 0 is in force."""

    @property
    def is_busy(self) -> bool:
        """Return whether a limit is being sent."""

    @property
    def automatic(self) -> bool:
        """Return whether the charge control sets the limit."""


class Startable(Protocol):
    """The part of `Connector` that starts depend on."""

    number: int

    @property
    def status(self) -> ConnectorStatus | None:
        """Its status."""

    @property
    def plugged_in(self) -> bool | None:
        """Return whether a vehicle is plugged in; None is unknown."""

    @property
    def transaction(self) -> Transaction | None:
        """The running transaction."""

    @property
    def latest_transaction(self) -> Transaction | None:
        """The running transaction, or the last one."""

    @property
    def limiter(self) -> Limits:
        """Its limits."""

    @property
    def target_reached(self) -> SessionLimit | None:
        """The limit at which the charge point has stopped to charge by itself."""

    def mark(self, *fields: str) -> None:
        """Note that these fields changed."""

    def watch(
        self, fields: Iterable[str], watcher: Callable[[], None]
    ) -> Callable[[], None]:
        """Call `watcher` after a change of `fields`; return a function to stop it."""


class Started(Protocol):
    """A connector with a starter."""

    @property
    def starter(self) -> SessionStarter:
        """Its starter."""


class Starting(Protocol):
    """The part of `ChargePoint` that starts depend on."""

    id: str
    deviations: Deviations

    @property
    def ready(self) -> bool:
        """Return whether the set-up after the connection is done."""

    @property
    def quirks(self) -> Quirks:
        """The configured differences from the specification."""

    @property
    def settings(self) -> ChargePointSettings:
        """The owner's settings."""

    @property
    def commands(self) -> Commands:
        """Its commands; raises NotConnectedError while there is no connection."""

    @property
    def starts(self) -> Starts:
        """The part of starting that its connectors share."""


class SessionStarter:
    """Start the sessions of one connector.

    Watchable field of the connector: `start` (whether starts are refused).

    A control calls `want` to request a session. Without a control, a session that a
    pause has ended continues as soon as the pause is over. After a stop by hand, by
    card or by the vehicle no session is started.
    """

    def __init__(self, connector: Startable, charge_point: Starting) -> None:
        """Create a starter that wants no session."""
        self._connector = connector
        self._charge_point = charge_point
        self.barred: Bar | None = None
        self.continued: Continued | None = None
        self._wanted = self._unlimited = False
        self._had_session = False
        """True if a session has ended since the vehicle was plugged in."""
        self._refusals = self._attempts = self._attempts_before = 0
        self._since: datetime | None = None
        """The time since which a session is wanted and can be started."""
        self._next: datetime | None = None
        """The time of the next attempt."""
        self._until: datetime | None = None
        """The time until which the session of the last attempt may begin."""
        self._stop_asked: datetime | None = None
        self._told: tuple[StopReason | None, str | None] = (None, None)
        """Reason and id tag of the StopTransaction that is being handled."""
        self._pausing = False
        self._pause_began = self._pause_ended = datetime.min.replace(
            tzinfo=utcnow().tzinfo
        )
        self._restart = SessionRestart()
        self._restarted = False
        """True if the last session was ended for a restart."""
        self._flow: ConnectorStatus | None = None
        """The last status that occurs only during a transaction."""
        self._status_told = False
        """True if a status was reported since the last session ended."""
        self._judged = False
        """True if the end of the last session has been evaluated."""
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._unwatch: Callable[[], None] = lambda: None
        self.open()

    def open(self) -> None:
        """Watch the connector, until `close` is called."""
        if self._connector.number:
            self._unwatch = self._connector.watch(("intent", "limiter"), self.look)

    @property
    def refused(self) -> bool:
        """Return whether the charge point has refused three starts."""
        return self._refusals >= _MOST_REFUSALS

    @property
    def in_session(self) -> bool:
        """Return whether a session runs, by its transaction or the status Charging."""
        connector = self._connector
        if connector.transaction is not None:
            return True
        return (
            connector.status is ConnectorStatus.CHARGING
            and self._status_told
            and self.continued is None
        )

    @property
    def is_open(self) -> bool:
        """Return whether a session can be started now, or is being started."""
        now = utcnow()
        return (
            self._is_possible
            and (
                self._unlimited
                or self._connector.limiter.state is not LimitState.REFUSED
            )
            and (self._is_due(now) or self._is_under_way(now))
        )

    @property
    def can_restart(self) -> bool:
        """Return whether the session can be ended and started again with its tag."""
        connector = self._connector
        transaction = connector.transaction
        return (
            self._charge_point.ready
            and connector.plugged_in is True
            and connector.limiter.automatic
            and transaction is not None
            and bool(transaction.id_tag)
            # The vehicle has charged in this session.
            and (transaction.energy_wh or 0.0) >= _LITTLE_WH
            and self.barred is None
            and self._stop_asked is None
            and self._restart.is_possible
            and self._charge_point.starts.permitted(transaction.id_tag)
        )

    def restart(self) -> None:
        """End the session and start it again with its tag, to wake the vehicle.

        Does nothing where that is not possible, nor after a request to stop. The
        session is started again as one that a pause has ended.
        """
        transaction = self._connector.transaction
        if transaction is None or self._task is not None or not self.can_restart:
            return
        self._restart.ask(transaction.id, utcnow())
        # Home Assistant may restart before the session ends.
        self._changed()
        self._task = asyncio.get_running_loop().create_task(self._stop(transaction.id))

    def continues(self, id_tag: str) -> str | None:
        """Return the id of the transaction that a start with this tag continues."""
        if (continued := self.continued) is None:
            return None
        known = continued.id_tag or self._charge_point.settings.id_tag
        return continued.transaction_id if tag_key(known) == tag_key(id_tag) else None

    def is_continuing(self, id_tag: str) -> bool:
        """Return whether we have just requested a session with this tag."""
        return self.continues(id_tag) is not None and self._is_under_way(utcnow())

    def want(self, wanted: bool, *, unlimited: bool = False) -> None:
        """Set whether a session is to be started if there is none.

        Args:
            wanted: Whether a session is wanted.
            unlimited: Start it even if the charge point has refused the limit.
        """
        self._wanted, self._unlimited = wanted, unlimited
        self.look()

    def started_by_hand(self) -> None:
        """Clear the bar and the attempts, as a user has started a session."""
        self._forget()
        if self._connector.transaction is None:
            self._restart.starting(self._had_session, utcnow())

    def stop_asked(self) -> None:
        """Record that a user has requested a stop, or wants no session."""
        self._stop_asked = utcnow()
        if self._restart.cancel():
            self._changed()
        if (
            self._connector.transaction is None
            and self._connector.plugged_in is not False
        ):
            self._bar(Bar.HAND)

    def stop_refused(self) -> None:
        """Record that the charge point refused to stop the session."""
        self._stop_asked = None

    def stopping(self, reason: StopReason | None, id_tag: str | None) -> None:
        """Record reason and id tag of a StopTransaction before the transaction ends."""
        self._told = reason, id_tag

    def transaction_changed(self, before: Transaction | None) -> None:
        """Handle the start or the end of a transaction."""
        latest = self._connector.latest_transaction
        if latest is None:
            return
        same = before is not None and before.id == latest.id
        if latest.end is None:
            if not same or (before is not None and before.end is not None):
                attempts = self._attempts
                if self._restart.started(latest.id_tag, utcnow()):
                    self._changed()
                self._forget()
                self._attempts_before = attempts
        elif same and before is not None and before.end is None:
            self._ended(latest)
        self._told = None, None
        self.look()

    def status_told(self) -> None:
        """Handle a reported status, even if it has not changed."""
        status = self._connector.status
        self._status_told = True
        if status in IN_TRANSACTION:
            self._flow = status
        if status is ConnectorStatus.CHARGING and self._restart.goes_on(utcnow()):
            self._changed()
        if status in VEHICLE_ABSENT:
            self._restart.cancel()
            self._forget()
            self._had_session = False
        elif status is ConnectorStatus.PREPARING and self.barred is Bar.UNPLUGGED:
            # A vehicle was plugged in, another one or the same.
            self._forget()
        elif not self._judged and status is ConnectorStatus.FINISHING:
            self._judge_before()
        self._judged = True
        self.look()

    def ready(self) -> None:
        """Resume after the charge point has connected."""
        soon = utcnow() + timedelta(seconds=_FIRST_WAIT_S)
        if self._next is not None and self._next > soon:
            self._next = soon
        self.look()

    def disconnected(self) -> None:
        """Stop attempts until the charge point connects again."""
        self._stop_timer()
        self._since = self._until = None
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def close(self) -> None:
        """Stop watching the connector and cancel all attempts."""
        self._unwatch()
        self.disconnected()

    def _ended(self, transaction: Transaction) -> None:
        """Decide whether another session may be started after this one."""
        self._note_pause()
        self._had_session = True
        self._status_told = False
        reason, id_tag = self._told
        if transaction.reported_end is None or self._connector.plugged_in is False:
            # Its end was not reported, or no longer matters.
            return
        now = utcnow()
        lately = self._pausing or now - self._pause_ended < _AFTER_PAUSE
        restarts = self._restart.ended(
            transaction.id, reason, now, with_tag=bool(id_tag)
        )
        bar = None
        if not restarts:
            bar = self._reason_not_to_go_on(reason, id_tag, lately=lately, now=now)
        self._restarted = restarts
        if self._restart.cancel():
            self._changed()
        if bar is not None:
            self._bar(bar)
        elif lately or restarts:
            self.continued = Continued(
                transaction_id=transaction.id, id_tag=transaction.id_tag
            )
            self._since = None
            self._changed()
        energy = transaction.energy_wh or 0.0
        if transaction.duration(now) < _SHORT and energy < _LITTLE_WH:
            # A session that ends at once must not be restarted endlessly.
            self._attempts = self._attempts_before
            if self._attempts:
                self._next = now + self._wait

    def _reason_not_to_go_on(
        self,
        reason: StopReason | None,
        id_tag: str | None,
        *,
        lately: bool,
        now: datetime,
    ) -> Bar | None:
        if reason in _RESTARTS or self._connector.target_reached is not None:
            return None
        if self._stop_asked is not None and now - self._stop_asked < _BY_HAND:
            return Bar.HAND
        if reason in _DECIDED:
            return Bar.HAND
        if reason is StopReason.EV_DISCONNECTED:
            return Bar.UNPLUGGED
        if lately:
            # Some that end it because of the limit report Local or no reason. With an
            # id tag it was a card; some time after the limit it was a button.
            soon = (
                now - self._pause_began < _AFTER_PAUSE
                or now - self._pause_ended < _AFTER_PAUSE
            )
            by_button = reason is StopReason.LOCAL and not soon
            local = reason in (None, StopReason.LOCAL)
            return Bar.CARD if by_button or (local and id_tag) else None
        if self._flow is ConnectorStatus.SUSPENDED_EV:
            return Bar.VEHICLE
        return None if reason is StopReason.OTHER else Bar.CARD

    def _judge_before(self) -> None:
        """Evaluate the end of a session from before the last restart."""
        latest = self._connector.latest_transaction
        if latest is None or latest.end is None or latest.reported_end is None:
            return
        if latest.reason in _DECIDED:
            self._bar(Bar.HAND)
        elif latest.reason == StopReason.LOCAL:
            self._bar(Bar.CARD)

    def _note_pause(self) -> None:
        """Record when a limit of 0 A came into force or ended."""
        pausing = self._connector.limiter.pauses
        if pausing is not self._pausing:
            self._pausing = pausing
            if pausing:
                self._pause_began = utcnow()
            else:
                self._pause_ended = utcnow()

    def _bar(self, bar: Bar) -> None:
        self.barred, self.continued = bar, None
        self._since = None
        self._changed()

    def _forget(self) -> None:
        """Reset, as the vehicle was unplugged or a session has started."""
        before = self.record()
        self.barred = self.continued = None
        self._refusals = self._attempts = self._attempts_before = 0
        self._since = self._next = self._until = None
        self._stop_asked = self._flow = None
        if before:
            self._changed()

    def _changed(self) -> None:
        self._connector.mark("start")
        self._charge_point.starts.changed()

    @property
    def _is_possible(self) -> bool:
        connector = self._connector
        return (
            self._charge_point.ready
            and connector.plugged_in is True
            and not self.in_session
            and self.barred is None
            # It has what was wanted, until more is.
            and connector.target_reached is None
            and (self.continued is not None or self._charge_point.starts.allowed())
        )

    @property
    def _is_wanted(self) -> bool:
        limiter = self._connector.limiter
        if limiter.automatic:
            return self._wanted
        return self.continued is not None and not limiter.pauses

    @property
    def _wait(self) -> timedelta:
        """The delay after the last attempt."""
        doublings = min(max(self._attempts - 1, 0), _DOUBLINGS)
        return timedelta(seconds=_FIRST_WAIT_S * 2**doublings)

    def _is_due(self, now: datetime) -> bool:
        if self._next is None:
            return True
        # The clock may have been set back.
        return not now < self._next <= now + self._wait

    def _is_under_way(self, now: datetime) -> bool:
        return self._until is not None and now < self._until <= now + _ATTEMPT

    @property
    def _grace(self) -> timedelta:
        if self.continued is not None:
            return _GRACE_AFTER_PAUSE
        if self._charge_point.quirks.remote_start_needed or self._attempts:
            return timedelta()
        return _GRACE

    def look(self) -> None:
        """Start a session if it is due, or schedule the next look."""
        self._note_pause()
        self._stop_timer()
        if self._task is not None:
            return
        if not self._is_wanted or not self._is_possible:
            self._since = None
            return
        now = utcnow()
        if self._until is not None and self._is_under_way(now):
            self._look_at(self._until)
            return
        if self._next is not None and not self._is_due(now):
            self._since = None
            self._look_at(self._next)
            return
        if self._since is None or self._since > now:
            self._since = now
        limiter = self._connector.limiter
        if limiter.is_busy or (
            limiter.state is LimitState.REFUSED and not self._unlimited
        ):
            if now - self._since >= _LONGEST_WAIT:
                self._failed(now)
            self._look_at(now + _MOMENT)
        elif now < (due := self._since + self._grace):
            self._look_at(due)
        else:
            self._task = asyncio.get_running_loop().create_task(self._start())

    def _failed(self, now: datetime) -> None:
        """Count an attempt and double the delay to the next one."""
        self._attempts += 1
        self._next = now + self._wait
        self._since = None

    async def _start(self) -> None:
        """Request a session once."""
        continued = self.continued
        self._failed(utcnow())
        self._until = utcnow() + _ATTEMPT
        id_tag = continued.id_tag if continued is not None else ""
        id_tag = id_tag or self._charge_point.settings.id_tag
        self._restart.starting(self._had_session, utcnow(), id_tag)
        try:
            await self._charge_point.commands.start_transaction(
                connector_id=self._connector.number,
                id_tag=id_tag,
                own=True,
            )
        except (RefusedError, CallErrorReceivedError) as err:
            self._until = None
            self._restart.not_taken()
            self._was_refused(err)
        except CsmsError:
            # It is offline or does not answer; the session may still begin.
            self._restart.not_taken()
        # A charge point can say anything; the next attempt has to come.
        except Exception:
            _LOGGER.exception("Starting a session of %s failed", self._charge_point.id)
        else:
            self._refusals = 0
        finally:
            if self._task is asyncio.current_task():
                self._task = None
                self._changed()
                self.look()

    async def _stop(self, transaction_id: str) -> None:
        """End the session once, to start it again."""
        try:
            await self._charge_point.commands.stop_transaction(
                connector_id=self._connector.number,
                transaction_id=transaction_id,
                own=True,
            )
        except RefusedError, CallErrorReceivedError:
            self._restart.fail()
            self._changed()
        except CsmsError:
            # It is offline or does not answer; the session may still end.
            pass
        except Exception:
            _LOGGER.exception(
                "Restarting a session of %s failed", self._charge_point.id
            )
        finally:
            if self._task is asyncio.current_task():
                self._task = None
                self.look()

    def _was_refused(self, err: CsmsError) -> None:
        if self._connector.transaction is not None:
            return
        if self._restarted:
            self._restart.fail()
        self._charge_point.deviations.note("start_refused", str(err))
        self._refusals += 1
        if self.refused and (self.continued is not None or self._had_session):
            # Some accept no other session before the vehicle is unplugged.
            self._bar(Bar.REFUSED)

    def _look_at(self, when: datetime) -> None:
        self._stop_timer()
        rest = max((when - utcnow()).total_seconds(), 0.0)
        self._timer = asyncio.get_running_loop().call_later(rest + 0.01, self.look)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def record(self) -> dict[str, Any]:
        """Return the state to keep over a restart; empty if there is none."""
        found: dict[str, Any] = {}
        if self.barred is not None:
            found["barred"] = self.barred.value
        if (continued := self.continued) is not None:
            found["continued"] = asdict(continued)
        if self._refusals:
            found["refusals"] = self._refusals
        return found | self._restart.record()

    def load(self, record: Mapping[str, Any]) -> None:
        """Restore the state from `record`; ignore what cannot be read."""
        self._judged = True
        if record.get("barred") in Bar:
            self.barred = Bar(record["barred"])
        match record.get("continued"):
            # Earlier versions stored a number.
            case {"transaction_id": int() | str() as number, "id_tag": str(id_tag)}:
                self.continued = Continued(transaction_id=str(number), id_tag=id_tag)
        refusals = record.get("refusals")
        if isinstance(refusals, int) and refusals > 0:
            self._refusals = min(refusals, _MOST_REFUSALS)
        self._restart.load(record)
        self._had_session = self.continued is not None or self.barred is not None
        if record:
            self._connector.mark("start")


class Starts:
    """The starters of all connectors of one charge point."""

    def __init__(
        self, connectors: Mapping[int, Started], connector: Callable[[int], Started]
    ) -> None:
        """Create the starts; at first only sessions that a pause has ended continue.

        Args:
            connectors: The known connectors by number.
            connector: Returns the connector of a number; creates it if it is new.
        """
        self._connectors = connectors
        self._connector = connector
        self.allowed: Callable[[], bool] = lambda: False
        """Returns whether sessions other than those ended by a pause may be started."""
        self.permitted: Callable[[str], bool] = lambda _: False
        """Returns whether a session with a tag may be ended and started again."""
        self.changed: Callable[[], None] = lambda: None
        """Called when the result of `records` has changed."""

    def ready(self) -> None:
        """Resume after the charge point has connected."""
        for connector in list(self._connectors.values()):
            connector.starter.ready()

    def disconnected(self) -> None:
        """Stop attempts until the charge point connects again."""
        for connector in self._connectors.values():
            connector.starter.disconnected()

    def look(self) -> None:
        """Start the sessions that are due, as `allowed` may have changed."""
        for connector in list(self._connectors.values()):
            connector.starter.look()

    def is_continuing(self, id_tag: str) -> bool:
        """Return whether a start with this tag continues a session, without a card."""
        return any(
            connector.starter.is_continuing(id_tag)
            for connector in self._connectors.values()
        )

    def records(self) -> dict[str, Any]:
        """Return the state of each connector to keep over a restart, for JSON."""
        return {
            str(number): connector.starter.record()
            for number, connector in self._connectors.items()
        }

    def load(self, records: object) -> None:
        """Restore the state from `records`."""
        if not isinstance(records, Mapping):
            return
        for number, record in records.items():
            if number.isdecimal() and isinstance(record, Mapping):
                self._connector(int(number)).starter.load(record)
