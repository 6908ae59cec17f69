"""The status of a charging station in OCPP 2, kept over its connections."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from ..model.model import ChargePointError, ConnectorStatus, utcnow
from ..model.tags import Tag
from .device_model.model import DeviceModel
from .device_model.names import Aspect
from .device_model.values import truth

if TYPE_CHECKING:
    from ..charge_point import ChargePoint
    from ..connector import Connector
    from ..transactions.transaction import Transaction
    from .device_model.inventory import Variable

_HISTORIC = timedelta(minutes=2)
"""The age from which a status that is older than the known one is a replay."""

_MOST_TRACKS = 50
_MOST_PLUGS = 20
_MOST_PROBLEMS = 50
_MOST_STARTS = 20
"""What is kept at most: a station can invent any number."""

_ALERT = "#"
"""What is between a component and its alert."""

_CHARGING_FROM_W = 100.0
"""The power from which a session is charging, where no event has told."""


class Problem(NamedTuple):
    """A problem of a component of an EVSE (variable `Problem`)."""

    error: ChargePointError
    info: str | None
    tech_code: str | None


class Order(Enum):
    """How an event stands to those of its transaction that came before."""

    NEXT = auto()
    LATE = auto()
    """It is older than another one."""
    RESTARTED = auto()
    """It is newer, but its number went back: the station has counted anew."""


class Track(NamedTuple):
    """The newest event of a transaction: its time and number."""

    time: datetime | None
    seq: int | None


@dataclass(kw_only=True, slots=True)
class Evse:
    """An EVSE: its plugs, and what its transaction does."""

    plugs: dict[int, str] = field(default_factory=dict)
    """Number of the plug -> ConnectorStatusEnumType (3.18); 0 is the EVSE itself."""
    plug_times: dict[int, datetime] = field(default_factory=dict)
    """Number of the plug -> the time of its status, by the station's clock."""
    charging_state: str | None = None
    """ChargingStateEnumType (3.16) of the running transaction, as in OCPP."""
    transaction_id: str | None = None
    """The running transaction, of which the state is."""
    plug: int | None = None
    """The plug of the running transaction, if it was told."""
    time: datetime | None = None
    """The time of the newest event, by the station's clock."""
    offline: bool = False
    """True if the newest event is of a time without a connection."""
    ended: bool = False
    """True if a transaction ended and the plug was not free since."""
    stopped: bool = False
    """True if somebody stopped the running transaction, which may go on."""
    problems: dict[str, Problem] = field(default_factory=dict)
    """Component -> its problem."""


_BY_STATE = {
    "Charging": ConnectorStatus.CHARGING,
    "EVConnected": ConnectorStatus.PREPARING,
    "SuspendedEV": ConnectorStatus.SUSPENDED_EV,
    "SuspendedEVSE": ConnectorStatus.SUSPENDED_EVSE,
    "Idle": ConnectorStatus.FINISHING,
}
_BY_PLUG = {
    "Available": ConnectorStatus.AVAILABLE,
    "Reserved": ConnectorStatus.RESERVED,
    "Unavailable": ConnectorStatus.UNAVAILABLE,
    "Faulted": ConnectorStatus.FAULTED,
}
_ORDER = ("Occupied", "Available", "Reserved", "Unavailable", "Faulted")
"""Which plug of an EVSE tells its status, if they differ (G01.FR.08)."""

_OUT_OF_ORDER = ("Faulted", "Unavailable")
"""The statuses of an EVSE itself that count more than those of its plugs."""


