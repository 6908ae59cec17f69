"""Replays days, prints what came of them, and draws them (scripts/simulate --help)."""

import argparse
from collections.abc import Sequence
from pathlib import Path
import sys

from devtools import ROOT

from .days import BY_KEY, KINDS
from .plans.report import nights, tariffs
from .plot import Panel, svg
from .report import Compared, compare, of_day, of_kind, summary
from .run import Day, Place
from .traces import Trace, read_csv
from .v2x.report import weeks

_QUICK_S = 4 * 3600


def drawing(done: Compared, trace: Trace) -> str:
    """Return the plot of a day."""
    surplus = [
        max(pv - sum(load), 0.0)
        for pv, load in zip(trace.pv_w, trace.load_w, strict=True)
    ]
    panels = [
        Panel(
            f"{name}: {result.share:.1%} of the surplus used, "
            f"{result.import_wh / 1000:.1f} kWh from the grid, "
            f"{result.starts} starts, {result.switches} phase switches",
            list(result.power_w.items()),
        )
        for name, result in done.results.items()
    ]
    if (best := done.best) is not None:
        panels.append(
            Panel(
                f"knowing the future: {best.import_wh / 1000:.1f} kWh from the grid",
                [("", best.power_w)],
            )
        )
    # The night is of no interest.
    first = max(5 * 3600 - trace.start_s, 0)
    last = max(22 * 3600 - trace.start_s, first + 1)
    if len(surplus) <= 3600:
        first, last = 0, len(surplus)
    return svg(
        done.day.title,
        surplus[first:last],
        [
            Panel(each.title, [(name, car[first:last]) for name, car in each.cars])
            for each in panels
        ],
        trace.start_s + first,
    )


def users_day(path: Path, fuse_a: float | None, kind: str | None) -> Day:
    """Return a day of a user's own; the car is there all the time.

    With a kind, its cars, chargers and meters are those of its first day.
    """
    trace = read_csv(path)
    if kind is not None:
        first = BY_KEY[kind].days()[0]
        return Day(
            key=path.stem,
            title=f"{path.stem}, {first.title}",
            trace=lambda: trace,
            places=first.places,
            fuse_a=first.fuse_a if fuse_a is None else fuse_a,
            voltage_v=first.voltage_v,
            pv_lines=first.pv_lines,
            meter=first.meter,
            battery=first.battery,
            settings=first.settings,
        )
    return Day(
        key=path.stem,
        title=path.stem,
        trace=lambda: trace,
        places=(Place(from_s=trace.start_s, until_s=trace.start_s + len(trace)),),
        fuse_a=fuse_a,
    )


def hours_of(day: Day, trace: Trace) -> Trace:
    """Return the hours of a day in which most happens."""
    first = day.window[0]
    return trace.cut(first, min(first + _QUICK_S, day.window[1]))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit code."""
    parser = argparse.ArgumentParser(prog="scripts/simulate", description=__doc__)
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        help="your own days: CSV with time, pv and load (or load_l1, load_l2, load_l3) in W",
    )
    parser.add_argument("--kind", action="append", choices=list(BY_KEY))
    parser.add_argument("--seed", action="append", type=int)
    parser.add_argument("--quick", action="store_true", help="four hours of each day")
    parser.add_argument(
        "--days", action="store_true", help="a table of each day as well"
    )
    parser.add_argument("--fuse", type=float, help="A per phase, for your own days")
    parser.add_argument("--plots", type=Path, default=ROOT / ".dev" / "solar")
    parser.add_argument(
        "--plans", action="store_true", help="plans instead: tariffs, nights, a fuse"
    )
    parser.add_argument(
        "--v2x", action="store_true", help="weeks with a car that supplies the house"
    )
    options = parser.parse_args(arguments)
    if options.plans:
        print(tariffs(), end="\n\n", flush=True)  # noqa: T201
        print(nights())  # noqa: T201
        return 0
    if options.v2x:
        print(weeks())  # noqa: T201
        return 0
    kinds: list[str] = options.kind or []
    setups: list[str | None] = [*kinds] or [None]
    try:
        own = [
            users_day(path, options.fuse, kind)
            for path in options.files
            for kind in setups
        ]
    except (OSError, ValueError) as err:
        print(f"scripts/simulate: {err}", file=sys.stderr)  # noqa: T201
        return 1
    options.plots.mkdir(parents=True, exist_ok=True)

    def done(day: Day) -> Compared:
        trace = day.trace()
        if options.quick:
            trace = hours_of(day, trace)
        result = compare(day, trace)
        path = options.plots / f"solar-{day.key}.svg"
        path.write_text(drawing(result, trace), encoding="utf-8")
        return result

    for day in own:
        print(of_day(done(day)))  # noqa: T201
    if own:
        return 0
    all_: list[tuple[str, list[Compared]]] = []
    for kind in KINDS:
        if kinds and kind.key not in kinds:
            continue
        seeds = tuple(options.seed) if options.seed else None
        days = [done(day) for day in kind.days(seeds)]
        if options.days:
            for each in days:
                print(of_day(each))  # noqa: T201
        print(of_kind(kind.title, days), flush=True)  # noqa: T201
        all_.append((kind.title, days))
    if len(all_) > 1:
        print(summary(all_))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
