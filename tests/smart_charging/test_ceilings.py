"""Ceilings from outside: they hold in every mode, in the tick in which they come."""

from dataclasses import replace
import json
from math import inf, nan
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.ocpp_cs.smart_charging.control import ChargeControl
from custom_components.ocpp_cs.smart_charging.house.ceilings import HELD_S
from custom_components.ocpp_cs.smart_charging.house.limit import Limit
from custom_components.ocpp_cs.smart_charging.model import (
    MAIN,
    BatteryReading,
    Ceiling,
    CeilingScope,
    ChargeMode,
    Charger,
    Circuit,
    CircuitReading,
    Measured,
    Reason,
    Settings,
)
from custom_components.ocpp_cs.smart_charging.sharing import Demand, Rooms, share_limits
from tests.sampling import examples

from .house import VOLTAGE, House

EACH, ALL, GRID = CeilingScope.EACH, CeilingScope.ALL, CeilingScope.GRID
PARAGRAPH_14A = 4200.0


def ceiling(scope: CeilingScope = EACH, **more: Any) -> Ceiling:
    return Ceiling(key="grid", scope=scope, **({"counts_pv": False} | more))


def charger(key: str, **more: Any) -> Charger:
    return Charger(key=key, **({"phase_options": (3,)} | more))


def house_with(
    *ceilings: Ceiling,
    chargers: tuple[Charger, ...] = (charger("a"),),
    mode: ChargeMode = ChargeMode.FAST,
    surplus_w: float = 0.0,
    **more: Any,
) -> House:
    return House(
        *chargers,
        settings=Settings(ceilings=ceilings, **more),
        mode=mode,
        surplus_w=surplus_w,
    )


def impose(house: House, value: float | None, key: str = "grid", **more: Any) -> None:
    """Let a ceiling have a value from the next tick on; None for no limit."""
    house.inputs = lambda: (
        {"ceilings": {key: None if value is None else Measured(value, house.now)}}
        | more
    )


def amps(house: House) -> dict[str, float | None]:
    return {key: decision.current_a for key, decision in house.decisions.items()}


def test_it_is_obeyed_in_the_tick_in_which_it_comes() -> None:
    house = house_with(ceiling())
    impose(house, None)
    house.run(4)
    assert (house.a.current_a, house.a.reason) == (16, Reason.FAST)
    assert house.control.house.ceiling_w is None
    impose(house, PARAGRAPH_14A)
    house.tick(1)
    assert (house.a.current_a, house.a.reason) == (6, Reason.CEILING)
    assert house.control.house.ceiling_w == PARAGRAPH_14A
    impose(house, 0.0)
    house.tick(1)
    assert (house.a.current_a, house.a.reason) == (0, Reason.CEILING)
    impose(house, None)
    house.run(200)
    assert (house.a.current_a, house.a.reason) == (16, Reason.FAST)
    assert house.control.house.ceiling_w is None


def test_below_the_minimum_it_pauses() -> None:
    house = house_with(ceiling())
    impose(house, 4100.0)
    house.run(30)
    assert (house.a.current_a, house.a.reason) == (0, Reason.CEILING)


@pytest.mark.parametrize(
    ("mode", "due_w"),
    [
        (ChargeMode.FAST, 0.0),
        (ChargeMode.MIN_SOLAR, 0.0),
        (ChargeMode.SOLAR, 0.0),
        (ChargeMode.SOLAR, 11_000.0),
        (ChargeMode.MANUAL, 0.0),
    ],
)
def test_it_holds_in_every_mode(mode: ChargeMode, due_w: float) -> None:
    house = house_with(ceiling(), mode=mode, surplus_w=12_000)
    house.more["a"] = {"due_w": due_w}
    impose(house, None)
    house.run(300)
    if mode is ChargeMode.MANUAL:
        assert house.a.current_a is None
        house.cars["a"].amps, house.cars["a"].lines = 16.0, 3
    else:
        assert house.a.current_a == 16
    impose(house, 5000.0)
    house.tick(1)
    assert (house.a.current_a, house.a.reason) == (7, Reason.CEILING)
    impose(house, 0.0)
    house.tick(1)
    assert (house.a.current_a, house.a.reason) == (0, Reason.CEILING)


