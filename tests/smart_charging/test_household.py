"""What a plan learns: the load of the house, and how wrong the forecast is."""

from datetime import UTC, datetime, timedelta
import itertools
import json
from math import inf, nan
from zoneinfo import ZoneInfo

import pytest

from custom_components.ocpp_cs.smart_charging.planning.forecast_error import (
    ForecastError,
)
from custom_components.ocpp_cs.smart_charging.planning.household import Household
from custom_components.ocpp_cs.smart_charging.planning.model import SunSlot

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 2, tzinfo=BERLIN)


def lived(days: int = 14) -> Household:
    """Return a household with a load in the evening, more so at weekends."""
    household = Household()
    for day in range(days):
        for minute in range(0, 24 * 60, 5):
            when = MONDAY + timedelta(days=day, minutes=minute)
            amps = 8.0 if when.hour == 19 else 2.0
            if when.weekday() >= 5:
                amps += 4.0
            household.learn(when, (amps, 1.0, -3.0))
    return household


def test_the_load_by_the_hour_of_the_day() -> None:
    household = lived()
    tuesday = MONDAY + timedelta(days=15)
    assert household.expected_a(tuesday.replace(hour=19)) == (8.0, 1.0, 0.0)
    assert household.expected_a(tuesday.replace(hour=3)) == (2.0, 1.0, 0.0)
    saturday = MONDAY + timedelta(days=19)
    assert household.expected_a(saturday.replace(hour=19))[0] == 12.0


def test_most_days_have_no_more_than_what_is_expected() -> None:
    household = Household()
    for day in range(5):
        for minute in range(61):
            when = MONDAY + timedelta(days=day, hours=3, minutes=minute)
            household.learn(when, (float(day), 0.0, 0.0))
    at = MONDAY + timedelta(days=7, hours=3)
    # Four of five days had 3 A or less.
    assert household.expected_a(at)[0] == 3.0


def test_a_house_of_which_nothing_is_known_takes_something() -> None:
    assert Household().expected_a(MONDAY) == (4.0, 4.0, 4.0)


def test_slots_cover_the_time_across_a_change_of_clocks() -> None:
    household = lived()
    before = datetime(2026, 10, 24, 12, tzinfo=BERLIN)
    until = before + timedelta(hours=24)
    slots = list(household.slots(before, until))
    assert slots[0].start == before
    assert slots[-1].end >= until
    for slot, following in itertools.pairwise(slots):
        assert slot.end == following.start


def test_bad_measurements_are_not_learned() -> None:
    household = Household()
    for minute in range(130):
        when = MONDAY + timedelta(minutes=minute)
        household.learn(when, (nan, 1.0, 1.0))
        household.learn(when, (inf, 1.0, 1.0))
        household.learn(when, (None, 1.0, 1.0))
        household.learn(when, (1.0, 1.0))
    assert household.as_dict() == {}


def test_the_household_is_kept() -> None:
    household = lived()
    kept = json.loads(json.dumps(household.as_dict()))
    again = Household.from_dict(kept)
    at = MONDAY + timedelta(days=15, hours=19)
    assert again.expected_a(at) == household.expected_a(at)
    assert again.as_dict() == household.as_dict()


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"weekday_25": [[1, 1, 1]]},
        {"holiday_3": [[1, 1, 1]]},
        {"weekday_x": [[1, 1, 1]]},
        {"weekday_3": 5},
        {"weekday_3": [[1, 1], [nan, 1, 1], ["a", 1, 1], [-1, 1, 1], [1e9, 1, 1]]},
    ],
)
def test_what_was_kept_wrongly_is_left_out(data: object) -> None:
    assert Household.from_dict(data).as_dict() == {}


def noon(days: float) -> datetime:
    return datetime(2026, 5, 1, 12, tzinfo=UTC) + timedelta(days=days)


def sun(when: datetime, watts: float = 4000.0) -> SunSlot:
    return SunSlot(start=when, end=when + timedelta(hours=1), power_w=watts)


def test_a_forecast_that_promises_too_much_is_believed_less() -> None:
    error = ForecastError()
    unknown = error.part
    for day in range(20):
        error.learn(noon(day), 4.0, 2.0)
    assert error.part == pytest.approx(0.5)
    assert error.part < unknown
    (slot,) = error.trusted([sun(noon(30))], noon(29))
    assert slot.power_w == pytest.approx(2000)


def test_what_today_is_like_goes_on_for_some_hours() -> None:
    error = ForecastError()
    for day in range(20):
        error.learn(noon(day), 4.0, 4.0)
    today = noon(25)
    error.learn(today, 4.0, 1.0)
    near, far = error.trusted([sun(today), sun(noon(26))], today)
    assert near.power_w < 2500
    assert far.power_w == pytest.approx(4000)


def test_hours_without_sun_or_out_of_order_teach_nothing() -> None:
    error = ForecastError()
    assert not error.learn(noon(0), 0.0, 0.0)
    assert not error.learn(noon(0), nan, 1.0)
    assert not error.learn(noon(0), 1.0, -1.0)
    assert error.learn(noon(1), 1.0, 1.0)
    assert not error.learn(noon(0), 1.0, 1.0)
    assert not error.learn(noon(1), 1.0, 1.0)


def test_the_error_is_kept() -> None:
    error = ForecastError()
    for day in range(15):
        error.learn(noon(day), 4.0, 4.0 - day / 5)
    again = ForecastError.from_dict(json.loads(json.dumps(error.as_dict())))
    assert again.part == error.part
    wrong: object
    for wrong in (None, [], {"hours": 3}, {"hours": [[1], ["a", 1, 1], [1e30, 1, 1]]}):
        assert ForecastError.from_dict(wrong).as_dict() == {"hours": []}
