"""Nights and days with a tariff, sun and a car that must be ready, made at random."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, pi, sin
from random import Random
from typing import Final

HOUR_S: Final = 3600
DAY_S: Final = 24 * HOUR_S
FEED_IN: Final = 8.0
"""In ct/kWh."""
MOST_W: Final = 11_040.0
LEAST_W: Final = 1380.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """A car, a tariff and the sun. Seconds count from midnight of the first day."""

    key: str
    slot_s: int
    """The length of a price: a quarter of an hour, or an hour."""
    prices: Sequence[float]
    """In ct/kWh, from two days before midnight on."""
    start_s: int
    due_s: int
    need_kwh: float
    surplus_w: Sequence[float]
    """By the minute from midnight on."""
    forecast_w: Sequence[float]
    """By the hour from midnight on."""
    past: Sequence[tuple[float, float]] = ()
    """Forecast and real energy of hours before, from which its error is learned."""

    def price(self, second: float) -> float:
        """Return the price at a time."""
        return self.prices[int((second + 2 * DAY_S) // self.slot_s)]

    def known_until(self, now: float) -> int:
        """Return the end of the known prices: of tomorrow from 13 o'clock on."""
        day = int(now // DAY_S)
        return (day + (2 if now % DAY_S >= 13 * HOUR_S else 1)) * DAY_S

    def surplus(self, second: float) -> float:
        """Return the surplus at a time."""
        return self.surplus_w[min(int(second // 60), len(self.surplus_w) - 1)]


def cases(seed: int, count: int = 30) -> list[Case]:
    """Return cases that are the same for the same seed."""
    return [_case(Random(f"plans {seed} {index}"), index) for index in range(count)]


def _case(random: Random, index: int) -> Case:
    slot_s = 900 if index % 2 else HOUR_S
    start_s = random.randrange(6, 23) * HOUR_S + random.randrange(60) * 60
    length = random.uniform(6, 46) * HOUR_S
    need = min(random.uniform(5, 45), length / HOUR_S * MOST_W / 1000.0 * 0.8)
    peak_kw = random.choice((0.0, 4.0, 7.0, 10.0, 13.0))
    days = 4
    clear = [random.choice((0.15, 0.4, 0.7, 1.0)) for _ in range(days)]
    surplus = _surplus(random, peak_kw, clear, days)
    return Case(
        key=f"{index}",
        slot_s=slot_s,
        prices=_prices(random, slot_s, [0.6, 0.6, *clear], negative=index % 3 == 0),
        start_s=start_s,
        due_s=int((start_s + length) // 60 * 60),
        need_kwh=need,
        surplus_w=surplus,
        forecast_w=_forecast(random, surplus),
        past=_past(random),
    )


def _prices(
    random: Random, slot_s: int, clear: Sequence[float], *, negative: bool
) -> list[float]:
    """Return prices with peaks in the morning and the evening, and a dip at noon."""
    result: list[float] = []
    level = random.uniform(22, 32)
    dip, evening, morning, night = (
        random.uniform(low, high) for low, high in ((4, 12), (4, 14), (2, 8), (2, 9))
    )
    for sunny in clear:
        # A day is like the one before, but for its weather and its level.
        level = 27 + 0.7 * (level - 27) + random.gauss(0, 2.5)
        scale = random.uniform(0.75, 1.25)
        noon = dip * sunny * scale + (22 * sunny if negative else 0.0)
        wander = 0.0
        for slot in range(DAY_S // slot_s):
            hour = slot * slot_s / HOUR_S
            wander = 0.7 * wander + random.gauss(0, 1.0)
            price = level + wander
            price += scale * evening * _bump(hour, 19, 2)
            price += scale * morning * _bump(hour, 8, 1.5)
            price -= noon * _bump(hour, 13, 2.5)
            price -= night * (_bump(hour, 3, 3) + _bump(hour, 27, 3))
            if slot_s < HOUR_S:
                # Quarters climb and fall within the hour.
                price += (1.5 - slot % 4) * random.uniform(-1.5, 1.5)
            result.append(round(price, 2))
    return result


def night_prices(seed: int) -> list[float]:
    """Return the prices of two days by the quarter of an hour, from midnight on."""
    return _prices(Random(f"night {seed}"), 900, [0.5, 0.5], negative=False)


def _bump(hour: float, middle: float, width: float) -> float:
    return exp(-(((hour - middle) / width) ** 2))


def _surplus(
    random: Random, peak_kw: float, clear: Sequence[float], days: int
) -> list[float]:
    result: list[float] = []
    for day in range(days):
        factor, hourly = clear[day], 1.0
        for minute in range(24 * 60):
            hour = minute / 60
            if minute % 60 == 0:
                hourly = random.uniform(0.6, 1.2)
            height = sin(pi * (hour - 7) / 11) if 7 < hour < 18 else 0.0
            pv = peak_kw * 1000 * 0.8 * height * factor * hourly
            load = 350 + 900 * _bump(hour, 19, 2) + 500 * _bump(hour, 12, 1)
            result.append(max(pv - load, 0.0))
    return result


def _forecast(random: Random, surplus: Sequence[float]) -> list[float]:
    """Return the forecast by the hour: wrong for the day, and for each hour."""
    result = []
    for day in range(len(surplus) // 1440):
        wrong = random.uniform(0.5, 1.6)
        for hour in range(24):
            first = (day * 24 + hour) * 60
            mean = sum(surplus[first : first + 60]) / 60
            result.append(mean * wrong * random.uniform(0.75, 1.25))
    return result


def _past(random: Random) -> list[tuple[float, float]]:
    result = []
    for _ in range(20):
        wrong = random.uniform(0.5, 1.6)
        for _ in range(6):
            real = random.uniform(300, 6000)
            result.append((real * wrong * random.uniform(0.75, 1.25), real))
    return result