def test_a_charger_in_manual_mode_is_left_alone_again() -> None:
    house = house_with(ceiling(), mode=ChargeMode.MANUAL)
    house.more["a"] = {"limit_a": 10.0}
    impose(house, 20_000.0)
    house.run(20)
    # The limit of its user holds, and the phases are not ours.
    assert (house.a.current_a, house.a.phases) == (10, None)
    assert house.a.reason is Reason.MANUAL
    impose(house, PARAGRAPH_14A)
    house.tick(1)
    assert (house.a.current_a, house.a.phases) == (6, None)
    impose(house, None)
    house.tick(1)
    assert (house.a.current_a, house.a.reason) == (None, Reason.MANUAL)


def by_hand(*ceilings: Ceiling, **more: Any) -> House:
    """Return a house whose car charges with 16 A on three phases in manual mode."""
    house = house_with(*ceilings, mode=ChargeMode.MANUAL, surplus_w=-300, **more)
    impose(house, None)
    house.base_a = (0.5, 0.4, 0.4)
    house.cars["a"].amps, house.cars["a"].lines = 16.0, 3
    house.run(60)
    assert house.a.current_a is None
    return house


@pytest.mark.parametrize("scope", list(CeilingScope))
def test_it_lowers_a_car_in_manual_mode_and_does_not_pause_it(
    scope: CeilingScope,
) -> None:
    house = by_hand(ceiling(scope))
    impose(house, 6000.0)
    house.run(120)
    assert [current for _, current, _ in house.told["a"]] == [8]


def test_it_lowers_a_car_in_manual_mode_on_a_circuit_with_a_meter() -> None:
    house = by_hand(
        ceiling(GRID, circuit="garage"),
        chargers=(charger("a", circuit="garage"),),
        circuits=(Circuit(key="garage", limit_a=32),),
    )
    limit: float | None = None

    def with_meter() -> dict[str, Any]:
        one, two, three = (
            Measured(amps + 1.0, house.now) for amps in house.cars["a"].currents
        )
        return {
            "ceilings": {"grid": None if limit is None else Measured(limit, house.now)},
            "circuits": {"garage": CircuitReading(currents_a=(one, two, three))},
        }

    house.inputs = with_meter
    house.run(60)
    limit = 6000.0
    house.run(120)
    assert [current for _, current, _ in house.told["a"]] == [7]


@pytest.mark.parametrize(
    "more",
    [
        {"fuse_a": 25.0},
        {"peak_w": 14_000.0},
        {"circuits": (Circuit(key="garage", limit_a=20),)},
    ],
)
def test_a_car_in_manual_mode_goes_on_when_it_is_controlled(
    more: dict[str, Any],
) -> None:
    house = by_hand(chargers=(charger("a", circuit="garage"),), **more)
    house.modes["a"] = ChargeMode.FAST
    house.run(60)
    assert [current for _, current, _ in house.told["a"]] == [16]


def test_fuse_and_circuits_do_not_hold_in_manual_mode_under_a_ceiling() -> None:
    garage = Circuit(key="garage", limit_a=8)
    house = house_with(
        ceiling(),
        chargers=(charger("a", circuit="garage"), charger("b", circuit="garage")),
        fuse_a=10,
        circuits=(garage,),
    )
    house.base_a = (0.0, 0.0, 0.0)
    house.modes["a"] = ChargeMode.MANUAL
    impose(house, 9000.0)
    house.run(60)
    # 13 A, whatever fuse and circuit say; and the other one makes room for it.
    assert amps(house) == {"a": 13, "b": 0}
    assert house["b"].reason in (Reason.FUSE_LIMIT, Reason.CIRCUIT_LIMIT)


def test_all_chargers_together() -> None:
    house = house_with(ceiling(ALL), chargers=(charger("a"), charger("b")))
    impose(house, 10_000.0)
    house.run(30)
    assert amps(house) == {"a": 7, "b": 7}
    impose(house, 8000.0)
    house.tick(1)
    # Until the other one has stopped, none takes more.
    assert amps(house) == {"a": 7, "b": 0}
    house.run(60)
    assert amps(house) == {"a": 11, "b": 0}
    # One that nobody can reach goes on with what it has.
    impose(house, 10_000.0)
    house.more["a"] = {"online": False, "power_w": None, "currents_a": None}
    house.run(300)
    assert amps(house) == {"a": 11, "b": 0}
    house.more["a"] = {}
    house.run(300)
    assert amps(house) == {"a": 7, "b": 7}


