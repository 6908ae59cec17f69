"""Sentences are recognised by Home Assistant's own assistant, in both languages."""

from collections.abc import AsyncIterator
from pathlib import Path
import re

import pytest
import pytest_asyncio

from devtools.integration import add_server, add_subentry
from devtools.polling import poll
from devtools.process import HomeAssistant
from simulator import Car, Generic

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

ROOT = Path(__file__).parents[2]
CAR = "Generic Simulator"
"""The charger, as it is adopted."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def charger(hass: HomeAssistant, server_port: int) -> AsyncIterator[Generic]:
    """A charger with a car, and two vehicles that are elsewhere."""
    entry = await add_server(hass.client, server_port, unknown="adopt")
    for name in ("Zoe", "ID.4"):
        await add_subentry(hass.client, entry, "vehicle", {"name": name})
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
        said = await say(hass, "Start charging the car now")
        return "is charging" in said

    await poll(started)
    await charger.wait_for(lambda: charger.connectors[1].transaction is not None)
    said = await say(hass, "Hör auf zu laden!", "de")
    assert said == f"{CAR} lädt nicht mehr."
    await charger.wait_for(lambda: charger.connectors[1].transaction is None)
    await charger.wait_idle()


NAMED = {
    "en": (
        ("Is {} full?", "full"),
        ("Is the {} full yet?", "full"),
        ("How full is {}?", "full"),
        ("How full is the {}?", "full"),
        ("How much is my {} charged?", "full"),
        ("When is {} ready?", "else"),
        ("When will the {} be full?", "else"),
        ("How long does the {} still take?", "else"),
        ("Is the {} charging?", "else"),
        ("Why is {} not charging?", "else"),
        ("Charge {}", "else"),
        ("Charge the {} now", "else"),
        ("Start charging {}", "else"),
        ("Charge {} fast", "else"),
        ("Stop charging {}", "else"),
    ),
    "de": (
        ("Ist {} voll?", "full"),
        ("Ist der {} voll?", "full"),
        ("Ist die {} schon geladen?", "full"),
        ("Wie voll ist {}?", "full"),
        ("Wie voll ist der {}?", "full"),
        ("Wann ist der {} fertig?", "else"),
        ("Wie lange lädt {} noch?", "else"),
        ("Lädt der {} gerade?", "else"),
        ("Warum lädt der {} nicht?", "else"),
        ("Lade {}", "else"),
        ("Lade den {}", "else"),
        ("Lade den {} jetzt auf", "else"),
        ("Lade die {} schnell", "else"),
        ("{} laden", "else"),
        ("Hör auf den {} zu laden", "else"),
    ),
}


@pytest.mark.parametrize("language", ["en", "de"])
async def test_a_vehicle_by_its_name(
    hass: HomeAssistant, charger: Generic, language: str
) -> None:
    away = {"en": "ID.4 is not plugged in.", "de": "ID.4 ist nicht angesteckt."}
    unknown = {"en": "I know no", "de": "Ich kenne keine"}

    async def known() -> bool:
        # The names come to the assistant a moment after the vehicle was added.
        return (
            await say(hass, NAMED[language][0][0].format("ID.4"), language)
            == (away[language])
        )

    await poll(known)
    for text, _ in NAMED[language]:
        for name in ("ID.4", "id 4"):
            assert await say(hass, text.format(name), language) == away[language], text
        said = await say(hass, text.format("Twingo"), language)
        assert away[language] not in said
        assert "Zoe" not in said
        if "Start" in text or "Stop" in text:
            assert said.startswith(unknown[language])
    assert charger.connectors[1].transaction is None


@pytest.mark.parametrize(
    ("language", "text", "answer"),
    [
        ("en", "Is the car full?", "how full"),
        ("en", "How full is the car at {}?", "how full"),
        ("en", "When is the car ready?", "waits to be started"),
        ("en", "How long does charging still take?", "waits to be started"),
        ("en", "how long does it still take to charge the car", "waits to be started"),
        ("en", "Is the car charging?", "waits to be started"),
        ("en", "Charge with sun only", "no charge modes"),
        ("en", "Charge the car only with the sun", "no charge modes"),
        ("en", "Set the charge mode of {} to fast", "no charge modes"),
        ("en", "Charge 20 kWh by 7", "cannot do that"),
        ("en", "Charge the car with 20 kWh by 7:30", "cannot do that"),
        ("de", "Ist das Auto voll?", "nicht, wie voll"),
        ("de", "Wie voll ist das Auto an {}?", "nicht, wie voll"),
        ("de", "Wann ist das Auto fertig?", "wartet auf den Start"),
        ("de", "Wie lange dauert das Laden noch?", "wartet auf den Start"),
        ("de", "Wie lange lädt das Auto noch?", "wartet auf den Start"),
        ("de", "Lädt das Auto?", "wartet auf den Start"),
        ("de", "Nur mit Sonne laden", "keine Lademodi"),
        ("de", "Lade das Auto nur mit Sonne", "keine Lademodi"),
        ("de", "Stelle den Lademodus von {} auf Schnell", "keine Lademodi"),
        ("de", "Lade 20 kWh bis 7 Uhr", "kann das nicht"),
        ("de", "Lade das Auto bis 7 Uhr 30 mit 20,5 kWh", "kann das nicht"),
    ],
)
async def test_what_people_say(
    hass: HomeAssistant, charger: Generic, language: str, text: str, answer: str
) -> None:
    # What the simulator did in other tests is over.
    await charger.unplug(1)
    await charger.plug(1, Car(capacity_kwh=1000.0))
    await charger.wait_idle()

    async def answered() -> bool:
        return answer in await say(hass, text.format(CAR), language)

    await poll(answered)


async def test_what_is_proposed_can_be_said(
    hass: HomeAssistant, server_port: int, charger: Generic
) -> None:
    async with Generic(f"ws://127.0.0.1:{server_port}", "CP2", noise=0.0) as other:
        await other.plug(1, Car(capacity_kwh=1000.0))
        await other.wait_idle()
        for text, language in (("Start charging", "en"), ("Starte das Laden", "de")):
            before = {"en": "for example: ", "de": "zum Beispiel: "}[language]

            async def asked(
                text: str = text, language: str = language, before: str = before
            ) -> bool:
                return before in await say(hass, text, language)

            await poll(asked)
            said = await say(hass, text, language)
            example = said.partition(before)[2]
            said = await say(hass, example, language)
            assert "is charging now" in said or "lädt jetzt" in said
            stopped = {"en": "Stop charging", "de": "Hör auf zu laden"}[language]
            assert CAR in await say(hass, stopped, language)
            for one in (charger, other):
                await one.wait_for(
                    lambda one=one: one.connectors[1].transaction is None
                )
                await one.unplug(1)
                await one.plug(1, Car(capacity_kwh=1000.0))
                await one.wait_idle()


async def test_who_is_not_known_is_told(hass: HomeAssistant, charger: Generic) -> None:
    assert await say(hass, "start charging in the cellar") == (
        "I know no charger or vehicle called cellar."
    )


async def test_other_sentences_are_left_to_home_assistant(
    hass: HomeAssistant, charger: Generic
) -> None:
    for text, language in (
        ("is the dishwasher full", "en"),
        ("stop the music", "en"),
        ("how long does it take", "en"),
        ("charge the phone", "en"),
        ("ist der Kühlschrank voll", "de"),
        ("lade die Playlist", "de"),
        ("wie lange läuft der Timer noch", "de"),
        ("wie lange noch", "de"),
    ):
        said = await say(hass, text, language)
        for ours in ("harge", "plugged", "Auto", "Fahrzeug", "Wallbox", CAR):
            assert ours not in said, text


async def test_the_sentences_of_the_documents(
    hass: HomeAssistant, charger: Generic
) -> None:
    text = (ROOT / "docs" / "dashboard.md").read_text(encoding="utf-8")
    rows = [
        re.sub(r"\([^)]*\)", "", row).strip("| ").split("|")
        for row in text.partition("## By voice")[2].splitlines()
        if row.startswith("|") and "---" not in row
    ][1:]
    assert len(rows) >= 9
    for language, column in (("en", 0), ("de", 1)):
        said = [one.strip() for row in rows for one in row[column].split("·")]
        result = await hass.client.command(
            "conversation/agent/homeassistant/debug", sentences=said, language=language
        )
        assert [
            one
            for one, found in zip(said, result["results"], strict=True)
            if not found or found.get("source") != "trigger"
        ] == []
