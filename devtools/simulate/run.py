"""A day through a law, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from custom_components.ocpp_cs.smart_charging.model import (
    MAIN,
    CeilingScope,
    ChargeMode,
    Settings,
    Switching,
)

from .evcc import EvccLaw
from .laws import Law, OurLaw
from .meters import Meter
from .storage import Battery
from .traces import Trace
from .vehicle import Box, Car, SimulatedCharger
from .world import REACTION_S, VOLTAGE, House

NEW = Settings(switching=Switching.BALANCED)
"""What a new installation gets."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A charger, its car, and what its user chose."""

    key: str = "garage"
    car: Car = field(default_factory=Car)
    box: Box = field(default_factory=Box)
    rotation: tuple[int, ...] = (0, 1, 2)
    phases: int = 3
    switchable: bool = True
    mode: ChargeMode = ChargeMode.SOLAR
    priority: int = 0
    circuit: str = MAIN
    from_s: int = 6 * 3600
    until_s: int = 22 * 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class Imposed:
    """A ceiling from outside that is in force for a while."""

    key: str
    watts: float
    from_s: int
    until_s: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A day at a house."""

    key: str
    title: str
    trace: Callable[[], Trace]
    places: tuple[Place, ...] = (Place(),)
    fuse_a: float | None = None
    voltage_v: float = VOLTAGE
    pv_lines: tuple[int, ...] = (0, 1, 2)
    meter: Meter = field(default_factory=Meter)
    battery: Battery | None = None
    settings: Settings = NEW
    """What the user chose, but for the fuse."""
    imposed: tuple[Imposed, ...] = ()
    window: tuple[int, int] = (8 * 3600, 20 * 3600)
    """The hours in which most happens, in s since midnight."""


@dataclass(kw_only=True, slots=True)
class Result:
    """What came of a day with a law."""

    law: str
    surplus_wh: float = 0.0
    """While a car was there that wanted it."""
    used_wh: float = 0.0
    import_wh: float = 0.0
    """What cars took from the grid."""
    battery_wh: float = 0.0
    """What cars took out of the home battery."""
    charged_wh: float = 0.0
    starts: int = 0
    switches: int = 0
    commands: int = 0
    worst_hour: int = 0
    """The most commands to a charger within an hour."""
    quickest_s: int | None = None
    """The least time between two commands to a charger."""
    above_s: int = 0
    """For how long a fuse or a ceiling was exceeded to which cars contributed."""
    above_longest_s: int = 0
    quarter_w: float = 0.0
    """The largest mean of the grid power of a quarter of an hour."""
    power_w: dict[str, list[float]] = field(default_factory=dict)
    """What each car took, per second."""
    worst_a: list[float] = field(default_factory=list)
    """The current of the phase that had the most."""
    grid_w: list[float] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The part of the surplus that went into cars."""
        return self.used_wh / self.surplus_wh if self.surplus_wh else 0.0

    @property
    def value_kwh(self) -> float:
        """What it is worth: the sun, less what grid and home battery gave."""
        return (self.used_wh - self.import_wh - self.battery_wh) / 1000


def chargers_of(day: Day) -> list[SimulatedCharger]:
    """Return the day's chargers, as they are in the morning."""
    return [
        SimulatedCharger(
            place.key,
            place.car,
            place.box,
            rotation=place.rotation,
            switchable=place.switchable,
            plugged_from_s=place.from_s,
            plugged_until_s=place.until_s,
            voltage_v=day.voltage_v,
            told_phases=place.phases,
            phases=place.phases,
        )
        for place in day.places
    ]


def our_law(
    day: Day, chargers: list[SimulatedCharger], settings: Settings | None = None
) -> OurLaw:
    """Return this project's law as a new installation has it, with the day's fuse."""
    return OurLaw(
        chargers,
        {place.key: place.mode for place in day.places},
        {place.key: (place.priority, place.circuit) for place in day.places},
        settings or replace(day.settings, fuse_a=day.fuse_a),
    )


def evcc_law(
    day: Day, chargers: list[SimulatedCharger], interval_s: int = 30
) -> EvccLaw:
    """Return evcc's law with its defaults."""
    return EvccLaw(
        chargers,
        {place.key: place.mode for place in day.places},
        {place.key: place.priority for place in day.places},
        replace(day.settings, fuse_a=day.fuse_a),
        interval_s=interval_s,
    )


def house_for(day: Day, chargers: list[SimulatedCharger]) -> House:
    """Return the day's house with its meters and its battery."""
    return House(
        chargers,
        meter=day.meter,
        battery=day.battery,
        pv_lines=day.pv_lines,
        voltage_v=day.voltage_v,
        seed=day.key,
    )


