"""One connector: cable, car, meter, transaction, and the status that follows."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from .car import MINIMUM_CURRENT, NO_CURRENT, Car, Currents
from .clock import Timer
from .meter import Meter, Reading
from .profiles import Limit
from .structures import Payload

if TYPE_CHECKING:
    from .charge_point import ChargePoint


TICK = 1.0  # simulated seconds between two looks at the car
FASTEST_TICK = 0.05  # real seconds; below it a fast clock would only burn CPU


@dataclass(slots=True, eq=False, kw_only=True)
class Transaction:
    """One charging session as the charger knows it."""

    connector: int
    id_tag: str
    meter_start: int
    started: datetime
    id: int | None = None
    """What the central system called it; None until its answer came."""
    reservation_id: int | None = None
    suspended: bool = False
    """The tag turned out to be invalid: no energy, but no stop either."""
    first_values: list[Payload] = field(default_factory=list)

    @property
    def wire_id(self) -> int:
        """The id for StopTransaction; -1 when there never was one (errata 3.18)."""
        return -1 if self.id is None else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """For whom a connector is kept free."""

    id: int
    tag: str
    parent: str | None = None
    any_connector: bool = False
    """It was made for connector 0, so that another one may be used as well."""


@dataclass(slots=True, kw_only=True)
class Forced:
    """A status that somebody set by hand."""

    status: str
    instead_of: str
    error_code: str = "NoError"
    info: str | None = None
    vendor_id: str | None = None
    vendor_error_code: str | None = None


class Connector:
    """Connector `number` of a charge point; 0 is the station itself, without a car.

    For assertions: `status`, `transaction_id`, `power_w`, `currents`,
    `register_wh`, `offered_current`, `soc`, `last_sample`.
    """

    def __init__(
        self, charge_point: ChargePoint, number: int, meter: Meter, max_current: float
    ) -> None:
        self.charge_point = charge_point
        self.number = number
        self.meter = meter
        self.max_current = max_current
        """What the cable and the wiring carry, in A per phase."""
        self.car: Car | None = None
        self.transaction: Transaction | None = None
        self.available = True
        self.going_unavailable = False
        """Unavailable as soon as the transaction ends."""
        self.authorized: str | None = None
        """The tag that was accepted and waits for a car."""
        self.reserved: Reservation | None = None
        """Who it is kept free for."""
        self.reservation_expiry = Timer(
            charge_point.clock, self.cancel_reservation, repeat=False
        )
        self.finished = False
        """A transaction ended and the car is still plugged in."""
        self.forced: Forced | None = None
        self.status = "Available"
        self.sent_status: str | None = None
        """The last status that the central system confirmed."""
        self.offer = Limit(0.0)
        self.last_sample: Reading | None = None
        """The reading in the last MeterValues."""
        self.sampling = Timer(charge_point.clock, self._sample)
        self.patience = Timer(charge_point.clock, self._give_up, repeat=False)
        self._physics = Timer(charge_point.clock, self.update)
        self._currents: Currents = NO_CURRENT
        self._advanced = charge_point.clock.monotonic()
        self._phases = 3
        self._switching_until = 0.0

    @property
    def transaction_id(self) -> int | None:
        """The id of the running transaction, None when there is none (yet)."""
        return self.transaction.id if self.transaction else None

    @property
    def power_w(self) -> float:
        """The power of the last look at the meter, in W."""
        return self.meter.reading.total_power

    @property
    def currents(self) -> Currents:
        """The currents of the last look at the meter, in A."""
        return self.meter.reading.current

    @property
    def register_wh(self) -> float:
        """The energy register now, in Wh."""
        self._advance()
        return self.meter.register_wh

    @property
    def offered_current(self) -> float:
        """What the car is offered, in A per phase."""
        return self.offer.amps

    @property
    def offered_phases(self) -> int:
        """On how many phases it is offered."""
        return self.offer.phases

    @property
    def soc(self) -> float | None:
        """The car's state of charge in %, None without a car."""
        self._advance()
        return self.car.soc if self.car else None

    @property
    def plugged(self) -> bool:
        """Whether there is a car."""
        return self.car is not None

    @property
    def error_code(self) -> str:
        """The errorCode of its StatusNotification."""
        return self.forced.error_code if self.forced else "NoError"

    def plug(self, car: Car) -> None:
        """Plug a car in; another one is unplugged before."""
        if self.car is not None:
            self.unplug()
        self._advance()
        self.car = car
        self.finished = False
        clock = self.charge_point.clock
        self._physics.start(max(TICK, FASTEST_TICK * clock.factor))
        self.update()
        self.charge_point.car_plugged(self)

    def unplug(self) -> None:
        """Pull the plug."""
        if self.car is None:
            return
        self._advance()
        self.car = None
        self.finished = False
        self.charge_point.car_unplugged(self)
        self.update()
        self._physics.stop()

    def authorize(self, tag: str, patience: float) -> None:
        """Wait `patience` simulated seconds for a car with this tag."""
        self.authorized = tag
        self.patience.start(patience)
        self.update()

    def begin(self, transaction: Transaction) -> None:
        """Let the transaction run: the car is offered current."""
        self.authorized = None
        self.patience.stop()
        self.transaction = transaction
        self.finished = False
        self.update()

    def end(self) -> None:
        """Let it end."""
        self._advance()
        self.transaction = None
        self.sampling.stop()
        self.finished = self.car is not None
        if self.going_unavailable:
            self.going_unavailable = False
            self.available = False
        self.update()

    def cancel_reservation(self) -> None:
        """Be free for everybody again."""
        self.reserved = None
        self.reservation_expiry.stop()
        self.update()

    def stop_timers(self) -> None:
        """Let nothing happen by itself any more."""
        for timer in (
            self._physics,
            self.sampling,
            self.patience,
            self.reservation_expiry,
        ):
            timer.stop()

    def read(self) -> Reading:
        """Look at the meter anew and remember what it showed."""
        self._advance()
        self.last_sample = self._read()
        return self.last_sample

    def update(self) -> None:
        """Let the time that passed pass, and see what that changes."""
        self._advance()
        clock = self.charge_point.clock
        offer = self._offered(clock.monotonic())
        currents = NO_CURRENT
        if self.car is not None:
            currents = self.car.draw(offer.amps, offer.phases, clock.monotonic())
        if currents != self._currents or offer != self.offer:
            self._currents, self.offer = currents, offer
            self._read()
        status = self._natural_status()
        if self.forced is not None:
            if (
                self.forced.status in ("Faulted", "Unavailable")
                or status == self.forced.instead_of
            ):
                status = self.forced.status
            else:
                self.forced = None
        if status in ("Faulted", "Unavailable") and self.reserved is not None:
            # Nobody can use it any more (1.6 section 5.13).
            self.reserved = None
            self.reservation_expiry.stop()
        if status != self.status:
            self.status = status
            self.charge_point.status_changed(self)
        self.charge_point.changed()

    def natural_status(self) -> str:
        """Return the status it has when nobody forces another one."""
        return self._natural_status()

    def _offered(self, now: float) -> Limit:
        if (
            self.transaction is None
            or self.transaction.suspended
            or (self.forced is not None and self.forced.status == "Faulted")
        ):
            return Limit(0.0, self.offer.phases)
        limit = self.charge_point.limit(self)
        if limit.amps < MINIMUM_CURRENT:
            limit = Limit(0.0, limit.phases)
        if limit.phases != self._phases:
            # The contactor only moves without load: charging pauses for a while.
            if any(self._currents):
                self._switching_until = now + self.charge_point.phase_switch_seconds
            self._phases = limit.phases
        if now < self._switching_until:
            return Limit(0.0, limit.phases)
        return limit

    def _natural_status(self) -> str:
        if self.number == 0:
            return "Available" if self.available else "Unavailable"
        if self.transaction is not None:
            if self.car is None:
                return "SuspendedEV"
            if self.offer.amps < MINIMUM_CURRENT:
                return "SuspendedEVSE"
            return "Charging" if any(self._currents) else "SuspendedEV"
        if not self.available:
            return "Unavailable"
        if self.car is not None:
            return "Finishing" if self.finished else "Preparing"
        if self.authorized is not None:
            return "Preparing"
        return "Reserved" if self.reserved else "Available"

    def _read(self) -> Reading:
        return self.meter.read(
            self._currents,
            offered=self.offer.amps,
            phases=self.offer.phases,
            soc=self.car.soc if self.car else 0.0,
        )

    def _advance(self) -> None:
        now = self.charge_point.clock.monotonic()
        passed, self._advanced = now - self._advanced, now
        if passed <= 0:
            return
        energy = self.meter.advance(passed)
        if self.car is not None and energy:
            self.car.charge(energy)

    def _sample(self) -> None:
        self.charge_point.sample(self)

    def _give_up(self) -> None:
        self.authorized = None
        # A profile that came with the remote start was for this transaction alone.
        self.charge_point.profiles.end_transaction(self.number)
        self.charge_point.log(f"connector {self.number}: no car came")
        self.update()
