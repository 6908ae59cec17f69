"""A form of the integration in a browser, on a desktop in English or a phone in German."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Locator, Page, async_playwright, expect

from devtools.process import PASSWORD, USER, HomeAssistant

from .browser import launch, log_in, settle, visible_text
from .conftest import OUTPUT

PICTURES = OUTPUT / "forms"
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 780}

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


@asynccontextmanager
async def logged_in(hass: HomeAssistant, last: str = "last.png") -> AsyncIterator[Page]:
    """A page of a browser that is logged in; `last` is the picture of it at the end."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        page = await browser.new_page(viewport=DESKTOP)
        page.set_default_timeout(60_000)
        await log_in(page, hass.url, USER, PASSWORD)
        yield page
        PICTURES.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=PICTURES / last)
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
        await self.row(name).get_by_role("button", name=button).first.click()
        await self.ready()

    def row(self, name: str) -> Locator:
        """Return the row of something that exists."""
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

    async def toggle(self, label: str) -> None:
        """Turn a switch on or off."""
        row = self.dialog.locator("ha-selector").filter(
            has=self.page.locator(f":text-is('{label}')")
        )
        await row.last.locator("ha-switch").click()

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
