"""A charge point: its state, its changes and its commands."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime, timedelta
import logging
from typing import Any

from .access.claims import Claims
from .access.local_list import LocalList
from .access.reservations import Reservations
from .admission.acquaintance import Acquaintance
from .admission.path_secret import holds_secret
from .admission.takeovers import Takeovers
from .commands import Commands
from .connector import Connector
from .discharging.permissions import Permissions
from .limits.methods import ProfileMethods
from .limits.session_starter import Starts
from .link import Link
from .metering.refused_measurands import RefusedMeasurands
from .metering.signed import PassSigned, pass_no_signed
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
from .model.sample import SignedReading
from .model.security import NO_RULES, UNSECURED, ConnectionSecurity, SecurityRules
from .money.board import PriceBoard
from .outside.ceilings import Ceilings
from .outside.transfers import PassOn, pass_to_nobody
from .quirks.rules import quirks_for
from .restarts import Restarts
from .transactions.ledger import Ledger
from .transactions.transaction import Transaction
from .wire.frames import FrameLog

_LOGGER = logging.getLogger(__name__)

_SEEN_GRANULARITY = timedelta(minutes=15)
"""The age that the watched `last_seen` may have while the charge point is connected.

Otherwise each message would write a state and a logbook entry. Once the charge point
has disconnected, `last_seen` matters and is exact.
"""

_MOST_KEYS = 1000
"""The number of configuration keys that are kept; no charge point has as many."""


class ChargePoint:
    """A charge point, connected or not.

    Watchable fields of the charge point (`watch`): `connected`, `last_seen`,
    `identity`, `quirks`, `connectors` (a connector was added), `ready` (it has been
    queried), `capabilities`, `firmware_status`, `diagnostics_status`, `reservations`,
    `security` (of its connections),
    `clock` (its offset changed), `prices` (what it is to show of them differs), `known` (whether the connection is the charge point's
    own; it is also marked without a change). For the fields of its connectors and of
    connector 0 see `Connector` and `Reservations`.
    """

    def __init__(self, charge_point_id: str, ledger: Ledger) -> None:
        """Start disconnected, with the connectors that the ledger has."""
        self.id = charge_point_id
        self.ledger = ledger
        self.changes = Changes()
        self.deviations = Deviations(charge_point_id)
        self.clock = ChargerClock()
        self.frames = FrameLog()
        self.reservations = Reservations(self.changes, lambda: self.connector_numbers)
        self.local_list = LocalList(self)
        self.restarts = Restarts(self)
        self.price_board = PriceBoard(self.changes, self._prices_written)
        """What it is to show of prices."""
        self.acquaintance = Acquaintance(self)
        self.takeovers = Takeovers(self, self.acquaintance)
        self.profile_methods: ProfileMethods = ProfileMethods(self)
        self.permissions = Permissions(lambda: self.connectors, self.connector)
        """What the owner has decided about discharging."""
        self.connectors: dict[int, Connector] = {}
        self.ceilings: Ceilings = Ceilings(self)
        """What others allow at most at its connectors."""
        self.claims = Claims(self.connectors)
        """Starts and reservations of upstreams."""
        self.pass_on: PassOn = pass_to_nobody
        """Passes its DataTransfers on, before they are answered here."""
        self.signed: list[SignedReading] = []
        """The signed data of the message that is being handled."""
        self.pass_signed: PassSigned = pass_no_signed
        """Passes them on, when they are not kept here."""
        self._left_out: dict[int, Connector] = {}
        """Those that are not there: they are the same ones if they are reported again."""
        self.starts = Starts(self.connectors, self.connector)
        self.admission = Admission.PENDING
        self._settings = ChargePointSettings()
        self.identity = Identity()
        self.quirks = Quirks()
        """Its deviations from the specification; they follow identity and settings."""
        self.capabilities: Capabilities = Capabilities()
        """The capabilities that it reports; see `set_capabilities`."""
        self.configuration: dict[str, ConfigurationKey] = {}
        """Key in lower case -> the configuration key as the charge point reported it.

        Raw, for diagnostics and for reading and writing keys.
        """
        self.reported: dict[str, Callable[[], list[dict[str, Any]]]] = {}
        """What else it has reported, by a name for diagnostics; of its version."""
        self.connected = False
        self.ready = False
        """True if the charge point has been queried since it connected."""
        self.remote: str | None = None
        """The address that it connected from."""
        self.host: str | None = None
        """The host that it connects to, as its last connection said."""
        self.prefix: tuple[str, ...] = ()
        """The path segments before its id, of its last connection."""
        self.security: ConnectionSecurity = UNSECURED
        """The protection of its last connection."""
        self.security_rules: SecurityRules = NO_RULES
        """What its owner demands of its connections; applies to later ones."""
        self.check_csr: Callable[[str], bool] = lambda csr: True
        """Returns whether a certificate request of it, in PEM, can be signed (A02)."""
        self.csr_asked: float | None = None
        """When its open connection was asked for such a request, by the loop's clock."""
        self.password_change: Callable[[str], AbstractAsyncContextManager[None]] = (
            lambda password: nullcontext()
        )
        """Returns what a new password is sent in (A01): it is entered before, and left
        when the charge point has accepted the password, or with the error."""
        self.protocol: str | None = None
        """The subprotocol that is spoken on its open connection, or was on the last."""
        self.subprotocols_offered: tuple[str, ...] = ()
        """The subprotocols that its last connection has offered."""
        self.connections = 0
        self.boots = 0
        self.last_seen: datetime | None = None
        self.opened_at: datetime | None = None
        """The time at which the open connection, or the last one, began."""
        self.firmware_status: FirmwareStatus | None = None
        self.diagnostics_status: DiagnosticsStatus | None = None
        self.security_events: deque[dict[str, Any]] = deque(maxlen=20)
        """The last security events; the listeners have received each of them."""
        self.refused_settings: dict[str, str] = {}
        """Configuration keys (lower case) -> values that it rejected."""
        self.refused_measurands = RefusedMeasurands(lambda: self.identity)
        self.awaited_starts: dict[int | None, Callable[[], None]] = {}
        """Connector of a remote start -> a function that stops waiting for it."""
        self.still_runs: Callable[[Transaction], bool] = lambda transaction: False
        """Returns whether a transaction goes on although no vehicle is plugged in."""
        self.link: Link | None = None
        self.version_listeners: list[Callable[[], None]] = [
            self.profile_methods.version_changed
        ]
        """Called when a connection speaks another version than the one before it."""
        self.on_close: list[Callable[[], None]] = []
        """What a version of OCPP has to stop when it is closed."""
        self._of_versions: dict[object, Any] = {}
        self._seen_marked: datetime | None = None
        self._last_seq_before = 0
        """The last `seq` of the transactions from before the connection."""
        self._listeners: dict[Emit, None] = {}
        self.whole = Connector(self, 0)
        """Connector 0 of OCPP 1.6, which is the charge point itself."""
        for number in sorted(ledger.connectors(charge_point_id)):
            self.connector(number)

    def signed_told(
        self,
        *,
        connector_id: int | None,
        transaction_id: str | None,
        edge: bool = False,
    ) -> None:
        """Pass on what is signed in the message that is being handled."""
        readings, self.signed = self.signed, []
        self.pass_signed(
            readings,
            connector_id=connector_id,
            transaction_id=transaction_id,
            edge=edge,
        )

    def watch(
        self, fields: Iterable[str], watcher: Callable[[], None]
    ) -> Callable[[], None]:
        """Call `watcher` after any of `fields` changed.

        Returns:
            A function that stops watching.
        """
        return self.changes.watch(0, fields, watcher)

    def part[T](self, kind: Callable[[ChargePoint], T]) -> T:
        """Return what a version of OCPP knows of it beyond its connections.

        Args:
            kind: The class of it, which is created on first use.
        """
        part = self._of_versions.get(kind)
        if part is None:
            part = self._of_versions[kind] = kind(self)
        return part

    def listen(self, listener: Emit) -> Callable[[], None]:
        """Call `listener` for each event.

        Kinds of events: those of `Acquaintance` and `Takeovers`, `withheld` (an action
        that is sent to a known connection only), `boot`, `fault`, `authorization`,
        `security_event`, `data_transfer`, `sign_certificate`, `transaction_started`
        (its id has been sent) and, also without a change, `firmware_status` and
        `diagnostics_status`.

        Args:
            listener: Called with the kind of the event and its data.

        Returns:
            A function that stops listening.
        """
        self._listeners[listener] = None

        def stop() -> None:
            self._listeners.pop(listener, None)

        return stop

    def emit(self, kind: str, data: dict[str, Any]) -> None:
        """Send an event to the listeners soon, after the answer that is due.

        Args:
            kind: The kind of the event; see `listen`.
            data: Its data.
        """
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
        """The owner's settings."""
        return self._settings

    @settings.setter
    def settings(self, settings: ChargePointSettings) -> None:
        self._settings = settings
        self._find_quirks()

    def came_to(self, secret: str) -> bool:
        """Return whether its open connection uses an address with that secret."""
        return self.link is not None and holds_secret(self.prefix, secret)

    def knows_secret(self, prefix: Iterable[str]) -> bool:
        """Return whether one of these path segments is its own secret."""
        return holds_secret(prefix, self._settings.path_secret)

    @property
    def came_with_secret(self) -> bool:
        """Return whether its open connection uses the address with its own secret."""
        return self.link is not None and self.knows_secret(self.prefix)

    @property
    def came_with_proof(self) -> bool:
        """Return whether its open connection can only be its own.

        That takes the secret of its address, its password or a certificate with its
        name.
        """
        return self.came_with_secret or (
            self.link is not None and self.security.is_proof
        )

    @property
    def version_wanted(self) -> str | None:
        """The subprotocol that is chosen if it is offered; None is the general choice.

        It is that of the owner's settings, or else that of the quirks.
        """
        return self._settings.version.subprotocol or self.quirks.version.subprotocol

    def recall_protocol(self, protocol: str) -> None:
        """Restore the subprotocol of before a restart, unless there is a newer one."""
        if self.protocol is None:
            self.protocol = protocol

    @property
    def version_name(self) -> str:
        """The version of its open connection, or of the last, as users call it."""
        return f"OCPP {(self.protocol or '').lower().removeprefix('ocpp')}"

    @property
    def version_missed(self) -> bool:
        """Return whether its connection cannot use the version that its owner chose."""
        chosen = self._settings.version.subprotocol
        return (
            chosen is not None
            and self.link is not None
            and chosen != (self.protocol or "").lower()
            and chosen not in {one.lower() for one in self.subprotocols_offered}
        )

    @property
    def call_timeout(self) -> float:
        """The seconds that it has for an answer."""
        return max(self._settings.call_timeout, self.quirks.answer_seconds)

    def _prices_written(self) -> None:
        """Write again what is written at the set-up, if it differs now."""
        if self.link is not None:
            self.link.admission_changed()

    def _find_quirks(self) -> None:
        self.quirks = quirks_for(self.identity, self._settings.overrides)
        for connector in self.parts:
            connector.meter.thousandths = self.quirks.temperature_in_thousandths
        self.changes.mark(0, "quirks")

    @property
    def commands(self) -> Commands:
        """The commands of the open connection.

        Raises:
            NotConnectedError: There is no open connection.
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
        """Return the connector with that number, which is created if it is new.

        Number 0 returns `whole`, as connector 0 of OCPP 1.6 is the charge point itself.
        """
        if not number:
            return self.whole
        if (connector := self.connectors.get(number)) is None:
            if (connector := self._left_out.pop(number, None)) is None:
                connector = Connector(self, number)
            else:
                connector.reopen()
            self.connectors[number] = connector
            connector.meter.thousandths = self.quirks.temperature_in_thousandths
            self.changes.mark(0, "connectors")
        return connector

    def leave_out(self, number: int) -> None:
        """Remove a connector that is not there, until it is reported."""
        connector = self._left_out[number] = self.connectors.pop(number)
        connector.close()

    def connector_told(self, number: int) -> Connector | None:
        """Return the connector with a number from a message.

        It is created if it is new.

        Returns:
            The connector, or None if the number is out of range.
        """
        if 0 <= number <= MAX_CONNECTORS:
            return self.connector(number)
        self.deviations.note("connector_id_out_of_range", str(number))
        return None

    def opened(
        self,
        link: Link,
        *,
        remote: str,
        protocol: str,
        prefix: tuple[str, ...] = (),
        security: ConnectionSecurity = UNSECURED,
    ) -> None:
        """Make `link` the connection from now on, in place of an older connection.

        Args:
            link: The new connection.
            remote: The address that it comes from.
            protocol: The subprotocol that is spoken.
            prefix: The path segments before the id.
            security: How it is protected.
        """
        if (old := self.link) is not None:
            old.replaced()
            self.profile_methods.disconnected()
            self.starts.disconnected()
            self.acquaintance.closed()
            self.takeovers.taken_over(self.remote or "", remote)
        self.link = link
        if self.protocol is not None and protocol.lower() != self.protocol.lower():
            self._version_changed()
        self.remote, self.protocol, self.prefix = remote, protocol, prefix
        if security != self.security:
            self.security = security
            self.changes.mark(0, "security")
        self.csr_asked = None
        self.opened_at = utcnow()
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

    def _version_changed(self) -> None:
        """Forget what is true only of the version that was spoken before."""
        self.configuration.clear()
        self.refused_settings.clear()
        self.set_capabilities(Capabilities())
        for listener in list(self.version_listeners):
            listener()

    def closed(self, link: Link) -> bool:
        """Note that `link` ended.

        Watchers run before this returns, so that no entity shows values of a charge
        point that has disconnected.

        Returns:
            False if a newer connection has replaced `link`.
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
        """Note that a message arrived."""
        now = self.last_seen = utcnow()
        if self._seen_marked is None or now - self._seen_marked >= _SEEN_GRANULARITY:
            self._mark_seen(now)

    def observe_clock(self, reported: datetime, now: datetime) -> None:
        """Compare the time in a live message with ours, to find the clock's offset.

        Args:
            reported: The time in the message, by the charge point's clock.
            now: When the message arrived, by our clock.
        """
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
        # The times that it reported before came from the same clock.
        self.ledger.correct_times(
            self.id, after=self._last_seq_before, offset=clock.offset
        )
        for connector in self.parts:
            connector.transaction_corrected()

    def _mark_seen(self, now: datetime) -> None:
        self.last_seen = self._seen_marked = now
        self.changes.mark(0, "last_seen")

    def set_ready(self) -> None:
        """Note that the charge point has been queried."""
        self.ready = True
        self.changes.mark(0, "ready")
        self.profile_methods.ready()
        for connector in self.connectors.values():
            connector.refresh_discharging()
        self.starts.ready()

    def set_identity(self, identity: Identity) -> None:
        """Note the identity that the charge point reports."""
        if identity != self.identity:
            self.identity = identity
            self._find_quirks()
            # Another firmware may accept what the old one rejected.
            self.refused_settings.clear()
            self.changes.mark(0, "identity")

    def recall_identity(self, identity: Identity) -> None:
        """Restore the identity from before a restart, unless there is a newer one."""
        if self.identity == Identity():
            self.set_identity(identity)

    def set_configuration(self, keys: Iterable[ConfigurationKey]) -> None:
        """Note raw configuration keys, in addition to those that are kept.

        Their meaning has to be given by `set_capabilities`.
        """
        for key in keys:
            name = key.key.lower()
            if name in self.configuration or len(self.configuration) < _MOST_KEYS:
                self.configuration[name] = key

    def set_capabilities(self, capabilities: Capabilities) -> None:
        """Replace the capabilities of the charge point."""
        if capabilities != self.capabilities:
            self.capabilities = capabilities
            self.changes.mark(0, "capabilities")
            for connector in self.connectors.values():
                connector.refresh_discharging()

    def set_firmware_status(
        self, status: FirmwareStatus, request_id: int | None = None
    ) -> None:
        """Note a FirmwareStatusNotification (OCPP 1.6, 4.5).

        Args:
            status: The reported status.
            request_id: The request that it belongs to, if the message names it.
        """
        self.emit("firmware_status", {"status": status, "request_id": request_id})
        if status is not self.firmware_status:
            self.firmware_status = status
            self.changes.mark(0, "firmware_status")

    def set_diagnostics_status(
        self, status: DiagnosticsStatus, request_id: int | None = None
    ) -> None:
        """Note a DiagnosticsStatusNotification (OCPP 1.6, 4.4).

        Args:
            status: The reported status.
            request_id: The request that it belongs to, if the message names it.
        """
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
        """Cancel all timers."""
        self.restarts.close()
        self.reservations.close()
        self.profile_methods.close()
        self.ceilings.close()
        self.acquaintance.close()
        for stop in [*self.awaited_starts.values(), *self.on_close]:
            stop()
        for connector in self.parts:
            connector.close()
