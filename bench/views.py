"""How long the dashboard's views take to be shown, beside Home Assistant's own answers.

    .dev/hass/bin/python -m bench.views [--sessions N] [--rounds N] [--write]
        [--profile FOLDER]

A house with 12 places to charge and 20 000 sessions of two years, in a real Home
Assistant and a real Chromium. The answer is the time from asking, in the page, until all
is there that the view needs. The view is opened by going there from another page of Home
Assistant's that is open already. Both are measured by turns. Then the page is loaded anew, by turns
with a page of Home Assistant's own.
"""

import argparse
import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta
import json
import os
from pathlib import Path
import shutil
import statistics
import sys
import time
from typing import Any

from playwright.async_api import CDPSession, Page, async_playwright

from custom_components.ocpp_cs.vehicles.model import GUEST
from devtools import COMPONENT, DEMO_HOUSE, DEV, DOMAIN
from devtools.client import Client
from devtools.demo.dashboard import add_dashboard
from devtools.demo.meters import HouseMeters
from devtools.demo.past_sessions import write_books
from devtools.demo.sun import house_entities
from devtools.integration import (
    add_by_hand,
    add_server,
    add_subentry,
    wait_for_entities,
)
from devtools.process import PASSWORD, USER, HomeAssistant, free_port
from simulator import Car, Evc5
from tests.e2e.browser import launch, log_in

from .overview import session
from .page import PAGE, with_dashboard
from .report import table
from .resources import cpu_of, processor

type Json = dict[str, Any]

CHARGERS = tuple(f"HOUSE{number}" for number in range(1, 7))
PLACES = tuple((charger, connector) for charger in CHARGERS for connector in (1, 2))
TAGS = {f"TAG{number}": name for number, name in enumerate(("Anna", "Ben", "Guests"))}
VEHICLES = {"Enyaq": "TAG0", "Zoe": "TAG1"}
TWO_YEARS = timedelta(days=730)

DASHBOARD = "bench-charging"
VIEWS = {
    "now": "now",
    "plans": "plans",
    "sessions, month": "sessions",
    "sessions, all": "sessions",
    "chargers": "chargers",
}
"""What is opened, in this order -> its path; "all" is a click in the view before."""

LOADED = "loaded anew: now"
"""The row in which the answer is that of a page of Home Assistant's own."""
_OWN_PAGE = "/profile/dashboard"

_LINGER_S = 6.0
"""After this no view is subscribed to anything that another one began."""
_SETTLE_LIMIT_S = 240.0
_SCRIPT = Path(__file__).with_suffix(".js")


def progress(text: str) -> None:
    """Print what is being done, apart from the result."""
    sys.stderr.write(f"[bench] {text}\n")
    sys.stderr.flush()


