"""What sentences do, and what is answered. That they are recognised is in tests/e2e."""

import asyncio
from typing import Any

from homeassistant.auth.models import User
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest

from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.voice.sentences import SENTENCES, Command
from custom_components.ocpp_cs.voice.voice import Spoken, async_answer
from simulator import Car, Generic
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.entities import entity_id, settle, value_of

pytestmark = pytest.mark.usefixtures("setup_integration")

TWO = [charger_subentry("CP1", "Garage"), charger_subentry("CP2", "Carport")]


@pytest.fixture
def subentries() -> list[Any]:
    """Return one charger."""
    return [charger_subentry("CP1", "Garage")]


@pytest.fixture
def options() -> dict[str, Any]:
    """Return the options of a server with charge modes."""
    return {
        "solar": {
            "grid_power": "sensor.grid",
            "grid_sign": "import",
            "battery_sign": "discharging",
        }
    }


@pytest.fixture(autouse=True)
async def core(hass: HomeAssistant) -> None:
    """Set up what knows the entities that are exposed to assistants."""
    assert await async_setup_component(hass, "homeassistant", {})


async def say(
    hass: HomeAssistant,
    command: Command,
    place: str | None = None,
    *,
    language: str = "en",
    **more: Any,
) -> str:
    """Return the answer."""
    async with asyncio.timeout(60):
        answer = await async_answer(
            hass, command, place=place, language=language, **more
        )
    await settle(hass)
    return answer


async def plugged(hass: HomeAssistant, hub: Hub, one: Generic, key: str) -> None:
    """Plug a car in."""
    await one.plug(1, Car(soc=40))
    connector = next(
        each.charge_point.connector(1)
        for each in hub.chargers.values()
        if each.charge_point.id == key
    )
    await wait_for(hass, lambda: connector.plugged_in)


