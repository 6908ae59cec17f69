"""The largest loads of a house, kept for times without a meter."""

from math import inf, nan
from typing import Any

import pytest

from custom_components.ocpp_cs.smart_charging.house.remembered import RememberedLoad

from .house import START

DAY = 86_400.0
HALF = 12.5


def watched(
    *days: tuple[float, float, float], start: float = START // DAY * DAY
) -> RememberedLoad:
    """Return the memory of days with a constant load each, noted once a minute."""
    load = RememberedLoad()
    for number, amps in enumerate(days):
        for minute in range(1440):
            load.note(amps, start + number * DAY + minute * 60, 30.0)
            load.note(amps, start + number * DAY + minute * 60 + 30, 30.0)
    return load


FIRST = START // DAY * DAY


def test_nothing_is_known_of_a_new_house() -> None:
    assert RememberedLoad().largest(START, HALF) is None


def test_the_largest_load_of_each_phase_counts() -> None:
    load = watched((3.0, 8.0, 0.5))
    for _ in range(10):
        load.note((11.0, 0.0, 0.0), FIRST + DAY, 30.0)
    assert load.largest(FIRST + DAY, HALF) == pytest.approx((11.0, 8.0, 0.5), abs=0.01)


def test_a_wrong_reading_is_not_remembered() -> None:
    load = watched((3.0, 3.0, 3.0))
    load.note((60.0, 3.0, 3.0), FIRST + DAY, 1.0)
    load.note((3.0, 3.0, 3.0), FIRST + DAY + 1, 1.0)
    largest = load.largest(FIRST + DAY, HALF)
    assert largest is not None
    assert largest[0] < 6.0


def test_an_hour_is_not_a_day() -> None:
    load = RememberedLoad()
    for second in range(0, 21_600, 10):
        load.note((1.0, 1.0, 1.0), FIRST + second, 10.0)
    # A quarter of the day was observed, so three quarters of the half stay assumed.
    assert load.largest(FIRST, HALF) == pytest.approx((9.375,) * 3)


def test_a_load_fades_over_days_but_not_without_measurements() -> None:
    load = watched((20.0, 1.0, 1.0), *[(2.0, 2.0, 2.0)] * 2)
    assert load.largest(FIRST + 2 * DAY, HALF) == pytest.approx((20, 2, 2), abs=0.01)
    assert load.largest(FIRST + 20 * DAY, HALF) == pytest.approx((20, 2, 2), abs=0.01)
    assert load.largest(FIRST + 40 * DAY, HALF) is None
    load = watched((20.0, 1.0, 1.0), *[(2.0, 2.0, 2.0)] * 8)
    largest = load.largest(FIRST + 8 * DAY, HALF)
    assert largest is not None
    assert 14 < largest[0] < 16
    load = watched((20.0, 1.0, 1.0), *[(2.0, 2.0, 2.0)] * 15)
    assert load.largest(FIRST + 15 * DAY, HALF) == pytest.approx((2, 2, 2), abs=0.01)


def test_it_survives_a_restart() -> None:
    load = watched((3.0, 8.0, 0.5), (4.0, 1.0, 1.0))
    other = RememberedLoad()
    other.restore(load.as_dict(), FIRST + 2 * DAY)
    assert other.as_dict() == load.as_dict()
    assert other.largest(FIRST + 2 * DAY, HALF) == pytest.approx((4, 8, 1), abs=0.1)


def test_a_clock_that_was_years_ahead_leaves_no_load_behind_for_years() -> None:
    load = watched((20.0, 1.0, 1.0), start=FIRST + 4000 * DAY)
    load.note((1.0, 1.0, 1.0), FIRST, 30.0)
    # It counts as of today.
    assert load.largest(FIRST, 0.0) == pytest.approx((20, 1, 1), abs=0.01)
    for number in range(1, 16):
        load.note((1.0, 1.0, 1.0), FIRST + number * DAY, 600.0)
    assert load.largest(FIRST + 15 * DAY, 0.0) == pytest.approx((1, 1, 1), abs=0.01)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"days": 5},
        {"days": [5, None, [1, 2], "text"]},
        {"days": [[20_000, nan, 1, 1, 1], [20_000, -1, 1, 1, 1]]},
        {"days": [[20_000, inf, 1, 1, 1], [20_000, 1e9, 1, 1, 1]]},
        {"days": [[1e300, 1, 1, 1, 1], ["x", 1, 1, 1, 1]]},
    ],
)
def test_what_makes_no_sense_is_not_restored(data: Any) -> None:
    load = RememberedLoad()
    load.restore(data, START)
    assert load.largest(START, HALF) is None
