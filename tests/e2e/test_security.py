"""A user turns encryption on with one switch and raises chargers with one button each."""

from collections.abc import AsyncIterator
import re
import ssl

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from playwright.async_api import Locator, Page, expect
import pytest
import pytest_asyncio

from devtools.integration import add_server, adopt, announce
from devtools.polling import poll_until
from devtools.process import HomeAssistant, free_port
from simulator import ChargePoint, Generic, GoE

from .browser import Screenshots, field, open_integrations, row, visible_text

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

SERIAL = "300815"
OTHER_ID = "CP-1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def goe() -> AsyncIterator[GoE]:
    """A go-e as it leaves the factory, but for its HTTP API, which is on."""
    charger = GoE("", SERIAL, http_port=0, time_factor=5, backoff=(0.2, 1.0))
    await charger.start()
    yield charger
    await charger.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def other(server_port: int) -> AsyncIterator[Generic]:
    """A charger that keeps its address when it is told to encrypt."""
    charger = Generic(
        f"ws://127.0.0.1:{server_port}", OTHER_ID, time_factor=5, backoff=(0.2, 1.0)
    )
    await charger.start()
    yield charger
    await charger.stop()


def dialog(page: Page) -> Locator:
    return page.locator("dialog-data-entry-flow")


async def submit(page: Page) -> None:
    await page.get_by_role("button", name="Submit").click()


async def no_raw_texts(page: Page) -> None:
    """Nothing is shown that has no words, or no value for a word in it."""
    await poll_until(
        lambda: visible_text(page, "dialog-data-entry-flow"),
        lambda text: not re.search(r"Translation|component\.|[{}]", text),
    )


async def level_is(hass: HomeAssistant, name: str, level: str) -> None:
    """Wait until a charger's security level is this."""

    async def seen() -> str | None:
        state = await hass.client.state(f"sensor.{name}_security_level")
        return None if state is None else str(state["state"])

    await poll_until(seen, lambda one: one == level)


async def open_security(page: Page, name: str) -> None:
    """Click the gear wheel of a charger, then on Security."""
    its_row = page.locator("ha-config-sub-entry-row", has_text=name)
    await its_row.get_by_role("button", name="Change charger").click()
    await dialog(page).get_by_text("Security", exact=True).click()
    await expect(dialog(page)).to_contain_text(f"Security of {name}")


def speaks_tls(charger: ChargePoint) -> bool:
    """Tell whether the charger's connection is encrypted, as its socket has it."""
    socket = charger.link._ws
    if socket is None:
        return False
    tls = socket.transport.get_extra_info("ssl_object")
    return tls is not None and tls.context.verify_mode is ssl.CERT_REQUIRED


async def test_two_chargers_are_set_up_without_encryption(
    page: Page, hass: HomeAssistant, goe: GoE, other: Generic, server_port: int
) -> None:
    await add_server(hass.client, server_port)
    url = await adopt(hass.client, OTHER_ID, "Carport")
    await other.wait_idle()
    await other.enter_address(url)
    await announce(hass.client, goe)
    await open_integrations(page)
    card = page.locator("ha-config-flow-card", has_text="go-eCharger_V4")
    await card.get_by_role("button", name="Add", exact=True).click()
    await expect(dialog(page)).to_contain_text("Set up this go-eCharger?")
    await submit(page)
    await field(page, "Name").first.fill("Yard")
    await submit(page)
    await page.get_by_text("Change it and connect").click()
    await (
        page.get_by_text("Yard has been added")
        .or_(page.get_by_text("Yard was added"))
        .first.wait_for()
    )
    await page.get_by_role("button", name="Close").last.click()
    await goe.wait_accepted()
    await other.wait_accepted()
    await level_is(hass, "yard", "none")
    await level_is(hass, "carport", "none")
    assert not speaks_tls(goe)
    assert not speaks_tls(other)


async def test_one_switch_turns_encryption_on(
    page: Page, screenshots: Screenshots
) -> None:
    await page.locator("ha-integration-card", has_text="OCPP Central System").click()
    await page.get_by_role("button", name="Configure", exact=True).click()
    await dialog(page).get_by_text("Encryption", exact=True).click()
    await expect(dialog(page)).to_contain_text("You need to know nothing")
    await dialog(page).locator("ha-switch").first.click()
    # Other tests use the usual one.
    await field(page, "Port for encrypted connections").fill(str(free_port()))
    await screenshots.take(page, "encryption", height=900)
    await submit(page)
    await expect(dialog(page)).to_contain_text("Encryption is on")
    await screenshots.take(page, "encrypted", height=900)
    await no_raw_texts(page)


