"""Turns the desired currents into commands, within the limits above the chargers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from .house.limit import Limit
from .model import ChargeMode, ChargerReading, Reason, Settings
from .point import Point
from .sharing import Demand, Rooms, share_limits
from .sun.solar import Course

_PACED: Final = frozenset(
    {
        Reason.FOLLOWING_SUN,
        Reason.MINIMUM_CURRENT,
        Reason.STOP_DELAY,
        Reason.PHASE_DELAY,
        Reason.BATTERY_SUPPORT,
        Reason.PLAN,
    }
)
"""The reasons for changes that are not urgent: the number of these has a limit."""
_PAUSED: Final = frozenset(
    {Reason.WAITING_FOR_SUN, Reason.OTHER_FIRST, Reason.BATTERY_FIRST}
)
_LIMIT_REST_S: Final = 120.0
"""The least pause after a limit paused a charger: the house's load may come back."""
_PEAK_REST_S: Final = 300.0
_FEWER_S: Final = 300.0
"""The least time on fewer phases after a limit allowed no more."""


def command(
    now: float,
    settings: Settings,
    points: dict[str, Point],
    readings: Mapping[str, ChargerReading],
    courses: Mapping[str, Course],
    limits: Sequence[Limit],
) -> dict[str, Course]:
    """Command each charger, within its guard time and the limits above it.

    Returns the courses of the chargers that are limited.
    """
    powers = Rooms([limit for limit in limits if limit.phase is None])
    wanted: dict[str, tuple[float, int]] = {}
    wishes: dict[str, float] = {}
    claims: dict[str, float] = {}
    for key, point in points.items():
        reading, car, course = readings[key], point.car, courses[key]
        if reading.mode is ChargeMode.MANUAL:
            if not any(
                key in limit.members and limit.reason is Reason.CEILING
                for limit in limits
            ):
                continue
            # Nobody has told it a number of phases: it may take all.
            phases = point.charger.phase_options[-1]
            course = Course(point.max_a(reading), phases, Reason.MANUAL)
        current = wishes[key] = point.quantized(course.current_a, reading)
        # Phases are switched with a start or while charging, never in a pause.
        phases = course.phases if current else car.told_phases
        if current and reading.mode is not ChargeMode.MANUAL:
            phases = _fitting(now, settings, point, current, phases, powers)
        since = now - car.told_at
        if car.told_a is not None and (
            # An offline charger gets no command, and may continue with the last one.
            not reading.online
            or (0 <= since < point.charger.guard_s and not _refused(point, reading))
        ):
            current = car.told_a
            if reading.mode is not ChargeMode.MANUAL:
                phases = car.told_phases
        elif _too_many(now, point, reading, course, (current, phases)):
            current, phases = car.told_a or 0.0, car.told_phases
        wanted[key] = current, phases
        # What it will want after its guard time is not given to the others until then.
        lasting = wishes[key] if phases == course.phases else current
        claims[key] = max(current, lasting)
    cut: dict[str, Reason] = {}
    if limits:
        cut = _protect(now, settings, points, readings, wanted, claims, limits)
    for key, (current, phases) in wanted.items():
        point, car = points[key], points[key].car
        # During the guard time a limited charger stays marked as such.
        if key in cut:
            point.held = cut[key]
        elif wishes[key] <= current or not point.claims(readings[key]):
            point.held = None
        if current != car.told_a or phases != car.told_phases:
            if key not in cut and courses[key].reason in _PACED | _PAUSED:
                point.count(now, current)
            car.tell(current, phases, now)
    return {
        key: replace(courses[key], reason=point.held, until=None)
        for key, point in points.items()
        if point.held is not None and key in wanted
    }


def _fitting(
    now: float,
    settings: Settings,
    point: Point,
    current_a: float,
    phases: int,
    powers: Rooms,
) -> int:
    """Return the number of phases for a current: the least one if only that fits.

    Where a ceiling or the peak allows less than the minimum on all phases, a charger
    that changes phases goes on with the least number, and for some time after that.
    """
    least = point.charger.phase_options[0]
    if phases <= least:
        return phases
    most_a = powers.most(_demand(point, current_a, phases, settings))
    if most_a < point.charger.min_a:
        fewer_a = powers.most(_demand(point, current_a, least, settings))
        if fewer_a >= point.charger.min_a:
            point.fewer_at = now
            return least
    elif point.fewer_at is not None and 0 <= now - point.fewer_at < _FEWER_S:
        return least
    return phases


def _refused(point: Point, reading: ChargerReading) -> bool:
    """Return whether the user allows less than the charger was told."""
    told = point.car.told_a or 0.0
    off = reading.mode is ChargeMode.OFF and told > 0
    return off or told > max(point.max_a(reading), 0.0)


