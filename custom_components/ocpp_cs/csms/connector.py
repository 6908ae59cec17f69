"""One connector of a charge point: what is known of it, and what changed."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from .limits.limiter import Limiter
from .limits.session_starter import SessionStarter, Starting
from .metering.lines import lines_of, phases_in_use
from .metering.metering import Meter, Reading, RegisterSample
from .metering.samples import BEGIN, END
from .model.errors import CsmsError
from .model.model import (
    IN_TRANSACTION,
    VEHICLE_ABSENT,
    VEHICLE_CONNECTED,
    ChargePointError,
    ConnectorStatus,
    DiagnosticsStatus,
    FirmwareStatus,
    utcnow,
)
from .model.sample import MeterValue
from .transactions.registers import usable
from .transactions.transaction import NOTHING_WH, Origin, Transaction

if TYPE_CHECKING:
    from .access.reservations import Reservations
    from .limits.methods import ProfileMethods
    from .link import Link
    from .model.changes import Changes
    from .model.clock import ChargerClock
    from .transactions.ledger import Ledger

type Fault = tuple[ChargePointError, str | None]
"""The error code, and the vendor's own; what else is told of it may vary."""

_FLOW = frozenset(("power", "current", "current_l1", "current_l2", "current_l3"))
"""What tells on how many phases it charges."""

_HISTORIC = timedelta(seconds=120)
"""A notification that is older than its forerunner and than this is a replay."""

_CLOCK_TOLERANCE = timedelta(seconds=5)
"""By so much a reading may seem older than the start that it was taken at."""

_FLOWS = {"power": 100.0, "current_l1": 1.0, "current_l2": 1.0, "current_l3": 1.0}
"""What says that a vehicle charges where no status does: measurand -> the least."""

_SAME_SESSION = timedelta(hours=1)
"""So long after its end an id of the charge point's own is that of the same session."""

_FORGOTTEN_AFTER = 60.0
"""Seconds that a StopTransaction may come later than the status Available."""


def fault_of(
    status: ConnectorStatus, error_code: ChargePointError, vendor_error_code: str | None
) -> Fault | None:
    """Return the fault that a StatusNotification tells of; None if it is none."""
    if (
        status is not ConnectorStatus.FAULTED
        and error_code is ChargePointError.NO_ERROR
    ):
        return None
    return error_code, vendor_error_code


class Station(Starting, Protocol):
    """The charge point of a connector, for what a connector and its parts need of it.

    And for who shows connectors, each of which names its charge point. See
    `ChargePoint`, which is the only one.
    """

    ledger: Ledger
    changes: Changes
    clock: ChargerClock
    reservations: Reservations
    profile_methods: ProfileMethods
    connectors: dict[int, Connector]

    @property
    def connector_numbers(self) -> list[int]:
        """The numbers of its connectors, from 1."""

    @property
    def connected(self) -> bool:
        """Whether it has an open connection."""

    @property
    def link(self) -> Link | None:
        """Its open connection."""

    @property
    def remote(self) -> str | None:
        """The address that it connected from."""

    @property
    def last_seen(self) -> datetime | None:
        """When its last message came."""

    @property
    def firmware_status(self) -> FirmwareStatus | None:
        """The last FirmwareStatusNotification."""

    @property
    def diagnostics_status(self) -> DiagnosticsStatus | None:
        """The last DiagnosticsStatusNotification."""

    def emit(self, kind: str, data: dict[str, Any]) -> None:
        """Tell the listeners of something that happened."""

    def observe_clock(self, reported: datetime, now: datetime) -> None:
        """Take the time that a live message tells."""