async def test_anybody_can_download_the_certificate_that_is_shown(page: Page) -> None:
    for kind in ("pem", "der"):
        await expect(dialog(page).locator(f"a[href$='/ca.{kind}']")).to_have_count(1)
    links = await dialog(page).locator("a").evaluate_all("all => all.map(a => a.href)")
    pem, der = (
        next(link for link in links if link.endswith(f"/ca.{kind}"))
        for kind in ("pem", "der")
    )
    # Another client, which has not logged in.
    async with aiohttp.ClientSession() as session:
        async with session.get(pem) as answer:
            assert answer.status == 200
            certificate = x509.load_pem_x509_certificate(await answer.read())
        async with session.get(der) as answer:
            assert x509.load_der_x509_certificate(await answer.read()) == certificate
    shown = await dialog(page).locator("pre").inner_text()
    assert (
        re.sub(r"[:\s]", "", shown).lower() == certificate.fingerprint(SHA256()).hex()
    )
    await submit(page)
    await page.get_by_role("button", name=re.compile("Finish|Close")).last.click()


async def test_a_goe_is_raised_with_the_button_in_its_form(
    page: Page, hass: HomeAssistant, goe: GoE, screenshots: Screenshots
) -> None:
    await goe.wait_idle()
    await open_security(page, "Yard")
    await expect(dialog(page)).to_contain_text("not protected")
    await no_raw_texts(page)
    await screenshots.take(page, "security", height=900)
    await dialog(page).get_by_text("Encrypt the connection (recommended)").click()
    await expect(dialog(page)).to_contain_text("Protect Yard better?")
    await no_raw_texts(page)
    await screenshots.take(page, "raise_goe", height=900)
    await submit(page)
    await expect(dialog(page)).to_contain_text("More protection")
    await no_raw_texts(page)
    await expect(dialog(page)).to_contain_text("is connected", timeout=120_000)
    await expect(dialog(page)).to_contain_text("encrypted")
    await no_raw_texts(page)
    await screenshots.take(page, "raised_goe", height=900)
    await page.get_by_role("button", name="Close").last.click()
    assert goe.link.url.startswith("wss://")
    assert speaks_tls(goe)
    await level_is(hass, "yard", "tls")


async def test_a_charger_of_another_make_is_raised_over_ocpp(
    page: Page, hass: HomeAssistant, other: Generic, screenshots: Screenshots
) -> None:
    await open_security(page, "Carport")
    await dialog(page).get_by_text("Encrypt the connection (recommended)").click()
    await expect(dialog(page)).to_contain_text("This cannot be undone from here")
    await submit(page)
    await expect(dialog(page)).to_contain_text("is connected", timeout=120_000)
    await no_raw_texts(page)
    await screenshots.take(page, "raised", height=900)
    password = await dialog(page).locator("code").last.inner_text()
    await page.get_by_role("button", name="Close").last.click()
    assert other.identity.profile == 2
    assert other.identity.password == bytes.fromhex(password)
    assert speaks_tls(other)
    await level_is(hass, "carport", "tls")


async def test_its_level_is_on_its_page(page: Page) -> None:
    await page.get_by_text("Simulator", exact=False).first.click()
    await expect(row(page, "Security level")).to_contain_text("Encrypted")


async def test_it_comes_back_after_a_restart(hass: HomeAssistant, goe: GoE) -> None:
    await hass.stop()
    await goe.wait_for(lambda: not goe.connected)
    await hass.start()
    await level_is(hass, "yard", "tls")
    assert speaks_tls(goe)


async def test_without_encryption_nobody_comes_in_as_that_charger(
    hass: HomeAssistant, other: Generic, server_port: int
) -> None:
    await other.wait_accepted()
    await other.enter_security(0)
    await other.wait_for(lambda: other.link.http_status == 426)
    assert other.link.url.startswith("ws://")

    async def repairs() -> list[str]:
        issues = (await hass.client.command("repairs/list_issues"))["issues"]
        return [issue["translation_key"] for issue in issues]

    await poll_until(repairs, lambda kinds: "not_encrypted" in kinds)