def test_the_import_of_the_house() -> None:
    house = house_with(ceiling(GRID), surplus_w=-2000)
    impose(house, 9000.0)
    house.run(30)
    assert (house.a.current_a, house.a.reason) == (10, Reason.CEILING)
    house.surplus_w = -4500
    house.tick(1)
    assert house.a.current_a == 6
    # A short rest of the oven is not used; a long one is.
    house.surplus_w = -500
    house.run(10)
    assert house.a.current_a is not None and house.a.current_a <= 8
    house.run(300)
    assert house.a.current_a == 12
    # The sun counts, as it is not imported.
    house.surplus_w = 6000
    house.run(300)
    assert house.a.current_a == 16


@pytest.mark.parametrize("grid", [None, nan, inf, 1e9])
def test_the_import_of_the_house_without_a_meter(grid: Any) -> None:
    house = house_with(ceiling(GRID), surplus_w=-2000)
    impose(house, 12_000.0)
    house.run(30)
    assert house.a.current_a == 14
    house.house = {"grid_w": grid}
    house.run(300)
    # Half of it stays for the house.
    assert (house.a.current_a, house.a.reason) == (8, Reason.CEILING)
    never = house_with(ceiling(GRID))
    never.house = {"grid_w": grid}
    impose(never, PARAGRAPH_14A)
    never.run(300)
    assert (never.a.current_a, never.a.reason) == (0, Reason.CEILING)


def test_own_sun_may_be_charged_beyond_it() -> None:
    house = house_with(ceiling(counts_pv=True), surplus_w=4000)
    impose(house, PARAGRAPH_14A)
    house.run(30)
    assert house.a.current_a == 11  # 8.2 kW
    # A cloud.
    house.surplus_w = -500
    house.tick(1)
    assert house.a.current_a == 6
    # Where the meter is away there is no sun.
    house.surplus_w = 9000
    house.run(300)
    assert house.a.current_a == 16
    house.house = {"grid_w": None}
    house.run(150)
    assert house.a.current_a == 6


def test_the_home_battery_is_no_sun() -> None:
    house = house_with(ceiling(counts_pv=True), surplus_w=4000)
    impose(
        house,
        PARAGRAPH_14A,
        batteries=(BatteryReading(power=Measured(4000.0, house.now)),),
    )
    house.run(30)
    assert house.a.current_a == 6


def test_sun_beyond_a_ceiling_of_each_is_given_once() -> None:
    pair = charger("a"), charger("b")
    house = house_with(ceiling(counts_pv=True), chargers=pair, surplus_w=4000)
    impose(house, PARAGRAPH_14A)
    house.run(30)
    assert amps(house) == {"a": 8, "b": 8}
    house = house_with(ceiling(counts_pv=True), chargers=pair, surplus_w=4400)
    impose(house, 2000.0)
    house.run(30)
    # The sun carries what one needs beyond 2 kW, and not two.
    assert amps(house) == {"a": 9, "b": 0} or amps(house) == {"a": 6, "b": 6}
    beyond = sum(max(car.power_w - 2000, 0.0) for car in house.cars.values())
    assert beyond <= 4400


def test_a_ceiling_of_a_circuit() -> None:
    garage = Circuit(key="garage", limit_a=32)
    two = charger("a", circuit="garage"), charger("b")
    house = house_with(ceiling(circuit="garage"), chargers=two, circuits=(garage,))
    impose(house, PARAGRAPH_14A)
    house.run(30)
    assert amps(house) == {"a": 6, "b": 16}
    # One of a circuit that does not exist is one of the house.
    house = house_with(ceiling(circuit="gone"), chargers=two, circuits=(garage,))
    impose(house, PARAGRAPH_14A)
    house.run(30)
    assert amps(house) == {"a": 6, "b": 6}


def test_the_import_of_a_circuit() -> None:
    garage = Circuit(key="garage", limit_a=32)
    house = house_with(
        ceiling(GRID, circuit="garage"),
        chargers=(charger("a", circuit="garage"), charger("b")),
        circuits=(garage,),
    )
    impose(house, 6000.0)
    house.run(30)
    assert amps(house) == {"a": 8, "b": 16}
    impose(house, 6000.0)
    before = house.inputs

    def with_meter() -> dict[str, Any]:
        current = house.cars["a"].amps
        loads = Measured(current + 2, house.now), Measured(current, house.now)
        return before() | {
            "circuits": {"garage": CircuitReading(currents_a=(*loads, loads[1]))}
        }

    house.inputs = with_meter
    house.run(30)
    assert amps(house) == {"a": 8, "b": 16}
    impose(house, 5500.0)
    before = house.inputs
    house.inputs = with_meter
    house.tick(1)
    assert amps(house) == {"a": 7, "b": 16}


