"""Several chargers: the sun by priority, the fuse phase by phase."""

from itertools import pairwise

import pytest

from custom_components.ocpp_cs.smart_charging.house.limit import limits_of_phases
from custom_components.ocpp_cs.smart_charging.model import (
    ChargeMode,
    Charger,
    Reason,
    Settings,
)
from custom_components.ocpp_cs.smart_charging.sharing import Demand, Rooms, share_limits

from .house import VOLTAGE, House


def chargers(*priorities: int, phases: int = 1) -> list[Charger]:
    return [
        Charger(key=key, phase_options=(phases,), priority=priority)
        for key, priority in zip("abc", priorities, strict=False)
    ]


def test_the_more_important_car_gets_the_sun() -> None:
    house = House(*chargers(0, 1), surplus_w=3000).run(400)
    assert (house["b"].current_a, house["a"].current_a) == (13, 0)
    assert house["a"].reason is Reason.OTHER_FIRST
    house.surplus_w = 5400
    house.run(400)
    assert (house["b"].current_a, house["a"].current_a) == (16, 7)


def test_a_more_important_car_takes_over_when_it_starts_and_not_before() -> None:
    house = House(*chargers(0, 1), surplus_w=3000)
    house.more["b"] = {"plugged_in": False}
    house.run(400)
    assert house["a"].current_a == 13
    house.more["b"] = {}
    house.run(10)
    assert (house["b"].current_a, house["b"].reason) == (0, Reason.START_DELAY)
    assert house["a"].current_a == 13
    house.run(400)
    assert (house["b"].current_a, house["a"].current_a) == (13, 0)


def test_equals_share_evenly() -> None:
    house = House(*chargers(0, 0), surplus_w=4600).run(900)
    assert house["a"].current_a == house["b"].current_a == 10


def test_min_solar_comes_out_of_the_sun_of_others() -> None:
    house = House(*chargers(0, 1), surplus_w=3000)
    house.modes["a"] = ChargeMode.MIN_SOLAR
    house.run(400)
    assert (house["a"].current_a, house["b"].current_a) == (6, 7)


def test_equals_share_a_fuse_and_none_is_left_out() -> None:
    house = House(
        *chargers(0, 0, phases=3), settings=Settings(fuse_a=25), mode=ChargeMode.FAST
    )
    house.base_a = (4.0, 2.0, 0.0)
    house.run(60)
    assert house["a"].current_a == house["b"].current_a == 10
    assert house["a"].reason is house["b"].reason is Reason.FUSE_LIMIT


def test_the_more_important_car_gets_the_fuse() -> None:
    house = House(
        *chargers(0, 5, phases=3), settings=Settings(fuse_a=25), mode=ChargeMode.FAST
    )
    house.base_a = (0.0, 0.0, 0.0)
    house.run(60)
    assert (house["a"].current_a, house["b"].current_a) == (8, 16)


def test_when_the_fuse_carries_only_one_the_other_waits() -> None:
    house = House(
        *chargers(0, 0, phases=3), settings=Settings(fuse_a=16), mode=ChargeMode.FAST
    )
    house.base_a = (5.0, 0.0, 0.0)
    house.run(60)
    assert (house["a"].current_a, house["b"].current_a) == (10, 0)
    assert house["b"].reason is Reason.FUSE_LIMIT


def test_chargers_on_different_phases_do_not_take_from_each_other() -> None:
    rotated = [
        Charger(key="a", phase_options=(1,)),
        Charger(key="b", phase_options=(1,), rotation=(1, 2, 0)),
    ]
    house = House(*rotated, settings=Settings(fuse_a=20), mode=ChargeMode.FAST)
    house.base_a = (0.0, 0.0, 12.0)
    house.run(60)
    assert house["a"].current_a == house["b"].current_a == 16
    rotated[1] = Charger(key="b", phase_options=(1,), rotation=(2, 0, 1))
    house = House(*rotated, settings=Settings(fuse_a=20), mode=ChargeMode.FAST)
    house.base_a = (0.0, 0.0, 12.0)
    house.run(60)
    assert (house["a"].current_a, house["b"].current_a) == (16, 7)


def test_the_fuse_does_not_wait_for_the_guard_time() -> None:
    house = House(settings=Settings(fuse_a=25), mode=ChargeMode.FAST)
    house.base_a = (3.0, 3.0, 3.0)
    house.run(4)
    assert house.a.current_a == 16
    house.base_a = (3.0, 14.0, 3.0)
    house.tick(1)
    assert (house.a.current_a, house.a.reason) == (10, Reason.FUSE_LIMIT)
    house.base_a = (3.0, 20.0, 3.0)
    house.tick(1)
    assert house.a.current_a == 0


def test_what_the_house_took_is_reckoned_with_for_a_while() -> None:
    house = House(settings=Settings(fuse_a=25), mode=ChargeMode.FAST)
    for _ in range(20):  # an oven, by its thermostat
        house.base_a = (3.0, 14.0, 3.0)
        house.run(20)
        house.base_a = (3.0, 3.0, 3.0)
        house.run(20)
        # Not back to 16 A each time, to be cut again, and not paused either.
        assert house.a.current_a is not None and 10 <= house.a.current_a <= 13
    house.run(600)
    assert house.a.current_a == 16


