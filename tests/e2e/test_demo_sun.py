"""The demo's house: a car follows the sun, as anybody who starts the demo sees."""

from collections.abc import AsyncIterator
import re
import shutil

from playwright.async_api import Page, async_playwright, expect
import pytest
import pytest_asyncio

from devtools.client import Client
from devtools.polling import poll
from devtools.process import PASSWORD, USER

from .browser import Screenshots, launch, log_in, new_page, value
from .conftest import OUTPUT
from .demo_process import DemoProcess

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo() -> AsyncIterator[DemoProcess]:
    state = OUTPUT / "demo_sun"
    shutil.rmtree(state, ignore_errors=True)
    process = DemoProcess(state)
    await process.start()
    yield process
    await process.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(demo: DemoProcess) -> AsyncIterator[Client]:
    client = Client(f"http://127.0.0.1:{demo.port}", USER, PASSWORD)
    await client.log_in()
    yield client
    await client.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(demo: DemoProcess) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        page = await new_page(browser, viewport={"width": 1600, "height": 1150})
        await log_in(page, demo.told("Dashboard"), USER, PASSWORD)
        yield page
        await browser.close()


async def watts(client: Client, *names: str) -> list[float]:
    """Return what sensors show, all at the same time, in W; nan where there is none."""
    states = {
        state["entity_id"]: state["state"] for state in await client.get("/api/states")
    }
    return [value(states.get(f"sensor.{name}", "")) for name in names]


@pytest.mark.timeout(600)
async def test_a_car_takes_what_the_sun_gives(client: Client) -> None:
    async def follows() -> bool:
        sun, grid, battery, car = await watts(
            client,
            "house_solar_power",
            "house_grid_power",
            "house_battery_power",
            "garage_power",
        )
        # Neither to the grid nor into the battery goes what a step of the current is.
        return sun > 5_000 and car > 1_300 and abs(grid + battery) < 800

    # The sun has to last for half a minute, and the car and the meter take their time.
    await poll(follows, patience=240)
    mode = await client.state("select.garage_charge_mode")
    assert mode is not None
    assert mode["state"] == "solar"

    async def tells_why() -> bool:
        why = await client.state("sensor.garage_charging_control")
        reasons = ("following_sun", "phase_delay", "minimum_current")
        return why is not None and why["state"] in reasons

    await poll(tells_why)


@pytest.mark.timeout(600)
async def test_another_car_leaves_less_for_it(client: Client) -> None:
    async def calm() -> bool:
        # A cloud comes and goes, and the car takes its time to follow.
        (grid,) = await watts(client, "house_grid_power")
        return abs(grid) < 800

    await poll(calm, patience=240)
    await client.call(
        "switch.turn_on", {"entity_id": "switch.carport_connector_2_charging"}
    )

    async def gives_way() -> bool:
        # What it draws without asking for the sun is in the grid's power, too.
        other, grid, battery, surplus, car = await watts(
            client,
            "carport_connector_2_power",
            "house_grid_power",
            "house_battery_power",
            "garage_available_solar_power",
            "garage_power",
        )
        # The first one goes down to its least, and stops when that has lasted.
        least = 3 * 6 * 230 + 150
        return (
            other > 10_000 and grid + battery > 4_000 and surplus <= 0 and car < least
        )

    await poll(gives_way, patience=240)
    await client.call(
        "switch.turn_off", {"entity_id": "switch.carport_connector_2_charging"}
    )


@pytest.mark.timeout(900)
async def test_the_dashboard_shows_all_of_it(
    demo: DemoProcess, page: Page, screenshots: Screenshots
) -> None:
    await page.goto(f"{demo.told('Dashboard')}/now")
    flow = page.locator("ocpp-cs-flow-card")
    for words in (r"Sun\s*\d", r"Home battery\s*\d", r"Grid\s*\d", "Garage"):
        await expect(flow).to_contain_text(re.compile(words))
    await expect(page.locator("ocpp-cs-card")).to_have_count(4)
    await screenshots.pose(page, minutes=8)
    await screenshots.take(page, "solar_dashboard", height=1490)
