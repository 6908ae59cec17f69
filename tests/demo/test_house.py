"""The demo's house: what flows adds up, at any time of any day."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from random import Random

import pytest

from devtools.demo.house import FIRST_WH, REGISTERS, Battery, Flows, House, PerPhase
from devtools.demo.past import register_kwh, statistics, used_by_cars, used_by_house
from devtools.demo.past_sessions import past_sessions
from devtools.demo.places import PLACES

DAY = 2400
"""A day and a night of the house in real seconds, and a little more."""


def cars(random: Random) -> Iterator[PerPhase]:
    """Yield what cars take each second: nothing, one phase, or all."""
    while True:
        amps, lines = random.choice((0, 6, 11, 16, 32)), random.choice((1, 3))
        watts = amps * 230.0
        for _ in range(random.randrange(5, 90)):
            yield watts, watts * (lines == 3), watts * (lines == 3)


@pytest.fixture(scope="module")
def day() -> tuple[House, list[Flows], list[float]]:
    """Return a house after a day, what flowed each second, and the battery's charge."""
    house, taken = House(speed=10.0), cars(Random(5))
    flows, charges = [], []
    for _ in range(DAY):
        flows.append(house.step(1.0, next(taken)))
        charges.append(house.battery.soc)
    return house, flows, charges


def test_what_flows_in_is_taken(day: tuple[House, list[Flows], list[float]]) -> None:
    _, flows, _ = day
    assert len(flows) == DAY
    for flow in flows:
        taken = sum(flow.load_w) + sum(flow.cars_w)
        assert flow.from_grid_w == pytest.approx(
            taken - flow.pv_w - flow.battery_w, abs=1e-6
        )
        # Sun and battery are on all phases alike, a car on its own.
        for line in range(3):
            assert flow.grid_w[line] == pytest.approx(
                flow.load_w[line]
                + flow.cars_w[line]
                - (flow.pv_w + flow.battery_w) / 3.0,
                abs=1e-6,
            )


def test_the_battery_keeps_to_its_bounds(
    day: tuple[House, list[Flows], list[float]],
) -> None:
    _, flows, charges = day
    assert min(charges) == pytest.approx(8.0)
    assert max(charges) == pytest.approx(100.0)
    assert all(8.0 - 1e-6 <= soc <= 100.0 + 1e-6 for soc in charges)
    assert all(abs(flow.battery_w) <= 5000.0 for flow in flows)


def test_the_battery_never_charges_from_the_grid_for_long(
    day: tuple[House, list[Flows], list[float]],
) -> None:
    _, flows, _ = day
    assert len(flows) == DAY
    wrong = 0
    for flow in flows:
        # What it cannot follow at once, it follows within four seconds.
        both = flow.battery_w * flow.from_grid_w < -10_000.0
        wrong = wrong + 1 if both else 0
        assert wrong <= 4


def test_the_registers_count_what_flowed(
    day: tuple[House, list[Flows], list[float]],
) -> None:
    house, flows, _ = day
    counted = {name: house.registers_wh[name] - FIRST_WH for name in REGISTERS}
    assert all(energy > 0 for energy in counted.values())
    charged = sum(sum(flow.cars_w) for flow in flows) * 10.0 / 3600.0
    used = counted["load"] + charged
    given = counted["import"] + counted["solar"] + counted["discharged"]
    assert given == pytest.approx(used + counted["export"] + counted["charged"])


def test_a_day_has_a_night_and_clouds(
    day: tuple[House, list[Flows], list[float]],
) -> None:
    house, flows, _ = day
    power = [flow.pv_w for flow in flows]
    # It begins in the sun, well before the first cloud.
    assert min(power[:240]) > 8_000.0
    assert min(power) == 0.0
    falls = [before - after for before, after in pairwise(power)]
    assert max(falls) > 300.0
    assert house.meters()["solar_power"] == round(power[-1])


def test_a_battery_takes_no_more_than_there_is_room_for() -> None:
    battery = Battery(soc=99.0)
    assert battery.step(-5000.0, 3600.0, 1.0) == pytest.approx(-100.0 / 0.95)
    assert battery.soc == pytest.approx(100.0)
    assert battery.step(5000.0, 3600.0, 1.0) == 5000.0
    assert battery.step(5000.0, 3600.0, 1.0) == pytest.approx(4200.0)
    assert battery.step(5000.0, 3600.0, 1.0) == 0.0


def test_the_months_before_add_up_to_what_the_meters_show() -> None:
    end = datetime(2026, 11, 24, 22, tzinfo=UTC)
    sessions = past_sessions(end)
    charged = [used_by_cars(place, sessions, end) for place in PLACES]
    assert sum(map(sum, charged)) == pytest.approx(
        sum(session.energy_kwh for session in sessions)
    )
    house = used_by_house(charged, end)
    assert set(house) == set(REGISTERS)
    assert sum(house["solar"]) > 1500.0
    # No register was ever below 0.
    assert all(sum(used) < FIRST_WH / 1000.0 for used in house.values())
    assert all(
        sum(used) < register_kwh(place)
        for place, used in zip(PLACES, charged, strict=True)
    )
    for used in (*charged, *house.values()):
        rows = statistics(used, end, 2000.0)
        assert len(rows) == 61 * 24 + 1
        assert (rows[-1]["state"], rows[-1]["sum"]) == (2000.0, 0.0)
        assert all(one["sum"] <= two["sum"] for one, two in pairwise(rows))
        assert max(rows[-1]["start"], end.isoformat()) == end.isoformat()
