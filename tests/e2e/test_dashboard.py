"""The dashboard that the integration brings along: added by clicking, looked at in all sizes, used."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
import os
from pathlib import Path
import shutil
from typing import Any
from zoneinfo import ZoneInfo

from playwright.async_api import (
    Browser,
    Download,
    Locator,
    Page,
    async_playwright,
    expect,
)
import pytest
import pytest_asyncio

from devtools import DEV
from devtools.client import Client, ClientError
from devtools.polling import poll, poll_until
from devtools.process import PASSWORD, USER

from .browser import field, launch, log_in, new_page, settle, value, visible_text
from .conftest import OUTPUT
from .demo_process import DemoProcess
from .structure import crowded, outline, wider

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

LONG = os.environ.get("TEST_LONG") == "1"
AXE = DEV / "node" / "packages" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = OUTPUT / "dashboard"

# What each view shows in each language, once it has its data.
VIEWS = {
    "now": ("ocpp-cs-flow-card", {"en": "kW", "de": "kW"}),
    "plans": (
        "ocpp-cs-plans-card",
        {"en": "The next hours", "de": "Die nächsten Stunden"},
    ),
    "sessions": ("ocpp-cs-sessions-card", {"en": "Share of sun", "de": "Sonnenanteil"}),
    "chargers": ("ocpp-cs-chargers-card", {"en": "Firmware", "de": "Firmware"}),
}
SIZES = {1400: 900, 800: 1000, 360: 740}
ALL_LOOKS = [
    (view, width, dark, language)
    for view in VIEWS
    for width in SIZES
    for dark in (False, True)
    for language in ("en", "de")
]
# Each view, each size, both themes and both languages are among them.
SAMPLE = [
    ("now", 1400, False, "en"),
    ("now", 360, True, "de"),
    ("plans", 800, True, "en"),
    ("plans", 360, False, "de"),
    ("sessions", 1400, True, "de"),
    ("sessions", 360, False, "en"),
    ("chargers", 800, False, "de"),
    ("chargers", 360, True, "en"),
]
type Looks = Callable[[int, bool, str], Awaitable[Page]]

OWN = "dashboard-mine"
RELOADS = 50 if LONG else 5

# Parts that are there in some states only.
PASSING = {"ocpp-cs-mode-hint", "div[list]"}
STRUCTURE: dict[str, Any] = {
    "now": [
        "ocpp-cs-flow-card",
        "h2",
        "ul",
        ["ocpp-cs-flow", ["ul", "svg"], "svg"],
    ],
    "plans": ["ocpp-cs-plans-card", "h2", "ul", "svg[img]", "h3", "svg"],
    "sessions": [
        "ocpp-cs-sessions-card",
        "div[group]",
        "svg",
        "h2",
        ["div[search]", "svg"],
        ["ul", "svg"],
        "h3",
        ["ocpp-cs-bars", ["div[group]", "svg", ["table", "thead", "tbody"]]],
        "ul",
        ["table", "thead", "tbody"],
    ],
    "chargers": ["ocpp-cs-chargers-card", "h2", "svg", "ul"],
}
"""The parts of each view: the same in each size, theme and language."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo() -> AsyncIterator[DemoProcess]:
    state = OUTPUT / "demo_dashboard"
    shutil.rmtree(state, ignore_errors=True)
    process = DemoProcess(state)
    await process.start()
    yield process
    await process.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(demo: DemoProcess) -> AsyncIterator[Client]:
    client = Client(url(demo), USER, PASSWORD)
    await client.log_in()
    yield client
    await client.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(demo: DemoProcess, browser: Browser) -> AsyncIterator[Page]:
    page = await look(demo, browser, width=1400, dark=False, language="en")
    yield page
    await page.screenshot(path=OUTPUT / "dashboard-last.png")


def url(demo: DemoProcess) -> str:
    return f"http://127.0.0.1:{demo.port}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def looks(demo: DemoProcess, browser: Browser) -> Looks:
    """Return the pages of users of different tastes, who log in once each."""
    pages: dict[tuple[bool, str], Page] = {}

    async def page_of(width: int, dark: bool, language: str) -> Page:
        if (dark, language) not in pages:
            pages[dark, language] = await look(
                demo, browser, width=1400, dark=dark, language=language
            )
        page = pages[dark, language]
        await page.set_viewport_size({"width": width, "height": SIZES[width]})
        return page

    return page_of


