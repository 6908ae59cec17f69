"""Takes the pictures of the dashboard that the documents show: `scripts/pictures`."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
import os
import shutil

from playwright.async_api import Browser, Page, async_playwright, expect
import pytest
import pytest_asyncio

from devtools.client import Client
from devtools.process import PASSWORD, USER

from .browser import Screenshots, launch, log_in, new_page, settle
from .conftest import OUTPUT
from .demo_process import DemoProcess

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1500),
    pytest.mark.skipif(
        os.environ.get("UPDATE_SCREENSHOTS") != "1", reason="takes pictures only"
    ),
]

_CAR_CHARGES_MINUTES = 2.0
"""Until there is something to see."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo() -> AsyncIterator[DemoProcess]:
    state = OUTPUT / "demo_pictures"
    shutil.rmtree(state, ignore_errors=True)
    process = DemoProcess(state)
    await process.start()
    yield process
    await process.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


async def look(
    demo: DemoProcess,
    browser: Browser,
    *,
    size: tuple[int, int],
    dark: bool = False,
    language: str = "en",
) -> Page:
    """Return a page of a user who has logged in."""
    page = await new_page(
        browser,
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
    )
    page.set_default_timeout(180_000)
    await log_in(page, demo.told("Dashboard"), USER, PASSWORD)
    await page.evaluate(
        "language => localStorage.setItem('selectedLanguage', JSON.stringify(language))",
        language,
    )
    return page


async def show(page: Page, demo: DemoProcess, view: str, element: str) -> None:
    """Open a view of the dashboard, and wait until it has its data."""
    await page.goto(f"{demo.told('Dashboard').rstrip('/')}/{view}")
    await expect(page.locator(element).first).to_be_visible(timeout=180_000)
    await settle(page)


async def test_the_views_on_a_desktop(
    demo: DemoProcess, browser: Browser, screenshots: Screenshots
) -> None:
    client = Client(f"http://127.0.0.1:{demo.port}", USER, PASSWORD)
    await client.log_in()
    # 20 kWh, in good time whatever the time of the day is.
    late = (datetime.now(UTC) + timedelta(hours=14)).strftime("%H:00:00")
    for place in ("garage", "carport_connector_1"):
        await client.call(
            "time.set_value", {"entity_id": f"time.{place}_ready_at", "time": late}
        )
    await client.call(
        "switch.turn_on",
        {
            "entity_id": [
                "switch.garage_ready_in_time",
                "switch.carport_connector_1_ready_in_time",
            ]
        },
    )
    await client.close()
    page = await look(demo, browser, size=(1400, 1000))
    await show(page, demo, "now", "ocpp-cs-flow-card")
    await screenshots.pose(page, minutes=_CAR_CHARGES_MINUTES)
    await screenshots.take(page, "now")
    await show(page, demo, "plans", "ocpp-cs-plans-card")
    await screenshots.take(page, "plans")
    await show(page, demo, "sessions", "ocpp-cs-sessions-card")
    await screenshots.take(page, "sessions")


async def test_in_german(
    demo: DemoProcess, browser: Browser, screenshots: Screenshots
) -> None:
    page = await look(demo, browser, size=(1400, 1000), language="de")
    await show(page, demo, "now", "ocpp-cs-flow-card")
    await screenshots.take(page, "now_de")


async def test_the_card_on_a_phone(
    demo: DemoProcess, browser: Browser, screenshots: Screenshots
) -> None:
    page = await look(demo, browser, size=(1400, 1000), dark=True)
    await page.set_viewport_size({"width": 390, "height": 844})
    await show(page, demo, "now", "ocpp-cs-card")
    await page.locator("ocpp-cs-card").first.scroll_into_view_if_needed()
    await screenshots.take(page, "phone")
