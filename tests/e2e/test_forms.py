"""The pages for prices and vehicles, as people use them.

On a desktop in English, and on a phone in German: what is entered wrong is told, what is
right is kept, shown again and changed, and then it does what it is for.
"""

from collections.abc import AsyncIterator
import shutil

from playwright.async_api import Locator, Page, async_playwright, expect
import pytest
import pytest_asyncio

from devtools import COMPONENT
from devtools.client import Client
from devtools.integration import add_server
from devtools.polling import poll
from devtools.process import PASSWORD, USER, HomeAssistant
from simulator import Car, GoE

from .browser import launch, log_in, settle, visible_text
from .conftest import OUTPUT

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

# As in all tests: what must come is waited for, however busy the machine is.
expect.set_options(timeout=60_000)

PICTURES = OUTPUT / "forms"
CHARGER = "go_echarger_v4"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 780}

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

_TOO_WIDE = """dialog => {
  const found = [];
  const walk = (node, clipped) => {
    const style = getComputedStyle(node);
    const box = node.getBoundingClientRect();
    if (!clipped && box.width > 0 && box.right > innerWidth + 1) found.push(node.localName);
    const inside = clipped || ["auto", "scroll", "hidden", "clip"].includes(style.overflowX);
    for (const child of (node.shadowRoot ?? node).children) walk(child, inside);
  };
  walk(dialog, false);
  return found;
}"""


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
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        page = await browser.new_page(viewport=DESKTOP)
        page.set_default_timeout(60_000)
        await log_in(page, hass.url, USER, PASSWORD)
        yield page
        PICTURES.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=PICTURES / "last.png")
        await browser.close()


class Form:
    """A form of the integration in its dialog."""

    def __init__(self, page: Page, hass: HomeAssistant, language: str) -> None:
        self.page = page
        self.language = language
        self._url = f"{hass.url}/config/integrations/integration/ocpp_cs"
        self.dialog = page.locator("dialog-data-entry-flow")

    async def visit(self) -> None:
        """Open the page of the integration, in the form's language and size."""
        size = DESKTOP if self.language == "en" else PHONE
        await self.page.evaluate(
            "it => localStorage.setItem('selectedLanguage', JSON.stringify(it))",
            self.language,
        )
        await self.page.goto(self._url)
        await self.page.set_viewport_size(size)
        await self.page.locator("ha-config-entry-row").first.wait_for()

    async def options(self, choice: str) -> None:
        """Open a page of the options."""
        await self.visit()
        configure = {"en": "Configure", "de": "Konfigurieren"}[self.language]
        await self.page.get_by_role("button", name=configure).first.click()
        await self.dialog.get_by_text(choice, exact=True).click()

    async def add(self, button: str) -> None:
        """Open the form of something new."""
        await self.visit()
        await self.page.locator("ha-button", has_text=button).first.click()
        await self.ready()

    async def change(self, name: str, button: str) -> None:
        """Open the form of something that exists."""
        await self.visit()
        await self._row(name).get_by_role("button", name=button).first.click()
        await self.ready()

    def _row(self, name: str) -> Locator:
        return self.page.locator("ha-config-sub-entry-row", has_text=name).first

    async def ready(self) -> None:
        await self.dialog.locator("ha-selector").first.wait_for()

    async def unfold(self, section: str) -> None:
        """Open a section, unless it is open."""
        panel = self.panel(section)
        if not await panel.evaluate("panel => panel.expanded"):
            await panel.locator("#summary").click()
        await expect(panel.locator("ha-selector").first).to_be_visible()

    def panel(self, section: str) -> Locator:
        return self.dialog.locator("ha-expansion-panel").filter(
            has=self.page.locator(f":text-is('{section}')")
        )

    def _label(self, label: str) -> Locator:
        # Those of needed fields end with an asterisk.
        return self.page.locator(f":text-matches('^{label}[ *]*$')")

    def field(self, label: str, section: str | None = None) -> Locator:
        """Return the input with a label."""
        place = self.dialog if section is None else self.panel(section)
        return (
            place.locator("ha-selector")
            .filter(has=self._label(label))
            .locator("input")
            .first
        )

    async def pick(self, label: str, wanted: str) -> None:
        """Choose an entity, by a part of its name."""
        chooser = self.dialog.locator("ha-selector").filter(has=self._label(label))
        await chooser.locator("ha-picker-field").first.click()
        await settle(self.page)
        await self.page.keyboard.type(wanted)
        await (
            self.page.locator("ha-list-item-option, ha-combo-box-item")
            .filter(has_text=wanted)
            .last.click()
        )
        await expect(chooser).to_contain_text(wanted)

    async def choose(self, label: str, option: str) -> None:
        """Choose something in a list that opens."""
        chooser = self.dialog.locator("ha-selector").filter(has_text=label)
        await chooser.last.click()
        await settle(self.page)
        await (
            self.page.locator("ha-dropdown-item, ha-list-item, ha-list-item-option")
            .filter(has_text=option)
            .locator("visible=true")
            .first.click()
        )
        await expect(chooser.last).to_contain_text(option)

    async def clock(self, label: str, hours: str, minutes: str) -> None:
        """Enter a time of the day before noon."""
        chooser = self.dialog.locator("ha-selector").filter(
            has=self.page.locator("ha-selector-time").filter(has=self._label(label))
        )
        inputs = chooser.last.locator("ha-time-input input")
        await expect(inputs).to_have_count(2)
        await inputs.nth(0).fill(hours)
        await inputs.nth(1).fill(minutes)

    async def check(self, text: str) -> None:
        """Click a box or a button of a list."""
        await self.dialog.get_by_text(text, exact=True).last.click()

    async def submit(self) -> None:
        name = {"en": "Submit", "de": "OK"}[self.language]
        await self.dialog.get_by_role("button", name=name, exact=True).last.click()

    async def refused(self, message: str) -> None:
        """Submit, and read what is wrong."""
        await self.submit()
        alert = self.dialog.locator("ha-alert", has_text=message)
        await expect(alert.first).to_be_visible()
        # The form is drawn anew: what is typed before that is lost.
        await settle(self.page)

    async def finish(self) -> None:
        """Submit, and close the dialog that says that it is done."""
        await self.submit()
        names = {"en": ["Finish", "Close"], "de": ["Fertig", "Schließen"]}
        finish, close = names[self.language]
        buttons = self.dialog.get_by_role("button", name=finish)
        await buttons.or_(self.page.get_by_role("button", name=close)).last.click()
        await expect(self.dialog.locator("ha-selector")).to_have_count(0)

    async def look(self, name: str) -> str:
        """Take a picture of all of the form; return its text. It has to fit."""
        await settle(self.page)
        assert await self.dialog.evaluate(_TOO_WIDE) == []
        text = await visible_text(self.page, "dialog-data-entry-flow")
        for wrong in ("undefined", "[object", "component.", "{", "}"):
            assert wrong not in text
        PICTURES.mkdir(parents=True, exist_ok=True)
        size = self.page.viewport_size
        assert size is not None
        await self.page.set_viewport_size({**size, "height": 3000})
        await settle(self.page)
        await self.page.screenshot(path=PICTURES / f"{name}.png")
        await self.page.set_viewport_size(size)
        return text


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
