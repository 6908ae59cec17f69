"""The prices of the demo are ones that plans can be made of."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.ocpp_cs.smart_charging.planning.prices import slots_of
from devtools.demo_house.prices import price_at, slots_of_day

ZONE = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "quarters"),
    [(date(2026, 7, 1), 96), (date(2026, 3, 29), 92), (date(2026, 10, 25), 100)],
)
def test_a_day_has_all_its_quarters(day: date, quarters: int) -> None:
    slots = slots_of({"prices": slots_of_day(day, ZONE)}, ZONE, day)
    assert len(slots) == quarters
    assert all(slot.end - slot.start == timedelta(minutes=15) for slot in slots)


def test_the_night_is_cheaper_than_the_evening() -> None:
    night, evening = (datetime(2026, 7, 1, hour, tzinfo=ZONE) for hour in (3, 19))
    assert 0 < price_at(night) < price_at(evening) / 1.4
