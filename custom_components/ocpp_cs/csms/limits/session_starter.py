"""Starts sessions: those that are wanted, and those that a pause has ended.

Many charge points begin no session by themselves, and some end one when they are
told a limit of 0: nothing charges again without RemoteStartTransaction.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
import logging
from typing import TYPE_CHECKING, Any, Final, Protocol

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

if TYPE_CHECKING:
    from ..commands import Commands
    from ..model.deviations import Deviations
    from ..model.quirks import Quirks
    from ..transactions.transaction import Transaction

_LOGGER = logging.getLogger(__name__)

_GRACE: Final = timedelta(seconds=10)
"""Who is free to charge mostly begins by itself once it is offered current."""
_GRACE_AFTER_PAUSE: Final = timedelta(seconds=3)
_MOMENT: Final = timedelta(seconds=2)
_ATTEMPT: Final = timedelta(seconds=60)
"""How long a session may take to begin after its start was accepted."""
_LONGEST_WAIT: Final = timedelta(seconds=90)
"""How long a limit may take to be told before that counts as a failed attempt."""
_FIRST_WAIT_S: Final = 60.0
_DOUBLINGS: Final = 4
"""From one attempt to the next it is 1, 2, 4, 8 and then always 16 minutes."""
_MOST_REFUSALS: Final = 3
_AFTER_PAUSE: Final = timedelta(seconds=60)
"""What ends a session may come so much later than the pause that is its reason."""
_BY_HAND: Final = timedelta(minutes=2)
"""What was asked to stop has stopped for that reason, whatever it says."""
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
"""The reasons for which somebody has ended a session, whatever was limited."""


class Bar(StrEnum):
    """Why no session is started, until the vehicle was unplugged or one began."""

    HAND = "hand"
    """It was stopped from here, or by an emergency stop and the like."""
    CARD = "card"
    """It was stopped at the charge point."""
    VEHICLE = "vehicle"
    """It has ended it, as it needs no more."""
    UNPLUGGED = "unplugged"
    """The vehicle has left the cable in the charge point."""
    REFUSED = "refused"
    """The charge point takes no new session as long as it is plugged in."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Continued:
    """A session that a pause has ended, and that is to go on after it."""

    transaction_id: str
    id_tag: str
    """Empty where it is not known."""


class Limits(Protocol):
    """What of a connector's limits decides over starts: see `Limiter`."""

    @property
    def state(self) -> LimitState:
        """What became of the last one."""

    @property
    def pauses(self) -> bool:
        """Whether a limit of 0 is in force."""

    @property
    def is_busy(self) -> bool:
        """Whether something is being told."""

    @property
    def automatic(self) -> bool:
        """Whether a control has the say."""


class Startable(Protocol):
    """What of a connector decides over starts: see `Connector`."""

    number: int

    @property
    def status(self) -> ConnectorStatus | None:
        """Its status."""

    @property
    def plugged_in(self) -> bool | None:
        """Whether a vehicle is plugged in; None is unknown."""

    @property
    def transaction(self) -> Transaction | None:
        """The transaction that runs."""

    @property
    def latest_transaction(self) -> Transaction | None:
        """The one that runs, or the last one."""

    @property
    def limiter(self) -> Limits:
        """Its limits."""

    def mark(self, *fields: str) -> None:
        """Note that these fields changed."""

    def watch(
        self, fields: Iterable[str], watcher: Callable[[], None]
    ) -> Callable[[], None]:
        """Call `watcher` after any of `fields` changed; return the way to stop."""


class Started(Protocol):
    """A connector with a starter."""

    @property
    def starter(self) -> SessionStarter:
        """Its starter."""


