"""An EVSE with its connectors: cable, car, meter, and the state that follows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.car import MINIMUM_CURRENT, NO_CURRENT, Car, Currents
from simulator.clock import Timer
from simulator.connector import FASTEST_TICK, TICK
from simulator.meter import Meter, Reading
from simulator.profiles import Limit

from .tokens import Authorized, Token
from .vehicle.discharging import V2xCar

if TYPE_CHECKING:
    from .station import ChargingStation
    from .transactions import Transaction

NO_OFFER = Limit(0.0)


@dataclass(slots=True, kw_only=True)
class Plug:
    """A connector of an EVSE."""

    number: int
    available: bool = True
    going_unavailable: bool = False
    """Unavailable as soon as the transaction ends."""
    status: str = "Available"
    """Its ConnectorStatusEnumType."""
    sent_status: str | None = None
    """The last one that the CSMS confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """For whom an EVSE is kept free."""

    id: int
    token: Token
    group: Token | None = None


@dataclass(slots=True, eq=False)
class Evse:
    """EVSE `number`; 0 is the whole station, which has no car.

    For assertions: `status`, `transaction_id`, `power_w`, `currents`, `register_wh`,
    `offered_current`, `offered_phases`, `soc`, `last_sample`, `plugs`.
    """

    station: ChargingStation
    number: int
    meter: Meter
    max_current: float
    """What the cable and the wiring carry, in A per phase."""
    plugs: list[Plug]
    car: Car | None = None
    plug_used: Plug | None = None
    """The connector that the car hangs on."""
    transaction: Transaction | None = None
    authorized: Authorized | None = None
    """Who may charge here."""
    reserved: Reservation | None = None
    finished: bool = False
    """A transaction ended and the car is still plugged in."""
    forced: str | None = None
    """A status that somebody set by hand: Faulted or Unavailable."""
    error_code: str = "NoError"
    resetting: bool = False
    status: str = "Available"
    """Its state in the words of OCPP 1.6, which say more than those of 2.0.1."""
    offer: Limit = NO_OFFER
    last_sample: Reading | None = None
    conditions: frozenset[str] = frozenset()
    """Which points of a transaction (TxStartStopPointEnumType) are true now."""
    sampling: Timer = field(init=False)
    ended_sampling: Timer = field(init=False)
    patience: Timer = field(init=False)
    reservation_expiry: Timer = field(init=False)
    _physics: Timer = field(init=False)
    exported_w: float = 0.0
    """What the car gives back (2.1, Q), in W."""
    _currents: Currents = NO_CURRENT
    _advanced: float = field(init=False)
    _phases: int = 3
    _switching_until: float = 0.0

    def __post_init__(self) -> None:
        """Make the timers, none of which runs."""
        station, clock = self.station, self.station.clock

        def timer(callback: Callable[[], None], *, repeat: bool = True) -> Timer:
            return Timer(clock, callback, repeat=repeat)

        self.sampling = timer(lambda: station.transactions.sample(self))
        self.ended_sampling = timer(lambda: station.transactions.keep_sample(self))
        self.patience = timer(
            lambda: station.transactions.no_car_came(self), repeat=False
        )
        self.reservation_expiry = timer(
            lambda: station.control.reservation_expired(self), repeat=False
        )
        self._physics = timer(self.update)
        self._advanced = clock.monotonic()

    @property
    def transaction_id(self) -> str | None:
        """The id of the running transaction."""
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
    def available(self) -> bool:
        """Whether at least one of its connectors can be used."""
        return self.station.available and any(one.available for one in self.plugs)

    @property
    def phases_used(self) -> int:
        """On how many phases current flows."""
        return sum(amps > 0 for amps in self._currents)

    def plug(self, number: int) -> Plug:
        """Return one of its connectors. Raise IndexError."""
        if not 1 <= number <= len(self.plugs):
            raise IndexError(f"EVSE {self.number} has no connector {number}")
        return self.plugs[number - 1]

    def plug_in(self, car: Car, connector: int = 1) -> None:
        """Plug a car in; another one is unplugged before."""
        plug = self.plug(connector)
        if self.car is not None:
            self.unplug()
        self._advance()
        self.car, self.plug_used, self.finished = car, plug, False
        self._physics.start(max(TICK, FASTEST_TICK * self.station.clock.factor))
        self._refresh()
        self.station.transactions.plugged(self)
        self.update()

    def unplug(self) -> None:
        """Pull the plug."""
        if self.car is None:
            return
        self._advance()
        self.car, self.finished = None, False
        self._currents, self.exported_w = NO_CURRENT, 0.0
        self._read()
        self.station.transactions.unplugged(self)
        self.plug_used = None
        self._physics.stop()
        self.update()

    def stop_timers(self) -> None:
        """Let nothing happen by itself any more."""
        for timer in (
            self._physics,
            self.sampling,
            self.ended_sampling,
            self.patience,
            self.reservation_expiry,
        ):
            timer.stop()

    def read(self) -> Reading:
        """Look at the meter anew and remember what it showed."""
        if not self.number:
            self.meter.override = self.station.total()
        self._advance()
        self.last_sample = self._read()
        return self.last_sample

    def update(self) -> None:
        """Let the time that passed pass, and see what that changes."""
        if not self.number:
            return
        before = self.offer.amps
        transactions = self.station.transactions
        self._advance()
        reached = transactions.limits.look(self)
        self._refresh()
        transactions.state_changed(self, offered_before=before, reached=reached)
        self._tell_status()
        self.station.cars.look(self)
        self.station.changed()

    def charging_state(self) -> str:
        """Return the ChargingStateEnumType of its transaction."""
        if self.car is None:
            return "Idle"
        if self.authorized is None:
            return "EVConnected"
        if self.offer.amps < MINIMUM_CURRENT and not (
            any(self._currents) or self.exported_w
        ):
            return "SuspendedEVSE"
        flows = any(self._currents) or self.exported_w
        return "Charging" if flows else "SuspendedEV"

    def plug_status(self, plug: Plug) -> str:
        """Return the ConnectorStatusEnumType that a connector has now."""
        if self.forced == "Faulted":
            return "Faulted"
        in_use = self.plug_used is plug and self.car is not None
        if self.transaction is None and (
            self.forced == "Unavailable"
            or self.resetting
            or not self.station.available
            or not plug.available
        ):
            return "Unavailable"
        if in_use:
            return "Occupied"
        return "Reserved" if self.reserved else "Available"

    def _refresh(self) -> None:
        self._advance()
        now = self.station.clock.monotonic()
        offer = self._offered(now)
        currents = NO_CURRENT
        exported = 0.0
        if self.car is not None:
            currents = self.car.draw(offer.amps, offer.phases, now)
            self.station.discharging.look(self)
            if (flow := self.station.discharging.flow(self)) is not None:
                exported = max(-flow, 0.0)
                currents = self.station.discharging.currents(self.car, flow)
        if (currents, exported, offer) != (
            self._currents,
            self.exported_w,
            self.offer,
        ):
            self._currents, self.exported_w, self.offer = currents, exported, offer
            self._read()

    def _tell_status(self) -> None:
        for plug in self.plugs:
            if self.transaction is None and plug.going_unavailable:
                plug.going_unavailable, plug.available = False, False
            status = self.plug_status(plug)
            if status != plug.status:
                plug.status = status
                self.station.status_changed(self, plug)
        status = self._in_words()
        if status != self.status:
            self.status = status
            self.station.log(f"EVSE {self.number}: {status}")

    def _offered(self, now: float) -> Limit:
        if (
            self.transaction is None
            or self.transaction.suspended
            or self.transaction.at_limit is not None
            or self.station.resumption.is_dark
            or self.authorized is None
            or self.car is None
            or self.forced == "Faulted"
        ):
            return Limit(0.0, self.offer.phases)
        limit = self.station.charging.limit(self)
        if limit.amps < MINIMUM_CURRENT:
            limit = Limit(0.0, limit.phases)
        if limit.phases != self._phases:
            # The contactor only moves without load: charging pauses for a while.
            if any(self._currents):
                self._switching_until = now + self.station.phase_switch_seconds
            self._phases = limit.phases
        if now < self._switching_until:
            return Limit(0.0, limit.phases)
        return limit

    def _in_words(self) -> str:
        if self.forced == "Faulted":
            return "Faulted"
        if self.transaction is not None and self.authorized is not None:
            state = self.charging_state()
            return "Preparing" if state == "Idle" else state
        if any(one.status == "Unavailable" for one in self.plugs):
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
            exported=self.exported_w,
        )

    def _advance(self) -> None:
        now = self.station.clock.monotonic()
        passed, self._advanced = now - self._advanced, now
        if passed <= 0:
            return
        left = self.station.transactions.limits.seconds_left(self)
        energy = self.meter.advance(passed if left is None else min(passed, left))
        if self.car is not None and energy:
            self.car.charge(energy)
        if self.exported_w and isinstance(self.car, V2xCar):
            self.car.give(self.exported_w * passed / 3600.0)