async def test_start_and_stop(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    one = await charger()
    await plugged(hass, hub, one, "CP1")
    assert await say(hass, Command.START) == "Charging has been started at Garage."
    await wait_for(hass, lambda: value_of(hass, "CP1/1/charging", "switch") == "on")
    await wait_for(hass, lambda: one.outbox.idle)
    # Saying it again does nothing, as with the switch.
    assert await say(hass, Command.START, "the garage") == (
        "Charging has been started at Garage."
    )
    assert await say(hass, Command.STOP, "Garage", language="de") == (
        "Das Laden an Garage wurde beendet."
    )
    await wait_for(hass, lambda: value_of(hass, "CP1/1/charging", "switch") == "off")


@pytest.mark.parametrize("subentries", [TWO])
async def test_which_one(hass: HomeAssistant, hub: Hub, charger: AddCharger) -> None:
    one, two = await charger("CP1"), await charger("CP2")
    assert await say(hass, Command.START) == (
        "No car is plugged in that could be charged."
    )
    assert await say(hass, Command.STOP) == "Nothing is being charged."
    assert await say(hass, Command.FULL, "Carport") == (
        "No car is plugged in at Carport."
    )
    await plugged(hass, hub, one, "CP1")
    await plugged(hass, hub, two, "CP2")
    assert await say(hass, Command.START) == "Which one? Garage, Carport?"
    assert await say(hass, Command.START, "cellar") == (
        "I know no charger or vehicle called cellar."
    )
    assert await say(hass, Command.START, "carp") == (
        "Charging has been started at Carport."
    )
    await wait_for(hass, lambda: value_of(hass, "CP2/1/charging", "switch") == "on")
    await wait_for(hass, lambda: two.outbox.idle)
    # What is left is the other one; and what runs is one.
    assert await say(hass, Command.STOP) == "Charging has been stopped at Carport."
    # As the user calls it.
    garage = next(iter(hub.chargers.values()))
    dr.async_get(hass).async_update_device(
        garage.device_id, name_by_user="Anna's place"
    )
    assert await say(hass, Command.START, "Anna's Place") == (
        "Charging has been started at Anna's place."
    )


async def test_modes(hass: HomeAssistant, hub: Hub, charger: AddCharger) -> None:
    await charger()
    for words, language, option, answer in (
        ("sun only", "en", "solar", "Garage is on Sun only now."),
        ("Schnell", "de", "fast", "Garage steht jetzt auf Schnell."),
        ("minimum und sonne", "de", "min_solar", None),
        ("the sun", "en", "solar", None),
    ):
        said = await say(hass, Command.MODE, mode=words, language=language)
        assert answer is None or said == answer
        assert value_of(hass, "CP1/1/charge_mode", "select") == option
    assert await say(hass, Command.MODE, mode="turbo") == (
        "I know no charge mode called turbo."
    )


@pytest.mark.parametrize("options", [{}])
async def test_without_modes(hass: HomeAssistant, charger: AddCharger) -> None:
    await charger()
    assert await say(hass, Command.MODE, mode="fast") == "Garage cannot do that."


async def test_is_it_full(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The charger tells of its car whenever it likes.
    told: dict[str, str | None] = {"soc": None}
    real = Spoken.state

    def state(place: Spoken, hass: HomeAssistant, entity: str) -> str | None:
        key = entity.removeprefix("sensor.")
        return told[key] if key in told else real(place, hass, entity)

    monkeypatch.setattr(Spoken, "state", state)
    one = await charger()
    await plugged(hass, hub, one, "CP1")
    assert await say(hass, Command.FULL) == (
        "I do not know how full the car at Garage is."
    )
    await one.present_card("TAG", 1)
    await wait_for(hass, lambda: value_of(hass, "CP1/1/charging", "switch") == "on")
    for key in ("charging_state", "soc"):
        assert entity_id(hass, "sensor", f"CP1/1/{key}")
    assert (await say(hass, Command.FULL)).startswith(
        "The car at Garage is not full yet. It has got 0."
    )
    told["soc"] = "79.6"
    assert await say(hass, Command.FULL) == "The car at Garage is at 80 %."
    told["charging_state"] = "full"
    assert await say(hass, Command.FULL, language="de") == (
        "Ja, das Auto an Garage ist voll."
    )


@pytest.mark.parametrize("subentries", [[]])
async def test_without_a_charger(hass: HomeAssistant) -> None:
    for command in Command:
        said = await say(hass, command, mode="fast")
        assert said == "No charger is set up."


@pytest.mark.parametrize("subentries", [TWO])
async def test_what_is_not_exposed_is_not_there(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    one, two = await charger("CP1"), await charger("CP2")
    await plugged(hass, hub, one, "CP1")
    await plugged(hass, hub, two, "CP2")
    async_expose_entity(
        hass, "conversation", entity_id(hass, "switch", "CP1/1/charging"), False
    )
    assert await say(hass, Command.START, "Garage") == (
        "I know no charger or vehicle called Garage."
    )
    assert await say(hass, Command.START) == "Charging has been started at Carport."
    await wait_for(hass, lambda: value_of(hass, "CP2/1/charging", "switch") == "on")
    assert value_of(hass, "CP1/1/charging", "switch") == "off"
    async_expose_entity(
        hass, "conversation", entity_id(hass, "switch", "CP2/1/charging"), False
    )
    for command in Command:
        said = await say(hass, command, mode="fast")
        assert said == "No charger is exposed to voice assistants."


async def test_permissions_apply(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    hass_read_only_user: User,
) -> None:
    one = await charger()
    await plugged(hass, hub, one, "CP1")
    with pytest.raises(Unauthorized):
        await say(hass, Command.START, context=Context(user_id=hass_read_only_user.id))
    assert value_of(hass, "CP1/1/charging", "switch") == "off"


def test_every_sentence_is_of_charging() -> None:
    """A sentence with any words must not take those that are meant for others."""
    assert SENTENCES.keys() == set(Command)
    for sentences in SENTENCES.values():
        for one in sentences:
            words = one.lower()
            assert any(each in words for each in ("charg", "lade", "car|", "auto|")), (
                one
            )
