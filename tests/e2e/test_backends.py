"""A backend is added, goes wrong, and is changed, by clicks.

On a desktop in English, and on a phone in German. The backend is a central system of
this test, which wants a password.
"""

from collections.abc import AsyncIterator
import shutil

from playwright.async_api import Page, expect
import pytest
import pytest_asyncio

from custom_components.ocpp_cs.csms.model.security import SecurityRules
from custom_components.ocpp_cs.csms.security.passwords import hashed
from custom_components.ocpp_cs.csms.transactions.ledger import MemoryStore
from devtools import COMPONENT
from devtools.client import Client
from devtools.integration import add_server
from devtools.polling import poll
from devtools.process import HomeAssistant
from simulator import Car, Generic
from tests.csms.test_central_system import World

from .browser import settle, visible_text
from .conftest import OUTPUT
from .form import PICTURES, Form, logged_in

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

expect.set_options(timeout=60_000)

SECRET = "correct-horse-battery"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hass() -> AsyncIterator[HomeAssistant]:
    """A Home Assistant of its own."""
    folder = OUTPUT / "config_backends"
    shutil.rmtree(folder, ignore_errors=True)
    process = HomeAssistant(folder, components=(COMPONENT,))
    await process.start()
    yield process
    await process.stop()
    log = process.log()
    # The browser may leave a page while Home Assistant's own websocket writes to it.
    traces = [
        one
        for one in log.split("Traceback")[1:]
        if "Cannot write to closing transport" not in one
    ]
    assert not traces, f"stack traces in {process.log_file}"
    assert SECRET not in log
    assert "Detected blocking call" not in log


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def employer() -> AsyncIterator[World]:
    """The backend, which wants a password of the charger."""
    world = World(MemoryStore())
    await world.start()
    charge_point = world.adopt("BOX")
    charge_point.security_rules = SecurityRules(
        password_needed=True, passwords=(hashed(SECRET),)
    )
    yield world
    await world.central_system.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def charger(hass: HomeAssistant, server_port: int) -> AsyncIterator[Generic]:
    """A charger of the house, with a car."""
    await add_server(hass.client, server_port, unknown="adopt")
    charger = Generic(
        f"ws://127.0.0.1:{server_port}", "BOX", time_factor=5, backoff=(0.2, 1.0)
    )
    await charger.start()
    await charger.wait_accepted(60)
    await charger.plug(1, Car(capacity_kwh=77.0, soc=30.0))
    yield charger
    await charger.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(hass: HomeAssistant, charger: Generic) -> AsyncIterator[Page]:
    async with logged_in(hass) as page:
        yield page


@pytest.fixture
def english(page: Page, hass: HomeAssistant) -> Form:
    return Form(page, hass, "en")


@pytest.fixture
def german(page: Page, hass: HomeAssistant) -> Form:
    return Form(page, hass, "de")


async def state_is(client: Client, name: str, wanted: str) -> str:
    """Return the entity of the backend with that name, once it has that state."""
    seen: list[str] = []

    async def matches() -> bool:
        seen[:] = [
            one["entity_id"]
            for one in await client.command("get_states")
            if ".employer_" in one["entity_id"]
            and one["entity_id"].endswith(f"_{name}")
            and one["state"] == wanted
        ]
        return bool(seen)

    await poll(matches, patience=60)
    return seen[0]