async def fill_books(
    client: Client, config_dir: Path, entry_id: str, vehicles: list[str], count: int
) -> None:
    """Write so many sessions of two years into the books, and load the server anew."""
    many = []
    for number in range(count):
        charger, connector = PLACES[number % len(PLACES)]
        one = session(number, TWO_YEARS / count)
        # Neither is in step with the places.
        tag = (number // 5) % len(TAGS)
        details = replace(one.details, vehicle=[*vehicles, GUEST][tag])
        many.append(
            replace(
                one,
                charge_point_id=charger,
                connector_id=connector,
                id_tag=f"TAG{tag}",
                details=details,
            )
        )
    await write_books(config_dir / ".storage" / f"{DOMAIN}.{entry_id}.db", many)
    await client.post(f"/api/config/config_entries/entry/{entry_id}/reload")


async def set_up(client: Client, config_dir: Path, port: int, count: int) -> None:
    """Set up the server with people, prices, sun, books and chargers."""
    entry = await add_server(client, port)
    entry_id = entry["entry_id"]
    for number, (id_tag, name) in enumerate(TAGS.items()):
        others = {} if number else {"other_cards": "every"}
        card = {"name": name, "id_tag": id_tag, **others}
        await add_subentry(client, entry, "id_tag", {"next_step_id": "tag"}, card)
    vehicles = [
        await add_subentry(
            client,
            entry,
            "vehicle",
            {
                "name": name,
                "capacity_kwh": 77.0,
                "recognition": {"id_tags": [id_tag]},
            },
        )
        for name, id_tag in VEHICLES.items()
    ]
    progress(f"{count} sessions")
    await fill_books(client, config_dir, entry_id, vehicles, count)
    house = await house_entities(client)
    await client.options(
        entry_id,
        "solar",
        {"grid_power": [house["grid_power"]]},
        {"grid_sign": "import"},
    )
    await client.options(
        entry_id,
        "prices",
        {"price_entities": [house["price"]], "feed_in": 0.08, "currency": "EUR"},
    )
    for charger in CHARGERS:
        await add_by_hand(client, entry, charger)


async def arm_plans(client: Client) -> None:
    """Let each place have the mode for the sun only, and a plan."""
    keys = {
        (place, key): f"{platform}.{place[0]}/{place[1]}/{key}"
        for place in PLACES
        for platform, key in (
            ("select", "charge_mode"),
            ("number", "energy_target"),
            ("time", "ready_at"),
            ("switch", "ready_in_time"),
        )
    }
    known = await wait_for_entities(client, set(keys.values()), patience=120)

    async def call(place: tuple[str, int], key: str, action: str, **data: Any) -> None:
        await client.call(action, {"entity_id": known[keys[place, key]], **data})

    for one in PLACES:
        await call(one, "charge_mode", "select.select_option", option="solar")
        await call(one, "energy_target", "number.set_value", value=20)
        await call(one, "ready_at", "time.set_value", time="07:00:00")
        await call(one, "ready_in_time", "switch.turn_on")


async def settle(pid: int) -> None:
    """Wait until Home Assistant has little to do: statistics of the books are made."""
    end, quiet = time.monotonic() + _SETTLE_LIMIT_S, 0
    before = cpu_of(pid).process
    while quiet < 3 and time.monotonic() < end:
        await asyncio.sleep(1)
        now = cpu_of(pid).process
        quiet = quiet + 1 if now - before < 0.3 else 0
        before = now
    if quiet < 3:
        progress("Home Assistant does not become quiet; going on")


@dataclass(kw_only=True)
class Opened:
    """How long the answers to a view and the view itself took, in ms."""

    answers: list[float]
    views: list[float]

    def row(self, name: str) -> list[str]:
        """Return the row of the table."""
        answer, view = statistics.median(self.answers), statistics.median(self.views)
        figures = (answer, view, view - answer, max(self.views))
        return [name, *(f"{ms:.0f}" for ms in figures), f"{view / answer:.1f}"]


class Visitor:
    """Opens the views in a page, by turns with asking what they ask."""

    def __init__(
        self, page: Page, url: str, sessions: int, profiles: Path | None
    ) -> None:
        """Prepare; `profiles` is a folder for CPU profiles and pictures."""
        self._page = page
        self._url = url
        self._fixed = {
            "places": len(PLACES),
            "chargers": len(CHARGERS),
            "sessions": sessions,
        }
        self._profiles = profiles
        self._script = _SCRIPT.read_text(encoding="utf-8").strip().rstrip(";")

    async def _do(self, does: str, **what: str) -> float:
        told = {"does": does, **self._fixed, **what}
        return float(await self._page.evaluate(self._script, told))

    async def round(self) -> dict[str, tuple[float, float]]:
        """Return the times of the answer and of the view in ms, once for each view."""
        found = {}
        for view, path in VIEWS.items():
            if view != "sessions, all":
                await self._do("leave", path=_OWN_PAGE)
                await asyncio.sleep(_LINGER_S)
            answer = await self._do("ask", view=view)
            found[view] = answer, await self._open(view, f"/{DASHBOARD}/{path}")
        own = await self._load("profile", _OWN_PAGE)
        found[LOADED] = own, await self._load("now", f"/{DASHBOARD}/now")
        return found

    async def _load(self, view: str, path: str) -> float:
        """Load the whole page anew, and return the ms until a view is shown."""
        await self._page.goto(f"{self._url}{path}", wait_until="commit")
        return await self._do("load", view=view)

    async def _open(self, view: str, path: str) -> float:
        if self._profiles is None:
            return await self._do("open", view=view, path=path)
        devtools: CDPSession = await self._page.context.new_cdp_session(self._page)
        await devtools.send("Profiler.enable")
        await devtools.send("Profiler.start")
        took = await self._do("open", view=view, path=path)
        profile = (await devtools.send("Profiler.stop"))["profile"]
        await devtools.detach()
        self._profiles.mkdir(parents=True, exist_ok=True)
        file = self._profiles / f"{view.replace(', ', '-')}.cpuprofile"
        file.write_text(json.dumps(profile), encoding="utf-8")
        await self._page.screenshot(path=file.with_suffix(".png"))
        return took


async def visit(
    hass: HomeAssistant, sessions: int, rounds: int, profiles: Path | None
) -> dict[str, Opened]:
    """Return the times of all rounds; a first one, which is not counted, loads all."""
    found = {view: Opened(answers=[], views=[]) for view in (*VIEWS, LOADED)}
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        page = await browser.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(120_000)
        await log_in(page, hass.url, USER, PASSWORD)
        visitor = Visitor(page, hass.url, sessions, None)
        for number in range(rounds + 1):
            progress(f"round {number} of {rounds}")
            for view, (answer, opened) in (await visitor.round()).items():
                progress(f"  {view}: answer {answer:.0f} ms, view {opened:.0f} ms")
                if number:
                    found[view].answers.append(answer)
                    found[view].views.append(opened)
        if profiles is not None:
            await Visitor(page, hass.url, sessions, profiles).round()
        await browser.close()
    return found


async def measure(sessions: int, rounds: int, profiles: Path | None) -> str:
    """Return the figures as Markdown."""
    config_dir = DEV / "bench" / "views"
    shutil.rmtree(config_dir, ignore_errors=True)
    config_dir.mkdir(parents=True)
    port = free_port()
    meters = HouseMeters(config_dir / "house.json", 1.0)
    hass = HomeAssistant(
        config_dir,
        log_level="warning",
        extra=f"\ndemo_house:\n  port: {meters.port}\n",
        components=(COMPONENT, DEMO_HOUSE),
    )
    chargers = [
        Evc5(f"ws://127.0.0.1:{port}", one, max_current=32.0) for one in CHARGERS
    ]

    def cars_w() -> tuple[float, float, float]:
        powers = [
            place.meter.reading.power
            for charger in chargers
            for place in charger.connectors[1:]
        ]
        one, two, three = (sum(power[line] for power in powers) for line in range(3))
        return one, two, three

    progress("starting Home Assistant")
    await meters.start()
    try:
        await hass.start()
        await set_up(hass.client, config_dir, port, sessions)
        for charger in chargers:
            await charger.start()
        meters.begin(cars_w)
        for charger in chargers:
            await charger.wait_accepted(120)
            for connector in (1, 2):
                await charger.plug(connector, Car(soc=20, capacity_kwh=77))
            await charger.present_card("TAG0", 1)
        progress("plans")
        await arm_plans(hass.client)
        await add_dashboard(hass.client, DASHBOARD)
        progress("waiting until Home Assistant has little to do")
        await settle(hass.pid)
        before = os.getloadavg()[0]
        found = await visit(hass, sessions, rounds, profiles)
        after = os.getloadavg()[0]
    finally:
        for charger in chargers:
            await charger.stop()
        await hass.stop()
        await meters.stop()
    head = ["ms", "answer", "view", "beyond the answer", "slowest view", "ratio"]
    rows = [opened.row(view) for view, opened in found.items()]
    load = f"{before:.1f} before and {after:.1f} after on {os.cpu_count()} processors"
    return f"{table(head, rows)}\n\n{processor()}; load {load}."


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.views", description=__doc__)
    parser.add_argument("--sessions", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--profile",
        type=Path,
        help="folder for CPU profiles and pictures of one more round",
    )
    parser.add_argument(
        "--write", action="store_true", help="write them into docs/performance.md"
    )
    told = parser.parse_args()
    text = asyncio.run(measure(told.sessions, told.rounds, told.profile))
    sys.stdout.write(f"{text}\n")
    if told.write:
        PAGE.write_text(with_dashboard(text), encoding="utf-8")


if __name__ == "__main__":
    main()
