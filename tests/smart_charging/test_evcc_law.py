"""The law that ours is compared with: as evcc's code has it, so that the comparison is fair."""

from custom_components.ocpp_cs.smart_charging.model import ChargeMode
from devtools.simulate.meters import PerPhase
from devtools.simulate.run import Day, Place, Result, chargers_of, evcc_law, replay
from devtools.simulate.traces import Trace
from devtools.simulate.vehicle import Car, SimulatedCharger

NOON_S = 43_200


def passed(
    pv_w: list[float],
    *,
    load_w: list[PerPhase] | None = None,
    place: Place | None = None,
    fuse_a: float | None = None,
    interval_s: int = 30,
) -> tuple[SimulatedCharger, Result]:
    """Let minutes pass that begin at noon, with one car."""
    trace = Trace(pv_w, load_w or [(0.0, 0.0, 0.0)] * len(pv_w), NOON_S)
    day = Day(
        key="day",
        title="",
        trace=lambda: trace,
        places=(place or Place(),),
        fuse_a=fuse_a,
    )
    chargers = chargers_of(day)
    result = replay(day, trace, chargers, evcc_law(day, chargers, interval_s))
    return chargers[0], result


def first_start(charger: SimulatedCharger) -> int:
    return next(at - NOON_S for at, amps, _ in charger.told if amps)


def test_a_car_that_comes_with_the_sun_need_not_wait() -> None:
    charger, _ = passed([8000.0] * 300, place=Place(from_s=NOON_S + 10))
    assert first_start(charger) == 30


def test_a_car_that_comes_without_sun_waits_a_minute_for_it() -> None:
    charger, _ = passed([0.0] * 100 + [8000.0] * 300)
    assert first_start(charger) == 180


def test_it_stops_after_three_minutes_without_sun() -> None:
    charger, _ = passed([8000.0] * 600 + [0.0] * 600)
    stop = next(at - NOON_S for at, amps, _ in charger.told if not amps)
    # By then it has gone to one phase, after which nothing is decided for a minute.
    assert 600 + 180 <= stop <= 600 + 180 + 240


def test_a_fuse_is_obeyed_in_its_round_without_any_guard() -> None:
    loads: list[PerPhase] = [(0.0, 0.0, 0.0)] * 95 + [(4000.0, 0.0, 0.0)] * 60
    for interval_s in (10, 30):
        charger, result = passed(
            [0.0] * len(loads),
            load_w=loads,
            place=Place(mode=ChargeMode.FAST),
            fuse_a=25.0,
            interval_s=interval_s,
        )
        assert charger.told[-1][1] == 7
        assert 0 < result.above_longest_s <= interval_s + 5


def test_it_goes_to_fewer_phases_only_when_it_imports() -> None:
    """With 4 kW three phases take 4.1: too little, but the car takes 93 % of that."""
    frugal = Car(ratio=0.93, needs_kwh=80)
    up = [9000.0] * 600
    charger, _ = passed(up + [4000.0] * 900, place=Place(car=frugal))
    assert charger.phases == 3
    charger, _ = passed(up + [3700.0] * 900, place=Place(car=frugal))
    assert charger.phases == 1


def test_phases_of_a_car_are_measured() -> None:
    place = Place(car=Car(phases=1, needs_kwh=80), switchable=False)
    charger, _ = passed([3000.0] * 1200, place=place)
    # It was told 6 A for three phases at first, and is not known before it charges.
    assert charger.commands == 0
    charger, _ = passed([5000.0] * 300 + [3000.0] * 900, place=place)
    assert charger.told_a == 13
