"""Start by a card shown elsewhere."""

from homeassistant.components.tag import DOMAIN as TAG, async_scan_tag
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.ocpp_cs.hub import Hub
from simulator import Car

from .conftest import Automate, Garage, until

NAME = "start_by_card"

pytestmark = [
    pytest.mark.freeze_time("2026-06-01 10:00:05", tick=True),
    pytest.mark.usefixtures("setup_integration"),
]

ANNA = "4a6b1c2d-0000-4000-8000-0123456789ab"
NUMBER = "12345678"
STRANGER = "04FFFFFF"


@pytest.fixture
async def door(hass: HomeAssistant) -> str:
    """Return the device of a reader at the door."""
    entry = MockConfigEntry(domain="reader")
    entry.add_to_hass(hass)
    return (
        dr.async_get(hass)
        .async_get_or_create(
            config_entry_id=entry.entry_id, identifiers={("reader", "door")}
        )
        .id
    )


@pytest.fixture
async def cards(hass: HomeAssistant, garage: Garage) -> list[str]:
    """Return two cards that were shown before."""
    assert await async_setup_component(hass, TAG, {})
    for tag in (ANNA, NUMBER, STRANGER):
        await async_scan_tag(hass, tag, None)
    await garage.charger.plug(1, Car(soc=40))
    await until(lambda: garage.state(garage.status) == "preparing")
    return [
        one
        for tag in (ANNA, NUMBER)
        if (one := er.async_get(hass).async_get_entity_id(TAG, TAG, tag))
    ]


def starts(garage: Garage) -> list[str]:
    """Return the tags of the starts that the charger was told."""
    return [one["idTag"] for one in garage.charger.calls("RemoteStartTransaction")]


async def show(hass: HomeAssistant, garage: Garage, tag: str, at: str | None) -> None:
    await async_scan_tag(hass, tag, at)
    await garage.quiet()


async def test_a_card_starts_and_stops(
    hass: HomeAssistant,
    garage: Garage,
    automate: Automate,
    door: str,
    cards: list[str],
) -> None:
    await automate(NAME, charging=garage.charging, tags=cards)
    await show(hass, garage, STRANGER, door)
    assert not starts(garage)
    await show(hass, garage, ANNA, door)
    # It is read more than once.
    await show(hass, garage, ANNA, door)
    await until(lambda: garage.state(garage.charging) == "on")
    await show(hass, garage, ANNA, door)
    assert starts(garage) == ["HomeAssistant"]
    assert not garage.charger.calls("RemoteStopTransaction")
    await garage.later(5)
    await show(hass, garage, STRANGER, door)
    assert garage.state(garage.charging) == "on"
    # Another one of the cards ends it as well.
    await show(hass, garage, NUMBER, None)
    await until(lambda: garage.state(garage.charging) == "off")
    assert len(garage.charger.calls("RemoteStopTransaction")) == 1
    await garage.later(5)
    await show(hass, garage, NUMBER, None)
    assert starts(garage) == ["HomeAssistant"] * 2


@pytest.mark.parametrize("id_tag", ["04AB12", "12345678"])
async def test_a_session_is_counted_for_somebody(
    hass: HomeAssistant,
    garage: Garage,
    automate: Automate,
    door: str,
    cards: list[str],
    id_tag: str,
) -> None:
    await automate(
        NAME, charging=garage.charging, tags=cards, id_tag=id_tag, stops=False
    )
    await show(hass, garage, ANNA, door)
    await until(lambda: garage.state(garage.charging) == "on")
    assert starts(garage) == [id_tag]
    await garage.later(5)
    await show(hass, garage, ANNA, door)
    assert garage.state(garage.charging) == "on"
    assert not garage.charger.calls("RemoteStopTransaction")


async def test_a_card_at_a_charger_is_left_to_it(
    hass: HomeAssistant,
    garage: Garage,
    automate: Automate,
    hub: Hub,
    cards: list[str],
) -> None:
    await automate(NAME, charging=garage.charging, tags=cards)
    await garage.charger.present_card(NUMBER, 1)
    await until(lambda: garage.state(garage.charging) == "on")
    await garage.later(5)
    # It ends it by itself, too.
    await garage.charger.present_card(NUMBER, 1)
    await until(lambda: garage.state(garage.charging) == "off")
    await garage.later(5)
    assert not starts(garage)
    assert not garage.charger.calls("RemoteStopTransaction")


async def test_certain_readers(
    hass: HomeAssistant,
    garage: Garage,
    automate: Automate,
    door: str,
    cards: list[str],
) -> None:
    await automate(NAME, charging=garage.charging, tags=cards, readers=[door])
    await show(hass, garage, ANNA, "somewhere")
    await show(hass, garage, ANNA, None)
    assert not starts(garage)
    await show(hass, garage, ANNA, door)
    assert starts(garage) == ["HomeAssistant"]


async def test_a_charger_that_is_away(
    hass: HomeAssistant,
    garage: Garage,
    automate: Automate,
    door: str,
    cards: list[str],
) -> None:
    await automate(NAME, charging=garage.charging, tags=cards)
    await garage.away()
    await show(hass, garage, ANNA, door)
    await garage.back()
    await garage.later(10)
    assert not starts(garage)
    # One that is fired without a reader.
    hass.bus.async_fire("tag_scanned", {"tag_id": ANNA})
    await garage.quiet()
    assert starts(garage) == ["HomeAssistant"]


async def test_a_charger_that_refuses(
    hass: HomeAssistant,
    garage: Garage,
    automate: Automate,
    door: str,
    cards: list[str],
    no_complaints: list[str],
) -> None:
    await automate(NAME, charging=garage.charging, tags=cards)
    garage.charger.faults.reject_all = True
    no_complaints.append("Garage refused RemoteStartTransaction")
    await show(hass, garage, ANNA, door)
    assert garage.state(garage.charging) == "off"
    # It can be tried again at once.
    garage.charger.faults.reject_all = False
    await show(hass, garage, ANNA, door)
    await until(lambda: garage.state(garage.charging) == "on")
