"""Nights at a house under a tight fuse, second by second: who plans, and what is short."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, override

from custom_components.ocpp_cs.smart_charging.model import PHASES
from devtools.simulate.meters import PerPhase
from devtools.simulate.traces import household
from devtools.simulate.vehicle import Box, Car, SimulatedCharger
from devtools.simulate.world import VOLTAGE

from .tariffs import DAY_S, HOUR_S

FROM_S: Final = 18 * HOUR_S
DUE_S: Final = DAY_S + 7 * HOUR_S
MARGIN_A: Final = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Guest:
    """A car at its charger, and what it needs until the morning."""

    key: str
    need_kwh: float
    fast: bool = False
    """True if it charges at once, without a plan."""
    phases: int = 3
    box_phases: int = 3
    rotation: tuple[int, ...] = PHASES
    tells_s: int = 10
    reaction_s: int = 1
    away_s: int = 0
    """For how long it is away, some time after midnight."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Night:
    """A night, from 18 to 7."""

    key: str
    title: str
    guests: tuple[Guest, ...]
    fuse_a: float = 25.0
    one_phase: bool = False
    """True if the house has L1 only."""


NIGHTS: Final = (
    Night(key="one", title="55 kWh", guests=(Guest(key="a", need_kwh=55),)),
    Night(
        key="two",
        title="40 and 30 kWh",
        guests=(Guest(key="a", need_kwh=40), Guest(key="b", need_kwh=30)),
    ),
    Night(
        key="tight",
        title="70 and 65 kWh",
        guests=(Guest(key="a", need_kwh=70), Guest(key="b", need_kwh=65)),
    ),
    Night(
        key="mixed",
        title="30 kWh on one phase, 50 on three",
        guests=(
            Guest(key="a", need_kwh=30, phases=1),
            Guest(key="b", need_kwh=50),
        ),
    ),
    Night(
        key="fast",
        title="60 kWh beside a fast one",
        guests=(
            Guest(key="a", need_kwh=60),
            Guest(key="b", need_kwh=60, fast=True),
        ),
    ),
    Night(
        key="away",
        title="40 and 30 kWh, one away for 70 min",
        guests=(
            Guest(key="a", need_kwh=40, away_s=4200),
            Guest(key="b", need_kwh=30),
        ),
    ),
    Night(
        key="single",
        title="15 kWh in a house of one phase, 20 A",
        guests=(Guest(key="a", need_kwh=15, phases=1, box_phases=1),),
        fuse_a=20.0,
        one_phase=True,
    ),
    Night(
        key="slow",
        title="40 and 30 kWh, slow chargers",
        guests=(
            Guest(key="a", need_kwh=40, tells_s=30, reaction_s=8),
            Guest(key="b", need_kwh=30, tells_s=30, reaction_s=8),
        ),
    ),
    Night(
        key="three",
        title="25, 20 and 20 kWh",
        guests=(
            Guest(key="a", need_kwh=25),
            Guest(key="b", need_kwh=20, rotation=(1, 2, 0)),
            Guest(key="c", need_kwh=20, phases=1, rotation=(2, 0, 1)),
        ),
    ),
)


@dataclass(slots=True)
class GuestCharger(SimulatedCharger):
    """A charger whose car is away for a while."""

    away_from_s: int = 0
    away_until_s: int = 0

    @override
    def plugged(self, now: int) -> bool:
        here = self.plugged_from_s <= now < self.plugged_until_s
        return here and not self.away_from_s <= now < self.away_until_s


@dataclass(slots=True)
class House:
    """The load of the house, this night and on the days before."""

    night: list[PerPhase]
    before: list[list[PerPhase]] = field(default_factory=list)
    """By the minute, of whole days."""


def house_of(night: Night, seed: int, days: int = 4) -> House:
    """Return the load: appliances, a heat pump on three phases, a boiler on L2."""
    random = Random(f"night {night.key} {seed}")
    loads = [_day(random) for _ in range(2)]
    both = [*loads[0], *loads[1]]
    before = [_day(random)[::60] for _ in range(days)]
    result = House(both[FROM_S:DUE_S], before)
    if night.one_phase:
        result.night = [(one * 0.8, 0.0, 0.0) for one, _, _ in result.night]
        result.before = [
            [(one * 0.8, 0.0, 0.0) for one, _, _ in day] for day in result.before
        ]
    return result


def _day(random: Random) -> list[PerPhase]:
    loads = [list(each) for each in household(random)]
    at = random.uniform(0, 1800)
    while at < DAY_S:  # the heat pump
        length = random.uniform(1200, 3600)
        watts = random.uniform(500, 800)
        for second in range(int(at), min(int(at + length), DAY_S)):
            for phase in PHASES:
                loads[second][phase] += watts
        at += length + random.uniform(1200, 3600)
    at = (22 + random.uniform(0, 1.5)) * HOUR_S  # the boiler
    for start in (at - DAY_S, at):
        for second in range(max(int(start), 0), min(int(start + 5400), DAY_S)):
            loads[second][1] += 2000
    return [(one, two, three) for one, two, three in loads]


def chargers_of(night: Night, seed: int) -> list[GuestCharger]:
    """Return the chargers with their cars."""
    random = Random(f"away {night.key} {seed}")
    result = []
    for guest in night.guests:
        away = DAY_S + random.randrange(1, 4 * HOUR_S)
        result.append(
            GuestCharger(
                guest.key,
                Car(phases=guest.phases, needs_kwh=guest.need_kwh),
                Box(tells_s=guest.tells_s, reaction_s=guest.reaction_s),
                rotation=guest.rotation,
                switchable=False,
                plugged_from_s=FROM_S,
                plugged_until_s=2 * DAY_S,
                told_phases=guest.box_phases,
                phases=guest.box_phases,
                away_from_s=away if guest.away_s else 0,
                away_until_s=away + guest.away_s if guest.away_s else 0,
            )
        )
    return result


def possible(
    night: Night, house: House, chargers: Sequence[GuestCharger]
) -> dict[str, float]:
    """Return the kWh that each car lacks for one who knows the load of the house.

    Each ten seconds it shares what the fuse leaves: the least current for each, the one
    with the least time to spare first, then the rest in that order.
    """
    rest = {guest.key: guest.need_kwh for guest in night.guests if not guest.fast}
    step = 10
    for index in range(0, len(house.night), step):
        now = FROM_S + index
        room = [
            night.fuse_a - MARGIN_A - house.night[index][phase] / VOLTAGE
            for phase in PHASES
        ]
        here = [
            each
            for each in chargers
            if rest.get(each.key, 0.0) > 0 and each.plugged(now)
        ]
        here.sort(key=lambda each: -rest[each.key] / each.car.phases)
        taken: list[tuple[GuestCharger, list[int], float]] = []
        for each in here:
            lines = [each.rotation[i] for i in range(min(each.car.phases, each.phases))]
            if min(room[line] for line in lines) >= 6:
                taken.append((each, lines, 6.0))
                for line in lines:
                    room[line] -= 6
        for each, lines, amps in taken:
            more = min(10.0, *(max(room[line], 0.0) for line in lines))
            for line in lines:
                room[line] -= more
            rest[each.key] -= (amps + more) * VOLTAGE * len(lines) * step / 3.6e6
    return {key: max(kwh, 0.0) for key, kwh in rest.items()}
