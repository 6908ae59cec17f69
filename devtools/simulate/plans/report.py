"""Tables of plans: tariffs and nights, with both planners side by side."""

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Final

from bench.report import table

from .night_run import LAWS, run as run_night
from .nights import NIGHTS, Night
from .tariff_run import Evcc, Ours, Outcome, Planner, Trouble, run
from .tariffs import Case, cases

SEEDS: Final = (1, 7)
TROUBLES: Final = (
    ("prices and forecast", Trouble()),
    ("prices, no forecast", Trouble(forecast=False)),
    ("forecast, no prices", Trouble(prices=False)),
    ("one phase, thought to be three", Trouble(one_phase=True)),
    ("away for an hour in the last four", Trouble(away=True)),
    ("10 % of the need told late", Trouble(soc=0.1)),
)
PLANNERS: Final[tuple[tuple[str, Callable[[Case, Trouble], Planner]], ...]] = (
    ("ocpp_cs", Ours),
    ("evcc", Evcc),
)


def outcomes(
    make: Callable[[Case, Trouble], Planner],
    trouble: Trouble,
    seeds: Sequence[int] = SEEDS,
    count: int = 30,
) -> list[Outcome]:
    """Return what comes of each case."""
    return [run(case, make, trouble) for seed in seeds for case in cases(seed, count)]


def tariffs(seeds: Sequence[int] = SEEDS, count: int = 30) -> str:
    """Return the table of tariffs."""
    rows = []
    for title, trouble in TROUBLES:
        for name, make in PLANNERS:
            done = outcomes(make, trouble, seeds, count)
            rows.append(
                [
                    title,
                    name,
                    f"{fmean(each.above for each in done):.2f}",
                    f"{max(each.above for each in done):.1f}",
                    f"{sum(each.late_min > 0 for each in done)} of {len(done)}",
                    f"{sum(each.late_min for each in done)} min",
                    f"{sum(each.short_kwh for each in done):.1f} kWh",
                    f"{fmean(each.starts for each in done):.1f}",
                ]
            )
    head = (
        "Known",
        "Planner",
        "Above the optimum, ct/kWh",
        "Worst",
        "Late",
        "Together",
        "Short",
        "Starts",
    )
    return table(head, rows)


def nights(which: Sequence[Night] = NIGHTS, seeds: Sequence[int] = (1, 2)) -> str:
    """Return the table of nights."""
    rows = []
    for night in which:
        for name in LAWS:
            done = [run_night(night, seed, name) for seed in seeds]
            rows.append(
                [
                    night.title,
                    name,
                    "; ".join(f"{each.short:.1f}" for each in done),
                    f"{fmean(each.cost for each in done):.1f}",
                    "; ".join(
                        f"{each.above_s} s, {each.above_longest_s} s" for each in done
                    ),
                    f"{fmean(each.starts for each in done):.0f}",
                    f"{fmean(each.commands for each in done):.0f}",
                ]
            )
    head = (
        "Night",
        "Law",
        "Short, kWh",
        "ct/kWh",
        "Above the fuse, longest",
        "Starts",
        "Commands",
    )
    return table(head, rows)
