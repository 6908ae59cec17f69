"""Circuits below the main fuse: each carries what its limit says, with a meter or without."""

from math import inf, nan
from typing import Any

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.ocpp_cs.smart_charging.house.circuits import Circuits
from custom_components.ocpp_cs.smart_charging.model import (
    MAIN,
    ChargeMode,
    Charger,
    Circuit,
    CircuitReading,
    Measured,
    Reason,
    Settings,
)
from tests.sampling import examples

from .house import VOLTAGE, House

GARAGE = Circuit(key="garage", limit_a=20)
CARPORT = Circuit(key="carport", limit_a=16, parent="garage")


def charger(key: str, circuit: str = "garage", **more: Any) -> Charger:
    return Charger(key=key, **({"phase_options": (3,), "circuit": circuit} | more))


def fast(*chargers: Charger, **more: Any) -> House:
    settings_ = {"circuits": (GARAGE, CARPORT)} | more
    house = House(*chargers, settings=Settings(**settings_), mode=ChargeMode.FAST)
    house.base_a = (0.0, 0.0, 0.0)
    return house


def metered(
    house: House, key: str, base_a: tuple[float, ...], *, age: float = 0.0
) -> None:
    """Give a circuit a meter: what its chargers take, and other loads."""
    below = Circuits(house.settings, house.chargers).members[key]

    def reading() -> dict[str, Any]:
        amps = list(base_a)
        for each in house.chargers:
            if each.key in below:
                for line, current in enumerate(house.cars[each.key].currents):
                    amps[each.rotation[line]] += current
        one, two, three = (Measured(each, house.now - age) for each in amps)
        return {"circuits": {key: CircuitReading(currents_a=(one, two, three))}}

    house.inputs = reading


def amps(house: House) -> dict[str, float | None]:
    return {key: decision.current_a for key, decision in house.decisions.items()}


def test_chargers_on_a_circuit_share_it() -> None:
    house = fast(charger("a"), charger("b"), charger("c", MAIN)).run(60)
    # 20 A less half an ampere of margin; the third is not on it.
    assert amps(house) == {"a": 9, "b": 9, "c": 16}
    assert house["a"].reason is house["b"].reason is Reason.CIRCUIT_LIMIT
    assert house["c"].reason is Reason.FAST


def test_a_circuit_below_another() -> None:
    house = fast(charger("a"), charger("b", "carport", priority=1)).run(60)
    assert amps(house) == {"a": 6, "b": 13}
    house = fast(charger("b", "carport", priority=1)).run(60)
    assert amps(house) == {"b": 15}
    house = fast(charger("a", priority=1), charger("b", "carport")).run(60)
    assert amps(house) == {"a": 13, "b": 6}
    house = fast(
        charger("a", phase_options=(1,)),
        charger("b", "carport", phase_options=(1,), rotation=(1, 2, 0)),
    ).run(60)
    assert amps(house) == {"a": 16, "b": 15}


def test_main_fuse_and_circuit_together() -> None:
    house = fast(charger("a"), charger("b", MAIN), fuse_a=25)
    house.base_a = (4.0, 0.0, 0.0)
    house.run(60)
    assert amps(house) == {"a": 10, "b": 10}
    assert house["a"].reason is Reason.FUSE_LIMIT
    house = fast(charger("a", priority=1), charger("b", MAIN), fuse_a=35).run(60)
    assert amps(house) == {"a": 16, "b": 16}


def test_other_loads_on_a_circuit_with_a_meter() -> None:
    house = fast(charger("a"))
    metered(house, "garage", (0.0, 5.0, 0.0))
    house.run(60)
    assert (house.a.current_a, house.a.reason) == (14, Reason.CIRCUIT_LIMIT)
    # A load of the garage is no load of the house for another circuit.
    metered(house, "garage", (0.0, 12.0, 0.0))
    house.tick(1)
    assert house.a.current_a == 7
    # It is remembered for a while.
    metered(house, "garage", (0.0, 0.0, 0.0))
    house.run(20)
    assert house.a.current_a is not None and house.a.current_a < 12
    house.run(600)
    assert (house.a.current_a, house.a.reason) == (16, Reason.FAST)


def test_a_meter_of_power_may_have_all_of_it_on_one_phase() -> None:
    house = fast(charger("a"))
    house.inputs = lambda: {
        "circuits": {
            "garage": CircuitReading(
                power_w=Measured(house.cars["a"].power_w + 8 * VOLTAGE, house.now)
            )
        }
    }
    house.run(60)
    assert house.a.current_a == 11


@pytest.mark.parametrize("value", [None, nan, inf, 1e9, "silent"])
def test_a_circuit_whose_meter_is_away_keeps_half_for_others(value: Any) -> None:
    house = fast(charger("a"), charger("b", MAIN))
    metered(house, "garage", (0.0, 1.0, 0.0))
    house.run(60)
    assert house.a.current_a == 16
    if value == "silent":
        metered(house, "garage", (0.0, 1.0, 0.0), age=500.0)
    else:
        house.inputs = lambda: {
            "circuits": {
                "garage": CircuitReading(
                    currents_a=(
                        Measured(value, house.now),
                        Measured(0.0, house.now),
                        Measured(0.0, house.now),
                    )
                )
            }
        }
    house.run(150)
    assert house.a.current_a is not None and house.a.current_a <= 9
    assert house.a.reason is Reason.CIRCUIT_LIMIT
    # Who is not below it does not care.
    assert house["b"].current_a == 16


def test_a_meter_below_a_circuit_without_one() -> None:
    house = fast(charger("a"), charger("b", "carport", max_a=6))
    metered(house, "carport", (7.0, 0.0, 0.0))
    house.run(60)
    assert amps(house) == {"a": 6, "b": 6}


