"""The demo, as a newcomer meets it."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
import re
import shutil
import signal
import sys

import aiohttp
from playwright.async_api import Page, async_playwright, expect
import pytest
import pytest_asyncio

from devtools import ROOT
from devtools.client import Client, ClientError
from devtools.integration import adopted
from devtools.polling import poll
from devtools.process import PASSWORD, USER, free_port

from .browser import Screenshots, launch, log_in, open_integrations
from .conftest import OUTPUT

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

STATE = OUTPUT / "demo"


class DemoProcess:
    """scripts/demo without its set-up, on ports of its own."""

    def __init__(self) -> None:
        self.port, self.ocpp_port = free_port(), free_port()
        self.lines: list[str] = []

    async def start(self, *options: str) -> None:
        """Start it and wait until it says that it is ready."""
        self.lines.clear()
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "devtools.demo", "--state", str(STATE)),
            *("--port", str(self.port), "--ocpp-port", str(self.ocpp_port)),
            *options,
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reader = asyncio.create_task(self._read())
        async with asyncio.timeout(90):
            while "[demo] ready" not in self.lines:
                assert self._process.returncode is None, self.lines
                await asyncio.sleep(0.1)

    async def stop(self) -> int:
        """Press Ctrl-C; return the exit code."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGINT)
        code = await asyncio.wait_for(self._process.wait(), 60)
        await self._reader
        return code

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.lines.append(line.decode().rstrip())

    def told(self, name: str) -> str:
        """Return what it printed behind a name."""
        (value,) = (
            line.split()[-1] for line in self.lines if line.startswith(f"  {name}  ")
        )
        return value


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo() -> AsyncIterator[DemoProcess]:
    shutil.rmtree(STATE, ignore_errors=True)
    process = DemoProcess()
    yield process
    await process.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield await browser.new_page(viewport={"width": 1600, "height": 1150})
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
    sections = page.locator("hui-grid-section")
    await expect(sections).to_have_count(3)
    for section, power in (
        (sections.nth(0), r"1[01],\d{3}"),
        (sections.nth(1), r"2[12],\d{3}"),
        (sections.nth(2), r"\b0\b"),
    ):
        await expect(section.locator("hui-gauge-card")).to_contain_text(
            re.compile(power)
        )
    await expect(sections.nth(2)).to_contain_text("Preparing")
    await screenshots.pose(page)
    await screenshots.take(page, "dashboard", height=800)


async def test_a_switch_of_the_dashboard_lets_a_car_charge(page: Page) -> None:
    section = page.locator("hui-grid-section").nth(2)
    await section.locator("ha-control-switch").click()
    await expect(section.locator("hui-gauge-card")).to_contain_text(
        re.compile(r"1[01],\d{3}"), timeout=20_000
    )


async def test_the_energy_dashboard_knows_the_places(
    page: Page, screenshots: Screenshots
) -> None:
    await page.get_by_text("Energy", exact=True).first.click()
    detail = page.locator("hui-energy-devices-detail-graph-card")
    for place in ("Garage", "Carport, left", "Carport, right"):
        await expect(detail).to_contain_text(place)
    await screenshots.take(page, "energy")


async def test_a_charger_that_is_not_set_up_is_discovered(page: Page) -> None:
    await open_integrations(page)
    card = page.locator("ha-config-flow-card", has_text="go-eCharger_V4")
    await expect(card).to_contain_text("300815")


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
            power = await client.get("/api/states/sensor.garage_power")
        except aiohttp.ClientError, ClientError:
            return False
        return (
            seen["last_changed"] > before["last_changed"]
            and power["state"] not in ("unavailable", "unknown")
            and float(power["state"]) > 10_000
        )

    await poll(charges_again, patience=90)
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
    assert await adopted(client) == {"237512", "11752628"}
    state = await client.state("sensor.garage_energy")
    await client.close()
    assert state is not None
    assert float(state["state"]) > 1100
