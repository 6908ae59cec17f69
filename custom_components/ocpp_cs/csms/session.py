"""A connection of a charge point, from its beginning to its end, in any version."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, Protocol, override

from .access.authorization import Authorization, Authorizer, Others
from .access.card_reads import CardReads
from .charge_point import ChargePoint
from .commands import Commands
from .link import Link, OpenCalls
from .model.errors import CommandError, OtherVersionError
from .model.model import Admission, Identity
from .model.security import UNSECURED, ConnectionSecurity
from .model.tags import Tag
from .schema.schemas import Schemas
from .transaction_events import TransactionEvents
from .transaction_reports import TransactionReports
from .transactions.transaction import Transaction
from .upstream.asked.requests import Requests
from .upstream.speech import Speech
from .wire.frames import Dialect
from .wire.rpc import Connection, Handler
from .wire.websocket import WebSocket

PENDING_INTERVAL = 30
"""Seconds after which a pending charge point may send BootNotification again."""

_CLOCK_CHECKS = 3
_CLOCK_CHECK_DELAY = 6.0
"""Seconds between two checks, so that each counts: see `ChargerClock`."""

_REPETITION = 300.0
"""Seconds in which a second BootNotification on a connection counts as a repetition."""

_TELL_INTERVAL = 600.0
"""Seconds after which messages of another version are told of again."""

_LOOK_INTERVAL = 0.05

_PING_TIMEOUT = 30.0
"""Seconds that a silent charge point has to react to a ping."""


class SetUp[C: Commands](Protocol):
    """Queries a charge point, and writes what differs from the settings."""

    def __call__(
        self, charge_point: ChargePoint, commands: C, *, booted: bool
    ) -> Coroutine[Any, Any, None]:
        """Set up the charge point once, and call `ChargePoint.set_ready` in between.

        Must not raise.

        Args:
            commands: The commands of its open connection.
            booted: Whether it has just booted, and therefore sends its status unasked.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class Version[C: Commands]:
    """A version of OCPP: everything that a session needs to speak it."""

    subprotocol: str
    """The name of the version in the handshake, in lower case."""
    dialect: Dialect
    schemas: Schemas
    inbound: Callable[[Session], Handler]
    """Creates the handler for the calls of a charge point."""
    commands: Callable[[ChargePoint, Connection, Schemas], C]
    """Creates the commands to it."""
    wanted: Callable[[ChargePoint], object]
    """Returns the settings that the set-up writes; a change causes a new set-up."""
    set_up: SetUp[C]
    compresses: bool = False
    """True if messages may be compressed (RFC 7692)."""
    ids_tell: bool = False
    """True if every message names its transaction, so that none has to be guessed."""
    speech: Callable[[Requests, Schemas], Speech] | None = None
    """Creates what speaks it to an upstream; None if it is not spoken to upstreams."""