def test_a_car_that_the_fuse_paused_does_not_start_at_once() -> None:
    house = House(settings=Settings(fuse_a=20), mode=ChargeMode.FAST)
    for _ in range(30):
        house.base_a = (18.0, 18.0, 18.0)
        house.run(30)
        house.base_a = (0.0, 0.0, 0.0)
        house.run(30)
    pauses = [
        resumed[0] - paused[0]
        for paused, resumed in pairwise(house.told["a"][1:])
        if not paused[1] and resumed[1]
    ]
    # It tries again, but not each time that there is room for 30 s.
    assert 5 < len(pauses) < 15
    assert min(pauses) >= 60


def test_others_make_room_before_one_takes_more() -> None:
    house = House(
        *chargers(0, 1, phases=3), settings=Settings(fuse_a=22), mode=ChargeMode.FAST
    )
    house.base_a = (0.0, 0.0, 0.0)
    house.more["b"] = {"plugged_in": False}
    house.run(60)
    assert house["a"].current_a == 16
    house.more["b"] = {}
    for _ in range(60):
        told = [house[key].current_a or 0 for key in "ab"]
        house.tick(1)
        assert sum(house[key].current_a or 0 for key in "ab") <= 22
        # What one gives up is not taken by the other in the same moment.
        assert (
            sum(max(told[i], house[key].current_a or 0) for i, key in enumerate("ab"))
            <= 23
        )
    assert (house["a"].current_a, house["b"].current_a) == (6, 15)


def test_without_phases_all_of_the_house_may_be_on_one() -> None:
    house = House(settings=Settings(fuse_a=25), mode=ChargeMode.FAST, surplus_w=-2300)
    house.run(60)
    assert house.a.current_a == 14


def test_what_the_sun_gives_is_no_reserve_of_the_fuse() -> None:
    house = House(
        *chargers(0, 0, phases=3), settings=Settings(fuse_a=20), mode=ChargeMode.FAST
    )
    house.base_a = (-12.0, -12.0, -12.0)
    house.surplus_w = 36 * VOLTAGE
    house.run(60)
    assert house["a"].current_a == house["b"].current_a == 9


@pytest.mark.parametrize(
    ("room", "wants", "expected"),
    [
        ((20, 20, 20), {"a": (16, (0, 1, 2)), "b": (16, (0,))}, {"a": 10, "b": 10}),
        ((8, 20, 20), {"a": (16, (0,)), "b": (16, (1,))}, {"a": 8, "b": 16}),
        ((11, 20, 20), {"a": (16, (0,)), "b": (16, (0,))}, {"a": 11, "b": 0}),
        ((5, 5, 5), {"a": (16, (0,))}, {"a": 0}),
        ((40, 40, 40), {"a": (10, (0,)), "b": (0, (0,))}, {"a": 10, "b": 0}),
        ((-3, 9, 9), {"a": (16, (0, 1, 2)), "b": (16, (2,))}, {"a": 0, "b": 9}),
    ],
)
def test_share_of_a_fuse(
    room: tuple[float, ...],
    wants: dict[str, tuple[float, tuple[int, ...]]],
    expected: dict[str, float],
) -> None:
    demands = [
        Demand(key=key, priority=0, phases=phases, want_a=want, min_a=6)
        for key, (want, phases) in wants.items()
    ]
    rooms = Rooms(limits_of_phases(Reason.FUSE_LIMIT, wants, room))
    given, reasons = share_limits(rooms, demands)
    assert given == pytest.approx(expected)
    # Whoever has less than it wants is told why.
    short = {key for key, (want, _) in wants.items() if given[key] < want - 0.001}
    assert reasons.keys() == short


def test_a_car_that_takes_less_than_told_does_not_hide_what_the_house_takes() -> None:
    house = House(
        Charger(key="a", phase_options=(1,), max_a=32),
        settings=Settings(fuse_a=25),
        mode=ChargeMode.FAST,
    )
    house.base_a = (0.0, 0.0, 0.0)
    house.run(4)
    assert (house.a.current_a, house.cars["a"].amps) == (24, 16)
    house.base_a = (10.0, 0.0, 0.0)
    house.run(4)
    assert house.cars["a"].amps + 10 <= 25


def test_what_the_fuse_holds_back_says_so_all_the_time() -> None:
    house = House(settings=Settings(fuse_a=20), mode=ChargeMode.FAST)
    house.base_a = (8.0, 0.0, 0.0)
    house.run(30)
    reasons = set()
    for _ in range(60):
        house.tick()
        reasons.add(house.a.reason)
    assert reasons == {Reason.FUSE_LIMIT}
    house.base_a = (0.0, 0.0, 0.0)
    house.run(300)
    assert (house.a.current_a, house.a.reason) == (16, Reason.FAST)
