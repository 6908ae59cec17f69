"""What sentences do, and what is answered. That they are recognised is in tests/e2e."""

import asyncio
from datetime import time, timedelta
from typing import Any

from homeassistant.auth.models import User
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import area_registry as ar, device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest

from custom_components.ocpp_cs.const import CONF_CONNECTORS
from custom_components.ocpp_cs.hub import Hub
from custom_components.ocpp_cs.plans.model import PlanState, Shown
from custom_components.ocpp_cs.sensor.charging_state import ChargingState
from custom_components.ocpp_cs.smart_charging.planning.model import PlanSlot
from custom_components.ocpp_cs.voice import commands, facts
from custom_components.ocpp_cs.voice.commands import Said, async_answer
from custom_components.ocpp_cs.voice.places import all_names, all_places
from custom_components.ocpp_cs.voice.sentences import Command
from custom_components.ocpp_cs.voice.speech import async_speech
from simulator import Car, Generic
from tests.integration.conftest import AddCharger, charger_subentry, wait_for
from tests.integration.helpers.control import House, fixture_house, mode  # noqa: F401 - pytest looks for fixtures here
from tests.integration.helpers.entities import entity_id, settle, value_of
from tests.integration.helpers.vehicles import choose, comes, vehicle_subentry

pytestmark = pytest.mark.usefixtures("setup_integration")

