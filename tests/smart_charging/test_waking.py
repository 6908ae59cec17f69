"""Cars that sleep: they are woken after a pause, and only then taken for full."""

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

from .house import Car, House

ONE = Charger(key="a", phase_options=(1,))
TWO = Charger(key="b", phase_options=(1,))
QUICK = Settings(min_off_s=0.0, start_delay_s=20.0)


class Sleeper(Car):
    """It takes nothing in a pause, then ignores some offers, or all but new sessions."""

    def __init__(self, *, ignores: int = 1, needs_session: bool = False) -> None:
        super().__init__(phases=1)
        self._ignores, self._needs_session = ignores, needs_session
        self.offers = 0
        self.sessions = 0
        self._left = 0

    def sleep(self) -> None:
        self._left, self.takes = self._ignores, False

    def begin_session(self) -> None:
        self.sessions += 1
        if self._needs_session:
            self.takes = True

    @override
    def follow(self, decision: Decision) -> None:
        offered = bool(decision.current_a)
        if offered and not self.offered:
            self.offers += 1
            if not self._needs_session:
                self.takes = self._left <= 0
                self._left -= 1
        if not offered and self.amps:
            self.sleep()
        self.offered = offered
        super().follow(decision)

    offered = False


def sleeping(car: Sleeper, *chargers: Charger, settings: Settings = QUICK) -> House:
    """Return a house whose car has charged, and was paused by a cloud."""
    house = House(*(chargers or (ONE,)), settings=settings, surplus_w=3000)
    house.cars["a"] = car
    for other in chargers[1:]:
        house.modes[other.key] = ChargeMode.OFF
    house.run(300)
    assert car.amps == 13
    house.surplus_w = -2000
    house.run(300)
    assert car.amps == 0
    house.surplus_w = 3000
    return house


def why(house: House) -> Reason:
    return house.a.reason


def test_a_car_that_wakes_at_the_second_offer_after_a_pause_charges() -> None:
    car = Sleeper()
    house = sleeping(car)
    reasons = set()
    for _ in range(100):
        house.tick()
        reasons.add(house.a.reason)
    assert car.amps == 13
    assert car.offers == 3
    assert Reason.WAKING_CAR in reasons
    assert Reason.CAR_FULL not in reasons
    assert house.a.reason is Reason.FOLLOWING_SUN


def test_a_car_that_wakes_at_the_third_offer_charges() -> None:
    car = Sleeper(ignores=2)
    house = sleeping(car).run(400)
    assert car.amps == 13
    assert house.a.reason is Reason.FOLLOWING_SUN


def test_it_is_woken_after_each_pause_anew() -> None:
    car = Sleeper()
    house = sleeping(car).run(300)
    for _ in range(3):
        house.surplus_w = -2000
        house.run(300)
        assert car.amps == 0
        house.surplus_w = 3000
        house.run(300)
        assert car.amps == 13


@pytest.mark.parametrize("mode", [ChargeMode.SOLAR, ChargeMode.FAST])
def test_after_two_attempts_it_counts_as_full_and_takes_from_nobody(
    mode: ChargeMode,
) -> None:
    car = Sleeper(ignores=99)
    house = sleeping(car, ONE, TWO)
    house.modes |= {"a": mode, "b": ChargeMode.SOLAR}
    house.run(900)
    least = 6 if mode is ChargeMode.FAST else 0
    assert (house.a.current_a, house.a.reason) == (least, Reason.CAR_FULL)
    assert house.cars["b"].amps == 13
    told = len(house.told["a"])
    offers = car.offers
    assert offers == 4
    house.run(4 * 3600)
    assert (len(house.told["a"]), car.offers) == (told, offers)


def test_a_car_that_stops_by_itself_is_full_and_is_not_woken() -> None:
    car = Sleeper()
    house = sleeping(car).run(300)
    car.takes = False
    offers = car.offers
    house.run(170)
    assert why(house) is not Reason.CAR_FULL
    house.run(60)
    assert why(house) is Reason.CAR_FULL
    assert car.offers == offers


def test_a_switch_of_phases_is_a_pause_as_well() -> None:
    house = House(settings=QUICK, surplus_w=3000).run(300)
    assert house.a.phases == 1
    house.surplus_w = 9000
    while house.told["a"][-1][2] == 1:
        house.tick()
    house.cars["a"].takes, house.cars["a"].amps = False, 0.0
    reasons = set()
    while why(house) is not Reason.CAR_FULL:
        house.tick()
        reasons.add(house.a.reason)
    assert Reason.WAKING_CAR in reasons


# Sessions that are restarted.


def with_sessions(house: House, car: Sleeper, seconds: float) -> int:
    """Run a house whose charger restarts sessions; return how many were asked for."""
    asked = 0
    for _ in range(int(seconds // 2)):
        house.more["a"] = {"restartable": car.session, "startable": not car.session}
        house.tick()
        if house.a.restart:
            asked += 1
            car.session = False
        elif house.a.start and not car.session:
            car.session = True
            car.begin_session()
    return asked


def test_a_car_that_needs_a_new_session_gets_one() -> None:
    car = Sleeper(needs_session=True)
    house = sleeping(car)
    assert with_sessions(house, car, 400) == 1
    assert car.sessions == 1
    assert car.amps == 13
    assert house.a.reason is Reason.FOLLOWING_SUN


@pytest.mark.parametrize("mode", [ChargeMode.SOLAR, ChargeMode.FAST])
def test_a_car_that_never_took_anything_keeps_its_session(mode: ChargeMode) -> None:
    # It may have a timer of its own.
    car = Sleeper(needs_session=True)
    car.takes = False
    house = House(ONE, surplus_w=3000, settings=QUICK, mode=mode)
    house.cars["a"] = car
    assert with_sessions(house, car, 3600) == 0
    assert car.session


def test_a_session_is_restarted_once_and_only_where_it_can_be() -> None:
    car = Sleeper(ignores=99)
    house = sleeping(car)
    assert with_sessions(house, car, 3 * 3600) == 1
    assert house.a.reason is Reason.CAR_FULL
    car = Sleeper(ignores=99)
    house = sleeping(car)
    for _ in range(2000):
        house.tick()
        assert not house.a.restart


# Restarts of Home Assistant.


def test_attempts_survive_a_restart() -> None:
    car = Sleeper(ignores=99)
    house = sleeping(car)
    while why(house) is not Reason.WAKING_CAR:
        house.tick()
    house.run(30)
    offers = car.offers
    for _ in range(10):
        house.restart(10).run(250)
    assert why(house) is Reason.CAR_FULL
    assert car.offers <= offers + 1


def test_a_record_of_an_earlier_version_is_read() -> None:
    house = House(ONE, surplus_w=3000).run(300)
    kept = house.control.as_dict()
    for name in ("took_offer", "attempts"):
        del kept["chargers"]["a"]["car"][name]
    house.cars["a"].takes = False
    house.restart(kept=kept).run(250)
    assert house.a.reason is Reason.CAR_FULL
    assert 0 not in [current for _, current, _ in house.told["a"][1:]]


@pytest.mark.parametrize("bad", ["x", -3, 99, None, float("nan"), [], {}])
def test_a_broken_record_is_read_as_far_as_possible(bad: object) -> None:
    house = sleeping(Sleeper())
    kept = house.control.as_dict()
    kept["chargers"]["a"]["car"] |= {"attempts": bad, "took_offer": bad}
    house.restart(kept=kept).run(600)
    pauses = [current for _, current, _ in house.told["a"]]
    assert pauses
    assert all(one != other for one, other in pairwise(pauses))
