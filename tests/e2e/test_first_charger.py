"""A user sets the integration up and charges a car, with the mouse."""

from collections.abc import AsyncIterator
import json
import re
import socket
from typing import Any

from playwright.async_api import Page, expect
import pytest
import pytest_asyncio

from devtools import COMPONENT
from devtools.integration import ignore_repair
from devtools.polling import poll, poll_until
from devtools.process import HomeAssistant
from simulator import Car, Connector, GoE

from .browser import (
    Screenshots,
    field,
    number_in,
    open_integrations,
    row,
    switch,
    value,
    visible_text,
)

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

CHARGE_POINT_ID = "237512"


async def state_is(hass: HomeAssistant, entity_id: str, state: str) -> None:
    """Wait until an entity has a state."""
    await poll_until(lambda: state_of(hass, entity_id), lambda seen: seen == state)


async def charge_up_to(connector: Connector, register_wh: float) -> None:
    """Wait until the meter of a connector shows this."""

    async def reached() -> bool:
        return connector.register_wh >= register_wh

    await poll(reached)


async def state_of(hass: HomeAssistant, entity_id: str) -> str:
    state = await hass.client.state(entity_id)
    return f"there is no {entity_id}" if state is None else str(state["state"])


async def is_loaded(hass: HomeAssistant) -> None:
    """Wait until the integration is set up."""

    async def entry() -> dict[str, Any]:
        (one,) = await hass.client.entries("ocpp_cs")
        return one

    await poll_until(entry, lambda one: one["state"] == "loaded")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def charger(server_port: int) -> AsyncIterator[GoE]:
    """A go-e that charges when it is told to; its time passes five times as fast."""
    goe = GoE(
        f"ws://127.0.0.1:{server_port}",
        CHARGE_POINT_ID,
        acs=1,
        time_factor=5,
        register_wh=1_234_567.0,
        backoff=(0.2, 1.0),
    )
    await goe.start()
    yield goe
    await goe.stop()


@pytest.fixture(scope="module")
def shown_address() -> list[str]:
    """Return where to keep the address that a form has shown."""
    return []