async def test_a_backend_is_entered(english: Form, employer: World) -> None:
    """Wrong at first: the address, then the password."""
    url = f"ws://127.0.0.1:{employer.central_system.port}/ocpp"
    await english.add("Add backend")
    await english.unfold("Certificates")
    await english.look("backend-empty-en")
    await english.field("Name").fill("Employer")
    await english.field("Address").fill("employer.example")
    await english.refused(
        "The address has to look like this: wss://ocpp.example.com/path."
    )
    await english.look("backend-wrong-en")
    await english.field("Address").fill(url)
    await english.field("Password", "Login").fill("wrong")
    await english.submit()
    await expect(english.dialog.get_by_text("What may Employer do?")).to_be_visible()
    for section in ("Cards", "Vendor messages"):
        await english.unfold(section)
    await english.look("backend-rights-en")
    await english.toggle("I may charge although it allows nothing")
    await english.refused("only makes sense together with “Limit the current”.")
    await english.toggle("Limit the current")
    await english.submit()
    wrong = english.dialog.get_by_text("The backend refuses the login.")
    await expect(wrong).to_be_visible()
    text = await english.look("backend-not-connected-en")
    assert "Save it all the same" in text
    await english.check("Change what I entered")
    await english.ready()
    await expect(english.field("Address")).to_have_value(url)
    await english.field("Password", "Login").fill(SECRET)
    await english.finish()


async def test_it_is_told_of_a_session(
    english: Form, hass: HomeAssistant, charger: Generic, employer: World
) -> None:
    await state_is(hass.client, "connection", "on")
    charger.start_transaction(charger.connector(1), "TAG1")
    told = employer.ledger.at_hand

    async def is_told() -> bool:
        return bool(told("BOX"))

    await poll(is_told, patience=60)
    charger.stop_transaction(charger.connector(1), "Local")

    async def has_ended() -> bool:
        return told("BOX")[0].end is not None

    await poll(has_ended, patience=60)
    await state_is(hass.client, "waiting_messages", "0")
    # The device of the backend.
    (device,) = (
        one["id"]
        for one in await hass.client.command("config/device_registry/list")
        if one["name"] == "Employer"
    )
    # The frontend may still be on its way to another page.
    await english.visit()
    await english.page.goto(f"{hass.url}/config/devices/device/{device}")
    await english.page.get_by_text("Last confirmed session").first.wait_for()
    await settle(english.page)
    await english.page.screenshot(path=PICTURES / "backend-device-en.png")
    text = await visible_text(english.page, "home-assistant")
    assert "Employer" in text
    assert SECRET not in text


async def test_it_is_changed_on_a_phone(
    german: Form, hass: HomeAssistant, employer: World
) -> None:
    # As the page of the user's profile does it: sentences that code makes follow it.
    await hass.client.command(
        "frontend/set_user_data", key="language", value={"language": "de"}
    )
    await german.visit()
    await german.row("Employer").get_by_role("button", name="Backend ändern").click()
    menu = german.dialog.get_by_text("Was es erfährt und was es darf", exact=True)
    await menu.wait_for()
    text = await german.look("backend-menu-de")
    assert "Nachrichten, die darauf warten: 0" in text
    await menu.click()
    await german.ready()
    for section in ("Karten", "Nachrichten des Herstellers"):
        await german.unfold(section)
    lines = german.panel("Karten").locator("textarea")
    await lines.fill("PRIVAT")
    await german.refused("Diese Zeile sagt nicht")
    await german.look("backend-rights-wrong-de")
    await lines.fill("PRIVAT=FIRMA")
    await german.finish()
    await german.visit()
    await german.row("Employer").get_by_role("button", name="Backend ändern").click()
    await german.check("Adresse, Anmeldung und Wallboxen")
    await german.ready()
    await expect(german.field("Passwort", "Anmeldung")).to_have_value("")
    text = await german.look("backend-connection-de")
    assert SECRET not in text
    await german.field("Passwort", "Anmeldung").fill("falsch")
    await german.submit()
    wrong = german.dialog.get_by_text("Das Backend lehnt die Anmeldung ab.")
    await expect(wrong).to_be_visible()
    await german.look("backend-not-connected-de")
    await german.check("Trotzdem speichern")
    close = german.page.get_by_role("button", name="Schließen")
    await close.or_(german.dialog.get_by_role("button", name="Fertig")).last.click()
    # Only that connection is made anew; the charger of the house stays.
    await state_is(hass.client, "last_error", "unauthorized")