def replay(
    day: Day,
    trace: Trace,
    chargers: list[SimulatedCharger],
    law: Law,
    watch: Callable[[int], None] | None = None,
) -> Result:
    """Let a day pass; `watch` is called each second after the law has acted."""
    house = house_for(day, chargers)
    result = Result(law=law.name)
    for charger in chargers:
        result.power_w[charger.key] = []
    above = 0
    used = imported = surplus = stored = 0.0
    quarter: list[float] = []
    keys = {one.key for one in day.settings.ceilings}
    ceilings: dict[str, float | None] = {}
    for index, (pv, load) in enumerate(zip(trace.pv_w, trace.load_w, strict=True)):
        now = trace.start_s + index
        if keys:
            ceilings = dict.fromkeys(keys)
            for one in day.imposed:
                if one.from_s <= now < one.until_s:
                    ceilings[one.key] = one.watts
        seen = house.step(now, pv, load, ceilings)
        law.tick(seen)
        if house.battery is not None:
            house.battery.held = law.holds_battery
        if watch is not None:
            watch(now)
        spare = max(pv - sum(load), 0.0)
        taken = 0.0
        for charger in chargers:
            power = charger.power_w
            taken += power
            result.power_w[charger.key].append(power)
        used += min(taken, spare)
        beyond = max(taken - spare, 0.0)
        from_battery = min(beyond, max(house.battery_w, 0.0))
        stored += from_battery
        imported += beyond - from_battery
        if any(each.plugged(now) and not each.full for each in chargers):
            surplus += spare
        result.worst_a.append(max(house.currents_a))
        result.grid_w.append(house.grid_w)
        quarter.append(house.grid_w)
        if (now + 1) % 900 == 0:
            result.quarter_w = max(result.quarter_w, sum(quarter) / len(quarter))
            quarter.clear()
        if exceeded(day, house, ceilings):
            above += 1
            result.above_s += 1
            result.above_longest_s = max(result.above_longest_s, above)
        else:
            above = 0
    result.used_wh, result.import_wh = used / 3600, imported / 3600
    result.battery_wh = stored / 3600
    result.surplus_wh = surplus / 3600
    result.charged_wh = (used + imported + stored) / 3600
    _count(result, chargers)
    return result


def exceeded(day: Day, house: House, ceilings: Mapping[str, float | None]) -> bool:
    """Tell whether a limit is exceeded at present to which cars contribute."""
    if day.fuse_a is not None and any(
        amps > day.fuse_a and cars > 0.5
        for amps, cars in zip(house.currents_a, house.cars_a, strict=True)
    ):
        return True
    places = {place.key: place for place in day.places}
    above = {one.key: one.parent for one in day.settings.circuits}
    for circuit in day.settings.circuits:
        amps = [0.0, 0.0, 0.0]
        for each in house.chargers:
            key: str | None = places[each.key].circuit
            while key is not None and key != circuit.key:
                key = above.get(key)
            if key is not None:
                for line, current in enumerate(each.currents):
                    amps[each.rotation[line]] += current
        if max(amps) > circuit.limit_a:
            return True
    for ceiling in day.settings.ceilings:
        if (watts := ceilings.get(ceiling.key)) is not None:
            powers = [each.power_w for each in house.chargers]
            if ceiling.scope is CeilingScope.ALL:
                powers = [sum(powers)]
            elif ceiling.scope is CeilingScope.GRID:
                powers = [house.grid_w if sum(powers) > 100.0 else 0.0]
            if max(powers) > watts + 1.0:
                return True
    return False


def _count(result: Result, chargers: list[SimulatedCharger]) -> None:
    result.starts = sum(each.starts for each in chargers)
    result.switches = sum(each.switches for each in chargers)
    result.commands = sum(each.commands for each in chargers)
    gaps: list[int] = []
    for each in chargers:
        times = [at for at, _, _ in each.told]
        gaps += [after - before for before, after in pairwise(times)]
        first = 0
        for last, at in enumerate(times):
            while times[first] <= at - 3600:
                first += 1
            result.worst_hour = max(result.worst_hour, last - first + 1)
    result.quickest_s = min(gaps, default=None)


def reaction_s(day: Day) -> int:
    """Return how long a law is blind and a charger deaf: meter, command, and ramp."""
    return (
        day.meter.every_s
        + day.meter.delay_s
        + max(place.box.reaction_s for place in day.places)
        + REACTION_S
        - 1
    )


def within_reaction(day: Day, result: Result) -> bool:
    """Tell whether the fuse was never exceeded for longer than is unavoidable."""
    return result.above_longest_s <= reaction_s(day)
