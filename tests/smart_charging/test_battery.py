"""The battery of the house."""

import pytest

from custom_components.ocpp_cs.smart_charging.house.balance import Balances
from custom_components.ocpp_cs.smart_charging.model import Charger, Reason, Settings
from custom_components.ocpp_cs.smart_charging.sun.surplus import battery

from .house import House, reading_of

ONE = Charger(key="a", phase_options=(1,))


def at(power: float | None, soc: float | None, **settings: float) -> float:
    reading = reading_of(grid_w=0, grid_at=0, battery_w=power, battery_soc=soc)
    return battery(
        Balances(Settings()).take(reading, 0), Settings(**settings)
    ).counted_w


@pytest.mark.parametrize(
    ("power", "soc", "expected"),
    [
        (-3000, 20, 0),
        (-3000, 80, -3000),
        (-3000, None, 0),
        (2000, 20, 2000),
        (2000, 80, 2000),
        (None, 80, 0),
        (float("nan"), 80, 0),
    ],
)
def test_what_counts(power: float | None, soc: float | None, expected: float) -> None:
    assert at(power, soc, priority_soc=50) == expected


def test_without_priority_the_car_comes_first() -> None:
    assert at(-3000, None) == -3000


def test_the_battery_comes_first_and_it_is_told() -> None:
    house = House(ONE, settings=Settings(priority_soc=50))
    house.house = {"battery_w": -3000.0, "battery_soc": 30.0}
    house.run(300)
    assert (house.a.current_a, house.a.reason) == (0, Reason.BATTERY_FIRST)
    house.house = {"battery_w": -3000.0, "battery_soc": 60.0}
    house.run(100)
    assert house.a.current_a == 13


def test_a_full_battery_keeps_the_car_charging() -> None:
    settings = Settings(buffer_soc=70, buffer_start_soc=90)
    house = House(ONE, settings=settings, surplus_w=-500)
    house.house = {"battery_w": 0.0, "battery_soc": 80.0}
    assert house.run(300).a.current_a == 0
    house.surplus_w = 2000
    house.run(120)
    house.surplus_w = -500
    house.run(1800)
    assert (house.a.current_a, house.a.reason) == (6, Reason.BATTERY_SUPPORT)
    house.house = {"battery_w": 1880.0, "battery_soc": 65.0}
    assert house.run(300).a.current_a == 0


def test_a_fuller_one_lets_it_begin() -> None:
    settings = Settings(buffer_soc=70, buffer_start_soc=90)
    house = House(ONE, settings=settings, surplus_w=-500)
    house.house = {"battery_w": 0.0, "battery_soc": 95.0}
    assert house.run(100).a.current_a == 6
