"""What a user does in Home Assistant's pages, and sees there.

Home Assistant's pages are made of nested shadow roots, which Playwright's selectors see
through. What is looked for is what a user would look for: texts and roles.
"""

import math
import os
from pathlib import Path
import re
from typing import Any

from playwright.async_api import Browser, Locator, Page, Playwright, expect

_PATIENCE_MS = 60_000
"""How long is waited for what must come, on a machine that is busy."""
_DRAWING_PATIENCE_MS = 300_000
"""A busy machine takes long to draw."""
VIEWPORT = {"width": 1280, "height": 900}

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # Without these it looks up its maker's servers at each start.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=_PATIENCE_MS)

_VISIBLE_TEXT = """root => {
  const words = [];
  const walk = node => {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = node.textContent.trim();
      if (text) words.push(text);
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE && node.nodeType !== Node.DOCUMENT_FRAGMENT_NODE) return;
    if (node.nodeType === Node.ELEMENT_NODE) {
      if (["STYLE", "SCRIPT", "TEMPLATE"].includes(node.tagName)) return;
      if (getComputedStyle(node).display === "none") return;
      if (node.tagName === "SLOT") {
        const assigned = node.assignedNodes();
        (assigned.length ? assigned : [...node.childNodes]).forEach(walk);
        return;
      }
    }
    [...(node.shadowRoot ?? node).childNodes].forEach(walk);
  };
  walk(root);
  return words;
}"""


async def launch(playwright: Playwright) -> Browser:
    """Start Chromium: the one that scripts/test found, or Debian's."""
    return await playwright.chromium.launch(
        executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=_FLAGS
    )


async def new_page(browser: Browser, **context: Any) -> Page:
    """Return a page of a browser that nobody has used; `context` is how it is."""
    page = await (await browser.new_context(**context)).new_page()
    page.set_default_timeout(_PATIENCE_MS)
    return page


async def log_in(page: Page, url: str, user: str, password: str) -> None:
    """Log in by typing; the start page is open afterwards."""
    await page.goto(url)
    await page.locator("input[name=username]").fill(user)
    await page.locator("input[name=password]").fill(password)
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_text("Settings", exact=True).first.wait_for()


async def open_integrations(page: Page) -> None:
    """Go to Settings > Devices & services by clicking."""
    await page.get_by_text("Settings", exact=True).first.click()
    await page.get_by_text("Devices & services").first.click()
    await page.get_by_role("button", name="Add integration").wait_for()


def field(page: Page, label: str) -> Locator:
    """Return the input of a form that has this label."""
    return page.locator("ha-selector", has_text=label).locator("input")


def row(page: Page, name: str) -> Locator:
    """Return the row of an entity on a device's page; its inner text is the value."""
    return page.locator("hui-generic-entity-row").filter(
        has=page.locator(f":text-is('{name}')")
    )


def switch(page: Page, name: str) -> Locator:
    """Return a switch, to be clicked; `name` is the device's and the entity's."""
    # What has the role lies below what is drawn, and cannot be hit.
    control = page.get_by_role("switch", name=f"Toggle {name}", exact=True)
    return page.locator("ha-switch").filter(has=control)


def number_in(text: str) -> float:
    """Return the number that Home Assistant shows in English, as in 11,043 W."""
    found = re.search(r"-?[\d,]+(\.\d+)?", text)
    assert found, f"no number in {text!r}"
    return float(found[0].replace(",", ""))


def value(state: str) -> float:
    """Return the number that a state is; nan, which fits nowhere, where it is none."""
    try:
        return float(state)
    except ValueError:
        return math.nan


async def visible_text(page: Page, selector: str = "partial-panel-resolver") -> str:
    """Return all text of a part of the page, by default all beside the sidebar."""
    words = await page.locator(selector).first.evaluate(_VISIBLE_TEXT)
    return "\n".join(words)


async def settle(page: Page) -> None:
    """Wait until nothing moves any more, as before a screenshot."""
    await page.wait_for_load_state("networkidle")
    await page.wait_for_timeout(800)


class Screenshots:
    """Takes screenshots, for the README where that is wanted."""

    def __init__(
        self, folder: Path, *, posed: bool, shown: frozenset[str] = frozenset()
    ) -> None:
        """Put them into `folder`; `posed` are those that somebody will look at.

        Of those, `shown` are kept: the names of the pictures in the documents.
        """
        self.folder = folder
        self._shown = shown
        self.posed = posed

    async def pose(self, page: Page, minutes: float = 1.25) -> None:
        """Let a session become some minutes old before it is shown."""
        if self.posed:
            await page.wait_for_timeout(minutes * 60_000)

    async def take(self, page: Page, name: str, height: int = 0) -> Path:
        """Take one of the window, which is made so high for it."""
        path = self.folder / f"{name}.png"
        if self.posed and name not in self._shown:
            return path
        self.folder.mkdir(parents=True, exist_ok=True)
        if height:
            before = page.viewport_size
            assert before is not None
            await page.set_viewport_size({**before, "height": height})
            await settle(page)
            await page.screenshot(path=path, timeout=_DRAWING_PATIENCE_MS)
            await page.set_viewport_size(before)
        else:
            await settle(page)
            await page.screenshot(path=path, timeout=_DRAWING_PATIENCE_MS)
        return path