class Connector:
    """A connector, which is what OCPP 2 calls an EVSE; its plugs are none of ours.

    Its number, from 1, is the evseId of OCPP 2. With number 0 it is not a connector but
    `ChargePoint.whole`: what OCPP 1.6 says of connector 0, a status and the main meter.

    Watchable fields: `status`, `error_code`, `available`, `transaction` (began,
    ended), `session` (its energy), `duration`, `active_phases`, `measurements` (a new
    key came), each key of `measurements` by its own name, and `missed_limit`. Those of
    its `limiter`: see `Limiter`; of its `starter`: see `SessionStarter`.
    """

    def __init__(self, charge_point: Station, number: int) -> None:
        """Take over what the ledger knows of this connector."""
        self.charge_point = charge_point
        self.number = number
        self.status: ConnectorStatus | None = None
        self.error_code: ChargePointError | None = None
        self.info: str | None = None
        self.vendor_error_code: str | None = None
        self.available: bool | None = None
        """Whether it is operative, as far as anyone told."""
        self.meter = Meter(charge_point.deviations)
        self.active_phases: int | None = None
        """How many phases carry current; None when phases are not measured."""
        self.latest_transaction = charge_point.ledger.latest_session(
            charge_point.id, number
        )
        """The one that runs, or the last one; no start that was refused."""
        self._newest = charge_point.ledger.latest(charge_point.id, number)
        self._ended_since_status = False
        """Whether a transaction ended and no status has been told since."""
        self._measured: tuple[str, RegisterSample] | None = None
        """An id that belongs to no transaction, and the first reading that had it."""
        self.status_is_current = False
        """Whether a status came since the charge point connected."""
        self.measured_at: datetime | None = None
        """When power or current were last known, be it the same as before."""
        self.soc_told = False
        """Whether a state of charge was told once, though it may not be known now."""
        self._status_time: datetime | None = None
        self._lines: int | None = None
        self._fault: Fault | None = None
        self._forgotten: asyncio.TimerHandle | None = None
        self.limiter = Limiter(self, charge_point, charge_point.profile_methods)
        """What is wanted of it, and what became of that."""
        self.starter = SessionStarter(self, charge_point)
        """Starts its sessions."""
        self.missed_limit: CsmsError | None = None
        """Why the running transaction is not limited as it was to be from its start."""
        if (running := self.transaction) is not None:
            self._meter_begins(running)

    def watch(
        self, fields: Iterable[str], watcher: Callable[[], None]
    ) -> Callable[[], None]:
        """Call `watcher` after any of `fields` changed; return the way to stop."""
        return self.charge_point.changes.watch(self.number, fields, watcher)

    @property
    def measurements(self) -> dict[str, float]:
        """What the meter says: key -> value in W, Wh, A, V, Hz, °C or %."""
        return self.meter.values

    @property
    def transaction(self) -> Transaction | None:
        """The transaction that runs."""
        latest = self.latest_transaction
        return latest if latest is not None and latest.end is None else None

    @property
    def _open_transaction(self) -> Transaction | None:
        """What the charge point may tell of: one that was refused as well."""
        newest = self._newest
        return newest if newest is not None and newest.end is None else None

    @property
    def plugged_in(self) -> bool | None:
        """Whether a vehicle is plugged in, or None when the status hides it."""
        if self.status in VEHICLE_CONNECTED:
            return True
        if self.status in VEHICLE_ABSENT:
            return False
        return True if self.status is not None and self.transaction else None

    @property
    def charging(self) -> bool | None:
        """Whether energy is offered and taken."""
        return None if self.status is None else self.status is ConnectorStatus.CHARGING

    @property
    def problem(self) -> bool | None:
        """Whether the charge point reports an error."""
        if self.status is None:
            return None
        return self.status is ConnectorStatus.FAULTED or (
            self.error_code not in (None, ChargePointError.NO_ERROR)
        )

    @property
    def session_energy_wh(self) -> float | None:
        """What the running, or else the last transaction charged."""
        latest = self.latest_transaction
        return latest.energy_wh if latest is not None else None

    def mark(self, *fields: str) -> None:
        """Note that these fields changed."""
        self.charge_point.changes.mark(self.number, *fields)

    def connected(self) -> None:
        """Expect everything to be told anew."""
        self.status_is_current = False
        self._ended_since_status = False
        self._status_time = None
        self.meter.reset_clock()

    def update_status(
        self,
        status: ConnectorStatus,
        error_code: ChargePointError,
        *,
        timestamp: datetime | None = None,
        info: str | None = None,
        vendor_error_code: str | None = None,
    ) -> None:
        """Take in a StatusNotification (4.9)."""
        now = utcnow()
        if timestamp is not None:
            self.charge_point.observe_clock(timestamp, now)
            if (
                self._status_time is not None
                and timestamp < self._status_time
                and now - timestamp > _HISTORIC
            ):
                return
            self._status_time = timestamp
        self.status_is_current = True
        self._ended_since_status = False
        self.info, self.vendor_error_code = info, vendor_error_code
        self._tell_fault(fault_of(status, error_code, vendor_error_code))
        if error_code is not self.error_code:
            self.error_code = error_code
            self.mark("error_code")
        if status is not self.status:
            before, self.status = self.status, status
            self.mark("status")
            if self.number:
                self._status_changed(before, timestamp)
        self.set_available(status is not ConnectorStatus.UNAVAILABLE)
        self.charge_point.reservations.status_told(self.number, status)
        self._watch_for_forgotten_transaction()
        running = self._open_transaction
        if (
            running is not None
            and running is not self.transaction
            and status is ConnectorStatus.CHARGING
        ):
            self.set_transaction(running)
        self.limiter.observed()
        if self.number:
            self.starter.status_told()

    def _status_changed(
        self, before: ConnectorStatus | None, timestamp: datetime | None
    ) -> None:
        """Act on a change of the status, told at `timestamp` by its own clock."""
        if self.status is ConnectorStatus.CHARGING:
            self.meter.still_since = None
        else:
            # Some tell power and current only while they charge. Those that deliver
            # in a suspension will say so.
            self.meter.still_since = timestamp
            self.end_flow()
        if (before in VEHICLE_ABSENT) is not (self.status in VEHICLE_ABSENT):
            # It is that of a vehicle.
            self._forget_soc()
            self.mark("soc")

    def _forget_soc(self) -> None:
        if gone := self.meter.forget("soc"):
            self.soc_told = True
            self.mark(*gone)

    @property
    def soc(self) -> float | None:
        """The state of charge of the vehicle in %, None where nobody knows it.

        Many tell 0 of a vehicle that has not told them, or is not there.
        """
        soc = self.meter.values.get("soc")
        if self.plugged_in is False or (not soc and self.transaction is None):
            return None
        return soc

    def _tell_fault(self, fault: Fault | None) -> None:
        """Tell of a fault once, however often its status is repeated.

        By `ChargePoint.emit` as `fault`, with `connector_id`, `error_code`,
        `vendor_error_code` and `info`.
        """
        before, self._fault = self._fault, fault
        if fault is not None and fault != before:
            self.charge_point.emit(
                "fault",
                {
                    "connector_id": self.number,
                    "error_code": fault[0],
                    "vendor_error_code": fault[1],
                    "info": self.info,
                },
            )

    def set_available(self, available: bool) -> None:
        """Note whether the connector is operative."""
        if available is not self.available:
            self.available = available
            self.mark("available")

    def _watch_for_forgotten_transaction(self) -> None:
        """Close a transaction of which the charge point knows nothing any more.

        The status may overtake the StopTransaction, so that one gets some time.
        """
        if self._forgotten is not None:
            self._forgotten.cancel()
            self._forgotten = None
        transaction = self._open_transaction
        if transaction is None or self.status not in VEHICLE_ABSENT:
            return
        if transaction.refused:
            # It has never run, so that there is nothing to wait for.
            self._close_forgotten(transaction.id)
        else:
            self._forgotten = asyncio.get_running_loop().call_later(
                _FORGOTTEN_AFTER, self._close_forgotten, transaction.id
            )

    def _close_forgotten(self, transaction_id: str) -> None:
        self._forgotten = None
        transaction = self._open_transaction
        if transaction is not None and transaction.id == transaction_id:
            self.set_transaction(self.charge_point.ledger.close(transaction))

    def update_meter(
        self, meter_values: Sequence[MeterValue], *, transaction_id: str | None = None
    ) -> None:
        """Take in what the meter measured.

        Of a live value follows, in this order, what a limit did, how far the clock of
        the charge point is off, which transaction runs, and what that has charged.

        Args:
            meter_values: Those of a MeterValues (4.7) or StopTransaction (4.10).
            transaction_id: The transaction that they were said to belong to.
        """
        now = utcnow()
        reading = self._measure(meter_values, transaction_id, now)
        if not self.number:
            return
        registers = reading.registers
        if reading.live:
            self.limiter.observed()
            if registers:
                self.charge_point.observe_clock(registers[-1].time, now)
            if transaction_id is not None:
                self._recognise(transaction_id, registers)
        running = self._open_transaction
        if running is not None and self._is_of(running, transaction_id):
            self._book(running, registers)

    def _measure(
        self,
        meter_values: Sequence[MeterValue],
        transaction_id: str | None,
        now: datetime,
    ) -> Reading:
        """Have the meter take values, and note what changed by that."""
        meter, latest = self.meter, self.latest_transaction
        known = len(meter.values)
        reading = meter.update(
            meter_values,
            now=now,
            in_session=transaction_id is not None,
            closing=(
                latest is None
                or latest.end is not None
                or (transaction_id is not None and transaction_id != latest.id)
            )
            and self._is_closing(meter_values, transaction_id),
        )
        changed = reading.changed
        if reading.flow:
            self.measured_at = now
        self.mark(*changed)
        if len(meter.values) != known:
            self.mark("measurements")
        if not _FLOW.isdisjoint(changed):
            self._set_active_phases()
        return reading

    def _book(
        self, transaction: Transaction, registers: Sequence[RegisterSample]
    ) -> None:
        """Note what a running transaction has charged."""
        ledger, clock = self.charge_point.ledger, self.charge_point.clock
        # By the charge point's clock, unless that was put right in between.
        start = min(transaction.start, transaction.reported_start)
        if len(registers) > 1 and transaction.origin is Origin.ADOPTED:
            # How long ago its beginning was, the newest reading has to tell.
            registers = sorted(registers, key=lambda one: one.context == BEGIN)
        for register in registers:
            # A replayed reading from before the transaction says nothing of it.
            if register.time + _CLOCK_TOLERANCE >= start:
                transaction = ledger.meter(
                    transaction,
                    register.wh,
                    clock.correct(register.time),
                    begins=register.context == BEGIN,
                )
        self._newest = transaction
        latest = self.latest_transaction
        if latest is not None and latest.key == transaction.key:
            self.latest_transaction = transaction
            self.mark("session", "duration")
        elif not transaction.refused:
            # It was, and charges all the same.
            self.set_transaction(transaction)

    def _is_closing(
        self, meter_values: Sequence[MeterValue], transaction_id: str | None
    ) -> bool:
        """Tell whether values are the last ones of a transaction that is over.

        Some send them after its StopTransaction, as of the moment before.
        """
        if transaction_id is not None:
            running = self._open_transaction
            if running is not None and self._is_of(running, transaction_id):
                return False
            charge_point = self.charge_point
            ledger = charge_point.ledger
            return ledger.is_over(charge_point.id, transaction_id) or (
                # An id of its own that no transaction has had.
                running is None
                and self._ended_since_status
                and ledger.find(charge_point.id, transaction_id) is None
            )
        return self.latest_transaction is not None and all(
            sample.context == END
            for meter_value in meter_values
            for sample in meter_value.samples
        )

    def _is_of(self, running: Transaction, transaction_id: str | None) -> bool:
        """Tell whether values with that id are those of the running transaction.

        Also without an id, or with one that nobody gave: some charge points have one
        of their own, the same at all times, or the largest number that they know.
        """
        if transaction_id is None or transaction_id == running.id:
            return True
        charge_point = self.charge_point
        known = charge_point.ledger.find(charge_point.id, transaction_id)
        if known is not None and (known.end is None or known.origin is Origin.STARTED):
            return False
        charge_point.deviations.note("unknown_transaction_measured", transaction_id)
        return True

    def _recognise(
        self, transaction_id: str, registers: Sequence[RegisterSample]
    ) -> None:
        """Adopt a running transaction that began without us, or was given up.

        One of ours that runs is not displaced by what meter values say.
        """
        running = self._open_transaction
        if running is not None and running.id == transaction_id:
            return
        ledger, charge_point = self.charge_point.ledger, self.charge_point
        reported = registers[-1].time if registers else None
        known = ledger.find(charge_point.id, transaction_id)
        if known is None or known.connector_id != self.number:
            if known is not None and known.end is None:
                return
        elif known.origin is Origin.STARTED or known.end is None:
            if self.status not in VEHICLE_ABSENT and (
                running is None or running.origin is not Origin.STARTED
            ):
                self._resume(transaction_id, reported)
            return
        elif known.struck_out:
            return
        if running is not None or not (
            self._says_that_it_charges() or self._grows(transaction_id, registers)
        ):
            return
        if (
            known is not None
            and known.end is not None
            and utcnow() - known.end < _SAME_SESSION
            and self._resume(transaction_id, reported)
        ):
            return
        if not ledger.admits_unexplained(charge_point.id):
            charge_point.deviations.note("too_many_unknown_transactions")
            return
        transaction = ledger.adopt(
            charge_point_id=charge_point.id,
            connector_id=self.number,
            transaction_id=transaction_id,
            reported=reported,
            address=charge_point.remote,
        )
        if self._measured is not None and self._measured[0] == transaction_id:
            # What it took until this could be told for a transaction is its own.
            first = self._measured[1]
            transaction = ledger.meter(
                transaction, first.wh, charge_point.clock.correct(first.time)
            )
        self.set_transaction(transaction)

    def _grows(self, transaction_id: str, registers: Sequence[RegisterSample]) -> bool:
        """Tell whether the register has grown since that id was heard first."""
        if not registers or self.status in VEHICLE_ABSENT or self._ended_since_status:
            self._measured = None
        elif self._measured is None or self._measured[0] != transaction_id:
            self._measured = (transaction_id, registers[0])
        else:
            return registers[-1].wh - self._measured[1].wh >= NOTHING_WH
        return False

    def _resume(self, transaction_id: str, reported: datetime | None) -> bool:
        """Let a transaction go on that was thought to have ended, if it can be."""
        resumed = self.charge_point.ledger.resume(
            self.charge_point.id,
            self.number,
            transaction_id,
            heard_of=reported if self.status in IN_TRANSACTION else None,
            address=self.charge_point.remote,
        )
        if resumed is not None:
            self.set_transaction(resumed)
        return resumed is not None

    def _says_that_it_charges(self) -> bool:
        """Tell whether more than an id says that a transaction runs.

        The last values of one come after its end as well.
        """
        if self._ended_since_status:
            return False
        if self.status_is_current:
            return self.status in IN_TRANSACTION
        values = self.meter.values
        return any(values.get(key, 0.0) >= least for key, least in _FLOWS.items())

    def refresh_transaction(self) -> None:
        """Look what the ledger has as the latest transaction now."""
        latest = self.charge_point.ledger.latest(self.charge_point.id, self.number)
        if latest is not None:
            self.set_transaction(latest)

    def transaction_corrected(self) -> None:
        """Take over what is another one of the latest transaction by now."""
        newest = self.charge_point.ledger.latest(self.charge_point.id, self.number)
        self._newest = newest
        latest = self._shown(newest) if newest is not None else None
        if latest is not self.latest_transaction:
            self.latest_transaction = latest
            self.mark("transaction", "session", "duration")

    def set_transaction(self, newest: Transaction) -> None:
        """Make it the connector's latest transaction, or note its change."""
        self._newest = newest
        self._measured = None
        if newest.end is not None:
            self._ended_since_status = True
        before, transaction = self.latest_transaction, self._shown(newest)
        if transaction is before and transaction is not newest:
            return
        self.latest_transaction = transaction
        is_new = (before.id if before is not None else None) != (
            transaction.id if transaction is not None else None
        )
        if (
            transaction is None
            or transaction.end is not None
            or (before is not None and is_new)
        ):
            self.limit_taken()
        if transaction is not None and transaction.end is None and is_new:
            self._meter_begins(transaction)
            if not self.meter.values.get("soc", 1):
                self._forget_soc()
        self.mark("transaction", "session", "duration", "soc")
        self.limiter.transaction_changed()
        self.starter.transaction_changed(before)
        if transaction is None:
            self.end_flow()
        elif transaction.end is not None:
            self.end_flow()
            self._note_register(transaction.meter_stop_wh)
            if self._forgotten is not None:
                self._forgotten.cancel()
                self._forgotten = None

    def _meter_begins(self, transaction: Transaction) -> None:
        self.meter.began(usable(transaction.reported_meter_start_wh), transaction.start)

    def _shown(self, newest: Transaction) -> Transaction | None:
        """Return what is the latest transaction for the user, as `newest` is the newest.

        A start that was refused is none, unless its status says that it charges.
        """
        if not newest.struck_out and (
            not newest.refused
            or (
                newest.end is None
                and self.status is ConnectorStatus.CHARGING
                and not self._ended_since_status
            )
        ):
            return newest
        return self.charge_point.ledger.latest_session(
            self.charge_point.id, self.number
        )

    def end_flow(self) -> None:
        """Note that no energy flows, which the meter may not tell any more."""
        self._learn_lines()
        if ended := self.meter.end_flow():
            self.measured_at = utcnow()
            self.mark(*ended)
        self._set_active_phases()

    @property
    def lines(self) -> int | None:
        """How many phases are connected, as far as the meter has ever told."""
        self._learn_lines()
        return self._lines

    def _learn_lines(self) -> None:
        # What was in use is connected, also when nothing flows any more.
        told, certain = lines_of(self.meter.values)
        if told is not None:
            self._lines = told if certain else max(told, self._lines or 0)

    def limit_missed(self, transaction_id: str, error: CsmsError) -> None:
        """Note that a transaction does not have the limit it was started with."""
        running = self.transaction
        if running is not None and running.id == transaction_id:
            self.missed_limit = error
            self.mark("missed_limit")

    def limit_taken(self) -> None:
        """Note that a limit holds, or that its transaction is over: none is missed."""
        if self.missed_limit is not None:
            self.missed_limit = None
            self.mark("missed_limit")

    def _note_register(self, wh: float | None) -> None:
        """Take the last reading of a transaction, of which no meter value may come."""
        if self.meter.ended(wh, utcnow()):
            self.mark("energy")

    def tick(self) -> None:
        """Let the duration of a running transaction be seen to grow."""
        if self.transaction is not None:
            self.mark("duration")

    def _set_active_phases(self) -> None:
        phases = phases_in_use(self.meter.values)
        if phases is not None and phases != self.active_phases:
            self.active_phases = phases
            self.mark("active_phases")

    def close(self) -> None:
        """Let go of timers."""
        self.limiter.disconnected()
        self.starter.close()
        if self._forgotten is not None:
            self._forgotten.cancel()
            self._forgotten = None
