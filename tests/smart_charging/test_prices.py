"""Prices, in every shape that is common."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import example, given, strategies as st
import pytest

from custom_components.ocpp_cs.smart_charging.planning.prices import PriceSlot, slots_of

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 20)
MIDNIGHT = datetime(2026, 11, 20, tzinfo=BERLIN).astimezone(UTC)


def hour(index: int, price: float, minutes: int = 60) -> PriceSlot:
    step = timedelta(minutes=minutes)
    return PriceSlot(MIDNIGHT + index * step, MIDNIGHT + (index + 1) * step, price)


def text(index: int, minutes: int = 60) -> str:
    return hour(index, 0, minutes).start.astimezone(BERLIN).isoformat()


NORDPOOL = {
    "raw_today": [
        {"start": text(0), "end": text(1), "value": 0.11},
        {"start": text(1), "end": text(2), "value": 0.22},
    ],
    "raw_tomorrow": [{"start": text(2), "end": text(3), "value": 0.33}],
    "today": [0.11, 0.22],
    "current_price": 0.11,
}
NORDPOOL_OBJECTS = {
    "raw_today": [
        {"start": hour(i, 0).start, "end": hour(i, 0).end, "value": (i + 1) * 0.11}
        for i in range(3)
    ]
}
TIBBER = {
    "today": [
        {"startsAt": text(0), "total": 0.11, "energy": 0.05, "tax": 0.06},
        {"startsAt": text(1), "total": 0.22, "energy": 0.15, "tax": 0.07},
    ],
    "tomorrow": [{"startsAt": text(2), "total": 0.33, "energy": 0.2, "tax": 0.1}],
}
TIBBER_ACTION = {
    "prices": {
        "Home": [
            {"start_time": text(i), "price": price}
            for i, price in enumerate((0.11, 0.22, 0.33))
        ]
    }
}
NORDPOOL_ACTION = {
    "SE3": [
        {"start": text(i), "end": text(i + 1), "price": price}
        for i, price in enumerate((0.11, 0.22, 0.33))
    ]
}
EPEX = {
    "data": [
        {"start_time": text(i), "end_time": text(i + 1), "price_per_kwh": price}
        for i, price in enumerate((0.11, 0.22, 0.33))
    ]
}
ENTSOE = {
    "prices_today": [
        {"time": text(0).replace("T", " "), "price": 0.11},
        {"time": text(1).replace("T", " "), "price": 0.22},
    ],
    "prices": [
        {"time": text(i).replace("T", " "), "price": price}
        for i, price in enumerate((0.11, 0.22, 0.33))
    ],
}
AWATTAR = {
    "data": [
        {
            "start_timestamp": int(hour(i, 0).start.timestamp() * 1000),
            "end_timestamp": int(hour(i, 0).end.timestamp() * 1000),
            "marketprice": price,
        }
        for i, price in enumerate((0.11, 0.22, 0.33))
    ]
}
OCTOPUS = {
    "rates": [
        {"start": hour(i, 0).start, "end": hour(i, 0).end, "value_inc_vat": price}
        for i, price in enumerate((0.11, 0.22, 0.33))
    ]
}
NAIVE = {
    "raw_today": [
        {"hour": f"2026-11-20T0{i}:00:00", "price": price}
        for i, price in enumerate((0.11, 0.22, 0.33))
    ]
}


@pytest.mark.parametrize(
    "data",
    [
        NORDPOOL,
        NORDPOOL_OBJECTS,
        TIBBER,
        TIBBER_ACTION,
        NORDPOOL_ACTION,
        EPEX,
        ENTSOE,
        AWATTAR,
        OCTOPUS,
        NAIVE,
    ],
)
def test_every_shape_says_the_same(data: dict[str, Any]) -> None:
    found = slots_of(data, BERLIN, TODAY)
    assert [(slot.start, slot.end) for slot in found] == [
        (hour(i, 0).start, hour(i, 0).end) for i in range(3)
    ]
    assert [slot.price for slot in found] == pytest.approx([0.11, 0.22, 0.33])


def test_quarters_of_an_hour_without_ends() -> None:
    data = [{"start": text(i, 15), "price": i} for i in range(8)]
    assert slots_of(data, BERLIN, TODAY) == [hour(i, i, 15) for i in range(8)]


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 11, 20), 24), (date(2026, 10, 25), 25), (date(2026, 3, 29), 23)],
)
def test_plain_numbers_are_the_hours_of_a_day(day: date, hours: int) -> None:
    found = slots_of({"today": list(range(hours)), "tomorrow": []}, BERLIN, day)
    assert len(found) == hours
    assert {slot.end - slot.start for slot in found} == {timedelta(hours=1)}
    assert found[0].start.astimezone(BERLIN).date() == day


@pytest.mark.parametrize(
    ("day", "again"),
    [(TODAY, ()), (date(2026, 10, 25), (2,)), (date(2026, 3, 29), ())],
)
def test_attributes_that_are_named_after_hours(
    day: date, again: tuple[int, ...]
) -> None:
    gone = 2 if day.month == 3 else None
    data: dict[str, Any] = {"price_position": 3, "max_price": 0.5}
    for prefix in ("price_", "price_next_day_"):
        for each in range(24):
            if prefix == "price_next_day_" or each != gone:
                data[f"{prefix}{each:02}h"] = float(each)
            if prefix == "price_" and each in again:
                data[f"{prefix}{each:02}h_d"] = each + 0.5
    found = slots_of(data, BERLIN, day)
    assert len(found) == 24 - (gone is not None) + len(again) + 24
    for slot in found:
        # Each price is that of its own hour, also of one that comes twice.
        assert slot.start.astimezone(BERLIN).hour == int(slot.price)
        assert slot.end - slot.start == timedelta(hours=1)
    assert found[-1].price == 23.0


def test_tomorrow_follows_today_and_gaps_stay() -> None:
    data = {"today": [1.0] * 24, "tomorrow": [2.0] * 23 + [None]}
    found = slots_of(data, BERLIN, TODAY)
    assert len(found) == 47
    assert found[24].start == hour(24, 0).start
    gap = [{"start": text(0), "price": 1}, {"start": text(5), "price": 2}]
    assert slots_of(gap, BERLIN, TODAY)[0].end <= hour(4, 0).end


@pytest.mark.parametrize(
    "data",
    [
        None,
        "prices",
        5,
        {},
        {"today": "0.1, 0.2"},
        {"today": [1, 2, 3]},
        {"raw_today": [{"start": "soon", "value": 1}]},
        {"raw_today": [{"start": text(0), "value": "unknown"}]},
        {"data": [{"start_time": 1e300, "price": 1}]},
    ],
)
def test_nothing_to_be_found(data: Any) -> None:
    assert slots_of(data, BERLIN, TODAY) == []


def test_an_end_before_its_start_is_not_believed() -> None:
    data = [{"start": text(1), "end": text(0), "price": 1}]
    assert slots_of(data, BERLIN, TODAY) == [hour(1, 1)]


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([text(0), text(3), "0.5", MIDNIGHT])
)
TWO_HOURS = [
    {"start": text(number), "end": text(number + 1), "price": number}
    for number in (1, 0)
]
KEYS = st.sampled_from(["start", "end", "price", "today", "tomorrow", "time", "x"])


@given(
    st.recursive(
        LEAVES,
        lambda inner: st.lists(inner, max_size=30) | st.dictionaries(KEYS, inner),
    )
)
@example(TWO_HOURS)
def test_whatever_it_is_slots_are_in_order(data: Any) -> None:
    found = slots_of(data, BERLIN, TODAY)
    assert len(found) == 2 or data != TWO_HOURS
    for slot in found:
        assert slot.start < slot.end
    for slot, following in pairwise(found):
        assert slot.end <= following.start
