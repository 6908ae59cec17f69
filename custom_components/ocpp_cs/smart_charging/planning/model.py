"""The inputs and outputs of planning. All times are aware of their time zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..model import MAIN, PHASES, Circuit, Imposed
from .prices import PriceSlot


class Shortage(StrEnum):
    """Why a car cannot have all of its energy in time."""

    TIME = "time"
    """Charger and car are too slow for the time that is left."""
    FUSE = "fuse"
    CIRCUIT = "circuit"
    CEILING = "ceiling"
    """A ceiling from outside."""
    PEAK = "peak"
    OTHERS = "others"
    """Cars that come first leave too little."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SunSlot:
    """A forecast of the surplus for all cars."""

    start: datetime
    end: datetime
    power_w: float


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanSlot:
    """A time to charge, with its power."""

    start: datetime
    end: datetime
    power_w: float
    """Under the fuse, with the expected load of the house."""
    price: float | None = None
    sun_w: float = 0.0
    """The part of the power that is expected from surplus."""
    most_w: float = 0.0
    """The power to ask for: what the car can take, if the house takes less."""
    phases: int = 0
    """The number of phases that the power is for; 0 if unknown."""

    @property
    def energy_kwh(self) -> float:
        """The energy in the slot."""
        return self.power_w * (self.end - self.start).total_seconds() / 3_600_000

    @property
    def grid_kwh(self) -> float:
        """The energy in the slot that is bought."""
        sun_w = min(max(self.sun_w, 0.0), self.power_w)
        return (self.power_w - sun_w) * (self.end - self.start).total_seconds() / 3.6e6


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """What a car at a charger needs, and how it can charge."""

    key: str
    """The key of the charger in the control."""
    energy_kwh: float
    """The missing energy at the charger's meter."""
    ready_by: datetime | None
    """None without a deadline: then it only charges by `least_kwh` and `below_price`."""
    least_kwh: float = 0.0
    """The part of `energy_kwh` that is charged at once, whatever the price."""
    below_price: float | None = None
    """Charge in all slots at or below this price."""
    phases: tuple[int, ...] = (3,)
    """The possible numbers of phases of charger and car together, ascending."""
    min_a: float = 6.0
    max_a: float = 16.0
    voltage_v: float = 230.0
    rotation: tuple[int, ...] = PHASES
    circuit: str = MAIN
    priority: int = 0
    fast: bool = False
    """True if it charges at once with all that it can get (mode fast, or boost)."""
    always: bool = False
    """True if it takes at least the minimum current at any time (mode min_solar)."""
    running: bool = False
    """True if it charges by its plan now, so that the slot is finished."""
    unsure_kwh: float = 0.0
    """The energy that may be missing besides, as the state of charge is old or guessed.

    It is not charged, but time is kept for it before `ready_by`.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadSlot:
    """The expected load of the house on L1 to L3 in A, without cars."""

    start: datetime
    end: datetime
    currents_a: tuple[float, float, float]
    power_w: float | None = None
    """Its power, if that is not the one of the currents: on unknown phases each current
    is that of the whole load."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """What the house offers to cars over the coming hours."""

    prices: Sequence[PriceSlot] = ()
    feed_in: Sequence[PriceSlot] = ()
    """What a kWh of sun earns; times without a slot count as 0."""
    sun: Sequence[SunSlot] = ()
    loads: Sequence[LoadSlot] = ()
    fuse_a: float | None = None
    """The usable current per phase; None without a fuse."""
    circuits: tuple[Circuit, ...] = ()
    imposed: tuple[Imposed, ...] = ()
    """The ceilings in force; nobody knows until when."""
    peak_w: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The times to charge whatever the surplus."""

    slots: tuple[PlanSlot, ...] = ()
    """In chronological order."""
    sun_kwh: float = 0.0
    """The energy that comes from surplus, in the slots and outside of them."""
    least_kwh: float = 0.0
    """The energy that is bought outside of the slots, with the least current."""
    least_cost: float | None = 0.0
    """What it costs in the currency of the prices; None if a price is unknown."""
    given_until: datetime | None = None
    """When it has all that comes outside of the slots; None if nothing does."""
    missing_kwh: float = 0.0
    """The energy that is not possible in time."""
    shortage: Shortage | None = None
    """Why energy is missing."""
    slack_s: float | None = None
    """The time that it could still wait; None without a deadline."""
    urgent: bool = False
    """True if it goes before everything but the fuse: no slack is left, or it is late."""
    waits: bool = False
    """True if the sun is worth more to the grid: all energy comes in cheaper hours."""

    def due_w(self, now: datetime) -> float:
        """Return the power to charge with now; 0 leaves it to the charge mode."""
        return next(
            (
                max(slot.power_w, slot.most_w)
                for slot in self.slots
                if slot.start <= now < slot.end
            ),
            0.0,
        )

    @property
    def cost(self) -> float | None:
        """The cost in the currency of the prices; None without prices, or for nothing."""
        if not self.slots and not self.least_kwh:
            return None
        if self.least_cost is None or any(slot.price is None for slot in self.slots):
            return None
        return self.least_cost + sum(
            slot.grid_kwh * (slot.price or 0.0) for slot in self.slots
        )

    @property
    def done_at(self) -> datetime | None:
        """When it is done: after the last slot, or with what comes outside of them."""
        ends = [slot.end for slot in self.slots[-1:]]
        if self.given_until is not None:
            ends.append(self.given_until)
        return max(ends, default=None)
