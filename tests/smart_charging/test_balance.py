"""Readings of different age, out of order, away, or of meters that disagree."""

from dataclasses import replace
from math import nan
from typing import Any

import pytest

from custom_components.ocpp_cs.smart_charging.house.balance import Balance, Balances
from custom_components.ocpp_cs.smart_charging.house.source import Source
from custom_components.ocpp_cs.smart_charging.model import (
    BatteryReading,
    ChargeMode,
    Charger,
    HouseReading,
    Measured,
    Reason,
    Settings,
)

from .house import START, House

ONE = Charger(key="a", phase_options=(1,))


class Meters:
    """Meters that report at times of their own; the rest stays as it was."""

    def __init__(self) -> None:
        self.balances = Balances(Settings())
        self.reading = HouseReading()

    def at(self, seconds: float, **changed: Any) -> Balance:
        """Return the balance after some reports; plain values are of now."""
        now = START + seconds
        told: dict[str, Any] = {}
        for key, value in changed.items():
            if key == "battery_w":
                told["batteries"] = (BatteryReading(power=Measured(value, now)),)
            elif key in {"currents_a", "powers_w"}:
                told[key] = tuple(Measured(one, now) for one in value)
            elif isinstance(value, int | float):
                told[key] = (Measured(value, now),)
            else:
                told[key] = value
        self.reading = replace(self.reading, **told)
        return self.balances.take(self.reading, now)


def test_a_battery_of_ten_seconds_ago_is_added_to_the_grid_of_then() -> None:
    meters = Meters()
    for second in range(0, 32, 2):
        meters.at(second, grid=0.0)
        if second % 10 == 0:
            meters.at(second, battery_w=-3000.0)
    # The battery charges with less now, which its next report will say.
    for second in range(32, 40, 2):
        balance = meters.at(second, grid=-2000.0)
        assert balance.grid_w == -2000
        assert (balance.then_w, balance.battery_w) == (0, -3000)
        assert balance.then_at == START + 30
        assert not balance.new
    balance = meters.at(40, grid=-2000.0, battery_w=-1000.0)
    assert balance.new
    assert (balance.then_w, balance.battery_w) == (-2000, -1000)


def test_a_grid_meter_of_ten_seconds_gets_the_battery_of_then() -> None:
    meters = Meters()
    for second in range(41):
        if second % 10 == 0:
            meters.at(second, grid=-500.0)
        meters.at(second, battery_w=-100.0 * second)
    balance = meters.at(45, battery_w=-4500.0)
    assert (balance.then_w, balance.battery_w) == (-500, -4000)


def test_between_two_reports_a_value_is_between_theirs() -> None:
    source = Source(1e5)
    for second in range(0, 60, 10):
        source.take(Measured(second, START + second), START + second)
    assert source.value_at(START + 34) == pytest.approx(34)
    assert source.value_at(START + 99) == 50
    # A sensor that reports changes has had its value until then.
    source.take(Measured(900, START + 110), START + 110)
    assert source.value_at(START + 100) == 50


def test_a_battery_that_rests_does_not_hold_the_balance_up() -> None:
    meters = Meters()
    for second in range(0, 30, 2):
        meters.at(second, grid=-1000.0, battery_w=0.0)
    for second in range(30, 900, 2):
        balance = meters.at(second, grid=-float(second))
    assert (balance.then_w, balance.battery_w) == (-898, 0)
    assert balance.unseen_w == 0


@pytest.mark.parametrize("silent", [True, False])
def test_a_battery_that_is_away_leaves_some_export(silent: bool) -> None:
    meters = Meters()
    for second in range(0, 30, 2):
        meters.at(second, grid=0.0, battery_w=2000.0)
    if not silent:
        meters.reading = replace(
            meters.reading,
            batteries=(BatteryReading(power=Measured(None, START + 30)),),
        )
    # For a while its last value holds.
    balance = meters.at(100, grid=0.0)
    assert (balance.battery_w, balance.unseen_w) == (2000, 0)
    balance = meters.at(400, grid=0.0)
    assert (balance.battery_w, balance.unseen_w) == (None, 500)
    balance = meters.at(402, grid=0.0, battery_w=1000.0)
    assert (balance.battery_w, balance.unseen_w) == (1000, 0)


