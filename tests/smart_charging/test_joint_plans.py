"""Plans of all cars of a house, made together."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf, nan
from typing import Any

import pytest

from custom_components.ocpp_cs.smart_charging.model import (
    MAIN,
    Ceiling,
    CeilingScope,
    ChargeMode,
    Charger,
    Circuit,
    Imposed,
    Reason,
    Settings,
)
from custom_components.ocpp_cs.smart_charging.planning.joint import plan_all
from custom_components.ocpp_cs.smart_charging.planning.model import (
    LoadSlot,
    Need,
    Plan,
    Shortage,
    Site,
    SunSlot,
)
from custom_components.ocpp_cs.smart_charging.planning.prices import PriceSlot
from custom_components.ocpp_cs.smart_charging.planning.soc import energy_for_soc

from .house import House

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
FULL_W = 16 * 3 * 230.0


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def hourly(*prices: float) -> list[PriceSlot]:
    return [PriceSlot(at(i), at(i + 1), price) for i, price in enumerate(prices)]


def quiet(amps: float = 0.0, hours: int = 48) -> list[LoadSlot]:
    return [LoadSlot(start=at(0), end=at(hours), currents_a=(amps, amps, amps))]


def car(key: str, kwh: float, ready: float | None = 13.0, **more: object) -> Need:
    return Need(
        key=key,
        energy_kwh=kwh,
        ready_by=None if ready is None else at(ready),
        **more,  # type: ignore[arg-type]
    )


def spans(found: Plan) -> list[tuple[float, float]]:
    """Return from when to when it charges, in hours from now."""
    result: list[tuple[float, float]] = []
    for slot in found.slots:
        start, end = (
            round((when - NOW).total_seconds() / 3600, 3)
            for when in (slot.start, slot.end)
        )
        if result and result[-1][1] == start:
            start = result.pop()[0]
        result.append((start, end))
    return result


def energy(found: Plan) -> float:
    return sum(slot.energy_kwh for slot in found.slots)


def one(
    need: Need, site: Site, before: Plan | None = None, now: datetime = NOW
) -> Plan:
    earlier = {} if before is None else {need.key: before}
    return plan_all(now, [need], site, earlier)[need.key]


def test_without_prices_it_is_as_late_as_is_safe() -> None:
    found = one(car("a", 22.08, 13.25), Site())
    assert spans(found) == [(11, 13)]
    assert found.due_w(at(10.9)) == 0
    assert found.due_w(at(11)) == FULL_W
    assert found.due_w(at(13)) == 0
    assert found.cost is None
    assert found.slack_s == pytest.approx(11 * 3600)
    assert not found.urgent


def test_the_cheapest_hours_first() -> None:
    prices = hourly(30, 28, 25, 9, 8, 7, 8, 9, 20, 25, 30, 32, 33)
    found = one(car("a", 3 * 11.04), Site(prices=prices))
    assert spans(found) == [(4, 7)]
    assert found.cost == pytest.approx(11.04 * (8 + 7 + 8))


def test_a_part_of_an_hour_is_next_to_the_others() -> None:
    prices = hourly(30, 28, 25, 9, 8, 7, 6, 9, 20, 25, 30, 32, 33)
    assert spans(one(car("a", 1.5 * 11.04), Site(prices=prices))) == [(5.5, 7)]


def test_two_cars_share_the_night_under_the_fuse() -> None:
    # 20 A carry one car at a time.
    prices = hourly(30, 30, 30, 9, 8, 7, 8, 9, 30, 30, 30, 30, 30)
    site = Site(prices=prices, loads=quiet(2), fuse_a=20)
    found = plan_all(NOW, [car("a", 33.12), car("b", 22.08)], site, {})
    assert spans(found["a"]) == [(4, 7)]
    assert spans(found["b"]) == [(3, 4), (7, 8)]
    for plan in found.values():
        assert not plan.missing_kwh


def test_the_one_with_less_time_is_not_left_with_nothing() -> None:
    # The first car could take any ten of twelve hours, the other needs one of four.
    site = Site(prices=hourly(1, 1, 1, 1, *[9] * 8), loads=quiet(2), fuse_a=20)
    found = plan_all(NOW, [car("a", 110.0, 12), car("b", 11.0, 4)], site, {})
    assert not found["a"].missing_kwh
    assert not found["b"].missing_kwh


def test_cars_that_fit_only_together_share_each_hour() -> None:
    # 25 A less 4 A: 14 kW for two, 11 kW for one.
    site = Site(loads=quiet(4), fuse_a=25)
    found = plan_all(NOW, [car("a", 88.0), car("b", 85.0)], site, {})
    assert not found["a"].missing_kwh
    assert not found["b"].missing_kwh


def test_too_little_time_is_told_at_once() -> None:
    found = one(car("a", 33.12, 1.0), Site(prices=hourly(50, 1, 1, 1)))
    assert spans(found) == [(0, 3)]
    assert found.missing_kwh == pytest.approx(22.08)
    assert found.shortage is Shortage.TIME
    assert found.urgent
    assert (found.slack_s or 0) < 0


def test_what_the_fuse_does_not_carry_is_told() -> None:
    found = one(car("a", 60, 8), Site(loads=quiet(10), fuse_a=20))
    assert found.shortage is Shortage.FUSE
    assert found.missing_kwh == pytest.approx(60 - 8 * 6.9)


@pytest.mark.parametrize(
    ("site", "reason"),
    [
        (Site(circuits=(Circuit(key="garage", limit_a=8),)), Shortage.CIRCUIT),
        (Site(peak_w=5000, loads=quiet(1)), Shortage.PEAK),
    ],
)
def test_why_it_is_short(site: Site, reason: Shortage) -> None:
    found = one(car("a", 60, 8, circuit="garage"), site)
    assert found.shortage is reason
    assert found.missing_kwh > 10
    assert one(car("a", 60, 8), Site(circuits=site.circuits)).shortage is None


def imposed(power_w: float, **options: Any) -> Site:
    """Return a site on which a ceiling is in force."""
    ceiling = Ceiling(key="c", **options)
    return Site(imposed=(Imposed(ceiling=ceiling, power_w=power_w),))


def test_a_ceiling_is_expected_to_end_soon() -> None:
    # An hour of 4.2 kW leaves too little, the hours after it do not.
    site = replace(imposed(4200), prices=hourly(30, 30, 30, 10, 10, 10, 10, 10))
    found = one(car("a", 30, 8), site)
    assert (found.missing_kwh, found.shortage, found.urgent) == (0, None, False)
    assert spans(found)[0][0] >= 3
    for power_w in (0.0, -5.0):
        nothing = one(car("a", 30, 8), imposed(power_w))
        assert (nothing.shortage, nothing.urgent) == (None, False)
        assert nothing.slots[0].start >= at(0.75)


def test_a_ceiling_of_now_is_told_only_where_it_is_in_the_way() -> None:
    found = one(car("a", 11.04, 1), imposed(4200))
    assert found.shortage is Shortage.CEILING
    assert found.missing_kwh == pytest.approx(11.04 - 4.2)
    assert one(car("a", 60, 2), imposed(11_040)).shortage is Shortage.TIME


def at_once(site: Site, *circuits: str, **options: Any) -> list[float]:
    """Return the power that cars on these circuits get now, which all are in a hurry."""
    needs = [
        car(str(index), 60, 1, circuit=circuit, **options)
        for index, circuit in enumerate(circuits)
    ]
    plans = plan_all(NOW, needs, site, {})
    return [
        round(
            sum(slot.power_w for slot in plans[need.key].slots if slot.start == NOW), 6
        )
        for need in needs
    ]


def test_a_ceiling_counts_for_whom_it_is_meant() -> None:
    each = imposed(4200)
    assert at_once(each, MAIN, MAIN) == [4200, 4200]
    assert sorted(at_once(imposed(8400, scope=CeilingScope.ALL), MAIN, MAIN)) in (
        [0, 8400],
        [4200, 4200],
    )
    circuits = tuple(
        Circuit(key=key, limit_a=limit)
        for key, limit in (("garage", inf), ("carport", 20))
    )
    for scope in CeilingScope:
        site = imposed(5000, scope=scope, circuit="garage")
        site = replace(site, circuits=circuits)
        assert at_once(site, "garage", "carport", MAIN) == [5000, FULL_W, FULL_W]
        # Without such a circuit it is one of the house.
        site = imposed(5000, scope=scope, circuit="gone")
        assert at_once(site, "garage")[0] <= 5000


def test_a_ceiling_of_the_meter_counts_the_house() -> None:
    site = imposed(8000, scope=CeilingScope.GRID)
    assert at_once(replace(site, loads=quiet(4)), MAIN) == [8000 - 12 * 230]
    # Nothing was learned of the house.
    assert at_once(site, MAIN) == [7500]
    # On which phases its load is, nobody knows.
    unknown = LoadSlot(start=at(0), end=at(9), currents_a=(9, 9, 9), power_w=9 * 230)
    assert at_once(replace(site, loads=[unknown]), MAIN) == [8000 - 9 * 230]
    assert at_once(Site(peak_w=8000, loads=[unknown]), MAIN) == [8000 - 9 * 230]


def test_the_sun_may_be_charged_beyond_a_ceiling() -> None:
    sun = [SunSlot(start=at(0), end=at(9), power_w=2000)]
    for scope in (CeilingScope.EACH, CeilingScope.ALL):
        for counts, watts in ((True, 6200), (False, 4200)):
            site = imposed(4200, scope=scope, counts_pv=counts)
            assert at_once(replace(site, sun=sun), MAIN) == [watts]


def test_a_circuit_counts_with_those_above_it() -> None:
    circuits = (
        Circuit(key="yard", limit_a=10),
        Circuit(key="garage", limit_a=32, parent="yard"),
        Circuit(key="loop", limit_a=9, parent="loop"),
        Circuit(key="lost", limit_a=9, parent="nobody"),
    )
    site = Site(circuits=circuits)
    assert one(car("a", 5, circuit="garage"), site).slots[0].power_w == 6900
    assert one(car("a", 5, circuit="loop"), site).slots[0].power_w == pytest.approx(
        9 * 690
    )
    assert one(car("a", 5, circuit="lost"), site).slots[0].power_w == pytest.approx(
        9 * 690
    )
    assert one(car("a", 5, circuit="unknown"), site).slots[0].power_w == FULL_W
    assert one(car("a", 5, circuit=MAIN), site).slots[0].power_w == FULL_W


def test_cars_on_other_phases_are_not_in_each_others_way() -> None:
    site = Site(loads=quiet(2), fuse_a=20)
    needs = [
        car("a", 12 * 3.68, phases=(1,)),
        car("b", 12 * 3.68, phases=(1,), rotation=(1, 2, 0)),
    ]
    found = plan_all(NOW, needs, site, {})
    assert not any(plan.missing_kwh for plan in found.values())
    same = plan_all(NOW, [needs[0], car("b", 12 * 3.68, phases=(1,))], site, {})
    assert sum(plan.missing_kwh for plan in same.values()) > 30
    assert Shortage.OTHERS in {plan.shortage for plan in same.values()}


def test_an_urgent_plan_goes_before_a_car_that_charges_fast() -> None:
    fast = car("fast", float("inf"), None, fast=True)
    site = Site(loads=quiet(4), fuse_a=25)
    found = plan_all(NOW, [fast, car("a", 44.0, 13)], site, {})
    assert not found["a"].missing_kwh
    assert not found["a"].urgent
    found = plan_all(NOW, [fast, car("a", 44.0, 4.2)], site, {})
    assert found["a"].urgent
    assert not found["a"].missing_kwh


def test_nothing_missing_is_no_plan() -> None:
    for kwh in (0.0, -5.0, float("nan"), float("inf")):
        assert one(car("a", kwh), Site()) == Plan()
    assert one(car("a", 5, max_a=float("nan")), Site()) == Plan()
    assert one(car("a", 5, phases=()), Site()) == Plan()
    assert one(car("a", 5, None), Site()) == Plan()
    assert plan_all(NOW, [], Site(), {}) == {}


def test_a_negative_hour_is_bought_before_the_sun() -> None:
    sun = [SunSlot(start=at(8), end=at(12), power_w=6000)]
    prices = hourly(20, 20, 20, -3, -3, 20, 20, 20, 20, 20, 20, 20, 20)
    feed_in = [PriceSlot(at(0), at(24), 8.0)]
    found = one(car("a", 22.08), Site(prices=prices, sun=sun, feed_in=feed_in))
    assert spans(found) == [(3, 5)]
    assert found.sun_kwh == pytest.approx(0, abs=0.01)


def test_sun_is_worth_what_it_would_have_earned() -> None:
    sun = [SunSlot(start=at(8), end=at(12), power_w=6000)]
    prices = hourly(20, 20, 20, 6, 20, 20, 20, 20, 20, 20, 20, 20, 20)
    cheap = one(car("a", 24.0), Site(prices=prices, sun=sun))
    assert cheap.slots == ()
    assert cheap.sun_kwh == pytest.approx(24)
    dear = one(
        car("a", 24.0),
        Site(prices=prices, sun=sun, feed_in=[PriceSlot(at(0), at(24), 8.0)]),
    )
    assert spans(dear) == [(3, 4)]
    assert dear.sun_kwh == pytest.approx(24 - 11.04)


def test_unknown_prices_are_as_yesterday() -> None:
    yesterday = [
        PriceSlot(at(i - 24), at(i - 23), 5.0 if i == 9 else 30.0) for i in range(24)
    ]
    found = one(car("a", 11.04), Site(prices=[*yesterday, *hourly(20, 20, 20)]))
    assert spans(found) == [(9, 10)]
    # Without yesterday the mean of the known ones: it waits for those to come.
    found = one(car("a", 22.08, 13.25), Site(prices=hourly(10, 40, 40, 40)))
    assert spans(found) == [(0, 1), (12, 13)]


def test_the_least_energy_comes_at_once_and_the_rest_cheaply() -> None:
    prices = hourly(30, 30, 30, 30, 30, 5, 30, 30, 30, 30, 30, 30, 30)
    found = one(car("a", 16.56, least_kwh=5.52), Site(prices=prices))
    assert spans(found) == [(0, 0.5), (5, 6)]
    alone = one(car("a", 16.56, None, least_kwh=5.52), Site(prices=prices))
    assert spans(alone) == [(0, 0.5)]


def test_below_a_price_without_a_deadline() -> None:
    prices = hourly(30, 4, 30, 5, 6, 30)
    found = one(car("a", 100.0, None, below_price=5.0), Site(prices=prices))
    assert spans(found) == [(1, 2), (3, 4)]
    assert found.slack_s is None
    assert not found.missing_kwh
    little = one(car("a", 11.04, None, below_price=5.0), Site(prices=prices))
    assert spans(little) == [(1, 2)]


def test_a_slot_that_has_begun_is_finished() -> None:
    prices = hourly(*[10] * 13)
    first = one(car("a", 11.04), Site(prices=prices))
    now = first.slots[0].start + timedelta(minutes=1)
    prices[1] = PriceSlot(at(1), at(2), 1.0)
    prices[12] = PriceSlot(at(12), at(13), 1.0)
    again = one(car("a", 11.04, 14), Site(prices=prices), first, now)
    assert again.due_w(now) > 0
    assert one(car("a", 11.04, 14), Site(prices=prices), None, now).due_w(now) == 0


def test_a_hundredth_of_a_cent_is_no_reason_to_start_and_stop() -> None:
    quarters = [
        PriceSlot(at(i / 4), at((i + 1) / 4), 20.0 + (0.01 if i % 2 else 0.0))
        for i in range(52)
    ]
    assert len(spans(one(car("a", 30.0), Site(prices=quarters)))) == 1
    # Five cents are one.
    quarters = [
        PriceSlot(at(i / 4), at((i + 1) / 4), 20.0 + (5.0 if i % 8 < 4 else 0.0))
        for i in range(52)
    ]
    assert len(spans(one(car("a", 60.0), Site(prices=quarters)))) > 3


def test_time_is_kept_for_a_guessed_state_of_charge() -> None:
    sure = one(car("a", 22.08, 13.25), Site())
    unsure = one(car("a", 22.08, 13.25, unsure_kwh=11.04), Site())
    assert spans(sure) == [(11, 13)]
    assert spans(unsure) == [(10, 12)]


@pytest.mark.parametrize(
    ("soc", "target", "capacity", "expected"),
    [
        (40, 80, 60, 24 / 0.9),
        (80, 80, 60, 0),
        (90, 80, 60, 0),
        (-5, 50, 60, 30 / 0.9),
        (50, 130, 60, 30 / 0.9),
        (nan, 80, 60, 0),
    ],
)
def test_energy_for_soc(
    soc: float, target: float, capacity: float, expected: float
) -> None:
    assert energy_for_soc(soc, target, capacity) == pytest.approx(expected)


def test_a_plan_drives_the_charger_and_the_sun_goes_on() -> None:
    house = House(Charger(key="a", phase_options=(1, 3)), surplus_w=-500).run(60)
    house.more["a"] = {"due_w": 11_000.0}
    house.run(10)
    assert (house.a.current_a, house.a.phases) == (16, 3)
    assert house.a.reason is Reason.PLAN
    house.more["a"] = {"due_w": 2000.0}
    house.run(10)
    # The least on three phases, until they may be switched.
    assert (house.a.current_a, house.a.phases) == (6, 3)
    assert house.a.target_w == pytest.approx(4140)
    house.run(110)
    assert (house.a.current_a, house.a.phases) == (9, 1)
    assert house.a.target_w == pytest.approx(2070)
    house.more["a"] = {}
    house.surplus_w = 8000
    house.run(300)
    assert (house.a.current_a, house.a.reason) == (11, Reason.FOLLOWING_SUN)
    assert [told[1] for told in house.told["a"]].count(0) == 1


def test_a_plan_does_not_wake_a_charger_that_is_off() -> None:
    house = House(mode=ChargeMode.OFF)
    house.more["a"] = {"due_w": 11_000.0}
    assert house.run(60).a.current_a == 0


def test_an_urgent_plan_is_served_first_under_the_fuse() -> None:
    house = House(
        Charger(key="a", phase_options=(3,)),
        Charger(key="b", phase_options=(3,)),
        settings=Settings(fuse_a=17, fuse_margin_a=0),
        mode=ChargeMode.FAST,
    )
    house.modes["b"] = ChargeMode.SOLAR
    house.surplus_w = -300.0
    house.more["b"] = {"due_w": 11_040.0}
    house.run(200)
    assert (house["a"].current_a, house["b"].current_a) == (7, 7)
    house.more["b"] = {"due_w": 11_040.0, "urgent": True}
    house.run(200)
    # It goes before all but the fuse, also before the least current of others.
    assert (house["a"].current_a, house["b"].current_a) == (0, 15)


def hours_to(found: Plan) -> float | None:
    """Return in how many hours a plan is done."""
    if found.done_at is None:
        return None
    return (found.done_at - NOW).total_seconds() / 3600


def test_the_minimum_current_is_bought_where_there_is_no_sun() -> None:
    """6 A on three phases from now on, at the price of each hour."""
    need = car("a", 8.28, always=True, phases=(3,))
    prices = hourly(*[10.0] * 13)
    found = one(need, Site(prices=prices))
    assert found.slots == ()
    assert found.sun_kwh == pytest.approx(0)
    assert found.least_kwh == pytest.approx(8.28)
    assert found.least_cost == found.cost == pytest.approx(82.8)
    assert hours_to(found) == pytest.approx(2)
    # From the second hour on there is half of it.
    sun = [SunSlot(start=at(1), end=at(12), power_w=2070)]
    half = one(need, Site(prices=prices, sun=sun))
    assert half.sun_kwh == pytest.approx(2.07)
    assert half.least_kwh == pytest.approx(6.21)
    assert half.cost == pytest.approx(62.1)
    # Nobody knows the price of the second hour.
    dark = one(need, Site(prices=prices[:1]))
    assert dark.least_cost is None
    assert dark.cost is None


@pytest.mark.parametrize(
    ("sun", "hours"),
    [
        # It gives 4.5 kWh, and the rest of 1.5 kWh takes a third of an hour more.
        ((0, 4500, 4500), 2 + 1 / 3),
        # No more than the vehicle takes.
        ((1000, 20_000, 20_000), 1 + 6 / 11.04),
        # Nobody knows when.
        ((), None),
    ],
)
def test_when_the_sun_has_given_all(
    sun: tuple[float, ...], hours: float | None
) -> None:
    slots = [
        SunSlot(start=at(hour), end=at(hour + 1), power_w=power)
        for hour, power in enumerate(sun)
    ]
    found = one(car("a", 6.0), Site(sun=slots))
    if hours is None:
        assert found.slots
        assert hours_to(found) == (found.slots[-1].end - NOW).total_seconds() / 3600
    else:
        assert found.slots == ()
        assert hours_to(found) == pytest.approx(hours)
