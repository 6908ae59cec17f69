"""Following the sun with one charger."""

from itertools import pairwise

import pytest

from custom_components.ocpp_cs.smart_charging.model import (
    ChargeMode,
    Charger,
    Reason,
    Settings,
)

from .house import House

ONE = Charger(key="a", phase_options=(1,))
THREE = Charger(key="a", phase_options=(3,))


def remaining(house: House) -> float:
    """Return the seconds until what goes on ends."""
    assert house.a.until is not None
    return house.a.until - house.now


def test_it_waits_for_the_sun() -> None:
    house = House(surplus_w=1000).run(600)
    assert (house.a.current_a, house.a.reason) == (0, Reason.WAITING_FOR_SUN)
    assert house.a.surplus_w == pytest.approx(1000)
    assert house.a.target_w == 0


def test_a_start_has_a_delay_that_is_told() -> None:
    house = House(surplus_w=2000).run(10)
    assert house.a.reason is Reason.START_DELAY
    assert remaining(house) == pytest.approx(10, abs=3)
    house = House(settings=Settings(start_delay_s=90), surplus_w=2000).run(10)
    assert remaining(house) == pytest.approx(80, abs=3)
    assert house.run(70).a.current_a == 0
    assert house.run(12).a.current_a == 8
    assert house.a.reason is Reason.FOLLOWING_SUN
    assert house.a.phases == 1


def test_a_short_peek_of_the_sun_starts_nothing() -> None:
    house = House(surplus_w=0)
    for _ in range(20):
        house.surplus_w = 5000
        house.run(14)
        house.surplus_w = 0
        house.run(60)
    assert house.told["a"] == [(house.told["a"][0][0], 0, 3)]


