"""Which cars supply the house, and with which power.

    supply.observe(readings, now)
    setpoints = supply.take(now, scene, points, readings, courses)

The house's need is what it takes from the grid beyond the user's level, with what cars
give now, and without what other cars charge: no car is emptied into another.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..house.balance import Balance
from ..model import ChargeMode, Charger, ChargerReading, Discharge, Reason, Settings
from ..numbers import number, within
from ..point import Point
from ..sun.flows import Flows
from ..sun.solar import Course
from .outflow import Outflow
from .room import Bound, Rooms
from .worth import worth

_BARS: Final = frozenset(
    {
        Reason.MANUAL,
        Reason.OFF,
        Reason.NOT_CONNECTED,
        Reason.METER_STALE,
        Reason.WAKING_CAR,
        Reason.PLAN,
    }
)
"""Reasons not to charge for which it does not discharge either."""
_MARGIN_W: Final = 50.0
"""The least import that it aims for: noise of the meter must not become export."""
_BEHIND_W: Final = 100.0
"""What it leaves beyond that to a home battery that goes first: that takes it over."""
_START_W: Final = 200.0
"""The need for a start."""
_START_S: Final = 30.0
_STOP_S: Final = 120.0
"""The time without any need after which it no longer counts as discharging."""
_STANDBY_S: Final = 900.0
"""The time after the last need for which the car is held ready at 0 W."""
_TO_DISCHARGE_S: Final = 60.0
"""The least pause between charging and discharging."""
_TO_CHARGE_S: Final = 60.0
_REST_W: Final = 100.0
"""A car with no more than this does not charge."""
_DEADBAND_W: Final = 50.0
_LESS_S: Final = 2.0
"""The least time between two commands that take power back."""
_STEP_W: Final = 10.0
_SILENT_S: Final = 90.0
"""The most age of the meter's value, if the house does not allow less."""
_OTHERS_FIRST: Final = -1_000_000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """The house in this tick."""

    balance: Balance
    silent: bool
    """True if a grid meter tells nothing valid now."""
    price: float | None
    bounds: Mapping[str, Sequence[Bound]]
    """By the key of the charger: the fuses that are above it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What a charger is told beside its limit."""

    setpoint_w: float | None = None
    """0 or less; None while it is not held ready."""
    reason: Reason | None = None
    """The reason to show in place of that for not charging."""
    until: float | None = None
    rests: bool = False
    """True if it must not charge yet, as it has just discharged."""


class _Source:
    """A car that may supply the house, and its state."""

    def __init__(self, charger: Charger) -> None:
        """Start with a car that gives nothing."""
        self.outflow = Outflow(charger)
        self.on = False
        """True while it supplies the house, or would if that took anything."""
        self.needed_at: float | None = None
        """When the house last needed it."""
        self.wanted_since: float | None = None
        self.gave_at: float | None = None
        """When it was last told to give something."""
        self.ours = False
        """True if nobody else decides what it gives."""

    def forward(self, now: float) -> None:
        """Take back times that are in the future after the clock was set back."""
        for name in ("needed_at", "wanted_since", "gave_at"):
            if (at := getattr(self, name)) is not None and at > now:
                setattr(self, name, now)

    @property
    def is_active(self) -> bool:
        """Whether it may discharge, or does so, or has just done so."""
        return self.ours or self.gave_at is not None or self.outflow.high_w > 0

    def rest(self) -> None:
        """Give nothing, and begin anew."""
        self.on, self.wanted_since = False, None


