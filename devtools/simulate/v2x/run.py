"""A week with a law, and what came of it in energy and money."""

from dataclasses import dataclass

from devtools.simulate.meters import Meter
from devtools.simulate.traces import DAY_S
from devtools.simulate.vehicle import Box, Car
from devtools.simulate.world import House

from .car import V2xCharger
from .law import V2xLaw
from .weeks import DAYS, Week

_EFFICIENCY = 0.9


@dataclass(kw_only=True, slots=True)
class Outcome:
    """What came of a week."""

    import_kwh: float = 0.0
    export_kwh: float = 0.0
    charged_kwh: float = 0.0
    given_kwh: float = 0.0
    bill: float = 0.0
    """What the grid cost, less what it paid."""
    wear: float = 0.0
    stored: float = 0.0
    """What it costs to charge again what the car has less than at first."""
    lost_kwh: float = 0.0
    """What was exported while the car gave: it came too late."""
    lowest_soc: float = 100.0
    """At the begin of a trip."""
    turns: int = 0
    setpoints: int = 0

    @property
    def cost(self) -> float:
        """All of it."""
        return self.bill + self.wear + self.stored


def run(week: Week, seed: int, *, supplies: bool, days: int = DAYS) -> Outcome:
    """Let a week pass, or its first days."""
    prices = week.prices(seed)
    charger = V2xCharger(
        key="garage",
        car=Car(needs_kwh=1e9),
        box=Box(),
        trips=week.trips,
        switchable=True,
    )
    first_soc = charger.soc
    law = V2xLaw(week, charger, prices, supplies=supplies)
    house = House(
        [charger], meter=Meter(every_s=5), battery=week.battery, seed=week.key
    )
    result = Outcome()
    for day in range(days):
        trace = week.day(day, seed)
        for second, (pv, load) in enumerate(zip(trace.pv_w, trace.load_w, strict=True)):
            now = day * DAY_S + second
            seen = house.step(now, pv, load)
            law.tick(seen)
            if house.battery is not None:
                house.battery.held = law.holds_battery
            kwh = house.grid_w / 3_600_000
            if kwh > 0:
                result.import_kwh += kwh
                result.bill += kwh * prices[now // 900]
            else:
                result.export_kwh -= kwh
                result.bill += kwh * week.feed_in
                if charger.gives_w:
                    result.lost_kwh += min(-kwh, charger.gives_w / 3_600_000)
    result.charged_kwh, result.given_kwh = charger.charged_kwh, charger.given_kwh
    result.wear = week.wear * charger.given_kwh
    missing = (first_soc - charger.soc) / 100 * charger.capacity_kwh / _EFFICIENCY
    # In summer the sun gives it again, which would have been paid for else.
    again = min(prices) if week.is_dynamic else week.price
    if result.export_kwh > result.import_kwh:
        again = week.feed_in
    result.stored = missing * again
    result.lowest_soc = charger.lowest_soc
    result.turns, result.setpoints = charger.turns, charger.setpoints
    return result
