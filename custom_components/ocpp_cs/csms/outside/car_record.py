"""Collects what is told of the vehicle at a connector, as far as it can be true."""

from collections.abc import Mapping
from datetime import datetime, timedelta
import re
from typing import Any, Final, Protocol

from ..model.deviations import Deviations
from ..model.model import utcnow
from . import car_needs
from .connected_car import ConnectedCar

_EARLY: Final = timedelta(minutes=1)
"""The time by which a vehicle may be told before the connector says that it came."""
_LATE: Final = timedelta(days=1)
"""An older time is not that of a message that was kept, but of a clock that was set."""
_NOISE: Final = 5.0
"""The points in % by which readings of a state of charge may differ at any time."""
_FASTEST: Final = 10.0
"""The points in % that a vehicle gains in a minute at most: 360 kW into 60 kWh."""
_FASTEST_DOWN: Final = 5.0
"""The points in % that a vehicle loses in a minute at most, while it discharges."""
_MOST_W: Final = 2_000_000.0
_LONGEST_S: Final = 7 * 86400
_MOST_NAMES: Final = 20
"""Protocols that a vehicle supports (priorities 1 to 20), and certificates."""
_LONGEST: Final = 100
"""The characters that are kept of the name of a protocol."""
_SEPARATORS: Final = re.compile(r"[\s:._-]+|^0x", re.IGNORECASE)
_EVCCID: Final = re.compile(r"[0-9A-Z]{12,40}")
_ENERGIES: Final = frozenset({"energy_kwh", "least_kwh", "most_kwh"})
_NUMBERED: Final = frozenset({"supported", "certificates"})


class RecordedConnector(Protocol):
    """A connector whose vehicle is told of."""

    @property
    def plugged_in(self) -> bool | None:
        """Whether a vehicle is plugged in."""

    @property
    def status_time(self) -> datetime | None:
        """The time of its last status, by the charge point's clock."""

    @property
    def transaction(self) -> object | None:
        """The running transaction."""

    @property
    def session_energy_wh(self) -> float | None:
        """The energy of the session."""

    def set_car(self, car: ConnectedCar | None) -> None:
        """Note what is known of the vehicle."""