async def look(
    demo: DemoProcess, browser: Browser, *, width: int, dark: bool, language: str
) -> Page:
    """Return a page of a user of this taste, who has logged in."""
    page = await new_page(
        browser,
        viewport={"width": width, "height": SIZES[width]},
        color_scheme="dark" if dark else "light",
        accept_downloads=True,
    )
    await log_in(page, url(demo), USER, PASSWORD)
    await page.evaluate(
        "language => localStorage.setItem('selectedLanguage', JSON.stringify(language))",
        language,
    )
    return page


class Errors(list[str]):
    """What goes wrong in a page while it is watched."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        page.on("pageerror", lambda error: self.append(str(error)))


async def open_view(
    page: Page, demo: DemoProcess, view: str, language: str = "en"
) -> None:
    """Open a view, and wait until it has its data."""
    await page.goto(f"{url(demo)}/dashboard-charging/{view}")
    element, texts = VIEWS[view]
    await expect(page.locator(element).first).to_contain_text(texts[language])
    await settle(page)


async def test_it_is_added_by_clicking(
    demo: DemoProcess, page: Page, client: Client
) -> None:
    await page.goto(f"{url(demo)}/config/lovelace/dashboards")
    await page.get_by_role("button", name="Add dashboard").click()
    card = page.locator("dashboard-card").filter(has_text="the health of all chargers")
    await expect(card).to_contain_text("Charging")
    await card.click()
    await page.get_by_role("button", name="Create").last.click()

    async def saved_config() -> Any:
        # It is there before its strategy is saved.
        with suppress(ClientError):
            return await client.command(
                "lovelace/config", url_path="dashboard-charging"
            )

    saved = await poll(saved_config, patience=60)
    assert saved == {"strategy": {"type": "custom:ocpp-cs"}}


async def test_each_place_to_charge_has_its_card(demo: DemoProcess, page: Page) -> None:
    errors = Errors(page)
    await open_view(page, demo, "now")
    await expect(page.locator("ocpp-cs-card")).to_have_count(4)
    words = ("Garage", "Carport", "Now", "Plans", "Sessions", "Chargers")
    await poll_until(
        lambda: visible_text(page), lambda text: all(word in text for word in words)
    )
    assert errors == []


def lasting(outline: Any) -> Any:
    """Return an outline without the parts that come and go."""
    if not isinstance(outline, list):
        return outline
    return [
        lasting(one)
        for one in outline
        if (one[0] if isinstance(one, list) else one) not in PASSING
    ]


@pytest.mark.parametrize(
    ("view", "width", "dark", "language"), ALL_LOOKS if LONG else SAMPLE
)
async def test_every_view_fits(
    demo: DemoProcess,
    looks: Looks,
    view: str,
    width: int,
    dark: bool,
    language: str,
) -> None:
    """In all sizes, themes and languages: all parts are there, nothing is cut off.

    No text is missing, and none lies on another.
    """
    page = await looks(width, dark, language)
    errors = Errors(page)
    await open_view(page, demo, view, language)
    element, _ = VIEWS[view]
    await poll_until(lambda: wider(page, element), lambda found: found == [])
    for each in (element, "ocpp-cs-card"):
        await poll_until(
            lambda each=each: crowded(page, each),  # type: ignore[misc]
            lambda found: found == [],
        )
    await poll_until(
        lambda: outline(page, element),
        lambda found: lasting(found) == [STRUCTURE[view]],
    )
    wrong = ("board.", "undefined", "NaN", "[object", "Custom element", "Infinity")
    await poll_until(
        lambda: visible_text(page, element),
        lambda text: not any(word in text for word in wrong),
    )
    name = f"{view}-{width}-{'dark' if dark else 'light'}-{language}.png"
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / name)
    assert errors == []


@pytest.mark.parametrize("view", VIEWS)
async def test_everybody_can_use_it(demo: DemoProcess, page: Page, view: str) -> None:
    """axe-core finds nothing serious in what is ours."""
    await open_view(page, demo, view)
    await page.evaluate(Path(AXE).read_text(encoding="utf-8"))
    element, _ = VIEWS[view]
    found = await page.evaluate(
        """async element => {
          const roots = [];
          const find = root => {
            for (const each of root.querySelectorAll("*")) {
              if (each.localName === element) roots.push(each);
              if (each.shadowRoot) find(each.shadowRoot);
            }
          };
          find(document);
          const results = await axe.run(roots, {resultTypes: ["violations"]});
          return results.violations
            .filter(({impact}) => ["serious", "critical"].includes(impact))
            .map(({id, nodes}) => [id, nodes.map(({html}) => html.slice(0, 200))]);
        }""",
        element,
    )
    assert found == []


async def show_month_before(card: Locator) -> None:
    """Show the month before this one, which may have begun a minute ago."""
    await card.get_by_role("button", name="Earlier").click()
    await expect(card.locator("tbody tr").first).to_be_visible()


async def test_sessions_are_filtered_and_shown(demo: DemoProcess, page: Page) -> None:
    await open_view(page, demo, "sessions")
    card = page.locator("ocpp-cs-sessions-card")
    rows = card.locator("tbody tr")
    # The month that is shown at first may have begun a minute ago, without a session.
    await card.get_by_role("button", name="All", exact=True).click()
    await expect(card.get_by_role("heading", name="All sessions")).to_be_visible()
    await expect(rows.first).to_be_visible()
    await card.get_by_role("searchbox").fill("no such name")
    await expect(card).to_contain_text("No session matches the filter")
    await card.get_by_role("button", name="Clear filters").click()
    await expect(rows.first).to_be_visible()
    await rows.first.locator("button").first.click()
    dialog = card.locator("ocpp-cs-session-details dialog")
    await expect(dialog).to_contain_text("Charge card")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def test_a_session_is_corrected(demo: DemoProcess, page: Page) -> None:
    """One that is not counted is missing in the sums, until it counts again."""
    await open_view(page, demo, "sessions")
    card = page.locator("ocpp-cs-sessions-card")
    await card.get_by_role("button", name="All", exact=True).click()
    ended = card.locator("tbody tr:not(.struck)").filter(has_not_text="running")
    await expect(ended.first).to_be_visible()
    await ended.first.locator("button").first.click()
    dialog = card.locator("ocpp-cs-session-details dialog")
    await dialog.get_by_role("button", name="Do not count").click()
    await expect(dialog).to_contain_text("This session is not counted.")
    await expect(card.locator("tbody tr.struck")).not_to_have_count(0)
    await dialog.get_by_role("button", name="Count again").click()
    await expect(dialog).not_to_contain_text("This session is not counted.")
    await page.keyboard.press("Escape")
    await expect(card.locator("tbody tr.struck")).to_have_count(0)


async def test_a_click_saves_the_table(
    demo: DemoProcess, page: Page, tmp_path: Path
) -> None:
    await open_view(page, demo, "sessions")
    card = page.locator("ocpp-cs-sessions-card")
    await show_month_before(card)
    async with page.expect_download() as waiting:
        await card.get_by_role("button", name="CSV").click()
    download: Download = await waiting.value
    assert download.suggested_filename.endswith(".csv")
    path = tmp_path / "sessions.csv"
    await download.save_as(path)
    head, *lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert head.count(",") + head.count(";") > 5
    assert lines


async def test_the_report_of_a_month(demo: DemoProcess, page: Page) -> None:
    """It is a page of its own, in black on white, that prints without Home Assistant."""
    await open_view(page, demo, "sessions")
    card = page.locator("ocpp-cs-sessions-card")
    await show_month_before(card)
    await card.get_by_role("button", name="Report").click()
    report = card.frame_locator("ocpp-cs-report iframe")
    await expect(report.locator("h1")).to_have_text("Charging report")
    await expect(report.locator("tbody tr").first).to_be_visible()
    await expect(report.locator("tfoot")).to_contain_text("Sum")
    await page.keyboard.press("Escape")


async def test_a_plan_of_the_card_reaches_the_charger(
    demo: DemoProcess, page: Page, client: Client
) -> None:
    """What the car draws tells that the frame has come: the sun alone gives less."""

    async def states() -> dict[str, str]:
        return {
            one["entity_id"].partition(".garage_")[2]: one["state"]
            for one in await client.get("/api/states")
        }

    async def charges_fast() -> bool:
        garage = await states()
        return (
            value(garage["current"]) > 15.0
            and garage["charging_plan"] in ("charging", "too_late")
            and garage["charging_control"] == "plan"
        )

    await open_view(page, demo, "now")
    await poll_until(
        states,
        lambda one: one["charging_plan"] == "off" and value(one["current"]) < 15.0,
    )
    card = page.locator("ocpp-cs-card").filter(has_text="Garage")
    await card.get_by_role("button", name="Edit plan").click()
    editor = page.locator("ocpp-cs-plan-editor")
    zone = ZoneInfo((await client.get("/api/config"))["time_zone"])
    # So soon that it has to charge at once, also where the sun has given some of it.
    soon = datetime.now(zone) + timedelta(minutes=20)
    await editor.locator("input[type=time]").fill(f"{soon:%H:%M}")
    await editor.get_by_role("button", name="Set plan").click()
    await poll(charges_fast, patience=180)
    await expect(card).to_contain_text("20 kWh by")
    await card.get_by_role("switch").click()

    async def is_off() -> bool:
        return (await states())["charging_plan"] == "off"

    await poll(is_off, patience=60)


async def open_own_dashboard(
    demo: DemoProcess, page: Page, client: Client, edit: str
) -> None:
    """Open a dashboard that is not ours, empty, to be edited."""
    boards = await client.command("lovelace/dashboards/list")
    if all(one["url_path"] != OWN for one in boards):
        await client.command(
            "lovelace/dashboards/create", url_path=OWN, title="Mine", mode="storage"
        )
    section = {"type": "grid", "cards": []}
    view = {"title": "Home", "type": "sections", "sections": [section]}
    await client.command("lovelace/config/save", url_path=OWN, config={"views": [view]})
    await page.goto(f"{url(demo)}/{OWN}/0")
    await page.get_by_role("button", name=edit).click()


async def saved_cards(client: Client) -> Any:
    """Return the cards of that dashboard, once there are some."""
    config = await client.command("lovelace/config", url_path=OWN)
    return config["views"][0]["sections"][0]["cards"]


async def device_id(client: Client, name: str) -> str:
    devices = await client.command("config/device_registry/list")
    (found,) = (one["id"] for one in devices if one["name"] == name)
    return str(found)


async def test_the_card_is_suggested_for_an_entity_of_a_charger(
    demo: DemoProcess, page: Page, client: Client
) -> None:
    errors = Errors(page)
    await open_own_dashboard(demo, page, client, "Edit dashboard")
    await page.get_by_role("button", name="Add card").first.click()
    await page.get_by_placeholder("Search entities").fill("Garage charging state")
    await page.get_by_text("Charging state", exact=True).first.click()
    suggested = page.locator(".card").filter(has_text="Place to charge")
    await expect(suggested.locator("ocpp-cs-card")).to_contain_text("Garage")
    await suggested.locator(".overlay").click()
    added = await poll(lambda: saved_cards(client), patience=60)
    assert added == [
        {"type": "custom:ocpp-cs-card", "device_id": await device_id(client, "Garage")}
    ]
    assert errors == []


async def test_the_card_is_chosen_and_set_up_by_clicking(
    demo: DemoProcess, page: Page, client: Client
) -> None:
    """A charger's other connector, with a name of its own and without its plan."""
    errors = Errors(page)
    await open_own_dashboard(demo, page, client, "Edit dashboard")
    await page.get_by_role("button", name="Add card").first.click()
    await page.get_by_text("By card", exact=True).click()
    await page.get_by_placeholder("Search cards").fill("OCPP")
    await (
        page.locator(".card")
        .filter(has_text="Place to charge")
        .locator(".overlay")
        .click()
    )
    editor = page.locator("hui-dialog-edit-card")
    shown = editor.locator("ocpp-cs-card")
    await expect(shown).to_contain_text("Garage")
    await editor.locator("ha-selector-device").click()
    await page.get_by_text("Connector 2", exact=True).click()
    await expect(shown.get_by_role("heading")).to_have_text("Carport · Connector 2")
    await field(page, "Name instead of the device").fill("By the wall")
    await expect(shown.get_by_role("heading")).to_have_text("By the wall")
    await expect(shown.locator(".plan")).to_have_count(1)
    await editor.locator("ha-selector-boolean").first.locator("ha-switch").click()
    await expect(shown.locator(".plan")).to_have_count(0)
    await editor.get_by_role("button", name="Save").click()
    saved = await poll(lambda: saved_cards(client), patience=60)
    assert saved == [
        {
            "type": "custom:ocpp-cs-card",
            "device_id": await device_id(client, "Connector 2"),
            "name": "By the wall",
            "show_plan": False,
        }
    ]
    await page.get_by_role("button", name="Done").click()
    card = page.locator("ocpp-cs-card")
    await card.get_by_role("button", name="Min + sun").click()

    async def chosen() -> bool:
        states = await client.get("/api/states")
        modes = {
            one["entity_id"]: one["state"]
            for one in states
            if one["entity_id"].endswith("_charge_mode")
        }
        return modes["select.carport_connector_2_charge_mode"] == "min_solar"

    await poll(chosen, patience=60)
    await expect(
        card.get_by_role("button", name="Min + sun", pressed=True)
    ).to_have_count(1)
    await card.get_by_role("button", name="Sun", exact=True).click()
    assert errors == []


