"""A charge point as one upstream sees it: its connection, its boots, what it tells."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
import logging
import random
from typing import Any, Final

from ..charge_point import ChargePoint
from ..model.deviations import Deviations
from ..model.errors import (
    CallErrorReceivedError,
    CallTimeoutError,
    CommandError,
    ConnectionLostError,
)
from ..model.model import ChargePointError, ConnectorStatus, utcnow
from ..session import Version
from ..transactions.transaction import Transaction, TransactionKey
from ..wire.frames import FrameLog
from ..wire.rpc import Connection
from .asked.requests import Requests
from .client import NoConnectionError, Trouble, TroubleKind, address, open_channel
from .memory import StationMemory
from .model import Kind, Report, UpstreamSettings
from .speech import BootReason, BootStatus, Call, ConnectorState
from .told.books import UpstreamBooks
from .told.outbox import Outbox

_LOGGER = logging.getLogger(__name__)

_BACK_OFF: Final = (2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds until the next attempt to connect, each with up to half of it more."""

_STABLE_S: Final = 60.0
"""Seconds after which a connection counts as one that has worked."""

_DEFAULT_HEARTBEAT: Final = 300
"""Seconds between heartbeats where the upstream leaves it open (interval 0)."""

_LEAST_HEARTBEAT: Final = 10
_DEFAULT_RETRY: Final = 60
"""Seconds until the next BootNotification where the upstream leaves it open."""

_LONGEST_RETRY: Final = 3600
_ANSWER_S: Final = 30.0
_MOST_SILENCES: Final = 3
"""Messages without an answer after which the connection counts as dead."""

_AWAY_S: Final = 60.0
"""Seconds that a charge point may be away before its connectors are unavailable."""

_SURE_S: Final = 600.0
"""Seconds after the end of a session that the charge point has not told, until it is
told: some go on, and some tell an end of their own."""

type FindSession = Callable[[TransactionKey], Coroutine[Any, Any, Transaction | None]]
"""Returns the session with that key from the ledger, also an old one."""