def _too_many(
    now: float,
    point: Point,
    reading: ChargerReading,
    course: Course,
    wanted: tuple[float, int],
) -> bool:
    """Return whether a change must wait, as there were too many for sun and price.

    Starts, stops and switches of phases have limits of their own. What protects
    something is not decided here: the limits reduce also what waits.
    """
    car = point.car
    return (
        bool(car.told_a)
        and wanted[0] > 0
        and wanted[1] == car.told_phases
        and car.told_a != wanted[0]
        and course.reason in _PACED
        and not reading.urgent
        and (car.told_a or 0.0) <= point.max_a(reading)
        and point.pace.full(now)
    )


def _protect(
    now: float,
    settings: Settings,
    points: dict[str, Point],
    readings: Mapping[str, ChargerReading],
    wanted: dict[str, tuple[float, int]],
    claims: Mapping[str, float],
    limits: Sequence[Limit],
) -> dict[str, Reason]:
    """Reduce the desired currents to what the limits allow."""
    cut: dict[str, Reason] = {}
    limited = frozenset[str]().union(*(limit.members for limit in limits))
    demands = [
        _demand(points[key], claims[key], phases, settings)
        for key, (current, phases) in wanted.items()
        if key in limited
        and _reachable(readings[key])
        and current
        and points[key].claims(readings[key])
    ]
    rooms = Rooms(limits)
    given, reasons = share_limits(rooms, demands)
    _offer_leftovers(now, settings, points, readings, wanted, rooms)
    falling = {key for key in wanted if points[key].car.falling(now)}
    falling |= {
        key
        for key, amps in given.items()
        if points[key].quantized(amps, readings[key]) < (points[key].car.told_a or 0)
    }
    for key, amps in given.items():
        point, car = points[key], points[key].car
        current, phases = wanted[key]
        told = car.told_a or 0.0
        allowed = point.quantized(amps, readings[key])
        if not told and _resting(point, now, settings):
            allowed = 0.0
        if len(falling) > (key in falling) and allowed > told:
            # The reductions of other chargers must take effect first.
            allowed, phases = told, car.told_phases
        if allowed >= current:
            continue
        if told and not allowed:
            point.cut_at = now
        wanted[key] = allowed, phases if allowed else car.told_phases
        cut[key] = (
            reasons.get(key)
            or point.held
            or next(limit.reason for limit in limits if key in limit.members)
        )
    return cut


def _offer_leftovers(
    now: float,
    settings: Settings,
    points: dict[str, Point],
    readings: Mapping[str, ChargerReading],
    wanted: dict[str, tuple[float, int]],
    rooms: Rooms,
) -> None:
    """Offer the remaining current to chargers without a claim, or else 0.

    A car that wakes up, or a session that starts unasked, may use it at any time.
    """
    for key, (current, phases) in wanted.items():
        point, reading = points[key], readings[key]
        if (
            not current
            or not reading.online
            or (reading.plugged_in and point.claims(reading))
        ):
            continue
        demand = _demand(point, current, phases, settings)
        # The next car may begin with it, and the circuits are reckoned with from then
        # on.
        only = None if reading.plugged_in else Reason.CEILING
        most = rooms.most(demand, only=only)
        fitting = [amps for amps in (current, point.charger.min_a) if amps <= most]
        allowed = point.quantized(max(fitting, default=0.0), reading)
        if not point.car.told_a and only is None and _resting(point, now, settings):
            allowed = 0.0
        if allowed:
            wanted[key] = allowed, phases
            if only is None:
                rooms.take(demand, 0.0, allowed)
        else:
            wanted[key] = 0.0, point.car.told_phases
            if point.car.told_a and only is None:
                point.cut_at = now


def _demand(point: Point, current_a: float, phases: int, settings: Settings) -> Demand:
    """Return what a charger wants with a current."""
    return Demand(
        key=point.charger.key,
        priority=point.rank,
        phases=point.charger.rotation[: point.car.most_lines_on(phases)],
        want_a=current_a,
        min_a=point.charger.min_a,
        watts_per_a=point.car.watts(1.0, phases),
        least_w=point.charger.min_a
        * settings.voltage_v
        * point.car.most_lines_on(phases),
    )


def _reachable(reading: ChargerReading) -> bool:
    return reading.online and reading.plugged_in


def _resting(point: Point, now: float, settings: Settings) -> bool:
    """Return whether a limit has paused the charger a short time ago."""
    rest = max(settings.min_off_s, _LIMIT_REST_S)
    if point.held is Reason.PEAK_LIMIT:
        # Energy for a short while is soon spent again.
        rest = max(rest, _PEAK_REST_S)
    return point.cut_at is not None and 0 <= now - point.cut_at < rest
