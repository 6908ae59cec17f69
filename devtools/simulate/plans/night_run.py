"""A night with a law, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass

from devtools.simulate.laws import Law
from devtools.simulate.world import House as Wired

from .night_laws import EvccNight, OurNight
from .nights import (
    FROM_S,
    NIGHTS,
    GuestCharger,
    House,
    Night,
    chargers_of,
    house_of,
    possible,
)
from .tariffs import night_prices

type Make = Callable[[Night, House, list[GuestCharger], list[float]], Law]

LAWS: dict[str, Make] = {
    "ocpp_cs": OurNight,
    "evcc": lambda night, _house, chargers, prices: EvccNight(night, chargers, prices),
}


@dataclass(frozen=True, slots=True)
class Dawn:
    """What came of a night."""

    short_kwh: dict[str, float]
    """What each car with a plan lacks in the morning."""
    impossible_kwh: float
    """What nobody could have charged, of all cars together."""
    cost: float
    """Of all cars with a plan, in ct/kWh."""
    above_s: int
    """Seconds above the fuse to which cars contributed."""
    above_longest_s: int
    starts: int
    commands: int

    @property
    def short(self) -> float:
        """What all cars together lack, that was possible."""
        return max(sum(self.short_kwh.values()) - self.impossible_kwh, 0.0)


def run(night: Night, seed: int, law: str) -> Dawn:
    """Let a night pass."""
    house = house_of(night, seed)
    chargers = chargers_of(night, seed)
    prices = night_prices(seed)
    made = LAWS[law](night, house, chargers, prices)
    wired = Wired(list(chargers), seed=f"{night.key} {seed}")
    planned = [guest.key for guest in night.guests if not guest.fast]
    cost = kwh = 0.0
    above = longest = row = 0
    for index, load in enumerate(house.night):
        now = FROM_S + index
        seen = wired.step(now, 0.0, load)
        made.tick(seen)
        for charger in chargers:
            if charger.key in planned and charger.power_w:
                kwh += charger.power_w / 3.6e6
                cost += charger.power_w / 3.6e6 * prices[now // 900]
        over = any(
            wired.currents_a[phase] > night.fuse_a and wired.cars_a[phase] > 0.5
            for phase in range(3)
        )
        row = row + 1 if over else 0
        above += over
        longest = max(longest, row)
    return Dawn(
        short_kwh={
            guest.key: max(guest.need_kwh - charger.energy_kwh, 0.0)
            for guest, charger in zip(night.guests, chargers, strict=True)
            if not guest.fast
        },
        impossible_kwh=sum(possible(night, house, chargers).values()),
        cost=cost / kwh if kwh else 0.0,
        above_s=above,
        above_longest_s=longest,
        starts=sum(each.starts for each in chargers),
        commands=sum(each.commands for each in chargers),
    )


BY_KEY = {night.key: night for night in NIGHTS}
