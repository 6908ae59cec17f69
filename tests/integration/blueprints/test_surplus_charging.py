"""Charge from the surplus."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from .conftest import Automate, Garage, until

GRID = "sensor.grid"
NAME = "surplus_charging"

LEAST_W = 6 * 3 * 230
"""4140 W: with 100 W more it starts, with 100 W less it pauses."""

pytestmark = [
    pytest.mark.freeze_time("2026-06-01 10:00:05", tick=True),
    pytest.mark.usefixtures("setup_integration"),
]


class House:
    """A meter at the grid that sees the sun, and the car."""

    def __init__(
        self, hass: HomeAssistant, garage: Garage, unit: str = "W", sign: int = 1
    ) -> None:
        self.hass = hass
        self.garage = garage
        self.unit = unit
        self.factor = sign / {"W": 1, "kW": 1000}[unit]

    async def sun(self, watts: float) -> None:
        """Let that be what the sun gives beyond what the house takes."""
        await self.garage.charger.send_meter_values()
        self.grid((self.garage.charger.connector(1).power_w - watts) * self.factor)
        await self.garage.quiet()

    def grid(self, value: object) -> None:
        self.hass.states.async_set(GRID, str(value), {"unit_of_measurement": self.unit})

    async def lasting(self, watts: float, seconds: float) -> None:
        """Let the sun give that for some time, with a meter that tells it anew."""
        for _ in range(round(seconds / 10)):
            await self.sun(watts)
            await self.garage.later(10)
        await self.sun(watts)


def inputs(garage: Garage, **more: Any) -> dict[str, Any]:
    return {
        "current_limit": garage.limit,
        "paused": garage.paused,
        "status": garage.status,
        "charging_power": garage.power,
        "grid_power": GRID,
        # No multiple of the jumps of the clock.
        "interval": 15,
        **more,
    }


@pytest.fixture
def house(hass: HomeAssistant, garage: Garage) -> House:
    return House(hass, garage)


@pytest.fixture
async def waiting(garage: Garage, house: House, automate: Automate) -> None:
    """Let a car be plugged in, and too little sun there."""
    house.grid(0)
    await automate(NAME, **inputs(garage))
    await garage.later(60)
    # Without a car it is paused, so that none begins with full power.
    await garage.told(0.0)
    await garage.plugged()
    await house.lasting(LEAST_W + 50, 120)
    await garage.told()


@pytest.fixture
async def charging(waiting: None, garage: Garage, house: House) -> None:
    """Let it charge with 10 A."""
    await house.lasting(10.5 * 690, 80)
    await garage.told()
    await house.lasting(10.5 * 690, 20)
    # With the lowest current at first, and what there is after that.
    await garage.told(6.0)
    assert garage.state(garage.paused) == "off"
    await house.lasting(10.5 * 690, 40)
    await garage.told(6.0, 10.0)
    await garage.later(20)
    garage.charger.received.clear()


@pytest.mark.usefixtures("charging")
async def test_it_follows_the_sun(garage: Garage, house: House) -> None:
    # Nothing is told that is so already, and no step without a margin.
    await house.lasting(10.1 * 690, 60)
    await house.lasting(11.2 * 690, 60)
    await garage.told()
    await house.lasting(11.3 * 690, 20)
    await garage.told(11.0)
    await house.lasting(10.9 * 690, 20)
    await garage.told(11.0, 10.0)
    # No more than the charger has.
    await house.lasting(50 * 690, 20)
    await garage.told(11.0, 10.0, 32.0)


@pytest.mark.usefixtures("charging")
async def test_changes_are_apart(garage: Garage, house: House) -> None:
    await house.sun(8.5 * 690)
    await garage.told(8.0)
    await garage.later(10)
    await house.sun(12.5 * 690)
    await garage.told(8.0)
    await garage.later(10)
    await house.sun(12.6 * 690)
    await garage.told(8.0, 12.0)


@pytest.mark.usefixtures("charging")
async def test_a_cloud(garage: Garage, house: House) -> None:
    await house.lasting(1000, 160)
    await garage.told(6.0)
    await house.lasting(LEAST_W + 100, 60)
    # The time begins anew.
    await house.lasting(1000, 160)
    await garage.told(6.0)
    assert garage.state(garage.paused) == "off"
    await house.lasting(1000, 30)
    await garage.told(6.0, 0.0)
    # It is paused until the sun has been there for long enough again.
    await house.lasting(8.5 * 690, 80)
    await house.lasting(1000, 20)
    await house.lasting(8.5 * 690, 80)
    await garage.told(6.0, 0.0)
    await house.lasting(8.5 * 690, 20)
    await garage.told(6.0, 0.0, 6.0)


@pytest.mark.usefixtures("charging")
@pytest.mark.parametrize("value", ["unavailable", "unknown", "nan", "much"])
async def test_a_meter_that_fails(garage: Garage, house: House, value: str) -> None:
    house.grid(value)
    await garage.told(6.0)
    await garage.later(40)
    await garage.told(6.0)
    await garage.later(30)
    await garage.told(6.0, 0.0)
    await garage.later(300)
    await garage.told(6.0, 0.0)


@pytest.mark.usefixtures("charging")
async def test_a_meter_that_is_silent(garage: Garage) -> None:
    await garage.later(240)
    await garage.told()
    # The next minute sees that the value is too old, the one after pauses.
    await garage.later(180)
    await garage.told(6.0, 0.0)


@pytest.mark.usefixtures("charging")
async def test_a_meter_that_is_removed(hass: HomeAssistant, garage: Garage) -> None:
    hass.states.async_remove(GRID)
    await garage.later(120)
    await garage.told(6.0, 0.0)


@pytest.mark.usefixtures("charging")
async def test_the_car_leaves(garage: Garage, house: House) -> None:
    await garage.charger.present_card("TAG", 1)
    await until(lambda: garage.state(garage.status) == "finishing")
    await house.lasting(10.5 * 690, 60)
    await garage.told()
    await garage.charger.unplug(1)
    await garage.told(0.0)
    assert garage.state(garage.paused) == "on"


@pytest.mark.usefixtures("charging")
async def test_a_charger_that_was_away(garage: Garage, house: House) -> None:
    await garage.away()
    house.grid(5000)
    await garage.later(60)
    await garage.back()
    # One that does not boot is asked a little later.
    await garage.later(10)
    await garage.told(6.0)
    await house.lasting(0, 200)
    await garage.told(6.0, 0.0)


@pytest.mark.usefixtures("waiting")
async def test_a_pause_that_is_ended_by_hand(garage: Garage, house: House) -> None:
    await garage.act(garage.limit, "set_value", value=16)
    await garage.act(garage.paused, "turn_off")
    # What was set in the pause is never told: it takes the least at once.
    await garage.told(6.0)
    await house.lasting(0, 240)
    await garage.told(6.0, 0.0)


@pytest.mark.usefixtures("waiting")
async def test_a_pause_that_is_ended_by_hand_while_it_waits(
    garage: Garage, house: House
) -> None:
    await house.sun(8.5 * 690)
    await garage.later(20)
    await garage.act(garage.paused, "turn_off")
    await garage.act(garage.paused, "turn_on")
    garage.charger.received.clear()
    await house.lasting(8.5 * 690, 80)
    await garage.told(6.0)


async def test_a_restart_while_it_charges(
    hass: HomeAssistant, garage: Garage, house: House, automate: Automate
) -> None:
    """A session that runs with all that the charger has."""
    await garage.plugged()
    await automate(NAME, **inputs(garage))
    await garage.later(60)
    # The meter is not there yet.
    await garage.told(6.0)
    await garage.later(60)
    await garage.told(6.0, 0.0)


@pytest.mark.parametrize(("unit", "sign"), [("kW", 1), ("W", -1)])
async def test_other_meters(
    hass: HomeAssistant, garage: Garage, automate: Automate, unit: str, sign: int
) -> None:
    house = House(hass, garage, unit, sign)
    await garage.act(garage.paused, "turn_on")
    await garage.plugged()
    await automate(
        NAME,
        **inputs(garage, grid_sign="import" if sign > 0 else "export", reserve=500),
    )
    await house.lasting(LEAST_W + 500, 120)
    await garage.told()
    await house.lasting(8.5 * 690 + 500, 140)
    await garage.told(6.0, 8.0)


async def test_one_phase(
    hass: HomeAssistant, garage: Garage, house: House, automate: Automate
) -> None:
    await garage.act(garage.paused, "turn_on")
    await garage.plugged()
    await automate(NAME, **inputs(garage, phases=1, start_delay=0))
    await house.sun(6 * 230 + 50)
    await garage.told()
    await house.sun(6 * 230 + 150)
    await garage.told(6.0)