async def test_the_picker_and_the_form_are_in_the_language_of_the_user(
    demo: DemoProcess, looks: Looks, client: Client
) -> None:
    page = await looks(1400, False, "de")
    await open_own_dashboard(demo, page, client, "Dashboard bearbeiten")
    await page.get_by_role("button", name="Karte hinzufügen").first.click()
    await page.get_by_text("Nach Karte", exact=True).click()
    await page.locator("hui-card-picker input").first.fill("Ladeplatz")
    await page.locator(".card").filter(has_text="Ladeplatz").locator(".overlay").click()
    editor = page.locator("hui-dialog-edit-card")
    await expect(editor).to_contain_text("Nur für eine Wallbox mit mehreren")
    await expect(editor.locator("ocpp-cs-card")).to_contain_text("Sonne")


async def test_reloading_never_misses_an_element(demo: DemoProcess, page: Page) -> None:
    errors = Errors(page)
    await open_view(page, demo, "now")
    for _ in range(RELOADS):
        await page.reload()
        await expect(page.locator("ocpp-cs-flow-card").first).to_contain_text("kW")
        await expect(page.locator("ocpp-cs-card")).to_have_count(4)
        await expect(page.locator("hui-error-card")).to_have_count(0)
    assert errors == []


async def test_a_renamed_charger_has_its_name(
    demo: DemoProcess, page: Page, client: Client
) -> None:
    """Without loading the page anew."""
    await open_view(page, demo, "now")
    devices: list[dict[str, Any]] = await client.command("config/device_registry/list")
    (garage,) = (each for each in devices if each["name"] == "Garage")
    await client.command(
        "config/device_registry/update", device_id=garage["id"], name_by_user="Scheune"
    )
    await expect(page.locator("ocpp-cs-card").filter(has_text="Scheune")).to_have_count(
        1
    )
    await client.command(
        "config/device_registry/update", device_id=garage["id"], name_by_user=None
    )
    await expect(page.locator("ocpp-cs-card").filter(has_text="Garage")).to_have_count(
        1
    )


async def test_nothing_is_asked_elsewhere(demo: DemoProcess, browser: Browser) -> None:
    page = await look(demo, browser, width=1400, dark=False, language="en")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for view in VIEWS:
        await open_view(page, demo, view)
    ours = [one for one in asked if "ocpp" in one or "127.0.0.1" not in one]
    assert [
        one for one in ours if not one.startswith((url(demo), "data:", "blob:"))
    ] == []
    assert any("/ocpp_cs/ocpp-cs.js?v=" in one for one in ours)
    await page.context.close()


async def test_it_goes_with_the_last_server(client: Client) -> None:
    (entry,) = await client.entries("ocpp_cs")
    resources = await client.command("lovelace/resources")
    assert len([one for one in resources if "/ocpp_cs/" in one["url"]]) == 1
    await client.delete(f"/api/config/config_entries/entry/{entry['entry_id']}")
    await poll_until(
        lambda: client.command("lovelace/resources"),
        lambda resources: not any("/ocpp_cs/" in one["url"] for one in resources),
    )