class Session(Link):
    """Connects a websocket to its charge point until it is closed."""

    def __init__(
        self,
        charge_point: ChargePoint,
        websocket: WebSocket,
        version: Version[Any],
        *,
        boot_wait: float,
        authorizer: Authorizer,
        others: Others | None = None,
        shows_other: Callable[[str], bool] = lambda subprotocol: False,
    ) -> None:
        """Prepare to `serve`.

        Args:
            charge_point: The charge point that has connected.
            websocket: The connection, after its handshake.
            version: The version that is spoken on it.
            boot_wait: Seconds that the charge point has to send a BootNotification.
            authorizer: Decides on id tags.
            others: Further systems that decide on id tags of theirs.
            shows_other: Called with the subprotocol of the messages, if they are those
                of another version, now and then. Returns whether the connection has to
                end.
        """
        self.charge_point = charge_point
        self._shows_other = shows_other
        self.schemas = version.schemas
        self._version = version
        self._boot_wait = boot_wait
        self._authorizer = authorizer
        self._others = others
        self._card_reads = CardReads(charge_point.emit)
        self.transactions = TransactionReports(
            charge_point,
            authorize=self.authorize,
            ask_others=self.ask_others,
            card_reads=self._card_reads,
        )
        self.events = TransactionEvents(
            charge_point,
            self.transactions,
            authorize=self.authorize,
            ask_others=self.ask_others,
            card_reads=self._card_reads,
        )
        self.connection = Connection(
            websocket,
            version.inbound(self),
            dialect=version.dialect,
            deviations=charge_point.deviations,
            call_timeout=charge_point.call_timeout,
            frames=charge_point.frames,
        )
        self.commands: Commands = version.commands(
            charge_point, self.connection, version.schemas
        )
        self._admitted = self._is_admitted
        self._wanted = version.wanted(charge_point)
        self.boot_seen = False
        """True if a BootNotification came on this connection."""
        self._clock_checked = False
        self._setup: asyncio.Task[None] | None = None
        self._boot_set_up: tuple[float, object] | None = None
        """The loop time of the last set-up for a boot; its identity and settings."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._other_version: str | None = None
        """The subprotocol of its messages, if it is another one."""
        self._other_told = 0.0
        """The loop time when that was told last."""
        self._ends_for_other = False
        self._boot_timer: asyncio.TimerHandle | None = None
        self._over = False

    async def serve(
        self,
        *,
        remote: str,
        protocol: str | None,
        prefix: tuple[str, ...] = (),
        security: ConnectionSecurity = UNSECURED,
    ) -> None:
        """Serve the connection until it ends.

        Args:
            remote: The address of the other side.
            protocol: The subprotocol that was agreed upon, if any.
            prefix: The path segments before the id.
            security: How the connection is protected.

        Raises:
            OtherVersionError: The next connection has to use the version of the
                messages.
        """
        charge_point = self.charge_point
        charge_point.opened(
            self,
            remote=remote,
            protocol=protocol or self._version.subprotocol,
            prefix=prefix,
            security=security,
        )
        charge_point.ledger.ids_tell(charge_point.id, always=self._version.ids_tell)
        self.connection.set_adopted(self._is_admitted)
        self._await_boot()
        self._start(self._watch_liveness())
        try:
            await self.connection.serve()
        finally:
            self._stop_tasks()
            charge_point.closed(self)
        if self._ends_for_other and self._other_version is not None:
            raise OtherVersionError(self._other_version)

    def speaks_other_version(self, subprotocol: str, action: str) -> None:
        """Note a message of another version.

        The connection goes on. But if no subprotocol was agreed on, it ends without an
        answer: the charge point sends the message again on the next connection, which
        uses its version.

        Args:
            subprotocol: The name of the version of the message.
            action: The action of the message.

        Raises:
            OtherVersionError: The connection ends.
        """
        self.charge_point.deviations.note("message_of_other_version", action[:50])
        now = asyncio.get_running_loop().time()
        if self._other_version is not None and now - self._other_told < _TELL_INTERVAL:
            return
        self._other_version, self._other_told = subprotocol, now
        if self._shows_other(subprotocol):
            self._ends_for_other = True
            self.connection.finish()
            raise OtherVersionError(subprotocol)

    def _start(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _stop_tasks(self) -> None:
        self._over = True
        self._stop_boot_timer()
        for task in list(self._tasks):
            task.cancel()

    @override
    def replaced(self) -> None:
        self._stop_tasks()
        self.connection.abort()

    @override
    async def close(self) -> None:
        self._stop_tasks()
        await self.connection.close()

    @override
    async def answers(self, seconds: float) -> bool:
        before = self.connection.last_received
        self.connection.ping()
        for _ in range(round(seconds / _LOOK_INTERVAL)):
            await asyncio.sleep(_LOOK_INTERVAL)
            if self._over:
                break
            if self.connection.last_received != before:
                return True
        return False

    @override
    def clock_doubted(self) -> None:
        if self._is_admitted and not self._clock_checked:
            self._clock_checked = True
            self._start(self._check_clock())

    async def _check_clock(self) -> None:
        """Ask for messages that contain the time.

        An idle charge point sends it once, when it boots, and then in its next session,
        whose times would be wrong.
        """
        numbers = self.charge_point.connector_numbers
        for _ in range(_CLOCK_CHECKS):
            await asyncio.sleep(_CLOCK_CHECK_DELAY)
            if not self.charge_point.clock.is_doubtful:
                return
            try:
                await self.commands.trigger_message(
                    requested_message="meter_values",
                    connector_id=numbers[0] if len(numbers) == 1 else None,
                )
            except CommandError:
                return

    @override
    def open_calls(self) -> OpenCalls:
        return OpenCalls(
            ours=self.connection.calls_under_way(),
            waiting=self.connection.calls_waiting,
            theirs=self.connection.calls_handled(),
        )

    @override
    def admission_changed(self) -> None:
        admitted, self._admitted = self._admitted, self._is_admitted
        self.connection.set_adopted(self._admitted)
        self.connection.call_timeout = self.charge_point.call_timeout
        if not self._admitted:
            return
        wanted, self._wanted = self._wanted, self._version.wanted(self.charge_point)
        if admitted:
            if wanted != self._wanted:
                self._set_up(booted=True)
            return
        if self.boot_seen:
            # It was answered with Pending. It may be asked for a BootNotification
            # until it is accepted (6.3), but not later (errata 3.40).
            self._start(self._ask_to_boot())
        self._await_boot()

    @property
    def _is_admitted(self) -> bool:
        return self.charge_point.admission is Admission.ADOPTED

    def _await_boot(self) -> None:
        self._stop_boot_timer()
        self._boot_timer = asyncio.get_running_loop().call_later(
            self._boot_wait, self._no_boot
        )

    def _stop_boot_timer(self) -> None:
        if self._boot_timer is not None:
            self._boot_timer.cancel()
            self._boot_timer = None

    async def _ask_to_boot(self) -> None:
        try:
            await self.commands.trigger_message(requested_message="boot_notification")
        except CommandError:
            # It sends one after the interval of the answer, or never.
            if self._boot_timer is not None:
                self._stop_boot_timer()
                self._no_boot()

    def authorize(
        self, tag: Tag, *, starting: Transaction | None = None
    ) -> Authorization:
        """Decide on an id tag.

        Args:
            starting: The transaction that begins with it, if any.
        """
        charge_point = self.charge_point
        ours = self._authorizer.authorize(charge_point.id, tag, starting=starting)
        decision = ours
        if self._others is not None and self._others.decide_at(charge_point.id):
            decision = self._others.decide(
                charge_point.id, tag, decision, starting=starting
            )
        decision = charge_point.claims.decide(decision, tag, starting)
        group = decision.parent_id_tag
        if (
            group is not None
            and group != ours.parent_id_tag
            and self._authorizer.has_group(group)
        ):
            # With a group of the owner, others' cards could end sessions of the house.
            return replace(decision, parent_id_tag=ours.parent_id_tag)
        return decision

    def ask_others(
        self, tag: Tag, connector_id: int | None = None
    ) -> Awaitable[object] | None:
        """Ask further systems for an id tag, before `authorize`.

        Args:
            tag: The id tag.
            connector_id: The connector where a transaction begins with it, if one does.

        Returns:
            What to wait for; None, at once, if it is not theirs.
        """
        charge_point = self.charge_point
        if (
            self._others is None
            or not self._others.decide_at(charge_point.id)
            or charge_point.starts.is_continuing(tag.id)
            or charge_point.claims.has_start(tag)
        ):
            return None
        ours = self._authorizer.authorize(charge_point.id, tag)
        return self._others.ask(charge_point.id, tag, ours, connector_id=connector_id)

    def card_read(self, tag: Tag) -> Authorization:
        """Decide on an id tag that was presented, and emit the result."""
        authorization = self.authorize(tag)
        if not self.charge_point.starts.is_continuing(tag.id):
            self._card_reads.asked(tag.shown, authorization)
        return authorization

    def booted(self, identity: Identity, *serials: str | None) -> int | None:
        """Process a BootNotification.

        Args:
            identity: The identity in it.
            serials: All serial numbers in it that may be the charge point's own.

        Returns:
            The heartbeat interval in seconds; None if it is not adopted, and has to
            wait for `PENDING_INTERVAL`.
        """
        charge_point = self.charge_point
        charge_point.boots += 1
        charge_point.clock.begin_anew()
        before = charge_point.identity
        charge_point.acquaintance.told(identity, *serials)
        charge_point.restarts.booted(before)
        self._act_on_boot()
        if not self._is_admitted:
            return None
        return charge_point.settings.heartbeat_interval

    def _act_on_boot(self) -> None:
        self.boot_seen = True
        self.connection.call_timeout = self.charge_point.call_timeout
        self._wanted = self._version.wanted(self.charge_point)
        self._stop_boot_timer()
        if self._is_admitted and not self._is_repetition():
            self._set_up(booted=True)

    def _is_repetition(self) -> bool:
        """Return whether this BootNotification is a repetition of the last one.

        Some charge points repeat it every few seconds while another call of theirs has
        no answer. A charge point that does restart also opens a new connection.
        """
        now = asyncio.get_running_loop().time()
        told = (self.charge_point.identity, self.charge_point.settings)
        before, self._boot_set_up = self._boot_set_up, (now, told)
        if before is None or before[1] != told or now - before[0] > _REPETITION:
            return False
        # The period begins with the BootNotification that was acted on.
        self._boot_set_up = before
        return True

    def _no_boot(self) -> None:
        """Go on without a BootNotification.

        None is due after a mere reconnection (OCPP-J 1.6, 5.4).
        """
        self._boot_timer = None
        if self._is_admitted and self.charge_point.acquaintance.take_question():
            # The previous connection claimed to be another device.
            self._await_boot()
            self._start(self._ask_to_boot())
        elif self._is_admitted:
            self._set_up(booted=False)
        elif not self.boot_seen:
            self._start(self._ask_to_boot())

    def _set_up(self, *, booted: bool) -> None:
        if self._setup is not None:
            self._setup.cancel()
        self._setup = self._start(
            self._version.set_up(self.charge_point, self.commands, booted=booted)
        )

    async def _watch_liveness(self) -> None:
        """End a connection whose other side has disappeared.

        Any traffic is a sign of life. Some charge points do not answer pings, so a ping
        is sent only after a silence that is long compared with the heartbeat interval.
        """
        loop = asyncio.get_running_loop()
        while True:
            patience = 2.5 * self.charge_point.settings.heartbeat_interval
            silence = loop.time() - self.connection.last_received
            if silence < patience:
                await asyncio.sleep(patience - silence)
                continue
            before = self.connection.last_received
            self.connection.ping()
            await asyncio.sleep(_PING_TIMEOUT)
            if self.connection.last_received == before:
                self.connection.abort()
                return
