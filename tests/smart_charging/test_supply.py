"""Cars that supply the house: when they begin, how much they give, and what ends it."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.ocpp_cs.smart_charging.model import (
    ChargeMode,
    Charger,
    Circuit,
    Discharge,
    Reason,
    Settings,
)

from .house import House

MAY = Discharge(most_w=5_000.0, reserve_soc=50.0, capacity_kwh=60.0)


def supplied(
    load_w: float = 2_000.0,
    *,
    settings: Settings | None = None,
    chargers: tuple[Charger, ...] = (Charger(key="a"),),
    may: Discharge | None = MAY,
    **more: Any,
) -> House:
    """Return a house that takes a load, with cars at 80 % that may give."""
    house = House(*chargers, settings=settings, surplus_w=-load_w)
    for key in house.more:
        house.more[key] = {"soc": 80.0, "discharge": may, **more}
    return house


def grid_w(house: House) -> float:
    value = house.reading().grid[0].value
    assert value is not None
    return value


def test_a_car_takes_the_place_of_the_grid() -> None:
    """The import becomes 0 but for a margin, and never an export."""
    house = supplied().run(400)
    assert house.a.reason is Reason.DISCHARGING
    assert house.a.current_a == 0
    assert house.a.target_w == house.a.setpoint_w == pytest.approx(-1_950)
    for load in (2_300.0, 600.0, 4_000.0, 9_000.0):
        house.surplus_w = -load
        house.run(60)
        assert house.a.setpoint_w == pytest.approx(-min(load - 50, 5_000.0), abs=50)
        assert grid_w(house) >= 0


def test_it_leaves_what_the_user_wants_to_import() -> None:
    house = supplied(may=replace(MAY, grid_w=500.0)).run(400)
    assert grid_w(house) == pytest.approx(500, abs=10)


@pytest.mark.parametrize(
    "mode", [mode for mode in ChargeMode if mode is not ChargeMode.SOLAR]
)
def test_no_other_mode_discharges(mode: ChargeMode) -> None:
    house = supplied(mode=mode).run(400)
    assert house.a.setpoint_w is None


@pytest.mark.parametrize(
    "more",
    [
        {"discharge": None},
        {"soc": None},
        {"session": False},
        {"plugged_in": False},
        {"online": False},
        {"boost": True},
        {"due_w": 3_000.0},
        {"urgent": True},
        {"limit_a": 0.0},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_forbids_it_ends_it_at_once(more: dict[str, Any]) -> None:
    house = supplied().run(400)
    assert (house.a.setpoint_w or 0) < 0
    house.more["a"] |= more
    assert house.tick()["a"].setpoint_w is None


def test_the_meter_falls_silent() -> None:
    """A meter that tells nothing valid ends it at once; one that is silent, soon."""
    house = supplied().run(400)
    house.house = {"grid_w": None}
    assert house.tick()["a"].setpoint_w is None
    house.house = {}
    house.run(400)
    assert (house.a.setpoint_w or 0) < 0
    house.house = {"grid_at": house.now}
    house.run(88)
    assert (house.a.setpoint_w or 0) < 0
    house.run(6)
    assert house.a.setpoint_w is None
    house.run(300)
    assert house.a.reason is Reason.METER_STALE


def test_a_restart_ends_it_until_everything_is_known() -> None:
    house = supplied().run(400)
    house.house = {"grid_w": None}
    house.restart().run(60)
    assert house.a.setpoint_w is None
    house.house = {}
    house.run(90)
    assert (house.a.setpoint_w or 0) < 0


def test_it_ends_at_the_reserve() -> None:
    house = supplied().run(400)
    house.more["a"]["soc"] = 50.5
    house.run(10)
    assert (house.a.setpoint_w or 0) < 0
    house.more["a"]["soc"] = 50.0
    house.run(4)
    assert house.a.setpoint_w is None
    assert house.a.reason is Reason.CAR_RESERVE
    house.more["a"]["soc"] = 51.5
    house.run(400)
    assert house.a.setpoint_w is None
    house.more["a"]["soc"] = 52.5
    house.run(60)
    assert (house.a.setpoint_w or 0) < 0


def test_a_state_of_charge_that_stands_still_does_not_empty_the_car() -> None:
    """What is above the reserve, 18 kWh of 60, is given and no more."""
    house = supplied(5_000.0)
    given = 0.0
    for _ in range(6 * 360):
        house.tick(10.0)
        given += house.cars["a"].gives_w * 10 / 3_600_000
    assert house.a.reason is Reason.CAR_RESERVE
    assert 15.0 < given / 0.9 <= 18.1


def test_a_state_of_charge_that_comes_and_goes_does_not_empty_the_car() -> None:
    """The same value after a gap is no news: what was given meanwhile still counts."""
    house = supplied(5_000.0)
    given_s = 0
    for _ in range(30):
        house.more["a"]["soc"] = 60.0
        for _ in range(600):
            given_s += 2 * ((house.tick()["a"].setpoint_w or 0) < -4_000)
        house.more["a"]["soc"] = None
        house.tick()
    # 10 % of 60 kWh are 6 kWh.
    assert 3_000 < given_s < 6 * 3600 / 4.9


def test_a_plan_keeps_what_it_would_have_to_charge_again() -> None:
    plan = {"planned": True, "slack_s": 20_000.0}
    house = supplied(**plan).run(400)
    assert house.a.setpoint_w is None
    assert house.a.reason is Reason.CAR_RESERVE
    # The car has more than the plan is for.
    house.more["a"]["discharge"] = replace(MAY, plan_soc=70.0)
    house.run(400)
    assert (house.a.setpoint_w or 0) < 0
    house.more["a"]["soc"] = 70.0
    house.run(4)
    assert house.a.setpoint_w is None
    # The price pays for it, as long as there is time to charge again.
    house.more["a"]["discharge"] = replace(MAY, plan_soc=70.0, recharge_price=0.1)
    house.inputs = lambda: {"price": 0.4}
    house.run(400)
    assert (house.a.setpoint_w or 0) < 0
    house.more["a"]["slack_s"] = 3_500.0
    house.tick()
    assert house.a.setpoint_w is None
    assert house.a.reason is Reason.CAR_RESERVE


def test_the_price_crosses_what_it_costs() -> None:
    """A kWh costs 10 ct at night, 12.3 with its losses, and 5 for the battery."""
    house = supplied(may=replace(MAY, recharge_price=0.1, wear_price=0.05))
    prices = {"price": 0.17}
    house.inputs = lambda: dict(prices)
    house.run(400)
    assert house.a.setpoint_w is None
    assert house.a.reason is Reason.WAITING_FOR_SUN
    prices["price"] = 0.2
    house.run(60)
    assert (house.a.setpoint_w or 0) < 0
    prices["price"] = 0.174
    house.run(60)
    assert (house.a.setpoint_w or 0) < 0
    prices["price"] = 0.17
    house.tick()
    assert house.a.setpoint_w is None


def test_the_sun_comes() -> None:
    """It gives nothing to the grid meanwhile, pauses, and then charges; and back."""
    house = supplied().run(400)
    house.surplus_w = 6_000.0
    house.tick()
    assert not house.tick()["a"].setpoint_w
    ended = house.now
    while not house.a.current_a:
        assert house.now < ended + 300
        house.tick()
    assert house.now - ended >= 50
    assert house.a.setpoint_w is None
    house.run(300)
    assert house.a.reason is Reason.FOLLOWING_SUN
    house.surplus_w = -3_000.0
    while house.a.current_a:
        house.tick()
    ended = house.now
    while not house.a.setpoint_w:
        assert house.now < ended + 400
        house.tick()
    assert house.now - ended >= 60


def test_small_loads_and_noise_do_not_make_it_flutter() -> None:
    house = supplied(150.0)
    house.run(300)
    assert house.a.setpoint_w is None
    house.surplus_w = -2_000.0
    house.run(120)
    told = []
    for index in range(300):
        house.surplus_w = -2_000.0 + (20.0 if index % 2 else -20.0)
        told.append(house.tick()["a"].setpoint_w)
    assert len(set(told[10:])) == 1


def test_another_car_is_not_fed() -> None:
    """It gives what the house takes, while the other one charges from the grid."""
    house = supplied(chargers=(Charger(key="a"), Charger(key="b")))
    house.more["b"] = {}
    house.modes["b"] = ChargeMode.OFF
    house.run(400)
    house.modes["b"] = ChargeMode.FAST
    house.run(120)
    assert house["b"].current_a == 16
    assert house.a.setpoint_w == pytest.approx(-1_950, abs=60)
    assert grid_w(house) == pytest.approx(11_090, abs=100)
    # Nor does it count as sun for it.
    house.modes["b"] = ChargeMode.SOLAR
    house.run(600)
    assert house["b"].current_a == 0
    assert house.a.setpoint_w == pytest.approx(-1_950, abs=60)


def test_two_cars_share_one_after_the_other() -> None:
    house = supplied(7_000.0, chargers=(Charger(key="a"), Charger(key="b")))
    house.more["b"]["soc"] = 90.0
    house.run(400)
    # The fuller one gives most.
    assert house["b"].setpoint_w == -5_000
    assert house.a.setpoint_w == pytest.approx(-1_950, abs=60)
    house.surplus_w = -3_000.0
    house.run(300)
    assert house.a.setpoint_w == 0
    assert house["b"].setpoint_w == pytest.approx(-2_950, abs=60)


def test_the_fuse_holds_in_the_other_direction_too() -> None:
    """The sun of a neighbour's roof on L2 leaves 5.5 A; 9 kW would be 12 A per phase."""
    may = replace(MAY, most_w=11_000.0)
    house = supplied(9_000.0, settings=Settings(fuse_a=16.0), may=may)
    house.base_a = (49.1, -10.0, 0.0)
    house.run(600)
    amps = [value.value or 0.0 for value in house.reading().currents_a or ()]
    assert min(amps) == pytest.approx(-15.5, abs=0.2)
    circuit = Settings(circuits=(Circuit(key="garage", limit_a=10.0),))
    house = supplied(
        9_000.0,
        settings=circuit,
        may=may,
        chargers=(Charger(key="a", circuit="garage"),),
    ).run(400)
    assert house.a.setpoint_w == pytest.approx(-9.5 * 3 * 230, abs=10)


