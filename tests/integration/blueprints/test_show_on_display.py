"""What is shown on the display of a charger."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.ocpp_cs.hub import Hub
from simulator import ChargingStation
from tests.integration.conftest import AddCharger
from tests.integration.helpers.entities import entity_id
from tests.integration.helpers.versions import V2_0_1

from .conftest import QUICK, Automate, Garage, started, until

NAME = "show_on_display"

pytestmark = [
    pytest.mark.freeze_time("2026-06-01 10:00:05", tick=True),
    pytest.mark.usefixtures("setup_integration"),
]


@pytest.fixture
def version() -> str:
    return V2_0_1


@pytest.fixture
def options() -> dict[str, Any]:
    """Return the options of a server with a price."""
    return {"prices": {"price": 0.3}}


@pytest.fixture
async def garage(
    hass: HomeAssistant,
    hub: Hub,
    charger: AddCharger,
    freezer: FrozenDateTimeFactory,
) -> Garage:
    """Return a charger with a display."""
    for one in hub.chargers.values():
        one.charge_point.profile_methods.timing = QUICK
    wallbox = await charger(
        backoff=(600.0, 600.0), values={"DisplayMessageCtrlr.Available": "true"}
    )
    return Garage(hass, wallbox, freezer)


def shown(garage: Garage) -> list[str]:
    charger = garage.charger
    assert isinstance(charger, ChargingStation)
    return charger.displays.shown()


def sent(garage: Garage) -> int:
    return len(garage.charger.calls("SetDisplayMessage"))


def inputs(hass: HomeAssistant, **more: Any) -> dict[str, Any]:
    return {
        "display": entity_id(hass, "notify", "CP1/display"),
        "charging_state": entity_id(hass, "sensor", "CP1/1/charging_state"),
        "session_energy": entity_id(hass, "sensor", "CP1/1/session_energy"),
        "session_cost": entity_id(hass, "sensor", "CP1/1/session_cost"),
        **more,
    }


async def test_from_the_plug_to_the_end(
    hass: HomeAssistant, garage: Garage, automate: Automate
) -> None:
    hass.states.async_set(
        "sensor.left",
        "90",
        {"unit_of_measurement": "min", "device_class": "duration"},
    )
    await hass.config.async_set_time_zone("UTC")
    await automate(NAME, **inputs(hass, ready="sensor.left"))
    await garage.later(20)
    assert shown(garage) == []
    await garage.charger.plug(1)
    await until(lambda: shown(garage) == [] and garage.charger.connector(1).plugged)
    await garage.later(5)
    await until(lambda: shown(garage) == ["Waiting to be started"])
    await garage.charger.present_card("TAG", 1)
    await until(lambda: garage.state(garage.status) == "charging")
    await garage.later(5)
    await until(lambda: shown(garage)[0].startswith("Charging. Ready at 11:30. 0.0"))
    # It is renewed each quarter of an hour, no more often.
    before = sent(garage)
    await garage.later(900)
    await until(lambda: sent(garage) == before + 1)
    assert "Ready at 11:45" in shown(garage)[0]
    assert shown(garage)[0].endswith(" EUR")
    await garage.charger.present_card("TAG", 1)
    await garage.charger.unplug(1)
    await until(lambda: garage.state(garage.status) == "available")
    await garage.later(5)
    await until(lambda: shown(garage)[0].startswith("Thank you. "))
    await garage.later(310)
    await until(lambda: shown(garage) == [])


async def test_after_a_restart(
    hass: HomeAssistant, garage: Garage, automate: Automate
) -> None:
    """What is so already is shown; in German, where that is wanted."""
    await garage.charger.plug(1)
    state = entity_id(hass, "sensor", "CP1/1/charging_state")
    await until(lambda: garage.state(state) == "waiting_to_be_started")
    hass.states.async_set(
        "sensor.end", "2026-06-01T14:00:00+00:00", {"device_class": "timestamp"}
    )
    await hass.config.async_set_time_zone("UTC")
    await automate(
        NAME,
        restart=True,
        **inputs(hass, ready="sensor.end", language="de", session_cost=""),
    )
    assert shown(garage) == []
    started(hass)
    await garage.later(5)
    await until(lambda: shown(garage) == ["Waiting to be started"])
    await garage.charger.present_card("TAG", 1)
    await until(lambda: garage.state(garage.status) == "charging")
    await garage.later(5)
    await until(lambda: "Fertig um 14:00" in shown(garage)[0])
    assert "EUR" not in shown(garage)[0]
    # While the charger is away, nothing is sent; when it is back, what is so then.
    await garage.charger.drop()
    await until(
        lambda: garage.state(entity_id(hass, "notify", "CP1/display")) == "unavailable"
    )
    before = sent(garage)
    await garage.later(20)
    assert sent(garage) == before
    await garage.charger.reconnect()
    await until(lambda: garage.state(state) == "charging")
    await garage.later(5)
    await until(lambda: sent(garage) > before)
