"""The controller of a house's chargers: readings in, one decision per charger out.

    control = ChargeControl(Settings(), [Charger(key="garage", phase_options=(1, 3))])
    decisions = control.tick(now, house_reading, {"garage": charger_reading})

Call `tick` whenever the grid meter reports a value, and every few seconds besides. A
decision holds until the next decision; only a change of current or phases is a
command.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import ceil
from typing import Any, Final

from .commands import command
from .discharge.room import bounds_of
from .discharge.supply import Given, Scene, Supply
from .house.balance import Balance, Balances
from .house.ceilings import Site
from .house.circuits import governed
from .house.fuse import Fuse
from .house.hold import Hold
from .house.limit import limits_of_phases
from .house.meter import GridMeter
from .limits import Limits
from .model import (
    ChargeMode,
    Charger,
    ChargerReading,
    Decision,
    HouseDecision,
    HouseReading,
    Reason,
    Settings,
)
from .numbers import number
from .point import Point, boosts_of
from .ranking import Ranking
from .sharing import share_surplus
from .sun.flows import Flows
from .sun.solar import Course, Reach, Sun, SunFollower
from .sun.surplus import Battery, Surplus, battery

_SUNNY: Final = (ChargeMode.SOLAR, ChargeMode.MIN_SOLAR)
_LONGEST_STEP_S: Final = 30.0
"""The longest time step: nothing was observed while the machine was suspended."""
_VERSION: Final = 2
_READABLE: Final = (1, 2)
"""Version 1 has no state of the house."""


class ChargeControl:
    """The controller for all chargers of a house, which share surplus and fuse."""

    def __init__(self, settings: Settings, chargers: Iterable[Charger]) -> None:
        """Initialize without readings; for changed arguments, restore a new controller."""
        self._settings = settings
        self._points = {charger.key: Point(charger, settings) for charger in chargers}
        self._ranking = Ranking(settings.split)
        self._balances = Balances(settings)
        self._flows = Flows()
        self._meter = GridMeter()
        self._surplus = Surplus()
        self._fuse = Fuse(settings)
        self._limits = Limits(
            settings, [point.charger for point in self._points.values()]
        )
        self._hold = Hold(settings)
        self._supply = Supply(
            settings, [point.charger for point in self._points.values()]
        )
        self._last: float | None = None
        self._sure = True
        """True if the power of all cars is known."""
        self.balance = Balance()
        """What the last tick made of the readings of the house."""
        self.house = HouseDecision()
        """What the last tick decided for the house as a whole."""

    @property
    def surplus_w(self) -> float | None:
        """The power for all cars that follow the surplus, their present power included."""
        return self._surplus.w

    def learned(self, key: str) -> tuple[int | None, float | None]:
        """Return the number of phases of a car and its maximum current in A.

        A value is None until it has been detected.
        """
        point = self._points.get(key)
        return (
            (None, None)
            if point is None
            else (
                point.car.learned.now.lines,
                point.car.learned.now.cap_a,
            )
        )

    def largest_load_a(self, now: float) -> tuple[float, float, float] | None:
        """Return the largest remembered load of the house on L1 to L3, in A."""
        half = (self._settings.fuse_a or 0.0) / 2
        return self._fuse.remembered.largest(now, half)

    def tick(
        self, now: float, house: HouseReading, readings: Mapping[str, ChargerReading]
    ) -> dict[str, Decision]:
        """Return the decision for each charger with a reading.

        Never raises for invalid readings.
        """
        dt = (
            0.0
            if self._last is None
            else min(max(now - self._last, 0.0), _LONGEST_STEP_S)
        )
        self._last = now
        boosted, readings = boosts_of(readings)
        self._supply.observe(readings, now)
        readings = {key: charging_of(reading) for key, reading in readings.items()}
        points = {key: self._points[key] for key in readings if key in self._points}
        balance = self.balance = self._balances.take(house, now)
        self._meter.take(balance.grid_w, balance.grid_at, now)
        self._limits.ceilings.take(house.ceilings, now)
        ceiled = self._limits.ceilings.governed()
        for key, point in points.items():
            reading = readings[key]
            if reading.mode is ChargeMode.MANUAL and key not in ceiled:
                point.car.leave()
            point.watch_user(now, reading)
            point.car.observe(reading, now)
            if reading.online and (key in ceiled or point.mode is ChargeMode.MANUAL):
                point.join(now, reading, ceiled=key in ceiled)
            if point.plugged and not reading.plugged_in:
                point.follower = SunFollower(self._settings)
            point.plugged = reading.plugged_in

        ranks = self._ranking.ranks(
            now, [point.charger for point in points.values()], readings
        )
        for key, point in points.items():
            point.rank = ranks[key]

        stale = self._meter.stale(now, self._settings.stale_s)
        grid = None if stale else self._meter.w
        given = self._supply.span()
        store = battery(balance, self._settings, held=self._hold.on)
        site = None
        if grid is not None and balance.then_w is not None:
            # Both of the same time, which may be before that of the newest grid power.
            site = balance.then_w + store.counted_w + balance.unseen_w
        cars = {key: point.car for key, point in self._points.items()}
        headroom = self._fuse.headroom(
            balance,
            grid,
            [cars[key] for key in points if governed(cars[key], readings[key])],
            now,
            dt,
            [cars[key] for key in points if not governed(cars[key], readings[key])],
        )
        limits = self._limits.take(
            house,
            # What cars give is no sun.
            Site(grid_w=grid, battery_w=(balance.battery_w or 0.0) + given[0]),
            cars,
            readings,
            limits_of_phases(Reason.FUSE_LIMIT, self._points, headroom or ()),
            now,
            dt,
        )
        sunny = {
            key: point for key, point in points.items() if readings[key].mode in _SUNNY
        }
        available = self._available(site, balance, sunny, readings, now)
        self._sure = all(point.car.sure for point in self._points.values())
        courses = {
            key: self._course(now, dt, point, readings[key], available.get(key), store)
            for key, point in points.items()
        }
        supplied = self._supplied(now, house, points, readings, courses)
        for key, told in supplied.items():
            if told.rests:
                courses[key] = Course(
                    0.0, points[key].car.told_phases, Reason.START_DELAY, told.until
                )
        courses |= command(now, self._settings, points, readings, courses, limits)
        missing = None
        if grid is not None:
            missing = grid + (balance.battery_w or 0.0) + given[0]
        self.house = HouseDecision(
            surplus_w=self._surplus.w,
            hold_battery=self._hold.take(
                charges=bool(house.batteries)
                and any(
                    point.burdens(
                        readings[key],
                        # Not as it is while held: the hold would never end.
                        supported=store.keeps_going or store.withheld,
                    )
                    for key, point in points.items()
                ),
                missing_w=missing,
                soc=balance.battery_soc,
                price=house.price,
                now=now,
            ),
            ceiling_w=self._limits.ceilings.w,
            imposed=self._limits.ceilings.imposed,
            peak_mean_w=self._limits.peak.mean_w,
            peak_month_w=self._limits.peak.month_w,
        )
        for key, point in points.items():
            point.mode = readings[key].mode
        return {
            key: _decided(
                Decision(
                    current_a=point.car.told_a,
                    phases=None
                    if point.car.told_a is None
                    or readings[key].mode is ChargeMode.MANUAL
                    else point.car.told_phases,
                    reason=Reason.BOOST
                    if key in boosted and courses[key].reason is Reason.FAST
                    else courses[key].reason,
                    until=courses[key].until,
                    surplus_w=available.get(key),
                    target_w=None if point.car.told_a is None else point.car.expected_w,
                    start=readings[key].startable
                    and not readings[key].session
                    and bool(point.car.told_a)
                    and courses[key].reason is Reason.WAITING_TO_BE_STARTED,
                    restart=readings[key].restartable
                    and readings[key].session
                    and courses[key].reason is Reason.WAKING_CAR
                    and point.car.waking.restarts(now),
                ),
                supplied.get(key),
            )
            for key, point in points.items()
        }

    def _supplied(
        self,
        now: float,
        house: HouseReading,
        points: dict[str, Point],
        readings: Mapping[str, ChargerReading],
        courses: Mapping[str, Course],
    ) -> dict[str, Given]:
        """Return what cars are told that may supply the house."""
        if not self._supply.concerns(points):
            return {}
        balance, settings = self.balance, self._settings
        amps = balance.currents_a
        if now - balance.currents_at > settings.stale_s:
            amps = None
        if amps is None and balance.pv_w:
            # All of the sun may be on any phase.
            amps = (-balance.pv_w / settings.voltage_v,) * 3
        return self._supply.take(
            now,
            Scene(
                balance=balance,
                silent=any(number(one.value) is None for one in house.grid),
                price=house.price,
                bounds=bounds_of(
                    self._limits.gauges(amps), points, self._supply.surely_given()
                ),
            ),
            points,
            readings,
            courses,
        )

    # Surplus.

    def _available(
        self,
        site_w: float | None,
        balance: Balance,
        sunny: dict[str, Point],
        readings: Mapping[str, ChargerReading],
        now: float,
    ) -> dict[str, float]:
        """Return the surplus for each charger that follows it."""
        least, most = self._supply.span()
        self._flows.note(
            now,
            # What a car gives is in the meter as if it were sun.
            sum(point.car.low_w for point in sunny.values()) - most,
            sum(point.car.high_w for point in sunny.values()) - least,
        )
        if site_w is None:
            self._surplus.w = None
            return {}
        if balance.new or self._surplus.w is None:
            # An older meter value does not include the present power of the cars.
            low, high = self._flows.since(balance.then_at, now)
            self._surplus.update(site_w + self._settings.reserve_w, low, high)
        total = self._surplus.w or 0.0
        wishes = [
            point.wish(readings[key])
            for key, point in sunny.items()
            if readings[key].plugged_in
        ]
        return share_surplus(total, wishes)

    # Decisions.

    def _course(
        self,
        now: float,
        dt: float,
        point: Point,
        reading: ChargerReading,
        available: float | None,
        store: Battery,
    ) -> Course:
        car, charger = point.car, point.charger
        phases = charger.phase_options[-1]
        sunny = reading.mode in _SUNNY
        if not sunny or not reading.plugged_in or reading.full:
            point.follower.rest(now)
        if reading.mode is ChargeMode.MANUAL:
            return Course(0.0, phases, Reason.MANUAL)
        if reading.mode is ChargeMode.OFF or self._barred(point, reading):
            return Course(0.0, phases, Reason.OFF)
        if not reading.plugged_in:
            # A new car gets the minimum current at once, and more with its first
            # readings.
            current = 0.0 if reading.mode is ChargeMode.SOLAR else charger.min_a
            return Course(current, car.told_phases, Reason.NOT_CONNECTED)
        if reading.full:
            return Course(0.0, phases, Reason.CAR_FULL)
        if sunny:
            course = self._sunny(now, dt, point, reading, available, store)
            if car.probe.runs(
                now,
                wanted=self._is_unknown(point, reading, available, course),
                offered=bool(car.told_a) and reading.session,
                begin_s=car.box.start_s,
            ):
                until = car.probe.until
                course = Course(charger.min_a, phases, Reason.PROBING_CAR, until)
        else:
            course = Course(point.max_a(reading), phases, Reason.FAST)
        if car.full:
            # A full car may still heat its seats, but does not justify switching
            # phases.
            if not reading.session:
                return Course(0.0, car.told_phases, Reason.CAR_FULL)
            current = min(course.current_a, charger.min_a)
            return Course(current, car.told_phases, Reason.CAR_FULL)
        if not course.current_a:
            return course
        if not reading.session:
            # Below a limit it starts with the reserved minimum current, and then gets
            # more.
            limited = self._limits.applies(charger)
            current = charger.min_a if limited else course.current_a
            return Course(current, course.phases, Reason.WAITING_TO_BE_STARTED)
        if car.waking.pausing(now):
            return Course(0.0, course.phases, Reason.WAKING_CAR)
        if car.asleep or car.waking.waiting:
            current = charger.min_a if car.asleep else course.current_a
            reason = Reason.WAKING_CAR if car.waking.tried else Reason.WAITING_FOR_CAR
            return Course(current, course.phases, reason)
        return course

    @staticmethod
    def _is_unknown(
        point: Point, reading: ChargerReading, available: float | None, course: Course
    ) -> bool:
        """Return whether nobody knows the phases of a car, and they matter now.

        They matter for a plan. Without one they do where the charger does not switch
        phases, and the sun gives enough for one: on more a car may not start, and on
        one it would. Elsewhere a car starts on one phase, and shows the others with
        the first switch.
        """
        options = point.charger.phase_options
        if options[-1] == 1 or point.car.learned.is_known:
            return False
        if not (reading.session or reading.startable):
            return False
        if course.current_a and course.phases == options[-1]:
            return False
        if reading.planned:
            return True
        least = point.charger.min_a * point.car.takes_w(1.0, 1)
        return len(options) == 1 and available is not None and available >= least

    @staticmethod
    def _barred(point: Point, reading: ChargerReading) -> bool:
        return point.max_a(reading) < point.charger.min_a

    def _sunny(
        self,
        now: float,
        dt: float,
        point: Point,
        reading: ChargerReading,
        available: float | None,
        store: Battery,
    ) -> Course:
        reach, follower = point.reach(reading), point.follower
        always = reading.mode is ChargeMode.MIN_SOLAR
        if (
            point.mode in (ChargeMode.FAST, ChargeMode.MANUAL)
            and point.car.high_w > 0
            and not follower.on
        ):
            # It was started in another mode: if the surplus is too low, the stop delay
            # applies.
            follower.force(now, point.car.told_phases, reach.min_a)
        if available is None:
            course = self._blind(now, point, reach, always=always)
        else:
            course = point.follow(
                now,
                dt,
                Sun(
                    surplus_w=available,
                    sure=self._sure,
                    always=always,
                    keep=store.keeps_going,
                    may_begin=store.lets_begin,
                ),
                reach,
            )
            course = self._explained(course, available, reach, store)
        if reading.due_w > 0:
            return self._due(now, point, reading.due_w, course, reach)
        return course

    def _blind(self, now: float, point: Point, reach: Reach, *, always: bool) -> Course:
        """Return the course without a value of the grid meter."""
        car, follower, settings = point.car, point.follower, self._settings
        last, until, goes_on = self._meter.stale_at, None, False
        if last is not None and now <= (stale := last + settings.stale_s):
            if follower.on and car.told_a:
                # After a restart, continue until the last meter value is stale.
                return Course(car.told_a, car.told_phases, Reason.METER_STALE, stale)
            until = stale
        elif last is not None and follower.on and car.told_a:
            # Through a gap, what the sun charged goes on with the least current.
            end = last + settings.stale_s + settings.gap_s
            goes_on = now <= end
            until = end if goes_on and not always else None
        current = reach.min_a if always or goes_on else 0.0
        phases = reach.options[0] if always and not car.told_a else car.told_phases
        if not current:
            follower.rest(now)
        elif follower.on:
            follower.force(now, phases, current)
        return Course(current, phases, Reason.METER_STALE, until)

    def _explained(
        self, course: Course, available: float, reach: Reach, store: Battery
    ) -> Course:
        """Return the course with a more precise reason for the lack of surplus."""
        least = reach.least(reach.options[0])
        reason = course.reason
        if reason is Reason.WAITING_FOR_SUN:
            if store.withheld:
                reason = Reason.HOUSE_BATTERY
            elif (self._surplus.w or 0.0) >= least > available:
                reason = Reason.OTHER_FIRST
            elif available + store.first_w >= least > available:
                reason = Reason.BATTERY_FIRST
        elif reason is Reason.MINIMUM_CURRENT and store.keeps_going:
            reason = Reason.BATTERY_SUPPORT
        return Course(course.current_a, course.phases, reason, course.until)

    @staticmethod
    def _due(
        now: float, point: Point, due_w: float, course: Course, reach: Reach
    ) -> Course:
        """Return the course for the power of a plan, or the surplus if that is more."""
        phases = course.phases if course.current_a else reach.options[0]
        if reach.most(phases) < due_w:
            phases = reach.options[-1]
        watts, step = reach.watts_per_a[phases], reach.step_a
        wanted = ceil(due_w / watts / step - 1e-6) * step
        wanted = min(max(wanted, reach.min_a), reach.max_a)
        if course.current_a and phases == course.phases and course.current_a > wanted:
            return course
        point.follower.force(now, phases, wanted)
        return Course(wanted, phases, Reason.PLAN)

    # Restarts.

    def as_dict(self) -> dict[str, Any]:
        """Return the state to store, as JSON types."""
        return {
            "version": _VERSION,
            "at": self._last,
            "chargers": {
                key: {
                    "car": point.car.as_dict(),
                    "sun": point.follower.as_dict(),
                    "cut_at": point.cut_at,
                }
                | self._supply.record(key)
                for key, point in self._points.items()
            },
            "house": {
                "load": self._fuse.remembered.as_dict(),
                **self._limits.as_dict(),
            },
        }

    def restore(self, data: object, now: float) -> None:
        """Restore the state from `as_dict`; invalid or outdated parts are ignored.

        The setpoint of a charger is restored at any age, as it may still be in effect.
        The state of solar charging is restored only if it is no older than `stale_s`.
        """
        if not isinstance(data, Mapping) or data.get("version") not in _READABLE:
            return
        if isinstance(house := data.get("house"), Mapping):
            self._restore_house(house, now)
        at, chargers = number(data.get("at")), data.get("chargers")
        if at is None or not isinstance(chargers, Mapping):
            return
        recent = 0 <= now - at <= self._settings.stale_s
        for key, point in self._points.items():
            kept = chargers.get(key)
            if not isinstance(kept, Mapping):
                continue
            car, sun = kept.get("car"), kept.get("sun")
            if isinstance(car, Mapping):
                point.car.restore(dict(car), now)
                point.plugged = True
            self._supply.restore(key, kept)
            if (cut_at := number(kept.get("cut_at"))) is not None:
                point.cut_at = min(cut_at, now)
            if recent and isinstance(sun, Mapping):
                point.follower.restore(dict(sun), now)

    def _restore_house(self, data: Mapping[str, Any], now: float) -> None:
        """Restore the state of the house, which counts at any age."""
        self._fuse.remembered.restore(data.get("load"), now)
        self._limits.restore(data, now)


def charging_of(reading: ChargerReading) -> ChargerReading:
    """Return the reading without what the car gives, for all that is about charging."""
    power = number(reading.power_w)
    if power is None or power >= 0:
        return reading
    return replace(reading, power_w=0.0, currents_a=None, charging=False)


def _decided(decision: Decision, given: Given | None) -> Decision:
    """Return a decision with what the car is told beside its limit."""
    if given is None or decision.current_a is None or decision.current_a > 0:
        return decision
    watts = given.setpoint_w
    return replace(
        decision,
        setpoint_w=watts,
        reason=decision.reason if given.reason is None else given.reason,
        until=decision.until if given.reason is None else given.until,
        target_w=watts or decision.target_w,
    )
