"""Holding the home battery while a car would empty it."""

from typing import Any

import pytest

from custom_components.ocpp_cs.smart_charging.model import (
    BatteryReading,
    ChargeMode,
    Charger,
    Holding,
    Measured,
    Reason,
    Settings,
)

from .house import House


class WithBattery(House):
    """A house whose battery gives what is missing, unless it is held."""

    def __init__(self, mode: ChargeMode = ChargeMode.FAST, **more: Any) -> None:
        settings = {"holding": Holding.ALWAYS} | more
        super().__init__(
            Charger(key="a", phase_options=(1, 3)),
            settings=Settings(**settings),
            mode=mode,
        )
        self.soc: float | None = 60.0
        self.price: float | None = None
        self.obeys = True
        self.gives = 0.0
        self.held: list[tuple[float, bool]] = []
        self.house = {"grid_w": 0.0}
        self.inputs = self.batteries

    def batteries(self) -> dict[str, Any]:
        power = Measured(self.gives, self.now)
        soc = None if self.soc is None else Measured(self.soc, self.now)
        return {
            "batteries": (BatteryReading(power=power, soc=soc),),
            "price": self.price,
        }

    def tick(self, step: float = 2.0) -> Any:
        missing = sum(car.power_w for car in self.cars.values()) - self.surplus_w
        held = self.holds and self.obeys
        self.gives = max(min(missing, 0.0 if held else 5000.0), -5000.0)
        self.house = {"grid_w": missing - self.gives}
        result = super().tick(step)
        if not self.held or self.held[-1][1] is not self.holds:
            self.held.append((self.now, self.holds))
        return result

    @property
    def holds(self) -> bool:
        return self.control.house.hold_battery


@pytest.mark.parametrize(
    ("mode", "more", "expected"),
    [
        (ChargeMode.FAST, {}, True),
        (ChargeMode.SOLAR, {"due_w": 5000.0}, True),
        (ChargeMode.SOLAR, {"boost": True}, True),
        (ChargeMode.OFF, {"boost": True}, True),
        (ChargeMode.MIN_SOLAR, {}, True),
        (ChargeMode.SOLAR, {}, False),
        (ChargeMode.OFF, {}, False),
        (ChargeMode.FAST, {"plugged_in": False, "session": False}, False),
    ],
)
def test_it_is_held_while_a_car_charges_without_the_sun(
    mode: ChargeMode, more: dict[str, Any], *, expected: bool
) -> None:
    house = WithBattery(mode)
    house.more["a"] = more
    house.run(60)
    assert house.holds is expected
    assert (house.gives == 0) or not expected


def test_it_is_held_for_a_car_in_manual_mode() -> None:
    house = WithBattery(ChargeMode.MANUAL)
    house.run(10)
    assert not house.holds
    house.cars["a"].amps, house.cars["a"].lines = 10.0, 3
    house.run(10)
    assert house.holds


def test_it_is_released_when_the_car_is_done() -> None:
    house = WithBattery().run(120)
    assert house.holds
    house.cars["a"].takes = False
    house.run(50)
    assert house.holds
    house.run(120)
    assert not house.holds
    assert len(house.held) == 3  # not, held, released


def test_it_is_not_held_while_the_sun_is_enough_and_does_not_flap() -> None:
    house = WithBattery()
    house.surplus_w = 15_000
    house.run(300)
    assert not house.holds
    for _ in range(120):
        house.surplus_w = 11_600
        house.run(10)
        house.surplus_w = 10_500
        house.run(10)
    changes = len(house.held) - 1
    assert changes <= 2
    assert house.holds


def test_down_to_a_state_of_charge() -> None:
    house = WithBattery(holding=Holding.BELOW_SOC, hold_soc=50)
    house.run(60)
    assert not house.holds
    house.soc = 50.0
    house.run(10)
    assert house.holds
    # It stays so until there is clearly more.
    house.soc = 52.0
    house.run(300)
    assert house.holds
    house.soc = 54.0
    house.run(120)
    assert not house.holds
    house.soc = None
    house.run(10)
    assert house.holds


def test_above_a_price() -> None:
    house = WithBattery(holding=Holding.ABOVE_PRICE, hold_price=0.25)
    house.price = 0.25
    house.run(60)
    assert not house.holds
    house.price = 0.26
    house.run(10)
    assert house.holds
    house.price = 0.1
    house.run(120)
    assert not house.holds
    house.price = None
    house.run(10)
    assert house.holds


def test_it_is_a_choice() -> None:
    house = WithBattery(holding=Holding.OFF).run(300)
    assert not house.holds
    without = House(settings=Settings(holding=Holding.ALWAYS), mode=ChargeMode.FAST)
    assert not without.run(300).control.house.hold_battery


def test_a_meter_that_is_away_changes_nothing() -> None:
    house = WithBattery().run(60)
    tick = House.tick
    for _ in range(200):
        house.house = {"grid_w": None}
        tick(house, 2.0)
    assert house.holds


@pytest.mark.parametrize("obeys", [True, False])
def test_a_car_on_the_sun_never_lives_on_the_battery(*, obeys: bool) -> None:
    """Whether the battery is held or discharges all the same: that is no surplus."""
    house = WithBattery(ChargeMode.SOLAR)
    house.obeys = obeys
    house.surplus_w = 3000
    house.run(600)
    assert house.a.current_a == 13
    house.surplus_w = 0
    house.run(600)
    assert house.a.current_a == 0
    assert house.cars["a"].power_w == 0


def test_a_battery_that_is_held_supports_no_car_on_the_sun() -> None:
    house = WithBattery(ChargeMode.SOLAR, buffer_soc=50, buffer_start_soc=50)
    house.run(600)
    # The user lets the battery do that.
    assert (house.a.current_a, house.a.reason) == (6, Reason.BATTERY_SUPPORT)
    assert not house.holds
    house.control._hold.on = True
    house.control._hold.take = lambda **_: True  # type: ignore[method-assign]
    house.run(600)
    assert (house.a.current_a, house.a.reason) == (0, Reason.HOUSE_BATTERY)


@pytest.mark.parametrize("soc", [90.0, None])
def test_it_does_not_hold_for_itself(soc: float | None) -> None:
    house = WithBattery(buffer_soc=80.0, buffer_start_soc=80.0)
    house.soc = 90.0
    house.run(60)
    assert house.holds
    house.modes["a"] = ChargeMode.MIN_SOLAR
    house.soc = soc
    house.run(300)
    # Only a battery that may support the car is not kept from that.
    assert house.holds is (soc is None)
