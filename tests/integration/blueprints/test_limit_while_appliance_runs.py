"""Limit while the dryer runs."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from .conftest import Automate, Garage, started

DRYER = "sensor.dryer"
NAME = "limit_while_appliance_runs"

pytestmark = [
    pytest.mark.freeze_time("2026-06-01 10:00:05", tick=True),
    pytest.mark.usefixtures("setup_integration"),
]


def dryer(hass: HomeAssistant, power: object) -> None:
    hass.states.async_set(DRYER, str(power), {"unit_of_measurement": "W"})


def inputs(garage: Garage) -> dict[str, Any]:
    return {
        "appliance_power": DRYER,
        "current_limit": garage.limit,
        "normal_limit": 20,
    }


@pytest.fixture
async def ready(hass: HomeAssistant, garage: Garage, automate: Automate) -> None:
    """Let there be a limit of 16 A, and nothing run."""
    dryer(hass, 1)
    await garage.act(garage.limit, "set_value", value=16)
    await automate(NAME, **inputs(garage))
    garage.charger.received.clear()


@pytest.fixture
async def lowered(hass: HomeAssistant, garage: Garage, ready: None) -> None:
    dryer(hass, 2000)
    await garage.told()
    await garage.later(15)
    await garage.told(8.0)


@pytest.mark.usefixtures("lowered")
async def test_it_is_restored(hass: HomeAssistant, garage: Garage) -> None:
    # Appliances pause in between.
    for _ in range(3):
        dryer(hass, 3)
        await garage.later(280)
        dryer(hass, 1900)
        await garage.later(20)
    dryer(hass, 500)
    await garage.later(280)
    await garage.told(8.0)
    await garage.later(30)
    await garage.told(8.0, 16.0)
    # And the next time.
    dryer(hass, 2000)
    await garage.later(20)
    await garage.told(8.0, 16.0, 8.0)


@pytest.mark.usefixtures("ready")
async def test_a_peak_is_no_reason(hass: HomeAssistant, garage: Garage) -> None:
    dryer(hass, 2000)
    await garage.later(5)
    dryer(hass, 2)
    await garage.later(60)
    await garage.told()


@pytest.mark.usefixtures("ready")
async def test_a_limit_that_is_low_already(hass: HomeAssistant, garage: Garage) -> None:
    await garage.act(garage.limit, "set_value", value=7)
    dryer(hass, 2000)
    await garage.later(20)
    dryer(hass, 0)
    await garage.later(320)
    await garage.told(7.0)


@pytest.mark.usefixtures("lowered")
async def test_what_is_changed_by_hand_stays(
    hass: HomeAssistant, garage: Garage
) -> None:
    await garage.act(garage.limit, "set_value", value=10)
    dryer(hass, 0)
    await garage.later(320)
    await garage.told(8.0, 10.0)


@pytest.mark.usefixtures("lowered")
@pytest.mark.parametrize("value", ["unavailable", "unknown", "nan"])
async def test_a_power_that_is_not_known(
    hass: HomeAssistant, garage: Garage, value: str
) -> None:
    dryer(hass, value)
    await garage.later(400)
    dryer(hass, 0)
    await garage.later(200)
    dryer(hass, value)
    await garage.later(200)
    await garage.told(8.0)
    dryer(hass, 0)
    await garage.later(320)
    await garage.told(8.0, 16.0)


@pytest.mark.usefixtures("lowered")
async def test_a_charger_that_goes_away(hass: HomeAssistant, garage: Garage) -> None:
    await garage.away()
    garage.charger.received.clear()
    dryer(hass, 0)
    await garage.later(320)
    await garage.back()
    await garage.later(10)
    await garage.told(16.0)


@pytest.mark.usefixtures("ready")
async def test_a_charger_that_comes_while_it_runs(
    hass: HomeAssistant, garage: Garage
) -> None:
    await garage.away()
    dryer(hass, 2000)
    await garage.later(60)
    await garage.back()
    await garage.later(30)
    assert garage.limits[-1] == 8.0


@pytest.mark.parametrize("running", [True, False])
async def test_a_restart_while_it_is_low(
    hass: HomeAssistant, garage: Garage, automate: Automate, running: bool
) -> None:
    await garage.act(garage.limit, "set_value", value=8)
    await garage.away()
    await automate(NAME, restart=True, **inputs(garage))
    started(hass)
    await garage.later(20)
    dryer(hass, 2000 if running else 0)
    await garage.later(20)
    await garage.back()
    await garage.later(10)
    garage.charger.received.clear()
    await garage.later(280)
    dryer(hass, 0)
    if running:
        await garage.later(280)
    await garage.told()
    await garage.later(40)
    await garage.told(20.0)


async def test_a_restart_while_it_runs(
    hass: HomeAssistant, garage: Garage, automate: Automate
) -> None:
    """It began while Home Assistant was away."""
    await garage.act(garage.limit, "set_value", value=16)
    await automate(NAME, restart=True, **inputs(garage))
    dryer(hass, 2000)
    started(hass)
    await garage.later(20)
    await garage.told(16.0, 8.0)
    dryer(hass, 0)
    await garage.later(320)
    await garage.told(16.0, 8.0, 16.0)


async def test_a_restart_while_nothing_runs(
    hass: HomeAssistant, garage: Garage, automate: Automate
) -> None:
    await garage.act(garage.limit, "set_value", value=16)
    dryer(hass, 0)
    await automate(NAME, restart=True, **inputs(garage))
    started(hass)
    await garage.later(320)
    await garage.told(16.0)
    # It is not still busy with the restart.
    dryer(hass, 2000)
    await garage.later(20)
    await garage.told(16.0, 8.0)