def test_a_battery_that_was_away_from_the_beginning() -> None:
    battery = BatteryReading(power=Measured(None, START), soc=Measured(50, START))
    balance = Meters().at(1, grid=0.0, batteries=(battery,))
    assert (balance.battery_w, balance.unseen_w, balance.battery_soc) == (None, 500, 50)
    # Of this one nobody measures the power.
    battery = BatteryReading(power=Measured(None, 0.0), soc=Measured(50, START))
    balance = Meters().at(1, grid=0.0, batteries=(battery,))
    assert (balance.battery_w, balance.unseen_w) == (None, 0)


def test_several_meters_batteries_and_inverters_are_summed() -> None:
    def all_of(*values: float) -> tuple[Measured, ...]:
        return tuple(Measured(value, START) for value in values)

    balance = Balances(Settings()).take(
        HouseReading(
            grid=all_of(-1000, 2500),
            batteries=(
                BatteryReading(power=Measured(-500, START), soc=Measured(40, START)),
                BatteryReading(power=Measured(200, START), soc=Measured(60, START)),
            ),
            pv=all_of(3000, 1500, -20),
        ),
        START,
    )
    assert (balance.grid_w, balance.then_w, balance.battery_w) == (1500, 1500, -300)
    assert (balance.battery_soc, balance.pv_w) == (50, 4500)


def test_one_of_two_meters_that_is_away_is_stale_by_itself() -> None:
    meters = Meters()
    for second in range(0, 300, 2):
        now = START + second
        other = Measured(700, now) if second < 100 else Measured(None, START + 100)
        balance = meters.at(second, grid=(Measured(-float(second), now), other))
    # The one is of now, the other of before, and so is the sum.
    assert balance.grid_w == 700 - 298
    assert balance.grid_at == START + 98
    # One that was never heard leaves the sum unknown.
    meters = Meters()
    balance = meters.at(0, grid=(Measured(5, START), Measured(None, 0.0)))
    assert (balance.grid_w, balance.then_w, balance.new) == (None, None, False)


def test_a_report_out_of_order_changes_nothing() -> None:
    meters = Meters()
    meters.at(0, grid=-1000.0)
    meters.at(10, grid=-2000.0)
    balance = meters.at(11, grid=(Measured(-9000, START + 5),))
    assert (balance.grid_w, balance.grid_at, balance.new) == (-2000, START + 10, False)
    assert meters.at(12, grid=-3000.0).grid_w == -3000


@pytest.mark.parametrize("back", [30, 3600, 86_400])
def test_a_clock_that_is_set_back_stops_no_meter(back: float) -> None:
    meters = Meters()
    for second in range(0, 60, 2):
        meters.at(second, grid=-1000.0, battery_w=0.0)
    for second in range(0, 60, 2):
        balance = meters.at(second - back, grid=-float(second), battery_w=0.0)
        assert balance.grid_w == -second
        assert balance.then_at <= START + second - back
    assert balance.new


def test_a_value_of_the_future_is_of_now() -> None:
    meters = Meters()
    meters.at(0, grid=(Measured(-1000, START + 9999),))
    assert meters.at(2, grid=-2000.0).grid_w == -2000


@pytest.mark.parametrize("bad", [None, nan, 3_000_000.0])
def test_currents_that_fail_are_not_replaced_by_the_last_ones(bad: Any) -> None:
    meters = Meters()
    meters.at(0, grid=1000.0, currents_a=(1.0, 2.0, 1.0))
    balance = meters.at(2, grid=1000.0, currents_a=(1.0, bad, 1.0))
    assert balance.currents_a is None
    assert balance.grid_w == 1000


# Which phases export.


def signed(
    amps: tuple[float, float, float], grid_w: float | None
) -> tuple[float, float, float] | None:
    meters = Meters()
    return meters.at(0, grid=(Measured(grid_w, START),), currents_a=amps).currents_a


