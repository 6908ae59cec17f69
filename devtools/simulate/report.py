"""What came of days, side by side: a day, and the mean and the worst of a kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.report import table

from .laws import Law
from .optimum import Optimum, optimum
from .run import Day, Result, chargers_of, evcc_law, our_law, replay
from .traces import Trace
from .vehicle import SimulatedCharger

type Make = Callable[[Day, list[SimulatedCharger]], Law]

LAWS: tuple[tuple[str, Make], ...] = (
    ("ocpp_cs", our_law),
    ("evcc, 30 s", lambda day, chargers: evcc_law(day, chargers, 30)),
    ("evcc, 10 s", lambda day, chargers: evcc_law(day, chargers, 10)),
)
HEAD = (
    "Law",
    "Value",
    "Surplus used",
    "From the grid",
    "From the battery",
    "Charged",
    "Starts",
    "Switches",
    "Commands",
    "Worst hour",
    "Above a limit",
    "Longest",
)
_NONE = "–"


@dataclass(frozen=True, slots=True)
class Compared:
    """A day with all laws."""

    day: Day
    results: dict[str, Result]
    best: Optimum | None
    """Of a day with one car."""

    @property
    def best_kwh(self) -> float | None:
        """The value of the optimum."""
        best = self.best
        return None if best is None else (best.used_wh - best.import_wh) / 1000


def best_of(day: Day, trace: Trace) -> Optimum | None:
    """Return the optimum for a day with one car that follows the sun; else None."""
    if len(day.places) != 1 or day.places[0].mode.value == "fast":
        return None
    place = day.places[0]
    lines = (1, 3) if place.switchable else (place.phases,)
    return optimum(
        trace,
        max(place.from_s, trace.start_s),
        min(place.until_s, trace.start_s + len(trace)),
        lines=tuple(sorted({min(each, place.car.phases) for each in lines})),
        max_a=place.car.max_a,
        ratio=place.car.ratio,
        voltage_v=day.voltage_v,
    )


def ours_alone(day: Day) -> bool:
    """Tell whether the day is about limits that the other law is not given here."""
    chosen = day.settings
    return bool(chosen.circuits or chosen.ceilings or chosen.peak_w)


def compare(day: Day, trace: Trace | None = None) -> Compared:
    """Return what all laws make of a day, or of a part of it."""
    trace = trace or day.trace()
    results = {}
    for name, make in LAWS[:1] if ours_alone(day) else LAWS:
        chargers = chargers_of(day)
        results[name] = replay(day, trace, chargers, make(day, chargers))
    return Compared(day, results, best_of(day, trace))


def mean(numbers: Sequence[float]) -> float:
    """Return the mean, 0 of nothing."""
    return sum(numbers) / len(numbers) if numbers else 0.0


def _number(value: float, *, whole: bool) -> str:
    return f"{value:.0f}" if whole or value >= 20 else f"{value:.1f}"


def _row(name: str, results: Sequence[Result], *, fuse: bool) -> list[str]:
    one = len(results) == 1

    def of(what: Callable[[Result], float], digits: int = 1) -> str:
        return f"{mean([what(each) for each in results]):.{digits}f}"

    def count(what: Callable[[Result], float]) -> str:
        return _number(mean([what(each) for each in results]), whole=one)

    surplus = sum(each.surplus_wh for each in results)
    share = sum(each.used_wh for each in results) / surplus if surplus else 0.0
    longest = max(each.above_longest_s for each in results)
    return [
        name,
        f"{of(lambda each: each.value_kwh, 2)} kWh",
        f"{share:.1%}",
        f"{of(lambda each: each.import_wh / 1000, 2)} kWh",
        f"{of(lambda each: each.battery_wh / 1000, 2)} kWh"
        if any(each.battery_wh for each in results)
        else _NONE,
        f"{of(lambda each: each.charged_wh / 1000)} kWh",
        count(lambda each: each.starts),
        count(lambda each: each.switches),
        count(lambda each: each.commands),
        str(max(each.worst_hour for each in results)),
        f"{count(lambda each: each.above_s)} s" if fuse else _NONE,
        f"{longest} s" if fuse else _NONE,
    ]


def _best_row(bests: Sequence[tuple[Optimum, float]]) -> list[str]:
    """Return the row of the optimum; each comes with the surplus of its day in Wh."""
    surplus = sum(each for _, each in bests)
    used = sum(best.used_wh for best, _ in bests)
    value = mean([(best.used_wh - best.import_wh) / 1000 for best, _ in bests])
    one = len(bests) == 1
    return [
        "knowing the future",
        f"{value:.2f} kWh",
        f"{used / surplus if surplus else 0.0:.1%}",
        f"{mean([best.import_wh / 1000 for best, _ in bests]):.2f} kWh",
        _NONE,
        f"{mean([(best.used_wh + best.import_wh) / 1000 for best, _ in bests]):.1f} kWh",
        _number(mean([best.starts for best, _ in bests]), whole=one),
        _number(mean([best.switches for best, _ in bests]), whole=one),
        *[_NONE] * 4,
    ]


def rows_of(days: Sequence[Compared]) -> list[list[str]]:
    """Return a row per law, with the mean of the days, and one of the optimum."""
    fuse = any(
        each.day.fuse_a is not None or each.day.settings.ceilings for each in days
    )
    rows = [
        _row(name, [each.results[name] for each in days], fuse=fuse)
        for name in days[0].results
    ]
    bests = [
        (each.best, each.results[LAWS[0][0]].surplus_wh)
        for each in days
        if each.best is not None
    ]
    if len(bests) == len(days):
        rows.append(_best_row(bests))
    return rows


def margin(day: Compared) -> float:
    """Return by how many kWh of value our law leads the better one of evcc's."""
    ours, *others = (result.value_kwh for result in day.results.values())
    return ours - max(others, default=0.0)


def worst_of(days: Sequence[Compared]) -> Compared:
    """Return the day on which our law leads by least."""
    return min(days, key=margin)


def of_day(day: Compared) -> str:
    """Return the table of a day."""
    return f"### {day.day.title}\n\n{table(HEAD, rows_of([day]))}\n"


def of_kind(title: str, days: Sequence[Compared]) -> str:
    """Return the mean of a kind's days, and the worst of them."""
    count = "one day" if len(days) == 1 else f"mean of {len(days)} days"
    text = f"### {title}: {count}\n\n{table(HEAD, rows_of(days))}\n"
    worst = worst_of(days)
    ours, *others = (result.value_kwh for result in worst.results.values())
    if others:
        text += (
            f"\nWorst day, {worst.day.title}: {ours:.2f} kWh, "
            f"evcc {others[0]:.2f} (30 s) and {others[1]:.2f} (10 s)"
            + ("" if worst.best_kwh is None else f", the best {worst.best_kwh:.2f}")
            + f"; {margin(worst):+.2f} kWh.\n"
        )
    if days[0].day.settings.peak_w is not None:
        most = max(each.quarter_w for day in days for each in day.results.values())
        text += f"\nLargest mean of a quarter of an hour: {most:.0f} W.\n"
    return text
