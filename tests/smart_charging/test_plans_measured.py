"""Plans beside evcc's planner and the optimum: a sample, and all of it if wanted."""

from statistics import fmean

import pytest

from devtools.simulate.plans.evcc import EvccPlan, chosen
from devtools.simulate.plans.night_run import run as run_night
from devtools.simulate.plans.nights import NIGHTS, Night
from devtools.simulate.plans.optimum import cheapest
from devtools.simulate.plans.tariff_run import Evcc, Ours, Trouble, run
from devtools.simulate.plans.tariffs import HOUR_S, Case, cases
from tests.sampling import LONG, sample

CASES = [case for seed in (1, 7) for case in cases(seed)]
SEEDS = (1, 2) if LONG else (1,)
_TIGHT = next(night for night in NIGHTS if night.key == "tight")


def test_what_it_costs_above_the_optimum() -> None:
    some = sample(CASES, 8)
    ours = [run(case, Ours) for case in some]
    evcc = [run(case, Evcc) for case in some]
    assert not any(each.late_min for each in ours)
    assert all(each.above > -0.01 for each in ours)
    assert fmean(each.above for each in ours) < fmean(each.above for each in evcc)
    if LONG:
        assert fmean(each.above for each in ours) <= 0.65


@pytest.mark.parametrize("trouble", [Trouble(forecast=False), Trouble(prices=False)])
def test_with_less_to_know_it_is_still_in_time(trouble: Trouble) -> None:
    assert not any(run(case, Ours, trouble).late_min for case in sample(CASES, 3))


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "night", NIGHTS if LONG else [_TIGHT], ids=lambda night: night.key
)
def test_no_car_is_short_that_could_have_been_charged(night: Night) -> None:
    for seed in SEEDS:
        dawn = run_night(night, seed, "ocpp_cs")
        assert dawn.short < 0.5
        # The reaction of charger and car, and of the meter.
        assert dawn.above_longest_s <= 12


def test_the_optimum_of_a_simple_case() -> None:
    case = Case(
        key="simple",
        slot_s=HOUR_S,
        prices=[*[30.0] * 48, *[30.0, 10.0, 20.0], *[30.0] * 45],
        start_s=0,
        due_s=4 * HOUR_S,
        need_kwh=11.04 + 5.52,
        surplus_w=[0.0] * 60 * 24 * 2,
        forecast_w=[0.0] * 48,
    )
    assert cheapest(case) == pytest.approx(11.04 * 10 + 5.52 * 20)
    assert run(case, Ours).cost == pytest.approx(11.04 * 10 + 5.52 * 20, rel=0.02)


def test_evccs_planner_takes_the_cheapest_slots_and_leaves_the_rest_for_later() -> None:
    prices = [
        (at * 3600.0, (at + 1) * 3600.0, price)
        for at, price in enumerate((30.0, 10.0, 20.0, 10.0))
    ]
    assert chosen(0, 4 * 3600, 3600, prices) == [(3 * 3600, 4 * 3600)]
    assert chosen(0, 4 * 3600, 5400, prices) == [
        (3 * 3600, 4 * 3600),
        (5400, 2 * 3600),
    ]
    # All of it fits after the last price.
    assert chosen(0, 6 * 3600, 3600, prices) is None
    assert chosen(0, 4 * 3600, 3600, []) == [(3 * 3600, 4 * 3600)]
    plan = EvccPlan()
    assert not plan.charges(0, 4 * 3600, 3600, prices)
    assert plan.charges(3 * 3600, 4 * 3600, 1800, prices)
    assert not plan.charges(3 * 3600, 4 * 3600, 0, prices)
