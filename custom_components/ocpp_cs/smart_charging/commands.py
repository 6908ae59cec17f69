"""Turns the desired currents into commands, within the limits of the fuse."""

from collections.abc import Mapping
from typing import Final

from .model import ChargeMode, ChargerReading, Reason, Settings
from .point import Point
from .sharing import Demand, share_fuse
from .sun.solar import Course

_FUSE_REST_S: Final = 120.0
"""The least pause after the fuse paused a charger: the house's load may come back."""


def command(
    now: float,
    settings: Settings,
    points: dict[str, Point],
    readings: Mapping[str, ChargerReading],
    courses: Mapping[str, Course],
    headroom: tuple[float, float, float] | None,
) -> dict[str, Course]:
    """Command each charger, within its guard time and the limits of the fuse.

    Returns the courses of the chargers that the fuse limits.
    """
    wanted: dict[str, tuple[float, int]] = {}
    wishes: dict[str, float] = {}
    for key, point in points.items():
        reading, car, course = readings[key], point.car, courses[key]
        if reading.mode is ChargeMode.MANUAL:
            continue
        current = wishes[key] = point.quantized(course.current_a, reading)
        # Phases are switched with a start or while charging, never in a pause.
        phases = course.phases if current else car.told_phases
        since = now - car.told_at
        if car.told_a is not None and (
            # An offline charger gets no command, and may continue with the last one.
            not reading.online or 0 <= since < point.charger.guard_s
        ):
            current, phases = car.told_a, car.told_phases
        wanted[key] = current, phases
    cut: dict[str, Course] = {}
    if headroom is not None:
        cut = _protect(now, settings, points, readings, courses, wanted, headroom)
    for key, (current, phases) in wanted.items():
        point, car = points[key], points[key].car
        # During the guard time a limited charger stays marked as such.
        point.held = key in cut or (
            point.held and wishes[key] > current and point.claims(readings[key])
        )
        if point.held and key not in cut:
            cut[key] = _held(courses[key])
        if current != car.told_a or phases != car.told_phases:
            car.tell(current, phases, now)
    return cut


def _protect(
    now: float,
    settings: Settings,
    points: dict[str, Point],
    readings: Mapping[str, ChargerReading],
    courses: Mapping[str, Course],
    wanted: dict[str, tuple[float, int]],
    headroom: tuple[float, float, float],
) -> dict[str, Course]:
    """Reduce the desired currents to what the fuse allows."""
    cut: dict[str, Course] = {}
    demands = [
        Demand(
            key=key,
            priority=points[key].charger.priority,
            phases=points[key].charger.rotation[: points[key].car.lines_on(phases)],
            want_a=current,
            min_a=points[key].charger.min_a,
        )
        for key, (current, phases) in wanted.items()
        if _reachable(readings[key]) and current and points[key].claims(readings[key])
    ]
    given = share_fuse(headroom, demands)
    room = list(headroom)
    for demand in demands:
        for phase in demand.phases:
            room[phase] -= given[demand.key]
    _offer_leftovers(now, settings, points, readings, wanted, room)
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
        cut[key] = _held(courses[key])
    return cut


def _offer_leftovers(
    now: float,
    settings: Settings,
    points: dict[str, Point],
    readings: Mapping[str, ChargerReading],
    wanted: dict[str, tuple[float, int]],
    room: list[float],
) -> None:
    """Offer the remaining current to chargers without a claim, or else 0.

    A car that wakes up, or a session that starts unasked, may use it at any time.
    """
    for key, (current, phases) in wanted.items():
        point, reading = points[key], readings[key]
        if not current or not _reachable(reading) or point.claims(reading):
            continue
        lines = point.charger.rotation[: point.car.lines_on(phases)]
        if any(room[phase] < current for phase in lines):
            if point.car.told_a:
                point.cut_at = now
            wanted[key] = 0.0, point.car.told_phases
        elif not point.car.told_a and _resting(point, now, settings):
            wanted[key] = 0.0, point.car.told_phases
        else:
            for phase in lines:
                room[phase] -= current


def _reachable(reading: ChargerReading) -> bool:
    return reading.online and reading.plugged_in


def _resting(point: Point, now: float, settings: Settings) -> bool:
    """Return whether the fuse has paused the charger a short time ago."""
    rest = max(settings.min_off_s, _FUSE_REST_S)
    return point.cut_at is not None and 0 <= now - point.cut_at < rest


def _held(course: Course) -> Course:
    return Course(course.current_a, course.phases, Reason.FUSE_LIMIT)