class Station:
    """What a charging station has told of its EVSEs, kept over its connections.

    Their status has two sources, plugs and transactions, of which one of the model's nine
    words is made.
    """

    def __init__(self, charge_point: ChargePoint) -> None:
        """Start without any knowledge."""
        self._charge_point = charge_point
        self.inventory = charge_point.part(DeviceModel).inventory
        self.evses: dict[int, Evse] = {}
        self._tracks: dict[tuple[int, str], Track] = {}
        """EVSE and id -> its newest event; those heard of last are at the end."""
        self._starts: dict[int | str, Tag] = {}
        self._heard: dict[str, None] = {}
        """The transactions of this connection, in the same order."""
        charge_point.version_listeners.append(self._forget)
        charge_point.still_runs = self._still_runs

    def _forget(self) -> None:
        """Forget what is there, as another version is spoken, or was meanwhile."""
        self.inventory.keep_only(())
        self.evses.clear()

    def _still_runs(self, transaction: Transaction) -> bool:
        """Return whether a transaction goes on in spite of a plug that is free."""
        evse = self.evses.get(transaction.connector_id)
        return (
            evse is not None
            and evse.charging_state is not None
            and evse.transaction_id == transaction.id
            and self.has_heard_of(transaction.id)
        )

    def has_heard_of(self, transaction_id: str) -> bool:
        """Return whether there was an event of a transaction on this connection."""
        return transaction_id in self._heard

    def _hear(self, transaction_id: str) -> None:
        self._heard.pop(transaction_id, None)
        self._heard[transaction_id] = None
        if len(self._heard) > _MOST_TRACKS:
            del self._heard[next(iter(self._heard))]

    def transaction_confirmed(self, number: int, transaction_id: str) -> None:
        """Note that the station has said that a transaction still runs."""
        self._hear(transaction_id)
        self.show(number)

    def transaction_forgotten(self, number: int, transaction_id: str) -> None:
        """Note that the station does not know a transaction any more."""
        evse = self.evse(number)
        if evse.transaction_id in {None, transaction_id}:
            evse.charging_state = evse.transaction_id = evse.plug = None
            self.show(number)

    def connected(self) -> None:
        """Note a new connection, before which the clock may have been set."""
        for evse in self.evses.values():
            evse.plug_times.clear()
        self._heard.clear()

    def evse(self, number: int) -> Evse:
        """Return what is known of an EVSE."""
        return self.evses.setdefault(number, Evse())

    # Remote starts.

    def start_asked(self, remote_start_id: int, tag: Tag) -> None:
        """Note a remote start: the station repeats its id (F01.FR.25, F02.FR.01)."""
        self._keep_start(remote_start_id, tag)

    def start_answered(self, transaction_id: str, remote_start_id: int) -> None:
        """Note the transaction that a station has begun for a remote start already."""
        if (tag := self._starts.get(remote_start_id)) is not None:
            self._keep_start(transaction_id, tag)

    def _keep_start(self, key: int | str, tag: Tag) -> None:
        self._starts[key] = tag
        while len(self._starts) > _MOST_STARTS:
            del self._starts[next(iter(self._starts))]

    def tag_of_start(
        self, remote_start_id: int | None, transaction_id: str
    ) -> Tag | None:
        """Return the tag of our remote start that a transaction began with."""
        if remote_start_id is None:
            return self._starts.get(transaction_id)
        return self._starts.get(remote_start_id)

    # Events of transactions.

    def order(
        self, number: int, transaction_id: str, time: datetime | None, seq: int | None
    ) -> Order:
        """Note an event, and return how it stands to those before.

        The time decides, unless the numbers show that the station's clock was set. Two
        EVSEs may use one id at the same time.

        Args:
            number: The EVSE; 0 if it is unknown.
            transaction_id: The transaction.
            time: The time by the station's clock, if it is valid.
            seq: The number of the event, if any.
        """
        key = (number, transaction_id)
        newest = self._tracks.get(key) or self._tracks.get((0, transaction_id))
        self._hear(transaction_id)
        order = Order.NEXT
        if newest is not None and time is not None and newest.time is not None:
            is_next = seq is not None and newest.seq is not None and seq > newest.seq
            if time < newest.time:
                order = Order.NEXT if is_next else Order.LATE
            elif seq is not None and newest.seq is not None and seq < newest.seq:
                order = Order.LATE
                if time != newest.time:
                    order = Order.RESTARTED
                    self._charge_point.deviations.note(
                        "seq_no_went_back", f"from {newest.seq} to {seq}"
                    )
        if order is not Order.LATE:
            self._tracks.pop((0, transaction_id), None)
            self._tracks.pop(key, None)
            self._tracks[key] = Track(time, seq)
            if len(self._tracks) > _MOST_TRACKS:
                del self._tracks[next(iter(self._tracks))]
        return order

    def transaction_told(
        self,
        number: int,
        transaction_id: str,
        state: str | None,
        *,
        plug: int | None = None,
        ended: bool = False,
        stopped: bool = False,
        offline: bool = False,
        time: datetime | None,
    ) -> None:
        """Note what a transaction does, or that it has ended.

        An event of the past does not change what a newer transaction does.

        Args:
            number: The number of the EVSE.
            transaction_id: The transaction.
            state: ChargingStateEnumType (3.16), as in OCPP, if it was told.
            plug: The plug, if it was told.
            ended: Whether the transaction has ended.
            stopped: Whether somebody has stopped it; it may last until the vehicle
                is unplugged, or go on with another authorization.
            offline: Whether it happened without a connection.
            time: The time by the station's clock.
        """
        if self._charge_point.connector_told(number) is None:
            return
        evse = self.evse(number)
        other = evse.transaction_id not in {None, transaction_id}
        if (
            other
            and evse.charging_state is not None
            and time is not None
            and evse.time is not None
            and time < evse.time
        ):
            return
        if ended:
            evse.charging_state, evse.ended, evse.stopped = None, True, False
            evse.transaction_id = evse.plug = None
        else:
            if other:
                evse.charging_state = evse.plug = None
            if other or state not in {None, "EVConnected"}:
                evse.stopped = False
            evse.stopped |= stopped
            evse.transaction_id, evse.ended = transaction_id, False
            evse.charging_state = state or evse.charging_state
            evse.plug = plug or evse.plug
        evse.time, evse.offline = time or evse.time, offline
        self.show(number, None if offline else time)

    # Status of plugs, and problems.

    def plug_told(
        self, number: int, plug: int, status: str, timestamp: datetime | None
    ) -> None:
        """Note the status of a plug (G01); plug 0 is the EVSE, EVSE 0 the station."""
        if status != "Occupied" and status not in _BY_PLUG:
            self._charge_point.deviations.note("status_unknown", status[:40])
            return
        if not number and plug and len(self._charge_point.connector_numbers) == 1:
            self._charge_point.deviations.note("evse_zero", "StatusNotification")
            number = self._charge_point.connector_numbers[0]
        if self._charge_point.connector_told(number) is None:
            return
        evse = self.evse(number)
        if plug not in evse.plugs and len(evse.plugs) >= _MOST_PLUGS:
            self._charge_point.deviations.note("too_many_plugs", str(plug))
            return
        before = evse.plug_times.get(plug)
        if (
            timestamp is not None
            and before is not None
            and timestamp < before
            and utcnow() - timestamp > _HISTORIC
        ):
            return
        if evse.plugs.get(plug) == "Faulted" != status:
            # The end of an alert may be lost.
            for key in [one for one in evse.problems if _ALERT in one]:
                del evse.problems[key]
        evse.plugs[plug] = status
        if timestamp is not None:
            evse.plug_times[plug] = timestamp
        if status == "Available":
            evse.ended = False
        self.show(number, timestamp)

    def problem_told(
        self,
        number: int,
        component: str,
        problem: Problem | None,
        timestamp: datetime | None,
    ) -> None:
        """Note a problem of a component of an EVSE, or with None that there is none."""
        numbers = self._charge_point.connector_numbers
        if not number and len(numbers) == 1:
            # The station's problem is that of its only EVSE.
            number = numbers[0]
        if self._charge_point.connector_told(number) is None:
            return
        problems = self.evse(number).problems
        if problem is None:
            # Its alerts are over with it.
            over = [one for one in problems if _is_of(one, component)]
            for one in over:
                del problems[one]
            if not over:
                return
        elif component in problems or len(problems) < _MOST_PROBLEMS:
            problems[component] = problem
        self.show(number, timestamp)

    def alert_told(
        self, number: int, place: tuple[str, str], problem: Problem | None
    ) -> None:
        """Note a problem that a monitor has found, or with None that it is over (N07).

        Args:
            number: The number of the EVSE; 0 is the station.
            place: The component, and which of its alerts it is.
            problem: The problem.
        """
        # It may be told late: that is decided by who calls this.
        self.problem_told(number, _ALERT.join(place), problem, None)

    def forget_alerts(self, number: int | None = None) -> None:
        """Forget what monitors have found at an EVSE, or with None anywhere."""
        for one, evse in list(self.evses.items()):
            alerts = [key for key in evse.problems if _ALERT in key]
            if alerts and number in {None, one}:
                for key in alerts:
                    del evse.problems[key]
                self.show(one)

    def doubted(self) -> list[Aspect]:
        """Return the variables that tell whether the known problems are still there.

        Their end may be lost while the station was away.
        """
        return [
            Aspect(one.name)
            for one in self._problem_variables()
            if (evse := self.evses.get(self._place_of(one)[0])) is not None
            and any(_is_of(key, self._place_of(one)[1]) for key in evse.problems)
        ]

    def problems_read(self) -> None:
        """Forget the problems of components that, as was read, have none (B06, B07)."""
        for one in self._problem_variables():
            if truth(one.actual) is False:
                self.problem_told(*self._place_of(one), None, None)

    def _problem_variables(self) -> list[Variable]:
        """Return the variables `Problem`, if there is any problem."""
        if not any(evse.problems for evse in self.evses.values()):
            return []
        return [
            one for one in self.inventory if one.name.variable.casefold() == "problem"
        ]

    def _place_of(self, variable: Variable) -> tuple[int, str]:
        """Return the EVSE of a variable, and its component as problems name it."""
        name, numbers = variable.name, self._charge_point.connector_numbers
        evse = name.evse or (numbers[0] if len(numbers) == 1 else 0)
        parts = (name.component, name.component_instance, name.plug)
        key = "/".join(str(one) for one in parts if one is not None)
        return evse, key.casefold()

    def show(self, number: int, timestamp: datetime | None = None) -> None:
        """Show the status of an EVSE at its connector."""
        evse, connector = self.evse(number), self._charge_point.connector(number)
        status = self._status(evse, connector)
        if status is None and not number and (evse.problems or connector.problem):
            status = ConnectorStatus.AVAILABLE
        if status is None:
            return
        problem = next(reversed(evse.problems.values()), None)
        if problem is None and status is ConnectorStatus.FAULTED:
            problem = Problem(ChargePointError.OTHER_ERROR, None, None)
        connector.update_status(
            status,
            ChargePointError.NO_ERROR if problem is None else problem.error,
            timestamp=timestamp,
            info=None if problem is None else problem.info,
            vendor_error_code=None if problem is None else problem.tech_code,
        )

    def _status(self, evse: Evse, connector: Connector) -> ConnectorStatus | None:
        plug, number = _plug(evse)
        if evse.charging_state is not None:
            if plug in _BY_PLUG and self._overrides(evse, plug, number):
                return _BY_PLUG[plug]
            if evse.stopped and evse.charging_state == "EVConnected":
                return ConnectorStatus.FINISHING
            return _BY_STATE[evse.charging_state]
        if plug != "Occupied" and not (plug is None and evse.ended):
            return None if plug is None else _BY_PLUG[plug]
        if evse.ended:
            return ConnectorStatus.FINISHING
        running = connector.transaction
        if running is None:
            return ConnectorStatus.PREPARING
        # What it does was told before a restart.
        if connector.measurements.get("power", 0.0) >= _CHARGING_FROM_W:
            return ConnectorStatus.CHARGING
        return (
            ConnectorStatus.SUSPENDED_EV
            if running.energy_wh
            else ConnectorStatus.PREPARING
        )

    def _overrides(self, evse: Evse, plug: str, number: int) -> bool:
        """Return whether the status of a plug counts more than the transaction's.

        Some stations call a plug available whose cable is in. A transaction can outlast
        the plug, as that of a parking bay does. One that is not heard of on this
        connection may have ended, and its end may be lost.
        """
        if evse.plug is not None and number not in {0, evse.plug}:
            return False
        told = evse.plug_times.get(number)
        is_newer = told is not None and (evse.time is None or told > evse.time)
        if evse.offline and is_newer:
            # The events of the past follow one after the other.
            return True
        if plug == "Available":
            return evse.charging_state == "Idle" or (
                told is not None
                and evse.transaction_id is not None
                and not self.has_heard_of(evse.transaction_id)
            )
        return is_newer


def _is_of(key: str, component: str) -> bool:
    """Return whether a problem is that of a component, or of one of its alerts."""
    return key == component or key.startswith(component + _ALERT)


def _plug(evse: Evse) -> tuple[str | None, int]:
    """Return the status that counts of those of the plugs, and the number of its plug.

    The EVSE's own counts if it is out of order, or if no plug has told.
    """
    own = evse.plugs.get(0)
    if len(evse.plugs) == (own is not None):
        return own, 0
    told = {status: plug for plug, status in evse.plugs.items() if plug}
    if own in _OUT_OF_ORDER and "Occupied" not in told:
        return own, 0
    found = next((one for one in _ORDER if one in told), None)
    return found, told.get(found or "", 0)
