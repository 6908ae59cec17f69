"""One Home Assistant and one browser for all tests of a module.

The tests of a module are the steps of one story, in the order of the file. When a
step fails, the rest is skipped, and the page as it was lies in .dev/e2e.
"""

from collections.abc import AsyncIterator, Generator
import os
import re
import shutil

from playwright.async_api import Page, async_playwright
import pytest
import pytest_asyncio

from devtools import COMPONENT, DEV, MDNS_STAND_IN, ROOT
from devtools.process import PASSWORD, USER, HomeAssistant, free_port

from .browser import VIEWPORT, Screenshots, launch, log_in, new_page

OUTPUT = DEV / "e2e"

_failed_in: pytest.StashKey[str] = pytest.StashKey()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember in which module a step failed."""
    report = yield
    if report.failed:
        assert item.parent is not None
        item.parent.stash[_failed_in] = item.name
    return report


@pytest.fixture(autouse=True)
def _story(request: pytest.FixtureRequest) -> None:
    assert request.node.parent is not None
    if (step := request.node.parent.stash.get(_failed_in, None)) is not None:
        pytest.skip(f"the step before failed: {step}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hass() -> AsyncIterator[HomeAssistant]:
    """A new Home Assistant, onboarded, without the integration."""
    config_dir = OUTPUT / "config"
    shutil.rmtree(config_dir, ignore_errors=True)
    process = HomeAssistant(
        config_dir,
        extra="\nmdns_stand_in:\n",
        components=(COMPONENT, MDNS_STAND_IN),
    )
    await process.start()
    yield process
    await process.stop()
    log = process.log()
    assert "Traceback" not in log, f"stack traces in {process.log_file}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(
    hass: HomeAssistant, request: pytest.FixtureRequest
) -> AsyncIterator[Page]:
    """A page in which the user has logged in."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        page = await new_page(browser, viewport=VIEWPORT)
        await log_in(page, hass.url, USER, PASSWORD)
        yield page
        if (step := request.node.stash.get(_failed_in, None)) is not None:
            await page.screenshot(path=OUTPUT / f"failed-{step}.png")
        await browser.close()


@pytest.fixture(scope="module")
def server_port() -> int:
    """Return the port of the OCPP server."""
    return free_port()


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Screenshots:
    """Take screenshots; with `scripts/pictures` they go to docs/images."""
    if os.environ.get("UPDATE_SCREENSHOTS") == "1":
        pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
        texts = "".join(page.read_text(encoding="utf-8") for page in pages)
        shown = frozenset(re.findall(r"images/([\w-]+)\.png", texts))
        return Screenshots(ROOT / "docs" / "images", posed=True, shown=shown)
    return Screenshots(tmp_path_factory.mktemp("screenshots"), posed=False)
