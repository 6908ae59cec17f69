"""What it costs to charge again what a car has given."""

from datetime import UTC, datetime, timedelta

from custom_components.ocpp_cs.smart_charging.discharge.again import recharge_price
from custom_components.ocpp_cs.smart_charging.planning.prices import PriceSlot

NOW = datetime(2026, 1, 20, 18, tzinfo=UTC)


def hours(*prices: float) -> list[PriceSlot]:
    """Return an hour for each price."""
    return [
        PriceSlot(
            start=NOW + timedelta(hours=number),
            end=NOW + timedelta(hours=number + 1),
            price=price,
        )
        for number, price in enumerate(prices)
    ]


def test_the_cheapest_four_hours_count() -> None:
    assert recharge_price(hours(0.4, 0.3, 0.2, 0.2, 0.1, 0.1), NOW, None) == 0.15


def test_only_what_comes_before_the_departure_counts() -> None:
    coming = hours(0.4, 0.3, 0.1)
    ready = NOW + timedelta(hours=2)
    assert recharge_price(coming, NOW, ready) == 0.35
    assert recharge_price(coming, NOW + timedelta(minutes=30), ready) == (
        (0.4 * 0.5 + 0.3) / 1.5
    )


def test_one_price_or_none_is_no_reason() -> None:
    assert recharge_price(hours(0.3, 0.3), NOW, None) is None
    assert recharge_price([], NOW, None) is None
    assert recharge_price(hours(0.4, 0.1), NOW + timedelta(days=1), None) is None
