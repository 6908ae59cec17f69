"""Houses by chance, an hour in each, and what must never happen in any of them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import isfinite
from random import Random

from hypothesis import strategies as st

from custom_components.ocpp_cs.smart_charging.model import (
    MAIN,
    Ceiling,
    CeilingScope,
    ChargeMode,
    Circuit,
    Holding,
    Reason,
    Split,
)
from devtools.simulate.laws import Law
from devtools.simulate.meters import Meter, PerPhase
from devtools.simulate.run import (
    NEW,
    Day,
    Imposed,
    Place,
    chargers_of,
    exceeded,
    house_for,
    our_law,
    reaction_s,
)
from devtools.simulate.storage import Battery
from devtools.simulate.traces import Trace
from devtools.simulate.vehicle import Box, Car, SimulatedCharger

NOON_S = 43_200
SETTLING_S = 600
QUARTER_S = 900
STEADY_S = SETTLING_S + QUARTER_S
SPARE_W = 3000.0
FOR_S = 600

MOST_COMMANDS = 15
"""In a steady quarter of an hour, to a charger: a quarter of the cap of an hour."""


@dataclass(frozen=True, kw_only=True)
class World:
    """A house with an hour of its day, the end of which is steady."""

    day: Day
    trace: Trace = field(repr=False)
    steady_s: int
    """When sun and house become steady, in s since midnight."""


@dataclass
class Course:
    """What happened in each second."""

    base_a: list[PerPhase] = field(default_factory=list)
    """Without cars."""
    cars_a: list[PerPhase] = field(default_factory=list)
    grid_w: list[float] = field(default_factory=list)
    above: list[bool] = field(default_factory=list)
    """Whether a circuit or a ceiling was exceeded."""
    reasons: dict[str, list[Reason | None]] = field(default_factory=dict)
    amps: dict[str, list[float]] = field(default_factory=dict)
    chargers: list[SimulatedCharger] = field(default_factory=list)


# Worlds.

ROTATIONS = st.sampled_from([(0, 1, 2), (1, 2, 0), (2, 0, 1)])
CARS = st.builds(
    Car,
    phases=st.sampled_from([3, 3, 3, 1, 2]),
    max_a=st.sampled_from([16.0, 16.0, 13.0, 10.0]),
    needs_kwh=st.just(100.0),
    wakes_s=st.sampled_from([5, 15, 45]),
    ignores=st.sampled_from([0, 0, 0, 1]),
    ratio=st.sampled_from([1.0, 1.0, 0.97, 0.93]),
    rise_a_per_s=st.sampled_from([1.5, 3.0, 0.5]),
    sleeps_after_s=st.sampled_from([None, None, 600]),
)
BOXES = st.builds(
    Box,
    reaction_s=st.sampled_from([1, 1, 2, 5, 15, 30]),
    step_a=st.sampled_from([1.0, 1.0, 0.5, 2.0]),
    tells_s=st.sampled_from([5, 10, 30]),
    ends_sessions=st.sampled_from([False, False, True]),
)
METERS = st.builds(
    Meter,
    every_s=st.sampled_from([1, 2, 5, 10, 30, 60]),
    delay_s=st.sampled_from([0, 1, 5]),
    noise_w=st.sampled_from([0.0, 20.0, 60.0]),
    signed=st.sampled_from([True, True, False]),
    step_a=st.sampled_from([0.0, 0.0, 1.0]),
)
MODES = st.sampled_from(
    [ChargeMode.SOLAR, ChargeMode.SOLAR, ChargeMode.MIN_SOLAR, ChargeMode.FAST]
)
BATTERIES = st.none() | st.builds(
    Battery,
    soc=st.sampled_from([20.0, 50.0, 80.0]),
    dead_s=st.sampled_from([2, 3, 5]),
    gain=st.sampled_from([0.08, 0.12]),
    age_s=st.sampled_from([0, 5, 10]),
)


def hour_of(
    seed: int, moving_s: int, peak_w: float, base_w: PerPhase, appliances: int
) -> Trace:
    """Return sun and house that move for a while, and then are steady."""
    random = Random(f"world {seed}")
    total = moving_s + STEADY_S
    pv: list[float] = []
    level = goal = random.uniform(0.1, 1.0)
    left, pace = 0.0, 20.0
    for _ in range(moving_s):
        if left <= 0:
            goal, left = random.uniform(0.05, 1.0), random.uniform(30, 500)
            pace = random.uniform(5, 40)
        left -= 1
        level += (goal - level) / pace
        pv.append(peak_w * level)
    pv += [pv[-1] if pv else peak_w * level] * STEADY_S
    loads = [list(base_w) for _ in range(total)]
    for _ in range(appliances):
        line, watts = random.randrange(3), random.uniform(300, 2800)
        first = random.randrange(max(moving_s, 1))
        last = min(first + random.randrange(60, 1200), moving_s)
        if random.random() < 0.3:
            last = total  # It stays on.
        for second in range(first, last):
            loads[second][line] += watts
    return Trace(pv, [(one, two, three) for one, two, three in loads], NOON_S)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    moving_s = draw(st.sampled_from([300, 900, 1800]))
    end_s = NOON_S + moving_s + STEADY_S
    circuits: tuple[Circuit, ...] = ()
    if draw(st.integers(0, 3)) == 0:
        limits = st.sampled_from([16.0, 20.0, 32.0])
        circuits = (
            Circuit(key="outside", limit_a=draw(limits)),
            Circuit(key="garage", limit_a=draw(limits), parent="outside"),
        )
    keys = [MAIN, *(circuit.key for circuit in circuits)]
    places = tuple(
        Place(
            key=key,
            car=draw(CARS),
            box=draw(BOXES),
            rotation=draw(ROTATIONS),
            phases=phases,
            switchable=phases == 3 and draw(st.booleans()),
            mode=draw(MODES),
            priority=draw(st.integers(0, 1)),
            circuit=draw(st.sampled_from(keys)),
            from_s=NOON_S + draw(st.sampled_from([0, 60, moving_s // 2])),
            until_s=end_s + 1,
        )
        for key in draw(st.sampled_from(["a", "ab", "abc"]))
        for phases in (draw(st.sampled_from([3, 3, 3, 1])),)
    )
    settings = replace(
        NEW,
        circuits=circuits,
        split=draw(st.sampled_from([Split.PRIORITY, Split.URGENCY, Split.SOC])),
        holding=draw(st.sampled_from([Holding.OFF, Holding.OFF, Holding.ALWAYS])),
    )
    imposed: tuple[Imposed, ...] = ()
    if draw(st.integers(0, 3)) == 0:
        ceiling = Ceiling(
            key="grid",
            scope=draw(st.sampled_from(CeilingScope)),
            counts_pv=False,
        )
        first = NOON_S + draw(st.sampled_from([0, moving_s // 3]))
        last = draw(st.sampled_from([NOON_S + moving_s, end_s + 1]))
        watts = draw(st.sampled_from([4200.0, 7000.0]))
        imposed = (Imposed(key="grid", watts=watts, from_s=first, until_s=last),)
        settings = replace(settings, ceilings=(ceiling,))
    base = st.sampled_from([50.0, 300.0, 1000.0])
    trace = hour_of(
        draw(st.integers(0, 2**16)),
        moving_s,
        draw(st.sampled_from([0.0, 3000.0, 8000.0, 14_000.0])),
        (draw(base), draw(base), draw(base)),
        draw(st.integers(0, 4)),
    )
    return World(
        day=Day(
            key=f"world {draw(st.integers(0, 2**16))}",
            title="",
            trace=lambda: trace,
            places=places,
            fuse_a=draw(st.sampled_from([None, 16.0, 20.0, 25.0, 35.0, 63.0])),
            voltage_v=draw(st.sampled_from([230.0, 230.0, 236.0])),
            pv_lines=draw(st.sampled_from([(0, 1, 2), (0, 1, 2), (0,)])),
            meter=draw(METERS),
            battery=draw(BATTERIES),
            settings=settings,
            imposed=imposed,
        ),
        trace=trace,
        steady_s=NOON_S + moving_s,
    )


# What happens in them.


def run(
    world: World,
    make: Callable[[Day, list[SimulatedCharger]], Law] = our_law,
) -> Course:
    """Let the hour pass with a law."""
    day, trace = world.day, world.trace
    chargers = chargers_of(day)
    law, house, course = make(day, chargers), house_for(day, chargers), Course()
    course.chargers = chargers
    for each in chargers:
        course.reasons[each.key], course.amps[each.key] = [], []
    others = replace(day, fuse_a=None)
    for index, (pv, load) in enumerate(zip(trace.pv_w, trace.load_w, strict=True)):
        now = NOON_S + index
        ceilings: dict[str, float | None] = {
            one.key: one.watts if one.from_s <= now < one.until_s else None
            for one in day.imposed
        }
        seen = house.step(now, pv, load, ceilings)
        law.tick(seen)
        if house.battery is not None:
            house.battery.held = law.holds_battery
        one, two, three = (
            all_ - cars
            for all_, cars in zip(house.currents_a, house.cars_a, strict=True)
        )
        course.base_a.append((one, two, three))
        course.cars_a.append(house.cars_a)
        course.grid_w.append(house.grid_w)
        course.above.append(exceeded(others, house, ceilings))
        decisions = getattr(law, "decisions", {})
        for each in chargers:
            decision = decisions.get(each.key)
            course.reasons[each.key].append(decision and decision.reason)
            course.amps[each.key].append(each.amps)
    return course


def faults(world: World, course: Course) -> list[str]:
    """Return what must not happen, and did."""
    return [
        *_nonsense(course),
        *_hunting(world, course),
        *_idling(world, course),
        *_exceeding(world, course),
    ]


def _nonsense(course: Course) -> list[str]:
    return [
        f"{each.key}: {amps} A at {at - NOON_S} s"
        for each in course.chargers
        for at, amps, _ in each.told
        if not isfinite(amps) or amps < 0
    ]


def _hunting(world: World, course: Course) -> list[str]:
    result = []
    for each in course.chargers:
        last = [told for told in each.told if told[0] >= world.steady_s + SETTLING_S]
        if len(last) > MOST_COMMANDS:
            told = ", ".join(f"{amps:g}/{phases}" for _, amps, phases in last[-8:])
            result.append(f"{each.key} hunts: {len(last)} commands, {told}")
    return result


def _idling(world: World, course: Course) -> list[str]:
    """Return the chargers that could have used a surplus at the end, and do not."""
    last = course.grid_w[-FOR_S:]
    spare = -max(last)
    if world.day.meter.noise_w:
        spare = -sorted(last)[int(0.98 * len(last))]
    if spare < SPARE_W:
        return []
    result = []
    for each, place in zip(course.chargers, world.day.places, strict=True):
        if _uses_enough(each, place, course, spare):
            continue
        reasons = course.reasons[each.key][-FOR_S:]
        reason = max(set(reasons), key=reasons.count)
        if not _is_true(reason, world, course, each, place):
            amps = sum(course.amps[each.key][-FOR_S:]) / FOR_S
            result.append(
                f"{each.key} idles at {amps:.1f} A with {spare:.0f} W to spare: {reason}"
            )
    return result


def _uses_enough(
    charger: SimulatedCharger, place: Place, course: Course, spare_w: float
) -> bool:
    """Tell whether a car takes all that it can, or could not take the spare power."""
    options = (1, 3) if charger.switchable else (place.phases,)
    lines = {min(option, charger.car.phases) for option in options}
    volts, top_a = charger.voltage_v, min(16.0 * charger.car.ratio, charger.car.max_a)
    amps = course.amps[charger.key][-FOR_S:]
    power = sum(amps) / FOR_S * charger.lines * volts
    if power > 0.9 * top_a * max(lines) * volts:
        return True
    if not power:
        return spare_w < 6.0 * min(lines) * volts + 300
    # More phases need their least power, beyond what it takes already.
    more = charger.lines < max(lines) and (
        spare_w + power > 6.0 * max(lines) * volts + 300
    )
    return not more and amps[-1] > 0.9 * top_a


def _is_true(
    reason: Reason | None,
    world: World,
    course: Course,
    charger: SimulatedCharger,
    place: Place,
) -> bool:
    """Tell whether a reason for taking no more is true in the last minutes."""
    day = world.day
    mine = charger.rotation[: max(charger.lines, 1)]
    wants = 3 if charger.switchable else len(mine)
    lines = charger.rotation[: min(wants, charger.car.phases)]
    step = 2.0 + (0.0 if charger.amps else 6.0)
    if reason is Reason.FUSE_LIMIT and day.fuse_a is not None:
        # The largest load of the last minutes counts.
        worst = [
            max(max(base[line], 0.0) for base in course.base_a[-FOR_S:])
            + course.cars_a[-1][line]
            for line in range(3)
        ]
        more = step if len(lines) == len(mine) else 8.0
        return any(worst[line] + more > day.fuse_a for line in lines)
    if reason is Reason.CIRCUIT_LIMIT:
        return place.circuit != MAIN
    if reason is Reason.CEILING:
        return any(one.from_s <= NOON_S + len(course.grid_w) for one in day.imposed)
    if reason in (Reason.WAITING_FOR_CAR, Reason.WAKING_CAR):
        return charger.car.ignores > 0 or charger.car.sleeps_after_s is not None
    return False


def _exceeding(world: World, course: Course) -> list[str]:
    """Return where a limit is exceeded by what the cars do, after all had time to react."""
    day = world.day
    patience = reaction_s(day) + 2
    result = []
    run_s = 0
    for index, above in enumerate(course.above):
        run_s = run_s + 1 if above else 0
        if run_s == patience + 10:
            result.append(f"circuit or ceiling exceeded at {index} s")
    if day.fuse_a is None:
        return result
    slack = 0.3 + 3.0 * day.meter.noise_w / 400.0 + day.meter.step_a / 2.0
    since = [0, 0, 0]
    for index, (base, cars) in enumerate(
        zip(course.base_a, course.cars_a, strict=True)
    ):
        for line in range(3):
            over = base[line] + cars[line] - day.fuse_a
            if over <= slack or cars[line] <= 0.5:
                since[line] = 0
                continue
            before = course.base_a[max(index - patience, 0) : index + 1]
            if min(each[line] for each in before) < base[line] - 0.3:
                continue  # The house has just taken more.
            since[line] += 1
            if since[line] == patience:
                result.append(f"L{line + 1} is {over:.1f} A above at {index} s")
    return result
