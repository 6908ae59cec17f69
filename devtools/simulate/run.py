"""A day through a law, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from custom_components.ocpp_cs.smart_charging.model import ChargeMode, Settings

from .laws import EvccLaw, Law, OurLaw
from .traces import Trace
from .world import REACTION_S, House, SimulatedCar, SimulatedCharger

WARNING_S = 2
"""How often the meters of the simulated house tell, which nobody can be quicker than."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A charger, its car, and what its user chose."""

    key: str = "garage"
    car: Callable[[], SimulatedCar] = SimulatedCar
    rotation: tuple[int, ...] = (0, 1, 2)
    phases: int = 3
    switchable: bool = True
    mode: ChargeMode = ChargeMode.SOLAR
    priority: int = 0
    from_s: int = 6 * 3600
    until_s: int = 22 * 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A day at a house."""

    key: str
    title: str
    trace: Callable[[], Trace]
    places: tuple[Place, ...] = (Place(),)
    fuse_a: float | None = None


@dataclass(kw_only=True, slots=True)
class Result:
    """What came of a day with a law."""

    law: str
    surplus_wh: float = 0.0
    """While a car was there that wanted it."""
    used_wh: float = 0.0
    import_wh: float = 0.0
    charged_wh: float = 0.0
    starts: int = 0
    switches: int = 0
    commands: int = 0
    quickest_s: int | None = None
    """The least time between two commands to a charger."""
    above_s: int = 0
    above_longest_s: int = 0
    power_w: dict[str, list[float]] = field(default_factory=dict)
    """What each car took, per second."""
    worst_a: list[float] = field(default_factory=list)
    """The current of the phase that had the most."""

    @property
    def share(self) -> float:
        """The part of the surplus that went into cars."""
        return self.used_wh / self.surplus_wh if self.surplus_wh else 0.0


def chargers_of(day: Day) -> list[SimulatedCharger]:
    """Return the day's chargers, as they are in the morning."""
    return [
        SimulatedCharger(
            place.key,
            place.car(),
            rotation=place.rotation,
            switchable=place.switchable,
            plugged_from_s=place.from_s,
            plugged_until_s=place.until_s,
            told_phases=place.phases,
            phases=place.phases,
        )
        for place in day.places
    ]


def our_law(
    day: Day, chargers: list[SimulatedCharger], settings: Settings | None = None
) -> OurLaw:
    """Return this project's law; its settings are the defaults, but for the fuse."""
    return OurLaw(
        chargers,
        {place.key: place.mode for place in day.places},
        {place.key: place.priority for place in day.places},
        settings or Settings(fuse_a=day.fuse_a),
    )


def evcc_law(day: Day, chargers: list[SimulatedCharger]) -> EvccLaw:
    """Return evcc's law with its defaults."""
    return EvccLaw(
        chargers,
        {place.key: place.mode for place in day.places},
        {place.key: place.priority for place in day.places},
        day.fuse_a,
    )


def replay(
    day: Day,
    trace: Trace,
    chargers: list[SimulatedCharger],
    law: Law,
    watch: Callable[[int], None] | None = None,
) -> Result:
    """Let a day pass; `watch` is called each second after the law has acted."""
    house = House(chargers, grid_every_s=WARNING_S)
    result = Result(law=law.name)
    for charger in chargers:
        result.power_w[charger.key] = []
    above = 0
    used = imported = surplus = 0.0
    for index, (pv, load) in enumerate(zip(trace.pv_w, trace.load_w, strict=True)):
        now = trace.start_s + index
        seen = house.step(now, pv, load)
        law.tick(seen)
        if watch is not None:
            watch(now)
        spare = max(pv - sum(load), 0.0)
        taken = 0.0
        for charger in chargers:
            power = charger.power_w
            taken += power
            result.power_w[charger.key].append(power)
        used += min(taken, spare)
        imported += max(taken - spare, 0.0)
        if any(each.plugged(now) and not each.full for each in chargers):
            surplus += spare
        worst = max(house.currents_a)
        result.worst_a.append(worst)
        if day.fuse_a is not None and worst > day.fuse_a:
            above += 1
            result.above_s += 1
            result.above_longest_s = max(result.above_longest_s, above)
        else:
            above = 0
    result.used_wh, result.import_wh = used / 3600, imported / 3600
    result.surplus_wh = surplus / 3600
    result.charged_wh = (used + imported) / 3600
    result.starts = sum(each.starts for each in chargers)
    result.switches = sum(each.switches for each in chargers)
    result.commands = sum(each.commands for each in chargers)
    gaps = [
        after - before
        for each in chargers
        for before, after in zip(
            each.command_times, each.command_times[1:], strict=False
        )
    ]
    result.quickest_s = min(gaps, default=None)
    return result


def within_reaction(result: Result) -> bool:
    """Tell whether the fuse was never exceeded for longer than is unavoidable."""
    return result.above_longest_s <= REACTION_S + WARNING_S