async def test_a_busy_port_is_told_in_the_form(page: Page) -> None:
    await open_integrations(page)
    await page.get_by_role("button", name="Add integration").click()
    await page.get_by_placeholder("Search for a brand name").fill("ocpp")
    await page.get_by_text("OCPP Central System").first.click()
    await field(page, "Listen on").fill("127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as other:
        await field(page, "Port").fill(str(other.getsockname()[1]))
        await page.get_by_role("button", name="Submit").click()
        await expect(page.get_by_text("Another program uses this port")).to_be_visible()


async def test_the_integration_is_added_by_clicking(
    page: Page, hass: HomeAssistant, server_port: int
) -> None:
    await field(page, "Port").fill(str(server_port))
    await page.get_by_role("button", name="Submit").click()
    await page.get_by_text("Created configuration").wait_for()
    await page.get_by_role("button", name="Finish").click()
    await is_loaded(hass)


async def test_a_charger_that_connects_is_offered_on_a_card(
    page: Page, charger: GoE, screenshots: Screenshots
) -> None:
    await open_integrations(page)
    card = page.locator("ha-config-flow-card", has_text="go-eCharger_V4")
    await expect(card).to_contain_text(CHARGE_POINT_ID)
    await expect(card).to_contain_text("OCPP Central System")
    assert not charger.accepted
    await screenshots.take(page, "discovered", height=560)


async def test_it_is_adopted_on_its_open_connection(
    page: Page, hass: HomeAssistant, charger: GoE, shown_address: list[str]
) -> None:
    connection = charger.link._ws
    card = page.locator("ha-config-flow-card", has_text="go-eCharger_V4")
    await card.get_by_role("button", name="Add", exact=True).click()
    dialog = page.locator("dialog-data-entry-flow")
    await expect(dialog).to_contain_text("go-e")
    await expect(dialog).to_contain_text(CHARGE_POINT_ID)
    address = dialog.locator("code", has_text="ws://")
    shown_address.append((await address.inner_text()).strip())
    await field(page, "Name").fill("Garage")
    await page.get_by_role("button", name="Submit").click()
    await page.get_by_text("Garage has been added").wait_for()
    await page.get_by_role("button", name="Close").last.click()
    await expect(card).to_have_count(0)
    await charger.wait_accepted()
    assert charger.link._ws is connection
    await state_is(hass, "binary_sensor.garage_connection", "on")


async def test_the_address_that_was_shown_works(
    hass: HomeAssistant, charger: GoE, shown_address: list[str]
) -> None:
    (url,) = shown_address
    await charger.enter_address(url)
    (entry,) = await hass.client.entries("ocpp_cs")

    async def came_with_it() -> bool:
        (known,) = (
            await hass.client.get(f"/api/diagnostics/config_entry/{entry['entry_id']}")
        )["data"]["chargers"]
        came: bool = known["came_with_path_secret"]
        return came

    await poll(came_with_it)


async def test_its_device_page_is_reached_by_clicking(page: Page) -> None:
    await page.locator("ha-integration-card", has_text="OCPP Central System").click()
    await page.get_by_text("go-eCharger_V4", exact=False).first.click()
    await expect(page).to_have_url(re.compile("/config/devices/device/"))
    await expect(page.get_by_text("by go-e")).to_be_visible()
    await expect(page.get_by_text("Firmware: 59.4")).to_be_visible()
    await expect(row(page, "Status")).to_contain_text("Available")


async def test_a_car_that_is_plugged_in_is_seen_at_once(
    page: Page, charger: GoE
) -> None:
    await charger.plug(1, Car(capacity_kwh=77.0, soc=30.0))
    await expect(row(page, "Plug")).to_contain_text("Plugged in")
    await expect(row(page, "Status")).to_contain_text("Preparing")
    assert charger.connector(1).transaction is None


async def test_the_switch_starts_charging(page: Page, charger: GoE) -> None:
    await switch(page, "Garage Charging").click()
    await charger.wait_for(lambda: charger.connector(1).transaction is not None)
    await expect(row(page, "Status")).to_contain_text("Charging")
    await charger.wait_for(lambda: charger.connector(1).power_w > 10_000)


async def test_the_power_is_seen_as_it_changes(
    page: Page, hass: HomeAssistant, charger: GoE, screenshots: Screenshots
) -> None:
    power = row(page, "Power")
    await expect(power).to_contain_text(re.compile(r"1[01],\d{3}"))
    shown = await poll_until(
        power.inner_text,
        # It is what was measured a moment ago.
        lambda text: (
            number_in(text) == pytest.approx(charger.connector(1).power_w, rel=0.05)
        ),
    )
    await expect(power).not_to_contain_text(f"{number_in(shown):,.0f}")
    await expect(row(page, "Session energy")).to_contain_text("kWh")
    if screenshots.posed:
        await ignore_repair(hass.client, "secret_only")
    await screenshots.pose(page)
    await screenshots.take(page, "device", height=1215)


async def test_the_switch_stops_charging(
    page: Page, hass: HomeAssistant, charger: GoE
) -> None:
    await switch(page, "Garage Charging").click()
    await charger.wait_for(lambda: charger.connector(1).transaction is None)
    await expect(row(page, "Power")).to_contain_text(re.compile(r"\b0\sW"))
    await state_is(hass, "switch.garage_charging", "off")


async def test_session_energy_survives_a_power_cut(
    page: Page, hass: HomeAssistant, charger: GoE
) -> None:
    connector = charger.connector(1)
    await hass.client.call("switch.turn_on", {"entity_id": "switch.garage_charging"})
    await charger.wait_for(lambda: connector.transaction_id is not None)
    transaction = connector.transaction
    assert transaction is not None
    charger.clock.factor = 60

    await charge_up_to(connector, transaction.meter_start + 1000)
    await hass.kill()
    await charger.wait_for(lambda: not charger.connected)
    # It goes on without a server.
    await charge_up_to(connector, connector.register_wh + 500)
    # Or the car is full before a slow Home Assistant is back.
    charger.clock.factor = 5
    # From here on in German, for the test after the next.
    hass.language = "de"
    await hass.start()
    await is_loaded(hass)
    await charger.wait_accepted()
    assert connector.transaction is transaction
    await state_is(hass, "switch.garage_charging", "on")
    await hass.client.call("switch.turn_off", {"entity_id": "switch.garage_charging"})
    await charger.wait_for(lambda: connector.transaction is None)
    await charger.wait_idle()
    charged = (round(connector.register_wh) - transaction.meter_start) / 1000
    assert charged > 1.5

    async def right() -> bool:
        shown = value(await state_of(hass, "sensor.garage_session_energy"))
        return shown == pytest.approx(charged, abs=0.0011)

    await poll(right)


async def test_a_charger_that_is_gone_is_unavailable(
    hass: HomeAssistant, charger: GoE
) -> None:
    await charger.drop()
    await state_is(hass, "binary_sensor.garage_connection", "off")

    async def there() -> set[str]:
        states = {
            state["entity_id"]: state["state"]
            for state in await hass.client.get("/api/states")
            if ".garage_" in state["entity_id"]
        }
        assert len(states) > 20
        return {name for name, state in states.items() if state != "unavailable"}

    left = {"binary_sensor.garage_connection", "sensor.garage_last_seen"}
    await poll_until(there, lambda names: names == left)
    await charger.reconnect()
    await state_is(hass, "sensor.garage_status", "finishing")


async def test_a_german_user_reads_german(page: Page, hass: HomeAssistant) -> None:
    await hass.client.command(
        "frontend/set_user_data", key="language", value={"language": "de"}
    )
    await page.evaluate("localStorage.setItem('selectedLanguage', '\"de\"')")
    await page.reload()
    await (
        page.get_by_text("Steuerungen")
        .or_(page.get_by_text("Sensoren"))
        .first.wait_for()
    )
    names = json.loads((COMPONENT / "translations" / "de.json").read_text())["entity"]
    wanted = [names["sensor"]["status"]["state"]["finishing"]]
    for platform, key in (
        ("sensor", "status"),
        ("sensor", "power"),
        ("sensor", "energy"),
        ("sensor", "session_energy"),
        ("switch", "charging"),
        ("button", "unlock"),
    ):
        wanted.append(names[platform][key]["name"])

    async def wrong() -> tuple[list[str], list[str]]:
        """Return what is missing, and what has no words."""
        lines = (await visible_text(page)).splitlines()
        raw = r"component\.|ocpp_cs|[a-z]+_[a-z]+|[{}]"
        return (
            [words for words in wanted if words not in lines],
            [line for line in lines if re.search(raw, line)],
        )

    await poll_until(wrong, lambda found: found == ([], []))