@pytest.mark.parametrize("delay", [20.0, 90.0, 600.0])
@pytest.mark.parametrize("pulse", [10, 60])
def test_sun_that_comes_and_goes_faster_than_the_delay_gives_something(
    delay: float, pulse: int
) -> None:
    """Half of the time there is enough for 16 A, half of the time nothing."""
    house = House(ONE, settings=Settings(start_delay_s=delay), surplus_w=0)
    taken = 0.0
    for _ in range(7200 // pulse // 2):
        for house.surplus_w in (4000, 0):
            for _ in range(pulse // 2):
                house.tick()
                taken += min(house.cars["a"].power_w, house.surplus_w)
    assert taken > 0.25 * 2000 * 3600


def test_thresholds_can_be_set() -> None:
    settings = Settings(start_w=3000, stop_w=500)
    house = House(ONE, settings=settings, surplus_w=2500).run(300)
    assert house.a.reason is Reason.WAITING_FOR_SUN
    house.surplus_w = 3100
    assert house.run(120).a.current_a == 13
    house.surplus_w = 700
    assert house.run(1200).a.current_a == 6
    house.surplus_w = 0
    assert house.run(900).a.current_a == 0


def test_a_reserve_is_left_to_the_grid() -> None:
    house = House(ONE, settings=Settings(reserve_w=460), surplus_w=2300).run(300)
    assert house.a.current_a == 8


def test_the_current_follows_in_whole_amperes() -> None:
    house = House(ONE, surplus_w=2000).run(200)
    assert house.a.current_a == 8
    house.surplus_w = 3000
    assert house.run(60).a.current_a == 13
    house.surplus_w = 1500
    assert house.run(14).a.current_a == 6
    house.surplus_w = 9000
    assert house.run(60).a.current_a == 16


def test_a_lack_is_bridged_with_the_least_current_and_told() -> None:
    house = House(ONE, settings=Settings(stop_delay_s=150), surplus_w=2000).run(400)
    house.surplus_w = 300
    house.run(20)
    assert (house.a.current_a, house.a.reason) == (6, Reason.STOP_DELAY)
    assert 60 < remaining(house) < 200
    house.surplus_w = 2000
    assert house.run(60).a.reason is Reason.FOLLOWING_SUN
    house.surplus_w = 0
    assert house.run(170).a.current_a == 0


def test_a_larger_lack_stops_sooner() -> None:
    def seconds(surplus: float) -> float:
        house = House(ONE, surplus_w=2000).run(600)
        house.surplus_w = surplus
        begin = house.now
        while house.tick()["a"].current_a:
            assert house.now < begin + 4000
        return house.now - begin

    assert seconds(-1380) < seconds(0) < seconds(690) < 600


def test_it_stays_on_and_off_for_a_while() -> None:
    settings = Settings(min_on_s=600, min_off_s=900)
    house = House(ONE, settings=settings, surplus_w=2000).run(30)
    house.surplus_w = -3000
    assert house.run(560).a.current_a == 6
    assert house.run(50).a.current_a == 0
    house.surplus_w = 5000
    house.run(300)
    assert (house.a.current_a, house.a.reason) == (0, Reason.PAUSE_TIME)
    assert remaining(house) == pytest.approx(590, abs=20)
    assert house.run(620).a.current_a == 16


def test_min_solar_always_charges() -> None:
    house = House(mode=ChargeMode.MIN_SOLAR, surplus_w=-2000).run(10)
    assert (house.a.current_a, house.a.phases) == (6, 1)
    assert house.a.reason is Reason.MINIMUM_CURRENT
    house.surplus_w = 3000
    assert house.run(60).a.current_a == 13
    house.surplus_w = -5000
    assert house.run(3600).a.current_a == 6


@pytest.mark.parametrize("mode", [ChargeMode.OFF, ChargeMode.FAST])
def test_modes_that_do_not_care_for_the_sun(mode: ChargeMode) -> None:
    house = House(mode=mode, surplus_w=3000).run(60)
    expected = 0 if mode is ChargeMode.OFF else 16
    assert (house.a.current_a, house.a.phases) == (expected, 3)
    assert house.a.reason == mode.value


def test_manual_is_left_alone_and_counts_as_the_house() -> None:
    two = Charger(key="b", phase_options=(1,))
    house = House(ONE, two, surplus_w=6000)
    house.modes["b"] = ChargeMode.MANUAL
    house.cars["b"].amps, house.cars["b"].lines = 16, 1
    house.run(300)
    assert house["b"].current_a is None and house["b"].phases is None
    assert house["b"].reason is Reason.MANUAL
    assert house.a.current_a == 10  # 6000 - 3680 W


def test_from_fast_to_solar_the_car_goes_on_while_there_is_sun() -> None:
    house = House(mode=ChargeMode.FAST, surplus_w=5000).run(60)
    house.modes["a"] = ChargeMode.SOLAR
    house.run(300)
    assert [told[1:] for told in house.told["a"]] == [(16, 3), (7, 3)]


def test_from_fast_to_solar_at_night_it_stops() -> None:
    house = House(mode=ChargeMode.FAST, surplus_w=-500).run(60)
    house.modes["a"] = ChargeMode.SOLAR
    assert house.run(12).a.current_a == 6
    assert house.run(240).a.current_a == 0


def test_phases_go_up_when_it_lasts() -> None:
    house = House(surplus_w=3000).run(300)
    assert (house.a.current_a, house.a.phases) == (13, 1)
    house.surplus_w = 6500
    house.run(20)
    assert (house.a.current_a, house.a.phases) == (16, 1)
    assert house.a.reason is Reason.PHASE_DELAY and remaining(house) > 0
    house.run(120)
    assert (house.a.current_a, house.a.phases) == (9, 3)


def test_phases_go_down_before_it_stops() -> None:
    house = House(surplus_w=7000).run(300)
    assert (house.a.current_a, house.a.phases) == (10, 3)
    house.surplus_w = 1700
    house.run(60)
    assert (house.a.current_a, house.a.phases) == (6, 3)
    assert house.a.reason is Reason.PHASE_DELAY
    house.run(300)
    assert (house.a.current_a, house.a.phases) == (7, 1)


def test_it_starts_on_as_many_phases_as_the_sun_supports() -> None:
    assert House(surplus_w=8000).run(100).a.phases == 3
    assert House(surplus_w=3900).run(100).a.phases == 1


def test_a_sun_between_one_and_three_phases_does_not_hunt() -> None:
    house = House(surplus_w=3900).run(200)
    for minute in range(240):
        house.surplus_w = 3910 + (400 if minute % 2 else -400)
        house.run(60)
    switches = {told[2] for told in house.told["a"][1:]}
    assert len(switches) == 1


def test_a_changeable_sky_makes_phases_patient() -> None:
    house = House(surplus_w=7000).run(300)
    for _ in range(16):
        house.surplus_w = 2000
        house.run(225)
        house.surplus_w = 7000
        house.run(150)
    phases = [told[2] for told in house.told["a"]]
    # Without patience, each of the sixteen clouds has it switch twice.
    changes = sum(old != new for old, new in pairwise(phases))
    assert 3 <= changes <= 20


def test_a_single_phase_car_at_three_phases_needs_little_sun() -> None:
    house = House(THREE, mode=ChargeMode.MIN_SOLAR, surplus_w=2000)
    house.cars["a"].phases = 1
    house.run(300)
    house.modes["a"] = ChargeMode.SOLAR
    house.run(600)
    assert house.a.current_a == 8
    assert house.a.target_w == pytest.approx(1840)


def test_a_single_phase_car_is_not_switched_to_and_fro() -> None:
    house = House(surplus_w=9000)
    house.cars["a"].phases = 1
    for _ in range(60):
        house.surplus_w = 13000 - house.surplus_w
        house.run(300)
    phases = [told[2] for told in house.told["a"]]
    assert sum(old != new for old, new in pairwise(phases)) <= 1


def test_what_the_user_allows_is_the_most() -> None:
    house = House(ONE, surplus_w=9000)
    house.more["a"] = {"limit_a": 10.4}
    assert house.run(300).a.current_a == 10
    house.more["a"] = {"limit_a": 5.0}
    assert house.run(20).a.current_a == 0
    house.modes["a"] = ChargeMode.FAST
    house.more["a"] = {"limit_a": 13.0}
    assert house.run(20).a.current_a == 13


def test_no_command_before_the_guard_time() -> None:
    house = House(ONE, surplus_w=3000).run(300)
    for surplus in (1500, 3600, 1400, 3000, 2000, 2500) * 20:
        house.surplus_w = surplus
        house.run(6)
    times = [told[0] for told in house.told["a"]]
    assert min(b - a for a, b in pairwise(times)) >= 10
    assert len(times) > 20


@pytest.mark.parametrize("change", ["limit", "pause", "off"])
def test_what_the_user_forbids_does_not_wait(change: str) -> None:
    house = House(ONE, mode=ChargeMode.FAST).run(60)
    assert house.a.current_a == 16
    house.more["a"] = {"limit_a": 12.0}
    house.tick()
    # A command has just been sent, so that the guard time runs.
    assert house.a.current_a == 12
    if change == "off":
        house.modes["a"] = ChargeMode.OFF
    else:
        house.more["a"] = {"limit_a": 0.0 if change == "pause" else 7.0}
    house.tick()
    assert house.a.current_a == (7 if change == "limit" else 0)
    house.modes["a"] = ChargeMode.FAST
    house.more["a"] = {}
    house.tick()
    # More than before has time.
    assert house.a.current_a == (7 if change == "limit" else 0)
