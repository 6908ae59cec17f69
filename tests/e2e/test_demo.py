"""The demo, as a newcomer meets it."""

from collections.abc import AsyncIterator
import contextlib
import re
import shutil

import aiohttp
from playwright.async_api import Page, async_playwright, expect
import pytest
import pytest_asyncio

from devtools.client import Client, ClientError
from devtools.demo.places import NAMES
from devtools.integration import adopted, ignore_repair
from devtools.polling import poll, poll_until
from devtools.process import PASSWORD, USER

from .browser import Screenshots, launch, log_in, new_page, open_integrations, value
from .conftest import OUTPUT
from .demo_process import DemoProcess

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

STATE = OUTPUT / "demo"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo() -> AsyncIterator[DemoProcess]:
    shutil.rmtree(STATE, ignore_errors=True)
    process = DemoProcess(STATE)
    yield process
    await process.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield await new_page(browser, viewport={"width": 1600, "height": 1150})
        await browser.close()


async def test_it_prints_where_to_go_and_who_to_be(
    demo: DemoProcess, page: Page
) -> None:
    await demo.start()
    url = demo.told("Dashboard")
    await log_in(page, url, demo.told("User name"), demo.told("Password"))
    await expect(page).to_have_url(re.compile(re.escape(url)))


async def test_its_dashboard_shows_cars_that_charge(
    page: Page, screenshots: Screenshots
) -> None:
    cards = page.locator("ocpp-cs-card")
    await expect(cards).to_have_count(4)
    for place, words in (
        # The one waits for the sun, the other takes a little in any case.
        ("Garage", r"[1-9]\.\d\s*kW"),
        ("Zoe", r"[4-9]\.\d\s*kW"),
        ("Connector 2", "Waiting to be started"),
    ):
        card = cards.filter(has_text=place).first
        await expect(card).to_contain_text(re.compile(words), timeout=180_000)
    await expect(page.locator("ocpp-cs-flow-card")).to_contain_text("Enyaq")
    await screenshots.pose(page)
    await screenshots.take(page, "dashboard", height=1600)


async def test_a_button_of_the_dashboard_lets_a_car_charge(page: Page) -> None:
    card = page.locator("ocpp-cs-card").filter(has_text="Connector 2")
    await card.get_by_role("button", name="Start", exact=True).click()
    await expect(card).to_contain_text(re.compile(r"1[01]\.\d\s*kW"))


async def test_the_energy_dashboard_knows_the_places(
    page: Page, screenshots: Screenshots
) -> None:
    await page.get_by_text("Energy", exact=True).first.click()
    await page.get_by_text("Electricity", exact=True).first.click()
    detail = page.locator("hui-energy-devices-detail-graph-card")
    for place in ("Garage", "Carport, left", "Carport, right", "Driveway"):
        await expect(detail).to_contain_text(place)
    await screenshots.take(page, "energy")


async def test_a_charger_that_is_not_set_up_is_discovered(page: Page) -> None:
    await open_integrations(page)
    card = page.locator("ha-config-flow-card", has_text="go-eCharger_V4")
    await expect(card).to_contain_text("300815")


@pytest.mark.timeout(600)
async def test_nothing_is_to_be_repaired(demo: DemoProcess) -> None:
    client = Client(f"http://127.0.0.1:{demo.port}", USER, PASSWORD)
    await client.log_in()
    # All chargers come with their secret, and the demo has seen what is offered then.
    await ignore_repair(client, "secret_only")
    await ignore_repair(client, "fuse_unprotected")

    async def unsolved() -> list[str]:
        issues = (await client.command("repairs/list_issues"))["issues"]
        return [one["translation_key"] for one in issues if not one["ignored"]]

    await poll_until(unsolved, lambda found: found == [])
    await client.close()


@pytest.mark.timeout(600)
async def test_home_assistant_may_be_restarted(demo: DemoProcess) -> None:
    client = Client(f"http://127.0.0.1:{demo.port}", USER, PASSWORD)
    await client.log_in()
    before = await client.get("/api/states/sensor.garage_last_seen")
    # It is gone before it has answered.
    with contextlib.suppress(ClientError, aiohttp.ClientError):
        await client.call("homeassistant.restart")
    await client.close()

    async def charges_again() -> bool:
        try:
            await client.log_in()
            seen = await client.get("/api/states/sensor.garage_last_seen")
            power = await client.get("/api/states/sensor.carport_connector_1_power")
            sun = await client.get("/api/states/sensor.house_solar_power")
        except aiohttp.ClientError, ClientError:
            return False
        return (
            seen["last_changed"] > before["last_changed"]
            and value(power["state"]) > 4_000
            and sun["state"].isdigit()
        )

    await poll(charges_again, patience=280)
    await client.close()
    assert "[demo] Home Assistant restarts" in demo.lines


async def test_ctrl_c_ends_it_in_order(demo: DemoProcess) -> None:
    assert await demo.stop() == 0
    assert demo.lines[-1] == "[demo] stopping Home Assistant"
    log = (STATE / "config" / "hass.log").read_text()
    assert "Traceback" not in log


async def test_the_second_start_goes_on_from_there(demo: DemoProcess) -> None:
    await demo.start()
    text = "\n".join(demo.lines)
    assert "adopting" not in text
    assert "dashboards" not in text
    client = Client(f"http://127.0.0.1:{demo.port}", USER, PASSWORD)
    await client.log_in()
    assert await adopted(client) == NAMES.keys()

    async def counted_on() -> bool:
        state = await client.state("sensor.garage_energy")
        return state is not None and value(state["state"]) > 1100

    await poll(counted_on)
    await client.close()