class Battery:
    """A home battery that keeps the grid at zero, with its own limit."""

    def __init__(self, house: House, most_w: float) -> None:
        self.house, self.most_w, self.watts = house, most_w, 0.0

    def run(self, seconds: float) -> None:
        end = self.house.now + seconds
        load = -self.house.surplus_w
        while self.house.now < end:
            given = self.house.cars["a"].gives_w
            grid = load - given - self.watts
            self.watts = min(max(self.watts + 0.3 * grid, -self.most_w), self.most_w)
            self.house.surplus_w = self.watts - load
            self.house.house = {"battery_w": self.watts, "battery_soc": 60.0}
            self.house.tick()
        self.house.surplus_w = -load


def test_the_home_battery_goes_first() -> None:
    house = supplied(2_000.0)
    battery = Battery(house, 5_000.0)
    battery.run(600)
    assert not house.a.setpoint_w
    house.surplus_w = -7_000.0
    battery.run(600)
    assert battery.watts == pytest.approx(5_000, abs=100)
    assert house.a.setpoint_w == pytest.approx(-1_850, abs=100)
    house.surplus_w = -4_000.0
    battery.run(900)
    assert not house.a.setpoint_w


def test_the_car_goes_first_if_its_user_wants_that() -> None:
    house = supplied(3_000.0, settings=Settings(car_before_battery=True))
    battery = Battery(house, 5_000.0)
    battery.run(900)
    assert house.a.setpoint_w == pytest.approx(-2_950, abs=150)
    assert abs(battery.watts) < 200
