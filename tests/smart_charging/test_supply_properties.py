"""What holds of cars that supply the house, whatever house, cars and users do."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings, strategies as st

from custom_components.ocpp_cs.smart_charging.model import (
    ChargeMode,
    Charger,
    Discharge,
    Settings,
)
from tests.sampling import LONG

from .house import VOLTAGE, House

EXAMPLES = 20_000 if LONG else 50
FUSE_A = 25.0
"""With its margin of 0.5 A."""

DISCHARGES = st.none() | st.builds(
    Discharge,
    most_w=st.sampled_from([0.0, 1_000.0, 5_000.0, 11_000.0, 22_000.0]),
    least_w=st.sampled_from([0.0, 500.0, 1_400.0]),
    reserve_soc=st.sampled_from([0.0, 30.0, 50.0, 100.0]),
    grid_w=st.sampled_from([0.0, -500.0, 300.0, 2_000.0]),
    plan_soc=st.none() | st.floats(0, 100),
    recharge_price=st.none() | st.floats(0.0, 0.4),
    wear_price=st.sampled_from([0.0, 0.05, 0.2]),
    capacity_kwh=st.none() | st.sampled_from([20.0, 77.0]),
)


def changed(data: Any, house: House, key: str) -> None:
    """Change what is read of a charger."""
    house.modes[key] = data.draw(
        st.sampled_from([*ChargeMode, ChargeMode.SOLAR, ChargeMode.SOLAR])
    )
    planned = data.draw(st.integers(0, 3)) == 0
    house.more[key] = {
        "discharge": data.draw(DISCHARGES),
        "soc": data.draw(st.none() | st.floats(20, 100)),
        "plugged_in": data.draw(st.integers(0, 9)) > 0,
        "online": data.draw(st.integers(0, 9)) > 0,
        "session": data.draw(st.integers(0, 9)) > 0,
        "boost": data.draw(st.integers(0, 9)) == 0,
        "due_w": 3_000.0 if data.draw(st.integers(0, 9)) == 0 else 0.0,
        "planned": planned,
        "slack_s": data.draw(st.floats(-100, 30_000)) if planned else None,
    }


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data())
def test_a_discharge_is_always_allowed(data: Any) -> None:
    """Never without permission, reserve, mode and meter, and never beyond the fuse."""
    places = [
        Charger(key=key, rotation=data.draw(st.permutations((0, 1, 2)).map(tuple)))
        for key in data.draw(st.sampled_from(["a", "ab", "abc"]))
    ]
    house = House(
        *places,
        settings=Settings(fuse_a=FUSE_A, car_before_battery=data.draw(st.booleans())),
    )
    price: dict[str, Any] = {}
    house.inputs = lambda: price
    steps = data.draw(st.integers(1, 6))
    assert steps > 0
    for _ in range(steps):
        for key in house.modes:
            changed(data, house, key)
        house.base_a = data.draw(st.tuples(*[st.floats(-24, 40)] * 3))
        house.surplus_w = -sum(house.base_a) * VOLTAGE
        price["price"] = data.draw(st.none() | st.floats(-0.1, 0.6))
        silent = data.draw(st.integers(0, 4)) == 0
        house.house = {"grid_w": None} if silent else {}
        for second in range(0, data.draw(st.sampled_from([4, 60, 300])), 2):
            house.tick()
            for place in places:
                more, told = house.more[place.key], house[place.key].setpoint_w
                if told is None:
                    continue
                may = more["discharge"]
                assert may is not None and more["soc"] is not None
                assert house.modes[place.key] is ChargeMode.SOLAR
                assert house[place.key].current_a == 0
                assert not more["boost"] and not more["due_w"]
                assert more["plugged_in"] and more["online"] and more["session"]
                assert more["soc"] > may.reserve_soc
                assert not silent
                assert -max(may.most_w, 0.0) <= told <= 0
                assert told == 0 or -told >= may.least_w
            if second < 4:
                # What was measured before the change is acted on.
                continue
            for phase in range(3):
                given_a = sum(car.gives_w for car in house.cars.values()) / 3 / VOLTAGE
                if given_a:
                    assert given_a - house.base_a[phase] <= FUSE_A


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data())
def test_nothing_is_exported_once_it_has_settled(data: Any) -> None:
    """Cars together give no more than the house takes, and leave what is to be left."""
    keys = data.draw(st.sampled_from(["a", "ab"]))
    house = House(*[Charger(key=key) for key in keys])
    may = data.draw(DISCHARGES.filter(lambda one: one is not None))
    for key in keys:
        house.more[key] = {
            "soc": 100.0,
            "discharge": replace(may, reserve_soc=0.0, capacity_kwh=1_000.0),
        }
    for _ in range(data.draw(st.integers(1, 5))):
        house.surplus_w = data.draw(st.floats(-20_000, 3_000))
        house.run(data.draw(st.sampled_from([40, 200])))
        grid = house.reading().grid[0].value
        gives = sum(car.gives_w for car in house.cars.values())
        assert grid is not None
        if gives:
            assert grid >= max(may.grid_w, 0.0) - 1
    # With enough power and nothing in the way, no more is imported than that.
    house.run(300)
    if may.most_w * len(keys) >= 20_000 and may.least_w == 0 and house.surplus_w < -300:
        grid = house.reading().grid[0].value
        assert grid is not None
        assert grid <= max(may.grid_w, 50.0) + 60 or -house.surplus_w < may.grid_w + 300


def test_the_property_can_fail() -> None:
    """Without a fuse, more than 25 A flow towards the grid on L2."""
    house = House(Charger(key="a"))
    may = Discharge(most_w=22_000.0, reserve_soc=0.0, capacity_kwh=1_000.0)
    house.more["a"] = {"soc": 100.0, "discharge": may}
    house.base_a = (80.0, -10.0, 0.0)
    house.surplus_w = -70 * VOLTAGE
    house.run(300)
    assert house.cars["a"].gives_w / 3 / VOLTAGE + 10 > FUSE_A
