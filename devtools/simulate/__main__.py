"""Replays days, prints what came of them, and draws them (scripts/simulate --help)."""

import argparse
from collections.abc import Sequence
from pathlib import Path
import sys

from bench.report import table
from devtools import ROOT

from .days import DAYS
from .optimum import Optimum, optimum
from .plot import Panel, svg
from .run import Day, Place, Result, chargers_of, evcc_law, our_law, replay
from .traces import Trace, read_csv

HEAD = (
    "Law",
    "Surplus used",
    "From the grid",
    "Charged",
    "Starts",
    "Phase switches",
    "Commands",
    "Closest two",
    "Above the fuse",
)


def row(name: str, result: Result, day: Day) -> list[str]:
    """Return a line of the table."""
    fuse = "–"
    if day.fuse_a is not None:
        fuse = f"{result.above_s} s, {result.above_longest_s} s at once"
    return [
        name,
        f"{result.share:.1%}",
        f"{result.import_wh / 1000:.2f} kWh",
        f"{result.charged_wh / 1000:.1f} kWh",
        str(result.starts),
        str(result.switches),
        str(result.commands),
        "–" if result.quickest_s is None else f"{result.quickest_s} s",
        fuse,
    ]


def best_of(day: Day, trace: Trace) -> Optimum | None:
    """Return the optimum, for days with one car."""
    if len(day.places) != 1:
        return None
    place = day.places[0]
    return optimum(
        trace,
        max(place.from_s, trace.start_s),
        min(place.until_s, trace.start_s + len(trace)),
        lines=(1, 3) if place.switchable else (place.phases,),
    )


def compare(day: Day) -> tuple[str, str]:
    """Return the table and the plot of a day."""
    trace = day.trace()
    surplus = [
        max(pv - sum(load), 0.0)
        for pv, load in zip(trace.pv_w, trace.load_w, strict=True)
    ]
    rows, panels = [], []
    for make, name in ((our_law, "ocpp_cs"), (evcc_law, "evcc's law")):
        chargers = chargers_of(day)
        result = replay(day, trace, chargers, make(day, chargers))
        rows.append(row(name, result, day))
        panels.append(
            Panel(
                f"{name}: {result.share:.1%} of the surplus used, "
                f"{result.import_wh / 1000:.1f} kWh from the grid, "
                f"{result.starts} starts, {result.switches} phase switches",
                list(result.power_w.items()),
            )
        )
        total = result.surplus_wh
    if (best := best_of(day, trace)) is not None:
        share = best.used_wh / total if total else 0.0
        rows.append(
            [
                "knowing the future",
                f"{share:.1%}",
                f"{best.import_wh / 1000:.2f} kWh",
                f"{(best.used_wh + best.import_wh) / 1000:.1f} kWh",
                str(best.starts),
                str(best.switches),
                *["–"] * 3,
            ]
        )
        panels.append(
            Panel(
                f"knowing the future: {share:.1%}, {best.import_wh / 1000:.1f} kWh from the grid",
                [("", best.power_w)],
            )
        )
    # The night is of no interest.
    first = max(5 * 3600 - trace.start_s, 0)
    last = max(22 * 3600 - trace.start_s, first + 1)
    if len(surplus) <= 3600:
        first, last = 0, len(surplus)
    picture = svg(
        day.title,
        surplus[first:last],
        [
            Panel(each.title, [(name, car[first:last]) for name, car in each.cars])
            for each in panels
        ],
        trace.start_s + first,
    )
    return f"### {day.title}\n\n{table(HEAD, rows)}\n", picture


def users_day(path: Path, fuse_a: float | None) -> Day:
    """Return a day of a user's own; the car is there all the time."""
    trace = read_csv(path)
    return Day(
        key=path.stem,
        title=path.stem,
        trace=lambda: trace,
        places=(Place(from_s=trace.start_s, until_s=trace.start_s + len(trace)),),
        fuse_a=fuse_a,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(prog="scripts/simulate", description=__doc__)
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        help="your own days: CSV with time, pv and load (or load_l1, load_l2, load_l3) in W",
    )
    parser.add_argument("--day", action="append", choices=[day.key for day in DAYS])
    parser.add_argument("--fuse", type=float, help="A per phase, for your own days")
    parser.add_argument("--plots", type=Path, default=ROOT / ".dev" / "solar")
    options = parser.parse_args(arguments)
    try:
        own = [users_day(path, options.fuse) for path in options.files]
    except (OSError, ValueError) as err:
        print(f"scripts/simulate: {err}", file=sys.stderr)  # noqa: T201
        return 1
    days = own or [day for day in DAYS if not options.day or day.key in options.day]
    options.plots.mkdir(parents=True, exist_ok=True)
    for day in days:
        text, picture = compare(day)
        print(text)  # noqa: T201
        (options.plots / f"solar-{day.key}.svg").write_text(picture, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
