"""What is learned of cars and chargers: what they take of an offer, and how soon."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from custom_components.ocpp_cs.smart_charging.cars.car import Car
from custom_components.ocpp_cs.smart_charging.control import ChargeControl
from custom_components.ocpp_cs.smart_charging.model import (
    Ceiling,
    CeilingScope,
    ChargeMode,
    Charger,
    ChargerReading,
    HouseReading,
    Measured,
    Reason,
    Settings,
)
from devtools.simulate.laws import OurLaw
from devtools.simulate.run import Day, Place, Result, chargers_of, our_law, replay
from devtools.simulate.traces import Trace
from devtools.simulate.vehicle import Box, Car as Behaviour

from .house import START, Car as Plugged, House

NOON = 12 * 3600
SETTINGS = Settings(start_delay_s=20.0, min_off_s=20.0)


def steady(*surplus_w: float, seconds: int = 900) -> Trace:
    """Return hours with a surplus that jumps, and a house of 300 W."""
    sun = [watts + 300.0 for watts in surplus_w for _ in range(seconds)]
    return Trace(sun, [(100.0, 100.0, 100.0)] * len(sun), NOON)


def after(
    trace: Trace, *, voltage_v: float = 230.0, **place: Any
) -> tuple[OurLaw, Result]:
    """Return the law and the result after hours at a place."""
    day = Day(
        key="learning",
        title="",
        trace=lambda: trace,
        places=(Place(**place),),
        voltage_v=voltage_v,
        settings=SETTINGS,
    )
    chargers = chargers_of(day)
    law = our_law(day, chargers)
    return law, replay(day, trace, chargers, law)


def learned_of(law: OurLaw) -> dict[str, Any]:
    kept: dict[str, Any] = law.control.as_dict()["chargers"]["garage"]["car"]
    return kept


def exported(result: Result, seconds: int = 120) -> float:
    """Return the mean of what is fed in at the end, in W; negative for import."""
    return -sum(result.grid_w[-seconds:]) / seconds


# What a car takes of an offer.


@pytest.mark.parametrize("ratio", [0.9, 0.93, 0.97])
def test_a_car_that_takes_less_than_it_is_offered_gets_more(ratio: float) -> None:
    car = Behaviour(ratio=ratio, phases=1)
    law, result = after(steady(3000), car=car, switchable=False, phases=1)
    assert learned_of(law)["shares"]["1"] == pytest.approx(ratio, abs=0.01)
    assert -60 < exported(result) < 230 * ratio
    assert law.decisions["garage"].target_w == pytest.approx(
        result.power_w["garage"][-1], abs=60
    )


def test_on_three_phases_it_gets_more_as_well() -> None:
    law, result = after(steady(6500), car=Behaviour(ratio=0.93))
    assert learned_of(law)["shares"]["3"] == pytest.approx(0.93, abs=0.01)
    # Without what was learned 725 W are fed in for ever.
    assert -100 < exported(result) < 640


def test_at_a_higher_voltage_it_does_not_draw_too_much() -> None:
    law, result = after(steady(6950), voltage_v=242.0)
    # 10 A are 6900 W at 230 V, but 7260 W at 242 V.
    assert learned_of(law)["shares"]["3"] == pytest.approx(1.0, abs=0.01)
    assert exported(result) > -20
    assert law.decisions["garage"].current_a == 9


@pytest.mark.parametrize("volts", [None, (0.0, 0.0, 0.0), (400.0, 400.0, 400.0)])
def test_without_a_voltage_the_power_tells_as_much(
    volts: tuple[float, float, float] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = OurLaw.readings
    monkeypatch.setattr(
        OurLaw,
        "readings",
        lambda law, seen: {
            key: replace(one, voltages_v=volts)
            for key, one in reading(law, seen).items()
        },
    )
    law, result = after(steady(6950), voltage_v=242.0)
    assert learned_of(law)["shares"]["3"] == pytest.approx(1.052, abs=0.01)
    assert exported(result) > -20


def test_nonsense_for_a_voltage_changes_nothing() -> None:
    def told(volts: Any) -> list[tuple[float, float, int]]:
        house = House(surplus_w=3000, settings=Settings(fuse_a=20))
        house.base_a = (1.0, 0.0, 0.0)
        house.more["a"] = {"voltages_v": volts}
        house.run(300)
        house.surplus_w = 9000
        return house.run(600).told["a"]

    nan = float("nan")
    for volts in [(0, 0, 0), (nan, nan, nan), ("x", None, -5), (1e9, 1e9, 1e9), ()]:
        assert told(volts) == told(None)


def test_the_maximum_of_a_car_is_not_taken_for_its_ratio() -> None:
    car = Behaviour(ratio=0.93, max_a=8.0, phases=1)
    trace = steady(1500, 3500, 1500, 3500)
    law, _ = after(trace, car=car, switchable=False, phases=1)
    learned = learned_of(law)
    assert learned["cap_a"] == pytest.approx(8.0, abs=0.1)
    assert learned["shares"]["1"] == pytest.approx(0.93, abs=0.02)


@pytest.mark.parametrize("ratio", [0.9, 0.93])
def test_what_was_learned_raises_no_offer_beyond_fuse_and_limit(ratio: float) -> None:
    settings = Settings(fuse_a=16.0, start_delay_s=20.0)
    house = House(
        Charger(key="a", phase_options=(1,), max_a=32.0),
        settings=settings,
        surplus_w=9000,
    )
    house.base_a = (0.0, 0.0, 0.0)
    follow = house.cars["a"].follow

    def takes_less(decision: Any) -> None:
        follow(decision)
        house.cars["a"].amps *= ratio

    house.cars["a"].follow = takes_less  # type: ignore[method-assign]
    house.run(900)
    assert house.control.as_dict()["chargers"]["a"]["car"]["shares"]
    # What it leaves is not offered: it may take it at any time.
    assert max(amps for _, amps, _ in house.told["a"]) == 15
    house.more["a"] = {"limit_a": 10.0}
    house.run(60)
    assert house.a.current_a == 10


# How soon it follows.


def test_the_delay_of_a_slow_charger_is_learned() -> None:
    trace = steady(*[2000, 3200] * 10, seconds=300)
    box = Box(reaction_s=30, tells_s=10)
    law, result = after(trace, box=box, switchable=False, phases=1)
    learned = learned_of(law)["box"]
    assert 18 <= learned["delay_s"] <= 30
    assert learned["ramp_a_per_s"] is None
    # Each change of the sun is a few commands, and none is sent in a steady sun.
    assert result.commands <= 60


def test_a_quick_charger_is_not_taken_for_a_slow_one() -> None:
    law, _ = after(steady(*[2000, 3200] * 10, seconds=300))
    learned = learned_of(law)["box"]
    assert learned["delay_s"] <= 3
    assert learned["ramp_a_per_s"] is None
    assert 5 <= learned["begin_s"] <= 30


def test_a_slow_ramp_is_learned_and_is_no_maximum() -> None:
    car = Behaviour(rise_a_per_s=0.1, fall_a_per_s=0.1)
    law, _ = after(steady(*[1500, 3600] * 6, seconds=600), car=car, phases=1)
    learned = learned_of(law)
    assert learned["box"]["ramp_a_per_s"] == pytest.approx(0.1, abs=0.02)
    assert learned["cap_a"] is None


def test_a_car_that_begins_late_is_waited_for() -> None:
    law, _ = after(steady(*[3000, -3000] * 6, seconds=600), car=Behaviour(wakes_s=75))
    assert 60 <= learned_of(law)["box"]["begin_s"] <= 80


CHARGER = Charger(key="a", phase_options=(1,))


def readings(car: Car, *powers: float, begin: float, step: float = 10.0) -> None:
    for index, watts in enumerate(powers):
        at = begin + step * (index + 1)
        car.observe(
            ChargerReading(
                mode=ChargeMode.SOLAR,
                plugged_in=True,
                charging=True,
                power_w=watts,
                measured_at=at,
            ),
            at,
        )


def test_the_old_reading_is_not_taken_for_the_new_one() -> None:
    car = Car(CHARGER, 230.0)
    car.tell(10.0, 1, START)
    readings(car, 2300.0, 2300.0, 2300.0, 2300.0, 2300.0, begin=START)
    car.tell(11.0, 1, START + 60)
    readings(car, 2300.0, begin=START + 60, step=4.0)
    # It is at 10 A still, or at 11 A already.
    assert (car.low_w, car.high_w) == (2300.0, 2530.0)
    readings(car, 2530.0, begin=START + 64, step=2.0)
    assert (car.low_w, car.high_w) == (2530.0, 2530.0)


# What is kept.


def named(car: str | None, house: House) -> House:
    """Let a car come, and the one before go."""
    house.more["a"] = {"plugged_in": False}
    house.run(20)
    house.more["a"] = {"car": car}
    return house


def kept(house: House) -> dict[str, Any]:
    result: dict[str, Any] = house.control.as_dict()["chargers"]["a"]["car"]
    return result


def test_a_car_that_comes_back_is_known() -> None:
    house = House(surplus_w=9000)
    house.more["a"] = {"car": "one"}
    house.cars["a"].phases = 1
    house.run(900)
    assert house.control.learned("a")[0] == 1
    named("three", house).cars["a"].phases = 3
    house.run(2)
    assert house.control.learned("a")[0] is None
    house.run(900)
    assert house.control.learned("a")[0] == 3
    named("one", house).cars["a"].phases = 1
    house.run(2)
    assert house.control.learned("a")[0] == 1
    told = len(house.told["a"])
    house.run(900)
    # It is not tried on three phases again.
    assert {phases for _, amps, phases in house.told["a"][told:] if amps} == {1}


def test_a_car_is_named_only_once_its_session_runs() -> None:
    house = House(surplus_w=9000)
    house.more["a"] = {"car": "one"}
    house.cars["a"].phases = 1
    house.run(900)
    named(None, house).run(20)
    assert house.control.learned("a")[0] is None
    house.more["a"] = {"car": "one"}
    house.run(2)
    assert house.control.learned("a")[0] == 1
    # The session has ended, the car is still there.
    house.more["a"] = {"car": "a"}
    house.run(2)
    assert house.control.learned("a")[0] == 1


def test_only_the_last_cars_are_remembered() -> None:
    house = House(surplus_w=9000)
    for index in range(30):
        named(f"car {index}", house).run(200)
    cars = [one["car"] for one in kept(house)["cars"]]
    assert len(cars) <= 12
    assert cars[-1] == "car 29"
    named("x" * 5000, house).run(200)
    assert len(kept(house)["cars"][-1]["car"]) <= 64


def test_it_is_kept_over_a_restart() -> None:
    house = House(surplus_w=9000)
    house.more["a"] = {"car": "one"}
    house.run(600)
    before = kept(house)
    house.restart()
    after_restart = kept(house)
    for name in ("box", "cars", "lines", "cap_a", "shares", "id", "usual"):
        assert after_restart[name] == before[name]
    assert before["cars"][0]["lines"] == 3


def garbage() -> Iterator[Any]:
    yield from (None, 3, "x", [], {}, [1], {"1": None}, float("nan"), -1, 1e9)
    yield [{"car": 3}, {"car": "b", "lines": 9, "cap_a": "x", "shares": {"7": 2}}]


@pytest.mark.parametrize("bad", garbage())
def test_broken_records_are_read_as_far_as_possible(bad: Any) -> None:
    house = House(surplus_w=9000).run(300)
    record = house.control.as_dict()
    for name in ("box", "cars", "lines", "cap_a", "shares", "id", "usual"):
        record["chargers"]["a"]["car"][name] = bad
    house.restart(kept=record).run(300)
    assert house.a.current_a


def test_a_record_without_what_was_learned_is_read() -> None:
    house = House(surplus_w=9000).run(300)
    record = house.control.as_dict()
    for name in ("box", "cars", "cap_a", "shares", "id"):
        del record["chargers"]["a"]["car"][name]
    house.restart(kept=record)
    assert house.control.learned("a")[0] == 3
    house.run(300)
    assert house.a.current_a


# Phases that are only remembered.


def over(
    *,
    gap: str,
    currents: bool = True,
    scope: CeilingScope | None = None,
) -> tuple[float, float]:
    """Return the greatest current in A and power in W after a car was swapped.

    Its successor has the same tag and three phases instead of one.
    """
    ceilings = () if scope is None else (Ceiling(key="c", scope=scope),)
    settings = Settings(fuse_a=25, ceilings=ceilings)
    charger = Charger(key="a", max_a=32, phase_options=(3,))
    control = ChargeControl(settings, [charger])
    told, house_a, seen = 0.0, (2.0, 14.0, 14.0), []
    for seconds in range(0, 1800, 5):
        now = START + seconds
        new, away = seconds >= 300, 300 <= seconds < 430
        if gap == "home assistant" and seconds == 300:
            kept = control.as_dict()
            control = ChargeControl(settings, [charger])
            control.restore(kept, now)
        if gap == "silence" and away:
            # No tick at all.
            continue
        plugged = not (gap == "plug" and away)
        take = min(told, 16 if not new else 32) if plugged else 0.0
        one, two, three = (take if new or not line else 0.0 for line in range(3))
        power_w = (one + two + three) * 230
        total = [a + b for a, b in zip(house_a, (one, two, three), strict=True)]
        if new and not away:
            seen.append((max(total), power_w))
        decision = control.tick(
            now,
            HouseReading(
                grid=(Measured(sum(total) * 230, now),),
                currents_a=(
                    Measured(total[0], now),
                    Measured(total[1], now),
                    Measured(total[2], now),
                ),
                ceilings={"c": Measured(4200.0, now) if seconds >= 200 else None},
            ),
            {
                "a": ChargerReading(
                    mode=ChargeMode.FAST,
                    plugged_in=plugged,
                    charging=power_w > 0,
                    power_w=power_w,
                    currents_a=(one, two, three) if currents else None,
                    measured_at=now,
                    car="tag_one",
                    online=not (gap == "charger" and away),
                    session=plugged,
                )
            },
        )
        told = decision["a"].current_a or 0.0
    # The first readings show what was told before.
    return max(amps for amps, _ in seen[2:]), max(watts for _, watts in seen[2:])


GAPS = ["plug", "home assistant", "silence", "charger"]


@pytest.mark.parametrize("currents", [True, False])
@pytest.mark.parametrize("gap", GAPS)
def test_remembered_phases_are_not_relied_on_by_the_fuse(
    gap: str, currents: bool
) -> None:
    amps, _ = over(gap=gap, currents=currents)
    assert amps <= 25.5


@pytest.mark.parametrize("currents", [True, False])
@pytest.mark.parametrize("scope", [CeilingScope.EACH, CeilingScope.ALL])
@pytest.mark.parametrize("gap", GAPS)
def test_remembered_phases_are_not_relied_on_by_a_ceiling(
    gap: str, scope: CeilingScope, currents: bool
) -> None:
    _, watts = over(gap=gap, currents=currents, scope=scope)
    assert watts <= 4300


@pytest.mark.parametrize("currents", [True, False])
def test_more_power_than_its_phases_explain_is_noticed_at_once(currents: bool) -> None:
    # Nobody has told that the car is another one.
    _, watts = over(gap="unnoticed", currents=currents, scope=CeilingScope.EACH)
    assert watts <= 4300


def test_remembered_phases_serve_the_sun() -> None:
    charger = Charger(key="a", phase_options=(3,))
    house = named("one", House(charger, surplus_w=3000))
    house.cars["a"] = Plugged(phases=1)
    house.run(400)
    assert house.control.learned("a")[0] == 1
    house.restart(10)
    assert house.control.learned("a")[0] == 1
    assert house.run(60).a.reason is Reason.FOLLOWING_SUN