class VirtualStation:
    """Plays one charge point for one upstream.

    Our ledger is what tells: nothing that the upstream does or omits reaches the charge
    point, unless it has a role for it.
    """

    def __init__(
        self,
        settings: UpstreamSettings,
        charge_point: ChargePoint,
        version: Version[Any],
        books: UpstreamBooks,
        *,
        find_session: FindSession,
    ) -> None:
        """Create it; `start` connects.

        Args:
            settings: The settings of the upstream.
            charge_point: The charge point that is played.
            version: The version that is spoken to the upstream.
            books: What waits for the upstream.
            find_session: Finds a session in the ledger.
        """
        self.settings = settings
        self.charge_point = charge_point
        self.outbox = Outbox(settings.id, charge_point.id, books)
        self.memory = StationMemory(books, settings.id, charge_point.id)
        self.deviations = Deviations(f"{settings.name} ({charge_point.id})")
        self.frames = FrameLog(200, max_length=2000)
        self.requests = Requests(
            settings, self.memory, charge_point.id, trigger=self._trigger
        )
        self.requests.limits.attach(
            charge_point, lambda key: books.told(settings.id, key)
        )
        assert version.speech is not None
        self.speech = version.speech(self.requests, version.schemas)
        self.connected = False
        """Whether it is connected and accepted."""
        self.trouble: Trouble | None = None
        """Why it is not; None while it is, and before the first attempt."""
        self.last_error: str | None = None
        """The last error in an answer of the upstream."""
        self.changed: Callable[[], None] = lambda: None
        """Called when something of the above, or of `outbox`, has changed."""
        self._version = version
        self._books = books
        self._find_session = find_session
        self._task: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._work = asyncio.Event()
        """Is set when there may be something to send."""
        self._told_states: dict[int, ConnectorState] = {}
        self._due: list[Call] = []
        """Messages that are to be sent once, before those of sessions."""
        self._boot_due: BootReason | None = None
        self._heartbeat_due = False
        self._slash = False
        self._unwatch: list[Callable[[], None]] = []
        self._away: asyncio.TimerHandle | None = None
        self._is_away = not charge_point.connected
        self.outbox.changed = self._changed
        self.outbox.added = self._work.set

    @property
    def identity(self) -> str:
        """The id of the charge point at the upstream."""
        return self.settings.identity or self.charge_point.id

    @property
    def since(self) -> datetime:
        """When the upstream was added: it is not told of what ended before."""
        since = self.memory.get("since")
        if not isinstance(since, int | float):
            since = utcnow().timestamp()
            self.memory.put("since", since)
        return datetime.fromtimestamp(since, UTC)

    # Life.

    def start(self) -> None:
        """Connect, and stay connected until `stop`."""
        charge_point = self.charge_point
        _ = self.since
        self._unwatch = [
            charge_point.watch(("connected",), self._connected_changed),
            charge_point.watch(("connectors",), self._connectors_changed),
        ]
        self._watch_connectors()
        charge_point_booted = charge_point.listen(self._happened)
        self._unwatch.append(charge_point_booted)
        self._task = asyncio.get_running_loop().create_task(
            self._run(), name=f"upstream {self.settings.name} {charge_point.id}"
        )

    async def stop(self) -> None:
        """Disconnect."""
        while self._unwatch:
            self._unwatch.pop()()
        if self._away is not None:
            self._away.cancel()
            self._away = None
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        failures = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._connect_once()
            except NoConnectionError as err:
                if err.trouble.kind is TroubleKind.UNKNOWN_ID:
                    # Some backends know their addresses with a slash at the end only.
                    self._slash = not self._slash
                self._set_trouble(err.trouble)
            # Whatever the upstream did: the next attempt may succeed.
            except Exception:
                _LOGGER.exception("The connection to %s failed", self.settings.name)
                self._set_trouble(Trouble(TroubleKind.CLOSED))
            if asyncio.get_running_loop().time() - began > _STABLE_S:
                failures = 0
            delay = _BACK_OFF[min(failures, len(_BACK_OFF) - 1)]
            failures += 1
            await asyncio.sleep(delay * random.uniform(1.0, 1.5))

    async def _connect_once(self) -> None:
        settings = self.settings
        channel = await open_channel(
            address(settings.url, self.identity, slash=self._slash),
            subprotocol=settings.subprotocol,
            identity=self.identity,
            password=settings.password,
            tls=settings.tls,
        )
        connection = Connection(
            channel,
            self.speech.handle,
            dialect=self._version.dialect,
            deviations=self.deviations,
            call_timeout=_ANSWER_S,
            frames=self.frames,
        )
        self._connection = connection
        reading = asyncio.create_task(channel.run())
        serving = asyncio.create_task(connection.serve())
        speaking = asyncio.create_task(self._speak(connection))
        try:
            await asyncio.wait((serving, speaking), return_when=asyncio.FIRST_COMPLETED)
            if speaking.done() and (err := speaking.exception()) is not None:
                raise err
        finally:
            self._connection = None
            self._set_connected(False)
            speaking.cancel()
            await connection.close()
            serving.cancel()
            reading.cancel()
            await asyncio.gather(speaking, serving, reading, return_exceptions=True)
        raise NoConnectionError(Trouble(TroubleKind.CLOSED, channel.closed_with))

    # What it says.

    async def _speak(self, connection: Connection) -> None:
        """Boot if that is due, then send whatever there is to send."""
        self._told_states.clear()
        self._due.clear()
        if not isinstance(self.memory.get("booted"), int):
            self._boot_due = self._boot_due or BootReason.POWER_UP
        silences = 0
        while True:
            try:
                if self._boot_due is not None:
                    await self._boot(connection)
                self._set_connected(True)
                await self._speak_once(connection)
                silences = 0
            except ConnectionLostError:
                return
            except CallTimeoutError as err:
                silences += 1
                self._note(str(err))
                if silences >= _MOST_SILENCES:
                    raise NoConnectionError(Trouble(TroubleKind.SILENT)) from err

    async def _boot(self, connection: Connection) -> None:
        """Send BootNotifications until one is accepted."""
        while (reason := self._boot_due) is not None:
            action, payload = self.speech.boot(self.charge_point.identity, reason)
            try:
                answer = self.speech.boot_answer(await connection.call(action, payload))
            except (CallErrorReceivedError, ValueError) as err:
                self._note(str(err))
                self._set_trouble(Trouble(TroubleKind.REJECTED, str(err)))
                await asyncio.sleep(_DEFAULT_RETRY)
                continue
            if answer.status is BootStatus.ACCEPTED:
                self.memory.put("booted", answer.interval)
                self._boot_due = None
                return
            self.memory.put("booted", None)
            kind = (
                TroubleKind.PENDING
                if answer.status is BootStatus.PENDING
                else TroubleKind.REJECTED
            )
            self._set_trouble(Trouble(kind))
            wait = answer.interval if answer.interval > 0 else _DEFAULT_RETRY
            await self._wait(min(wait, _LONGEST_RETRY))

    async def _speak_once(self, connection: Connection) -> None:
        """Send the next message; wait if there is none."""
        self._work.clear()
        if self._due:
            await self._tell(connection, self._due.pop(0))
        elif (state := self._next_state()) is not None:
            self._told_states[state.number] = state
            for call in self.speech.status(state, utcnow()):
                await self._tell(connection, call)
        elif (
            report := self.outbox.next(asyncio.get_running_loop().time())
        ) is not None:
            await self._deliver(connection, report)
        elif not await self._wait(self._rest()) and self._boot_due is None:
            await self._tell(connection, self.speech.heartbeat())

    def _rest(self) -> float:
        """Return the seconds until something is due without any event."""
        interval = self.memory.get("booted")
        if not isinstance(interval, int) or interval <= 0:
            interval = _DEFAULT_HEARTBEAT
        rest = float(max(interval, _LEAST_HEARTBEAT))
        if (retry := self.outbox.retry_at()) is not None:
            rest = min(rest, max(retry - asyncio.get_running_loop().time(), 1.0))
        return rest

    async def _wait(self, seconds: float) -> bool:
        """Wait; return whether something is to be done before the time is over."""
        self._work.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._work.wait()
        except TimeoutError:
            return False
        return True

    async def _tell(self, connection: Connection, call: Call) -> None:
        """Send a message whose answer means nothing."""
        try:
            await connection.call(*call)
        except CallErrorReceivedError as err:
            self._note(str(err))
            if self.memory.get("booted") is not None and not self._told_states:
                # It has forgotten that the charge point has booted.
                self._boot_due = BootReason.POWER_UP

    async def _deliver(self, connection: Connection, report: Report) -> None:
        """Send a message of a session, and note the answer."""
        told = self._books.told(self.settings.id, report.key)
        session = await self._find_session(report.key) if told is not None else None
        if told is None or session is None:
            # The user has deleted it.
            self.outbox.drop(report)
            return
        now = asyncio.get_running_loop().time()
        if report.kind is Kind.STOP:
            if session.end is None:
                self.outbox.take_back_end(report, told)
                return
            unsure = _SURE_S - (utcnow() - session.end).total_seconds()
            if session.reported_end is None and unsure > 0:
                self.outbox.put_off(report, now + unsure)
                return
        try:
            call = self.speech.report(report, session, told)
            answer = self.speech.confirmation(report, await connection.call(*call))
        except ConnectionLostError, CallTimeoutError:
            raise
        except (CommandError, ValueError) as err:
            self._note(str(err))
            self.outbox.refuse(report, str(err)[:200], now)
            return
        if answer.told_id is not None:
            told.told_id = answer.told_id
        if answer.decision is not None and answer.decision.status != "accepted":
            told.refused = answer.decision.status
        self.outbox.confirm(report, told)

    def _changed(self) -> None:
        # It may be set later.
        self.changed()

    def _note(self, error: str) -> None:
        self.last_error = error[:200]
        self.changed()

    def _set_trouble(self, trouble: Trouble | None) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self.changed()

    def _set_connected(self, connected: bool) -> None:
        if connected:
            self.trouble = None
        if connected is not self.connected:
            self.connected = connected
            self.changed()

    # What happens at the charge point.

    def _happened(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "boot":
            self._boot_due = BootReason.POWER_UP
            self._work.set()
        elif kind == "firmware_status":
            self._due.append(self.speech.firmware_status(data["status"]))
            self._work.set()

    def _connectors_changed(self) -> None:
        self._watch_connectors()
        self._work.set()

    def _watch_connectors(self) -> None:
        for part in self.charge_point.parts:
            self._unwatch.append(part.watch(("status", "error_code"), self._work.set))

    def _connected_changed(self) -> None:
        if self._away is not None:
            self._away.cancel()
            self._away = None
        if self.charge_point.connected:
            self._is_away = False
            self._work.set()
        else:
            self._away = asyncio.get_running_loop().call_later(_AWAY_S, self._gone)

    def _gone(self) -> None:
        self._away, self._is_away = None, True
        self._work.set()

    def _states(self) -> list[ConnectorState]:
        """Return the present states, with the charge point itself first."""
        whole = self.charge_point.whole
        away = self._is_away
        states = [
            ConnectorState(
                number=0,
                status=(
                    ConnectorStatus.UNAVAILABLE
                    if away or whole.available is False
                    else ConnectorStatus.FAULTED
                    if whole.status is ConnectorStatus.FAULTED
                    else ConnectorStatus.AVAILABLE
                ),
                error_code=whole.error_code or ChargePointError.NO_ERROR,
                info=whole.info,
                vendor_error_code=whole.vendor_error_code,
            )
        ]
        for number in self.charge_point.connector_numbers:
            one = self.charge_point.connectors[number]
            if away and one.transaction is None:
                states.append(
                    ConnectorState(number=number, status=ConnectorStatus.UNAVAILABLE)
                )
            elif one.status is not None:
                states.append(
                    ConnectorState(
                        number=number,
                        status=one.status,
                        error_code=one.error_code or ChargePointError.NO_ERROR,
                        info=one.info,
                        vendor_error_code=one.vendor_error_code,
                    )
                )
        return states

    def _next_state(self) -> ConnectorState | None:
        """Return a state that the upstream has not been told yet."""
        return next(
            (one for one in self._states() if self._told_states.get(one.number) != one),
            None,
        )

    def _trigger(self, message: str, connector_id: int | None) -> bool:
        """Send a message that the upstream asks for; see `Requests.trigger`."""
        if message == "boot_notification":
            self._boot_due = BootReason.TRIGGERED
        elif message == "heartbeat":
            self._due.append(self.speech.heartbeat())
        elif message == "status_notification":
            if connector_id is None:
                self._told_states.clear()
            else:
                self._told_states.pop(connector_id, None)
        else:
            return False
        self._work.set()
        return True

    @property
    def waiting_since(self) -> datetime | None:
        """The time of the oldest message that waits."""
        oldest = self.outbox.oldest
        return None if oldest is None else oldest.time
