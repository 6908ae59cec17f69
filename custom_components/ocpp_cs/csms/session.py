"""One connection of a charge point, from first to last, in any version of OCPP."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol, override

from .access.authorization import Authorization, Authorizer
from .access.card_reads import CardReads
from .charge_point import ChargePoint
from .commands import Commands
from .link import Link, OpenCalls
from .model.errors import CommandError, OtherVersionError
from .model.model import Admission, Identity
from .model.tags import Tag
from .schema.schemas import Schemas
from .transaction_reports import TransactionReports
from .transactions.transaction import Transaction
from .wire.frames import Dialect
from .wire.rpc import Connection, Handler
from .wire.websocket import WebSocket

PENDING_INTERVAL = 30
"""Seconds after which a charge point that is not adopted may boot again."""

_CLOCK_CHECKS = 3
_CLOCK_CHECK_DELAY = 6.0
"""Seconds between two of them, so that each counts: see `ChargerClock`."""

_REPETITION = 300.0
"""Seconds in which a second boot of the same connection is the first one once more."""

_LOOK_INTERVAL = 0.05

_PING_TIMEOUT = 30.0
"""Seconds that a silent charge point has to show that it lives."""


class SetUp[C: Commands](Protocol):
    """Asks a charge point what it is, and sets what differs from the settings."""

    def __call__(
        self, charge_point: ChargePoint, commands: C, *, booted: bool
    ) -> Coroutine[Any, Any, None]:
        """Do that once, and call `ChargePoint.set_ready` on the way.

        Must not raise.

        Args:
            charge_point: Whom to set up.
            commands: Those of its open connection.
            booted: Whether it has just booted, and tells by itself what a boot is
                followed by.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class Version[C: Commands]:
    """A version of OCPP: all that a session needs to speak it."""

    subprotocol: str
    """Its name in the handshake, in lower case."""
    dialect: Dialect
    schemas: Schemas
    inbound: Callable[[Session], Handler]
    """Makes what handles the calls of a charge point."""
    commands: Callable[[ChargePoint, Connection, Schemas], C]
    """Makes what calls it."""
    wanted: Callable[[ChargePoint], object]
    """Returns what the set-up writes: when that changes, there is a new one."""
    set_up: SetUp[C]
    ids_tell: bool = False
    """Whether a charge point always names its transactions, so that none is guessed."""


class Session(Link):
    """Joins a websocket to its charge point while the connection lasts."""

    def __init__(
        self,
        charge_point: ChargePoint,
        websocket: WebSocket,
        version: Version[Any],
        *,
        boot_wait: float,
        authorizer: Authorizer,
    ) -> None:
        """Prepare to `serve`.

        Args:
            charge_point: Whose connection it is.
            websocket: The connection, after its handshake.
            version: What is spoken on it.
            boot_wait: Seconds that the charge point has to boot.
            authorizer: Decides over tags.
        """
        self.charge_point = charge_point
        self.schemas = version.schemas
        self._version = version
        self._boot_wait = boot_wait
        self._authorizer = authorizer
        self._card_reads = CardReads(charge_point.emit)
        self.transactions = TransactionReports(
            charge_point, authorize=self.authorize, card_reads=self._card_reads
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
        """Whether a BootNotification came on this connection."""
        self._clock_checked = False
        self._setup: asyncio.Task[None] | None = None
        self._boot_set_up: tuple[float, object] | None = None
        """When it was set up for a boot, by the loop's clock, as what and how."""
        self._tasks: set[asyncio.Task[None]] = set()
        self.version_is_a_guess = False
        """Whether no subprotocol says which version is spoken."""
        self._other_version: str | None = None
        self._boot_timer: asyncio.TimerHandle | None = None
        self._over = False

    async def serve(
        self, *, remote: str, protocol: str | None, prefix: tuple[str, ...] = ()
    ) -> None:
        """Serve the connection until it ends.

        Args:
            remote: The address of the other side.
            protocol: The subprotocol that was agreed upon, if any.
            prefix: What stood before the id in the address.

        Raises:
            OtherVersionError: None was, and it speaks another version.
        """
        charge_point = self.charge_point
        self.version_is_a_guess = protocol is None
        charge_point.opened(
            self,
            remote=remote,
            protocol=protocol or self._version.subprotocol,
            prefix=prefix,
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
        if self._other_version is not None:
            raise OtherVersionError(self._other_version)

    def speaks_other_version(self, version: str) -> None:
        """End the connection, once the message that showed it has been answered.

        `version` is what users call it, such as `OCPP 2`.
        """
        if self._other_version is None:
            self._other_version = version
            self.connection.finish_soon()

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
        """Ask for messages that tell the time.

        A charge point that is idle tells it once, when it boots, and then in its next
        session, whose times would be wrong.
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
            # It was told to wait. It may be asked to boot again until it is
            # accepted (6.3), but not later (errata 3.40).
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
            # It boots by itself after the interval that it was told, or never.
            if self._boot_timer is not None:
                self._stop_boot_timer()
                self._no_boot()

    def authorize(
        self, tag: Tag, *, starting: Transaction | None = None
    ) -> Authorization:
        """Decide over a tag, with which `starting` begins."""
        return self._authorizer.authorize(self.charge_point.id, tag, starting=starting)

    def card_read(self, id_tag: str) -> Authorization:
        """Decide over a tag that was presented, and tell of that."""
        authorization = self.authorize(Tag(id_tag))
        if not self.charge_point.starts.is_continuing(id_tag):
            self._card_reads.asked(id_tag, authorization)
        return authorization

    def booted(self, identity: Identity, *serials: str | None) -> int | None:
        """Take in what a charge point says of itself when it boots.

        Args:
            identity: What it says.
            serials: All serial numbers in it that may be the charge point's own.

        Returns:
            The interval of its heartbeats in seconds; None if it has to wait, as it
            is not adopted: for `PENDING_INTERVAL`.
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
        """Tell whether this boot is the last one, told once more.

        Some repeat it every few seconds while something else of theirs has no answer.
        Who does start anew connects anew.
        """
        now = asyncio.get_running_loop().time()
        told = (self.charge_point.identity, self.charge_point.settings)
        before, self._boot_set_up = self._boot_set_up, (now, told)
        if before is None or before[1] != told or now - before[0] > _REPETITION:
            return False
        # It counts from the one that was acted on.
        self._boot_set_up = before
        return True

    def _no_boot(self) -> None:
        """Do without a BootNotification: none is due on a mere reconnect (J 5.4)."""
        self._boot_timer = None
        if self._is_admitted and self.charge_point.acquaintance.take_question():
            # The one before said that it is another device.
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
        """End a connection whose other side is gone without a word.

        Any traffic is a sign of life. Some charge points answer no pings, so it
        takes a silence that is long for their heartbeats before one is sent.
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
