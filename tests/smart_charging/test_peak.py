"""The peak tariff: no quarter of an hour takes more than it may, without chatter."""

import json
from math import inf, nan
from random import Random
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.ocpp_cs.smart_charging.house.peak import Peak
from custom_components.ocpp_cs.smart_charging.model import (
    ChargeMode,
    Charger,
    Reason,
    Settings,
)
from tests.sampling import examples

from .house import START, House

PEAK = 5000.0
QUARTER = 900.0


class Metered(House):
    """A house that keeps the mean import of each quarter of the clock."""

    def __init__(self, *chargers: Charger, peak_w: float = PEAK, **more: Any) -> None:
        super().__init__(*chargers, settings=Settings(peak_w=peak_w), **more)
        self.now = START // QUARTER * QUARTER
        self.means: dict[int, float] = {}
        self.inputs = lambda: {"month": "2026-11"}

    def tick(self, step: float = 2.0) -> Any:
        result = super().tick(step)
        # What flows until the next tick.
        taken = sum(car.power_w for car in self.cars.values()) - self.surplus_w
        quarter = int((self.now + 1e-6) // QUARTER)
        self.means.setdefault(quarter, 0.0)
        self.means[quarter] += max(taken, 0.0) * step / QUARTER
        return result

    @property
    def whole(self) -> list[float]:
        """The means of all quarters that are over."""
        return list(self.means.values())[:-1]

    def starts(self, key: str = "a") -> int:
        told = [current for _, current, _ in self.told[key]]
        return sum(
            bool(after) and not before
            for before, after in zip([0.0, *told], told, strict=False)
        )


def test_the_mean_of_a_quarter_is_kept() -> None:
    house = Metered(Charger(key="a"), mode=ChargeMode.FAST, surplus_w=-500)
    house.run(4.5 * QUARTER)
    assert all(4400 < mean <= PEAK for mean in house.whole)
    assert (house.a.current_a, house.a.reason) == (6, Reason.PEAK_LIMIT)
    assert house.starts() == 1
    assert house.control.house.peak_mean_w == pytest.approx(4640, abs=200)
    assert house.control.house.peak_month_w == pytest.approx(max(house.whole), abs=30)


@pytest.mark.parametrize("mode", [ChargeMode.FAST, ChargeMode.MIN_SOLAR])
def test_a_kettle_is_paid_from_what_was_saved(mode: ChargeMode) -> None:
    one = Charger(key="a", phase_options=(1,))
    house = Metered(one, mode=mode, surplus_w=-300)
    house.more["a"] = {"due_w": 0.0}
    house.run(QUARTER)
    for _ in range(12):
        house.surplus_w = -2800  # three minutes of every quarter
        house.run(180)
        house.surplus_w = -300
        house.run(QUARTER - 180)
    assert max(house.whole) <= PEAK
    assert house.starts() == 1


def test_a_plan_and_several_cars() -> None:
    pair = Charger(key="a", phase_options=(1,)), Charger(key="b", phase_options=(1,))
    house = Metered(*pair, mode=ChargeMode.SOLAR, surplus_w=-400)
    house.more["a"] = {"due_w": 3600.0}
    house.modes["b"] = ChargeMode.FAST
    house.run(3 * QUARTER)
    assert all(4200 < mean <= PEAK for mean in house.whole)
    assert house["a"].reason is house["b"].reason is Reason.PEAK_LIMIT


def test_the_sun_is_no_import() -> None:
    house = Metered(Charger(key="a"), mode=ChargeMode.FAST, surplus_w=7000)
    house.run(2 * QUARTER)
    assert (house.a.current_a, house.a.reason) == (16, Reason.FAST)
    assert max(house.whole) == pytest.approx(11_040 - 7000, abs=300)


def test_a_house_that_takes_all_of_it_pauses_the_cars() -> None:
    house = Metered(Charger(key="a"), mode=ChargeMode.FAST, surplus_w=-500)
    house.run(120)
    house.surplus_w = -9000
    house.run(120)
    assert (house.a.current_a, house.a.reason) == (0, Reason.PEAK_LIMIT)


def test_less_than_the_least_power_is_used_in_one_piece_of_a_quarter() -> None:
    house = Metered(Charger(key="a"), mode=ChargeMode.FAST, surplus_w=-200, peak_w=2500)
    house.run(8 * QUARTER)
    assert all(mean <= 2500 for mean in house.whole)
    assert sum(house.whole) / 8 > 1500
    # Once per quarter at most, and none that the end of the quarter cuts short.
    assert house.starts() <= 8
    on_since = None
    for at, current, _ in house.told["a"]:
        if current and on_since is None:
            on_since = at
        elif not current and on_since is not None:
            assert at - on_since >= 120
            on_since = None


def test_a_charger_that_changes_phases_uses_one_of_them() -> None:
    house = Metered(
        Charger(key="a", phase_options=(1, 3)),
        mode=ChargeMode.FAST,
        surplus_w=-300,
        peak_w=2500,
    )
    house.run(4.5 * QUARTER)
    assert all(2100 < mean <= 2500 for mean in house.whole)
    assert (house.starts(), house.a.phases) == (1, 1)


@settings(max_examples=examples(8))
@given(
    st.integers(0, 10_000),
    st.sampled_from([2500.0, 4000.0, 6000.0]),
    st.sampled_from([(1,), (3,), (1, 3)]),
    st.sampled_from([5.0, 2.0]),
)
def test_no_quarter_is_exceeded_by_a_car(
    seed: int, peak: float, phases: tuple[int, ...], step: float
) -> None:
    """With a random house: beyond the peak is only what the house takes beyond it."""
    random = Random(seed)
    house = Metered(
        Charger(key="a", phase_options=phases), mode=ChargeMode.FAST, peak_w=peak
    )
    base, extra, until = -400.0, 0.0, 0.0
    beyond: dict[int, float] = {}
    for _ in range(int(4 * QUARTER / step)):
        if house.now >= until:
            extra = random.choice([0.0, 0.0, 0.0, -900.0, -2000.0, -3500.0])
            until = house.now + random.uniform(30, 400)
        house.surplus_w = base + extra
        house.tick(step)
        quarter = int((house.now + 1e-6) // QUARTER)
        more = max(-house.surplus_w - peak, 0.0)
        beyond[quarter] = beyond.get(quarter, 0.0) + more * step / QUARTER
    for quarter, mean in list(house.means.items())[:-1]:
        # A load that comes on is known with the next reading.
        unknown = 3500.0 * step / QUARTER
        assert mean <= peak * 1.002 + unknown + beyond[quarter]
    commands = len(house.told["a"])
    assert commands <= 60
    # Twice in a quarter at most, where its energy is less than the least of the car.
    assert house.starts() <= 8


def test_the_property_of_the_peak_can_fail() -> None:
    house = Metered(Charger(key="a"), mode=ChargeMode.FAST, peak_w=20_000)
    house.run(2 * QUARTER)
    assert max(house.whole) > 10_000


def test_the_peak_of_the_month_ends_with_it() -> None:
    peak = Peak(PEAK)
    now = START // QUARTER * QUARTER
    for month, power in (("10", 4000.0), ("10", 3000.0), ("11", 1000.0)):
        for _ in range(90):
            peak.take(power, now, month)
            now += 10
    # The last quarter of a month belongs to it.
    assert peak.month_w is None
    peak.take(0.0, now, "11")
    assert peak.month_w == 1000
    assert Peak(None).mean_w is None


def test_a_quarter_that_was_hardly_observed_is_no_peak() -> None:
    peak = Peak(PEAK)
    now = START // QUARTER * QUARTER
    for second in range(0, 900, 10):
        peak.take(9000.0 if second < 600 else None, now + second, "1")
    peak.take(0.0, now + 900, "1")
    assert peak.month_w is None
    # A long time in which nothing was told is none either.
    peak.take(0.0, now + 90_000, "1")
    assert peak.month_w is None and peak.mean_w is None


def test_peaks_survive_a_restart() -> None:
    house = Metered(Charger(key="a"), mode=ChargeMode.FAST, surplus_w=-500)
    house.run(2 * QUARTER + 300)
    month = house.control.house.peak_month_w
    kept = json.loads(json.dumps(house.control.as_dict()))
    house.restart(60, kept=kept)
    house.run(QUARTER)
    assert house.control.house.peak_month_w == pytest.approx(month, abs=200)
    assert max(house.whole) <= PEAK
    for wrong in (
        None,
        5,
        {"month": 3},
        kept["house"]["peak"] | {"spent_ws": -1},
        kept["house"]["peak"] | {"last": nan},
        kept["house"]["peak"] | {"observed_s": 1e9},
    ):
        peak = Peak(PEAK)
        peak.restore(wrong, house.now)
        peak.take(100.0, house.now, "2026-11")
        assert peak.room(100.0, 0.0, 0.0, house.now, 0.0) is not None


@pytest.mark.parametrize("grid", [None, nan, inf, -inf, 1e12])
def test_without_a_meter_half_of_it_is_left_to_the_house(grid: Any) -> None:
    house = Metered(Charger(key="a", phase_options=(1,)), mode=ChargeMode.FAST)
    house.house = {"grid_w": grid}
    house.run(QUARTER)
    assert house.a.current_a == 10


@pytest.mark.parametrize("limit", [0.0, -5.0])
def test_a_peak_of_nothing_lets_nothing_charge(limit: float) -> None:
    house = Metered(Charger(key="a"), mode=ChargeMode.FAST, peak_w=limit)
    house.run(QUARTER)
    assert house.a.current_a == 0


def test_a_clock_that_jumps() -> None:
    house = Metered(Charger(key="a"), mode=ChargeMode.FAST, surplus_w=-500)
    house.run(300)
    for jump in (-5000, 100_000, -86_400, 450):
        house.now += jump
        house.run(60)
        assert house.a.current_a in (0, 6)
