"""Draws the project's icon and logo: three chargers around a hub, and the power that it gives them.

    .dev/hass/bin/python docs/brand/draw.py

Writes the drawings beside this file as SVG, and the images that Home Assistant shows as PNG into the integration's
brand folder, rendered by Chromium (CHROMIUM names another one). Shapes are bold, as lists show the icon 24 pixels high.
"""

from dataclasses import dataclass
import math
import os
from pathlib import Path

from playwright.sync_api import sync_playwright

SOURCES = Path(__file__).parent
IMAGES = SOURCES.parents[1] / "custom_components" / "ocpp_cs" / "brand"


@dataclass(frozen=True)
class Colours:
    """A gradient from the top left to the bottom right, and the letters."""

    start: str
    end: str
    letters: str


LIGHT = Colours(start="#0fae83", end="#2257dd", letters="#14213d")
DARK = Colours(start="#35d6a4", end="#5b9bff", letters="#f4f7fb")

# The icon's square is SIZE wide. The ring lies a little below the middle, for the charger on top of it.
SIZE = 256
CENTER = (128.0, 139.0)
RING = 103.0
RING_WIDTH = 25.0
CHARGER = 31.0
GAP = 13.0
BOLT = 60.0
# Its tip keeps clear of the charger on top.
BOLT_CENTER = (128.0, 142.0)
BOLT_SHAPE = (
    (0.26, -1.0),
    (-0.70, 0.16),
    (-0.08, 0.16),
    (-0.26, 1.0),
    (0.70, -0.16),
    (0.08, -0.16),
)

# The logo's letters: their height, the width of a stroke, and the space between two.
CAP = 132.0
STROKE = 27.0
SPACE = 26.0


def on_ring(angle: float) -> tuple[float, float]:
    x, y = CENTER
    turn = math.radians(angle)
    return x + RING * math.cos(turn), y - RING * math.sin(turn)


def gradient(colours: Colours) -> str:
    return (
        f'<linearGradient id="power" gradientUnits="userSpaceOnUse" x1="20" y1="20" x2="236" y2="236">'
        f'<stop offset="0" stop-color="{colours.start}"/><stop offset="1" stop-color="{colours.end}"/>'
        "</linearGradient>"
    )


def icon() -> str:
    chargers = [on_ring(angle) for angle in (90, 210, 330)]
    # The ring stops short of a charger by GAP: half of that angle on either side of it.
    reach = math.degrees(2 * math.asin((CHARGER + GAP) / (2 * RING)))
    parts = []
    for angle in (90, 210, 330):
        x1, y1 = on_ring(angle + reach)
        x2, y2 = on_ring(angle + 120 - reach)
        parts.append(
            f'<path d="M{x1:.2f} {y1:.2f} A{RING:g} {RING:g} 0 0 0 {x2:.2f} {y2:.2f}" '
            f'fill="none" stroke="url(#power)" stroke-width="{RING_WIDTH:g}"/>'
        )
    parts += [
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{CHARGER:g}" fill="url(#power)"/>'
        for x, y in chargers
    ]
    x, y = BOLT_CENTER
    corners = " L".join(
        f"{x + BOLT * dx:.2f} {y + BOLT * dy:.2f}" for dx, dy in BOLT_SHAPE
    )
    parts.append(
        f'<path d="M{corners} Z" fill="url(#power)" stroke="url(#power)" stroke-width="10" stroke-linejoin="round"/>'
    )
    return "".join(parts)


def letters(colours: Colours, left: float, top: float) -> tuple[str, float]:
    """OCPP in strokes of one width, and where it ends: no font that another machine might not have."""
    half = STROKE / 2
    radius = (CAP - STROKE) / 2
    middle = top + CAP / 2
    strokes = []
    x = left

    strokes.append(
        f'<circle cx="{x + half + radius:.2f}" cy="{middle:.2f}" r="{radius:.2f}"/>'
    )
    x += 2 * radius + STROKE + SPACE * 0.8

    open_by = math.radians(46)
    end_x = x + half + radius + radius * math.cos(open_by)
    rise = radius * math.sin(open_by)
    strokes.append(
        f'<path d="M{end_x:.2f} {middle - rise:.2f} A{radius:.2f} {radius:.2f} 0 1 0 {end_x:.2f} {middle + rise:.2f}"/>'
    )
    x = end_x + half + SPACE * 0.9

    # The bowl reaches a little below the middle, as is usual: it looks halved then.
    bowl = (CAP * 0.60 - STROKE) / 2
    upper, straight = top + half, 34.0
    for _ in range(2):
        stem = x + half
        strokes.append(
            f'<path d="M{stem:.2f} {top + CAP - half:.2f} V{upper:.2f} h{straight:g} '
            f'a{bowl:.2f} {bowl:.2f} 0 0 1 0 {2 * bowl:.2f} H{stem:.2f}"/>'
        )
        x = stem + straight + bowl + half + SPACE
    group = (
        f'<g fill="none" stroke="{colours.letters}" stroke-width="{STROKE:g}" '
        f'stroke-linecap="round" stroke-linejoin="round">{"".join(strokes)}</g>'
    )
    return group, x - SPACE


def drawing(colours: Colours, *, logo: bool) -> tuple[str, float]:
    """The SVG and its width; its height is SIZE."""
    content, width = icon(), float(SIZE)
    if logo:
        text, width = letters(colours, SIZE + 44, CENTER[1] - CAP / 2)
        content += text
        width += 8
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {SIZE}">'
        f"<defs>{gradient(colours)}</defs>{content}</svg>\n"
    )
    return svg, round(width)


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--force-color-profile=srgb"],
        )
        for prefix, colours in (("", LIGHT), ("dark_", DARK)):
            for name in ("icon", "logo"):
                svg, width = drawing(colours, logo=name == "logo")
                (SOURCES / f"{prefix}{name}.svg").write_text(svg, encoding="utf-8")
                for suffix, scale in (("", 1), ("@2x", 2)):
                    page = browser.new_page(
                        viewport={"width": int(width), "height": SIZE},
                        device_scale_factor=scale,
                    )
                    page.set_content(
                        f'<body style="margin:0;display:flex">{svg}</body>'
                    )
                    page.screenshot(
                        path=IMAGES / f"{prefix}{name}{suffix}.png",
                        omit_background=True,
                    )
                    page.close()
        browser.close()


if __name__ == "__main__":
    main()
