"""A user sets a go-eCharger up that was found in the network, with the mouse alone."""

from collections.abc import AsyncIterator
import re

from playwright.async_api import Page, expect
import pytest
import pytest_asyncio

from devtools.integration import add_server, announce
from devtools.process import HomeAssistant
from simulator import GoE

from .browser import Screenshots, field, open_integrations, row

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

SERIAL = "300815"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def charger() -> AsyncIterator[GoE]:
    """A go-e as it leaves the factory, but for its HTTP API, which is on."""
    goe = GoE("", SERIAL, http_port=0, time_factor=5, backoff=(0.2, 1.0))
    await goe.start()
    yield goe
    await goe.stop()


async def test_a_charger_that_was_found_is_on_a_card(
    page: Page, hass: HomeAssistant, charger: GoE, server_port: int
) -> None:
    await add_server(hass.client, server_port)
    await announce(hass.client, charger)
    await open_integrations(page)
    card = page.locator("ha-config-flow-card", has_text="go-eCharger_V4")
    await expect(card).to_contain_text(SERIAL)
    await card.get_by_role("button", name="Add", exact=True).click()
    dialog = page.locator("dialog-data-entry-flow")
    await expect(dialog).to_contain_text("Set up this go-eCharger?")
    await page.get_by_role("button", name="Submit").click()


async def test_what_was_found_and_what_is_wanted(page: Page, charger: GoE) -> None:
    dialog = page.locator("dialog-data-entry-flow")
    await expect(dialog).to_contain_text("Serial number: 300815")
    await expect(dialog).to_contain_text("Whoever plugs in")
    await field(page, "Name").first.fill("Yard")
    await page.get_by_role("button", name="Submit").click()
    assert not charger.connected


async def test_the_changes_are_shown_before_they_are_made(
    page: Page, charger: GoE, server_port: int, screenshots: Screenshots
) -> None:
    dialog = page.locator("dialog-data-entry-flow")
    await expect(dialog).to_contain_text("This will be changed")
    # With a secret in between.
    await expect(dialog.locator("table")).to_contain_text(
        re.compile(rf"ws://127\.0\.0\.1:{server_port}/[\w-]{{22}}/{SERIAL}")
    )
    await expect(dialog.locator("table")).to_contain_text(
        "So that the charger connects to Home Assistant."
    )
    await screenshots.take(page, "goe_changes", height=900)
    assert not charger.api.get("ocppe")
    await page.get_by_text("Change it and connect").click()


async def test_it_is_added_once_it_has_connected(page: Page, charger: GoE) -> None:
    await (
        page.get_by_text("Yard has been added")
        .or_(page.get_by_text("Yard was added"))
        .first.wait_for()
    )
    await charger.wait_accepted()
    await page.get_by_role("button", name="Close").last.click()
    await expect(
        page.locator("ha-config-flow-card", has_text="go-eCharger_V4")
    ).to_have_count(0)


async def test_its_device_is_there(page: Page, hass: HomeAssistant) -> None:
    await page.locator("ha-integration-card", has_text="OCPP Central System").click()
    await page.get_by_text("go-eCharger_V4", exact=False).first.click()
    await expect(row(page, "Status")).to_contain_text("Available")
    await expect(row(page, "Charging reason")).to_be_visible()
    state = await hass.client.state("sensor.yard_charging_reason")
    assert state is not None