class CarRecord:
    """What was told of the vehicle at one connector.

    Numbers and texts come as they were told. What cannot be is dropped and counted; it
    is never shown. All of it is forgotten when the vehicle leaves, or another one tells
    its id.
    """

    def __init__(self, connector: RecordedConnector, deviations: Deviations) -> None:
        """Know nothing yet."""
        self._connector = connector
        self._deviations = deviations
        self._values: dict[str, Any] = {}
        self._times: dict[str, datetime] = {}
        self._own_times: dict[str, datetime] = {}
        """The times of events by the charge point's clock, which tells replays."""
        self._named: dict[str, dict[str, str]] = {}
        self._charged: dict[str, float] = {}
        self._doubted: float | None = None
        """A state of charge that would be a jump, until another one agrees."""
        self._was_in = connector.plugged_in
        self._came: datetime | None = None
        """When the vehicle came, by the charge point's clock, if that was told."""

    def status_changed(self) -> None:
        """Forget a vehicle that has left; show what was told before one has come."""
        now_in = self._connector.plugged_in
        # A status that hides the vehicle is neither coming nor leaving.
        if now_in is None or now_in is self._was_in:
            return
        before, self._was_in = self._was_in, now_in
        if now_in is False:
            self._forget()
        elif before is False:
            self._came = self._connector.status_time
            now = utcnow()
            for name in [
                name for name, time in self._times.items() if now - time > _EARLY
            ]:
                self._drop(name)
            self._publish()

    def tell(
        self,
        told: Mapping[str, Any],
        *,
        names: Mapping[str, Mapping[str, str]] | None = None,
        time: datetime | None = None,
        is_event: bool = False,
    ) -> None:
        """Take values of the vehicle, by their fields of `ConnectedCar`.

        Energies are in Wh. None means that there is no such value any more.

        Args:
            told: Field -> its value.
            names: Of `supported` and `certificates`: their numbers and texts.
            time: The time of an event, by the charge point's clock.
            is_event: False for what was read. Without a vehicle that is of the last
                one, while an event may be early.
        """
        # The status may have changed in the same message.
        self.status_changed()
        if self._connector.plugged_in is False and not is_event:
            return
        if time is not None and self._is_of_another(time):
            self._deviations.note("late_value_of_vehicle")
            return
        now = utcnow()
        # The id comes first: what else is told with it is of that vehicle.
        for name in sorted(told, key=lambda one: one != "evccid"):
            if time is not None and self._is_older(name, time):
                continue
            self._take(name, told[name], now)
        for name, texts in (names or {}).items():
            self._take_names(name, texts, now)
        if self._connector.plugged_in is not False:
            self._publish()

    def _is_of_another(self, time: datetime) -> bool:
        """Return whether an event was before the vehicle came, as one that was kept."""
        came = self._came
        return came is not None and _EARLY < came - time < _LATE

    def _is_older(self, name: str, time: datetime) -> bool:
        """Return whether a newer event has told that already; else note its time."""
        known = self._own_times.get(name)
        if known is not None and timedelta() < known - time < _LATE:
            return True
        self._own_times[name] = time
        return False

    def _take(self, name: str, told: Any, now: datetime) -> None:
        if told is None:
            self._drop(name)
            return
        value = _plausible(name, told, now)
        if value is None or (name == "soc" and self._jumps(value, now)):
            # An id is private, whatever it is.
            detail = "" if name == "evccid" else str(told)
            self._deviations.note(f"implausible_value_of_vehicle:{name}", detail)
            return
        if name == "evccid" and self._values.get(name, value) != value:
            # One that left unseen.
            self._forget()
        if name in _ENERGIES:
            self._charged[name] = (
                (self._connector.session_energy_wh or 0.0) / 1000
                if self._connector.transaction is not None
                else 0.0
            )
        self._values[name], self._times[name] = value, now

    def _take_names(self, name: str, texts: Mapping[str, str], now: datetime) -> None:
        kept = self._named.setdefault(name, {})
        for number, text in texts.items():
            if not text:
                kept.pop(number, None)
            elif number in kept or len(kept) < _MOST_NAMES:
                kept[number] = text[:_LONGEST]
        ordered = sorted(kept, key=lambda one: (len(one), one))
        self._values[name] = tuple(
            one if name == "certificates" else kept[one] for one in ordered
        )
        self._times[name] = now

    def _jumps(self, soc: float, now: datetime) -> bool:
        """Return whether no vehicle gets from the last state of charge to this one.

        Many tell 0 before they know it. A second value that agrees is believed.
        """
        known, doubted = self._values.get("soc"), self._doubted
        self._doubted = None
        if not known:
            return False
        minutes = max((now - self._times["soc"]).total_seconds(), 0.0) / 60
        fastest = _FASTEST if soc > known else _FASTEST_DOWN
        if abs(soc - known) <= _NOISE + fastest * minutes:
            return False
        if doubted is not None and abs(soc - doubted) <= _NOISE:
            return False
        self._doubted = soc
        return True

    def _publish(self) -> None:
        if not self._values:
            self._connector.set_car(None)
            return
        self._connector.set_car(
            ConnectedCar(
                told_at=max(self._times.values()),
                times=dict(self._times),
                charged_kwh=dict(self._charged),
                **self._values,
            )
        )

    def _drop(self, name: str) -> None:
        self._values.pop(name, None)
        self._times.pop(name, None)
        self._named.pop(name, None)

    def _forget(self) -> None:
        self._values.clear()
        self._times.clear()
        self._own_times.clear()
        self._named.clear()
        self._charged.clear()
        self._doubted = None


def _plausible(name: str, told: Any, now: datetime) -> Any:
    """Return a value of a field; None for what cannot be one."""
    match name:
        case "evccid":
            return evccid(str(told))
        case "protocol":
            return str(told)[:_LONGEST]
        case "soc":
            return car_needs.percent(told)
        case "full_soc":
            return car_needs.percent(told) or None
        case "capacity_kwh":
            return car_needs.capacity_kwh(told)
        case "energy_kwh" | "most_kwh":
            return car_needs.energy_kwh(told)
        case "least_kwh":
            # Vehicles that discharge may need less than nothing.
            return 0.0 if -250_000 <= told <= 0 else car_needs.energy_kwh(told)
        case "departure":
            return car_needs.departure(told, now)
        case "charge_w":
            return float(told) if 0 < told <= _MOST_W else None
        case "discharge_w":
            # ISO 15118-20 has it below 0 at some stations.
            return abs(float(told)) if 0 < abs(told) <= _MOST_W else None
        case "seconds_to_full":
            return int(told) if 0 <= told <= _LONGEST_S else None
    return None


def evccid(told: str) -> str | None:
    """Return an EVCCID without separators; None for what identifies no vehicle.

    DIN 70121 has 8 bytes for the 6 of the address, which the others are 0 of.
    """
    key = _SEPARATORS.sub("", told.strip(" \t\r\n\0")).upper()
    if len(key) == 16 and (key.endswith("0000") or key.startswith("0000")):
        key = key[:12] if key.endswith("0000") else key[4:]
    if _EVCCID.fullmatch(key) is None or len(set(key)) == 1:
        return None
    return key
