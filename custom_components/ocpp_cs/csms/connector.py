"""A connector of a charge point: its state and its changes."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from .discharging.bidirectional import Bidirectional
from .discharging.transfers import EnergyTransfers
from .limits.limiter import Limiter
from .limits.profiles import watts_of
from .limits.session_starter import SessionStarter, Starting
from .metering.lines import lines_of, phases_in_use
from .metering.measurands import EXPORT_MEASURAND
from .metering.metering import Meter, Reading, RegisterSample
from .metering.samples import BEGIN, END, energy_readings
from .model.capabilities import SessionLimit
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
from .model.profile import LimitSource, OperationMode
from .model.sample import MeterValue
from .outside.car_needs import CarNeeds
from .outside.ceilings import Ceiling
from .outside.connected_car import ConnectedCar, told_names
from .outside.outside_limits import OutsideLimits
from .transactions.registers import usable
from .transactions.transaction import NOTHING_WH, Origin, Transaction, TransactionKey

if TYPE_CHECKING:
    from .access.reservations import Reservations
    from .discharging.permissions import Permissions
    from .limits.methods import ProfileMethods
    from .link import Link
    from .model.capabilities import Capabilities
    from .model.changes import Changes
    from .model.clock import ChargerClock
    from .outside.ceilings import Ceilings
    from .transactions.ledger import Ledger

type Fault = tuple[ChargePointError, str | None]
"""The error code and the vendor's error code; other details may vary."""

_FLOW = frozenset(("power", "current", "current_l1", "current_l2", "current_l3"))
"""The measurands from which the number of active phases follows."""

_HISTORIC = timedelta(seconds=120)
"""A notification that is older than the previous one, and than this, is a replay."""

_CLOCK_TOLERANCE = timedelta(seconds=5)
"""The time by which a reading may seem older than the start at which it was taken."""

_FLOWS = {"power": 100.0, "current_l1": 1.0, "current_l2": 1.0, "current_l3": 1.0}
"""Measurand -> the least value that shows charging where there is no status."""

_SAME_SESSION = timedelta(hours=1)
"""The time after a session's end in which the charge point's own id still means it."""

_MOST_LATE = 3000
"""Late readings of one transaction that are kept: those of 31 days' quarters."""

_FORGOTTEN_AFTER = 60.0
"""Seconds by which a StopTransaction may follow the status Available."""


def fault_of(
    status: ConnectorStatus, error_code: ChargePointError, vendor_error_code: str | None
) -> Fault | None:
    """Return the fault that a StatusNotification reports; None if there is none."""
    if (
        status is not ConnectorStatus.FAULTED
        and error_code is ChargePointError.NO_ERROR
    ):
        return None
    return error_code, vendor_error_code


class Station(Starting, Protocol):
    """The part of a charge point that its connectors, and their users, need.

    `ChargePoint` is the only implementation.
    """

    ledger: Ledger
    changes: Changes
    capabilities: Capabilities
    clock: ChargerClock
    ceilings: Ceilings
    reservations: Reservations
    permissions: Permissions
    profile_methods: ProfileMethods
    connectors: dict[int, Connector]
    still_runs: Callable[[Transaction], bool]
    whole: Connector

    @property
    def boots(self) -> int:
        """The number of its boots so far."""

    @property
    def connector_numbers(self) -> list[int]:
        """The numbers of its connectors, from 1."""

    @property
    def connected(self) -> bool:
        """Return whether it has an open connection."""

    @property
    def link(self) -> Link | None:
        """Its open connection."""

    @property
    def remote(self) -> str | None:
        """The address that it connected from."""

    @property
    def last_seen(self) -> datetime | None:
        """The time of its last message."""

    @property
    def firmware_status(self) -> FirmwareStatus | None:
        """The last FirmwareStatusNotification."""

    @property
    def diagnostics_status(self) -> DiagnosticsStatus | None:
        """The last DiagnosticsStatusNotification."""

    def emit(self, kind: str, data: dict[str, Any]) -> None:
        """Send an event to the listeners."""

    def observe_clock(self, reported: datetime, now: datetime) -> None:
        """Compare the time in a live message with ours."""


