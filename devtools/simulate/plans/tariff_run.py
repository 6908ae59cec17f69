"""Cases of a tariff, minute by minute, with a planner."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol, override

from custom_components.ocpp_cs.smart_charging.planning.forecast_error import (
    ForecastError,
)
from custom_components.ocpp_cs.smart_charging.planning.joint import plan_all
from custom_components.ocpp_cs.smart_charging.planning.model import (
    Need,
    Plan,
    Site,
    SunSlot,
)
from custom_components.ocpp_cs.smart_charging.planning.prices import PriceSlot

from .evcc import EvccPlan
from .optimum import cheapest
from .tariffs import DAY_S, FEED_IN, HOUR_S, LEAST_W, MOST_W, Case

MIDNIGHT = datetime(2026, 3, 10, tzinfo=UTC)
_ENOUGH_KWH = 0.005


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """What a planner is not told, or is told wrongly."""

    forecast: bool = True
    prices: bool = True
    one_phase: bool = False
    """The car charges on one phase, and is known to only once it has charged."""
    away: bool = False
    """It is away for an hour in the last five."""
    soc: float = 0.0
    """The part of the need that is not known of until half an hour was charged."""
    corrected: bool = True


class Planner(Protocol):
    """Something that decides each minute whether to charge with all power."""

    waits: bool
    """True if the sun is left to the grid now."""

    def asks_w(self, now: int, need_kwh: float, most_w: float) -> float:
        """Return the power to charge with now, whatever the sun; 0 leaves it to that."""


class Ours(Planner):
    """This project's plans, made anew every few minutes as inputs change slowly."""

    EVERY_S = 600
    WAITS = True
    waits = False

    def __init__(self, case: Case, trouble: Trouble) -> None:
        """Learn the error of the forecast from the past."""
        self._case, self._trouble = case, trouble
        self._plan = Plan()
        self._most_w = 0.0
        self._error = ForecastError()
        for hour, (told, real) in enumerate(case.past):
            end = MIDNIGHT - timedelta(days=20) + timedelta(hours=hour)
            self._error.learn(end, told / 1000, real / 1000)
        self._learned_until = case.start_s // HOUR_S

    @override
    def asks_w(self, now: int, need_kwh: float, most_w: float) -> float:
        when = _time(now)
        case, trouble = self._case, self._trouble
        if now % self.EVERY_S and now != case.start_s and most_w == self._most_w:
            return self._plan.due_w(when)
        self._most_w = most_w
        while (self._learned_until + 1) * HOUR_S <= now:
            hour = self._learned_until
            real = sum(case.surplus_w[hour * 60 : hour * 60 + 60]) / 60_000
            self._error.learn(
                _time((hour + 1) * HOUR_S), case.forecast_w[hour] / 1000, real
            )
            self._learned_until += 1
        sun: list[SunSlot] = []
        if trouble.forecast:
            sun = self._error.trusted(
                (
                    SunSlot(
                        start=_time(hour * HOUR_S),
                        end=_time((hour + 1) * HOUR_S),
                        power_w=watts,
                    )
                    for hour, watts in enumerate(case.forecast_w)
                    if watts > 0
                ),
                when,
            )
        single = most_w < 2 * 3680
        need = Need(
            key="car",
            energy_kwh=need_kwh,
            ready_by=_time(case.due_s),
            phases=(1,) if single else (1, 3),
            max_a=16,
        )
        site = Site(
            prices=_slots(case, now) if trouble.prices else (),
            feed_in=(PriceSlot(_time(0), _time(5 * DAY_S), FEED_IN),),
            sun=sun,
        )
        self._plan = plan_all(when, [need], site, {"car": self._plan})["car"]
        self.waits = self.WAITS and self._plan.waits
        return self._plan.due_w(when)


class Evcc(Planner):
    """evcc's planner, which knows no forecast."""

    waits = False

    def __init__(self, case: Case, trouble: Trouble) -> None:
        """Start without a plan."""
        self._case, self._trouble = case, trouble
        self._plan = EvccPlan()

    @override
    def asks_w(self, now: int, need_kwh: float, most_w: float) -> float:
        prices: list[tuple[float, float, float]] = []
        if self._trouble.prices:
            first = now - now % self._case.slot_s
            last = self._case.known_until(now)
            prices = [
                (start, start + self._case.slot_s, self._case.price(start))
                for start in range(first, last, self._case.slot_s)
            ]
        need_s = need_kwh / (most_w / 3.6e6)
        charges = self._plan.charges(now, self._case.due_s, need_s, prices)
        return most_w if charges else 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a case."""

    cost: float
    best: float
    need_kwh: float
    late_min: int
    short_kwh: float
    """What was missing at the time."""
    starts: int

    @property
    def above(self) -> float:
        """The cost above the optimum, in ct/kWh."""
        return (self.cost - self.best) / self.need_kwh


def run(
    case: Case,
    make: Callable[[Case, Trouble], Planner],
    trouble: Trouble | None = None,
) -> Outcome:
    """Let a case pass; after its time the car stays until it has its energy."""
    trouble = trouble or Trouble()
    if trouble.one_phase:
        case = replace(case, need_kwh=case.need_kwh / 3)
    planner = make(case, trouble)
    real_w = MOST_W / 3 if trouble.one_phase else MOST_W
    believed_w = MOST_W
    charged = cost = short = 0.0
    late = starts = 0
    on_s, was_on = 0, False
    away_from = case.due_s - 4 * HOUR_S
    now = case.start_s
    while charged < case.need_kwh - _ENOUGH_KWH and now < case.due_s + DAY_S:
        if now == case.due_s:
            short = case.need_kwh - charged
        rest = case.need_kwh - charged
        hidden = trouble.soc * case.need_kwh
        if trouble.corrected and on_s >= 1800:
            hidden = 0.0
        told = max(rest - hidden, 0.0)
        here = not (trouble.away and away_from <= now < away_from + HOUR_S)
        asked = 0.0
        if told > _ENOUGH_KWH and here:
            asked = planner.asks_w(now, told, believed_w)
        sun = min(case.surplus(now), real_w)
        power = min(asked, real_w)
        if sun >= LEAST_W and not planner.waits:
            power = max(power, sun)
        if not here:
            power = 0.0
        if now >= case.due_s:
            late += 1
            power = max(power, real_w)
        kwh = min(power / 60_000, rest)
        used = min(sun / 60_000, kwh)
        cost += used * FEED_IN + (kwh - used) * case.price(now)
        charged += kwh
        if power:
            on_s += 60
            starts += not was_on
            if trouble.one_phase and on_s >= 120:
                believed_w = real_w
        was_on = power > 0
        now += 60
    best = cheapest(case, MOST_W / 3 if trouble.one_phase else MOST_W)
    return Outcome(
        cost, cost if best is None else best, case.need_kwh, late, short, starts
    )


def _time(second: float) -> datetime:
    return MIDNIGHT + timedelta(seconds=second)


def _slots(case: Case, now: int) -> list[PriceSlot]:
    first = now - DAY_S - now % case.slot_s
    return [
        PriceSlot(_time(start), _time(start + case.slot_s), case.price(start))
        for start in range(first, case.known_until(now), case.slot_s)
    ]
