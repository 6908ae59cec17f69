"""Sentences are recognised by Home Assistant's own assistant, in both languages."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from devtools.integration import add_server
from devtools.polling import poll
from devtools.process import HomeAssistant
from simulator import Car, Generic

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def charger(hass: HomeAssistant, server_port: int) -> AsyncIterator[Generic]:
    """A charger with a car."""
    await add_server(hass.client, server_port, unknown="adopt")
    async with Generic(f"ws://127.0.0.1:{server_port}", "CP1", noise=0.0) as one:
        await one.plug(1, Car(capacity_kwh=1000.0))
        await one.wait_idle()
        yield one


async def say(hass: HomeAssistant, text: str, language: str = "en") -> str:
    """Return what the assistant answers."""
    answer = await hass.client.post(
        "/api/conversation/process", {"text": text, "language": language}
    )
    speech: str = answer["response"]["speech"]["plain"]["speech"]
    return speech


async def test_charging_is_started_and_stopped(
    hass: HomeAssistant, charger: Generic
) -> None:
    async def started() -> bool:
        return "has been started at" in await say(hass, "Start charging the car now")

    await poll(started)
    await charger.wait_for(lambda: charger.connectors[1].transaction is not None)

    async def measured() -> bool:
        said = await say(hass, "Is my car full?")
        # The second one as soon as the charger has told of its car.
        return "is not full yet" in said or "Generic Simulator is at" in said

    await poll(measured)
    await charger.wait_idle()
    said = await say(hass, "Hör auf zu laden!", "de")
    assert "wurde beendet" in said
    await charger.wait_for(lambda: charger.connectors[1].transaction is None)


async def test_who_is_not_known_is_told(hass: HomeAssistant, charger: Generic) -> None:
    assert await say(hass, "start charging in the cellar") == (
        "I know no charger or vehicle called cellar."
    )
    said = await say(hass, "Stelle den Lademodus auf Turbo", "de")
    assert said.startswith("Ich kenne keinen Lademodus")


async def test_other_sentences_are_left_to_home_assistant(hass: HomeAssistant) -> None:
    for text, language in (
        ("is the dishwasher full", "en"),
        ("stop the music", "en"),
        ("ist der Kühlschrank voll", "de"),
    ):
        said = await say(hass, text, language)
        assert "harge" not in said
        assert "Auto" not in said
