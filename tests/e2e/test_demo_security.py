"""Encryption in the demo: its go-e is set up and raised, and the next start knows it."""

from collections.abc import AsyncIterator
import json
import re
import shutil
from typing import Any

from playwright.async_api import Page, async_playwright, expect
import pytest
import pytest_asyncio

from devtools.client import Client
from devtools.integration import encrypt
from devtools.polling import poll
from devtools.process import PASSWORD, USER, free_port

from .browser import VIEWPORT, launch, log_in, new_page, open_integrations
from .conftest import OUTPUT
from .demo_process import DemoProcess

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

STATE = OUTPUT / "demo_security"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def demo() -> AsyncIterator[DemoProcess]:
    shutil.rmtree(STATE, ignore_errors=True)
    process = DemoProcess(STATE)
    await process.start()
    yield process
    await process.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(demo: DemoProcess) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        page = await new_page(browser, viewport=VIEWPORT)
        await log_in(page, demo.told("Dashboard"), USER, PASSWORD)
        yield page
        await browser.close()


async def is_encrypted(demo: DemoProcess) -> bool:
    client = Client(f"http://127.0.0.1:{demo.port}", USER, PASSWORD)
    await client.log_in()
    try:
        state: dict[str, Any] | None = await client.state("sensor.yard_security_level")
    finally:
        await client.close()
    return state is not None and state["state"] == "tls"


async def submit(page: Page) -> None:
    await page.get_by_role("button", name="Submit").click()


async def test_its_go_e_is_set_up_and_raised(demo: DemoProcess, page: Page) -> None:
    client = Client(f"http://127.0.0.1:{demo.port}", USER, PASSWORD)
    await client.log_in()
    (entry,) = await client.entries("ocpp_cs")
    await encrypt(client, entry, free_port())
    await client.close()
    await open_integrations(page)
    card = page.locator("ha-config-flow-card", has_text="300815")
    await card.get_by_role("button", name="Add", exact=True).click()
    await submit(page)
    await page.get_by_role("button", name="Submit").click()
    await page.get_by_text("Change it and connect").click()
    await page.get_by_text(re.compile("has been added|was added")).first.wait_for()
    await page.get_by_role("button", name="Close").last.click()
    await page.locator("ha-integration-card", has_text="OCPP Central System").click()
    row = page.locator("ha-config-sub-entry-row", has_text="Yard")
    await row.get_by_role("button", name="Change charger").click()
    dialog = page.locator("dialog-data-entry-flow")
    await dialog.get_by_text("Security", exact=True).click()
    await dialog.get_by_text("Encrypt the connection (recommended)").click()
    await submit(page)
    await expect(dialog).to_contain_text("is connected", timeout=120_000)
    await poll(lambda: is_encrypted(demo))


async def test_the_next_start_goes_on_encrypted(demo: DemoProcess) -> None:
    assert await demo.stop() == 0
    kept = json.loads((STATE / "yard.json").read_text())
    assert kept["ocppu"].startswith("wss://")
    assert "BEGIN CERTIFICATE" in kept["ocppsc"]
    await demo.start()
    await poll(lambda: is_encrypted(demo))
