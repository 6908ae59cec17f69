"""Hold the home battery."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from .conftest import Automate, Garage, started, until

HOLD = "binary_sensor.hold"
LIMIT = "input_number.greatest_discharge"
NAME = "hold_home_battery"

pytestmark = [
    pytest.mark.freeze_time("2026-06-01 10:00:05", tick=True),
    pytest.mark.usefixtures("setup_integration"),
]


@pytest.fixture
async def inverter(hass: HomeAssistant) -> None:
    """Let there be an inverter whose discharge can be limited to 10 to 5000 W."""
    assert await async_setup_component(
        hass,
        "input_number",
        {
            "input_number": {
                "greatest_discharge": {"min": 10, "max": 5000, "initial": 5000}
            }
        },
    )
    hass.states.async_set(HOLD, "off")


def limit(hass: HomeAssistant) -> float:
    state = hass.states.get(LIMIT)
    assert state is not None
    return float(state.state)


@pytest.fixture
def actions(hass: HomeAssistant) -> Any:
    """Return the calls of the user's own actions."""
    return async_mock_service(hass, "test", "do")


OWN = {
    "held_actions": [{"action": "test.do", "data": {"hold": True}}],
    "released_actions": [{"action": "test.do", "data": {"hold": False}}],
}


@pytest.mark.usefixtures("inverter")
async def test_it_is_held_and_released(
    hass: HomeAssistant, garage: Garage, automate: Automate, actions: Any
) -> None:
    await automate(NAME, hold=HOLD, limit=LIMIT, **OWN)
    hass.states.async_set(HOLD, "on")
    # Not less than the inverter takes.
    await until(lambda: limit(hass) == 10)
    await until(lambda: [call.data["hold"] for call in actions] == [True])
    hass.states.async_set(HOLD, "off")
    await garage.later(30)
    # A short break is none.
    hass.states.async_set(HOLD, "on")
    await garage.later(100)
    assert limit(hass) == 10
    hass.states.async_set(HOLD, "off")
    await garage.later(70)
    await until(lambda: limit(hass) == 5000)
    await until(lambda: [call.data["hold"] for call in actions][-1] is False)


@pytest.mark.usefixtures("inverter")
async def test_a_reserve_is_kept_at_the_present_level(
    hass: HomeAssistant, garage: Garage, automate: Automate
) -> None:
    hass.states.async_set("sensor.level", "63.4")
    await automate(NAME, hold=HOLD, limit=LIMIT, level="sensor.level", free_value=20)
    hass.states.async_set(HOLD, "on")
    await until(lambda: limit(hass) == 64)
    hass.states.async_set(HOLD, "off")
    await garage.later(70)
    await until(lambda: limit(hass) == 20)


@pytest.mark.usefixtures("inverter")
async def test_what_nobody_knows_does_not_hold_it_for_ever(
    hass: HomeAssistant, garage: Garage, automate: Automate
) -> None:
    await automate(NAME, hold=HOLD, limit=LIMIT, free_value=4000)
    hass.states.async_set(HOLD, "on")
    await until(lambda: limit(hass) == 10)
    hass.states.async_set(HOLD, "unavailable")
    await garage.later(200)
    assert limit(hass) == 10
    await garage.later(120)
    await until(lambda: limit(hass) == 4000)


@pytest.mark.parametrize(("state", "expected"), [("on", 10), ("off", 4000)])
@pytest.mark.usefixtures("inverter")
async def test_after_a_restart(
    hass: HomeAssistant, automate: Automate, state: str, expected: float
) -> None:
    hass.states.async_set(HOLD, state)
    await automate(NAME, restart=True, hold=HOLD, limit=LIMIT, free_value=4000)
    started(hass)
    await until(lambda: limit(hass) == expected)


async def test_own_actions_are_enough(
    hass: HomeAssistant, automate: Automate, actions: Any
) -> None:
    hass.states.async_set(HOLD, "off")
    await automate(NAME, hold=HOLD, **OWN)
    hass.states.async_set(HOLD, "on")
    await until(lambda: [call.data["hold"] for call in actions] == [True])
