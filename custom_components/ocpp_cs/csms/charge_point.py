"""A charge point: what is known of it, what changed, and the way to command it."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
import logging
from typing import Any

from .access.local_list import LocalList
from .access.reservations import Reservations
from .admission.acquaintance import Acquaintance
from .admission.path_secret import holds_secret
from .admission.takeovers import Takeovers
from .commands import Commands
from .connector import Connector
from .limits.methods import ProfileMethods
from .limits.session_starter import Starts
from .link import Link
from .metering.refused_measurands import RefusedMeasurands
from .model.capabilities import Capabilities
from .model.changes import Changes, Emit
from .model.clock import ChargerClock
from .model.deviations import Deviations
from .model.errors import NotConnectedError
from .model.model import (
    MAX_CONNECTORS,
    Admission,
    ChargePointSettings,
    ConfigurationKey,
    DiagnosticsStatus,
    FirmwareStatus,
    Identity,
    utcnow,
)
from .model.quirks import Quirks
from .quirks.rules import quirks_for
from .restarts import Restarts
from .transactions.ledger import Ledger
from .wire.frames import FrameLog

_LOGGER = logging.getLogger(__name__)

_SEEN_GRANULARITY = timedelta(minutes=15)
"""How stale the watched `last_seen` may be while the charge point is connected.