class Connector:
    """A connector of OCPP 1.6, which OCPP 2 calls an EVSE; its plugs are not modelled.

    Its number, from 1, is the evseId of OCPP 2. Number 0 is `ChargePoint.whole`: it has
    the status and the main meter that OCPP 1.6 reports of connector 0.

    Watchable fields: `status`, `error_code`, `available`, `transaction` (began,
    ended), `session` (its energy), `duration`, `minute` (one of a running transaction
    has passed), `active_phases`, `measurements` (there
    is a new key, or a vehicle has told something new), `needs`, `car`, `bidirectional`,
    `outside` (limits of others), `ceiling` (what others allow at most), `session_limit`,
    `priority`, each key of `measurements` by its own name, and `missed_limit`. For
    the fields of its `limiter` see `Limiter`, for those of its `starter` see
    `SessionStarter`.
    """

    def __init__(self, charge_point: Station, number: int) -> None:
        """Start with the transactions that the ledger has of this connector."""
        self.charge_point = charge_point
        self.number = number
        self.status: ConnectorStatus | None = None
        self.error_code: ChargePointError | None = None
        self.info: str | None = None
        self.vendor_error_code: str | None = None
        self.available: bool | None = None
        """True if it is operative; None if this has not been reported."""
        self.meter = Meter(charge_point.deviations)
        self.active_phases: int | None = None
        """The number of phases that carry current; None if they are not measured."""
        self.latest_transaction = charge_point.ledger.latest_session(
            charge_point.id, number
        )
        """The running transaction, or the last; never a start that was refused."""
        self._newest = charge_point.ledger.latest(charge_point.id, number)
        self._ended_since_status = False
        """True if a transaction ended and no status has been reported since."""
        self._measured: tuple[str, RegisterSample] | None = None
        """An id that belongs to no transaction, and the first reading with that id."""
        self.status_is_current = False
        """True if a status came since the charge point connected."""
        self.measured_at: datetime | None = None
        """The time of the last power or current value, also if it did not change."""
        self._late: tuple[TransactionKey, dict[datetime, float]] | None = None
        """The readings of an ended transaction that came late."""
        self.soc_told = False
        """True if a state of charge was ever reported, even if there is none now."""
        self.soc_at: datetime | None = None
        """When the measured state of charge changed last, by our clock."""
        self.needs: CarNeeds | None = None
        """What the vehicle has told of its needs; None without a vehicle that told."""
        self.car: ConnectedCar | None = None
        """What is known of the vehicle itself; None without one that told anything."""
        self.told_of_car: frozenset[str] = frozenset()
        """What vehicles have ever told of themselves here: see `told_names`."""
        self.bidirectional = Bidirectional(self._discharging_changed)
        self.energy_transfers = EnergyTransfers(self, lambda: self.charge_point)
        """Tells the charge point whether the vehicle may discharge."""
        self._discharge_was_fine = float("-inf")
        """The event loop's time when a discharge was last allowed."""
        self.outside = OutsideLimits()
        """The limits that others have set here; see `outside_limit`."""
        self._status_time: datetime | None = None
        self._lines: int | None = None
        self._fault: Fault | None = None
        self._forgotten: asyncio.TimerHandle | None = None
        self.limiter = Limiter(self, charge_point, charge_point.profile_methods)
        """Limits its power, and keeps the result."""
        self.starter = SessionStarter(self, charge_point)
        """Starts its sessions."""
        self.missed_limit: CsmsError | None = None
        """The reason why the running transaction lacks the limit of its start."""
        self.has_priority = False
        """True if its session has priority: a profile of its own counts (2.1: K21)."""
        self.target_reached: SessionLimit | None = None
        """The limit at which the charge point has stopped to charge by itself."""
        if (running := self.transaction) is not None:
            self._meter_begins(running)

    def watch(
        self, fields: Iterable[str], watcher: Callable[[], None]
    ) -> Callable[[], None]:
        """Call `watcher` after any of `fields` changed.

        Returns:
            A function that stops watching.
        """
        return self.charge_point.changes.watch(self.number, fields, watcher)

    @property
    def measurements(self) -> dict[str, float]:
        """The measured values: key -> value in W, Wh, A, V, Hz, °C or %."""
        return self.meter.values

    @property
    def transaction(self) -> Transaction | None:
        """The running transaction."""
        latest = self.latest_transaction
        return latest if latest is not None and latest.end is None else None

    @property
    def _open_transaction(self) -> Transaction | None:
        """The transaction without an end, also if its start was refused.

        A charge point may report on such a transaction too.
        """
        newest = self._newest
        return newest if newest is not None and newest.end is None else None

    @property
    def plugged_in(self) -> bool | None:
        """Return whether a vehicle is plugged in; None if the status hides it."""
        if self.status in VEHICLE_CONNECTED:
            return True
        if self.status in VEHICLE_ABSENT:
            return False
        return True if self.status is not None and self.transaction else None

    @property
    def status_time(self) -> datetime | None:
        """The time of the last status, by the charge point's clock."""
        return self._status_time

    @property
    def charging(self) -> bool | None:
        """Return whether energy is offered and taken."""
        return None if self.status is None else self.status is ConnectorStatus.CHARGING

    @property
    def problem(self) -> bool | None:
        """Return whether the charge point reports an error."""
        if self.status is None:
            return None
        return self.status is ConnectorStatus.FAULTED or (
            self.error_code not in (None, ChargePointError.NO_ERROR)
        )

    @property
    def session_energy_wh(self) -> float | None:
        """The energy in Wh of the running or the last transaction."""
        latest = self.latest_transaction
        return latest.energy_wh if latest is not None else None

    def mark(self, *fields: str) -> None:
        """Note that these fields changed."""
        self.charge_point.changes.mark(self.number, *fields)

    def connected(self) -> None:
        """Note a new connection, on which everything is reported again."""
        self.status_is_current = False
        self._ended_since_status = False
        self._status_time = None
        self.energy_transfers.stop()
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
        """Process a StatusNotification (OCPP 1.6, 4.9).

        Args:
            status: The status.
            error_code: The error code.
            timestamp: The time of the status by the charge point's clock, if reported.
            info: Details of the error, if any.
            vendor_error_code: The vendor's error code, if any.
        """
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
        """Act on a change of the status at `timestamp` by the charge point's clock."""
        if self.status is ConnectorStatus.CHARGING:
            self.meter.still_since = None
        else:
            # Some charge points report power and current only while they charge. If
            # they deliver energy in a suspension, they will report it.
            self.meter.still_since = timestamp
            self.end_flow()
        if (before in VEHICLE_ABSENT) is not (self.status in VEHICLE_ABSENT):
            # The state of charge belongs to a vehicle, which came or left.
            self._forget_soc()
            self.mark("soc")
            self.set_needs(None)
            self.set_car(None)
            self.set_target_reached(None)
            if self.status in VEHICLE_ABSENT:
                self.charge_point.ceilings.override(self.number, False)

    def set_target_reached(self, kind: SessionLimit | None) -> None:
        """Note that the charge point has stopped at a limit of the session, or goes on."""
        if kind is not self.target_reached:
            self.target_reached = kind
            self.mark("session_limit")
            self.starter.look()

    def set_priority(self, has_priority: bool) -> None:
        """Note whether the running session has priority."""
        if has_priority is not self.has_priority:
            self.has_priority = has_priority
            self.mark("priority")

    def set_car(self, car: ConnectedCar | None) -> None:
        """Note what is known of the vehicle; None if it has left."""
        before, self.car = self.car, car
        if car != before:
            self._note_told(car)
            self.mark("car", "soc")
            self.refresh_discharging()

    def set_needs(self, needs: CarNeeds | None) -> None:
        """Note what the vehicle has told of its needs; None if it has left."""
        if needs != self.needs:
            self.needs = needs
            self._note_told(needs)
            self.mark("needs", "soc")
            self.refresh_discharging()

    def refresh_discharging(self) -> None:
        """Find out what can be discharged now."""
        told, discharging = self.charge_point.capabilities, self.bidirectional
        if not self.number or (told.v2x is None and not discharging.modes):
            return
        running = self.transaction
        discharging.update(
            self,
            told,
            None if running is None else running.id,
            watts_of(self.limiter.maximum, None, self.measurements, self.lines),
        )
        self.energy_transfers.tell()

    def allow_discharging(self, allowed: bool) -> None:
        """Allow to discharge, or forbid it at once; the owner decides."""
        if allowed is self.bidirectional.allowed:
            return
        if not allowed:
            self._end_setpoint()
        self.bidirectional.set_allowed(allowed)
        self.energy_transfers.tell(changed=True)

    def choose_operation_mode(self, mode: OperationMode) -> None:
        """Choose who says what the vehicle discharges; the owner decides."""
        if mode is not OperationMode.CENTRAL_SETPOINT:
            self._end_setpoint()
        self.bidirectional.set_mode(mode)

    def _end_setpoint(self) -> None:
        """Forget the user's setpoint, as it would be in force again some time later."""
        wanted = self.limiter.user_intent
        if wanted.setpoint_w is not None:
            self.limiter.set_intent(replace(wanted, setpoint_w=None))

    def _discharging_changed(self) -> None:
        self.mark("bidirectional")
        self.charge_point.permissions.changed()
        self.limiter.discharging_changed()

    def _watch_discharge(self) -> None:
        """Notice a discharge that nobody has allowed, and forbid it once more."""
        now = asyncio.get_running_loop().time()
        timing = self.charge_point.profile_methods.timing
        if self.bidirectional.allowed and self.limiter.may_discharge:
            self._discharge_was_fine = now
        grace = timing.check + timing.reaction
        if self.bidirectional.measured(
            self.measurements, expected=now < self._discharge_was_fine + grace
        ):
            self.charge_point.deviations.note("discharge_unasked")
            self.limiter.resend()

    def _note_told(self, told: ConnectedCar | CarNeeds | None) -> None:
        names = frozenset() if told is None else told_names(told)
        if not names <= self.told_of_car:
            self.told_of_car |= names
            self.mark("measurements")

    def outside_changed(self) -> None:
        """Note that the limits of others have changed.

        Those of the whole charge point are limits of each connector. What is watched at
        the charge point tells of all.
        """
        if self.number:
            self.charge_point.whole.mark("outside")
        else:
            for connector in self.charge_point.connectors.values():
                connector.mark("outside")
        self.mark("outside")

    @property
    def outside_limit(self) -> tuple[float, LimitSource] | None:
        """The lowest limit of others at present, and who has set it.

        It is in A per phase; None without one. What is set for the whole charge point
        counts for each connector.
        """
        now, phases = utcnow(), self.active_phases or self._lines
        told = [
            limit
            for one in (self.outside, self.charge_point.whole.outside)
            if (limit := one.lowest(now, phases)) is not None
        ]
        return min(told, default=None, key=lambda one: one[0])

    def ceiling(self, phases: int | None = None) -> Ceiling | None:
        """Return what others allow here at most at present; None is everything.

        Unlike `outside_limit`, nobody but our limits keeps it.

        Args:
            phases: The number of phases that will be in use; None are those that are.
        """
        if not self.charge_point.ceilings.any:
            return None
        count = phases or self.active_phases or self._lines or 3
        return self.charge_point.ceilings.at(self.number, utcnow(), count)

    def _forget_soc(self) -> None:
        if gone := self.meter.forget("soc"):
            self.soc_told = True
            self.mark(*gone)

    @property
    def soc(self) -> float | None:
        """The state of charge of the vehicle in %; None if it is not reported.

        Many charge points report 0 if the vehicle sent no value or there is no vehicle.
        """
        soc = self.meter.values.get("soc")
        if self.plugged_in is False or (not soc and self.transaction is None):
            return None
        return soc

    def _tell_fault(self, fault: Fault | None) -> None:
        """Emit a new fault once, even if its status is repeated.

        The event of `ChargePoint.emit` is `fault`, with `connector_id`, `error_code`,
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
        """Close a transaction that the charge point has forgotten.

        The status may overtake the StopTransaction, so there is a delay.
        """
        if self._forgotten is not None:
            self._forgotten.cancel()
            self._forgotten = None
        transaction = self._open_transaction
        if transaction is None or self.status not in VEHICLE_ABSENT:
            return
        if transaction.refused:
            # It has never run, so no StopTransaction needs to be awaited.
            self._close_forgotten(transaction.id)
        else:
            self._forgotten = asyncio.get_running_loop().call_later(
                _FORGOTTEN_AFTER, self._close_forgotten, transaction.id
            )

    def _close_forgotten(self, transaction_id: str) -> None:
        self._forgotten = None
        transaction = self._open_transaction
        if (
            transaction is not None
            and transaction.id == transaction_id
            and not self.charge_point.still_runs(transaction)
        ):
            self.set_transaction(self.charge_point.ledger.close(transaction))

    def book(self, registers: Sequence[RegisterSample]) -> None:
        """Book readings of the running transaction, in the order of their times."""
        running = self._open_transaction
        if running is not None and registers:
            self._book(running, registers)

    def update_meter(
        self,
        meter_values: Sequence[MeterValue],
        *,
        transaction_id: str | None = None,
        booked: bool = False,
    ) -> None:
        """Process meter values.

        A live value serves, in this order, to check the effect of a limit, to measure
        the offset of the charge point's clock, to recognise the running transaction,
        and to add to its energy.

        Args:
            meter_values: The values of a MeterValues (OCPP 1.6, 4.7) or a
                StopTransaction (4.10).
            transaction_id: The id of the transaction in the message, if any.
            booked: Whether the transaction has their energy already.
        """
        now = utcnow()
        reading = self._measure(meter_values, transaction_id, now)
        if not self.number:
            return
        registers = reading.registers
        if reading.live:
            if self.bidirectional.modes:
                self._watch_discharge()
            self.limiter.observed()
            if registers:
                self.charge_point.observe_clock(registers[-1].time, now)
            if transaction_id is not None and not booked:
                self._recognise(transaction_id, registers)
        running = self._open_transaction
        if running is not None and self._is_of(running, transaction_id):
            if not booked:
                self._book(running, registers)
                self._book_given_back(running, meter_values, transaction_id)
        elif registers and transaction_id is not None:
            self._refine(transaction_id, registers)

    def _book_given_back(
        self,
        running: Transaction,
        meter_values: Sequence[MeterValue],
        transaction_id: str | None,
    ) -> None:
        """Book what the vehicle has given back by meter values."""
        if transaction_id is None:
            # A replayed value from before the transaction is not part of it.
            start = min(running.start, running.reported_start) - _CLOCK_TOLERANCE
            meter_values = [
                one for one in meter_values if one.time is None or one.time >= start
            ]
        self.given_back(running, meter_values)

    def given_back(
        self,
        transaction: Transaction,
        meter_values: Sequence[MeterValue],
        *,
        late: bool = False,
    ) -> Transaction:
        """Book what the vehicle has given back in a transaction (2.1: Q).

        Only where vehicles can discharge: other charge points that tell such a register
        have it for something else.

        Args:
            transaction: The transaction, running or ended.
            meter_values: Values that belong to it.
            late: Whether they are older than its newest message, or its last ones.

        Returns:
            The transaction with that energy.
        """
        known = transaction.details.export_start_wh is not None
        if not meter_values or not (known or self.bidirectional.modes):
            return transaction
        charge_point = self.charge_point
        now = charge_point.clock.at(utcnow())
        found = sorted(
            energy_readings(meter_values, charge_point.deviations, EXPORT_MEASURAND),
            key=lambda one: one[0] or now,
        )
        if not found:
            return transaction
        told = charge_point.ledger.given_back(
            transaction, [(wh, context == BEGIN) for _, context, wh in found], late=late
        )
        if told.details is not transaction.details:
            self.transaction_corrected()
        return told

    def _refine(self, transaction_id: str, registers: Sequence[RegisterSample]) -> None:
        """Tell the ledger when the energy of an ended transaction was charged.

        Some charge points send their meter values after StopTransaction, or with it.
        """
        charge_point = self.charge_point
        known = charge_point.ledger.find(charge_point.id, transaction_id)
        if (
            known is None
            or known.end is None
            or known.meter_start_wh is None
            or known.meter_stop_wh is None
            or not known.course.is_vague
        ):
            return
        if self._late is None or self._late[0] != known.key:
            self._late = (
                known.key,
                {known.start: known.meter_start_wh, known.end: known.meter_stop_wh},
            )
        late = self._late[1]
        late |= {
            charge_point.clock.correct(one.time): one.wh
            for one in registers[: max(0, _MOST_LATE - len(late))]
        }
        if charge_point.ledger.refine(known, late) is not known:
            self.transaction_corrected()

    def _measure(
        self,
        meter_values: Sequence[MeterValue],
        transaction_id: str | None,
        now: datetime,
    ) -> Reading:
        """Pass meter values to the meter, and mark the fields that changed."""
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
        if "soc" in changed:
            self.soc_at = now
        self.mark(*changed)
        if len(meter.values) != known:
            self.mark("measurements")
        if not _FLOW.isdisjoint(changed):
            self._set_active_phases()
        return reading

    def _book(
        self, transaction: Transaction, registers: Sequence[RegisterSample]
    ) -> None:
        """Add the energy of a running transaction to the ledger."""
        ledger, clock = self.charge_point.ledger, self.charge_point.clock
        # By the charge point's clock, unless it was corrected in the meantime.
        start = min(transaction.start, transaction.reported_start)
        if len(registers) > 1 and transaction.origin is Origin.ADOPTED:
            # The reading of its beginning comes last: the newest reading shows how
            # long ago the beginning was.
            registers = sorted(registers, key=lambda one: one.context == BEGIN)
        for register in registers:
            # A replayed reading from before the transaction is not part of it.
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
            # It was refused, and charges nevertheless.
            self.set_transaction(transaction)

    def _is_closing(
        self, meter_values: Sequence[MeterValue], transaction_id: str | None
    ) -> bool:
        """Return whether meter values are the last of a transaction that has ended.

        Some charge points send them after StopTransaction, with the time before it.
        """
        if transaction_id is not None:
            running = self._open_transaction
            if running is not None and self._is_of(running, transaction_id):
                return False
            charge_point = self.charge_point
            ledger = charge_point.ledger
            return ledger.is_over(charge_point.id, transaction_id) or (
                # An id of the charge point's own, which no transaction has had.
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
        """Return whether values with this id belong to the running transaction.

        They do also without an id, or with an unknown id: some charge points always
        send the same id of their own, or the largest number of its type.
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
        """Adopt a running transaction that began without us, or was closed.

        Meter values do not replace a running transaction that was reported to us.
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
            # The energy since the first reading belongs to the transaction.
            first = self._measured[1]
            transaction = ledger.meter(
                transaction, first.wh, charge_point.clock.correct(first.time)
            )
        self.set_transaction(transaction)

    def _grows(self, transaction_id: str, registers: Sequence[RegisterSample]) -> bool:
        """Return whether the register has grown since the first reading of that id."""
        if not registers or self.status in VEHICLE_ABSENT or self._ended_since_status:
            self._measured = None
        elif self._measured is None or self._measured[0] != transaction_id:
            self._measured = (transaction_id, registers[0])
        else:
            return registers[-1].wh - self._measured[1].wh >= NOTHING_WH
        return False

    def _resume(self, transaction_id: str, reported: datetime | None) -> bool:
        """Resume a transaction that seemed to have ended, and return whether it did."""
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
        """Return whether status or power show a running transaction.

        An id alone does not: the last meter values of a transaction follow its end.
        """
        if self._ended_since_status:
            return False
        if self.status_is_current:
            return self.status in IN_TRANSACTION
        values = self.meter.values
        return any(values.get(key, 0.0) >= least for key, least in _FLOWS.items())

    def refresh_transaction(self) -> None:
        """Load the latest transaction from the ledger."""
        latest = self.charge_point.ledger.latest(self.charge_point.id, self.number)
        if latest is not None:
            self.set_transaction(latest)

    def transaction_corrected(self) -> None:
        """Load the latest transaction again after the ledger corrected it."""
        newest = self.charge_point.ledger.latest(self.charge_point.id, self.number)
        self._newest = newest
        latest = self._shown(newest) if newest is not None else None
        if latest is not self.latest_transaction:
            self.latest_transaction = latest
            self.mark("transaction", "session", "duration")

    def set_transaction(self, newest: Transaction) -> None:
        """Make a transaction the connector's latest one, or note its change."""
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
        if is_new or transaction is None or transaction.end is not None:
            self.refresh_discharging()
        self.limiter.transaction_changed()
        if is_new or transaction is None or transaction.end is not None:
            self.charge_point.ceilings.changed()
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
        """Return the latest transaction that users see, given the newest in the ledger.

        They do not see a start that was refused, unless the status is Charging.
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
        """Note that no energy flows, as the meter may not report this any more."""
        self._learn_lines()
        if ended := self.meter.end_flow():
            self.measured_at = utcnow()
            self.mark(*ended)
        self.bidirectional.is_over()
        self._set_active_phases()

    @property
    def lines(self) -> int | None:
        """The number of connected phases that the meter values have shown so far."""
        self._learn_lines()
        return self._lines

    def _learn_lines(self) -> None:
        # A phase that was in use stays connected when no energy flows any more.
        told, certain = lines_of(self.meter.values)
        if told is not None:
            self._lines = told if certain else max(told, self._lines or 0)

    def limit_missed(self, transaction_id: str, error: CsmsError) -> None:
        """Note that a transaction lacks the limit with which it was started."""
        running = self.transaction
        if running is not None and running.id == transaction_id:
            self.missed_limit = error
            self.mark("missed_limit")

    def limit_taken(self) -> None:
        """Clear `missed_limit`: a limit was accepted, or its transaction has ended."""
        if self.missed_limit is not None:
            self.missed_limit = None
            self.mark("missed_limit")

    def _note_register(self, wh: float | None) -> None:
        """Note the last register of a transaction, which no meter value may report."""
        if self.meter.ended(wh, utcnow()):
            self.mark("energy")

    def tick(self) -> None:
        """Mark the duration of a running transaction as changed; once a minute.

        Limits of others may change with the time, too.
        """
        if self.outside.known or self.charge_point.whole.outside.known:
            self.mark("outside")
        if self.transaction is not None:
            self.mark("duration", "minute")

    def phases_told(self, count: int) -> None:
        """Note the number of phases in use that an event tells (OCPP 2: E02).

        What is measured counts more.
        """
        if (
            count in {1, 2, 3}
            and count != self.active_phases
            and phases_in_use(self.meter.values) is None
        ):
            self.active_phases = count
            self.mark("active_phases")

    def _set_active_phases(self) -> None:
        phases = phases_in_use(self.meter.values)
        if phases is not None and phases != self.active_phases:
            self.active_phases = phases
            self.mark("active_phases")
            # A power that others allow is divided by them.
            self.charge_point.ceilings.changed()

    def reopen(self) -> None:
        """Go on after `close`, on a connection that has reported it again."""
        self.connected()
        self.starter.open()
        if self.charge_point.ready:
            self.limiter.apply_again()

    def close(self) -> None:
        """Cancel all timers."""
        self.limiter.disconnected()
        self.starter.close()
        if self._forgotten is not None:
            self._forgotten.cancel()
            self._forgotten = None