@pytest.mark.parametrize(
    ("amps", "grid_w", "expected"),
    [
        # Inverters on one, two and three phases.
        ((20, 1, 1), -18 * 230, (-20, 1, 1)),
        ((8, 7, 1), -14 * 230, (-8, -7, 1)),
        ((8, 7, 9), -24 * 230, (-8, -7, -9)),
        # A car of three phases beside an inverter on one of them.
        ((6, 11, 11), 16 * 230, (-6, 11, 11)),
        # No sun.
        ((8, 7, 9), 24 * 230, (8, 7, 9)),
        # Two patterns fit: both phases may import.
        ((10, 10, 1), 1 * 230, (10, 10, 1)),
        ((10, 11, 11), 12 * 230, (10, 11, 11)),
        # None does: the meters are of another time, or one of them is wrong.
        ((20, 1, 1), -40 * 230, (20, 1, 1)),
        ((20, 1, 1), None, (20, 1, 1)),
        # They have signs.
        ((-20, 1, 1), -18 * 230, (-20, 1, 1)),
        ((-20, 1, 1), 9000, (-20, 1, 1)),
        ((-20, 1, 1), None, (-20, 1, 1)),
        # At 242 V, and rounded.
        ((20, 1, 1), -18.4 * 242, (-20, 1, 1)),
    ],
)
def test_signs_that_fit_the_power(
    amps: Any, grid_w: float | None, expected: tuple[float, float, float]
) -> None:
    assert signed(amps, grid_w) == expected


def test_a_meter_with_signs_keeps_them_while_it_only_imports() -> None:
    meters = Meters()
    meters.at(0, grid=-4140.0, currents_a=(-20.0, 1.0, 1.0))
    # The power is of another time.
    balance = meters.at(2, grid=-4140.0, currents_a=(20.0, 1.0, 1.0))
    assert balance.currents_a == (20, 1, 1)


def test_currents_are_compared_with_the_power_of_their_time() -> None:
    meters = Meters()
    for second in range(0, 40, 10):
        meters.at(second, grid=-4140.0, currents_a=(20.0, 1.0, 1.0))
    # A cloud is in the power already; the currents come every ten seconds.
    balance = meters.at(34, grid=-1000.0)
    assert balance.currents_a == (-20, 1, 1)
    # The currents come a moment before the power: a phase that has changed may import.
    balance = meters.at(40, currents_a=(20.0, 4.0, 1.0))
    assert balance.currents_a == (-20, 4, 1)
    balance = meters.at(50, currents_a=(28.0, 4.0, 1.0))
    assert balance.currents_a == (28, 4, 1)


def test_powers_of_the_phases_have_signs() -> None:
    meters = Meters()
    balance = meters.at(0, grid=-2070.0, powers_w=(-4600.0, 1150.0, 1380.0))
    assert balance.currents_a == (-20, 5, 6)
    # A current beyond the power is reactive, and flows through the fuse as well.
    balance = meters.at(
        2, powers_w=(-4600.0, 1150.0, 1380.0), currents_a=(21.0, 5.5, 6.0)
    )
    assert balance.currents_a == (-20, 5.5, 6)
    # One that fails leaves the currents.
    balance = meters.at(
        4, grid=-2070.0, powers_w=(nan, 0.0, 0.0), currents_a=(20.0, 5.0, 6.0)
    )
    assert balance.currents_a == (-20, 5, 6)


# What a control makes of it.


def test_the_fuse_believes_the_meter_that_tells_more() -> None:
    house = House(ONE, mode=ChargeMode.FAST, settings=Settings(fuse_a=25))
    house.base_a = (0.0, 0.0, 0.0)
    house.run(60)
    assert house.a.current_a == 16
    # A load that no current transformer sees, 14 A on any phase.
    house.surplus_w = -14 * 230
    house.run(8)
    assert house.a.current_a == 16
    house.run(20)
    assert house.a.current_a is not None
    assert house.a.current_a + 14 - 25 < 3
    house.surplus_w = 0
    assert house.run(60).a.current_a == 16


def test_the_fuse_sees_a_load_before_slow_currents_do() -> None:
    house = House(ONE, mode=ChargeMode.FAST, settings=Settings(fuse_a=25))
    house.base_a = (0.0, 0.0, 0.0)
    house.run(60)
    house.house = {"currents_a": (16.0, 0.0, 0.0), "currents_at": house.now}
    house.surplus_w = -14 * 230
    house.run(8)
    assert house.a.current_a is not None
    assert house.a.current_a + 14 - 25 < 3


