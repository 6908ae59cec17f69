"""The weeks that are compared: sun, prices, and when the car is away."""

from dataclasses import dataclass
from functools import lru_cache
from math import exp
from random import Random
from typing import Final

from devtools.simulate.days import FAIR, FEBRUARY, JUNE, LIGHT, WINTER
from devtools.simulate.storage import Battery
from devtools.simulate.traces import DAY_S, Sky, Trace, physical

HOUR_S: Final = 3600
DAYS: Final = 7
_OCTOBER: Final = 285


@dataclass(frozen=True, kw_only=True, slots=True)
class Trip:
    """A time at which the car is away, and what it takes out of its battery."""

    day: int
    """From Monday on, which is 0."""
    from_h: float
    until_h: float
    kwh: float

    @property
    def span_s(self) -> tuple[int, int]:
        """When it begins and ends, in s since the begin of the week."""
        start = self.day * DAY_S
        return start + int(self.from_h * HOUR_S), start + int(self.until_h * HOUR_S)


TRIPS: Final = (
    Trip(day=0, from_h=7.5, until_h=17, kwh=9),
    Trip(day=2, from_h=7.5, until_h=17, kwh=9),
    Trip(day=4, from_h=7.5, until_h=17, kwh=9),
    Trip(day=5, from_h=10, until_h=18, kwh=20),
)
"""To work on three days, and an excursion on Saturday."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Week:
    """A week at a house with 9 kWp and a car of 60 kWh."""

    key: str
    title: str
    day_of_year: int
    sky: Sky
    price: float = 0.32
    """Of a kWh from the grid, in EUR, where it does not change."""
    is_dynamic: bool = False
    feed_in: float = 0.08
    wear: float = 0.05
    """What the user says that a discharged kWh costs in wear of the battery."""
    goal_soc: float = 60.0
    """What the plan has ready before each trip, in %."""
    reserve_soc: float = 40.0
    battery: Battery | None = None
    """Of the house."""
    trips: tuple[Trip, ...] = TRIPS

    def day(self, index: int, seed: int) -> Trace:
        """Return the sun and the house of one day."""
        return _trace(10 * seed + index, self.day_of_year + index, self.sky)

    def prices(self, seed: int) -> list[float]:
        """Return the price of each quarter of an hour, of this week and a day more."""
        count = (DAYS + 1) * 96
        if not self.is_dynamic:
            return [self.price] * count
        random = Random(f"week {seed}")
        result = []
        level = 0.27
        for index in range(count):
            if index % 96 == 0:
                level = random.uniform(0.22, 0.32)
                scale = random.uniform(0.7, 1.3)
            hour = index % 96 / 4
            price = level + scale * (
                0.13 * _bump(hour, 19, 2)
                + 0.05 * _bump(hour, 8, 1.5)
                - 0.07 * _bump(hour, 13.5, 2.5)
                - 0.07 * (_bump(hour, 3, 2.5) + _bump(hour, 27, 2.5))
            )
            result.append(round(price, 4))
        return result


WEEKS: Final = (
    Week(key="summer", title="Summer", day_of_year=JUNE, sky=FAIR),
    Week(
        key="summer_battery",
        title="Summer, with a home battery",
        day_of_year=JUNE,
        sky=FAIR,
        battery=Battery(capacity_kwh=5.0, power_w=3_000.0),
    ),
    Week(key="winter", title="Winter", day_of_year=FEBRUARY, sky=WINTER),
    Week(
        key="dynamic",
        title="Autumn, prices by the quarter of an hour",
        day_of_year=_OCTOBER,
        sky=LIGHT,
        is_dynamic=True,
    ),
)


@lru_cache(maxsize=1)
def _trace(seed: int, day: int, sky: Sky) -> Trace:
    return physical(seed, day, sky, pump=False)


def _bump(hour: float, middle: float, width: float) -> float:
    return exp(-(((hour - middle) / width) ** 2))