@pytest.mark.parametrize("value", [None, nan, inf, -inf])
def test_a_limit_stays_when_its_entity_is_away(value: Any) -> None:
    house = house_with(ceiling())
    # One that imposed nothing imposes nothing.
    house.inputs = lambda: {"ceilings": {"grid": Measured(value, house.now)}}
    house.run(30)
    assert house.a.current_a == 16
    impose(house, PARAGRAPH_14A)
    house.run(30)
    house.inputs = lambda: {"ceilings": {"grid": Measured(value, house.now)}}
    house.run(HELD_S - 60, step=20)
    assert (house.a.current_a, house.a.reason) == (6, Reason.CEILING)
    house.inputs = dict
    house.run(30)
    assert house.a.current_a == 6
    house.run(120)
    assert (house.a.current_a, house.a.reason) == (16, Reason.FAST)


def test_a_limit_survives_a_restart_and_a_clock_that_is_set_back() -> None:
    house = house_with(ceiling())
    impose(house, PARAGRAPH_14A)
    house.run(30)
    kept = json.loads(json.dumps(house.control.as_dict()))
    house.inputs = dict
    house.restart(kept=kept)
    house.run(60)
    assert (house.a.current_a, house.a.reason) == (6, Reason.CEILING)
    house.now -= 100_000
    house.run(60)
    assert house.a.current_a == 6
    house.run(HELD_S, step=20)
    assert house.a.current_a == 16
    for wrong in (None, 5, {"grid": 3}, {"grid": {"w": "x"}}, {"grid": {"w": nan}}):
        control = ChargeControl(house.settings, house.chargers)
        control.restore(kept | {"house": {"ceilings": wrong}}, house.now)
        assert control.house.ceiling_w is None


def test_a_limit_below_zero_is_zero() -> None:
    house = house_with(ceiling())
    impose(house, -1.0)
    house.run(30)
    assert (house.a.current_a, house.control.house.ceiling_w) == (0, 0)


def test_the_lowest_of_several_counts() -> None:
    house = house_with(
        Ceiling(key="one", scope=ALL, counts_pv=False),
        Ceiling(key="two", counts_pv=False),
        Ceiling(key="three", scope=GRID),
    )
    house.inputs = lambda: {
        "ceilings": {
            "one": Measured(9000, house.now),
            "two": Measured(7000, house.now),
            "three": Measured(10_000, house.now),
        }
    }
    house.run(30)
    assert (house.a.current_a, house.control.house.ceiling_w) == (10, 7000)


@pytest.mark.parametrize("mode", [ChargeMode.FAST, ChargeMode.MANUAL])
def test_the_next_car_does_not_begin_beyond_it(mode: ChargeMode) -> None:
    house = house_with(ceiling(), mode=mode)
    house.more["a"] = {"plugged_in": False, "session": False}
    impose(house, PARAGRAPH_14A)
    house.run(30)
    assert house.a.current_a == 6
    impose(house, 0.0)
    house.tick(1)
    assert house.a.current_a == 0


@pytest.mark.parametrize("mode", [ChargeMode.FAST, ChargeMode.MIN_SOLAR])
def test_a_charger_that_changes_phases_goes_on_with_one(mode: ChargeMode) -> None:
    house = house_with(
        ceiling(),
        chargers=(charger("a", phase_options=(1, 3)),),
        mode=mode,
        surplus_w=12_000,
    )
    impose(house, None)
    house.run(400)
    assert (house.a.current_a, house.a.phases) == (16, 3)
    impose(house, 2400.0)
    house.tick(1)
    assert (house.a.current_a, house.a.phases) == (10, 1)
    # A ceiling that comes and goes does not switch phases each time.
    before = len(house.told["a"])
    for value in (None, 2400.0) * 5:
        impose(house, value)
        house.run(30)
        assert house.a.phases == 1
    assert len(house.told["a"]) - before <= 10
    impose(house, None)
    house.run(500)
    assert (house.a.current_a, house.a.phases) == (16, 3)
    impose(house, 1300.0)
    house.tick(1)
    assert (house.a.current_a, house.a.reason) == (0, Reason.CEILING)


