"""Cars that do not do what one would like."""

from itertools import pairwise
from typing import override

import pytest

from custom_components.ocpp_cs.smart_charging.model import (
    ChargeMode,
    Charger,
    Decision,
    Reason,
    Settings,
)

from .house import VOLTAGE, Car, House


class Tapering(Car):
    """Its battery takes 2 kW, on however many phases."""

    @override
    def follow(self, decision: Decision) -> None:
        super().follow(decision)
        if self.lines:
            self.amps = min(self.amps, 2000 / VOLTAGE / self.lines)


class Liar(Car):
    """Takes all that it can."""

    @override
    def follow(self, decision: Decision) -> None:
        self.amps, self.lines = self.max_a, 1


ONE = Charger(key="a", phase_options=(1,))
TWO = Charger(key="b", phase_options=(1,))


def test_a_car_that_takes_less_leaves_the_rest_to_others() -> None:
    house = House(ONE, TWO, surplus_w=5500)
    house.cars["a"].max_a = 8
    house.run(600)
    assert house.cars["a"].amps == 8
    assert house.cars["b"].amps == 15  # 5500 - 8 A


def test_a_car_that_takes_more_again_gets_it() -> None:
    house = House(ONE, TWO, surplus_w=5500)
    house.cars["a"].max_a = 8
    house.run(600)
    house.cars["a"].max_a = 16
    house.run(300)
    assert house.cars["a"].amps == pytest.approx(house.cars["b"].amps, abs=1)


def test_a_car_that_ignores_the_offer_is_woken_a_few_times() -> None:
    house = House(ONE, surplus_w=3000)
    house.cars["a"].takes = False
    house.run(70)
    assert house.a.reason is Reason.WAITING_FOR_CAR
    house.run(1800)
    pauses = [told for told in house.told["a"][1:] if told[1] == 0]
    assert len(pauses) == 3
    assert (house.a.current_a, house.a.reason) == (6, Reason.WAITING_FOR_CAR)


def test_a_car_that_wakes_at_the_second_offer_charges() -> None:
    house = House(ONE, surplus_w=3000)
    house.cars["a"].takes = False
    house.run(200)
    house.cars["a"].takes = True
    house.run(60)
    assert house.a.reason is Reason.FOLLOWING_SUN
    assert house.cars["a"].amps == 13


def test_a_car_that_sleeps_does_not_keep_the_sun_from_others() -> None:
    house = House(
        ONE, Charger(key="b", phase_options=(1,), priority=-1), surplus_w=3000
    )
    house.cars["a"].takes = False
    house.run(2400)
    assert house.cars["b"].amps == 13


def test_a_slow_car_is_not_disturbed() -> None:
    house = House(ONE, surplus_w=3000)
    house.cars["a"].takes = False
    house.run(70)  # offered for about 50 s
    house.cars["a"].takes = True
    house.run(120)
    assert 0 not in [told[1] for told in house.told["a"][1:]]
    assert house.a.reason is Reason.FOLLOWING_SUN


@pytest.mark.parametrize("mode", [ChargeMode.SOLAR, ChargeMode.FAST])
def test_a_full_car_is_told_and_offered_the_least(mode: ChargeMode) -> None:
    house = House(ONE, TWO, surplus_w=3500, mode=ChargeMode.SOLAR)
    house.modes["a"] = mode
    house.run(300)
    house.cars["a"].takes = False
    house.run(250)
    assert (house.a.current_a, house.a.reason) == (6, Reason.CAR_FULL)
    assert house.cars["b"].amps == 15
    house.cars["a"].takes = True  # it heats its seats
    house.run(30)
    assert house.a.reason is not Reason.CAR_FULL


def test_a_full_car_is_not_started_again_and_again() -> None:
    house = House(ONE, TWO, surplus_w=3500)
    house.run(300)
    house.cars["a"].takes = False
    house.run(6 * 3600)
    assert house.a.reason is Reason.CAR_FULL
    assert len(house.told["a"]) <= 5


def test_a_car_that_has_what_it_should_is_paused() -> None:
    house = House(ONE, mode=ChargeMode.FAST)
    house.more["a"] = {"full": True}
    house.run(20)
    assert (house.a.current_a, house.a.reason) == (0, Reason.CAR_FULL)


def test_without_a_car_there_is_nothing_to_start() -> None:
    house = House(ONE, surplus_w=5000)
    house.more["a"] = {"plugged_in": False}
    house.run(300)
    assert (house.a.current_a, house.a.reason) == (0, Reason.NOT_CONNECTED)
    house.modes["a"] = ChargeMode.FAST
    house.run(20)
    assert house.a.current_a == 6


def test_another_car_is_not_taken_for_the_one_before() -> None:
    house = House(surplus_w=9000)
    house.cars["a"].phases = 1
    house.run(900)
    house.more["a"] = {"plugged_in": False}
    house.cars["a"].takes = False
    house.run(60)
    house.more["a"] = {}
    house.cars["a"].takes, house.cars["a"].phases = True, 3
    house.run(900)
    assert house.cars["a"].power_w == pytest.approx(13 * 3 * VOLTAGE)


def test_a_charger_that_takes_more_than_told_is_reckoned_with() -> None:
    # It lies, or ignores its limit: what it takes is measured, and others get less.
    settings = Settings(fuse_a=20)
    house = House(ONE, TWO, settings=settings, mode=ChargeMode.FAST)
    house.base_a = (0.0, 0.0, 0.0)
    house.run(30)
    assert house.a.current_a == house["b"].current_a == 9
    house.cars["a"] = Liar()
    house.run(20)
    assert house["b"].current_a == 0
    house.run(600)
    assert house["b"].current_a == 0


def test_a_charger_without_a_meter_is_guessed() -> None:
    house = House(ONE, surplus_w=3000)
    house.more["a"] = {"power_w": None, "currents_a": None}
    house.run(600)
    assert house.a.current_a == 13


def test_a_charger_that_is_away_keeps_what_it_was_told() -> None:
    settings = Settings(fuse_a=20)
    house = House(ONE, TWO, settings=settings, mode=ChargeMode.FAST)
    house.base_a = (0.0, 0.0, 0.0)
    house.run(30)
    house.more["a"] = {"online": False}
    house.modes["a"] = ChargeMode.OFF
    house.run(60)
    assert house.a.current_a == 9
    assert house["b"].current_a == 10
    # It is back from a reboot.
    house.more["a"] = {}
    house.run(4)
    assert house.a.current_a == 0
    house.run(120)
    assert house["b"].current_a == 16


def test_a_car_with_less_per_phase_than_the_charger_gets_more_phases() -> None:
    wide = Charger(key="a", max_a=32.0, phase_options=(1, 3))
    house = House(wide, surplus_w=8000).run(600)
    assert house.cars["a"].power_w == pytest.approx(11 * 3 * VOLTAGE)
    house.surplus_w = 2600
    house.run(900)
    assert house.cars["a"].power_w == pytest.approx(11 * VOLTAGE)


def test_a_car_that_is_nearly_full_is_not_switched_to_and_fro() -> None:
    wide = Charger(key="a", max_a=32.0, phase_options=(1, 3))
    house = House(wide, surplus_w=5000)
    house.cars["a"] = Tapering()
    house.run(4 * 3600)
    phases = [phases for _, _, phases in house.told["a"]]
    assert sum(one != other for one, other in pairwise(phases)) <= 2
