"""The settings in a charger of OCPP 2.0.1, as people read and change them."""

from collections.abc import AsyncIterator
import shutil

from playwright.async_api import Page, expect
import pytest
import pytest_asyncio

from devtools import COMPONENT
from devtools.integration import add_server
from devtools.process import HomeAssistant
from simulator import ChargingStation

from .browser import settle
from .conftest import OUTPUT
from .form import Form, logged_in

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

# As in all tests: what must come is waited for, however busy the machine is.
expect.set_options(timeout=60_000)

NAME = "Generic Simulator 2"
"""What it is called after its make and model."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hass() -> AsyncIterator[HomeAssistant]:
    folder = OUTPUT / "config_charger_settings"
    shutil.rmtree(folder, ignore_errors=True)
    process = HomeAssistant(folder, components=(COMPONENT,))
    await process.start()
    yield process
    await process.stop()
    assert "Traceback" not in process.log(), f"stack traces in {process.log_file}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def station(
    hass: HomeAssistant, server_port: int
) -> AsyncIterator[ChargingStation]:
    """A charger that speaks OCPP 2.0.1, adopted by itself."""
    await add_server(hass.client, server_port, unknown="adopt")
    station = ChargingStation(f"ws://127.0.0.1:{server_port}", "DRIVE-2")
    await station.start()
    await station.wait_accepted(60)
    yield station
    await station.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(hass: HomeAssistant, station: ChargingStation) -> AsyncIterator[Page]:
    async with logged_in(hass, "charger-settings-last.png") as page:
        yield page


async def search(form: Form, wanted: str) -> None:
    """Choose a setting by typing a part of its name."""
    page, chooser = form.page, form.dialog.locator("ha-selector").first
    await chooser.locator("ha-picker-field").first.click()
    await settle(page)
    await page.keyboard.type(wanted)
    await (
        page.locator("ha-list-item-option, ha-combo-box-item")
        .filter(has_text=f".{wanted}")
        .first.click()
    )
    await expect(chooser).to_contain_text(f".{wanted}")


async def test_a_setting_is_found_and_written(
    page: Page, hass: HomeAssistant, station: ChargingStation
) -> None:
    """What is wrong is told, and what the charger has taken is shown in the list."""
    form = Form(page, hass, "en")
    await form.visit()
    await form.row(NAME).get_by_role("button", name="Change charger").first.click()
    await form.dialog.get_by_text("Settings in the charger", exact=True).click()
    await form.ready()
    await search(form, "HeartbeatInterval")
    await form.dialog.get_by_role("button", name="Next").last.click()
    await expect(form.dialog).to_contain_text("OCPPCommCtrlr.HeartbeatInterval")
    await form.look("charger-setting-en")
    await form.field("New value").fill("123")
    await form.submit()
    await expect(form.dialog).to_contain_text("HeartbeatInterval")
    await form.ready()
    text = await form.look("charger-settings-en")
    assert "123" in text
    assert [
        one["attributeValue"]
        for payload in station.calls("SetVariables")
        for one in payload["setVariableData"]
        if one["variable"]["name"] == "HeartbeatInterval"
    ][-1] == "123"


async def test_the_settings_on_a_phone_in_german(
    page: Page, hass: HomeAssistant
) -> None:
    """All of it fits."""
    form = Form(page, hass, "de")
    await form.visit()
    await form.row(NAME).get_by_role("button", name="Wallbox ändern").first.click()
    await form.dialog.get_by_text("Einstellungen in der Wallbox", exact=True).click()
    await form.ready()
    text = await form.look("charger-settings-de")
    assert "bis ein neuer Wert abgeschickt wird" in text
    assert "charger" not in text
