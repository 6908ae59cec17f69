"""The table of weeks: a car that only charges, and the same car that supplies the house."""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Final

from bench.report import table

from .run import Outcome, run
from .weeks import WEEKS, Week

HEAD: Final = (
    "Week",
    "Car",
    "From the grid",
    "To the grid",
    "Charged",
    "Discharged",
    "Bill",
    "Wear",
    "Car at the end",
    "Sum",
    "Exported by the car",
    "Least at departure",
    "Times",
    "Setpoints",
)


def _row(week: Week, name: str, one: Outcome) -> list[str]:
    return [
        week.title,
        name,
        f"{one.import_kwh:.1f} kWh",
        f"{one.export_kwh:.1f} kWh",
        f"{one.charged_kwh:.1f} kWh",
        f"{one.given_kwh:.1f} kWh",
        f"{one.bill:.2f} €",
        f"{one.wear:.2f} €",
        f"{one.stored:+.2f} €",
        f"{one.cost:.2f} €",
        f"{one.lost_kwh:.2f} kWh",
        f"{one.lowest_soc:.0f} %",
        str(one.turns),
        str(one.setpoints),
    ]


def weeks(which: Sequence[Week] = WEEKS, seed: int = 1) -> str:
    """Return the table of weeks."""
    with ProcessPoolExecutor(2) as pool:
        charging = pool.map(partial(run, seed=seed, supplies=False), which)
        supplying = pool.map(partial(run, seed=seed, supplies=True), which)
        rows = []
        for week, without, beside in zip(which, charging, supplying, strict=True):
            rows += [
                _row(week, "only charges", without),
                _row(week, "supplies the house", beside),
            ]
    return table(HEAD, rows)
