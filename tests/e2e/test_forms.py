"""The pages for prices and vehicles, as people use them.

On a desktop in English, and on a phone in German: what is entered wrong is told, what is
right is kept, shown again and changed, and then it does what it is for.
"""

from collections.abc import AsyncIterator
import shutil

from playwright.async_api import Page, expect
import pytest
import pytest_asyncio

from devtools import COMPONENT
from devtools.client import Client
from devtools.integration import add_server
from devtools.polling import poll
from devtools.process import HomeAssistant
from simulator import Car, GoE

from .conftest import OUTPUT
from .form import Form, logged_in

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

# As in all tests: what must come is waited for, however busy the machine is.
expect.set_options(timeout=60_000)

CHARGER = "go_echarger_v4"

HELPERS = """
input_number:
  spot_price:
    name: Spot price
    initial: 0.25
    min: -1
    max: 1
    step: 0.01
    unit_of_measurement: EUR/kWh
  range_of_zoe:
    name: Range of Zoe
    initial: 210
    min: 0
    max: 400
    unit_of_measurement: km
  battery_of_zoe:
    name: Battery of Zoe
    initial: 40
    min: 0
    max: 100
    unit_of_measurement: "%"
template:
  - sensor:
      - name: House grid
        # No sun: as time passes five times as fast, the car seems to take 55 kW.
        state: "80000"
        unit_of_measurement: W
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hass() -> AsyncIterator[HomeAssistant]:
    """A Home Assistant with things that can be chosen in forms."""
    folder = OUTPUT / "config_forms"
    shutil.rmtree(folder, ignore_errors=True)
    process = HomeAssistant(folder, extra=HELPERS, components=(COMPONENT,))
    await process.start()
    yield process
    await process.stop()
    assert "Traceback" not in process.log(), f"stack traces in {process.log_file}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def goe(hass: HomeAssistant, server_port: int) -> AsyncIterator[GoE]:
    """A charger with a car; its time passes five times as fast."""
    entry = await add_server(hass.client, server_port, unknown="adopt")
    await hass.client.options(
        entry["entry_id"],
        "solar",
        {"grid_power": ["sensor.house_grid"]},
        {"grid_sign": "import"},
    )
    charger = GoE(
        f"ws://127.0.0.1:{server_port}",
        "237512",
        acs=1,
        time_factor=5,
        backoff=(0.2, 1.0),
    )
    await charger.start()
    await charger.wait_accepted(60)
    await charger.plug(1, Car(capacity_kwh=77.0, soc=30.0))
    yield charger
    await charger.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(hass: HomeAssistant, goe: GoE) -> AsyncIterator[Page]:
    async with logged_in(hass) as page:
        yield page


@pytest.fixture
def english(page: Page, hass: HomeAssistant) -> Form:
    return Form(page, hass, "en")


@pytest.fixture
def german(page: Page, hass: HomeAssistant) -> Form:
    return Form(page, hass, "de")


async def state_of(client: Client, entity_id: str) -> str:
    state = await client.state(entity_id)
    return "" if state is None else str(state["state"])


async def state_is(client: Client, entity_id: str, state: str) -> None:
    async def matches() -> bool:
        return await state_of(client, entity_id) == state

    await poll(matches, patience=60)


# Prices.


async def test_prices_are_entered(english: Form) -> None:
    await english.options("Prices")
    await english.ready()
    text = await english.look("prices-empty-en")
    assert "Fixed price per kWh" in text
    assert "EUR/kWh" in text
    await english.field("Fixed price per kWh").fill("1000000000")
    await english.refused("This must be between -100 and 100000.")
    await english.field("Fixed price per kWh").fill("0.3")
    await english.pick("Price at present", "Range of Zoe")
    await english.refused("Range of Zoe does not tell the price of a kWh.")
    await english.pick("Price at present", "Spot price")
    await english.unfold("Guests")
    await english.check("Fixed price")
    await english.refused("Guests: enter the price per kWh.")
    # Whoever sees the top of the form only is told as well.
    assert "Not saved yet" in await english.look("prices-wrong-en")
    await english.field("Per kWh", "Guests").fill("0.6")
    await english.unfold("VAT and fees")
    await english.field("VAT", "VAT and fees").fill("100")
    await english.finish()


async def test_prices_are_changed_on_a_phone(german: Form) -> None:
    await german.options("Preise")
    await german.ready()
    await expect(german.field("Fester Preis je kWh")).to_have_value("0.3")
    for section in ("Gäste", "Mehrwertsteuer und Gebühren"):
        await german.unfold(section)
    await expect(german.field("Je kWh", "Gäste")).to_have_value("0.6")
    text = await german.look("prices-de")
    # The price of the entity, with VAT.
    assert "0.5000 EUR" in text
    await german.field("Fester Preis je kWh").fill("-500")
    await german.refused("Das muss zwischen -100 und 100000 liegen.")
    await german.look("prices-wrong-de")
    await german.field("Fester Preis je kWh").fill("0.4")
    await german.unfold("Gäste")
    await german.field("Je kWh", "Gäste").fill("0.7")
    await german.finish()
    await german.options("Preise")
    await german.ready()
    await german.unfold("Gäste")
    await expect(german.field("Fester Preis je kWh")).to_have_value("0.4")
    await expect(german.field("Je kWh", "Gäste")).to_have_value("0.7")
    await german.look("prices-changed-de")


async def charge(client: Client, goe: GoE) -> float:
    """Charge for a while, and return the energy in kWh."""
    before = goe.connector(1).register_wh
    switch = {"entity_id": f"switch.{CHARGER}_charging"}
    await client.call("switch.turn_on", switch)
    await goe.wait_for(lambda: goe.connector(1).register_wh > before + 300, 120)
    await client.call("switch.turn_off", switch)
    await goe.wait_for(lambda: goe.connector(1).transaction is None)
    await goe.wait_idle()
    return (goe.connector(1).register_wh - before) / 1000


async def cost_is(client: Client, cost: float) -> None:
    """Wait until the session has cost that, in EUR."""

    async def matches() -> bool:
        seen.append(await state_of(client, f"sensor.{CHARGER}_session_cost"))
        is_number = seen[-1].replace(".", "").isdigit()
        return is_number and float(seen[-1]) == pytest.approx(cost, abs=0.012)

    seen: list[str] = []
    try:
        await poll(matches, patience=60)
    except TimeoutError:
        pytest.fail(f"it costs {seen[-1]}, not {cost}")


async def test_a_session_has_its_cost(hass: HomeAssistant, goe: GoE) -> None:
    """0.25 EUR per kWh, and as much for VAT. Without vehicles nobody is a guest."""
    energy = await charge(hass.client, goe)
    await cost_is(hass.client, energy * 0.5)


# A vehicle.


async def test_a_vehicle_is_entered(english: Form) -> None:
    await english.add("Add vehicle")
    for section in ("When it is plugged in", "Tariff", "Appearance"):
        await english.unfold(section)
    await english.look("vehicle-empty-en")
    await english.field("Name").fill("   ")
    await english.refused("A vehicle needs a name.")
    await english.field("Name").fill("Zoe")
    await english.pick("State of charge", "Range of Zoe")
    await english.refused("Range of Zoe does not tell a percentage.")
    await english.pick("State of charge", "Battery of Zoe")
    await english.unfold("When it is plugged in")
    await english.field("Charge up to", "When it is plugged in").fill("80")
    await english.refused("A state of charge as the target needs the battery capacity.")
    await english.look("vehicle-wrong-en")
    await english.field("Battery capacity").fill("52")
    await english.finish()


async def test_a_vehicle_is_changed_on_a_phone(
    german: Form, hass: HomeAssistant
) -> None:
    await german.change("Zoe", "Fahrzeug ändern")
    await expect(german.field("Batteriekapazität")).to_have_value("52")
    assert "Battery of Zoe" in await german.look("vehicle-de")
    await german.field("Batteriekapazität").fill("0")
    await german.refused("Das muss zwischen 1 und 300 liegen.")
    await german.field("Batteriekapazität").fill("55")
    section = "Beim Anstecken"
    await german.unfold(section)
    await expect(german.field("Laden bis", section)).to_have_value("80")
    await german.choose("Lademodus", "Schnell")
    await german.clock("Fertig um", "6", "30")
    await german.field("Sofort bis", section).fill("150")
    await german.refused("Sofort bis muss zwischen 1 und 100 liegen.")
    await german.look("vehicle-wrong-de")
    # What was typed beside it is still there.
    await expect(german.field("Batteriekapazität")).to_have_value("55")
    await german.field("Sofort bis", section).fill("")
    await german.finish()
    await german.change("Zoe", "Fahrzeug ändern")
    await german.unfold(section)
    text = await german.look("vehicle-changed-de")
    assert "Schnell" in text
    await expect(german.field("Batteriekapazität")).to_have_value("55")