class Supply:
    """Decides which cars supply the house."""

    def __init__(self, settings: Settings, chargers: Iterable[Charger]) -> None:
        """Start with cars that give nothing."""
        self._settings = settings
        self._sources = {charger.key: _Source(charger) for charger in chargers}
        self._flows = Flows()
        self._need: float | None = None
        """What the house takes from the grid, as if no car charged or discharged."""
        self._battery_first = False
        """True if a home battery goes first."""

    @property
    def need_w(self) -> float | None:
        """The power that the house takes without cars; None while it is unknown."""
        return self._need

    # Readings.

    def observe(self, readings: Mapping[str, ChargerReading], now: float) -> None:
        """Take what the chargers have told."""
        for key, reading in readings.items():
            source = self._sources.get(key)
            if source is not None and (source.is_active or _concerns(reading)):
                source.forward(now)
                source.outflow.observe(reading, now)
                source.ours = reading.discharge is not None

    def span(self, *, ours: bool = False) -> tuple[float, float]:
        """Return the least and the greatest power that all cars give, in W.

        Args:
            ours: Only of cars that nobody else decides on.
        """
        flows = [
            source.outflow
            for source in self._sources.values()
            if source.ours or not ours
        ]
        return sum(one.low_w for one in flows), sum(one.high_w for one in flows)

    def surely_given(self) -> dict[str, float]:
        """Return the least power in W that each car gives."""
        return {key: source.outflow.low_w for key, source in self._sources.items()}

    def concerns(self, keys: Iterable[str]) -> bool:
        """Return whether one of these may discharge, or has just done so."""
        if any(self._sources[key].is_active for key in keys):
            return True
        self._need = None
        return False

    # The law.

    def take(
        self,
        now: float,
        scene: Scene,
        points: Mapping[str, Point],
        readings: Mapping[str, ChargerReading],
        courses: Mapping[str, Course],
    ) -> dict[str, Given]:
        """Return what each charger is told that may discharge, or has just done so.

        Args:
            now: The time in s.
            scene: The house.
            points: The chargers with a reading.
            readings: Their present readings.
            courses: What each of them would charge.
        """
        self._look(now, scene, points)
        balance = scene.balance
        patience = min(self._settings.stale_s, _SILENT_S)
        silent = scene.silent or self._need is None or now - balance.grid_at > patience
        wants: dict[str, Discharge] = {}
        result: dict[str, Given] = {}
        for key, point in points.items():
            source, reading, course = self._sources[key], readings[key], courses[key]
            discharge = reading.discharge
            if discharge is None or not _may(reading, course):
                self._end(source, now)
                if self._turns(source, now, reading, course):
                    result[key] = Given(
                        rests=True,
                        reason=Reason.START_DELAY,
                        until=(source.gave_at or now) + _TO_CHARGE_S,
                    )
                continue
            value = worth(
                reading,
                discharge,
                source.outflow.soc_with(discharge.capacity_kwh),
                scene.price,
                on=source.on,
            )
            if silent or not value.allowed or not _has_turned(now, point):
                self._end(source, now)
                if value.kept and not silent and self._wanted(discharge) >= _START_W:
                    result[key] = Given(reason=Reason.CAR_RESERVE)
                continue
            wants[key] = discharge
        result |= self._share(now, scene, points, wants)
        return result

    def _look(self, now: float, scene: Scene, points: Mapping[str, Point]) -> None:
        """Take a new value of the meter: what the house needs without any car."""
        low, high = self.span(ours=True)
        cars = [point.car for point in points.values()]
        self._flows.note(
            now,
            sum(car.low_w for car in cars) - high,
            sum(car.high_w for car in cars) - low,
        )
        balance = scene.balance
        self._battery_first = (
            balance.battery_w is not None and not self._settings.car_before_battery
        )
        if balance.then_w is None:
            self._need = None
            return
        if balance.new or self._need is None:
            battery = balance.battery_w or 0.0
            if not self._settings.car_before_battery:
                # What it gives stays its own; what it takes is none of the house's.
                battery = min(battery, 0.0)
            site = balance.then_w + battery
            least, most = self._flows.since(balance.then_at, now)
            self._need = within(self._need, site - most, site - least)

    def _wanted(self, discharge: Discharge) -> float:
        """Return the power in W that the house would take from a car."""
        level = max(number(discharge.grid_w) or 0.0, _MARGIN_W)
        if self._battery_first:
            level += _BEHIND_W
        return (self._need or 0.0) - level

    def _share(
        self,
        now: float,
        scene: Scene,
        points: Mapping[str, Point],
        wants: Mapping[str, Discharge],
    ) -> dict[str, Given]:
        """Share the need: one car after the other, those first that give already."""
        rooms = Rooms(scene.bounds)
        result: dict[str, Given] = {}
        given = 0.0
        for key in sorted(wants, key=lambda one: self._order(one, points[one])):
            discharge, source = wants[key], self._sources[key]
            left = self._wanted(discharge) - given
            most = min(
                max(number(discharge.most_w) or 0.0, 0.0),
                rooms.most_w(key, points[key]),
            )
            watts = self._stepped(now, source, discharge, min(left, most))
            watts = self._paced(now, source, points[key].charger, watts)
            if source.outflow.told_w != watts:
                source.outflow.tell(watts, now)
            if watts:
                source.gave_at = now
                rooms.take(key, points[key], watts)
            given += watts
            if source.on:
                result[key] = Given(setpoint_w=-watts + 0.0, reason=Reason.DISCHARGING)
            elif source.needed_at is not None and now - source.needed_at <= _STANDBY_S:
                result[key] = Given(setpoint_w=0.0)
        return result

    def _order(self, key: str, point: Point) -> tuple[bool, float, str]:
        source = self._sources[key]
        soc = source.outflow.soc
        return not source.on, -(soc if soc is not None else _OTHERS_FIRST), key

    def _stepped(
        self, now: float, source: _Source, discharge: Discharge, watts: float
    ) -> float:
        """Return the power to give, by what was needed in the last time."""
        least = max(number(discharge.least_w) or 0.0, 0.0)
        if watts >= max(least, _DEADBAND_W):
            source.needed_at = now if source.on else source.needed_at
        if not source.on:
            if watts < max(least, _START_W):
                source.wanted_since = None
                return 0.0
            if source.wanted_since is None:
                source.wanted_since = now
            if now - source.wanted_since < _START_S:
                return 0.0
            source.on, source.needed_at, source.wanted_since = True, now, None
        if source.needed_at is None or now - source.needed_at > _STOP_S:
            source.rest()
            return 0.0
        if watts < max(least, _DEADBAND_W):
            return 0.0
        return watts // _STEP_W * _STEP_W

    @staticmethod
    def _paced(now: float, source: _Source, charger: Charger, watts: float) -> float:
        """Return the power to give, unless the last command is too new."""
        told = source.outflow.told_w
        if not watts or watts == told:
            return watts
        if abs(watts - told) < _DEADBAND_W and told:
            # Each command costs a message; the margin of the meter covers as much.
            return told
        at = source.outflow.told_at
        wait = charger.guard_s if watts > told else _LESS_S
        return told if at is not None and 0 <= now - at < wait else watts

    # Ends.

    @staticmethod
    def _end(source: _Source, now: float) -> None:
        """Give nothing from now on."""
        if source.outflow.told_w:
            source.outflow.tell(0.0, now)
        source.rest()

    @staticmethod
    def _turns(
        source: _Source, now: float, reading: ChargerReading, course: Course
    ) -> bool:
        """Return whether the sun has to wait, as the car has just discharged."""
        return (
            reading.mode is ChargeMode.SOLAR
            and reading.due_w <= 0
            and course.current_a > 0
            and source.gave_at is not None
            and now - source.gave_at < _TO_CHARGE_S
        )

    # Restarts.

    def record(self, key: str) -> dict[str, Any]:
        """Return the state of a charger to store: nobody gives on after a restart."""
        source = self._sources[key]
        return {"given": source.outflow.as_dict()} if source.ours else {}

    def restore(self, key: str, data: Mapping[str, Any]) -> None:
        """Restore the state of a charger; invalid parts are ignored."""
        self._sources[key].outflow.restore(data.get("given"))


def _concerns(reading: ChargerReading) -> bool:
    return reading.discharge is not None or (number(reading.power_w) or 0.0) < 0


def _may(reading: ChargerReading, course: Course) -> bool:
    """Return whether mode, session and plan allow to discharge."""
    return (
        reading.mode is ChargeMode.SOLAR
        and reading.online
        and reading.plugged_in
        and reading.session
        and reading.due_w <= 0
        and not reading.urgent
        and course.current_a == 0
        and course.reason not in _BARS
    )


def _has_turned(now: float, point: Point) -> bool:
    """Return whether the car has not charged for long enough."""
    car = point.car
    return (
        car.told_a == 0
        and car.high_w <= _REST_W
        and not 0 <= now - car.told_at < _TO_DISCHARGE_S
    )