class Starting(Protocol):
    """What of a charge point decides over starts: see `ChargePoint`."""

    id: str
    deviations: Deviations

    @property
    def ready(self) -> bool:
        """Whether it has been asked what it is, since it connected."""

    @property
    def quirks(self) -> Quirks:
        """In what it differs from the specification."""

    @property
    def settings(self) -> ChargePointSettings:
        """What the owner wants."""

    @property
    def commands(self) -> Commands:
        """Those of its connection; raises NotConnectedError while there is none."""

    @property
    def starts(self) -> Starts:
        """What its connectors share."""


class SessionStarter:
    """Starts the sessions of one connector.

    Watchable field of the connector: `start` (whether starts are refused).

    A control says with `want` whether there should be a session; where none has the
    say, one that a pause has ended goes on as soon as the pause is over. Against a stop
    by hand, by card or by the vehicle nothing is started.
    """

    def __init__(self, connector: Startable, charge_point: Starting) -> None:
        """Want none."""
        self._connector = connector
        self._charge_point = charge_point
        self.barred: Bar | None = None
        self.continued: Continued | None = None
        self._wanted = self._unlimited = False
        self._had_session = False
        """Whether one has ended since the vehicle was plugged in."""
        self._refusals = self._attempts = self._attempts_before = 0
        self._since: datetime | None = None
        """Since when a session could be started, and is wanted."""
        self._next: datetime | None = None
        """When the next attempt is due."""
        self._until: datetime | None = None
        """Until when the session of the last one may begin."""
        self._stop_asked: datetime | None = None
        self._told: tuple[StopReason | None, str | None] = (None, None)
        """Reason and tag of the StopTransaction that is being taken in."""
        self._pausing = False
        self._pause_began = self._pause_ended = datetime.min.replace(
            tzinfo=utcnow().tzinfo
        )
        self._flow: ConnectorStatus | None = None
        """The last status that occurs within a session only."""
        self._status_told = False
        """Whether one has been told since the last session ended."""
        self._judged = False
        """Whether it is known how the last session ended."""
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._unwatch: Callable[[], None] = lambda: None
        if connector.number:
            self._unwatch = connector.watch(("intent", "limiter"), self.look)

    # What others ask.

    @property
    def refused(self) -> bool:
        """Whether the charge point refuses to start a session, again and again."""
        return self._refusals >= _MOST_REFUSALS

    @property
    def in_session(self) -> bool:
        """Whether a session runs, be it one of which nothing else is known."""
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
        """Whether a session can be started now, or is being started."""
        now = utcnow()
        return (
            self._is_possible
            and (
                self._unlimited
                or self._connector.limiter.state is not LimitState.REFUSED
            )
            and (self._is_due(now) or self._is_under_way(now))
        )

    def continues(self, id_tag: str) -> str | None:
        """Return the id of the transaction that one with this tag would continue."""
        if (continued := self.continued) is None:
            return None
        known = continued.id_tag or self._charge_point.settings.id_tag
        return continued.transaction_id if tag_key(known) == tag_key(id_tag) else None

    def is_continuing(self, id_tag: str) -> bool:
        """Tell whether it is us who have just asked for a session with this tag."""
        return self.continues(id_tag) is not None and self._is_under_way(utcnow())

    # What is wanted.

    def want(self, wanted: bool, *, unlimited: bool = False) -> None:
        """Have a session started if there is none, or not any more.

        With `unlimited` also where the charge point has refused its limit.
        """
        self._wanted, self._unlimited = wanted, unlimited
        self.look()

    def started_by_hand(self) -> None:
        """Take note that somebody has started a session."""
        self._forget()

    def stop_asked(self) -> None:
        """Take note that somebody is about to stop the session, or wants none."""
        self._stop_asked = utcnow()
        if (
            self._connector.transaction is None
            and self._connector.plugged_in is not False
        ):
            self._bar(Bar.HAND)

    def stop_refused(self) -> None:
        """Take note that the charge point does not stop it."""
        self._stop_asked = None

    # What happens.

    def stopping(self, reason: StopReason | None, id_tag: str | None) -> None:
        """Take note of what a StopTransaction tells, before the transaction ends."""
        self._told = reason, id_tag

    def transaction_changed(self, before: Transaction | None) -> None:
        """Act on the begin or the end of a transaction."""
        latest = self._connector.latest_transaction
        if latest is None:
            return
        same = before is not None and before.id == latest.id
        if latest.end is None:
            if not same or (before is not None and before.end is not None):
                attempts = self._attempts
                self._forget()
                self._attempts_before = attempts
        elif same and before is not None and before.end is None:
            self._ended(latest)
        self._told = None, None
        self.look()

    def status_told(self) -> None:
        """Act on a status, be it the same as before."""
        status = self._connector.status
        self._status_told = True
        if status in IN_TRANSACTION:
            self._flow = status
        if status in VEHICLE_ABSENT:
            self._forget()
            self._had_session = False
        elif status is ConnectorStatus.PREPARING and self.barred is Bar.UNPLUGGED:
            # Another one, or the same again.
            self._forget()
        elif not self._judged and status is ConnectorStatus.FINISHING:
            self._judge_before()
        self._judged = True
        self.look()

    def ready(self) -> None:
        """Go on after the charge point has connected."""
        soon = utcnow() + timedelta(seconds=_FIRST_WAIT_S)
        if self._next is not None and self._next > soon:
            self._next = soon
        self.look()

    def disconnected(self) -> None:
        """Stop what cannot go on."""
        self._stop_timer()
        self._since = self._until = None
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def close(self) -> None:
        """Let go of everything."""
        self._unwatch()
        self.disconnected()

    # How sessions end.

    def _ended(self, transaction: Transaction) -> None:
        """Find out whether another session may be started after this one."""
        self._note_pause()
        self._had_session = True
        self._status_told = False
        reason, id_tag = self._told
        if transaction.reported_end is None or self._connector.plugged_in is False:
            # Nothing is known of its end, or it does not matter any more.
            return
        now = utcnow()
        lately = self._pausing or now - self._pause_ended < _AFTER_PAUSE
        bar = self._reason_not_to_go_on(reason, id_tag, lately=lately, now=now)
        if bar is not None:
            self._bar(bar)
        elif lately:
            self.continued = Continued(
                transaction_id=transaction.id, id_tag=transaction.id_tag
            )
            self._since = None
            self._changed()
        energy = transaction.energy_wh or 0.0
        if transaction.duration(now) < _SHORT and energy < _LITTLE_WH:
            # What ends at once is not started again and again.
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
        if reason in _RESTARTS:
            return None
        if self._stop_asked is not None and now - self._stop_asked < _BY_HAND:
            return Bar.HAND
        if reason in _DECIDED:
            return Bar.HAND
        if reason is StopReason.EV_DISCONNECTED:
            return Bar.UNPLUGGED
        if lately:
            # Some that end it because of the limit say Local, or nothing. With a tag it
            # was a card, and some time after the limit somebody at the button.
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
        """Make the best of a session that ended before anything was remembered."""
        latest = self._connector.latest_transaction
        if latest is None or latest.end is None or latest.reported_end is None:
            return
        if latest.reason in _DECIDED:
            self._bar(Bar.HAND)
        elif latest.reason == StopReason.LOCAL:
            self._bar(Bar.CARD)

    def _note_pause(self) -> None:
        """Remember since when, or until when, a limit of 0 was in force."""
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
        """Begin anew: the vehicle has left, or a session has begun."""
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

    # Starting.

    @property
    def _is_possible(self) -> bool:
        connector = self._connector
        return (
            self._charge_point.ready
            and connector.plugged_in is True
            and not self.in_session
            and self.barred is None
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
        """How long to wait after the last attempt."""
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
        """See whether a session is to be started now, or when."""
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
        """Be more patient from now on."""
        self._attempts += 1
        self._next = now + self._wait
        self._since = None

    async def _start(self) -> None:
        """Ask for a session, once."""
        continued = self.continued
        self._failed(utcnow())
        self._until = utcnow() + _ATTEMPT
        try:
            await self._charge_point.commands.start_transaction(
                connector_id=self._connector.number,
                id_tag=(continued.id_tag if continued is not None else "") or None,
                own=True,
            )
        except (RefusedError, CallErrorReceivedError) as err:
            self._until = None
            self._was_refused(err)
        except CsmsError:
            # It is away, or says nothing; its session may begin all the same.
            pass
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

    def _was_refused(self, err: CsmsError) -> None:
        if self._connector.transaction is not None:
            return
        self._charge_point.deviations.note("start_refused", str(err))
        self._refusals += 1
        if self.refused and (self.continued is not None or self._had_session):
            # Some take no other session before the vehicle was unplugged.
            self._bar(Bar.REFUSED)

    def _look_at(self, when: datetime) -> None:
        self._stop_timer()
        rest = max((when - utcnow()).total_seconds(), 0.0)
        self._timer = asyncio.get_running_loop().call_later(rest + 0.01, self.look)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # Over a restart.

    def record(self) -> dict[str, Any]:
        """Return what is to be remembered; empty if that is nothing."""
        found: dict[str, Any] = {}
        if self.barred is not None:
            found["barred"] = self.barred.value
        if (continued := self.continued) is not None:
            found["continued"] = asdict(continued)
        if self._refusals:
            found["refusals"] = self._refusals
        return found

    def load(self, record: Mapping[str, Any]) -> None:
        """Take over what `record` returned; what is odd is left out."""
        self._judged = True
        if record.get("barred") in Bar:
            self.barred = Bar(record["barred"])
        match record.get("continued"):
            # It was a number in what earlier versions remembered.
            case {"transaction_id": int() | str() as number, "id_tag": str(id_tag)}:
                self.continued = Continued(transaction_id=str(number), id_tag=id_tag)
        refusals = record.get("refusals")
        if isinstance(refusals, int) and refusals > 0:
            self._refusals = min(refusals, _MOST_REFUSALS)
        self._had_session = self.continued is not None or self.barred is not None
        if record:
            self._connector.mark("start")


class Starts:
    """What the connectors of one charge point share of it."""

    def __init__(
        self, connectors: Mapping[int, Started], connector: Callable[[int], Started]
    ) -> None:
        """Begin none but those that a pause has ended.

        Args:
            connectors: Those that are known, by number.
            connector: Returns the one of a number, which may be a new one.
        """
        self._connectors = connectors
        self._connector = connector
        self.allowed: Callable[[], bool] = lambda: False
        """Whether sessions may be begun that nobody has begun before."""
        self.changed: Callable[[], None] = lambda: None
        """Called when `records` has changed."""

    def ready(self) -> None:
        """Go on after the charge point has connected."""
        for connector in list(self._connectors.values()):
            connector.starter.ready()

    def disconnected(self) -> None:
        """Stop what cannot go on."""
        for connector in self._connectors.values():
            connector.starter.disconnected()

    def look(self) -> None:
        """See whether there is something to start, as `allowed` may have changed."""
        for connector in list(self._connectors.values()):
            connector.starter.look()

    def is_continuing(self, id_tag: str) -> bool:
        """Tell whether this tag goes on with a session, without any card."""
        return any(
            connector.starter.is_continuing(id_tag)
            for connector in self._connectors.values()
        )

    def records(self) -> dict[str, Any]:
        """Return what is to be remembered of each connector, for JSON."""
        return {
            str(number): connector.starter.record()
            for number, connector in self._connectors.items()
        }

    def load(self, records: object) -> None:
        """Take over what `records` returned before a restart."""
        if not isinstance(records, Mapping):
            return
        for number, record in records.items():
            if number.isdecimal() and isinstance(record, Mapping):
                self._connector(int(number)).starter.load(record)