def test_the_minimum_counts_with_the_nominal_voltage() -> None:
    """4.2 kW allow 6 A at 242 V, and all beyond that counts as it is."""
    for watts_per_a, ceiling_w, expected in (
        (3 * 242.0, 4200.0, 6.0),
        (3 * 242.0, 4100.0, 0.0),
        (3 * 242.0, 5081.0, 6.0),
        (3 * 242.0, 5083.0, 7.0),
        (3 * 220.0, 4620.0, 7.0),
    ):
        demand = Demand(
            key="a",
            priority=0,
            phases=(0, 1, 2),
            want_a=7,
            min_a=6,
            watts_per_a=watts_per_a,
            least_w=6 * 3 * VOLTAGE,
        )
        for free in (0.0, ceiling_w):
            limit = Limit(
                reason=Reason.CEILING,
                members=frozenset("a"),
                room=ceiling_w - free,
                free_w=free,
                nominal=True,
            )
            given_, _ = share_limits(Rooms([limit]), [demand])
            assert int(given_["a"] + 1e-6) == expected
            # Scope grid is what the meter measures.
            given_, _ = share_limits(Rooms([replace(limit, nominal=False)]), [demand])
            assert given_["a"] * watts_per_a <= ceiling_w + 0.01


SCOPES = st.sampled_from(list(CeilingScope))


@settings(max_examples=examples(60))
@given(st.data())
def test_no_ceiling_is_ever_exceeded(data: Any) -> None:
    """From the tick on in which it comes, whatever modes, the house and the sun do.

    What the house itself takes from the grid may be more than a ceiling: then no car
    takes anything.
    """
    garage = Circuit(key="garage", limit_a=30)
    places = [
        Charger(
            key=key,
            phase_options=data.draw(st.sampled_from([(1,), (3,), (1, 3)])),
            priority=data.draw(st.integers(0, 1)),
            circuit=data.draw(st.sampled_from([MAIN, "garage"])),
        )
        for key in "abc"[: data.draw(st.integers(1, 3))]
    ]
    ceilings = [
        Ceiling(
            key=key,
            scope=data.draw(SCOPES),
            circuit=data.draw(st.sampled_from([MAIN, "garage"])),
            counts_pv=data.draw(st.booleans()),
        )
        for key in "xy"[: data.draw(st.integers(1, 2))]
    ]
    house = House(
        *places,
        settings=Settings(circuits=(garage,), ceilings=tuple(ceilings)),
        mode=ChargeMode.FAST,
    )
    values: dict[str, float | None] = {}
    house.inputs = lambda: {
        "ceilings": {
            key: None if value is None else Measured(value, house.now)
            for key, value in values.items()
        }
    }
    over: list[str] = []
    for _ in range(data.draw(st.integers(1, 6))):
        house.surplus_w = data.draw(st.floats(-6000, 15_000))
        for each in ceilings:
            values[each.key] = data.draw(st.none() | st.floats(0, 15_000))
        for key in house.modes:
            house.modes[key] = data.draw(st.sampled_from(list(ChargeMode)))
        for _ in range(data.draw(st.integers(1, 30))):
            house.tick()
            over += exceeded(house, values)
    assert over == []


def exceeded(house: House, values: dict[str, float | None]) -> list[str]:
    """Return the ceilings that cars exceed."""
    result = []
    for each in house.settings.ceilings:
        if (value := values.get(each.key)) is None:
            continue
        powers = [
            house.cars[place.key].power_w
            for place in house.chargers
            if each.circuit in (MAIN, place.circuit)
        ]
        free = value
        if each.counts_pv and each.scope is not GRID:
            free += max(house.surplus_w, 0.0)
        if each.scope is GRID and each.circuit == MAIN:
            taken = sum(powers) - house.surplus_w
            taken = taken if sum(powers) else 0.0
        elif each.scope is EACH:
            taken = max(powers, default=0.0)
        else:
            taken = sum(powers)
        if taken > free + 1e-6:
            result.append(each.key)
    return result


def test_the_property_of_ceilings_can_fail() -> None:
    house = house_with(ceiling())
    impose(house, None)
    house.run(30)
    assert exceeded(house, {"grid": PARAGRAPH_14A}) == ["grid"]
    house.settings = replace(house.settings, ceilings=(ceiling(ALL),))
    assert exceeded(house, {"grid": 11_000.0}) == ["grid"]
    assert exceeded(house, {"grid": 48 * VOLTAGE}) == []