TWO = [charger_subentry("CP1", "Garage"), charger_subentry("CP2", "Carport")]
SOC = "sensor.zoe_soc"
CARS = [
    *TWO,
    vehicle_subentry("Zoe", soc_entity=SOC, capacity_kwh=50.0),
    vehicle_subentry("ID.4"),
]
RUNS = "CP1/1/charging"


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
async def core(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set up what knows the entities that are exposed to assistants."""
    assert await async_setup_component(hass, "homeassistant", {})
    # What must come is waited for.
    monkeypatch.setattr(commands, "_PATIENCE_S", 60.0)


async def say(
    hass: HomeAssistant,
    command: Command,
    place: str | None = None,
    *,
    language: str = "en",
    **more: Any,
) -> str:
    """Return the answer to a sentence with the words for a place, or without."""
    async with asyncio.timeout(90):
        answer = await async_answer(
            hass, Said(command=command, words=place, **more), language
        )
    await settle(hass)
    return answer


async def plugged(
    hass: HomeAssistant, hub: Hub, one: Generic, key: str, **car: Any
) -> None:
    """Plug a car in."""
    await one.plug(1, Car(**{"soc": 40, "capacity_kwh": 1000.0, **car}))
    connector = hub.central_system.charge_points[key].connector(1)
    await wait_for(hass, lambda: connector.plugged_in and one.outbox.idle)


async def test_start_and_stop(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    one = await charger()
    assert await say(hass, Command.START) == "No car is plugged in at Garage."
    assert await say(hass, Command.STOP) == "No car is plugged in at Garage."
    assert value_of(hass, RUNS, "switch") == "off"
    await plugged(hass, hub, one, "CP1")
    assert await say(hass, Command.START) == "The car at Garage is charging now."
    assert value_of(hass, RUNS, "switch") == "on"
    assert await say(hass, Command.START, "the garage") == (
        "The car at Garage is charging already."
    )
    assert await say(hass, Command.START, "Garage", language="de") == (
        "Das Fahrzeug an der Wallbox Garage lädt schon."
    )
    assert await say(hass, Command.STOP, "Garage", language="de") == (
        "Garage lädt nicht mehr."
    )
    assert value_of(hass, RUNS, "switch") == "off"
    # Its status comes later.
    await wait_for(hass, lambda: one.outbox.idle)
    await wait_for(hass, lambda: value_of(hass, "CP1/1/status") == "finishing")
    assert await say(hass, Command.STOP) == "Nothing is being charged at Garage."


async def test_what_the_charger_makes_of_it_is_told(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = await charger()
    await plugged(hass, hub, one, "CP1")
    answers = {"status": "Rejected"}
    monkeypatch.setitem(one._handlers, "RemoteStartTransaction", lambda *_: answers)
    assert await say(hass, Command.START) == "Garage has refused that."
    answers["status"] = "Accepted"
    monkeypatch.setattr(commands, "_PATIENCE_S", 0.05)
    assert await say(hass, Command.START) == (
        "Garage has accepted the start, but charging has not begun yet."
    )
    assert await say(hass, Command.START, language="de") == (
        "Garage hat den Start angenommen, lädt aber noch nicht."
    )
    await one.set_status(1, "Faulted", error_code="GroundFailure")
    await wait_for(hass, lambda: value_of(hass, "CP1/1/charging_state") == "fault")
    assert await say(hass, Command.START) == "Garage reports a fault."
    await one.stop()
    await wait_for(hass, lambda: not hub.central_system.charge_points["CP1"].connected)
    for command in (Command.START, Command.STOP, Command.FAST, Command.STATUS):
        assert await say(hass, command) == "Garage is not connected."
    assert (
        await say(hass, Command.READY, language="de") == "Garage ist nicht verbunden."
    )


async def test_a_pause_is_ended_by_a_start(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    one = await charger()
    await plugged(hass, hub, one, "CP1")
    await say(hass, Command.START)
    await hass.services.async_call(
        "switch",
        "turn_on",
        {"entity_id": entity_id(hass, "switch", "CP1/1/paused")},
        blocking=True,
    )
    await wait_for(hass, lambda: value_of(hass, "CP1/1/charging_state") == "paused")
    assert await say(hass, Command.STATUS) == "The car at Garage is paused."
    assert await say(hass, Command.START) == "The car at Garage is charging now."
    assert value_of(hass, "CP1/1/paused", "switch") == "off"


async def test_it_waits_for_the_sun(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    house.grid(500)
    one = await charger()
    await plugged(hass, hub, one, "CP1")
    await mode(hass, "solar")
    await house.later(hub, 10)
    assert await say(hass, Command.START) == (
        "The car at Garage waits for the sun. "
        "To charge at once, say: charge Garage fast."
    )
    assert await say(hass, Command.STATUS, language="de") == (
        "Das Fahrzeug an der Wallbox Garage wartet auf die Sonne."
    )
    assert await say(hass, Command.READY) == "The car at Garage waits for the sun."


async def test_it_waits_for_its_plan(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house.grid(500)
    one = await charger()
    await plugged(hass, hub, one, "CP1")
    await mode(hass, "solar")
    await house.later(hub, 10)
    now = dt_util.utcnow().replace(second=0, microsecond=0)
    start, end = now + timedelta(hours=5), now + timedelta(hours=7)
    slots = (PlanSlot(start=start, end=end, power_w=11_000.0, price=None),)
    waiting = Shown(state=PlanState.WAITING, slots=slots)
    monkeypatch.setattr(hub.charge_plans, "shown", lambda _: waiting)
    speech = await async_speech(hass, "en")
    told = (
        "The car at Garage waits for the sun, "
        f"and charges by its plan from {speech.clock(start)} on."
    )
    assert await say(hass, Command.STATUS) == told
    assert await say(hass, Command.READY) == (
        f"{told} It will be ready at {speech.clock(end)}."
    )
    assert await say(hass, Command.START) == (
        f"{told} To charge at once, say: charge Garage fast."
    )
    # It is not the sun that is waited for.
    monkeypatch.setattr(
        facts, "charging_state", lambda *_: ChargingState.PAUSED_BY_CHARGER
    )
    assert await say(hass, Command.STATUS) == (
        f"The car at Garage waits for its plan until {speech.clock(start)}."
    )
    monkeypatch.setattr(facts, "charging_state", lambda *_: ChargingState.CHARGING)
    assert (await say(hass, Command.STATUS)).startswith("The car at Garage is charging")


@pytest.mark.parametrize("subentries", [TWO])
async def test_the_only_one_that_does_not_charge_is_started(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    house.grid(500)
    one, two = await charger("CP1"), await charger("CP2")
    await plugged(hass, hub, one, "CP1")
    await plugged(hass, hub, two, "CP2")
    await mode(hass, "solar")
    await house.later(hub, 10)
    await say(hass, Command.START, "Carport")
    assert (await say(hass, Command.START)).startswith(
        "The car at Garage waits for the sun."
    )


@pytest.mark.parametrize("subentries", [TWO])
async def test_which_one(hass: HomeAssistant, hub: Hub, charger: AddCharger) -> None:
    one, two = await charger("CP1"), await charger("CP2")
    for command in (Command.START, Command.FULL, Command.READY, Command.STATUS):
        assert await say(hass, command) == "No car is plugged in."
    assert await say(hass, Command.STOP) == "Nothing is being charged."
    assert await say(hass, Command.FULL, "Carport") == (
        "No car is plugged in at Carport."
    )
    await plugged(hass, hub, one, "CP1")
    # Only that with a car.
    assert (await say(hass, Command.STATUS)).startswith("The car at Garage waits")
    await plugged(hass, hub, two, "CP2")
    assert await say(hass, Command.START) == (
        "Garage: Waiting to be started; Carport: Waiting to be started. "
        "Say, for example: charge Garage."
    )
    assert await say(hass, Command.START, "cellar") == (
        "I know no charger or vehicle called cellar."
    )
    assert await say(hass, Command.START, "carp") == (
        "The car at Carport is charging now."
    )
    # What is left is the other one; and what runs is one.
    assert await say(hass, Command.STOP) == "Charging has been stopped at Carport."
    # As the user calls it.
    garage = next(iter(hub.chargers.values()))
    dr.async_get(hass).async_update_device(
        garage.device_id, name_by_user="Anna's place"
    )
    assert await say(hass, Command.START, "Anna's Place") == (
        "The car at Anna's place is charging now."
    )
    await say(hass, Command.START, "Carport")
    assert (await say(hass, Command.STOP, language="de")).endswith(
        "Sagen Sie zum Beispiel: Beende das Laden an Anna's place."
    )
    # All that are plugged in charge already.
    said = await say(hass, Command.START)
    assert said == "Anna's place: Charging; Carport: Charging."


@pytest.mark.parametrize("subentries", [CARS])
async def test_vehicles(hass: HomeAssistant, hub: Hub, charger: AddCharger) -> None:
    hass.states.async_set(SOC, "39.6")
    one, two = await charger("CP1"), await charger("CP2")
    whole = "Charge the Zoe now"
    assert await say(hass, Command.START, whole, whole=False) == (
        "Zoe is not plugged in."
    )
    assert await say(hass, Command.FULL, "Is Zoe full?", whole=False) == (
        "Zoe is not plugged in. Zoe is at 40 %."
    )
    await plugged(hass, hub, one, "CP1")
    choose(hub, "Zoe")
    await comes(hass, hub, "Zoe")
    assert await say(hass, Command.START, whole, whole=False) == "Zoe is charging now."
    assert await say(hass, Command.FULL, "Wie voll ist der Zoe?", whole=False) == (
        "Zoe is at 40 %."
    )
    assert await say(hass, Command.FULL, "Ist die Garage voll?", whole=False) == (
        "The car at Garage is at 40 %."
    )
    assert await say(hass, Command.FULL, language="de") == "Zoe ist zu 40 % geladen."
    assert await say(hass, Command.START, "id 4") == "ID.4 is not plugged in."
    await plugged(hass, hub, two, "CP2")
    said = await say(hass, Command.FULL, "is the car full?", whole=False)
    assert said.startswith("Zoe: 40 %; ")
    assert said.count(";") == 1
    assert await say(hass, Command.STOP, "stop charging Zoe", whole=False) == (
        "Charging has been stopped at Garage."
    )


@pytest.mark.parametrize(
    "subentries", [[charger_subentry("CP1", "Carport", **{CONF_CONNECTORS: 2})]]
)
async def test_a_double_charger(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    one = await charger(connectors=2)
    await plugged(hass, hub, one, "CP1")
    # The one with a car.
    for words, language in (
        (None, "en"),
        ("the carport", "en"),
        ("carport 1", "en"),
        ("Carport connector 1", "de"),
        ("Ladepunkt 1", "de"),
    ):
        said = await say(hass, Command.STATUS, words, language=language)
        where = {"en": "Carport connector 1", "de": "Carport Ladepunkt 1"}[language]
        assert f"{where} w" in said
    assert await say(hass, Command.START, "Carport 2", language="de") == (
        "Carport Ladepunkt 2: Es ist kein Fahrzeug angesteckt."
    )
    second = all_places(hass, await async_speech(hass, "en"))[1].place.device
    dr.async_get(hass).async_update_child_device(second.id, name_by_user="Left")
    assert await say(hass, Command.START, "left", language="de") == (
        "Carport Left: Es ist kein Fahrzeug angesteckt."
    )


@pytest.mark.parametrize("subentries", [CARS])
async def test_names(hass: HomeAssistant, hub: Hub, charger: AddCharger) -> None:
    one, _ = await charger("CP1"), await charger("CP2")
    yard = ar.async_get(hass).async_create("Back yard", aliases={"Hof"})
    garage = next(iter(hub.chargers.values()))
    dr.async_get(hass).async_update_device(garage.device_id, area_id=yard.id)
    await settle(hass)
    assert {"Garage", "Carport", "Zoe", "ID.4", "Back yard", "Hof"} <= all_names(hass)
    await plugged(hass, hub, one, "CP1")
    for name in ("back yard", "hof", "the Hof"):
        assert "at Garage" in await say(hass, Command.STATUS, name)


async def test_modes(hass: HomeAssistant, hub: Hub, charger: AddCharger) -> None:
    await charger()
    for words, language, option, answer in (
        ("sun only", "en", "solar", "Garage is on Sun only now."),
        ("Schnell", "de", "fast", "Garage steht jetzt auf Schnell."),
        ("minimum und sonne", "de", "min_solar", None),
        ("the sun", "en", "solar", None),
        ("off", "en", "off", None),
    ):
        said = await say(hass, Command.MODE, mode=words, language=language)
        assert answer is None or said == answer
        assert value_of(hass, "CP1/1/charge_mode", "select") == option
    assert await say(hass, Command.SUN) == "Garage is on Sun only now."
    assert value_of(hass, "CP1/1/charge_mode", "select") == "solar"
    assert await say(hass, Command.MODE, mode="turbo") == (
        "I know no charge mode called turbo."
    )


@pytest.mark.parametrize("subentries", [TWO])
async def test_the_mode_is_that_of_the_one_with_a_car(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    one, _ = await charger("CP1"), await charger("CP2")
    assert (await say(hass, Command.SUN)).endswith(
        "Say, for example: charge Garage with the sun."
    )
    await plugged(hass, hub, one, "CP1")
    assert await say(hass, Command.SUN) == "Garage is on Sun only now."
    assert value_of(hass, "CP2/1/charge_mode", "select") == "manual"


async def test_fast(
    hass: HomeAssistant, hub: Hub, charger: AddCharger, house: House
) -> None:
    house.grid(500)
    one = await charger()
    assert await say(hass, Command.FAST) == "No car is plugged in at Garage."
    await plugged(hass, hub, one, "CP1")
    await mode(hass, "solar")
    await house.later(hub, 10)
    assert await say(hass, Command.FAST) == "The car at Garage is charging fast now."
    # Once, and the mode stays.
    assert value_of(hass, "CP1/1/charge_mode", "select") == "solar"
    assert hub.charge_control.boosted(
        hub.central_system.charge_points["CP1"].connector(1)
    )


@pytest.mark.parametrize("options", [{}])
async def test_without_modes(
    hass: HomeAssistant, hub: Hub, charger: AddCharger
) -> None:
    one = await charger()
    for command in (Command.MODE, Command.SUN):
        assert (await say(hass, command, mode="fast")).startswith(
            "There are no charge modes."
        )
    await plugged(hass, hub, one, "CP1")
    assert await say(hass, Command.PLAN, amount="20", time="7") == (
        "Garage cannot do that."
    )
    # It knows nothing else.
    assert await say(hass, Command.FAST) == "The car at Garage is charging fast now."


async def test_plans(hass: HomeAssistant, hub: Hub, charger: AddCharger) -> None:
    await charger()
    await mode(hass, "solar")
    assert await say(hass, Command.PLAN, amount="20,5", time="7 am tomorrow") == (
        "The car at Garage gets 20.5 kWh by 7:00 AM, "
        "with what it has got since it was plugged in. "
        "No car is plugged in at Garage."
    )
    assert value_of(hass, "CP1/1/energy_target", "number") == "20.5"
    assert value_of(hass, "CP1/1/ready_at", "time") == "07:00:00"
    assert value_of(hass, "CP1/1/ready_in_time", "switch") == "on"
    await mode(hass, "manual")
    said = await say(hass, Command.PLAN, amount="30", time="18 Uhr 30", language="de")
    assert said == (
        "Das Fahrzeug an der Wallbox Garage bekommt 30 kWh bis 18:30 Uhr, "
        "mit dem, was seit dem Anstecken geladen wurde. "
        "Aber Garage steht auf Manuell, dort gilt kein Plan."
    )
    for amount, clock in (("many", "7"), ("2000", "7"), ("-1", "7"), ("nan", "7")):
        assert (await say(hass, Command.PLAN, amount=amount, time=clock)).startswith(
            "I do not understand how much"
        )
    for clock in ("25", "7:70", "dinner", "13 pm", ""):
        assert (await say(hass, Command.PLAN, amount="10", time=clock)).startswith(
            "I do not understand which time"
        )
    assert value_of(hass, "CP1/1/energy_target", "number") == "30.0"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("7", time(7)),
        ("7 uhr", time(7)),
        ("um 7:30 Uhr", time(7, 30)),
        ("7 Uhr 5", None),
        ("7 Uhr 05", time(7, 5)),
        ("morgen früh um 6", time(6)),
        ("7 o'clock", time(7)),
        ("7 p.m.", time(19)),
        ("12 am", time(0)),
        ("12:15 pm", time(12, 15)),
        ("6:30 in the morning", time(6, 30)),
        ("24", time(0)),
    ],
)
def test_times(words: str, expected: time | None) -> None:
    assert commands._clock_of(words) == expected


async def test_how_full_without_a_state_of_charge(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The charger tells of its car whenever it likes.
    monkeypatch.setattr(hub.vehicles, "soc", lambda *_: None)
    one = await charger()
    await plugged(hass, hub, one, "CP1")
    assert await say(hass, Command.FULL) == (
        "I do not know how full the car at Garage is. "
        "The car at Garage waits to be started."
    )
    await say(hass, Command.START)
    said = await say(hass, Command.FULL, language="de")
    assert said.startswith(
        "Das Fahrzeug an der Wallbox Garage ist noch nicht voll und hat bisher 0,"
    )


async def test_when_it_is_ready(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left: dict[str, int | None] = {"seconds": None}
    monkeypatch.setattr(facts, "time_remaining", lambda *_: left["seconds"])
    one = await charger()
    await plugged(hass, hub, one, "CP1")
    await say(hass, Command.START)
    assert await say(hass, Command.READY) == (
        "The car at Garage is charging, but I do not know until when."
    )
    left["seconds"] = 7800
    assert (await say(hass, Command.READY)).startswith(
        "The car at Garage needs 2 h 10 min more, until about "
    )
    left["seconds"] = 3600
    said = await say(hass, Command.READY, language="de")
    assert said.startswith(
        "Das Fahrzeug an der Wallbox Garage braucht noch 1 h, bis etwa "
    )
    assert said.endswith(" Uhr.")


@pytest.mark.parametrize("language", ["en", "de"])
async def test_every_situation_has_its_words(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    await charger()
    speech = await async_speech(hass, language)
    told = set()
    for now in (
        *(state.value for state in ChargingState),
        facts.AWAY,
        facts.OFF,
        facts.UNKNOWN,
        facts.WAITING_FOR_PLAN,
        facts.SUN_OR_PLAN,
    ):
        monkeypatch.setattr(facts, "situation", lambda _, now=now: now)
        monkeypatch.setattr(commands, "situation", lambda _, now=now: now)
        said = await say(hass, Command.STATUS, language=language)
        assert "Garage" in said
        told.add(said)
        await say(hass, Command.FULL, language=language)
        await say(hass, Command.READY, language=language)
    assert len(told) == len(ChargingState) + 5
    assert speech.number(1.25, 1) == ("1.2" if language == "en" else "1,2")


async def test_a_name_that_says_wallbox(hass: HomeAssistant) -> None:
    speech = await async_speech(hass, "de")
    assert speech.car_at("Wallbox Nord") == "das Fahrzeug an der Wallbox Nord"
    assert speech.car_at("Wallbox") == "das Fahrzeug an der Wallbox Wallbox"
    assert speech.car_at("{place}") == "das Fahrzeug an der Wallbox {place}"


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
    async_expose_entity(hass, "conversation", entity_id(hass, "switch", RUNS), False)
    assert await say(hass, Command.START, "Garage") == (
        "I know no charger or vehicle called Garage."
    )
    assert await say(hass, Command.START) == "The car at Carport is charging now."
    assert value_of(hass, RUNS, "switch") == "off"
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
    said = await say(
        hass, Command.START, context=Context(user_id=hass_read_only_user.id)
    )
    assert said == "You may not control this charger."
    assert value_of(hass, RUNS, "switch") == "off"