def test_a_charger_that_is_not_controlled_counts_on_its_circuit() -> None:
    house = fast(charger("a"), charger("b"))
    house.modes["b"] = ChargeMode.MANUAL
    house.cars["b"].amps, house.cars["b"].lines = 10.0, 3
    house.run(60)
    assert amps(house) == {"a": 9, "b": None}
    # One whose power nobody tells counts with all it may take.
    house.more["b"] = {"power_w": None, "currents_a": None, "limit_a": 12.0}
    house.run(120)
    assert house["a"].current_a == 7
    house.more["b"] = {"online": False, "power_w": None, "currents_a": None}
    house.run(60)
    assert house["a"].current_a == 16


def test_a_charger_that_does_not_obey_counts_on_its_circuit() -> None:
    house = fast(charger("a"), charger("b"))
    house.run(30)
    house.more["b"] = {"power_w": 13 * 3 * VOLTAGE, "currents_a": (13.0, 13.0, 13.0)}
    house.run(60)
    assert house["a"].current_a is not None
    assert house["a"].current_a + 13 <= 20


def test_circles_and_parents_that_do_not_exist() -> None:
    one = Circuit(key="one", limit_a=10, parent="two")
    two = Circuit(key="two", limit_a=25, parent="one")
    self_ = Circuit(key="self", limit_a=8, parent="self")
    lost = Circuit(key="lost", limit_a=9, parent="gone")
    house = fast(
        charger("a", "two"),
        charger("b", "self"),
        charger("c", "lost"),
        charger("d", "gone"),
        circuits=(one, two, self_, lost),
    )
    house.run(60)
    assert amps(house) == {"a": 9, "b": 7, "c": 8, "d": 16}
    # All that is in the circle counts as one.
    house = fast(
        charger("a", "two"),
        charger("b", "one"),
        circuits=(one, two, Circuit(key="empty", limit_a=1)),
    )
    house.modes["b"] = ChargeMode.MANUAL
    house.cars["b"].amps, house.cars["b"].lines = 3.0, 3
    house.run(60)
    assert house["a"].current_a == 6
    assert house["a"].reason is Reason.CIRCUIT_LIMIT


@pytest.mark.parametrize("limit", [0.0, -5.0, nan, inf, None])
def test_a_limit_that_is_none_lets_nothing_charge(limit: Any) -> None:
    house = fast(charger("a"), circuits=(Circuit(key="garage", limit_a=limit),))
    house.run(60)
    assert (house.a.current_a, house.a.reason) == (0, Reason.CIRCUIT_LIMIT)


def test_of_two_circuits_of_one_key_the_smaller_counts() -> None:
    twice = (GARAGE, Circuit(key="garage", limit_a=12), Circuit(key=MAIN, limit_a=1))
    assert fast(charger("a"), circuits=twice).run(60).a.current_a == 11


@st.composite
def trees(draw: st.DrawFn) -> tuple[Circuit, ...]:
    keys = "pqrs"[: draw(st.integers(0, 4))]
    return tuple(
        Circuit(
            key=key,
            limit_a=draw(st.sampled_from([0.0, 8.0, 13.0, 16.0, 25.0, 40.0])),
            parent=draw(st.sampled_from([MAIN, *keys, "gone"])),
        )
        for key in keys
    )


@st.composite
def places(draw: st.DrawFn, tree: tuple[Circuit, ...]) -> list[Charger]:
    circuits = [MAIN, "gone", *(circuit.key for circuit in tree)]
    return [
        Charger(
            key=key,
            phase_options=draw(st.sampled_from([(1,), (3,), (1, 3)])),
            rotation=draw(st.permutations((0, 1, 2)).map(tuple)),
            priority=draw(st.integers(0, 2)),
            circuit=draw(st.sampled_from(circuits)),
        )
        for key in "abcd"[: draw(st.integers(1, 4))]
    ]


def exceeded(house: House, circuits: Circuits) -> list[str]:
    """Return the circuits that carry more than their limit, by what the cars take."""
    result = []
    for circuit in house.settings.circuits:
        for phase in range(3):
            taken = sum(
                house.cars[each.key].amps
                for each in house.chargers
                if each.key in circuits.members[circuit.key]
                and phase in each.rotation[: house.cars[each.key].lines]
            )
            if taken > circuit.limit_a:
                result.append(circuit.key)
    return result


@settings(max_examples=examples(60))
@given(st.data())
def test_no_circuit_ever_carries_more_than_its_limit(data: Any) -> None:
    """Not in any tick, whatever modes, cars and the sun do."""
    tree = data.draw(trees())
    house = House(
        *data.draw(places(tree)), settings=Settings(circuits=tree, fuse_a=40.0)
    )
    house.base_a = (0.0, 0.0, 0.0)
    circuits = Circuits(house.settings, house.chargers)
    modes = st.sampled_from([ChargeMode.FAST, ChargeMode.MIN_SOLAR, ChargeMode.SOLAR])
    over: list[str] = []
    for _ in range(data.draw(st.integers(1, 5))):
        house.surplus_w = data.draw(st.floats(-3000, 20_000))
        for key in house.modes:
            house.modes[key] = data.draw(modes)
            house.more[key] = {"due_w": data.draw(st.sampled_from([0.0, 0.0, 9000.0]))}
        for _ in range(data.draw(st.integers(1, 30))):
            house.tick()
            over += exceeded(house, circuits)
    assert over == []


def test_the_property_of_circuits_can_fail() -> None:
    chargers = charger("a"), charger("b")
    house = House(*chargers, mode=ChargeMode.FAST).run(30)
    house.settings = Settings(circuits=(GARAGE,))
    assert exceeded(house, Circuits(house.settings, chargers)) == ["garage"] * 3
