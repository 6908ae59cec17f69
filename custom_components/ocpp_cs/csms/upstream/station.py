"""A charge point as one upstream sees it: its connection, its boots, what it tells."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
import logging
from typing import Any, Final

from ..charge_point import ChargePoint
from ..model.deviations import Deviations
from ..model.errors import (
    CallErrorReceivedError,
    CallTimeoutError,
    CommandError,
    ConnectionLostError,
)
from ..model.model import UPDATE_FAILED, DiagnosticsStatus, FirmwareStatus, utcnow
from ..model.records import UNREADABLE
from ..model.tags import Tag
from ..session import Version
from ..transactions.transaction import Transaction
from ..wire.frames import FrameLog
from ..wire.rpc import Connection
from .asked.requests import Requests
from .client import (
    ClientChannel,
    NoConnectionError,
    Trouble,
    TroubleKind,
    address,
    open_channel,
)
from .memory import StationMemory
from .model import Cause, Kind, Report, UpstreamSettings
from .pace import USUAL, Pace
from .speech import BootReason, BootStatus, Call, Decision
from .states import States
from .told.books import UpstreamBooks
from .told.by_clock import ByClock
from .told.delivery import Delivery, FindSession
from .told.outbox import Outbox

_LOGGER = logging.getLogger(__name__)

_LONGEST_ERROR: Final = 200
_MOST_ASKED: Final = 100
"""Messages, such as the pieces of reports, that the upstream may wait for."""

_MOST_DUE: Final = 20
"""Messages that are not of sessions, and may wait to be sent."""
_UPDATE_OVER: Final = UPDATE_FAILED | {FirmwareStatus.IDLE, FirmwareStatus.INSTALLED}


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
        pace: Pace = USUAL,
        queue: asyncio.Semaphore | None = None,
    ) -> None:
        """Create it; `start` connects.

        Args:
            settings: The settings of the upstream.
            charge_point: The charge point that is played.
            version: The version that is spoken to the upstream.
            books: What waits for the upstream.
            find_session: Finds a session in the ledger.
            pace: Its times.
            queue: How many charge points connect to the upstream at the same time.
        """
        self.settings = settings
        self.charge_point = charge_point
        self.outbox = Outbox(settings.id, charge_point.id, books)
        self.memory = StationMemory(books, settings.id, charge_point.id)
        self.deviations = Deviations(f"{settings.name} ({charge_point.id})")
        self.frames = FrameLog(200, max_length=2000)
        self.requests = Requests(
            settings,
            self.memory,
            charge_point,
            books,
            trigger=self._trigger,
            send=self._send,
        )
        self.requests.limits.attach(
            charge_point, lambda key: books.told(settings.id, key)
        )
        self.requests.tell_firmware = self._tell_firmware
        self.requests.tell_diagnostics = self._tell_diagnostics
        assert version.speech is not None
        self.speech = version.speech(self.requests, version.schemas)
        self.connected = False
        """Whether it is connected and accepted."""
        self.trouble: Trouble | None = None
        """Why it is not; None while it is, and before the first attempt."""
        self.last_error: str | None = None
        """The last error in an answer of the upstream."""
        self.decided: Callable[[Transaction, Decision], None] = lambda *told: None
        """Called with what the upstream decides on the id tag of a session it is told."""
        self.changed: Callable[[], None] = lambda: None
        """Called when something of the above, or of `outbox`, has changed."""
        self._version = version
        self._books = books
        self._pace = pace
        self._queue = queue or asyncio.Semaphore()
        self._delivery = Delivery(
            settings.id,
            self.outbox,
            books,
            self.speech,
            find_session=find_session,
            unsure=pace.unsure,
        )
        self._delivery.on_error = self._note
        self._delivery.on_decision = self._decided
        self._task: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._channel: ClientChannel | None = None
        self._work = asyncio.Event()
        """Is set when there may be something to send."""
        self._due: list[Call] = []
        """Messages that are to be sent once, before those of sessions."""
        self._asked: list[Call] = []
        """As `_due`, but the upstream waits for them, even before it accepts the boot."""
        self._boot_due: BootReason | None = None
        self._boot_asked = asyncio.Event()
        """Is set when the upstream asks for a BootNotification at once."""
        self._is_known = False
        """Whether it has taken something on this connection, or a boot was tried."""
        self._accepted_at: float | None = None
        """The event loop's time since which it is connected and accepted."""
        self._said_at = 0.0
        """That of its last message that was answered."""
        self._slash = False
        self._unwatch: list[Callable[[], None]] = []
        self._charging_states: dict[int, str] = {}
        """Connector -> the charging state that was told last."""
        self._watched: set[int] = set()
        """The numbers of the connectors that are watched."""
        self._states = States(
            charge_point,
            self.speech.told_state,
            lambda: self.requests.control.reservations.numbers,
            self.requests.may_measure,
            wake=self._work.set,
            away=pace.away,
        )
        self.requests.wake = self._settings_changed
        self._by_clock = ByClock(
            lambda: self.speech.sampling.aligned_interval, self._tell_by_clock
        )
        self.requests.control.reservations.changed = self._work.set
        self.outbox.changed = self._changed
        self.outbox.added = self._work.set

    @property
    def identity(self) -> str:
        """The id of the charge point at the upstream."""
        return self.settings.identity or self.charge_point.id

    @property
    def _place(self) -> str:
        """Which upstream it is, as other settings may make it another one."""
        settings = self.settings
        words = (settings.url, self.identity, settings.subprotocol)
        # The address may have a password.
        return sha256("\n".join(words).encode()).hexdigest()[:16]

    @property
    def since(self) -> datetime:
        """When the upstream was added: it is not told of what ended before."""
        since = self.memory.get("since")
        if not isinstance(since, int | float):
            since = utcnow().timestamp()
            self.memory.put("since", since)
        return datetime.fromtimestamp(since, UTC)

    # Life.

    def start(self, after: asyncio.Task[None] | None = None) -> None:
        """Connect, and stay connected until `stop`.

        Args:
            after: What to wait for first: the end of the one that it takes over from.
        """
        charge_point = self.charge_point
        _ = self.since
        self._unwatch = [
            charge_point.watch(("connectors",), self._connectors_changed),
            charge_point.watch(("identity",), self._identity_changed),
            charge_point.listen(self._happened),
        ]
        self._watch_connectors()
        self._states.start()
        self._task = asyncio.get_running_loop().create_task(
            self._run(after), name=f"upstream {self.settings.name} {charge_point.id}"
        )

    async def stop(self) -> None:
        """Disconnect."""
        self.requests.control.close()
        self._by_clock.stop()
        while self._unwatch:
            self._unwatch.pop()()
        self._watched.clear()
        self._states.stop()
        if (task := self._task) is not None:
            self._task = None
            task.cancel()
            await asyncio.wait((task,))

    async def _run(self, after: asyncio.Task[None] | None) -> None:
        if after is not None:
            await asyncio.wait((after,))
        failures = 0
        while True:
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
            now = asyncio.get_running_loop().time()
            if (since := self._accepted_at) is not None:
                self._accepted_at = None
                if now - since >= self._pace.stable:
                    failures = 0
            delay = self._pace.delay(failures)
            failures += 1
            await asyncio.sleep(delay)

    async def _connect_once(self) -> None:
        settings = self.settings
        async with self._queue:
            try:
                url = address(settings.url, self.identity, slash=self._slash)
            except ValueError as err:
                raise NoConnectionError(Trouble(TroubleKind.ADDRESS)) from err
            channel = await open_channel(
                url,
                subprotocol=settings.subprotocol,
                identity=self.identity,
                password=settings.password,
                tls=settings.tls,
                timeout=self._pace.open,
            )
        self._channel = channel
        channel.ping_every(self._ping_seconds)
        connection = Connection(
            channel,
            self.speech.handle,
            dialect=self._version.dialect,
            deviations=self.deviations,
            call_timeout=self._pace.answer,
            frames=self.frames,
        )
        self._connection = connection
        # First who takes what is read: some upstreams ask as soon as it is open.
        serving = asyncio.create_task(connection.serve())
        reading = asyncio.create_task(channel.run())
        speaking = asyncio.create_task(self._speak(connection))
        try:
            await asyncio.wait((serving, speaking), return_when=asyncio.FIRST_COMPLETED)
            if speaking.done():
                # It raises why it has given up.
                speaking.result()
        finally:
            self._connection = None
            self._channel = None
            self._set_connected(False)
            speaking.cancel()
            serving.cancel()
            try:
                await connection.close()
            finally:
                reading.cancel()
                await asyncio.gather(speaking, serving, reading, return_exceptions=True)
        raise NoConnectionError(Trouble(TroubleKind.CLOSED, channel.closed_with))

    # What it says.

    async def _speak(self, connection: Connection) -> None:
        """Boot if that is due, then send whatever there is to send."""
        self._states.forget()
        self._due.clear()
        self._delivery.connected()
        self._asked.clear()
        self._is_known = False
        self._boot_asked.clear()
        if (
            not isinstance(self.memory.get("booted"), int)
            or self.memory.get("booted_at") != self._place
        ):
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
                if silences >= self._pace.silences:
                    raise NoConnectionError(Trouble(TroubleKind.SILENT)) from err

    async def _boot(self, connection: Connection) -> None:
        """Send BootNotifications until one is accepted."""
        self._is_known = True
        while (reason := self._boot_due) is not None:
            self._boot_asked.clear()
            identity = self.charge_point.identity
            is_anonymous = not identity.vendor
            action, payload = self.speech.boot(identity, reason)
            wait = self._pace.retry
            try:
                answer = self.speech.boot_answer(await connection.call(action, payload))
                self._took_something()
            except ConnectionLostError, CallTimeoutError:
                raise
            except (CommandError, *UNREADABLE) as err:
                self._note(str(err))
                trouble = Trouble(TroubleKind.REJECTED, str(err)[:_LONGEST_ERROR])
            else:
                if answer.status is BootStatus.ACCEPTED:
                    self.memory.put("booted", answer.interval)
                    self.memory.put("booted_at", self._place)
                    self.memory.put("anonymous", is_anonymous or None)
                    if self._boot_due is reason:
                        self._boot_due = None
                    # What it knew of the connectors, it may have forgotten.
                    self._states.forget()
                    return
                self.memory.put("booted", None)
                trouble = Trouble(
                    TroubleKind.PENDING
                    if answer.status is BootStatus.PENDING
                    else TroubleKind.REJECTED
                )
                wait = self._pace.until_retry(answer.interval)
            self._set_connected(False)
            self._set_trouble(trouble)
            # Nothing but a request of the upstream makes it shorter (1.6: 4.2), which
            # is sent meanwhile what else it asks for (2.0.1: B02).
            until = asyncio.get_running_loop().time() + wait
            while not self._boot_asked.is_set():
                self._work.clear()
                if self._asked:
                    await self._tell(connection, self._asked.pop(0))
                elif (left := until - asyncio.get_running_loop().time()) > 0:
                    await self._wait(left)
                else:
                    break

    async def _speak_once(self, connection: Connection) -> None:
        """Send the next message; wait if there is none."""
        now = asyncio.get_running_loop().time()
        self._work.clear()
        if self._asked:
            await self._tell(connection, self._asked.pop(0))
        elif self._due:
            await self._tell(connection, self._due.pop(0))
        elif (state := self._states.next()) is not None:
            self._states.told(state)
            try:
                for call in self.speech.status(state, utcnow()):
                    await self._tell(connection, call)
            except CallTimeoutError:
                self._states.forget(state.number)
                raise
        elif (report := self.outbox.next(now)) is not None:
            await self._deliver(connection, report)
        elif now >= self._heartbeat_at():
            await self._tell(connection, self.speech.heartbeat())
        else:
            await self._wait(self._rest(now))

    def _heartbeat_at(self) -> float:
        """Return the event loop's time when a heartbeat is due."""
        return self._said_at + self._pace.until_heartbeat(self.memory.get("booted"))

    def _rest(self, now: float) -> float:
        """Return the seconds until something is due without any event."""
        rest = self._heartbeat_at() - now
        if (retry := self.outbox.retry_at()) is not None:
            rest = min(rest, max(retry - now, 1.0))
        return rest

    async def _wait(self, seconds: float) -> None:
        """Wait until something is to be done, at most so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._work.wait()

    async def _tell(self, connection: Connection, call: Call) -> None:
        """Send a message whose answer means nothing."""
        try:
            await connection.call(*call)
        except ConnectionLostError, CallTimeoutError:
            raise
        except CommandError as err:
            self._note(str(err))
            self._doubt(err)
        else:
            self._took_something()
        self._said_at = asyncio.get_running_loop().time()

    def _took_something(self) -> None:
        """Note that the upstream has taken a message."""
        self._is_known = True
        self._said_at = asyncio.get_running_loop().time()

    def _doubt(self, error: Exception) -> bool:
        """Boot again if an upstream takes nothing on a new connection.

        It has forgotten the charge point, or wants a boot on each connection. That is
        tried once.

        Returns:
            Whether that is so.
        """
        if self._is_known or not isinstance(error, CallErrorReceivedError):
            return False
        self._is_known = True
        self._boot_due = BootReason.POWER_UP
        return True

    async def _deliver(self, connection: Connection, report: Report) -> None:
        """Send a message of a session."""
        if await self._delivery.deliver(connection, report, self._doubt):
            self._took_something()

    async def authorize(self, tag: Tag) -> Decision | None:
        """Ask for an id tag; return None if it cannot be asked, or does not say."""
        call = self.speech.authorize(tag)
        if call is None or self._connection is None or not self.connected:
            return None
        try:
            async with asyncio.timeout(self._pace.decision):
                answer = await self.ask(call)
            return self.speech.decision(answer)
        except (CommandError, TimeoutError, *UNREADABLE) as err:
            self._note(str(err) or "time-out")
            return None

    def _decided(self, session: Transaction, decision: Decision) -> None:
        self.decided(session, decision)

    def _changed(self) -> None:
        try:
            self.changed()
        # Who shows it must not keep it from working.
        except Exception:
            _LOGGER.exception("Showing %s failed", self.settings.name)

    def _note(self, error: str) -> None:
        self.last_error = error[:_LONGEST_ERROR]
        self._changed()

    def _set_trouble(self, trouble: Trouble | None) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self._changed()

    def _set_connected(self, connected: bool) -> None:
        if connected and self._accepted_at is None:
            self._accepted_at = asyncio.get_running_loop().time()
        if connected is not self.connected or (connected and self.trouble is not None):
            self.connected = connected
            if connected:
                self.trouble = None
            self._changed()

    # What happens at the charge point.

    def _happened(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "boot":
            self._boot_due = BootReason.POWER_UP
            self._work.set()
        elif kind == "firmware_status":
            self._send_once(self.speech.firmware_status(data["status"]))
        elif kind == "diagnostics_status":
            self._send_once(self.speech.diagnostics_status(data["status"]))

    def _identity_changed(self) -> None:
        if self.memory.get("anonymous") and self.charge_point.identity.vendor:
            # It was added before it had ever connected.
            self._boot_due = self._boot_due or BootReason.POWER_UP
            self._work.set()

    def _tell_firmware(self, status: FirmwareStatus) -> None:
        self._send_once(self.speech.firmware_status(status))

    def _tell_diagnostics(self, status: DiagnosticsStatus) -> None:
        self._send_once(self.speech.diagnostics_status(status))

    def _send_once(self, call: Call | None) -> None:
        """Send a message that is of no use later."""
        if call is None or not self.connected or call in self._due:
            return
        if len(self._due) >= _MOST_DUE:
            del self._due[0]
        self._due.append(call)
        self._work.set()

    def _connectors_changed(self) -> None:
        self._watch_connectors()
        self._work.set()

    def _watch_connectors(self) -> None:
        for part in self.charge_point.parts:
            if part.number not in self._watched:
                self._watched.add(part.number)
                self._unwatch += [
                    part.watch(("status", "error_code"), self._work.set),
                    part.watch(("status",), partial(self._status_changed, part.number)),
                ]

    def _status_changed(self, number: int) -> None:
        """Tell a session's new charging state, if the version has such a thing."""
        status = self.charge_point.connector(number).status
        if number and status is not None:
            word = self.speech.charging_state(status)
            if word is not None and word != self._charging_states.get(number):
                self._charging_states[number] = word
                self._tell_session(number, Cause.STATE)

    def _tell_session(self, number: int, cause: Cause) -> bool:
        """Queue the present values of the session of a connector.

        Returns:
            Whether there is a session that the upstream is told of.
        """
        connector = self.charge_point.connector(number)
        if (session := connector.transaction) is None:
            return False
        told = self._books.told(self.settings.id, session.key)
        if told is None or told.ended:
            return False
        values = dict(connector.measurements)
        if (wh := session.newest_wh) is not None:
            values["energy"] = wh
        self.outbox.add(
            Kind.METER,
            told,
            utcnow(),
            values=values,
            offline=not self.connected,
            state=connector.status,
            cause=cause,
        )
        self._books.save_later()
        return True

    def _trigger(self, message: str, connector_id: int | None) -> bool:
        """Send a message that the upstream asks for; see `Requests.trigger`."""
        if message == "boot_notification":
            self._boot_due = self._boot_due or BootReason.TRIGGERED
            self._boot_asked.set()
        elif message == "heartbeat":
            self._send_once(self.speech.heartbeat())
        elif message == "status_notification":
            self._states.forget(connector_id)
        elif message == "meter_values":
            values = [
                self._tell_meter_values(number)
                for number in self.charge_point.connector_numbers
                if connector_id in (None, 0, number)
            ]
            return any(values)
        elif message == "transaction_event":
            told = [
                self._tell_session(number, Cause.ASKED)
                for number in self.charge_point.connector_numbers
                if connector_id in (None, 0, number)
            ]
            return any(told)
        elif message == "firmware_status_notification":
            known = self.charge_point.firmware_status or FirmwareStatus.IDLE
            is_over = known in _UPDATE_OVER
            self._tell_firmware(FirmwareStatus.IDLE if is_over else known)
        elif message in ("diagnostics_status_notification", "log_status_notification"):
            uploading = DiagnosticsStatus.UPLOADING
            is_uploading = self.charge_point.diagnostics_status is uploading
            status = uploading if is_uploading else DiagnosticsStatus.IDLE
            call = self.speech.diagnostics_status(status)
            if call is None:
                return False
            self._send_once(call)
        else:
            return False
        self._work.set()
        return True

    def _settings_changed(self) -> None:
        """Act on settings that the upstream has just written."""
        self._by_clock.plan()
        if self._channel is not None:
            self._channel.ping_every(self._ping_seconds)
        self._work.set()

    @property
    def _ping_seconds(self) -> float | None:
        known = self.memory.get("ping_interval")
        return known if isinstance(known, int) else None

    def _tell_by_clock(self) -> None:
        """Send the values of connectors without a session.

        What is charged in one that the upstream is not told of is none of its business.
        """
        for number, connector in self.charge_point.connectors.items():
            if connector.transaction is None:
                self._send_once(
                    self.speech.meter_values(
                        number, connector.measurements, utcnow(), None, aligned=True
                    )
                )

    def _tell_meter_values(self, number: int) -> bool:
        """Send the values of a connector; return whether the upstream may have them."""
        if not self.requests.may_measure(number):
            return False
        connector = self.charge_point.connectors[number]
        running = connector.transaction
        values = dict(connector.measurements)
        told = None
        if running is not None:
            told = self._books.told(self.settings.id, running.key)
            if running.register_wh is not None:
                values["energy"] = running.register_wh
        self._send_once(self.speech.meter_values(number, values, utcnow(), told))
        return True

    async def ask(self, call: Call) -> Any:
        """Return the answer to a message that is asked now; raises CommandError.

        Raises:
            ConnectionLostError: It is not connected and accepted.
        """
        if self._connection is None or not self.connected:
            raise ConnectionLostError(call[0])
        return await self._connection.call(*call)

    def _send(self, calls: Sequence[Call]) -> bool:
        """Send messages that the upstream has asked for; see `Requests.send`."""
        if len(self._asked) + len(calls) > _MOST_ASKED:
            return False
        self._asked += calls
        self._work.set()
        return True

    @property
    def waiting_since(self) -> datetime | None:
        """The time of the oldest message that waits."""
        oldest = self.outbox.oldest
        return None if oldest is None else oldest.time
