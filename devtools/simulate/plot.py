"""Plots of days as small SVG files, without a library."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

_WIDTH, _PANEL, _GAP, _LEFT, _TOP = 860, 150, 34, 44, 30
_SUN, _GRID, _INK, _LINES = "#f2c14e", "#c0392b", "#333", ("#1f6fb2", "#2a9d5c")
STEP_S = 90
"""A point of a plot is the mean of so long."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One law's day."""

    title: str
    cars: Sequence[tuple[str, Sequence[float]]]
    """Name and W per second of each."""


def means(values: Sequence[float]) -> list[float]:
    """Return the mean of each step, the last one included."""
    return [
        sum(part) / len(part)
        for at in range(0, len(values), STEP_S)
        if (part := values[at : at + STEP_S])
    ]


def svg(
    title: str, surplus_w: Sequence[float], panels: Sequence[Panel], start_s: int
) -> str:
    """Return a plot: what the sun gives as an area, what cars take as lines.

    What cars take on top of it comes from the grid and is drawn in red.
    """
    sun = means(surplus_w)
    count = max(len(sun) - 1, 1)
    totals = [
        max((sum(each) for each in zip(*cars, strict=True)), default=0.0)
        for panel in panels
        if (cars := [means(car) for _, car in panel.cars])
    ]
    most = max([1000.0, *sun, *totals])
    top = (int(most / 1000) + 1) * 1000
    height = _TOP + len(panels) * (_PANEL + _GAP)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
            'font-family="sans-serif" font-size="12">'
        ),
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{_LEFT}" y="16" font-size="14" fill="{_INK}">{escape(title)}</text>',
    ]
    span = _WIDTH - _LEFT - 10

    for row, panel in enumerate(panels):
        base = _TOP + row * (_PANEL + _GAP) + _PANEL

        def y(watts: float) -> int:
            return -round((_PANEL - 18) * watts / top)

        def line(values: Sequence[float]) -> str:
            """Return a path relative to the panel's corner, a step wide each point."""
            heights = [y(value) for value in values] or [0]
            steps = (after - before for before, after in pairwise(heights))
            return f"M0 {heights[0]}l" + "".join(f"1 {step} " for step in steps)

        cars = [means(car) for _, car in panel.cars]
        total = [sum(each) for each in zip(*cars, strict=True)]
        parts.append(
            f'<g transform="translate({_LEFT} {base}) scale({span / count:.4f} 1)">'
        )
        # The grid's part shows where the cars are above the sun.
        parts += [
            f'<path d="{line([0, *values, 0])}" fill="{color}"/>'
            for values, color in ((total, _GRID), (sun, _SUN))
        ]
        parts += [
            f'<path d="{line(values)}" fill="none" stroke="{color}" '
            f'stroke-width="1.3" vector-effect="non-scaling-stroke"/>'
            for values, color in zip(cars, _LINES, strict=False)
        ]
        parts.append("</g>")
        for watts in range(0, top + 1, 2000 if top <= 12000 else 4000):
            parts.append(
                f'<path d="M{_LEFT} {base + y(watts)}h{span}" stroke="#0002"/>'
                f'<text x="{_LEFT - 6}" y="{base + y(watts) + 4}" text-anchor="end" '
                f'fill="{_INK}">{watts // 1000}</text>'
            )
        first = start_s // 3600 + (start_s % 3600 > 0)
        for hour in range(first, (start_s + len(surplus_w)) // 3600 + 1, 2):
            x = round(_LEFT + span * (hour * 3600 - start_s) / STEP_S / count)
            parts.append(
                f'<text x="{x}" y="{base + 14}" text-anchor="middle" fill="{_INK}">{hour % 24}:00</text>'
            )
        parts.append(
            f'<text x="{_LEFT + 6}" y="{base - _PANEL + 12}" fill="{_INK}">kW · {escape(panel.title)}</text>'
        )
    parts.append("</svg>\n")
    return "\n".join(parts)