Each message would be a state and a line in the logbook; it matters, and is exact,
when the charge point is gone.
"""

_MOST_KEYS = 1000
"""Configuration keys that are remembered; no charge point has as many."""


class ChargePoint:
    """A charge point, connected or not.

    Watchable fields of the charge point (`watch`): `connected`, `last_seen`,
    `identity`, `quirks`, `connectors` (one more is known), `ready` (it told what it is),
    `capabilities`, `firmware_status`, `diagnostics_status`, `reservations`, `clock`
    (its offset is another), `known` (whether the connection is its own may be another). Those of its connectors, and of connector 0: see
    `Connector`, `Reservations`.
    """

    def __init__(self, charge_point_id: str, ledger: Ledger) -> None:
        """Start disconnected; connectors of which the ledger knows are there."""
        self.id = charge_point_id
        self.ledger = ledger
        self.changes = Changes()
        self.deviations = Deviations(charge_point_id)
        self.clock = ChargerClock()
        self.frames = FrameLog()
        self.reservations = Reservations(self.changes, lambda: self.connector_numbers)
        self.local_list = LocalList(self)
        self.restarts = Restarts(self)
        self.acquaintance = Acquaintance(self)
        self.takeovers = Takeovers(self, self.acquaintance)
        self.profile_methods: ProfileMethods = ProfileMethods(self)
        self.connectors: dict[int, Connector] = {}
        self.starts = Starts(self.connectors, self.connector)
        self.admission = Admission.PENDING
        self._settings = ChargePointSettings()
        self.identity = Identity()
        self.quirks = Quirks()
        """In what it differs from the specification; follows identity and settings."""
        self.capabilities: Capabilities = Capabilities()
        """What it can do, as it says; see `set_capabilities`."""
        self.configuration: dict[str, ConfigurationKey] = {}
        """Key in lower case -> what the charge point said of it.

        Raw, for diagnostics and for who reads and writes keys.
        """
        self.connected = False
        self.ready = False
        """Whether the charge point has been asked what it is, since it connected."""
        self.remote: str | None = None
        """The address that it connected from."""
        self.prefix: tuple[str, ...] = ()
        """What stood before its id when it opened its connection."""
        self.protocol: str | None = None
        self.connections = 0
        self.boots = 0
        self.last_seen: datetime | None = None
        self.firmware_status: FirmwareStatus | None = None
        self.diagnostics_status: DiagnosticsStatus | None = None
        self.security_events: deque[dict[str, Any]] = deque(maxlen=20)
        """The last ones, each of which has been told."""
        self.refused_settings: dict[str, str] = {}
        """Configuration keys (lower case) -> values that it would not take."""
        self.refused_measurands = RefusedMeasurands(lambda: self.identity)
        self.awaited_starts: dict[int | None, Callable[[], None]] = {}
        """Connector -> how to stop waiting for the transaction of a remote start."""
        self.link: Link | None = None
        self._seen_marked: datetime | None = None
        self._last_seq_before = 0
        """Of the transactions that were booked before the connection began."""
        self._listeners: dict[Emit, None] = {}
        self.whole = Connector(self, 0)
        """What is said of connector 0: the charge point itself, which is none."""
        for number in sorted(ledger.connectors(charge_point_id)):
            self.connector(number)

    def watch(
        self, fields: Iterable[str], watcher: Callable[[], None]
    ) -> Callable[[], None]:
        """Call `watcher` after any of `fields` changed; return the way to stop."""
        return self.changes.watch(0, fields, watcher)

    def listen(self, listener: Emit) -> Callable[[], None]:
        """Call `listener` for whatever happens once; return the way to stop.

        Kinds: those of `Acquaintance` and `Takeovers`, `withheld` (an action that only
        a known connection is told), `boot`, `fault`, `authorization`, `security_event`, `data_transfer`,
        `sign_certificate`, `transaction_started` (its id has been told), and, also
        when nothing changed, `firmware_status` and `diagnostics_status`.
        """
        self._listeners[listener] = None

        def stop() -> None:
            self._listeners.pop(listener, None)

        return stop

    def emit(self, kind: str, data: dict[str, Any]) -> None:
        """Tell the listeners of something that happened, soon: answers go first."""
        if self._listeners:
            asyncio.get_running_loop().call_soon(self._tell, kind, data)

    def _tell(self, kind: str, data: dict[str, Any]) -> None:
        for listener in list(self._listeners):
            try:
                listener(kind, data)
            # One broken listener must not silence the others.
            except Exception:
                _LOGGER.exception("A listener of %s failed", self.id)

    @property
    def settings(self) -> ChargePointSettings:
        """What the owner wants."""
        return self._settings

    @settings.setter
    def settings(self, settings: ChargePointSettings) -> None:
        self._settings = settings
        self._find_quirks()

    def came_to(self, secret: str) -> bool:
        """Whether its open connection was made to an address with that secret."""
        return self.link is not None and holds_secret(self.prefix, secret)

    def knows_secret(self, prefix: Iterable[str]) -> bool:
        """Tell whether an address with these segments before the id is its own."""
        return holds_secret(prefix, self._settings.path_secret)

    @property
    def came_with_secret(self) -> bool:
        """Whether its open connection was made to the address with its secret."""
        return self.link is not None and self.knows_secret(self.prefix)

    @property
    def call_timeout(self) -> float:
        """Seconds that it has for an answer."""
        return max(self._settings.call_timeout, self.quirks.answer_seconds)

    def _find_quirks(self) -> None:
        self.quirks = quirks_for(self.identity, self._settings.overrides)
        for connector in self.parts:
            connector.meter.thousandths = self.quirks.temperature_in_thousandths
        self.changes.mark(0, "quirks")

    @property
    def commands(self) -> Commands:
        """The commands of the open connection.

        Raises NotConnectedError while there is none.
        """
        if self.link is None:
            raise NotConnectedError(self.id)
        return self.link.commands

    @property
    def connector_numbers(self) -> list[int]:
        """The numbers of the connectors, from 1."""
        return sorted(self.connectors)

    @property
    def parts(self) -> list[Connector]:
        """The charge point as a whole, and its connectors."""
        return [self.whole, *self.connectors.values()]

    def connector(self, number: int) -> Connector:
        """Return the connector of that number; it is made when it is new.

        With 0, as OCPP 1.6 has it, what is said of the charge point as a whole.
        """
        if not number:
            return self.whole
        if (connector := self.connectors.get(number)) is None:
            connector = self.connectors[number] = Connector(self, number)
            connector.meter.thousandths = self.quirks.temperature_in_thousandths
            self.changes.mark(0, "connectors")
        return connector

    def connector_told(self, number: int) -> Connector | None:
        """Return the connector of a number that a message told.

        It is made when it is new; None if there can be no such.
        """
        if 0 <= number <= MAX_CONNECTORS:
            return self.connector(number)
        self.deviations.note("connector_id_out_of_range", str(number))
        return None

    def opened(
        self, link: Link, *, remote: str, protocol: str, prefix: tuple[str, ...] = ()
    ) -> None:
        """Let `link` be the connection from now on, whatever the old one does.

        `prefix` is what stands before the id in the address that it was made to.
        """
        if (old := self.link) is not None:
            old.replaced()
            self.profile_methods.disconnected()
            self.starts.disconnected()
            self.acquaintance.closed()
            self.takeovers.taken_over(self.remote or "", remote)
        self.link = link
        self.remote, self.protocol, self.prefix = remote, protocol, prefix
        self.connections += 1
        self.ready = False
        self.acquaintance.opened()
        self.clock.connected()
        self._last_seq_before = self.ledger.last_seq
        for connector in self.parts:
            connector.connected()
        self.restarts.opened()
        if not self.connected:
            self.connected = True
            self.changes.mark(0, "connected")
        self._mark_seen(utcnow())

    def closed(self, link: Link) -> bool:
        """Note that `link` ended; return False when a newer one took its place.

        Watchers run before this returns: nobody sees values of a charge point
        that is gone.
        """
        if self.link is not link:
            return False
        self.link = None
        self.connected = self.ready = False
        self.profile_methods.disconnected()
        self.restarts.closed()
        self.starts.disconnected()
        self.acquaintance.closed()
        self.changes.mark(0, "connected")
        self._mark_seen(self.last_seen or utcnow())
        self.changes.flush()
        return True

    def seen(self) -> None:
        """Note that a message came."""
        now = self.last_seen = utcnow()
        if self._seen_marked is None or now - self._seen_marked >= _SEEN_GRANULARITY:
            self._mark_seen(now)

    def observe_clock(self, reported: datetime, now: datetime) -> None:
        """Take the time that a live message tells, to find out if its clock is off."""
        clock = self.clock
        before, was_settled = clock.offset, clock.settled
        if not clock.observe(reported, now):
            if clock.is_doubtful and self.link is not None:
                self.link.clock_doubted()
            return
        self.changes.mark(0, "clock")
        if not clock.offset:
            return
        self.deviations.note("clock_off", f"by {-clock.offset}")
        if before or was_settled:
            return
        # What it told before it was found out was told by the same clock.
        self.ledger.correct_times(
            self.id, after=self._last_seq_before, offset=clock.offset
        )
        for connector in self.parts:
            connector.transaction_corrected()

    def _mark_seen(self, now: datetime) -> None:
        self.last_seen = self._seen_marked = now
        self.changes.mark(0, "last_seen")

    def set_ready(self) -> None:
        """Note that the charge point has said what it is."""
        self.ready = True
        self.changes.mark(0, "ready")
        self.profile_methods.ready()
        self.starts.ready()

    def set_identity(self, identity: Identity) -> None:
        """Note what the charge point says of itself."""
        if identity != self.identity:
            self.identity = identity
            self._find_quirks()
            # Another firmware may take what the old one refused.
            self.refused_settings.clear()
            self.changes.mark(0, "identity")

    def recall_identity(self, identity: Identity) -> None:
        """Take what it said of itself before a restart, unless it said it since."""
        if self.identity == Identity():
            self.set_identity(identity)

    def set_configuration(self, keys: Iterable[ConfigurationKey]) -> None:
        """Note raw settings, in addition to those known.

        What they mean has to be told by `set_capabilities`.
        """
        for key in keys:
            name = key.key.lower()
            if name in self.configuration or len(self.configuration) < _MOST_KEYS:
                self.configuration[name] = key

    def set_capabilities(self, capabilities: Capabilities) -> None:
        """Note what the charge point can do, in place of all that was known of it."""
        if capabilities != self.capabilities:
            self.capabilities = capabilities
            self.changes.mark(0, "capabilities")

    def set_firmware_status(
        self, status: FirmwareStatus, request_id: int | None = None
    ) -> None:
        """Note a FirmwareStatusNotification (4.5), for all or for one request."""
        self.emit("firmware_status", {"status": status, "request_id": request_id})
        if status is not self.firmware_status:
            self.firmware_status = status
            self.changes.mark(0, "firmware_status")

    def set_diagnostics_status(
        self, status: DiagnosticsStatus, request_id: int | None = None
    ) -> None:
        """Note a DiagnosticsStatusNotification (4.4), for all or for one request."""
        self.emit("diagnostics_status", {"status": status, "request_id": request_id})
        if status is not self.diagnostics_status:
            self.diagnostics_status = status
            self.changes.mark(0, "diagnostics_status")

    def set_available(self, connector_id: int, available: bool) -> None:
        """Note an accepted change of availability; 0 is every connector."""
        for part in self.parts if connector_id == 0 else [self.connector(connector_id)]:
            part.set_available(available)

    def limit_taken(self, connector_id: int) -> None:
        """Note that a charging profile was accepted; 0 is for every connector."""
        for part in self.parts if connector_id == 0 else [self.connector(connector_id)]:
            part.limit_taken()

    def close(self) -> None:
        """Let go of timers."""
        self.restarts.close()
        self.reservations.close()
        self.profile_methods.close()
        self.acquaintance.close()
        for stop in list(self.awaited_starts.values()):
            stop()
        for connector in self.parts:
            connector.close()