def test_slow_currents_are_not_taken_for_those_after_a_command() -> None:
    house = House(ONE, settings=Settings(fuse_a=25), mode=ChargeMode.FAST)
    house.more["a"] = {"limit_a": 6.0}
    house.base_a = (12.0, 0.0, 0.0)
    house.surplus_w = -12 * 230
    house.run(200)
    assert house.a.current_a == 6
    # The currents stay those of before, with 6 A of the car.
    house.house = {"currents_a": (18.0, 0.0, 0.0), "currents_at": house.now}
    house.more["a"] = {}
    for _ in range(50):
        house.tick()
        assert (house.a.current_a or 0) + 12 <= 25


def test_a_gap_that_the_fuse_does_not_carry_pauses_at_once() -> None:
    def silent(largest: float) -> House:
        house = House(ONE, settings=Settings(fuse_a=25))
        house.base_a, house.surplus_w = (2.0, 2.0, 2.0), 6000
        for second in range(0, 2 * 86_400, 600):
            house.control._fuse.remembered.note(
                (largest, 2.0, 2.0), START - 2 * 86_400 + second, 600
            )
        house.base_a = (-10.0, -10.0, -6.0)
        house.run(600)
        assert (house.a.current_a or 0) >= 13
        house.house = {"grid_w": None, "currents_a": None}
        return house.run(140)

    house = silent(18.0)
    assert (house.a.current_a, house.a.reason) == (6, Reason.METER_STALE)
    house = silent(19.5)
    assert (house.a.current_a, house.a.reason) == (0, Reason.METER_STALE)


def test_all_cars_together_fit_beside_the_remembered_load() -> None:
    places = [Charger(key=key, phase_options=(1,)) for key in "abc"]
    house = House(*places, settings=Settings(fuse_a=25), surplus_w=12_000)
    house.base_a = (-52.0, 0.0, 0.0)
    for second in range(0, 2 * 86_400, 600):
        house.control._fuse.remembered.note(
            (10.0, 1.0, 1.0), START - 2 * 86_400 + second, 600
        )
    house.run(900)
    assert all(house[key].current_a for key in "abc")
    house.house = {"grid_w": None, "currents_a": None}
    house.run(140)
    # 25 A less 10 A and the margin carry two of three.
    assert sorted(house[key].current_a or 0 for key in "abc") == [0, 6, 6]


def test_before_the_first_value_the_remembered_load_counts() -> None:
    def started(kept: float | None) -> float | None:
        house = House(ONE, mode=ChargeMode.FAST, settings=Settings(fuse_a=20))
        if kept is not None:
            for second in range(0, 2 * 86_400, 600):
                house.control._fuse.remembered.note(
                    (kept, 1.0, 1.0), START - 2 * 86_400 + second, 600
                )
        house.restart()
        house.house = {"grid_w": None}
        return house.run(30).a.current_a

    assert started(None) == 9
    assert started(5.0) == 14
    assert started(13.0) == 6
    assert started(15.0) == 0


def test_a_car_that_nobody_controls_is_not_remembered_as_the_house() -> None:
    places = [Charger(key=key, phase_options=(1,)) for key in "ab"]
    house = House(*places, settings=Settings(fuse_a=32), mode=ChargeMode.FAST)
    house.modes["b"] = ChargeMode.MANUAL
    house.base_a, house.surplus_w = (2.0, 0.0, 0.0), -460
    house.cars["b"].amps, house.cars["b"].lines = 16.0, 1
    house.run(600)
    kept = house.control.as_dict()["house"]["load"]["days"]
    assert kept[0][1] == pytest.approx(2.0, abs=0.1)
    # While nothing is measured, what it takes counts beside the house.
    house.house = {"grid_w": None, "currents_a": None}
    house.run(130)
    assert house.a.current_a is not None
    assert house.a.current_a <= 32 - 16 - 0.5


def test_a_battery_that_is_away_is_not_emptied_for_ever() -> None:
    house = House(ONE, surplus_w=0)
    house.surplus_w = 3000
    house.house = {"battery_w": 0.0}
    house.run(300)
    assert house.a.current_a == 13
    # The sun is gone, and the battery keeps the grid at zero, but tells nothing.
    for _ in range(600):
        house.house = {"grid_w": 0.0, "battery_w": nan}
        house.tick()
    assert house.a.current_a == 0
    # What is exported in spite of that is sun.
    house.house = {"grid_w": -3000.0, "battery_w": nan}
    house.run(200, step=2)
    assert (house.a.current_a or 0) > 0
