"""How readily it starts, stops and switches phases: gentle, balanced or eager."""

import itertools
from random import Random

import pytest

from custom_components.ocpp_cs.smart_charging.model import (
    Charger,
    Reason,
    Settings,
    Switching,
)
from custom_components.ocpp_cs.smart_charging.sun.adaptive import (
    MANNERS,
    Adaptive,
    Allowance,
)
from custom_components.ocpp_cs.smart_charging.sun.solar import Reach, Sun

from .house import START, House

ONE = Charger(key="a", phase_options=(1,))
REACH = Reach(watts_per_a={1: 230.0, 3: 690.0}, min_a=6, max_a=16)
CHOICES = [Switching.GENTLE, Switching.BALANCED, Switching.EAGER]


def best_of(switching: Switching, *phases: tuple[int, float]) -> Settings:
    """Return the delays that lead after four hours of a surplus that repeats itself."""
    adaptive = Adaptive(Settings(switching=switching))
    now = START
    while now < START + 4 * 3600:
        for seconds, watts in phases:
            for _ in range(0, seconds, 2):
                now += 2
                adaptive.step(now, 2, Sun(surplus_w=watts), REACH)
    return adaptive.settings


def test_usual_delays_lead_in_a_steady_sun() -> None:
    best = best_of(Switching.BALANCED, (600, 5000.0))
    usual = Settings()
    assert best.stop_delay_s == usual.stop_delay_s
    assert best.phase_up_delay_s == usual.phase_up_delay_s
    assert best.phase_down_delay_s == usual.phase_down_delay_s


def test_long_pauses_of_the_sun_make_it_stop_sooner() -> None:
    best = best_of(Switching.EAGER, (250, 3000.0), (250, -800.0))
    assert best.stop_delay_s == 120


def test_long_changes_make_the_phases_quicker_and_gentle_does_not() -> None:
    sky = (250, 9000.0), (250, 2000.0)
    eager = best_of(Switching.EAGER, *sky)
    gentle = best_of(Switching.GENTLE, *sky)
    assert eager.phase_up_delay_s < 120
    assert gentle.phase_up_delay_s > eager.phase_up_delay_s


@pytest.mark.parametrize("switching", CHOICES)
def test_starts_and_switches_of_an_hour_have_bounds(switching: Switching) -> None:
    settings = Settings(switching=switching, min_on_s=0, phase_guard_s=0)
    house = House(settings=settings)
    random = Random("wild")
    for _ in range(90):
        house.surplus_w = random.choice([-9000.0, 2500.0, 11_000.0])
        house.run(80)
    told = house.told["a"]
    starts = [two[0] for one, two in itertools.pairwise(told) if two[1] > one[1] == 0]
    switches = [
        two[0]
        for one, two in itertools.pairwise(told)
        if one[1] and two[1] and one[2] != two[2]
    ]
    for times, most in (
        (starts, MANNERS[switching].starts),
        (switches, MANNERS[switching].switches),
    ):
        for at in times:
            assert sum(at <= one < at + 3600 for one in times) <= most
    assert starts


def test_a_start_that_must_wait_says_so() -> None:
    settings = Settings(switching=Switching.GENTLE, min_on_s=0)
    house = House(ONE, settings=settings)
    reasons = set()
    for _ in range(40):
        house.surplus_w = 3000.0
        for _ in range(30):
            house.tick()
            reasons.add(house.a.reason)
            if house.a.reason is Reason.PAUSE_TIME:
                assert house.a.until is not None and house.a.until > house.now
        house.surplus_w = -9000.0
        house.run(90)
    assert Reason.PAUSE_TIME in reasons


def test_an_allowance_is_spread_over_the_hour() -> None:
    allowance = Allowance(8)
    times = []
    for second in range(2 * 3600):
        if not allowance.wait_s(START + second):
            allowance.take(START + second)
            times.append(second)
    assert times[:4] == [0, 1, 2, 3]
    assert times[4] - times[3] == pytest.approx(900, abs=5)
    assert max(sum(at <= one < at + 3600 for one in times) for at in times) <= 8


def test_the_clock_may_go_back() -> None:
    adaptive = Adaptive(Settings(switching=Switching.EAGER))
    adaptive.step(START, 2, Sun(surplus_w=5000), REACH)
    adaptive.starts.take(START)
    adaptive.step(START - 9999, 0, Sun(surplus_w=5000), REACH)
    assert adaptive.starts.wait_s(START - 9999) == 0
